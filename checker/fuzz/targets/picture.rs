//! A picture of any bytes is read, or a mistake is found with its place.

#![no_main]

#[expect(dead_code, reason = "the other targets use the rest")]
mod shared;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| shared::picture(bytes));
