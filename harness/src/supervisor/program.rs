//! Which program is to be run, found before anything changes its directory.

use std::env;
use std::path::{Path, PathBuf};

/// What the user asked to run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Program {
    /// A path, or a bare name that is looked up in `PATH`.
    pub bin: PathBuf,
    /// Its arguments.
    pub args: Vec<String>,
    /// Added to the harness's own environment.
    pub env: Vec<(String, String)>,
    /// Where it works, if not in a directory of its own that is made for it. A path of the program
    /// begins there, and its arguments are left as they are.
    pub dir: Option<PathBuf>,
}

impl Program {
    /// The program with paths that hold in any directory, because each node runs in its own. Links
    /// are kept: a Python of a virtual environment knows its place by the link's path. An argument
    /// that names something here (`node.py`, `./config`, `.`) is made a full path as well, so that
    /// `--bin python3 -- node.py` works. A bare name that is not in `PATH` stays as it is.
    #[must_use]
    pub fn anchored(&self, here: &Path) -> Self {
        if let Some(dir) = &self.dir {
            let dir = here.join(dir);
            return Self {
                bin: self.find_bin(&dir),
                dir: Some(dir),
                ..self.clone()
            };
        }
        Self {
            bin: self.find_bin(here),
            args: self
                .args
                .iter()
                .map(|arg| anchored_arg(arg, here))
                .collect(),
            env: self.env.clone(),
            dir: None,
        }
    }

    /// Whether the program is a bare name, without any directory.
    #[must_use]
    pub fn is_bare_name(&self) -> bool {
        self.bin.components().count() == 1 && !self.bin.to_string_lossy().contains('/')
    }

    fn find_bin(&self, here: &Path) -> PathBuf {
        if self.is_bare_name() {
            find_in_path(&self.bin, here).unwrap_or_else(|| self.bin.clone())
        } else {
            tidy(here.join(&self.bin))
        }
    }
}

/// Looks a bare name up in `PATH`, the way a shell does.
pub(crate) fn find_in_path(name: &Path, here: &Path) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    let candidates = env::split_paths(&path).map(|dir| here.join(dir).join(name));
    candidates
        .into_iter()
        .find(|candidate| is_executable_file(candidate))
}

/// A regular file that this user may execute.
pub(super) fn is_executable_file(path: &Path) -> bool {
    use nix::unistd::{AccessFlags, access};
    path.is_file() && access(path, AccessFlags::X_OK).is_ok()
}

fn anchored_arg(arg: &str, here: &Path) -> String {
    let path = here.join(arg);
    let is_place = arg == "." || arg == ".." || arg.starts_with("./") || arg.starts_with("../");
    let names_something = path.is_file() || is_place && path.exists();
    let anchored = (!arg.starts_with('-') && names_something).then(|| tidy(path).into_os_string());
    anchored
        .and_then(|path| path.into_string().ok())
        .unwrap_or_else(|| arg.to_owned())
}

/// Removes `./` on the way; `..` must stay, it may go through a link.
fn tidy(path: PathBuf) -> PathBuf {
    std::path::absolute(&path).unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn program(bin: &str, args: &[&str]) -> Program {
        let args = args.iter().map(|arg| (*arg).to_owned()).collect();
        Program {
            bin: bin.into(),
            args,
            env: Vec::new(),
            dir: None,
        }
    }

    #[test]
    fn relative_paths_are_taken_from_the_directory_of_the_harness() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("node.py"), "").unwrap();
        let anchored = program(
            "./node.py",
            &["node.py", "./node.py", ".", "--node.py", "five"],
        )
        .anchored(dir.path());
        let here = dir.path().to_string_lossy().into_owned();
        assert_eq!(anchored.bin, dir.path().join("node.py"));
        let file = format!("{here}/node.py");
        assert_eq!(anchored.args, [&file, &file, &here, "--node.py", "five"]);
    }

    #[test]
    fn a_bare_name_is_looked_up_in_path_and_not_here() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("sh"), "").unwrap();
        assert!(is_executable_file(
            &program("sh", &[]).anchored(dir.path()).bin
        ));
        let missing = program("no-such-program-anywhere", &[]);
        assert_eq!(missing.anchored(dir.path()), missing);
    }
}
