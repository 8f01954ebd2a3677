//! A directory with programs, a scenario, and what became of it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::Value;

pub(crate) const BINARY: &str = env!("CARGO_BIN_EXE_splitbrain");
const REPLICA: &str = include_str!("programs/replica.py");
const CLIENT: &str = include_str!("programs/client.py");

/// Three replicas, a client, and what happens to them.
pub(crate) struct Scene {
    directory: tempfile::TempDir,
    scenario: String,
}

impl Scene {
    /// The seed's scenario with these variables in the replicas' environment.
    pub(crate) fn new(name: &str, env: &[(&str, &str)]) -> Self {
        let mut scenario = format!("[scenario]\nname = '{name}'\n");
        let env: Vec<String> = env.iter().map(|(k, v)| format!("{k} = '{v}'")).collect();
        let env = env.join(", ");
        for (peer, needs) in [
            ("peer0", "'peer1', 'peer2'"),
            ("peer1", "'peer0', 'peer2'"),
            ("peer2", "'peer0', 'peer1'"),
        ] {
            scenario += &format!(
                "[[process]]\nname = '{peer}'\ncommand = ['python3', 'main.py']\n\
                 needs = [{needs}]\nready_s = 20\nenv = {{ {env} }}\n"
            );
        }
        scenario += "[[process]]\nname = 'client'\ncommand = ['python3', 'main.py']\n\
                     needs = ['peer0', 'peer1', 'peer2']\n\
                     [[cut]]\nfrom = 'peer0'\nto = 'peer2'\n\
                     [[cut]]\nfrom = 'peer1'\nto = 'peer2'\n\
                     [[check]]\nname = 'both writes are read'\npoints = 10\nwithin_s = 0\n\
                     file = 'client/result.txt'\nequals = \"k1=alpha\\nk2=beta\"\n";
        let mut scene = Self::of(name, &scenario);
        for peer in ["peer0", "peer1", "peer2"] {
            scene.write(&format!("{peer}/main.py"), REPLICA);
        }
        scene.write("client/main.py", CLIENT);
        scene
    }

    /// This scenario, with a directory for each of its programs.
    pub(crate) fn of(name: &str, scenario: &str) -> Self {
        let directory = tempfile::Builder::new()
            .prefix(&format!("splitbrain-cluster-{name}-"))
            .tempdir()
            .expect("a directory");
        let scene = Self {
            directory,
            scenario: scenario.to_owned(),
        };
        for program in ["peer0", "peer1", "peer2", "client"] {
            fs::create_dir_all(scene.dir().join(program)).expect("made");
        }
        scene.with("")
    }

    /// Adds to the scenario.
    pub(crate) fn with(mut self, more: &str) -> Self {
        self.scenario += more;
        fs::write(self.file(), &self.scenario).expect("written");
        self
    }

    pub(crate) fn ready_within(mut self, ready_s: f64) -> Self {
        let within = format!("ready_s = {ready_s:?}");
        self.scenario = self.scenario.replace("ready_s = 20", &within);
        self
    }

    pub(crate) fn write(&mut self, file: &str, text: &str) {
        let path = self.dir().join(file);
        fs::create_dir_all(path.parent().expect("a parent")).expect("made");
        fs::write(path, text).expect("written");
    }

    /// Where the programs are.
    pub(crate) fn dir(&self) -> PathBuf {
        self.directory.path().join("work")
    }

    fn file(&self) -> PathBuf {
        self.directory.path().join("scenario.toml")
    }

    fn out(&self) -> PathBuf {
        self.directory.path().join("run")
    }

    /// Runs it; the verdict.
    pub(crate) fn run(&self) -> Value {
        self.end(self.start())
    }

    pub(crate) fn start(&self) -> Child {
        let mut command = Command::new(BINARY);
        command.args([
            "cluster", "--quiet", "--format", "json", "--seed", "1", "--dir",
        ]);
        command
            .arg(self.dir())
            .arg("--out")
            .arg(self.out())
            .arg(self.file());
        command.stdout(Stdio::piped()).spawn().expect("a process")
    }

    /// Waits for its end.
    pub(crate) fn end(&self, run: Child) -> Value {
        let output = run.wait_with_output().expect("its output");
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"))
    }

    /// A file that a program of the run wrote.
    pub(crate) fn read(&self, file: &str) -> String {
        let path = self.out().join("programs").join(file);
        fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    /// Whether a program of the run has begun to write this file.
    pub(crate) fn has_written(&self, file: &str) -> bool {
        let path = self.out().join("programs").join(file);
        fs::metadata(path).is_ok_and(|file| file.len() > 0)
    }

    /// Waits until a log of the run is there.
    pub(crate) fn wait_for(&self, log: &str) {
        let path = self.out().join("nodes").join(log);
        // The logs are there from the beginning; a process that works in the client's directory is
        // what comes last.
        let client = self.out().join("programs/client");
        while !path.exists() || working_in(&client).is_empty() {
            std::thread::yield_now();
        }
    }

    /// The processes that work in a directory of the run.
    pub(crate) fn processes(&self) -> Vec<i32> {
        working_in(&self.out())
    }
}

fn working_in(directory: &Path) -> Vec<i32> {
    let entries = fs::read_dir("/proc").expect("processes").flatten();
    let numbers = entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    let mut found: Vec<i32> = numbers
        .filter(|pid| {
            let place = fs::read_link(format!("/proc/{pid}/cwd"));
            place.is_ok_and(|place| place.starts_with(directory))
        })
        .collect();
    found.sort_unstable();
    found
}

/// Ctrl-C.
pub(crate) fn interrupt(run: &Child) {
    let pid = i32::try_from(run.id()).expect("a number");
    let pid = nix::unistd::Pid::from_raw(pid);
    nix::sys::signal::kill(pid, nix::sys::signal::Signal::SIGINT).expect("a signal");
}

/// Names and verdicts of checks, with points where there are any.
pub(crate) fn checks(verdict: &Value) -> Vec<String> {
    let checks = verdict["checks"].as_array().expect("checks").iter();
    let told = checks.map(|check| {
        let (name, decided) = (&check["name"], &check["verdict"]);
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let points = match &check["figures"] {
            figures if figures["points"].is_null() => String::new(),
            figures => format!(" {}/{}", figures["points"], figures["max_points"]),
        };
        format!("{} {}{points}", text(name), text(decided))
    });
    told.collect()
}

/// The journal of a run.
pub(crate) fn journal(verdict: &Value) -> Vec<Value> {
    let directory = verdict["run_dir"].as_str().expect("a directory");
    let directory = results::RunDir::open(Path::new(directory)).expect("a run");
    let mut reader = directory.read_journal().expect("a journal");
    let mut lines = Vec::new();
    while let Some(line) = reader.next_line().expect("a line") {
        lines.push(serde_json::from_slice(line).expect("JSON"));
    }
    lines
}
