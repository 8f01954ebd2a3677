//! `progress`: the store acknowledged writes and found values. What did neither passes nothing.

use std::collections::BTreeMap;

use checker::{Anomaly, CheckResult, OpError};

use super::record::{Done, Recorder};
use super::settings::Settings;

const NAME: &str = "progress";

/// How operations ended.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Counts {
    pub(super) writes: u64,
    pub(super) acknowledged: u64,
    pub(super) reads: u64,
    /// Reads that were answered, with a value or without.
    pub(super) read: u64,
    /// Reads that found a value.
    pub(super) found: u64,
}

impl Counts {
    pub(super) fn of(record: &Recorder) -> Self {
        let mut counts = Self::default();
        for done in record.done() {
            let is_ok = u64::from(done.op.is_ok());
            if is_write(done) {
                counts.writes += 1;
                counts.acknowledged += is_ok;
            } else {
                counts.reads += 1;
                counts.read += is_ok;
                counts.found += is_ok * u64::from(!done.op.completion.value.is_null());
            }
        }
        counts
    }

    /// Which part of the operations certainly happened.
    fn share(&self) -> f64 {
        match self.writes + self.reads {
            0 => 1.0,
            all => (self.acknowledged + self.read) as f64 / all as f64,
        }
    }
}

pub(super) fn check(settings: &Settings, record: &Recorder) -> CheckResult {
    let counts = Counts::of(record);
    let anomalies = [
        (counts.writes > 0 && counts.acknowledged == 0).then(|| no_write(settings, record)),
        (counts.reads > 0 && counts.found == 0).then(|| no_read(settings, record, counts)),
    ];
    let mut anomalies: Vec<Anomaly> = anomalies.into_iter().flatten().collect();
    if anomalies.is_empty() && counts.share() < settings.availability {
        anomalies.push(too_few(settings, record, counts));
    }
    let result = if anomalies.is_empty() && (counts.writes == 0 || counts.reads == 0) {
        let what = match counts.writes + counts.reads {
            0 => "Clients never began, so nothing was tested.",
            _ => "Clients did not both write and read, so nothing was tested.",
        };
        CheckResult::unknown(NAME, what)
    } else {
        let fine = format!(
            "{} of {} writes were acknowledged, {} of {} reads answered.",
            counts.acknowledged, counts.writes, counts.read, counts.reads
        );
        CheckResult::from_anomalies(NAME, anomalies, &fine)
    };
    result
        .with_figure("writes", counts.writes)
        .with_figure("writes_acknowledged", counts.acknowledged)
        .with_figure("reads", counts.reads)
        .with_figure("reads_answered", counts.read)
}

fn is_write(done: &Done) -> bool {
    done.op.invocation.f == "write"
}

fn no_write(settings: &Settings, record: &Recorder) -> Anomaly {
    let writes = record.done().iter().filter(|done| is_write(done));
    let (first, error, share) = most_frequent(writes);
    let write = &settings.mapping.write;
    let asked = format!("{} {}", write.method, write.path);
    let what = format!(
        "No write was acknowledged. {asked}: {}, {share}.",
        error.text
    );
    told(first, format!("{what} {}", guess(&error, "workload.write")))
}

fn no_read(settings: &Settings, record: &Recorder, counts: Counts) -> Anomaly {
    let reads = || record.done().iter().filter(|done| !is_write(done));
    let read = &settings.mapping.read;
    let asked = format!("{} {}", read.method, read.path);
    if counts.read > 0 {
        let what = format!(
            "No read found a value. All {} that were answered said that nobody had written the \
             key (status {}, or null), {asked}",
            counts.read, read.missing_status
        );
        let guess = match counts.acknowledged {
            0 => ". That may be true: no write was acknowledged.",
            _ => {
                ", although writes were acknowledged: does your program read by another path? Give \
                 it in [workload.read]"
            }
        };
        return told(reads().find(|done| done.op.is_ok()), what + guess);
    }
    let (first, error, share) = most_frequent(reads());
    let what = format!("No read was answered. {asked}: {}, {share}.", error.text);
    told(first, format!("{what} {}", guess(&error, "workload.read")))
}

fn too_few(settings: &Settings, record: &Recorder, counts: Counts) -> Anomaly {
    let (first, error, share) = most_frequent(record.done().iter());
    let what = format!(
        "{:.0} % of the operations were answered, and {:.0} % have to be: {}, {share}.",
        100.0 * counts.share(),
        100.0 * settings.availability,
        error.text
    );
    let what = format!("{what} {}", guess(&error, "workload.write"));
    let anomaly = Anomaly::new("unavailable", what);
    match first {
        Some(done) => anomaly.with_op(&done.op),
        None => anomaly,
    }
}

fn told(first: Option<&Done>, what: String) -> Anomaly {
    let anomaly = Anomaly::new("never-acknowledged", what);
    match first {
        Some(done) => anomaly.with_op(&done.op),
        None => anomaly,
    }
}

/// How most of these operations ended: the first such one, why, and how many of them all.
fn most_frequent<'a>(all: impl Iterator<Item = &'a Done>) -> (Option<&'a Done>, OpError, String) {
    let mut ends: BTreeMap<(&str, Option<i64>), Vec<&Done>> = BTreeMap::new();
    let mut count = 0;
    for done in all {
        count += 1;
        if let Some(error) = &done.op.completion.error {
            ends.entry((&error.name, error.code))
                .or_default()
                .push(done);
        }
    }
    let most = ends.into_values().max_by_key(Vec::len).unwrap_or_default();
    let first = most.first().copied();
    let error = first.and_then(|done| done.op.completion.error.clone());
    let error = error.unwrap_or_else(|| OpError {
        code: None,
        name: String::new(),
        text: "nothing is known of their ends".to_owned(),
    });
    (first, error, format!("{} of {count} times", most.len()))
}

/// What may be the cause, and what to do.
fn guess(error: &OpError, table: &str) -> String {
    match (error.name.as_str(), error.code) {
        ("status", Some(404 | 405 | 501)) => {
            format!("Does your program use another path or method? Give it in [{table}].")
        }
        ("status", Some(400 | 411 | 415 | 422)) => {
            format!("Does your program want another body? Give it in [{table}].")
        }
        ("malformed-answer", Some(_)) => {
            format!("Say where in the answer the value stands: `value` in [{table}].")
        }
        ("status", Some(500..)) => {
            "That is an error of the program, or too few of its peers answered: see \
             nodes/NAME.stderr.log in the run directory."
                .to_owned()
        }
        ("timeout", _) => {
            "It accepts connections and does not answer: does it wait for a peer without a limit?"
                .to_owned()
        }
        _ => "See nodes/NAME.stderr.log in the run directory.".to_owned(),
    }
}
