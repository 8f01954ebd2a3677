//! The JSON Schema of suite files, for editors.

use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

use crate::options::RunOptions;

/// The schema as a JSON document.
#[must_use]
pub fn schema() -> Value {
    let generator = SchemaSettings::draft2020_12().into_generator();
    let mut options = generator.into_root_schema_for::<RunOptions>().to_value();
    let options_of = options["properties"].take();
    let mut run = members(&[
        (
            "seeds",
            json!({
                "description": "How many runs, or the list of their seeds.",
                "default": 1,
                "anyOf": [
                    {"type": "integer", "minimum": 1},
                    {"type": "array", "minItems": 1, "items": {"type": ["integer", "string"]}},
                ],
            }),
        ),
        (
            "expect",
            json!({
                "description": "How every run must end.",
                "default": "valid",
                "enum": ["valid", "invalid"],
            }),
        ),
    ]);
    if let Value::Object(more) = options_of {
        run.extend(more);
    }
    let items = [
        item("transcript", &["input", "output"], transcript()),
        item("run", &["workload"], run),
        item(
            "cluster",
            &["scenario"],
            members(&[
                (
                    "scenario",
                    text("A built-in scenario, or the scenario's file, relative to this one."),
                ),
                (
                    "more",
                    text("What is added to it: [workload], [[client]], [[cut]], [[fault]], ..."),
                ),
            ]),
        ),
    ];
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A suite of Splitbrain",
        "type": "object",
        "required": ["suite"],
        "additionalProperties": false,
        "properties": {
            "suite": {
                "type": "object",
                "required": ["name", "title"],
                "additionalProperties": false,
                "properties": {
                    "name": text("The suite's name in tables and documents."),
                    "title": text("One line for lists."),
                    "notes": text("What to know before reading the points."),
                    "more": text("What is added to the scenario of every cluster item."),
                },
            },
            "item": {"type": "array", "items": {"oneOf": items}},
        },
        "$defs": options["$defs"].take(),
    })
}

fn transcript() -> Map<String, Value> {
    members(&[
        ("input", text("The lines for the program's stdin.")),
        (
            "output",
            text("The lines that must be on its stdout: JSON, text, or a /regular expression/."),
        ),
        (
            "strict",
            json!({
                "description": "Whether msg_id in replies and the order of lines count as well.",
                "type": "boolean", "default": false,
            }),
        ),
        (
            "timeout_ms",
            json!({
                "description": "How long the program has, in milliseconds.",
                "type": "integer", "minimum": 0, "default": 5000,
            }),
        ),
    ])
}

/// The schema of one kind of item, with the keys that every item has.
fn item(kind: &str, required: &[&str], own: Map<String, Value>) -> Value {
    let mut properties = members(&[
        ("id", text("Its name, unique in the suite.")),
        ("title", text("One line about what it demands.")),
        (
            "points",
            json!({
                "description": "What it is worth.",
                "type": "integer", "minimum": 0, "default": 1,
            }),
        ),
        ("kind", json!({"const": kind})),
    ]);
    properties.extend(own);
    let required = [&["id", "kind"], required].concat();
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

fn members(list: &[(&str, Value)]) -> Map<String, Value> {
    list.iter()
        .map(|(key, value)| ((*key).to_owned(), value.clone()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::BUILT_IN;
    use super::super::options::option_keys;
    use super::super::read::{ITEM_KEYS, KINDS};
    use super::*;
    use std::collections::BTreeSet;

    /// The published file. Set UPDATE_SCHEMAS=1 to write it anew.
    #[test]
    fn the_published_schema_is_this_one() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/schemas/suite.json");
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
        let options = option_keys();
        for (i, (kind, own)) in KINDS.iter().enumerate() {
            let properties = &schema["properties"]["item"]["items"]["oneOf"][i]["properties"];
            assert_eq!(properties["kind"]["const"], *kind);
            let there: BTreeSet<&str> = properties
                .as_object()
                .expect("an object")
                .keys()
                .map(String::as_str)
                .collect();
            let mut known: BTreeSet<&str> = ITEM_KEYS.iter().chain(*own).copied().collect();
            if *kind == "run" {
                known.extend(options.iter().map(String::as_str));
            }
            assert_eq!(there, known, "{kind}");
        }
    }

    #[test]
    fn what_is_read_is_what_the_schema_allows() {
        let validator = jsonschema::validator_for(&schema()).expect("a schema");
        let is_valid = |text: &str| {
            let file: Value = toml::from_str(text).expect("TOML");
            validator.is_valid(&file)
        };
        for built_in in BUILT_IN {
            assert!(is_valid(built_in.text), "{}", built_in.name);
        }
        let head = "[suite]\nname='s'\ntitle='t'\n[[item]]\nid='i'\nkind='run'\nworkload='echo'\n";
        for (rest, allowed) in [
            ("concurrency=10\navailability=0.5\nseeds=['0x2a', 1]", true),
            (
                "concurrency='2n'\navailability='total'\nnemesis=['kill']",
                true,
            ),
            ("concurrency=0", false),
            ("nemesis=['kil']", false),
            ("node-count=3", false),
            ("strict=true", false),
        ] {
            assert_eq!(is_valid(&format!("{head}{rest}")), allowed, "{rest}");
        }
    }
}
