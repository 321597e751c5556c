//! What was told of a person itself: when born, when died. What was told once stays, as a version of the
//! person; one that told otherwise than the newest contradicts it. Dying contradicts nothing, and names
//! are spelled in many ways.

use ::store::Tx;
use access::Permit;
use kernel::facts::{Cell, FactKind, Field, Owner, ValueType};
use kernel::{Currency, Day, Instant, PersonId, Source, Text3, Zone};
use registry::person::{self, Person};
use rules::explain::shown_cells;

use super::{Contradiction, HOLDS_DAYS, Told, Why};
use crate::fault::Result;

/// Told as a fact is, though it is none: the register of persons holds it.
static CIVIL: FactKind = FactKind {
    code: 0,
    name: "person",
    owner: Owner::Person,
    many: false,
    fields: &[
        Field {
            name: "born",
            ty: ValueType::Day,
            label: Text3::fixed("tugʻilgan kuni", "дата рождения", "date of birth"),
        },
        Field {
            name: "died",
            ty: ValueType::Day,
            label: Text3::fixed("vafot etgan kuni", "дата смерти", "date of death"),
        },
    ],
    sources: &[Source::CivilRegistry, Source::Import],
    label: Text3::fixed("shaxsiy maʼlumotlar", "личные данные", "civil data"),
};

/// Of those of the members of whom different things were known at a moment.
pub(super) async fn of(
    tx: &mut Tx,
    permit: &Permit,
    members: &[PersonId],
    (at, currency): (Instant, Currency),
) -> Result<Vec<Contradiction>> {
    let versions = person::versions_at(tx, permit, members, at).await?;
    let on = at.day(Zone::tashkent());
    let told = |member: &PersonId| {
        let versions = versions.get(member)?;
        contradiction(versions, on, currency)
    };
    Ok(members.iter().filter_map(told).collect())
}

/// The newest version counts; `versions` begin with the oldest.
pub(super) fn contradiction(
    versions: &[Person],
    on: Day,
    currency: Currency,
) -> Option<Contradiction> {
    let (counts, before) = versions.split_last()?;
    let holds = |version: &&Person| on.days_since(day_of(version)) < i64::from(HOLDS_DAYS);
    let mut others: Vec<&Person> = before
        .iter()
        .rev()
        .filter(holds)
        .filter(|version| is_denied(version, counts))
        .collect();
    // Of what a source said several times the last is shown.
    let mut shown: Vec<(Source, Day, Option<Day>)> = Vec::new();
    others.retain(|version| {
        let said = (version.source, version.born, version.died);
        let is_new = !shown.contains(&said);
        shown.push(said);
        is_new
    });
    let first = others.first()?;
    let why = match CIVIL.trust_of(counts.source) < CIVIL.trust_of(first.source) {
        true => Why::Catalogue,
        false => Why::LastWord,
    };
    let told = |version: &Person| told(version, version.known_from == counts.known_from, currency);
    Some(Contradiction {
        person: Some(counts.id),
        kind: &CIVIL,
        why,
        told: std::iter::once(counts).chain(others).map(told).collect(),
    })
}

/// Whether the later word takes the earlier one back.
fn is_denied(earlier: &Person, later: &Person) -> bool {
    earlier.born != later.born || (earlier.died.is_some() && earlier.died != later.died)
}

fn told(version: &Person, counts: bool, currency: Currency) -> Told {
    let day = |day: Day| Cell::Int(i64::from(day.0));
    let cells = [day(version.born), version.died.map_or(Cell::Missing, day)];
    Told {
        source: version.source,
        as_of: day_of(version),
        counts,
        rows: vec![shown_cells(&CIVIL, &cells, currency)],
    }
}

fn day_of(version: &Person) -> Day {
    version.known_from.day(Zone::tashkent())
}
