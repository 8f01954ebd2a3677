//! The environment of nodes in virtual time: what runtimes need, and nothing that differs from run
//! to run.
//!
//! Variables stand on a program's stack, so even the length of one that nobody reads moves all
//! addresses behind it.

use std::collections::BTreeMap;
use std::ffi::{CString, OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::Path;

/// Names that are kept.
const KEPT: &[&str] = &[
    "CLASSPATH",
    "JAVA_HOME",
    "LANG",
    "LD_LIBRARY_PATH",
    "PATH",
    "TZ",
    "VIRTUAL_ENV",
];

/// Beginnings of names that are kept.
const KEPT_FAMILIES: &[&str] = &[
    "BUNDLE_",
    "CARGO_",
    "GEM_",
    "GO",
    "JDK_",
    "LC_",
    "MAELSTROM_",
    "NODE_",
    "NVM_",
    "PYENV_",
    "PYTHON",
    "RBENV_",
    "RUBY",
    "RUST",
];

/// Wherever a node's own directory is, its text is the same.
const OWN_DIRECTORY: &str = "/proc/self/cwd";

/// What a Java runtime is told: without files that other runs see, without threads that only make
/// it slower on one processor.
const JAVA_OPTIONS: &str = "-XX:-UsePerfData -XX:+UseSerialGC -XX:TieredStopAtLevel=1";

/// Chooses from the harness's `own` variables and adds the program's; sorted by name.
pub(crate) fn environment(
    own: impl Iterator<Item = (OsString, OsString)>,
    added: &[(String, String)],
    program: &Path,
) -> Vec<CString> {
    let mut chosen: BTreeMap<OsString, OsString> = own.filter(|(name, _)| is_kept(name)).collect();
    chosen
        .entry("LANG".into())
        .or_insert_with(|| "C.UTF-8".into());
    // A first run writes byte code that a second one finds.
    chosen.insert("PYTHONDONTWRITEBYTECODE".into(), "1".into());
    chosen.insert("HOME".into(), OWN_DIRECTORY.into());
    chosen.insert("TMPDIR".into(), OWN_DIRECTORY.into());
    if program.file_name() == Some(OsStr::new("java")) {
        chosen.insert("JAVA_TOOL_OPTIONS".into(), JAVA_OPTIONS.into());
    }
    for (name, value) in added {
        chosen.insert(name.into(), value.into());
    }
    let line = |(name, value): (OsString, OsString)| {
        let bytes = [name.as_bytes(), b"=", value.as_bytes()].concat();
        CString::new(OsString::from_vec(bytes).into_vec()).ok()
    };
    chosen.into_iter().filter_map(line).collect()
}

fn is_kept(name: &OsStr) -> bool {
    let name = name.to_string_lossy();
    KEPT.contains(&&*name) || KEPT_FAMILIES.iter().any(|family| name.starts_with(family))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(own: &[(&str, &str)], added: &[(&str, &str)], program: &str) -> Vec<String> {
        let own = own
            .iter()
            .map(|(n, v)| (OsString::from(n), OsString::from(v)));
        let added: Vec<_> = added
            .iter()
            .map(|(n, v)| ((*n).to_owned(), (*v).to_owned()))
            .collect();
        let lines = environment(own, &added, Path::new(program));
        lines
            .into_iter()
            .map(|line| line.into_string().expect("text"))
            .collect()
    }

    #[test]
    fn what_runtimes_need_is_kept_and_what_differs_from_run_to_run_is_not() {
        let own = [
            ("WINDOWID", "4711"),
            ("PYTHONPATH", "lib"),
            ("PATH", "/bin"),
            ("GITHUB_RUN_ID", "9"),
            ("HOME", "/home/me"),
        ];
        assert_eq!(
            of(&own, &[("X", "1")], "/usr/bin/python3"),
            [
                "HOME=/proc/self/cwd",
                "LANG=C.UTF-8",
                "PATH=/bin",
                "PYTHONDONTWRITEBYTECODE=1",
                "PYTHONPATH=lib",
                "TMPDIR=/proc/self/cwd",
                "X=1",
            ]
        );
    }

    #[test]
    fn java_is_told_to_keep_to_itself_unless_somebody_says_otherwise() {
        let plain = of(&[], &[], "/usr/bin/java");
        assert!(
            plain
                .iter()
                .any(|line| line.starts_with("JAVA_TOOL_OPTIONS=-XX:-UsePerfData"))
        );
        let own = of(&[], &[("JAVA_TOOL_OPTIONS", "-Xint")], "/usr/bin/java");
        assert!(own.contains(&"JAVA_TOOL_OPTIONS=-Xint".to_owned()));
    }
}
