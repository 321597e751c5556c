//! Daftar's pages and its programming interface, over HTTP.
//!
//! Server-rendered HTML that needs no script, works at 320 pixels and speaks
//! four ways of writing; JSON under `/api` for programs.
//!
//! Reading order
//! 1. words and frame: [`i18n`], [`shell`], [`form`], [`style`]
//! 2. what a page shows: [`pages`], each struct with its template beside it
//! 3. who asks and whether he may: [`route`], [`routes`], [`rim`], [`guest`], [`stop`]
//! 4. for programs: [`api`], described in [`openapi`]
//! 5. [`router()`], what `daftar serve` runs; `patience.rs`, how long a request may take;
//!    `tls.rs`, the listener of an X-Road security server

pub mod api;
mod arrival;
pub mod cookie;
pub mod desk;
mod errand;
pub mod form;
pub mod form_body;
pub mod guest;
pub mod house;
pub mod i18n;
mod listen;
pub mod openapi;
pub mod pages;
mod patience;
pub mod query;
pub mod rim;
pub mod rooms;
pub mod route;
mod router;
pub mod routes;
pub mod seen;
pub mod shell;
mod stall;
pub mod stop;
pub mod style;
mod tls;

pub use house::{House, Settings};
pub use listen::{serve, serve_behind_x_road};
pub use router::{ANSWER_S_MAX, BODY_KIB_MAX, Door, SETTLE_S_MAX, router};
pub use tls::{MutualTls, TlsListener, TlsRefused};

#[cfg(test)]
mod tests;
