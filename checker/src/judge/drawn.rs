//! Random recorded histories of every kind of object, for tests of whole judgements.

use rand::RngExt;
use serde_json::{Value, json};

use crate::history::EventKind;
use crate::oracle::{Random, one_in};
use crate::recorded::{Event, History, Pairing, Val};

/// Kinds of objects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Register,
    Cas,
    Counter,
    GSet,
    Fifo,
    Stack,
    Greatest,
    Bag,
    Set,
    WholeSet,
    Log,
}

/// An event of a drawn history.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Drawn {
    pub(crate) process: i64,
    pub(crate) kind: EventKind,
    pub(crate) function: &'static str,
    pub(crate) value: Value,
}

/// The operation that a process does.
struct Open {
    function: &'static str,
    asked: Value,
    /// How it ends, once it took effect.
    answer: Option<(EventKind, Value)>,
}

/// At least ten operations of two to four processes, some without end; in half of the
/// histories an answer is wrong now and then.
pub(crate) fn draw(kind: Kind, random: &mut Random) -> Vec<Drawn> {
    let count = random.random_range(10..=most(kind));
    let mut open: Vec<Option<Open>> = Vec::new();
    open.resize_with(random.random_range(2..=4), || None);
    let mut names: Vec<i64> = (0..open.len() as i64).collect();
    let mut fresh_name = 10;
    let is_unique = one_in(random, 2);
    let lies = one_in(random, 2);
    let (mut begun, mut object) = (0, Vec::new());
    let mut events = Vec::new();
    while begun < count || open.iter().any(Option::is_some) {
        let at = random.random_range(0..open.len());
        let mut tell = |kind, function, value| {
            events.push(Drawn {
                process: names[at],
                kind,
                function,
                value,
            });
        };
        match open[at].take() {
            None if begun == count => {}
            None => {
                begun += 1;
                let fresh = if is_unique {
                    begun
                } else {
                    random.random_range(1..4)
                };
                let (function, asked) = question(kind, fresh, random);
                tell(EventKind::Invoke, function, asked.clone());
                let answer = None;
                open[at] = Some(Open {
                    function,
                    asked,
                    answer,
                });
            }
            Some(op) if one_in(random, 20) => {
                // Nobody waits for it any more, and the process gets another name.
                if op.answer.is_none() && one_in(random, 2) {
                    effect(kind, &mut object, (op.function, &op.asked), random);
                }
                if one_in(random, 2) {
                    tell(EventKind::Info, op.function, Value::Null);
                }
                names[at] = fresh_name;
                fresh_name += 1;
            }
            Some(mut op) => match op.answer.take() {
                None => {
                    op.answer = Some(effect(kind, &mut object, (op.function, &op.asked), random));
                    open[at] = Some(op);
                }
                Some((end, answer)) => {
                    let asks = op.asked.is_null()
                        || matches!(kind, Kind::Set | Kind::WholeSet | Kind::Log);
                    let is_lie = lies && asks && one_in(random, 15);
                    let answer = if is_lie {
                        lie(kind, op.function, random)
                    } else {
                        answer
                    };
                    tell(end, op.function, answer);
                }
            },
        }
    }
    events
}

/// The longest histories; searches of bags and logs take long.
fn most(kind: Kind) -> i64 {
    match kind {
        Kind::Bag | Kind::Log => 16,
        _ => 25,
    }
}

fn question(kind: Kind, fresh: i64, random: &mut Random) -> (&'static str, Value) {
    let small = random.random_range(1..4);
    match kind {
        Kind::Register | Kind::Cas | Kind::Counter | Kind::GSet if one_in(random, 2) => {
            ("read", Value::Null)
        }
        Kind::Cas if one_in(random, 2) => {
            let near = random.random_range(1..=fresh);
            ("cas", json!([near, fresh]))
        }
        Kind::Register | Kind::Cas => ("write", json!(fresh)),
        Kind::Counter => ("add", json!(small)),
        Kind::GSet => ("add", json!(fresh)),
        Kind::WholeSet if one_in(random, 3) => ("read", Value::Null),
        Kind::Set | Kind::WholeSet => match random.random_range(0..4) {
            0 => ("add", json!(fresh)),
            1 => ("remove", json!(random.random_range(1..=fresh))),
            _ => ("contains", json!(random.random_range(1..=fresh))),
        },
        Kind::Log => match random.random_range(0..5) {
            0..2 => ("append", json!(fresh)),
            2 => ("poll", json!(random.random_range(0..6))),
            _ => ("read", Value::Null),
        },
        // No rule knows of these, so most histories of different values have none.
        Kind::Bag if fresh < 4 && one_in(random, 8) => ("peek", Value::Null),
        _ if one_in(random, 2) => ("enqueue", json!(fresh)),
        _ => ("dequeue", Value::Null),
    }
}

/// What the object answers.
fn effect(
    kind: Kind,
    object: &mut Vec<i64>,
    (function, asked): (&str, &Value),
    random: &mut Random,
) -> (EventKind, Value) {
    let ok = |value: Value| (EventKind::Ok, value);
    let number = asked.as_i64().unwrap_or_default();
    let place = object.iter().position(|held| *held == number);
    match (kind, function) {
        (Kind::Register | Kind::Cas, "read") => ok(json!(object.first())),
        (Kind::Register | Kind::Cas, "write") => {
            *object = vec![number];
            ok(asked.clone())
        }
        (_, "cas") => {
            if object.first().map(|held| json!(held)).as_ref() != asked.get(0) {
                return (EventKind::Fail, asked.clone());
            }
            *object = asked[1].as_i64().into_iter().collect();
            ok(asked.clone())
        }
        (Kind::Counter, "read") => ok(json!(object.iter().sum::<i64>())),
        (Kind::GSet | Kind::WholeSet | Kind::Log, "read") => ok(json!(object)),
        (Kind::Set | Kind::WholeSet, "contains") => ok(json!(place.is_some())),
        (Kind::Set | Kind::WholeSet, _) => {
            match (function, place) {
                ("add", None) => object.push(number),
                ("remove", Some(at)) => drop(object.remove(at)),
                _ => {}
            }
            object.sort_unstable();
            let was_there = place.is_some();
            match one_in(random, 3) {
                true => ok(asked.clone()),
                false => ok(json!(was_there == (function == "remove"))),
            }
        }
        (Kind::Log, "poll") => ok(json!(object.get(number as usize))),
        (Kind::Log, _) => {
            object.push(number);
            match one_in(random, 2) {
                true => ok(Value::Null),
                false => ok(json!(object.len() - 1)),
            }
        }
        (Kind::GSet, _) => {
            object.push(number);
            object.sort_unstable();
            object.dedup();
            ok(asked.clone())
        }
        (_, "add" | "enqueue") => {
            object.push(number);
            ok(asked.clone())
        }
        _ if object.is_empty() => ok(Value::Null),
        _ => {
            if kind == Kind::Greatest {
                object.sort_unstable();
            }
            let at = match kind {
                Kind::Stack | Kind::Greatest => object.len() - 1,
                Kind::Bag => random.random_range(0..object.len()),
                _ => 0,
            };
            match function {
                "peek" => ok(json!(object[at])),
                _ => ok(json!(object.remove(at))),
            }
        }
    }
}

fn lie(kind: Kind, function: &str, random: &mut Random) -> Value {
    let number = random.random_range(1..12);
    match kind {
        Kind::Set | Kind::WholeSet if function != "read" => json!(one_in(random, 2)),
        _ if matches!(kind, Kind::GSet | Kind::WholeSet | Kind::Log) && function == "read" => {
            json!([number])
        }
        _ if one_in(random, 5) => match kind {
            Kind::Counter => json!(0),
            _ => Value::Null,
        },
        _ => json!(number),
    }
}

/// The history of these events.
pub(crate) fn recorded(events: &[Drawn]) -> History {
    let mut pairing = Pairing::default();
    for (line, drawn) in (1..).zip(events) {
        let values = pairing.values();
        let event = Event {
            line,
            process: values.number(&drawn.process.into()),
            kind: drawn.kind,
            function: drawn.function,
            key: Val::NULL,
            value: values.number(&drawn.value),
            time_ns: Some(u64::from(line)),
        };
        pairing.take(&event).expect("events in order");
    }
    pairing.finish()
}
