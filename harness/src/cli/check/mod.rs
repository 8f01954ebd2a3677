//! `splitbrain check`: a recorded history, judged.

mod document;

use std::fs::File;
use std::io::Read as _;
use std::path::Path;
use std::time::{Duration, Instant};

use checker::Verdict;
use checker::judge::{FailedCas, Judgement, Settings};
use checker::recorded::{History, Read, Reader, Val};
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
    let (mut history, error) = history(&args.file)?;
    if history.ops.is_empty() {
        let why = error.map_or_else(|| "it holds no operation".to_owned(), |e| e.to_string());
        return Err(bad_data(args, why));
    }
    if args.independent {
        let untupled = history.untuple();
        untupled.map_err(|error| bad_data(args, error))?;
    }
    let settings = settings(args, &mut history)?;
    let read_s = begun.elapsed().as_secs_f64();

    let judging = Instant::now();
    let limit = args.timeout.map(Duration::from_secs);
    let budget = Budget {
        memory_bytes: args.memory.saturating_mul(1 << 20),
        is_over: &|| limit.is_some_and(|limit| judging.elapsed() > limit),
    };
    let judgement = args.model.0.judge(&settings, &history, &budget);
    let judgement = judgement.map_err(|misfit| bad_data(args, misfit))?;
    let mut document = document(args, &history, &judgement);
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

/// So much is read at a time.
const BLOCK_BYTES: usize = 1 << 22;

fn history(file: &Path) -> Result<Read, Failure> {
    let unreadable = |error| Failure::new(Exit::NoInput, format!("{}: {error}", file.display()));
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

fn settings(args: &CheckArgs, history: &mut History) -> Result<Settings, Failure> {
    let initial = serde_json::from_str(&args.initial)
        .map_err(|error| Failure::usage(format!("--initial {}: {error}", args.initial)))?;
    Ok(Settings {
        initial: history.values.number(&initial),
        failed_cas: if args.failed_cas_found_another {
            FailedCas::FoundAnother
        } else {
            FailedCas::DidNothing
        },
        with_orders: args.order.is_some(),
    })
}

/// A line for each object that has a linearization: its operations by the lines in which they
/// begin.
fn orders(history: &History, judgement: &Judgement) -> String {
    let line = |op: &u32| history.ops[*op as usize].call_line;
    let of_object = |(key, order): &(Val, Vec<u32>)| {
        let lines: Vec<u32> = order.iter().map(line).collect();
        let key = history.values.json(*key);
        format!("{}\n", json!({"key": key, "lines": lines}))
    };
    judgement.orders.iter().map(of_object).collect()
}
