//! Replicas as processes: three of them, asked over HTTP, killed and started again.
//!
//! The processes are this test program itself, told to run nothing but `a_replica` or `a_client`.

use std::net::TcpStream;
use std::process::Command;

use nodes::quorum::{STORAGE, run_client, run_replica};
use serde_json::Value;

use crate::cluster::{CLIENT, Cluster, REPLICA, ROLE};

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
