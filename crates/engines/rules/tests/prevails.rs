//! The source that a pack lets prevail: the same in a batch, for one family and in the pack's
//! canonical text; and refused where the facts were chosen before.

mod small;

use kernel::facts::{Cell, FactBody, code};
use kernel::kin::{Role, Tie};
use kernel::portrait::{Member, PackedFact};
use kernel::{Day, FactId, PersonId, Portrait, Sex, Source, UnitId};
use rules::{Batch, CaseFacts, Dialect, Outcomes, Pack, SqlError, to_sql};

const WAGE: &str = "| wage    | adults |\n";

fn pack(prevails: &str) -> Pack {
    let row = format!("| wage    | adults | {prevails} |\n");
    small::read(&small::edited(WAGE, &row))
        .unwrap_or_else(|errors| panic!("{}", small::told(&errors)))
}

fn day(text: &str) -> Day {
    Day::parse(text).expect(text)
}

fn wage(id: u128, source: Source, as_of: &str, minor: i64) -> PackedFact {
    let month = i64::from(day("2026-01-01").month().0);
    let row = vec![Cell::Int(month), Cell::Int(minor), Cell::Missing];
    PackedFact {
        id: FactId::from_u128(id),
        kind: code::WAGE,
        source,
        as_of: day(as_of),
        body: FactBody::new(vec![row]).pack(),
    }
}

/// The tax authority first, and an import that is later.
fn facts() -> Vec<PackedFact> {
    vec![
        wage(1, Source::Tax, "2026-02-01", 100),
        wage(2, Source::Import, "2026-02-05", 200),
    ]
}

fn adult(facts: Vec<PackedFact>) -> Portrait {
    let member = Member {
        person: PersonId::from_u128(1),
        role: Role::Applicant,
        tie: Tie::None,
        sex: Sex::Female,
        born: day("1990-01-01"),
        died: None,
        facts,
    };
    Portrait {
        unit: UnitId::from_u128(1),
        head: PersonId::from_u128(1),
        district: 1_726_262,
        mahalla: 1_726_262_001,
        members: vec![member],
        facts: vec![],
    }
}

/// The facts that a decision rests on, for the family alone and as the second of a batch.
fn used(pack: &Pack) -> Vec<Vec<u8>> {
    let plan = pack.plan(day("2026-02-10")).expect("a plan");
    let case: CaseFacts = pack.application(day("2026-02-10"));
    let portrait = adult(facts()).pack();
    let batch = |count: usize| {
        let (mut batch, mut outcomes) = (Batch::new(&plan), Outcomes::new());
        for _ in 0..count {
            batch.push(&portrait, &case).expect("a sound portrait");
        }
        plan.decide(&batch, &mut outcomes);
        outcomes.fact_bytes(count - 1).to_vec()
    };
    vec![batch(1), batch(2)]
}

#[test]
fn the_source_that_the_pack_names_goes_before_the_catalogues_order() {
    let table = [
        ("", 1),
        ("tax", 1),
        ("tax, import", 1),
        ("import", 2),
        ("import, tax", 2),
    ];
    for (prevails, expected) in table {
        let pack = pack(prevails);
        let expected = FactId::from_u128(expected);
        for used in used(&pack) {
            assert_eq!(used, expected.as_bytes(), "{prevails:?}");
        }
        let again = Pack::from_canonical(&pack.canonical_text()).expect("the same pack");
        assert_eq!(again.prevailing(code::WAGE), pack.prevailing(code::WAGE));
    }
}

#[test]
fn what_was_chosen_in_the_catalogues_order_is_no_ground_for_another() {
    let sql = |prevails: &str| {
        let pack = pack(prevails);
        let plan = pack.plan(day("2026-02-10")).expect("a plan");
        to_sql(
            &plan,
            &pack.application(day("2026-02-10")),
            Dialect::DataFusion,
        )
    };
    assert!(sql("").is_ok() && sql("tax").is_ok());
    let refused = sql("import").expect_err("an order of its own");
    assert!(matches!(
        refused,
        SqlError::Prevails {
            kind: "wage",
            first: "import"
        }
    ));
    assert!(refused.to_string().contains("assess the register itself"));
}
