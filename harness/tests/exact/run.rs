//! Runs of the built binary in virtual time, and how two runs differ.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::time::Instant;

use results::RunDir;
use serde_json::Value;

use super::programs::Ready;

/// The binary under test.
pub(crate) const BINARY: &str = env!("CARGO_BIN_EXE_splitbrain");

/// A run under all faults that a broadcast node has to survive.
pub(crate) const FAULTS: &[&str] = &[
    "--workload=broadcast",
    "--node-count=3",
    "--rate=20",
    "--time-limit=10",
    "--nemesis=partition,loss,kill,pause",
    "--nemesis-interval=2",
];

/// Whether there is virtual time on this machine; if not, why not.
pub(crate) fn virtual_time() -> Result<(), String> {
    static ANSWER: OnceLock<Result<(), String>> = OnceLock::new();
    let ask = || {
        let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join("exact/ask");
        let ready = Ready {
            bin: BINARY.into(),
            args: vec!["node".to_owned(), "echo".to_owned()],
        };
        let flags = ["--workload=echo", "--node-count=1", "--time-limit=0.1"];
        let outcome = run(&ready, &flags, 1, &dir);
        let refused = outcome.document.is_null() && outcome.stderr.contains("virtual");
        (!refused)
            .then_some(())
            .ok_or(outcome.stderr.trim().replace('\n', " "))
    };
    ANSWER.get_or_init(ask).clone()
}

/// What a run left.
pub(crate) struct Outcome {
    pub(crate) document: Value,
    pub(crate) dir: PathBuf,
    pub(crate) wall_ms: f64,
    stderr: String,
}

/// Runs to the end in virtual time; the record goes to `dir`.
pub(crate) fn run(ready: &Ready, flags: &[&str], seed: u64, dir: &Path) -> Outcome {
    if dir.exists() {
        fs::remove_dir_all(dir).expect("the former run is gone");
    }
    #[expect(
        clippy::disallowed_methods,
        reason = "the table says how long runs take"
    )]
    let begun = Instant::now();
    let output = Command::new(BINARY)
        .args(["test", "--quiet", "--time", "virtual", "--format", "json"])
        .args(flags)
        .args(["--seed", &seed.to_string(), "--out"])
        .arg(dir)
        .arg("--bin")
        .arg(&ready.bin)
        .arg("--")
        .args(&ready.args)
        .stdin(Stdio::null())
        .output()
        .expect("the binary starts");
    Outcome {
        document: serde_json::from_slice(&output.stdout).unwrap_or_default(),
        dir: dir.to_owned(),
        wall_ms: begun.elapsed().as_secs_f64() * 1000.0,
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

impl Outcome {
    /// How exactly the run repeats, as it says itself.
    pub(crate) fn level(&self) -> &str {
        self.document["level"].as_str().unwrap_or("none")
    }

    /// What stands for all messages and faults and their times.
    pub(crate) fn journal_hash(&self) -> &str {
        let hash = self.document["journal_hash"].as_str();
        hash.unwrap_or_else(|| panic!("no journal: {self}"))
    }

    /// What is wrong with a run that should be valid and exact.
    pub(crate) fn complaint(&self) -> Option<String> {
        let fine = self.document["verdict"] == "valid" && self.level() == "exact";
        (!fine).then(|| format!("not valid or not exact: {self}"))
    }
}

impl std::fmt::Display for Outcome {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:#}\n{}", self.document, self.stderr)
    }
}

/// The first line in which the journals of two runs differ, with a few before it; nothing when they
/// are the same.
pub(crate) fn first_difference(left: &Outcome, right: &Outcome) -> Option<String> {
    const BEFORE: usize = 3;
    let (left, right) = (journal(&left.dir), journal(&right.dir));
    let lines = left.len().max(right.len());
    let differing = (0..lines).find(|&i| left.get(i) != right.get(i))?;
    let same = left
        .iter()
        .take(differing)
        .skip(differing.saturating_sub(BEFORE));
    let mut text = format!("the journals differ in line {}:\n", differing + 1);
    same.for_each(|line| text.push_str(&format!("  {line}\n")));
    for (mark, journal) in [('-', &left), ('+', &right)] {
        let line = journal.get(differing).map_or("(the end)", String::as_str);
        text.push_str(&format!("{mark} {line}\n"));
    }
    Some(text)
}

fn journal(dir: &Path) -> Vec<String> {
    let mut reader = RunDir::open(dir)
        .and_then(|run| run.read_journal())
        .expect("a journal");
    let mut lines = Vec::new();
    while let Some(line) = reader.next_line().expect("a readable journal") {
        lines.push(String::from_utf8_lossy(line).into_owned());
    }
    lines
}
