//! Rules and searches that have to agree, and to prove what they say.

use checker::Timed;
use checker::judge::{
    Containers, Counters, GrowingSets, Intake, Judgement, LastWriters, Locks, Logs, Misfit,
    MultiValues, Named, Object, OpOf, Registers, Sets, WholeSets, judge,
};
use checker::model::Discipline;
use checker::recorded::{History, Recorded, Values};
use checker::rules::Ruling;
use checker::search::{Budget, Found, search, verify};

use super::written::Written;

impl Written {
    /// Judges by the objects themselves, with everything proved.
    pub(crate) fn prove(&self, history: &History) -> Result<Judgement, Misfit> {
        let Self { settings, .. } = self;
        let registers = Registers::new(settings.initial, settings.failed_cas);
        let containers = |discipline| self.by(history, Containers::new(discipline));
        match self.named {
            Named::Register => self.by(history, registers.without_cas()),
            Named::CasRegister | Named::Kv => self.by(history, registers),
            Named::Counter => self.by(history, Counters::default()),
            Named::GSet => self.by(history, GrowingSets::default()),
            Named::Queue => containers(Discipline::Any),
            Named::FifoQueue => containers(Discipline::First),
            Named::Stack => containers(Discipline::Last),
            Named::PriorityQueue => containers(Discipline::Greatest),
            // Only reads need the whole set; without, every element is judged by itself.
            Named::Set if history.functions.iter().any(|name| **name == *"read") => {
                self.by(history, WholeSets::default())
            }
            Named::Set => self.by(history, Sets::default()),
            Named::Mutex => self.by(history, Locks::new(1)),
            Named::Semaphore => self.by(history, Locks::new(settings.permits)),
            Named::Log => self.by(history, Logs::default()),
            Named::MvRegister => self.by(history, MultiValues::default()),
            Named::LwwRegister => self.by(history, LastWriters::default()),
        }
    }

    fn by<O: Object>(&self, history: &History, object: O) -> Result<Judgement, Misfit> {
        let text = &self.text;
        judge(&Proved { object, text }, history, &Budget::AMPLE, true)
    }
}

/// An object that doubts its rule. It does not tell which values somebody must have made, so that
/// everything is searched.
struct Proved<'a, O> {
    object: O,
    text: &'a str,
}

impl<O: Object> Object for Proved<'_, O> {
    type Model = O::Model;

    fn noun(&self) -> &'static str {
        self.object.noun()
    }

    fn model(&self) -> &O::Model {
        self.object.model()
    }

    fn take(
        &self,
        history: &History,
        recorded: &Recorded,
        intake: &mut Intake<'_, OpOf<O>>,
    ) -> Result<(), String> {
        self.object.take(history, recorded, intake)
    }

    fn did(&self, op: &OpOf<O>, values: &Values) -> String {
        self.object.did(op, values)
    }

    /// Nothing, so that the search finds its own violation; but it has to agree with the rule.
    fn rule(&self, ops: &[Timed<OpOf<O>>], _: bool) -> Option<Ruling<OpOf<O>>> {
        let found = search(self.model(), ops, &Budget::AMPLE, true);
        if let Found::Linearizable(order) = &found {
            assert_eq!(verify(self.model(), ops, order), Ok(()), "{}", self.text);
        }
        let is_possible = matches!(found, Found::Linearizable(_));
        for with_order in [true, false] {
            match self.object.rule(ops, with_order)? {
                Ruling::Linearizable(order) => {
                    assert!(is_possible, "{}", self.text);
                    let is_asked = with_order || !order.is_empty();
                    let flaw = is_asked.then(|| verify(self.model(), ops, &order));
                    assert!(
                        matches!(flaw, None | Some(Ok(()))),
                        "{flaw:?}\n{}",
                        self.text
                    );
                }
                Ruling::Impossible(witness) => {
                    let again = search(self.model(), &witness.proof, &Budget::AMPLE, false);
                    let is_proof = matches!(again, Found::Impossible { .. });
                    assert!(
                        !is_possible && is_proof,
                        "{:?}\n{}",
                        witness.kind,
                        self.text
                    );
                }
            }
        }
        None
    }
}
