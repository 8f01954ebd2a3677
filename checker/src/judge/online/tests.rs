//! A judge that is fed event by event finds what there is, and never too early.

use rand::RngExt;
use serde_json::json;

use super::*;
use crate::judge::{Containers, Counters, FailedCas, Named, Registers, Settings};
use crate::model::{Container, ContainerOp, Counter, CounterOp, Discipline, Model, RegisterOp};
use crate::oracle::{Random, Shape, for_each_case, is_linearizable, one_in};
use crate::recorded::{Event, Pairing, Values};

/// What stands in a history about an operation: function, argument, answer, how it ended.
type Told = (&'static str, Val, Val, EventKind);

/// A kind of object to try.
struct Case<O: Object> {
    object: fn() -> O,
    tell: fn(&OpOf<O>, &mut Values) -> Told,
    /// What is known of an operation that has not ended.
    open: fn(&OpOf<O>) -> Option<OpOf<O>>,
}

fn int(n: i64) -> Val {
    Val::small(n).expect("a small one")
}

impl<O: Object> Case<O> {
    /// Feeds a few events at a time and looks whether what is found is there.
    fn try_history(&self, random: &mut Random, ops: &[Timed<OpOf<O>>], seed: u64) -> bool {
        let mut events: Vec<(u32, usize, bool)> = Vec::new();
        for (i, timed) in ops.iter().enumerate() {
            events.push((timed.call, i, false));
            match timed.ret {
                NEVER if one_in(random, 2) => events.push((timed.call, i, true)),
                NEVER => {}
                ret => events.push((ret, i, true)),
            }
        }
        events.sort_unstable();
        let mut stream = Stream::new((self.object)(), random.random_range(1..5));
        let mut pairing = Pairing::default();
        let at_once = random.random_range(1..5);
        let mut found = None;
        for chunk in events.chunks(at_once) {
            for event in chunk {
                self.feed(&mut pairing, ops, *event);
            }
            let history = pairing.so_far();
            let budget = &Budget::AMPLE;
            found = stream.advance(history, budget).expect("known functions");
            if found.is_none() && one_in(random, 4) {
                found = stream.settle(history, budget);
            }
            if found.is_some() {
                let begun = self.beginning(ops, chunk[chunk.len() - 1].0);
                let model = (self.object)();
                let is_early = is_linearizable(model.model(), &begun);
                assert!(!is_early, "seed {seed}: {found:?} in {history:#?}");
                break;
            }
        }
        let last = || stream.settle(pairing.so_far(), &Budget::AMPLE);
        found.or_else(last).is_some()
    }

    fn feed(&self, pairing: &mut Pairing, ops: &[Timed<OpOf<O>>], event: (u32, usize, bool)) {
        let (_, number, is_end) = event;
        let timed = &ops[number];
        let (function, argument, answer, end) = (self.tell)(&timed.op, pairing.values());
        let kind = match is_end {
            false => EventKind::Invoke,
            true if timed.ret == NEVER => EventKind::Info,
            true => end,
        };
        let event = Event {
            line: number as u32 + 1,
            process: int(number as i64),
            kind,
            function,
            key: Val::NULL,
            value: if is_end { answer } else { argument },
            time_ns: None,
        };
        pairing.take(&event).expect("an event in its place");
    }

    /// What is known at a time.
    fn beginning(&self, ops: &[Timed<OpOf<O>>], until: u32) -> Vec<Timed<OpOf<O>>> {
        let begun = ops.iter().filter(|timed| timed.call <= until);
        let known = begun.filter_map(|timed| {
            if timed.ret <= until {
                return Some(timed.clone());
            }
            let op = (self.open)(&timed.op)?;
            Some(Timed {
                op,
                ret: NEVER,
                ..timed.clone()
            })
        });
        known.collect()
    }

    /// As many violations are found as there are.
    fn agrees(&self, draw: impl Fn(&mut Random) -> Vec<Timed<OpOf<O>>>) {
        let counts = std::cell::Cell::new([0; 2]);
        for_each_case(|seed, random| {
            let ops = draw(random);
            let expected = !is_linearizable((self.object)().model(), &ops);
            let found = self.try_history(random, &ops, seed);
            assert_eq!(found, expected, "seed {seed}: violation in {}", ops.len());
            let mut now = counts.get();
            now[usize::from(found)] += 1;
            counts.set(now);
        });
        let [fits, found] = counts.get();
        assert!(fits * 10 > found && found * 10 > fits, "{fits}, {found}");
    }
}

/// Up to three small histories one after the other, so that there is something to cut.
fn long<O: Clone>(
    random: &mut Random,
    mut draw: impl FnMut(&mut Random, bool, bool) -> O,
) -> Vec<Timed<O>> {
    let mut all: Vec<Timed<O>> = Vec::new();
    let mut from = 0;
    let times = [1, 2, 2, 2, 2, 2, 2, 3];
    for _ in 0..times[random.random_range(0..times.len())] {
        let ops = Shape::draw(random).fill(random, &mut draw);
        all.extend(ops.into_iter().map(|timed| Timed {
            call: timed.call + from,
            ret: if timed.ret == NEVER {
                NEVER
            } else {
                timed.ret + from
            },
            op: timed.op,
        }));
        from += 100;
    }
    all.sort_by_key(|timed| timed.call);
    all
}

type Register = RegisterOp<Val>;

const REGISTERS: Case<Registers> = Case {
    object: || Registers::new(Val::NULL, FailedCas::FoundAnother),
    tell: |op, values| match *op {
        Register::Read(found) => ("read", Val::NULL, found, EventKind::Ok),
        Register::Write(value) => ("write", value, value, EventKind::Ok),
        Register::Cas {
            from,
            to,
            succeeded,
        } => {
            let number = |value: Val| value.as_integer().map_or(json!(null), |n| json!(n));
            let pair = values.number(&json!([number(from), number(to)]));
            let end = match succeeded {
                Some(false) => EventKind::Fail,
                _ => EventKind::Ok,
            };
            ("cas", pair, pair, end)
        }
    },
    open: |op| match *op {
        Register::Read(_) => None,
        Register::Write(value) => Some(Register::Write(value)),
        Register::Cas { from, to, .. } => Some(Register::Cas {
            from,
            to,
            succeeded: None,
        }),
    },
};

#[test]
fn registers_agree_with_the_definition() {
    let model = *(REGISTERS.object)().model();
    REGISTERS.agrees(|random| {
        let mut state = Val::NULL;
        let mut fresh = 0;
        let (is_unique, wrong) = (one_in(random, 2), if one_in(random, 2) { 12 } else { 1000 });
        let ops = long(random, |random, is_known, has_effect| {
            fresh += 1;
            let value = int(if is_unique {
                fresh
            } else {
                random.random_range(1..4)
            });
            let op = match random.random_range(0..10) {
                0..5 if one_in(random, wrong) => Register::Read(int(random.random_range(1..4))),
                0..5 => Register::Read(state),
                5..8 => Register::Write(value),
                _ => Register::Cas {
                    from: if one_in(random, 3) { int(1) } else { state },
                    to: value,
                    succeeded: None,
                },
            };
            let next = model.step(&state, &op).unwrap_or(state);
            let op = match op {
                Register::Cas { from, to, .. } if is_known => Register::Cas {
                    from,
                    to,
                    succeeded: Some(from == state),
                },
                op => op,
            };
            if has_effect {
                state = next;
            }
            op
        });
        let said = |timed: &Timed<Register>| {
            !timed.is_indeterminate() || !matches!(timed.op, Register::Read(_))
        };
        ops.into_iter().filter(said).collect()
    });
}

#[test]
fn counters_agree_with_the_definition() {
    let case = Case {
        object: Counters::default,
        tell: |op, _| match *op {
            CounterOp::Add(number) => ("add", int(number), int(number), EventKind::Ok),
            CounterOp::Read(found) => ("read", Val::NULL, int(found), EventKind::Ok),
        },
        open: |op| matches!(op, CounterOp::Add(_)).then_some(*op),
    };
    case.agrees(|random| {
        let mut sum = 0;
        let (least, wrong) = (
            random.random_range(-2..2),
            if one_in(random, 2) { 12 } else { 1000 },
        );
        long(random, |random, is_known, has_effect| {
            if is_known && one_in(random, 2) {
                let off = if one_in(random, wrong) { 1 } else { 0 };
                return CounterOp::Read(sum + off);
            }
            let op = CounterOp::Add(random.random_range(least..4));
            if has_effect {
                sum = Counter.step(&sum, &op).unwrap_or(sum);
            }
            op
        })
    });
}

#[test]
fn queues_agree_with_the_definition() {
    let model = Container::new(Discipline::First);
    let case = Case {
        object: || Containers::new(Discipline::First),
        tell: |op, _| match *op {
            ContainerOp::Put(value) => ("enqueue", value, value, EventKind::Ok),
            ContainerOp::Take(value) => ("dequeue", Val::NULL, value, EventKind::Ok),
            ContainerOp::FindNothing => ("dequeue", Val::NULL, Val::NULL, EventKind::Ok),
            ContainerOp::TakeUnseen => ("dequeue", Val::NULL, Val::NULL, EventKind::Info),
            ContainerOp::Peek(value) => ("peek", Val::NULL, value, EventKind::Ok),
        },
        open: |op| match *op {
            ContainerOp::Put(value) => Some(ContainerOp::Put(value)),
            ContainerOp::Peek(_) => None,
            _ => Some(ContainerOp::TakeUnseen),
        },
    };
    case.agrees(|random| {
        let mut state = model.initial();
        let mut fresh = 0;
        let wrong = if one_in(random, 2) { 12 } else { 1000 };
        long(random, |random, is_known, has_effect| {
            let op = match (state.first(), one_in(random, 2)) {
                (_, true) => {
                    fresh += 1;
                    ContainerOp::Put(int(fresh))
                }
                _ if !is_known => ContainerOp::TakeUnseen,
                _ if one_in(random, wrong) => ContainerOp::Take(int(fresh)),
                (Some(first), _) => ContainerOp::Take(*first),
                (None, _) => ContainerOp::FindNothing,
            };
            if has_effect && let Some(next) = model.step(&state, &op).into_iter().next() {
                state = next;
            }
            op
        })
    });
}

/// One process that writes and reads, so many times each.
fn one_process(times: i64, pairing: &mut Pairing, mut each: impl FnMut(&Pairing)) {
    for n in 0..times {
        for (function, kind, value) in [
            ("write", EventKind::Invoke, int(n % 7)),
            ("write", EventKind::Ok, int(n % 7)),
            ("read", EventKind::Invoke, Val::NULL),
            ("read", EventKind::Ok, int(n % 7)),
        ] {
            take(pairing, function, kind, value);
        }
        each(pairing);
    }
}

fn take(pairing: &mut Pairing, function: &str, kind: EventKind, value: Val) {
    let line = 2 * pairing.so_far().ops.len() as u32 + u32::from(kind == EventKind::Invoke);
    let event = Event {
        line,
        process: int(0),
        kind,
        function,
        key: Val::NULL,
        value,
        time_ns: None,
    };
    pairing.take(&event).expect("an event in its place");
}

#[test]
fn what_came_before_a_cut_is_forgotten() {
    let mut online = Named::Register.online(&Settings::default());
    let mut most = 0;
    one_process(1_000, &mut Pairing::default(), |pairing| {
        let found = online.advance(pairing.so_far(), &Budget::AMPLE);
        assert_eq!(found, Ok(None));
        most = most.max(online.kept());
    });
    assert_eq!(
        most,
        LEAST - 2,
        "the last two are cut with those before them"
    );
}

#[test]
fn a_cut_comes_after_the_last_operation() {
    for (named, function) in [(Named::Register, "write"), (Named::Counter, "add")] {
        let mut online = named.online(&Settings::default());
        let mut pairing = Pairing::default();
        for n in 0..1_000 {
            take(&mut pairing, function, EventKind::Invoke, int(n));
            take(&mut pairing, function, EventKind::Ok, int(n));
            let found = online.advance(pairing.so_far(), &Budget::AMPLE);
            assert_eq!(found, Ok(None));
            assert!(online.kept() < LEAST, "{}", online.kept());
        }
    }
}

#[test]
fn a_violation_is_told_although_more_came_with_it() {
    let mut pairing = Pairing::default();
    for (function, asked, answered) in [
        ("write", int(1), int(1)),
        ("read", Val::NULL, int(7)),
        ("write", int(2), int(2)),
        ("read", Val::NULL, int(2)),
    ] {
        take(&mut pairing, function, EventKind::Invoke, asked);
        take(&mut pairing, function, EventKind::Ok, answered);
    }
    take(&mut pairing, "read", EventKind::Invoke, Val::NULL);
    let mut stream = Stream::new((REGISTERS.object)(), 1);
    let found = stream.advance(pairing.so_far(), &Budget::AMPLE);
    let kind = found.map(|found| found.map(|violation| violation.kind));
    assert_eq!(kind, Ok(Some("thin-air-read")));
}

#[test]
fn an_operation_of_another_object_is_refused_although_its_end_is_not_known() {
    let mut pairing = Pairing::default();
    let mut stream = Stream::new((REGISTERS.object)(), 1);
    take(&mut pairing, "enqueue", EventKind::Invoke, int(1));
    let found = stream.advance(pairing.so_far(), &Budget::AMPLE);
    assert_eq!(found, Ok(None), "it has not ended");
    take(&mut pairing, "enqueue", EventKind::Info, Val::NULL);
    let found = stream.advance(pairing.so_far(), &Budget::AMPLE);
    assert!(found.is_err(), "{found:?}");
}

/// Something else is read than was written last, long after a cut.
fn stale_after_a_cut() -> (Pairing, Stream<Registers>) {
    let mut stream = Stream::new((REGISTERS.object)(), LEAST);
    let mut pairing = Pairing::default();
    one_process(40, &mut pairing, |pairing| {
        let found = stream.advance(pairing.so_far(), &Budget::AMPLE);
        assert_eq!(found, Ok(None));
    });
    take(&mut pairing, "read", EventKind::Invoke, Val::NULL);
    take(&mut pairing, "read", EventKind::Ok, int(3));
    let found = stream.advance(pairing.so_far(), &Budget::AMPLE);
    assert_eq!(found, Ok(None));
    (pairing, stream)
}

#[test]
fn evidence_reaches_behind_a_cut() {
    let (pairing, mut stream) = stale_after_a_cut();
    let found = stream.settle(pairing.so_far(), &Budget::AMPLE);
    assert_eq!(
        found.map(|violation| violation.summary).as_deref(),
        Some("Process 0 read 3 (line 161), which had been replaced before.")
    );
}

#[test]
fn without_time_for_the_whole_the_state_at_the_cut_is_told() {
    let (pairing, stream) = stale_after_a_cut();
    let (part, cut) = (&stream.parts.all[0], stream.watches[0].cut.as_ref());
    let violation = stream.since_cut(part, cut, pairing.so_far());
    assert_eq!(
        violation.summary,
        "The operations of this register from line 129 on fit no order together."
    );
    assert_eq!(
        violation.steps,
        ["The register held 3 when line 129 was reached: everything before leaves no other state."]
    );
    assert_eq!((violation.proof[0], violation.proof.len()), (64, 17));
}

#[test]
fn a_drain_that_is_open_is_waited_for() {
    let mut pairing = Pairing::default();
    let mut stream = Stream::new(Containers::new(Discipline::First), 1);
    take(&mut pairing, "drain", EventKind::Invoke, Val::NULL);
    let found = stream.advance(pairing.so_far(), &Budget::AMPLE);
    assert_eq!(found, Ok(None));
    let drained = pairing.values().number(&json!([7]));
    take(&mut pairing, "drain", EventKind::Ok, drained);
    let found = stream.advance(pairing.so_far(), &Budget::AMPLE);
    assert_eq!(
        found.map(|found| found.map(|v| v.kind)),
        Ok(Some("never-put"))
    );
}
