//! Every stored assessment made again, a page at a time: the frozen rosters with the facts that
//! were used go through the same plan, all of one law and day in one batch of the engine. A unit
//! gets in a batch what it gets alone, so what comes out must be what was stored, bit for bit.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use ::store::Tx;
use access::Permit;
use kernel::ids::{AssessmentId, Uuid};
use kernel::portrait::PackedFact;
use kernel::{Day, FactId, UnitId};
use rules::{Batch, Outcomes, Pack, Plan};

use super::{Assessment, Basis, decide, store};
use crate::fault::Result;
use crate::roster;
use crate::shelf::{PackHash, Shelf};

/// Assessments of one page: memory holds two pages, however many there are.
pub const PAGE_ASSESSMENTS: i64 = 4_096;

/// Where a page begins: after this assessment.
pub type Key = (Uuid, UnitId, AssessmentId);

/// What differs when an assessment is made again.
pub type Difference = (AssessmentId, Vec<&'static str>);

/// Assessments with everything that their replay needs.
pub struct Page {
    rows: Vec<(Assessment, Basis)>,
    laws: HashMap<(PackHash, Day), (Arc<Pack>, Arc<Plan>)>,
    facts: HashMap<FactId, (Uuid, PackedFact)>,
}

impl Page {
    /// The page after a key; none at the end.
    pub async fn read(
        tx: &mut Tx,
        permit: &Permit,
        shelf: &Shelf,
        after: Key,
        limit: i64,
    ) -> Result<Option<Page>> {
        let rows = store::page(tx, after, limit).await?;
        if rows.is_empty() {
            return Ok(None);
        }
        let mut laws = HashMap::new();
        for (_, basis) in &rows {
            let key = (basis.pack, basis.decided_on);
            if !laws.contains_key(&key) {
                let pack = shelf.kept(tx, &basis.regime, &basis.pack).await?;
                let plan = shelf.plan(&pack, basis.decided_on)?;
                laws.insert(key, (pack, plan));
            }
        }
        let mut used: Vec<FactId> = rows.iter().flat_map(|(row, _)| facts_of(row)).collect();
        used.sort_unstable();
        used.dedup();
        let facts = registry::fact::load_packed(tx, permit, &used).await?;
        Ok(Some(Page { rows, laws, facts }))
    }

    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Where the next page begins.
    pub fn last(&self) -> Key {
        let (last, _) = self.rows.last().expect("a page is never empty");
        (last.subject, last.unit, last.id)
    }

    /// Makes every assessment of the page again; those that come out otherwise.
    pub fn replay(&self) -> Vec<Difference> {
        let mut groups: BTreeMap<(PackHash, Day), Vec<usize>> = BTreeMap::new();
        for (place, (_, basis)) in self.rows.iter().enumerate() {
            let law = (basis.pack, basis.decided_on);
            groups.entry(law).or_default().push(place);
        }
        let mut found = Vec::new();
        for (law, places) in &groups {
            let (pack, plan) = &self.laws[law];
            self.replay_group(pack, plan, places, &mut found);
        }
        found
    }

    fn replay_group(
        &self,
        pack: &Pack,
        plan: &Plan,
        places: &[usize],
        found: &mut Vec<Difference>,
    ) {
        let mut batch = Batch::new(plan);
        let mut pushed = Vec::with_capacity(places.len());
        let mut packed = Vec::new();
        for place in places {
            let (row, basis) = &self.rows[*place];
            let facts = decide::case_facts(pack, basis);
            let filled = self.fill(row, &mut packed);
            let taken = filled.and_then(|visited| match batch.push(&packed, &facts) {
                Ok(()) => Ok(visited),
                Err(_) => Err("what it was made of cannot be read"),
            });
            match taken {
                Ok(visited) => pushed.push((row, visited)),
                Err(what) => found.push((row.id, vec![what])),
            }
        }
        let mut outcomes = Outcomes::new();
        plan.decide(&batch, &mut outcomes);
        for (i, (row, visited)) in pushed.into_iter().enumerate() {
            let differences = differences(row, &outcomes, i, visited);
            if !differences.is_empty() {
                found.push((row.id, differences));
            }
        }
    }

    /// Packs the portrait as the law saw it; says whether a visit is among its facts.
    fn fill(
        &self,
        row: &Assessment,
        packed: &mut Vec<u8>,
    ) -> std::result::Result<bool, &'static str> {
        let mut portrait = roster::unpack(&row.roster).map_err(|_| "roster")?;
        let mut facts = Vec::new();
        for id in facts_of(row) {
            facts.push(self.facts.get(&id).ok_or("a fact is missing")?);
        }
        facts.sort_by_key(|(owner, fact)| (*owner, fact.kind, fact.source.code()));
        roster::fill_packed(&mut portrait, &facts);
        packed.clear();
        portrait.pack_into(packed);
        Ok(decide::visited(portrait.facts.iter().map(|fact| fact.kind)))
    }
}

fn facts_of(row: &Assessment) -> impl Iterator<Item = FactId> + '_ {
    let ids = row.facts.as_chunks::<16>().0;
    ids.iter().map(|bytes| FactId::from_bytes(*bytes))
}

fn differences(
    stored: &Assessment,
    again: &Outcomes,
    i: usize,
    visited: bool,
) -> Vec<&'static str> {
    let checks = [
        (
            "verdict",
            stored.verdict == decide::verdict_of(again.verdict(i), visited),
        ),
        (
            "programme",
            stored.programme.as_deref() == again.programme(i),
        ),
        ("category", stored.category.as_deref() == again.category(i)),
        ("amount", stored.amount == again.amount(i)),
        (
            "per_capita",
            stored.per_capita_minor == again.per_capita_minor(i),
        ),
        ("trace", stored.trace == again.trace_bytes(i)),
        ("facts", stored.facts == again.fact_bytes(i)),
    ];
    let differing = checks.iter().filter(|(_, same)| !same);
    differing.map(|(what, _)| *what).collect()
}
