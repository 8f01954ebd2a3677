//! Everything that can be said about a run, by the flags of `test` or the keys of a suite.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

/// The options of one run. Names, meanings and defaults are those of Maelstrom where it has them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct RunOptions {
    /// Which workload: one of `splitbrain list workloads`.
    pub workload: String,
    /// How many nodes; they are called n0, n1, ...
    pub node_count: usize,
    /// How many clients: a number, or `2n` for two per node.
    pub concurrency: Concurrency,
    /// Operations per second over all clients; 0 means none.
    pub rate: f64,
    /// How long clients issue operations, in seconds.
    pub time_limit: f64,
    /// Mean latency between nodes, in milliseconds.
    pub latency: f64,
    /// How latencies are distributed around the mean.
    pub latency_dist: LatencyDist,
    /// The faults to inject.
    pub nemesis: Vec<Fault>,
    /// Mean time between the beginning or end of faults, in seconds.
    pub nemesis_interval: f64,
    /// Which neighbours the broadcast workload gives to nodes.
    pub topology: Topology,
    /// The share of operations that must succeed: `total`, or a number from 0 to 1.
    pub availability: Option<Availability>,
    /// How many keys are in use at a time, where a workload has keys.
    pub key_count: Option<usize>,
    /// The probability that a message between nodes is lost.
    pub loss: f64,
    /// The probability that a message between nodes arrives twice.
    pub duplicate: f64,
    /// How long a client waits for an answer, in milliseconds.
    pub timeout: u64,
    /// How long a node may take to answer `init`, in milliseconds.
    pub init_timeout: u64,
    /// The longest wait for nodes to agree before the last final reads, in seconds.
    pub recovery: f64,
    /// The most messages between nodes per operation that are accepted.
    pub max_msgs_per_op: Option<f64>,
    /// The greatest median latency that is accepted, in milliseconds.
    pub max_latency_median: Option<f64>,
    /// The greatest latency that is accepted, in milliseconds.
    pub max_latency_max: Option<f64>,
    /// Whether lines on stdout that are no messages are only noted instead of judged.
    pub lenient: bool,
    /// Threads run in an order drawn from the seed instead of the fair one, and give way at one in
    /// so many of their system calls (virtual time only).
    pub explore: Option<u32>,
    /// Whether the run ends as soon as a violation is certain.
    pub stop_on_violation: bool,
}

impl Default for RunOptions {
    fn default() -> Self {
        Self {
            workload: String::new(),
            node_count: 5,
            concurrency: Concurrency::PerNode(1),
            rate: 5.0,
            time_limit: 60.0,
            latency: 0.0,
            latency_dist: LatencyDist::Constant,
            nemesis: Vec::new(),
            nemesis_interval: 10.0,
            topology: Topology::Grid,
            availability: None,
            key_count: None,
            loss: 0.0,
            duplicate: 0.0,
            timeout: 5000,
            init_timeout: 10_000,
            recovery: 10.0,
            max_msgs_per_op: None,
            max_latency_median: None,
            max_latency_max: None,
            lenient: false,
            explore: None,
            stop_on_violation: false,
        }
    }
}

impl RunOptions {
    /// The nodes' ids: n0, n1, ...
    #[must_use]
    pub fn node_ids(&self) -> Vec<String> {
        (0..self.node_count).map(|i| format!("n{i}")).collect()
    }

    /// How many clients there are.
    #[must_use]
    pub fn client_count(&self) -> usize {
        match self.concurrency {
            Concurrency::Total(n) => n,
            Concurrency::PerNode(n) => n * self.node_count,
        }
    }
}

/// A number of clients.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(into = "String")]
pub enum Concurrency {
    /// So many in all.
    Total(usize),
    /// So many for each node, written `2n`.
    PerNode(usize),
}

impl fmt::Display for Concurrency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Total(n) => write!(f, "{n}"),
            Self::PerNode(n) => write!(f, "{n}n"),
        }
    }
}

impl FromStr for Concurrency {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (digits, per_node) = match text.strip_suffix('n') {
            Some(rest) => (rest, true),
            None => (text, false),
        };
        match digits.parse() {
            Ok(0) | Err(_) => Err(format!(
                "`{text}` is no number of clients: expected a number above 0 like 10, or 2n for \
                 two per node"
            )),
            Ok(n) if per_node => Ok(Self::PerNode(n)),
            Ok(n) => Ok(Self::Total(n)),
        }
    }
}

impl<'de> Deserialize<'de> for Concurrency {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        word_or_number(deserializer)
    }
}

impl JsonSchema for Concurrency {
    fn schema_name() -> Cow<'static, str> {
        "Concurrency".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A number of clients, or `2n` for two per node.",
            "anyOf": [
                {"type": "integer", "minimum": 1},
                {"type": "string", "pattern": "^[1-9][0-9]*n?$"},
            ],
        })
    }
}

impl From<Concurrency> for String {
    fn from(concurrency: Concurrency) -> Self {
        concurrency.to_string()
    }
}

/// The share of operations that must succeed.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(into = "String")]
pub struct Availability(pub f64);

impl FromStr for Availability {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let share = if text == "total" {
            Some(1.0)
        } else {
            text.parse().ok()
        };
        match share {
            Some(share) if (0.0..=1.0).contains(&share) => Ok(Self(share)),
            _ => Err(format!(
                "`{text}` is no share: expected `total` or a number from 0 to 1"
            )),
        }
    }
}

impl<'de> Deserialize<'de> for Availability {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        word_or_number(deserializer)
    }
}

impl JsonSchema for Availability {
    fn schema_name() -> Cow<'static, str> {
        "Availability".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "The share of operations that must succeed.",
            "anyOf": [{"const": "total"}, {"type": "number", "minimum": 0, "maximum": 1}],
        })
    }
}

impl From<Availability> for String {
    fn from(availability: Availability) -> Self {
        availability.0.to_string()
    }
}

/// Reads what may be written as a number or as a text, by the rules for the text.
fn word_or_number<'de, T, D>(deserializer: D) -> Result<T, D::Error>
where
    T: FromStr<Err = String>,
    D: Deserializer<'de>,
{
    match Value::deserialize(deserializer)? {
        Value::String(text) => text.parse().map_err(D::Error::custom),
        other => other.to_string().parse().map_err(D::Error::custom),
    }
}

/// Declares an enum of plain words: its list, its spelling, and parsing with the nearest words.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident, $noun:literal,
     $($(#[doc = $vdoc:literal])+ $variant:ident = $word:literal,)+) => {
        $(#[$doc])*
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
        )]
        pub enum $name {
            $($(#[doc = $vdoc])+ #[serde(rename = $word)] $variant,)+
        }

        impl $name {
            /// All of them, in the order in which they are documented.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// How it is written.
            #[must_use]
            pub fn word(self) -> &'static str {
                match self { $(Self::$variant => $word,)+ }
            }

            /// What it means.
            #[must_use]
            pub fn doc(self) -> &'static str {
                match self { $(Self::$variant => concat!($($vdoc),+).trim_ascii(),)+ }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.word())
            }
        }

        impl FromStr for $name {
            type Err = String;

            fn from_str(text: &str) -> Result<Self, String> {
                Self::ALL.iter().copied().find(|x| x.word() == text).ok_or_else(|| {
                    crate::options::unknown($noun, text, Self::ALL.iter().map(|x| x.word()))
                })
            }
        }
    };
}

words! {
    /// What the nemesis can do.
    Fault, "fault",
    /// Nodes are separated into groups that do not hear each other.
    Partition = "partition",
    /// Some links lose everything in one direction.
    Oneway = "oneway",
    /// Links lose a share of their messages.
    Loss = "loss",
    /// Links deliver a share of their messages twice.
    Duplicate = "duplicate",
    /// Links hold back a share of their messages so that later ones overtake them.
    Reorder = "reorder",
    /// Links are slow.
    Delay = "delay",
    /// A node is killed with SIGKILL and started again later.
    Kill = "kill",
    /// A node is stopped and continued later.
    Pause = "pause",
    /// A node's wall clock jumps, or its clocks go too fast or too slow (virtual time only).
    Skew = "skew",
}

words! {
    /// How latencies are distributed.
    LatencyDist, "latency distribution",
    /// Always the mean.
    Constant = "constant",
    /// Equally likely between 0 and twice the mean.
    Uniform = "uniform",
    /// Exponential with the mean.
    Exponential = "exponential",
}

words! {
    /// Which nodes are neighbours.
    Topology, "topology",
    /// A square grid: up to four neighbours.
    Grid = "grid",
    /// A line: up to two neighbours.
    Line = "line",
    /// Every node knows every other.
    Total = "total",
    /// A tree with two children a node.
    Tree = "tree",
    /// The same as `tree`.
    Tree2 = "tree2",
    /// A tree with three children a node.
    Tree3 = "tree3",
    /// A tree with four children a node.
    Tree4 = "tree4",
}

/// The sentence for a word that is not in a list, with the nearest words of the list.
#[must_use]
pub fn unknown<'a>(noun: &str, text: &str, known: impl Iterator<Item = &'a str>) -> String {
    let known: Vec<&str> = known.collect();
    let near = nearest(text, &known);
    if near.is_empty() {
        format!(
            "unknown {noun} `{text}`: expected one of {}",
            known.join(", ")
        )
    } else {
        format!(
            "unknown {noun} `{text}`: did you mean {}?",
            near.join(" or ")
        )
    }
}

/// The words of a list that are near enough to be what was meant, nearest first, at most three.
#[must_use]
pub fn nearest<'a>(text: &str, known: &[&'a str]) -> Vec<&'a str> {
    let mut scored: Vec<(f64, &str)> = known
        .iter()
        .map(|word| (strsim::jaro_winkler(text, word), *word))
        .collect();
    scored.sort_by(|a, b| b.0.total_cmp(&a.0));
    scored
        .into_iter()
        .filter(|(score, _)| *score > 0.75)
        .take(3)
        .map(|(_, word)| word)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_words_name_the_nearest() {
        let error = "partitions".parse::<Fault>().expect_err("unknown");
        assert_eq!(error, "unknown fault `partitions`: did you mean partition?");
        let error = "xyzzy".parse::<Topology>().expect_err("unknown");
        assert!(
            error.contains("expected one of grid, line, total"),
            "{error}"
        );
    }

    #[test]
    fn concurrency_is_a_number_or_a_number_per_node() {
        assert_eq!("10".parse(), Ok(Concurrency::Total(10)));
        assert_eq!("2n".parse(), Ok(Concurrency::PerNode(2)));
        assert!("0".parse::<Concurrency>().is_err());
        let options = RunOptions {
            concurrency: Concurrency::PerNode(2),
            ..Default::default()
        };
        assert_eq!(options.client_count(), 10);
    }

    #[test]
    fn what_may_be_a_number_or_a_word_is_read_as_both() {
        let read = |text| toml::from_str::<RunOptions>(text);
        let numbers = read("concurrency = 10\navailability = 0.5").expect("options");
        let words = read("concurrency = '10'\navailability = '0.5'").expect("options");
        assert_eq!(numbers, words);
        let written = serde_json::to_string(&numbers).expect("json");
        assert_eq!(
            serde_json::from_str::<RunOptions>(&written).expect("options"),
            numbers
        );
        assert!(read("concurrency = 1.5").is_err());
        assert!(read("availability = true").is_err());
    }
}
