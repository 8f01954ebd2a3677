//! The supervisor with real processes.

mod errors;
mod lines;
mod orphans;
mod signals;
mod throughput;

use super::process_table::Process;
use super::*;
use bytes::Bytes;
use nix::unistd::Pid;
use std::fs;
use std::io::Write as _;
use std::time::Duration;
use tempfile::TempDir;

/// A supervisor over one program in a directory of its own.
struct Rig {
    dir: TempDir,
    supervisor: Supervisor,
    events: mpsc::Receiver<NodeEvent>,
}

/// Writes an executable script and returns its path. Another process writes it: while this one had
/// it open, whatever another test starts at that moment would have it open too, and what somebody
/// may still write cannot be run.
pub(crate) fn script(dir: &Path, name: &str, text: &str) -> PathBuf {
    let path = dir.join(name);
    let mut writer = std::process::Command::new("sh")
        .args(["-c", r#"cat > "$1" && chmod 755 "$1""#, "sh"])
        .arg(&path)
        .stdin(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = writer.stdin.take().unwrap();
    input.write_all(text.as_bytes()).unwrap();
    drop(input);
    assert!(writer.wait().unwrap().success());
    path
}

fn program(bin: impl Into<PathBuf>) -> Program {
    Program {
        bin: bin.into(),
        args: Vec::new(),
        env: Vec::new(),
        dir: None,
    }
}

impl Rig {
    fn with_limits(shell: &str, nodes: usize, limits: Limits) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let bin = script(dir.path(), "node.sh", &format!("#!/bin/sh\n{shell}\n"));
        let ids: Vec<String> = (0..nodes).map(|n| format!("n{n}")).collect();
        let (sender, events) = mpsc::channel(64);
        let supervisor = Supervisor::new(
            &program(bin),
            &dir.path().join("nodes"),
            &ids,
            limits,
            sender,
        )
        .unwrap();
        Self {
            dir,
            supervisor,
            events,
        }
    }

    /// `nodes` nodes that run a shell script, started.
    async fn started(shell: &str, nodes: usize) -> Self {
        let mut rig = Self::with_limits(shell, nodes, Limits::default());
        for node in 0..nodes {
            rig.start(node).await;
        }
        rig
    }

    /// Starts a node and gives its process id.
    async fn start(&mut self, node: usize) -> i32 {
        assert!(self.supervisor.start(node));
        match self.next().await.kind {
            NodeEventKind::Started { pid } => i32::try_from(pid).unwrap(),
            other => panic!("{other:?}"),
        }
    }

    /// The next event; a test that waits this long has failed.
    async fn next(&mut self) -> NodeEvent {
        let event = tokio::time::timeout(Duration::from_secs(60), self.events.recv()).await;
        event
            .expect("an event within a minute")
            .expect("the channel is open")
    }

    /// The next lines as text.
    async fn lines(&mut self) -> Vec<String> {
        match self.next().await.kind {
            NodeEventKind::Lines(batch) => batch
                .iter()
                .map(|line| String::from_utf8_lossy(line).into_owned())
                .collect(),
            other => panic!("{other:?}"),
        }
    }

    /// Skips lines up to the exit.
    async fn exit(&mut self) -> Exit {
        loop {
            match self.next().await.kind {
                NodeEventKind::Exited(exit) => return exit,
                NodeEventKind::Lines(_) | NodeEventKind::PartialLine(_) => {}
                other => panic!("{other:?}"),
            }
        }
    }
}

/// Asks again and again until there is an answer.
async fn until<T>(mut question: impl FnMut() -> Option<T>) -> T {
    for _ in 0..60_000 {
        if let Some(answer) = question() {
            return answer;
        }
        #[expect(clippy::disallowed_methods, reason = "/proc sends no events")]
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    panic!("no answer within a minute");
}

/// Waits until the process is in one of these states.
async fn until_state(pid: i32, states: &str) {
    let state = || {
        Process::read(Pid::from_raw(pid))
            .expect("the process is there")
            .state
    };
    until(|| states.contains(state()).then_some(())).await;
}
