//! The exit codes that other people's scripts depend on.

use checker::Verdict;

/// How the program ends, for the shell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Exit {
    /// Every check passed.
    Valid = 0,
    /// At least one check found a violation; dominates everything that follows.
    Invalid = 1,
    /// The command line is wrong.
    Usage = 2,
    /// No violation was found, but some check could not decide.
    Unknown = 3,
    /// Nothing was selected to run.
    NothingToRun = 4,
    /// An input file holds bad data.
    BadData = 65,
    /// An input file does not exist or cannot be read.
    NoInput = 66,
    /// A fault of the program itself.
    Internal = 70,
    /// An output file or directory cannot be created.
    CannotCreate = 73,
    /// Reading or writing failed half-way.
    Io = 74,
    /// A suite, scenario or campaign is wrong.
    Config = 78,
    /// Stopped by SIGINT, after cleaning up and writing what there is.
    Interrupted = 130,
    /// Stopped by SIGTERM, after cleaning up and writing what there is.
    Terminated = 143,
}

impl Exit {
    /// All of them, in the order of their codes.
    pub const ALL: &'static [Self] = &[
        Self::Valid,
        Self::Invalid,
        Self::Usage,
        Self::Unknown,
        Self::NothingToRun,
        Self::BadData,
        Self::NoInput,
        Self::Internal,
        Self::CannotCreate,
        Self::Io,
        Self::Config,
        Self::Interrupted,
        Self::Terminated,
    ];

    /// The number given to the shell.
    #[must_use]
    pub fn code(self) -> u8 {
        self as u8
    }

    /// What it means, for the manual.
    #[must_use]
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Valid => "valid: every check passed",
            Self::Invalid => "invalid: at least one violation",
            Self::Usage => "usage error",
            Self::Unknown => "unknown: no violation found, but some check could not decide",
            Self::NothingToRun => "nothing selected to run",
            Self::BadData => "bad input data",
            Self::NoInput => "no such input",
            Self::Internal => "internal fault",
            Self::CannotCreate => "cannot create output",
            Self::Io => "I/O error",
            Self::Config => "bad configuration",
            Self::Interrupted => "interrupted, after writing what there is",
            Self::Terminated => "terminated, after writing what there is",
        }
    }

    /// The code for a verdict.
    #[must_use]
    pub fn from_verdict(verdict: Verdict) -> Self {
        match verdict {
            Verdict::Valid => Self::Valid,
            Verdict::Invalid => Self::Invalid,
            Verdict::Unknown => Self::Unknown,
        }
    }
}

impl From<Verdict> for Exit {
    fn from(verdict: Verdict) -> Self {
        Self::from_verdict(verdict)
    }
}

impl From<Exit> for std::process::ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_codes_are_those_of_the_contract() {
        let codes: Vec<u8> = Exit::ALL.iter().map(|exit| exit.code()).collect();
        assert_eq!(codes, [0, 1, 2, 3, 4, 65, 66, 70, 73, 74, 78, 130, 143]);
    }

    #[test]
    fn a_verdict_has_a_code() {
        assert_eq!(Exit::from_verdict(Verdict::Valid).code(), 0);
        assert_eq!(Exit::from_verdict(Verdict::Invalid).code(), 1);
        assert_eq!(Exit::from_verdict(Verdict::Unknown).code(), 3);
    }
}
