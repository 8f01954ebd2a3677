//! One program, how it is run, and what is expected of the run.

/// A run of `test`: one-second runs of three nodes unless it says otherwise.
pub(crate) struct Case {
    /// The program below this directory.
    pub(crate) program: &'static str,
    pub(crate) workload: &'static str,
    /// Flags that differ from the usual ones.
    pub(crate) flags: Vec<(&'static str, &'static str)>,
    /// The mistake that is to be named; none for a right program.
    pub(crate) mistake: Option<Mistake>,
}

/// The anomaly that names a mistake.
pub(crate) struct Mistake {
    pub(crate) check: &'static str,
    pub(crate) anomaly: &'static str,
    /// What its sentence has.
    pub(crate) says: &'static str,
}

/// A right program.
pub(crate) fn right(workload: &'static str, program: &'static str) -> Case {
    Case {
        program,
        workload,
        flags: Vec::new(),
        mistake: None,
    }
}

/// A wrong program: `check/anomaly` and a part of the sentence.
pub(crate) fn wrong(
    workload: &'static str,
    program: &'static str,
    anomaly: &'static str,
    says: &'static str,
) -> Case {
    let (check, anomaly) = anomaly.split_once('/').expect("check/anomaly");
    let mistake = Mistake {
        check,
        anomaly,
        says,
    };
    Case {
        mistake: Some(mistake),
        ..right(workload, program)
    }
}

impl Case {
    /// With a flag of `test`.
    pub(crate) fn with(mut self, flag: &'static str, value: &'static str) -> Self {
        self.flags.push((flag, value));
        self
    }

    /// With one node only.
    pub(crate) fn alone(self) -> Self {
        self.with("--node-count", "1")
    }
}
