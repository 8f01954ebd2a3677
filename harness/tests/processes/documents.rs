//! What `--format json` prints is what `splitbrain schema` promises.

use std::process::Command;

use serde_json::Value;

const BIN: &str = env!("CARGO_BIN_EXE_splitbrain");

fn json(args: &[&str], directory: &std::path::Path) -> Value {
    let out = Command::new(BIN)
        .args(args)
        .current_dir(directory)
        .output()
        .expect("splitbrain runs");
    serde_json::from_slice(&out.stdout).expect("JSON on stdout")
}

/// The document of a right and of a broken program, against the schema of this name.
fn holds(schema: &str, command: &[&str]) {
    let directory = tempfile::tempdir().expect("a directory");
    let schema = json(&["schema", schema], directory.path());
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    for (bug, verdict) in [(None, "valid"), (Some("cuts-text"), "invalid")] {
        let mut args = command.to_vec();
        args.extend(["--bin", BIN, "--format", "json", "--", "node", "echo"]);
        args.extend(bug.into_iter().flat_map(|bug| ["--bug", bug]));
        let document = json(&args, directory.path());
        let errors: Vec<String> = validator
            .iter_errors(&document)
            .map(|error| error.to_string())
            .collect();
        assert_eq!(errors, [""; 0], "{document:#}");
        assert_eq!(document["verdict"], verdict);
    }
}

#[test]
fn a_verdict_keeps_to_its_schema() {
    let command = "test -w echo --time-limit 1 --rate 50 --node-count 2";
    holds("verdict", &command.split(' ').collect::<Vec<_>>());
}

#[test]
fn a_grade_keeps_to_its_schema() {
    holds("grade", &["grade", "echo"]);
}
