//! On what each question about me rests, and my own word where it rests on consent.

use access::{Action, Permit, Purpose, Scope};
use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use exchange::consent::{self, Agreement, LawfulBasis, Record, Refusal, Said};
use kernel::{Day, Source};

use crate::guest::Seat;
use crate::house::House;
use crate::i18n::{T, zone};
use crate::pages::show;
use crate::shell::Shell;
use crate::stop::Stop;

/// How a word of this page is named in the record.
const THROUGH: &str = "the page of consents";

#[derive(Debug)]
pub struct Line {
    /// The agency, as the address of its form names it.
    pub name: &'static str,
    pub agency: String,
    pub law: String,
    /// Nothing where the law asks nobody.
    pub consent: Option<Word>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Word {
    Given(Day),
    TakenBack(Day),
    NeverSaid,
}

impl Line {
    fn given(&self) -> Option<Day> {
        match self.consent {
            Some(Word::Given(day)) => Some(day),
            _ => None,
        }
    }

    fn taken_back(&self) -> Option<Day> {
        match self.consent {
            Some(Word::TakenBack(day)) => Some(day),
            _ => None,
        }
    }
}

#[derive(Debug, Template)]
#[template(path = "access/consents.html")]
pub struct ConsentsPage {
    pub shell: Shell,
    pub lines: Vec<Line>,
}

pub async fn permit(house: &House, seat: &Seat) -> Result<Permit, Stop> {
    let scope = Scope::own(&seat.subject);
    seat.permit(house, Action::GiveConsent, Purpose::OwnInformation, scope)
        .await
}

/// The agreements as they stand, and the reader's own words.
pub async fn stands(house: &House, permit: &Permit) -> Result<(Vec<Agreement>, Vec<Record>), Stop> {
    let agreements = house.daftar.exchange.agreements().await;
    let agreements = agreements.map_err(Stop::fault)?;
    let mut tx = house.read().await?;
    let records = consent::of_person(&mut tx, permit).await;
    Ok((agreements, records.map_err(Stop::fault)?))
}

pub async fn mine(State(house): State<House>, seat: Seat) -> Result<Response, Stop> {
    let permit = permit(&house, &seat).await?;
    let (agreements, records) = stands(&house, &permit).await?;
    let t = seat.t();
    let mut lines: Vec<Line> = agreements
        .iter()
        .map(|agreement| line_of(t, agreement, &records))
        .collect();
    lines.sort_by_key(|line| line.consent.is_none());
    let shell = seat.shell_at("/my/consents");
    Ok(show(&ConsentsPage { shell, lines }))
}

pub fn line_of(t: T, agreement: &Agreement, records: &[Record]) -> Line {
    let said = records
        .iter()
        .find(|record| record.agreement == agreement.terms.id);
    let word = || match said {
        None => Word::NeverSaid,
        Some(record) => {
            let day = record.last.at.day(zone());
            match record.last.opt_in {
                true => Word::Given(day),
                false => Word::TakenBack(day),
            }
        }
    };
    Line {
        name: agreement.agency.name(),
        agency: t.three(&agreement.agency.label()),
        law: agreement.terms.legal_basis.clone(),
        consent: (agreement.terms.lawful_basis == LawfulBasis::Consent).then(word),
    }
}

pub async fn give(
    State(house): State<House>,
    seat: Seat,
    Path(agency): Path<String>,
) -> Result<Response, Stop> {
    by_page(&house, &seat, &agency, true).await
}

pub async fn take_back(
    State(house): State<House>,
    seat: Seat,
    Path(agency): Path<String>,
) -> Result<Response, Stop> {
    by_page(&house, &seat, &agency, false).await
}

async fn by_page(house: &House, seat: &Seat, agency: &str, opt_in: bool) -> Result<Response, Stop> {
    let agency = Source::named(agency).ok_or(Stop::NotFound)?;
    say(house, seat, agency, opt_in, THROUGH).await?;
    Ok(Redirect::to("/my/consents").into_response())
}

/// Keeps the reader's word.
pub async fn say(
    house: &House,
    seat: &Seat,
    agency: Source,
    opt_in: bool,
    through: &str,
) -> Result<Record, Stop> {
    let permit = permit(house, seat).await?;
    let person = permit.person().ok_or(Stop::NotFound)?;
    let said = Said {
        person,
        opt_in,
        through: through.to_owned(),
        by: Some(seat.subject.account),
        at: house.daftar.now(),
    };
    let platform = &house.daftar.platform;
    let agreements = house.daftar.exchange.agreements().await;
    agreements.map_err(Stop::fault)?;
    let mut tx = platform.db.begin().await?;
    let record = consent::say(&mut tx, &platform.ids, &permit, agency, &said).await;
    match record.map_err(Stop::fault)? {
        Ok(record) => {
            if opt_in {
                let asked = casework::application::ask_again(&mut tx, platform, person).await;
                asked.map_err(Stop::fault)?;
            }
            tx.commit().await?;
            Ok(record)
        }
        Err(Refusal::Unknown) => Err(Stop::NotFound),
        Err(refusal @ Refusal::ByLaw { .. }) => Err(Stop::bad("agency", refusal.to_string())),
    }
}
