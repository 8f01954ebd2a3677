//! What cannot be.

use crate::rules::Kind;

/// Why there is no linearization.
pub(super) enum Contradiction {
    /// A value was found that nobody appended.
    ThinAir { by: u32 },
    /// More values stand before one than were ever appended.
    TooFar { by: u32 },
    /// Two reads have different values at the same place.
    Fork { reads: [u32; 2], appends: [u32; 2] },
    /// Two values stand at one place, as two said.
    SamePlace { appends: [u32; 2], by: [u32; 2] },
    /// A value stands at two places, as two said; perhaps what else stands at the second, as
    /// somebody said.
    TwoPlaces {
        append: u32,
        places: [u32; 2],
        by: [u32; 2],
        other: Option<(u32, u32)>,
    },
    /// Operations happened in the wrong order.
    Backwards {
        kind: Kind,
        ops: Vec<u32>,
        /// Who appended the values that matter, in the order in which they stand.
        kept: Vec<u32>,
        /// So many of them are there at most, said who missed some.
        missed: u32,
    },
}
