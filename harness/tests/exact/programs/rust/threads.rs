//! Threads of the standard library and channels between them, with timeouts.
#![expect(
    clippy::disallowed_methods,
    clippy::print_stderr,
    reason = "a program as people write it, with clocks and pauses"
)]

mod chance;
mod node;

use std::io;
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread;
use std::time::Duration;

use node::{INTERVAL, Node};

enum Event {
    Line(String),
    Tick,
    End,
}

fn main() -> io::Result<()> {
    let (sender, events) = mpsc::channel();
    let ticks = sender.clone();
    thread::spawn(move || read(&sender));
    thread::spawn(move || tick(&ticks));

    let mut node = Node::open()?;
    let mut idle = 0;
    let patience = Duration::from_millis(if node.quiet { 1000 } else { 40 });
    loop {
        match events.recv_timeout(patience) {
            Ok(Event::Line(line)) => node.handle(&line)?,
            Ok(Event::Tick) => node.gossip(extras(&node)?.as_ref())?,
            Ok(Event::End) | Err(RecvTimeoutError::Disconnected) => return Ok(()),
            Err(RecvTimeoutError::Timeout) => idle += 1,
        }
        if idle == 100 {
            eprintln!("idle a hundred times");
            idle = 0;
        }
    }
}

fn read(events: &Sender<Event>) {
    let lines = io::stdin().lines().map_while(Result::ok).map(Event::Line);
    for event in lines.chain([Event::End]) {
        if events.send(event).is_err() {
            return;
        }
    }
}

fn tick(events: &Sender<Event>) {
    while events.send(Event::Tick).is_ok() {
        thread::sleep(INTERVAL);
    }
}

/// What two further threads found.
fn extras(node: &Node) -> io::Result<Option<serde_json::Value>> {
    if node.quiet {
        return Ok(None);
    }
    let threads = [thread::spawn(chance::take), thread::spawn(chance::take)];
    let found = threads.map(|thread| thread.join().unwrap_or(Err(io::ErrorKind::Other.into())));
    let found: io::Result<Vec<_>> = found.into_iter().collect();
    Ok(Some(found?.into()))
}
