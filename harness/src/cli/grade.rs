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
    dir: Option<PathBuf>,
    scenarios: BTreeMap<String, Scenario>,
}

fn subjects(args: &GradeArgs, suite: &Suite) -> Result<Subjects, Failure> {
    let base = Path::new(&args.suite).parent().unwrap_or(Path::new(""));
    let mut scenarios = BTreeMap::new();
    let mut program = None;
    for item in &suite.items {
        match &item.kind {
            ItemKind::Cluster(cluster) => {
                let scenario = cluster::load(&cluster.scenario, &cluster.more, base)?;
                scenarios.insert(item.id.clone(), scenario);
            }
            ItemKind::Transcript(_) | ItemKind::Run(_) if program.is_none() => {
                program = Some(super::test::program(&args.program)?);
            }
            _ => {}
        }
    }
    if scenarios.is_empty() {
        return Ok(Subjects {
            program,
            dir: None,
            scenarios,
        });
    }
    let Some(dir) = &args.dir else {
        return Err(Failure::usage(format!(
            "--dir DIR is missing: {} grades a cluster of programs, each in a directory of its own \
             below DIR",
            suite.name
        )));
    };
    if !dir.is_dir() {
        let what = format!("{}: there is no such directory (--dir)", dir.display());
        return Err(Failure::new(Exit::NoInput, what));
    }
    Ok(Subjects {
        program,
        dir: Some(dir.clone()),
        scenarios,
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
