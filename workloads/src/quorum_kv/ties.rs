//! Versions that name two values: two coordinators took the same one.

use std::collections::BTreeMap;

use checker::Anomaly;
use serde_json::Value;

use super::record::{Done, Recorder};

/// The kind of anomaly.
pub(super) const KIND: &str = "version-tie";

/// One anomaly for each version of a key that was seen with two values.
pub(super) fn find(record: &Recorder) -> Vec<Anomaly> {
    let mut values: BTreeMap<(&str, String), Vec<&Done>> = BTreeMap::new();
    for done in record.done().iter().filter(|done| done.op.is_ok()) {
        let (Some(version), Some(key)) = (&done.version, key(done)) else {
            continue;
        };
        let seen = values.entry((key, version.to_string())).or_default();
        let value = &done.op.completion.value;
        if seen.iter().all(|other| other.op.completion.value != *value) {
            seen.push(done);
        }
    }
    let tied = values.iter().filter(|(_, seen)| seen.len() > 1);
    let mut tied: Vec<_> = tied.collect();
    tied.sort_by_key(|(_, seen)| seen[1].op.completion.index);
    tied.into_iter().map(tie).collect()
}

fn key(done: &Done) -> Option<&str> {
    done.op.invocation.key.as_ref().and_then(Value::as_str)
}

fn tie(((key, version), seen): (&(&str, String), &Vec<&Done>)) -> Anomaly {
    let told: Vec<String> = seen.iter().take(2).map(|done| told(done)).collect();
    let anomaly = Anomaly::new(
        "version-tie",
        format!(
            "Version {version} of {key} is that of two values: {}.",
            told.join(", and ")
        ),
    );
    let ops = seen.iter().take(2);
    ops.fold(anomaly, |anomaly, done| anomaly.with_op(&done.op))
}

fn told(done: &Done) -> String {
    let op = &done.op;
    let (node, line) = (&op.invocation.node, op.invocation.index + 1);
    let value = &op.completion.value;
    match op.invocation.f.as_str() {
        "write" => format!("{node} gave it to {value} (line {line})"),
        _ => format!("{node} read it with {value} (line {line})"),
    }
}
