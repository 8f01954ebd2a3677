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

/// Ten to twenty-five operations of two to four processes, some without end; in half of the
/// histories an answer is wrong now and then.
pub(crate) fn draw(kind: Kind, random: &mut Random) -> Vec<Drawn> {
    let count = random.random_range(10..=25);
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
                    effect(kind, &mut object, op.function, &op.asked);
                }
                if one_in(random, 2) {
                    tell(EventKind::Info, op.function, Value::Null);
                }
                names[at] = fresh_name;
                fresh_name += 1;
            }
            Some(mut op) => match op.answer.take() {
                None => {
                    op.answer = Some(effect(kind, &mut object, op.function, &op.asked));
                    open[at] = Some(op);
                }
                Some((end, answer)) => {
                    let is_lie = lies && one_in(random, 15) && op.asked.is_null();
                    let answer = if is_lie { lie(kind, random) } else { answer };
                    tell(end, op.function, answer);
                }
            },
        }
    }
    events
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
        _ if one_in(random, 2) => ("enqueue", json!(fresh)),
        _ => ("dequeue", Value::Null),
    }
}

/// What the object answers.
fn effect(kind: Kind, object: &mut Vec<i64>, function: &str, asked: &Value) -> (EventKind, Value) {
    let ok = |value: Value| (EventKind::Ok, value);
    let number = asked.as_i64().unwrap_or_default();
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
        (Kind::GSet, "read") => ok(json!(object)),
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
        (Kind::Stack, _) => ok(json!(object.pop())),
        (Kind::Greatest, _) => {
            object.sort_unstable();
            ok(json!(object.pop()))
        }
        _ => ok(json!(object.remove(0))),
    }
}

fn lie(kind: Kind, random: &mut Random) -> Value {
    let number = random.random_range(1..12);
    match kind {
        Kind::GSet => json!([number]),
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
