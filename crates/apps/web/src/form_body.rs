//! The body of a form, read within limits.

use axum::Form;
use axum::extract::{FromRequest, Request};

use crate::form::Typed;
use crate::stop::Stop;

/// What was typed, or a refusal that the rim dresses.
#[derive(Debug)]
pub struct Body(pub Typed);

impl<S: Send + Sync> FromRequest<S> for Body {
    type Rejection = Stop;

    async fn from_request(request: Request, state: &S) -> Result<Body, Stop> {
        let pairs = Form::<Vec<(String, String)>>::from_request(request, state).await;
        match pairs {
            Ok(Form(pairs)) => Ok(Body(Typed::new(pairs))),
            Err(rejection) if rejection.status() == axum::http::StatusCode::PAYLOAD_TOO_LARGE => {
                Err(Stop::TooLarge)
            }
            Err(rejection) => Err(Stop::Bad {
                field: None,
                message: rejection.body_text(),
            }),
        }
    }
}
