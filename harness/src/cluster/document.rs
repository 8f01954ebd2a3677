//! The verdict document of a cluster.

use checker::{CheckResult, Verdict};
use results::document::{Evidence, Level, MessageCounts, NodeReport, Stats, TimeMode};
use results::run_dir::{RunDirError, SCENARIO, Wanted};
use results::{RunDir, VerdictDocument};

use super::ClusterRequest;
use super::journal::Counts;
use super::members::{Member, State};
use crate::drive::real::exit_of;
use crate::run::{again_command, program_words};

/// How a run of a cluster ended.
pub(super) struct End<'a> {
    pub(super) checks: Vec<CheckResult>,
    pub(super) nodes: Vec<NodeReport>,
    pub(super) journal_hash: String,
    pub(super) counts: Counts,
    /// What clients of the harness did.
    pub(super) stats: Stats,
    pub(super) trouble: Option<RunDirError>,
    pub(super) interrupted: Option<&'a str>,
    pub(super) wall_s: f64,
}

/// Makes the document and writes it.
pub(super) fn write(
    request: &ClusterRequest<'_>,
    directory: &RunDir,
    end: End<'_>,
) -> Result<VerdictDocument, RunDirError> {
    let verdict = Verdict::merge(end.checks.iter().map(|check| check.verdict));
    let incomplete = end.interrupted.is_some() || end.trouble.is_some();
    let evidence = match end.trouble {
        Some(_) => Evidence::default(),
        None => directory.quote(&Wanted::by(&end.checks))?,
    };
    let judged = VerdictDocument::summarize(&end.checks);
    let document = VerdictDocument {
        schema: VerdictDocument::SCHEMA.to_owned(),
        verdict: if incomplete {
            verdict.max(Verdict::Unknown)
        } else {
            verdict
        },
        summary: match end.interrupted {
            Some(reason) if verdict != Verdict::Invalid => {
                format!("the run was stopped before its end: {reason}")
            }
            _ => judged,
        },
        workload: request.scenario.name.clone(),
        bin: subject(request),
        seed: request.seed.to_string(),
        time_mode: TimeMode::Real,
        level: Level::Real,
        level_why: vec!["programs that talk over TCP run by the machine's clock".to_owned()],
        remarks: Vec::new(),
        replayable: false,
        journal_hash: end.journal_hash,
        replay: cluster_command(request, directory),
        options: serde_json::Value::Null,
        stats: Stats {
            messages: messages(&end.counts, end.stats.ops.invoked),
            links: Some(end.counts.links),
            wall_s: end.wall_s,
            ..end.stats
        },
        nodes: end.nodes,
        evidence,
        interrupted: end.interrupted.is_some(),
        error: end.trouble.map(|trouble| trouble.to_string()),
        run_dir: directory.path().to_string_lossy().into_owned(),
        checks: end.checks,
    };
    directory.write_verdict(&document)?;
    Ok(document)
}

/// What was tested: the program, or where the programs are.
fn subject(request: &ClusterRequest<'_>) -> Vec<String> {
    match (&request.program, &request.dir) {
        (Some(program), _) => program_words(program),
        (None, dir) => dir.iter().map(|dir| dir.to_string_lossy().into()).collect(),
    }
}

fn messages(counts: &Counts, ops: u64) -> MessageCounts {
    let servers = counts.messages - counts.of_clients;
    MessageCounts {
        all: counts.messages,
        clients: counts.of_clients,
        servers,
        dropped: counts.links.lost,
        per_op: match ops {
            0 => 0.0,
            ops => servers as f64 / ops as f64,
        },
    }
}

/// `splitbrain cluster ...` with the same seed, and with the scenario as it was: a suite may have
/// added to it.
fn cluster_command(request: &ClusterRequest<'_>, directory: &RunDir) -> String {
    let scenario = directory.path().join(SCENARIO);
    let scenario = scenario.to_string_lossy();
    again_command(
        ("cluster", &scenario),
        request.program.as_ref(),
        request.dir.as_deref(),
        request.seed,
    )
}

/// What became of a program.
pub(super) fn report(member: &Member<'_>) -> NodeReport {
    let (stderr_tail, stderr_truncated) = member.stderr();
    let exit = match member.state {
        State::Ended(exit) if !exit.by_harness => Some(exit_of(exit.status)),
        _ => None,
    };
    NodeReport {
        id: member.process.name.clone(),
        exit,
        starts: member.starts,
        stderr: RunDir::stderr_name(&member.process.name),
        stderr_truncated,
        stderr_tail,
    }
}

/// The points of a run, and those that could be reached.
#[must_use]
pub fn points_of(document: &VerdictDocument) -> (u32, u32) {
    let sum = |name: &str| {
        let figures = document
            .checks
            .iter()
            .filter_map(|check| check.figures.get(name)?.as_u64());
        u32::try_from(figures.sum::<u64>()).unwrap_or(u32::MAX)
    };
    (sum("points"), sum("max_points"))
}
