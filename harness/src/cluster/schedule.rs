//! When the faults of a scenario begin and end. Times count from the moment that all programs in
//! the background are ready.

use std::time::Duration;

use workloads::scenario::{Begin, Disturbance};

/// What is to be done with a fault, by its number in the scenario.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Action {
    Begin(usize),
    End(usize),
}

/// The faults that have not begun, or not ended.
#[derive(Debug)]
pub(super) struct Schedule<'a> {
    faults: &'a [Disturbance],
    /// Faults that begin after answers: how many are still to come.
    awaited: Vec<(usize, u64)>,
    /// What is to be done, in order of time.
    planned: Vec<(Duration, Action)>,
}

impl<'a> Schedule<'a> {
    pub(super) fn new(faults: &'a [Disturbance]) -> Self {
        let awaited = faults.iter().enumerate();
        let awaited = awaited.filter_map(|(number, fault)| match fault.begins {
            Begin::AfterResponses { count, .. } => Some((number, count)),
            _ => None,
        });
        Self {
            faults,
            awaited: awaited.collect(),
            planned: Vec::new(),
        }
    }

    /// Those that are there before any program starts.
    pub(super) fn always(&self) -> impl Iterator<Item = usize> {
        let faults = self.faults.iter().enumerate();
        faults.filter_map(|(number, fault)| (fault.begins == Begin::Always).then_some(number))
    }

    /// All programs in the background are ready: time begins.
    pub(super) fn ready(&mut self) {
        for (number, fault) in self.faults.iter().enumerate() {
            match fault.begins {
                Begin::Always => self.plan_end(number, Duration::ZERO),
                Begin::AfterSeconds(at_s) => {
                    let at = Duration::from_secs_f64(at_s);
                    self.planned.push((at, Action::Begin(number)));
                    self.plan_end(number, at);
                }
                Begin::AfterResponses { .. } => {}
            }
        }
        self.sort();
    }

    /// An answer came back on a link: faults that waited for it begin now.
    pub(super) fn responded(&mut self, link: (&str, &str), now: Duration) -> Vec<Action> {
        let faults = self.faults;
        let mut begun = Vec::new();
        self.awaited.retain_mut(|(number, left)| {
            let Begin::AfterResponses { from, to, .. } = &faults[*number].begins else {
                return false;
            };
            if (from.as_str(), to.as_str()) == link {
                *left = left.saturating_sub(1);
            }
            if *left == 0 {
                begun.push(*number);
            }
            *left > 0
        });
        for number in &begun {
            self.plan_end(*number, now);
        }
        self.sort();
        begun.into_iter().map(Action::Begin).collect()
    }

    /// When something is to be done next.
    pub(super) fn due(&self) -> Option<Duration> {
        self.planned.first().map(|(at, _)| *at)
    }

    /// When everything that has a time will have been done.
    pub(super) fn over(&self) -> Option<Duration> {
        self.planned.last().map(|(at, _)| *at)
    }

    /// What is to be done by now.
    pub(super) fn take(&mut self, now: Duration) -> Vec<Action> {
        let count = self.planned.partition_point(|(at, _)| *at <= now);
        self.planned
            .drain(..count)
            .map(|(_, action)| action)
            .collect()
    }

    /// The faults that never began, by number: what they waited for did not happen.
    pub(super) fn never_begun(&self) -> Vec<usize> {
        let planned = self.planned.iter().filter_map(|(_, action)| match action {
            Action::Begin(number) => Some(*number),
            Action::End(_) => None,
        });
        let awaited = self.awaited.iter().map(|(number, _)| *number);
        awaited.chain(planned).collect()
    }

    fn plan_end(&mut self, number: usize, begins: Duration) {
        let lasts = self.faults[number].lasts_s.map(Duration::from_secs_f64);
        let end = lasts.map(|lasts| (begins + lasts, Action::End(number)));
        self.planned.extend(end);
    }

    fn sort(&mut self) {
        self.planned.sort_by_key(|(at, _)| *at);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use workloads::scenario::ScenarioFault;

    fn fault(begins: Begin, lasts_s: Option<f64>) -> Disturbance {
        Disturbance {
            fault: ScenarioFault::Pause("a".to_owned()),
            begins,
            lasts_s,
        }
    }

    const S: Duration = Duration::from_secs(1);

    #[test]
    fn faults_begin_and_end_at_their_times() {
        let faults = [
            fault(Begin::Always, Some(3.0)),
            fault(Begin::AfterSeconds(2.0), Some(0.5)),
            fault(Begin::AfterSeconds(9.0), None),
        ];
        let mut schedule = Schedule::new(&faults);
        assert_eq!(schedule.always().collect::<Vec<_>>(), [0]);
        assert_eq!(schedule.due(), None, "time has not begun");
        schedule.ready();
        assert_eq!(schedule.take(S), []);
        assert_eq!(
            (schedule.due(), schedule.over()),
            (Some(2 * S), Some(9 * S))
        );
        assert_eq!(schedule.take(2 * S), [Action::Begin(1)]);
        assert_eq!(schedule.take(4 * S), [Action::End(1), Action::End(0)]);
        assert_eq!(schedule.never_begun(), [2]);
    }

    #[test]
    fn faults_wait_for_answers() {
        let begins = Begin::AfterResponses {
            from: "client".to_owned(),
            to: "peer1".to_owned(),
            count: 2,
        };
        let faults = [fault(begins, Some(1.0))];
        let mut schedule = Schedule::new(&faults);
        schedule.ready();
        assert_eq!(schedule.responded(("client", "peer1"), S), []);
        assert_eq!(schedule.responded(("client", "peer0"), S), []);
        assert_eq!(schedule.never_begun(), [0]);
        let begun = schedule.responded(("client", "peer1"), 5 * S);
        assert_eq!(begun, [Action::Begin(0)]);
        assert_eq!(schedule.responded(("client", "peer1"), 5 * S), []);
        assert_eq!(schedule.take(6 * S), [Action::End(0)]);
        assert!(schedule.never_begun().is_empty());
    }
}
