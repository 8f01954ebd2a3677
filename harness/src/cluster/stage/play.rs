//! From the first build to the last check.

#![expect(
    clippy::disallowed_methods,
    reason = "programs over TCP run in real time"
)]

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::Instant;
use workloads::scenario::Check;

use super::state::Stage;
use crate::cluster::build::{build, said};
use crate::cluster::checks::{self, Seen};
use crate::cluster::clients::Clients;
use crate::cluster::members::{Member, State};
use crate::cluster::told::{not_ready, told};

/// How long between two looks at what checks demand.
const LOOK_INTERVAL: Duration = Duration::from_millis(50);

impl Stage<'_> {
    /// Everything from the first build to the last check.
    pub(in crate::cluster) async fn play(&mut self, stop: &mut mpsc::Receiver<Arc<str>>) {
        if self.prepare().await {
            self.come_up(stop).await;
        }
        if self.not_started.is_empty() && self.interrupted.is_none() {
            if let Some(clients) = &mut self.clients {
                clients.start();
            }
            self.foreground(stop).await;
            self.workload(stop).await;
            self.faults_alone(stop).await;
        }
        if self.interrupted.is_none() {
            self.look(stop).await;
        }
    }

    /// Builds all programs; whether they can be started.
    async fn prepare(&mut self) -> bool {
        for fault in self.schedule.always().collect::<Vec<_>>() {
            let what = told(&self.scenario.disturbances[fault].fault);
            self.journal.fault(Duration::ZERO, &what, true);
        }
        for process in &self.scenario.processes {
            let directory = self.programs.join(&process.dir);
            if !directory.is_dir() {
                let what = format!(
                    "There is no directory `{}` for {}: it is looked for below --dir.",
                    process.dir, process.name
                );
                self.no_start("no-program", &process.name, what);
            } else if let Err(what) = build(process, &self.programs, &self.logs).await {
                self.no_start("build-failed", &process.name, what);
            }
        }
        self.not_started.is_empty()
    }

    /// Starts what runs in the background and waits until all of it is ready, or one is not.
    async fn come_up(&mut self, stop: &mut mpsc::Receiver<Arc<str>>) {
        let started = Instant::now();
        let background = |member: &&mut Member<'_>| member.process.is_background;
        self.members
            .iter_mut()
            .filter(background)
            .for_each(Member::start);
        let is_up = |member: &Member<'_>| {
            !member.process.is_background
                || member.state == State::Ready
                || (member.ports.is_empty() && member.state == State::Runs)
        };
        let waits = self
            .members
            .iter()
            .filter(|member| member.process.is_background);
        let ready_s = waits
            .map(|member| member.process.ready_s)
            .fold(0.0, f64::max);
        let deadline = started + Duration::from_secs_f64(ready_s);
        let settled = |stage: &Self| {
            let one_is_over = stage.members.iter().any(|member| member.state.is_over());
            one_is_over || stage.members.iter().all(is_up)
        };
        self.until(deadline, stop, settled).await;
        let late: Vec<usize> = (0..self.members.len())
            .filter(|number| !is_up(&self.members[*number]))
            .collect();
        // What ended by itself explains why others wait for it.
        let is_over = |number: &&usize| self.members[**number].state.is_over();
        let at_fault: Vec<usize> = late.iter().filter(is_over).copied().collect();
        for number in if at_fault.is_empty() { late } else { at_fault } {
            if self.interrupted.is_some() {
                return;
            }
            let (kind, what) = not_ready(&self.members[number]);
            let name = self.members[number].process.name.clone();
            self.no_start(kind, &name, what);
        }
        self.ready_at = Some(Instant::now());
        self.schedule.ready();
    }

    /// Runs what is not in the background, one after the other.
    async fn foreground(&mut self, stop: &mut mpsc::Receiver<Arc<str>>) {
        for number in 0..self.members.len() {
            if self.members[number].process.is_background || self.interrupted.is_some() {
                continue;
            }
            let timeout_s = self.members[number].process.timeout_s;
            self.members[number].start();
            let deadline = Instant::now() + Duration::from_secs_f64(timeout_s);
            let is_over = |stage: &Self| stage.members[number].state.is_over();
            if !self.until(deadline, stop, is_over).await && self.interrupted.is_none() {
                let member = &self.members[number];
                let name = member.process.name.clone();
                let what = format!(
                    "{name} did not end within {timeout_s} s.{}",
                    said(&member.last_output())
                );
                self.crash("timed-out", &name, what);
            }
            self.members[number].kill();
        }
    }

    /// Where nothing runs in the foreground, and no clients do, the faults say how long it lasts.
    async fn faults_alone(&mut self, stop: &mut mpsc::Receiver<Arc<str>>) {
        let is_alone = !self.scenario.has_foreground() && self.clients.is_none();
        if let (true, Some(ready)) = (is_alone, self.ready_at) {
            let over = ready + self.schedule.over().unwrap_or_default();
            self.until(over, stop, |stage| stage.schedule.over().is_none())
                .await;
        }
    }

    /// Waits for the clients of the workload.
    async fn workload(&mut self, stop: &mut mpsc::Receiver<Arc<str>>) {
        let Some(patience) = self.clients.as_ref().map(Clients::patience) else {
            return;
        };
        let are_done = |stage: &Self| stage.clients.as_ref().is_none_or(Clients::are_done);
        self.until(Instant::now() + patience, stop, are_done).await;
    }

    /// Looks at what the checks demand until all of it holds or its time is over.
    async fn look(&mut self, stop: &mut mpsc::Receiver<Arc<str>>) {
        let begun = Instant::now();
        let is_running = self.not_started.is_empty();
        loop {
            let programs = self.programs.clone();
            let seen: Vec<Seen<'_>> = self.members.iter().map(Seen::of).collect();
            let looking = look_at(&self.scenario.checks, &programs, &seen, begun);
            // Faults begin and end while a program thinks about its answer.
            let (held, is_open) = tokio::select! {
                looked = looking => looked,
                () = self.interruption(stop) => return,
            };
            self.held = held;
            if !is_open || !is_running || self.interrupted.is_some() {
                return;
            }
            self.until(Instant::now() + LOOK_INTERVAL, stop, |_| false)
                .await;
        }
    }
}

/// Looks at every check once: what was found, and whether something may still become true.
async fn look_at(
    checks: &[Check],
    programs: &Path,
    seen: &[Seen<'_>],
    begun: Instant,
) -> (Vec<Result<(), (&'static str, String)>>, bool) {
    let mut held = Vec::new();
    let mut is_open = false;
    for check in checks {
        let holds = checks::look(check, programs, seen).await;
        let within = Duration::from_secs_f64(check.within_s);
        is_open |= holds.is_err() && begun.elapsed() < within;
        held.push(holds);
    }
    (held, is_open)
}
