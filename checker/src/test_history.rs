//! Small histories written by hand, for tests and examples.
//!
//! ```
//! use checker::test_history::TestHistory;
//!
//! let mut history = TestHistory::new();
//! history.ok("n0", "add", 3, 3);
//! let read = history.invoke("n1", "read", ());
//! history.complete_ok(read, 3);
//! assert_eq!(history.len(), 4);
//! ```

use serde_json::Value;

use crate::{Check, CheckResult, Completion, EventKind, Invocation, OpError, Operation};

/// A history in the making. Every event takes one millisecond; operations that are still open at
/// the end are completed as `info`.
#[derive(Debug, Default)]
pub struct TestHistory {
    steps: Vec<Step>,
    open: Vec<Option<Invocation>>,
    in_final: bool,
}

/// One event of a history.
#[derive(Debug, Clone)]
pub enum Step {
    /// An operation begins.
    Invoke(Invocation),
    /// An operation ends.
    Complete(Operation),
}

/// An operation that was begun.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Begun(usize);

/// What an argument or answer may be written as: a JSON value, or `()` for null.
pub trait IntoValue {
    /// The JSON value.
    fn into_value(self) -> Value;
}

impl IntoValue for () {
    fn into_value(self) -> Value {
        Value::Null
    }
}

impl IntoValue for Value {
    fn into_value(self) -> Value {
        self
    }
}

impl IntoValue for i64 {
    fn into_value(self) -> Value {
        self.into()
    }
}

impl IntoValue for &str {
    fn into_value(self) -> Value {
        self.into()
    }
}

impl<const N: usize> IntoValue for [i64; N] {
    fn into_value(self) -> Value {
        self.to_vec().into()
    }
}

impl IntoValue for Vec<i64> {
    fn into_value(self) -> Value {
        self.into()
    }
}

impl TestHistory {
    /// An empty history.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// How many events there are so far.
    #[must_use]
    pub fn len(&self) -> usize {
        self.steps.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// From here on operations belong to the final phase.
    pub fn finally(&mut self) {
        self.in_final = true;
    }

    /// An operation begins.
    pub fn invoke(&mut self, node: &str, f: &str, value: impl IntoValue) -> Begun {
        let index = self.steps.len() as u64;
        let invocation = Invocation {
            index,
            time_ns: index * 1_000_000,
            process: self.open.len() as u64,
            f: f.to_owned(),
            key: None,
            value: value.into_value(),
            node: node.to_owned(),
            message: Some(index),
            is_final: self.in_final,
        };
        self.open.push(Some(invocation.clone()));
        self.steps.push(Step::Invoke(invocation));
        Begun(self.open.len() - 1)
    }

    /// It certainly happened, with this answer.
    pub fn complete_ok(&mut self, begun: Begun, value: impl IntoValue) {
        self.complete(begun, EventKind::Ok, Some(value.into_value()));
    }

    /// It certainly did not happen.
    pub fn complete_fail(&mut self, begun: Begun) {
        self.complete(begun, EventKind::Fail, None);
    }

    /// It may have happened.
    pub fn complete_info(&mut self, begun: Begun) {
        self.complete(begun, EventKind::Info, None);
    }

    /// An operation that begins and succeeds at once.
    pub fn ok(&mut self, node: &str, f: &str, value: impl IntoValue, answer: impl IntoValue) {
        let begun = self.invoke(node, f, value);
        self.complete_ok(begun, answer);
    }

    /// An operation that begins and may have happened.
    pub fn info(&mut self, node: &str, f: &str, value: impl IntoValue) {
        let begun = self.invoke(node, f, value);
        self.complete_info(begun);
    }

    /// An operation that begins and certainly does not happen.
    pub fn fail(&mut self, node: &str, f: &str, value: impl IntoValue) {
        let begun = self.invoke(node, f, value);
        self.complete_fail(begun);
    }

    /// The events, with everything that is still open completed as `info`.
    #[must_use]
    pub fn into_steps(mut self) -> Vec<Step> {
        for n in 0..self.open.len() {
            self.complete(Begun(n), EventKind::Info, None);
        }
        self.steps
    }

    /// What a check says about the history.
    pub fn judge(self, check: &mut dyn Check) -> CheckResult {
        for step in &self.into_steps() {
            match step {
                Step::Invoke(invocation) => check.on_invoke(invocation),
                Step::Complete(operation) => check.on_complete(operation),
            }
        }
        check.finish()
    }

    /// Ends an operation unless it has ended already.
    fn complete(&mut self, begun: Begun, kind: EventKind, answer: Option<Value>) {
        let Some(invocation) = self.open.get_mut(begun.0).and_then(Option::take) else {
            return;
        };
        let index = self.steps.len() as u64;
        let completion = Completion {
            index,
            time_ns: index * 1_000_000,
            kind,
            value: answer.unwrap_or_else(|| invocation.value.clone()),
            message: (kind == EventKind::Ok).then_some(index),
            error: (kind != EventKind::Ok).then(|| OpError {
                code: None,
                name: match kind {
                    EventKind::Fail => "node-down".to_owned(),
                    _ => "timeout".to_owned(),
                },
                text: String::new(),
            }),
        };
        self.steps.push(Step::Complete(Operation {
            invocation,
            completion,
        }));
    }
}
