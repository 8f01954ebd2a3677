//! `splitbrain grade`: a whole suite against one program, with points.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use results::render;
use results::{Exit, RunDir};
use workloads::Event;
use workloads::options::unknown;
use workloads::random::Seed;
use workloads::scenario::Scenario;
use workloads::suite::{BUILT_IN, Item, ItemKind, Suite, built_in};
use workloads::toml_file::FileErrors;

use super::Failure;
use super::args::{Format, GradeArgs};
use super::cluster;
use super::interrupt::Interrupts;
use super::output::{Output, write_file};
use super::progress::Progress;
use super::test::{RUNS, draw_seed};
use crate::grade::{GradeRequest, GradeWatcher, exit_of, grade};
use crate::run::grade_command;
use crate::supervisor::Program;

pub(super) fn run(args: &GradeArgs, output: &Output) -> Result<Exit, Failure> {
    let suite = load(&args.suite)?;
    if suite.items.is_empty() {
        let notes = suite
            .notes
            .as_deref()
            .unwrap_or("There is nothing in it to run.");
        return Err(Failure::new(
            Exit::NothingToRun,
            format!("{}: {}", suite.name, notes.trim()),
        ));
    }
    let Subjects {
        program,
        replaces,
        dir: programs,
        scenarios,
    } = subjects(args, &suite)?;
    if let Some(notes) = &suite.notes {
        output.say(&format!("{}\n", notes.trim()));
    }
    let seed = args.program.seed.unwrap_or_else(draw_seed);
    let request = GradeRequest {
        suite: &suite,
        replay: grade_command(program.as_ref(), programs.as_deref(), seed, &args.suite),
        program,
        replaces,
        programs,
        scenarios,
        seed,
        clock: args.program.time.clock(),
        dir: directory(args, &suite, seed)?,
        verify: args.program.verify,
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let mut interrupts = Interrupts::listen()?;
        let mut watcher = Watcher {
            output,
            progress: None,
        };
        let document = grade(&request, &mut watcher, &mut interrupts.requests).await;
        drop(watcher);
        match args.program.format {
            Format::Json => output.print(&render::to_json(&document)?)?,
            Format::Human => output.print(&output.grade(&document))?,
        }
        if let Some(file) = &args.program.junit {
            write_file(file, &render::grade_as_junit(&document)?)?;
        }
        Ok(interrupts.exit().unwrap_or_else(|| exit_of(&document)))
    })
}

/// What is graded: what the suite's items need.
struct Subjects {
    program: Option<Program>,
    /// Whether the program runs in the place of those of clusters.
    replaces: bool,
    dir: Option<PathBuf>,
    scenarios: BTreeMap<String, Scenario>,
}

fn subjects(args: &GradeArgs, suite: &Suite) -> Result<Subjects, Failure> {
    let base = Path::new(&args.suite).parent().unwrap_or(Path::new(""));
    let is_cluster = |item: &Item| matches!(item.kind, ItemKind::Cluster(_));
    let is_for_nodes = !suite.items.iter().all(is_cluster);
    let program = match is_for_nodes || args.program.bin.is_some() {
        true => Some(super::test::program(&args.program)?),
        false => None,
    };
    // What runs on stdin and stdout cannot be one of a cluster as well.
    let replaces = program.as_ref().filter(|_| !is_for_nodes);
    let mut scenarios = BTreeMap::new();
    for item in &suite.items {
        if let ItemKind::Cluster(cluster) = &item.kind {
            let mut scenario = cluster::load(&cluster.scenario, &cluster.more, base)?;
            if let Some(program) = replaces {
                cluster::run_instead(&mut scenario, program)?;
            }
            scenarios.insert(item.id.clone(), scenario);
        }
    }
    let is_needed = |scenario: &Scenario| replaces.is_none() || scenario.has_foreground();
    let dir = args.dir.clone().filter(|_| !scenarios.is_empty());
    match &dir {
        Some(dir) => cluster::check_dir(dir)?,
        None if scenarios.values().any(is_needed) => return Err(no_dir(suite, replaces.is_some())),
        None => {}
    }
    Ok(Subjects {
        replaces: replaces.is_some(),
        program,
        dir,
        scenarios,
    })
}

fn no_dir(suite: &Suite, replaces: bool) -> Failure {
    let name = &suite.name;
    Failure::usage(match replaces {
        true => format!(
            "--dir DIR is missing: {name} has programs in the foreground, which --bin does not \
             replace, each in a directory of its own below DIR"
        ),
        false => format!(
            "--dir DIR is missing: {name} grades a cluster of programs, each in a directory of its \
             own below DIR (or --bin PATH, one program for all of them)"
        ),
    })
}

/// A built-in suite by its name, or a suite file by its path.
fn load(name: &str) -> Result<Suite, Failure> {
    if let Some(suite) = built_in(name) {
        return suite.suite().map_err(|errors| broken(name, &errors));
    }
    let path = Path::new(name);
    let is_path = path.extension().is_some_and(|e| e == "toml") || name.contains('/');
    if !is_path && !path.is_file() {
        let known = BUILT_IN.iter().map(|s| s.name);
        let text = unknown("suite", name, known);
        return Err(Failure::usage(format!(
            "{text} A suite file is named by its path: ./{name}.toml"
        )));
    }
    let text = std::fs::read_to_string(path)
        .map_err(|e| Failure::new(Exit::NoInput, format!("{name}: {e}")))?;
    Suite::parse(&text).map_err(|errors| broken(name, &errors))
}

fn broken(name: &str, errors: &FileErrors) -> Failure {
    Failure::new(Exit::Config, format!("{name} is no suite:\n\n{errors}"))
}

fn directory(args: &GradeArgs, suite: &Suite, seed: Seed) -> Result<PathBuf, Failure> {
    if let Some(out) = &args.program.out {
        return Ok(out.clone());
    }
    let name = format!("grade-{}", suite.name);
    #[expect(
        clippy::disallowed_methods,
        reason = "the date in the directory's name"
    )]
    let now = jiff::Zoned::now();
    let made = RunDir::create(Path::new(RUNS), &name, &now, &seed.to_string());
    let made = made.map_err(|e| Failure::new(e.exit(), e.to_string()))?;
    Ok(made.path().to_owned())
}

/// Shows what is under way.
struct Watcher<'a> {
    output: &'a Output,
    progress: Option<Progress>,
}

impl GradeWatcher for Watcher<'_> {
    fn begins(&mut self, item: &Item) {
        self.progress = Some(Progress::new(self.output, &item.id));
    }

    fn event(&mut self, event: &Event) {
        if let Some(progress) = &mut self.progress {
            progress.take(event);
        }
    }

    fn ends(&mut self, result: &results::document::ItemResult) {
        self.progress = None;
        if self.output.verbose {
            self.output
                .say(&format!("{}: {}", result.id, result.verdict));
        }
    }
}
