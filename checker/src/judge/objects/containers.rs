//! Queues, stacks, priority queues and bags.

use std::slice::from_ref;

use super::function;
use crate::history::EventKind;
use crate::judge::object::Object;
use crate::judge::parts::Intake;
use crate::judge::teller::Teller;
use crate::model::{Container, ContainerOp, Discipline};
use crate::recorded::{History, Recorded, Val, Values};
use crate::rules::{Kind, Ruling, Witness, bag, priority_queue, queue, stack};
use crate::timed::Timed;

/// Things are put in (`enqueue`, `push`, `insert`, `put`) and taken out (`dequeue`, `pop`, `take`);
/// `drain` takes out all that is there.
#[derive(Debug, Clone, Copy)]
pub struct Containers(Container<Val>);

type Op = ContainerOp<Val>;

/// Of so many operations it is told in which order they were; of more, only what was there when.
const CHAIN: usize = 6;

impl Containers {
    /// Containers that are empty at first.
    #[must_use]
    pub fn new(discipline: Discipline) -> Self {
        Self(Container::new(discipline))
    }

    fn take_out(recorded: &Recorded, intake: &mut Intake<'_, Op>) {
        match recorded.end {
            EventKind::Fail => {}
            EventKind::Ok if recorded.answer == Val::NULL => intake.did(Op::FindNothing),
            EventKind::Ok => intake.did(Op::Take(recorded.answer)),
            EventKind::Info | EventKind::Invoke => intake.did(Op::TakeUnseen),
        }
    }

    fn drain(
        history: &History,
        recorded: &Recorded,
        intake: &mut Intake<'_, Op>,
    ) -> Result<(), String> {
        match (recorded.end, history.values.items(recorded.answer)) {
            (EventKind::Fail, _) => {}
            (EventKind::Ok, Some(values)) => {
                values.iter().for_each(|value| intake.did(Op::Take(*value)));
            }
            (EventKind::Ok, None) => {
                let shown = history.values.show(recorded.answer);
                return Err(format!(
                    "a drain has the value [v, ...], and this one has {shown}"
                ));
            }
            _ => {
                return Err(
                    "a drain that did not end may have taken any number of values, which cannot \
                     be judged; take them out one by one"
                        .to_owned(),
                );
            }
        }
        Ok(())
    }
}

impl Object for Containers {
    type Model = Container<Val>;

    fn noun(&self) -> &'static str {
        match self.0.discipline {
            Discipline::First => "queue",
            Discipline::Last => "stack",
            Discipline::Greatest => "priority queue",
            Discipline::Any => "unordered queue",
        }
    }

    fn model(&self) -> &Container<Val> {
        &self.0
    }

    fn take(
        &self,
        history: &History,
        recorded: &Recorded,
        intake: &mut Intake<'_, Op>,
    ) -> Result<(), String> {
        match function(history, recorded) {
            "enqueue" | "push" | "insert" | "put" | "add" | "offer" => {
                intake.did_unless_failed(Op::Put(recorded.argument));
            }
            "dequeue" | "pop" | "take" | "poll" | "remove" => Self::take_out(recorded, intake),
            "drain" => Self::drain(history, recorded, intake)?,
            "peek" | "top" if recorded.end == EventKind::Ok => intake.did(match recorded.answer {
                Val::NULL => Op::FindNothing,
                value => Op::Peek(value),
            }),
            "peek" | "top" => {}
            other => {
                let [put, take] = self.words();
                let noun = self.noun();
                return Err(format!(
                    "a {noun} has the functions {put}, {take} and peek, and not `{other}`"
                ));
            }
        }
        Ok(())
    }

    fn rule(&self, ops: &[Timed<Op>], with_order: bool) -> Option<Ruling<Op>> {
        match self.0.discipline {
            Discipline::First => queue::judge(ops, with_order),
            Discipline::Last => stack::judge(ops, with_order),
            Discipline::Greatest => priority_queue::judge(ops, with_order),
            Discipline::Any => bag::judge(ops, with_order),
        }
    }

    fn rule_name(&self) -> &'static str {
        match self.0.discipline {
            Discipline::First | Discipline::Any => "pairs",
            Discipline::Last | Discipline::Greatest => "clearing",
        }
    }

    fn did(&self, op: &Op, values: &Values) -> String {
        match *op {
            Op::Put(value) => format!("put {} in", values.show(value)),
            Op::Take(value) => format!("took {} out", values.show(value)),
            Op::Peek(value) => format!("found {} to be next", values.show(value)),
            Op::FindNothing => "found nothing".to_owned(),
            Op::TakeUnseen => "took something out".to_owned(),
        }
    }

    fn why(&self, teller: &Teller<'_, Op>, witness: &Witness<Op>) -> (String, Vec<String>) {
        let noun = self.noun();
        match (witness.kind, &witness.ops[..]) {
            (Kind::NeverPut | Kind::ThinAir, [take, ..]) => (
                format!("{}, which nobody put in.", teller.told(*take)),
                vec![format!(
                    "No operation in this history, finished or not, put that into the {noun}."
                )],
            ),
            (Kind::TakenTwice, [one, other, put]) => (
                format!(
                    "One value came out twice: {} and {}.",
                    teller.tell(*one),
                    teller.tell(*other)
                ),
                vec![format!(
                    "{}, and nobody put it in again.",
                    teller.told(*put)
                )],
            ),
            (Kind::TakenEarly, [take, put]) => (
                format!("{} before it was put in.", teller.told(*take)),
                vec![
                    format!("The only one to put it in: {}.", teller.tell(*put)),
                    teller.before(*take, *put),
                ],
            ),
            (Kind::NotGreatest, [taken, others @ ..]) => (
                format!(
                    "{} although something greater was there.",
                    teller.told(*taken)
                ),
                stays(teller, others, *taken),
            ),
            (Kind::MissedValue, [find, others @ ..]) => (
                format!(
                    "{}, although there was something at every moment.",
                    teller.told(*find)
                ),
                stays(teller, others, *find),
            ),
            (kind, all) if self.0.discipline == Discipline::Last => of_stack(teller, kind, all),
            (kind, all) => of_queue(teller, kind, all),
        }
    }

    fn state(&self, state: &Vec<Val>, values: &Values) -> Option<String> {
        let held: Vec<String> = state.iter().map(|value| values.show(*value)).collect();
        Some(match &held[..] {
            [] => "was empty".to_owned(),
            held => format!("held {}", held.join(", ")),
        })
    }

    fn conditions(&self) -> &'static [&'static str] {
        &["Every value that came out had been put in by somebody."]
    }

    fn seen<'a>(&self, op: &'a Op) -> &'a [Val] {
        match op {
            Op::Take(value) | Op::Peek(value) => from_ref(value),
            _ => &[],
        }
    }

    fn made(&self, op: &Op) -> Option<Val> {
        match *op {
            Op::Put(value) => Some(value),
            _ => None,
        }
    }
}

impl Containers {
    /// How putting in and taking out are called mostly.
    fn words(&self) -> [&'static str; 2] {
        match self.0.discipline {
            Discipline::First | Discipline::Any => ["enqueue", "dequeue"],
            Discipline::Last => ["push", "pop"],
            Discipline::Greatest => ["insert", "take"],
        }
    }
}

/// Values of a stack that are in each other's way.
fn of_stack(teller: &Teller<'_, Op>, kind: Kind, all: &[u32]) -> (String, Vec<String>) {
    let summary = match kind {
        Kind::LostValue => "A value never came out, although one below it did.",
        _ => "These values cannot have come out in this order.",
    };
    let rule = "What was put in last has to come out first: no order of these operations gives \
                that.";
    let mut by_call = all.to_vec();
    by_call.sort_unstable_by_key(|op| teller.op(*op).call);
    let told: Vec<String> = if all.len() > CHAIN {
        let puts = puts(teller, all).into_iter();
        puts.map(|put| stay(teller, put, all)).collect()
    } else {
        let follows = |pair: &&[u32]| teller.op(pair[0]).precedes(teller.op(pair[1]));
        let pairs = by_call.windows(2).filter(follows);
        pairs.map(|pair| teller.before(pair[0], pair[1])).collect()
    };
    (
        summary.to_owned(),
        told.into_iter().chain([rule.to_owned()]).collect(),
    )
}

/// Values of a queue in the wrong order.
fn of_queue(teller: &Teller<'_, Op>, kind: Kind, all: &[u32]) -> (String, Vec<String>) {
    match (kind, all) {
        (Kind::OutOfOrder, [first, second, taken, late]) => (
            format!(
                "{}, although another value was before it and still there.",
                teller.told(*taken)
            ),
            vec![
                teller.before(*first, *second),
                teller.before(*taken, *late),
                "What was put in first has to come out first.".to_owned(),
            ],
        ),
        (Kind::LostValue, [first, second, taken, others @ ..]) => (
            format!(
                "{}: that never came out, although something that was put in later did.",
                teller.told(*first)
            ),
            lost(teller, *first, *second, *taken, others),
        ),
        (_, all) => {
            let told: Vec<String> = all.iter().map(|op| teller.tell(*op)).collect();
            (teller.together(&told), Vec::new())
        }
    }
}

fn lost(
    teller: &Teller<'_, Op>,
    first: u32,
    second: u32,
    taken: u32,
    others: &[u32],
) -> Vec<String> {
    let mut steps = vec![
        teller.before(first, second),
        format!("{}.", teller.told(taken)),
        "What was put in first has to come out first.".to_owned(),
    ];
    let is_unseen = |op: &&u32| matches!(teller.op(**op).op, Op::TakeUnseen);
    let unseen = others.iter().filter(is_unseen).count();
    if unseen > 0 {
        steps.push(format!(
            "{unseen} operations without a known end may each have taken one value out, but they \
             are too few or too late for all that is missing."
        ));
    }
    steps
}

/// Those of the operations that put something in.
fn puts(teller: &Teller<'_, Op>, ops: &[u32]) -> Vec<u32> {
    let is_put = |op: &u32| matches!(teller.op(*op).op, Op::Put(_));
    ops.iter().copied().filter(is_put).collect()
}

/// The stays of all values but the one that an operation is about.
fn stays(teller: &Teller<'_, Op>, ops: &[u32], but: u32) -> Vec<String> {
    let about = |op: u32| match teller.op(op).op {
        Op::Put(value) | Op::Take(value) => Some(value),
        _ => None,
    };
    let others = puts(teller, ops).into_iter();
    let others = others.filter(|put| about(*put) != about(but));
    others.map(|put| stay(teller, put, ops)).collect()
}

/// From when to when a value was certainly there.
fn stay(teller: &Teller<'_, Op>, put: u32, among: &[u32]) -> String {
    let Op::Put(value) = teller.op(put).op else {
        return String::new();
    };
    let takes = |op: &&u32| teller.op(**op).op == Op::Take(value);
    match among.iter().find(takes) {
        Some(take) => format!(
            "{} was there: {} and was done before, and {} began later.",
            teller.show(value),
            teller.tell(put),
            teller.tell(*take)
        ),
        None => format!(
            "{} was there: {} and was done before, and nobody took it out.",
            teller.show(value),
            teller.tell(put)
        ),
    }
}
