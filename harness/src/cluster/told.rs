//! What happened, in words.

use workloads::scenario::{LinkFlaw, Loss, ScenarioFault};

use super::build::said;
use super::listening::{hint, listening, missing};
use super::members::{Member, State};
use crate::supervisor::ExitStatus;

/// Why a program did not come up.
pub(super) fn not_ready(member: &Member<'_>) -> (&'static str, String) {
    let name = &member.process.name;
    let output = said(&member.last_output());
    match &member.state {
        State::NotStarted(why) => (
            "never-ready",
            format!("{name} could not be started: {why}."),
        ),
        State::Ended(exit) => (
            "never-ready",
            format!("{name} {} before it was ready.{output}", ended(exit.status)),
        ),
        _ => ("never-ready", no_port(member) + &output),
    }
}

/// A program runs and does not listen where it has to.
fn no_port(member: &Member<'_>) -> String {
    let listens = listening(&member.processes()).unwrap_or_default();
    let ports = &member.ports;
    let port = missing(ports, &listens).or(ports.first().copied());
    let port = port.unwrap_or_default();
    let variable = if ports.len() > 1 { "PORTS" } else { "PORT" };
    format!(
        "{} accepted no connection on port {port} of its {variable} within {} s. {}",
        member.process.name,
        member.process.ready_s,
        hint(port, ports, &listens)
    )
}

/// How a process ended, after its name.
pub(super) fn ended(status: ExitStatus) -> String {
    match status {
        ExitStatus::Code(code) => format!("exited with code {code}"),
        ExitStatus::Signal(signal) => format!("was ended by signal {signal}"),
        ExitStatus::Unknown => "ended".to_owned(),
    }
}

/// A fault in a few words.
pub(super) fn told(fault: &ScenarioFault) -> String {
    let how = |how: Loss| match how {
        Loss::Reset => "connections are reset",
        Loss::BlackHole => "nobody answers",
        Loss::Close => "connections are closed",
    };
    match fault {
        ScenarioFault::Kill(name) => format!("kill {name}"),
        ScenarioFault::Pause(name) => format!("pause {name}"),
        ScenarioFault::Link { from, to, flaw } => {
            let link = format!("{from} to {to}");
            match flaw {
                LinkFlaw::Cut(loss) => format!("cut {link}: {}", how(*loss)),
                LinkFlaw::Delay { latency_ms } => format!("delay {link} by {latency_ms} ms"),
                LinkFlaw::Loss {
                    probability,
                    how: loss,
                    after_bytes,
                    count,
                } => {
                    let after = match after_bytes {
                        0 => String::new(),
                        bytes => format!(" after {bytes} bytes"),
                    };
                    let most = count.map_or(String::new(), |count| format!(", {count} at most"));
                    format!(
                        "lose {probability} of the connections {link}{after}{most}: {}",
                        how(*loss)
                    )
                }
                LinkFlaw::Slow { bytes_per_s } => format!("slow {link}: {bytes_per_s} bytes/s"),
            }
        }
    }
}
