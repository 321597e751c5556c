//! An agency that answers at once says otherwise than it had said: what rested on its older word is asked
//! anew, the months that were paid come right, and nobody is paid twice.

use access::{Action, Purpose, Scope, Subject};
use kernel::{Day, Instant, Name, PersonId, Pinfl, Sex};
use registry::event::Birth;
use uuid::Uuid;

use crate::stage::{self, Cast, Stage};

/// Until the middle of February the tax authority knows of nobody's income.
const SCENARIO: &str = "
    [[fault]]
    agency = 'tax'
    fault = 'contradictory'
    until = '2026-02-15T00:00:00+05:00'
";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_tax_authority_had_kept_back_is_asked_of_every_month_that_rested_on_it() {
    let mended = Cast {
        families: 300,
        scenario: SCENARIO,
        ..Cast::default()
    };
    stage::each(mended, async |stage| {
        stage.play("2026-03-02T09:00:00+05:00").await;
        let (before, told) = (corrections(stage).await, mended_answers(stage).await);
        let families = awarded_mothers(stage).await;
        // Money enough for all months to come: nobody waits for the next close.
        for month in (0..24).map(|ahead| stage::month(2026, 4).plus(ahead)) {
            stage.appropriate(month).await;
        }
        assert!(families.len() > 20, "{} families", families.len());
        // A child is born to each: the tax authority is asked again about the same months.
        stage.clock(instant("2026-03-10T09:00:00+05:00")).await;
        for (place, mother) in families.iter().enumerate() {
            born(stage, u16::try_from(place).unwrap(), *mother).await;
        }
        stage.daftar.settle().await.expect("a settling");
        assert!(mended_answers(stage).await > told, "nothing was mended");
        // What met the births, which were decided first, is asked after them, when the awards that came of
        // them have begun.
        for day in ["2026-03-11", "2026-04-01", "2026-04-02"] {
            stage.clock(instant(&format!("{day}T09:00:00+05:00"))).await;
        }
        assert!(corrections(stage).await > before, "nobody was asked anew");
        let mut tx = stage.daftar.platform.db.read().await.expect("a snapshot");
        for (what, statement) in NONE {
            assert_eq!(stage::count(&mut tx, statement).await, 0, "{what}");
        }
        what_is_put_off_waits_for_the_dead_alone(&mut tx).await;
        drop(tx);
        stage.everything_holds().await;
    })
    .await;
}

const NONE: [(&str, &str); 2] = [
    (
        "a family with two awards of one programme in April",
        "SELECT COUNT(*) FROM (SELECT a.unit, a.programme FROM award a WHERE a.first_month <= 24315 \
         AND a.end_month > 24315 AND NOT EXISTS (SELECT 1 FROM award_stop s WHERE s.award = a.id \
         AND s.from_month <= 24315) GROUP BY a.unit, a.programme HAVING COUNT(*) > 1) twice",
    ),
    (
        // What was refused waits for the close as any application does.
        "an award whose correction is not decided",
        "SELECT COUNT(*) FROM case_event e JOIN case_now c ON c.id = e.case_id \
         WHERE e.detail LIKE '%\"cause\":\"correction\"%' AND c.decision IS NULL \
         AND c.origin = 'reassessment'",
    ),
];

/// An award that a death ended may run again while its term lasts: what was put off is asked then.
async fn what_is_put_off_waits_for_the_dead_alone(tx: &mut store::Tx) {
    let sql = "SELECT key FROM job WHERE kind = 'casework.put_off' AND state <> 'dead'";
    for key in store::fetch_values!(tx, String, sql).expect("jobs") {
        let former = key.split(' ').next().and_then(|id| id.parse().ok());
        let former: Uuid = former.expect("the key names the former case");
        let dead = store::fetch_value!(
            tx,
            i64,
            "SELECT COUNT(*) FROM award a JOIN award_stop s ON s.award = a.id \
             WHERE a.case_id = $1 AND s.reason = 'death'",
            former
        );
        assert!(dead.expect("a count") > 0, "{key} waits still");
    }
}

async fn corrections(stage: &Stage) -> i64 {
    let mut tx = stage.daftar.platform.db.read().await.expect("a snapshot");
    let sql = "SELECT COUNT(*) FROM case_event WHERE detail LIKE '%\"cause\":\"correction\"%'";
    stage::count(&mut tx, sql).await
}

async fn mended_answers(stage: &Stage) -> i64 {
    let mut tx = stage.daftar.platform.db.read().await.expect("a snapshot");
    stage::count(&mut tx, "SELECT COUNT(*) FROM evidence_mended").await
}

/// Women to whose families an award of this year is paid.
async fn awarded_mothers(stage: &Stage) -> Vec<Pinfl> {
    let daftar = &stage.daftar;
    let permit = daftar
        .permit(Action::AssessCase, Purpose::Oversight, 0)
        .await;
    let permit = permit.expect("a permit");
    let mut tx = daftar.platform.db.read().await.expect("a snapshot");
    let sql = "SELECT DISTINCT a.payee FROM award a WHERE NOT EXISTS (SELECT 1 FROM award_stop s \
               WHERE s.award = a.id) AND a.end_month > 24315";
    let payees = store::fetch_values!(tx, Uuid, sql).expect("payees");
    let payees: Vec<PersonId> = payees.into_iter().map(PersonId).collect();
    let known = registry::person::load_many(&mut tx, &permit, &payees).await;
    let mut women = known.expect("persons");
    women.retain(|_, person| person.sex == Sex::Female && person.died.is_none());
    let ids: Vec<PersonId> = women.keys().copied().collect();
    let numbers = registry::person::pinfls_of(&mut tx, &permit, &ids).await;
    let mut numbers: Vec<Pinfl> = numbers.expect("numbers").into_values().collect();
    numbers.sort_unstable();
    numbers
}

async fn born(stage: &Stage, place: u16, mother: Pinfl) {
    let platform = &stage.daftar.platform;
    let on = Day::parse("2026-03-09").expect("a day");
    let birth = Birth {
        id: platform.ids.uuid(),
        mother,
        father: None,
        child: Pinfl::make(Sex::Male, on, 800 + place / 900, place % 900),
        name: Name {
            family: "Karimov".to_owned(),
            given: "Temur".to_owned(),
            patronymic: None,
        },
        sex: Sex::Male,
        born: on,
    };
    let system = Subject::system();
    let (action, purpose) = (Action::SendCivilEvent, Purpose::Registration);
    let permit = access::permit(platform, &system, action, purpose, Scope::country()).await;
    let permit = permit.expect("a permit");
    let mut tx = platform.db.begin().await.expect("a transaction");
    let heard = registry::event::birth(&mut tx, &platform.ids, &permit, &birth).await;
    assert!(heard.expect("a birth").fresh);
    tx.commit().await.expect("a commit");
}

fn instant(text: &str) -> Instant {
    Instant::parse_rfc3339(text).expect("an instant")
}
