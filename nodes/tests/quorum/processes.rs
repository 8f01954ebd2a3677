//! Replicas as processes: three of them, asked over HTTP, killed and started again.
//!
//! The processes are this test program itself, told to run nothing but `a_replica` or `a_client`.

use std::net::TcpStream;
use std::process::Command;

use nodes::quorum::{QUORUM_BUGS, STORAGE, run_client, run_replica};
use serde_json::Value;

use crate::cluster::{BUG, CLIENT, Cluster, REPLICA, ROLE};

#[test]
fn a_replica() {
    if std::env::var(ROLE).is_ok_and(|role| role == "a_replica") {
        run_replica(std::env::var(BUG).ok().as_deref()).expect("a replica");
    }
}

#[test]
fn a_client() {
    if std::env::var(ROLE).is_ok_and(|role| role == "a_client") {
        run_client().expect("a client");
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
    assert_eq!(cluster.result_of(&CLIENT), "k1=alpha\nk2=beta\n");
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
    let mut command = cluster.command(&REPLICA, "peer0", 0);
    let output = command.env("PORT", cluster.ports[2].to_string()).output();
    let output = output.expect("a process");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success() && said.contains("InUse"), "{said}");
}

/// What replicas say in a situation, in a few words: one that is in order, then one with the bug.
type Scene = (
    &'static str,
    fn(&mut Cluster) -> Value,
    &'static str,
    &'static str,
);

const SCENES: [Scene; 6] = [
    (
        "write-one",
        put_alone,
        "no quorum: 1 of 2 replicas answered",
        "1-peer0",
    ),
    (
        "alone-when-cut",
        put_alone,
        "no quorum: 1 of 2 replicas answered",
        "1-peer0",
    ),
    (
        "read-one",
        get_where_it_is_missing,
        "v",
        "nobody wrote this key",
    ),
    ("version-tie", put_among_three, "1-peer0", "1"),
    (
        "ack-before-replication",
        kill_the_writer,
        "v",
        "nobody wrote this key",
    ),
    ("no-read-repair", get_and_kill, "v", "nobody wrote this key"),
];

/// The one thing that an answer says.
fn said((_, mut body): (u16, Value)) -> Value {
    ["error", "value", "version"]
        .iter()
        .find_map(|name| Some(body.get_mut(*name)?.take()))
        .expect("an answer")
}

fn put_alone(cluster: &mut Cluster) -> Value {
    cluster.start(0);
    said(cluster.ask(0, "PUT", "/kv/k", "v"))
}

fn put_among_three(cluster: &mut Cluster) -> Value {
    (0..3).for_each(|at| cluster.start(at));
    said(cluster.ask(0, "PUT", "/kv/k", "v"))
}

fn get_where_it_is_missing(cluster: &mut Cluster) -> Value {
    (0..2).for_each(|at| cluster.start(at));
    cluster.ask(0, "PUT", "/kv/k", "v");
    cluster.start(2);
    said(cluster.ask(2, "GET", "/kv/k", ""))
}

fn kill_the_writer(cluster: &mut Cluster) -> Value {
    put_among_three(cluster);
    cluster.kill(0);
    said(cluster.ask(1, "GET", "/kv/k", ""))
}

/// A PUT has come as far as one replica. It is read there, and then somewhere else.
fn get_and_kill(cluster: &mut Cluster) -> Value {
    let dir = cluster.dir.join("peer0");
    std::fs::create_dir_all(&dir).expect("a directory");
    let line = r#"{"key":"k","value":"v","version":"1-peer0"}"#;
    std::fs::write(dir.join(STORAGE), format!("{line}\n")).expect("a file");
    (0..3).for_each(|at| cluster.start(at));
    assert_eq!(cluster.get(0, "k"), (200, "v".into()));
    cluster.kill(0);
    said(cluster.ask(1, "GET", "/kv/k", ""))
}

#[test]
fn each_bug_shows_in_processes_too() {
    assert_eq!(SCENES.len(), QUORUM_BUGS.len());
    for (bug, scene, right, wrong) in SCENES {
        for (bug, expected) in [(None, right), (Some(bug), wrong)] {
            let mut cluster = Cluster::new("quorum-zoo");
            cluster.bug = bug;
            assert_eq!(scene(&mut cluster), expected, "{bug:?}");
        }
    }
}
