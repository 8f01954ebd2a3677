//! Queues, stacks, sets, counters, locks, versions and logs.

use super::*;

#[test]
fn two_values_that_pass_each_other() {
    insta::assert_snapshot!(told_of(Named::FifoQueue, "0: |- enqueue 1 -|  |- enqueue 2 -|  |- dequeue 2 -|  |- dequeue 1 -|"), @r"
    out-of-order: Process 0 took 2 out (line 1), although another value was before it and 
      still there.
    - Process 0 put 1 in (line 1) and was done in line 1, before process 0 put 2 in (line 1) 
      began.
    - Process 0 took 2 out (line 1) and was done in line 1, before process 0 took 1 out 
      (line 1) began.
    - What was put in first has to come out first.
    ops [0, 1, 2, 3], proof [0, 1, 2, 3]
    ");
}

#[test]
fn a_value_that_is_lost() {
    insta::assert_snapshot!(told_of(Named::FifoQueue, "0: |- enqueue 1 -|  |- enqueue 2 -|  |- dequeue 2 -|"), @r"
    lost-value: Process 0 put 1 in (line 1): that never came out, although something that was 
      put in later did.
    - Process 0 put 1 in (line 1) and was done in line 1, before process 0 put 2 in (line 1) 
      began.
    - Process 0 took 2 out (line 1).
    - What was put in first has to come out first.
    ops [0, 1, 2], proof [0, 1, 2]
    ");
}

#[test]
fn nothing_where_something_was() {
    insta::assert_snapshot!(told_of(Named::FifoQueue, "
        0: |- enqueue 1 -|                        |- dequeue 1 -|
        1:                 |- enqueue 2 -|                         |- dequeue 2 -|
        2:                                  |- dequeue null -|
    "), @r"
    missed-value: Process 2 found nothing (line 4), although there was something at every 
      moment.
    - 2 was there: process 1 put 2 in (line 3) and was done before, and process 1 took 2 out 
      (line 3) began later.
    ops [1, 2, 4], proof [1, 2, 4]
    ");
}

#[test]
fn a_value_that_comes_out_twice() {
    insta::assert_snapshot!(told_of(Named::FifoQueue, "0: |- enqueue 1 -|  |- dequeue 1 -|  |- dequeue 1 -|"), @r"
    taken-twice: One value came out twice: process 0 took 1 out (line 1) and process 0 took 1 
      out (line 1).
    - Process 0 put 1 in (line 1), and nobody put it in again.
    ops [0, 1, 2], proof [0, 1, 2]
    ");
}

#[test]
fn a_value_that_nobody_put_in() {
    insta::assert_snapshot!(told_of(Named::FifoQueue, "0: |- enqueue 1 -|  |- dequeue 7 -|"), @r"
    never-put: Process 0 took 7 out (line 1), which nobody put in.
    - No operation in this history, finished or not, put that into the queue.
    ops [1], proof [1]
    ");
}

#[test]
fn a_stack_in_the_wrong_order() {
    insta::assert_snapshot!(told_of(Named::Stack, "0: |- push 1 -|  |- push 2 -|  |- pop 1 -|"), @r"
    lost-value: A value never came out, although one below it did.
    - Process 0 put 1 in (line 1) and was done in line 1, before process 0 put 2 in (line 1) 
      began.
    - Process 0 put 2 in (line 1) and was done in line 1, before process 0 took 1 out (line 
      1) began.
    - What was put in last has to come out first: no order of these operations gives that.
    ops [0, 1, 2], proof [0, 1, 2]
    ");
}

#[test]
fn two_reads_of_a_set_that_disagree() {
    insta::assert_snapshot!(told_of(Named::GSet, "
        0: |- add 1 -|  |- read [1] -|
        1: |- add 2 -|  |- read [2] -|
    "), @r"
    long-fork: Two reads each miss a value that the other one has.
    - Process 0 read [1] (line 2).
    - Process 1 read [2] (line 3).
    - The first has 1, which the second misses, and misses 2, which the second has: neither 
      can have been before the other.
    ops [2, 3], proof [0, 1, 2, 3]
    ");
}

#[test]
fn a_set_that_forgets() {
    insta::assert_snapshot!(told_of(Named::GSet, "0: |- add 1 -|  |- add 2 -|  |- read [2] -|"), @r"
    stale-read: Process 0 read [2] (line 1) and misses 1, which was there before.
    - Process 0 added 1 (line 1) and was done in line 1, before process 0 read [2] (line 1) 
      began.
    - Nothing is removed from this set.
    ops [0, 2], proof [0, 2]
    ");
}

#[test]
fn a_counter_that_forgets() {
    insta::assert_snapshot!(told_of(Named::Counter, "0: |- add 2 -|  |- add 3 -|  |- read 3 -|"), @r"
    missed-add: Process 0 read 3 (line 1), which is less than there can have been.
    - 5 had been added by 2 acknowledged operations when it began: 5 is the least that it 
      can find. That began in line 1.
    ops [2], proof [0, 1, 2]
    ");
}

#[test]
fn a_counter_with_too_much() {
    insta::assert_snapshot!(told_of(Named::Counter, "
        0: |- add 2 -|  |- read 6 -|
        1:       |- add 3 --...
    "), @r"
    phantom-add: Process 0 read 6 (line 2), which is more than there can have been.
    - Whatever had begun before it ended adds up to 5 at most: it cannot find more than 5.
    ops [2], proof [0, 1, 2]
    ");
}

#[test]
fn a_counter_that_goes_down() {
    insta::assert_snapshot!(told_of(Named::Counter, "
        0: |- add 2 -----------------------------------|
        1:             |- read 2 -|  |- read 0 -|
    "), @r"
    stale-read: Process 1 read 0 (line 3), which is less than before.
    - Process 1 read 2 (line 3) and was done in line 3, before process 1 read 0 (line 3) 
      began.
    - Nothing is subtracted in this history, so a later read does not find less.
    ops [1, 2], proof [0, 1, 2]
    ");
}

#[test]
fn a_greater_value_that_was_passed() {
    insta::assert_snapshot!(told_of(Named::PriorityQueue, "0: |- insert 9 -|  |- insert 3 -|  |- take 3 -|  |- take 9 -|"), @r"
    not-greatest: Process 0 took 3 out (line 1) although something greater was there.
    - 9 was there: process 0 put 9 in (line 1) and was done before, and process 0 took 9 out 
      (line 1) began later.
    ops [0, 1, 2, 3], proof [0, 1, 2, 3]
    ");
}

#[test]
fn two_values_of_a_stack_in_the_wrong_order() {
    insta::assert_snapshot!(told_of(Named::Stack, "0: |- push 1 -|  |- push 2 -|  |- pop 1 -|  |- pop 2 -|"), @r"
    out-of-order: These values cannot have come out in this order.
    - Process 0 put 1 in (line 1) and was done in line 1, before process 0 put 2 in (line 1) 
      began.
    - Process 0 put 2 in (line 1) and was done in line 1, before process 0 took 1 out (line 
      1) began.
    - Process 0 took 1 out (line 1) and was done in line 1, before process 0 took 2 out 
      (line 1) began.
    - What was put in last has to come out first: no order of these operations gives that.
    ops [0, 1, 2, 3], proof [0, 1, 2, 3]
    ");
}

#[test]
fn a_bag_that_forgets() {
    insta::assert_snapshot!(told_of(Named::Queue, "0: |- enqueue 1 -|  |- dequeue null -|  |- dequeue 1 -|"), @r"
    missed-value: Process 0 found nothing (line 1), although there was something at every 
      moment.
    - 1 was there: process 0 put 1 in (line 1) and was done before, and process 0 took 1 out 
      (line 1) began later.
    ops [0, 1, 2], proof [0, 1, 2]
    ");
}

#[test]
fn two_holders_at_once() {
    insta::assert_snapshot!(told_of(Named::Mutex, "
        0: |- acquire -|                 |- release -|
        1:                |- acquire -|
    "), @r"
    too-many-holders: More than 1 held the mutex at once.
    - Process 0 acquired it (line 2).
    - Process 1 acquired it (line 3).
    - Process 0 released it (line 2).
    - Whoever acquired it holds it from then on until the release begins.
    ops [0, 1, 2], proof [0, 1, 2]
    ");
}

#[test]
fn a_token_that_goes_back() {
    insta::assert_snapshot!(told_of(Named::Mutex, "
        0: |- acquire -| |- release -|
        1:                               |- release -|
    "), @r"
    released-unheld: Somebody released the mutex without holding it.
    - Process 1 released it (line 3).
    - Every release needs an acquisition of the same process before.
    ops [2], proof [2]
    ");
}

#[test]
fn an_element_that_is_gone_too_early() {
    insta::assert_snapshot!(told_of(Named::Set, "
        0: |- add 5 -|  |- remove 5 -|  |- contains 5 = true -|  |- contains 6 = false -|
    "), @r"
    seen-after-removal: Process 0 found it (line 2) after it had been removed.
    - Process 0 removed it (line 2) and was done in line 2, before process 0 found it (line 
      2) began.
    - Nobody added it again.
    ops [0, 1, 2], proof [0, 1, 2]
    ");
}

#[test]
fn a_set_that_is_read_whole_after_a_removal() {
    insta::assert_snapshot!(told_of(Named::Set, "0: |- add 5 -|  |- remove 5 -|  |- read [5] -|"), @r"
    no-order: Process 0 read [5] (line 1): that fits no order of the operations.
    - Before everything the set held [].
    - All orders of these 3 operations were tried that keep what was done before another one 
      began: none gives these answers.
    ops [2], proof [0, 1, 2]
    ");
}

#[test]
fn a_timestamp_that_loses() {
    insta::assert_snapshot!(told_of(Named::LwwRegister, "0: |- write [\"a\",5] -|  |- write [\"b\",3] -|  |- read [\"b\",3] -|"), @r#"
    no-order: Process 0 read "b" at 3 (line 1): that fits no order of the operations.
    - All orders of these 3 operations were tried that keep what was done before another one 
      began: none gives these answers.
    ops [2], proof [0, 1, 2]
    "#);
}

#[test]
fn a_sibling_that_vanishes() {
    insta::assert_snapshot!(told_of(Named::MvRegister, "0: |- write [1,[1,0]] -|  |- write [2,[0,1]] -|  |- read [[2,[0,1]]] -|"), @r"
    no-order: Process 0 read 2 at [0, 1] (line 1): that fits no order of the operations.
    - All orders of these 3 operations were tried that keep what was done before another one 
      began: none gives these answers.
    ops [2], proof [0, 1, 2]
    ");
}

#[test]
fn a_log_that_disagrees() {
    insta::assert_snapshot!(told_of(Named::Log, "
        0: |- append 1 = null -|  |- read [1,2] -|
        1: |- append 2 = null -|  |- read [2,1] -|
    "), @r"
    long-fork: Two reads disagree on what stands where.
    - Process 0 read [1, 2] (line 2).
    - Process 1 read [2, 1] (line 3).
    ops [2, 3], proof [0, 1, 2, 3]
    ");
}
