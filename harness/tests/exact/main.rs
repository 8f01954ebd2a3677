//! Programs in seven languages, the reference nodes and the starters repeat exactly in virtual
//! time: one seed gives one journal, and another seed another.
//!
//! Each program gossips clocks, random bytes, process ids, addresses and the order of hash maps, so
//! that nothing which leaks from the machine into a program goes unnoticed. `make exact` repeats
//! them a thousand times in all.

mod programs;
mod repeat;
mod run;
mod shipped;
mod skip;
mod table;

use std::path::PathBuf;

use programs::PROGRAMS;
use run::{FAULTS, Outcome, first_difference, run, virtual_time};

/// Where programs are compiled and runs are recorded, for one test only.
fn scratch(test: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_TARGET_TMPDIR"))
        .join("exact")
        .join(test)
}

/// Runs twice with one seed and once with another.
fn check_repeats(ready: &programs::Ready, flags: &[&str], dir: &std::path::Path) -> Vec<String> {
    let [first, again] = ["first", "again"].map(|name| run(ready, flags, 1, &dir.join(name)));
    let other = run(ready, flags, 2, &dir.join("other"));
    let mut complaints: Vec<String> = [&first, &again, &other]
        .into_iter()
        .filter_map(Outcome::complaint)
        .collect();
    if complaints.is_empty() {
        complaints.extend(first_difference(&first, &again));
        if first.journal_hash() == other.journal_hash() {
            complaints.push("another seed gives the same journal".to_owned());
        } else if first.journal_hash() != again.journal_hash() {
            complaints.push("the journals are the same, their hashes are not".to_owned());
        }
    }
    complaints
}

/// Demands that all programs in this language repeat.
fn programs_repeat(language: &str) {
    let scratch = scratch(language);
    let mut complaints = Vec::new();
    for program in PROGRAMS.iter().filter(|p| p.language == language) {
        match virtual_time().and_then(|()| program.prepare(&scratch, false)) {
            Ok(ready) => {
                let found =
                    check_repeats(&ready, FAULTS, &scratch.join("runs").join(program.name()));
                complaints.extend(
                    found
                        .into_iter()
                        .map(|c| format!("{}: {c}", program.name())),
                );
            }
            Err(reason) => skip::note(&reason),
        }
    }
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

#[test]
fn c_repeats() {
    programs_repeat("C");
}

#[test]
fn rust_repeats() {
    programs_repeat("Rust");
}

#[test]
fn python_repeats() {
    programs_repeat("Python");
}

#[test]
fn go_repeats() {
    programs_repeat("Go");
}

#[test]
fn node_js_repeats() {
    programs_repeat("Node.js");
}

#[test]
fn ruby_repeats() {
    programs_repeat("Ruby");
}

#[test]
fn java_repeats() {
    programs_repeat("Java");
}

#[test]
fn every_language_has_two_styles_and_a_test() {
    let languages = ["C", "Rust", "Python", "Go", "Node.js", "Ruby", "Java"];
    for program in PROGRAMS {
        assert!(
            languages.contains(&program.language),
            "{}",
            program.language
        );
    }
    for language in languages {
        let styles = PROGRAMS
            .iter()
            .filter(|p| p.language == language)
            .map(|p| p.style);
        let styles: std::collections::BTreeSet<_> = styles.collect();
        assert!(styles.len() >= 2, "{language}: {styles:?}");
    }
}
