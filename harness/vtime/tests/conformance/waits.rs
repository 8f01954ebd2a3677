//! Waiting: for time, threads, timers, descriptors and signals.

use crate::run::observes;

#[test]
fn every_way_to_wait_lasts_as_long_as_was_asked() {
    observes("sleeps");
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
