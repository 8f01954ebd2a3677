//! Counters: added to and read.

use super::function;
use crate::history::EventKind;
use crate::judge::object::{End, Object};
use crate::judge::parts::Intake;
use crate::judge::teller::Teller;
use crate::model::{Counter, CounterOp};
use crate::recorded::{History, Recorded, Val, Values};
use crate::rules::{Kind, Ruling, Witness, counter};
use crate::timed::Timed;

/// Counters with the functions `add` (or `inc`, `dec`) and `read`.
#[derive(Debug, Clone, Copy, Default)]
pub struct Counters(Counter);

impl Counters {
    fn number(history: &History, value: Val) -> Result<i64, String> {
        value.as_integer().ok_or_else(|| {
            format!(
                "a counter knows integers, and this is {}",
                history.values.show(value)
            )
        })
    }
}

impl Object for Counters {
    type Model = Counter;

    fn noun(&self) -> &'static str {
        "counter"
    }

    fn model(&self) -> &Counter {
        &self.0
    }

    fn take(
        &self,
        history: &History,
        recorded: &Recorded,
        intake: &mut Intake<'_, CounterOp>,
    ) -> Result<(), String> {
        let name = function(history, recorded);
        match name {
            "read" | "r" => {
                if recorded.end == EventKind::Ok {
                    let found = Self::number(history, recorded.answer)?;
                    intake.did(CounterOp::Read(found));
                }
            }
            "add" | "inc" | "dec" => {
                let number = match recorded.argument {
                    Val::NULL => 1,
                    value => Self::number(history, value)?,
                };
                let number = if name == "dec" { -number } else { number };
                intake.did_unless_failed(CounterOp::Add(number));
            }
            other => {
                return Err(format!(
                    "a counter has the functions add and read, and not `{other}`"
                ));
            }
        }
        Ok(())
    }

    fn rule(&self, ops: &[Timed<CounterOp>], _: bool) -> Option<Ruling<CounterOp>> {
        counter::judge(ops)
    }

    fn rule_name(&self) -> &'static str {
        "bounds"
    }

    fn conditions(&self) -> &'static [&'static str] {
        &["Every read is within what can have been added and subtracted by then."]
    }

    fn did(&self, op: &CounterOp, _: &Values) -> String {
        match op {
            CounterOp::Add(number) => format!("added {number}"),
            CounterOp::Read(found) => format!("read {found}"),
        }
    }

    fn why(
        &self,
        teller: &Teller<'_, CounterOp>,
        witness: &Witness<CounterOp>,
    ) -> (String, Vec<String>) {
        match (witness.kind, &witness.ops[..]) {
            (Kind::StaleRead, [first, second]) => (
                format!("{}, which is less than before.", teller.told(*second)),
                vec![
                    teller.before(*first, *second),
                    "Nothing is subtracted in this history, so a later read does not find less."
                        .to_owned(),
                ],
            ),
            (kind, [read, ..]) => (
                format!(
                    "{}, which is {} than there can have been.",
                    teller.told(*read),
                    if kind == Kind::MissedAdd {
                        "less"
                    } else {
                        "more"
                    }
                ),
                vec![bounds(teller, witness, *read)],
            ),
            _ => (String::new(), Vec::new()),
        }
    }

    fn ends(&self, ops: &[Timed<CounterOp>]) -> Option<Vec<End<i64, CounterOp>>> {
        let sum = ops.iter().try_fold(0i64, |sum, timed| match timed.op {
            CounterOp::Add(number) => sum.checked_add(number),
            CounterOp::Read(_) => Some(sum),
        })?;
        Some(vec![End {
            state: sum,
            leads: (sum != 0)
                .then_some(CounterOp::Add(sum))
                .into_iter()
                .collect(),
            finds: CounterOp::Read(sum),
        }])
    }

    fn state(&self, state: &i64, _: &Values) -> Option<String> {
        Some(format!("was {state}"))
    }
}

/// How much there was at least, or at most.
fn bounds(teller: &Teller<'_, CounterOp>, witness: &Witness<CounterOp>, read: u32) -> String {
    let mut sums = [0i128; 2];
    let mut counts = [0u64; 2];
    for timed in &witness.proof {
        if let CounterOp::Add(number) = timed.op {
            sums[usize::from(number < 0)] += i128::from(number);
            counts[usize::from(number < 0)] += 1;
        }
    }
    let (added, taken) = (sums[0], -sums[1]);
    let less = match counts[1] {
        0 => String::new(),
        _ if witness.kind == Kind::MissedAdd => {
            format!(" and at most {taken} can have been subtracted before it ended")
        }
        _ => format!(" and {taken} had been subtracted when it began"),
    };
    let rest = sums[0] + sums[1];
    match witness.kind {
        Kind::MissedAdd => format!(
            "{} had been added by {} acknowledged operations when it began{less}: {rest} is the \
             least that it can find. {}.",
            added,
            counts[0],
            teller.began(read)
        ),
        _ => format!(
            "Whatever had begun before it ended adds up to {added} at most{less}: it cannot find \
             more than {rest}."
        ),
    }
}
