//! Requests that nothing explains the silence about.

use checker::{Anomaly, Findings, Operation};

use crate::event::FaultEvent;

/// After a fault ended, nodes may take so long to find each other again before a request that
/// is not answered counts against them.
const CALM_NS: u64 = 10_000_000_000;

/// Remembers which requests got no answer although no fault was active and none had been for a
/// while. A node may be slow or blocked while something is broken; when all is well it must answer.
#[derive(Debug, Default)]
pub(super) struct Unanswered {
    active_faults: u32,
    calm_from_ns: u64,
    findings: Findings,
}

impl Unanswered {
    pub(super) fn on_fault(&mut self, fault: &FaultEvent) {
        if fault.begins {
            self.active_faults += 1;
        } else {
            self.active_faults = self.active_faults.saturating_sub(1);
            self.calm_from_ns = fault.time_ns + CALM_NS;
        }
    }

    pub(super) fn on_complete(&mut self, op: &Operation) {
        let timed_out = op
            .completion
            .error
            .as_ref()
            .is_some_and(|e| e.name == "timeout");
        let calm = self.active_faults == 0 && op.invocation.time_ns >= self.calm_from_ns;
        if timed_out && calm {
            self.findings.add(|| {
                let ms = (op.completion.time_ns - op.invocation.time_ns) / 1_000_000;
                let (node, f) = (&op.invocation.node, &op.invocation.f);
                let text = format!(
                    "{node} did not answer a request ({f}) within {ms} ms, although no fault was \
                     active."
                );
                Anomaly::new("no-answer", text).with_op(op)
            });
        }
    }

    pub(super) fn take(&mut self) -> Findings {
        std::mem::take(&mut self.findings)
    }
}
