//! What whole runs cost: operations a second, start-up, memory.
//!
//! Measures the `splitbrain` binary from outside, beside a baseline of the same run: a line sent to
//! `cat` and back, one at a time, without any harness. `cargo bench -p harness --bench end_to_end`.

#![expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "measures and prints"
)]

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use serde_json::Value;

const BIN: &str = env!("CARGO_BIN_EXE_splitbrain");

fn main() {
    let scratch = tempfile::tempdir().expect("a directory");
    let baseline = ping_pong_per_s(20_000);
    println!("baseline: {baseline:.0} lines/s to `cat` and back, one at a time\n");
    for (nodes, clients) in [(1, 25), (25, 25), (5, 100)] {
        let verdict = echo(scratch.path(), nodes, clients, 5.0);
        let ops = verdict["stats"]["ops"]["ok"].as_f64().expect("a number");
        let per_s = ops / 5.0;
        println!(
            "echo, {nodes:2} nodes, {clients:3} clients: {per_s:6.0} operations/s, {:.2} of the \
             baseline",
            per_s / baseline
        );
    }
    println!(
        "\nstart to first message: median {:.0} ms of 11",
        first_message_ms(scratch.path(), 11)
    );
    println!(
        "start to verdict on 100 operations: median {:.1} ms of 41",
        verdict_ms(scratch.path(), 41)
    );
    let (messages, peak_mb) = memory(scratch.path());
    println!("memory: {peak_mb:.0} MB at most for a run of {messages} messages");
}

/// One line at a time through two pipes.
fn ping_pong_per_s(rounds: u32) -> f64 {
    let mut cat = Command::new("cat")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("cat");
    let mut stdin = cat.stdin.take().expect("piped");
    let mut stdout = BufReader::new(cat.stdout.take().expect("piped"));
    let mut line = String::new();
    let begun = Instant::now();
    for _ in 0..rounds {
        stdin
            .write_all(&[b"x".repeat(80), b"\n".to_vec()].concat())
            .expect("written");
        line.clear();
        stdout.read_line(&mut line).expect("read");
    }
    let per_s = f64::from(rounds) / begun.elapsed().as_secs_f64();
    drop(stdin);
    cat.wait().expect("cat ends");
    per_s
}

fn command(scratch: &Path, nodes: u32, clients: u32, time_limit_s: f64) -> Command {
    let mut command = Command::new(BIN);
    command
        .current_dir(scratch)
        .args(["test", "-w", "echo", "--bin", BIN, "--format", "json"])
        .args(["--time", "real"]);
    command.args([
        "--node-count",
        &nodes.to_string(),
        "--concurrency",
        &clients.to_string(),
    ]);
    command.args([
        "--rate",
        "1000000",
        "--time-limit",
        &time_limit_s.to_string(),
    ]);
    command.args(["--seed", "1", "--", "node", "echo"]);
    command
}

fn echo(scratch: &Path, nodes: u32, clients: u32, time_limit_s: f64) -> Value {
    let out = command(scratch, nodes, clients, time_limit_s)
        .output()
        .expect("splitbrain");
    let verdict: Value = serde_json::from_slice(&out.stdout).expect("a verdict");
    assert_eq!(verdict["verdict"], "valid", "{}", verdict["summary"]);
    verdict
}

/// From the start of the process to its end with a verdict on a short history.
fn verdict_ms(scratch: &Path, count: usize) -> f64 {
    let file = scratch.join("history.jsonl");
    // Two processes that always overlap.
    let event = |n: usize, kind: &str| {
        let process = n % 2;
        format!("{{\"process\":{process},\"type\":\"{kind}\",\"f\":\"write\",\"value\":{n}}}\n")
    };
    let mut history = event(0, "invoke");
    for n in 1..100 {
        history += &(event(n, "invoke") + &event(n - 1, "ok"));
    }
    std::fs::write(&file, history + &event(99, "ok")).expect("written");
    let mut took_ms: Vec<f64> = (0..count)
        .map(|_| {
            let begun = Instant::now();
            let output = Command::new(BIN)
                .arg("check")
                .arg(&file)
                .args(["--model", "register"])
                .output()
                .expect("it runs");
            assert!(output.status.success(), "{output:?}");
            begun.elapsed().as_secs_f64() * 1000.0
        })
        .collect();
    took_ms.sort_by(f64::total_cmp);
    took_ms[count / 2]
}

/// From the start of the process to the first message that it says it sends.
fn first_message_ms(scratch: &Path, runs: usize) -> f64 {
    let mut times: Vec<f64> = (0..runs)
        .map(|_| {
            let begun = Instant::now();
            let mut child = Command::new(BIN)
                .current_dir(scratch)
                .args(["test", "-w", "echo", "--bin", BIN, "--node-count", "1"])
                .args([
                    "--time-limit",
                    "0.2",
                    "--log-net-send",
                    "--",
                    "node",
                    "echo",
                ])
                .stdout(Stdio::null())
                .stderr(Stdio::piped())
                .spawn()
                .expect("splitbrain");
            let mut stderr = BufReader::new(child.stderr.take().expect("piped"));
            let mut line = String::new();
            stderr.read_line(&mut line).expect("a line");
            let elapsed = begun.elapsed();
            assert!(line.contains("init"), "the first message is init: {line}");
            std::io::copy(&mut stderr, &mut std::io::sink()).expect("read to its end");
            child.wait().expect("it ends");
            elapsed.as_secs_f64() * 1000.0
        })
        .collect();
    times.sort_by(f64::total_cmp);
    times[runs / 2]
}

/// Peak memory of the harness itself, as it says at its end, for a run of a million messages.
fn memory(scratch: &Path) -> (u64, f64) {
    let mut seconds = 20.0;
    loop {
        let mut child = command(scratch, 5, 100, seconds)
            .stdout(Stdio::piped())
            .spawn()
            .expect("splitbrain");
        let peak_kb = watch_peak_kb(child.id());
        let mut text = String::new();
        std::io::Read::read_to_string(&mut child.stdout.take().expect("piped"), &mut text)
            .expect("read");
        child.wait().expect("it ends");
        let verdict: Value = serde_json::from_str(&text).expect("a verdict");
        let messages = verdict["stats"]["messages"]["all"]
            .as_u64()
            .expect("a number");
        if messages >= 1_000_000 {
            return (messages, peak_kb as f64 / 1024.0);
        }
        seconds *= 1.1 * 1_000_000.0 / messages as f64;
    }
}

/// Follows `VmHWM` of a process until it ends or closes its stdout.
fn watch_peak_kb(pid: u32) -> u64 {
    let mut peak_kb = 0;
    while let Ok(status) = std::fs::read_to_string(format!("/proc/{pid}/status")) {
        let line = status.lines().find_map(|l| l.strip_prefix("VmHWM:"));
        let kb = line.and_then(|l| l.trim().trim_end_matches(" kB").parse().ok());
        let Some(kb) = kb else { break };
        peak_kb = peak_kb.max(kb);
        #[expect(
            clippy::disallowed_methods,
            reason = "a sampling interval of a benchmark"
        )]
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    peak_kb
}
