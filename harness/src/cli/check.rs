//! `splitbrain check`: a recorded history, judged.

use std::io::Read as _;
use std::path::Path;
use std::time::{Duration, Instant};

use checker::Verdict;
use checker::judge::{FailedCas, Judgement, Settings, Undecided};
use checker::recorded::{History, Val, read};
use checker::search::{Budget, Lacking};
use results::Exit;
use results::document::{CheckDocument, CheckedOp, check};

use super::Failure;
use super::args::{CheckArgs, Format};
use super::output::Output;

#[expect(clippy::disallowed_methods, reason = "the limit, and how long it took")]
pub(super) fn run(args: &CheckArgs, output: &Output) -> Result<Exit, Failure> {
    let begun = Instant::now();
    let bytes = bytes(&args.file)?;
    let (mut history, error) = read(&bytes);
    if history.ops.is_empty() {
        let why = error.map_or_else(|| "it holds no operation".to_owned(), |e| e.to_string());
        return Err(bad_data(args, why));
    }
    if args.independent {
        let untupled = history.untuple();
        untupled.map_err(|error| bad_data(args, error))?;
    }
    let settings = settings(args, &mut history)?;
    let read_s = begun.elapsed().as_secs_f64();

    let judging = Instant::now();
    let limit = args.timeout.map(Duration::from_secs);
    let budget = Budget {
        memory_bytes: args.memory.saturating_mul(1 << 20),
        is_over: &|| limit.is_some_and(|limit| judging.elapsed() > limit),
    };
    let judgement = args.model.0.judge(&settings, &history, &budget);
    let judgement = judgement.map_err(|misfit| bad_data(args, misfit))?;
    let mut document = document(args, &history, &judgement);
    document.read_s = read_s;
    document.check_s = judging.elapsed().as_secs_f64();
    document.broken_off = error.map(|error| error.to_string());
    match args.format {
        Format::Human => output.print(&output.history(&document))?,
        Format::Json => output.print(&results::render::to_json(&document)?)?,
    }
    let is_whole = document.broken_off.is_none();
    Ok(match document.verdict {
        Verdict::Invalid => Exit::Invalid,
        _ if !is_whole => Exit::BadData,
        verdict => Exit::from_verdict(verdict),
    })
}

fn bad_data(args: &CheckArgs, why: impl std::fmt::Display) -> Failure {
    Failure::new(Exit::BadData, format!("{}: {why}", args.file.display()))
}

fn bytes(file: &Path) -> Result<Vec<u8>, Failure> {
    let read = if file == Path::new("-") {
        let mut bytes = Vec::new();
        std::io::stdin()
            .lock()
            .read_to_end(&mut bytes)
            .map(|_| bytes)
    } else {
        std::fs::read(file)
    };
    read.map_err(|error| Failure::new(Exit::NoInput, format!("{}: {error}", file.display())))
}

fn settings(args: &CheckArgs, history: &mut History) -> Result<Settings, Failure> {
    let initial = serde_json::from_str(&args.initial)
        .map_err(|error| Failure::usage(format!("--initial {}: {error}", args.initial)))?;
    Ok(Settings {
        initial: history.values.number(&initial),
        failed_cas: if args.failed_cas_found_another {
            FailedCas::FoundAnother
        } else {
            FailedCas::DidNothing
        },
        with_orders: false,
    })
}

fn document(args: &CheckArgs, history: &History, judgement: &Judgement) -> CheckDocument {
    let key = |key: Val| (key != Val::NULL).then(|| history.values.show(key));
    let violations = judgement
        .violations
        .iter()
        .map(|violation| check::Violation {
            kind: violation.kind.to_owned(),
            key: key(violation.key),
            summary: violation.summary.clone(),
            steps: violation.steps.clone(),
            ops: violation
                .proof
                .iter()
                .map(|op| checked(history, *op, violation.ops.contains(op)))
                .collect(),
        });
    let undecided = judgement
        .undecided
        .iter()
        .map(|undecided| check::Undecided {
            key: key(undecided.key),
            lacking: lacking(undecided),
            fits_to_line: undecided.fits_to_line,
            last_line: undecided.last_line,
        });
    let methods = judgement.methods.iter();
    CheckDocument {
        schema: CheckDocument::SCHEMA.to_owned(),
        verdict: judgement.verdict(),
        summary: summary(judgement),
        file: args.file.display().to_string(),
        model: args.model.0.word().to_owned(),
        level: "linearizable".to_owned(),
        operations: history.ops.len() as u64,
        judged: judgement.judged as u64,
        objects: judgement.objects as u64,
        methods: methods
            .map(|(name, n)| ((*name).to_owned(), *n as u64))
            .collect(),
        violations: violations.collect(),
        undecided: undecided.collect(),
        broken_off: None,
        read_s: 0.0,
        check_s: 0.0,
    }
}

fn summary(judgement: &Judgement) -> String {
    let (objects, noun) = (judgement.objects, judgement.noun);
    match judgement.verdict() {
        Verdict::Valid if objects == 1 => "The history is linearizable.".to_owned(),
        Verdict::Valid => format!("All {objects} {noun}s are linearizable."),
        Verdict::Invalid if objects == 1 => "The history is not linearizable.".to_owned(),
        Verdict::Invalid => {
            let wrong = judgement.violations.len();
            format!("{wrong} of {objects} {noun}s are not linearizable.")
        }
        Verdict::Unknown if judgement.judged == 0 => {
            "No operation has an end that says anything, so nothing was tested.".to_owned()
        }
        Verdict::Unknown => {
            let open = judgement.undecided.len();
            format!("{open} of {objects} {noun}s could not be decided; nothing wrong was found.")
        }
    }
}

fn lacking(undecided: &Undecided) -> String {
    match undecided.lacking {
        Lacking::Time => "the time was over (--timeout)",
        Lacking::Memory => "the memory was used up (--memory)",
        Lacking::Room => "more than 2048 operations are open at once",
    }
    .to_owned()
}

fn checked(history: &History, op: u32, is_told: bool) -> CheckedOp {
    let recorded = &history.ops[op as usize];
    let function = &history.functions[usize::from(recorded.function)];
    let value = if recorded.answer == Val::NULL {
        recorded.argument
    } else {
        recorded.answer
    };
    CheckedOp {
        line: recorded.call_line,
        end_line: (recorded.ret_line > 0).then_some(recorded.ret_line),
        process: history
            .values
            .show(history.processes[recorded.process as usize]),
        op: format!("{function} {}", history.values.show(value)),
        is_told,
    }
}
