//! How recorded operations are read, what is wrong with them, and how that is told.

use super::*;
use crate::Verdict;
use crate::judge::tests::told_of;
use crate::judge::{Judgement, Misfit, Named, Object, Settings};
use crate::model::{Discipline, Held};
use crate::recorded::{Val, Values, read_notation};
use crate::search::Budget;

fn judged(named: Named, picture: &str) -> Result<Judgement, Misfit> {
    let (history, error) = read_notation(picture);
    assert_eq!(error, None, "{picture}");
    named.judge(&Settings::default(), &history, &Budget::AMPLE)
}

fn verdict(named: Named, picture: &str) -> Verdict {
    judged(named, picture).expect(picture).verdict()
}

/// The kind of what is wrong.
fn kind(named: Named, picture: &str) -> &'static str {
    let judgement = judged(named, picture).expect(picture);
    let [violation] = &judgement.violations[..] else {
        panic!("{picture}: {judgement:?}");
    };
    violation.kind
}

#[test]
fn what_an_object_does_not_do_is_refused() {
    for (named, picture, told) in [
        (
            Named::Register,
            "0: |- cas [1,2] -|",
            "a register has no cas; see --model cas-register",
        ),
        (
            Named::Kv,
            "0: |- cas 1 -|",
            "a cas has the value [from, to], and this one has 1",
        ),
        (
            Named::LwwRegister,
            "0: |- push 1 -|",
            "a register with versions has the functions write and read, and not `push`",
        ),
        (
            Named::MvRegister,
            "0: |- read 5 -|",
            "a read answers a list of versions, and this one 5",
        ),
        (
            Named::Set,
            "0: |- contains 5 = 7 -|",
            "contains answers true or false, and this one 7",
        ),
        (
            Named::Set,
            "0: |- contains 5 = 7 -|  |- read [] -|",
            "contains answers true or false, and this one 7",
        ),
        (
            Named::Set,
            "0: |- read [1,1] -|",
            "this read of a set has a value twice; a set holds each once",
        ),
        (
            Named::Queue,
            "0: |- drain 5 -|",
            "a drain has the value [v, ...], and this one has 5",
        ),
        (
            Named::Log,
            "0: |- poll \"a\" = null -|",
            "a poll asks for an offset, and this one for \"a\"",
        ),
    ] {
        let misfit = judged(named, picture).expect_err(picture);
        assert_eq!((misfit.line, &*misfit.what), (1, told), "{picture}");
    }
}

#[test]
fn what_nobody_knows_the_end_of_is_judged_if_it_may_have_done_something() {
    for (named, picture, judged_ops) in [
        (Named::Kv, "0: |- write 1 --...", 1),
        (Named::Kv, "0: |- cas [1,2] --...", 1),
        (Named::Kv, "0: |- read --...", 0),
        (Named::Counter, "0: |- add 1 --...", 1),
        (Named::Counter, "0: |- read --...", 0),
        (Named::Set, "0: |- remove 1 --...", 1),
        (Named::Set, "0: |- contains 1 --...", 0),
        (Named::GSet, "0: |- read --...", 0),
        (Named::Queue, "0: |- dequeue --...", 1),
        (Named::Queue, "0: |- peek --...", 0),
        (Named::Log, "0: |- poll 1 --...", 0),
        (Named::Mutex, "0: |- acquire --...", 1),
        (Named::LwwRegister, "0: |- read --...", 0),
        (Named::MvRegister, "0: |- read --...", 0),
    ] {
        let judgement = judged(named, picture).expect(picture);
        assert_eq!(judgement.judged, judged_ops, "{named:?}: {picture}");
    }
    let nothing = "0: |- read null -|";
    assert_eq!(verdict(Named::MvRegister, nothing), Verdict::Valid);
    assert_eq!(verdict(Named::LwwRegister, nothing), Verdict::Valid);
    let drained = "0: |- enqueue 1 -|  |- drain -x  |- drain [1] -|";
    assert_eq!(verdict(Named::Queue, drained), Verdict::Valid);
    let whole = "0: |- read [] -|  |- contains 1 --...";
    assert_eq!(judged(Named::Set, whole).map(|found| found.judged), Ok(1));
}

#[test]
fn a_failed_compare_and_set_tells_what_was_agreed() {
    let (history, _) = read_notation("0: |- write 1 -|  |- cas [1,2] -x  |- read 1 -|");
    let verdict = |failed_cas| {
        let settings = Settings {
            failed_cas,
            ..Settings::default()
        };
        let judgement = Named::CasRegister.judge(&settings, &history, &Budget::AMPLE);
        judgement.expect("a register").verdict()
    };
    assert_eq!(verdict(FailedCas::DidNothing), Verdict::Valid);
    assert_eq!(verdict(FailedCas::FoundAnother), Verdict::Invalid);
}

#[test]
fn what_an_element_was_answered_counts() {
    let verdict = |picture: &str| verdict(Named::Set, picture);
    // By element; all elements, which only grow; all elements.
    for rest in [
        "",
        "  |- read [5] -|",
        "  |- contains 5 = true -|  |- read [5] -|",
    ] {
        let set = |adds: &str| verdict(&format!("0: {adds}{rest}"));
        assert_eq!(set("|- add 5 = true -|"), Verdict::Valid);
        assert_eq!(set("|- add 5 = false -|"), Verdict::Invalid);
        assert_eq!(
            set("|- add 5 = true -|  |- add 5 = false -|"),
            Verdict::Valid
        );
        assert_eq!(
            set("|- add 5 = true -|  |- add 5 = true -|"),
            Verdict::Invalid
        );
        // Who answers with the element has not said whether it was new.
        assert_eq!(set("|- add 5 -|  |- add 5 -|"), Verdict::Valid);
    }
    assert_eq!(verdict("0: |- add true -|  |- add true -|"), Verdict::Valid);
    assert_eq!(
        verdict("0: |- add 5 -|  |- remove 5 = false -|"),
        Verdict::Invalid
    );
    let empty = "0: |- add 5 -|  |- remove 5 = false -|  |- read [] -|";
    assert_eq!(verdict(empty), Verdict::Invalid);
}

#[test]
fn elements_are_judged_each_by_itself() {
    let picture = "
        0: |- add 1 -|  |- add 2 -|  |- remove 1 -|  |- contains 2 = true -|
        1:                |- contains 1 = true -|       |- contains 1 = false -|
    ";
    let judgement = judged(Named::Set, picture).expect("a set");
    assert_eq!(
        (judgement.verdict(), judgement.objects),
        (Verdict::Valid, 2)
    );
}

#[test]
fn an_answer_that_repeats_the_question_is_none() {
    let tokens = "0: |- acquire = 3 -|  |- release -|  |- acquire = 2 -|";
    assert_eq!(kind(Named::Mutex, tokens), "token-backwards");
    let echoes = "0: |- acquire 3 -|  |- release -|  |- acquire 2 -|";
    assert_eq!(verdict(Named::Mutex, echoes), Verdict::Valid);
    let offsets = "0: |- append 1 = 1 -|  |- append 2 = 1 -|";
    assert_eq!(verdict(Named::Log, offsets), Verdict::Valid);
    let wrong = "0: |- append 3 = 1 -|  |- append 2 = 0 -|";
    assert_eq!(verdict(Named::Log, wrong), Verdict::Invalid);
}

#[test]
fn what_failed_is_not_seen() {
    for (named, picture) in [
        (Named::Kv, "0: |- cas [null,1] -x  |- read 1 -|"),
        (Named::Queue, "0: |- enqueue 1 -x  |- dequeue 1 -|"),
        (Named::Queue, "0: |- enqueue 1 -x  |- peek 1 -|"),
        (Named::GSet, "0: |- add 1 -x  |- add 2 -|  |- read [1,2] -|"),
        (Named::Log, "0: |- append 1 -x  |- read [1] -|"),
        (Named::Log, "0: |- append 1 -x  |- poll 0 = 1 -|"),
        (Named::Set, "0: |- add 1 -x  |- contains 1 = true -|"),
        (Named::Set, "0: |- add 1 -x  |- remove 1 = true -|"),
        (Named::Set, "0: |- remove 2 -| |- add 1 -x  |- read [1] -|"),
    ] {
        assert_eq!(kind(named, picture), "aborted-read", "{picture}");
    }
    // Somebody else did the same, and did not fail.
    let twice = "0: |- add 1 -x  |- add 1 -|  |- read [1,2] -|";
    assert_eq!(kind(Named::GSet, twice), "thin-air-read");
    insta::assert_snapshot!(
        told_of(Named::GSet, "0: |- add 1 -x  |- add 2 -|  |- read [1,2] -|"), @r"
    aborted-read: Process 0 read [1, 2] (line 1), which comes from an operation that failed.
    - Process 0 added 1 (line 1).
    - In line 1 it was told that this failed: it did not happen, and must not be seen. If it 
      may have happened, the answer has to be `info`.
    ops [0, 2], proof [0, 2]
    ");
}

#[test]
fn what_nobody_made_is_found_without_a_search() {
    for (named, picture) in [
        (Named::Kv, "0: |- write 1 -|  |- write 1 -|  |- read 7 -|"),
        (
            Named::Set,
            "0: |- remove 2 -|  |- add 1 -|  |- read [1,7] -|",
        ),
        (Named::Set, "0: |- read [] -|  |- contains 7 = true -|"),
        (
            Named::Log,
            "0: |- append 1 -|  |- append 1 -|  |- read [7] -|",
        ),
        (
            Named::Log,
            "0: |- append 1 -|  |- append 1 -|  |- poll 0 = 7 -|",
        ),
    ] {
        let judgement = judged(named, picture).expect(picture);
        assert_eq!(judgement.violations.len(), 1, "{picture}");
        assert_eq!(judgement.methods.get("values"), Some(&1), "{judgement:?}");
    }
    insta::assert_snapshot!(told_of(Named::Set, "0: |- remove 2 -|  |- read [7] -|"), @r"
    thin-air-read: Process 0 read [7] (line 1), and nobody added that.
    - No add in this history, finished or not, has that value.
    ops [1], proof [1]
    ");
}

#[test]
fn a_counter_goes_both_ways() {
    let picture = "0: |- inc -|  |- add 4 -|  |- dec 2 -|  |- dec -|  |- read 2 -|";
    assert_eq!(verdict(Named::Counter, picture), Verdict::Valid);
    insta::assert_snapshot!(told_of(Named::Counter, "
        0: |- add 5 -|  |- add 1 -|  |- read 1 -|
        1:     |- add -2 --...
    "), @r"
    missed-add: Process 0 read 1 (line 2), which is less than there can have been.
    - 6 had been added by 2 acknowledged operations when it began and at most 2 can have 
      been subtracted before it ended: 4 is the least that it can find. That began in line 2.
    ops [3], proof [0, 1, 2, 3]
    ");
    insta::assert_snapshot!(told_of(Named::Counter, "
        0: |- add -2 -|  |- add -1 -|  |- read 3 -|
        1:     |- add 5 --...
    "), @r"
    phantom-add: Process 0 read 3 (line 2), which is more than there can have been.
    - Whatever had begun before it ended adds up to 5 at most and 3 had been subtracted when 
      it began: it cannot find more than 2.
    ops [3], proof [0, 1, 2, 3]
    ");
}

#[test]
fn a_token_that_is_not_greater() {
    insta::assert_snapshot!(
        told_of(Named::Mutex, "0: |- acquire = 3 -|  |- release -|  |- acquire = 2 -|"), @r"
    token-backwards: A token is not greater than one that was handed out before.
    - Process 0 acquired it with token 3 (line 1).
    - Process 0 released it (line 1).
    - Process 0 acquired it with token 2 (line 1).
    - Tokens grow with every acquisition.
    ops [0, 1, 2], proof [0, 1, 2]
    ");
}

#[test]
fn what_is_wrong_with_a_log_is_told() {
    let told = |picture| {
        let judgement = judged(Named::Log, picture).expect(picture);
        let [violation] = &judgement.violations[..] else {
            panic!("{picture}: {judgement:?}");
        };
        format!("{}: {}", violation.kind, violation.summary)
    };
    let all = [
        "0: |- append 1 -|  |- read [1,7] -|",
        "0: |- append 1 = 0 -|  |- append 2 = 0 -|",
        "0: |- append 1 = 0 -|  |- append 2 -|  |- poll 1 = 1 -|",
        "0: |- append 1 = 5 -|",
        "0: |- read [1] -|  |- append 1 -|",
        "0: |- append 1 -|  |- append 2 -|  |- read [2,1] -|",
        "0: |- append 1 -|  |- read [] -|",
    ];
    insta::assert_snapshot!(all.map(told).join("\n"), @r"
    thin-air-read: Process 0 read [1, 7] (line 1), and nobody appended that.
    same-place: Two values stand at one place.
    two-places: One value stands at two places.
    too-far: Process 0 appended 1 at 5 (line 1), behind more values than were ever appended.
    future-read: Process 0 read [1] (line 1) before it was appended.
    out-of-order: Two values stand in the wrong order.
    missed-value: Process 0 read [] (line 1) and misses what was appended before.
    ");
}

#[test]
fn states_are_told() {
    let mut values = Values::default();
    let [one, two] = [1, 2].map(|n| values.number(&n.into()));
    let told = |state: Option<String>| state.unwrap_or_default();
    assert_eq!(told(Sets::default().state(&true, &values)), "was there");
    assert_eq!(told(Sets::default().state(&false, &values)), "was absent");
    assert_eq!(told(Counters::default().state(&7, &values)), "was 7");
    let sets = WholeSets::default();
    let set = sets.state(&vec![one, two], &values);
    assert_eq!(told(set), "held [1, 2]");
    let stack = Containers::new(Discipline::Last);
    assert_eq!(told(stack.state(&vec![two, one], &values)), "held 2, 1");
    assert_eq!(told(stack.state(&vec![], &values)), "was empty");
    assert_eq!(told(Logs::default().state(&vec![], &values)), "was empty");
    let held = |by| Held { by, token: None };
    assert_eq!(
        told(Locks::new(1).state(&held(vec![]), &values)),
        "was free"
    );
    assert_eq!(Locks::new(1).state(&held(vec![3]), &values), None);
    let register = Registers::new(Val::NULL, FailedCas::DidNothing);
    assert_eq!(told(register.state(&Val::NULL, &values)), "held null");
}

#[test]
fn whoever_reads_a_judgement_knows_the_object_and_the_method() {
    for (named, picture, noun, method) in [
        (Named::Kv, "0: |- write 1 -|", "register", "zones"),
        (Named::Counter, "0: |- read 1 -|", "counter", "bounds"),
        (Named::GSet, "0: |- add 1 -|", "set", "snapshots"),
        (
            Named::Queue,
            "0: |- enqueue 1 -|",
            "unordered queue",
            "pairs",
        ),
        (Named::FifoQueue, "0: |- enqueue 1 -|", "queue", "pairs"),
        (Named::Stack, "0: |- push 1 -|", "stack", "clearing"),
        (
            Named::PriorityQueue,
            "0: |- insert 1 -|",
            "priority queue",
            "clearing",
        ),
        (Named::Set, "0: |- add 1 -|", "element", "phases"),
        (
            Named::Set,
            "0: |- remove 1 -|  |- read [] -|",
            "set",
            "search",
        ),
        (Named::Mutex, "0: |- acquire -|", "mutex", "zones"),
        (Named::Log, "0: |- append 1 -|", "log", "places"),
        (
            Named::LwwRegister,
            "0: |- write [1,2] -|",
            "register",
            "search",
        ),
        (
            Named::MvRegister,
            "0: |- write [1,[2]] -|",
            "register",
            "search",
        ),
    ] {
        let judgement = judged(named, picture).expect(picture);
        let methods: Vec<&str> = judgement.methods.keys().copied().collect();
        assert_eq!((judgement.noun, &methods[..]), (noun, &[method][..]));
    }
}
