#![no_main]

#[path = "../src/bank_file.rs"]
mod bank_file;

libfuzzer_sys::fuzz_target!(|data: &[u8]| bank_file::read(data));
