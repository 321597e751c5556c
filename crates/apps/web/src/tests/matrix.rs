//! Each role at each route by its direct address: let in or refused, as declared.

use access::Role;
use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};

use super::installation::{Installation, login_of};
use crate::route::{Kind, Need, Route, listing};
use crate::routes;

/// An address with ids that nobody has.
fn concrete(path: &str) -> String {
    let id = "019b7a1c-6a80-7000-8000-3f0c2b6d9e11";
    let ids = [
        "{case}",
        "{run}",
        "{task}",
        "{entry}",
        "{change}",
        "{voucherserialnumber}",
    ];
    ids.iter().fold(path.replace("{tag}", "ru"), |path, name| {
        path.replace(name, id)
    })
}

async fn status(
    house: &Installation,
    route: &Route,
    cookie: &str,
    token: &str,
) -> (StatusCode, String) {
    let mut request = Request::builder()
        .method(route.method.clone())
        .uri(concrete(route.path));
    request = match route.kind() {
        Kind::Page => request
            .header(header::COOKIE, cookie)
            .header("sec-fetch-site", "same-origin"),
        Kind::Api | Kind::Dci | Kind::Token => {
            request.header(header::AUTHORIZATION, format!("Bearer {token}"))
        }
    };
    let typed = if route.kind() != Kind::Page {
        "application/json"
    } else {
        "application/x-www-form-urlencoded"
    };
    let request = request
        .header(header::CONTENT_TYPE, typed)
        .body(Body::empty())
        .expect("a request");
    let answer = house.ask(request).await;
    (
        answer.status,
        answer
            .headers
            .get(header::LOCATION)
            .map_or("", |to| to.to_str().unwrap_or(""))
            .to_owned(),
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn each_role_is_let_in_or_refused_by_direct_address_as_declared() {
    let house = Installation::new(true).await;
    let mut wrong = Vec::new();
    for role in Role::ALL.into_iter().filter(|role| *role != Role::System) {
        let (login, mut asked) = (login_of(role), 0);
        let (mut cookie, token) = (house.sign_in(&login).await, house.token(&login).await);
        for route in routes::table()
            .into_iter()
            .filter(|route| !route.path.starts_with("/demo/settle"))
        {
            let (status, _) = status(&house, &route, &cookie, &token).await;
            let let_in = status != StatusCode::FORBIDDEN && status != StatusCode::UNAUTHORIZED;
            let broken = status.is_server_error();
            let at_the_door = matches!(route.need, Need::Nothing(_));
            if broken || (let_in != route.need.admits(Some(role)) && !at_the_door) {
                wrong.push(format!(
                    "{} {} {}: {status}",
                    role.name(),
                    route.method,
                    route.path
                ));
            }
            if route.path == "/sign-out" {
                cookie = house.sign_in(&login).await;
            }
            asked += 1;
        }
        assert!(asked > 40);
    }
    assert!(
        wrong.is_empty(),
        "{} answers are not as declared:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_gets_further_than_the_door_without_signing_in() {
    let house = Installation::new(true).await;
    for route in routes::table() {
        let (status, location) = status(&house, &route, "", "").await;
        let open = matches!(route.need, Need::Nothing(_));
        let door = status == StatusCode::SEE_OTHER && location.starts_with("/sign-in");
        let refused = status == StatusCode::UNAUTHORIZED;
        let as_page = route.method == Method::GET && route.kind() == Kind::Page;
        let expected = if as_page { door } else { refused };
        assert!(
            open || expected,
            "{} {}: {status} {location}",
            route.method,
            route.path
        );
    }
}

#[test]
fn an_empty_set_of_actions_denies_everybody() {
    assert!(
        Role::ALL
            .into_iter()
            .all(|role| !Need::All(&[]).admits(Some(role)))
    );
    assert!(!Need::All(&[]).admits(None));
    assert!(!Need::SignedIn("x").admits(None));
}

#[test]
fn no_route_stands_twice_and_every_action_set_admits_somebody() {
    let routes = routes::table();
    let mut seen = std::collections::BTreeSet::new();
    for route in &routes {
        assert!(
            seen.insert((route.method.to_string(), route.path)),
            "{} stands twice",
            route.path
        );
        let somebody = Role::ALL
            .into_iter()
            .any(|role| route.need.admits(Some(role)));
        assert!(somebody, "{} {} admits nobody", route.method, route.path);
    }
}

/// `DAFTAR_WRITE_GOLDEN=1 cargo test -p web` writes the file anew; read the difference.
#[test]
fn the_route_table_is_the_one_that_was_reviewed() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/routes.txt");
    let now = listing(&routes::table());
    if std::env::var("DAFTAR_WRITE_GOLDEN").is_ok() {
        std::fs::write(file, &now).expect("the golden file is written");
    }
    let reviewed = std::fs::read_to_string(file).unwrap_or_default();
    assert_eq!(now, reviewed, "the route table changed: see routes.txt");
}
