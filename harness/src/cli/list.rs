//! `splitbrain list`: what there is, as two columns.

use std::path::Path;

use nodes::quorum;
use results::Exit;
use workloads::WORKLOADS;
use workloads::options::Fault;
use workloads::scenario;
use workloads::suite::BUILT_IN;

use super::Failure;
use super::args::ListWhat;
use super::output::{Output, Row};
use super::test::RUNS;

pub(super) fn run(what: ListWhat, output: &Output) -> Result<Exit, Failure> {
    let (head, rows) = match what {
        ListWhat::Workloads => (["workload", "what it tests"], workloads()),
        ListWhat::Faults => (["fault", "what it does"], faults()),
        ListWhat::Suites => (["suite", "what it grades"], suites()?),
        ListWhat::Scenarios => (["scenario", "what it demands"], scenarios()?),
        ListWhat::Nodes => (["node", "what it does"], nodes()),
        ListWhat::Bugs => (["bug", "what is wrong"], bugs()),
        ListWhat::Errors => (["error", "when to answer it"], errors()),
        ListWhat::Anomalies => (["anomaly", "what it means"], super::explain::all()),
        ListWhat::Runs => (["run", "verdict"], runs()),
    };
    if rows.is_empty() {
        output.say("There is nothing to list yet.");
        return Ok(Exit::Valid);
    }
    output.print(&output.list(head, &rows))?;
    Ok(Exit::Valid)
}

fn row(name: impl Into<String>, text: impl Into<String>) -> Row {
    (name.into(), text.into())
}

fn workloads() -> Vec<Row> {
    WORKLOADS
        .iter()
        .map(|w| row(w.info().name, w.info().title))
        .collect()
}

fn faults() -> Vec<Row> {
    Fault::ALL.iter().map(|f| row(f.word(), f.doc())).collect()
}

fn scenarios() -> Result<Vec<Row>, Failure> {
    let title = |built_in: &scenario::BuiltIn| {
        let scenario = built_in.scenario();
        scenario.map(|scenario| row(built_in.name, scenario.title))
    };
    let rows: Result<Vec<Row>, _> = scenario::BUILT_IN.iter().map(title).collect();
    rows.map_err(|errors| Failure::new(Exit::Internal, errors.to_string()))
}

fn suites() -> Result<Vec<Row>, Failure> {
    let title =
        |suite: workloads::suite::Suite| format!("{} ({} points)", suite.title, suite.max_points());
    BUILT_IN
        .iter()
        .map(|built_in| match built_in.suite() {
            Ok(suite) => Ok(row(built_in.name, title(suite))),
            Err(errors) => Err(Failure::new(Exit::Internal, errors.to_string())),
        })
        .collect()
}

fn nodes() -> Vec<Row> {
    let stdio = nodes::NODES.iter().map(|n| row(n.name, n.title));
    stdio
        .chain(quorum::PROGRAMS.map(|(name, title)| row(name, title)))
        .collect()
}

fn bugs() -> Vec<Row> {
    let stdio = nodes::BUGS.iter().map(|b| (b.node, b.name, b.what));
    let quorum = quorum::QUORUM_BUGS
        .iter()
        .map(|b| (quorum::QUORUM_KV, b.name, b.what));
    stdio
        .chain(quorum)
        .map(|(node, name, what)| row(format!("{node} --bug {name}"), what))
        .collect()
}

fn errors() -> Vec<Row> {
    let sure = |definite: bool| if definite { "definite" } else { "indefinite" };
    protocol::ERRORS
        .iter()
        .map(|e| {
            row(
                format!("{} {}", e.code, e.name),
                format!("{} ({})", e.doc, sure(e.definite)),
            )
        })
        .collect()
}

/// The runs below `runs/`, oldest first: directory, verdict, summary.
fn runs() -> Vec<Row> {
    let children = |path: &Path| -> Vec<_> {
        let entries = std::fs::read_dir(path).into_iter().flatten().flatten();
        let mut paths: Vec<_> = entries
            .filter(|e| e.file_type().is_ok_and(|t| t.is_dir()))
            .map(|e| e.path())
            .collect();
        paths.sort();
        paths
    };
    let described = |path: &Path| {
        let directory = results::RunDir::open(path).ok()?;
        let text = match directory.read_verdict() {
            Ok(verdict) => format!("{}: {}", verdict.verdict, verdict.summary),
            Err(_) => "no verdict: the run did not end".to_owned(),
        };
        Some(row(path.to_string_lossy(), text))
    };
    children(Path::new(RUNS))
        .iter()
        .flat_map(|workload| children(workload))
        .filter_map(|path| described(&path))
        .collect()
}
