//! What a judgement says, as a document.

use checker::judge::{Judgement, Undecided, Violation};
use checker::recorded::{History, Val};
use checker::search::Lacking;
use checker::{EventKind, Verdict};
use results::document::{CheckDocument, CheckedOp, check};

use super::needed;
use crate::cli::args::CheckArgs;

/// The document on a judgement; how long it took is filled in by who knows.
pub(super) fn document(
    args: &CheckArgs,
    history: &History,
    judgement: &Judgement,
) -> CheckDocument {
    let key = |key, element| object(history, key, element);
    let violations = judgement.violations.iter();
    let violations = violations.map(|violation| told(history, violation));
    let undecided = judgement
        .undecided
        .iter()
        .map(|undecided| check::Undecided {
            key: key(undecided.key, undecided.element),
            lacking: lacking(undecided),
            fits_to_line: undecided.fits_to_line,
            last_line: undecided.last_line,
            explored_events: undecided.explored as u64,
            events: undecided.events as u64,
            proved: undecided
                .conditions
                .iter()
                .map(|c| (*c).to_owned())
                .collect(),
            needed: needed::told(args, undecided),
        });
    let methods = judgement.methods.iter();
    CheckDocument {
        schema: CheckDocument::SCHEMA.to_owned(),
        verdict: judgement.verdict(),
        summary: summary(judgement),
        file: args.file.display().to_string(),
        model: args.model.0.word().to_owned(),
        level: "linearizable".to_owned(),
        operations: history.ops().len() as u64,
        judged: judgement.judged as u64,
        objects: judgement.objects as u64,
        methods: methods
            .map(|(name, n)| ((*name).to_owned(), *n as u64))
            .collect(),
        coverage: check::Coverage {
            overlapping: judgement.coverage.overlapping as u64,
            most_open: judgement.coverage.most_open as u64,
            exposed_reads: judgement.coverage.exposed_reads as u64,
            indeterminate: judgement.coverage.indeterminate as u64,
            during_faults: judgement.coverage.during_faults.map(|count| count as u64),
        },
        violations: violations.collect(),
        undecided: undecided.collect(),
        levels: Vec::new(),
        strongest: Vec::new(),
        staleness: None,
        broken_off: None,
        read_s: 0.0,
        check_s: 0.0,
    }
}

pub(super) fn told(history: &History, violation: &Violation) -> check::Violation {
    let ops = violation.proof.iter();
    let ops = ops.map(|op| checked(history, *op, violation.ops.contains(op)));
    check::Violation {
        kind: violation.kind.to_owned(),
        key: object(history, violation.key, violation.element),
        summary: violation.summary.clone(),
        steps: violation.steps.clone(),
        ops: ops.collect(),
    }
}

/// What an object is called, where there are several.
fn object(history: &History, key: Val, element: Val) -> Option<String> {
    let parts = [key, element].into_iter().filter(|part| *part != Val::NULL);
    let shown: Vec<String> = parts.map(|part| history.values.show(part)).collect();
    (!shown.is_empty()).then(|| shown.join(", element "))
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
    let recorded = &history.ops()[op as usize];
    let function = &history.functions[usize::from(recorded.function)];
    let show = |value| history.values.show(value);
    let did = match (recorded.argument, recorded.answer) {
        (Val::NULL, Val::NULL) if &**function != "read" => function.to_string(),
        (asked, Val::NULL) => format!("{function} {}", show(asked)),
        (Val::NULL, answered) => format!("{function} {}", show(answered)),
        (asked, answered) if asked == answered => format!("{function} {}", show(asked)),
        (asked, answered) => format!("{function} {} = {}", show(asked), show(answered)),
    };
    CheckedOp {
        line: recorded.call_line,
        end_line: (!recorded.is_indeterminate()).then_some(recorded.ret_line),
        process: history
            .values
            .show(history.processes[recorded.process as usize]),
        op: did,
        has_failed: recorded.end == EventKind::Fail,
        is_told,
    }
}
