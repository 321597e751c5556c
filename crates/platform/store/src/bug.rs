//! Known bugs, planted by name to see that the tests find them (`tests/mutants`). Without the
//! feature `testing` there is no way to plant one, and the compiler takes the places out.

pub const VARIABLE: &str = "DAFTAR_TEST_BUG";

/// Was this bug planted?
#[cfg(feature = "testing")]
pub fn is_planted(name: &str) -> bool {
    static PLANTED: std::sync::LazyLock<Option<String>> =
        std::sync::LazyLock::new(|| std::env::var(VARIABLE).ok());
    PLANTED.as_deref() == Some(name)
}

#[cfg(not(feature = "testing"))]
pub const fn is_planted(_name: &str) -> bool {
    false
}
