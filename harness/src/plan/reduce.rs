//! Plans with less in them. Nothing is drawn anew: what stays is what it was.

use workloads::options::LatencyDist;

use super::{FaultAction, LeftOut, Plan, PlannedFault, faults};

impl Plan {
    /// With these faults instead of its own.
    #[must_use]
    pub fn with_faults(&self, faults: Vec<PlannedFault>) -> Self {
        let mut plan = self.clone();
        plan.options
            .nemesis
            .retain(|kind| faults.iter().any(|f| f.fault == *kind));
        plan.faults = faults;
        plan
    }

    /// With no operation but these, given as (index of the client, number).
    #[must_use]
    pub fn with_operations(&self, kept: &[(usize, u64)]) -> Self {
        Self {
            left_out: LeftOut::all_but(kept, self.options.client_count()),
            ..self.clone()
        }
    }

    /// With a main phase that ends after this time; so do faults.
    #[must_use]
    pub fn with_time_limit_ms(&self, limit_ms: u64) -> Self {
        let end_ns = limit_ms * 1_000_000;
        let cut = |fault: &PlannedFault| PlannedFault {
            end_ns: fault.end_ns.min(end_ns),
            ..fault.clone()
        };
        let begun = self.faults.iter().filter(|f| f.begin_ns < end_ns);
        let mut plan = self.with_faults(begun.map(cut).collect());
        plan.options.time_limit = limit_ms as f64 / 1000.0;
        plan
    }

    /// With the first `count` nodes only, at the same rate for each client.
    #[must_use]
    pub fn with_nodes(&self, count: usize) -> Self {
        let faults = self.faults.iter().filter_map(|f| f.among(count));
        let mut plan = self.with_faults(faults.collect());
        plan.node_ids.truncate(count);
        plan.options.node_count = count;
        let (before, after) = (self.options.client_count(), plan.options.client_count());
        plan.options.rate *= after as f64 / before.max(1) as f64;
        plan
    }

    /// With a fault that ends after this time.
    #[must_use]
    pub fn with_fault_length_ms(&self, index: usize, length_ms: u64) -> Self {
        let mut plan = self.clone();
        if let Some(fault) = plan.faults.get_mut(index) {
            fault.end_ns = fault.end_ns.min(fault.begin_ns + length_ms * 1_000_000);
        }
        plan
    }

    /// With threads that run in the order in which they became ready.
    #[must_use]
    pub fn with_fair_schedule(&self) -> Self {
        let mut plan = self.clone();
        plan.options.explore = None;
        plan
    }

    /// With a latency that is always the mean.
    #[must_use]
    pub fn with_constant_latency(&self) -> Self {
        let mut plan = self.clone();
        plan.options.latency_dist = LatencyDist::Constant;
        plan
    }

    /// Without any latency.
    #[must_use]
    pub fn with_no_latency(&self) -> Self {
        let mut plan = self.with_constant_latency();
        plan.options.latency = 0.0;
        plan
    }

    /// With a network that neither loses nor repeats messages, except by faults.
    #[must_use]
    pub fn with_no_loss(&self) -> Self {
        let mut plan = self.clone();
        (plan.options.loss, plan.options.duplicate) = (0.0, 0.0);
        plan
    }
}

impl PlannedFault {
    /// How long it lasts, rounded up.
    #[must_use]
    pub fn length_ms(&self) -> u64 {
        (self.end_ns - self.begin_ns).div_ceil(1_000_000)
    }

    /// The same among the first `count` nodes; nothing when it concerns only others.
    fn among(&self, count: usize) -> Option<Self> {
        let action = match &self.action {
            FaultAction::Links { links, effect } => {
                let inside = |(from, to): &&(usize, usize)| *from < count && *to < count;
                FaultAction::Links {
                    links: links.iter().filter(inside).copied().collect(),
                    effect: *effect,
                }
            }
            FaultAction::Kill(nodes) => FaultAction::Kill(below(nodes, count)),
            FaultAction::Pause(nodes) => FaultAction::Pause(below(nodes, count)),
            FaultAction::Skew { nodes, change } => FaultAction::Skew {
                nodes: below(nodes, count),
                change: *change,
            },
        };
        let concerns_any = !action.nodes().is_empty();
        concerns_any.then(|| Self {
            what: self.described_as(&action),
            action,
            ..self.clone()
        })
    }

    /// Its description when this is what is left of what it does.
    fn described_as(&self, action: &FaultAction) -> String {
        match action {
            _ if *action == self.action => self.what.clone(),
            FaultAction::Links { links, effect } if effect.cut => {
                format!("nothing passes {}", faults::arrows(links))
            }
            FaultAction::Links { links, effect } if effect.delay_ms > 0 => {
                format!("{} links slower by {} ms", links.len(), effect.delay_ms)
            }
            FaultAction::Links { .. } => self.what.clone(),
            FaultAction::Kill(nodes) | FaultAction::Pause(nodes) => faults::node_names(nodes),
            FaultAction::Skew { nodes, change } => change.said_of(nodes),
        }
    }
}

fn below(nodes: &[usize], count: usize) -> Vec<usize> {
    nodes.iter().copied().filter(|n| *n < count).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use workloads::RunOptions;
    use workloads::options::Fault;
    use workloads::random::Seed;

    fn plan() -> Plan {
        let options = RunOptions {
            node_count: 5,
            nemesis: vec![
                Fault::Partition,
                Fault::Oneway,
                Fault::Kill,
                Fault::Loss,
                Fault::Skew,
            ],
            time_limit: 60.0,
            ..RunOptions::default()
        };
        Plan::draw(vec!["./node".to_owned()], Seed(3), options).expect("a plan")
    }

    #[test]
    fn what_is_not_taken_away_stays_as_it_was() {
        let plan = plan();
        for count in 1..=5 {
            let fewer = plan.with_nodes(count);
            assert_eq!(fewer.node_ids, plan.node_ids[..count]);
            assert!((fewer.options.rate - count as f64).abs() < 1e-9);
            for fault in &fewer.faults {
                assert!(fault.action.nodes().iter().all(|n| *n < count));
                let same =
                    |f: &&PlannedFault| f.begin_ns == fault.begin_ns && f.fault == fault.fault;
                let before = plan.faults.iter().find(same).expect("one of the plan's");
                assert_eq!(before.end_ns, fault.end_ns);
            }
        }
        assert_eq!(plan.with_nodes(5), plan);
        assert!(
            plan.with_nodes(1)
                .faults
                .iter()
                .all(|f| matches!(f.fault, Fault::Kill | Fault::Skew))
        );
    }

    #[test]
    fn a_shorter_run_ends_its_faults() {
        let plan = plan().with_time_limit_ms(20_500);
        assert!((plan.options.time_limit - 20.5).abs() < 1e-9);
        assert!(!plan.faults.is_empty());
        assert!(
            plan.faults
                .iter()
                .all(|f| f.begin_ns < f.end_ns && f.end_ns <= 20_500_000_000)
        );
    }

    #[test]
    fn a_fault_is_described_without_the_nodes_that_are_gone() {
        let plan = plan();
        let described = |count: usize| -> Vec<String> {
            let faults = plan.with_nodes(count).faults;
            faults.into_iter().map(|f| f.what).collect()
        };
        for what in described(2) {
            let gone = ["n2", "n3", "n4"].iter().any(|n| what.contains(n));
            assert!(!gone, "{what}");
        }
        assert!(
            described(2).contains(&"nothing passes n1>n0 n0>n1".to_owned()),
            "{:?}",
            described(2)
        );
    }

    #[test]
    fn kinds_of_faults_that_are_gone_are_no_longer_asked_for() {
        let mut faults = plan().faults;
        faults.retain(|f| f.fault == Fault::Kill);
        assert_eq!(plan().with_faults(faults).options.nemesis, [Fault::Kill]);
    }
}
