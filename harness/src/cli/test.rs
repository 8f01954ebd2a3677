//! `splitbrain test`: runs of one workload against one program.

use std::path::PathBuf;

use results::document::TimeMode;
use results::{Exit, VerdictDocument, render};
use workloads::Event;
use workloads::event::{MessageEvent, MessageStep};
use workloads::random::Seed;

use super::Failure;
use super::args::{Format, ProgramArgs, Sandbox, TestArgs};
use super::interrupt::Interrupts;
use super::output::{Output, write_file};
use super::progress::Progress;
use crate::run::{self, Place, RunError, RunRequest};
use crate::supervisor::Program;

/// Where run directories are made when nothing else is said.
pub(super) const RUNS: &str = "runs";

pub(super) fn run(args: &TestArgs, output: &Output) -> Result<Exit, Failure> {
    let program = program(&args.program)?;
    for flag in args.unused.given() {
        output.say(&format!("{flag} has no effect on this workload"));
    }
    let first = args.program.seed.unwrap_or_else(draw_seed);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let mut interrupts = Interrupts::listen()?;
        let mut exit = Exit::Valid;
        for number in 0..args.test_count {
            let request = RunRequest {
                program: program.clone(),
                seed: first.nth(u64::from(number)),
                options: args.run.options(),
                place: place(&args.program, number, args.test_count),
                verify: args.program.verify,
                clock: args.program.time.clock(),
            };
            let label = label(&request, number, args.test_count);
            let mut progress = Progress::new(output, &label);
            let mut watcher = |event: &Event| {
                log_message(args, &progress, event);
                progress.take(event);
            };
            let verdict = run::run(&request, &mut watcher, &mut interrupts.requests).await?;
            drop(progress);
            show(&verdict, args, output)?;
            for flag in without_effect(args, &verdict) {
                output.say(&format!("{flag} has no effect in real time"));
            }
            exit = Exit::from_verdict(verdict.verdict);
            if let Some(signalled) = interrupts.exit() {
                return Ok(signalled);
            }
            if verdict.error.is_some() && exit != Exit::Invalid {
                return Ok(Exit::Io);
            }
            if exit != Exit::Valid {
                break;
            }
        }
        Ok(exit)
    })
}

/// Flags that only virtual time knows, given to a run that had none.
fn without_effect(args: &TestArgs, verdict: &VerdictDocument) -> Vec<&'static str> {
    let given = [
        ("--verify", args.program.verify),
        ("--explore", args.run.options().explore.is_some()),
    ];
    let in_vain = |(_, is_given): &(&str, bool)| *is_given && verdict.time_mode == TimeMode::Real;
    given
        .into_iter()
        .filter(in_vain)
        .map(|(flag, _)| flag)
        .collect()
}

fn show(verdict: &VerdictDocument, args: &TestArgs, output: &Output) -> Result<(), Failure> {
    match args.program.format {
        Format::Json => output.print(&render::to_json(verdict)?)?,
        Format::Human => output.print(&output.report(verdict))?,
    }
    if let Some(file) = &args.program.junit {
        write_file(file, &render::run_as_junit(verdict)?)?;
    }
    if args.log_stderr {
        for node in &verdict.nodes {
            for line in &node.stderr_tail {
                output.say(&format!("{} | {line}", node.id));
            }
        }
    }
    Ok(())
}

/// The program, with flags refused that this version cannot honour.
pub(super) fn program(args: &ProgramArgs) -> Result<Program, Failure> {
    if args.sandbox == Sandbox::On {
        return Err(Failure::usage(
            "--sandbox on is not part of this version; nodes run with your own rights",
        ));
    }
    let Some(bin) = args.bin.clone() else {
        return Err(Failure::usage(
            "--bin PATH is missing: the program that every node runs, such as --bin ./node.py",
        ));
    };
    Ok(Program {
        bin,
        args: args.args.clone(),
        env: Vec::new(),
        dir: None,
    })
}

fn place(args: &ProgramArgs, number: u32, count: u32) -> Place {
    match &args.out {
        Some(out) if count > 1 => Place::At(out.join((number + 1).to_string())),
        Some(out) => Place::At(out.clone()),
        None => Place::Below(PathBuf::from(RUNS)),
    }
}

fn label(request: &RunRequest, number: u32, count: u32) -> String {
    let workload = &request.options.workload;
    match count {
        1 => workload.clone(),
        _ => format!("{workload} {}/{count}", number + 1),
    }
}

/// A seed that nobody chose. It is short, because people copy it.
pub(super) fn draw_seed() -> Seed {
    #[expect(clippy::disallowed_methods, reason = "a seed that nobody chose")]
    let now = jiff::Timestamp::now().as_nanosecond();
    let hash = blake3::hash(format!("{now} {}", std::process::id()).as_bytes());
    let bytes = hash.as_bytes();
    Seed(u64::from(u32::from_le_bytes([
        bytes[0], bytes[1], bytes[2], bytes[3],
    ])))
}

fn log_message(args: &TestArgs, progress: &Progress, event: &Event) {
    let Event::Message(message) = event else {
        return;
    };
    let MessageEvent {
        id,
        src,
        dest,
        body,
        ..
    } = message;
    match message.step {
        MessageStep::Send if args.log_net_send => {
            progress.say(&format!("send {id} {src} > {dest} {}", body.get()));
        }
        MessageStep::Deliver if args.log_net_recv => {
            progress.say(&format!("recv {id} {src} > {dest} {}", body.get()));
        }
        _ => {}
    }
}

impl From<RunError> for Failure {
    fn from(error: RunError) -> Self {
        let exit = match &error {
            RunError::Workload(_) | RunError::Plan(_) => Exit::Usage,
            RunError::Directory(error) => error.exit(),
            RunError::Clock(_) => Exit::Usage,
            RunError::Nodes(_) => Exit::CannotCreate,
        };
        let hint = match &error {
            RunError::Clock(vtime::Error::Unavailable { hint, .. }) => format!("\n{hint}"),
            _ => String::new(),
        };
        Self::new(exit, format!("{error}{hint}"))
    }
}
