//! A node for {{workload}}. It answers init, and nothing else yet.

use serde_json::{json, Value};
use std::io::{self, BufRead, Write};

#[derive(Default)]
struct Node {
    /// Who this node is, known after init.
    id: String,
    /// All nodes, this one too.
    ids: Vec<String>,
    next_msg_id: u64,
}

impl Node {
    /// Sends a message to a client or to another node.
    fn send(&mut self, dest: &Value, mut body: Value) -> io::Result<()> {
        body["msg_id"] = json!(self.next_msg_id);
        self.next_msg_id += 1;
        let mut out = io::stdout().lock();
        writeln!(out, "{}", json!({"src": self.id, "dest": dest, "body": body}))?;
        // Without flush the line may stay in a buffer and nobody ever sees it.
        out.flush()
    }

    /// Answers a request; in_reply_to says which one.
    fn reply(&mut self, request: &Value, mut body: Value) -> io::Result<()> {
        body["in_reply_to"] = request["body"]["msg_id"].clone();
        self.send(&request["src"], body)
    }

    fn handle(&mut self, message: &Value) -> io::Result<()> {
        let body = &message["body"];
        match body["type"].as_str().unwrap_or_default() {
            "init" => {
                self.id = body["node_id"].as_str().unwrap_or_default().to_owned();
                self.ids = serde_json::from_value(body["node_ids"].clone())?;
                // stdout belongs to the messages; this goes to stderr.
                eprintln!("I am {} of {:?}", self.id, self.ids);
                self.reply(message, json!({"type": "init_ok"}))
            }
            // Add the requests of {{workload}} here, each with an arm:
            // {{rpcs}}
            _ if body.get("in_reply_to").is_some() => Ok(()), // an answer to something we sent
            _ if body.get("msg_id").is_none() => Ok(()),
            other => {
                let text = format!("this node does not know {other}");
                self.reply(message, json!({"type": "error", "code": 10, "text": text}))
            }
        }
    }
}

fn main() -> io::Result<()> {
    let mut node = Node::default();
    for line in io::stdin().lock().lines() {
        let line = line?;
        if !line.trim().is_empty() {
            node.handle(&serde_json::from_str(&line)?)?;
        }
    }
    Ok(())
}
