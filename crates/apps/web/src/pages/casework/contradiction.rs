//! Sources that disagree, as the pages of a case and of its decision show them.

use access::Permit;
use casework::Case;
use casework::assessment::Explained;
use casework::contradiction::{self, Contradiction, Told, Why};
use kernel::Day;
use store::Tx;

use super::explained::Family;
use super::reading::sentence_case;
use crate::house::House;
use crate::i18n::T;
use crate::stop::Stop;

/// One thing on which sources disagree.
#[derive(Debug, Clone)]
pub struct Disagreement {
    pub label: String,
    pub whose: String,
    /// Why the first of the words counts.
    pub why: String,
    pub words: Vec<Said>,
}

/// What one source said.
#[derive(Debug, Clone)]
pub struct Said {
    pub source: String,
    pub as_of: Day,
    pub counts: bool,
    pub value: String,
}

/// Of a case that was assessed; none before.
pub async fn of_case(
    tx: &mut Tx,
    house: &House,
    permit: &Permit,
    case: &Case,
) -> Result<Vec<Contradiction>, Stop> {
    if case.assessment.is_none() {
        return Ok(Vec::new());
    }
    let explained = casework::letter::explain(tx, permit, house.shelf(), case).await?;
    of(tx, permit, &explained).await
}

pub async fn of(
    tx: &mut Tx,
    permit: &Permit,
    explained: &Explained,
) -> Result<Vec<Contradiction>, Stop> {
    Ok(contradiction::of(tx, permit, explained).await?)
}

/// In words; what belongs to somebody whom the reader may not read about is left out.
pub fn shown(t: T, found: &[Contradiction], family: &Family) -> Vec<Disagreement> {
    let open = found.iter().filter(|one| !family.is_hidden(one.person));
    open.map(|one| disagreement(t, one, family.name(one.person)))
        .collect()
}

fn disagreement(t: T, found: &Contradiction, whose: String) -> Disagreement {
    let said = |told: &Told| Said {
        source: sentence_case(&t.three(&told.source.label())),
        as_of: told.as_of,
        counts: told.counts,
        value: value(t, told),
    };
    let words: Vec<Said> = found.told.iter().map(said).collect();
    let first = words
        .first()
        .map(|said| said.source.as_str())
        .unwrap_or_default();
    Disagreement {
        label: sentence_case(&t.three(&found.kind.label)),
        whose,
        why: match found.why {
            Why::Pack => t.disagree_why_pack(first),
            Why::Catalogue => t.disagree_why_catalogue(first),
            Why::LastWord => t.disagree_why_last_word(first),
        },
        words,
    }
}

fn value(t: T, told: &Told) -> String {
    let lang = t.lang();
    let row = |cells: &Vec<rules::explain::EvidenceCell>| {
        let cells = cells.iter();
        let said = cells.map(|cell| format!("{} {}", cell.label.get(lang), cell.text.get(lang)));
        said.collect::<Vec<_>>().join(", ")
    };
    match told.rows.is_empty() {
        true => t.fact_none().to_owned(),
        false => told.rows.iter().map(row).collect::<Vec<_>>().join("; "),
    }
}
