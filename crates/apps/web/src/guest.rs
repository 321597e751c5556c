//! Who stands at the door: the language, the address, and the subject when
//! somebody is signed in. Put into each request by the rim.

use access::{Action, Permit, Purpose, Scope, Subject, session::Token};
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use kernel::lang::Lang;

use crate::house::House;
use crate::i18n::T;
use crate::rooms;
use crate::shell::{Reader, Shell};
use crate::stop::Stop;

#[derive(Debug, Clone)]
pub struct Guest {
    pub lang: Lang,
    /// Path and query of the request.
    pub here: String,
    pub subject: Option<Subject>,
    /// As the account signs in, a PINFL in groups; known on pages only.
    pub login: String,
    pub token: Option<Token>,
    pub demo: bool,
}

/// A guest who is signed in.
#[derive(Debug, Clone)]
pub struct Seat {
    pub guest: Guest,
    pub subject: Subject,
}

impl Guest {
    pub fn t(&self) -> T {
        T::new(self.lang)
    }

    /// The frame of a page for this reader.
    pub fn shell(&self) -> Shell {
        let mut shell = Shell::new(self.lang, &self.here);
        shell.demo = self.demo;
        if let Some(subject) = &self.subject {
            let role = subject.role.label().get(self.lang).into_owned();
            shell.reader = Some(Reader {
                login: self.login.clone(),
                role,
            });
            shell.rooms = rooms::of(subject.role, self.t(), &self.here);
        }
        shell
    }
}

impl Seat {
    pub fn t(&self) -> T {
        self.guest.t()
    }

    pub fn lang(&self) -> Lang {
        self.guest.lang
    }

    pub fn shell(&self) -> Shell {
        self.guest.shell()
    }

    /// The frame of a page whose address is asked for with POST: a change of
    /// language comes back to `here`.
    pub fn shell_at(&self, here: impl Into<String>) -> Shell {
        let mut shell = self.shell();
        shell.here = here.into();
        shell
    }

    pub fn in_language(self, lang: Lang) -> Seat {
        Seat {
            guest: Guest { lang, ..self.guest },
            subject: self.subject,
        }
    }

    pub async fn permit(
        &self,
        house: &House,
        action: Action,
        purpose: Purpose,
        scope: Scope,
    ) -> Result<Permit, Stop> {
        Ok(access::permit(house.platform(), &self.subject, action, purpose, scope).await?)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Guest {
    type Rejection = Stop;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Guest, Stop> {
        parts
            .extensions
            .get::<Guest>()
            .cloned()
            .ok_or_else(|| Stop::fault("no guest in the request"))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Seat {
    type Rejection = Stop;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Seat, Stop> {
        let guest = Guest::from_request_parts(parts, state).await?;
        let subject = guest.subject.clone().ok_or(Stop::SignInFirst)?;
        Ok(Seat { guest, subject })
    }
}
