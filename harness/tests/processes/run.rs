//! Runs of the built binary, and questions about what came out.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use results::RunDir;
use results::run_dir::JournalEvent;
use serde_json::Value;

use super::program::Program;

/// The binary under test.
pub(crate) const BINARY: &str = env!("CARGO_BIN_EXE_splitbrain");

/// A command line for one run. Short by default; later flags win over earlier ones only where
/// the command line allows it, so what differs is given here.
pub(crate) struct Run<'a> {
    program: &'a Program,
    flags: Vec<(String, String)>,
    bare: Vec<String>,
    /// A command that runs the binary, and the binary.
    under: Vec<String>,
}

/// What a run left.
pub(crate) struct Outcome {
    pub(crate) exit: Option<i32>,
    pub(crate) document: Value,
    pub(crate) stderr: String,
    pub(crate) dir: PathBuf,
}

/// A line of the journal.
#[derive(Debug)]
pub(crate) struct Line {
    pub(crate) time_ns: u64,
    pub(crate) id: Option<u64>,
    pub(crate) event: JournalEvent,
    pub(crate) src: String,
    pub(crate) dest: String,
    pub(crate) body: String,
    pub(crate) why: String,
}

impl<'a> Run<'a> {
    pub(crate) fn echo(program: &'a Program) -> Self {
        Self::of("echo", program)
    }

    pub(crate) fn of(workload: &str, program: &'a Program) -> Self {
        let run = Self {
            program,
            flags: Vec::new(),
            bare: Vec::new(),
            under: vec![BINARY.to_owned()],
        };
        run.with("--workload", workload)
            .with("--node-count", "1")
            .with("--rate", "50")
            .with("--time-limit", "0.5")
            .with("--recovery", "5")
            .with("--seed", "1")
    }

    /// Sets a flag, instead of an earlier value.
    pub(crate) fn with(mut self, flag: &str, value: &str) -> Self {
        self.flags.retain(|(earlier, _)| earlier != flag);
        self.flags.push((flag.to_owned(), value.to_owned()));
        self
    }

    /// Sets a flag that has no value.
    pub(crate) fn bare(mut self, flag: &str) -> Self {
        self.bare.push(flag.to_owned());
        self
    }

    /// Has this copy of the binary run by another command.
    pub(crate) fn under(mut self, command: &[&str], binary: &Path) -> Self {
        let binary = binary.to_string_lossy().into_owned();
        let words = command.iter().map(|word| (*word).to_owned());
        self.under = words.chain([binary]).collect();
        self
    }

    fn out(&self) -> PathBuf {
        self.program.dir().join("run")
    }

    fn command(&self) -> Command {
        let mut command = Command::new(&self.under[0]);
        command
            .args(&self.under[1..])
            .current_dir(self.program.dir())
            // It would flush for those who forget to.
            .env_remove("PYTHONUNBUFFERED")
            .args(["test", "--quiet", "--format", "json", "--bin"])
            .arg(&self.program.path)
            .arg("--out")
            .arg(self.out())
            .args(self.flags.iter().flat_map(|(flag, value)| [flag, value]))
            .args(&self.bare)
            .arg("--")
            .args(&self.program.args)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    /// Runs to the end.
    pub(crate) fn done(&self) -> Outcome {
        self.begun().wait()
    }

    /// Starts, for tests that do something meanwhile.
    pub(crate) fn begun(&self) -> Running {
        Running {
            child: self.command().spawn().expect("the binary starts"),
            dir: self.out(),
        }
    }
}

/// A run that is under way.
pub(crate) struct Running {
    pub(crate) child: Child,
    pub(crate) dir: PathBuf,
}

impl Running {
    pub(crate) fn wait(self) -> Outcome {
        let output = self.child.wait_with_output().expect("the binary ends");
        let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
        Outcome {
            exit: output.status.code(),
            document: serde_json::from_slice(&output.stdout).unwrap_or_default(),
            stderr,
            dir: self.dir,
        }
    }

    /// How many whole lines the history has by now.
    pub(crate) fn history_lines(&self) -> usize {
        let history = fs::read(self.dir.join("history.jsonl")).unwrap_or_default();
        history.iter().filter(|byte| **byte == b'\n').count()
    }
}

impl Outcome {
    /// Demands that the run is valid, and says what was wrong if it is not.
    pub(crate) fn assert_valid(&self) -> &Self {
        assert_eq!(self.exit, Some(0), "{self}");
        assert_eq!(self.document["verdict"], "valid", "{self}");
        self
    }

    pub(crate) fn assert_invalid(&self) -> &Self {
        assert_eq!(self.exit, Some(1), "{self}");
        assert_eq!(self.document["verdict"], "invalid", "{self}");
        self
    }

    pub(crate) fn check(&self, name: &str) -> &Value {
        let checks = self.document["checks"].as_array();
        let found = checks.and_then(|all| all.iter().find(|check| check["name"] == name));
        found.unwrap_or_else(|| panic!("no check {name}: {self}"))
    }

    /// The summary of the only anomaly of this type, which makes its check invalid.
    pub(crate) fn anomaly(&self, check: &str, kind: &str) -> &str {
        let all = self.anomalies(check, kind);
        assert_eq!(all.len(), 1, "anomalies {kind}: {self}");
        assert_eq!(self.check(check)["verdict"], "invalid", "{self}");
        all[0]
    }

    /// The summaries of all anomalies of this type.
    pub(crate) fn anomalies(&self, check: &str, kind: &str) -> Vec<&str> {
        let of_kind = |a: &&Value| a["type"] == kind;
        let all = self.check(check)["anomalies"].as_array();
        let all = all.into_iter().flatten().filter(of_kind);
        all.filter_map(|a| a["summary"].as_str()).collect()
    }

    /// Demands that the anomaly's sentence has all these parts.
    pub(crate) fn assert_says(&self, check: &str, kind: &str, parts: &[&str]) -> &Self {
        let summary = self.anomaly(check, kind);
        for part in parts {
            assert!(summary.contains(part), "`{part}` is not in: {summary}");
        }
        self
    }

    /// How many operations were acknowledged.
    pub(crate) fn ok(&self) -> u64 {
        self.document["stats"]["ops"]["ok"]
            .as_u64()
            .unwrap_or_else(|| panic!("no document: {self}"))
    }

    /// Demands that what went well was judged although something was wrong.
    pub(crate) fn assert_others_judged(&self) -> &Self {
        assert!(self.ok() > 0, "{self}");
        assert_eq!(self.check("echo")["verdict"], "valid", "{self}");
        self
    }

    /// A figure of the check `protocol`: how often something noteworthy happened.
    pub(crate) fn noted(&self, name: &str) -> u64 {
        self.check("protocol")["figures"][name]
            .as_u64()
            .unwrap_or_default()
    }

    /// What a node left in its working directory.
    pub(crate) fn node_file(&self, node: &str, name: &str) -> Option<Vec<u8>> {
        fs::read(self.dir.join("nodes").join(node).join(name)).ok()
    }

    pub(crate) fn journal(&self) -> Vec<Line> {
        journal_of(&self.dir)
    }
}

impl std::fmt::Display for Outcome {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "exit {:?}\n{:#}\n{}",
            self.exit, self.document, self.stderr
        )
    }
}

/// The journal of a run directory, as far as it was written.
pub(crate) fn journal_of(dir: &Path) -> Vec<Line> {
    let mut reader = RunDir::open(dir)
        .and_then(|run| run.read_journal())
        .expect("a journal");
    let mut lines = Vec::new();
    while let Some(bytes) = reader.next_line().expect("a readable journal") {
        let line = results::run_dir::JournalLine::parse(bytes).expect("a line of the journal");
        let text = |field: Option<std::borrow::Cow<'_, str>>| field.unwrap_or_default().into();
        lines.push(Line {
            time_ns: line.time,
            id: line.id,
            event: line.event,
            body: line
                .body
                .map(|raw| raw.get().to_owned())
                .unwrap_or_default(),
            src: text(line.src),
            dest: text(line.dest),
            why: text(line.why),
        });
    }
    lines
}
