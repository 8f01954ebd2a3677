//! A cluster while it runs.

#![expect(
    clippy::disallowed_methods,
    reason = "programs over TCP run in real time"
)]

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use checker::{Anomaly, CheckResult};
use results::RunDir;
use results::document::NodeReport;
use results::run_dir::{NODES, RunDirError};
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until};
use workloads::scenario::{Peer, Process, Scenario, ScenarioFault};

use super::build::{build, said};
use super::checks;
use super::document::report;
use super::journal::{Counts, Journal};
use super::members::{Heard, Member, Place, State};
use super::ports::Ports;
use super::schedule::{Action, Schedule};
use super::told::{ended, not_ready, told};
use super::{ClusterError, ClusterRequest};
use crate::links::{Condition, Link, LinkEvent, LinkSetup};

/// How long between two looks at what checks demand.
const LOOK_INTERVAL: Duration = Duration::from_millis(50);

/// Everything that runs.
pub(super) struct Stage<'a> {
    scenario: &'a Scenario,
    programs: PathBuf,
    logs: PathBuf,
    begun: Instant,
    /// When all programs in the background were ready.
    ready_at: Option<Instant>,
    members: Vec<Member<'a>>,
    heard: mpsc::Receiver<Heard>,
    links: Vec<Link>,
    passed: mpsc::UnboundedReceiver<LinkEvent>,
    schedule: Schedule<'a>,
    journal: Journal,
    /// Why programs did not come up.
    not_started: Vec<Anomaly>,
    /// What they did that they must not.
    crashes: Vec<Anomaly>,
    held: Vec<Result<(), (&'static str, String)>>,
    interrupted: Option<Arc<str>>,
    _ports: Ports,
}

/// What is known in the end.
pub(super) struct Ended {
    pub(super) checks: Vec<CheckResult>,
    pub(super) nodes: Vec<NodeReport>,
    pub(super) journal_hash: String,
    pub(super) counts: Counts,
    pub(super) trouble: Option<RunDirError>,
    pub(super) interrupted: Option<Arc<str>>,
}

impl<'a> Stage<'a> {
    /// Takes ports, opens links and prepares processes; nothing runs yet.
    pub(super) async fn set(
        request: &ClusterRequest<'a>,
        directory: &RunDir,
        programs: &Path,
        begun: Instant,
    ) -> Result<Self, ClusterError> {
        let scenario = request.scenario;
        let count = scenario.processes.iter().map(|process| process.ports).sum();
        let ports = Ports::take(count).map_err(ClusterError::Links)?;
        let mut rest = &ports.numbers[..];
        let own = scenario.processes.iter().map(|process| {
            let (own, others) = rest.split_at(process.ports);
            rest = others;
            own.to_vec()
        });
        let own: Vec<Vec<u16>> = own.collect();
        let schedule = Schedule::new(&scenario.disturbances);
        let (told, passed) = mpsc::unbounded_channel();
        let mut links = Vec::new();
        for (number, (from, to)) in scenario.links().enumerate() {
            let target = scenario
                .processes
                .iter()
                .position(|process| process.name == to);
            let target = target.and_then(|target| own[target].first().copied());
            let mut condition = Condition::default();
            for fault in schedule.always() {
                change(scenario, fault, (from, to), true, &mut condition);
            }
            let link = Link::open(LinkSetup {
                number,
                target: target.unwrap_or_default(),
                condition,
                stream: request.seed.stream(&format!("link {from} {to}")),
                begun,
                events: told.clone(),
            });
            links.push(link.await.map_err(ClusterError::Links)?);
        }
        let (speak, heard) = mpsc::channel(256);
        let logs = directory.path().join(NODES);
        let place = Place {
            programs,
            logs: &logs,
        };
        let mut members = Vec::new();
        for (number, process) in scenario.processes.iter().enumerate() {
            let peers = peers(scenario, process, &links);
            let own = (&own[number][..], &peers[..]);
            let member = Member::new(number, process, own, &place, speak.clone());
            members.push(member.map_err(ClusterError::Links)?);
        }
        let names = scenario
            .links()
            .map(|(from, to)| (from.to_owned(), to.to_owned()));
        Ok(Self {
            scenario,
            programs: programs.to_owned(),
            logs,
            begun,
            ready_at: None,
            members,
            heard,
            links,
            passed,
            schedule,
            journal: Journal::new(directory.journal()?, names.collect()),
            not_started: Vec::new(),
            crashes: Vec::new(),
            held: Vec::new(),
            interrupted: None,
            _ports: ports,
        })
    }

    /// Everything from the first build to the last check.
    pub(super) async fn play(&mut self, stop: &mut mpsc::Receiver<Arc<str>>) {
        if self.prepare().await {
            self.come_up(stop).await;
        }
        if self.not_started.is_empty() && self.interrupted.is_none() {
            self.foreground(stop).await;
        }
        self.look(stop).await;
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

    fn no_start(&mut self, kind: &str, name: &str, what: String) {
        self.journal.about(self.begun.elapsed(), name, &what);
        let mut anomaly = Anomaly::new(kind, what);
        anomaly.nodes.push(name.to_owned());
        self.not_started.push(anomaly);
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

    fn crash(&mut self, kind: &str, name: &str, what: String) {
        self.journal.about(self.begun.elapsed(), name, &what);
        let mut anomaly = Anomaly::new(kind, what);
        anomaly.nodes.push(name.to_owned());
        self.crashes.push(anomaly);
    }

    /// Looks at what the checks demand until all of it holds or its time is over.
    async fn look(&mut self, stop: &mut mpsc::Receiver<Arc<str>>) {
        let begun = Instant::now();
        let is_running = self.not_started.is_empty();
        loop {
            let mut held = Vec::new();
            let mut is_open = false;
            for check in &self.scenario.checks {
                let holds = checks::look(check, &self.programs, &self.members).await;
                let within = Duration::from_secs_f64(check.within_s);
                is_open |= holds.is_err() && begun.elapsed() < within;
                held.push(holds);
            }
            self.held = held;
            if !is_open || !is_running || self.interrupted.is_some() {
                return;
            }
            self.until(Instant::now() + LOOK_INTERVAL, stop, |_| false)
                .await;
        }
    }

    /// Lets everything go on until something holds; whether it did before the deadline.
    async fn until(
        &mut self,
        deadline: Instant,
        stop: &mut mpsc::Receiver<Arc<str>>,
        holds: impl Fn(&Self) -> bool,
    ) -> bool {
        while self.interrupted.is_none() {
            if holds(self) {
                return true;
            }
            let due = self
                .schedule
                .due()
                .zip(self.ready_at)
                .map(|(due, ready)| ready + due);
            let wake = due.map_or(deadline, |due| due.min(deadline));
            tokio::select! {
                Some(heard) = self.heard.recv() => self.hear(heard),
                Some(event) = self.passed.recv() => self.pass(&event),
                reason = stop.recv(), if !stop.is_closed() => self.interrupted = reason,
                () = sleep_until(wake) => {
                    if Instant::now() >= deadline {
                        return holds(self);
                    }
                }
            }
            self.faults();
        }
        false
    }

    fn hear(&mut self, heard: Heard) {
        match heard {
            Heard::Accepts(number) => self.members[number].accepts(),
            Heard::Node(number, event) => {
                let Some(status) = self.members[number].hear(event) else {
                    return;
                };
                let member = &self.members[number];
                if member.process.is_background && self.ready_at.is_some() {
                    let name = member.process.name.clone();
                    let what = format!(
                        "{name} {} while it was needed.{}",
                        ended(status),
                        said(&member.last_output())
                    );
                    self.crash("exited-early", &name, what);
                }
            }
        }
    }

    fn pass(&mut self, event: &LinkEvent) {
        let Some((from, to)) = self.journal.take(event) else {
            return;
        };
        let now = self.since_ready();
        for action in self.schedule.responded((&from, &to), now) {
            self.act(action);
        }
    }

    fn since_ready(&self) -> Duration {
        self.ready_at
            .map_or(Duration::ZERO, |ready| ready.elapsed())
    }

    fn faults(&mut self) {
        if self.ready_at.is_some() {
            for action in self.schedule.take(self.since_ready()) {
                self.act(action);
            }
        }
    }

    fn act(&mut self, action: Action) {
        let (number, begins) = match action {
            Action::Begin(number) => (number, true),
            Action::End(number) => (number, false),
        };
        let fault = &self.scenario.disturbances[number].fault;
        self.journal
            .fault(self.begun.elapsed(), &told(fault), begins);
        let concerned = match fault {
            ScenarioFault::Link { .. } => {
                for (link, ends) in self.links.iter().zip(self.scenario.links()) {
                    link.change(|condition| {
                        change(self.scenario, number, ends, begins, condition);
                    });
                }
                return;
            }
            ScenarioFault::Kill(name) | ScenarioFault::Pause(name) => name,
        };
        let is_concerned = |member: &&mut Member<'_>| member.process.name == *concerned;
        let Some(member) = self.members.iter_mut().find(is_concerned) else {
            return;
        };
        match (fault, begins) {
            (ScenarioFault::Kill(_), true) => member.kill(),
            (ScenarioFault::Kill(_), false) => member.start(),
            (_, true) => member.pause(),
            (_, false) => member.resume(),
        }
    }

    /// Ends everything, and says how it was.
    pub(super) async fn clear(mut self) -> Ended {
        for member in &mut self.members {
            member.shutdown().await;
        }
        self.links.clear();
        while let Ok(event) = self.passed.try_recv() {
            self.journal.take(&event);
        }
        let mut all = vec![
            CheckResult::from_anomalies("start", self.not_started, "All programs were ready."),
            CheckResult::from_anomalies("crash", self.crashes, "No program ended too early."),
        ];
        let never = self.schedule.never_begun();
        if let Some(first) = never.first() {
            let what = told(&self.scenario.disturbances[*first].fault);
            let summary = format!(
                "{} of {} faults never began, so nothing is known of them: {what}.",
                never.len(),
                self.scenario.disturbances.len()
            );
            all.push(CheckResult::unknown("faults", summary));
        }
        let held = self.held.into_iter();
        all.extend(
            self.scenario
                .checks
                .iter()
                .zip(held)
                .map(|(c, held)| checks::result(c, held)),
        );
        let nodes = self.members.iter().map(report).collect();
        let (journal_hash, counts, trouble) = self.journal.finish();
        Ended {
            checks: all,
            nodes,
            journal_hash,
            counts,
            trouble,
            interrupted: self.interrupted,
        }
    }
}

/// Begins or ends a fault in the condition of a link, if it is about that link.
fn change(
    scenario: &Scenario,
    number: usize,
    ends: (&str, &str),
    begins: bool,
    condition: &mut Condition,
) {
    if let ScenarioFault::Link { from, to, flaw } = &scenario.disturbances[number].fault
        && (from.as_str(), to.as_str()) == ends
    {
        if begins {
            condition.begin(number, *flaw);
        } else {
            condition.end(number);
        }
    }
}

/// Where a process finds those that it needs, by the names that it has for them.
fn peers(scenario: &Scenario, process: &Process, links: &[Link]) -> Vec<Peer> {
    let ends = scenario.links().zip(links);
    let own = ends.filter(|((from, _), _)| *from == process.name);
    let peers = process
        .needs
        .iter()
        .zip(own)
        .map(|(called, (_, link))| Peer {
            name: called.clone(),
            host: "127.0.0.1".to_owned(),
            port: link.port(),
        });
    peers.collect()
}
