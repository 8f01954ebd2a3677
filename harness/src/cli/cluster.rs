//! `splitbrain cluster`: a scenario with the programs of a directory.

use std::path::{Path, PathBuf};

use results::{Exit, VerdictDocument, render};
use workloads::options::unknown;
use workloads::scenario::{BUILT_IN, Scenario, built_in};
use workloads::toml_file::FileErrors;

use super::Failure;
use super::args::{ClusterArgs, Format};
use super::interrupt::Interrupts;
use super::output::{Output, write_file};
use super::progress::Progress;
use super::test::{RUNS, draw_seed};
use crate::cluster::{ClusterError, ClusterRequest, points_of, run_cluster};
use crate::run::{Place, program_words};
use crate::supervisor::Program;

pub(super) fn run(args: &ClusterArgs, output: &Output) -> Result<Exit, Failure> {
    let mut scenario = load(&args.scenario, "", Path::new(""))?;
    let program = args.bin.clone().map(|bin| Program {
        bin,
        args: args.args.clone(),
        env: Vec::new(),
        dir: None,
    });
    if let Some(program) = &program {
        run_instead(&mut scenario, program)?;
    }
    let is_needed = program.is_none() || scenario.has_foreground();
    let here = || is_needed.then(|| PathBuf::from("."));
    let dir = args.dir.clone().or_else(here);
    if let Some(dir) = &dir {
        check_dir(dir)?;
    }
    let request = ClusterRequest {
        scenario: &scenario,
        scenario_file: args.scenario.clone(),
        dir,
        program,
        seed: args.seed.unwrap_or_else(draw_seed),
        place: match &args.out {
            Some(out) => Place::At(out.clone()),
            None => Place::Below(PathBuf::from(RUNS)),
        },
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let mut interrupts = Interrupts::listen()?;
        let progress = Progress::new(output, &scenario.name);
        let verdict = run_cluster(&request, &mut interrupts.requests).await?;
        drop(progress);
        show(&verdict, args, output)?;
        if let Some(signalled) = interrupts.exit() {
            return Ok(signalled);
        }
        if verdict.error.is_some() && verdict.verdict != checker::Verdict::Invalid {
            return Ok(Exit::Io);
        }
        Ok(Exit::from_verdict(verdict.verdict))
    })
}

/// Runs the program in the place of everything in the background.
pub(super) fn run_instead(scenario: &mut Scenario, program: &Program) -> Result<(), Failure> {
    let found = program.anchored(&std::env::current_dir()?);
    scenario.run_instead(&program_words(&found));
    Ok(())
}

/// There has to be a directory of programs where one was named.
pub(super) fn check_dir(dir: &Path) -> Result<(), Failure> {
    if dir.is_dir() {
        return Ok(());
    }
    let what = format!("{}: there is no such directory (--dir)", dir.display());
    Err(Failure::new(Exit::NoInput, what))
}

fn show(verdict: &VerdictDocument, args: &ClusterArgs, output: &Output) -> Result<(), Failure> {
    match args.format {
        Format::Json => output.print(&render::to_json(verdict)?)?,
        Format::Human => {
            let (points, of) = points_of(verdict);
            output.print(&output.report(verdict))?;
            output.print(&format!("{points} of {of} points\n"))?;
        }
    }
    if let Some(file) = &args.junit {
        write_file(file, &render::run_as_junit(verdict)?)?;
    }
    Ok(())
}

/// A built-in scenario by its name, or a scenario file by its path, which begins at `base`; with
/// more at its end.
pub(super) fn load(name: &str, more: &str, base: &Path) -> Result<Scenario, Failure> {
    let path = base.join(name);
    let is_path = path.extension().is_some_and(|e| e == "toml") || name.contains('/');
    let text = match built_in(name).filter(|_| !is_path) {
        Some(scenario) => scenario.text.to_owned(),
        None if !is_path && !path.is_file() => {
            let known = BUILT_IN.iter().map(|scenario| scenario.name);
            let text = unknown("scenario", name, known);
            return Err(Failure::usage(format!(
                "{text} A scenario file is named by its path: ./{name}.toml"
            )));
        }
        None => std::fs::read_to_string(&path)
            .map_err(|e| Failure::new(Exit::NoInput, format!("{}: {e}", path.display())))?,
    };
    let whole = format!("{text}\n{more}");
    Scenario::parse(&whole).map_err(|errors| broken(name, &errors))
}

fn broken(name: &str, errors: &FileErrors) -> Failure {
    Failure::new(Exit::Config, format!("{name} is no scenario:\n\n{errors}"))
}

impl From<ClusterError> for Failure {
    fn from(error: ClusterError) -> Self {
        let exit = match &error {
            ClusterError::Directory(error) => error.exit(),
            ClusterError::Copy { .. } => Exit::NoInput,
            ClusterError::Links(_) => Exit::Io,
        };
        Self::new(exit, error.to_string())
    }
}
