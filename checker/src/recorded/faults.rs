//! When faults were active, as far as a history says so: Jepsen's nemesis.

use crate::timed::NEVER;

/// Spans of a history in which a fault was active.
#[derive(Debug, Clone, Default)]
pub struct Faults {
    spans: Vec<Span>,
}

#[derive(Debug, Clone)]
struct Span {
    fault: Box<str>,
    /// The position of the first event that came while it was active,
    from: u32,
    /// and of the first one that came after it.
    to: u32,
}

/// What an event says about a fault.
enum Turn<'a> {
    On(&'a str),
    Off(&'a str),
}

impl Faults {
    /// Whether the history tells of any.
    #[must_use]
    pub fn are_known(&self) -> bool {
        !self.spans.is_empty()
    }

    /// Takes an event of the nemesis before the event at this position.
    ///
    /// The nemesis says everything twice, when it begins and when it is done: a fault is active
    /// from the first of these to the last.
    pub(super) fn take(&mut self, function: &str, position: u32) {
        match self.turn(function) {
            Some(Turn::On(fault)) if self.active(fault).is_none() => self.spans.push(Span {
                fault: fault.into(),
                from: position,
                to: NEVER,
            }),
            Some(Turn::Off(fault)) => {
                let mut spans = self.spans.iter_mut().rev();
                if let Some(span) = spans.find(|span| *span.fault == *fault) {
                    span.to = position;
                }
            }
            _ => {}
        }
    }

    /// By the names that Jepsen's own nemeses use. `start` puts an end to `kill`, and is otherwise
    /// the beginning of whatever `stop` ends.
    fn turn<'a>(&self, function: &'a str) -> Option<Turn<'a>> {
        let is_killed = || self.spans.iter().any(|span| *span.fault == *"kill");
        Some(match function {
            "kill" | "crash" => Turn::On("kill"),
            "start" if is_killed() => Turn::Off("kill"),
            "start" => Turn::On(""),
            "stop" => Turn::Off(""),
            "pause" => Turn::On("pause"),
            "resume" => Turn::Off("pause"),
            "partition" => Turn::On("partition"),
            "heal" => Turn::Off("partition"),
            "bump" | "strobe" | "bump-clock" | "strobe-clock" => Turn::On("clock"),
            "reset" | "reset-clock" => Turn::Off("clock"),
            _ => {
                let on = function.strip_prefix("start-").map(Turn::On);
                return on.or_else(|| function.strip_prefix("stop-").map(Turn::Off));
            }
        })
    }

    fn active(&self, fault: &str) -> Option<&Span> {
        let mut spans = self.spans.iter();
        spans.find(|span| *span.fault == *fault && span.to == NEVER)
    }

    /// The spans without those inside others: from the first position to the one behind the last,
    /// in order.
    #[must_use]
    pub fn spans(&self) -> Vec<(u32, u32)> {
        let mut joined: Vec<(u32, u32)> = Vec::new();
        for Span { from, to, .. } in &self.spans {
            match joined.last_mut() {
                Some((_, end)) if *from <= *end => *end = (*end).max(*to),
                _ => joined.push((*from, *to)),
            }
        }
        joined
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spans(events: &[(&str, u32)]) -> Vec<(u32, u32)> {
        let mut faults = Faults::default();
        for (function, position) in events {
            faults.take(function, *position);
        }
        faults.spans()
    }

    #[test]
    fn a_fault_lasts_from_its_first_event_to_its_last() {
        let partition = [
            ("start-partition", 2),
            ("start-partition", 3),
            ("stop-partition", 8),
            ("stop-partition", 9),
            ("start-partition", 20),
        ];
        assert_eq!(spans(&partition), [(2, 9), (20, NEVER)]);
        assert_eq!(spans(&[("start", 1), ("stop", 4)]), [(1, 4)]);
        assert_eq!(spans(&[("kill", 1), ("start", 4), ("start", 6)]), [(1, 6)]);
        assert_eq!(spans(&[("stop", 1), ("check-offsets", 4)]), []);
    }

    #[test]
    fn faults_at_the_same_time_are_one_span() {
        let two = [("pause", 1), ("bump-clock", 3), ("resume", 5)];
        assert_eq!(spans(&two), [(1, NEVER)]);
        let three = [("pause", 1), ("kill", 3), ("start", 4), ("resume", 7)];
        assert_eq!(spans(&three), [(1, 7)]);
    }
}
