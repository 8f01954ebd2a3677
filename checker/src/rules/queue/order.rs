//! A linearization of a queue.

use super::{Parts, Value};
use crate::timed::{NEVER, Timed};

/// Values go in and come out in one order, each as late as it can; a queue that has to be found
/// empty is emptied as soon as that is possible.
///
/// `None` when this finds no order, although there is one: the search has to.
pub(super) fn linearization<O, V>(
    values: &[Value],
    parts: &Parts<V>,
    ops: &[Timed<O>],
) -> Option<Vec<u32>> {
    let sorted = in_one_order(values)?;
    let mut line = Line {
        values: &sorted,
        put: 0,
        taken: 0,
        order: Vec::with_capacity(ops.len()),
    };
    let mut places = vec![NEVER; ops.len()];
    for (place, value) in (0..).zip(&sorted) {
        places[value.put as usize] = place;
        if let Some(take) = value.take {
            places[take as usize] = place;
        }
    }
    let mut nothing = vec![false; ops.len()];
    parts
        .nothing
        .iter()
        .for_each(|find| nothing[*find as usize] = true);
    let mut events: Vec<(u32, u32, bool)> = Vec::with_capacity(2 * ops.len());
    for (id, timed) in (0..).zip(ops) {
        events.push((timed.call, id, false));
        events.extend((timed.ret != NEVER).then_some((timed.ret, id, true)));
    }
    events.sort_unstable();
    let mut finding: Vec<u32> = Vec::new();
    for (now, id, is_return) in events {
        let place = places[id as usize];
        if nothing[id as usize] && !is_return {
            finding.push(id);
        } else if nothing[id as usize] {
            // It had to find its moment by now.
            if finding.contains(&id) {
                return None;
            }
        } else if is_return && place != NEVER {
            let is_take = sorted[place as usize].take == Some(id);
            line.pass(place as usize, is_take, now)?;
        }
        if !finding.is_empty() && line.empties(now) {
            line.order.append(&mut finding);
        }
    }
    // What was perhaps taken, and has to be for others to be right, was taken on the way.
    Some(line.order)
}

/// An order in which values may have gone in and come out.
fn in_one_order(values: &[Value]) -> Option<Vec<Value>> {
    let mut sorted = values.to_vec();
    sorted.sort_by_key(|v| (v.take_ret.min(v.put_ret), v.put_call));
    // Repeatedly the first that need not wait for another one.
    let mut order: Vec<Value> = Vec::with_capacity(values.len());
    let mut left: std::collections::VecDeque<Value> = sorted.into();
    while !left.is_empty() {
        let is_free = |value: &Value| {
            left.iter().take(WINDOW).all(|other| {
                other.put == value.put
                    || !(other.put_ret < value.put_call || other.take_ret < value.take_call)
            })
        };
        let at = left.iter().take(WINDOW).position(is_free)?;
        order.extend(left.remove(at));
    }
    Some(order)
}

/// Values further away than this in the order of their ends are not compared.
const WINDOW: usize = 256;

struct Line<'a> {
    values: &'a [Value],
    /// How many have gone in and come out.
    put: usize,
    taken: usize,
    order: Vec<u32>,
}

impl Line<'_> {
    /// The value at this place goes in, or comes out, and all before it.
    fn pass(&mut self, place: usize, is_take: bool, now: u32) -> Option<()> {
        while self.put <= place {
            let value = &self.values[self.put];
            (value.put_call <= now).then_some(())?;
            self.order.push(value.put);
            self.put += 1;
        }
        while is_take && self.taken <= place {
            let value = &self.values[self.taken];
            let take = value.take.filter(|_| value.take_call <= now)?;
            self.order.push(take);
            self.taken += 1;
        }
        Some(())
    }

    /// Takes out what can be taken; whether nothing is left.
    fn empties(&mut self, now: u32) -> bool {
        let inside = &self.values[self.taken..self.put];
        let is_open = |value: &Value| value.take.is_some() && value.take_call <= now;
        if !inside.iter().all(is_open) {
            return false;
        }
        self.order
            .extend(inside.iter().filter_map(|value| value.take));
        self.taken = self.put;
        true
    }
}
