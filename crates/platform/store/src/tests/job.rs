use crate::job::{self, Failed, Job, NewJob};
use crate::testing::each_db;
use crate::{Fault, Platform};
use std::collections::HashSet;

const S: i64 = 1_000_000;

async fn enqueue(platform: &Platform, jobs: &[NewJob]) -> u64 {
    let mut tx = platform.db.begin().await.unwrap();
    let added = job::enqueue(&mut tx, &platform.ids, jobs).await.unwrap();
    tx.commit().await.unwrap();
    added
}

async fn claim(platform: &Platform, limit: i64) -> Vec<Job> {
    job::claim(platform, "gather", limit, 60).await.unwrap()
}

async fn done(platform: &Platform, jobs: &[Job]) -> Result<(), Fault> {
    let mut tx = platform.db.begin().await?;
    job::done(&mut tx, jobs).await?;
    tx.commit().await
}

fn gather(key: impl ToString) -> NewJob {
    NewJob::new("gather", key.to_string(), "{}")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn four_workers_claim_every_job_once() {
    each_db(&[], async |platform| {
        let jobs: Vec<_> = (0..2000).map(gather).collect();
        assert_eq!(enqueue(&platform, &jobs).await, 2000);
        let workers: Vec<_> = (0..4)
            .map(|_| {
                let platform = platform.clone();
                tokio::spawn(async move {
                    let mut mine = Vec::new();
                    loop {
                        let claimed = claim(&platform, 37).await;
                        if claimed.is_empty() {
                            return mine;
                        }
                        done(&platform, &claimed).await.unwrap();
                        mine.extend(claimed.into_iter().map(|job| job.id));
                    }
                })
            })
            .collect();
        let mut all = Vec::new();
        for worker in workers {
            all.extend(worker.await.unwrap());
        }
        assert_eq!(all.len(), 2000);
        assert_eq!(all.iter().collect::<HashSet<_>>().len(), 2000);
        let mut tx = platform.db.read().await.unwrap();
        assert!(job::counts(&mut tx).await.unwrap().is_empty());
    })
    .await;
}

#[tokio::test]
async fn the_same_job_does_not_wait_twice_but_follows_one_at_work() {
    each_db(&[], async |platform| {
        assert_eq!(enqueue(&platform, &[gather(1), gather(1)]).await, 1);
        assert_eq!(enqueue(&platform, &[gather(1)]).await, 0);
        let at_work = claim(&platform, 10).await;
        assert_eq!(enqueue(&platform, &[gather(1)]).await, 1);
        let failed = job::fail(&platform, &at_work[0], "no answer")
            .await
            .unwrap();
        assert_eq!(failed, Failed::Superseded);
        assert_eq!(claim(&platform, 10).await.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_job_waits_for_its_time() {
    each_db(&[], async |platform| {
        let later = kernel::day::Instant(platform.clock.now().0 + 5 * S);
        enqueue(&platform, &[gather(1).at(later)]).await;
        assert!(claim(&platform, 10).await.is_empty());
        platform.clock.step(5 * S).unwrap();
        assert_eq!(claim(&platform, 10).await.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_lease_that_ran_out_gives_the_job_to_another_and_the_slow_one_learns_it() {
    each_db(&[], async |platform| {
        enqueue(&platform, &[gather(1)]).await;
        let slow = claim(&platform, 10).await;
        platform.clock.step(59 * S).unwrap();
        assert!(claim(&platform, 10).await.is_empty());
        assert_eq!(job::heartbeat(&platform, &slow, 60).await.unwrap(), 1);
        platform.clock.step(59 * S).unwrap();
        assert!(
            claim(&platform, 10).await.is_empty(),
            "the heartbeat prolonged it"
        );
        platform.clock.step(S).unwrap();
        let second = claim(&platform, 10).await;
        assert_eq!(second[0].attempts, 2);
        let late = done(&platform, &slow).await.unwrap_err();
        assert!(matches!(late, Fault::LeaseLost { .. }), "{late}");
        assert!(job::fail(&platform, &slow[0], "late").await.is_err());
        done(&platform, &second).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_job_that_always_fails_waits_longer_and_ends_with_its_owner() {
    each_db(&[], async |platform| {
        let mut new = gather(1);
        new.attempts_max = 3;
        new.owner = "district officer";
        enqueue(&platform, &[new]).await;
        for attempt in 1..=2_i64 {
            let jobs = claim(&platform, 10).await;
            let Failed::RetryAt(at) = job::fail(&platform, &jobs[0], "silent").await.unwrap()
            else {
                panic!("attempt {attempt} is not the last");
            };
            let wait = at.0 - platform.clock.now().0;
            let whole = (job::BACKOFF_S_MIN * S) << (attempt - 1);
            assert!(
                (whole / 2..whole).contains(&wait),
                "attempt {attempt}: {wait}"
            );
            platform.clock.set(at).unwrap();
        }
        let jobs = claim(&platform, 10).await;
        assert_eq!(
            job::fail(&platform, &jobs[0], "silent").await.unwrap(),
            Failed::Dead
        );
        let mut tx = platform.db.begin().await.unwrap();
        let dead = job::dead(&mut tx, 10).await.unwrap();
        assert_eq!(
            (dead[0].owner.as_str(), dead[0].attempts),
            ("district officer", 3)
        );
        assert_eq!(dead[0].error.as_deref(), Some("silent"));
        assert!(
            job::revive(&mut tx, &platform.ids, dead[0].id)
                .await
                .unwrap()
        );
        tx.commit().await.unwrap();
        assert_eq!(claim(&platform, 10).await[0].attempts, 1);
    })
    .await;
}

#[tokio::test]
async fn a_job_that_kills_its_workers_is_not_given_to_a_fourth() {
    each_db(&[], async |platform| {
        let mut new = gather(1);
        new.attempts_max = 3;
        enqueue(&platform, &[new]).await;
        for _ in 0..3 {
            assert_eq!(claim(&platform, 10).await.len(), 1);
            platform.clock.step(60 * S).unwrap();
        }
        assert!(claim(&platform, 10).await.is_empty());
        let mut tx = platform.db.read().await.unwrap();
        assert_eq!(job::dead(&mut tx, 10).await.unwrap().len(), 1);
    })
    .await;
}
