//! Seeded histories of many processes: linearizable by construction, or with one wrong answer.

use std::io::{Result, Write};

use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::flaws::{Flaw, plant};
use crate::objects::{Kind, Objects};
use crate::operations::{End, Op, Said};

/// What a history shall be like.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Recipe {
    pub(crate) kind: Kind,
    pub(crate) operations: usize,
    pub(crate) processes: usize,
    /// The share of changes whose end is not known; half of them took effect.
    pub(crate) indeterminate: f64,
    pub(crate) flaw: Flaw,
}

impl Recipe {
    /// Operations in the order in which they take effect, with their answers.
    pub(crate) fn draw(&self, seed: u64) -> Vec<Op> {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let mut ops = self.spans(&mut random);
        ops.sort_by(|a, b| a.effect.total_cmp(&b.effect));
        let mut objects = Objects::new(self.kind);
        for op in &mut ops {
            objects.answer(op, &mut random);
        }
        let planted = plant(self.flaw, &mut ops);
        assert!(planted, "there is no place for the wrong answer");
        ops
    }

    /// Operations without answers: each process does one after the other, for as long as an
    /// exponential distribution says, and rests for a tenth of that time.
    fn spans(&self, random: &mut ChaCha8Rng) -> Vec<Op> {
        let mut ops = Vec::with_capacity(self.operations);
        let mut fresh = self.processes;
        for client in 0..self.processes {
            let count = self.operations / self.processes
                + usize::from(client < self.operations % self.processes);
            let mut now = random.random_range(0.0..1.0);
            let mut process = client;
            for _ in 0..count {
                let lasts = 0.05 + exponential(random);
                let (function, key) = self.kind.draw(random);
                let mut op = Op {
                    process,
                    call: now,
                    effect: now + lasts * random.random_range(0.0..1.0),
                    ret: now + lasts,
                    function,
                    key,
                    asked: Said::Nothing,
                    found: Said::Nothing,
                    end: End::Ok,
                };
                if Kind::changes(function) && random.random_bool(self.indeterminate) {
                    op.end = End::Vanished;
                    if random.random_bool(0.5) {
                        op.end = End::Happened;
                        op.effect = now + lasts * random.random_range(0.0..5.0);
                    }
                    process = fresh;
                    fresh += 1;
                }
                ops.push(op);
                now += lasts + 0.1 * exponential(random);
            }
        }
        ops
    }
}

fn exponential(random: &mut impl Rng) -> f64 {
    -(1.0 - random.random_range(0.0..1.0f64)).ln()
}

/// Writes operations as events, in the order of time.
pub(crate) fn write_json_lines(ops: &[Op], with_keys: bool, to: &mut impl Write) -> Result<()> {
    let mut events: Vec<(f64, bool, usize)> = Vec::with_capacity(2 * ops.len());
    for (at, op) in ops.iter().enumerate() {
        events.push((op.call, false, at));
        if matches!(op.end, End::Ok | End::Fail) {
            events.push((op.ret, true, at));
        }
    }
    events.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    for (index, (time, is_return, at)) in events.into_iter().enumerate() {
        let op = &ops[at];
        let kind = match op.end {
            _ if !is_return => "invoke",
            End::Fail => "fail",
            _ => "ok",
        };
        let value = if is_return && op.end == End::Ok {
            op.found
        } else {
            op.asked
        };
        let time_ns = (time * 1e6) as u64;
        let Op {
            process, function, ..
        } = op;
        write!(
            to,
            r#"{{"index":{index},"time":{time_ns},"process":{process},"type":"{kind}","f":"{function}","#
        )?;
        if with_keys {
            write!(to, r#""key":"k{}","#, op.key)?;
        }
        writeln!(to, r#""value":{value}}}"#)?;
    }
    Ok(())
}
