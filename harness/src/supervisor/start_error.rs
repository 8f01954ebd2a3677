//! Why a program cannot be started, said to somebody who wants to get on.

use super::program::Program;
use std::io;
use std::path::PathBuf;

/// Why there is no process.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StartError {
    /// No such file.
    #[error("there is no file {}", file.display())]
    NotFound {
        /// What was asked for.
        file: PathBuf,
        /// Files of that directory with similar names.
        nearest: Vec<String>,
    },
    /// A bare name that no directory of `PATH` has.
    #[error("there is no program {name} in the directories of PATH")]
    NotInPath {
        /// The name.
        name: String,
        /// The current directory has a file of that name.
        is_here: bool,
    },
    /// A directory cannot be run.
    #[error("{} is a directory, not a program", file.display())]
    IsDirectory {
        /// What was asked for.
        file: PathBuf,
    },
    /// The file lacks the permission to be executed.
    #[error("{} is not executable", file.display())]
    NotExecutable {
        /// What was asked for.
        file: PathBuf,
    },
    /// The script asks for an interpreter that is not there.
    #[error("the first line of {} asks for the interpreter {interpreter}, which is not installed", file.display())]
    NoInterpreter {
        /// The script.
        file: PathBuf,
        /// What its first line names.
        interpreter: String,
    },
    /// The first line of the script ends with CR LF, so the CR counts as a part of the name.
    #[error("the lines of {} end as on Windows (CR LF), so its interpreter is not found", file.display())]
    WindowsLineEnds {
        /// The script.
        file: PathBuf,
    },
    /// Neither a program nor a script with a first line that names an interpreter.
    #[error("{} is no program that this machine can run", file.display())]
    NoFormat {
        /// What was asked for.
        file: PathBuf,
        /// The first line that a script of this kind should have.
        first_line: Option<&'static str>,
    },
    /// A directory on the way to the file may not be entered.
    #[error("the directory {} may not be entered", directory.display())]
    NoAccess {
        /// The directory.
        directory: PathBuf,
    },
    /// Anything else.
    #[error("cannot start {}: {reason}", file.display())]
    Other {
        /// What was asked for.
        file: PathBuf,
        /// What the operating system said.
        reason: String,
    },
}

impl StartError {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::NotFound { nearest, .. } if nearest.is_empty() => {
                Some("check the path; it is taken from the directory you are in".to_owned())
            }
            Self::NotFound { nearest, .. } => {
                Some(format!("did you mean {}?", nearest.join(" or ")))
            }
            Self::NotInPath {
                name,
                is_here: true,
            } => Some(format!(
                "for the file of that name in this directory, write ./{name}"
            )),
            Self::NotInPath { name, .. } => Some(format!(
                "install {name}, or give the path of a file, such as ./{name}"
            )),
            Self::IsDirectory { file } => Some(format!(
                "name the file to run, such as {}",
                file.join("node.py").display()
            )),
            Self::NotExecutable { file } => Some(format!("chmod +x {}", file.display())),
            Self::NoInterpreter { interpreter, .. } => Some(format!(
                "check the spelling of {interpreter} in the first line, or install it"
            )),
            Self::WindowsLineEnds { file } => Some(format!("sed -i 's/\\r$//' {}", file.display())),
            Self::NoFormat {
                first_line: Some(line),
                ..
            } => Some(format!("the first line of the file must be: {line}")),
            Self::NoFormat {
                first_line: None, ..
            } => Some(
                "a script needs a first line such as #!/usr/bin/env python3; \
                 a compiled program must be built for this machine"
                    .to_owned(),
            ),
            Self::NoAccess { directory } => Some(format!("chmod +x {}", directory.display())),
            Self::Other { .. } => None,
        }
    }

    /// What went wrong when the operating system refused to run `program`.
    pub(crate) fn diagnose(program: &Program, error: &io::Error) -> Self {
        let unknown = Self::Other {
            file: program.bin.clone(),
            reason: error.to_string(),
        };
        program.check().err().unwrap_or(unknown)
    }
}
