//! A small world for nodes: time, a bad network, and disks, all drawn from one seed.

use std::collections::{BTreeMap, BTreeSet};

use nodes::{Instance, Outputs, Setup, build};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde_json::{Map, Value, json};

pub(crate) const MS: u64 = 1_000_000;
/// 2023-11-14, plus up to two seconds by which the clocks of nodes differ.
const WALL_NS: i64 = 1_700_000_000_000_000_000;

/// What the network may do to messages between nodes, and what may happen to nodes.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Faults {
    pub(crate) loss: bool,
    pub(crate) duplicate: bool,
    pub(crate) reorder: bool,
    pub(crate) partition: bool,
    pub(crate) oneway: bool,
    pub(crate) kill: bool,
    pub(crate) pause: bool,
}

impl Faults {
    pub(crate) fn named(names: &[&str]) -> Self {
        let has = |name| names.contains(&name);
        Self {
            loss: has("loss"),
            duplicate: has("duplicate"),
            reorder: has("reorder"),
            partition: has("partition"),
            oneway: has("oneway"),
            kill: has("kill"),
            pause: has("pause"),
        }
    }
}

/// What the nodes of a broadcast are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Topology {
    Grid,
    /// Nothing.
    Unknown,
}

struct Machine {
    /// None while it is down.
    process: Option<Instance>,
    disk: Vec<u8>,
    asleep_until_ns: u64,
}

pub(crate) struct World {
    name: &'static str,
    bug: Option<&'static str>,
    faults: Faults,
    topology: Topology,
    ids: Vec<String>,
    machines: Vec<Machine>,
    /// Messages on their way by time of arrival: receiver and line.
    network: BTreeMap<(u64, u64), (usize, Vec<u8>)>,
    cuts: BTreeSet<(usize, usize)>,
    pub(crate) rng: ChaCha8Rng,
    pub(crate) now_ns: u64,
    pub(crate) latency_ms: u64,
    requests: u64,
    /// How many messages nodes sent to each other.
    pub(crate) sent: u64,
}

impl World {
    pub(crate) fn new(
        name: &'static str,
        bug: Option<&'static str>,
        node_count: usize,
        faults: Faults,
        seed: u64,
    ) -> Self {
        let machine = || Machine {
            process: None,
            disk: Vec::new(),
            asleep_until_ns: 0,
        };
        let mut world = Self {
            name,
            bug,
            faults,
            topology: Topology::Grid,
            ids: (0..node_count).map(|i| format!("n{i}")).collect(),
            machines: (0..node_count).map(|_| machine()).collect(),
            network: BTreeMap::new(),
            cuts: BTreeSet::new(),
            rng: ChaCha8Rng::seed_from_u64(seed),
            now_ns: 0,
            latency_ms: 20,
            requests: 0,
            sent: 0,
        };
        world.boot_all(Topology::Grid);
        world
    }

    /// Starts all nodes, again if they run already.
    pub(crate) fn boot_all(&mut self, topology: Topology) {
        self.topology = topology;
        for node in 0..self.node_count() {
            self.boot(node);
        }
    }

    pub(crate) fn node_count(&self) -> usize {
        self.machines.len()
    }

    /// Asks a node, as a client; nodes of this room answer at once. None without an answer.
    pub(crate) fn ask(&mut self, node: usize, body: Value) -> Option<Map<String, Value>> {
        if self.is_away(node) {
            return None;
        }
        self.requests += 1;
        let mut body = body;
        body["msg_id"] = self.requests.into();
        let line = json!({"src": "c1", "dest": self.ids[node], "body": body}).to_string();
        let outputs = self.machines[node]
            .process
            .as_mut()?
            .on_line(self.now_ns, line.as_bytes());
        let replies = self.post(node, &outputs);
        let mine = |reply: &Map<String, Value>| reply["in_reply_to"] == self.requests;
        replies.into_iter().find(mine)
    }

    /// Whether a node is down or asleep.
    pub(crate) fn is_away(&self, node: usize) -> bool {
        let machine = &self.machines[node];
        machine.process.is_none() || machine.asleep_until_ns > self.now_ns
    }

    /// Lets some time pass.
    pub(crate) fn pass(&mut self, span_ns: u64) {
        let end_ns = self.now_ns + span_ns;
        while let Some((at_ns, event)) = self.next_event().filter(|e| e.0 <= end_ns) {
            self.now_ns = self.now_ns.max(at_ns);
            self.step(event);
        }
        self.now_ns = end_ns;
    }

    /// Perhaps does something bad, or undoes it.
    pub(crate) fn disturb(&mut self) {
        let (node, other) = (self.any_node(), self.any_node());
        let Faults {
            partition,
            oneway,
            kill,
            pause,
            ..
        } = self.faults;
        match self.rng.random_range(0..40) {
            0 if partition && node != other => {
                self.cuts.extend([(node, other), (other, node)]);
            }
            1 if oneway && node != other => {
                self.cuts.insert((node, other));
            }
            2 => self.cuts.clear(),
            3 if kill => self.machines[node].process = None,
            4 | 5 if self.machines[node].process.is_none() => self.boot(node),
            6 if pause => self.machines[node].asleep_until_ns = self.now_ns + 700 * MS,
            _ => {}
        }
    }

    /// Makes everything good again and gives nodes the time to notice.
    pub(crate) fn heal(&mut self) {
        self.faults = Faults::default();
        self.cuts.clear();
        for node in 0..self.node_count() {
            self.machines[node].asleep_until_ns = 0;
            if self.machines[node].process.is_none() {
                self.boot(node);
            }
        }
        self.pass(5_000 * MS);
    }

    pub(crate) fn any_node(&mut self) -> usize {
        self.rng.random_range(0..self.machines.len())
    }

    fn boot(&mut self, node: usize) {
        let setup = Setup {
            seed: self.rng.random(),
            wall_offset_ns: WALL_NS + self.rng.random_range(0..2_000) * MS as i64,
            storage: &self.machines[node].disk,
        };
        let instance = build(self.name, self.bug, setup).expect("a node of this room");
        self.machines[node].process = Some(instance);
        self.machines[node].asleep_until_ns = 0;
        let init = json!({"type": "init", "node_id": self.ids[node], "node_ids": self.ids});
        assert_eq!(self.ask(node, init).expect("awake")["type"], "init_ok");
        if self.name == "broadcast" && self.topology == Topology::Grid {
            let topology = grid(&self.ids);
            let reply = self.ask(node, json!({"type": "topology", "topology": topology}));
            assert_eq!(reply.expect("awake")["type"], "topology_ok");
        }
    }

    /// Stores and sends what a node did; returns what it said to clients.
    fn post(&mut self, node: usize, outputs: &Outputs) -> Vec<Map<String, Value>> {
        self.machines[node].disk.extend(&outputs.stored);
        let mut replies = Vec::new();
        for line in outputs.lines() {
            let message: Value = serde_json::from_slice(line).expect("JSON");
            assert_eq!(message["src"], *self.ids[node]);
            match self.ids.iter().position(|id| message["dest"] == **id) {
                Some(dest) => self.carry(node, dest, line),
                None => replies.extend(message["body"].as_object().cloned()),
            }
        }
        replies
    }

    fn carry(&mut self, from: usize, to: usize, line: &[u8]) {
        self.sent += 1;
        let Faults {
            loss,
            duplicate,
            reorder,
            ..
        } = self.faults;
        if self.cuts.contains(&(from, to)) || loss && self.rng.random_bool(0.3) {
            return;
        }
        let copies = if duplicate && self.rng.random_bool(0.3) {
            2
        } else {
            1
        };
        for copy in 0..copies {
            let latency_ms = match reorder {
                true => self.rng.random_range(0..400),
                false => self.latency_ms,
            };
            let at = (self.now_ns + latency_ms * MS, 2 * self.sent + copy);
            self.network.insert(at, (to, line.to_vec()));
        }
    }

    fn next_event(&self) -> Option<(u64, Event)> {
        let mail = self.network.first_key_value();
        let mail = mail.map(|(at, (node, _))| (at.0, *node, Event::Mail(*at)));
        let timers = self
            .machines
            .iter()
            .enumerate()
            .filter_map(|(node, machine)| {
                let at_ns = machine.process.as_ref()?.next_deadline_ns()?;
                Some((at_ns, node, Event::Timer(node)))
            });
        // A sleeper gets everything when it wakes up.
        let awake = |(at_ns, node, event): (u64, usize, Event)| {
            (at_ns.max(self.machines[node].asleep_until_ns), event)
        };
        timers.chain(mail).map(awake).min_by_key(|e| e.0)
    }

    fn step(&mut self, event: Event) {
        let (node, line) = match event {
            Event::Timer(node) => (node, None),
            Event::Mail(at) => {
                let (node, line) = self.network.remove(&at).expect("it was there");
                (node, Some(line))
            }
        };
        let now_ns = self.now_ns;
        let Some(process) = &mut self.machines[node].process else {
            return;
        };
        let outputs = match line {
            Some(line) => process.on_line(now_ns, &line),
            None => process.on_timer(now_ns),
        };
        assert_eq!(String::from_utf8_lossy(&outputs.stderr), "");
        self.post(node, &outputs);
    }
}

#[derive(Clone, Copy)]
enum Event {
    Mail((u64, u64)),
    Timer(usize),
}

/// Every node with its neighbours to the left, right, above and below.
pub(crate) fn grid(ids: &[String]) -> Map<String, Value> {
    let side = (1..).find(|s| s * s >= ids.len()).expect("there is one");
    let near = |i: usize, j: usize| {
        let (dx, dy) = ((i % side).abs_diff(j % side), (i / side).abs_diff(j / side));
        dx + dy == 1
    };
    let neighbours = |i: usize| -> Value {
        (0..ids.len())
            .filter(|j| near(i, *j))
            .map(|j| ids[j].as_str())
            .collect()
    };
    (0..ids.len())
        .map(|i| (ids[i].clone(), neighbours(i)))
        .collect()
}
