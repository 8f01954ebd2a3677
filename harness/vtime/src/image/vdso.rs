//! The vDSO: a small shared library that the kernel maps into every process.

/// A function of it that would answer without a system call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Function {
    ClockGettime,
    Gettimeofday,
    Time,
    Getcpu,
    ClockGetres,
    Getrandom,
}

impl Function {
    fn named(name: &[u8]) -> Option<Self> {
        Some(match name.strip_prefix(b"__vdso_")? {
            b"clock_gettime" => Self::ClockGettime,
            b"gettimeofday" => Self::Gettimeofday,
            b"time" => Self::Time,
            b"getcpu" => Self::Getcpu,
            b"clock_getres" => Self::ClockGetres,
            b"getrandom" => Self::Getrandom,
            _ => return None,
        })
    }
}

/// What a vDSO holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Vdso {
    functions: Vec<(Function, u64)>,
    syscall_at: Option<u64>,
}

/// Kinds of segments and of dynamic entries, by the ELF specification.
const SEGMENT_LOAD: u32 = 1;
const SEGMENT_DYNAMIC: u32 = 2;
const EXECUTABLE: u32 = 1;
const DYNAMIC_HASH: u64 = 4;
const DYNAMIC_STRINGS: u64 = 5;
const DYNAMIC_SYMBOLS: u64 = 6;

const SEGMENT_BYTES: usize = 56;
const SYMBOL_BYTES: usize = 24;
/// So many bytes are written over a function.
const REDIRECT: u64 = 8;
const SYSCALL: [u8; 2] = [0x0f, 0x05];

impl Vdso {
    /// Reads the image as it stands in memory. `None` when it is not understood.
    pub(crate) fn parse(bytes: &[u8]) -> Option<Self> {
        let image = Image(bytes);
        if bytes.get(..5)? != b"\x7fELF\x02" {
            return None;
        }
        let (segments_at, segments) = (image.u64(32)? as usize, usize::from(image.u16(56)?));
        let mut dynamic_at = None;
        let mut syscalls_at = Vec::new();
        for index in 0..segments {
            let at = segments_at.checked_add(index * SEGMENT_BYTES)?;
            let (kind, flags) = (image.u32(at)?, image.u32(at.checked_add(4)?)?);
            let offset = image.u64(at.checked_add(8)?)? as usize;
            let length = image.u64(at.checked_add(32)?)? as usize;
            if kind == SEGMENT_DYNAMIC {
                dynamic_at = Some(offset);
            } else if kind == SEGMENT_LOAD && flags & EXECUTABLE != 0 {
                let end = offset.saturating_add(length).min(bytes.len());
                let code = bytes.get(offset..end)?;
                let calls = code
                    .windows(2)
                    .enumerate()
                    .filter(|(_, pair)| *pair == SYSCALL);
                syscalls_at.extend(calls.map(|(at, _)| (offset + at) as u64));
            }
        }
        let functions = image.functions(dynamic_at?)?;
        // Not one that will be overwritten.
        let stays = |at: &u64| {
            functions
                .iter()
                .all(|(_, f)| at + 2 <= *f || *at >= f + REDIRECT)
        };
        let syscall_at = syscalls_at.into_iter().find(stays);
        Some(Self {
            functions,
            syscall_at,
        })
    }

    /// Its functions that answer themselves, and how far into the image they stand.
    pub(crate) fn functions(&self) -> impl Iterator<Item = (Function, u64)> {
        self.functions.iter().copied()
    }

    /// How far into the image an instruction `syscall` stands.
    pub(crate) fn syscall_offset(&self) -> Option<u64> {
        self.syscall_at
    }
}

/// Bytes that may be cut short or wrong anywhere.
struct Image<'a>(&'a [u8]);

impl Image<'_> {
    fn functions(&self, dynamic_at: usize) -> Option<Vec<(Function, u64)>> {
        let (mut symbols, mut strings, mut hash) = (None, None, None);
        let mut at = dynamic_at;
        while let (Some(kind), Some(value)) = (self.u64(at), self.u64(at.checked_add(8)?)) {
            match kind {
                0 => break,
                DYNAMIC_HASH => hash = Some(value as usize),
                DYNAMIC_STRINGS => strings = Some(value as usize),
                DYNAMIC_SYMBOLS => symbols = Some(value as usize),
                _ => {}
            }
            at = at.checked_add(16)?;
        }
        let (symbols, strings) = (symbols?, strings?);
        let count = match hash {
            Some(hash) => self.u32(hash.checked_add(4)?)? as usize,
            // Without a hash table: the strings follow the symbols.
            None => strings.checked_sub(symbols)? / SYMBOL_BYTES,
        };
        let most = self.0.len() / SYMBOL_BYTES;
        let symbol =
            |index: usize| self.symbol(symbols.checked_add(index * SYMBOL_BYTES)?, strings);
        Some((0..count.min(most)).filter_map(symbol).collect())
    }

    fn symbol(&self, at: usize, strings: usize) -> Option<(Function, u64)> {
        let name_at = strings.checked_add(self.u32(at)? as usize)?;
        let value = self.u64(at.checked_add(8)?)?;
        let rest = self.0.get(name_at..)?;
        let end = rest.iter().position(|b| *b == 0)?;
        let function = Function::named(&rest[..end])?;
        let fits = value.checked_add(REDIRECT)? <= self.0.len() as u64;
        fits.then_some((function, value))
    }

    fn u16(&self, at: usize) -> Option<u16> {
        self.array(at).map(u16::from_le_bytes)
    }

    fn u32(&self, at: usize) -> Option<u32> {
        self.array(at).map(u32::from_le_bytes)
    }

    fn u64(&self, at: usize) -> Option<u64> {
        self.array(at).map(u64::from_le_bytes)
    }

    fn array<const N: usize>(&self, at: usize) -> Option<[u8; N]> {
        self.0.get(at..at.checked_add(N)?)?.try_into().ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::os::unix::fs::FileExt;

    /// The vDSO of this process.
    fn own() -> Vec<u8> {
        let maps = std::fs::read_to_string("/proc/self/maps").expect("maps");
        let line = maps
            .lines()
            .find(|line| line.ends_with("[vdso]"))
            .expect("a vDSO");
        let hex = |text: &str| u64::from_str_radix(text, 16).expect("a number");
        let (from, rest) = line.split_once('-').expect("a range");
        let to = rest.split_whitespace().next().expect("its end");
        let mut bytes = vec![0; (hex(to) - hex(from)) as usize];
        let memory = std::fs::File::open("/proc/self/mem").expect("memory");
        memory
            .read_exact_at(&mut bytes, hex(from))
            .expect("the vDSO");
        bytes
    }

    #[test]
    fn the_functions_of_this_kernel_are_found() {
        let bytes = own();
        let vdso = Vdso::parse(&bytes).expect("understood");
        for wanted in [
            Function::ClockGettime,
            Function::Gettimeofday,
            Function::Time,
        ] {
            assert!(
                vdso.functions().any(|(found, _)| found == wanted),
                "{wanted:?}"
            );
        }
        let at = vdso.syscall_offset().expect("a system call") as usize;
        assert_eq!(bytes[at..at + 2], SYSCALL);
    }

    proptest! {
        #[test]
        fn whatever_stands_there_nothing_breaks(
            changes in proptest::collection::vec((0usize..8192, any::<u8>()), 0..40),
            length in 0usize..8192,
        ) {
            let mut bytes = own();
            for (at, value) in changes {
                if let Some(byte) = bytes.get_mut(at) {
                    *byte = value;
                }
            }
            bytes.truncate(length);
            if let Some(vdso) = Vdso::parse(&bytes) {
                for (_, offset) in vdso.functions() {
                    prop_assert!(offset as usize + 8 <= bytes.len());
                }
            }
        }
    }
}
