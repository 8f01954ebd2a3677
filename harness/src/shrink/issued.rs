//! Which operations a run issued, by client and number.

use workloads::Event;

use super::Operation;
use crate::plan::Plan;

/// Collects the operations of the main phase while a run lasts.
#[derive(Debug)]
pub struct Issued<'a> {
    plan: &'a Plan,
    /// How many each client has issued so far.
    counts: Vec<u64>,
    operations: Vec<Operation>,
}

impl<'a> Issued<'a> {
    /// For a run of this plan.
    #[must_use]
    pub fn new(plan: &'a Plan) -> Self {
        Self {
            plan,
            counts: vec![0; plan.options.client_count()],
            operations: Vec::new(),
        }
    }

    /// Takes an event of the run.
    pub fn take(&mut self, event: &Event) {
        let Event::Invoke(op) = event else { return };
        if op.is_final {
            return;
        }
        // A client's process number grows by the number of clients.
        let client = (op.process % self.counts.len() as u64) as usize;
        let number = self
            .plan
            .left_out
            .number_of_nth(client, self.counts[client]);
        self.counts[client] += 1;
        self.operations.push((client, number));
    }

    /// All of them, in the order in which they began.
    #[must_use]
    pub fn into_operations(self) -> Vec<Operation> {
        self.operations
    }
}
