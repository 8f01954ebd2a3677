//! A thousand repeats over all programs, half of them while other processes want the processor.
//! The table of languages in the documentation is made from it.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use super::programs::{PROGRAMS, Program, Ready};
use super::run::{FAULTS, Outcome, first_difference, run, virtual_time};
use super::table::{Measured, Row};
use super::{scratch, skip};

/// A quiet minute of three nodes, for the time it takes.
const MINUTE: &[&str] = &[
    "--workload=broadcast",
    "--node-count=3",
    "--rate=1",
    "--time-limit=60",
];

/// What the table in the documentation is made from.
const DATA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/exact/measured.json");

#[test]
#[ignore = "takes minutes; `make exact` runs it"]
fn a_thousand_repeats() {
    let Some(repeats) = variable("REPEATS") else {
        return skip::note("it takes minutes, and `make exact` does it");
    };
    let repeats = repeats.parse().expect("REPEATS is a number");
    let mut measured = Measured {
        machine: variable("MACHINE").unwrap_or_default(),
        date: variable("DATE").unwrap_or_default(),
        rows: Vec::new(),
    };
    let mut complaints = Vec::new();
    for program in PROGRAMS {
        match row(program, repeats, &mut complaints) {
            Ok(row) => {
                eprintln!("{}", row.line());
                measured.rows.push(row);
            }
            Err(reason) => skip::note(&format!("{}: {reason}", program.name())),
        }
    }
    eprintln!("\n{}", measured.page());
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
    if variable("UPDATE_DOCS").is_some() {
        let text = serde_json::to_string_pretty(&measured).expect("plain data");
        std::fs::write(DATA, text + "\n").expect("the data are written");
    }
}

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// Repeats one program so often.
fn row(program: &Program, repeats: usize, complaints: &mut Vec<String>) -> Result<Row, String> {
    let scratch = scratch("repeats");
    virtual_time()?;
    let ready = program.prepare(&scratch, false)?;
    let quiet = program.prepare(&scratch, true)?;
    let dir = scratch.join("runs").join(program.name());

    let first = run(&ready, FAULTS, 1, &dir.join("first"));
    let mut journals = BTreeMap::from([(first.journal_hash().to_owned(), 1)]);
    let mut level = first.level().to_owned();
    let mut wall_ms = vec![first.wall_ms];
    complaints.extend(
        first
            .complaint()
            .map(|c| format!("{}: {c}", program.name())),
    );
    let mut hogs = None;
    for number in 1..repeats {
        if number == repeats / 2 {
            hogs = Some(Hogs::start());
        }
        let again = run(&ready, FAULTS, 1, &dir.join("again"));
        if hogs.is_none() {
            wall_ms.push(again.wall_ms);
        }
        again.level().clone_into(&mut level);
        let seen = journals.entry(again.journal_hash().to_owned()).or_insert(0);
        *seen += 1;
        if *seen == 1 {
            complaints.push(divergence(program, number, &first, &again));
        }
    }
    drop(hogs);
    Ok(Row {
        language: program.language.to_owned(),
        program: program.name().to_owned(),
        style: program.style.to_owned(),
        uses: program.uses.to_owned(),
        repeats,
        journals: journals.len(),
        level,
        wall_ms: median(wall_ms),
        minute_ms: minute_ms(&quiet, &dir),
    })
}

fn divergence(program: &Program, number: usize, first: &Outcome, again: &Outcome) -> String {
    let name = program.name();
    let difference = first_difference(first, again).unwrap_or_default();
    format!(
        "{name}, repeat {number} ({}): {difference}{again}",
        again.level()
    )
}

/// The median of three.
fn minute_ms(quiet: &Ready, dir: &Path) -> f64 {
    median(
        (0..3)
            .map(|_| run(quiet, MINUTE, 1, &dir.join("minute")).wall_ms)
            .collect(),
    )
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// Processes that want a processor all the time, more of them than there are processors.
struct Hogs(Vec<Child>);

impl Hogs {
    fn start() -> Self {
        let cpus = std::thread::available_parallelism().map_or(2, usize::from);
        let hog = |_| {
            let mut sh = Command::new("sh");
            sh.args(["-c", "while :; do :; done"]).stdin(Stdio::null());
            sh.spawn().expect("sh starts")
        };
        Self((0..=cpus).map(hog).collect())
    }
}

impl Drop for Hogs {
    fn drop(&mut self) {
        for hog in &mut self.0 {
            let _ = hog.kill();
            let _ = hog.wait();
        }
    }
}
