//! One process of a node, from its start to its end.

use super::census::Census;
use super::event::{Exit, ExitStatus, NodeEventKind, Reporter};
use super::family::{Family, MARK, sweep_until_gone};
use super::lifecycle::{Lifecycle, Step};
use super::outbox::Outbox;
use super::process_table::ProcessTable;
use super::start_error::StartError;
use super::streams::{pump_stderr, pump_stdout};
use super::{Setting, child, lock};
use nix::sys::signal::Signal;
use nix::unistd::Pid;
use std::io;
use std::process::Stdio;
use std::sync::{Arc, Mutex};
use tokio::process::{Child, Command};
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// SIGKILL, for the end of a process that was killed before it was born.
const KILLED: i32 = Signal::SIGKILL as i32;

/// The handle of one incarnation, shared by the supervisor and the task that lives it.
pub(super) struct Incarnation {
    pub(super) number: u32,
    pub(super) outbox: Outbox,
    body: Mutex<Body>,
}

struct Body {
    lifecycle: Lifecycle,
    family: Option<Family>,
}

impl Incarnation {
    pub(super) fn new(number: u32, backlog_bytes: usize) -> Self {
        let body = Body {
            lifecycle: Lifecycle::Starting,
            family: None,
        };
        Self {
            number,
            outbox: Outbox::new(backlog_bytes),
            body: Mutex::new(body),
        }
    }

    pub(super) fn lifecycle(&self) -> Lifecycle {
        lock(&self.body).lifecycle
    }

    /// Takes a step and does what it means to the processes; false if it is not permitted now.
    pub(super) fn step(&self, step: Step) -> bool {
        let mut body = lock(&self.body);
        let Some(next) = body.lifecycle.after(step) else {
            return false;
        };
        body.lifecycle = next;
        if let Some(family) = &mut body.family {
            match step {
                Step::Pause => family.signal_group(Signal::SIGSTOP),
                Step::Resume => family.signal_group(Signal::SIGCONT),
                Step::Exit => family.leader_was_reaped(),
                // A kill needs to know more: see `kill`.
                Step::Kill | Step::Spawned | Step::SpawnFailed => {}
            }
        }
        true
    }

    /// Kills all processes in `table` that belong to it; false if there is nothing to kill. Those
    /// that are forked meanwhile are swept when the end of the leader is seen.
    pub(super) fn kill(&self, table: &ProcessTable) -> bool {
        if !self.step(Step::Kill) {
            return false;
        }
        if let Some(family) = &mut lock(&self.body).family {
            // The first of many sweeps: what it leaves is no matter.
            let _ = family.sweep(table);
        }
        true
    }

    /// Those in `table` that belong to it.
    pub(super) fn processes(&self, table: &ProcessTable) -> Vec<Pid> {
        let body = lock(&self.body);
        body.family
            .as_ref()
            .map_or(Vec::new(), |family| family.processes(table))
    }

    /// Kills and waits, in whatever state it is, blocking.
    pub(super) fn destroy(&self) {
        self.step(Step::Kill);
        if let Some(family) = &mut lock(&self.body).family {
            family.sweep_blocking();
        }
    }

    fn born(&self, leader: Pid, mark: String) {
        lock(&self.body).family = Some(Family::new(leader, mark));
        self.step(Step::Spawned);
    }

    /// Kills what the leader left behind.
    async fn sweep_until_gone(&self, census: &Census) {
        let sweep = |table: &ProcessTable| {
            lock(&self.body)
                .family
                .as_mut()
                .is_none_or(|family| family.sweep(table))
        };
        sweep_until_gone(census, sweep).await;
        lock(&self.body).family = None;
    }
}

/// Destroys what is left of the processes when the task is dropped: the runtime went away.
struct Leash<'a>(&'a Incarnation);

impl Drop for Leash<'_> {
    fn drop(&mut self) {
        self.0.destroy();
    }
}

/// Starts the process once the `previous` incarnation is gone, and stays with it to its end.
pub(super) async fn live(
    life: Arc<Incarnation>,
    setting: Arc<Setting>,
    reporter: Reporter,
    previous: Option<JoinHandle<()>>,
) {
    if let Some(previous) = previous {
        // A panic there has been reported by the runtime, and its leash has been pulled.
        let _ = previous.await;
    }
    let Some((mut child, pid)) = spawn_in_turn(&life, &setting, &reporter).await else {
        return;
    };
    // Declared after `child`, so dropped before it: the dead child can then be reaped.
    let _leash = Leash(&life);
    reporter.report(NodeEventKind::Started { pid }).await;
    let Some(stdin) = child.stdin.take() else {
        return;
    };
    let feeder = {
        let life = Arc::clone(&life);
        tokio::spawn(async move { life.outbox.feed(stdin).await })
    };
    let exit = attend(&life, &setting, &reporter, &mut child).await;
    feeder.abort();
    life.sweep_until_gone(&setting.census).await;
    reporter.report(NodeEventKind::Exited(exit)).await;
}

/// Spawns when it is this node's turn; reports it if there is no process.
async fn spawn_in_turn(
    life: &Incarnation,
    setting: &Setting,
    reporter: &Reporter,
) -> Option<(Child, u32)> {
    // One at a time, with a look at the pipes of the others in between.
    let turn = setting.turn.lock().await;
    tokio::task::yield_now().await;
    if life.lifecycle() == Lifecycle::Killed {
        drop(turn);
        life.step(Step::Exit);
        let exit = Exit {
            status: ExitStatus::Signal(KILLED),
            by_harness: true,
        };
        reporter.report(NodeEventKind::Exited(exit)).await;
        return None;
    }
    let spawned = spawn(setting, reporter.node);
    drop(turn);
    match spawned {
        Ok((child, pid)) => {
            life.born(pid, format!("{MARK}={}", setting.mark(reporter.node)));
            Some((child, pid.as_raw().unsigned_abs()))
        }
        Err(error) => {
            life.step(Step::SpawnFailed);
            reporter.report(NodeEventKind::StartFailed(error)).await;
            None
        }
    }
}

fn spawn(setting: &Setting, node: usize) -> Result<(Child, Pid), StartError> {
    let program = &setting.program;
    program.check()?;
    let spawned = std::fs::create_dir_all(setting.directory(node))
        .and_then(|()| command(setting, node).spawn())
        .map_err(|error| StartError::diagnose(program, &error))?;
    let pid = spawned
        .id()
        .and_then(|pid| i32::try_from(pid).ok())
        .map(Pid::from_raw);
    let no_id = || StartError::diagnose(program, &io::Error::other("it ended at once"));
    pid.map(|pid| (spawned, pid)).ok_or_else(no_id)
}

fn command(setting: &Setting, node: usize) -> Command {
    let directory = setting.directory(node);
    let mut command = Command::new(&setting.program.bin);
    command
        .args(&setting.program.args)
        .envs(
            setting
                .program
                .env
                .iter()
                .map(|(name, value)| (name, value)),
        )
        .env(MARK, setting.mark(node))
        .env("PWD", &directory)
        .current_dir(&directory)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    child::prepare(command.as_std_mut());
    command
}

/// Reads all it writes and waits for its end.
async fn attend(
    life: &Incarnation,
    setting: &Setting,
    reporter: &Reporter,
    child: &mut Child,
) -> Exit {
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    let (gone, exited) = watch::channel(false);
    let wait = async {
        let status = child
            .wait()
            .await
            .map_or(ExitStatus::Unknown, ExitStatus::from);
        let by_harness = life.lifecycle() == Lifecycle::Killed;
        life.step(Step::Exit);
        // Nobody listens if both streams ended first.
        let _ = gone.send(true);
        Exit { status, by_harness }
    };
    let (exit, (), ()) = tokio::join!(
        wait,
        pump_stdout(stdout, &setting.limits, reporter, exited.clone()),
        pump_stderr(
            stderr,
            &setting.limits,
            &setting.nodes[reporter.node].stderr,
            exited
        ),
    );
    exit
}
