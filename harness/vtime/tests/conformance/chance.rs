//! What programs take for chance is decided by seeds.

use std::collections::BTreeSet;

use vtime::{Schedule, Settings};

use crate::run::{Program, alone, everywhere};

#[test]
fn the_seed_decides_all_chance_and_nothing_else_gets_in() {
    let Some(seen) = everywhere("chance", &[]) else {
        return;
    };
    let Some(program) = Program::compile("chance") else {
        return;
    };
    let other = Settings {
        seed: 1,
        visible_cpus: 4,
        ..Settings::default()
    };
    let other = alone(&other, &program.command(&[]));
    let (text, other) = (seen.stdout(0), other.stdout(0));
    let line = |text: &str, word: &str| {
        let found = text.lines().find(|line| line.starts_with(word));
        found.expect("told").to_owned()
    };
    for source in ["getrandom", "urandom", "AT_RANDOM", "/proc/sys", "child"] {
        assert_ne!(line(&text, source), line(&other, source), "{source}");
    }
    let uptimes = [&text, &other].map(|text| line(text, "/proc/uptime"));
    let expected = ["1000.00", "4000.00"].map(|idle| format!("/proc/uptime: 1000.00 {idle}"));
    assert_eq!(uptimes, expected);
    for same in ["addresses", "ids", "memory", "/proc/loadavg"] {
        assert_eq!(line(&text, same), line(&other, same));
    }
    assert_eq!(line(&text, "ids"), "ids 10000 1 10000 10000 10000");
    assert_eq!(line(&text, "processors"), "processors 1 1 1");
    assert_eq!(line(&other, "processors"), "processors 4 4 4");
    assert_eq!(line(&text, "on"), "on 0 0 0");
    assert_eq!(line(&text, "/proc/10000/comm"), "/proc/10000/comm: program");
    assert_eq!(line(&text, "self"), "self 10000");
    assert_eq!(line(&text, "socket"), "socket -1 EAFNOSUPPORT");
    let wanted = "it wanted a socket (IPv4)";
    assert!(seen.remarks.iter().any(|r| r.starts_with(wanted)));
    assert!(!seen.lowered);
}

#[test]
fn threads_that_race_do_so_as_the_schedule_says() {
    let Some(program) = Program::compile("race") else {
        return;
    };
    let order = |schedule| {
        let settings = Settings {
            schedule,
            ..Settings::default()
        };
        alone(&settings, &program.command(&[])).stdout(0)
    };
    assert_eq!(
        order(Schedule::Fair),
        "0000000011111111222222223333333344444444\n"
    );
    let mut orders = BTreeSet::new();
    for seed in 0..8 {
        let yield_one_in = 4;
        let text = order(Schedule::Explore { seed, yield_one_in });
        let count = |digit: char| text.chars().filter(|c| *c == digit).count();
        assert_eq!(['0', '1', '2', '3', '4'].map(count), [8; 5], "{text}");
        orders.insert(text);
    }
    assert_eq!(orders.len(), 8, "{orders:?}");
}
