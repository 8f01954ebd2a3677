//! The reference nodes: one file each, correct under every fault.

mod echo;

use crate::zoo::{BUGS, Flaws};
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
pub const NODES: &[NodeDef] = &[NodeDef {
    name: "echo",
    title: "Sends back what it was sent",
    new: |flaws| Box::new(echo::Echo::new(flaws)),
}];

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
