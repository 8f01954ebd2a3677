//! Time in segments, within which nothing begins or ends.

/// The segments between some positions.
pub(super) struct Segments {
    /// Where one ends and the next begins, in order.
    ends: Vec<u32>,
}

impl Segments {
    pub(super) fn between(mut positions: Vec<u32>) -> Self {
        positions.sort_unstable();
        positions.dedup();
        Self { ends: positions }
    }

    pub(super) fn count(&self) -> usize {
        self.ends.len() + 1
    }

    /// The segment of the moment just after a position.
    pub(super) fn at(&self, position: u32) -> usize {
        self.ends.partition_point(|end| *end <= position)
    }

    /// Just after this position a segment begins.
    pub(super) fn first(&self, segment: usize) -> u32 {
        segment.checked_sub(1).map_or(0, |before| self.ends[before])
    }

    /// Just after this position is the last moment of a segment between positions.
    pub(super) fn last(&self, segment: usize) -> u32 {
        self.ends[segment] - 1
    }
}
