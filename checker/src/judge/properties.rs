//! What has to hold of judgements of random histories, for every kind of object.

use rand::RngExt;
use serde_json::json;

use super::drawn::{Drawn, Kind, draw, recorded};
use super::*;
use crate::Verdict;
use crate::history::EventKind;
use crate::model::Discipline;
use crate::oracle::{self, Random};
use crate::recorded::{History, Recorded, Val, Values};
use crate::search::Budget;

/// A fifth as many as elsewhere: these histories are longer, and each is judged many times.
fn for_each_case(test: impl Fn(u64, &mut Random)) {
    oracle::for_each_case(|seed, random| {
        if seed % 5 == 0 {
            test(seed, random);
        }
    });
}

/// The same object without its rule.
struct Searched<O>(O);

impl<O: Object> Object for Searched<O> {
    type Model = O::Model;

    fn noun(&self) -> &'static str {
        self.0.noun()
    }

    fn model(&self) -> &O::Model {
        self.0.model()
    }

    fn take(
        &self,
        history: &History,
        recorded: &Recorded,
        intake: &mut Intake<'_, OpOf<O>>,
    ) -> Result<(), String> {
        self.0.take(history, recorded, intake)
    }

    fn did(&self, op: &OpOf<O>, values: &Values) -> String {
        self.0.did(op, values)
    }
}

fn judged<O: Object>(object: &O, history: &History) -> Judgement {
    judge(object, history, &Budget::AMPLE, false).expect("operations of this object")
}

/// Whether the value of this indeterminate operation was asked or answered by nobody else.
fn is_alone(events: &[Drawn], op: &Drawn) -> bool {
    let mentions = |value: &serde_json::Value| match value {
        serde_json::Value::Array(items) => items.contains(&op.value),
        value => *value == op.value,
    };
    let others = events.iter().filter(|event| *event != op);
    others.into_iter().all(|event| !mentions(&event.value))
}

/// Invocations without an end, by their places.
fn open_ones(events: &[Drawn]) -> Vec<usize> {
    let has_end = |at: &usize| {
        let same = |later: &Drawn| later.process == events[*at].process;
        let next = events[at + 1..].iter().find(|later| same(later));
        next.is_some_and(|next| matches!(next.kind, EventKind::Ok | EventKind::Fail))
    };
    let invocations = (0..events.len()).filter(|at| events[*at].kind == EventKind::Invoke);
    invocations.filter(|at| !has_end(at)).collect()
}

/// The events without this invocation, and without the line that says that nobody knows its end.
fn without(events: &[Drawn], invocation: usize) -> Vec<Drawn> {
    let process = events[invocation].process;
    let stays = |(at, event): &(usize, &Drawn)| *at < invocation || event.process != process;
    let kept = events.iter().enumerate().filter(stays);
    kept.map(|(_, event)| event.clone()).collect()
}

/// Something impossible, done by a process of its own at the end.
fn planted(kind: Kind, events: &[Drawn], random: &mut Random) -> Vec<Drawn> {
    let write = |value: i64| ("write", json!(value), json!(value));
    let add = |value: i64| ("add", json!(value), json!(value));
    let put = |value: i64| ("enqueue", json!(value), json!(value));
    let read = |answer| ("read", json!(null), answer);
    let take = |answer: i64| ("dequeue", json!(null), json!(answer));
    let contains = |value: i64| ("contains", json!(value), json!(true));
    let steps = match (kind, random.random_range(0..2)) {
        (Kind::Register | Kind::Cas, 0) => vec![read(json!(777))],
        (Kind::Register | Kind::Cas, _) => vec![write(900), write(901), read(json!(900))],
        (Kind::Counter, _) => vec![add(1), read(json!(1_000_000))],
        (Kind::GSet | Kind::WholeSet, 0) => vec![add(900), read(json!([]))],
        (Kind::Log, 0) => vec![("append", json!(900), json!(null)), read(json!([]))],
        (Kind::GSet | Kind::WholeSet | Kind::Log, _) => vec![read(json!([777]))],
        (Kind::Set, 0) => vec![contains(777)],
        (Kind::Set, _) => {
            let remove = ("remove", json!(900), json!(900));
            vec![add(900), remove, contains(900)]
        }
        (_, 0) => vec![take(777)],
        _ => vec![put(900), take(900), take(900)],
    };
    let mut events = events.to_vec();
    for (function, asked, answer) in steps {
        for (kind, value) in [(EventKind::Invoke, asked), (EventKind::Ok, answer)] {
            events.push(Drawn {
                process: 1_000,
                kind,
                function,
                value,
            });
        }
    }
    events
}

/// The rule says what the search says; what proves a violation is impossible by itself.
fn agrees<O: Object + Copy>(object: &O, history: &History, seed: u64) -> Verdict {
    let judgement = judged(object, history);
    let verdict = judgement.verdict();
    let searched = judged(&Searched(*object), history);
    // One in some 100,000 stacks is more than the search's budget allows.
    assert!(
        [verdict, Verdict::Unknown].contains(&searched.verdict()),
        "seed {seed}: {judgement:?}"
    );
    for violation in judgement.violations.iter().chain(&searched.violations) {
        assert!(!violation.summary.is_empty(), "seed {seed}: {violation:?}");
        let few = history.only(violation.proof.iter().copied());
        for again in [judged(object, &few), judged(&Searched(*object), &few)] {
            assert_eq!(
                again.verdict(),
                Verdict::Invalid,
                "seed {seed}: {violation:?}"
            );
        }
    }
    verdict
}

fn hold<O: Object + Copy>(kind: Kind, object: O) {
    let counts = std::cell::Cell::new([0u64; 2]);
    for_each_case(|seed, random| {
        let events = draw(kind, random);
        let verdict_of = |events: &[Drawn]| judged(&object, &recorded(events)).verdict();
        let verdict = agrees(&object, &recorded(&events), seed);
        let mut count = counts.get();
        count[usize::from(verdict == Verdict::Valid)] += 1;
        counts.set(count);

        let mut renamed = events.clone();
        renamed
            .iter_mut()
            .for_each(|e| e.process = 5_000 - e.process);
        assert_eq!(
            verdict_of(&renamed),
            verdict,
            "seed {seed}: other processes"
        );
        let mut later = recorded(&events);
        for op in &mut later.ops {
            (op.call, op.call_ns) = (op.call + 100, op.call_ns + 100);
            (op.ret, op.ret_ns) = (op.ret.saturating_add(100), op.ret_ns + 100);
        }
        assert_eq!(
            judged(&object, &later).verdict(),
            verdict,
            "seed {seed}: later"
        );
        let verdict_planted = verdict_of(&planted(kind, &events, random));
        assert_eq!(verdict_planted, Verdict::Invalid, "seed {seed}: planted");
        for open in open_ones(&events) {
            let fewer = verdict_of(&without(&events, open));
            // It may not have happened, so what fits without it fits with it.
            assert!(
                fewer != Verdict::Valid || verdict == Verdict::Valid,
                "seed {seed}: {open}"
            );
            let plain = matches!(events[open].function, "write" | "add" | "enqueue");
            // What nobody saw can have made a sum, or filled a place.
            let counts = matches!(kind, Kind::Counter | Kind::Log);
            if plain && !counts && is_alone(&events, &events[open]) {
                assert_eq!(fewer, verdict, "seed {seed}: {open} was not seen");
            }
        }
    });
    // Else only one direction would be tested.
    let [invalid, valid] = counts.get();
    assert!(
        invalid * 10 > valid && valid * 10 > invalid,
        "{invalid} invalid, {valid} valid"
    );
}

fn registers() -> Registers {
    Registers::new(Val::NULL, FailedCas::DidNothing)
}

#[test]
fn registers_hold() {
    hold(Kind::Register, registers().without_cas());
}

#[test]
fn registers_with_cas_hold() {
    hold(Kind::Cas, registers());
}

#[test]
fn registers_whose_failures_count_agree() {
    let object = Registers::new(Val::NULL, FailedCas::FoundAnother);
    for_each_case(|seed, random| {
        agrees(&object, &recorded(&draw(Kind::Cas, random)), seed);
    });
}

#[test]
fn counters_hold() {
    hold(Kind::Counter, Counters::default());
}

#[test]
fn growing_sets_hold() {
    hold(Kind::GSet, GrowingSets::default());
}

#[test]
fn queues_hold() {
    hold(Kind::Fifo, Containers::new(Discipline::First));
}

#[test]
fn stacks_hold() {
    hold(Kind::Stack, Containers::new(Discipline::Last));
}

#[test]
fn priority_queues_hold() {
    hold(Kind::Greatest, Containers::new(Discipline::Greatest));
}

#[test]
fn bags_hold() {
    hold(Kind::Bag, Containers::new(Discipline::Any));
}

#[test]
fn logs_hold() {
    hold(Kind::Log, Logs::default());
}

#[test]
fn sets_hold() {
    hold(Kind::Set, Sets::default());
}

#[test]
fn sets_that_are_read_whole_hold() {
    hold(Kind::WholeSet, WholeSets::default());
}

#[test]
fn a_set_is_what_all_its_elements_are() {
    for_each_case(|seed, random| {
        let history = recorded(&draw(Kind::Set, random));
        let by_element = judged(&Sets::default(), &history).verdict();
        let whole = judged(&WholeSets::default(), &history).verdict();
        assert_eq!(by_element, whole, "seed {seed}");
    });
}
