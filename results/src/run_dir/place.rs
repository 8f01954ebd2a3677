//! Where a run directory is, and what may be there already.

use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use super::{
    ENVIRONMENT, HISTORY, JOURNAL, NODES, PLAN, PROGRAMS, REPORT, RunDirError, SCENARIO, SHRINK,
    VERDICT,
};

/// The link to the last run, beside the workloads' directories.
const LATEST: &str = "latest";

/// Everything that a run leaves in its directory.
const OURS: &[&str] = &[
    PLAN,
    ENVIRONMENT,
    HISTORY,
    JOURNAL,
    VERDICT,
    REPORT,
    SHRINK,
    NODES,
    PROGRAMS,
    SCENARIO,
];

/// Makes `<root>/<workload>/<time>-<seed>`, with a number if that exists.
pub(super) fn make_unique(
    root: &Path,
    workload: &str,
    now: &jiff::Zoned,
    seed: &str,
) -> Result<PathBuf, RunDirError> {
    let parent = root.join(as_name(workload));
    fs::create_dir_all(&parent).map_err(RunDirError::create(&parent))?;
    let name = format!("{}-{}", now.strftime("%Y%m%dT%H%M%S"), as_name(seed));
    let mut path = parent.join(&name);
    for n in 2.. {
        match fs::create_dir(&path) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                path = parent.join(format!("{name}-{n}"));
            }
            made => {
                made.map_err(RunDirError::create(&path))?;
                break;
            }
        }
    }
    Ok(path)
}

/// Lets `<root>/latest` point to this run. The link replaces the earlier one in one step. It is a
/// convenience: where it cannot be made (no such file system, something else of that name), the run
/// goes on without.
pub(super) fn point_latest(root: &Path, path: &Path) {
    let Ok(target) = path.strip_prefix(root) else {
        return;
    };
    let link = tempfile::Builder::new()
        .prefix(".latest.")
        .make_in(root, |link| symlink(target, link));
    if let Ok(link) = link {
        // On failure the temporary link is removed when it is dropped.
        let _ = link.into_temp_path().persist(root.join(LATEST));
    }
}

/// Makes a directory, or empties it if all that it holds is an earlier run.
pub(super) fn make_fresh(path: &Path) -> Result<(), RunDirError> {
    fs::create_dir_all(path).map_err(RunDirError::create(path))?;
    let mut entries = Vec::new();
    for entry in fs::read_dir(path).map_err(RunDirError::read(path))? {
        entries.push(entry.map_err(RunDirError::read(path))?.file_name());
    }
    let is_ours = |name: &std::ffi::OsString| OURS.iter().any(|known| name == known);
    let is_run = entries.iter().any(|name| name == PLAN) && entries.iter().all(is_ours);
    if !entries.is_empty() && !is_run {
        return Err(RunDirError::Occupied {
            path: path.to_owned(),
        });
    }
    // The verdict first: a kill in the middle must not leave an old verdict beside a new record.
    for name in [
        VERDICT,
        REPORT,
        SHRINK,
        HISTORY,
        JOURNAL,
        NODES,
        PROGRAMS,
        SCENARIO,
        ENVIRONMENT,
        PLAN,
    ] {
        remove(&path.join(name))?;
    }
    Ok(())
}

fn remove(path: &Path) -> Result<(), RunDirError> {
    let removed = if path.is_dir() {
        fs::remove_dir_all(path)
    } else {
        fs::remove_file(path)
    };
    match removed {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(RunDirError::write(path)(error))
        }
        _ => Ok(()),
    }
}

/// The mode of published files; temporary files are private otherwise.
pub(super) fn readable() -> Permissions {
    Permissions::from_mode(0o644)
}

/// A text as the name of one file: whatever could lead elsewhere becomes `-`.
fn as_name(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let name: String = text
        .chars()
        .map(|c| if plain(c) { c } else { '-' })
        .collect();
    if name.starts_with('.') || name.is_empty() || name == LATEST {
        format!("_{name}")
    } else {
        name
    }
}

#[cfg(test)]
mod tests {
    use super::as_name;

    #[test]
    fn a_name_stays_in_its_directory() {
        assert_eq!(as_name("g-counter"), "g-counter");
        assert_eq!(as_name("../x y"), "_..-x-y");
        assert_eq!(as_name("latest"), "_latest");
        assert_eq!(as_name(""), "_");
    }
}
