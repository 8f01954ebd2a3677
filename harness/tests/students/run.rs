//! Runs of the built binary, several at a time: they mostly wait.

use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Output};
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::Value;

use super::case::{Case, Mistake};

const BINARY: &str = env!("CARGO_BIN_EXE_splitbrain");
const AT_ONCE: usize = 4;

/// The usual flags; those of a case come instead of them.
const FLAGS: [(&str, &str); 7] = [
    ("--node-count", "3"),
    ("--concurrency", "2n"),
    ("--rate", "60"),
    ("--time-limit", "1.5"),
    ("--recovery", "4"),
    ("--timeout", "2000"),
    ("--seed", "7"),
];

/// Does something with each item, several at a time, and fails with all that went wrong.
pub(crate) fn for_each<T: Sync>(items: &[T], check: impl Fn(&T) -> Result<(), String> + Sync) {
    if !python_is_there() {
        return;
    }
    let next = AtomicUsize::new(0);
    let work = || {
        let mut wrong = Vec::new();
        while let Some(item) = items.get(next.fetch_add(1, Ordering::Relaxed)) {
            wrong.extend(check(item).err());
        }
        wrong
    };
    let wrong: Vec<String> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..AT_ONCE).map(|_| scope.spawn(work)).collect();
        let done = workers.into_iter().map(|w| w.join().expect("a worker"));
        done.flatten().collect()
    });
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

/// Runs a case and compares what came out.
pub(crate) fn judge(case: &Case) -> Result<(), String> {
    let mut flags = FLAGS.to_vec();
    flags.retain(|(flag, _)| case.flags.iter().all(|(own, _)| own != flag));
    flags.extend(&case.flags);
    let flags: Vec<&str> = flags.iter().flat_map(|(f, v)| [*f, *v]).collect();
    let output = splitbrain(&["test", "-w", case.workload], case.program, &flags);
    let document: Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
    let problem = match &case.mistake {
        None => passed(&output, &document),
        Some(mistake) => named(mistake, &output, &document),
    };
    problem.map_err(|what| format!("{}: {what}\n{document:#}", case.program))
}

fn passed(output: &Output, document: &Value) -> Result<(), String> {
    let right = output.status.code() == Some(0) && document["verdict"] == "valid";
    right.then_some(()).ok_or_else(|| {
        let stderr = String::from_utf8_lossy(&output.stderr);
        format!("a right program failed: {stderr}")
    })
}

fn named(mistake: &Mistake, output: &Output, document: &Value) -> Result<(), String> {
    if output.status.code() != Some(1) {
        let stderr = String::from_utf8_lossy(&output.stderr);
        return Err(format!("a wrong program, {}: {stderr}", output.status));
    }
    let checks = document["checks"].as_array().into_iter().flatten();
    let anomalies = checks
        .filter(|check| check["name"] == mistake.check)
        .flat_map(|check| check["anomalies"].as_array().into_iter().flatten())
        .filter(|anomaly| anomaly["type"] == mistake.anomaly);
    let mut sentences = anomalies.filter_map(|anomaly| anomaly["summary"].as_str());
    sentences
        .any(|sentence| sentence.contains(mistake.says))
        .then_some(())
        .ok_or_else(|| {
            let Mistake {
                check,
                anomaly,
                says,
            } = mistake;
            format!("no {anomaly} of {check} says `{says}`")
        })
}

/// Grades a program; the document.
pub(crate) fn grade(suite: &str, program: &str) -> (Option<i32>, Value) {
    let output = splitbrain(&["grade", suite], program, &["--seed", "7"]);
    let document = serde_json::from_slice(&output.stdout).unwrap_or_default();
    (output.status.code(), document)
}

fn splitbrain(command: &[&str], program: &str, flags: &[&str]) -> Output {
    let dir = tempfile::tempdir().expect("a directory");
    Command::new(BINARY)
        .current_dir(dir.path())
        // It would flush for those who forget to.
        .env_remove("PYTHONUNBUFFERED")
        .args(command)
        .args(["--quiet", "--format", "json", "--bin"])
        .arg(programs().join(program))
        .args(flags)
        .output()
        .expect("the binary runs")
}

fn programs() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/students")
}

/// Whether there is Python; if not, says which test did not run, also in the file that
/// `make test` shows at its end.
#[expect(clippy::print_stderr, reason = "for those who run this test alone")]
fn python_is_there() -> bool {
    let there = Command::new("python3").arg("--version").output().is_ok();
    if !there {
        let test = std::thread::current();
        let name = test.name().unwrap_or("a test");
        let line = format!("SKIPPED: {name}: python3 is not installed");
        eprintln!("{line}");
        if let Some(path) = std::env::var_os("SPLITBRAIN_SKIPPED") {
            let file = fs::OpenOptions::new().create(true).append(true).open(path);
            writeln!(file.expect("the list of skipped tests"), "{line}").expect("written");
        }
    }
    there
}
