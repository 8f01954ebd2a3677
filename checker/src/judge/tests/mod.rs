//! What people read about histories.

mod objects;
mod registers;

use super::{Judgement, Named, Settings};
use crate::Verdict;
use crate::recorded::read_notation;
use crate::search::Budget;

pub(super) fn told_of(named: Named, picture: &str) -> String {
    let (history, error) = read_notation(picture);
    assert_eq!(error, None);
    let judgement = named.judge(&Settings::default(), &history, &Budget::AMPLE);
    shown(&judgement.expect("operations of this model"))
}

fn shown(judgement: &Judgement) -> String {
    assert_eq!(judgement.verdict(), Verdict::Invalid);
    let [violation] = &judgement.violations[..] else {
        panic!("{judgement:?}");
    };
    let mut text = wrapped(&format!("{}: {}", violation.kind, violation.summary));
    for step in &violation.steps {
        text += &wrapped(&format!("\n- {step}"));
    }
    text + &format!("\nops {:?}, proof {:?}", violation.ops, violation.proof)
}

/// So that the lines below fit a screen.
fn wrapped(text: &str) -> String {
    let mut wrapped = String::new();
    let mut column = 0;
    for word in text.split_inclusive(' ') {
        if column + word.len() > 90 {
            wrapped += "\n  ";
            column = 2;
        }
        wrapped += word;
        column += word.len();
    }
    wrapped
}
