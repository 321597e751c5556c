//! The changes that an explanation proposes are tried: each turns the outcome, and a
//! smaller one of the same kind does not.

mod packs;

use kernel::facts::{Cell, FactBody};
use kernel::{Day, Portrait};
use proptest::prelude::*;
use rules::cases::{ReadyCase, read_cases};
use rules::explain::{FactChange, RowChange, nearest};
use rules::{Batch, CaseFacts, Outcomes, Pack, Plan, Verdict};
use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock, Mutex};

fn verdict(plan: &Plan, portrait: &Portrait, case: &CaseFacts) -> Verdict {
    let (mut batch, mut outcomes) = (Batch::new(plan), Outcomes::new());
    batch
        .push(&portrait.pack(), case)
        .expect("a sound portrait");
    plan.decide(&batch, &mut outcomes);
    outcomes.verdict(0)
}

fn turned(before: Verdict, after: Verdict) -> bool {
    match before {
        Verdict::NotEntitled => after != Verdict::NotEntitled,
        _ => after == Verdict::NotEntitled,
    }
}

/// Tries every change that is told of a family; tells how many there were.
fn tried(plan: &Plan, portrait: &Portrait, case: &CaseFacts) -> usize {
    let before = verdict(plan, portrait, case);
    let changes = nearest(plan, portrait, case).expect("a sound portrait");
    for change in &changes {
        let after = verdict(plan, &change.apply(portrait), case);
        assert_eq!(after, change.verdict, "{change:?}");
        assert!(turned(before, after), "{change:?}");
        for smaller in smaller(change) {
            let after = verdict(plan, &smaller.apply(portrait), case);
            assert!(
                !turned(before, after),
                "{smaller:?} is less than {change:?}"
            );
        }
    }
    changes.len()
}

/// The same field changed by one step less, by half, by a tenth, and not at all.
fn smaller(change: &FactChange) -> Vec<FactChange> {
    let RowChange::Value { field, from, to } = change.change else {
        return Vec::new();
    };
    let by = to - from;
    let less = [by - by.signum(), by / 2, by / 10, 0];
    let with = |by: i64| {
        let to = from + by;
        let change_to = RowChange::Value { field, from, to };
        FactChange {
            change: change_to,
            ..change.clone()
        }
    };
    less.into_iter()
        .filter(|one| one.abs() < by.abs())
        .map(with)
        .collect()
}

type Law = (Arc<Pack>, Vec<ReadyCase>);

/// Every law with cases beside it.
static LAWS: LazyLock<Vec<Law>> = LazyLock::new(|| {
    let laws = packs::laws().into_iter().map(|pack| {
        let home = pack.id().split_once('-').expect("country and name").0;
        let folder = packs::country(home).join(pack.id()).join("cases");
        let mut cases = Vec::new();
        for entry in std::fs::read_dir(folder).expect("cases") {
            let yaml = std::fs::read_to_string(entry.expect("an entry").path()).expect("readable");
            cases.extend(read_cases(&pack, &yaml).expect("sound cases"));
        }
        (Arc::new(pack), cases)
    });
    laws.collect()
});

type Plans = Mutex<BTreeMap<(usize, Day), Arc<Plan>>>;

static PLANS: LazyLock<Plans> = LazyLock::new(Mutex::default);

fn plan(law: usize, day: Day) -> Arc<Plan> {
    let mut plans = PLANS.lock().expect("no test panics in here");
    let made = || Arc::new(LAWS[law].0.plan(day).expect("a plan"));
    Arc::clone(plans.entry((law, day)).or_insert_with(made))
}

#[test]
fn every_change_told_of_a_case_of_the_packs_turns_it_and_no_smaller_one_does() {
    for law in 0..LAWS.len() {
        let mut count = 0;
        for case in &LAWS[law].1 {
            count += tried(&plan(law, case.decided_on), &case.portrait, &case.facts);
        }
        // The overview of a standard of living gives everybody the same: nothing to turn.
        let id = LAWS[law].0.id();
        assert!(
            count >= 4 || id == "ru-standard-of-living",
            "only {count} changes of {id}"
        );
    }
}

/// A family of the cases with all its amounts made larger or smaller.
fn moved(portrait: &Portrait, parts: &[u32]) -> Portrait {
    let mut portrait = portrait.clone();
    let mut parts = parts.iter().cycle();
    let members = portrait.members.iter_mut();
    for fact in members
        .flat_map(|member| &mut member.facts)
        .chain(&mut portrait.facts)
    {
        let kind = kernel::facts::kind(fact.kind).expect("a kind");
        let mut body = FactBody::unpack(&fact.body).expect("sound facts");
        for row in &mut body.rows {
            for (field, cell) in kind.fields.iter().zip(row) {
                if let (kernel::facts::ValueType::Money, Cell::Int(value)) = (field.ty, &cell) {
                    let part = parts.next().expect("a cycle");
                    *cell = Cell::Int(value / 1_000 * i64::from(*part) + i64::from(*part));
                }
            }
        }
        fact.body = body.pack();
    }
    portrait
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_change_told_of_a_random_family_turns_it(
        law in any::<prop::sample::Index>(),
        at in any::<prop::sample::Index>(),
        parts in prop::collection::vec(0_u32..4_000, 1..12),
    ) {
        let law = law.index(LAWS.len());
        let case = at.get(&LAWS[law].1);
        tried(&plan(law, case.decided_on), &moved(&case.portrait, &parts), &case.facts);
    }
}
