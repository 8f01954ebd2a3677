//! What a scenario demands, looked at.

use std::path::Path;

use checker::{Anomaly, CheckResult};
use workloads::scenario::{Check, Expected, Subject};

use super::members::{Member, State};
use super::probe::get;
use crate::supervisor::ExitStatus;

/// What can be seen of a program.
pub(super) struct Seen<'a> {
    name: &'a str,
    state: State,
    port: u16,
}

impl<'a> Seen<'a> {
    /// A program as it is now.
    pub(super) fn of(member: &Member<'a>) -> Self {
        Self {
            name: &member.process.name,
            state: member.state.clone(),
            port: member.ports.first().copied().unwrap_or_default(),
        }
    }
}

/// Whether a check holds now; if not, the kind of anomaly and what is wrong.
pub(super) async fn look(
    check: &Check,
    programs: &Path,
    seen: &[Seen<'_>],
) -> Result<(), (&'static str, String)> {
    let member = |name: &str| seen.iter().find(|member| member.name == name);
    match &check.subject {
        Subject::File { path, expected } => file(&programs.join(path), path, expected),
        Subject::Exit { process, code } => {
            let state = member(process).map(|member| &member.state);
            exit(process, state, *code).map_err(|what| ("wrong-exit", what))
        }
        Subject::Http {
            process,
            path,
            status,
            expected,
        } => {
            let port = member(process).map(|member| member.port);
            let wrong = |what| ("wrong-answer", format!("GET {path} of {process}: {what}"));
            let answer = get(port.unwrap_or_default(), path).await.map_err(wrong)?;
            answered(&answer, *status, expected.as_ref()).map_err(wrong)
        }
    }
}

fn file(file: &Path, name: &str, expected: &Expected) -> Result<(), (&'static str, String)> {
    match std::fs::read(file) {
        Ok(bytes) => expected
            .judge(&String::from_utf8_lossy(&bytes))
            .map_err(|mismatch| ("wrong-file", format!("{name}: {mismatch}."))),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            Err(("no-file", format!("Nobody wrote {name}.")))
        }
        Err(error) => Err(("no-file", format!("{name} cannot be read: {error}."))),
    }
}

fn exit(process: &str, state: Option<&State>, wanted: i32) -> Result<(), String> {
    match state {
        Some(State::Ended(exit)) => match exit.status {
            ExitStatus::Code(code) if code == wanted => Ok(()),
            ExitStatus::Code(code) => Err(format!(
                "{process} exited with code {code}, expected {wanted}."
            )),
            _ if exit.by_harness => Err(format!("{process} did not exit in its time.")),
            ExitStatus::Signal(signal) => Err(format!("{process} was ended by signal {signal}.")),
            ExitStatus::Unknown => Err(format!("Nobody knows how {process} ended.")),
        },
        Some(State::NotStarted(why)) => Err(format!("{process} could not be started: {why}.")),
        Some(State::Waiting) | None => Err(format!("{process} was not run.")),
        Some(_) => Err(format!("{process} is still running.")),
    }
}

fn answered(
    (status, body): &(u16, String),
    wanted: u16,
    expected: Option<&Expected>,
) -> Result<(), String> {
    if *status != wanted {
        return Err(format!("the status is {status}, expected {wanted}."));
    }
    let judged = expected.map_or(Ok(()), |expected| expected.judge(body));
    judged.map_err(|mismatch| format!("{mismatch}."))
}

/// The result of a check, with its points.
pub(super) fn result(
    check: &Check,
    held: Option<Result<(), (&'static str, String)>>,
) -> CheckResult {
    let (points, result) = match held {
        None => {
            let what = "The run was stopped before this was looked at.";
            (0, CheckResult::unknown(&check.name, what))
        }
        Some(Ok(())) => (check.points, CheckResult::valid(&check.name, "It holds.")),
        Some(Err((kind, what))) => {
            let anomaly = Anomaly::new(kind, what.clone());
            (0, CheckResult::invalid(&check.name, what, vec![anomaly]))
        }
    };
    result
        .with_figure("points", points)
        .with_figure("max_points", check.points)
}
