//! What a workload is: operations to issue, and checks that judge the answers.

use checker::{Check, EventKind, OpError};
use protocol::{Reply, Request, error_by_code};
use serde_json::Value;

use crate::options::{RunOptions, unknown};
use crate::random::Stream;
use crate::run_checks::RunCheck;

/// One workload. Each lives in a file of its own and says everything about itself there.
pub trait Workload: Send + Sync {
    /// Name, documentation and requirements, as data.
    fn info(&self) -> &'static WorkloadInfo;

    /// What clients do in a run.
    fn generator(&self, setup: &Setup<'_>) -> Box<dyn Generator>;

    /// The workload's own checks; `protocol`, `crash` and `progress` come on top.
    fn checks(&self, setup: &Setup<'_>) -> Vec<Box<dyn Check>>;

    /// The workload's own checks that look at more than operations, for example at messages.
    fn run_checks(&self, setup: &Setup<'_>) -> Vec<Box<dyn RunCheck>> {
        let _ = setup;
        Vec::new()
    }
}

/// What documentation, `list` and `progress` need to know about a workload.
#[derive(Debug)]
pub struct WorkloadInfo {
    /// Its name on the command line.
    pub name: &'static str,
    /// One line for lists.
    pub title: &'static str,
    /// What the node has to do, for its documentation page.
    pub doc: &'static str,
    /// The messages between clients and nodes.
    pub rpcs: &'static [RpcDef],
    /// The workload's own checks.
    pub checks: &'static [CheckDef],
    /// The kinds of operation (`f`) of which at least one must be acknowledged.
    pub required: &'static [&'static str],
}

/// One kind of request and its answer.
#[derive(Debug)]
pub struct RpcDef {
    /// What it is for.
    pub doc: &'static str,
    /// An example of the request's body.
    pub request: &'static str,
    /// An example of the answer's body.
    pub reply: &'static str,
}

/// One check of a workload.
#[derive(Debug)]
pub struct CheckDef {
    /// Its name in verdicts.
    pub name: &'static str,
    /// What it demands.
    pub doc: &'static str,
}

/// What a workload is told about the run.
#[derive(Debug, Clone, Copy)]
pub struct Setup<'a> {
    /// All options.
    pub options: &'a RunOptions,
    /// The nodes, in order.
    pub node_ids: &'a [String],
}

impl Setup<'_> {
    /// How many clients read in the final phase: the first one of each node that has any.
    #[must_use]
    pub fn readers(&self) -> usize {
        self.options.client_count().min(self.node_ids.len())
    }
}

/// One client, as generators see it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Process {
    /// 0, 1, ... up to the number of clients; stays the same when the history's process number
    /// changes after an indeterminate operation.
    pub slot: usize,
    /// The index of the node that it always talks to: `slot` modulo the number of nodes.
    pub node: usize,
    /// Whether any node has sent a message to another node so far in this run.
    pub nodes_talk: bool,
}

/// An operation to be issued.
#[derive(Debug, Clone, PartialEq)]
pub struct Op {
    /// What kind: `read`, `add`, ...
    pub f: &'static str,
    /// The object concerned, where there are several.
    pub key: Option<Value>,
    /// The argument as it stands in the history.
    pub value: Value,
    /// What is sent to the node.
    pub request: Request,
    /// The type of a good answer: `add_ok`.
    pub reply_kind: &'static str,
    /// Whether it changes nothing, so that a timeout means that it did not happen.
    pub idempotent: bool,
}

/// How an answer is understood.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    /// It certainly happened, with this result.
    Ok(Value),
    /// It certainly did not happen.
    Fail(OpError),
    /// It may have happened.
    Info(OpError),
    /// The answer is not what the protocol says; the text completes "expected ...".
    Malformed(String),
}

impl Answer {
    /// How it ends an operation.
    #[must_use]
    pub fn kind(&self) -> EventKind {
        match self {
            Self::Ok(_) => EventKind::Ok,
            Self::Fail(_) => EventKind::Fail,
            Self::Info(_) | Self::Malformed(_) => EventKind::Info,
        }
    }
}

/// What clients do: draws operations and understands answers. A pure state machine: the only
/// randomness is the stream handed in, and the j-th call of [`Generator::next`] for a slot must
/// not depend on what other slots did in between, except through answers received.
pub trait Generator: Send {
    /// A request that a node gets after `init`, also after a restart, and must answer before
    /// operations reach it.
    fn setup(&self, node: usize) -> Option<(Request, &'static str)> {
        let _ = node;
        None
    }

    /// The next operation of a client in the main phase; `None` to let this turn pass.
    fn next(&mut self, process: Process, random: &mut Stream) -> Option<Op>;

    /// The operation of a client in one round of a pass of the final phase, after all faults are
    /// healed. All clients finish a round before the next one begins; a pass ends with the first
    /// round in which no client has an operation.
    fn final_op(&mut self, pass: u32, round: u32, process: Process) -> Option<Op> {
        let _ = (pass, round, process);
        None
    }

    /// Whether the last pass shows what a correct cluster ends with. While it does not, passes are
    /// repeated until the recovery limit.
    fn settled(&self) -> bool {
        true
    }

    /// Takes the result out of a good answer (one of the operation's `reply_kind`), as it shall
    /// stand in the history.
    ///
    /// # Errors
    /// What was expected instead, to be read after "expected ".
    fn value(&mut self, process: Process, op: &Op, reply: &Reply) -> Result<Value, String>;

    /// Hears how an operation of a client ended without a good answer.
    fn failed(&mut self, process: Process, op: &Op, error: &OpError) {
        let _ = (process, op, error);
    }

    /// Understands an answer. The default takes good answers through [`Generator::value`] and
    /// types errors by the registry.
    fn answer(&mut self, process: Process, op: &Op, reply: &Reply) -> Answer {
        understand(self, process, op, reply)
    }
}

/// What [`Generator::answer`] does unless a workload has its own way.
pub(crate) fn understand<G: Generator + ?Sized>(
    generator: &mut G,
    process: Process,
    op: &Op,
    reply: &Reply,
) -> Answer {
    if let Some(code) = reply.error_code() {
        let text = reply
            .get("text")
            .and_then(Value::as_str)
            .unwrap_or_default();
        let def = error_by_code(code);
        let name = def.map_or("unknown-error", |d| d.name);
        let error = OpError {
            code: Some(code),
            name: name.to_owned(),
            text: text.to_owned(),
        };
        generator.failed(process, op, &error);
        return match def {
            Some(def) if def.definite => Answer::Fail(error),
            _ if op.idempotent => Answer::Fail(error),
            _ => Answer::Info(error),
        };
    }
    if reply.kind() != op.reply_kind {
        return Answer::Malformed(format!("an answer of type `{}`", op.reply_kind));
    }
    match generator.value(process, op, reply) {
        Ok(value) => Answer::Ok(value),
        Err(expected) => Answer::Malformed(expected),
    }
}

/// All workloads, in the order in which they are listed.
pub const WORKLOADS: &[&dyn Workload] = &[
    &crate::echo::Echo,
    &crate::unique_ids::UniqueIds,
    &crate::broadcast::Broadcast,
    &crate::g_counter::GCounter,
    &crate::lww_kv::LwwKv,
    &crate::vector_kv::VectorKv,
    &crate::anti_entropy::AntiEntropy,
];

/// The workload of this name.
///
/// # Errors
/// A sentence that names the nearest workloads.
pub fn workload_by_name(name: &str) -> Result<&'static dyn Workload, String> {
    let known = || WORKLOADS.iter().map(|w| w.info().name);
    WORKLOADS
        .iter()
        .copied()
        .find(|w| w.info().name == name)
        .ok_or_else(|| unknown("workload", name, known()))
}
