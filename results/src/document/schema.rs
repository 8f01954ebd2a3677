//! The JSON Schemas of the documents.
//!
//! The types of `checker` describe themselves to serde alone, so their shapes are repeated here;
//! a test keeps both equal.

use schemars::{JsonSchema, SchemaGenerator, generate::SchemaSettings};
use serde::Deserialize;
use serde_json::Value;

use super::{CheckDocument, EnvironmentDocument, GradeDocument, VerdictDocument};

/// The names of the documents that have a schema.
pub const NAMES: &[&str] = &["verdict", "grade", "environment", "check"];

/// The schema with this name, as pretty JSON with a newline at its end.
#[must_use]
pub fn schema_by_name(name: &str) -> Option<String> {
    match name {
        "verdict" => Some(schema_of::<VerdictDocument>(VerdictDocument::SCHEMA)),
        "grade" => Some(schema_of::<GradeDocument>(GradeDocument::SCHEMA)),
        "environment" => Some(schema_of::<EnvironmentDocument>(
            EnvironmentDocument::SCHEMA,
        )),
        "check" => Some(schema_of::<CheckDocument>(CheckDocument::SCHEMA)),
        _ => None,
    }
}

/// The schema of a type whose field `schema` always has the value `id`.
fn schema_of<T: JsonSchema>(id: &str) -> String {
    let generator = SchemaGenerator::new(SchemaSettings::draft2020_12());
    let mut schema = generator.into_root_schema_for::<T>();
    if let Some(field) = schema.pointer_mut("/properties/schema") {
        field["const"] = Value::from(id);
    }
    let mut text = serde_json::to_string_pretty(&schema).unwrap_or_default();
    text.push('\n');
    text
}

/// See [`checker::Verdict`].
#[derive(JsonSchema, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Verdict {
    /// Every check passed.
    Valid,
    /// No violation was found, but something could not be decided.
    Unknown,
    /// There is at least one violation.
    Invalid,
}

/// See [`checker::EventKind`].
#[derive(JsonSchema, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum EventKind {
    /// The operation begins.
    Invoke,
    /// It certainly happened.
    Ok,
    /// It certainly did not happen.
    Fail,
    /// It may have happened, or may still.
    Info,
}

/// See [`checker::CheckResult`].
#[derive(JsonSchema, Deserialize)]
#[expect(dead_code, reason = "only its shape matters")]
pub(super) struct CheckResult {
    /// The check's name.
    name: String,
    /// What it decided.
    verdict: Verdict,
    /// One sentence that a student understands.
    summary: String,
    /// The violations, most telling first; only the first few are kept.
    #[serde(default)]
    anomalies: Vec<Anomaly>,
    /// Measurements that are no judgement.
    #[serde(default)]
    figures: std::collections::BTreeMap<String, Value>,
}

/// See [`checker::Anomaly`].
#[derive(JsonSchema, Deserialize)]
#[expect(dead_code, reason = "only its shape matters")]
pub(super) struct Anomaly {
    /// The kind, one of those that `explain` knows.
    #[serde(rename = "type")]
    kind: String,
    /// What happened, in one or two sentences with the values concerned.
    summary: String,
    /// The operations concerned, by the index of their invocation.
    #[serde(default)]
    ops: Vec<u64>,
    /// The messages concerned, by id.
    #[serde(default)]
    messages: Vec<u64>,
    /// The nodes concerned.
    #[serde(default)]
    nodes: Vec<String>,
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::document::sample;

    fn validator(name: &str) -> jsonschema::Validator {
        let text = schema_by_name(name).expect("a known schema");
        let schema = serde_json::from_str(&text).expect("JSON");
        jsonschema::validator_for(&schema).expect("a schema")
    }

    /// The published files are those generated from the types. To write them again:
    /// `UPDATE_SCHEMAS=1 cargo test -p results`.
    #[test]
    fn the_published_schemas_are_up_to_date() {
        let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas");
        for name in NAMES {
            let path = dir.join(format!("{name}.json"));
            let generated = schema_by_name(name).expect("a known schema");
            if std::env::var_os("UPDATE_SCHEMAS").is_some() {
                std::fs::write(&path, &generated).expect("written");
            }
            let published = std::fs::read_to_string(&path).unwrap_or_default();
            assert!(
                published == generated,
                "{} is out of date: run UPDATE_SCHEMAS=1 cargo test -p results",
                path.display()
            );
        }
    }

    #[test]
    fn samples_validate_and_survive_a_round_trip() {
        let verdict = serde_json::to_value(sample::invalid()).expect("JSON");
        assert!(validator("verdict").is_valid(&verdict), "{verdict:#}");
        let back: VerdictDocument = serde_json::from_value(verdict).expect("the same type");
        assert_eq!(back, sample::invalid());

        let grade = serde_json::to_value(sample::grade()).expect("JSON");
        assert!(validator("grade").is_valid(&grade), "{grade:#}");
        let back: GradeDocument = serde_json::from_value(grade).expect("the same type");
        assert_eq!(back, sample::grade());

        let environment = serde_json::to_value(sample::environment()).expect("JSON");
        assert!(
            validator("environment").is_valid(&environment),
            "{environment:#}"
        );
    }

    #[test]
    fn the_schema_says_no_to_another_document() {
        let mut document = serde_json::to_value(sample::invalid()).expect("JSON");
        document["verdict"] = Value::from("perhaps");
        assert!(!validator("verdict").is_valid(&document));
        let mut document = serde_json::to_value(sample::invalid()).expect("JSON");
        document["schema"] = Value::from("splitbrain/verdict/2");
        assert!(!validator("verdict").is_valid(&document));
    }

    /// With a field that is missing or of another type in either, this fails.
    #[test]
    fn the_repeated_shapes_are_those_of_the_checker() {
        let text = schema_by_name("verdict").expect("a known schema");
        let schema: Value = serde_json::from_str(&text).expect("JSON");
        let check = serde_json::to_value(&sample::invalid().checks[1]).expect("JSON");
        let pairs = [
            ("CheckResult", check.clone()),
            ("Anomaly", check["anomalies"][0].clone()),
        ];
        for (name, value) in pairs {
            let described = &schema["$defs"][name]["properties"];
            let names = |v: &Value| -> Vec<String> {
                let mut names: Vec<String> =
                    v.as_object().expect("an object").keys().cloned().collect();
                names.sort();
                names
            };
            assert_eq!(names(described), names(&value), "{name}");
        }
    }
}
