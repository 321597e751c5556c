//! Completed years of many people on one day, without taking dates apart.
//!
//! Who has completed `n` years on a day was born by the same day `n` years before
//! (or, on 29 February of a year without one, by the last day of February). A table of those days is made
//! once a day of reckoning; a division gives the years but for one, the table the rest.

use super::column::{Bytes, Column, Numbers, both_known, join_states};
use kernel::{Day, Month};

/// Ages that the table holds; older people are reckoned one by one.
const YEARS_MAX: usize = 150;

/// The days of birth by which `n` years are completed on a day.
#[derive(Debug, Default)]
pub(crate) struct Years {
    on: Option<i32>,
    born_by: Vec<i64>,
}

impl Years {
    fn turn_to(&mut self, on: i32) {
        if self.on == Some(on) {
            return;
        }
        let (year, month, day) = Day(on).ymd();
        self.on = Some(on);
        self.born_by.clear();
        for back in 0..=YEARS_MAX as i32 + 1 {
            let born = Month((year - back) * 12 + month as i32 - 1);
            let born = born.first_day().plus_days(day.min(born.days()) as i32 - 1);
            self.born_by.push(i64::from(born.0));
        }
    }
}

/// False when the days of reckoning differ, or somebody was born outside the table.
pub(super) fn completed_years(
    years: &mut Years,
    born: &Column,
    on: &Column,
    count: usize,
    out: &mut Column,
) -> bool {
    let Numbers::One(on_day) = on.numbers() else {
        return false;
    };
    let (Ok(day), Bytes::One(crate::batch::KNOWN)) = (i32::try_from(on_day), on.states()) else {
        return false;
    };
    years.turn_to(day);
    let Ok(table) = <&[i64; YEARS_MAX + 2]>::try_from(years.born_by.as_slice()) else {
        return false;
    };
    join_states(count, born, born, &mut out.states, both_known);
    let last = table[YEARS_MAX];
    super::column::map(count, born.numbers(), &mut out.whole, |born| {
        let outside = (born > on_day) | (born < last);
        let lived = if outside {
            0
        } else {
            on_day.wrapping_sub(born)
        };
        // Never too many, and at most one too few.
        let least = ((lived as u64).wrapping_mul(400) / 146_100) as usize;
        let more = usize::from(born <= table[(least + 1).min(YEARS_MAX + 1)]);
        ((least + more) as i64, i64::from(outside).wrapping_neg())
    })
}
