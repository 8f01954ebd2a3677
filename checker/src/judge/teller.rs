//! Sentences about lines of a history.

use super::parts::Part;
use crate::recorded::{History, Recorded, Val, Values};
use crate::timed::Timed;

/// Tells of the operations of one object, which are numbered from 0.
pub struct Teller<'a, O> {
    history: &'a History,
    part: &'a Part<O>,
    /// What an operation did, after the name of who did it.
    did: Box<dyn Fn(&O) -> String + 'a>,
}

impl<'a, O> Teller<'a, O> {
    pub(super) fn new(
        history: &'a History,
        part: &'a Part<O>,
        did: impl Fn(&O) -> String + 'a,
    ) -> Self {
        Self {
            history,
            part,
            did: Box::new(did),
        }
    }

    /// What values stand for.
    #[must_use]
    pub fn values(&self) -> &'a Values {
        &self.history.values
    }

    /// A value as JSON.
    #[must_use]
    pub fn show(&self, value: Val) -> String {
        self.history.values.show(value)
    }

    /// The operation itself.
    #[must_use]
    pub fn op(&self, op: u32) -> &'a Timed<O> {
        &self.part.ops[op as usize]
    }

    /// All operations of the object.
    #[must_use]
    pub fn ops(&self) -> &'a [Timed<O>] {
        &self.part.ops
    }

    pub(super) fn recorded(&self, op: u32) -> &'a Recorded {
        &self.history.ops[self.part.numbers[op as usize] as usize]
    }

    /// `process 3 read 5 (line 7)`.
    #[must_use]
    pub fn tell(&self, op: u32) -> String {
        let (timed, recorded) = (self.op(op), self.recorded(op));
        let did = (self.did)(&timed.op);
        let perhaps = if timed.is_indeterminate() {
            ", perhaps"
        } else {
            ""
        };
        self.named(recorded, &format!("{did}{perhaps}"))
    }

    pub(super) fn named(&self, recorded: &Recorded, did: &str) -> String {
        let process = self.history.processes.get(recorded.process as usize);
        let process = process.map(|process| self.show(*process));
        let process = process.unwrap_or_default();
        format!("process {process} {did} (line {})", recorded.call_line)
    }

    /// `Process 3 read 5 (line 7)`.
    #[must_use]
    pub fn told(&self, op: u32) -> String {
        capital(&self.tell(op))
    }

    /// That one was done before the other began.
    #[must_use]
    pub fn before(&self, first: u32, second: u32) -> String {
        let ret_line = self.recorded(first).ret_line;
        format!(
            "{} and was done in line {ret_line}, before {} began.",
            self.told(first),
            self.tell(second)
        )
    }

    /// In which line one began.
    #[must_use]
    pub fn began(&self, op: u32) -> String {
        format!("That began in line {}", self.recorded(op).call_line)
    }

    /// That all these cannot be.
    #[must_use]
    pub fn together(&self, told: &[String]) -> String {
        match told {
            [only] => format!("{}: that cannot be.", capital(only)),
            _ => format!(
                "{}: that cannot all be.",
                capital(&crate::words::listed(told))
            ),
        }
    }
}

/// With a capital letter, as a sentence begins.
pub(super) fn capital(sentence: &str) -> String {
    let mut letters = sentence.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}
