#![no_main]

#[path = "../src/agency.rs"]
mod agency;

libfuzzer_sys::fuzz_target!(|data: &[u8]| agency::answer(data));
