//! Objects by name.

use super::engine::judge;
use super::objects::{Containers, Counters, FailedCas, GrowingSets, Registers};
use super::online::Online;
use super::outcome::{Judgement, Misfit};
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
}

/// What histories do not say.
#[derive(Debug, Clone, Copy)]
pub struct Settings {
    /// What a register holds before anything was written to it.
    pub initial: Val,
    /// What a failed compare-and-set tells.
    pub failed_cas: FailedCas,
    /// Whether linearizations shall be part of the judgement.
    pub with_orders: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            initial: Val::NULL,
            failed_cas: FailedCas::DidNothing,
            with_orders: false,
        }
    }
}

impl Named {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Register,
        Self::CasRegister,
        Self::Kv,
        Self::Counter,
        Self::GSet,
        Self::Queue,
        Self::FifoQueue,
        Self::Stack,
        Self::PriorityQueue,
    ];

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
        let containers = |discipline| Containers::new(discipline);
        match self {
            Self::Register => judge(&registers.without_cas(), history, budget, orders),
            Self::CasRegister | Self::Kv => judge(&registers, history, budget, orders),
            Self::Counter => judge(&Counters::default(), history, budget, orders),
            Self::GSet => judge(&GrowingSets::default(), history, budget, orders),
            Self::Queue => judge(&containers(Discipline::Any), history, budget, orders),
            Self::FifoQueue => judge(&containers(Discipline::First), history, budget, orders),
            Self::Stack => judge(&containers(Discipline::Last), history, budget, orders),
            Self::PriorityQueue => {
                judge(&containers(Discipline::Greatest), history, budget, orders)
            }
        }
    }
}
