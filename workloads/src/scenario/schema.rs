//! The JSON Schema of scenario files, for editors.

use checker::levels::Level;
use serde_json::{Map, Value, json};

use super::read::{FAULTS, HOWS, READY_S, TIMEOUT_S, WITHIN_S};
use crate::quorum_kv::{NAME, Place, ReadMapping, Settings, WriteMapping};

/// The schema as a JSON document.
#[must_use]
pub fn schema() -> Value {
    let many = |of: Value| json!({"type": "array", "items": of});
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A scenario of Splitbrain",
        "type": "object",
        "required": ["scenario", "process"],
        "anyOf": [
            {"required": ["check"]},
            {"properties": {"scenario": {"required": ["workload"]}}},
        ],
        "additionalProperties": false,
        "properties": {
            "scenario": table(&["name"], json!({
                "name": text("Its name in tables and documents."),
                "title": text("One line for lists."),
                "workload": {
                    "description": "What clients of the harness do, and what is judged by it.",
                    "enum": [NAME],
                },
            })),
            "workload": workload(),
            "client": many(table(&["name", "to"], json!({
                "name": text("Its name, unique among clients and processes."),
                "to": texts("Whom it asks, in turn."),
                "reads": share("Which part of its operations are reads; `read_share` if absent."),
            }))),
            "process": many(process()),
            "file": many(table(&["path", "text"], json!({
                "path": text("A file below --dir that is there before anything starts."),
                "text": text("What it holds,"),
                "times": {
                    "description": "so many times.",
                    "type": "integer", "minimum": 0, "default": 1,
                },
            }))),
            "call": many(table(&["process", "name", "is"], json!({
                "process": text("Who reaches somebody under another name."),
                "name": text("This name: its PEER_<NAME>_HOST and PEER_<NAME>_PORT"),
                "is": text("lead to this process."),
            }))),
            "cut": many(table(&["from", "to"], json!({
                "from": text("Who opens connections."),
                "to": text("To whom: it stands in the `needs` of the other."),
                "at_s": seconds("From when on, counted from when all are ready; always if absent."),
                "heal_s": seconds("When it is healed, counted in the same way; never if absent."),
                "how": how(),
            }))),
            "fault": many(fault()),
            "check": many(check()),
        },
    })
}

fn process() -> Value {
    table(
        &["name", "command"],
        json!({
            "name": text("Its name, unique in the scenario."),
            "dir": text("Its directory, below --dir, where it works; its name if absent."),
            "build": texts("What is done once before anything starts; takes no time of its own."),
            "command": texts("The program and its arguments."),
            "needs": texts("Whom it talks to: it finds PEER_<NAME>_HOST and PEER_<NAME>_PORT."),
            "ports": {
                "description": "How many ports it listens on: PORT, or PORTS with commas. One if \
                                others need it.",
                "type": "integer", "minimum": 0,
            },
            "background": {
                "description": "Whether it runs as long as the scenario; yes if it has a port.",
                "type": "boolean",
            },
            "ready_s": with_default(seconds("How long until it accepts connections."), READY_S),
            "timeout_s": with_default(seconds("How long it may run in the foreground."), TIMEOUT_S),
            "env": {
                "description": "More of its environment.",
                "type": "object", "additionalProperties": {"type": "string"},
            },
        }),
    )
}

fn workload() -> Value {
    let default = Settings::default();
    let levels: Vec<&str> = Level::ALL.into_iter().map(Level::word).collect();
    let count = |description: &str, default: u64| {
        json!({
            "description": description, "type": "integer", "minimum": 1, "default": default,
        })
    };
    table(
        &[],
        json!({
            "level": {
                "description": "The level of consistency that must hold; `regular` is quorum \
                                visibility.",
                "enum": levels, "default": default.level.word(),
            },
            "points": {
                "description": "What it is worth.",
                "type": "integer", "minimum": 0, "default": default.points,
            },
            "keys": count("How many keys are written and read.", default.keys),
            "rate": with_default(positive("Operations a second, of all clients."), default.rate),
            "time_limit_s": with_default(
                positive("For how long clients begin operations, in seconds."),
                default.time_limit_s,
            ),
            "timeout_ms": count("How long they wait for an answer.", default.timeout_ms),
            "read_share": with_default(
                share("Which part of the operations are reads."),
                default.read_share,
            ),
            "availability": with_default(
                share("Which part of the operations must be answered, at least."),
                default.availability,
            ),
            "write": write_mapping(&default.mapping.write),
            "read": read_mapping(&default.mapping.read),
        }),
    )
}

fn write_mapping(default: &WriteMapping) -> Value {
    table(
        &[],
        json!({
            "method": said(text("The method."), &default.method),
            "path": said(text("The path; {key} and {value} are filled in."), &default.path),
            "body": said(text("The body, in which they are filled in."), &default.body),
            "version": place("Where the version stands, or \"none\".", default.version.as_ref()),
        }),
    )
}

fn read_mapping(default: &ReadMapping) -> Value {
    table(
        &[],
        json!({
            "method": said(text("The method."), &default.method),
            "path": said(text("The path, in which {key} is filled in."), &default.path),
            "body": said(text("The body, in which it is filled in."), &default.body),
            "value": place("Where the value stands.", Some(&default.value)),
            "version": place("Where its version stands, or \"none\".", default.version.as_ref()),
            "missing_status": {
                "description": "The status that says that nobody has written the key.",
                "type": "integer", "minimum": 0, "default": default.missing_status,
            },
        }),
    )
}

fn place(description: &str, default: Option<&Place>) -> Value {
    let description = format!(
        "{description} A JSON Pointer (\"/value\"), \"body\" for all of it, or \"header:NAME\"."
    );
    said(
        text(&description),
        &default.map_or_else(String::new, Place::word),
    )
}

fn said(mut schema: Value, default: &str) -> Value {
    schema["default"] = json!(default);
    schema
}

fn share(description: &str) -> Value {
    json!({"description": description, "type": "number", "minimum": 0, "maximum": 1})
}

fn fault() -> Value {
    let kinds: Vec<&str> = FAULTS.iter().map(|(kind, _)| *kind).collect();
    let mut fault = table(
        &["kind"],
        json!({
            "kind": {"description": "What is done.", "enum": kinds},
            "from": text("Whose link is concerned,"),
            "to": text("and to whom it leads."),
            "process": text("Which process is concerned."),
            "at_s": seconds("When, counted from when all are ready; always if nothing is said."),
            "after_responses": {
                "description": "When so many HTTP answers came back on a link.",
                "type": "object",
                "required": ["from", "to", "count"],
                "additionalProperties": false,
                "properties": {
                    "from": text("Who asks,"),
                    "to": text("and who answers."),
                    "count": {"description": "How many.", "type": "integer", "minimum": 1},
                },
            },
            "for_s": seconds("How long; to the end if absent. A killed process starts again then."),
            "how": how(),
            "latency_ms": positive("How much later bytes arrive, in each direction."),
            "probability": {
                "description": "How many of the connections are lost.",
                "type": "number", "exclusiveMinimum": 0, "maximum": 1,
            },
            "after_bytes": {
                "description": "So many bytes arrive in one direction before a connection is lost.",
                "type": "integer", "minimum": 0, "default": 0,
            },
            "count": {
                "description": "So many connections are lost and no more; no end if absent.",
                "type": "integer", "minimum": 0,
            },
            "bytes_per_s": positive("How much gets through in a second, in each direction."),
        }),
    );
    let needs = |(kind, needed): &(&str, &[&str])| {
        json!({
            "if": {"properties": {"kind": {"const": kind}}},
            "then": {"required": needed},
        })
    };
    fault["allOf"] = FAULTS.iter().map(needs).collect();
    fault
}

fn check() -> Value {
    let expected = [
        (
            "equals",
            "The text; white space at the ends of lines does not count.",
        ),
        ("contains", "A part of it."),
        (
            "matches",
            "A regular expression that finds something in it.",
        ),
        ("lines_sorted", "Its lines, in any order."),
        ("same_as", "The path of a [[file]]: every byte of it."),
    ];
    let mut properties = Map::new();
    for (key, description) in expected {
        properties.insert(key.to_owned(), text(description));
    }
    let more = json!({
        "name": text("What must hold, in a few words."),
        "points": {
            "description": "What it is worth.", "type": "integer", "minimum": 0, "default": 1,
        },
        "within_s": with_default(
            seconds("How long it may take after the last program in the foreground has ended."),
            WITHIN_S,
        ),
        "file": text("A file below --dir."),
        "process": text("The process that has to exit or to answer."),
        "exit": {"description": "The exit code.", "type": "integer"},
        "get": text("The path of a GET."),
        "status": {"description": "The status of the answer.", "type": "integer", "default": 200},
    });
    if let Value::Object(more) = more {
        properties.extend(more);
    }
    let mut check = table(&["name"], properties);
    check["oneOf"] = json!([
        {"required": ["file"]},
        {"required": ["exit", "process"]},
        {"required": ["get", "process"]},
    ]);
    check
}

fn table(required: &[&str], properties: impl Into<Value>) -> Value {
    let properties: Value = properties.into();
    json!({
        "type": "object",
        "required": required,
        "additionalProperties": false,
        "properties": properties,
    })
}

fn text(description: &str) -> Value {
    json!({"description": description, "type": "string"})
}

fn texts(description: &str) -> Value {
    json!({"description": description, "type": "array", "items": {"type": "string"}})
}

fn seconds(description: &str) -> Value {
    json!({"description": format!("{description} In seconds."), "type": "number", "minimum": 0})
}

fn positive(description: &str) -> Value {
    json!({"description": description, "type": "number", "exclusiveMinimum": 0})
}

fn with_default(mut schema: Value, default: f64) -> Value {
    schema["default"] = json!(default);
    schema
}

fn how() -> Value {
    json!({
        "description": "What those see who have a connection: it is reset, nobody answers, or it is \
                        closed as if all had been said.",
        "enum": HOWS, "default": HOWS[0],
    })
}

#[cfg(test)]
mod tests {
    use super::super::read::{READ_KEYS, TABLES, WRITE_KEYS};
    use super::*;
    use std::collections::BTreeSet;

    /// The published file. Set UPDATE_SCHEMAS=1 to write it anew.
    #[test]
    fn the_published_schema_is_this_one() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/schemas/scenario.json");
        let now = format!("{:#}\n", schema());
        if std::env::var_os("UPDATE_SCHEMAS").is_some() {
            std::fs::write(path, &now).expect("can be written");
        }
        let published = std::fs::read_to_string(path).unwrap_or_default();
        assert_eq!(published, now, "run this test with UPDATE_SCHEMAS=1");
    }

    #[test]
    fn the_schema_has_the_keys_that_are_read() {
        let schema = schema();
        let tables = schema["properties"].as_object().expect("tables");
        for (name, keys) in TABLES {
            let table = &tables[*name];
            let of = table.get("items").unwrap_or(table);
            let there = of["properties"].as_object().expect("an object").keys();
            let there: BTreeSet<&str> = there.map(String::as_str).collect();
            let known: BTreeSet<&str> = keys.iter().copied().collect();
            assert_eq!(there, known, "{name}");
        }
        assert_eq!(tables.len(), TABLES.len());
        for (name, keys) in [("write", WRITE_KEYS), ("read", READ_KEYS)] {
            let of = &tables["workload"]["properties"][name]["properties"];
            let there = of.as_object().expect("an object").keys();
            let there: BTreeSet<&str> = there.map(String::as_str).collect();
            let known: BTreeSet<&str> = keys.iter().copied().collect();
            assert_eq!(there, known, "{name}");
        }
    }

    #[test]
    fn what_is_read_is_what_the_schema_allows() {
        let validator = jsonschema::validator_for(&schema()).expect("a schema");
        let is_valid = |text: &str| {
            let file: Value = toml::from_str(text).expect("TOML");
            validator.is_valid(&file)
        };
        let head = "[scenario]\nname='s'\n[[process]]\nname='a'\ncommand=['a']\nports=1\n\
                    [[process]]\nname='b'\ncommand=['b']\nneeds=['a']\n\
                    [[check]]\nname='c'\nprocess='b'\nexit=0\n";
        for (rest, allowed) in [
            ("", true),
            ("[[cut]]\nfrom='b'\nto='a'\nhow='blackhole'", true),
            ("[[cut]]\nfrom='b'\nto='a'\nhow='gone'", false),
            ("[[fault]]\nkind='kill'\nprocess='a'\nat_s=1", true),
            ("[[fault]]\nkind='kill'\nat_s=1", false),
            (
                "[[fault]]\nkind='delay'\nfrom='b'\nto='a'\nlatency_ms=0",
                false,
            ),
            ("[[fault]]\nkind='melt'\nprocess='a'", false),
            ("[[check]]\nname='c'\nfile='x'\nequals='y'", true),
            ("[[check]]\nname='c'", false),
            ("[[checks]]\nname='c'", false),
            ("[workload]\nlevel='linear'", false),
            ("[workload.write]\nplace='/x'", false),
        ] {
            let text = format!("{head}{rest}");
            assert_eq!(is_valid(&text), allowed, "{rest}");
            assert_eq!(
                super::super::Scenario::parse(&text).is_ok(),
                allowed,
                "{rest}"
            );
        }
    }
}
