//! Multi-value registers: values with vector clocks, of which those stay that nothing dominates.
//!
//! [`MvRegister`] judges the answers of one register that does one operation after the other. It
//! follows every order of the concurrent operations that explains the answers so far; when none is
//! left, an answer was wrong. For a register that is replicated, where an answer depends on what
//! has reached a node, [`is_possible`] judges single answers.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

/// How many orders are followed at most; beyond that the register is undecided.
const MAX_CONFIGURATIONS: usize = 1000;
/// Up to so many concurrent writes all subsets are tried.
const MAX_SUBSETS_OF: usize = 12;

/// A vector clock. Entries that are missing count as 0.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Clock(pub Vec<u64>);

impl Clock {
    /// How this clock relates to another one; `None` if they are concurrent.
    #[must_use]
    pub fn compare(&self, other: &Self) -> Option<Ordering> {
        let at = |clock: &Self, i: usize| clock.0.get(i).copied().unwrap_or(0);
        let mut order = Ordering::Equal;
        for i in 0..self.0.len().max(other.0.len()) {
            match (order, at(self, i).cmp(&at(other, i))) {
                (_, Ordering::Equal) => {}
                (Ordering::Equal, entry) => order = entry,
                (order, entry) if order == entry => {}
                _ => return None,
            }
        }
        Some(order)
    }

    /// Whether this clock is greater than another one.
    #[must_use]
    pub fn dominates(&self, other: &Self) -> bool {
        self.compare(other) == Some(Ordering::Greater)
    }

    /// Raises every entry to at least that of another clock.
    pub fn join(&mut self, other: &Self) {
        if self.0.len() < other.0.len() {
            self.0.resize(other.0.len(), 0);
        }
        for (mine, theirs) in self.0.iter_mut().zip(&other.0) {
            *mine = (*mine).max(*theirs);
        }
    }
}

/// Adds a clock to a set of clocks of which none dominates another, unless one there dominates it
/// or equals it; removes those that it dominates. Says whether it was added.
pub fn admit<T>(stored: &mut Vec<T>, new: T, clock: impl Fn(&T) -> &Clock) -> bool {
    let refused = |old: &T| matches!(clock(&new).compare(clock(old)), Some(order) if order.is_le());
    if stored.iter().any(refused) {
        return false;
    }
    stored.retain(|old| !clock(&new).dominates(clock(old)));
    stored.push(new);
    true
}

/// What is asked of a register.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// Store a value with this clock.
    Put(Clock),
    /// Replace what this clock dominates.
    Resolve(Clock),
    /// Return all values.
    Get,
}

/// What a register answers.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// Stored, and nothing else is there.
    Written,
    /// Stored beside others: so many are there now.
    Conflict(u64),
    /// Not stored, because something there dominates it.
    Rejected,
    /// Resolved.
    Resolved,
    /// The operations whose values are there.
    Siblings(BTreeSet<u64>),
}

/// One order of the operations so far: what is stored, and which of the open ones are done.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
struct Configuration {
    stored: BTreeSet<u64>,
    done: BTreeMap<u64, Outcome>,
}

/// All orders that explain the answers of one register.
#[derive(Debug, Clone)]
pub struct MvRegister {
    clocks: BTreeMap<u64, Clock>,
    /// Operations that are open, or that may still happen because nobody knows how they ended.
    open: BTreeMap<u64, Open>,
    configurations: BTreeSet<Configuration>,
    undecided: bool,
}

#[derive(Debug, Clone)]
struct Open {
    action: Action,
    abandoned: bool,
}

impl Default for MvRegister {
    fn default() -> Self {
        Self {
            clocks: BTreeMap::new(),
            open: BTreeMap::new(),
            configurations: BTreeSet::from([Configuration::default()]),
            undecided: false,
        }
    }
}

impl MvRegister {
    /// Whether there were too many orders to follow, or an answer was wrong: nothing is judged any
    /// more.
    #[must_use]
    pub fn is_undecided(&self) -> bool {
        self.undecided
    }

    /// An operation begins.
    pub fn begin(&mut self, op: u64, action: Action) {
        if let Action::Put(clock) | Action::Resolve(clock) = &action {
            self.clocks.insert(op, clock.clone());
        }
        let abandoned = false;
        self.open.insert(op, Open { action, abandoned });
    }

    /// An operation certainly did not happen.
    pub fn withdraw(&mut self, op: u64) {
        self.open.remove(&op);
        let before = std::mem::take(&mut self.configurations);
        let without = before.into_iter().filter(|c| !c.done.contains_key(&op));
        self.configurations = without.collect();
        // Nothing was answered, so there is nothing to blame.
        self.undecided |= self.configurations.is_empty();
    }

    /// Nobody will know how an operation ended; it may happen at any later time.
    pub fn abandon(&mut self, op: u64) {
        match self.open.get_mut(&op) {
            Some(open) if open.action != Action::Get => open.abandoned = true,
            _ => _ = self.open.remove(&op),
        }
        let before = std::mem::take(&mut self.configurations);
        let forget = |mut configuration: Configuration| {
            configuration.done.remove(&op);
            configuration
        };
        self.configurations = before.into_iter().map(forget).collect();
    }

    /// An operation ends with an answer.
    ///
    /// # Errors
    /// The answers that some order would have explained.
    pub fn end(&mut self, op: u64, outcome: &Outcome) -> Result<(), BTreeSet<Outcome>> {
        if self.undecided {
            return Ok(());
        }
        let Some(reached) = self.reach(op) else {
            self.undecided = true;
            return Ok(());
        };
        self.open.remove(&op);
        let mut possible = BTreeSet::new();
        for mut configuration in reached {
            let Some(answer) = configuration.done.remove(&op) else {
                continue;
            };
            if answer == *outcome {
                self.configurations.insert(configuration);
            }
            possible.insert(answer);
        }
        if self.configurations.is_empty() {
            self.undecided = true;
            return Err(possible);
        }
        self.forget_harmless();
        Ok(())
    }

    /// Forgets operations that may still happen but would change nothing in any order, because
    /// something stored dominates them.
    fn forget_harmless(&mut self) {
        let is_harmless = |open: &Open| match &open.action {
            Action::Put(clock) | Action::Resolve(clock) => {
                let refuses = |old: &u64| self.clocks.get(old).is_some_and(|c| c.dominates(clock));
                open.abandoned
                    && self
                        .configurations
                        .iter()
                        .all(|c| c.stored.iter().any(refuses))
            }
            Action::Get => false,
        };
        let harmless = self.open.iter().filter(|(_, open)| is_harmless(open));
        let harmless: Vec<u64> = harmless.map(|(op, _)| *op).collect();
        for op in harmless {
            self.open.remove(&op);
        }
    }

    /// All configurations in which an operation is done, by doing open operations in any order.
    /// `None` if they are too many.
    fn reach(&mut self, op: u64) -> Option<BTreeSet<Configuration>> {
        let mut todo: Vec<Configuration> = std::mem::take(&mut self.configurations)
            .into_iter()
            .collect();
        let mut seen: BTreeSet<Configuration> = todo.iter().cloned().collect();
        let mut reached = BTreeSet::new();
        while let Some(configuration) = todo.pop() {
            if configuration.done.contains_key(&op) {
                // Whatever else is open can be done when it ends.
                reached.insert(configuration);
                continue;
            }
            for (other, open) in &self.open {
                if configuration.done.contains_key(other) {
                    continue;
                }
                for next in self.apply(&configuration, *other, open) {
                    if seen.len() > MAX_CONFIGURATIONS {
                        return None;
                    }
                    if seen.insert(next.clone()) {
                        todo.push(next);
                    }
                }
            }
        }
        Some(reached)
    }

    /// What follows when an operation is done next.
    fn apply(&self, before: &Configuration, op: u64, open: &Open) -> Vec<Configuration> {
        let after = |stored: BTreeSet<u64>, outcome: Outcome| {
            let mut done = before.done.clone();
            if !open.abandoned {
                done.insert(op, outcome);
            }
            Configuration { stored, done }
        };
        let stored = before.stored.clone();
        match &open.action {
            Action::Get => vec![after(stored.clone(), Outcome::Siblings(stored))],
            Action::Put(clock) => {
                let stored = self.admitted(&before.stored, op, clock);
                let outcome = match stored.as_ref().map(BTreeSet::len) {
                    None => Outcome::Rejected,
                    Some(1) => Outcome::Written,
                    Some(n) => Outcome::Conflict(n as u64),
                };
                vec![after(
                    stored.unwrap_or_else(|| before.stored.clone()),
                    outcome,
                )]
            }
            // Siblings that are not dominated may stay or go.
            Action::Resolve(clock) => {
                let kept = self.admitted(&before.stored, op, clock);
                let is_old = kept.is_none() && open.abandoned;
                let kept = after(kept.unwrap_or(stored), Outcome::Resolved);
                let alone = after(BTreeSet::from([op]), Outcome::Resolved);
                if is_old {
                    vec![kept]
                } else {
                    vec![kept, alone]
                }
            }
        }
    }

    /// What is stored after a write; `None` if it is rejected.
    fn admitted(&self, stored: &BTreeSet<u64>, op: u64, clock: &Clock) -> Option<BTreeSet<u64>> {
        let compare = |old: &u64| self.clocks.get(old).and_then(|old| clock.compare(old));
        if stored
            .iter()
            .any(|old| compare(old).is_some_and(Ordering::is_le))
        {
            return None;
        }
        let kept = stored.iter().filter(|old| compare(old).is_none());
        Some(kept.copied().chain([op]).collect())
    }
}

/// Whether a replicated register may answer a put in this way, if `definite` has certainly
/// reached it and any of `others` may have.
#[must_use]
pub fn is_possible(clock: &Clock, outcome: &Outcome, definite: &[Clock], others: &[Clock]) -> bool {
    let refuses = |old: &Clock| old.compare(clock).is_some_and(Ordering::is_ge);
    let refused = definite.iter().any(refuses);
    match outcome {
        Outcome::Rejected => refused || others.iter().any(refuses),
        Outcome::Written => definite.iter().all(|old| clock.dominates(old)),
        Outcome::Conflict(siblings) => {
            !refused && *siblings >= 2 && can_count(clock, *siblings, definite, others)
        }
        Outcome::Resolved | Outcome::Siblings(_) => true,
    }
}

/// Whether some subset of `others` together with `definite` gives so many siblings.
fn can_count(clock: &Clock, siblings: u64, definite: &[Clock], others: &[Clock]) -> bool {
    let mut base: Vec<&Clock> = Vec::new();
    for old in definite.iter().chain([clock]) {
        admit(&mut base, old, |c| c);
    }
    let mut more: Vec<&Clock> = Vec::new();
    for other in others {
        // What is dominated already, or would have been a reason to reject, changes nothing here.
        let matters = base.iter().all(|old| match other.compare(old) {
            None => true,
            Some(order) => order.is_gt() && *old != clock,
        });
        if matters && !more.contains(&other) {
            more.push(other);
        }
    }
    if more.len() > MAX_SUBSETS_OF {
        return siblings <= (base.len() + more.len()) as u64;
    }
    (0..1_u32 << more.len()).any(|subset| {
        let mut stored = base.clone();
        for (i, other) in more.iter().enumerate() {
            if subset & (1 << i) != 0 {
                admit(&mut stored, *other, |c| c);
            }
        }
        stored.len() as u64 == siblings
    })
}

#[cfg(test)]
mod tests;
