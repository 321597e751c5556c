//! Error pages: what happened, why, what to do. The telephone is in the footer.

use askama::Template;
use axum::http::StatusCode;

use crate::i18n::T;
use crate::shell::Shell;

#[derive(Debug, Template)]
#[template(path = "error.html")]
pub struct ErrorPage {
    pub shell: Shell,
    pub status: StatusCode,
    pub title: String,
    pub why: String,
    pub advice: String,
}

impl ErrorPage {
    fn new(shell: Shell, status: StatusCode, words: impl FnOnce(T) -> [String; 3]) -> ErrorPage {
        let [title, why, advice] = words(shell.t);
        ErrorPage {
            shell,
            status,
            title,
            why,
            advice,
        }
    }

    pub fn not_found(shell: Shell) -> ErrorPage {
        ErrorPage::new(shell, StatusCode::NOT_FOUND, |t| {
            [t.not_found_title(), t.not_found_why(), t.not_found_do()].map(str::to_owned)
        })
    }

    /// The role has no such permission.
    pub fn forbidden_role(shell: Shell, role: &str) -> ErrorPage {
        ErrorPage::new(shell, StatusCode::FORBIDDEN, |t| {
            [
                t.forbidden_title().to_owned(),
                t.forbidden_why(role),
                t.forbidden_do().to_owned(),
            ]
        })
    }

    /// The role has the permission, but elsewhere.
    pub fn forbidden_area(shell: Shell) -> ErrorPage {
        ErrorPage::new(shell, StatusCode::FORBIDDEN, |t| {
            [
                t.forbidden_title(),
                t.forbidden_area_why(),
                t.forbidden_do(),
            ]
            .map(str::to_owned)
        })
    }

    pub fn bad_request(shell: Shell) -> ErrorPage {
        ErrorPage::new(shell, StatusCode::BAD_REQUEST, |t| {
            [t.bad_title(), t.bad_why(), t.bad_do()].map(str::to_owned)
        })
    }

    pub fn cross_site(shell: Shell) -> ErrorPage {
        ErrorPage::new(shell, StatusCode::FORBIDDEN, |t| {
            [t.cross_title(), t.cross_why(), t.forbidden_do()].map(str::to_owned)
        })
    }

    pub fn too_large(shell: Shell, kib: usize) -> ErrorPage {
        ErrorPage::new(shell, StatusCode::PAYLOAD_TOO_LARGE, |t| {
            [
                t.large_title().to_owned(),
                t.large_why(kib),
                t.bad_do().to_owned(),
            ]
        })
    }

    /// `why` comes from the refusal itself, in the reader's language.
    pub fn conflict(shell: Shell, why: String) -> ErrorPage {
        ErrorPage::new(shell, StatusCode::CONFLICT, |t| {
            [
                t.conflict_title().to_owned(),
                why,
                t.conflict_do().to_owned(),
            ]
        })
    }

    pub fn fault(shell: Shell) -> ErrorPage {
        ErrorPage::new(shell, StatusCode::INTERNAL_SERVER_ERROR, |t| {
            [t.fault_title(), t.fault_why(), t.fault_do()].map(str::to_owned)
        })
    }

    pub fn slow(shell: Shell) -> ErrorPage {
        ErrorPage::new(shell, StatusCode::GATEWAY_TIMEOUT, |t| {
            [t.slow_title(), t.fault_why(), t.fault_do()].map(str::to_owned)
        })
    }
}
