//! A real browser without a screen, for the tests of the pages.
//!
//! [`driver`] starts chromedriver and opens sessions of a width; [`checks`] are the rules that hold on every page. Where no
//! browser is installed the tests say so aloud and are skipped.

pub mod checks;
pub mod driver;
