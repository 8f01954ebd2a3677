//! What a minute of virtual time costs, for programs in seven languages.
//!
//! The programs of `harness/tests/exact`, told to gossip values only: three and five of them, every
//! 100 ms, for 60 virtual seconds; then a whole broadcast test with partitions. The time is that of
//! the `splitbrain` process from its start to its end. Interpreters are started themselves, never
//! through a wrapper script that PATH may name. `cargo bench -p harness --bench virtual_time`; a
//! word after `--` picks the programs that have it in their names.

#![expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "measures and prints"
)]

#[path = "../tests/exact/programs.rs"]
mod programs;

use std::path::Path;
use std::process::Command;
use std::time::Instant;

use programs::{PROGRAMS, Program, Ready};
use serde_json::Value;

const BIN: &str = env!("CARGO_BIN_EXE_splitbrain");
const MINUTE: &[&str] = &["--time-limit=60", "--rate=1"];
const WHOLE_TEST: &[&str] = &[
    "--time-limit=20",
    "--rate=100",
    "--nemesis=partition",
    "--nemesis-interval=3",
];
const RUNS: usize = 5;

fn main() {
    let scratch = tempfile::tempdir().expect("a directory");
    let word = std::env::args().skip(1).find(|arg| !arg.starts_with('-'));
    let picked = |p: &&Program| word.as_deref().is_none_or(|word| p.name().contains(word));
    println!("60 virtual seconds, gossip every 100 ms, seconds of wall time, median of {RUNS}\n");
    println!("| program | style | 3 nodes | aim | 5 nodes | aim |\n|---|---|--:|--:|--:|--:|");
    for program in PROGRAMS.iter().filter(picked) {
        match program.prepare(scratch.path(), true) {
            Ok(ready) => minute(program, &ready, scratch.path()),
            Err(reason) => println!("| {} | {reason} | | | | |", program.name()),
        }
    }
    for program in PROGRAMS
        .iter()
        .filter(|p| p.language == "Python")
        .filter(picked)
    {
        let Ok(ready) = program.prepare(scratch.path(), true) else {
            break;
        };
        let seconds = median_s(&ready, 5, WHOLE_TEST, scratch.path());
        println!(
            "\nbroadcast, 20 virtual seconds, 5 nodes of `{}`, 100 operations/s, partitions: \
             {seconds:.2} s (aim 2.00)",
            program.name()
        );
    }
}

/// The longest that 60 virtual seconds with three nodes should take.
fn aim_s(language: &str) -> f64 {
    match language {
        "C" | "Rust" => 0.25,
        "Python" | "Ruby" => 0.6,
        "Go" => 0.8,
        "Node.js" => 1.1,
        _ => 1.5,
    }
}

fn minute(program: &Program, ready: &Ready, scratch: &Path) {
    let aim_s = aim_s(program.language);
    let [three, five] = [3, 5].map(|nodes| median_s(ready, nodes, MINUTE, scratch));
    println!(
        "| `{}` | {}: {} | {three:.2} | {aim_s:.2} | {five:.2} | {:.2} |",
        program.name(),
        program.style,
        program.uses,
        2.0 * aim_s
    );
}

fn median_s(ready: &Ready, nodes: u32, flags: &[&str], scratch: &Path) -> f64 {
    let mut seconds: Vec<f64> = (0..RUNS)
        .map(|_| run_s(ready, nodes, flags, scratch))
        .collect();
    seconds.sort_by(f64::total_cmp);
    seconds[RUNS / 2]
}

fn run_s(ready: &Ready, nodes: u32, flags: &[&str], scratch: &Path) -> f64 {
    let begun = Instant::now();
    let output = Command::new(BIN)
        .current_dir(scratch)
        .args([
            "test",
            "--workload=broadcast",
            "--time=virtual",
            "--format=json",
            "--seed=1",
        ])
        .args(["--node-count", &nodes.to_string()])
        .args(flags)
        .arg("--bin")
        .arg(&ready.bin)
        .arg("--")
        .args(&ready.args)
        .output()
        .expect("splitbrain");
    let seconds = begun.elapsed().as_secs_f64();
    let verdict: Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(verdict["verdict"], "valid", "{verdict:#}\n{said}");
    seconds
}
