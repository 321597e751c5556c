//! Which cases a batch read: a batch has one row in the access log, and these are the run's own
//! rows by which each person finds it.

use kernel::{CaseId, RunId};
use store::{Tx, bulk};
use uuid::Uuid;

use crate::Result;

const READ: bulk::Insert = bulk::Insert {
    into: "case_read (case_id, run)",
    on_conflict: "(case_id, run) DO NOTHING",
};
const RUNS: bulk::With = bulk::With {
    v: "id",
    statement: "SELECT t.run FROM v CROSS JOIN case_read t WHERE t.case_id = v.id",
};

/// Notes that the batch of `run` reads these cases; before it does.
pub async fn note_read(tx: &mut Tx, run: RunId, cases: &[CaseId]) -> Result<()> {
    let mut cases = cases.to_vec();
    cases.sort_unstable();
    cases.dedup();
    bulk::insert(tx, &READ, &cases, |row, case| {
        row.push(case.0).push(run.0);
    })
    .await?;
    Ok(())
}

/// The batches that read any of these cases.
pub async fn runs_that_read(tx: &mut Tx, cases: &[CaseId]) -> Result<Vec<RunId>> {
    let rows: Vec<(Uuid,)> = bulk::select_in(tx, &RUNS, cases, |row, case| {
        row.push(case.0);
    })
    .await?;
    let mut runs: Vec<RunId> = rows.into_iter().map(|(run,)| RunId(run)).collect();
    runs.sort_unstable();
    runs.dedup();
    Ok(runs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_person_finds_each_batch_over_the_own_cases_once() {
        store::testing::each_db(&[crate::SCHEMA], async |platform| {
            let [first, second, other] = [1, 2, 3].map(CaseId::from_u128);
            let [spring, autumn, strange] = [7, 8, 9].map(RunId::from_u128);
            let mut tx = platform.db.begin().await.unwrap();
            note_read(&mut tx, autumn, &[second, first, second])
                .await
                .unwrap();
            note_read(&mut tx, autumn, &[first]).await.unwrap();
            note_read(&mut tx, spring, &[first]).await.unwrap();
            note_read(&mut tx, strange, &[other]).await.unwrap();
            let found = runs_that_read(&mut tx, &[first, second]).await.unwrap();
            assert_eq!(found, [spring, autumn]);
            assert_eq!(runs_that_read(&mut tx, &[]).await.unwrap(), []);
        })
        .await;
    }
}
