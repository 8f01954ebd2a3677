//! Whether a container can have been empty when nothing was found in it.

use super::Kind;
use super::covers::{Cover, Covers};
use super::pairs::{Value, Wrong};
use crate::model::ContainerOp;
use crate::timed::Timed;

/// When which value, by its place among these, is certainly there: from the return of its put to
/// the call of its take.
pub(super) fn stays<'a>(values: impl IntoIterator<Item = &'a Value>) -> Covers {
    let stays = (0..).zip(values).filter(|(_, value)| value.stays());
    let stays = stays.map(|(what, value)| Cover {
        from: value.put_ret,
        until: value.take_call,
        what,
    });
    Covers::new(stays.collect())
}

/// Whoever found nothing did so at a moment at which no value was certainly there: just after which
/// position each can have done so, as early as possible.
pub(super) fn found<V>(
    values: &[Value],
    nothing: &[u32],
    ops: &[Timed<ContainerOp<V>>],
) -> Result<Vec<u32>, Wrong> {
    if nothing.is_empty() {
        return Ok(Vec::new());
    }
    let stays = stays(values);
    let place = |find: &u32| {
        let timed = &ops[*find as usize];
        stays.free(timed.call, timed.ret).map_err(|chain| {
            let mut concerned = vec![*find];
            concerned.extend(chain.iter().flat_map(|at| values[*at as usize].ops()));
            (Kind::MissedValue, concerned)
        })
    };
    nothing.iter().map(place).collect()
}
