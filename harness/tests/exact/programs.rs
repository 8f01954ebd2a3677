//! The programs that must repeat exactly: what they are, and how they are made ready to be run.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A broadcast node in `programs/`.
pub(crate) struct Program {
    pub(crate) language: &'static str,
    /// Its main file, below `programs/`.
    pub(crate) file: &'static str,
    pub(crate) style: &'static str,
    /// What it uses that is hard to repeat, beside what all of its language have in common.
    pub(crate) uses: &'static str,
}

const fn program(
    language: &'static str,
    file: &'static str,
    style: &'static str,
    uses: &'static str,
) -> Program {
    Program {
        language,
        file,
        style,
        uses,
    }
}

/// All of them, by language.
pub(crate) const PROGRAMS: &[Program] = &[
    program("C", "c/poll.c", "loop", "`poll` with a timeout"),
    program(
        "C",
        "c/threads.c",
        "threads",
        "conditions with timeouts, `timerfd`, `eventfd`, signals",
    ),
    program(
        "Rust",
        "rust/threads.rs",
        "threads",
        "channels with timeouts, a thread for each job",
    ),
    program(
        "Rust",
        "rust/tokio_pool.rs",
        "async, threads",
        "Tokio with four threads, intervals, its pool for what blocks",
    ),
    program(
        "Rust",
        "rust/tokio_loop.rs",
        "async",
        "Tokio on one thread, `select!`, timers thrown away",
    ),
    program(
        "Python",
        "python/blocking.py",
        "loop",
        "`select` with a timeout",
    ),
    program(
        "Python",
        "python/threads.py",
        "threads",
        "queues with timeouts, a `threading.Timer` for each gossip",
    ),
    program(
        "Python",
        "python/async.py",
        "async",
        "asyncio, its pool of threads, timeouts",
    ),
    program(
        "Python",
        "python/processes.py",
        "timers",
        "`setitimer` and its signal, a shell with children",
    ),
    program(
        "Go",
        "go/goroutines",
        "threads",
        "a goroutine for each message, four threads, a ticker, garbage collection",
    ),
    program(
        "Go",
        "go/loop",
        "loop",
        "`select` between channels and timers",
    ),
    program(
        "Node.js",
        "javascript/lines.mjs",
        "events",
        "readline, an interval, jobs for the pool of threads",
    ),
    program(
        "Node.js",
        "javascript/workers.mjs",
        "async, threads",
        "workers that wait for each other, shared memory, zlib",
    ),
    program(
        "Ruby",
        "ruby/threads.rb",
        "threads",
        "conditions with timeouts, `sleep`",
    ),
    program(
        "Ruby",
        "ruby/select.rb",
        "loop",
        "`IO.select` with a timeout",
    ),
    program(
        "Java",
        "java/Scheduled.java",
        "timers",
        "a scheduled pool of threads",
    ),
    program(
        "Java",
        "java/Monitors.java",
        "threads",
        "`wait` and `notifyAll`, futures, garbage collection",
    ),
];

/// A program that can be started.
pub(crate) struct Ready {
    pub(crate) bin: PathBuf,
    pub(crate) args: Vec<String>,
}

impl Program {
    /// Its name in tables: the file without its ending.
    pub(crate) fn name(&self) -> &'static str {
        self.file.split('.').next().unwrap_or(self.file)
    }

    fn dir(&self) -> &'static str {
        self.file.split('/').next().unwrap_or(self.file)
    }

    fn stem(&self) -> &'static str {
        self.name().rsplit('/').next().unwrap_or(self.file)
    }

    /// Copies and compiles it below `scratch`, or says what is missing. Interpreters are started
    /// themselves: what stands in PATH may be a wrapper script, which takes longer to start.
    pub(crate) fn prepare(&self, scratch: &Path, quiet: bool) -> Result<Ready, String> {
        let copy = scratch.join(self.dir());
        copy_dir(&programs().join(self.dir()), &copy);
        let (bin, mut args) = match self.language {
            "C" => (self.compile_c(&copy)?, vec![]),
            "Rust" => (self.compile_rust(), vec![]),
            "Go" => (self.compile_go(&copy)?, vec![]),
            "Java" => self.compile_java(&copy)?,
            "Python" => self.script("python3", "import sys; print(sys.executable)", &copy)?,
            "Node.js" => self.script("node", "console.log(process.execPath)", &copy)?,
            _ => self.script("ruby", "puts RbConfig.ruby", &copy)?,
        };
        args.extend(quiet.then(|| "quiet".to_owned()));
        Ok(Ready { bin, args })
    }

    fn compile_c(&self, copy: &Path) -> Result<PathBuf, String> {
        let main = format!("{}.c", self.stem());
        let cc = ["-O2", "-pthread", "-D_GNU_SOURCE", "-o", self.stem(), &main];
        succeed(
            tool("cc", &["--version"])?
                .args(cc)
                .args(["node.c", "chance.c"])
                .current_dir(copy),
        );
        Ok(copy.join(self.stem()))
    }

    /// A crate of this workspace: its dependencies are locked with all others.
    fn compile_rust(&self) -> PathBuf {
        let mut build = Command::new(env!("CARGO"));
        build.args([
            "build",
            "--quiet",
            "--locked",
            "--package",
            "exact-programs",
        ]);
        build.args((!cfg!(debug_assertions)).then_some("--release"));
        succeed(build.current_dir(env!("CARGO_MANIFEST_DIR")));
        let name = format!("rust-{}", self.stem().replace('_', "-"));
        Path::new(env!("CARGO_BIN_EXE_splitbrain")).with_file_name(name)
    }

    fn compile_go(&self, copy: &Path) -> Result<PathBuf, String> {
        let package = format!("./{}", self.stem());
        let output = format!("{}.bin", self.stem());
        let mut go = tool("go", &["version"])?;
        // The copy lies below a repository that is not its own.
        go.env("GOFLAGS", "-buildvcs=false");
        succeed(
            go.args(["build", "-o", &output, &package])
                .current_dir(copy),
        );
        Ok(copy.join(output))
    }

    fn compile_java(&self, copy: &Path) -> Result<(PathBuf, Vec<String>), String> {
        let sources = [format!("{}.java", self.stem())];
        let mut javac = tool("javac", &["-version"])?;
        succeed(
            javac
                .args(sources)
                .args(["Node.java", "Chance.java"])
                .current_dir(copy),
        );
        let said = Command::new("java")
            .args(["-XshowSettings:properties", "-version"])
            .output();
        let said = String::from_utf8_lossy(&said.expect("java starts").stderr).into_owned();
        let home = said
            .lines()
            .find_map(|line| line.trim().strip_prefix("java.home = "));
        let java = Path::new(home.ok_or("java does not say where it is")?).join("bin/java");
        let class_path = copy.to_string_lossy().into_owned();
        Ok((
            java,
            vec!["-cp".to_owned(), class_path, self.stem().to_owned()],
        ))
    }

    fn script(
        &self,
        name: &str,
        own_path: &str,
        copy: &Path,
    ) -> Result<(PathBuf, Vec<String>), String> {
        let flag = if name == "python3" { "-c" } else { "-e" };
        let asked = tool(name, &["--version"])?.args([flag, own_path]).output();
        let path = asked
            .ok()
            .and_then(|out| String::from_utf8(out.stdout).ok());
        let path = path.ok_or_else(|| format!("{name} does not say where it is"))?;
        let script = copy.join(self.file.rsplit('/').next().unwrap_or(self.file));
        let script = script.to_string_lossy().into_owned();
        Ok((path.trim().into(), vec![script]))
    }
}

fn programs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/exact/programs")
}

/// The tool, if it is there and answers.
pub(crate) fn tool(name: &str, version: &[&str]) -> Result<Command, String> {
    let answer = Command::new(name).args(version).output();
    let works = answer.is_ok_and(|output| output.status.success());
    works
        .then(|| Command::new(name))
        .ok_or_else(|| format!("{name} is not installed"))
}

/// Runs a command that must not fail.
pub(crate) fn succeed(command: &mut Command) {
    let output = command.output().expect("the tool starts");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {said}");
}

fn copy_dir(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a directory");
    for entry in fs::read_dir(from).expect("the programs") {
        let path = entry.expect("an entry").path();
        let copy = to.join(path.file_name().expect("a name"));
        if path.is_dir() {
            copy_dir(&path, &copy);
        } else {
            fs::copy(&path, &copy).expect("a copy");
        }
    }
}
