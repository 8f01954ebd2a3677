//! What a scenario says about the workload.

use checker::levels::Level;

use super::mapping::Mapping;

/// What clients do, how it is sent, and what must hold.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// The level that must hold.
    pub level: Level,
    /// What it is worth.
    pub points: u32,
    /// How many keys are written and read.
    pub keys: u64,
    /// Operations a second, over all clients.
    pub rate: f64,
    /// For how long clients begin operations, in seconds.
    pub time_limit_s: f64,
    /// How long they wait for an answer, in milliseconds.
    pub timeout_ms: u64,
    /// Which part of the operations are reads, where a client says nothing else.
    pub read_share: f64,
    /// Which part of the operations must be acknowledged or answered, at least.
    pub availability: f64,
    /// Operations as HTTP.
    pub mapping: Mapping,
    /// The clients, in the order of the file.
    pub clients: Vec<ClientSetup>,
}

/// A client, which does one thing after the other.
#[derive(Debug, Clone, PartialEq)]
pub struct ClientSetup {
    /// Its name, unique among clients and programs.
    pub name: String,
    /// Whom it asks, in turn: one at least.
    pub to: Vec<String>,
    /// Which part of its operations are reads.
    pub reads: f64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            level: Level::Regular,
            points: 10,
            keys: 3,
            rate: 100.0,
            time_limit_s: 3.0,
            timeout_ms: 1000,
            read_share: 0.5,
            availability: 0.0,
            mapping: Mapping::default(),
            clients: Vec::new(),
        }
    }
}

impl Settings {
    /// The clients of a scenario that names none: one for each of these programs, and one that asks
    /// all of them in turn.
    #[must_use]
    pub fn clients_of(&self, programs: &[String]) -> Vec<ClientSetup> {
        let client = |number: usize, to: &[String]| ClientSetup {
            name: format!("c{number}"),
            to: to.to_vec(),
            reads: self.read_share,
        };
        let own = programs.iter().enumerate();
        let mut all: Vec<ClientSetup> = own
            .map(|(number, program)| client(number, std::slice::from_ref(program)))
            .collect();
        if programs.len() > 1 {
            all.push(client(programs.len(), programs));
        }
        all
    }

    /// How long a client pauses between two operations, on average, in seconds.
    #[must_use]
    pub fn pause_s(&self) -> f64 {
        self.clients.len() as f64 / self.rate
    }
}
