//! What the banks leave for a person: lines that fit nothing, which are closed with a note; and
//! statements that do not join, rejected files and silent banks, which end by themselves.

use access::{Action, Purpose, Scope};
use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use kernel::{Day, Money};
use payments::intake::closing::{self, Close};
use payments::intake::gap::Gap;
use payments::intake::worklist::{self, Rejected, Silent, UnmatchedLine, Worklist};
use store::Tx;
use uuid::Uuid;

use crate::form::{Field, Problems, Typed};
use crate::form_body::Body;
use crate::guest::Seat;
use crate::house::House;
use crate::i18n::{T, zone};
use crate::pages::{Listed, in_language, show, show_as};
use crate::shell::Shell;
use crate::stop::Stop;

/// A bank that has not told everything so many hours after its file was written is silent.
const SILENT_AFTER_S: i64 = 72 * 3_600;

/// A line that fits nothing.
#[derive(Debug)]
pub struct BankLine {
    pub source: Uuid,
    pub place: i64,
    pub bank: String,
    /// The payment that the bank names, or its own name of the booking.
    pub name: String,
    pub amount: Option<Money>,
    pub why: &'static str,
}

/// What ends by itself when the bank sends what is missing.
#[derive(Debug)]
pub struct Missing {
    pub bank: String,
    pub what: &'static str,
    pub since: Day,
}

#[derive(Debug, Template)]
#[template(path = "payments/worklist.html")]
pub struct WorklistPage {
    pub shell: Shell,
    pub lines: Vec<BankLine>,
    pub missing: Vec<Missing>,
    pub may_close: bool,
}

#[derive(Debug, Template)]
#[template(path = "payments/bank_line.html")]
pub struct BankLinePage {
    pub shell: Shell,
    pub line: BankLine,
    pub typed: Typed,
    pub problems: Problems,
}

impl BankLinePage {
    fn note(&self) -> Field {
        let t = self.shell.t;
        Field::text("note", t.line_note(), &self.typed, &self.problems).hint(t.line_note_hint())
    }
}

pub async fn list(
    State(house): State<House>,
    seat: Seat,
    Query(page): Query<Listed>,
) -> Result<Response, Stop> {
    let mut tx = read(&house, &seat).await?;
    let silent_before = house.platform().clock.now().plus_seconds(-SILENT_AFTER_S);
    let list = worklist::load(&mut tx, silent_before).await?;
    let t = seat.t();
    let mut missing: Vec<Missing> = list.gaps.iter().map(|gap| gap_line(t, gap)).collect();
    missing.extend(list.rejected.iter().map(|file| rejected_line(t, file)));
    missing.extend(list.silent.iter().map(|file| silent_line(t, file)));
    let mut shell = seat.shell_at("/worklist");
    shell.done = page.done.map(|_| t.line_closed().to_owned());
    Ok(show(&WorklistPage {
        shell,
        lines: lines_of(t, &list),
        missing,
        may_close: seat.subject.role == access::Role::Treasurer,
    }))
}

async fn read(house: &House, seat: &Seat) -> Result<Tx, Stop> {
    let scope = Scope::area(seat.subject.territory);
    seat.permit(house, Action::ReadRun, Purpose::Payment, scope)
        .await?
        .must_be_for(&[Action::ReadRun]);
    house.read().await
}

fn lines_of(t: T, list: &Worklist) -> Vec<BankLine> {
    let of_files = list.lines.iter().map(|line| file_line(t, line));
    let of_wire = list.answers.iter().map(|answer| BankLine {
        source: answer.statement,
        place: answer.seq,
        bank: String::new(),
        name: answer.payment.simple().to_string(),
        amount: None,
        why: why(t, &answer.why),
    });
    of_files.chain(of_wire).collect()
}

fn file_line(t: T, line: &UnmatchedLine) -> BankLine {
    let name = line.end_to_end.as_ref().or(line.reference.as_ref());
    BankLine {
        source: line.file,
        place: line.place,
        bank: bank(t, line.mfo),
        name: name.cloned().unwrap_or_default(),
        amount: line.amount,
        why: why(t, &line.why),
    }
}

fn bank(t: T, mfo: i64) -> String {
    match mfo {
        0 => t.line_no_bank().to_owned(),
        mfo => format!("{mfo:05}"),
    }
}

fn why(t: T, why: &str) -> &'static str {
    match why {
        "unknown_payment" | "other_statement" | "other_bank" | "not_by_file" => t.why_not_ours(),
        "amount_differs" | "currency_differs" | "no_amount" => t.why_amount(),
        "account_differs" => t.why_account(),
        "credited_after_return" => t.why_credited_after_return(),
        "unknown_sender" => t.why_unknown_sender(),
        "booked_again" => t.why_booked_again(),
        "rejected_after_booking" | "rejected_after_acceptance" => t.why_rejected_late(),
        _ => t.why_unknown_file(),
    }
}

fn gap_line(t: T, gap: &Gap) -> Missing {
    Missing {
        bank: bank(t, gap.mfo),
        what: t.missing_gap(),
        since: gap.day,
    }
}

fn rejected_line(t: T, file: &Rejected) -> Missing {
    Missing {
        bank: file.mfo.to_string(),
        what: t.missing_rejected(),
        since: file.at.day(zone()),
    }
}

fn silent_line(t: T, file: &Silent) -> Missing {
    Missing {
        bank: file.mfo.to_string(),
        what: t.missing_silent(),
        since: file.since.day(zone()),
    }
}

async fn line_page(
    house: &House,
    seat: &Seat,
    (source, place): (Uuid, i64),
    typed: Typed,
    problems: Problems,
) -> Result<BankLinePage, Stop> {
    let list = worklist::load_unmatched(&mut read(house, seat).await?).await?;
    let lines = lines_of(seat.t(), &list).into_iter();
    let mut found = lines.filter(|line| (line.source, line.place) == (source, place));
    let line = found.next().ok_or(Stop::NotFound)?;
    let shell = seat
        .shell_at(format!("/worklist/{source}/{place}"))
        .with_form(!problems.is_empty());
    Ok(BankLinePage {
        shell,
        line,
        typed,
        problems,
    })
}

pub async fn form(
    State(house): State<House>,
    seat: Seat,
    Path(line): Path<(Uuid, i64)>,
) -> Result<Response, Stop> {
    let page = line_page(&house, &seat, line, Typed::default(), Problems::none()).await?;
    Ok(show(&page))
}

pub async fn close(
    State(house): State<House>,
    seat: Seat,
    Path(line): Path<(Uuid, i64)>,
    Body(typed): Body,
) -> Result<Response, Stop> {
    if let Some(lang) = typed.language() {
        let seat = seat.in_language(lang);
        let page = line_page(&house, &seat, line, typed, Problems::none()).await?;
        return Ok(in_language(lang, &house, show(&page)));
    }
    let scope = Scope::area(seat.subject.territory);
    let permit = seat
        .permit(&house, Action::CloseBankLine, Purpose::Payment, scope)
        .await?;
    let command = Close {
        source: line.0,
        place: line.1,
        note: typed.get("note").to_owned(),
    };
    let problem = match closing::close(house.platform(), &permit, &command).await {
        Ok(()) => return Ok(Redirect::to("/worklist?done=1").into_response()),
        Err(payments::Error::Closing(closing::Refusal::Note { .. })) => seat.t().line_note_wrong(),
        Err(payments::Error::Closing(closing::Refusal::ClosedBefore { .. })) => {
            return Ok(Redirect::to("/worklist").into_response());
        }
        Err(payments::Error::Closing(closing::Refusal::Unknown { .. })) => {
            return Err(Stop::NotFound);
        }
        Err(fault) => return Err(fault.into()),
    };
    let problems = Problems::one("note", problem);
    let page = line_page(&house, &seat, line, typed, problems).await?;
    Ok(show_as(StatusCode::UNPROCESSABLE_ENTITY, &page))
}
