//! However a cluster ends, none of its processes is left, and nobody listens on any of its ports.

use std::collections::BTreeSet;
use std::fs;
use std::process::Child;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::Value;

use crate::scene::Scene;

/// Listens, with a child that listens too and a daemon that has left the session and its directory;
/// does what END says when somebody has connected.
const SERVER: &str = r#"
import os, socket, threading
ports = [v for k, v in os.environ.items() if k == "PORT" or k.endswith("_PORT")]
open("ports.txt", "w").write(" ".join(ports))
server = socket.create_server(("127.0.0.1", int(os.environ["PORT"])))
if os.fork() == 0:
    threading.Event().wait()
if os.fork() == 0:
    os.setsid()
    os.chdir("/")
    if os.fork() == 0:
        threading.Event().wait()
    os._exit(0)
connections = []
while True:
    connections.append(server.accept()[0])
    connections[-1].recv(1)
    if connections[-1].recv(1) and os.environ["END"] == "crash":
        os._exit(3)
"#;

/// Leaves a child and an open connection behind.
const CLIENT: &str = r#"
import os, socket, sys, threading
port = int(os.environ["PEER_SERVER_PORT"])
connection = socket.create_connection(("127.0.0.1", port))
connection.sendall(b"hello")
if os.fork() == 0:
    threading.Event().wait()
open("ports.txt", "w").write(str(port))
if os.environ["END"] == "crash":
    connection.recv(1)
if os.environ["END"] == "wait":
    threading.Event().wait()
sys.exit(1 if os.environ["END"] == "wrong" else 0)
"#;

struct Clutter {
    scene: Scene,
    mark: String,
}

impl Clutter {
    fn that(end: &str, name: &str) -> Self {
        let mark = format!("{name}-{}", std::process::id());
        let env = format!("env = {{ END = '{end}', MARK = '{mark}' }}\n");
        let scenario = format!(
            "[scenario]\nname = '{name}'\n\
             [[process]]\nname = 'server'\ncommand = ['python3', 'main.py']\n{env}\
             [[process]]\nname = 'client'\ncommand = ['python3', 'main.py']\nneeds = ['server']\n\
             {env}timeout_s = 20\n\
             [[check]]\nname = 'ends'\nprocess = 'client'\nexit = 0\nwithin_s = 0\n"
        );
        let mut scene = Scene::of(name, &scenario);
        scene.write("server/main.py", SERVER);
        scene.write("client/main.py", CLIENT);
        Self { scene, mark }
    }

    /// Waits for the end of a run: its verdict, once nothing is left.
    fn end(&self, run: Child) -> Value {
        let verdict = self.scene.end(run);
        assert_eq!(self.processes(), [0; 0], "processes are left");
        let written = ["server/ports.txt", "client/ports.txt"].map(|file| self.scene.read(file));
        let ports: BTreeSet<u16> = written
            .iter()
            .flat_map(|ports| ports.split(' '))
            .map(|port| port.parse().expect("a port"))
            .collect();
        assert_eq!(ports.len(), 2, "{ports:?}");
        let left = ports.intersection(&listened_on()).count();
        assert_eq!(left, 0, "somebody listens on one of {ports:?}");
        verdict
    }

    fn run(&self) -> Value {
        self.end(self.scene.start())
    }

    /// The processes of this run, wherever they work and whoever is their parent.
    fn processes(&self) -> Vec<i32> {
        let mark = format!("MARK={}", self.mark);
        let entries = fs::read_dir("/proc").expect("processes").flatten();
        let numbers = entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
        let is_marked = |pid: &i32| {
            let environment = fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
            environment
                .split(|byte| *byte == 0)
                .any(|entry| entry == mark.as_bytes())
        };
        numbers.filter(is_marked).collect()
    }
}

/// The ports on which anybody on this machine listens.
fn listened_on() -> BTreeSet<u16> {
    let tables = ["/proc/net/tcp", "/proc/net/tcp6"].map(fs::read_to_string);
    let tables: Vec<String> = tables.into_iter().flatten().collect();
    let lines = tables.iter().flat_map(|table| table.lines());
    let ports = lines.filter_map(|line| {
        let fields: Vec<&str> = line.split_ascii_whitespace().collect();
        let port = fields.get(1)?.split_once(':')?.1;
        (fields[3] == "0A").then(|| u16::from_str_radix(port, 16).ok())?
    });
    ports.collect()
}

#[test]
fn after_a_right_run() {
    let verdict = Clutter::that("right", "left-right").run();
    assert_eq!(verdict["verdict"], "valid", "{verdict:#}");
}

#[test]
fn after_a_wrong_run() {
    let verdict = Clutter::that("wrong", "left-wrong").run();
    assert_eq!(verdict["verdict"], "invalid", "{verdict:#}");
}

#[test]
fn after_a_crash() {
    let verdict = Clutter::that("crash", "left-crash").run();
    let crash = &verdict["checks"][1]["anomalies"][0];
    assert_eq!(crash["type"], "exited-early", "{verdict:#}");
}

#[test]
fn after_a_signal() {
    for signal in [Signal::SIGINT, Signal::SIGTERM] {
        let clutter = Clutter::that("wait", &format!("left-{signal}"));
        let run = clutter.scene.start();
        while !clutter.scene.has_written("client/ports.txt") {
            std::thread::yield_now();
        }
        // Two programs, three children and perhaps what these went through.
        assert!(clutter.processes().len() >= 5);
        let pid = i32::try_from(run.id()).expect("a number");
        kill(Pid::from_raw(pid), signal).expect("a signal");
        let verdict = clutter.end(run);
        assert_eq!(verdict["interrupted"], true, "{verdict:#}");
        assert_eq!(verdict["verdict"], "unknown", "{verdict:#}");
    }
}
