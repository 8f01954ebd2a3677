//! A run directory on a real disk: collisions, kills, hashes, lookups.

use super::*;
use crate::document::sample;

fn now() -> jiff::Zoned {
    "2026-11-21T03:17:45+00:00[UTC]".parse().expect("a time")
}

#[test]
fn runs_of_the_same_second_get_their_own_directories() {
    let root = tempfile::tempdir().expect("a directory");
    let names: Vec<String> = (0..3)
        .map(|_| {
            let dir = RunDir::create(root.path(), "g-counter", &now(), "0x2a").expect("made");
            let path = dir
                .path()
                .strip_prefix(root.path())
                .expect("below the root");
            path.display().to_string()
        })
        .collect();
    assert_eq!(
        names,
        [
            "g-counter/20261121T031745-0x2a",
            "g-counter/20261121T031745-0x2a-2",
            "g-counter/20261121T031745-0x2a-3"
        ]
    );
    let latest = std::fs::read_link(root.path().join("latest")).expect("a link");
    assert_eq!(latest.display().to_string(), names[2]);
    let others: Vec<_> = std::fs::read_dir(root.path()).expect("readable").collect();
    assert_eq!(others.len(), 2, "no temporary links are left: {others:?}");
}

#[test]
fn a_directory_with_other_things_is_left_alone() {
    let root = tempfile::tempdir().expect("a directory");
    std::fs::write(root.path().join("thesis.tex"), "all of it").expect("written");
    std::fs::write(root.path().join(PLAN), "{}").expect("written");
    let error = RunDir::create_at(root.path()).expect_err("occupied");
    assert_eq!(error.exit(), crate::Exit::CannotCreate);
    assert!(error.to_string().contains("nothing was changed"), "{error}");
    assert!(root.path().join("thesis.tex").exists());
}

#[test]
fn a_directory_with_an_earlier_run_is_used_again() {
    let root = tempfile::tempdir().expect("a directory");
    let path = root.path().join("new/out");
    let dir = RunDir::create_at(&path).expect("made");
    dir.write_plan(&serde_json::json!({"seed": "0x1"}))
        .expect("written");
    dir.make_node_dir("n0").expect("made");
    dir.write_verdict(&sample::invalid()).expect("written");
    RunDir::create_at(&path).expect("made again");
    assert_eq!(std::fs::read_dir(&path).expect("readable").count(), 0);
}

#[test]
fn the_verdict_is_written_in_one_step_and_reads_back() {
    let root = tempfile::tempdir().expect("a directory");
    let dir = RunDir::create_at(root.path()).expect("made");
    dir.write_plan(&serde_json::json!({})).expect("written");
    dir.write_verdict(&sample::valid()).expect("written");
    // A reader that has the old one open keeps all of it: the new one is another file.
    let mut old = std::fs::File::open(root.path().join(VERDICT)).expect("opened");
    dir.write_verdict(&sample::invalid()).expect("written");
    let mut text = String::new();
    std::io::Read::read_to_string(&mut old, &mut text).expect("read");
    assert_eq!(
        serde_json::from_str::<VerdictDocument>(&text).expect("whole"),
        sample::valid()
    );
    let dir = RunDir::open(root.path()).expect("a run");
    assert_eq!(dir.read_verdict().expect("whole"), sample::invalid());
    let names: Vec<_> = std::fs::read_dir(root.path()).expect("readable").collect();
    assert_eq!(names.len(), 2, "no temporary files are left: {names:?}");
}

#[test]
fn a_place_without_a_run_is_said_to_be_one() {
    let root = tempfile::tempdir().expect("a directory");
    let error = RunDir::open(root.path()).expect_err("no run");
    assert_eq!(error.exit(), crate::Exit::NoInput);
}

fn line(n: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    JournalLine {
        id: Some(n),
        src: Some("n0".into()),
        dest: Some("n1".into()),
        ..JournalLine::new(n * 1000, JournalEvent::Deliver)
    }
    .write_to(&mut bytes);
    bytes
}

fn journal_lines(dir: &RunDir) -> (Vec<Vec<u8>>, bool) {
    let mut reader = dir.read_journal().expect("opened");
    let mut lines = Vec::new();
    while let Some(line) = reader.next_line().expect("read") {
        lines.push([line, b"\n"].concat());
    }
    (lines, reader.is_truncated())
}

#[test]
fn the_hash_is_that_of_the_uncompressed_journal() {
    let root = tempfile::tempdir().expect("a directory");
    let dir = RunDir::create_at(root.path()).expect("made");
    let mut journal = dir.journal().expect("begun");
    let mut whole = Vec::new();
    for n in 0..5000 {
        whole.extend(line(n));
        journal
            .write_line(n * 1_000_000, &line(n))
            .expect("written");
    }
    let hash = journal.finish().expect("finished");
    assert_eq!(hash, format!("blake3:{}", blake3::hash(&whole).to_hex()));
    assert_eq!(
        hash,
        hash_of_journal(&root.path().join(JOURNAL)).expect("read")
    );
    let (lines, truncated) = journal_lines(&dir);
    assert_eq!(lines.concat(), whole);
    assert!(!truncated);
}

/// What a kill leaves is what had been flushed; wherever the file is cut, its lines up to there
/// can be read.
#[test]
fn a_journal_cut_anywhere_is_readable_up_to_the_cut() {
    let root = tempfile::tempdir().expect("a directory");
    let dir = RunDir::create_at(root.path()).expect("made");
    let mut journal = dir.journal().expect("begun");
    let mut whole = Vec::new();
    for n in 0..200 {
        whole.extend(line(n));
        journal.write_line(0, &line(n)).expect("written");
        if n % 50 == 49 {
            journal.flush().expect("flushed");
        }
    }
    // Not finished: this is the state of the file when the process is killed here.
    let path = root.path().join(JOURNAL);
    let bytes = std::fs::read(&path).expect("read");
    let (lines, truncated) = journal_lines(&dir);
    assert_eq!((lines.len(), truncated), (200, true));
    journal.finish().expect("finished");
    for cut in 0..bytes.len() {
        std::fs::write(&path, &bytes[..cut]).expect("written");
        let lines = journal_lines(&dir).0.concat();
        assert!(whole.starts_with(&lines), "cut at {cut}");
    }
}

#[test]
fn time_in_the_run_flushes_both_records() {
    let root = tempfile::tempdir().expect("a directory");
    let dir = RunDir::create_at(root.path()).expect("made");
    let mut journal = dir.journal().expect("begun");
    journal.write_line(1, &line(1)).expect("written");
    assert_eq!(journal_lines(&dir).0.len(), 0);
    journal.write_line(200_000_001, &line(2)).expect("written");
    assert_eq!(journal_lines(&dir).0.len(), 2);
    drop(journal);
}

fn history_line(text: &str) -> checker::HistoryLine {
    serde_json::from_str(text).expect("a line of a history")
}

#[test]
fn operations_and_messages_are_found_in_the_record() {
    let root = tempfile::tempdir().expect("a directory");
    let dir = RunDir::create_at(root.path()).expect("made");
    let mut history = dir.history().expect("begun");
    for text in [
        r#"{"index":0,"time":10,"process":0,"type":"invoke","f":"add","value":3,"node":"n0","message":1}"#,
        r#"{"index":1,"time":11,"process":1,"type":"invoke","f":"read","key":"k","value":null,"node":"n1","message":2}"#,
        r#"{"index":2,"time":20,"process":1,"type":"info","f":"read","key":"k","value":null,"error":{"name":"timeout"}}"#,
        r#"{"index":3,"time":30,"process":0,"type":"ok","f":"add","value":3,"message":4}"#,
    ] {
        history.write(&history_line(text)).expect("written");
    }
    history.flush().expect("flushed");
    let mut journal = dir.journal().expect("begun");
    let lines = [
        r#"{"time":10,"id":1,"event":"send","src":"c0","dest":"n0","body":{"type":"add","delta":3}}"#,
        r#"{"time":12,"id":3,"event":"send","src":"n0","dest":"n1","body":{"x":1}}"#,
        r#"{"time":12,"id":3,"event":"drop","src":"n0","dest":"n1","why":"partition"}"#,
        r#"{"time":29,"id":4,"event":"send","src":"n0","dest":"c0","body":{"type":"add_ok"}}"#,
    ];
    for line in lines {
        journal
            .write_line(0, format!("{line}\n").as_bytes())
            .expect("written");
    }
    journal.flush().expect("flushed");

    let wanted = Wanted {
        ops: [0, 1].into(),
        messages: [3].into(),
    };
    let evidence = dir.quote(&wanted).expect("found");
    insta::assert_json_snapshot!(evidence);
}

#[test]
fn the_end_of_a_long_stderr_is_quoted() {
    let root = tempfile::tempdir().expect("a directory");
    let dir = RunDir::create_at(root.path()).expect("made");
    dir.make_node_dir("n0").expect("made");
    let text = format!("{}\nlast but one\r\n\nlast \u{1b}[31m", "x".repeat(100_000));
    std::fs::write(dir.stderr_path("n0"), text).expect("written");
    assert_eq!(
        dir.stderr_tail("n0", 2),
        ["last but one", "last \\u{1b}[31m"]
    );
    assert!(dir.stderr_tail("n1", 2).is_empty());
}
