//! System calls that are answered where they are made.
//!
//! Some calls are so frequent, and so easily answered, that a stop for each of them is a quarter of
//! all: who am I, is there anything to do yet, and what. Libraries make them with five bytes of one
//! instruction before `syscall`. These become a jump to a copy of the code from `sites.S`, which
//! stands nearby, answers what it can from the clock page, and returns behind the call; or goes on
//! to the `syscall`, which is still there, and is trapped as ever.
//!
//! ```text
//! before:  mov eax, 39        syscall   ret
//! after:   jmp copy           syscall   ret
//!              |                 ^       ^
//!              +-- mov eax, 39 --+-------+
//! ```

/// Where copies stand, so that jumps reach them: near programs at fixed low addresses, and above
/// libraries, in the gap below the stack.
pub(crate) const AREAS: [u64; 2] = [0x21000, 0x7fff_f900_0000];

/// Of each area.
pub(crate) const AREA_BYTES: u64 = 8192;

/// For each copy.
pub(crate) const COPY_BYTES: u64 = 512;

/// What is looked at of a site: up to a byte behind its `syscall`.
pub(crate) const SITE_BYTES: usize = 12;

/// How far behind its beginning the `syscall` ends.
pub(crate) const SITE_END: u64 = 11;

/// The jump to a copy.
const JUMP_BYTES: usize = 5;

const SYSCALL: [u8; 2] = [0x0f, 0x05];

/// `mov eax, NUMBER`.
const MOV_EAX: u8 = 0xb8;

/// `mov edi, [rsp + ..]`, which may stand between that and `syscall`.
const MOV_EDI: [u8; 3] = [0x8b, 0x7c, 0x24];

/// `xor eax, eax`, for `read`, whose number is 0.
const XOR_EAX: [u8; 2] = [0x31, 0xc0];

/// `mov r9, [rsp + 8]`, at the end of the function `syscall` of libc.
const LAST_ARGUMENT: [u8; 5] = [0x4c, 0x8b, 0x4c, 0x24, 0x08];

/// Assembled from `sites.S`; a test compares.
const CODE: &[u8] = include_bytes!("sites.bin");
const REPLACED_AT: usize = 16;

/// Whether a copy can answer such a call, at least at times.
pub(crate) fn answers(call: i64) -> bool {
    matches!(
        call,
        libc::SYS_getpid
            | libc::SYS_gettid
            | libc::SYS_epoll_wait
            | libc::SYS_epoll_pwait
            | libc::SYS_read
    )
}

/// What is written for a site, and where.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Copy {
    /// Where the jump to the copy stands, in the site.
    pub(crate) jump_at: u64,
    /// The jump, and what stood behind it.
    pub(crate) jump: [u8; 8],
    /// The copy.
    pub(crate) code: Vec<u8>,
}

/// The copy at `copy_at` for a site that holds these bytes; `None` when it is another kind of site,
/// or too far away.
pub(crate) fn copy(call: i64, site_at: u64, bytes: [u8; SITE_BYTES], copy_at: u64) -> Option<Copy> {
    const MAKE: usize = 9;
    let number = u32::try_from(call).ok()?.to_le_bytes();
    let sets_number = |at: usize| bytes[at] == MOV_EAX && bytes[at + 1..][..4] == number;
    let begin = if sets_number(4) || bytes[4..MAKE] == LAST_ARGUMENT {
        4
    } else if sets_number(0) && bytes[JUMP_BYTES..].starts_with(&MOV_EDI) {
        0
    } else if call == libc::SYS_read
        && bytes[3..].starts_with(&MOV_EDI)
        && bytes[7..MAKE] == XOR_EAX
    {
        3
    } else {
        return None;
    };
    if bytes[MAKE..MAKE + 2] != SYSCALL {
        return None;
    }
    let jump_at = site_at + begin as u64;
    let replaced = &bytes[begin..MAKE];
    let mut code = CODE.to_vec();
    code[..8].copy_from_slice(&(site_at + MAKE as u64).to_le_bytes());
    code[8..16].copy_from_slice(&(site_at + SITE_END).to_le_bytes());
    code[REPLACED_AT..][..replaced.len()].copy_from_slice(replaced);
    let distance = (copy_at + REPLACED_AT as u64).wrapping_sub(jump_at + JUMP_BYTES as u64);
    let distance = i32::try_from(distance.cast_signed()).ok()?;
    let mut jump = std::array::from_fn(|index| bytes[begin + index]);
    jump[0] = 0xe9;
    jump[1..JUMP_BYTES].copy_from_slice(&distance.to_le_bytes());
    Some(Copy {
        jump_at,
        jump,
        code,
    })
}

/// Whether an area is near enough to a site.
pub(crate) fn reaches(area: u64, site_at: u64) -> bool {
    const MOST: u64 = 0x7fff_0000;
    area.abs_diff(site_at) < MOST
}

#[cfg(test)]
mod tests;
