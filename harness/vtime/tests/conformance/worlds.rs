//! What a caller does to nodes: kill, start again, pause, resume, skew.

use vtime::{Event, Settings, Skew, World};

use crate::run::{MS, Program, Seen, run_until, seen, world};

/// Two nodes that tell the time every 100 ms, and what becomes of that; the same twice.
fn both(acts: impl Fn(&mut World, &mut Vec<Event>, &[Program; 2])) -> Option<Seen> {
    let programs = [Program::compile("ticks")?, Program::compile("ticks")?];
    let once = || {
        for program in &programs {
            program.forget("starts");
        }
        let commands = [programs[0].command(&[]), programs[1].command(&[])];
        let mut world = world(&Settings::default(), &commands);
        let mut events = Vec::new();
        acts(&mut world, &mut events, &programs);
        seen(&world, events)
    };
    let (first, second) = (once(), once());
    assert_eq!(first, second, "two runs differ");
    assert!(!first.lowered, "{:?}", first.remarks);
    Some(first)
}

/// What a node told: the times by its clocks, and in which milliseconds of the world.
fn times(seen: &Seen, node: usize) -> Vec<(String, u64)> {
    let mut found = Vec::new();
    for event in seen.events.iter().filter(|event| event.node == node) {
        if let vtime::What::Stdout(bytes) = &event.what {
            for line in String::from_utf8_lossy(bytes).lines() {
                if line.starts_with(|c: char| c.is_ascii_digit() || c == '-') {
                    found.push((line.to_owned(), event.time_ns / MS));
                }
            }
        }
    }
    found
}

fn told(times: &[(&str, u64)]) -> Vec<(String, u64)> {
    let owned = times.iter().map(|(text, at)| ((*text).to_owned(), *at));
    owned.collect()
}

#[test]
fn a_killed_node_begins_anew_in_its_directory() {
    let Some(seen) = both(|world, events, programs| {
        run_until(world, events, 150 * MS);
        world.kill(0);
        run_until(world, events, 350 * MS);
        world.start(0, &programs[0].command(&[])).expect("a start");
        run_until(world, events, 510 * MS);
    }) else {
        return;
    };
    assert_eq!(times(&seen, 0), told(&[("100 100", 100), ("450 450", 450)]));
    assert_eq!(times(&seen, 1).len(), 5, "the other goes on");
    let text = seen.stdout(0);
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(
        (lines[0], lines[3]),
        ("pid 10000, start 1", "pid 10001, start 2")
    );
    assert_ne!(lines[1], lines[4], "another start, another chance");
    assert_eq!(seen.end(0), None, "who kills it knows");
}

#[test]
fn a_paused_node_stands_still_while_its_timers_run_on() {
    let Some(seen) = both(|world, events, _| {
        run_until(world, events, 150 * MS);
        world.pause(0);
        run_until(world, events, 430 * MS);
        world.resume(0);
        run_until(world, events, 610 * MS);
    }) else {
        return;
    };
    let expected = [("100 100", 100), ("430 430", 430), ("530 530", 530)];
    assert_eq!(times(&seen, 0), told(&expected));
    assert_eq!(times(&seen, 1).len(), 6, "the other goes on");
}

#[test]
fn clocks_jump_and_drift_in_one_node_only() {
    let Some(seen) = both(|world, events, _| {
        run_until(world, events, 150 * MS);
        let skew = |offset_ns, drift_ppm| Skew {
            offset_ns,
            drift_ppm,
        };
        world.skew(0, skew(-5_000 * MS as i64, 0), 150 * MS);
        run_until(world, events, 250 * MS);
        // Its clocks gain a quarter: what lasts 100 ms by them is over after 80.
        world.skew(0, skew(0, 250_000), 250 * MS);
        run_until(world, events, 510 * MS);
    }) else {
        return;
    };
    let expected = [
        ("100 100", 100),
        ("200 -4800", 200),
        // The sleep that had begun before lasts as long as it was to; 50 ms of it drift.
        ("312 312", 300),
        ("412 412", 380),
        ("512 512", 460),
    ];
    assert_eq!(times(&seen, 0), told(&expected));
    let undisturbed = [100, 200, 300, 400, 500].map(|ms| (format!("{ms} {ms}"), ms));
    assert_eq!(times(&seen, 1), undisturbed);
}
