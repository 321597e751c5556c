//! `GET /api/cases/{case}/contradictions`: where sources disagree under a case, what each said, and
//! which one the law was applied to.

use std::collections::BTreeMap;

use access::{Action, Purpose};
use axum::Json;
use axum::extract::{Path, State};
use casework::contradiction::{Contradiction, Told};
use kernel::{CaseId, Day, Lang, PersonId};
use serde::Serialize;

use crate::desk::open_case;
use crate::guest::Seat;
use crate::house::House;
use crate::pages::casework::contradiction;
use crate::stop::Stop;

#[derive(Debug, Serialize)]
pub struct ContradictionsJson {
    contradictions: Vec<ContradictionJson>,
}

#[derive(Debug, Serialize)]
pub struct ContradictionJson {
    /// Absent: of the family itself.
    person: Option<PersonId>,
    kind: &'static str,
    /// Why the first counts: `pack`, `catalogue` or `last_word`.
    why: &'static str,
    told: Vec<ToldJson>,
}

#[derive(Debug, Serialize)]
pub struct ToldJson {
    source: &'static str,
    as_of: Day,
    counts: bool,
    rows: Vec<BTreeMap<&'static str, String>>,
}

pub async fn list(
    State(house): State<House>,
    seat: Seat,
    Path(case): Path<CaseId>,
) -> Result<Json<ContradictionsJson>, Stop> {
    let (case, permit) =
        open_case(&house, &seat, case, Action::ReadCase, Purpose::Casework).await?;
    let mut tx = house.read().await?;
    let found = contradiction::of_case(&mut tx, &house, &permit, &case).await?;
    let lang = seat.lang();
    Ok(Json(ContradictionsJson {
        contradictions: found.iter().map(|one| json_of(one, lang)).collect(),
    }))
}

fn json_of(found: &Contradiction, lang: Lang) -> ContradictionJson {
    ContradictionJson {
        person: found.person,
        kind: found.kind.name,
        why: found.why.word(),
        told: found
            .told
            .iter()
            .map(|told| told_json(told, lang))
            .collect(),
    }
}

fn told_json(told: &Told, lang: Lang) -> ToldJson {
    let row = |cells: &Vec<rules::explain::EvidenceCell>| {
        let cells = cells.iter();
        cells
            .map(|cell| (cell.field, cell.text.get(lang).to_owned()))
            .collect()
    };
    ToldJson {
        source: told.source.name(),
        as_of: told.as_of,
        counts: told.counts,
        rows: told.rows.iter().map(row).collect(),
    }
}
