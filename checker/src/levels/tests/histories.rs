//! Random small histories.

use super::super::{Access, SessionOp};
use crate::oracle::{Random, one_in, pick};
use crate::timed::{NEVER, Timed};
use rand::RngExt;

pub(super) type Op = SessionOp<u8>;

/// Up to seven operations of up to three sessions on up to two keys. Sessions see writes late and
/// in different orders, more or less; some reads are wrong altogether.
pub(super) fn draw(random: &mut Random) -> Vec<Op> {
    let count = random.random_range(2..=7);
    let sessions = random.random_range(2..=3u32);
    let keys = random.random_range(1..=2u32);
    let mut ops = spans(random, count, sessions);
    for op in &mut ops {
        op.key = random.random_range(0..keys);
    }
    // Which values a session may find: what was written before, mostly, and of late.
    let freshness = random.random_range(1..=6);
    let mut values: Vec<Vec<u8>> = vec![vec![0]; keys as usize];
    let mut next = 0;
    let mut later = Vec::new();
    for (at, op) in ops.iter_mut().enumerate() {
        let key = op.key as usize;
        let found = match one_in(random, freshness) {
            true => pick(random, &values[key]).copied().unwrap_or(0),
            false => values[key].last().copied().unwrap_or(0),
        };
        let access = match random.random_range(0..20) {
            0..10 => {
                later.push(at);
                Access::Read(found)
            }
            10..17 => {
                next += 1;
                Access::Write(next)
            }
            17..19 => {
                next += 1;
                let written = next;
                Access::Update { found, written }
            }
            _ => {
                next += 1;
                Access::Aborted(next)
            }
        };
        op.timed.op = access;
        if let Some(value) = access.written() {
            values[key].push(value);
        }
    }
    if one_in(random, 3)
        && let Some(at) = pick(random, &later)
    {
        let most = next + u8::from(one_in(random, 9));
        let wrong = random.random_range(0..=most);
        let known = &values[ops[*at].key as usize];
        let is_known = known.contains(&wrong) || one_in(random, 4);
        ops[*at].timed.op = Access::Read(if is_known {
            wrong
        } else {
            known[known.len() - 1]
        });
    }
    ops
}

/// Up to sixteen operations that took effect in one order, one after another in each session, and
/// were called in quite another order.
pub(super) fn draw_sequential(random: &mut Random) -> Vec<Op> {
    let count = random.random_range(8..=16);
    let sessions = random.random_range(3..=5u32);
    let keys = random.random_range(2..=3u32);
    let mut held = vec![0; keys as usize];
    // Each with its place in the order, the last one first.
    let mut of_session: Vec<Vec<(u8, Op)>> = vec![Vec::new(); sessions as usize];
    for place in 1..=count {
        let session = random.random_range(0..sessions);
        let key = random.random_range(0..keys);
        let found = held[key as usize];
        let op = match random.random_range(0..10) {
            0..5 => Access::Read(found),
            5..9 => Access::Write(place),
            _ => Access::Update {
                found,
                written: place,
            },
        };
        held[key as usize] = op.written().unwrap_or(found);
        let timed = Timed {
            call: 0,
            ret: 0,
            op,
        };
        let op = SessionOp {
            session,
            key,
            timed,
        };
        of_session[session as usize].insert(0, (place, op));
    }
    let mut ops = Vec::new();
    while ops.len() < usize::from(count) {
        let last = of_session
            .iter()
            .max_by_key(|left| left.last().map(|(place, _)| *place));
        let last = last.and_then(|left| left.last()).map(|(_, op)| op.session);
        let any = Some(random.random_range(0..sessions));
        let session = if one_in(random, 3) { any } else { last };
        let next = session.and_then(|session| of_session[session as usize].pop());
        ops.extend(next.map(|(_, mut op)| {
            let call = 2 * ops.len() as u32;
            (op.timed.call, op.timed.ret) = (call, call + 1);
            op
        }));
    }
    ops
}

/// Operations in the order of their calls, one after another in each session.
fn spans(random: &mut Random, count: usize, sessions: u32) -> Vec<Op> {
    let mut free_at = vec![0u64; sessions as usize];
    let mut times = Vec::new();
    for _ in 0..count {
        let session = random.random_range(0..sessions);
        let call = free_at[session as usize] + random.random_range(1..100);
        let most = if one_in(random, 4) { 1000 } else { 200 };
        let ret = call + random.random_range(1..most);
        let is_open = one_in(random, 8);
        // The process may go on before the end of what it does not wait for.
        free_at[session as usize] = if is_open { call + 1 } else { ret };
        times.push((call, (!is_open).then_some(ret), session));
    }
    times.sort_unstable();
    let timed = crate::rank(times);
    let op = |timed: Timed<u32>| SessionOp {
        session: timed.op,
        key: 0,
        timed: Timed {
            call: timed.call,
            ret: if timed.is_indeterminate() {
                NEVER
            } else {
                timed.ret
            },
            op: Access::Read(0),
        },
    };
    timed.into_iter().map(op).collect()
}
