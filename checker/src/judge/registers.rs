//! Registers, each judged by itself (linearizability is local: Herlihy and Wing, 1990, theorem 1).

use rustc_hash::FxHashMap;

use super::outcome::{Judgement, Misfit, Undecided, Violation};
use super::sentences::Teller;
use crate::history::EventKind;
use crate::model::{Register, RegisterOp};
use crate::recorded::{History, Recorded, Val};
use crate::rules::{Kind, Ruling, register};
use crate::search::{Budget, Found, search};
use crate::timed::{NEVER, Timed};

/// What is known when a compare-and-set ends with `fail`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum FailedCas {
    /// That it did nothing, for whatever reason.
    #[default]
    DidNothing,
    /// That it found another value than it compared with.
    FoundAnother,
}

/// How to judge registers.
#[derive(Debug, Clone, Copy)]
pub struct Registers {
    /// What a register holds before anything was written to it.
    pub initial: Val,
    /// What a failed compare-and-set tells.
    pub failed_cas: FailedCas,
    /// Whether linearizations shall be part of the judgement.
    pub with_orders: bool,
}

type Op = RegisterOp<Val>;

/// The operations of one register.
struct Part {
    key: Val,
    ops: Vec<Timed<Op>>,
    /// Their numbers in the history.
    numbers: Vec<u32>,
}

impl Registers {
    /// Judges a history with the functions `read`, `write` and `cas`, all keys of it.
    ///
    /// Takes `O(n log n)` for n operations where all values of a register are different and no
    /// failed compare-and-set counts, and the time of a search otherwise.
    ///
    /// # Errors
    /// When an operation is none of a register.
    pub fn judge(&self, history: &History, budget: &Budget<'_>) -> Result<Judgement, Misfit> {
        let parts = self.parts(history)?;
        let mut judgement = Judgement {
            objects: parts.len(),
            judged: parts.iter().map(|part| part.ops.len()).sum(),
            ..Judgement::default()
        };
        for part in &parts {
            self.judge_one(history, part, budget, &mut judgement);
        }
        Ok(judgement)
    }

    fn judge_one(
        &self,
        history: &History,
        part: &Part,
        budget: &Budget<'_>,
        judgement: &mut Judgement,
    ) {
        let model = Register {
            initial: self.initial,
        };
        let teller = Teller::new(history, part.key, &part.numbers);
        let numbered =
            |order: Vec<u32>| order.iter().map(|op| part.numbers[*op as usize]).collect();
        let (method, order) = match register::judge(&model, &part.ops, self.with_orders) {
            Some(Ruling::Linearizable(order)) => ("zones", order),
            Some(Ruling::Impossible(witness)) => {
                let violation = teller.registers(self.initial, &part.ops, &witness);
                judgement.violations.push(violation);
                ("zones", Vec::new())
            }
            None => {
                let order = self.search_one(&model, part, budget, &teller, judgement);
                ("search", order.unwrap_or_default())
            }
        };
        *judgement.methods.entry(method).or_default() += 1;
        if self.with_orders && !order.is_empty() {
            judgement.orders.push((part.key, numbered(order)));
        }
    }

    fn search_one(
        &self,
        model: &Register<Val>,
        part: &Part,
        budget: &Budget<'_>,
        teller: &Teller<'_>,
        judgement: &mut Judgement,
    ) -> Option<Vec<u32>> {
        if let Some(violation) = self.never_written(part, teller) {
            judgement.violations.push(violation);
            return None;
        }
        match search(model, &part.ops, budget, self.with_orders) {
            Found::Linearizable(order) => return Some(order),
            Found::Impossible { stuck, states } => {
                let violation = teller.stuck(&part.ops, stuck, &states);
                judgement.violations.push(violation);
            }
            Found::Undecided { position, lacking } => judgement.undecided.push(Undecided {
                key: part.key,
                lacking,
                fits_to_line: teller.line_before(position),
                last_line: teller.line_before(NEVER),
            }),
        }
        None
    }

    /// A read of what nobody wrote needs no search, which might take for ever to find it.
    fn never_written(&self, part: &Part, teller: &Teller<'_>) -> Option<Violation> {
        let mut written: rustc_hash::FxHashSet<Val> = [self.initial].into_iter().collect();
        written.extend(part.ops.iter().filter_map(|timed| match timed.op {
            RegisterOp::Write(value) => Some(value),
            RegisterOp::Cas { to, succeeded, .. } if succeeded != Some(false) => Some(to),
            _ => None,
        }));
        let stray = part.ops.iter().position(|timed| match timed.op {
            RegisterOp::Read(value) => !written.contains(&value),
            _ => false,
        })?;
        let witness = crate::rules::Witness {
            kind: Kind::ThinAir,
            ops: vec![stray as u32],
            proof: vec![part.ops[stray]],
        };
        Some(teller.registers(self.initial, &part.ops, &witness))
    }

    fn parts(&self, history: &History) -> Result<Vec<Part>, Misfit> {
        let mut parts: Vec<Part> = Vec::new();
        let mut places: FxHashMap<Val, usize> = FxHashMap::default();
        for (number, recorded) in (0..).zip(&history.ops) {
            let Some(op) = self.op(history, recorded)? else {
                continue;
            };
            let fresh = parts.len();
            let at = *places.entry(recorded.key).or_insert(fresh);
            if at == fresh {
                parts.push(Part {
                    key: recorded.key,
                    ops: Vec::new(),
                    numbers: Vec::new(),
                });
            }
            parts[at].numbers.push(number);
            parts[at].ops.push(Timed {
                call: recorded.call,
                ret: recorded.ret,
                op,
            });
        }
        Ok(parts)
    }

    /// The operation as one of a register; nothing if it tells nothing.
    fn op(&self, history: &History, recorded: &Recorded) -> Result<Option<Op>, Misfit> {
        let misfit = |what: String| Misfit {
            line: recorded.call_line,
            what,
        };
        let is_fail = recorded.end == EventKind::Fail;
        let op = match &*history.functions[usize::from(recorded.function)] {
            "read" | "r" => (recorded.end == EventKind::Ok).then_some(Op::Read(recorded.answer)),
            "write" | "w" => (!is_fail).then_some(Op::Write(recorded.argument)),
            "cas" => {
                let pair = history.values.items(recorded.argument);
                let Some([from, to]) = pair.and_then(|pair| <&[Val; 2]>::try_from(pair).ok())
                else {
                    let shown = history.values.show(recorded.argument);
                    return Err(misfit(format!(
                        "a cas has the value [from, to], and this one has {shown}"
                    )));
                };
                let counts = !is_fail || self.failed_cas == FailedCas::FoundAnother;
                counts.then(|| Op::Cas {
                    from: *from,
                    to: *to,
                    succeeded: (!recorded.is_indeterminate()).then_some(!is_fail),
                })
            }
            other => {
                return Err(misfit(format!(
                    "a register has the functions read, write and cas, and not `{other}`"
                )));
            }
        };
        Ok(op)
    }
}
