//! Three replicas as processes and a client that asks them over HTTP.

use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use nodes::quorum::RESULT;
use serde_json::Value;

/// Says to the processes what to be; without it, what they run is an empty test.
pub(crate) const ROLE: &str = "QUORUM_TEST_ROLE";
/// Says to a replica what shall be broken.
pub(crate) const BUG: &str = "QUORUM_TEST_BUG";
/// Far longer than anything takes that works.
const LIMIT: Duration = Duration::from_secs(20);

/// A port that nobody has, below those that the system hands out to whoever connects: a replica
/// that is killed must find it free again.
fn free_port() -> u16 {
    static TRIED: AtomicU32 = AtomicU32::new(0);
    loop {
        let tried = TRIED.fetch_add(1, Ordering::Relaxed);
        let port = 10_000 + (std::process::id() * 31 + tried) % 20_000;
        let port = u16::try_from(port).expect("a small number");
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
}

/// Three replicas, each in a directory of its own, and room for a client.
pub(crate) struct Cluster {
    pub(crate) dir: PathBuf,
    pub(crate) ports: Vec<u16>,
    pub(crate) replicas: Vec<Option<Child>>,
    /// What each replica runs.
    pub(crate) programs: [Program; 3],
    /// What is broken in those of this room.
    pub(crate) bug: Option<&'static str>,
}

/// A program of the cluster.
#[derive(Debug, Clone)]
pub(crate) enum Program {
    /// This test program, told to run one of its tests.
    Own(&'static str),
    /// Another one.
    At(PathBuf),
}

/// A replica of this room.
pub(crate) const REPLICA: Program = Program::Own("a_replica");
/// The client of this room.
pub(crate) const CLIENT: Program = Program::Own("a_client");

impl Cluster {
    pub(crate) fn new(name: &str) -> Self {
        let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        let _ = std::fs::remove_dir_all(&dir);
        Self {
            dir,
            ports: (0..3).map(|_| free_port()).collect(),
            replicas: vec![None, None, None],
            programs: [REPLICA, REPLICA, REPLICA],
            bug: None,
        }
    }

    /// A program that begins in this directory and knows all replicas but one.
    pub(crate) fn command(&self, program: &Program, directory: &str, but: usize) -> Command {
        let directory = self.dir.join(directory);
        std::fs::create_dir_all(&directory).expect("a directory");
        let mut command = match program {
            Program::At(path) => Command::new(path),
            Program::Own(role) => {
                let mut own = Command::new(std::env::current_exe().expect("this program"));
                own.arg("--exact").arg(format!("processes::{role}"));
                own.arg("--nocapture").env(ROLE, role);
                own
            }
        };
        command.env_remove("NAME").current_dir(directory);
        command.stdin(Stdio::null());
        for peer in (0..3).filter(|peer| *peer != but) {
            let variable = |what| format!("PEER_PEER{peer}_{what}");
            command.env(variable("HOST"), "127.0.0.1");
            command.env(variable("PORT"), self.ports[peer].to_string());
        }
        command
    }

    /// Starts a replica and waits until it listens.
    pub(crate) fn start(&mut self, at: usize) {
        let mut command = self.command(&self.programs[at], &format!("peer{at}"), at);
        command.env("PORT", self.ports[at].to_string());
        command.stdout(Stdio::null());
        if let Some(bug) = self.bug {
            command.env(BUG, bug);
        }
        let mut child = command.spawn().expect("a process");
        while TcpStream::connect(("127.0.0.1", self.ports[at])).is_err() {
            assert!(child.try_wait().expect("a child").is_none(), "it runs");
            std::thread::yield_now();
        }
        self.replicas[at] = Some(child);
    }

    pub(crate) fn kill(&mut self, at: usize) {
        let mut child = self.replicas[at].take().expect("a replica that runs");
        child.kill().expect("killed");
        child.wait().expect("gone");
    }

    /// Runs a client and returns what it has written.
    pub(crate) fn result_of(&self, client: &Program) -> String {
        let output = self.command(client, "client", 3).output();
        let output = output.expect("a client");
        assert!(output.status.success(), "{output:?}");
        let result = self.dir.join("client").join(RESULT);
        std::fs::read_to_string(result).expect("a result")
    }

    /// Asks a replica; returns the status and the answer.
    pub(crate) fn ask(&self, at: usize, method: &str, path: &str, body: &str) -> (u16, Value) {
        Self::try_to_ask(self.ports[at], method, path, body).expect("an answer")
    }

    /// Asks whoever listens on a port.
    pub(crate) fn try_to_ask(
        port: u16,
        method: &str,
        path: &str,
        body: &str,
    ) -> io::Result<(u16, Value)> {
        let mut stream = TcpStream::connect(("127.0.0.1", port))?;
        stream.set_read_timeout(Some(LIMIT))?;
        let length = body.len();
        let head = format!("{method} {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n");
        write!(stream, "{head}Content-Length: {length}\r\n\r\n{body}")?;
        let mut text = String::new();
        stream.read_to_string(&mut text)?;
        let cut = || io::Error::from(io::ErrorKind::UnexpectedEof);
        let (head, body) = text.split_once("\r\n\r\n").ok_or_else(cut)?;
        let status = head.split(' ').nth(1).expect("a status");
        let body = serde_json::from_str(body).unwrap_or(Value::Null);
        Ok((status.parse().expect("a number"), body))
    }

    pub(crate) fn put(&self, at: usize, key: &str, value: &str) -> (u16, Value) {
        let (status, mut body) = self.ask(at, "PUT", &format!("/kv/{key}"), value);
        (status, body["version"].take())
    }

    pub(crate) fn get(&self, at: usize, key: &str) -> (u16, Value) {
        let (status, mut body) = self.ask(at, "GET", &format!("/kv/{key}"), "");
        (status, body["value"].take())
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        for child in self.replicas.iter_mut().flatten() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}
