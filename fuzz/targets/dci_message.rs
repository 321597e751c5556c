#![no_main]

#[path = "../src/dci.rs"]
mod dci;

libfuzzer_sys::fuzz_target!(|data: &[u8]| dci::read(data));
