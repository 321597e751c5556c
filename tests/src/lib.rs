//! Stories over several crates, and the tests that hold the shape of the house.
//! The stories themselves are in `stories/`; this library is empty on purpose.
