//! Runs nodes that gossip under virtual time, and prints a fingerprint of every byte they wrote.
//!
//! `cargo run --release -p vtime --example gossip -- SEED NODES SECONDS PROGRAM [ARGS]`: each node
//! gets an `init` message and every line that another node addresses to it, 1 to 10 ms later.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program for people"
)]

use std::collections::BTreeMap;
use std::ffi::CString;
use std::hash::{DefaultHasher, Hash, Hasher};

use vtime::{Command, Progress, Settings, What, World};

const MS: u64 = 1_000_000;

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let [seed, nodes, seconds, program @ ..] = &words[..] else {
        eprintln!("usage: gossip SEED NODES SECONDS PROGRAM [ARGS]");
        return;
    };
    let number = |text: &String| text.parse::<u64>().expect("a number");
    let (seed, nodes, end_ns) = (
        number(seed),
        number(nodes) as usize,
        number(seconds) * 1000 * MS,
    );
    let settings = Settings {
        seed,
        looks_from_inside: std::env::var_os("INSIDE").is_some(),
        ..Settings::default()
    };
    let mut world = World::new(settings, nodes).expect("virtual time");
    for node in 0..nodes {
        world.start(node, &command(program)).expect("a program");
    }
    let mut network = Network::new(seed, nodes);
    let mut events = Vec::new();
    while world.now_ns() < end_ns {
        if world.run(&mut events) == Progress::Unfinished {
            continue;
        }
        for event in events.drain(..) {
            network.heard(event.time_ns, event.node, &event.what);
        }
        let next = world
            .next_deadline_ns()
            .into_iter()
            .chain(network.next_ns())
            .min();
        let Some(next) = next else {
            eprintln!("nothing is left to happen at {} ms", world.now_ns() / MS);
            break;
        };
        world.advance_to(next);
        while let Some((node, line)) = network.due(world.now_ns()) {
            world.send(node, &line);
        }
    }
    println!("{:016x} {:?}", network.hash.finish(), world.figures());
    println!(
        "{} {:?}",
        world.level(),
        world.ledger().remarks().collect::<Vec<_>>()
    );
}

fn command(words: &[String]) -> Command {
    let text = |text: &str| CString::new(text).expect("a text without zeros");
    Command {
        program: text(&words[0]),
        args: words.iter().map(|w| text(w)).collect(),
        env: [
            "PATH=/usr/local/bin:/usr/bin:/bin",
            "HOME=/",
            "LANG=C.UTF-8",
            "PYTHONDONTWRITEBYTECODE=1",
        ]
        .map(text)
        .to_vec(),
        directory: "/tmp".into(),
        stderr: None,
    }
}

/// Lines on their way, and the fingerprint of all of them.
struct Network {
    chance: u64,
    sent: u64,
    queue: BTreeMap<(u64, u64), (usize, Vec<u8>)>,
    halves: Vec<Vec<u8>>,
    hash: DefaultHasher,
}

impl Network {
    fn new(seed: u64, nodes: usize) -> Self {
        let mut network = Self {
            chance: seed,
            sent: 0,
            queue: BTreeMap::new(),
            halves: vec![Vec::new(); nodes],
            hash: DefaultHasher::new(),
        };
        let ids: Vec<String> = (1..=nodes).map(|n| format!("\"n{n}\"")).collect();
        for node in 0..nodes {
            let line = format!(
                "{{\"src\":\"c0\",\"dest\":\"n{0}\",\"body\":{{\"type\":\"init\",\"msg_id\":1,\
                 \"node_id\":\"n{0}\",\"node_ids\":[{1}]}}}}\n",
                node + 1,
                ids.join(",")
            );
            network.post(1_000 * MS, node, line.into_bytes());
        }
        network
    }

    fn post(&mut self, at_ns: u64, node: usize, line: Vec<u8>) {
        self.sent += 1;
        self.queue.insert((at_ns, self.sent), (node, line));
    }

    fn heard(&mut self, time_ns: u64, node: usize, what: &What) {
        match what {
            What::Stdout(bytes) => {
                (time_ns, node, &bytes[..]).hash(&mut self.hash);
                self.halves[node].extend_from_slice(bytes);
                while let Some(end) = self.halves[node].iter().position(|b| *b == b'\n') {
                    let line: Vec<u8> = self.halves[node].drain(..=end).collect();
                    self.route(time_ns, line);
                }
            }
            What::Stderr(bytes) => eprintln!("n{}: {}", node + 1, String::from_utf8_lossy(bytes)),
            What::Exited(exit) => eprintln!("n{}: {exit}", node + 1),
        }
    }

    fn route(&mut self, time_ns: u64, line: Vec<u8>) {
        if std::env::var_os("SHOW").is_some() {
            print!("{time_ns} {}", String::from_utf8_lossy(&line));
        }
        let text = String::from_utf8_lossy(&line);
        let dest = text
            .split("\"dest\"")
            .nth(1)
            .and_then(|rest| rest.split('"').nth(1));
        let node = dest
            .and_then(|d| d.strip_prefix('n'))
            .and_then(|n| n.parse::<usize>().ok());
        self.chance = self
            .chance
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        let delay_ns = MS + (self.chance >> 33) % (9 * MS);
        if let Some(node) = node
            && (1..=self.halves.len()).contains(&node)
        {
            self.post(time_ns + delay_ns, node - 1, line);
        }
    }

    fn next_ns(&self) -> Option<u64> {
        self.queue.keys().next().map(|(at_ns, _)| *at_ns)
    }

    fn due(&mut self, now_ns: u64) -> Option<(usize, Vec<u8>)> {
        let entry = self.queue.first_entry().filter(|e| e.key().0 <= now_ns)?;
        Some(entry.remove())
    }
}
