//! What checks cost: processor time and memory, by kind of history, beside what is aimed at.
//!
//! Every history is written to a file, and a process of its own reads it and judges it with one
//! thread. `cargo bench -p checker`; `-- cas` for the rows that have this in their names.

#![expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "measures and prints"
)]

mod flaws;
mod histories;
mod measure;
mod objects;
mod operations;

use std::io::BufWriter;
use std::path::PathBuf;
use std::process::Command;

use checker::judge::Named;
use flaws::Flaw;
use histories::{Recipe, write_json_lines};
use measure::Measured;
use objects::Kind;

/// A row of the table.
struct Case {
    name: &'static str,
    model: &'static str,
    recipe: Recipe,
    /// Milliseconds and megabytes.
    aim: (u32, Option<u32>),
}

fn case(
    name: &'static str,
    model: &'static str,
    kind: Kind,
    (operations, processes): (usize, usize),
    (indeterminate, flaw): (f64, Flaw),
    aim: (u32, Option<u32>),
) -> Case {
    let recipe = Recipe {
        kind,
        operations,
        processes,
        indeterminate,
        flaw,
    };
    Case {
        name,
        model,
        recipe,
        aim,
    }
}

const MILLION: (usize, usize) = (1_000_000, 100);

#[rustfmt::skip]
fn cases() -> Vec<Case> {
    use Flaw::{Long, Low, Never, Stale};
    use Kind::{Cas, Counter, Queue, Registers, Set, Stack};
    let good = (0.0, Flaw::None);
    let five_percent = |flaw| (0.05, flaw);
    vec![
        case("register, every value once", "register", Registers(1), MILLION, good, (150, Some(200))),
        case("kv of 1,000 keys", "kv", Registers(1000), MILLION, good, (50, None)),
        case("register, 5 % open, bad", "register", Registers(1), (10_000, 25), five_percent(Stale), (5, None)),
        case("cas, value of nobody", "cas-register", Cas(5), (10_000, 10), (0.0, Never), (20, None)),
        case("cas, value of long ago", "cas-register", Cas(5), (10_000, 10), (0.0, Long), (20, None)),
        case("cas, good", "cas-register", Cas(5), (10_000, 25), good, (3000, None)),
        case("cas, value of long ago", "cas-register", Cas(5), (10_000, 25), (0.0, Long), (3000, None)),
        case("cas, good", "cas-register", Cas(5), (100_000, 10), good, (200, Some(50))),
        case("counter", "counter", Counter, (10_000, 25), good, (50, None)),
        case("counter, 5 % open, bad", "counter", Counter, (10_000, 25), five_percent(Low), (50, None)),
        case("queue", "fifo-queue", Queue, MILLION, good, (500, None)),
        case("stack", "stack", Stack, MILLION, good, (500, None)),
        case("set", "set", Set, MILLION, good, (500, None)),
    ]
}

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    if let [word, model, failed_cas, file] = &args[..]
        && word == "measure"
    {
        println!(
            "{}",
            measure::judged(model, failed_cas == "counted", file).line()
        );
        return;
    }
    let wanted = args.iter().find(|arg| !arg.starts_with("--"));
    println!("| history | operations | processes | verdict, by | check | aim | memory | aim |");
    println!("|---|--:|--:|---|--:|--:|--:|--:|");
    for case in cases() {
        let is_known = Named::ALL.iter().any(|named| named.word() == case.model);
        if is_known && wanted.is_none_or(|wanted| case.name.contains(wanted.as_str())) {
            run(&case);
        }
    }
    if wanted.is_none_or(|wanted| wanted == "reading") {
        reading();
    }
}

fn file(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name)
}

/// Writes the history of a recipe; the file and its size in bytes.
fn written(recipe: &Recipe) -> (PathBuf, u64) {
    let path = file("history.jsonl");
    let mut to = BufWriter::new(std::fs::File::create(&path).expect("a file"));
    let with_keys = matches!(recipe.kind, Kind::Registers(keys) if keys > 1);
    write_json_lines(&recipe.draw(1), with_keys, &mut to).expect("written");
    drop(to);
    let bytes = path.metadata().expect("written").len();
    (path, bytes)
}

fn measured(model: &str, failed_cas: &str, path: &std::path::Path, threads: &str) -> Measured {
    let own = std::env::current_exe().expect("a path");
    let out = Command::new(own)
        .args(["measure", model, failed_cas])
        .arg(path)
        .env("RAYON_NUM_THREADS", threads)
        .output()
        .expect("a process");
    let line = String::from_utf8_lossy(&out.stdout);
    Measured::from_line(&line).unwrap_or_else(|| panic!("{}", String::from_utf8_lossy(&out.stderr)))
}

fn run(case: &Case) {
    let (path, _) = written(&case.recipe);
    let ways: &[&str] = match case.model {
        "cas-register" => &["not counted", "counted"],
        _ => &["not counted"],
    };
    for failed_cas in ways {
        let measured = measured(case.model, failed_cas, &path, "1");
        let name = match case.model {
            "cas-register" => format!("{}, failed cas {failed_cas}", case.name),
            _ => case.name.to_owned(),
        };
        let memory_aim = case.aim.1.map_or(String::new(), |mb| format!("{mb} MB"));
        println!(
            "| {name} | {} | {} | {} | {:.1} ms | {} ms | {:.0} MB | {memory_aim} |",
            case.recipe.operations,
            case.recipe.processes,
            measured.verdict,
            measured.check_ms,
            case.aim.0,
            measured.peak_mb,
        );
    }
}

/// Megabytes of JSON Lines a second.
fn reading() {
    let case = &cases()[0];
    let (path, bytes) = written(&case.recipe);
    let megabytes = bytes as f64 / 1e6;
    println!("\nreading {megabytes:.0} MB of JSON Lines; aim: 300 MB/s on one core");
    for threads in ["1", "2"] {
        let measured = measured(case.model, "not counted", &path, threads);
        let per_s = |ms: f64| megabytes / ms * 1000.0;
        println!(
            "{threads} threads: {:.0} MB/s by the clock, {:.0} MB/s of processor time, {:.0} MB/s \
             if the busiest thread and the one that waits for it never had to wait for a processor",
            per_s(measured.read_wall_ms),
            per_s(measured.read_ms),
            per_s(measured.read_path_ms),
        );
    }
}
