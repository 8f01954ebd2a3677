//! Replicas as processes: three of them, asked over HTTP, killed and started again.
//!
//! The processes are this test program itself, told to run nothing but `a_replica` or `a_client`.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use nodes::quorum::{RESULT, STORAGE, run_client, run_replica};
use serde_json::Value;

/// Set for the processes; without it, what they run is an empty test.
const ROLE: &str = "QUORUM_TEST_ROLE";
/// Far longer than anything takes that works.
const LIMIT: Duration = Duration::from_secs(20);

#[test]
fn a_replica() {
    if std::env::var(ROLE).is_ok_and(|role| role == "a_replica") {
        run_replica(std::env::var("BUG").ok().as_deref()).expect("a replica");
    }
}

#[test]
fn a_client() {
    if std::env::var(ROLE).is_ok_and(|role| role == "a_client") {
        run_client().expect("a client");
    }
}

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
struct Cluster {
    dir: PathBuf,
    ports: Vec<u16>,
    replicas: Vec<Option<Child>>,
}

impl Cluster {
    fn new(name: &str) -> Self {
        let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        let _ = std::fs::remove_dir_all(&dir);
        Self {
            dir,
            ports: (0..3).map(|_| free_port()).collect(),
            replicas: vec![None, None, None],
        }
    }

    fn command(&self, role: &str, directory: &str) -> Command {
        let directory = self.dir.join(directory);
        std::fs::create_dir_all(&directory).expect("a directory");
        let mut command = Command::new(std::env::current_exe().expect("this program"));
        command.arg("--exact").arg(format!("processes::{role}"));
        command.arg("--nocapture").env(ROLE, role);
        command.env_remove("NAME").current_dir(directory);
        command.stdin(Stdio::null());
        command
    }

    fn with_peers(&self, mut command: Command, but: usize) -> Command {
        for peer in (0..3).filter(|peer| *peer != but) {
            let variable = |what| format!("PEER_PEER{peer}_{what}");
            command.env(variable("HOST"), "127.0.0.1");
            command.env(variable("PORT"), self.ports[peer].to_string());
        }
        command
    }

    /// Starts a replica and waits until it listens.
    fn start(&mut self, at: usize) {
        let command = self.command("a_replica", &format!("peer{at}"));
        let mut command = self.with_peers(command, at);
        command.env("PORT", self.ports[at].to_string());
        command.stdout(Stdio::null());
        let mut child = command.spawn().expect("a process");
        while TcpStream::connect(("127.0.0.1", self.ports[at])).is_err() {
            assert!(child.try_wait().expect("a child").is_none(), "it runs");
            std::thread::yield_now();
        }
        self.replicas[at] = Some(child);
    }

    fn kill(&mut self, at: usize) {
        let mut child = self.replicas[at].take().expect("a replica that runs");
        child.kill().expect("killed");
        child.wait().expect("gone");
    }

    fn client(&self) -> Output {
        let command = self.command("a_client", "client");
        let output = self.with_peers(command, 3).output();
        output.expect("a client")
    }

    /// Asks a replica; returns the status and the answer.
    fn ask(&self, at: usize, method: &str, path: &str, body: &str) -> (u16, Value) {
        let mut stream = TcpStream::connect(("127.0.0.1", self.ports[at])).expect("it listens");
        stream.set_read_timeout(Some(LIMIT)).expect("a limit");
        let length = body.len();
        let head = format!("{method} {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n");
        write!(stream, "{head}Content-Length: {length}\r\n\r\n{body}").expect("asked");
        let mut text = String::new();
        stream.read_to_string(&mut text).expect("an answer");
        let (head, body) = text.split_once("\r\n\r\n").expect("a head and a body");
        let status = head.split(' ').nth(1).expect("a status");
        let body = serde_json::from_str(body).unwrap_or(Value::Null);
        (status.parse().expect("a number"), body)
    }

    fn put(&self, at: usize, key: &str, value: &str) -> (u16, Value) {
        let (status, mut body) = self.ask(at, "PUT", &format!("/kv/{key}"), value);
        (status, body["version"].take())
    }

    fn get(&self, at: usize, key: &str) -> (u16, Value) {
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

#[test]
fn three_replicas_are_one_store_and_forget_nothing() {
    let mut cluster = Cluster::new("quorum-store");
    (0..3).for_each(|at| cluster.start(at));
    assert_eq!(cluster.get(1, "x"), (404, Value::Null));
    for at in 0..3 {
        let version = format!("{}-peer{at}", at + 1);
        assert_eq!(
            cluster.put(at, "x", &format!("v{at}")),
            (200, version.into())
        );
        for reader in 0..3 {
            assert_eq!(cluster.get(reader, "x"), (200, format!("v{at}").into()));
        }
    }
    // Two are enough.
    cluster.kill(2);
    assert_eq!(cluster.put(0, "a/b%20c", "without it").0, 404);
    assert_eq!(cluster.put(0, "a%2Fb%20c", "with \"two\"\n").0, 200);
    assert_eq!(cluster.get(1, "a%2Fb%20c"), (200, "with \"two\"\n".into()));
    // One is not.
    cluster.kill(1);
    let (status, body) = cluster.ask(0, "GET", "/kv/x", "");
    assert_eq!(status, 503);
    assert_eq!(body["error"], "no quorum: 1 of 2 replicas answered");
    assert_eq!(cluster.put(0, "x", "alone").0, 503);
    // All three remember what was promised, and the last one learns what it has missed.
    cluster.kill(0);
    cluster.start(1);
    cluster.start(2);
    assert_eq!(cluster.get(2, "a%2Fb%20c"), (200, "with \"two\"\n".into()));
    assert_eq!(cluster.get(1, "x"), (200, "v2".into()));
    // The PUT that found nobody has left nothing.
    cluster.start(0);
    assert_eq!(cluster.put(0, "x", "later"), (200, "4-peer0".into()));
    assert_eq!(cluster.get(1, "x"), (200, "later".into()));
}

#[test]
fn the_client_writes_what_it_read() {
    let mut cluster = Cluster::new("quorum-client");
    (0..3).for_each(|at| cluster.start(at));
    let output = cluster.client();
    assert!(output.status.success(), "{output:?}");
    let result = std::fs::read_to_string(cluster.dir.join("client").join(RESULT));
    assert_eq!(result.expect("a result"), "k1=alpha\nk2=beta\n");
}

#[test]
fn values_that_are_no_text_are_refused_and_torn_lines_forgotten() {
    let mut cluster = Cluster::new("quorum-torn");
    let storage = |at: usize| cluster.dir.join(format!("peer{at}")).join(STORAGE);
    std::fs::create_dir_all(cluster.dir.join("peer0")).expect("a directory");
    let kept = r#"{"key":"k","value":"kept","version":"7-peer1"}"#;
    std::fs::write(storage(0), format!("{kept}\n{{\"key\":\"k\",\"val")).expect("a file");
    (0..2).for_each(|at| cluster.start(at));
    assert_eq!(cluster.get(1, "k"), (200, "kept".into()));
    assert_eq!(cluster.put(0, "k", "next"), (200, "8-peer0".into()));
    let (status, body) = cluster.ask(0, "PUT", "/internal/k", "no entry");
    assert_eq!(status, 400, "{body}");
}

#[test]
fn a_replica_ends_when_it_is_told_to() {
    let mut cluster = Cluster::new("quorum-end");
    cluster.start(0);
    // Somebody is connected and says nothing.
    let idle = TcpStream::connect(("127.0.0.1", cluster.ports[0])).expect("it listens");
    let mut child = cluster.replicas[0].take().expect("a replica");
    let id = child.id().to_string();
    let told = Command::new("kill").args(["-TERM", &id]).status();
    assert!(told.expect("kill").success());
    let status = child.wait().expect("it ends");
    assert!(status.success(), "{status}");
    drop(idle);
}

#[test]
fn two_replicas_cannot_share_a_directory() {
    let mut cluster = Cluster::new("quorum-shared");
    cluster.start(0);
    let command = cluster.command("a_replica", "peer0");
    let mut command = cluster.with_peers(command, 0);
    let output = command.env("PORT", cluster.ports[2].to_string()).output();
    let output = output.expect("a process");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success() && said.contains("InUse"), "{said}");
}
