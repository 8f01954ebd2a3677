//! Journals that are the same, and journals that are not.

use std::borrow::Cow;

use results::RunDir;
use results::run_dir::{JournalEvent, JournalLine};
use serde_json::value::RawValue;

use super::*;

/// A journal of 30 messages between three nodes, the last of them with this body.
fn journal(last: &str, and_then: &[JournalLine<'_>]) -> (tempfile::TempDir, RunDir) {
    let place = tempfile::tempdir().expect("a directory");
    let dir = RunDir::create_at(place.path()).expect("empty");
    let mut journal = dir.journal().expect("a journal");
    for id in 0..30u64 {
        let body = if id == 29 {
            last.to_owned()
        } else {
            format!(r#"{{"type":"gossip","ids":[{id}]}}"#)
        };
        let body: Box<RawValue> = RawValue::from_string(body).expect("JSON");
        let names = [format!("n{}", id % 3), format!("n{}", (id + 1) % 3)];
        let message = |event, time| JournalLine {
            id: Some(id),
            src: Some(Cow::Borrowed(&*names[0])),
            dest: Some(Cow::Borrowed(&*names[1])),
            ..JournalLine::new(time, event)
        };
        let sent = JournalLine {
            body: Some(&body),
            ..message(JournalEvent::Send, id * 1_000_500)
        };
        journal.write(&sent).expect("written");
        journal
            .write(&message(JournalEvent::Deliver, id * 1_000_500 + 7))
            .expect("written");
    }
    for line in and_then {
        journal.write(line).expect("written");
    }
    journal.finish().expect("finished");
    (place, dir)
}

fn compared(a: &RunDir, b: &RunDir) -> Comparison {
    let mut first = a.read_journal().expect("a journal");
    let mut second = b.read_journal().expect("a journal");
    compare(&mut first, &mut second).expect("readable")
}

const GOSSIP: &str = r#"{"type":"gossip","ids":[29,30]}"#;

fn ended() -> JournalLine<'static> {
    JournalLine {
        src: Some(Cow::Borrowed("n1")),
        why: Some(Cow::Borrowed("it was killed by the nemesis")),
        ..JournalLine::new(30_000_000, JournalEvent::Node)
    }
}

#[test]
fn equal_journals_are_the_same_and_have_the_hash_of_the_file() {
    let (_a, a) = journal(GOSSIP, &[]);
    let (_b, b) = journal(GOSSIP, &[]);
    let comparison = compared(&a, &b);
    let file = a.path().join(results::run_dir::JOURNAL);
    let hash = results::run_dir::hash_of_journal(&file).expect("a hash");
    assert_eq!(
        comparison,
        Comparison::Same {
            lines: 60,
            hash,
            cut_off: false
        }
    );
    let text = report(&comparison, &Circumstances::default());
    assert!(
        text.starts_with("The replay is the same: 60 journal lines, hash blake3:"),
        "{text}"
    );
}

#[test]
fn the_first_difference_is_shown_with_what_led_to_it_and_what_changed() {
    let (_a, a) = journal(GOSSIP, &[]);
    let (_b, b) = journal(r#"{"type":"gossip","ids":[30,29]}"#, &[]);
    let around = Circumstances {
        changes: Some(vec![
            "the program changed: /home/ada/node.py was 1a1a1a1a1a1a (1234 bytes) and is now \
             abababababab (1240 bytes)"
                .to_owned(),
        ]),
        remarks: vec![],
        verdicts: Some((
            "valid: all 4 checks passed".to_owned(),
            "invalid: an add is lost".to_owned(),
        )),
    };
    insta::assert_snapshot!(report(&compared(&a, &b), &around));
}

#[test]
fn a_journal_that_goes_on_differs_in_either_direction() {
    let (_a, short) = journal(GOSSIP, &[]);
    let (_b, long) = journal(GOSSIP, &[ended()]);
    let around = Circumstances {
        changes: Some(vec![]),
        remarks: vec!["n1: it spins without system calls".to_owned()],
        verdicts: None,
    };
    insta::assert_snapshot!(report(&compared(&short, &long), &around));
    let Comparison::Different(divergence) = compared(&long, &short) else {
        panic!("one has more");
    };
    assert_eq!((divergence.line, divergence.second), (61, None));
}

#[test]
fn a_long_line_is_shown_around_the_difference() {
    let body = |end: &str| {
        format!(
            r#"{{"type":"gossip","text":"{}{end}{}"}}"#,
            "x".repeat(400),
            "y".repeat(400)
        )
    };
    let (_a, a) = journal(&body("1"), &[]);
    let (_b, b) = journal(&body("2"), &[]);
    insta::assert_snapshot!(report(&compared(&a, &b), &Circumstances::default()));
}

#[test]
fn a_recorded_journal_that_was_cut_off_is_compared_as_far_as_it_goes() {
    let (_a, a) = journal(GOSSIP, &[]);
    let (_b, b) = journal(GOSSIP, &[]);
    let file = a.path().join(results::run_dir::JOURNAL);
    let bytes = std::fs::read(&file).expect("read");
    std::fs::write(&file, &bytes[..bytes.len() - 12]).expect("written");
    let Comparison::Same { cut_off, .. } = compared(&a, &b) else {
        panic!("what is there is the same");
    };
    assert!(cut_off);
}
