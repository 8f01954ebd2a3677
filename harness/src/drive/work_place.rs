//! Where nodes run in virtual time: directories whose path is the same from run to run, because a
//! node may show it.
//!
//! They are `/tmp/splitbrain-USER/SLOT/NODE`, in the first slot that no other run has. While a run
//! lasts, its directory has links to them; afterwards it has the directories themselves.

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, symlink};
use std::path::{Path, PathBuf};

use nix::fcntl::{Flock, FlockArg};

/// More runs at a time than any machine has.
const SLOTS: u32 = 100;

/// The directories of one run.
pub(crate) struct WorkPlace {
    slot: PathBuf,
    /// Each node's directory, and where it belongs afterwards.
    nodes: Vec<(PathBuf, PathBuf)>,
    _lock: Flock<File>,
}

impl WorkPlace {
    /// Takes a slot, and makes an empty directory for each node.
    pub(crate) fn take(nodes_dir: &Path, ids: &[String]) -> io::Result<Self> {
        Self::take_below(&root()?, nodes_dir, ids)
    }

    fn take_below(root: &Path, nodes_dir: &Path, ids: &[String]) -> io::Result<Self> {
        let (slot, lock) = free_slot(root)?;
        // A run that was killed may have left something.
        if slot.exists() {
            fs::remove_dir_all(&slot)?;
        }
        fs::create_dir_all(nodes_dir)?;
        let mut nodes = Vec::new();
        for id in ids {
            let (here, there) = (slot.join(id), nodes_dir.join(id));
            fs::create_dir_all(&here)?;
            symlink(&here, &there)?;
            nodes.push((here, there));
        }
        Ok(Self {
            slot,
            nodes,
            _lock: lock,
        })
    }

    /// Where a node runs.
    pub(crate) fn directory(&self, node: usize) -> &Path {
        &self.nodes[node].0
    }

    /// Puts the directories where they belong.
    pub(crate) fn hand_over(mut self) -> io::Result<()> {
        self.put_back()
    }

    fn put_back(&mut self) -> io::Result<()> {
        for (here, there) in std::mem::take(&mut self.nodes) {
            fs::remove_file(&there)?;
            // Not on the same file system: copied.
            if fs::rename(&here, &there).is_err() {
                copy(&here, &there)?;
            }
        }
        fs::remove_dir_all(&self.slot)
    }
}

impl Drop for WorkPlace {
    fn drop(&mut self) {
        if !self.nodes.is_empty() {
            // What stays behind is removed by the next run that has the slot.
            let _left = self.put_back();
        }
    }
}

/// A directory of this user alone.
fn root() -> io::Result<PathBuf> {
    let user = nix::unistd::getuid();
    let root = PathBuf::from(format!("/tmp/splitbrain-{user}"));
    match fs::DirBuilder::new().mode(0o700).create(&root) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
        _ => {}
    }
    let found = fs::symlink_metadata(&root)?;
    if found.is_dir() && found.uid() == user.as_raw() {
        Ok(root)
    } else {
        let what = format!("{} belongs to somebody else", root.display());
        Err(io::Error::other(what))
    }
}

fn free_slot(root: &Path) -> io::Result<(PathBuf, Flock<File>)> {
    for number in 0..SLOTS {
        let slot = root.join(format!("{number:02}"));
        let lock = File::create(slot.with_extension("lock"))?;
        if let Ok(lock) = Flock::lock(lock, FlockArg::LockExclusiveNonblock) {
            return Ok((slot, lock));
        }
    }
    Err(io::Error::other(format!(
        "more than {SLOTS} runs at a time"
    )))
}

fn copy(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let (kind, target) = (entry.file_type()?, to.join(entry.file_name()));
        if kind.is_dir() {
            copy(&entry.path(), &target)?;
        } else if kind.is_symlink() {
            symlink(fs::read_link(entry.path())?, target)?;
        } else if kind.is_file() {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids() -> Vec<String> {
        vec!["n0".to_owned(), "n1".to_owned()]
    }

    #[test]
    fn two_runs_at_a_time_have_two_places_and_one_after_the_other_the_same() {
        let temp = tempfile::tempdir().expect("a directory");
        let take = |run: &str| {
            let place = WorkPlace::take_below(temp.path(), &temp.path().join(run), &ids());
            place.expect("a place")
        };
        let (first, second) = (take("a"), take("b"));
        assert_eq!(first.directory(1), temp.path().join("00/n1"));
        assert_eq!(second.directory(1), temp.path().join("01/n1"));
        first.hand_over().expect("handed over");
        assert_eq!(take("c").directory(0), temp.path().join("00/n0"));
    }

    #[test]
    fn what_a_node_wrote_is_reachable_at_any_time() {
        let temp = tempfile::tempdir().expect("a directory");
        let run = temp.path().join("run");
        let place = WorkPlace::take_below(temp.path(), &run, &ids()).expect("a place");
        fs::write(place.directory(0).join("log"), "text").expect("written");
        let read = || fs::read_to_string(run.join("n0/log")).expect("readable");
        assert_eq!(read(), "text");
        place.hand_over().expect("handed over");
        assert_eq!(read(), "text");
        assert!(
            !fs::symlink_metadata(run.join("n0"))
                .expect("there")
                .is_symlink()
        );
        assert!(!temp.path().join("00").exists());
    }

    #[test]
    fn what_a_killed_run_left_is_gone() {
        let temp = tempfile::tempdir().expect("a directory");
        fs::create_dir_all(temp.path().join("00/n0/old")).expect("left over");
        let run = temp.path().join("run");
        let place = WorkPlace::take_below(temp.path(), &run, &ids()).expect("a place");
        assert_eq!(
            fs::read_dir(place.directory(0)).expect("readable").count(),
            0
        );
    }
}
