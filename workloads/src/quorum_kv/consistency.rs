//! `consistency`: which level held.

use checker::judge::{Ladder, Named, Rung, Settings as ForJudge, Violation, ladder};
use checker::levels::Level;
use checker::recorded::{Event, History, Pairing, Val};
use checker::search::Budget;
use checker::{Anomaly, CheckResult, Verdict};
use serde_json::{Map, Value};

use super::record::Recorder;
use super::settings::Settings;
use super::{progress, ties, told};

/// The check's name.
const NAME: &str = "consistency";
/// The levels that are always told of, weaker ones first.
const TOLD: [Level; 3] = [Level::Regular, Level::MonotonicReads, Level::Linearizable];

pub(super) fn check(settings: &Settings, record: &Recorder) -> CheckResult {
    let result = match judged(record) {
        Ok(judged) => judged.result(settings, record),
        Err(why) => CheckResult::unknown(NAME, why),
    };
    result.with_figure("level", settings.level.word())
}

/// What is known of a history.
struct Judged {
    history: History,
    ladder: Ladder,
}

fn judged(record: &Recorder) -> Result<Judged, String> {
    let counts = progress::Counts::of(record);
    if counts.acknowledged == 0 || counts.found == 0 {
        return Err(
            "Nothing is known of consistency: no write was acknowledged, or no read found a value."
                .to_owned(),
        );
    }
    let history = history(record)?;
    let ladder = ladder(&history, Val::NULL).map_err(|misfit| misfit.to_string())?;
    match &ladder.unknown {
        Some(why) => Err(format!("Nothing is known of consistency: {why}.")),
        None => Ok(Judged { history, ladder }),
    }
}

/// The history as the checker reads it, with clients by their names.
fn history(record: &Recorder) -> Result<History, String> {
    let mut pairing = Pairing::default();
    for (number, line) in (1..).zip(record.lines()) {
        let values = pairing.values();
        let event = Event {
            line: number,
            process: values.text(&record.name(line.process)),
            kind: line.kind,
            function: &line.f,
            key: line
                .key
                .as_ref()
                .map_or(Val::NULL, |key| values.number(key)),
            value: values.number(&line.value),
            time_ns: Some(line.time),
        };
        let taken = pairing.take(&event);
        taken.map_err(|problem| format!("The history is not in order: {}", problem.explain()))?;
    }
    Ok(pairing.finish())
}

impl Judged {
    fn holds(&self, level: Level) -> Option<bool> {
        self.ladder.rung(level).and_then(|rung| rung.holds)
    }

    fn result(&self, settings: &Settings, record: &Recorder) -> CheckResult {
        let mut findings = ties::find(record);
        let ties = findings.len();
        let required = settings.level;
        let verdict = match self.holds(required) {
            Some(false) => Verdict::Invalid,
            _ if ties > 0 => Verdict::Invalid,
            Some(true) => Verdict::Valid,
            None => Verdict::Unknown,
        };
        if self.holds(required) == Some(false)
            && let Some(violation) = self.violation(required)
        {
            let is_regular = self.holds(Level::Regular) == Some(true);
            let mut anomaly = anomaly(&violation, record);
            anomaly.summary += told::cause(required, is_regular);
            findings.insert(0, anomaly);
        }
        findings.truncate(CheckResult::MAX_ANOMALIES);
        let tie = findings.iter().find(|found| found.kind == ties::KIND);
        let tie = tie.map(|tie| tie.summary.clone());
        let levels = Some(self.summary(required, record));
        let staleness = self.ladder.staleness.as_ref().and_then(told::staleness);
        // What decides comes first.
        let summary = match self.holds(required) {
            Some(true) => [tie, levels, staleness],
            _ => [levels, staleness, tie],
        };
        let summary: Vec<String> = summary.into_iter().flatten().collect();
        let result = CheckResult {
            verdict,
            anomalies: findings,
            ..CheckResult::valid(NAME, summary.join(" "))
        };
        self.with_figures(result, record)
            .with_figure("version_ties", ties)
    }

    /// Which levels held, and why the one that matters most did not.
    fn summary(&self, required: Level, record: &Recorder) -> String {
        let mut levels = TOLD.to_vec();
        if !levels.contains(&required) {
            levels.insert(0, required);
        }
        if self.holds(Level::Linearizable) == Some(true) {
            return told::linearizable(required);
        }
        let of = |holds| {
            let levels = levels.iter().copied();
            levels.filter(|level| self.holds(*level) == holds).collect()
        };
        let (held, broken, open): (Vec<Level>, Vec<Level>, Vec<Level>) =
            (of(Some(true)), of(Some(false)), of(None));
        let telling = broken.iter().find(|level| **level == required);
        let telling = telling.or(broken.first());
        let why = telling.and_then(|level| self.violation(*level));
        let why = why.map(|violation| sentence(&violation.summary, record));
        let rung = |level: &Level| self.ladder.rung(*level).and_then(|r| r.unknown.clone());
        let lacking = open.first().and_then(rung);
        told::levels(&held, (&broken, why), (&open, lacking))
    }

    /// Why a level does not hold.
    fn violation(&self, level: Level) -> Option<Violation> {
        let of_rung = |rung: &Rung| rung.violation.clone();
        let weaker = self.ladder.rung(level).and_then(of_rung);
        if level != Level::Linearizable {
            return weaker;
        }
        // Of one key this is told in fewer words.
        let judgement = Named::Kv.judge(&ForJudge::default(), &self.history, &Budget::AMPLE);
        let violation = judgement.ok()?.violations.into_iter().next();
        let of_key = |violation: Violation| Violation {
            summary: format!(
                "Of {}: {}",
                self.history.values.show(violation.key),
                violation.summary
            ),
            ..violation
        };
        violation.map(of_key).or(weaker)
    }

    fn with_figures(&self, result: CheckResult, record: &Recorder) -> CheckResult {
        let counts = progress::Counts::of(record);
        let rungs = self.ladder.rungs.iter();
        let levels: Map<String, Value> = rungs
            .map(|rung| (rung.level.word().to_owned(), Value::from(rung.holds)))
            .collect();
        let strongest = self.ladder.strongest.iter().map(|level| level.word());
        let result = result
            .with_figure("levels", levels)
            .with_figure("strongest", strongest.collect::<Vec<_>>())
            .with_figure("writes_acknowledged", counts.acknowledged)
            .with_figure("reads_answered", counts.read);
        let Some(staleness) = &self.ladder.staleness else {
            return result;
        };
        let ms = |ns: u64| ns as f64 / 1e6;
        result
            .with_figure("quorum_visible_reads", staleness.quorum_visible_reads())
            .with_figure("stale_reads", staleness.stale_reads)
            .with_figure("inversions", staleness.inversions)
            .with_figure("versions_behind_p99", staleness.versions.p99)
            .with_figure("versions_behind_max", staleness.versions.max)
            .with_figure("behind_p99_ms", ms(staleness.behind_ns.p99))
            .with_figure("behind_max_ms", ms(staleness.behind_ns.max))
    }
}

/// The operations of a history are those of the record, in the same order.
fn anomaly(violation: &Violation, record: &Recorder) -> Anomaly {
    let sentences = std::iter::once(&violation.summary).chain(&violation.steps);
    let sentences: Vec<String> = sentences.map(|text| sentence(text, record)).collect();
    let anomaly = Anomaly::new(violation.kind, sentences.join(" "));
    let ops = violation.proof.iter();
    let ops = ops.filter_map(|op| record.done().get(*op as usize));
    ops.fold(anomaly, |anomaly, done| anomaly.with_op(&done.op))
}

/// A sentence of the checker in the words of clients and replicas.
fn sentence(text: &str, record: &Recorder) -> String {
    told::by_name(text, |line| {
        record.lines().get(line.checked_sub(1)?)?.node.clone()
    })
}
