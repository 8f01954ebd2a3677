//! Copies of the programs: what they write stays in the directory of the run, and what an earlier
//! run left behind is not taken for a result.

use std::fs;
use std::io;
use std::path::Path;

use workloads::scenario::{Scenario, Subject};

/// Directories that no program needs.
const LEFT_OUT: &[&str] = &[".git", "runs"];

/// Copies a directory of programs, without the files that the scenario's checks look at: these the
/// programs have to write.
pub(super) fn copy(from: &Path, to: &Path, scenario: &Scenario) -> io::Result<()> {
    copy_tree(from, to)?;
    for check in &scenario.checks {
        if let Subject::File { path, .. } = &check.subject {
            match fs::remove_file(to.join(path)) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
    }
    Ok(())
}

fn copy_tree(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let name = entry.file_name();
        if LEFT_OUT.iter().any(|left_out| name == *left_out) {
            continue;
        }
        let (source, target) = (entry.path(), to.join(&name));
        let kind = entry.file_type()?;
        if kind.is_dir() {
            copy_tree(&source, &target)?;
        } else if kind.is_symlink() {
            std::os::unix::fs::symlink(fs::read_link(&source)?, &target)?;
        } else if kind.is_file() {
            fs::copy(&source, &target)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_of_earlier_runs_are_not_copied() {
        let from = tempfile::tempdir().expect("a directory");
        let to = tempfile::tempdir().expect("a directory");
        let to = to.path().join("copy");
        for file in [
            "client/main.go",
            "client/result.txt",
            ".git/config",
            "runs/1/plan.json",
        ] {
            let path = from.path().join(file);
            fs::create_dir_all(path.parent().expect("a parent")).expect("made");
            fs::write(path, file).expect("written");
        }
        let scenario = Scenario::parse(
            "[scenario]\nname='s'\n[[process]]\nname='client'\ncommand=['x']\n[[check]]\n\
             name='c'\nfile='client/result.txt'\nequals='x'\n",
        );
        copy(from.path(), &to, &scenario.expect("a scenario")).expect("copied");
        let there = |file: &str| to.join(file).exists();
        assert!(there("client/main.go"));
        assert!(
            !there("client/result.txt"),
            "it would be taken for a result"
        );
        assert!(!there(".git") && !there("runs"));
        assert!(
            from.path().join("client/result.txt").exists(),
            "the original is not touched"
        );
    }
}
