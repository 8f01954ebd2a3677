//! `splitbrain check` as people and scripts use it: what it says, and how it ends.

use std::io::{Read, Write};
use std::process::{Command, Stdio};

use serde_json::Value;

/// Standard output and error, and the exit code.
fn check(history: &str, flags: &[&str]) -> (String, String, Option<i32>) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_splitbrain"))
        .args(["check", "-"])
        .args(flags)
        .env("COLUMNS", "80")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary starts");
    let mut stdin = child.stdin.take().expect("a pipe");
    stdin.write_all(history.as_bytes()).expect("it is read");
    drop(stdin);
    let output = child.wait_with_output().expect("it ends");
    let text = |bytes| String::from_utf8(bytes).expect("text");
    (
        text(output.stdout),
        text(output.stderr),
        output.status.code(),
    )
}

/// A line for the beginning and one for the end of each operation, one after the other.
fn history(ops: &[(&str, &str)]) -> String {
    let lines = ops.iter().map(|(f, value)| {
        let asked = if *f == "read" { "null" } else { value };
        format!(
            "{{\"process\":0,\"type\":\"invoke\",\"f\":\"{f}\",\"value\":{asked}}}\n\
             {{\"process\":0,\"type\":\"ok\",\"f\":\"{f}\",\"value\":{value}}}\n"
        )
    });
    lines.collect()
}

/// Without the last lines: what a pass is worth, and how long it took.
fn told(report: &str) -> &str {
    report.rsplit_once("\n\n").map_or(report, |(told, _)| told)
}

const BACK: &[(&str, &str)] = &[("write", "1"), ("write", "2"), ("read", "1")];

#[test]
fn a_violation_is_told_with_its_lines() {
    let (report, _, exit) = check(&history(BACK), &["--model", "register"]);
    assert_eq!(exit, Some(1), "{report}");
    insta::assert_snapshot!(told(&report), @r"
    invalid: The history is not linearizable.

    stale-read: Process 0 read 1 (line 5), which had been replaced before.
      Process 0 wrote 1 (line 1) and was done in line 2, before process 0 wrote 2
      (line 3) began.
      So 1 was there before 2.
      Process 0 wrote 2 (line 3) and was done in line 4, before process 0 read 1
      (line 5) began.
      So 2 was there before 1.
      Every value is written once, so one that was replaced does not come back.
      line  process  operation
      ────────────────────────
      1-2   0        write 1
      3-4   0        write 2
      5-6   0        read 1

      0: |- write 1 -| |- write 2 -| |- read 1 -|

    The strongest levels that hold: monotonic-reads, monotonic-writes and
    writes-follow-reads.
      level                holds  why not
      ─────────────────────────────────────────────────────────────────────────────
      linearizable         no     None of all orders of these 3 operations explains
                                  what was read.
      sequential           no     Process 0 read 1 (line 5), though it came after
                                  this, whose value or a newer one was due: process
                                  0 wrote 2 (line 3).
      regular              no     Process 0 read 1 (line 5), though it came after
                                  this, whose value or a newer one was due: process
                                  0 wrote 2 (line 3).
      causal-convergence   no     Process 0 read 1 (line 5), though it came after
                                  this, whose value or a newer one was due: process
                                  0 wrote 2 (line 3).
      causal-memory        no     Process 0 read 1 (line 5), though it came after
                                  this, whose value or a newer one was due: process
                                  0 wrote 2 (line 3).
      causal               no     Process 0 read 1 (line 5), though it came after
                                  this, whose value or a newer one was due: process
                                  0 wrote 2 (line 3).
      pram                 no     So this would come before itself: process 0 wrote
                                  1 (line 1).
      read-your-writes     no     Process 0 read 1 (line 5), though it came after
                                  this, whose value or a newer one was due: process
                                  0 wrote 2 (line 3).
      monotonic-reads      yes
      monotonic-writes     yes
      writes-follow-reads  yes
      eventual             ?      no reads after the last writes would show it
    Quorum visibility: 0 of 1 read found the newest acknowledged write, or one at
    the same time. The others are at most 1 version behind (99 of 100 reads: 1).
    ");
}

/// Adds that are all open, and a read that no sum of some of them explains.
fn sums() -> String {
    let number = |n: u32| 2 * 3_u64.pow(n);
    let event = |process: u32, kind: &str, f: &str, value: String| {
        format!("{{\"process\":{process},\"type\":\"{kind}\",\"f\":\"{f}\",\"value\":{value}}}\n")
    };
    let adds = |kind| (0..16).map(move |n| event(n, kind, "add", number(n).to_string()));
    let read = [
        event(16, "invoke", "read", "null".to_owned()),
        event(16, "ok", "read", (number(15) + 1).to_string()),
    ];
    adds("invoke").chain(read).chain(adds("ok")).collect()
}

#[test]
fn what_cannot_be_decided_tells_what_is_known_and_what_it_would_take() {
    let (report, _, exit) = check(&sums(), &["--model", "counter", "--memory", "1"]);
    assert_eq!(exit, Some(3), "{report}");
    insta::assert_snapshot!(told(&report), @r"
    unknown: 1 of 1 counters could not be decided; nothing wrong was found.

    Not decided: the memory was used up (--memory). Up to line 17 of 34 everything
    fits. Every read is within what can have been added and subtracted by then. All
    possibilities are known for the first 17 of 34 events. There 16 operations are
    open that change something, so up to 2^16 possibilities have to be tried: at
    most about --memory 28.
    ");
    let (report, _, exit) = check(&sums(), &["--model", "counter"]);
    assert_eq!(exit, Some(1), "{report}");
}

#[test]
fn a_pipe_that_does_not_end_is_judged_while_it_comes() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_splitbrain"))
        .args(["check", "-", "--model", "register", "--stop-on-violation"])
        .env("COLUMNS", "80")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the binary starts");
    let mut stdin = child.stdin.take().expect("a pipe");
    let many: Vec<(&str, &str)> = [("write", "1"), ("read", "1")].repeat(100);
    let text = history(&many) + &history(BACK) + "{\"process\":0,";
    stdin.write_all(text.as_bytes()).expect("it is read");
    // The pipe stays open until the command has ended.
    let mut report = String::new();
    let mut stdout = child.stdout.take().expect("a pipe");
    stdout.read_to_string(&mut report).expect("text");
    let exit = child.wait().expect("it ends").code();
    drop(stdin);
    assert_eq!(exit, Some(1), "{report}");
    assert!(
        report.starts_with("invalid: The history is not linearizable. Reading stopped there"),
        "{report}"
    );
    assert!(report.contains("Process 0 read 1 (line 405)"), "{report}");
}

#[test]
fn without_a_violation_all_is_told_at_the_end() {
    let flags = ["--model", "register", "--stop-on-violation"];
    let (report, _, exit) = check(&history(&BACK[..2]), &flags);
    assert_eq!(exit, Some(0), "{report}");
    assert_eq!(told(&report), "valid: The history is linearizable.");
    let (report, _, exit) = check(&history(BACK), &flags);
    assert_eq!(exit, Some(1), "{report}");
}

#[test]
fn pages_and_orders_are_written_beside() {
    let dir = tempfile::tempdir().expect("a directory");
    let file = |name: &str| dir.path().join(name).display().to_string();
    let (page, order) = (file("page.html"), file("order.jsonl"));
    let flags = ["--model", "register", "--html", &page, "--order", &order];
    let (report, _, exit) = check(&history(&BACK[..2]), &flags);
    assert_eq!(exit, Some(0), "{report}");
    let read = |file: &str| std::fs::read_to_string(file).expect("it was written");
    assert_eq!(read(&order), "{\"key\":null,\"lines\":[1,3]}\n");
    assert!(read(&page).contains("The history is linearizable."));
    let (_, _, exit) = check(&history(BACK), &flags);
    assert_eq!(exit, Some(1));
    assert_eq!(read(&order), "");
    assert!(read(&page).contains("<svg"));
    let (_, said, exit) = check(&history(BACK), &["--model", "register", "--html", "/"]);
    assert_eq!(exit, Some(73), "{said}");
}

#[test]
fn a_linearizable_history_is_valid() {
    let ops = [("write", "1"), ("cas", "[1,2]"), ("read", "2")];
    let (report, _, exit) = check(&history(&ops), &["--model", "cas-register"]);
    assert_eq!(exit, Some(0), "{report}");
    assert_eq!(told(&report), "valid: The history is linearizable.");
}

#[test]
fn keys_are_judged_by_themselves() {
    let of_key =
        |key: &str, ops| history(ops).replace("\"f\"", &format!("\"key\":\"{key}\",\"f\""));
    let both = of_key("x", &[("write", "1")]) + &of_key("y", BACK);
    let (json, _, exit) = check(&both, &["--model", "kv", "--format", "json"]);
    let document: Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!(exit, Some(1));
    assert_eq!(document["objects"], 2);
    assert_eq!(document["violations"][0]["key"], "\"y\"");
    let schema = results::document::schema::schema_by_name("check").expect("a schema");
    let schema = serde_json::from_str(&schema).expect("JSON");
    assert!(jsonschema::is_valid(&schema, &document), "{document:#}");
}

#[test]
fn weaker_levels_are_told_where_the_strongest_does_not_hold() {
    // One session reads what another one has overwritten for good.
    let event = |process: u8, kind: &str, f: &str, value: &str, time: u64| {
        format!(
            "{{\"process\":{process},\"type\":\"{kind}\",\"f\":\"{f}\",\"value\":{value},\"time\":{time}}}\n"
        )
    };
    let op = |process, f, value, time| {
        let asked = if f == "read" { "null" } else { value };
        event(process, "invoke", f, asked, time) + &event(process, "ok", f, value, time + 1_000_000)
    };
    let stale = op(0, "write", "1", 0)
        + &op(0, "write", "2", 2_000_000)
        + &op(1, "read", "1", 9_000_000)
        + &op(1, "read", "2", 12_000_000);
    let (report, _, exit) = check(&stale, &["--model", "register"]);
    assert_eq!(exit, Some(1), "{report}");
    let levels = report.split_once("The strongest").expect("levels").1;
    insta::assert_snapshot!(told(levels), @r"
     level that holds: sequential.
      level                holds  why not
      ─────────────────────────────────────────────────────────────────────────────
      linearizable         no     None of all orders of these 4 operations explains
                                  what was read.
      sequential           yes
      regular              no     Process 1 read 1 (line 5), though it came after
                                  this, whose value or a newer one was due: process
                                  0 wrote 2 (line 3).
      causal-convergence   yes
      causal-memory        yes
      causal               yes
      pram                 yes
      read-your-writes     yes
      monotonic-reads      yes
      monotonic-writes     yes
      writes-follow-reads  yes
      eventual             ?      no reads after the last writes would show it
    Quorum visibility: 1 of 2 reads found the newest acknowledged write, or one at
    the same time. The others are at most 1 version behind, by at most 6.0 ms (99 of
    100 reads: 1, 6.0 ms).
    ");
    let (report, _, exit) = check(&stale, &["--model", "register", "--level", "sequential"]);
    assert_eq!(exit, Some(0), "{report}");
    assert!(
        report.starts_with("valid: The history is sequential."),
        "{report}"
    );
    let (report, _, exit) = check(&stale, &["--model", "register", "--level", "regular"]);
    assert_eq!(exit, Some(1), "{report}");
    let twice = stale + &op(0, "write", "1", 20_000_000);
    let (report, _, exit) = check(&twice, &["--model", "register", "--level", "causal"]);
    assert_eq!(exit, Some(3), "{report}");
    assert!(report.contains("1 was written more than once"), "{report}");
    let (_, said, exit) = check("", &["--model", "stack", "--level", "causal"]);
    assert_ne!(exit, Some(0), "{said}");
}

#[test]
fn jepsen_writes_edn_and_keys_into_values() {
    let op = |process: u8, f: &str, asked: &str, answered: &str| {
        format!(
            "{{:process {process}, :type :invoke, :f :{f}, :value {asked}}}\n\
             {{:process {process}, :type :ok, :f :{f}, :value {answered}}}\n"
        )
    };
    let fits = op(0, "write", "[:x 1]", "[:x 1]") + &op(1, "read", "[:x nil]", "[:x 1]");
    let flags = ["--model", "cas-register", "--independent"];
    let (report, _, exit) = check(&fits, &flags);
    assert_eq!(exit, Some(0), "{report}");
    let (report, _, exit) = check(
        &(fits.clone() + &op(1, "read", "[:y nil]", "[:y 1]")),
        &flags,
    );
    assert_eq!(exit, Some(1), "{report}");
    assert!(
        report.contains("1 of 2 registers are not linearizable"),
        "{report}"
    );
    let (_, said, exit) = check(&(fits + &op(1, "read", "nil", "1")), &flags);
    assert_eq!(exit, Some(65), "{said}");
    assert!(
        said.contains("line 5: the value of an operation of several objects"),
        "{said}"
    );
}

#[test]
fn what_stands_before_a_mistake_is_judged() {
    let broken = history(BACK) + "nonsense";
    let (report, _, exit) = check(&broken, &["--model", "register"]);
    assert_eq!(exit, Some(1), "{report}");
    assert!(
        report.contains("line 7, column 2: This is not JSON"),
        "{report}"
    );
    let broken = history(&BACK[..2]) + "nonsense";
    let (report, _, exit) = check(&broken, &["--model", "register"]);
    assert_eq!(exit, Some(65), "{report}");
}

#[test]
fn what_cannot_be_judged_is_bad_data_and_says_where() {
    let (_, said, exit) = check(&history(&[("get", "1")]), &["--model", "register"]);
    assert_eq!(exit, Some(65), "{said}");
    assert!(
        said.contains("line 1: a register has the functions read, write and cas"),
        "{said}"
    );
    let (_, said, exit) = check(&history(&[("cas", "[1,2]")]), &["--model", "register"]);
    assert_eq!(exit, Some(65), "{said}");
    assert!(said.contains("see --model cas-register"), "{said}");
    let (_, said, exit) = check("", &["--model", "register"]);
    assert_eq!(exit, Some(65), "{said}");
    assert!(said.contains("it holds no operation"), "{said}");
}

#[test]
fn a_history_in_which_nothing_ended_is_unknown() {
    let open = r#"{"process":0,"type":"invoke","f":"read","value":null}"#;
    let (report, _, exit) = check(open, &["--model", "register"]);
    assert_eq!(exit, Some(3), "{report}");
    assert!(report.contains("so nothing was tested"), "{report}");
}

#[test]
fn a_model_that_does_not_exist_is_a_usage_error() {
    let (_, said, exit) = check("", &["--model", "regster"]);
    assert_eq!(exit, Some(2), "{said}");
    assert!(said.contains("'register'"), "{said}");
}
