//! Tokio with four worker threads: a task for each message, an interval, and its pool for what
//! blocks.

mod chance;
mod node;

use std::io;
use std::sync::Arc;

use node::{INTERVAL, Node};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::sync::Mutex;
use tokio::time::MissedTickBehavior;

#[tokio::main(flavor = "multi_thread", worker_threads = 4)]
async fn main() -> io::Result<()> {
    let node = Arc::new(Mutex::new(Node::open()?));
    let gossiping = tokio::spawn(gossip(Arc::clone(&node)));
    let mut lines = BufReader::new(tokio::io::stdin()).lines();
    while let Some(line) = lines.next_line().await? {
        let node = Arc::clone(&node);
        tokio::spawn(async move { node.lock().await.handle(&line) });
    }
    gossiping.abort();
    std::process::exit(0)
}

async fn gossip(node: Arc<Mutex<Node>>) -> io::Result<()> {
    let mut interval = tokio::time::interval(INTERVAL);
    interval.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let quiet = node.lock().await.quiet;
    loop {
        interval.tick().await;
        let mut found = None;
        if !quiet {
            let jobs = [(); 3].map(|()| tokio::task::spawn_blocking(chance::take));
            let mut all = Vec::new();
            for job in jobs {
                all.push(job.await??);
            }
            found = Some(serde_json::Value::from(all));
        }
        node.lock().await.gossip(found.as_ref())?;
    }
}
