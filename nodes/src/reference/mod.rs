//! The reference nodes: one file each, correct under every fault.

mod anti_entropy;
mod broadcast;
mod echo;
mod g_counter;
mod lww_kv;
mod siblings;
mod timestamp;
mod unique_ids;
mod vector_kv;

use crate::zoo::{BUGS, Flaw, Flaws};
use crate::{Instance, Node, Setup};

/// A node that this room can build.
#[derive(Debug, Clone, Copy)]
pub struct NodeDef {
    /// Its name, which is also the name of its workload.
    pub name: &'static str,
    /// What it is, in a few words.
    pub title: &'static str,
    new: fn(Flaws) -> Box<dyn Node>,
}

/// All reference nodes.
pub const NODES: &[NodeDef] = &[
    NodeDef {
        name: "echo",
        title: "Sends back what it was sent",
        new: |flaws| Box::new(echo::Echo::new(flaws)),
    },
    NodeDef {
        name: "unique-ids",
        title: "Ids that nobody gets twice",
        new: |flaws| Box::new(unique_ids::UniqueIds::new(flaws)),
    },
    NodeDef {
        name: "broadcast",
        title: "Messages that reach all nodes, along a topology",
        new: |flaws| Box::new(broadcast::Broadcast::new(flaws)),
    },
    NodeDef {
        name: "g-counter",
        title: "A counter that only grows",
        new: |flaws| Box::new(g_counter::GCounter::new(flaws)),
    },
    NodeDef {
        name: "lww-kv",
        title: "A key-value store where the last writer wins",
        new: |flaws| Box::new(lww_kv::LwwKv::new(flaws)),
    },
    NodeDef {
        name: "vector-kv",
        title: "A key-value store that keeps concurrent values",
        new: |flaws| Box::new(vector_kv::VectorKv::new(flaws)),
    },
    NodeDef {
        name: "anti-entropy",
        title: "A set that is compared by digest before it is sent",
        new: |flaws| Box::new(anti_entropy::AntiEntropy::new(flaws)),
    },
];

/// Why a node could not be built.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UnknownNode {
    /// No reference node has this name.
    #[error("there is no node named {0:?}")]
    Name(String),
    /// The node is there, but not with this bug.
    #[error("node {node} has no bug named {bug:?}")]
    Bug {
        /// The node.
        node: &'static str,
        /// The bug asked for.
        bug: String,
    },
}

/// Builds a reference node, broken on purpose when a bug is named.
///
/// # Errors
/// When there is no node of this name, or no such bug in it.
pub fn build(name: &str, bug: Option<&str>, setup: Setup) -> Result<Instance, UnknownNode> {
    let unknown = || UnknownNode::Name(name.to_owned());
    let def = NODES.iter().find(|n| n.name == name).ok_or_else(unknown)?;
    let flaws = match bug {
        None => Flaws::default(),
        Some(bug) => flaws_of(def, bug)?,
    };
    let setup = Setup {
        storage: match flaws.has(Flaw::ForgetsOnKill) {
            true => &[],
            false => setup.storage,
        },
        ..setup
    };
    Ok(Instance::new((def.new)(flaws), setup))
}

fn flaws_of(def: &NodeDef, bug: &str) -> Result<Flaws, UnknownNode> {
    let found = BUGS.iter().find(|b| b.node == def.name && b.name == bug);
    let unknown = || UnknownNode::Bug {
        node: def.name,
        bug: bug.to_owned(),
    };
    found.map(|b| Flaws(Some(b.flaw))).ok_or_else(unknown)
}
