//! What an object is: its states, and what operations do to them.

mod container;
mod counter;
mod grow_set;
mod lock;
mod log;
mod register;
mod set;
mod versions;
mod whole_set;

pub use container::{Container, ContainerOp, Discipline};
pub use counter::{Counter, CounterOp};
pub use grow_set::{GrowingSet, GrowingSetOp};
pub use lock::{Held, Lock, LockOp};
pub use log::{Log, LogOp};
pub use register::{Register, RegisterOp};
pub use set::{SetElement, SetOp};
pub use versions::{Clocked, LastWriter, MultiValue, Stamped, VersionedOp};
pub use whole_set::{WholeSet, WholeSetOp};

use std::hash::Hash;

/// A kind of object, by its sequential behaviour.
///
/// An operation carries its answer, so that a step says whether this answer is possible. An
/// operation whose end is not known carries no answer, and its step allows whatever it may have
/// done.
///
/// ```
/// use checker::model::{Model, Role};
///
/// /// A door that can be opened when it is closed, and closed when it is open.
/// struct Door;
///
/// impl Model for Door {
///     type Op = &'static str;
///     type State = bool;
///     type Next = Option<bool>;
///
///     fn initial(&self) -> bool {
///         false
///     }
///
///     fn step(&self, is_open: &bool, op: &&'static str) -> Option<bool> {
///         match *op {
///             "open" => (!is_open).then_some(true),
///             "close" => is_open.then_some(false),
///             _ => None,
///         }
///     }
/// }
/// ```
pub trait Model {
    /// An operation with its answer.
    type Op: Clone + Eq + Hash;
    /// A state of the object. States are kept by the thousand: the smaller, the better.
    type State: Clone + Eq + Hash;
    /// The states after a step: `Option` for deterministic objects, any collection for others.
    type Next: IntoIterator<Item = Self::State>;

    /// The state before the first operation.
    fn initial(&self) -> Self::State;

    /// The states in which the object may be after this operation; none when it cannot have
    /// happened in this state with this answer.
    fn step(&self, state: &Self::State, op: &Self::Op) -> Self::Next;

    /// What is known of the operation in every state. `Changes` is right for any operation, the
    /// other two make searches faster.
    fn role(&self, op: &Self::Op) -> Role {
        let _ = op;
        Role::Changes
    }
}

/// What an operation does, whatever the state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// It leaves every state in which it is possible as it is: a read, a failed compare-and-set.
    Observes,
    /// It is possible in every state, and the state afterwards does not depend on the one before: a
    /// write.
    Overwrites,
    /// Anything.
    Changes,
}
