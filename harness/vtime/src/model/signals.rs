//! What signals do, by man 7 signal: to whom one goes, and to a wait that it meets.

/// What a process does about a signal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Action {
    /// What the system does by itself.
    Default,
    /// Nothing.
    Ignore,
    /// It calls a function.
    Handler {
        /// Whether a call that was interrupted goes on afterwards (`SA_RESTART`).
        restart: bool,
    },
}

/// The highest number of a signal.
const MOST: usize = 64;

/// What a process does about each signal.
#[derive(Debug, Clone)]
pub(crate) struct Actions([Action; MOST]);

impl Default for Actions {
    fn default() -> Self {
        Self([Action::Default; MOST])
    }
}

/// How a thread waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Waiting {
    /// In a call that goes on after a handler with `SA_RESTART`: a read, a futex, a child.
    Restartable,
    /// In one that never does: a sleep, or a wait for descriptors with a time limit.
    Sleep,
}

/// What a signal does to a wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Effect {
    /// The wait goes on.
    None,
    /// The signal is received, and the wait begins again if the thread survives that.
    Restart,
    /// The signal is received, and the call fails with `EINTR`.
    Interrupt,
}

impl Actions {
    /// From now on this is done. `SIGKILL` and `SIGSTOP` stay as they are.
    pub(crate) fn set(&mut self, signal: i32, action: Action) {
        if let Some(known) = index(signal).filter(|_| !is_supreme(signal)) {
            self.0[known] = action;
        }
    }

    /// What is done about a signal.
    pub(crate) fn get(&self, signal: i32) -> Action {
        index(signal).map_or(Action::Default, |known| self.0[known])
    }

    /// A new program has none of the old one's functions; what was ignored stays ignored.
    pub(crate) fn on_exec(&mut self) {
        for action in &mut self.0 {
            if let Action::Handler { .. } = action {
                *action = Action::Default;
            }
        }
    }

    /// What a signal does to a thread that waits and blocks these.
    pub(crate) fn effect(&self, signal: i32, blocked: u64, waiting: Waiting) -> Effect {
        if index(signal).is_none() || is_blocked(signal, blocked) {
            return Effect::None;
        }
        match (self.get(signal), waiting) {
            (Action::Ignore, _) => Effect::None,
            (Action::Default, _) if is_ignored_by_default(signal) => Effect::None,
            // It ends the process, or stops it for a while.
            (Action::Default, _) => Effect::Restart,
            (Action::Handler { restart: true }, Waiting::Restartable) => Effect::Restart,
            (Action::Handler { .. }, _) => Effect::Interrupt,
        }
    }
}

/// Who receives a signal that was sent to a process: its first thread if that does not block it,
/// otherwise the earliest that does not; `None` when all do, and it stays pending.
pub(crate) fn receiver<T: Copy + PartialEq>(
    signal: i32,
    first: T,
    threads: impl Iterator<Item = (T, u64)>,
) -> Option<T> {
    let mut earliest = None;
    for (thread, blocked) in threads {
        if is_blocked(signal, blocked) {
            continue;
        }
        if thread == first {
            return Some(thread);
        }
        earliest = earliest.or(Some(thread));
    }
    earliest
}

/// A signal in a mask.
pub(crate) fn bit(signal: i32) -> u64 {
    index(signal).map_or(0, |index| 1 << index)
}

fn index(signal: i32) -> Option<usize> {
    let signal = usize::try_from(signal).ok()?;
    (1..=MOST).contains(&signal).then(|| signal - 1)
}

fn is_blocked(signal: i32, blocked: u64) -> bool {
    !is_supreme(signal) && index(signal).is_some_and(|bit| blocked >> bit & 1 == 1)
}

/// Nobody can block or ignore these.
fn is_supreme(signal: i32) -> bool {
    matches!(signal, libc::SIGKILL | libc::SIGSTOP)
}

fn is_ignored_by_default(signal: i32) -> bool {
    matches!(
        signal,
        libc::SIGCHLD | libc::SIGCONT | libc::SIGURG | libc::SIGWINCH
    )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const HANDLER: Action = Action::Handler { restart: false };
    const RESTARTING: Action = Action::Handler { restart: true };

    fn effect(signal: i32, action: Action, blocked: u64, waiting: Waiting) -> Effect {
        let mut actions = Actions::default();
        actions.set(signal, action);
        actions.effect(signal, blocked, waiting)
    }

    #[test]
    fn a_handler_interrupts_or_restarts() {
        use Waiting::{Restartable, Sleep};
        let on_alarm = |action, waiting| effect(libc::SIGALRM, action, 0, waiting);
        assert_eq!(on_alarm(RESTARTING, Restartable), Effect::Restart);
        assert_eq!(on_alarm(RESTARTING, Sleep), Effect::Interrupt);
        assert_eq!(on_alarm(HANDLER, Restartable), Effect::Interrupt);
        assert_eq!(on_alarm(HANDLER, Sleep), Effect::Interrupt);
    }

    #[test]
    fn blocked_and_ignored_signals_disturb_nobody() {
        let on = |signal, action, blocked| effect(signal, action, blocked, Waiting::Sleep);
        assert_eq!(on(libc::SIGUSR1, HANDLER, bit(libc::SIGUSR1)), Effect::None);
        assert_eq!(
            on(libc::SIGUSR1, HANDLER, !bit(libc::SIGUSR1)),
            Effect::Interrupt
        );
        assert_eq!(on(libc::SIGUSR1, Action::Ignore, 0), Effect::None);
        for signal in [libc::SIGCHLD, libc::SIGCONT, libc::SIGURG, libc::SIGWINCH] {
            assert_eq!(on(signal, Action::Default, 0), Effect::None);
            assert_eq!(on(signal, HANDLER, 0), Effect::Interrupt);
        }
        assert_eq!(on(libc::SIGTERM, Action::Default, 0), Effect::Restart);
    }

    #[test]
    fn kill_and_stop_can_be_neither_blocked_nor_ignored() {
        for signal in [libc::SIGKILL, libc::SIGSTOP] {
            assert_eq!(
                effect(signal, Action::Ignore, u64::MAX, Waiting::Sleep),
                Effect::Restart
            );
            assert_eq!(receiver(signal, 1, [(1, u64::MAX)].into_iter()), Some(1));
        }
    }

    #[test]
    fn a_new_program_keeps_only_what_was_ignored() {
        let mut actions = Actions::default();
        actions.set(libc::SIGPIPE, Action::Ignore);
        actions.set(libc::SIGTERM, HANDLER);
        actions.on_exec();
        assert_eq!(actions.get(libc::SIGPIPE), Action::Ignore);
        assert_eq!(actions.get(libc::SIGTERM), Action::Default);
    }

    #[test]
    fn the_first_thread_is_preferred_then_the_earliest_that_can() {
        let blocked = bit(libc::SIGTERM);
        let to = |masks: [u64; 3]| receiver(libc::SIGTERM, 2, [1, 2, 3].into_iter().zip(masks));
        assert_eq!(to([0, 0, 0]), Some(2));
        assert_eq!(to([0, blocked, 0]), Some(1));
        assert_eq!(to([blocked, blocked, 0]), Some(3));
        assert_eq!(to([blocked; 3]), None);
    }

    proptest! {
        #[test]
        fn no_number_is_too_strange(signal: i32, blocked: u64) {
            let mut actions = Actions::default();
            actions.set(signal, HANDLER);
            let known = (1..=64).contains(&signal);
            if !known {
                prop_assert_eq!(actions.get(signal), Action::Default);
                prop_assert_eq!(actions.effect(signal, blocked, Waiting::Sleep), Effect::None);
            }
            prop_assert!(receiver(signal, 1, [(1, blocked)].into_iter()).is_some() || known);
        }

        #[test]
        fn every_real_signal_has_a_place_of_its_own(signal in 1i32..=64, other in 1i32..=64) {
            let mut actions = Actions::default();
            actions.set(signal, HANDLER);
            let is_set = signal == other && !is_supreme(signal);
            let expected = if is_set { HANDLER } else { Action::Default };
            prop_assert_eq!(actions.get(other), expected);
        }
    }
}
