//! Who held a permit from when to when.

use std::collections::VecDeque;
use std::hash::Hash;

use rustc_hash::FxHashMap;

use super::{NEVER, Wrong};
use crate::model::LockOp;
use crate::rules::Kind;
use crate::timed::Timed;

/// A permit that was acquired, and perhaps released.
#[derive(Debug, Clone, Copy)]
pub(super) struct Hold {
    pub(super) acquire: u32,
    pub(super) release: Option<u32>,
    pub(super) token: Option<u64>,
    /// When it was asked for.
    pub(super) call: u32,
    /// It is certainly held from here,
    pub(super) from: u32,
    /// until here.
    pub(super) until: u32,
    /// Its place among those with tokens.
    pub(super) place: usize,
    /// Because of whose return, and release, it is certainly held from there.
    pub(super) before: Option<(u32, Option<u32>)>,
}

impl Hold {
    /// All operations concerned.
    pub(super) fn ops(&self) -> impl Iterator<Item = u32> {
        let (before, its_release) = self.before.unzip();
        let own = [Some(self.acquire), self.release];
        own.into_iter()
            .chain([before, its_release.flatten()])
            .flatten()
    }
}

/// What one process is doing.
#[derive(Default)]
struct Process {
    /// When it last returned.
    ret: Option<u32>,
    /// What it holds, by number.
    held: VecDeque<usize>,
}

/// All that was certainly held. An acquisition whose end is not known may never have happened; its
/// process did nothing else.
pub(super) fn holds<P: Copy + Eq + Hash>(
    ops: &[Timed<LockOp<P>>],
) -> Option<Result<Vec<Hold>, Wrong>> {
    let mut processes: FxHashMap<P, Process> = FxHashMap::default();
    let mut holds: Vec<Hold> = Vec::with_capacity(ops.len() / 2);
    let mut unheld = None;
    for (id, timed) in (0..).zip(ops) {
        let (LockOp::Acquire { by, .. } | LockOp::Release { by }) = timed.op;
        let process = processes.entry(by).or_default();
        if process
            .ret
            .replace(timed.ret)
            .is_some_and(|ret| ret >= timed.call)
        {
            return None;
        }
        match timed.op {
            LockOp::Acquire { token, .. } if timed.is_indeterminate() => {
                if token.is_some() {
                    return None;
                }
            }
            LockOp::Acquire { token, .. } => {
                process.held.push_back(holds.len());
                holds.push(Hold {
                    acquire: id,
                    release: None,
                    token,
                    call: timed.call,
                    from: timed.ret,
                    until: NEVER,
                    place: 0,
                    before: None,
                });
            }
            LockOp::Release { .. } => match process.held.pop_front() {
                Some(at) => (holds[at].release, holds[at].until) = (Some(id), timed.call),
                None if timed.is_indeterminate() => {}
                None => unheld = unheld.or(Some(id)),
            },
        }
    }
    Some(match unheld {
        Some(release) => Err(Wrong {
            kind: Kind::ReleasedUnheld,
            holds: Vec::new(),
            release: Some(release),
        }),
        None => Ok(holds),
    })
}
