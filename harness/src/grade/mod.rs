//! A whole suite against one program: every item done, every result with its points.
//!
//! Transcripts come first, two at a time, because they are quick and what they say comes before
//! everything else. Runs and clusters follow one by one: they would take time from each other. How
//! results become points is in `points`, which does nothing itself.

mod points;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use results::Exit;
use results::document::{GradeDocument, ItemResult};
use tokio::sync::mpsc;
use tokio::time::Instant;
use workloads::Event;
use workloads::random::Seed;
use workloads::scenario::Scenario;
use workloads::suite::{ClusterItem, Item, ItemKind, RunItem, Suite};
use workloads::transcript::Case;

use crate::cluster::{ClusterRequest, run_cluster};
use crate::run::{Clock, Place, RunRequest, program_words, run};
use crate::supervisor::Program;
use crate::transcript_run::run_transcript;

/// What shall be graded, and how.
#[derive(Debug)]
pub struct GradeRequest<'a> {
    /// By what.
    pub suite: &'a Suite,
    /// The program, for items that run one program.
    pub program: Option<Program>,
    /// Whether it runs in the place of those of clusters; the scenarios say so already.
    pub replaces: bool,
    /// The directory with the programs, for clusters; none where all are replaced.
    pub programs: Option<PathBuf>,
    /// The scenarios of clusters, by the ids of their items.
    pub scenarios: BTreeMap<String, Scenario>,
    /// The seed of the first run of every item that does not list its own.
    pub seed: Seed,
    /// Which clock runs have; transcripts have the real one.
    pub clock: Clock,
    /// Where everything is kept: each item has a directory of its name in here.
    pub dir: PathBuf,
    /// The command that does this again.
    pub replay: String,
    /// Whether runs are done twice, to see whether they are the same (virtual time only).
    pub verify: bool,
}

/// Hears what happens while a suite is done; every method does nothing unless it is written anew.
pub trait GradeWatcher {
    /// An item begins. Two transcripts may be under way at once.
    fn begins(&mut self, item: &Item) {
        let _ = item;
    }

    /// Something happened in a run of the item that began last.
    fn event(&mut self, event: &Event) {
        let _ = event;
    }

    /// An item is done.
    fn ends(&mut self, result: &ItemResult) {
        let _ = result;
    }
}

/// Does all items of a suite. A text received from `stop` ends it early: the item that is under way
/// is judged by what was recorded if it is a run and left out if it is a transcript, and all that
/// would follow is left out.
pub async fn grade(
    request: &GradeRequest<'_>,
    watcher: &mut dyn GradeWatcher,
    stop: &mut mpsc::Receiver<Arc<str>>,
) -> GradeDocument {
    let suite = request.suite;
    let mut grader = Grader {
        request,
        watcher,
        stop,
        interrupted: false,
        results: suite.items.iter().map(|_| None).collect(),
    };
    grader.transcripts().await;
    grader.others().await;
    let interrupted = grader.interrupted;
    let items = grader.results.into_iter().flatten().collect();
    let dir = request
        .programs
        .as_ref()
        .map(|dir| dir.to_string_lossy().into_owned());
    let words = request.program.as_ref().map(program_words);
    let bin = words.unwrap_or_else(|| dir.into_iter().collect());
    GradeDocument {
        replay: request.replay.clone(),
        interrupted,
        ..GradeDocument::new(&suite.name, &suite.title, &bin, items)
    }
}

/// How `grade` ends for the shell: without any item that was done there is no verdict.
#[must_use]
pub fn exit_of(document: &GradeDocument) -> Exit {
    if document.items.is_empty() {
        Exit::NothingToRun
    } else {
        Exit::from_verdict(document.verdict)
    }
}

struct Grader<'a> {
    request: &'a GradeRequest<'a>,
    watcher: &'a mut dyn GradeWatcher,
    stop: &'a mut mpsc::Receiver<Arc<str>>,
    interrupted: bool,
    /// In the order of the suite.
    results: Vec<Option<ItemResult>>,
}

impl Grader<'_> {
    /// All transcripts, two at a time.
    async fn transcripts(&mut self) {
        let request = self.request;
        let items = request.suite.items.iter().enumerate();
        let cases: Vec<(usize, &Item, &Case)> = items
            .filter_map(|(i, item)| match &item.kind {
                ItemKind::Transcript(case) => Some((i, item, case)),
                _ => None,
            })
            .collect();
        for pair in cases.chunks(2) {
            for (_, item, _) in pair {
                self.watcher.begins(item);
            }
            let both = async {
                match pair {
                    [(_, a, case_a), (_, b, case_b)] => {
                        let both = tokio::join!(
                            transcript(request, a, case_a),
                            transcript(request, b, case_b)
                        );
                        vec![both.0, both.1]
                    }
                    [(_, a, case_a)] => vec![transcript(request, a, case_a).await],
                    _ => Vec::new(),
                }
            };
            let done = tokio::select! {
                done = both => done,
                () = requested(self.stop) => {
                    self.interrupted = true;
                    return;
                }
            };
            for ((i, ..), result) in pair.iter().zip(done) {
                self.keep(*i, result);
            }
        }
    }

    /// Everything that is no transcript, one after the other.
    async fn others(&mut self) {
        for (i, item) in self.request.suite.items.iter().enumerate() {
            if self.interrupted {
                return;
            }
            let result = match &item.kind {
                ItemKind::Transcript(_) => continue,
                ItemKind::Run(order) => {
                    self.watcher.begins(item);
                    self.runs(item, order).await
                }
                ItemKind::Cluster(cluster) => {
                    self.watcher.begins(item);
                    self.cluster(item, cluster).await
                }
            };
            self.keep(i, result);
        }
    }

    /// All runs of an item.
    async fn runs(&mut self, item: &Item, order: &RunItem) -> ItemResult {
        #[expect(clippy::disallowed_methods, reason = "how long it took is shown")]
        let begun = Instant::now();
        let seeds = order.seeds.from(self.request.seed);
        let Some(program) = &self.request.program else {
            return points::undecided(item, "there is no program (--bin)".to_owned());
        };
        let dir = self.request.dir.join(&item.id);
        let mut runs = Vec::new();
        for seed in &seeds {
            let place = match seeds.len() {
                1 => dir.clone(),
                _ => dir.join(seed.to_string()),
            };
            let request = RunRequest {
                program: program.clone(),
                seed: *seed,
                options: order.options.clone(),
                place: Place::At(place),
                verify: self.request.verify,
                clock: self.request.clock,
            };
            let watcher = &mut *self.watcher;
            let done = run(&request, &mut |event| watcher.event(event), self.stop).await;
            self.interrupted = done.as_ref().is_ok_and(|document| document.interrupted);
            runs.push(done.map_err(|error| error.to_string()));
            if self.interrupted {
                break;
            }
        }
        ItemResult {
            time_s: begun.elapsed().as_secs_f64(),
            ..points::of_runs(item, order.expect, runs)
        }
    }

    /// A cluster of programs.
    async fn cluster(&mut self, item: &Item, cluster: &ClusterItem) -> ItemResult {
        #[expect(clippy::disallowed_methods, reason = "how long it took is shown")]
        let begun = Instant::now();
        let request = self.request;
        let scenario = request.scenarios.get(&item.id);
        let Some(scenario) = scenario else {
            return points::undecided(item, "there is no scenario".to_owned());
        };
        let cluster = ClusterRequest {
            scenario,
            scenario_file: cluster.scenario.clone(),
            dir: request.programs.clone(),
            program: request.program.clone().filter(|_| request.replaces),
            seed: request.seed,
            place: Place::At(request.dir.join(&item.id)),
        };
        let done = run_cluster(&cluster, self.stop).await;
        self.interrupted = done.as_ref().is_ok_and(|document| document.interrupted);
        ItemResult {
            time_s: begun.elapsed().as_secs_f64(),
            ..points::of_cluster(item, done.map_err(|error| error.to_string()))
        }
    }

    fn keep(&mut self, index: usize, result: ItemResult) {
        self.watcher.ends(&result);
        self.results[index] = Some(result);
    }
}

/// One transcript, in a directory of its own.
async fn transcript(request: &GradeRequest<'_>, item: &Item, case: &Case) -> ItemResult {
    let dir = request.dir.join(&item.id);
    let Some(program) = &request.program else {
        return points::undecided(item, "there is no program (--bin)".to_owned());
    };
    let done = match fresh(&dir) {
        Ok(()) => run_transcript(case, program, &dir).await,
        Err(error) => Err(error),
    };
    let done = done.map_err(|error| format!("{}: {error}", dir.display()));
    points::of_transcript(item, case, done)
}

/// Makes the directory; what an earlier grading left there is removed, and nothing else: a program
/// must not find the files of another.
fn fresh(dir: &Path) -> io::Result<()> {
    match std::fs::remove_dir_all(dir.join("program")) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => std::fs::create_dir_all(dir),
    }
}

/// Waits until somebody asks for an end; for ever if nobody can any more.
async fn requested(stop: &mut mpsc::Receiver<Arc<str>>) {
    if stop.recv().await.is_none() {
        std::future::pending::<()>().await;
    }
}
