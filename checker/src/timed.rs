//! Operations in time.

/// The end of an operation whose end is not known: it may take effect at any time after its call,
/// or never.
pub const NEVER: u32 = u32::MAX;

/// An operation, and the time in which it must have taken effect.
///
/// Times are positions in the order of events: an operation precedes another if it returned before
/// the other was called. [`rank`] makes positions of times.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timed<O> {
    /// When it was called.
    pub call: u32,
    /// When it returned, or [`NEVER`].
    pub ret: u32,
    /// What was asked and answered.
    pub op: O,
}

impl<O> Timed<O> {
    /// Whether it may have had no effect.
    #[must_use]
    pub fn is_indeterminate(&self) -> bool {
        self.ret == NEVER
    }

    /// Whether it returned before the other was called.
    #[must_use]
    pub fn precedes<P>(&self, other: &Timed<P>) -> bool {
        self.ret < other.call
    }
}

/// Makes positions of times of any unit. Operations that touch at one moment overlap: at equal
/// times calls come before returns.
///
/// Takes `O(n log n)` for n operations.
#[must_use]
pub fn rank<O>(ops: impl IntoIterator<Item = (u64, Option<u64>, O)>) -> Vec<Timed<O>> {
    let ops: Vec<_> = ops.into_iter().collect();
    let mut moments: Vec<(u64, bool, usize)> = Vec::with_capacity(2 * ops.len());
    for (index, (call, ret, _)) in ops.iter().enumerate() {
        moments.push((*call, false, index));
        moments.extend(ret.map(|ret| (ret, true, index)));
    }
    moments.sort_unstable();
    let mut ranked: Vec<Timed<O>> = ops
        .into_iter()
        .map(|(_, _, op)| Timed {
            call: 0,
            ret: NEVER,
            op,
        })
        .collect();
    for (position, (_, is_return, index)) in (0u32..).zip(moments) {
        let op = &mut ranked[index];
        *(if is_return { &mut op.ret } else { &mut op.call }) = position;
    }
    ranked
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operations_that_touch_overlap() {
        let ops = rank([(10, Some(20), 'a'), (20, Some(30), 'b'), (31, None, 'c')]);
        let times: Vec<(u32, u32)> = ops.iter().map(|op| (op.call, op.ret)).collect();
        assert_eq!(times, [(0, 2), (1, 3), (4, NEVER)]);
        assert!(!ops[0].precedes(&ops[1]));
        assert!(ops[1].precedes(&ops[2]));
    }
}
