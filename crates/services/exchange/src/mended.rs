//! What an agency says otherwise than it had said: incomes of a month that it had told of already, or
//! anything else of one and the same day. Its older answer holds no more, and whoever was decided on it is
//! decided anew. What it says of a later day is no correction: things change, and the next assessment
//! counts them.

use std::collections::{BTreeSet, HashMap};

use access::Permit;
use kernel::{Cell, EvidenceId, Fact, FactBody, Instant, Month, PersonId, Source};
use registry::fact;
use store::{Ids, Tx, bulk, outbox};
use uuid::Uuid;

use crate::Result;
use crate::events::{self, Answered};
use crate::evidence::Evidence;
use crate::gather::is_by_month;

const MENDED: bulk::Insert = bulk::Insert {
    into: "evidence_mended (id, evidence, by_evidence, at)",
    on_conflict: "(evidence) DO NOTHING",
};

/// An older answer, and the newer one that takes its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Mended {
    pub evidence: EvidenceId,
    pub by: EvidenceId,
}

/// Which answers are said otherwise, and of whom, by those that were just received to what was asked at
/// a moment, or by the `earlier` ones. The facts of all are in the register.
pub(crate) async fn find(
    tx: &mut Tx,
    permit: &Permit,
    earlier: &[Evidence],
    (received, asked_at): (&[Evidence], Instant),
) -> Result<(Vec<Mended>, BTreeSet<PersonId>)> {
    let pairs = pairs(earlier, received, asked_at);
    let persons: BTreeSet<PersonId> = pairs.iter().map(|(_, new)| new.person).collect();
    let (mut mended, mut of) = (Vec::new(), BTreeSet::new());
    if persons.is_empty() {
        return Ok((mended, of));
    }
    let owners: Vec<Uuid> = persons.iter().map(|person| person.0).collect();
    let mut facts: HashMap<EvidenceId, Vec<Fact>> = HashMap::new();
    for fact in fact::history(tx, permit, &owners).await? {
        facts.entry(fact.evidence).or_default().push(fact);
    }
    let told = |evidence: &Evidence| facts.get(&evidence.id).map_or(&[][..], Vec::as_slice);
    for (old, new) in pairs {
        if is_otherwise((old, told(old)), (new, told(new))) {
            let (evidence, by) = (old.id, new.id);
            mended.push(Mended { evidence, by });
            of.insert(new.person);
        }
    }
    Ok((mended, of))
}

/// Answers of one agency about one person, the second of which speaks for no earlier day. An answer
/// that was on its way while a newer one came is the older one of the two; what is asked after that
/// for an earlier day is not, and holds.
fn pairs<'a>(
    earlier: &'a [Evidence],
    received: &'a [Evidence],
    asked_at: Instant,
) -> Vec<(&'a Evidence, &'a Evidence)> {
    let mut before: HashMap<(PersonId, Source), Vec<&Evidence>> = HashMap::new();
    for one in earlier.iter().filter(|one| !one.mended) {
        before
            .entry((one.person, one.agency))
            .or_default()
            .push(one);
    }
    let pairs_of = |just: &'a Evidence| {
        let known = before.get(&(just.person, just.agency));
        let known = known.map_or(&[][..], Vec::as_slice).iter().copied();
        let ordered = move |known: &'a Evidence| {
            if known.as_of <= just.as_of {
                return Some((known, just));
            }
            (asked_at < known.received_at).then_some((just, known))
        };
        known.filter_map(ordered).filter(may_differ)
    };
    received.iter().flat_map(pairs_of).collect()
}

/// Whether both speak of something that can be told otherwise at all.
fn may_differ((old, new): &(&Evidence, &Evidence)) -> bool {
    let (first, last) = both_told(old, new);
    old.as_of == new.as_of || (is_by_month(old.agency) && first <= last)
}

fn is_otherwise((old, before): (&Evidence, &[Fact]), (new, after): (&Evidence, &[Fact])) -> bool {
    before.iter().any(|was| {
        let Some(is) = after.iter().find(|is| is.kind == was.kind) else {
            return false;
        };
        let kind = kernel::facts::kind(was.kind);
        match kind.and_then(kernel::facts::FactKind::month) {
            Some(place) => {
                let both = both_told(old, new);
                of_months(&was.body, place, both) != of_months(&is.body, place, both)
            }
            None => {
                old.as_of == new.as_of
                    && counted(was.body.rows.iter()) != counted(is.body.rows.iter())
            }
        }
    })
}

/// The months of which both speak and that were over when the older one spoke.
fn both_told(old: &Evidence, new: &Evidence) -> (Month, Month) {
    let last = old.window.1.min(new.window.1);
    let over = old.as_of.month().plus(-1);
    (old.window.0.max(new.window.0), last.min(over))
}

/// How often each row is told; in which order means nothing.
fn counted<'a>(rows: impl Iterator<Item = &'a Vec<Cell>>) -> HashMap<&'a [Cell], usize> {
    let mut counted: HashMap<&[Cell], usize> = HashMap::new();
    for row in rows {
        *counted.entry(row.as_slice()).or_default() += 1;
    }
    counted
}

fn of_months(
    body: &FactBody,
    place: usize,
    (first, last): (Month, Month),
) -> HashMap<&[Cell], usize> {
    let within = |row: &&Vec<Cell>| match row.get(place) {
        Some(Cell::Int(month)) => (i64::from(first.0)..=i64::from(last.0)).contains(month),
        _ => false,
    };
    counted(body.rows.iter().filter(within))
}

/// Keeps that the older answers hold no more, and tells of whom another thing is said now.
pub(crate) async fn keep(
    tx: &mut Tx,
    ids: &Ids,
    (mended, of): (&[Mended], &BTreeSet<PersonId>),
) -> Result<()> {
    note(tx, ids, mended).await?;
    if of.is_empty() {
        return Ok(());
    }
    let answered = Answered {
        cases: Vec::new(),
        corrected: of.iter().copied().collect(),
    };
    let event = events::answered(ids.uuid().to_string(), &answered);
    Ok(outbox::emit(tx, ids, &[event]).await?)
}

/// The same where those who wait are told otherwise.
pub(crate) async fn note(tx: &mut Tx, ids: &Ids, mended: &[Mended]) -> Result<()> {
    let mut mended = mended.to_vec();
    mended.sort_unstable();
    mended.dedup_by_key(|one| one.evidence);
    bulk::insert(tx, &MENDED, &mended, |row, one| {
        row.push(ids.uuid())
            .push(one.evidence.0)
            .push(one.by.0)
            .push(ids.now().0);
    })
    .await?;
    Ok(())
}
