//! Executable files: which of them take chance from the processor itself.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Read;
use std::os::unix::fs::MetadataExt;

use crate::raw::trace::Tid;

/// The name of `std::random_device` in programs compiled from C++; its default in GNU's library
/// asks the processor first.
const NAME: &[u8] = b"St13random_device";

/// Larger files are interpreters, which do not use it.
const MOST_BYTES: u64 = 32 << 20;

/// What is known of executable files, by device, number and time.
#[derive(Debug, Default)]
pub(super) struct Images(BTreeMap<(u64, u64, i64), bool>);

impl Images {
    /// Whether the program of this process uses `std::random_device`.
    pub(super) fn asks_processor(&mut self, tid: Tid) -> bool {
        let path = format!("/proc/{tid}/exe");
        let Ok(metadata) = fs::metadata(&path) else {
            return false;
        };
        if metadata.len() > MOST_BYTES {
            return false;
        }
        let key = (metadata.dev(), metadata.ino(), metadata.mtime());
        *self.0.entry(key).or_insert_with(|| {
            let mut bytes = Vec::new();
            let read = File::open(&path).and_then(|mut file| file.read_to_end(&mut bytes));
            read.is_ok() && contains(&bytes, NAME)
        })
    }
}

fn contains(bytes: &[u8], text: &[u8]) -> bool {
    let Some((first, rest)) = text.split_first() else {
        return true;
    };
    let mut from = bytes;
    while let Some(at) = from.iter().position(|byte| byte == first) {
        from = &from[at + 1..];
        if from.starts_with(rest) {
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_found_wherever_it_is() {
        assert!(contains(b"x _ZNSt13random_device7_M_initE y", NAME));
        assert!(contains(b"SSt13random_device", NAME));
        assert!(!contains(b"St13random_devic", NAME));
    }
}
