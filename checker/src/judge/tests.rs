//! What people read about histories of registers.

use super::{FailedCas, Judgement, Registers};
use crate::Verdict;
use crate::recorded::{Val, read_notation};
use crate::search::Budget;

fn judged(picture: &str) -> Judgement {
    let (history, error) = read_notation(picture);
    assert_eq!(error, None);
    let registers = Registers {
        initial: Val::NULL,
        failed_cas: FailedCas::FoundAnother,
        with_orders: true,
    };
    registers
        .judge(&history, &Budget::AMPLE)
        .expect("operations of a register")
}

fn told(picture: &str) -> String {
    let judgement = judged(picture);
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

#[test]
fn a_value_that_comes_back() {
    insta::assert_snapshot!(told("
        0: |- write 1 -|  |- write 2 -|  |- read 2 -|  |- read 1 -|
    "), @r"
    stale-read: Process 0 read 1 (line 2), which had been replaced before.
    - Process 0 wrote 1 (line 2) and was done in line 2, before process 0 read 2 (line 2) 
      began.
    - So 1 was there before 2.
    - Process 0 wrote 2 (line 2) and was done in line 2, before process 0 read 1 (line 2) 
      began.
    - So 2 was there before 1.
    - Every value is written once, so one that was replaced does not come back.
    ops [0, 1, 2, 3], proof [0, 1, 2, 3]
    ");
}

#[test]
fn the_initial_value_that_comes_back() {
    insta::assert_snapshot!(told("
        0: |- write 1 -|  |- read null -|
    "), @r"
    stale-read: Process 0 read null (line 2), which had been replaced before.
    - Process 0 wrote 1 (line 2) and was done in line 2, before process 0 read null (line 2) 
      began.
    - So 1 was there before null.
    - But null was there before anything was written.
    - Every value is written once, so one that was replaced does not come back.
    ops [0, 1], proof [0, 1]
    ");
}

#[test]
fn a_value_of_nobody() {
    insta::assert_snapshot!(told("0: |- write 1 -|  |- read 7 -|"), @r"
    thin-air-read: Process 0 read 7 (line 1): nobody wrote that value.
    - Before anything was written there was null, and no write in this history, finished or 
      not, wrote what was found.
    ops [1], proof [1]
    ");
}

#[test]
fn a_value_before_its_time() {
    insta::assert_snapshot!(told("0: |- read 1 -|  |- write 1 -|"), @r"
    future-read: Process 0 read 1 (line 1) before that was written.
    - The only one to write it: process 0 wrote 1 (line 1).
    - That began in line 1, but the read had returned by then.
    ops [0, 1], proof [0, 1]
    ");
}

#[test]
fn two_that_change_the_same_value() {
    insta::assert_snapshot!(told("
        0: |- write 1 -|  |- cas [1,2] -|
        1:                  |- cas [1,3] -|
    "), @r"
    double-cas: Two compare-and-sets found the same value, which was there once: process 1 
      changed 1 to 3 (line 3) and process 0 changed 1 to 2 (line 2).
    - Every value is written once in this history.
    - The first of both replaced the value, so the second cannot have found it.
    ops [1, 2], proof [0, 1, 2]
    ");
}

#[test]
fn values_against_the_order_of_their_changes() {
    insta::assert_snapshot!(told("
        0: |- write 1 -|  |- cas [1,2] -|  |- read 1 -|
    "), @r"
    stale-read: Process 0 changed 1 to 2 (line 2) although process 0 read 1 (line 2) had not 
      begun.
    - Compare-and-sets say in which order these values followed each other.
    - Process 0 changed 1 to 2 (line 2) and was done in line 2, before process 0 read 1 
      (line 2) began.
    ops [1, 2], proof [0, 1, 2]
    ");
}

#[test]
fn repeated_values_are_searched() {
    insta::assert_snapshot!(told("
        0: |- write 1 -|  |- write 2 -|  |- write 1 -|  |- read 2 -|
        1:                           |- write 3 -|
    "), @r"
    no-order: Process 0 read 2 (line 2): that fits no order of the operations.
    - In every order of what came before, the register held 1 or 3 at its end.
    - No order of the operations that were open at that time changes that.
    ops [4], proof [0, 1, 2, 3, 4]
    ");
}

#[test]
fn what_fits_is_valid_and_has_an_order() {
    let judgement = judged(
        "
        0: |- write 1 -|  |- read 2 -|
        1:       |- write 2 --...
    ",
    );
    assert_eq!(judgement.verdict(), Verdict::Valid);
    assert_eq!(judgement.orders, [(Val::NULL, vec![0, 1, 2])]);
}

#[test]
fn a_history_that_says_nothing_is_not_valid() {
    assert_eq!(judged("0: |- read --...").verdict(), Verdict::Unknown);
}

#[test]
fn operations_of_other_objects_are_refused() {
    let (history, _) = read_notation("0: |- enqueue 1 -|");
    let registers = Registers {
        initial: Val::NULL,
        failed_cas: FailedCas::DidNothing,
        with_orders: false,
    };
    let misfit = registers
        .judge(&history, &Budget::AMPLE)
        .expect_err("no operation of a register");
    assert_eq!(
        misfit.to_string(),
        "line 1: a register has the functions read, write and cas, and not `enqueue`"
    );
}
