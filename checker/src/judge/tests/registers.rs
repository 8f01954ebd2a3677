//! Registers, and what holds for all objects.

use super::*;
use crate::judge::{FailedCas, Registers, judge};
use crate::recorded::Val;

fn judged(picture: &str) -> Judgement {
    let (history, error) = read_notation(picture);
    assert_eq!(error, None);
    let registers = Registers::new(Val::NULL, FailedCas::FoundAnother);
    judge(&registers, &history, &Budget::AMPLE, true).expect("operations of a register")
}

fn told(picture: &str) -> String {
    shown(&judged(picture))
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
fn a_value_that_was_overwritten_whatever_the_order() {
    insta::assert_snapshot!(told("
        0: |- write 1 -|  |- write 2 -|  |- write 1 -|  |- read 2 -|
        1:                           |- write 3 -|
    "), @r"
    stale-read: Process 0 read 2 (line 2), which had been replaced before.
    - Process 0 wrote 2 (line 2) and was done in line 2, before process 0 wrote 1 (line 2) 
      began.
    - Nobody else wrote 2.
    - Process 0 wrote 1 (line 2) and was done in line 2, before process 0 read 2 (line 2) 
      began.
    - So 1 was there in between, and nobody wrote 2 after that.
    ops [1, 3, 4], proof [1, 3, 4]
    ");
}

#[test]
fn an_initial_value_that_was_overwritten() {
    insta::assert_snapshot!(told("
        0: |- write 1 -|  |- write 1 -|  |- read null -|
    "), @r"
    stale-read: Process 0 read null (line 2), which had been replaced before.
    - The null from the beginning was there before anything was written.
    - Nobody else wrote null.
    - Process 0 wrote 1 (line 2) and was done in line 2, before process 0 read null (line 2) 
      began.
    - So 1 was there in between, and nobody wrote null after that.
    ops [1, 2], proof [1, 2]
    ");
}

#[test]
fn repeated_values_are_searched() {
    insta::assert_snapshot!(told("
        0: |- write 3 -|  |- write 3 -|  |- read 1 -|  |- read 2 -|  |- read 1 -|
        1:          |--------------- write 1 ----------------------------------|
        2:          |--------------- write 2 ----------------------------------|
    "), @r"
    no-order: Process 0 read 1 (line 2): that fits no order of the operations.
    - Before everything the register held null.
    - All orders of these 5 operations were tried that keep what was done before another one 
      began: none gives these answers.
    ops [6], proof [1, 2, 4, 5, 6]
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
    assert_eq!(
        judgement.methods.into_iter().collect::<Vec<_>>(),
        [("zones", 1)]
    );
}

#[test]
fn a_history_that_says_nothing_is_not_valid() {
    assert_eq!(judged("0: |- read --...").verdict(), Verdict::Unknown);
}

#[test]
fn operations_of_other_objects_are_refused() {
    let (history, _) = read_notation("0: |- enqueue 1 -|");
    let registers = Registers::new(Val::NULL, FailedCas::DidNothing);
    let misfit =
        judge(&registers, &history, &Budget::AMPLE, false).expect_err("no operation of a register");
    assert_eq!(
        misfit.to_string(),
        "line 1: a register has the functions read, write and cas, and not `enqueue`"
    );
}

#[test]
fn a_write_that_failed() {
    insta::assert_snapshot!(told_of(Named::CasRegister, "0: |- write 1 -x  |- read 1 -|"), @r"
    aborted-read: Process 0 read 1 (line 1), which comes from an operation that failed.
    - Process 0 wrote 1 (line 1).
    - In line 1 it was told that this failed: it did not happen, and must not be seen. If it 
      may have happened, the answer has to be `info`.
    ops [0, 1], proof [0, 1]
    ");
}

#[test]
fn what_came_long_before_plays_no_part() {
    insta::assert_snapshot!(told_of(Named::CasRegister, "
        0: |- write 1 -|  |- write 2 -|  |- write 4 -|  |- read 1 -|  |- read 2 -|  |- read 1 -|
        1:      |- write 3 -|    |- read 3 -|          |------------ write 1 ------------|
        2:                                             |------------ write 2 ------------|
    "), @r"
    no-order: Process 0 read 1 (line 2): that fits no order of the operations.
    - What happened before line 2 does not matter: the register may have been in any state 
      then.
    - All orders of these 7 operations were tried that keep what was done before another one 
      began: none gives these answers.
    ops [9], proof [2, 4, 5, 6, 7, 8, 9]
    ");
}

#[test]
fn a_compare_and_set_that_fits_nowhere() {
    insta::assert_snapshot!(told_of(Named::CasRegister, "
        0: |- write 1 -|  |- cas [1,2] -|  |- cas [1,3] -|  |- cas [1,4] -|
        1:           |--------------------- write 1 ---------------------|
    "), @r"
    no-order: Process 0 changed 1 to 4 (line 2): that fits no order of the operations.
    - Before everything the register held null.
    - All orders of these 5 operations were tried that keep what was done before another one 
      began: none gives these answers.
    ops [4], proof [0, 1, 2, 3, 4]
    ");
}
