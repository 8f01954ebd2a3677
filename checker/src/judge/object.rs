//! What a kind of object has to say about itself to be judged.

use crate::model::Model;
use crate::recorded::{History, Recorded, Val, Values};
use crate::rules::{Ruling, Witness};
use crate::timed::Timed;

use super::parts::Intake;
use super::teller::Teller;

/// The operations of an object's model.
pub type OpOf<O> = <<O as Object>::Model as Model>::Op;
/// The states of an object's model.
pub type StateOf<O> = <<O as Object>::Model as Model>::State;

/// A kind of object, as histories record it: how its operations read, which rule decides it in
/// near-linear time, and how its operations are told to people.
///
/// Only [`noun`](Self::noun), [`model`](Self::model), [`take`](Self::take) and [`did`](Self::did)
/// are required: any model can be judged by search.
pub trait Object: Sync {
    /// How it behaves.
    type Model: Model<Op: Send + Sync, State: Send> + Sync;

    /// What one of them is called: `register`.
    fn noun(&self) -> &'static str;

    /// How it behaves.
    fn model(&self) -> &Self::Model;

    /// Reads a recorded operation and hands what it did to `intake`: nothing where it tells
    /// nothing, one operation mostly, several if it stands for several.
    ///
    /// # Errors
    /// When the object has no such operation: what it has, in a sentence without its beginning.
    fn take(
        &self,
        history: &History,
        recorded: &Recorded,
        intake: &mut Intake<'_, OpOf<Self>>,
    ) -> Result<(), String>;

    /// Decides quickly and exactly, where that is possible; the search is left otherwise.
    fn rule(&self, ops: &[Timed<OpOf<Self>>], with_order: bool) -> Option<Ruling<OpOf<Self>>> {
        let _ = (ops, with_order);
        None
    }

    /// The rule's name in reports.
    fn rule_name(&self) -> &'static str {
        "rule"
    }

    /// Looks for what breaks a condition that every history fulfils, before a search begins: quick
    /// and never wrong, but it does not find everything. With the name of the condition for
    /// reports.
    fn broken(&self, ops: &[Timed<OpOf<Self>>]) -> Option<(&'static str, Witness<OpOf<Self>>)> {
        let _ = ops;
        None
    }

    /// What is known when [`broken`](Self::broken) finds nothing and every value that was seen was
    /// made by somebody: sentences.
    fn conditions(&self) -> &'static [&'static str] {
        &[]
    }

    /// What an operation did, after the name of who did it: `read 5`.
    fn did(&self, op: &OpOf<Self>, values: &Values) -> String;

    /// Why operations are impossible: a sentence, and one for each step to it.
    fn why(
        &self,
        teller: &Teller<'_, OpOf<Self>>,
        witness: &Witness<OpOf<Self>>,
    ) -> (String, Vec<String>)
    where
        Self: Sized,
    {
        let told: Vec<String> = witness.ops.iter().map(|op| teller.tell(*op)).collect();
        (teller.together(&told), Vec::new())
    }

    /// A state in words: `held 3`. Nothing if that would not help.
    fn state(&self, state: &StateOf<Self>, values: &Values) -> Option<String> {
        let _ = (state, values);
        None
    }

    /// All states in which it may be after operations that have all ended, and perhaps some more;
    /// nothing if these are not easily told. With this, histories that grow need not be kept.
    fn ends(&self, ops: &[Timed<OpOf<Self>>]) -> Option<Vec<End<StateOf<Self>, OpOf<Self>>>> {
        let _ = ops;
        None
    }

    /// The values that an operation saw and that somebody must have made.
    fn seen<'a>(&self, op: &'a OpOf<Self>) -> &'a [Val] {
        let _ = op;
        &[]
    }

    /// The value that an operation makes, if it makes one.
    fn made(&self, op: &OpOf<Self>) -> Option<Val> {
        let _ = op;
        None
    }
}

/// A state in which an object may be when nothing is open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct End<S, O> {
    /// The state.
    pub state: S,
    /// Operations that bring a new object into this state, one after the other.
    pub leads: Vec<O>,
    /// An operation that changes nothing and is possible in this state only.
    pub finds: O,
}
