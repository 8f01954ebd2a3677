//! Begins and ends the planned faults.

use std::collections::BTreeSet;

use workloads::event::NodeEventKind;

use super::phases::Phase;
use super::{Core, Output, Timer};
use crate::plan::{ClockChange, FaultAction, LinkEffect};

/// Which planned faults are active, by index.
#[derive(Debug, Default)]
pub(super) struct Nemesis {
    active: BTreeSet<usize>,
}

impl Core<'_> {
    /// Arms all faults; their times are counted from now.
    pub(super) fn arm_faults(&mut self) {
        for (index, fault) in self.plan.faults.iter().enumerate() {
            self.timers
                .at(self.now_ns + fault.begin_ns, Timer::FaultBegins(index));
        }
    }

    pub(super) fn fault_begins(&mut self, index: usize) {
        if !matches!(self.phase, Phase::Main { .. }) {
            return;
        }
        let plan = self.plan;
        let fault = &plan.faults[index];
        self.timers.at(
            self.now_ns + fault.end_ns - fault.begin_ns,
            Timer::FaultEnds(index),
        );
        self.nemesis.active.insert(index);
        self.record_fault(fault, true);
        match &fault.action {
            FaultAction::Links { .. } => self.refresh_links(),
            FaultAction::Kill(nodes) => nodes.iter().for_each(|&n| self.kill_node(n)),
            FaultAction::Pause(nodes) => nodes.iter().for_each(|&n| self.pause_node(n)),
            FaultAction::Skew { nodes, change } => self.skew_nodes(nodes, *change),
        }
    }

    pub(super) fn fault_ends(&mut self, index: usize) {
        if !self.nemesis.active.remove(&index) {
            return;
        }
        let plan = self.plan;
        let fault = &plan.faults[index];
        self.record_fault(fault, false);
        match &fault.action {
            FaultAction::Links { .. } => self.refresh_links(),
            FaultAction::Kill(nodes) => nodes.iter().for_each(|&n| self.restart_node(n)),
            FaultAction::Pause(nodes) => nodes.iter().for_each(|&n| self.resume_node(n)),
            FaultAction::Skew { nodes, .. } => self.skew_nodes(nodes, ClockChange::default()),
        }
    }

    /// Ends every fault that is still active.
    pub(super) fn heal_everything(&mut self) {
        for index in self.nemesis.active.clone() {
            self.fault_ends(index);
        }
    }

    /// Recomputes what the active faults do to each link.
    fn refresh_links(&mut self) {
        let n = self.nodes.len();
        let mut effects = vec![LinkEffect::default(); n * n];
        for &index in &self.nemesis.active {
            if let FaultAction::Links { links, effect } = &self.plan.faults[index].action {
                for &(from, to) in links {
                    effects[from * n + to] = effects[from * n + to].and(*effect);
                }
            }
        }
        for (link, effect) in effects.into_iter().enumerate() {
            self.router.set_effect(link / n, link % n, effect);
        }
    }

    /// Clocks belong to the place where a node lives, so it need not be there.
    fn skew_nodes(&mut self, nodes: &[usize], change: ClockChange) {
        let skews = nodes.iter().map(|&node| Output::Skew(node, change));
        self.out.extend(skews);
    }

    fn kill_node(&mut self, node: usize) {
        if self.nodes[node].kill() {
            self.record_node(node, NodeEventKind::Killed);
            self.out.push(Output::Kill(node));
            self.drop_held(node, "the node was killed");
            self.fail_requests_to(node, "the node was killed before it answered");
        }
    }

    fn pause_node(&mut self, node: usize) {
        if self.nodes[node].pause() {
            self.record_node(node, NodeEventKind::Paused);
            self.out.push(Output::Pause(node));
        }
    }

    fn resume_node(&mut self, node: usize) {
        if self.nodes[node].resume() {
            self.record_node(node, NodeEventKind::Resumed);
            self.out.push(Output::Resume(node));
            self.release_held(node);
        }
    }
}
