//! A programme of its own beside the family's benefit: found in the register, awarded to one
//! person without an application, and in nobody's way.

use ::store::testing::each_db;
use kernel::facts::{Cell, Fact, FactBody, Source, code};
use kernel::{Day, EvidenceId, FactId, Money, Month, PersonId, Sex, UnitId};

use crate::assessment;
use crate::award::Changes;
use crate::case::{self, Origin, State};
use crate::proactive::{self, Free};
use crate::testing::{Adult, DISTRICT, Family, SCHEMAS, Story, adult};

const PROGRAMME: &str = "lonely_elderly_assistance";

fn old(no: u16) -> Family {
    Family {
        no,
        adults: vec![Adult {
            born: "1950-05-01",
            ..adult(Sex::Female, 0)
        }],
        children: vec![],
    }
}

/// What the Inson centre, the institutions and the register of payments say of a person.
async fn listed(story: &Story<'_>, person: PersonId, lonely: bool) {
    let rows = |yes: bool| -> Vec<Vec<Cell>> {
        let row = vec![Cell::Int(1), Cell::Int(1), Cell::Missing];
        yes.then_some(row).into_iter().collect()
    };
    let said = [
        (code::LONELY, Source::SocialService, rows(lonely)),
        (code::INSTITUTION, Source::Institutions, vec![]),
        (code::AID, Source::Programmes, vec![]),
        (
            code::DISABILITY,
            Source::Disability,
            vec![vec![Cell::Int(0), Cell::Int(0)]],
        ),
    ];
    let fact = |(kind, source, rows): (u16, Source, Vec<Vec<Cell>>)| Fact {
        id: FactId(story.platform.ids.uuid()),
        owner: person.0,
        kind,
        source,
        as_of: Day::parse("2026-01-04").unwrap(),
        received_at: story.platform.clock.now(),
        evidence: EvidenceId(story.platform.ids.uuid()),
        body: FactBody::new(rows),
    };
    let facts: Vec<Fact> = said.into_iter().map(fact).collect();
    let mut tx = story.platform.db.begin().await.unwrap();
    registry::fact::record(&mut tx, &story.permit, &facts)
        .await
        .unwrap();
    tx.commit().await.unwrap();
}

/// A regime and the programme that it pays.
type Benefit = (&'static str, &'static str);

const LONELY: Benefit = ("uz-lonely-elderly", PROGRAMME);
const BIRTH: Benefit = ("uz-birth-grant", "birth_grant");

/// Assesses the register and awards within this much money; `month` is closed.
async fn award_register(
    story: &Story<'_>,
    (regime, programme): Benefit,
    month: &str,
    soums: i64,
) -> Changes {
    let (platform, shelf) = (story.platform, &story.shelf);
    let pack = shelf.regime(regime).unwrap();
    let month = Month::parse(month).unwrap();
    let on = platform.clock.now().day(shelf.zone());
    let report = assessment::register(
        platform,
        &story.permit,
        shelf,
        &pack,
        on,
        month,
        &mut |_| {},
    )
    .await
    .unwrap();
    let free = Free::from([((DISTRICT, programme.to_owned()), Money::from_major(soums))]);
    let mut tx = platform.db.begin().await.unwrap();
    let chosen = proactive::chosen(&mut tx, shelf, report.run, &free)
        .await
        .unwrap();
    let page = proactive::award_page(
        &mut tx,
        &platform.ids,
        shelf,
        &story.permit,
        report.run,
        UnitId::NIL,
        &chosen,
    )
    .await
    .unwrap();
    tx.commit().await.unwrap();
    page.map(|(_, changes)| changes).unwrap_or_default()
}

#[tokio::test]
async fn a_lonely_person_is_awarded_by_the_register_and_may_still_apply_for_the_familys_benefit() {
    each_db(SCHEMAS, async |platform| {
        let families = [old(1), old(2)];
        let story = Story::of(&platform, &families).await;
        let pack = story.shelf.regime("uz-lonely-elderly").unwrap();
        let today = platform.clock.now().day(story.shelf.zone());
        registry::unit::ensure_block(&platform, &story.permit, pack.unit(), today)
            .await
            .unwrap();
        for (family, lonely) in families.iter().zip([true, false]) {
            let person = story.person(family.applicant()).await;
            listed(&story, person, lonely).await;
        }
        let changes = award_register(&story, LONELY, "2026-01", 10_000_000).await;
        let [award] = changes.awards.as_slice() else {
            panic!("{changes:?}");
        };
        assert_eq!(award.payee, story.person(families[0].applicant()).await);
        assert_eq!(award.programme, PROGRAMME);
        assert_eq!(award.amount, Money::from_major(715_000));
        assert_eq!(award.members.len(), 1);
        let case = story.case(award.case).await;
        assert_eq!(
            (case.origin, case.state),
            (Origin::Proactive, State::Awarded)
        );
        // Found again, she is not awarded twice.
        assert!(
            award_register(&story, LONELY, "2026-01", 10_000_000)
                .await
                .is_empty()
        );

        // Material assistance is another benefit: the award does not stand in its way.
        let applied = story.lodge_and_assess(&families[0], "2026-01-05").await;
        let applied = story.case(applied).await;
        assert_eq!(applied.programme.as_deref(), Some("material_assistance"));
        assert_eq!(applied.state, State::Assessed);
        let mut tx = story.read().await;
        let cases = case::of_applicant(&mut tx, applied.applicant)
            .await
            .unwrap();
        assert_eq!(cases.len(), 2);
        drop(tx);
        story.holds().await;
    })
    .await;
}

/// What the civil registry says of the one child, the mother's first, and the register of
/// payments of the family: that nothing is paid.
async fn born(story: &Story<'_>, family: &Family, as_of: &str) {
    let child = story.person(family.child(0)).await;
    let applicant = story.person(family.applicant()).await;
    let birth = vec![vec![Cell::Int(1), Cell::Int(0)]];
    let said = [
        (child, code::BIRTH, Source::CivilRegistry, birth),
        (child, code::AID, Source::Programmes, vec![]),
        (applicant, code::AID, Source::Programmes, vec![]),
    ];
    let fact = |(person, kind, source, rows): (PersonId, u16, Source, Vec<Vec<Cell>>)| Fact {
        id: FactId(story.platform.ids.uuid()),
        owner: person.0,
        kind,
        source,
        as_of: Day::parse(as_of).unwrap(),
        received_at: story.platform.clock.now(),
        evidence: EvidenceId(story.platform.ids.uuid()),
        body: FactBody::new(rows),
    };
    let facts: Vec<Fact> = said.into_iter().map(fact).collect();
    let mut tx = story.platform.db.begin().await.unwrap();
    registry::fact::record(&mut tx, &story.permit, &facts)
        .await
        .unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn a_grant_paid_once_is_not_paid_again_for_the_child_when_its_award_is_over() {
    each_db(SCHEMAS, async |platform| {
        let family = Family {
            no: 1,
            adults: vec![adult(Sex::Female, 0)],
            children: vec!["2025-12-20"],
        };
        let story = Story::of(&platform, std::slice::from_ref(&family)).await;
        born(&story, &family, "2026-01-04").await;
        let changes = award_register(&story, BIRTH, "2026-01", 10_000_000).await;
        let [award] = changes.awards.as_slice() else {
            panic!("{changes:?}");
        };
        // 0.703 of 1 271 000, paid in February alone.
        assert_eq!(award.amount, Money(89_351_300));
        assert_eq!(award.end_month, Month::parse("2026-03").unwrap());
        for month in ["2026-01", "2026-02", "2026-03"] {
            story.at(&format!("{month}-20T09:00:00+05:00"));
            let again = award_register(&story, BIRTH, month, 10_000_000).await;
            assert!(again.is_empty(), "{month}: {again:?}");
        }
        // Also when a later list of the register of payments leaves the grant out.
        born(&story, &family, "2026-03-25").await;
        let again = award_register(&story, BIRTH, "2026-03", 10_000_000).await;
        assert!(again.is_empty(), "{again:?}");
        story.holds().await;
    })
    .await;
}
