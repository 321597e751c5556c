//! What the pages say, in four ways of writing.
//!
//! [`T`] is the catalogue in one language: a method for each text. The texts
//! stand by topic in the files of this folder; the macro in [`catalogue`]
//! makes a missing language, text or argument a compile error.

mod access;
mod casework;
pub mod catalogue;
mod decision;
mod errors;
mod figures;
mod payments;
mod shell;
#[cfg(test)]
mod tests;

use kernel::day::{Day, Instant, Month, Zone};
use kernel::lang::{self, Lang, Text3};
use kernel::{Currency, Money};

/// The catalogue in the reader's language. Cheap to copy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct T(Lang);

/// A value by itself or behind references: templates hand over either.
pub trait Of<V> {
    fn of(self) -> V;
}

impl<V: Copy> Of<V> for V {
    fn of(self) -> V {
        self
    }
}

impl<V: Copy> Of<V> for &V {
    fn of(self) -> V {
        *self
    }
}

impl<V: Copy> Of<V> for &&V {
    fn of(self) -> V {
        **self
    }
}

/// Where the wall clock of the pages hangs.
pub fn zone() -> Zone {
    Zone::tashkent()
}

impl T {
    pub fn new(lang: Lang) -> T {
        T(lang)
    }

    pub fn lang(self) -> Lang {
        self.0
    }

    pub fn tag(self) -> &'static str {
        self.0.tag()
    }

    pub fn money(self, sum: impl Of<Money>) -> String {
        lang::money(sum.of(), Currency::Uzs, self.0)
    }

    pub fn count(self, number: impl Of<i64>) -> String {
        lang::number(number.of())
    }

    pub fn day(self, day: impl Of<Day>) -> String {
        lang::date(day.of(), self.0)
    }

    pub fn month(self, month: impl Of<Month>) -> String {
        lang::month(month.of(), self.0)
    }

    pub fn moment(self, at: impl Of<Instant>) -> String {
        lang::time(at.of(), zone(), self.0)
    }

    pub fn day_of(self, at: impl Of<Instant>) -> String {
        lang::date(at.of().day(zone()), self.0)
    }

    pub fn three(self, text: &Text3) -> String {
        text.get(self.0).into_owned()
    }

    pub fn yes_no(self, yes: impl Of<bool>) -> &'static str {
        if yes.of() { self.yes() } else { self.no() }
    }
}

/// Every text of the catalogue, for the tests.
pub fn sources() -> impl Iterator<Item = &'static catalogue::Source> {
    [
        shell::SOURCES,
        access::SOURCES,
        errors::SOURCES,
        casework::SOURCES,
        decision::SOURCES,
        payments::SOURCES,
        figures::SOURCES,
    ]
    .into_iter()
    .flatten()
}
