//! A linearization of a stack.

use super::clearing::Clearing;
use crate::rules::containers::Question;
use crate::rules::line::Line;

/// A value that was taken out first lies below the others: where several are pushed at a moment it
/// goes first, and where several are popped it comes out last. In between the stack is empty.
pub(super) fn linearization<V>(
    question: &Question<'_, V>,
    clearing: &Clearing<'_>,
    found: &[u32],
) -> Vec<u32> {
    let mut line = Line::default();
    let count = clearing.taken_out().len();
    for (place, taken_out) in clearing.taken_out().iter().enumerate() {
        let value = clearing.value(taken_out.value);
        line.place(taken_out.pushed, count + 3 + place, value.put);
        if let Some(take) = value.take {
            line.place(taken_out.popped, count + 1 - place, take);
        }
    }
    for (find, position) in question.nothing.iter().zip(found) {
        line.place(*position, count + 2, *find);
    }
    // What need not stay comes and goes at one moment.
    for value in question.values.iter().filter(|value| !value.stays()) {
        let both = value.put_call.max(value.take_call);
        line.place(both, 0, value.put);
        if let Some(take) = value.take {
            line.place(both, 1, take);
        }
    }
    line.order()
}
