//! `splitbrain node`: be a reference node.

use nodes::StdioError;
use nodes::quorum::{HttpError, QUORUM_BUGS, QUORUM_CLIENT, QUORUM_KV, run_client, run_replica};
use results::Exit;
use workloads::options::unknown;

use super::Failure;

pub(super) fn run(name: &str, bug: Option<&str>) -> Result<Exit, Failure> {
    match name {
        QUORUM_KV => over_http(run_replica(bug), name, bug),
        QUORUM_CLIENT if bug.is_none() => over_http(run_client(), name, bug),
        _ => on_stdio(name, bug),
    }
}

fn on_stdio(name: &str, bug: Option<&str>) -> Result<Exit, Failure> {
    match nodes::run_stdio(name, bug) {
        Ok(()) => Ok(Exit::Valid),
        Err(StdioError::Unknown(_)) => Err(Failure::usage(unknown_node(name, bug))),
        Err(error) => Err(Failure::new(Exit::Io, error.to_string())),
    }
}

fn over_http(
    result: Result<(), HttpError>,
    name: &str,
    bug: Option<&str>,
) -> Result<Exit, Failure> {
    let Err(error) = result else {
        return Ok(Exit::Valid);
    };
    let exit = match error {
        HttpError::Unknown(_) => return Err(Failure::usage(unknown_node(name, bug))),
        HttpError::Environment(_) => Exit::Config,
        HttpError::Client(_) => Exit::Invalid,
        HttpError::Port { .. } | HttpError::InUse | HttpError::Io(_) => Exit::Io,
    };
    Err(Failure::new(exit, error.to_string()))
}

/// The sentence for a node or bug that does not exist, with the nearest names.
fn unknown_node(name: &str, bug: Option<&str>) -> String {
    let known = nodes::NODES.iter().map(|n| n.name);
    let known = known.chain([QUORUM_KV, QUORUM_CLIENT]);
    if !known.clone().any(|n| n == name) {
        return unknown("node", name, known);
    }
    let bugs = nodes::BUGS.iter().filter(|b| b.node == name);
    let quorum_bugs = QUORUM_BUGS.iter().filter(|_| name == QUORUM_KV);
    let bugs = bugs.map(|b| b.name).chain(quorum_bugs.map(|b| b.name));
    match bugs.clone().next() {
        Some(_) => unknown(&format!("bug of {name}"), bug.unwrap_or_default(), bugs),
        None => format!("{name} cannot be broken: it has no bugs"),
    }
}
