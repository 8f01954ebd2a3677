//! Real programs, good and bad.

use super::*;
use crate::supervisor::tests::script;

const INPUT: &str = "{\"src\":\"c0\",\"dest\":\"n1\",\"body\":{\"type\":\"init\",\"msg_id\":1}}\n\
                     {\"src\":\"c1\",\"dest\":\"n1\",\"body\":{\"type\":\"read\",\"msg_id\":2}}\n";
const OUTPUT: &str = "{\"dest\":\"c0\",\"body\":{\"type\":\"init_ok\",\"in_reply_to\":1}}\n\
                      {\"dest\":\"c1\",\"body\":{\"type\":\"read_ok\",\"in_reply_to\":2,\"value\":5}}\n";
/// Answers both requests rightly, each when it comes.
const RIGHT: &str = r#"
read line; echo '{"dest":"c0","body":{"type":"init_ok","in_reply_to":1,"msg_id":0}}'
read line; echo '{"dest":"c1","body":{"type":"read_ok","in_reply_to":2,"value":5}}'
"#;

fn case(timeout_ms: u64) -> Case {
    Case {
        timeout_ms,
        ..Case::parse(INPUT, OUTPUT).unwrap()
    }
}

fn run(case: &Case, shell: &str) -> TranscriptRun {
    run_file(case, &format!("#!/bin/sh\n{shell}\n"))
}

fn run_file(case: &Case, text: &str) -> TranscriptRun {
    let dir = tempfile::tempdir().unwrap();
    let bin = script(dir.path(), "node.py", text);
    run_in(case, &bin, dir.path())
}

fn run_in(case: &Case, bin: &Path, dir: &Path) -> TranscriptRun {
    let program = Program {
        bin: bin.into(),
        args: Vec::new(),
        env: Vec::new(),
        dir: None,
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime
        .block_on(run_transcript(case, &program, &dir.join("out")))
        .unwrap()
}

#[test]
fn a_right_program_passes_and_exits() {
    let run = run(&case(5000), RIGHT);
    assert_eq!(run.result.verdict, Verdict::Valid);
    assert_eq!(run.ending, Ending::Exited(ExitStatus::Code(0)));
    assert_eq!(run.result.note, "");
}

#[test]
fn a_program_that_does_not_exit_is_stopped_and_not_blamed() {
    let run = run(&case(5000), &format!("{RIGHT}\nexec sleep 1000"));
    assert_eq!(run.result.verdict, Verdict::Valid);
    assert_eq!(run.ending, Ending::Stopped);
    assert_eq!(run.result.note, "");
}

#[test]
fn a_wrong_answer_is_shown() {
    let run = run(&case(5000), &RIGHT.replace(":5}", ":3}"));
    assert_eq!(run.result.verdict, Verdict::Invalid);
    assert_eq!(
        run.result.note,
        "expected line 2 of 2, body.value: expected 5, got 3"
    );
}

#[test]
fn answers_that_come_at_the_end_only_are_right_but_said() {
    let late =
        "cat > /dev/null\nset -- < /dev/null\n".to_owned() + &RIGHT.replace("read line; ", "");
    let run = run(&case(1000), &late);
    assert_eq!(run.result.verdict, Verdict::Valid);
    assert!(
        run.result.note.contains("only when the input had ended"),
        "{}",
        run.result.note
    );
    assert!(run.result.note.contains("print(..., flush=True)"));
}

#[test]
fn silence_is_answered_with_how_to_flush() {
    let run = run(&case(300), "exec sleep 1000");
    assert_eq!(run.result.verdict, Verdict::Invalid);
    assert_eq!(run.ending, Ending::TimedOut);
    assert_eq!(
        run.result.note,
        "the program wrote nothing to stdout; stopped after 300 ms; if it answers, the answers \
         are stuck in a buffer, so flush after each line: print(..., flush=True), or start the \
         program with python3 -u"
    );
}

#[test]
fn an_error_at_the_start_is_quoted() {
    let shell = "echo 'Traceback' >&2; echo 'NameError: name x is not defined' >&2; exit 1";
    let run = run(&case(5000), shell);
    assert_eq!(run.result.verdict, Verdict::Invalid);
    assert_eq!(
        run.result.note,
        "the program wrote nothing to stdout; the program ended with exit code 1 (NameError: \
         name x is not defined)"
    );
    assert_eq!(run.stderr_tail.len(), 2);
}

#[test]
fn a_crash_after_all_answers_is_noted_and_only_decides_where_nothing_is_expected() {
    let shell = format!("{RIGHT}\nexit 3");
    let run_it = run(&case(5000), &shell);
    assert_eq!(run_it.result.verdict, Verdict::Valid);
    assert!(
        run_it
            .result
            .note
            .ends_with("the program ended with exit code 3")
    );
    let nothing = Case {
        expected: Vec::new(),
        ..case(5000)
    };
    assert_eq!(run(&nothing, &shell).result.verdict, Verdict::Invalid);
    assert_eq!(run(&nothing, RIGHT).result.verdict, Verdict::Valid);
}

#[test]
fn a_program_that_cannot_be_started_is_explained() {
    let dir = tempfile::tempdir().unwrap();
    let run = run_in(&case(5000), &dir.path().join("nodes.py"), dir.path());
    assert_eq!(run.result.verdict, Verdict::Invalid);
    assert!(matches!(run.ending, Ending::NotStarted(_)));
    assert!(
        run.result
            .note
            .starts_with("could not be started: there is no file"),
        "{}",
        run.result.note
    );
}

#[test]
fn a_flood_is_cut_off() {
    let run = run(&case(20_000), "exec yes");
    assert_eq!(run.ending, Ending::TooMuch);
    assert!(run.result.note.ends_with("wrote more than 10000 lines"));
}

#[test]
fn half_a_line_and_broken_text_count_as_lines() {
    let case = Case::parse("x", "ready\n/^a.b$/").unwrap();
    let run = run(&case, r"printf 'ready\na\377b'");
    assert_eq!(run.result.verdict, Verdict::Valid, "{}", run.result.note);
}
