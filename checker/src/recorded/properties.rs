//! Readers never stop short: any bytes are a history, or a mistake with its place.

use proptest::prelude::*;
use rand::SeedableRng;
use serde_json::Value;

use super::*;
use crate::judge::drawn::{Drawn, Kind, draw, recorded};
use crate::oracle::Random;

fn events(seed: u64) -> Vec<Drawn> {
    let kinds = [Kind::Register, Kind::Cas, Kind::GSet, Kind::Fifo];
    let kind = kinds[(seed % 4) as usize];
    draw(kind, &mut Random::seed_from_u64(seed))
}

fn word(kind: EventKind) -> String {
    format!("{kind:?}").to_lowercase()
}

fn as_json_lines(events: &[Drawn]) -> String {
    let line = |(time, event): (usize, &Drawn)| {
        let Drawn {
            process,
            kind,
            function,
            value,
        } = event;
        let kind = word(*kind);
        format!(
            "{{\"process\":{process},\"type\":\"{kind}\",\"f\":\"{function}\",\
             \"value\":{value},\"time\":{}}}\n",
            time + 1
        )
    };
    events.iter().enumerate().map(line).collect()
}

fn as_edn(events: &[Drawn]) -> String {
    let line = |(time, event): (usize, &Drawn)| {
        let value = match &event.value {
            Value::Null => "nil".to_owned(),
            value => value.to_string(),
        };
        format!(
            "{{:process {}, :type :{}, :f :{}, :value {value}, :time {}}}\n",
            event.process,
            word(event.kind),
            event.function,
            time + 1
        )
    };
    events.iter().enumerate().map(line).collect()
}

/// Operations with their values in words: numbers of values differ between readers.
fn told(history: &History) -> Vec<String> {
    let op = |op: &Recorded| {
        let show = |value| history.values.show(value);
        let function = &history.functions[usize::from(op.function)];
        let process = history.processes[op.process as usize];
        format!(
            "{}: {function} {} {} {:?} {} {} {} {} {} {}",
            show(process),
            show(op.argument),
            show(op.answer),
            op.end,
            op.call,
            op.ret,
            op.call_line,
            op.ret_line,
            op.call_ns,
            op.ret_ns,
        )
    };
    history.ops.iter().map(op).collect()
}

/// All readers, whatever these bytes are.
fn read_all(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let mut reader = Reader::default();
    bytes.chunks(3).for_each(|block| reader.feed(block));
    let whole = [
        read_json_lines(bytes),
        read_edn(&text),
        read_notation(&text),
        reader.finish(),
    ];
    for (history, error) in whole {
        assert!(history.ops.is_sorted_by_key(|op| op.call));
        assert!(history.ops.iter().all(|op| op.call < op.ret));
        if let Some(error) = error {
            assert!(error.line >= 1 && !error.to_string().is_empty());
        }
    }
}

/// What may become of a byte.
#[derive(Debug, Clone)]
enum Damage {
    Replaced(u8),
    Inserted(u8),
    CutOff,
}

fn damage() -> impl Strategy<Value = Damage> {
    let byte = || {
        prop_oneof![
            any::<u8>(),
            prop::sample::select(b"{}[]\":,;#|-.x0\n ".to_vec())
        ]
    };
    prop_oneof![
        byte().prop_map(Damage::Replaced),
        byte().prop_map(Damage::Inserted),
        Just(Damage::CutOff),
    ]
}

fn damaged(text: &str, at: prop::sample::Index, damage: &Damage) -> Vec<u8> {
    let mut bytes = text.as_bytes().to_vec();
    let at = at.index(bytes.len());
    match damage {
        Damage::Replaced(byte) => bytes[at] = *byte,
        Damage::Inserted(byte) => bytes.insert(at, *byte),
        Damage::CutOff => bytes.truncate(at),
    }
    bytes
}

proptest! {
    #[test]
    fn any_bytes_are_read(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        read_all(&bytes);
    }

    #[test]
    fn any_signs_are_read(text in r#"[\[\](){}":,;#|.\\x 0-9a-e\n-]{0,80}"#) {
        read_all(text.as_bytes());
    }

    #[test]
    fn pictures_with_any_signs_are_read(text in "([0-3]: [|. xrw0-9-]{0,40}\n){0,4}") {
        read_all(text.as_bytes());
    }

    #[test]
    fn both_formats_are_the_same_history(seed in any::<u64>()) {
        let events = events(seed);
        let (json, error) = read_json_lines(as_json_lines(&events).as_bytes());
        prop_assert_eq!(error, None);
        let (edn, error) = read_edn(&as_edn(&events));
        prop_assert_eq!(error, None);
        prop_assert_eq!(told(&json), told(&edn));
        prop_assert_eq!(told(&json), told(&recorded(&events)));
    }

    #[test]
    fn damaged_lines_keep_what_stands_before(
        seed in any::<u64>(), at in any::<prop::sample::Index>(), damage in damage(),
    ) {
        let bytes = damaged(&as_json_lines(&events(seed)), at, &damage);
        read_all(&bytes);
        let (history, error) = read_json_lines(&bytes);
        if let Some(error) = error {
            let lines = bytes.split_inclusive(|byte| *byte == b'\n');
            let before: Vec<u8> = lines.take(error.line as usize - 1).flatten().copied().collect();
            let (kept, error) = read_json_lines(&before);
            prop_assert_eq!(error, None);
            prop_assert_eq!(told(&history), told(&kept));
        }
    }

    #[test]
    fn damaged_forms_are_read(
        seed in any::<u64>(), at in any::<prop::sample::Index>(), damage in damage(),
    ) {
        let events = events(seed);
        let text = as_edn(&events);
        let bytes = damaged(&text, at, &damage);
        read_all(&bytes);
        // Whatever ends before the damage is there.
        let intact = bytes.iter().zip(text.as_bytes());
        let intact: Vec<u8> = intact.take_while(|(a, b)| a == b).map(|(a, _)| *a).collect();
        let lines = intact.iter().filter(|byte| **byte == b'\n').count();
        let (history, _) = read_edn(&String::from_utf8_lossy(&bytes));
        let invocations = events[..lines].iter().filter(|e| e.kind == EventKind::Invoke);
        prop_assert!(history.ops.len() >= invocations.count());
    }
}
