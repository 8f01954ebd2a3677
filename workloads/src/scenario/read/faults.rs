//! What happens to programs and links.

use serde::Deserialize;

use super::super::{Begin, Disturbance, LinkFlaw, Loss, Scenario, ScenarioFault};
use super::{FAULTS, HOWS, Reader};
use crate::options::unknown;
use crate::toml_file::Table;

/// After so many answers on a link.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct AfterResponses {
    from: String,
    to: String,
    count: u64,
}

impl<'i> Reader<'_, '_> {
    pub(super) fn cut(&mut self, table: &Table<'i>, scenario: &Scenario) -> Option<Disturbance> {
        self.known(table, "cut");
        let (from, to) = self.link(table, scenario)?;
        let at_s = self.seconds(table, "at_s");
        let heal_s = self.seconds(table, "heal_s");
        let lasts_s = heal_s.map(|heal_s| heal_s - at_s.unwrap_or(0.0));
        if lasts_s.is_some_and(|lasts_s| lasts_s <= 0.0) {
            let message = "`heal_s` is not later than `at_s`: both count from the beginning";
            self.file.error_at(table, "heal_s", message);
        }
        let flaw = LinkFlaw::Cut(self.how(table));
        let begins = match (at_s, heal_s) {
            (Some(at_s), _) => Begin::AfterSeconds(at_s),
            (None, _) => Begin::Always,
        };
        Some(Disturbance {
            fault: ScenarioFault::Link { from, to, flaw },
            begins,
            lasts_s,
        })
    }

    /// The link that a table is about.
    fn link(&mut self, table: &Table<'i>, scenario: &Scenario) -> Option<(String, String)> {
        let from: String = self.file.required(table, "from", "\"peer0\"");
        let to: String = self.file.required(table, "to", "\"peer1\"");
        self.is_link(table, "from", &from, &to, scenario)
            .then_some((from, to))
    }

    fn is_link(
        &mut self,
        table: &Table<'i>,
        at: &str,
        from: &str,
        to: &str,
        scenario: &Scenario,
    ) -> bool {
        let is_there = scenario.links().any(|link| link == (from, to));
        if !is_there && !from.is_empty() && !to.is_empty() {
            let is_client = scenario.clients().iter().any(|client| client.name == from);
            let key = if is_client { "to" } else { "needs" };
            let message = format!(
                "there is no link from `{from}` to `{to}`: `{from}` does not have `{to}` in its \
                 `{key}`"
            );
            self.file.error_at(table, at, message);
        }
        is_there
    }

    fn how(&mut self, table: &Table<'i>) -> Loss {
        match self.file.optional::<String>(table, "how").as_deref() {
            None | Some("reset") => Loss::Reset,
            Some("blackhole") => Loss::BlackHole,
            Some("close") => Loss::Close,
            Some(other) => {
                let message = unknown("way of losing", other, HOWS.iter().copied());
                self.file.error_at(table, "how", message);
                Loss::Reset
            }
        }
    }

    pub(super) fn fault(&mut self, table: &Table<'i>, scenario: &Scenario) -> Option<Disturbance> {
        self.known(table, "fault");
        let kind: String = self.file.required(table, "kind", "\"delay\"");
        let Some((_, needed)) = FAULTS.iter().find(|(name, _)| *name == kind) else {
            if !kind.is_empty() {
                let known = FAULTS.iter().map(|(name, _)| *name);
                self.file
                    .error_at(table, "kind", unknown("fault", &kind, known));
            }
            return None;
        };
        let begins = self.begin(table, scenario);
        let lasts_s = self.seconds(table, "for_s");
        let fault = if needed.contains(&"process") {
            let process = self.named(table, scenario)?;
            match kind.as_str() {
                "kill" => ScenarioFault::Kill(process),
                _ => ScenarioFault::Pause(process),
            }
        } else {
            let link = self.link(table, scenario);
            let flaw = self.flaw(table, &kind);
            let (from, to) = link?;
            ScenarioFault::Link { from, to, flaw }
        };
        Some(Disturbance {
            fault,
            begins,
            lasts_s,
        })
    }

    fn flaw(&mut self, table: &Table<'i>, kind: &str) -> LinkFlaw {
        match kind {
            "delay" => LinkFlaw::Delay {
                latency_ms: self.positive(table, "latency_ms", "100"),
            },
            "loss" => LinkFlaw::Loss {
                probability: self.positive(table, "probability", "0.2").min(1.0),
                how: self.how(table),
                after_bytes: self.file.optional(table, "after_bytes").unwrap_or(0),
                count: self.file.optional(table, "count"),
            },
            "slow" => LinkFlaw::Slow {
                bytes_per_s: self.positive(table, "bytes_per_s", "1000"),
            },
            _ => LinkFlaw::Cut(self.how(table)),
        }
    }

    pub(super) fn positive(&mut self, table: &Table<'i>, key: &str, example: &str) -> f64 {
        let number: f64 = self.file.required(table, key, example);
        if table.get_ref().contains_key(key) && !(number.is_finite() && number > 0.0) {
            let message = format!("`{key}` is {number}: expected a number above 0");
            self.file.error_at(table, key, message);
        }
        number
    }

    fn begin(&mut self, table: &Table<'i>, scenario: &Scenario) -> Begin {
        let at_s = self.seconds(table, "at_s");
        let after: Option<AfterResponses> = self.file.optional(table, "after_responses");
        match (at_s, after) {
            (Some(_), Some(_)) => {
                let message = "a fault begins at_s seconds or after_responses, not both";
                self.file.error_at(table, "after_responses", message);
                Begin::Always
            }
            (Some(at_s), None) => Begin::AfterSeconds(at_s),
            (None, Some(AfterResponses { from, to, count })) => {
                self.is_link(table, "after_responses", &from, &to, scenario);
                Begin::AfterResponses { from, to, count }
            }
            (None, None) => Begin::Always,
        }
    }
}
