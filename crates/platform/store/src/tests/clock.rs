//! Whose time a process goes by.

use crate::testing::each_db;
use crate::{Clock, Platform};

/// Measuring takes less than this on a busy machine.
const MEASURING_US: i64 = 2_000_000;

/// The server of a test stands on this computer, so its time is the true one here.
#[tokio::test]
async fn a_computer_whose_clock_is_wrong_goes_by_the_time_of_the_server() {
    each_db(&[], async |platform| {
        let wrong = Platform::new(platform.db.clone(), Clock::system());
        let now = wrong.clock.now();
        wrong.clock.go_by(now, now.plus_seconds(600), now);
        wrong.keep_time().await.unwrap();
        let ahead_us = wrong.clock.now().0 - Clock::system().now().0;
        // The embedded database has no clock of its own.
        let expected_us = if wrong.db.is_sqlite() { 600_000_000 } else { 0 };
        assert!(
            (ahead_us - expected_us).abs() < MEASURING_US,
            "{ahead_us} ahead"
        );
        let apart_us = wrong.wall.now().0 - wrong.clock.now().0;
        assert!(
            apart_us.abs() < MEASURING_US,
            "sessions and books: one time"
        );
    })
    .await;
}

#[tokio::test]
async fn a_virtual_clock_goes_by_nobody() {
    each_db(&[], async |platform| {
        let stood = platform.clock.now();
        platform.keep_time().await.unwrap();
        assert_eq!(platform.clock.now(), stood);
    })
    .await;
}
