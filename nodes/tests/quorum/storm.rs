//! Clients at three processes all at once, while these are killed and started again.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use nodes::quorum::Reply;
use serde_json::Value;

use crate::cluster::Cluster;
use crate::history::{Operation, What, violations};

const CLIENTS: usize = 4;
const OPERATIONS: usize = 30;

/// How many operations are done between two kills.
const PACE: usize = 8;

/// What clients and the one who kills know of each other.
#[derive(Default)]
struct Storm {
    clock: AtomicU64,
    done: AtomicUsize,
    killed: AtomicUsize,
}

impl Storm {
    fn now(&self) -> u64 {
        self.clock.fetch_add(1, Ordering::SeqCst)
    }

    /// Whether so much is done that so many more kills are due.
    fn is_time(&self, more: usize) -> bool {
        let killed = self.killed.load(Ordering::SeqCst);
        self.done.load(Ordering::SeqCst) >= PACE * (killed + more)
    }
}

/// What a client at these ports saw. Every third operation is a GET of the key that was written
/// before it.
fn client(number: usize, ports: &[u16], storm: &Storm) -> Vec<Operation> {
    let mut seen = Vec::new();
    for i in 0..OPERATIONS {
        // Those who meet a dead replica are quick: they wait for the next kill.
        while storm.is_time(3) {
            std::thread::yield_now();
        }
        let key = format!("k{}", (i / 3 + number) % 3);
        let what = match i % 3 {
            2 => What::Get,
            _ => What::Put(format!("{number}-{i}")),
        };
        let (method, value) = match &what {
            What::Put(value) => ("PUT", value.as_str()),
            What::Get => ("GET", ""),
        };
        let invoked = storm.now();
        let port = ports[(number + i) % ports.len()];
        let answer = Cluster::try_to_ask(port, method, &format!("/kv/{key}"), value);
        let reply = match answer {
            Ok((200, body)) => reply_of(&what, body),
            Ok((404, _)) => Some(Reply::Absent),
            Ok(_) | Err(_) => None,
        };
        seen.push(Operation {
            client: number,
            key,
            what,
            invoked,
            returned: reply.map(|reply| (storm.now(), reply)),
        });
        storm.done.fetch_add(1, Ordering::SeqCst);
    }
    seen
}

/// What an answer means, unless it was cut off.
fn reply_of(what: &What, body: Value) -> Option<Reply> {
    match what {
        What::Get => serde_json::from_value(body).ok().map(Reply::Found),
        What::Put(_) => {
            let version = serde_json::from_value(body.get("version")?.clone());
            version.ok().map(Reply::Stored)
        }
    }
}

#[test]
fn replicas_that_are_killed_all_the_time_are_an_atomic_store() {
    let mut cluster = Cluster::new("quorum-storm");
    (0..3).for_each(|at| cluster.start(at));
    let storm = Storm::default();
    let ports = cluster.ports.clone();
    let history: Vec<Operation> = std::thread::scope(|scope| {
        let begin = |number| {
            let (ports, storm) = (&ports, &storm);
            scope.spawn(move || client(number, ports, storm))
        };
        let clients: Vec<_> = (0..CLIENTS).map(begin).collect();
        while !clients
            .iter()
            .all(std::thread::ScopedJoinHandle::is_finished)
        {
            if storm.is_time(1) {
                let victim = storm.killed.load(Ordering::SeqCst) % 3;
                cluster.kill(victim);
                cluster.start(victim);
                storm.killed.fetch_add(1, Ordering::SeqCst);
            }
            std::thread::yield_now();
        }
        let seen = clients
            .into_iter()
            .map(|client| client.join().expect("a client"));
        seen.flatten().collect()
    });
    let killed = storm.killed.into_inner();
    assert!(killed >= CLIENTS * OPERATIONS / PACE - 3, "{killed}");
    let answered = history.iter().filter(|o| o.returned.is_some()).count();
    assert!(answered > CLIENTS * OPERATIONS / 3, "{answered}");
    let seen = violations(&history);
    assert!(seen.is_empty(), "{seen:?}: {history:#?}");
}
