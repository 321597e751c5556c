//! The law is read at run time: an edited parameter decides the next case and stands in its
//! letter; what was decided before keeps its words.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use access::{Action, Purpose};
use casework::case::{Case, State, Verdict, counted_by};
use kernel::{CaseId, Lang};

use crate::stage::{self, Cast, Stage};

/// The minimum consumer expenditure of 2026 in tiyin, and what the story makes of it.
const BEFORE_MINOR: i64 = 71_500_000;
const AFTER_MINOR: i64 = 143_000_000;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_edited_parameter_changes_decision_and_letter_and_the_old_case_keeps_its_words() {
    let cast = Cast {
        families: 400,
        ..Cast::default()
    };
    stage::each(cast, async |stage| {
        stage.play("2026-01-05T09:00:00+05:00").await;
        let old = letters(stage).await;
        let cases = assessed(stage).await;
        assert!(
            cases.iter().any(is_between),
            "nobody to whom the change matters"
        );
        let refused = |case: &Case| case.state == State::Refused;
        assert!(cases.iter().filter(|case| is_between(case)).all(refused));
        assert!(old.values().any(|letter| letter.contains("715 000")));

        let file = stage.packs().join("uz/country.md");
        edit(
            &file,
            "| 2026-01-01 | 2026-01-01 | 715 000 |",
            "| 2026-01-01 | 2026-01-01 | 1 430 000 |",
        );
        stage.play("2026-01-12T09:00:00+05:00").await;

        let new: Vec<Case> = assessed(stage)
            .await
            .into_iter()
            .filter(|case| !old.contains_key(&case.id))
            .collect();
        let entitled = new
            .iter()
            .filter(|case| is_between(case) && case.verdict == Some(Verdict::Entitled));
        let entitled: Vec<CaseId> = entitled.map(|case| case.id).collect();
        assert!(!entitled.is_empty(), "the edited limit decided nothing");
        let letters = letters(stage).await;
        for case in &entitled {
            let letter = &letters[case];
            assert!(letter.contains("1 430 000"), "{letter}");
        }
        for (case, words) in &old {
            assert_eq!(&letters[case], words, "an old case changed its words");
        }
        stage.everything_holds().await;
    })
    .await;
}

/// An income a head that the old limit refuses and the new one does not.
fn is_between(case: &Case) -> bool {
    case.per_capita_minor
        .is_some_and(|minor| minor > BEFORE_MINOR && minor <= AFTER_MINOR)
        && case
            .verdict
            .is_some_and(|verdict| verdict != Verdict::Unknown)
}

async fn assessed(stage: &Stage) -> Vec<Case> {
    let mut tx = stage.daftar.platform.db.read().await.expect("a snapshot");
    let january = stage::month(2026, 1);
    let mut cases = counted_by(&mut tx, january).await.expect("cases");
    cases.retain(|case| matches!(case.state, State::Refused | State::Assessed));
    cases
}

/// The English letter of every assessed case, in one text.
async fn letters(stage: &Stage) -> BTreeMap<CaseId, String> {
    let daftar = &stage.daftar;
    let permit = daftar
        .permit(Action::AssessCase, Purpose::Oversight, 0)
        .await
        .expect("a permit");
    let cases = assessed(stage).await;
    let mut tx = daftar.platform.db.read().await.expect("a snapshot");
    let mut letters = BTreeMap::new();
    for case in cases {
        let explained = casework::letter::explain(&mut tx, &permit, &daftar.shelf, &case)
            .await
            .expect("a trace");
        let letter = casework::letter::of(&mut tx, &permit, &daftar.shelf, &case, Lang::En)
            .await
            .expect("a letter");
        let said = explained.trace.conditions.iter().map(|c| c.text.en.clone());
        let text: Vec<String> = letter.paragraphs.into_iter().chain(said).collect();
        let text = format!("{}\n{}", letter.subject, text.join("\n"));
        letters.insert(case.id, text.replace(['\u{a0}', '\u{202f}', ','], " "));
    }
    letters
}

/// The file's time moves on for sure, however coarse the file system counts.
fn edit(file: &Path, from: &str, to: &str) {
    let text = std::fs::read_to_string(file).expect("a pack");
    assert!(
        text.contains(from),
        "{} does not say {from}",
        file.display()
    );
    let modified = std::fs::metadata(file)
        .and_then(|m| m.modified())
        .expect("a time");
    std::fs::write(file, text.replace(from, to)).expect("a pack");
    let opened = std::fs::File::options()
        .write(true)
        .open(file)
        .expect("a pack");
    opened
        .set_modified(modified + Duration::from_secs(2))
        .expect("a time");
}
