//! What is done once before programs start.

use std::path::Path;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::timeout;
use workloads::scenario::Process;

use super::hints::hint;
use super::members::program;
use crate::supervisor::{ExitStatus, Limits, NodeEventKind, StderrLog, Supervisor};

/// Whoever compiles for longer is stopped.
const PATIENCE: Duration = Duration::from_secs(600);

/// Builds a program. What went wrong, in sentences.
pub(super) async fn build(process: &Process, programs: &Path, logs: &Path) -> Result<(), String> {
    if process.build.is_empty() {
        return Ok(());
    }
    let name = format!("{}.build", process.name);
    let command = process.build.join(" ");
    let program = program(process, &process.build, &[], &[], programs);
    let (sender, mut events) = mpsc::channel(64);
    let failed = |why: String| format!("Building {} with `{command}` failed: {why}.", process.name);
    let limits = Limits::default();
    let log = StderrLog::open(
        &logs.join(format!("{name}.stdout.log")),
        limits.stderr_bytes,
        limits.stderr_tail_lines,
    );
    let mut stdout = log.map_err(|error| failed(error.to_string()))?;
    let names = [name];
    let supervisor = Supervisor::new(&program, logs, &names, limits, sender);
    let mut supervisor = supervisor.map_err(|error| failed(error.to_string()))?;
    supervisor.start(0);
    let end = async {
        while let Some(event) = events.recv().await {
            match event.kind {
                NodeEventKind::StartFailed(error) => {
                    let hint = error.hint().map(|hint| format!("; {hint}"));
                    return Err(format!("{error}{}", hint.unwrap_or_default()));
                }
                NodeEventKind::Exited(exit) => {
                    return match exit.status {
                        ExitStatus::Code(0) => Ok(()),
                        ExitStatus::Code(code) => Err(format!("it exited with code {code}")),
                        _ => Err("it was ended by a signal".to_owned()),
                    };
                }
                NodeEventKind::Lines(batch) => {
                    for line in batch.iter() {
                        stdout.append(line);
                        stdout.append(b"\n");
                    }
                }
                _ => {}
            }
        }
        Err("it ended without a word".to_owned())
    };
    let ended = timeout(PATIENCE, end).await;
    let ended = ended.unwrap_or_else(|_| Err(format!("it took more than {PATIENCE:?}")));
    supervisor.shutdown().await;
    let output = [stdout.tail(), supervisor.stderr_tail(0)].concat();
    ended.map_err(|why| failed(why) + &said(&output))
}

/// The last lines of an output and what they tell, as more sentences.
pub(super) fn said(output: &[String]) -> String {
    const SHOWN: usize = 5;
    let last = &output[output.len().saturating_sub(SHOWN)..];
    let lines = match last {
        [] => " It wrote nothing.".to_owned(),
        lines => format!(" Its last output: {}.", lines.join(" | ")),
    };
    match hint(output) {
        Some(hint) => format!("{lines} Hint: {hint}."),
        None => lines,
    }
}
