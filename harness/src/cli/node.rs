//! `splitbrain node`: be a reference node.

use nodes::StdioError;
use results::Exit;
use workloads::options::unknown;

use super::Failure;

pub(super) fn run(name: &str, bug: Option<&str>) -> Result<Exit, Failure> {
    match nodes::run_stdio(name, bug) {
        Ok(()) => Ok(Exit::Valid),
        Err(StdioError::Unknown(_)) => Err(Failure::usage(unknown_node(name, bug))),
        Err(error) => Err(Failure::new(Exit::Io, error.to_string())),
    }
}

/// The sentence for a node or bug that does not exist, with the nearest names.
pub(super) fn unknown_node(name: &str, bug: Option<&str>) -> String {
    let known = nodes::NODES.iter().map(|n| n.name);
    if !known.clone().any(|n| n == name) {
        return unknown("node", name, known);
    }
    let bugs = nodes::BUGS
        .iter()
        .filter(|b| b.node == name)
        .map(|b| b.name);
    unknown(&format!("bug of {name}"), bug.unwrap_or_default(), bugs)
}
