//! The life of one process of a node, as a table of permitted steps. Pure.

/// Where one process (one incarnation of a node) stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lifecycle {
    /// Asked for, not yet spawned.
    Starting,
    /// Spawned, and free to run.
    Running,
    /// Stopped by SIGSTOP; it keeps its memory and its pipes.
    Paused,
    /// SIGKILL was sent; its end has not been seen yet.
    Killed,
    /// Gone, or never came to life.
    Exited,
}

/// What can happen to a process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// The operating system made the process.
    Spawned,
    /// It could not be made.
    SpawnFailed,
    /// The harness stops it.
    Pause,
    /// The harness lets it continue.
    Resume,
    /// The harness kills it.
    Kill,
    /// It ended, for whatever reason.
    Exit,
}

impl Lifecycle {
    /// The state after `step`, or `None` where that step makes no sense.
    #[must_use]
    pub fn after(self, step: Step) -> Option<Self> {
        use Lifecycle::{Exited, Killed, Paused, Running, Starting};
        match (self, step) {
            (Starting, Step::Spawned) | (Paused, Step::Resume) => Some(Running),
            (Running, Step::Pause) => Some(Paused),
            (Starting | Running | Paused, Step::Kill) => Some(Killed),
            // A start that was killed before it happened ends without a process.
            (Starting, Step::SpawnFailed) | (Running | Paused | Killed, Step::Exit) => Some(Exited),
            _ => None,
        }
    }

    /// Whether lines may still be queued for its stdin.
    #[must_use]
    pub fn takes_input(self) -> bool {
        matches!(self, Self::Starting | Self::Running | Self::Paused)
    }
}

#[cfg(test)]
mod tests {
    use super::Lifecycle::{Exited, Killed, Paused, Running, Starting};
    use super::*;

    const STEPS: [Step; 6] = [
        Step::Spawned,
        Step::SpawnFailed,
        Step::Pause,
        Step::Resume,
        Step::Kill,
        Step::Exit,
    ];

    #[test]
    fn every_pair_of_state_and_step_is_as_the_table_says() {
        // Columns in the order of STEPS.
        let table = [
            (
                Starting,
                [Some(Running), Some(Exited), None, None, Some(Killed), None],
            ),
            (
                Running,
                [None, None, Some(Paused), None, Some(Killed), Some(Exited)],
            ),
            (
                Paused,
                [None, None, None, Some(Running), Some(Killed), Some(Exited)],
            ),
            (Killed, [None, None, None, None, None, Some(Exited)]),
            (Exited, [None; 6]),
        ];
        for (state, row) in table {
            for (step, expected) in STEPS.into_iter().zip(row) {
                assert_eq!(state.after(step), expected, "{state:?} and {step:?}");
            }
        }
    }

    #[test]
    fn only_a_process_that_may_still_read_takes_input() {
        let takes = [Starting, Running, Paused, Killed, Exited].map(Lifecycle::takes_input);
        assert_eq!(takes, [true, true, true, false, false]);
    }
}
