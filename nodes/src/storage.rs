//! The file in which a program keeps what it must not forget, one line after the other.

use std::fs::{File, OpenOptions};
use std::io;
use std::path::Path;

/// Reads the storage of earlier lives and opens it for more, cutting off a torn last line. There
/// is none before the first record.
pub(crate) fn open(path: &Path) -> io::Result<(Vec<u8>, Option<File>)> {
    let mut storage = match std::fs::read(path) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok((Vec::new(), None)),
        result => result?,
    };
    let whole = storage
        .iter()
        .rposition(|b| *b == b'\n')
        .map_or(0, |i| i + 1);
    let file = create(path)?;
    if whole < storage.len() {
        file.set_len(whole as u64)?;
        storage.truncate(whole);
    }
    Ok((storage, Some(file)))
}

/// Opens storage for more; there may be none yet.
pub(crate) fn create(path: &Path) -> io::Result<File> {
    OpenOptions::new().create(true).append(true).open(path)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    #[test]
    fn a_torn_line_is_cut_off() {
        let dir = std::env::temp_dir().join(format!("nodes-storage-{}", std::process::id()));
        std::fs::create_dir_all(&dir).expect("a directory");
        let path = dir.join("storage");
        assert!(open(&path).expect("nothing there").1.is_none());
        std::fs::write(&path, b"1\n2\n{\"tor").expect("a file");
        let (storage, file) = open(&path).expect("a file");
        assert_eq!(storage, b"1\n2\n");
        file.expect("open").write_all(b"3\n").expect("appended");
        assert_eq!(std::fs::read(&path).expect("a file"), b"1\n2\n3\n");
        std::fs::remove_dir_all(&dir).expect("removed");
    }
}
