//! Figures of a district on one page: numbers, bars drawn by the server with
//! the table beside, no personal data.

use access::{Action, Purpose, Scope};
use axum::extract::State;
use axum::response::Response;
use casework::case::State as CaseState;
use casework::figures::{self as cases, Figures};
use store::Tx;

use crate::desk::reason_of_wait;
use crate::guest::Seat;
use crate::house::House;
use crate::i18n::T;
use crate::pages::access::home::area_words;
use crate::pages::show;
use crate::stop::Stop;
use askama::Template;
use kernel::{Day, Money};

use crate::shell::Shell;

/// One bar: a label, its length, and the number as people read it.
#[derive(Debug, Clone)]
pub struct Bar {
    pub label: String,
    pub value: i64,
    pub shown: String,
}

/// Bars in a table: the picture and the numbers are the same rows.
#[derive(Debug, Clone, Template)]
#[template(path = "bars.html")]
pub struct Bars {
    pub caption: String,
    pub head: [String; 2],
    pub rows: Vec<Bar>,
}

impl Bars {
    /// Length in per cent of the longest bar; whole numbers, at least 1 for what is not zero.
    fn length(&self, bar: &Bar) -> i64 {
        let longest = self
            .rows
            .iter()
            .map(|row| row.value)
            .max()
            .unwrap_or(0)
            .max(1);
        let scaled = i128::from(bar.value.max(0)) * 100 / i128::from(longest);
        if bar.value > 0 {
            scaled.max(1) as i64
        } else {
            0
        }
    }
}

#[derive(Debug)]
pub struct Totals {
    pub lodged: i64,
    pub awarded: i64,
    pub refused: i64,
    pub waiting: i64,
    pub waiting_list: i64,
    pub credited: Money,
    pub returned: Money,
}

#[derive(Debug, Template)]
#[template(path = "figures.html")]
pub struct FiguresPage {
    pub shell: Shell,
    pub area: String,
    pub as_of: Day,
    pub totals: Totals,
    pub charts: Vec<Bars>,
}

/// Months of money that are added up: this one and the two before.
const MONEY_MONTHS: i32 = 3;

pub async fn page(State(house): State<House>, seat: Seat) -> Result<Response, Stop> {
    let area = seat.subject.territory;
    let permit = seat
        .permit(
            &house,
            Action::ReadFigures,
            Purpose::Statistics,
            Scope::area(area),
        )
        .await?;
    permit.must_be_for(&[Action::ReadFigures]);
    let mut tx = house.read().await?;
    let (today, now) = (house.today(), house.daftar.now());
    let mut sum = Figures::default();
    for district in cases::districts(&mut tx).await? {
        if area.covers(access::Area::District(district)) {
            add(
                &mut sum,
                cases::district(&mut tx, district, today.month(), now).await?,
            );
        }
    }
    let money = money_of(&mut tx, &seat, today).await?;
    let t = seat.t();
    let totals = totals_of(&sum, &money);
    let charts = vec![outcomes(t, &totals), waits(t, &sum), money_chart(t, &money)];
    Ok(show(&FiguresPage {
        shell: seat.shell(),
        area: area_words(t, area),
        as_of: today,
        totals,
        charts,
    }))
}

fn add(sum: &mut Figures, other: Figures) {
    for (state, count) in other.by_state {
        match sum.by_state.iter_mut().find(|(known, _)| *known == state) {
            Some((_, total)) => *total += count,
            None => sum.by_state.push((state, count)),
        }
    }
    for (who, count) in other.by_wait {
        match sum.by_wait.iter_mut().find(|(known, _)| *known == who) {
            Some((_, total)) => *total += count,
            None => sum.by_wait.push((who, count)),
        }
    }
}

/// Money of the last months, on lines, on cards, returned.
struct MoneyOf {
    due: Money,
    credited: Money,
    returned: Money,
}

async fn money_of(tx: &mut Tx, seat: &Seat, today: Day) -> Result<MoneyOf, Stop> {
    let mut sum = MoneyOf {
        due: Money::ZERO,
        credited: Money::ZERO,
        returned: Money::ZERO,
    };
    for back in 0..MONEY_MONTHS {
        for figure in payments::figure::of_month(tx, today.month().plus(-back), None).await? {
            if seat
                .subject
                .territory
                .covers(access::Area::District(figure.district))
            {
                sum.due += figure.due;
                sum.credited += figure.credited_total;
                sum.returned += figure.returned_total;
            }
        }
    }
    Ok(sum)
}

fn totals_of(sum: &Figures, money: &MoneyOf) -> Totals {
    let of = |states: &[CaseState]| states.iter().map(|state| sum.count(*state)).sum::<i64>();
    Totals {
        lodged: sum.by_state.iter().map(|(_, count)| count).sum(),
        awarded: of(&[CaseState::Awarded, CaseState::Ended]),
        refused: of(&[CaseState::Refused]),
        waiting: of(&[
            CaseState::Prepared,
            CaseState::Gathering,
            CaseState::Visiting,
            CaseState::Assessed,
            CaseState::Suspended,
        ]),
        waiting_list: of(&[CaseState::WaitingList]),
        credited: money.credited,
        returned: money.returned,
    }
}

fn chart(t: T, caption: &str, rows: Vec<(&str, i64)>) -> Bars {
    let bar = |(label, value): (&str, i64)| Bar {
        label: label.to_owned(),
        value,
        shown: t.count(value),
    };
    Bars {
        caption: caption.to_owned(),
        head: [t.col_state().to_owned(), t.col_count().to_owned()],
        rows: rows.into_iter().map(bar).collect(),
    }
}

fn outcomes(t: T, totals: &Totals) -> Bars {
    let rows = vec![
        (t.fig_awarded(), totals.awarded),
        (t.fig_refused(), totals.refused),
        (t.fig_waiting_list(), totals.waiting_list),
        (t.fig_waiting(), totals.waiting),
    ];
    chart(t, t.fig_outcomes(), rows)
}

fn waits(t: T, sum: &Figures) -> Bars {
    let rows = sum
        .by_wait
        .iter()
        .map(|(who, count)| (t.reason(&reason_of_wait(*who)), *count));
    chart(t, t.fig_waits(), rows.collect())
}

fn money_chart(t: T, money: &MoneyOf) -> Bars {
    let bar = |label: &str, sum: Money| Bar {
        label: label.to_owned(),
        value: sum.minor(),
        shown: t.money(sum),
    };
    Bars {
        caption: t.fig_money().to_owned(),
        head: [t.col_state().to_owned(), t.col_amount().to_owned()],
        rows: vec![
            bar(t.fig_ordered(), money.due),
            bar(t.fig_credited(), money.credited),
            bar(t.fig_returned(), money.returned),
        ],
    }
}
