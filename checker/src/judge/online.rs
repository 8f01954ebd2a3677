//! Judges a history while it grows.
//!
//! A beginning of a linearizable history is linearizable if operations that are open may have
//! happened or not. So whatever is wrong with a beginning is wrong with the whole, and can be told
//! at once.
//!
//! For each object the operations since its last *cut* are kept. They are judged again when they
//! are twice as many as the last time, which makes `O(n log n)` of a rule that takes that for `n`
//! operations; or whenever somebody has time for it ([`Online::settle`]). A cut is a moment at
//! which nothing is open and at which the object can have been in one state only: what comes later
//! is judged beginning in that state, and what came before is forgotten.
//!
//! Memory is bounded by the operations between two cuts, for objects that know their ends
//! ([`Object::ends`]: registers and counters). It is not bounded where an operation never ends,
//! where something is always open, where nobody reads after writes at the same time, and for other
//! objects. The history itself belongs to those who feed it: it is kept for the evidence.

use std::collections::BTreeSet;

use rustc_hash::FxHashMap;

use super::by_key::{OfKey, parts, take};
use super::engine::{Says, answer};
use super::fits::fits;
use super::object::{End, Object, OpOf, StateOf};
use super::outcome::{Misfit, Violation};
use super::parts::{Part, Parts};
use crate::history::EventKind;
use crate::recorded::{History, Recorded, Val};
use crate::search::Budget;
use crate::timed::{NEVER, Timed};

#[cfg(test)]
mod tests;

/// A small number of operations is judged again only after so many more.
const LEAST: usize = 64;
/// An object that may be in more states than that is not cut.
const MAX_ENDS: usize = 8;

/// A judge of a history that grows.
///
/// ```
/// use checker::judge::{Named, Settings};
/// use checker::recorded::JsonLines;
/// use checker::search::Budget;
///
/// let mut lines = JsonLines::default();
/// let mut online = Named::Register.online(&Settings::default());
/// lines.feed(br#"{"process":0,"type":"invoke","f":"read","value":null}
/// {"process":0,"type":"ok","f":"read","value":7}
/// "#);
/// let first = online.advance(lines.so_far(), &Budget::AMPLE)?;
/// assert_eq!(first, None, "one operation is not judged yet");
/// let violation = online.settle(lines.so_far(), &Budget::AMPLE);
/// assert_eq!(violation.map(|found| found.kind), Some("thin-air-read"));
/// # Ok::<(), checker::judge::Misfit>(())
/// ```
pub struct Online(Box<dyn Feed + Send>);

impl Online {
    /// A judge of such objects.
    #[must_use]
    pub fn of<O: Object + Send + 'static>(object: O) -> Self {
        Self(Box::new(Stream::new(object, LEAST)))
    }

    /// Takes what was added to the history since the last time, and judges what has grown enough.
    ///
    /// # Errors
    /// When an operation is none of these objects.
    pub fn advance(
        &mut self,
        history: &History,
        budget: &Budget<'_>,
    ) -> Result<Option<Violation>, Misfit> {
        self.0.advance(history, budget)
    }

    /// Judges all that was taken and not judged yet: when nothing more comes for a while, or ever.
    pub fn settle(&mut self, history: &History, budget: &Budget<'_>) -> Option<Violation> {
        self.0.settle(history, budget)
    }

    /// How many operations are kept.
    #[must_use]
    pub fn kept(&self) -> usize {
        self.0.kept()
    }
}

/// What [`Online`] needs of a judge, whatever the object.
trait Feed {
    fn advance(&mut self, _: &History, _: &Budget<'_>) -> Result<Option<Violation>, Misfit>;
    fn settle(&mut self, _: &History, _: &Budget<'_>) -> Option<Violation>;
    fn kept(&self) -> usize;
}

/// The end in which an object was, and the position at which it was.
type Cut<O> = (End<StateOf<O>, OpOf<O>>, u32);

/// What is remembered of an object beside its operations.
struct Watch<O: Object> {
    cut: Option<Cut<O>>,
    /// So many of its operations have been judged.
    judged: usize,
    /// So many shall be there when they are judged again,
    due: usize,
    /// and so many when a cut is tried.
    cut_due: usize,
}

struct Stream<O: Object> {
    object: O,
    least: usize,
    parts: Parts<OpOf<O>>,
    watches: Vec<Watch<O>>,
    /// The operations that will perhaps end.
    open: BTreeSet<u32>,
    open_by_key: FxHashMap<Val, u32>,
    /// So many operations were taken.
    begun: u32,
    /// The last event's position.
    position: u32,
}

/// The beginning of an operation, or its end.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Moment {
    Begin(u32),
    End(u32),
}

impl<O: Object> Feed for Stream<O> {
    fn advance(
        &mut self,
        history: &History,
        budget: &Budget<'_>,
    ) -> Result<Option<Violation>, Misfit> {
        let mut found = None;
        for (position, moment) in self.news(history)? {
            self.position = position;
            match moment {
                Moment::Begin(number) => self.begin(history, number)?,
                Moment::End(number) => self.end(history, number)?,
            }
            let is_end = matches!(moment, Moment::End(_));
            if is_end && found.is_none() {
                found = self.judge_touched(history, budget);
            }
        }
        Ok(found)
    }

    fn settle(&mut self, history: &History, budget: &Budget<'_>) -> Option<Violation> {
        self.watch_all();
        let grown = (0..self.watches.len())
            .filter(|at| self.parts.all[*at].ops.len() > self.watches[*at].judged);
        let grown: Vec<usize> = grown.collect();
        grown
            .into_iter()
            .find_map(|at| self.judge(at, history, budget))
    }

    fn kept(&self) -> usize {
        self.parts.all.iter().map(|part| part.ops.len()).sum()
    }
}

impl<O: Object> Stream<O> {
    fn new(object: O, least: usize) -> Self {
        Self {
            object,
            least,
            parts: Parts::default(),
            watches: Vec::new(),
            open: BTreeSet::new(),
            open_by_key: FxHashMap::default(),
            begun: 0,
            position: 0,
        }
    }

    /// What happened since the last time, in order. An operation of which is known by now that its
    /// end will never be known is taken as one that may have happened.
    fn news(&mut self, history: &History) -> Result<Vec<(u32, Moment)>, Misfit> {
        let mut news = Vec::new();
        let mut lost = Vec::new();
        for number in &self.open {
            let recorded = &history.ops[*number as usize];
            if recorded.ret != NEVER {
                news.push((recorded.ret, Moment::End(*number)));
            } else if is_lost(recorded) {
                lost.push(*number);
            }
        }
        for number in lost {
            self.end(history, number)?;
        }
        let fresh = self.begun..history.ops.len() as u32;
        self.begun = fresh.end;
        for number in fresh {
            let recorded = &history.ops[number as usize];
            news.push((recorded.call, Moment::Begin(number)));
            if recorded.ret != NEVER {
                news.push((recorded.ret, Moment::End(number)));
            }
        }
        news.sort_unstable();
        Ok(news)
    }

    fn begin(&mut self, history: &History, number: u32) -> Result<(), Misfit> {
        let recorded = &history.ops[number as usize];
        if is_lost(recorded) {
            return take(&self.object, history, number, recorded, &mut self.parts);
        }
        self.open.insert(number);
        *self.open_by_key.entry(recorded.key).or_default() += 1;
        Ok(())
    }

    fn end(&mut self, history: &History, number: u32) -> Result<(), Misfit> {
        let recorded = &history.ops[number as usize];
        self.open.remove(&number);
        if let Some(count) = self.open_by_key.get_mut(&recorded.key) {
            *count -= 1;
        }
        take(&self.object, history, number, recorded, &mut self.parts)
    }

    fn watch_all(&mut self) {
        let least = self.least;
        self.watches.resize_with(self.parts.all.len(), || Watch {
            cut: None,
            judged: 0,
            due: least,
            cut_due: least,
        });
    }

    /// Judges the objects that the last operation concerned, as far as they are due.
    fn judge_touched(&mut self, history: &History, budget: &Budget<'_>) -> Option<Violation> {
        self.watch_all();
        let mut found = None;
        let touched = std::mem::take(&mut self.parts.touched);
        for at in touched.iter().map(|at| *at as usize) {
            let part = &self.parts.all[at];
            let is_open = self
                .open_by_key
                .get(&part.key)
                .is_some_and(|open| *open > 0);
            let (kept, watch) = (part.ops.len(), &self.watches[at]);
            if !is_open && kept >= watch.cut_due {
                self.try_cut(at, budget);
            }
            if self.parts.all[at].ops.len() >= self.watches[at].due {
                found = found.or_else(|| self.judge(at, history, budget));
            }
        }
        self.parts.touched = touched;
        found
    }

    fn judge(&mut self, at: usize, history: &History, budget: &Budget<'_>) -> Option<Violation> {
        let ops = self.operations(at, history)?;
        let is_wrong = fits(&self.object, &ops, budget) == Some(false);
        self.is_judged(at);
        is_wrong.then(|| self.violation(at, history, budget))
    }

    /// The operations of an object since its last cut, by their calls, with those that are open.
    /// Nothing while one is open of which cannot be told what it may do.
    fn operations(&self, at: usize, history: &History) -> Option<Vec<Timed<OpOf<O>>>> {
        let part = &self.parts.all[at];
        let mut open = Parts::default();
        for number in &self.open {
            let recorded = &history.ops[*number as usize];
            if recorded.key == part.key {
                // What it will have answered is not known yet.
                let recorded = Recorded {
                    end: EventKind::Info,
                    answer: Val::NULL,
                    ret: NEVER,
                    ..*recorded
                };
                let taken = take(&self.object, history, *number, &recorded, &mut open);
                taken.ok()?;
            }
        }
        let mut ops = self.known(at);
        let open = open.find(part.key, part.element);
        ops.extend(open.iter().flat_map(|part| part.ops.iter().cloned()));
        ops.sort_by_key(|timed| timed.call);
        Some(ops)
    }

    /// Those that are not open.
    fn known(&self, at: usize) -> Vec<Timed<OpOf<O>>> {
        let cut = self.watches[at].cut.as_ref();
        let mut ops: Vec<Timed<OpOf<O>>> = cut.map(leads::<O>).unwrap_or_default();
        ops.extend(self.parts.all[at].ops.iter().cloned());
        ops.sort_by_key(|timed| timed.call);
        ops
    }

    /// Forgets the operations of an object with which nothing is open, if these fit and it can be
    /// in one state only.
    fn try_cut(&mut self, at: usize, budget: &Budget<'_>) {
        let kept = self.parts.all[at].ops.len();
        self.watches[at].cut_due = kept + self.least.max(kept / 2);
        let is_sure = |ops: &[Timed<OpOf<O>>]| ops.iter().all(|timed| !timed.is_indeterminate());
        let mut ops = self.known(at);
        let ends = is_sure(&ops).then(|| self.object.ends(&ops)).flatten();
        let Some(ends) = ends.filter(|ends| ends.len() <= MAX_ENDS) else {
            return;
        };
        let mut possible = Vec::new();
        for end in ends {
            ops.push(Timed {
                call: self.position + 1,
                ret: self.position + 2,
                op: end.finds.clone(),
            });
            match fits(&self.object, &ops, budget) {
                Some(true) => possible.push(end),
                Some(false) => {}
                None => return,
            }
            ops.pop();
        }
        match (possible.pop(), possible.is_empty()) {
            // It is in no state at all: there is a violation.
            (None, _) => self.watches[at].due = 0,
            (Some(end), true) => self.cut(at, end),
            (Some(_), false) => self.is_judged(at),
        }
    }

    fn cut(&mut self, at: usize, end: End<StateOf<O>, OpOf<O>>) {
        let part = &mut self.parts.all[at];
        part.ops.clear();
        part.numbers.clear();
        part.failed.clear();
        self.watches[at] = Watch {
            cut: Some((end, self.position)),
            judged: 0,
            due: self.least,
            cut_due: self.least,
        };
    }

    fn is_judged(&mut self, at: usize) {
        let kept = self.parts.all[at].ops.len();
        self.watches[at].judged = kept;
        self.watches[at].due = (2 * kept).max(kept + self.least);
    }

    /// The evidence is looked for in all that the object ever did.
    fn violation(&mut self, at: usize, history: &History, budget: &Budget<'_>) -> Violation {
        self.watches[at].due = usize::MAX;
        self.watches[at].cut_due = usize::MAX;
        let part = &self.parts.all[at];
        let numbers = (0..).zip(&history.ops);
        let of_key = numbers.filter(|(_, recorded)| recorded.key == part.key);
        let of_key: Vec<u32> = of_key.map(|(number, _)| number).collect();
        let whole = parts(&self.object, history, OfKey::These(&of_key)).ok();
        let whole = whole
            .as_ref()
            .and_then(|all| all.find(part.key, part.element));
        let says = whole.map(|whole| answer(&self.object, history, whole, budget, false).says);
        match says {
            Some(Says::Impossible(violation)) => violation,
            _ => self.since_cut(part, self.watches[at].cut.as_ref(), history),
        }
    }

    /// That what came after a cut does not fit, if all together is too much for the budget.
    fn since_cut(
        &self,
        part: &Part<OpOf<O>>,
        cut: Option<&Cut<O>>,
        history: &History,
    ) -> Violation {
        let noun = self.object.noun();
        let lines = part
            .numbers
            .iter()
            .map(|n| history.ops[*n as usize].call_line);
        let line = lines.min().unwrap_or(0);
        let held = cut.and_then(|cut| self.object.state(&cut.0.state, &history.values));
        let steps = held.map(|held| {
            format!(
                "The {noun} {held} when line {line} was reached: everything before leaves no \
                 other state."
            )
        });
        let mut proof = part.numbers.clone();
        proof.sort_unstable();
        Violation {
            key: part.key,
            element: part.element,
            kind: "no-order",
            summary: format!(
                "The operations of this {noun} from line {line} on fit no order together."
            ),
            steps: steps.into_iter().collect(),
            ops: proof.last().copied().into_iter().collect(),
            proof,
        }
    }
}

/// Whether it ended without anybody knowing how.
fn is_lost(recorded: &Recorded) -> bool {
    recorded.ret == NEVER && recorded.ret_line != 0
}

/// The operations that stand for what came before a cut; they were done by then.
fn leads<O: Object>((end, position): &Cut<O>) -> Vec<Timed<OpOf<O>>> {
    // More than that were forgotten, each with two positions.
    let first = (position + 1).saturating_sub(2 * end.leads.len() as u32);
    let calls = (first..).step_by(2);
    let timed = calls.zip(&end.leads).map(|(call, op)| Timed {
        call,
        ret: call + 1,
        op: op.clone(),
    });
    timed.collect()
}
