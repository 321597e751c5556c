//! Which rooms of the navigation a role sees: those whose route admits it.

use std::sync::OnceLock;

use access::Role;
use axum::http::Method;

use crate::i18n::T;
use crate::route::Need;
use crate::shell::Room;

/// What a room is called and what one does there.
type Words = fn(T) -> [&'static str; 2];

const ROOMS: [(&str, Words); 15] = [
    ("/my/applications", |t| {
        [t.room_my_applications(), t.room_my_applications_about()]
    }),
    ("/my/payments", |t| {
        [t.room_my_payments(), t.room_my_payments_about()]
    }),
    ("/my/looks", |t| {
        [t.room_my_looks(), t.room_my_looks_about()]
    }),
    ("/applications/new", |t| {
        [t.room_lodge(), t.room_lodge_about()]
    }),
    ("/applications", |t| {
        [t.room_follow(), t.room_follow_about()]
    }),
    ("/visits", |t| [t.room_visits(), t.room_visits_about()]),
    ("/conclusions", |t| {
        [t.room_conclusions(), t.room_conclusions_about()]
    }),
    ("/cases", |t| [t.room_cases(), t.room_cases_about()]),
    ("/account-tasks", |t| {
        [t.room_account_tasks(), t.room_account_tasks_about()]
    }),
    ("/debts", |t| [t.room_debts(), t.room_debts_about()]),
    ("/runs", |t| [t.room_runs(), t.room_runs_about()]),
    ("/worklist", |t| {
        [t.room_worklist(), t.room_worklist_about()]
    }),
    ("/appropriations", |t| {
        [t.room_appropriations(), t.room_appropriations_about()]
    }),
    ("/security-events", |t| {
        [t.room_events(), t.room_events_about()]
    }),
    ("/figures", |t| [t.room_figures(), t.room_figures_about()]),
];

pub fn of(role: Role, t: T, here: &str) -> Vec<Room> {
    let current = current(here);
    let open = ROOMS.iter().filter(|(path, _)| is_open(role, path));
    open.map(|&(path, words)| {
        let [label, about] = words(t);
        Room {
            path,
            label,
            about,
            current: Some(path) == current,
        }
    })
    .collect()
}

/// The longest room whose address the page begins with.
fn current(here: &str) -> Option<&'static str> {
    let path = here.split('?').next().unwrap_or(here);
    let inside = |room: &&str| path == *room || path.starts_with(&format!("{room}/"));
    ROOMS
        .iter()
        .map(|(room, _)| *room)
        .filter(inside)
        .max_by_key(|room| room.len())
}

fn is_open(role: Role, path: &str) -> bool {
    static NEEDS: OnceLock<Vec<(&'static str, Need)>> = OnceLock::new();
    let needs = NEEDS.get_or_init(|| {
        let routes = crate::routes::table().into_iter();
        let pages = routes.filter(|route| route.method == Method::GET);
        pages.map(|route| (route.path, route.need)).collect()
    });
    let room = needs.iter().find(|(known, _)| *known == path);
    room.expect("every room has a route").1.admits(Some(role))
}
