//! The first stack of a program: arguments, environment, and the auxiliary vector, in which the
//! kernel tells where to find what.

const END: u64 = 0;
const RANDOM: u64 = 25;
const VDSO: u64 = 33;

/// More words than any program is given.
const MOST_WORDS: u64 = 1 << 20;

/// Entries of the auxiliary vector that are of use here.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Auxv {
    /// Where sixteen random bytes stand.
    pub(crate) random_at: Option<u64>,
    /// Where the vDSO stands.
    pub(crate) vdso_at: Option<u64>,
    /// Where the entry stands that tells so.
    pub(crate) vdso_entry_at: Option<u64>,
}

/// Reads it, given a way to read a word of memory.
pub(crate) fn read(stack_pointer: u64, mut memory: impl FnMut(u64) -> Option<u64>) -> Option<Auxv> {
    let arguments = memory(stack_pointer)?;
    if arguments > MOST_WORDS {
        return None;
    }
    let mut at = stack_pointer.checked_add(8 * (arguments + 2))?;
    let mut words = 0;
    while memory(at)? != 0 {
        at = at.checked_add(8)?;
        words += 1;
        if words > MOST_WORDS {
            return None;
        }
    }
    at = at.checked_add(8)?;
    let mut found = Auxv::default();
    for _ in 0..MOST_WORDS {
        let value = memory(at.checked_add(8)?)?;
        match memory(at)? {
            END => return Some(found),
            RANDOM => found.random_at = Some(value),
            VDSO => (found.vdso_at, found.vdso_entry_at) = (Some(value), Some(at)),
            _ => {}
        }
        at = at.checked_add(16)?;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_words(words: &[u64]) -> Option<Auxv> {
        let base = 0x7000;
        read(base, |at| words.get(((at - base) / 8) as usize).copied())
    }

    #[test]
    fn the_vector_stands_behind_arguments_and_environment() {
        let words = [
            2, 11, 12, 0, 21, 22, 23, 0, 6, 4096, VDSO, 0x1234, RANDOM, 0x5678, END, 0,
        ];
        let expected = Auxv {
            random_at: Some(0x5678),
            vdso_at: Some(0x1234),
            vdso_entry_at: Some(0x7000 + 10 * 8),
        };
        assert_eq!(read_words(&words), Some(expected));
    }

    #[test]
    fn a_stack_that_ends_early_is_not_read() {
        assert_eq!(read_words(&[0, 0, 0, RANDOM]), None);
        assert_eq!(read_words(&[u64::MAX]), None);
        assert_eq!(read_words(&[]), None);
    }
}
