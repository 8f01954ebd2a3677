//! One run from its options to its verdict: plan, directory, driver, record, judgement, document.

mod clock;
mod command;
mod document;
mod record;
mod verify;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use results::run_dir::{NODES, RunDirError};
use results::{RunDir, VerdictDocument};
use tokio::sync::mpsc;
use workloads::random::Seed;
use workloads::run_checks::{Judgement, RunChecks};
use workloads::{Event, RunOptions, Setup, Workload, workload_by_name};

use crate::core::Surroundings;
use crate::drive::{Enough, Stop, real, simulated, virtual_time};
use crate::environment;
use crate::plan::{Plan, PlanError};
use crate::supervisor::Program;

pub use clock::Clock;
use clock::{Chosen, Trust, choose};
pub use command::{again_command, grade_command, program_words, replay_command, test_command};
use record::Record;
pub use verify::VERIFY_CHECK;

/// What shall be run.
#[derive(Debug, Clone)]
pub struct RunRequest {
    /// The program that every node runs.
    pub program: Program,
    /// The seed.
    pub seed: Seed,
    /// Everything else.
    pub options: RunOptions,
    /// Which clock it shall have.
    pub clock: Clock,
    /// Where the run directory shall be.
    pub place: Place,
    /// Whether it is done twice, to see whether it is the same (virtual time only).
    pub verify: bool,
}

/// Where a run directory shall be.
#[derive(Debug, Clone)]
pub enum Place {
    /// `<root>/<workload>/<time>-<seed>`.
    Below(PathBuf),
    /// Exactly here.
    At(PathBuf),
}

/// Hears of every event while a run lasts.
pub type Watcher<'a> = &'a mut dyn FnMut(&Event);

/// Why there is no verdict at all.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// There is no such workload.
    #[error("{0}")]
    Workload(String),
    /// The options make no plan.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// The run directory cannot be made or written.
    #[error(transparent)]
    Directory(#[from] RunDirError),
    /// There is no virtual time here.
    #[error("{0}")]
    Clock(vtime::Error),
    /// The nodes' directories cannot be made.
    #[error("the nodes' directories cannot be made: {0}")]
    Nodes(#[from] std::io::Error),
}

/// Runs real processes and judges them. A text received from `stop` ends the run early; what was
/// recorded until then is kept and judged.
///
/// # Errors
/// Only what keeps the run from beginning; whatever happens later stands in the document.
pub async fn run(
    request: &RunRequest,
    watcher: Watcher<'_>,
    stop: &mut mpsc::Receiver<Arc<str>>,
) -> Result<VerdictDocument, RunError> {
    workload_by_name(&request.options.workload).map_err(RunError::Workload)?;
    let bin = program_words(&request.program);
    let plan = Plan::draw(bin, request.seed, request.options.clone())?;
    let RunRequest {
        program,
        place,
        clock,
        ..
    } = request;
    let verdict = run_plan(&plan, program, place, *clock, watcher, stop).await?;
    if request.verify {
        return verify::verify(&plan, program, verdict, stop).await;
    }
    Ok(verdict)
}

/// Runs a plan that was drawn before, with the program given: that of the plan, or another one.
///
/// # Errors
/// See [`run`].
#[expect(
    clippy::disallowed_methods,
    reason = "the date in the directory's name, and how long it took"
)]
pub async fn run_plan(
    plan: &Plan,
    program: &Program,
    place: &Place,
    clock: Clock,
    watcher: Watcher<'_>,
    stop: &mut mpsc::Receiver<Arc<str>>,
) -> Result<VerdictDocument, RunError> {
    let workload = workload_by_name(&plan.options.workload).map_err(RunError::Workload)?;
    let chosen = choose(clock, plan)?;
    let directory = match place {
        Place::At(path) => RunDir::create_at(path)?,
        Place::Below(root) => {
            let now = jiff::Zoned::now();
            RunDir::create(root, &plan.options.workload, &now, &plan.seed.to_string())?
        }
    };
    directory.write_plan(plan)?;
    let nodes_dir = directory.path().join(NODES);
    directory.write_environment(&match &chosen {
        Chosen::Virtual(_) => environment::of_virtual_run(program),
        Chosen::Real(_) => environment::of_real_run(program, &nodes_dir),
    })?;
    let mut record = Record::begin(&directory, checks_of(plan, workload))?;
    let begun = Instant::now();
    let mut interrupted = None;
    let (enough, mut stopped_ns) = (Enough::default(), None);
    let (nodes, trust) = {
        let mut sink = |event: &Event| {
            record.take(event);
            watcher(event);
            if plan.options.stop_on_violation && stopped_ns.is_none() && record.is_violated() {
                stopped_ns = Some(event.time_ns());
                enough.set();
            }
        };
        let stop = Stop {
            requests: stop,
            reason: &mut interrupted,
            enough: &enough,
        };
        let what = Drive {
            plan,
            workload,
            program,
            nodes_dir: &nodes_dir,
            chosen,
        };
        drive(what, &mut sink, stop).await?
    };
    if interrupted.is_some() || stopped_ns.is_some() {
        record.cut_short();
    }
    let finished = record.finish();
    let wall_s = begun.elapsed().as_secs_f64();
    let end = document::End {
        nodes,
        finished,
        wall_s,
        interrupted,
        stopped_ns,
        trust,
    };
    let verdict = document::write(plan, &directory, program, end)?;
    Ok(verdict)
}

/// What is driven, by which clock.
struct Drive<'a> {
    plan: &'a Plan,
    workload: &'a dyn Workload,
    program: &'a Program,
    nodes_dir: &'a std::path::Path,
    chosen: Chosen,
}

async fn drive(
    what: Drive<'_>,
    sink: &mut dyn FnMut(&Event),
    mut stop: Stop<'_>,
) -> Result<(Vec<real::NodeReport>, Trust), RunError> {
    let Drive {
        plan,
        workload,
        program,
        nodes_dir,
        chosen,
    } = what;
    match chosen {
        Chosen::Virtual(world) => {
            let run =
                virtual_time::run(*world, plan, workload, program, nodes_dir, sink, &mut stop);
            let ended = run.await?;
            Ok((ended.nodes, Trust::in_virtual_time(&ended.world, plan)))
        }
        Chosen::Real(why) => {
            let surroundings = Surroundings {
                starting_at_once: std::thread::available_parallelism()
                    .map_or(2, |n| n.get().max(2)),
                flush_hint: program.hint_for_flush(),
                lines_per_second: None,
            };
            let run = real::run(
                plan,
                workload,
                program,
                nodes_dir,
                surroundings,
                sink,
                &mut stop,
            );
            Ok((run.await?, Trust::in_real_time(why)))
        }
    }
}

/// Runs a reference node, broken on purpose when a bug is named, in this process under a simulated
/// clock, and judges it. Leaves no files.
///
/// # Errors
/// When there is no such workload, node or bug, or the options make no plan.
pub fn simulate(
    node: &str,
    bug: Option<&str>,
    seed: Seed,
    options: RunOptions,
    watcher: Watcher<'_>,
) -> Result<Judgement, String> {
    let bin = vec![node.to_owned()];
    let plan = Plan::draw(bin, seed, options).map_err(|e| e.to_string())?;
    simulate_plan(&plan, node, bug, watcher)
}

/// The same for a plan that was drawn before.
///
/// # Errors
/// When there is no such workload, node or bug.
pub fn simulate_plan(
    plan: &Plan,
    node: &str,
    bug: Option<&str>,
    watcher: Watcher<'_>,
) -> Result<Judgement, String> {
    let workload = workload_by_name(&plan.options.workload)?;
    let mut checks = checks_of(plan, workload);
    simulated::run(plan, workload, node, bug, &mut |event| {
        checks.on_event(event);
        watcher(event);
    })
    .map_err(|e| e.to_string())?;
    Ok(checks.finish())
}

fn checks_of(plan: &Plan, workload: &dyn Workload) -> RunChecks {
    RunChecks::new(
        workload,
        &Setup {
            options: &plan.options,
            node_ids: &plan.node_ids,
        },
    )
}
