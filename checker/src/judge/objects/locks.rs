//! Mutexes and semaphores.

use super::function;
use crate::history::EventKind;
use crate::judge::object::Object;
use crate::judge::parts::Intake;
use crate::judge::teller::Teller;
use crate::model::{Held, Lock, LockOp};
use crate::recorded::{History, Recorded, Values};
use crate::rules::{Kind, Ruling, Witness, lock};
use crate::timed::Timed;

/// Locks with the functions `acquire` and `release`; a number that an acquire is answered with is
/// its fencing token.
#[derive(Debug, Clone, Copy)]
pub struct Locks(Lock<u32>);

type Op = LockOp<u32>;

impl Locks {
    /// Locks that so many can hold at once.
    #[must_use]
    pub fn new(permits: u32) -> Self {
        Self(Lock::semaphore(permits))
    }
}

impl Object for Locks {
    type Model = Lock<u32>;

    fn noun(&self) -> &'static str {
        if self.0.permits == 1 {
            "mutex"
        } else {
            "semaphore"
        }
    }

    fn model(&self) -> &Lock<u32> {
        &self.0
    }

    fn take(
        &self,
        history: &History,
        recorded: &Recorded,
        intake: &mut Intake<'_, Op>,
    ) -> Result<(), String> {
        let by = recorded.process;
        match function(history, recorded) {
            "acquire" | "lock" => {
                let is_ok = recorded.end == EventKind::Ok;
                let is_echo = recorded.answer == recorded.argument;
                let token = recorded.answer.as_integer().filter(|_| is_ok && !is_echo);
                let token = token.and_then(|token| u64::try_from(token).ok());
                intake.did_unless_failed(Op::Acquire { by, token });
            }
            "release" | "unlock" => intake.did_unless_failed(Op::Release { by }),
            other => {
                let noun = self.noun();
                return Err(format!(
                    "a {noun} has the functions acquire and release, and not `{other}`"
                ));
            }
        }
        Ok(())
    }

    fn rule(&self, ops: &[Timed<Op>], with_order: bool) -> Option<Ruling<Op>> {
        lock::judge(&self.0, ops, with_order)
    }

    fn rule_name(&self) -> &'static str {
        "zones"
    }

    fn did(&self, op: &Op, _: &Values) -> String {
        match op {
            Op::Acquire { token: None, .. } => "acquired it".to_owned(),
            Op::Acquire {
                token: Some(token), ..
            } => format!("acquired it with token {token}"),
            Op::Release { .. } => "released it".to_owned(),
        }
    }

    fn why(&self, teller: &Teller<'_, Op>, witness: &Witness<Op>) -> (String, Vec<String>) {
        let told = || {
            let sentences = witness.ops.iter();
            sentences.map(|op| format!("{}.", teller.told(*op)))
        };
        let (summary, last) = match witness.kind {
            Kind::TooManyHolders => (
                format!(
                    "More than {} held the {} at once.",
                    self.0.permits,
                    self.noun()
                ),
                "Whoever acquired it holds it from then on until the release begins.".to_owned(),
            ),
            Kind::TokenBackwards => (
                "A token is not greater than one that was handed out before.".to_owned(),
                "Tokens grow with every acquisition.".to_owned(),
            ),
            _ => (
                format!("Somebody released the {} without holding it.", self.noun()),
                "Every release needs an acquisition of the same process before.".to_owned(),
            ),
        };
        (summary, told().chain([last]).collect())
    }

    fn state(&self, state: &Held<u32>, _: &Values) -> Option<String> {
        state.by.is_empty().then(|| "was free".to_owned())
    }
}
