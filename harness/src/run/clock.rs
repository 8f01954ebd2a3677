//! Which clock a run has: the one asked for, or the best that this machine allows.

use results::document::{Level, TimeMode};
use vtime::{Settings, World};

use super::RunError;
use crate::plan::{Plan, refuse_what_needs_virtual_time};

/// Which clock shall be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Clock {
    /// The virtual one if this machine allows it, else the real one.
    #[default]
    Auto,
    /// The virtual one or none.
    Virtual,
    /// The machine's.
    Real,
}

/// Which clock will be used.
pub(super) enum Chosen {
    /// A world with a clock of its own.
    Virtual(Box<World>),
    /// The machine's, and why it is not the other.
    Real(String),
}

/// How far a run can be trusted to repeat, and what was noticed.
#[derive(Debug, Clone)]
pub(super) struct Trust {
    pub(super) mode: TimeMode,
    pub(super) level: Level,
    pub(super) why_not_higher: Vec<String>,
    pub(super) remarks: Vec<String>,
    pub(super) virtual_s: Option<f64>,
}

/// Looks what is possible.
pub(super) fn choose(clock: Clock, plan: &Plan) -> Result<Chosen, RunError> {
    if clock == Clock::Real {
        return real_time("real time was asked for".to_owned(), plan);
    }
    let settings = Settings {
        seed: plan.seed.stream("entropy").bits(),
        schedule: plan.schedule(),
        ..Settings::default()
    };
    match World::new(settings, plan.node_ids.len()) {
        Ok(world) => Ok(Chosen::Virtual(Box::new(world))),
        Err(error) if clock == Clock::Virtual => Err(RunError::Clock(error)),
        Err(error) => real_time(error.to_string(), plan),
    }
}

fn real_time(why: String, plan: &Plan) -> Result<Chosen, RunError> {
    refuse_what_needs_virtual_time(&plan.options, &why)?;
    Ok(Chosen::Real(why))
}

impl Trust {
    pub(super) fn in_real_time(why: String) -> Self {
        Self {
            mode: TimeMode::Real,
            level: Level::Real,
            why_not_higher: vec![why],
            remarks: Vec::new(),
            virtual_s: None,
        }
    }

    pub(super) fn in_virtual_time(world: &World, plan: &Plan) -> Self {
        let (lowering, others): (Vec<_>, Vec<_>) =
            world.ledger().remarks().partition(|remark| remark.lowers);
        let sentence = |remark: &vtime::Remark| {
            let who = remark.node.and_then(|node| plan.node_ids.get(node));
            let times = match remark.count {
                1 => String::new(),
                n => format!(" ({n} times)"),
            };
            match who {
                Some(id) => format!("{id}: {}{times}", remark.what),
                None => format!("{}{times}", remark.what),
            }
        };
        Self {
            mode: TimeMode::Virtual,
            level: match world.level() {
                vtime::Level::Exact => Level::Exact,
                vtime::Level::Virtual => Level::Virtual,
                vtime::Level::Real => Level::Real,
            },
            why_not_higher: lowering.iter().map(sentence).collect(),
            remarks: others.iter().map(sentence).collect(),
            virtual_s: Some(world.now_ns() as f64 / 1e9),
        }
    }
}
