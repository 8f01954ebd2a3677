//! Before anything runs: ports, links and members.

use std::path::Path;

use results::RunDir;
use results::run_dir::NODES;
use tokio::sync::mpsc;
use tokio::time::Instant;
use workloads::quorum_kv::ClientSetup;
use workloads::scenario::{Peer, Process, Scenario};

use super::act::change;
use super::state::Stage;
use crate::cluster::clients::{Clients, Way};
use crate::cluster::journal::Journal;
use crate::cluster::members::{Member, Place};
use crate::cluster::ports::Ports;
use crate::cluster::schedule::Schedule;
use crate::cluster::{ClusterError, ClusterRequest};
use crate::links::{Condition, Link, LinkEvent, LinkSetup};

impl<'a> Stage<'a> {
    /// Takes ports, opens links and prepares processes; nothing runs yet.
    pub(in crate::cluster) async fn set(
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
        let (links, passed) = open(request, &schedule, &own, begun).await?;
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
        let clients = clients(request, directory, begun, &links)?;
        let of_clients = scenario.clients().iter().map(|client| client.to.len());
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
            clients,
            journal: Journal::new(directory.journal()?, names.collect(), of_clients.sum()),
            not_started: Vec::new(),
            crashes: Vec::new(),
            held: Vec::new(),
            interrupted: None,
            _ports: ports,
        })
    }
}

/// Opens all links, and what is heard of them.
async fn open(
    request: &ClusterRequest<'_>,
    schedule: &Schedule<'_>,
    ports: &[Vec<u16>],
    begun: Instant,
) -> Result<(Vec<Link>, mpsc::UnboundedReceiver<LinkEvent>), ClusterError> {
    let scenario = request.scenario;
    let (told, passed) = mpsc::unbounded_channel();
    let mut links = Vec::new();
    for (number, (from, to)) in scenario.links().enumerate() {
        let is_target = |process: &Process| process.name == to;
        let target = scenario.processes.iter().position(is_target);
        let target = target.and_then(|target| ports[target].first().copied());
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
    Ok((links, passed))
}

/// The clients of the workload, if there is one.
fn clients(
    request: &ClusterRequest<'_>,
    directory: &RunDir,
    begun: Instant,
    links: &[Link],
) -> Result<Option<Clients>, ClusterError> {
    let Some(settings) = &request.scenario.workload else {
        return Ok(None);
    };
    let ways = ways(request.scenario, links);
    let history = directory.history()?;
    Ok(Some(Clients::new(
        settings,
        request.seed,
        begun,
        ways,
        history,
    )))
}

/// By client: the links that it has.
fn ways(scenario: &Scenario, links: &[Link]) -> Vec<Vec<Way>> {
    let of = |client: &ClientSetup| {
        let ends = scenario.links().zip(links).enumerate();
        let own = ends.filter(|(_, ((from, _), _))| *from == client.name);
        let own = own.map(|(number, ((_, to), link))| Way {
            link: number,
            port: link.port(),
            to: to.to_owned(),
        });
        own.collect()
    };
    scenario.clients().iter().map(of).collect()
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
