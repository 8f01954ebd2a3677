//! Objects by name.

use super::engine::judge;
use super::objects::{
    Containers, Counters, FailedCas, GrowingSets, LastWriters, Locks, Logs, MultiValues, Registers,
    Sets, WholeSets, told,
};
use super::online::Online;
use super::outcome::{Judgement, Misfit};
use crate::Verdict;
use crate::model::Discipline;
use crate::recorded::{History, Val};
use crate::search::Budget;

/// The models that histories can be judged by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Named {
    /// A register that is read and written; one for each key.
    Register,
    /// A register with compare-and-set as well.
    CasRegister,
    /// Many registers, by key.
    Kv,
    /// A number that is added to and read.
    Counter,
    /// A set that only grows and is read whole.
    GSet,
    /// What was put in comes out once, in any order.
    Queue,
    /// What was put in first comes out first.
    FifoQueue,
    /// What was put in last comes out first.
    Stack,
    /// What is greatest comes out first.
    PriorityQueue,
    /// A set that is added to and removed from.
    Set,
    /// A lock that one can hold.
    Mutex,
    /// A lock that several can hold (--permits).
    Semaphore,
    /// Values in the order in which they were appended.
    Log,
    /// A register that keeps all values that none supersedes.
    MvRegister,
    /// A register in which the last writer wins by timestamp.
    LwwRegister,
}

/// What histories do not say.
#[derive(Debug, Clone, Copy)]
pub struct Settings {
    /// What a register holds before anything was written to it.
    pub initial: Val,
    /// What a failed compare-and-set tells.
    pub failed_cas: FailedCas,
    /// How many can hold a semaphore at once.
    pub permits: u32,
    /// Whether linearizations shall be part of the judgement.
    pub with_orders: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            initial: Val::NULL,
            failed_cas: FailedCas::DidNothing,
            permits: 1,
            with_orders: false,
        }
    }
}

impl Named {
    /// All of them.
    pub const ALL: [Self; 15] = [
        Self::Register,
        Self::CasRegister,
        Self::Kv,
        Self::Counter,
        Self::GSet,
        Self::Queue,
        Self::FifoQueue,
        Self::Stack,
        Self::PriorityQueue,
        Self::Set,
        Self::Mutex,
        Self::Semaphore,
        Self::Log,
        Self::MvRegister,
        Self::LwwRegister,
    ];

    /// Whether histories of it can be of weaker levels, as [`super::ladder()`] knows them.
    #[must_use]
    pub fn has_ladder(self) -> bool {
        matches!(self, Self::Register | Self::CasRegister | Self::Kv)
    }

    /// The name.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Register => "register",
            Self::CasRegister => "cas-register",
            Self::Kv => "kv",
            Self::Counter => "counter",
            Self::GSet => "g-set",
            Self::Queue => "queue",
            Self::FifoQueue => "fifo-queue",
            Self::Stack => "stack",
            Self::PriorityQueue => "priority-queue",
            Self::Set => "set",
            Self::Mutex => "mutex",
            Self::Semaphore => "semaphore",
            Self::Log => "log",
            Self::MvRegister => "mv-register",
            Self::LwwRegister => "lww-register",
        }
    }

    /// What it is, in a few words.
    #[must_use]
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Register => "A register that is read and written; one for each key",
            Self::CasRegister => "A register with compare-and-set as well",
            Self::Kv => "Many registers, by key",
            Self::Counter => "A number that is added to and read",
            Self::GSet => "A set that only grows and is read whole",
            Self::Queue => "What was put in comes out once, in any order",
            Self::FifoQueue => "What was put in first comes out first",
            Self::Stack => "What was put in last comes out first",
            Self::PriorityQueue => "What is greatest comes out first",
            Self::Set => "A set that is added to and removed from",
            Self::Mutex => "A lock that one can hold",
            Self::Semaphore => "A lock that several can hold (--permits)",
            Self::Log => "Values in the order in which they were appended",
            Self::MvRegister => "A register that keeps all values that none supersedes",
            Self::LwwRegister => "A register in which the last writer wins by timestamp",
        }
    }

    /// A judge by this model of a history that grows.
    #[must_use]
    pub fn online(self, settings: &Settings) -> Online {
        let registers = Registers::new(settings.initial, settings.failed_cas);
        match self {
            Self::Register => Online::of(registers.without_cas()),
            Self::CasRegister | Self::Kv => Online::of(registers),
            Self::Counter => Online::of(Counters::default()),
            Self::GSet => Online::of(GrowingSets::default()),
            Self::Queue => Online::of(Containers::new(Discipline::Any)),
            Self::FifoQueue => Online::of(Containers::new(Discipline::First)),
            Self::Stack => Online::of(Containers::new(Discipline::Last)),
            Self::PriorityQueue => Online::of(Containers::new(Discipline::Greatest)),
            // Whether somebody will read all elements at once is not known yet.
            Self::Set => Online::of(WholeSets::default()),
            Self::Mutex => Online::of(Locks::new(1)),
            Self::Semaphore => Online::of(Locks::new(settings.permits)),
            Self::Log => Online::of(Logs::default()),
            Self::MvRegister => Online::of(MultiValues::default()),
            Self::LwwRegister => Online::of(LastWriters::default()),
        }
    }

    /// Judges a history by this model.
    ///
    /// # Errors
    /// When an operation is none of this model.
    pub fn judge(
        self,
        settings: &Settings,
        history: &History,
        budget: &Budget<'_>,
    ) -> Result<Judgement, Misfit> {
        let orders = settings.with_orders;
        let registers = Registers::new(settings.initial, settings.failed_cas);
        let locks = |permits| judge(&Locks::new(permits), history, budget, orders);
        let containers = |discipline| judge(&Containers::new(discipline), history, budget, orders);
        match self {
            Self::Register => judge(&registers.without_cas(), history, budget, orders),
            Self::CasRegister | Self::Kv => judge(&registers, history, budget, orders),
            Self::Counter => judge(&Counters::default(), history, budget, orders),
            Self::GSet => judge(&GrowingSets::default(), history, budget, orders),
            Self::Queue => containers(Discipline::Any),
            Self::FifoQueue => containers(Discipline::First),
            Self::Stack => containers(Discipline::Last),
            Self::PriorityQueue => containers(Discipline::Greatest),
            Self::Set => set(history, budget, orders),
            Self::Mutex => locks(1),
            Self::Semaphore => locks(settings.permits),
            Self::Log => judge(&Logs::default(), history, budget, orders),
            Self::MvRegister => judge(&MultiValues::default(), history, budget, orders),
            Self::LwwRegister => judge(&LastWriters::default(), history, budget, orders),
        }
    }
}

/// Element by element, unless somebody reads all of them at once.
fn set(history: &History, budget: &Budget<'_>, orders: bool) -> Result<Judgement, Misfit> {
    let has = |name: &str| history.functions.iter().any(|function| **function == *name);
    if !has("read") {
        return judge(&Sets::default(), history, budget, orders);
    }
    if !["insert", "remove", "delete", "contains"]
        .into_iter()
        .any(has)
    {
        let judgement = judge(&GrowingSets::default(), history, budget, orders)?;
        // What adds are answered with is nothing to a set that only grows.
        let is_all = history.ops.iter().all(|op| told(op).is_none());
        if is_all || judgement.verdict() == Verdict::Invalid {
            return Ok(judgement);
        }
    }
    judge(&WholeSets::default(), history, budget, orders)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_meanings_are_told_apart() {
        let meanings: std::collections::BTreeSet<(&str, &str)> = Named::ALL
            .map(|named| (named.word(), named.meaning()))
            .into();
        assert_eq!(meanings.len(), Named::ALL.len());
        assert!(meanings.contains(&("fifo-queue", "What was put in first comes out first")));
    }

    #[test]
    fn levels_are_of_registers() {
        let ladders: Vec<Named> = Named::ALL.into_iter().filter(|n| n.has_ladder()).collect();
        assert_eq!(ladders, [Named::Register, Named::CasRegister, Named::Kv]);
    }
}
