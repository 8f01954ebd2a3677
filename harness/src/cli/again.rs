//! Runs plans that were recorded, for `replay` and `shrink`.

use std::path::Path;

use results::{Exit, VerdictDocument};
use tokio::runtime::Runtime;
use workloads::Event;

use super::Failure;
use super::interrupt::Interrupts;
use super::output::Output;
use super::progress::Progress;
use crate::plan::Plan;
use crate::run::{self, Clock, Place};
use crate::supervisor::Program;

/// Runs plans with one program, until a signal comes.
pub(super) struct Again<'a> {
    program: Program,
    clock: Clock,
    output: &'a Output,
    runtime: Runtime,
    interrupts: Interrupts,
}

impl<'a> Again<'a> {
    pub(super) fn new(program: Program, clock: Clock, output: &'a Output) -> Result<Self, Failure> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let interrupts = runtime.block_on(async { Interrupts::listen() })?;
        Ok(Self {
            program,
            clock,
            output,
            runtime,
            interrupts,
        })
    }

    /// Runs a plan in this directory. What is said of it while it lasts begins with the label.
    pub(super) fn run(
        &mut self,
        plan: &Plan,
        place: &Path,
        label: &str,
        watcher: &mut dyn FnMut(&Event),
    ) -> Result<VerdictDocument, Failure> {
        let mut progress = Progress::new(self.output, label);
        let mut both = |event: &Event| {
            watcher(event);
            progress.take(event);
        };
        let place = Place::At(place.to_owned());
        let requests = &mut self.interrupts.requests;
        let running = run::run_plan(plan, &self.program, &place, self.clock, &mut both, requests);
        Ok(self.runtime.block_on(running)?)
    }

    /// The exit code that a signal demands, if there was one.
    pub(super) fn signalled(&self) -> Option<Exit> {
        self.interrupts.exit()
    }
}
