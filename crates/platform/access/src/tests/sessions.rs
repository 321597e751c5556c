use store::testing::each_db;
use store::{Platform, fetch_all, fetch_value};

use super::{MAHALLA, SECRET, managing, open_account};
use crate::session::{self, Kind, SignInRefused, SignedIn, Token};
use crate::{Role, SCHEMA, SecretHash, account};

const S: i64 = 1_000_000;

async fn sign_in(platform: &Platform, secret: &str) -> Result<SignedIn, SignInRefused> {
    session::sign_in(platform, "qodirova", secret, Kind::Browser).await
}

async fn worker(platform: &Platform) -> kernel::ids::AccountId {
    open_account(platform, "qodirova", Role::MahallaWorker, MAHALLA).await
}

#[tokio::test]
async fn who_knows_the_secret_gets_a_token_that_the_database_does_not_hold() {
    each_db(&[SCHEMA], async |platform| {
        let account = worker(&platform).await;
        let signed_in = sign_in(&platform, SECRET).await.unwrap();
        let found = session::find(&platform, &signed_in.token)
            .await
            .unwrap()
            .unwrap();
        assert_eq!((found.account, &found), (account, &signed_in.subject));
        let text = signed_in.token.to_string();
        assert_eq!(text.len(), 64);
        assert_eq!(text.parse::<Token>().unwrap(), signed_in.token);
        assert_eq!(format!("{:?}", signed_in.token), "Token(..)");
        let mut tx = platform.db.read().await.unwrap();
        let stored = fetch_all!(tx, (Vec<u8>,), "SELECT token_hash FROM session").unwrap();
        assert_ne!(hex::encode(&stored[0].0), text);
    })
    .await;
}

#[tokio::test]
async fn five_wrong_tries_lock_the_login_for_the_right_secret_too() {
    each_db(&[SCHEMA], async |platform| {
        worker(&platform).await;
        for left in (0..5).rev() {
            match sign_in(&platform, "a wrong secret").await.unwrap_err() {
                SignInRefused::Wrong { tries_left } => assert_eq!(tries_left, left),
                other => panic!("{other}"),
            }
        }
        let locked = sign_in(&platform, SECRET).await.unwrap_err();
        assert!(matches!(locked, SignInRefused::Locked { .. }), "{locked}");
        platform.clock.step(session::LOCK_S * S).unwrap();
        sign_in(&platform, SECRET).await.unwrap();
        // A success forgets the tries.
        sign_in(&platform, "a wrong secret").await.unwrap_err();
        sign_in(&platform, SECRET).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn an_unknown_login_answers_as_a_known_one() {
    each_db(&[SCHEMA], async |platform| {
        let mut answers = Vec::new();
        for login in ["known", "unknown"] {
            if login == "known" {
                open_account(&platform, login, Role::MahallaWorker, MAHALLA).await;
            }
            for _ in 0..6 {
                let tried = session::sign_in(&platform, login, "a wrong secret", Kind::Api).await;
                answers.push(tried.unwrap_err().to_string());
            }
        }
        let (known, unknown) = answers.split_at(6);
        assert_eq!(known, unknown);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn tries_at_the_same_moment_are_counted_each() {
    each_db(&[SCHEMA], async |platform| {
        worker(&platform).await;
        let tasks: Vec<_> = (0..12)
            .map(|_| {
                let platform = platform.clone();
                tokio::spawn(async move { sign_in(&platform, "a wrong secret").await })
            })
            .collect();
        let mut wrong = 0;
        for task in tasks {
            let refused = task.await.unwrap().unwrap_err();
            wrong += i32::from(matches!(refused, SignInRefused::Wrong { .. }));
        }
        assert_eq!(wrong, 5);
    })
    .await;
}

#[tokio::test]
async fn a_session_ends_by_idleness_by_age_and_by_sign_out() {
    each_db(&[SCHEMA], async |platform| {
        worker(&platform).await;
        let lives = async |token: &Token| session::find(&platform, token).await.unwrap().is_some();
        let step = |s: i64| platform.clock.step(s * S).unwrap();

        let idle = sign_in(&platform, SECRET).await.unwrap().token;
        step(Kind::Browser.idle_s_max() - 1);
        assert!(lives(&idle).await);
        step(Kind::Browser.idle_s_max() - 1);
        assert!(lives(&idle).await, "its use was noted");
        step(Kind::Browser.idle_s_max());
        assert!(!lives(&idle).await);

        let used = sign_in(&platform, SECRET).await.unwrap().token;
        for _ in 0..47 {
            step(15 * 60);
            assert!(lives(&used).await);
        }
        step(15 * 60);
        assert!(!lives(&used).await, "twelve hours are over");

        let left = sign_in(&platform, SECRET).await.unwrap().token;
        session::end(&platform, &left).await.unwrap();
        assert!(!lives(&left).await);
        step(Kind::Browser.age_s_max());
        session::sweep(&platform).await.unwrap();
        let mut tx = platform.db.read().await.unwrap();
        assert_eq!(
            fetch_value!(tx, i64, "SELECT COUNT(*) FROM session").unwrap(),
            0
        );
    })
    .await;
}

#[tokio::test]
async fn a_rotated_token_replaces_the_old_one() {
    each_db(&[SCHEMA], async |platform| {
        worker(&platform).await;
        let old = sign_in(&platform, SECRET).await.unwrap().token;
        let new = session::rotate(&platform, &old).await.unwrap().unwrap();
        assert!(session::find(&platform, &old).await.unwrap().is_none());
        assert!(session::find(&platform, &new).await.unwrap().is_some());
        assert!(session::rotate(&platform, &old).await.unwrap().is_none());
    })
    .await;
}

#[tokio::test]
async fn a_closed_account_and_a_new_secret_end_every_session_at_once() {
    each_db(&[SCHEMA], async |platform| {
        let account = worker(&platform).await;
        let permit = managing(&platform).await;
        let token = sign_in(&platform, SECRET).await.unwrap().token;
        let mut tx = platform.db.begin().await.unwrap();
        let secret = SecretHash::of("nok-behi-gilos").unwrap();
        assert!(
            account::set_secret(&mut tx, &permit, account, &secret)
                .await
                .unwrap()
        );
        tx.commit().await.unwrap();
        assert!(session::find(&platform, &token).await.unwrap().is_none());
        assert!(sign_in(&platform, SECRET).await.is_err());

        let token = sign_in(&platform, "nok-behi-gilos").await.unwrap().token;
        let mut tx = platform.db.begin().await.unwrap();
        assert!(account::close(&mut tx, &permit, account).await.unwrap());
        let again = account::close(&mut tx, &permit, account).await.unwrap();
        assert!(!again, "said again it changes nothing");
        tx.commit().await.unwrap();
        assert!(session::find(&platform, &token).await.unwrap().is_none());
        assert!(sign_in(&platform, "nok-behi-gilos").await.is_err());

        let mut tx = platform.db.read().await.unwrap();
        let found = account::find_even_closed(&mut tx, "Qodirova").await;
        assert_eq!(found.unwrap(), Some((account, false)));
        let closed = account::list_closed(&mut tx, Role::MahallaWorker).await;
        assert_eq!(closed.unwrap().into_iter().collect::<Vec<_>>(), [account]);
    })
    .await;
}

/// A secret takes a while to be looked at: in that while it is replaced.
#[tokio::test]
async fn a_secret_that_is_replaced_while_somebody_signs_in_with_it_opens_nothing() {
    each_db(&[SCHEMA], async |platform| {
        let account = worker(&platform).await;
        let permit = managing(&platform).await;
        let secret = SecretHash::of("nok-behi-gilos").unwrap();
        let count = async |sql: &'static str| {
            let mut tx = platform.db.read().await.unwrap();
            fetch_value!(tx, i64, sql).unwrap()
        };
        let replaced = async {
            while count("SELECT COUNT(*) FROM sign_in_try").await == 0 {
                tokio::task::yield_now().await;
            }
            let mut tx = platform.db.begin().await.unwrap();
            account::set_secret(&mut tx, &permit, account, &secret)
                .await
                .unwrap();
            tx.commit().await.unwrap();
        };
        let (signed_in, ()) = tokio::join!(sign_in(&platform, SECRET), replaced);
        let refused = signed_in.unwrap_err();
        assert!(matches!(refused, SignInRefused::Wrong { .. }), "{refused}");
        assert_eq!(count("SELECT COUNT(*) FROM session").await, 0);
    })
    .await;
}
