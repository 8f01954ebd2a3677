//! Replicas in a network that delays, loses and reorders, on machines that crash.

use std::collections::{BTreeMap, BTreeSet};

use nodes::quorum::{Answer, Ask, Call, Effect, Replica, Reply};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::history::{Operation, What};

/// How long a replica waits for a peer.
pub(crate) const TIMEOUT_MS: u64 = 500;

struct Machine {
    /// None while it is down.
    replica: Option<Replica>,
    disk: Vec<String>,
    /// How often it was started. What was asked in an earlier life is not waited for.
    life: u32,
}

/// Something that will happen.
enum Event {
    /// A question reaches a peer.
    Question(Question),
    /// A question leaves later than it was decided on.
    Ask(usize, u32, Ask),
    /// The answer to a question, or the end of waiting for it.
    Answer(Question, Option<Answer>),
    /// A machine that is down starts again.
    Start(usize),
    /// A client that waits for nobody does what comes next.
    Client(usize),
}

#[derive(Clone)]
struct Question {
    id: u64,
    from: usize,
    life: u32,
    to: usize,
    ask: Ask,
    /// When the answer comes if it comes, measured from the question's arrival; never when lost.
    back_ms: Option<u64>,
}

/// What may go wrong, in percent.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Chances {
    pub(crate) loss: u32,
    pub(crate) crash: u32,
    /// The longest way between two replicas; each message draws its own.
    pub(crate) delay_ms: u64,
}

pub(crate) struct Network {
    bug: Option<&'static str>,
    machines: Vec<Machine>,
    events: BTreeMap<(u64, u64), Event>,
    made: u64,
    waiting: BTreeSet<u64>,
    pub(crate) now_ms: u64,
    pub(crate) chances: Chances,
    /// Links with a delay of their own; without one they are cut.
    pub(crate) links: BTreeMap<(usize, usize), Option<u64>>,
    pub(crate) rng: ChaCha8Rng,
    pub(crate) history: Vec<Operation>,
    /// How many operations each client still has to do, and on how many keys.
    to_do: BTreeMap<usize, usize>,
    keys: usize,
}

pub(crate) fn name(machine: usize) -> String {
    format!("peer{machine}")
}

impl Network {
    pub(crate) fn new(replicas: usize, bug: Option<&'static str>, seed: u64) -> Self {
        let machine = |_| Machine {
            replica: None,
            disk: Vec::new(),
            life: 0,
        };
        let mut network = Self {
            bug,
            machines: (0..replicas).map(machine).collect(),
            events: BTreeMap::new(),
            made: 0,
            waiting: BTreeSet::new(),
            now_ms: 0,
            chances: Chances::default(),
            links: BTreeMap::new(),
            rng: ChaCha8Rng::seed_from_u64(seed),
            history: Vec::new(),
            to_do: BTreeMap::new(),
            keys: 1,
        };
        (0..replicas).for_each(|machine| network.start(machine));
        network
    }

    fn start(&mut self, at: usize) {
        let peers = (0..self.machines.len()).filter(|i| *i != at).map(name);
        let mut replica = Replica::new(&name(at), peers, self.bug).expect("a bug of the zoo");
        let machine = &mut self.machines[at];
        machine.disk.iter().for_each(|line| replica.recover(line));
        machine.replica = Some(replica);
        machine.life += 1;
    }

    pub(crate) fn crash(&mut self, at: usize) {
        self.machines[at].replica = None;
    }

    fn after(&mut self, ms: u64, event: Event) {
        self.made += 1;
        self.events.insert((self.now_ms + ms, self.made), event);
    }

    fn happens(&mut self, percent: u32) -> bool {
        self.rng.random_range(0..100) < percent
    }

    /// How long a message takes on this link; none when it is lost.
    fn way(&mut self, from: usize, to: usize) -> Option<u64> {
        if let Some(link) = self.links.get(&(from, to)) {
            return *link;
        }
        let longest_ms = self.chances.delay_ms.max(1);
        let lost = self.happens(self.chances.loss);
        let ms = self.rng.random_range(1..=longest_ms);
        (!lost).then_some(ms)
    }

    /// Carries out what a replica wants; it may crash in the middle.
    fn carry_out(&mut self, at: usize, effects: Vec<Effect>) {
        for effect in effects {
            if self.happens(self.chances.crash) {
                self.crash(at);
                let ms = self.rng.random_range(1..3 * TIMEOUT_MS);
                return self.after(ms, Event::Start(at));
            }
            let life = self.machines[at].life;
            match effect {
                Effect::Append(line) => self.machines[at].disk.push(line),
                Effect::Ask(ask) if ask.after_ms == 0 => self.ask(at, life, ask),
                Effect::Ask(ask) => self.after(ask.after_ms, Event::Ask(at, life, ask)),
                Effect::Reply { operation, reply } => {
                    let operation = &mut self.history[operation as usize];
                    assert!(operation.returned.is_none(), "one reply to each client");
                    operation.returned = Some((self.now_ms, reply));
                    let client = operation.client;
                    self.after(0, Event::Client(client));
                }
            }
        }
    }

    fn ask(&mut self, from: usize, life: u32, ask: Ask) {
        let peers = 0..self.machines.len();
        let to = peers
            .into_iter()
            .find(|i| name(*i) == ask.call.peer)
            .expect("a peer");
        self.made += 1;
        let question = Question {
            id: self.made,
            from,
            life,
            to,
            ask,
            back_ms: self.way(from, to),
        };
        self.waiting.insert(question.id);
        self.after(TIMEOUT_MS, Event::Answer(question.clone(), None));
        if let Some(ms) = self.way(from, to) {
            self.after(ms, Event::Question(question));
        }
    }

    /// Lets the next thing happen; false when nothing will.
    pub(crate) fn step(&mut self) -> bool {
        let Some(((now_ms, _), event)) = self.events.pop_first() else {
            return false;
        };
        self.now_ms = now_ms;
        match event {
            Event::Question(question) => self.serve(question),
            Event::Answer(question, answer) => self.answer(&question, answer),
            Event::Ask(at, life, ask) => {
                let machine = &self.machines[at];
                if machine.life == life && machine.replica.is_some() {
                    self.ask(at, life, ask);
                }
            }
            Event::Start(at) => self.start(at),
            Event::Client(client) => self.client(client),
        }
        true
    }

    fn serve(&mut self, question: Question) {
        let machine = &mut self.machines[question.to];
        let answer = machine.replica.as_mut().map(|replica| {
            let Ask { key, request, .. } = question.ask.clone();
            let (line, answer) = replica.serve(&key, request);
            machine.disk.extend(line);
            answer
        });
        if let Some(ms) = question.back_ms {
            self.after(ms, Event::Answer(question, answer));
        }
    }

    fn answer(&mut self, question: &Question, answer: Option<Answer>) {
        let call: &Call = &question.ask.call;
        let machine = &mut self.machines[question.from];
        if !self.waiting.remove(&question.id) || machine.life != question.life {
            return;
        }
        if let Some(replica) = &mut machine.replica {
            let effects = replica.answered(call, answer);
            self.carry_out(question.from, effects);
        }
    }

    /// Lets everything happen that is to happen before this time.
    pub(crate) fn pass(&mut self, ms: u64) {
        let end_ms = self.now_ms + ms;
        while self
            .events
            .first_key_value()
            .is_some_and(|((at_ms, _), _)| *at_ms < end_ms)
        {
            self.step();
        }
        self.now_ms = end_ms;
    }

    /// Begins an operation at a replica; returns its number, or nothing when the replica is down.
    pub(crate) fn invoke(
        &mut self,
        client: usize,
        at: usize,
        key: &str,
        what: What,
    ) -> Option<usize> {
        let number = self.history.len();
        let replica = self.machines[at].replica.as_mut()?;
        let effects = match &what {
            What::Put(value) => replica.put(number as u64, key, value),
            What::Get => replica.get(number as u64, key),
        };
        self.history.push(Operation {
            client,
            key: key.to_owned(),
            what,
            invoked: self.now_ms,
            returned: None,
        });
        self.carry_out(at, effects);
        Some(number)
    }

    /// Does an operation and waits for its reply.
    pub(crate) fn do_it(&mut self, at: usize, what: What) -> Reply {
        let number = self.invoke(0, at, "k", what).expect("a replica that is up");
        while self.history[number].returned.is_none() {
            assert!(self.step(), "a reply comes");
        }
        // Whoever asks next does so later.
        self.pass(1);
        let (_, reply) = self.history[number].returned.clone().expect("a reply");
        reply
    }

    /// Lets so many clients do so many operations each, one after the other, all at random.
    pub(crate) fn run(&mut self, clients: usize, operations: usize, keys: usize) {
        self.keys = keys;
        for client in 0..clients {
            self.to_do.insert(client, operations);
            self.after(0, Event::Client(client));
        }
        while self.step() {}
    }

    /// A client begins its next operation, unless it is done or waits for a reply.
    fn client(&mut self, client: usize) {
        let Some(left) = self.to_do.get_mut(&client).filter(|left| **left > 0) else {
            return;
        };
        *left -= 1;
        let at = self.rng.random_range(0..self.machines.len());
        let key = format!("k{}", self.rng.random_range(0..self.keys));
        let what = match self.happens(50) {
            true => What::Put(format!("v{}", self.history.len())),
            false => What::Get,
        };
        let begun = self.invoke(client, at, &key, what);
        let replied = begun.is_some_and(|number| self.history[number].returned.is_some());
        if !replied {
            // One that hears nothing goes on some time.
            self.after(4 * TIMEOUT_MS, Event::Client(client));
        }
    }
}
