//! (flows follow)
