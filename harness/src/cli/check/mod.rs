//! `splitbrain check`: a recorded history, judged.

mod document;
mod levels;
mod needed;
mod online;

use std::fs::File;
use std::io::Read as _;
use std::path::Path;
use std::time::{Duration, Instant};

use checker::Verdict;
use checker::judge::{FailedCas, Judgement, Settings, ladder};
use checker::levels::Level;
use checker::recorded::{History, Read, Reader, Val, Values};
use checker::search::Budget;
use results::Exit;
use serde_json::json;

use super::Failure;
use super::args::{CheckArgs, Format};
use super::output::{Output, write_file};
use document::document;

#[expect(clippy::disallowed_methods, reason = "the limit, and how long it took")]
pub(super) fn run(args: &CheckArgs, output: &Output) -> Result<Exit, Failure> {
    let begun = Instant::now();
    let online::Came {
        read: (mut history, error),
        violation,
    } = came(args)?;
    if history.ops().is_empty() {
        let why = error.map_or_else(|| "it holds no operation".to_owned(), |e| e.to_string());
        return Err(bad_data(args, why));
    }
    if args.independent {
        let untupled = history.untuple();
        untupled.map_err(|error| bad_data(args, error))?;
    }
    let settings = settings(args, &mut history.values)?;
    let read_s = begun.elapsed().as_secs_f64();

    let judging = Instant::now();
    let limit = args.timeout.map(Duration::from_secs);
    let budget = Budget {
        memory_bytes: args.memory.saturating_mul(1 << 20),
        is_over: &|| limit.is_some_and(|limit| judging.elapsed() > limit),
    };
    let is_stopped = violation.is_some();
    let judgement = match violation {
        Some(violation) => Ok(online::judgement(violation, &history)),
        None => args.model.0.judge(&settings, &history, &budget),
    };
    let judgement = judgement.map_err(|misfit| bad_data(args, misfit))?;
    let mut document = document(args, &history, &judgement);
    if is_stopped {
        document.summary += " Reading stopped there: what came later was not judged.";
    }
    let asked = args.level.map(|level| level.0);
    let asked = asked.filter(|level| *level != Level::Linearizable);
    if args.model.0.has_ladder() && (asked.is_some() || document.verdict == Verdict::Invalid) {
        let ladder = ladder(&history, settings.initial);
        let ladder = ladder.map_err(|misfit| bad_data(args, misfit))?;
        levels::add(&mut document, &ladder);
        if let Some(level) = asked {
            levels::ask(&mut document, &history, &ladder, level);
        }
    } else if let Some(level) = asked {
        let (level, model) = (level.word(), args.model.0.word());
        return Err(Failure::usage(format!(
            "--level {level}: a {model} is judged as linearizable only; levels are known of \
             register, cas-register and kv"
        )));
    }
    document.read_s = read_s;
    document.check_s = judging.elapsed().as_secs_f64();
    document.broken_off = error.map(|error| error.to_string());
    if let Some(file) = &args.order {
        write_file(file, &orders(&history, &judgement))?;
    }
    if let Some(file) = &args.html {
        write_file(file, &results::render::history_page(&document))?;
    }
    match args.format {
        Format::Human => output.print(&output.history(&document))?,
        Format::Json => output.print(&results::render::to_json(&document)?)?,
    }
    let is_whole = document.broken_off.is_none();
    Ok(match document.verdict {
        Verdict::Invalid => Exit::Invalid,
        _ if !is_whole => Exit::BadData,
        verdict => Exit::from_verdict(verdict),
    })
}

fn bad_data(args: &CheckArgs, why: impl std::fmt::Display) -> Failure {
    Failure::new(Exit::BadData, format!("{}: {why}", args.file.display()))
}

/// So much is read at a time: it is parsed while a cache still holds it.
const BLOCK_BYTES: usize = 1 << 20;

/// All of the history, or what of it came before its first violation was there.
fn came(args: &CheckArgs) -> Result<online::Came, Failure> {
    if args.stop_on_violation {
        return online::read(args);
    }
    Ok(online::Came {
        read: history(&args.file)?,
        violation: None,
    })
}

fn history(file: &Path) -> Result<Read, Failure> {
    let unreadable = |error| online::unreadable(file, &error);
    let mut input: Box<dyn std::io::Read> = if file == Path::new("-") {
        Box::new(std::io::stdin().lock())
    } else {
        Box::new(File::open(file).map_err(unreadable)?)
    };
    let mut reader = Reader::default();
    let mut block = Vec::new();
    loop {
        block.clear();
        let limit = BLOCK_BYTES as u64;
        let count = input.by_ref().take(limit).read_to_end(&mut block);
        if count.map_err(unreadable)? == 0 {
            return Ok(reader.finish());
        }
        reader.feed(&block);
    }
}

fn settings(args: &CheckArgs, values: &mut Values) -> Result<Settings, Failure> {
    let initial = serde_json::from_str(&args.initial)
        .map_err(|error| Failure::usage(format!("--initial {}: {error}", args.initial)))?;
    Ok(Settings {
        initial: values.number(&initial),
        failed_cas: if args.failed_cas_found_another {
            FailedCas::FoundAnother
        } else {
            FailedCas::DidNothing
        },
        permits: args.permits,
        with_orders: args.order.is_some(),
    })
}

/// A line for each object that has a linearization: its operations by the lines in which they
/// begin.
fn orders(history: &History, judgement: &Judgement) -> String {
    let line = |op: &u32| history.ops()[*op as usize].call_line;
    let of_object = |(key, order): &(Val, Vec<u32>)| {
        let lines: Vec<u32> = order.iter().map(line).collect();
        let key = history.values.as_json(*key);
        format!("{}\n", json!({"key": key, "lines": lines}))
    };
    judgement.orders.iter().map(of_object).collect()
}
