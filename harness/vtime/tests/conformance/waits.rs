//! Waiting: for time, threads, timers, descriptors and signals.

use vtime::Settings;

use crate::run::{Program, alone, expected, observes};

#[test]
fn clocks_agree_and_never_go_back() {
    observes("clocks");
}

#[test]
fn who_never_waits_sees_time_pass() {
    observes("looks");
}

#[test]
fn every_way_to_wait_lasts_as_long_as_was_asked() {
    observes("sleeps");
}

#[test]
fn frequent_calls_are_answered_where_they_are_made() {
    observes("places");
}

#[test]
fn threads_wait_for_each_other() {
    observes("threads");
}

#[test]
fn timers_report_by_descriptors_signals_and_threads() {
    observes("timers");
}

#[test]
fn signals_end_waits() {
    observes("signals");
}

#[test]
fn who_writes_more_than_fits_waits() {
    observes("pipes");
}

#[test]
fn short_writes_that_fill_a_pipe_wait_too() {
    let Some(program) = Program::compile("rooms") else {
        return;
    };
    let seen = alone(&Settings::default(), &program.command(&[]));
    assert_eq!(seen.stdout(0), expected("rooms"));
    assert!(!seen.lowered, "{:?}", seen.remarks);
}

#[test]
fn who_gets_a_signal_sees_who_sent_it() {
    observes("senders");
}

#[test]
fn timers_count_what_nobody_saw() {
    observes("overruns");
}

#[test]
fn less_known_promises_are_kept() {
    observes("forgotten");
}

#[test]
fn what_others_hold_or_send_is_waited_for() {
    observes("attempts");
}
