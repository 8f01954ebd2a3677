//! `splitbrain shrink`: the smallest run found that fails as a recorded one does.

mod bench;

use std::path::PathBuf;

use results::{Exit, VerdictDocument};
use serde_json::{Value, json};

use super::Failure;
use super::again::Again;
use super::args::{Format, ShrinkArgs};
use super::output::Output;
use crate::plan::{Plan, PlannedFault};
use crate::replay::Recorded;
use crate::run::Clock;
use crate::shrink::{Row, Shrinker, Size, Target, Trial};
use bench::{Bench, Out};

pub(super) fn run(args: &ShrinkArgs, output: &Output) -> Result<Exit, Failure> {
    let recorded = Recorded::open(&args.run)?;
    let target = target_of(&recorded)?;
    output.say(&format!("Looking for a smaller run in which {target}."));
    let mut bench = Bench {
        again: Again::new(recorded.program(), Clock::Auto, output)?,
        out: Out::new(out_of(args, &recorded))?,
        target,
    };
    let operations = match bench.attempt(&recorded.plan, "the whole run")? {
        Trial::Fails(operations) => operations,
        Trial::Passes => {
            let stopped = bench.again.signalled();
            return stopped.ok_or_else(|| not_repeated(&recorded, &bench.target));
        }
    };
    let mut shrinker = Shrinker::new(recorded.plan.clone(), operations);
    let complete = bench.search(&mut shrinker, args)?;
    let verdict = bench.out.publish(|verdict| document(&shrinker, verdict))?;
    if let Some(signalled) = bench.again.signalled() {
        let best = &verdict.run_dir;
        output.say(&format!("Stopped; the smallest run so far is in {best}"));
        return Ok(signalled);
    }
    let repeats = bench.repeats(shrinker.best())?;
    match args.format {
        Format::Json => output.print(&format!("{:#}\n", document(&shrinker, &verdict)))?,
        Format::Human => output.print(&report(&shrinker, &verdict, complete, output))?,
    }
    if !repeats {
        output.say(
            "\nDone once more, this run was not the same line by line: it may fail only now and \
             then.",
        );
    }
    Ok(Exit::Valid)
}

fn target_of(recorded: &Recorded) -> Result<Target, Failure> {
    let stopped = || "it was stopped before it had a verdict".to_owned();
    let verdict = recorded.verdict.as_ref().ok_or_else(stopped);
    verdict.and_then(Target::of).map_err(|why| {
        let run = recorded.directory.path().display();
        Failure::new(Exit::BadData, format!("{run} cannot be shrunk: {why}."))
    })
}

fn not_repeated(recorded: &Recorded, target: &Target) -> Failure {
    let run = recorded.directory.path().display();
    let text = if recorded.was_in_real_time() {
        format!(
            "{run} cannot be shrunk: it was recorded in real time, and done again it did not show \
             that {target}. Look for a seed that fails in virtual time (splitbrain test --time \
             virtual --test-count 100 ...), and shrink that run."
        )
    } else {
        format!(
            "{run} cannot be shrunk: done again, it did not show that {target}. `splitbrain replay \
             {run}` says where it differs, and what has changed since."
        )
    };
    Failure::new(Exit::Unknown, text)
}

/// `RUN-shrunk`, unless something else was asked for.
fn out_of(args: &ShrinkArgs, recorded: &Recorded) -> PathBuf {
    args.out.clone().unwrap_or_else(|| {
        let run = recorded.directory.path();
        let name = run.file_name().unwrap_or_default().to_string_lossy();
        run.with_file_name(format!("{name}-shrunk"))
    })
}

/// The table of what was tried, what it led to, and the smallest run itself.
fn report(
    shrinker: &Shrinker,
    verdict: &VerdictDocument,
    complete: bool,
    output: &Output,
) -> String {
    let cells = |row: Row| vec![row.step.to_owned(), row.from, row.to, row.runs.to_string()];
    let rows: Vec<Vec<String>> = shrinker.table().into_iter().map(cells).collect();
    format!(
        "{}\n{}\n{}\n{}",
        output.table(&["what", "from", "to", "runs"], &rows),
        conclusion(shrinker, complete),
        faults_left(shrinker.best()),
        output.report(verdict)
    )
}

/// The faults of a plan, a line each; there are few.
fn faults_left(plan: &Plan) -> String {
    let seconds = |ns: u64| format!("{:.3} s", ns as f64 / 1e9);
    let line = |f: &PlannedFault| {
        let (begin, end) = (seconds(f.begin_ns), seconds(f.end_ns));
        format!("  {begin} to {end}  {}: {}\n", f.fault, f.what)
    };
    let lines: String = plan.faults.iter().map(line).collect();
    match lines.is_empty() {
        true => lines,
        false => format!("\nFaults that are left, in seconds since clients began:\n{lines}"),
    }
}

fn conclusion(shrinker: &Shrinker, complete: bool) -> String {
    let (from, to) = shrinker.sizes();
    let runs = match shrinker.runs() {
        1 => "1 run".to_owned(),
        n => format!("{n} runs"),
    };
    let end = if complete {
        "."
    } else {
        "; the limit of runs or seconds ended it, and there may be smaller ones."
    };
    if from == to {
        return format!("Nothing could be left out of {from}, in {runs}{end}");
    }
    format!("From {from} to {to} in {runs}{end}")
}

/// `shrink.json`.
fn document(shrinker: &Shrinker, verdict: &VerdictDocument) -> Value {
    let size = |s: Size| {
        json!({
            "operations": s.operations, "faults": s.faults, "nodes": s.nodes,
            "time_limit_s": s.time_limit_s,
        })
    };
    let row = |r: Row| json!({"what": r.step, "from": r.from, "to": r.to, "runs": r.runs});
    let (from, to) = shrinker.sizes();
    json!({
        "schema": "splitbrain/shrink/1",
        "from": size(from),
        "to": size(to),
        "runs": shrinker.runs(),
        "tried": shrinker.table().into_iter().map(row).collect::<Vec<_>>(),
        "replay": verdict.replay,
        "run_dir": verdict.run_dir,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use workloads::RunOptions;
    use workloads::options::Fault;
    use workloads::random::Seed;

    #[test]
    fn the_conclusion_says_what_was_gained_and_what_ended_it() {
        let options = RunOptions {
            nemesis: vec![Fault::Kill],
            time_limit: 4.0,
            nemesis_interval: 4.0,
            ..RunOptions::default()
        };
        let plan = Plan::draw(vec!["node".to_owned()], Seed(3), options).expect("a plan");
        let mut shrinker = Shrinker::new(plan, vec![(0, 0), (1, 0)]);
        insta::assert_snapshot!(conclusion(&shrinker, true));
        while shrinker.propose().is_some() {
            shrinker.tell(Trial::Passes);
        }
        let faults = faults_left(shrinker.best());
        assert!(faults.contains("Faults that are left"), "{faults}");
        assert_eq!(faults_left(&shrinker.best().with_faults(Vec::new())), "");
        let mut shrinker = Shrinker::new(shrinker.best().clone(), vec![(0, 0), (1, 0)]);
        assert!(shrinker.propose().is_some());
        shrinker.tell(Trial::Fails(vec![(0, 0)]));
        insta::assert_snapshot!(conclusion(&shrinker, false));
    }
}
