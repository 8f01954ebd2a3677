//! Files that programs open instead of others.

use std::fs;
use std::os::unix::ffi::OsStringExt;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};

/// A directory of stand-ins, made with the first of them and gone with the world.
#[derive(Debug, Default)]
pub(crate) struct StandIns {
    directory: Option<PathBuf>,
    made: u32,
}

impl StandIns {
    /// The path of a new file with this content; `None` when none can be made.
    pub(crate) fn file(&mut self, content: &[u8]) -> Option<Vec<u8>> {
        if self.directory.is_none() {
            self.directory = Some(new_directory()?);
        }
        let path = self.directory.as_ref()?.join(self.made.to_string());
        self.made += 1;
        fs::write(&path, content).ok()?;
        Some(path.into_os_string().into_vec())
    }
}

impl Drop for StandIns {
    fn drop(&mut self) {
        if let Some(directory) = &self.directory {
            // What cannot be removed now is removed with all temporary files.
            let _left = fs::remove_dir_all(directory);
        }
    }
}

fn new_directory() -> Option<PathBuf> {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let name = format!("splitbrain-standins-{}-{count}", std::process::id());
    let path = std::env::temp_dir().join(name);
    fs::create_dir_all(&path).ok()?;
    Some(path)
}
