//! Copies of the programs: what they write stays in the directory of the run, and what an earlier
//! run left behind is not taken for a result.

use std::fs;
use std::io;
use std::path::Path;

use workloads::scenario::{GivenFile, Scenario, Subject};

/// Directories that no program needs.
const LEFT_OUT: &[&str] = &[".git", "runs"];

/// Makes the directory of all programs: a copy of another one, or an empty one. What one program is
/// run in the place of has a directory in any case. The files that the scenario lays down are
/// there, and those that its checks look at are not: these the programs have to write.
pub(super) fn make(
    from: Option<&Path>,
    to: &Path,
    scenario: &Scenario,
    replaced: bool,
) -> io::Result<()> {
    match from {
        Some(from) => copy_tree(from, to)?,
        None => fs::create_dir_all(to)?,
    }
    let background = scenario.processes.iter().filter(|p| p.is_background);
    for process in background.filter(|_| replaced) {
        fs::create_dir_all(to.join(&process.dir))?;
    }
    for check in &scenario.checks {
        if let Subject::File { path, .. } = &check.subject {
            clear_away(path, to)?;
        }
    }
    for file in &scenario.files {
        lay_down(file, to, scenario)?;
    }
    Ok(())
}

/// Removes a file, if it is there. A symbolic link in what was handed in must not lead to a file
/// somewhere else.
fn clear_away(file: &str, to: &Path) -> io::Result<()> {
    let path = to.join(file);
    let directory = path.parent().unwrap_or(to);
    if !directory.exists() {
        return Ok(());
    }
    if !directory.canonicalize()?.starts_with(to.canonicalize()?) {
        let what = format!("{file} leads out of it by a symbolic link");
        return Err(io::Error::new(io::ErrorKind::PermissionDenied, what));
    }
    match fs::remove_file(&path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Writes a file of the scenario, unless the program that it is for is missing: that is said later.
fn lay_down(file: &GivenFile, to: &Path, scenario: &Scenario) -> io::Result<()> {
    let mut dirs = scenario.processes.iter().map(|process| &process.dir);
    if dirs.any(|dir| Path::new(&file.path).starts_with(dir) && !to.join(dir).is_dir()) {
        return Ok(());
    }
    let path = to.join(&file.path);
    fs::create_dir_all(path.parent().unwrap_or(to))?;
    clear_away(&file.path, to)?;
    fs::write(path, &file.text)
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

    fn copy(from: &Path, to: &Path, scenario: &Scenario) -> io::Result<()> {
        make(Some(from), to, scenario, false)
    }

    #[test]
    fn what_is_replaced_needs_no_directory() {
        let to = tempfile::tempdir().expect("a directory");
        let scenario = Scenario::parse(
            "[scenario]\nname='s'\nworkload='quorum-kv'\n\
             [[process]]\nname='a'\ncommand=['x']\nports=1\n\
             [[process]]\nname='b'\ncommand=['x']\n",
        );
        let to = to.path().join("copy");
        make(None, &to, &scenario.expect("a scenario"), true).expect("made");
        assert!(to.join("a").is_dir(), "a runs in the background");
        assert!(!to.join("b").exists(), "b does not");
    }

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

    /// A scenario with a file for a program in `server`.
    fn with_file() -> Scenario {
        let scenario = Scenario::parse(
            "[scenario]\nname='s'\n[[process]]\nname='server'\ncommand=['x']\n\
             [[file]]\npath='server/files/a.txt'\ntext='given'\n\
             [[check]]\nname='c'\nprocess='server'\nexit=0\n",
        );
        scenario.expect("a scenario")
    }

    #[test]
    fn files_of_the_scenario_take_the_place_of_what_is_there() {
        let from = tempfile::tempdir().expect("a directory");
        let to = tempfile::tempdir().expect("a directory");
        let (empty, full) = (to.path().join("empty"), to.path().join("full"));
        copy(from.path(), &empty, &with_file()).expect("copied");
        assert!(
            !empty.join("server").exists(),
            "a missing program stays missing"
        );
        let other = from.path().join("other.txt");
        fs::write(&other, "mine").expect("written");
        fs::create_dir_all(from.path().join("server/files")).expect("made");
        std::os::unix::fs::symlink(&other, from.path().join("server/files/a.txt")).expect("made");
        copy(from.path(), &full, &with_file()).expect("copied");
        let read = |path: &Path| fs::read_to_string(path).expect("a file");
        assert_eq!(read(&full.join("server/files/a.txt")), "given");
        assert_eq!(read(&other), "mine", "nothing is written through a link");
    }

    #[test]
    fn no_file_is_written_outside_of_the_copy() {
        let from = tempfile::tempdir().expect("a directory");
        let to = tempfile::tempdir().expect("a directory");
        let elsewhere = tempfile::tempdir().expect("a directory");
        fs::create_dir_all(from.path().join("server")).expect("made");
        let files = from.path().join("server/files");
        std::os::unix::fs::symlink(elsewhere.path(), files).expect("made");
        let copied = copy(from.path(), &to.path().join("copy"), &with_file());
        assert!(
            copied
                .expect_err("refused")
                .to_string()
                .contains("symbolic link")
        );
        assert!(!elsewhere.path().join("a.txt").exists());
        // What lies there is not taken for an earlier result either.
        fs::write(elsewhere.path().join("a.txt"), "mine").expect("written");
        let checked = "[[check]]\nname='d'\nfile='server/files/a.txt'\nequals='x'\n";
        let scenario = format!("{}{checked}", with_file().text);
        let scenario = Scenario::parse(&scenario).expect("a scenario");
        let again = to.path().join("again");
        assert!(make(Some(from.path()), &again, &scenario, false).is_err());
        assert!(elsewhere.path().join("a.txt").exists());
    }
}
