//! What has to hold of any bytes; the tests of the crate try random ones.

mod calls;
mod proved;
mod written;

use checker::Verdict;
use checker::judge::{Judgement, Misfit};
use checker::recorded::{History, Read, Reader, read_edn, read_json_lines, read_notation};
use checker::search::Budget;
use written::Written;

/// JSON Lines, in one piece and in small ones.
pub(crate) fn lines(bytes: &[u8]) {
    let whole = read_json_lines(bytes);
    let mut reader = Reader::default();
    bytes.chunks(7).for_each(|block| reader.feed(block));
    if matches!(reader, Reader::JsonLines(_)) {
        let (history, error) = reader.finish();
        assert_eq!((history.ops(), &error), (whole.0.ops(), &whole.1));
    }
    is_sound(&whole);
}

/// EDN.
pub(crate) fn edn(bytes: &[u8]) {
    is_sound(&read_edn(&String::from_utf8_lossy(bytes)));
}

/// Pictures.
pub(crate) fn picture(bytes: &[u8]) {
    is_sound(&read_notation(&String::from_utf8_lossy(bytes)));
}

/// What readers promise of whatever they read.
fn is_sound((history, error): &Read) {
    assert!(history.ops().is_sorted_by_key(|op| op.call));
    for op in history.ops() {
        assert!(op.call < op.ret && (op.ret_line == 0 || op.call_line <= op.ret_line));
        assert!(history.processes.len() > op.process as usize);
        assert!(history.functions.len() > usize::from(op.function));
    }
    if let Some(error) = error {
        assert!(error.line > 0 && !error.to_string().is_empty());
    }
}

/// A small history of any model: rules say what searches say, and both prove it.
pub(crate) fn judgement(bytes: &[u8]) {
    let written = Written::of(bytes);
    let history = written.history();
    let (Ok(plain), Ok(proved)) = (judged(&written, &history), written.prove(&history)) else {
        return;
    };
    let text = &written.text;
    assert_eq!(plain.verdict(), proved.verdict(), "{text}");
    for violation in plain.violations.iter().chain(&proved.violations) {
        assert!(!violation.summary.is_empty(), "{text}");
        let few = history.only(violation.proof.iter().copied());
        let verdict = judged(&written, &few).map(|judgement| judgement.verdict());
        assert_eq!(verdict, Ok(Verdict::Invalid), "{violation:?}\n{text}");
    }
    for (_, order) in &proved.orders {
        let ops = order.iter().map(|op| history.ops()[*op as usize]);
        let mut last_call = 0;
        for op in ops {
            assert!(op.ret >= last_call, "{order:?}\n{text}");
            last_call = last_call.max(op.call);
        }
    }
}

fn judged(written: &Written, history: &History) -> Result<Judgement, Misfit> {
    written
        .named
        .judge(&written.settings, history, &Budget::AMPLE)
}
