//! Random small histories, and linearizability by its definition: what fast checks are tested with.

use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rustc_hash::FxHashSet;

use crate::model::Model;
use crate::timed::{NEVER, Timed};

/// Draws for a history.
pub(crate) type Random = ChaCha8Rng;

/// How many histories a test tries: 5,000, or what `CASES` said when it was compiled.
pub(crate) fn cases() -> u64 {
    let cases = option_env!("CASES").and_then(|n| n.parse().ok());
    cases.unwrap_or(5_000)
}

/// Hands the draws for so many histories to a test.
pub(crate) fn for_each_case(test: impl Fn(u64, &mut Random)) {
    for seed in 0..cases() {
        test(seed, &mut Random::seed_from_u64(seed));
    }
}

/// True once in so many.
pub(crate) fn one_in(random: &mut Random, n: u32) -> bool {
    random.random_range(0..n) == 0
}

/// Whether there is a linearization, by trying all orders.
pub(crate) fn is_linearizable<M: Model>(model: &M, ops: &[Timed<M::Op>]) -> bool {
    let all: u32 = (1 << ops.len()) - 1;
    let must = (0..ops.len()).filter(|i| !ops[*i].is_indeterminate());
    let must: u32 = must.map(|i| 1 << i).sum();
    let mut met = FxHashSet::default();
    let mut open = vec![(0, model.initial())];
    while let Some((done, state)) = open.pop() {
        if done & must == must {
            return true;
        }
        if !met.insert((done, state.clone())) {
            continue;
        }
        let left = |i: &usize| (all & !done) >> i & 1 == 1;
        let first_ret = (0..ops.len()).filter(left).map(|i| ops[i].ret).min();
        for i in (0..ops.len()).filter(left) {
            if first_ret.is_some_and(|ret| ops[i].call < ret) {
                let next = model.step(&state, &ops[i].op);
                open.extend(next.into_iter().map(|state| (done | 1 << i, state)));
            }
        }
    }
    false
}

/// Operations in time, and the order in which they take effect; some are indeterminate, and half of
/// those have no effect.
pub(crate) struct Shape {
    spans: Vec<(u32, u32)>,
    /// By number, with whether they have an effect.
    order: Vec<(usize, bool)>,
}

impl Shape {
    /// Up to nine operations of up to four processes.
    pub(crate) fn draw(random: &mut Random) -> Self {
        let (count, processes) = (random.random_range(2..=9), random.random_range(2..=4));
        let mut free_at = vec![0.0; processes];
        let mut spans: Vec<(f64, f64, f64)> = Vec::new();
        for _ in 0..count {
            let process = random.random_range(0..processes);
            let call: f64 = free_at[process] + random.random_range(0.0..4.0);
            let ret = call + random.random_range(1.0..12.0);
            free_at[process] = ret;
            spans.push((call, ret, random.random_range(call..ret)));
        }
        let mut moments: Vec<(f64, usize, bool)> = Vec::new();
        for (i, (call, ret, _)) in spans.iter().enumerate() {
            moments.extend([(*call, i, false), (*ret, i, true)]);
        }
        moments.sort_by(|a, b| a.0.total_cmp(&b.0));
        let mut ranked = vec![(0, 0); count];
        for (position, (_, i, is_return)) in (0u32..).zip(moments) {
            let span: &mut (u32, u32) = &mut ranked[i];
            *(if is_return { &mut span.1 } else { &mut span.0 }) = position;
        }
        let mut order: Vec<usize> = (0..count).collect();
        order.sort_by(|a, b| spans[*a].2.total_cmp(&spans[*b].2));
        let order = order.into_iter().map(|i| (i, true)).collect();
        Self {
            spans: ranked,
            order,
        }
        .with_indeterminate(random)
    }

    fn with_indeterminate(mut self, random: &mut Random) -> Self {
        for (i, has_effect) in &mut self.order {
            if one_in(random, 8) {
                self.spans[*i].1 = NEVER;
                *has_effect = one_in(random, 2);
            }
        }
        self
    }

    /// Calls, returns and whether there is an effect, in the order in which they take effect.
    pub(crate) fn in_order(&self) -> impl Iterator<Item = (u32, u32, bool)> {
        let spans = self
            .order
            .iter()
            .map(|(i, has_effect)| (self.spans[*i], *has_effect));
        spans.map(|((call, ret), has_effect)| (call, ret, has_effect))
    }

    /// Fills in operations in the order in which they take effect. `draw` is told whether the end
    /// is known and whether there is an effect, and changes what it remembers of the object.
    pub(crate) fn fill<O>(
        &self,
        random: &mut Random,
        mut draw: impl FnMut(&mut Random, bool, bool) -> O,
    ) -> Vec<Timed<O>> {
        let mut ops: Vec<Option<Timed<O>>> = self.spans.iter().map(|_| None).collect();
        for (i, has_effect) in &self.order {
            let (call, ret) = self.spans[*i];
            let op = draw(random, ret != NEVER, *has_effect);
            ops[*i] = Some(Timed { call, ret, op });
        }
        ops.into_iter().flatten().collect()
    }
}

/// One of these.
pub(crate) fn pick<'a, T>(random: &mut Random, of: &'a [T]) -> Option<&'a T> {
    let at = random.next_u32() as usize;
    (!of.is_empty()).then(|| &of[at % of.len()])
}
