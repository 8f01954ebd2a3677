//! Rules say of any small history what searches say, and both prove it.

#![no_main]

#[expect(dead_code, reason = "the other targets use the rest")]
mod shared;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| shared::judgement(bytes));
