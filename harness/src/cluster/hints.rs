//! What the last output of a program tells about why it does not run.

/// What to do, as far as the output tells.
pub(super) fn hint(output: &[String]) -> Option<&'static str> {
    const KNOWN: &[(&str, &str)] = &[
        (
            "go.mod file not found",
            "there is no go.mod in its directory: write one with `go mod init NAME`",
        ),
        (
            "imported and not used",
            "it does not compile: Go wants unused imports to be removed",
        ),
        (
            "declared and not used",
            "it does not compile: Go wants unused variables to be removed",
        ),
        (
            "undefined: ",
            "it does not compile: a name is used that nothing declares",
        ),
        (
            "syntax error",
            "it does not compile: see the line that its output names",
        ),
        (
            "SyntaxError",
            "Python cannot read it: see the line that its output names",
        ),
        (
            "ModuleNotFoundError",
            "a Python module is not installed for the Python that runs this",
        ),
        (
            "Cannot find module",
            "a module is missing: npm install in its directory",
        ),
        (
            "ddress already in use",
            "it listens on a fixed port: it has to listen on the one in the variable PORT",
        ),
        (
            "EADDRINUSE",
            "it listens on a fixed port: it has to listen on the one in PORT",
        ),
        ("no Go files", "there is no Go file in its directory"),
        (
            "permission denied",
            "it may not open or run a file: see its output",
        ),
        ("panic: ", "it panicked: see its output"),
    ];
    let has = |words: &str| output.iter().any(|line| line.contains(words));
    KNOWN
        .iter()
        .find(|(words, _)| has(words))
        .map(|(_, hint)| *hint)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_students_meet_is_known() {
        let of = |line: &str| hint(&[line.to_owned()]).unwrap_or("nothing");
        let missing = "go: go.mod file not found in current directory or any parent directory";
        assert!(of(missing).contains("go mod init"));
        assert!(of("./main.go:10:2: \"strconv\" imported and not used").contains("compile"));
        assert!(of("listen tcp :8080: bind: address already in use").contains("PORT"));
        assert_eq!(of("listening on 8080"), "nothing");
    }
}
