#![no_main]

#[path = "../src/jose.rs"]
mod jose;

libfuzzer_sys::fuzz_target!(|data: &[u8]| jose::read(data));
