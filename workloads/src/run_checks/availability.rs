//! `availability`: the share of operations that succeed is what was demanded.

use checker::{Anomaly, CheckResult};

use super::RunCheck;
use crate::Event;
use crate::options::Availability;

/// Compares the share of successful operations with the one demanded.
#[derive(Debug)]
pub(super) struct AvailabilityCheck {
    demanded: Availability,
    invoked: u64,
    ok: u64,
}

impl AvailabilityCheck {
    const NAME: &str = "availability";

    pub(super) fn new(demanded: Availability) -> Self {
        Self {
            demanded,
            invoked: 0,
            ok: 0,
        }
    }

    /// The share of operations that succeeded; all of them when there were none.
    fn share(&self) -> f64 {
        if self.invoked == 0 {
            1.0
        } else {
            self.ok as f64 / self.invoked as f64
        }
    }
}

impl RunCheck for AvailabilityCheck {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn on_event(&mut self, event: &Event) {
        match event {
            Event::Invoke(_) => self.invoked += 1,
            Event::Complete(operation) => self.ok += u64::from(operation.is_ok()),
            Event::Message(_) | Event::Fault(_) | Event::Node(_) => {}
        }
    }

    fn finish(&mut self) -> CheckResult {
        let demanded = self.demanded.0;
        let text = format!(
            "{} of {} operations succeeded ({:.1} %); {:.1} % are demanded.",
            self.ok,
            self.invoked,
            100.0 * self.share(),
            100.0 * demanded,
        );
        let result = if self.share() < demanded {
            let anomaly = Anomaly::new("unavailable", text.clone());
            CheckResult::invalid(Self::NAME, text, vec![anomaly])
        } else {
            CheckResult::valid(Self::NAME, text)
        };
        result.with_figure("ok_share", self.share())
    }
}
