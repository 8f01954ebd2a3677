//! Programs that cannot be started.

use super::*;

/// The error of starting `bin` in `dir`, and its hint.
async fn start_error(dir: &Path, bin: impl Into<PathBuf>) -> (StartError, String) {
    let (sender, mut events) = mpsc::channel(64);
    let nodes = dir.join("nodes");
    let mut supervisor = Supervisor::new(
        &program(bin),
        &nodes,
        &["n0".into()],
        Limits::default(),
        sender,
    )
    .unwrap();
    assert!(supervisor.start(0));
    let event = events.recv().await.unwrap();
    let NodeEventKind::StartFailed(error) = event.kind else {
        panic!("{event:?}")
    };
    assert_eq!(supervisor.lifecycle(0), Some(Lifecycle::Exited));
    let said = error.hint().unwrap_or_default();
    (error, said)
}

#[tokio::test]
async fn a_missing_file_names_those_beside_it() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("node.py"), "").unwrap();
    fs::write(dir.path().join("unrelated"), "").unwrap();
    let file = dir.path().join("nod.py");
    let (error, hint) = start_error(dir.path(), &file).await;
    assert_eq!(
        error.to_string(),
        format!("there is no file {}", file.display())
    );
    assert_eq!(hint, "did you mean node.py?");
}

#[tokio::test]
async fn a_name_that_is_not_in_path() {
    let dir = tempfile::tempdir().unwrap();
    let (error, hint) = start_error(dir.path(), "no-such-node").await;
    assert_eq!(
        error.to_string(),
        "there is no program no-such-node in the directories of PATH"
    );
    assert_eq!(
        hint,
        "install no-such-node, or give the path of a file, such as ./no-such-node"
    );
}

#[tokio::test]
async fn a_directory() {
    let dir = tempfile::tempdir().unwrap();
    let (error, _) = start_error(dir.path(), dir.path()).await;
    assert_eq!(
        error,
        StartError::IsDirectory {
            file: dir.path().into()
        }
    );
}

#[tokio::test]
async fn a_file_that_is_not_executable() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("node.py");
    fs::write(&file, "#!/usr/bin/env python3\n").unwrap();
    let (error, hint) = start_error(dir.path(), &file).await;
    assert_eq!(error, StartError::NotExecutable { file: file.clone() });
    assert_eq!(hint, format!("chmod +x {}", file.display()));
}

#[tokio::test]
async fn a_first_line_with_a_spelling_mistake() {
    let dir = tempfile::tempdir().unwrap();
    for (line, name) in [
        ("#!/usr/bin/env pyhton", "pyhton"),
        ("#!/bin/pyhton3 -u", "/bin/pyhton3"),
    ] {
        let file = script(dir.path(), "node.py", &format!("{line}\nprint(1)\n"));
        let (error, hint) = start_error(dir.path(), &file).await;
        assert_eq!(
            error,
            StartError::NoInterpreter {
                file,
                interpreter: name.into()
            }
        );
        assert!(hint.contains(name), "{hint}");
    }
}

#[tokio::test]
async fn line_ends_of_windows() {
    let dir = tempfile::tempdir().unwrap();
    let file = script(
        dir.path(),
        "node.py",
        "#!/usr/bin/env python3\r\nprint(1)\r\n",
    );
    let (error, hint) = start_error(dir.path(), &file).await;
    assert_eq!(error, StartError::WindowsLineEnds { file });
    assert!(hint.starts_with("sed -i 's/\\r$//' /"), "{hint}");
}

#[tokio::test]
async fn a_script_without_a_first_line_that_names_its_interpreter() {
    let dir = tempfile::tempdir().unwrap();
    let table = [
        ("node.py", "#!/usr/bin/env python3"),
        ("node.js", "#!/usr/bin/env node"),
        ("node.rb", "#!/usr/bin/env ruby"),
        ("node.sh", "#!/bin/sh"),
    ];
    for (name, first_line) in table {
        let file = script(dir.path(), name, "print(1)\n");
        let (error, hint) = start_error(dir.path(), &file).await;
        assert_eq!(
            error,
            StartError::NoFormat {
                file,
                first_line: Some(first_line)
            }
        );
        assert_eq!(
            hint,
            format!("the first line of the file must be: {first_line}")
        );
    }
}

#[tokio::test]
async fn a_program_for_another_machine() {
    let dir = tempfile::tempdir().unwrap();
    let file = script(
        dir.path(),
        "node",
        "\u{1}\0\0\0\0 no format that a kernel knows",
    );
    let (error, _) = start_error(dir.path(), &file).await;
    assert_eq!(
        error,
        StartError::NoFormat {
            file,
            first_line: None
        }
    );
}
