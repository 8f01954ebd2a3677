//! The programs of a cluster as processes.

use std::io;
use std::net::Ipv4Addr;
use std::path::Path;
use std::time::Duration;

use nix::unistd::Pid;
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use workloads::scenario::{Peer, Process};

use crate::supervisor::{
    Exit, ExitStatus, Limits, NodeEvent, NodeEventKind, Program, StderrLog, Supervisor,
};

/// How long a program may take between two looks at its port.
const PROBE_INTERVAL: Duration = Duration::from_millis(10);

/// What is heard of programs, by their numbers.
#[derive(Debug)]
pub(super) enum Heard {
    /// Of its process.
    Node(usize, NodeEvent),
    /// It accepts connections.
    Accepts(usize),
}

/// A program of the cluster.
pub(super) struct Member<'a> {
    pub(super) process: &'a Process,
    pub(super) ports: Vec<u16>,
    pub(super) state: State,
    pub(super) starts: u32,
    supervisor: Supervisor,
    /// What it writes on stdout, and the last lines of it.
    stdout: StderrLog,
    number: usize,
    heard: mpsc::Sender<Heard>,
    tasks: Vec<JoinHandle<()>>,
}

/// Where a program stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum State {
    /// It was not started yet.
    Waiting,
    /// Its process is being made.
    Starting,
    /// It runs.
    Runs,
    /// It runs and accepts connections on all its ports.
    Ready,
    /// There is no process, and why.
    NotStarted(String),
    /// It has ended, by itself or not.
    Ended(Exit),
}

impl State {
    /// Whether nothing more will come of it.
    pub(super) fn is_over(&self) -> bool {
        matches!(self, Self::NotStarted(_) | Self::Ended(_))
    }
}

/// Where a program works and where its output goes.
pub(super) struct Place<'a> {
    /// All programs.
    pub(super) programs: &'a Path,
    /// The logs.
    pub(super) logs: &'a Path,
}

impl<'a> Member<'a> {
    /// Prepares a program; nothing runs yet. Call it inside the runtime.
    pub(super) fn new(
        number: usize,
        process: &'a Process,
        (ports, peers): (&[u16], &[Peer]),
        place: &Place<'_>,
        heard: mpsc::Sender<Heard>,
    ) -> io::Result<Self> {
        let program = program(process, &process.command, ports, peers, place.programs);
        let (sender, mut events) = mpsc::channel(64);
        let names = [process.name.clone()];
        let supervisor = Supervisor::new(&program, place.logs, &names, Limits::default(), sender)?;
        let limits = Limits::default();
        let stdout = place.logs.join(format!("{}.stdout.log", process.name));
        let forward = heard.clone();
        let forwarding = tokio::spawn(async move {
            while let Some(event) = events.recv().await {
                if forward.send(Heard::Node(number, event)).await.is_err() {
                    return;
                }
            }
        });
        Ok(Self {
            process,
            ports: ports.to_vec(),
            state: State::Waiting,
            starts: 0,
            supervisor,
            stdout: StderrLog::open(&stdout, limits.stderr_bytes, limits.stderr_tail_lines)?,
            number,
            heard,
            tasks: vec![forwarding],
        })
    }

    pub(super) fn start(&mut self) {
        if self.supervisor.start(0) {
            self.state = State::Starting;
            self.starts += 1;
        }
    }

    pub(super) fn kill(&mut self) {
        self.supervisor.kill(0);
    }

    pub(super) fn pause(&mut self) {
        self.supervisor.pause(0);
    }

    pub(super) fn resume(&mut self) {
        self.supervisor.resume(0);
    }

    /// Takes what was heard of its process; its end, if it has ended by itself.
    pub(super) fn hear(&mut self, event: NodeEvent) -> Option<ExitStatus> {
        match event.kind {
            NodeEventKind::Started { .. } => {
                self.state = State::Runs;
                self.probe();
            }
            NodeEventKind::StartFailed(error) => {
                let hint = error
                    .hint()
                    .map(|hint| format!("; {hint}"))
                    .unwrap_or_default();
                self.state = State::NotStarted(format!("{error}{hint}"));
            }
            NodeEventKind::Lines(batch) => {
                for line in batch.iter() {
                    self.stdout.append(line);
                    self.stdout.append(b"\n");
                }
            }
            NodeEventKind::LineTooLong { prefix, .. } => self.stdout.append(&prefix),
            NodeEventKind::PartialLine(line) => self.stdout.append(&line),
            NodeEventKind::Exited(exit) => {
                // One that was started again is not the one that ended.
                if event.incarnation == self.starts {
                    self.state = State::Ended(exit);
                }
                return (!exit.by_harness).then_some(exit.status);
            }
        }
        None
    }

    /// It accepts connections.
    pub(super) fn accepts(&mut self) {
        if self.state == State::Runs {
            self.state = State::Ready;
        }
    }

    /// Looks again and again whether it accepts connections: a system has no event for that.
    fn probe(&mut self) {
        let (ports, number, heard) = (self.ports.clone(), self.number, self.heard.clone());
        self.tasks.push(tokio::spawn(async move {
            for port in ports {
                while TcpStream::connect((Ipv4Addr::LOCALHOST, port))
                    .await
                    .is_err()
                {
                    pause().await;
                }
            }
            let _ = heard.send(Heard::Accepts(number)).await;
        }));
    }

    /// Its process and those that it started.
    pub(super) fn processes(&self) -> Vec<Pid> {
        self.supervisor.processes(0)
    }

    /// The last lines of what it wrote: on stderr, or else on stdout.
    pub(super) fn last_output(&self) -> Vec<String> {
        let stderr = self.supervisor.stderr_tail(0);
        if stderr.is_empty() {
            self.stdout.tail()
        } else {
            stderr
        }
    }

    /// The last lines of its stderr, and whether there was more than what is kept.
    pub(super) fn stderr(&self) -> (Vec<String>, bool) {
        (
            self.supervisor.stderr_tail(0),
            self.supervisor.stderr_truncated(0),
        )
    }

    /// Kills it with all it started, and returns when it is gone.
    pub(super) async fn shutdown(&mut self) {
        self.supervisor.shutdown().await;
    }
}

impl Drop for Member<'_> {
    fn drop(&mut self) {
        for task in &self.tasks {
            task.abort();
        }
    }
}

/// Until the next look.
async fn pause() {
    #[expect(
        clippy::disallowed_methods,
        reason = "nothing tells when a port is listened on"
    )]
    tokio::time::sleep(PROBE_INTERVAL).await;
}

/// A command of a process, in its directory and with its environment.
pub(super) fn program(
    process: &Process,
    command: &[String],
    ports: &[u16],
    peers: &[Peer],
    programs: &Path,
) -> Program {
    let (bin, args) = match command {
        [bin, args @ ..] => (bin.clone(), args.to_vec()),
        [] => (String::new(), Vec::new()),
    };
    Program {
        bin: bin.into(),
        args,
        env: process.environment(ports, peers),
        dir: Some(programs.join(&process.dir)),
    }
}
