//! Births, programs and deaths.

use vtime::Exit;

use crate::run::{everywhere, observes};

#[test]
fn the_ends_of_children_are_told() {
    observes("children");
}

#[test]
fn a_thread_that_executes_a_program_takes_over_its_process() {
    let Some(seen) = everywhere("execs", &[]) else {
        return;
    };
    assert_eq!(seen.stdout(0), "same pid 1, tid 1\n");
    assert_eq!(seen.end(0), Some((17, Exit::Code(9))));
}

#[test]
fn a_crash_is_told() {
    let Some(seen) = everywhere("crash", &[]) else {
        return;
    };
    assert_eq!(seen.stdout(0), "now\n");
    assert_eq!(seen.end(0), Some((10, Exit::Signal(11))));
}
