//! Sign-in: a PINFL or a login, and a secret.

use askama::Template;

use crate::form::{Field, Problems, Typed};
use crate::shell::Shell;

#[derive(Debug, Template)]
#[template(path = "access/sign_in.html")]
pub struct SignInPage {
    pub shell: Shell,
    pub typed: Typed,
    pub problems: Problems,
    /// Where to go after signing in.
    pub next: String,
    /// Somebody came from a page that needs signing in.
    pub sent_here: bool,
}

impl SignInPage {
    fn login(&self) -> Field {
        let t = self.shell.t;
        Field::text("login", t.sign_in_login(), &self.typed, &self.problems)
            .hint(t.sign_in_login_hint())
            .login()
    }

    fn secret(&self) -> Field {
        let t = self.shell.t;
        Field::text("secret", t.sign_in_secret(), &self.typed, &self.problems)
            .hint(t.sign_in_secret_hint())
            .secret()
    }

    /// What is missing before the secret is even looked at.
    pub fn check(shell: &Shell, typed: &Typed) -> Problems {
        let mut problems = Problems::none();
        if typed.get("login").is_empty() {
            problems.add("login", shell.t.sign_in_login_empty());
        }
        if typed.get("secret").is_empty() {
            problems.add("secret", shell.t.sign_in_secret_empty());
        }
        problems
    }
}
