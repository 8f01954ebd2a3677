//! `splitbrain node quorum-kv` and `quorum-client` say what they miss.

use std::process::Command;

const BIN: &str = env!("CARGO_BIN_EXE_splitbrain");

/// What a command that cannot do its job says, and its exit code.
fn fails(command: &str, variables: &[(&str, &str)]) -> (i32, String) {
    let directory = tempfile::tempdir().expect("a directory");
    let output = Command::new(BIN)
        .args(command.split(' '))
        .env_clear()
        .envs(variables.iter().copied())
        .current_dir(directory.path())
        .output()
        .expect("splitbrain runs");
    let left: Vec<_> = std::fs::read_dir(directory.path())
        .expect("a directory")
        .collect();
    assert!(left.is_empty(), "nothing is left: {left:?}");
    let code = output.status.code().expect("an exit code");
    (code, String::from_utf8_lossy(&output.stderr).into_owned())
}

#[test]
fn what_is_not_in_the_environment_is_named() {
    let (code, said) = fails("node quorum-kv", &[]);
    assert_eq!(code, 78);
    assert!(said.contains("PORT is not set"), "{said}");
    let half = [("PORT", "7000"), ("PEER_PEER1_HOST", "127.0.0.1")];
    let (code, said) = fails("node quorum-kv", &half);
    assert_eq!(code, 78);
    assert!(
        said.contains("PEER_PEER1_HOST is set and PEER_PEER1_PORT is not"),
        "{said}"
    );
    let (code, said) = fails("node quorum-client", &[]);
    assert_eq!(code, 1);
    assert!(
        said.contains("expected PEER_PEER0_HOST and PEER_PEER0_PORT"),
        "{said}"
    );
}

#[test]
fn what_cannot_be_broken_is_named() {
    let (code, said) = fails("node quorum-kv --bug read-two", &[]);
    assert_eq!(code, 2);
    assert!(said.contains("did you mean read-one"), "{said}");
    let (code, said) = fails("node quorum-client --bug read-one", &[]);
    assert_eq!(code, 2);
    assert!(said.contains("quorum-client cannot be broken"), "{said}");
}
