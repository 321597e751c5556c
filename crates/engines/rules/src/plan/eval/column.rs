//! The column of one node over one block, and the views that tight loops take.
//!
//! A column says in few words what is the same for all of its elements: that all
//! are known, that all have one denominator, that all are one value. Loops are
//! written once a shape, so that the common ones hold no branch.

use crate::batch::{AT_LEAST, KNOWN, UNKNOWN};

#[derive(Debug, Clone)]
pub(crate) struct Column {
    /// Whole numbers and numerators; empty for yes/no.
    pub(super) whole: Vec<i64>,
    /// Yes/no as 1 and 0, a byte each.
    pub(super) truth: Vec<u8>,
    /// The denominator of all elements; 1 for whole numbers.
    pub(super) below: i64,
    /// Each element's denominator, where they differ; always positive.
    pub(super) belows: Vec<i64>,
    /// Empty: all are known.
    pub(super) states: Vec<u8>,
    /// The first element stands for all.
    pub(super) uniform: bool,
}

impl Default for Column {
    fn default() -> Column {
        Column {
            whole: Vec::new(),
            truth: Vec::new(),
            below: 1,
            belows: Vec::new(),
            states: Vec::new(),
            uniform: false,
        }
    }
}

/// Numbers to be read in a loop: one for all, or one each.
#[derive(Debug, Clone, Copy)]
pub(super) enum Numbers<'a> {
    One(i64),
    Each(&'a [i64]),
}

/// How much is known, or (of yes/no) which holds: one for all, or one each.
#[derive(Debug, Clone, Copy)]
pub(super) enum Bytes<'a> {
    One(u8),
    Each(&'a [u8]),
}

impl Column {
    pub(super) fn clear(&mut self) {
        self.whole.clear();
        self.truth.clear();
        self.below = 1;
        self.belows.clear();
        self.states.clear();
        self.uniform = false;
    }

    #[inline]
    fn at(&self, index: usize) -> usize {
        if self.uniform { 0 } else { index }
    }

    #[inline]
    pub fn value(&self, index: usize) -> i64 {
        let at = self.at(index);
        match self.truth.get(at) {
            Some(truth) => i64::from(*truth),
            None => self.whole[at],
        }
    }

    /// The denominator; 1 for whole numbers.
    #[inline]
    pub fn denominator(&self, index: usize) -> i64 {
        let below = self.belows.get(self.at(index));
        below.copied().unwrap_or(self.below)
    }

    #[inline]
    pub fn state(&self, index: usize) -> u8 {
        let state = self.states.get(self.at(index));
        state.copied().unwrap_or(KNOWN)
    }

    #[inline]
    pub fn is_known(&self, index: usize) -> bool {
        self.state(index) == KNOWN
    }

    pub(super) fn is_yes_no(&self) -> bool {
        !self.truth.is_empty()
    }

    pub(super) fn numbers(&self) -> Numbers<'_> {
        match self.whole.first() {
            Some(first) if self.uniform => Numbers::One(*first),
            _ => Numbers::Each(&self.whole),
        }
    }

    pub(super) fn denominators(&self) -> Numbers<'_> {
        match self.belows.first() {
            None => Numbers::One(self.below),
            Some(first) if self.uniform => Numbers::One(*first),
            Some(_) => Numbers::Each(&self.belows),
        }
    }

    pub(super) fn truths(&self) -> Bytes<'_> {
        match self.truth.first() {
            Some(first) if self.uniform => Bytes::One(*first),
            _ => Bytes::Each(&self.truth),
        }
    }

    pub(super) fn states(&self) -> Bytes<'_> {
        match self.states.first() {
            None => Bytes::One(KNOWN),
            Some(first) if self.uniform => Bytes::One(*first),
            Some(_) => Bytes::Each(&self.states),
        }
    }

    /// Is everything known, for sure and exactly?
    pub(super) fn all_known(&self) -> bool {
        matches!(self.states(), Bytes::One(KNOWN))
    }

    /// Is anything known only to be at least as much?
    pub(super) fn has_bounds(&self) -> bool {
        self.states.contains(&AT_LEAST)
    }

    /// Values as they lie in the batch.
    pub(super) fn take(&mut self, values: &[i64], yes_no: bool) {
        if yes_no {
            self.truth.extend(values.iter().map(|value| *value as u8));
        } else {
            self.whole.extend_from_slice(values);
        }
    }

    /// The elements of another column in the order of some places.
    pub(super) fn gather(&mut self, from: &Column, places: impl Iterator<Item = usize> + Clone) {
        fn picked<T: Copy>(from: &[T], places: impl Iterator<Item = usize>, out: &mut Vec<T>) {
            if !from.is_empty() {
                out.extend(places.map(|place| from[place]));
            }
        }
        self.below = from.below;
        picked(&from.whole, places.clone(), &mut self.whole);
        picked(&from.truth, places.clone(), &mut self.truth);
        picked(&from.belows, places.clone(), &mut self.belows);
        picked(&from.states, places, &mut self.states);
    }

    pub(super) fn copy_of(&mut self, from: &Column) {
        self.below = from.below;
        self.uniform = from.uniform;
        self.whole.extend_from_slice(&from.whole);
        self.truth.extend_from_slice(&from.truth);
        self.belows.extend_from_slice(&from.belows);
        self.states.extend_from_slice(&from.states);
    }

    /// Adds the values to a longer column.
    pub fn append_values(&self, count: usize, out: &mut Vec<i64>) {
        match (self.uniform, self.is_yes_no()) {
            (true, _) if count > 0 => out.resize(out.len() + count, self.value(0)),
            (false, true) => out.extend(self.truth.iter().map(|truth| i64::from(*truth))),
            _ => out.extend_from_slice(&self.whole),
        }
    }

    /// The denominators of a longer column, which stays empty while all are 1.
    pub fn append_denominators(&self, before: usize, count: usize, out: &mut Vec<i64>) {
        if out.is_empty() && self.denominators().is_one(1) {
            return;
        }
        out.resize(before, 1);
        match self.denominators() {
            Numbers::One(one) => out.resize(before + count, one),
            Numbers::Each(each) => out.extend_from_slice(each),
        }
    }

    /// The states of a longer column, which stays empty while all are known.
    pub fn append_states(&self, before: usize, count: usize, out: &mut Vec<u8>) {
        if out.is_empty() && self.all_known() {
            return;
        }
        out.resize(before, KNOWN);
        match self.states() {
            Bytes::One(one) => out.resize(before + count, one),
            Bytes::Each(each) => out.extend_from_slice(each),
        }
    }

    pub(super) fn push_number(&mut self, value: i64, state: u8) {
        self.whole.push(value);
        self.states.push(state);
    }

    /// Makes the states one each, to be changed one by one.
    pub(super) fn spread_states(&mut self, count: usize) -> &mut [u8] {
        if self.states.is_empty() {
            self.states.resize(count, KNOWN);
        }
        &mut self.states
    }

    /// Says in few words what turned out to be the same for all.
    pub(super) fn settle(&mut self) {
        if self.states.iter().all(|state| *state == KNOWN) {
            self.states.clear();
        }
        if let Some(first) = self.belows.first().copied()
            && self.belows.iter().all(|below| *below == first)
        {
            self.below = first;
            self.belows.clear();
        }
    }
}

impl Numbers<'_> {
    pub(super) fn is_one(self, value: i64) -> bool {
        matches!(self, Numbers::One(one) if one == value)
    }

    #[inline]
    pub(super) fn at(self, index: usize) -> i64 {
        match self {
            Numbers::One(one) => one,
            Numbers::Each(each) => each[index],
        }
    }
}

impl Bytes<'_> {
    #[inline]
    pub(super) fn at(self, index: usize) -> u8 {
        match self {
            Bytes::One(one) => one,
            Bytes::Each(each) => each[index],
        }
    }
}

/// `out[i] = f(a[i])`; false when one of the second results was below zero.
#[inline]
pub(super) fn map(
    count: usize,
    a: Numbers<'_>,
    out: &mut Vec<i64>,
    f: impl Fn(i64) -> (i64, i64),
) -> bool {
    let mut wrong = 0;
    out.clear();
    match a {
        Numbers::Each(a) => out.extend(a.iter().map(|a| {
            let (value, amiss) = f(*a);
            wrong |= amiss;
            value
        })),
        Numbers::One(a) => {
            let (value, amiss) = f(a);
            wrong = amiss;
            out.resize(count, value);
        }
    }
    wrong >= 0
}

/// `out[i] = f(a[i], b[i])`; false when one of the second results was below zero.
#[inline]
pub(super) fn zip(
    count: usize,
    a: Numbers<'_>,
    b: Numbers<'_>,
    out: &mut Vec<i64>,
    f: impl Fn(i64, i64) -> (i64, i64),
) -> bool {
    match (a, b) {
        (a, Numbers::One(b)) => map(count, a, out, |a| f(a, b)),
        (Numbers::One(a), b) => map(count, b, out, |b| f(a, b)),
        (Numbers::Each(a), Numbers::Each(b)) => {
            let mut wrong = 0;
            out.clear();
            out.extend(a.iter().zip(b).map(|(a, b)| {
                let (value, amiss) = f(*a, *b);
                wrong |= amiss;
                value
            }));
            wrong >= 0
        }
    }
}

/// `out[i] = f(a[i], b[i])` in yes and no.
#[inline]
pub(super) fn zip_truth(
    count: usize,
    a: Numbers<'_>,
    b: Numbers<'_>,
    out: &mut Vec<u8>,
    f: impl Fn(i64, i64) -> bool,
) {
    out.clear();
    match (a, b) {
        (Numbers::Each(a), Numbers::Each(b)) => {
            out.extend(a.iter().zip(b).map(|(a, b)| u8::from(f(*a, *b))));
        }
        (Numbers::Each(a), Numbers::One(b)) => out.extend(a.iter().map(|a| u8::from(f(*a, b)))),
        (Numbers::One(a), Numbers::Each(b)) => out.extend(b.iter().map(|b| u8::from(f(a, *b)))),
        (Numbers::One(a), Numbers::One(b)) => out.resize(count, u8::from(f(a, b))),
    }
}

/// `out[i] = f(a[i], b[i])` in bytes.
#[inline]
pub(super) fn zip_bytes(
    count: usize,
    a: Bytes<'_>,
    b: Bytes<'_>,
    out: &mut Vec<u8>,
    f: impl Fn(u8, u8) -> u8,
) {
    out.clear();
    match (a, b) {
        (Bytes::Each(a), Bytes::Each(b)) => out.extend(a.iter().zip(b).map(|(a, b)| f(*a, *b))),
        (Bytes::Each(a), Bytes::One(b)) => out.extend(a.iter().map(|a| f(*a, b))),
        (Bytes::One(a), Bytes::Each(b)) => out.extend(b.iter().map(|b| f(a, *b))),
        (Bytes::One(a), Bytes::One(b)) => out.resize(count, f(a, b)),
    }
}

/// The states of a result of two columns; left empty when both are wholly known.
pub(super) fn join_states(
    count: usize,
    left: &Column,
    right: &Column,
    out: &mut Vec<u8>,
    f: impl Fn(u8, u8) -> u8,
) {
    if left.all_known() && right.all_known() {
        out.clear();
    } else {
        zip_bytes(count, left.states(), right.states(), out, f);
    }
}

/// Known when both are; a lower bound alone is not knowledge.
pub(super) fn both_known(left: u8, right: u8) -> u8 {
    left & right & KNOWN
}

pub(super) fn less_known(left: u8, right: u8) -> u8 {
    left.min(right)
}

const _: () = assert!(UNKNOWN == 0 && AT_LEAST == 1 && KNOWN == 2);
