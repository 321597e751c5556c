//! Daftar's pages and its programming interface, over HTTP.
//!
//! Server-rendered HTML that needs no script, works at 320 pixels and speaks
//! four ways of writing; JSON under `/api` for programs.
//!
//! Reading order
//! 1. words and frame: [`i18n`], [`shell`], [`form`], [`style`]
//! 2. what a page shows: [`pages`], each struct with its template beside it

pub mod form;
pub mod i18n;
pub mod pages;
pub mod query;
pub mod shell;
pub mod style;
