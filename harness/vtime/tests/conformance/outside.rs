//! What virtual time does not model is told by name, and no program hangs a world.

use vtime::{Exit, Settings};

use crate::run::{MS, Program, Seen, alone, command, run_until, seen, world};
use crate::skip;

/// What is seen of a program with these arguments.
fn waits_outside(what: &str) -> Option<Seen> {
    let program = Program::compile("outside")?;
    let once = || {
        program.forget("lock");
        program.forget("pipe");
        let mut world = world(&Settings::default(), &[program.command(&[what])]);
        let mut events = Vec::new();
        run_until(&mut world, &mut events, 60_000 * MS);
        seen(&world, events)
    };
    let (first, second) = (once(), once());
    assert_eq!(first, second, "two runs differ");
    Some(first)
}

#[test]
fn a_lock_that_another_process_holds_is_waited_for() {
    let Some(seen) = waits_outside("lock") else {
        return;
    };
    assert_eq!(seen.stdout(0), "locked after a while\n");
    assert_eq!(seen.remarks, [""; 0]);
}

#[test]
fn a_writer_who_never_comes_does_not_hang_the_world() {
    let Some(seen) = waits_outside("named pipe") else {
        return;
    };
    assert_eq!(seen.stdout(0), "");
    assert_eq!(seen.end(0), None);
    assert_eq!(seen.remarks, [""; 0]);
}

#[test]
fn a_call_that_waits_for_real_is_named_and_tried_again() {
    let Some(seen) = waits_outside("splice") else {
        return;
    };
    assert_eq!(seen.stdout(0), "");
    assert!(seen.lowered);
    assert_eq!(
        seen.remarks,
        ["it waited for real in splice(pipe), which virtual time does not model"]
    );
}

#[test]
fn a_program_that_computes_for_ever_does_not_stop_the_others() {
    let Some(seen) = waits_outside("compute") else {
        return;
    };
    assert_eq!(seen.stdout(0), "the other thread had its turn\n");
    assert_eq!(seen.end(0).map(|end| end.1), Some(Exit::Code(0)));
    let [remark] = &seen.remarks[..] else {
        panic!("{:?}", seen.remarks);
    };
    assert!(remark.starts_with("it computes for long"), "{remark}");
}

#[test]
fn locks_with_priorities_are_told_and_not_there() {
    let Some(seen) = waits_outside("priority") else {
        return;
    };
    assert_eq!(seen.stdout(0), "ENOSYS\n");
    assert_eq!(
        seen.remarks,
        ["it used operation 6 of futex, which is not modelled"]
    );
}

#[test]
fn a_file_elsewhere_is_told_unless_it_is_removed_again() {
    let Some(program) = Program::compile("outside") else {
        return;
    };
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("file");
    let path = path.to_str().expect("a plain path");
    for (what, remarks) in [("removed", 0), ("kept", 1)] {
        let mut world = world(&Settings::default(), &[program.command(&[what, path])]);
        let mut events = Vec::new();
        run_until(&mut world, &mut events, 60_000 * MS);
        world.kill(0);
        let seen = seen(&world, events);
        assert_eq!(seen.end(0).map(|end| end.1), Some(Exit::Code(0)));
        assert_eq!(seen.remarks.len(), remarks, "{:?}", seen.remarks);
        assert!(seen.remarks.iter().all(|remark| remark.contains(path)));
    }
}

#[test]
fn a_wrapper_is_as_good_as_the_program() {
    if let Err(error) = vtime::probe() {
        return skip::note(&error.to_string());
    }
    for (script, code, ms) in [
        ("exec sleep 1", 0, 1000),
        ("sleep 1; exit 3", 3, 1000),
        ("sleep 1 & sleep 2; wait; exit 4", 4, 2000),
        ("(sleep 5; echo never) & sleep 1", 0, 1000),
        ("sleep 1 | cat; kill -9 $$", -9, 1000),
        (
            "trap 'exit 6' TERM; (sleep 1; kill $$) & while :; do sleep 0.3; done",
            6,
            1200,
        ),
    ] {
        let seen = alone(&Settings::default(), &command("/bin/sh", &["-c", script]));
        let exit = if code < 0 {
            Exit::Signal(-code)
        } else {
            Exit::Code(code)
        };
        assert_eq!(seen.end(0), Some((ms, exit)), "{script}");
        assert_eq!(
            (seen.stdout(0).as_str(), seen.lowered),
            ("", false),
            "{script}"
        );
    }
}
