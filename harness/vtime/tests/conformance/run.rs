//! Runs a program of `programs/` in a world.

use std::ffi::CString;
use std::path::{Path, PathBuf};
use std::process;

use tempfile::TempDir;
use vtime::{Command, Event, Exit, Progress, Schedule, Settings, What, World};

use crate::skip;

/// No program here lasts longer: two hours.
pub(crate) const END_NS: u64 = 7_200_000_000_000;

/// So often may a world say that it is not finished before it hangs: half a minute of work.
const PATIENCE: u32 = 600;

/// A millisecond.
pub(crate) const MS: u64 = 1_000_000;

/// A compiled program, in a directory of its own.
pub(crate) struct Program {
    directory: TempDir,
}

impl Program {
    /// `None` when this machine has no C compiler, or no virtual time; then that is told.
    pub(crate) fn compile(name: &str) -> Option<Self> {
        if let Err(error) = vtime::probe() {
            skip::note(&error.to_string());
            return None;
        }
        let directory = tempfile::tempdir().expect("a directory");
        let done = process::Command::new("cc")
            .args(["-O1", "-w", "-pthread", "-o"])
            .arg(directory.path().join("program"))
            .arg(programs().join(format!("{name}.c")))
            .arg("-lrt")
            .output();
        match done {
            Ok(done) => {
                let said = String::from_utf8_lossy(&done.stderr);
                assert!(done.status.success(), "{said}");
                Some(Self { directory })
            }
            Err(error) => {
                skip::note(&format!("cc: {error}"));
                None
            }
        }
    }

    /// Removes a file of its directory, if it is there.
    pub(crate) fn forget(&self, file: &str) {
        let path = self.directory.path().join(file);
        if path.exists() {
            std::fs::remove_file(path).expect("removed");
        }
    }

    /// How to start it with these arguments.
    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let path = self.directory.path().join("program");
        let mut command = command(&path.to_string_lossy(), args);
        command.directory = self.directory.path().to_owned();
        command
    }
}

/// How to start any program.
pub(crate) fn command(path: &str, args: &[&str]) -> Command {
    let text = |text: &str| CString::new(text).expect("a text without zeros");
    Command {
        program: text(path),
        args: [path].iter().chain(args).map(|arg| text(arg)).collect(),
        env: vec![text("PATH=/usr/bin:/bin")],
        directory: "/".into(),
        stderr: None,
    }
}

fn programs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/conformance/programs")
}

/// What a program is known to write.
pub(crate) fn expected(name: &str) -> String {
    std::fs::read_to_string(programs().join(format!("{name}.txt"))).expect("what it writes")
}

/// What happened, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Seen {
    pub(crate) events: Vec<Event>,
    /// What was noticed about nodes; what the machine forbids is not the program's.
    pub(crate) remarks: Vec<String>,
    /// Whether any of that lowers the level.
    pub(crate) lowered: bool,
}

impl Seen {
    /// What a node wrote to stdout.
    pub(crate) fn stdout(&self, node: usize) -> String {
        let written = self.events.iter().filter(|event| event.node == node);
        let text = written.filter_map(|event| match &event.what {
            What::Stdout(bytes) => Some(String::from_utf8_lossy(bytes)),
            _ => None,
        });
        text.collect()
    }

    /// In which millisecond and how a node's first process ended. Libraries look at clocks when
    /// they begin, some more often than others: that takes them microseconds.
    pub(crate) fn end(&self, node: usize) -> Option<(u64, Exit)> {
        let mut ends = self.events.iter().filter_map(|event| match event.what {
            What::Exited(exit) if event.node == node => Some((event.time_ns / MS, exit)),
            _ => None,
        });
        ends.next()
    }
}

/// A world in which each of these runs as a node of its own.
pub(crate) fn world(settings: &Settings, nodes: &[Command]) -> World {
    let mut world = World::new(settings.clone(), nodes.len()).expect("virtual time");
    for (node, command) in nodes.iter().enumerate() {
        world.start(node, command).expect("it starts");
    }
    world
}

/// Runs until nothing happens any more, or until then.
pub(crate) fn run_until(world: &mut World, events: &mut Vec<Event>, end_ns: u64) {
    let mut unfinished = 0;
    loop {
        while world.run(events) == Progress::Unfinished {
            unfinished += 1;
            assert!(unfinished < PATIENCE, "it hangs: {:?}", events.last());
        }
        match world.next_deadline_ns().filter(|at_ns| *at_ns <= end_ns) {
            Some(at_ns) => world.advance_to(at_ns),
            None => break,
        }
    }
    if end_ns < END_NS {
        world.advance_to(end_ns);
    }
}

/// What was seen of a world.
pub(crate) fn seen(world: &World, events: Vec<Event>) -> Seen {
    let remarks = || world.ledger().remarks().filter(|r| r.node.is_some());
    Seen {
        events,
        remarks: remarks().map(|remark| remark.what).collect(),
        lowered: remarks().any(|remark| remark.lowers),
    }
}

/// What a program does when it is left alone; the same in two runs.
pub(crate) fn alone(settings: &Settings, command: &Command) -> Seen {
    let once = || {
        let mut world = world(settings, std::slice::from_ref(command));
        let mut events = Vec::new();
        run_until(&mut world, &mut events, END_NS);
        seen(&world, events)
    };
    let (first, second) = (once(), once());
    assert_eq!(first, second, "two runs differ");
    first
}

/// The program's output, the same in every kind of world and each time: threads in order, threads
/// in orders by chance, descriptors looked at from inside. `None` when it cannot be had here.
pub(crate) fn everywhere(name: &str, args: &[&str]) -> Option<Seen> {
    let program = Program::compile(name)?;
    let command = program.command(args);
    let seen = alone(&Settings::default(), &command);
    let inside = Settings {
        looks_from_inside: true,
        ..Settings::default()
    };
    assert_eq!(alone(&inside, &command), seen, "seen from inside");
    for seed in 1..=2 {
        let schedule = Schedule::Explore {
            seed,
            yield_one_in: 4,
        };
        let explored = alone(
            &Settings {
                schedule,
                ..Settings::default()
            },
            &command,
        );
        assert_eq!(explored.stdout(0), seen.stdout(0), "schedule {seed}");
        let end = |seen: &Seen| seen.end(0).map(|(_, exit)| exit);
        assert_eq!(end(&explored), end(&seen), "schedule {seed}");
        assert_eq!(explored.remarks, seen.remarks, "schedule {seed}");
    }
    Some(seen)
}

/// The program writes what is expected everywhere, ends well, and nothing lowers the level.
pub(crate) fn observes(name: &str) {
    let Some(seen) = everywhere(name, &[]) else {
        return;
    };
    assert_eq!(seen.stdout(0), expected(name), "{seen:?}");
    assert_eq!(seen.end(0).map(|end| end.1), Some(Exit::Code(0)));
    assert!(!seen.lowered, "{:?}", seen.remarks);
}
