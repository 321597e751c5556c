use store::testing::each_db;
use store::{Clock, Ids, Platform, execute, fetch_value};

use super::{keys, look, place, second_process};
use crate::SCHEMA;
use crate::log::{
    Broken, CheckpointFault, Keys, NoteRefused, Sealed, Torn, change_keys, checkpoint, verify,
    verify_checkpoints,
};

/// Two processes, two checkpoints and a rest: 12 entries under the first, 21 under the second.
async fn signed(platform: &Platform, keys: &Keys) {
    let second = second_process(platform);
    look(platform, 10).await;
    look(&second, 2).await;
    checkpoint(platform, &place(keys)).await.unwrap().unwrap();
    look(&second, 9).await;
    checkpoint(&second, &place(keys)).await.unwrap().unwrap();
    look(platform, 3).await;
}

/// What an insider with the owner's rights on the database would do.
async fn unguarded(platform: &Platform, changes: &[&'static str]) {
    let mut tx = platform.db.begin().await.unwrap();
    for table in ["access_log", "log_checkpoint", "log_segment", "log_node"] {
        let drops = if tx.is_sqlite() {
            vec![
                format!("DROP TRIGGER {table}_no_update"),
                format!("DROP TRIGGER {table}_no_delete"),
            ]
        } else {
            vec![format!("DROP TRIGGER {table}_append_only ON {table}")]
        };
        for drop in drops {
            execute!(tx, sqlx::AssertSqlSafe(drop.clone())).unwrap();
        }
    }
    for change in changes {
        assert!(execute!(tx, *change).unwrap() > 0, "{change}");
    }
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn the_chains_of_two_processes_are_joined_and_hold() {
    each_db(&[SCHEMA], async |platform| {
        let keys = keys(1);
        signed(&platform, &keys).await;
        let found = verify_checkpoints(&platform.db, &keys).await.unwrap();
        let expected = Sealed {
            checkpoints: 2,
            entries: 21,
            waiting: 3,
            torn: vec![],
        };
        assert_eq!(found, expected);
        checkpoint(&platform, &place(&keys)).await.unwrap().unwrap();
        let nothing_new = checkpoint(&platform, &place(&keys)).await.unwrap();
        assert_eq!(nothing_new, None);
        let found = verify_checkpoints(&platform.db, &keys).await.unwrap();
        assert_eq!(
            (found.checkpoints, found.entries, found.waiting),
            (3, 24, 0)
        );
    })
    .await;
}

/// A process whose clock is a little behind signs after one whose clock is right.
#[tokio::test]
async fn a_checkpoint_is_never_dated_before_the_one_before_it() {
    each_db(&[SCHEMA], async |platform| {
        let keys = keys(1);
        let clock = Clock::standing_at(platform.clock.now());
        let ids = Ids::seeded(clock.clone(), 2);
        let behind = Platform::with_ids(platform.db.clone(), clock, ids);
        platform.clock.step(5_000).unwrap();
        look(&platform, 1).await;
        let first = checkpoint(&platform, &place(&keys)).await.unwrap().unwrap();
        look(&behind, 1).await;
        let second = checkpoint(&behind, &place(&keys)).await.unwrap().unwrap();
        assert!(behind.clock.now() < first.at, "its clock is behind");
        assert_eq!(second.at, first.at);
        let found = verify_checkpoints(&platform.db, &keys).await.unwrap();
        assert_eq!(found.torn, []);
    })
    .await;
}

async fn check(changes: &[&'static str], expected: &[Torn]) {
    each_db(&[SCHEMA], async |platform| {
        let keys = keys(1);
        signed(&platform, &keys).await;
        unguarded(&platform, changes).await;
        let found = verify_checkpoints(&platform.db, &keys).await.unwrap();
        assert_eq!(found.torn, expected, "{changes:?}");
        // And nothing more is signed over it.
        let more = checkpoint(&platform, &place(&keys)).await;
        assert!(more.is_err(), "{changes:?}: {more:?}");
    })
    .await;
}

#[tokio::test]
async fn a_row_rewritten_with_all_hashes_after_it_is_found() {
    // What follows in the chain is made to fit by an insider who computes hashes: the chain by
    // itself holds no more than that, the signed root does.
    let rewritten = "UPDATE access_log SET hash = prev_hash WHERE seq = 10";
    check(
        &[rewritten],
        &[Torn::Root { size: 12 }, Torn::Root { size: 21 }],
    )
    .await;
}

#[tokio::test]
async fn a_removed_row_is_found_also_at_the_end_of_a_chain() {
    check(
        &["DELETE FROM access_log WHERE seq = 10"],
        &[Torn::Gone { leaf: 9 }],
    )
    .await;
    let gone = "DELETE FROM access_log WHERE seq = 11";
    check(&[gone], &[Torn::Gone { leaf: 20 }]).await;
}

#[tokio::test]
async fn two_rows_that_change_places_are_found() {
    let swap = [
        "UPDATE access_log SET seq = -8 WHERE seq = 8",
        "UPDATE access_log SET seq = 8 WHERE seq = 9",
        "UPDATE access_log SET seq = 9 WHERE seq = -8",
    ];
    check(&swap, &[Torn::Root { size: 12 }, Torn::Root { size: 21 }]).await;
}

#[tokio::test]
async fn a_row_put_between_is_found() {
    let inserted = [
        "UPDATE access_log SET seq = 100 + seq WHERE seq >= 10",
        "UPDATE access_log SET seq = seq - 99 WHERE seq >= 110",
        "INSERT INTO access_log (chain_id, seq, at, account, role, office, action, purpose, granted,
           territory, person, case_id, run_id, population, prev_hash, hash)
         SELECT chain_id, 10, at, account, role, office, action, purpose, granted, territory, person, case_id, run_id, population, prev_hash, hash
         FROM access_log WHERE seq = 9",
    ];
    each_db(&[SCHEMA], async |platform| {
        let keys = keys(1);
        signed(&platform, &keys).await;
        unguarded(&platform, &inserted).await;
        let found = verify_checkpoints(&platform.db, &keys).await.unwrap();
        assert!(found.torn.contains(&Torn::Root { size: 21 }), "{found:?}");
        assert!(!verify(&platform.db).await.unwrap().holds());
    })
    .await;
}

#[tokio::test]
async fn a_tail_cut_off_together_with_its_place_is_found() {
    let cut = [
        "DELETE FROM access_log WHERE seq > 2 AND seq < 12",
        "DELETE FROM log_segment WHERE first_leaf >= 12",
    ];
    each_db(&[SCHEMA], async |platform| {
        let keys = keys(1);
        signed(&platform, &keys).await;
        unguarded(&platform, &cut).await;
        let found = verify_checkpoints(&platform.db, &keys).await.unwrap();
        assert!(
            found.torn.contains(&Torn::End {
                signed: 21,
                taken: 12
            }),
            "{found:?}"
        );
    })
    .await;
}

#[tokio::test]
async fn a_checkpoint_changed_or_dated_back_is_found() {
    each_db(&[SCHEMA], async |platform| {
        let keys = keys(1);
        signed(&platform, &keys).await;
        unguarded(
            &platform,
            &["UPDATE log_checkpoint SET at = at - 1 WHERE size = 21"],
        )
        .await;
        let found = verify_checkpoints(&platform.db, &keys).await.unwrap();
        assert_eq!(found.torn, [Torn::Row { size: 21 }]);
    })
    .await;
}

#[tokio::test]
async fn a_checkpoint_forged_by_whoever_has_the_database_but_not_the_key_is_found() {
    each_db(&[SCHEMA], async |platform| {
        let (keys, strangers) = (keys(1), Keys::new(super::NAME, [66; 32]));
        look(&platform, 5).await;
        // The insider makes a whole tree of his own, with a key of his own.
        checkpoint(&platform, &place(&strangers))
            .await
            .unwrap()
            .unwrap();
        let found = verify_checkpoints(&platform.db, &keys).await.unwrap();
        let id = strangers.public()[0].id();
        let why = NoteRefused::UnknownKey { id };
        assert_eq!(found.torn[0], Torn::Note { size: 5, why });
    })
    .await;
}

#[tokio::test]
async fn after_a_rotation_the_old_key_holds_for_what_it_signed_and_no_more() {
    each_db(&[SCHEMA], async |platform| {
        let first = keys(1);
        signed(&platform, &first).await;
        let mut at = None;
        change_keys(&platform, |size| {
            at = Some(size);
            Ok(())
        })
        .await
        .unwrap();
        let old_id = first.public()[0].id();
        let (old, rotated) = (place(&first), first.rotate([2; 32], at.unwrap()));
        assert_eq!(at, Some(21));
        checkpoint(&platform, &place(&rotated))
            .await
            .unwrap()
            .unwrap();
        assert!(
            verify_checkpoints(&platform.db, &rotated)
                .await
                .unwrap()
                .torn
                .is_empty()
        );
        // A stolen old key signs on.
        look(&platform, 1).await;
        checkpoint(&platform, &old).await.unwrap().unwrap();
        let found = verify_checkpoints(&platform.db, &rotated).await.unwrap();
        let why = NoteRefused::OldKey {
            id: old_id,
            size: 25,
        };
        assert!(
            found.torn.contains(&Torn::Note { size: 25, why }),
            "{found:?}"
        );
    })
    .await;
}

#[tokio::test]
async fn a_kept_tree_that_is_not_that_of_its_entries_is_found() {
    each_db(&[SCHEMA], async |platform| {
        let keys = keys(1);
        look(&platform, 600).await;
        checkpoint(&platform, &place(&keys)).await.unwrap().unwrap();
        let mut tx = platform.db.read().await.unwrap();
        // Two trees of 256 and one of 512.
        assert_eq!(
            fetch_value!(tx, i64, "SELECT COUNT(*) FROM log_node").unwrap(),
            3
        );
        drop(tx);
        let change = "UPDATE log_node SET hash = (SELECT hash FROM log_node WHERE level = 9)
            WHERE level = 8 AND position = 1";
        unguarded(&platform, &[change]).await;
        let found = verify_checkpoints(&platform.db, &keys).await.unwrap();
        assert_eq!(
            found.torn,
            [Torn::Node {
                level: 8,
                position: 1
            }]
        );
    })
    .await;
}

#[tokio::test]
async fn what_does_not_hold_is_not_signed_and_without_a_key_nothing_is() {
    each_db(&[SCHEMA], async |platform| {
        let keys = keys(1);
        look(&platform, 5).await;
        let public = crate::log::KeyPlace::Text(keys.public_lines());
        let unsigned = checkpoint(&platform, &public).await;
        assert!(
            matches!(unsigned, Err(CheckpointFault::NoPrivateKey)),
            "{unsigned:?}"
        );
        unguarded(
            &platform,
            &["UPDATE access_log SET office = 'nobody' WHERE seq = 4"],
        )
        .await;
        let broken = checkpoint(&platform, &place(&keys)).await;
        let found = matches!(
            broken,
            Err(CheckpointFault::Broken(Broken::Changed { seq: 4, .. }))
        );
        assert!(found, "{broken:?}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn processes_that_sign_at_the_same_time_make_one_tree() {
    each_db(&[SCHEMA], async |platform| {
        let keys = keys(1);
        let tasks: Vec<_> = (0..6)
            .map(|_| {
                let (platform, place) = (platform.clone(), place(&keys));
                tokio::spawn(async move {
                    for _ in 0..10 {
                        look(&platform, 3).await;
                        checkpoint(&platform, &place).await.unwrap();
                    }
                })
            })
            .collect();
        for task in tasks {
            task.await.unwrap();
        }
        let found = verify_checkpoints(&platform.db, &keys).await.unwrap();
        assert_eq!((found.entries, found.waiting), (180, 0));
        assert_eq!(found.torn, []);
    })
    .await;
}
