//! Tokio on one thread: one task that waits for lines and timers at once.

#![expect(
    clippy::disallowed_methods,
    reason = "a program as people write it, with pauses"
)]

mod chance;
mod node;

use std::io;
use std::time::Duration;

use node::{INTERVAL, Node};
use tokio::io::{AsyncBufReadExt, BufReader};

#[tokio::main(flavor = "current_thread")]
async fn main() -> io::Result<()> {
    let mut node = Node::open()?;
    let mut lines = BufReader::new(tokio::io::stdin()).lines();
    let mut interval = tokio::time::interval(INTERVAL);
    loop {
        tokio::select! {
            line = lines.next_line() => match line? {
                Some(line) => node.handle(&line)?,
                // The runtime would wait for the thread that reads stdin.
                None => std::process::exit(0),
            },
            _ = interval.tick() => {
                let found = if node.quiet { None } else { Some(chance::take()?) };
                node.gossip(found.as_ref())?;
            }
            () = tokio::time::sleep(Duration::from_millis(30)), if !node.quiet => {
                // Nothing to do: a timer that is thrown away whenever another branch comes first.
            }
        }
    }
}
