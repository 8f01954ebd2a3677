//! Tests that miss something on this machine say so.

use std::fs;
use std::io::Write;

/// Says which test did not run and why, also in the file that `make test` shows at its end.
#[expect(clippy::print_stderr, reason = "for those who run this test alone")]
pub(crate) fn note(reason: &str) {
    let test = std::thread::current();
    let line = format!("SKIPPED: {}: {reason}", test.name().unwrap_or("a test"));
    eprintln!("{line}");
    if let Some(path) = std::env::var_os("SPLITBRAIN_SKIPPED") {
        let file = fs::OpenOptions::new().create(true).append(true).open(path);
        writeln!(file.expect("the list of skipped tests"), "{line}").expect("written");
    }
}
