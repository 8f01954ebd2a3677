//! Operations in order.

/// Operations with the moments at which they take effect.
#[derive(Debug, Default)]
pub(super) struct Line {
    places: Vec<(u64, u32)>,
}

impl Line {
    /// An operation takes effect just after this position, at this place among others that do so.
    pub(super) fn place(&mut self, position: u32, place: usize, op: u32) {
        let at = u64::from(position) << 32 | place as u64;
        self.places.push((at, op));
    }

    /// All operations in order.
    pub(super) fn order(mut self) -> Vec<u32> {
        self.places.sort_unstable();
        self.places.into_iter().map(|(_, op)| op).collect()
    }
}
