//! The clock page: memory of ours in every traced process, that answers clock reads there.
//!
//! Two thirds of all traps would be clock reads. The functions of the vDSO are redirected to code
//! in this page, which adds a microsecond to the process's time and shows it; the tracer reads the
//! time at each stop, and writes it when it has changed. Layout:
//!
//! | offset | what |
//! |---|---|
//! | 0x000 | [`LOCAL`]: the process's time, nanoseconds |
//! | 0x008 | the time past which reads of clocks are traps, so that others get their turn |
//! | 0x010 | how many looks at descriptors in a row found nothing; see `sites` |
//! | 0x014 | the ids of the process and of the thread that has the processor |
//! | 0x01c | whether every read must be a trap |
//! | 0x040 | [`BASES`]: what each of the clocks 0 to 11 shows more than that |
//! | 0x200 | the code, from `page.S` |
//! | 0x800 | [`SCRATCH`]: arguments of calls that the tracer changes |
//!
//! The page can be written and executed by the program that has it; one that scribbles on it
//! deceives only itself.

use super::vdso::Function;

/// Where it is mapped: below everything else.
pub(crate) const ADDRESS: u64 = 0x20000;

/// The process's time.
pub(crate) const LOCAL: u64 = ADDRESS;

/// What clocks show more than the process's time; 12 of them.
pub(crate) const BASES: u64 = ADDRESS + 0x40;

/// Room for arguments, to the page's end.
pub(crate) const SCRATCH: u64 = ADDRESS + 0x800;

const BYTES: usize = 4096;
const CODE_AT: usize = 0x200;

/// Assembled from `page.S`; a test compares.
const CODE: &[u8] = include_bytes!("page.bin");

/// After the only instruction whose calls the filter lets pass because of where it stands.
pub(crate) const AFTER_FREE_CALL: u32 = 0x20000 + CODE_AT as u32 + 0x1d2;

/// What stands at [`LOCAL`], and changes from turn to turn.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Moment {
    /// The process's time.
    pub(crate) local_ns: u64,
    /// The time past which its reads are traps.
    pub(crate) limit_ns: u64,
    /// Looks without result, one after the other.
    pub(crate) idle_looks: u32,
    /// The process, and the thread that has the processor, as they see themselves.
    pub(crate) ids: [i32; 2],
    /// Whether what it reads must be put right afterwards.
    pub(crate) traps_reads: bool,
}

/// The process's time and its looks without result, from what stands at [`LOCAL`].
pub(crate) fn read(bytes: impl FnOnce() -> Option<[u8; 20]>) -> Option<(u64, u32)> {
    let bytes = bytes()?;
    let (time, rest) = bytes.split_first_chunk()?;
    Some((
        u64::from_le_bytes(*time),
        u32::from_le_bytes(*rest.last_chunk()?),
    ))
}

/// The bytes of a [`Moment`].
pub(crate) const MOMENT_BYTES: usize = 32;

impl Moment {
    pub(crate) fn to_bytes(self) -> [u8; MOMENT_BYTES] {
        let mut bytes = [0; MOMENT_BYTES];
        bytes[..8].copy_from_slice(&self.local_ns.to_le_bytes());
        bytes[8..16].copy_from_slice(&self.limit_ns.to_le_bytes());
        bytes[16..20].copy_from_slice(&self.idle_looks.to_le_bytes());
        bytes[20..24].copy_from_slice(&self.ids[0].to_le_bytes());
        bytes[24..28].copy_from_slice(&self.ids[1].to_le_bytes());
        bytes[28] = u8::from(self.traps_reads);
        bytes
    }
}

/// The page as it is at the beginning of a program.
pub(crate) fn build(moment: Moment, bases: &[u64; 12]) -> Box<[u8; BYTES]> {
    let mut page = Box::new([0; BYTES]);
    page[..MOMENT_BYTES].copy_from_slice(&moment.to_bytes());
    for (slot, base) in page[0x40..].chunks_exact_mut(8).zip(bases) {
        slot.copy_from_slice(&base.to_le_bytes());
    }
    page[CODE_AT..CODE_AT + CODE.len()].copy_from_slice(CODE);
    page
}

/// Where the page's version of a function stands.
pub(crate) fn entry(function: Function) -> u64 {
    let offset = match function {
        Function::ClockGettime => 0x00,
        Function::Gettimeofday => 0x80,
        Function::Time => 0x100,
        Function::Getcpu => 0x160,
        Function::ClockGetres => 0x1a0,
        Function::Getrandom => 0x1c0,
    };
    ADDRESS + CODE_AT as u64 + offset
}

/// What is written over the vDSO's version: `mov eax, entry; jmp rax`.
pub(crate) fn redirect(function: Function) -> [u8; 8] {
    let [a, b, c, d, ..] = entry(function).to_le_bytes();
    [0xb8, a, b, c, d, 0xff, 0xe0, 0x90]
}

#[cfg(test)]
pub(in crate::image) mod tests;
