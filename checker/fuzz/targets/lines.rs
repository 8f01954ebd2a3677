//! JSON Lines of any bytes are read, or a mistake is found with its place.

#![no_main]

#[expect(dead_code, reason = "the other targets use the rest")]
mod shared;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| shared::lines(bytes));
