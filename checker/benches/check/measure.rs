//! One history, read and judged in this process.

use std::fs::File;
use std::io::Read as _;
use std::time::Instant;

use checker::judge::{FailedCas, Named, Settings};
use checker::recorded::{History, Reader};
use checker::search::Budget;

/// What it took. Milliseconds are of processor time unless it says otherwise.
#[derive(Debug, Default)]
pub(crate) struct Measured {
    /// Valid or not, and by which method.
    pub(crate) verdict: String,
    pub(crate) read_ms: f64,
    pub(crate) read_wall_ms: f64,
    /// Of the main thread and of the busiest other one, which it waits for.
    pub(crate) read_path_ms: f64,
    /// The best of three; by the clock if it is short.
    pub(crate) check_ms: f64,
    pub(crate) peak_mb: f64,
}

impl Measured {
    /// For the process that asked.
    pub(crate) fn line(&self) -> String {
        format!(
            "{};{};{};{};{};{}",
            self.verdict,
            self.read_ms,
            self.read_wall_ms,
            self.read_path_ms,
            self.check_ms,
            self.peak_mb
        )
    }

    pub(crate) fn from_line(line: &str) -> Option<Self> {
        let (verdict, numbers) = line.trim().split_once(';')?;
        let numbers: Result<Vec<f64>, _> = numbers.split(';').map(str::parse).collect();
        let [read_ms, read_wall_ms, read_path_ms, check_ms, peak_mb] = numbers.ok()?[..] else {
            return None;
        };
        Some(Self {
            verdict: verdict.to_owned(),
            read_ms,
            read_wall_ms,
            read_path_ms,
            check_ms,
            peak_mb,
        })
    }
}

pub(crate) fn judged(model: &str, counts_failed_cas: bool, file: &str) -> Measured {
    let mut measured = Measured::default();
    let (begun, before) = (Instant::now(), threads_ms());
    let history = read(file);
    measured.read_wall_ms = begun.elapsed().as_secs_f64() * 1000.0;
    let after = threads_ms();
    let spent = |at: usize| after[at] - before.get(at).unwrap_or(&0.0);
    measured.read_ms = (0..after.len()).map(spent).sum();
    measured.read_path_ms = spent(0) + (1..after.len()).map(spent).fold(0.0, f64::max);

    let named = Named::ALL.into_iter().find(|named| named.word() == model);
    let named = named.expect("a model of this name");
    let settings = Settings {
        failed_cas: if counts_failed_cas {
            FailedCas::FoundAnother
        } else {
            FailedCas::DidNothing
        },
        ..Settings::default()
    };
    let (mut best_ms, mut best_wall_ms) = (f64::INFINITY, f64::INFINITY);
    for _ in 0..3 {
        let (begun, before) = (Instant::now(), threads_ms());
        let judgement = named.judge(&settings, &history, &Budget::AMPLE);
        best_wall_ms = best_wall_ms.min(begun.elapsed().as_secs_f64() * 1000.0);
        let spent = threads_ms().iter().sum::<f64>() - before.iter().sum::<f64>();
        best_ms = best_ms.min(spent);
        let judgement = judgement.expect("operations of this model");
        let methods: Vec<&str> = judgement.methods.keys().copied().collect();
        let verdict = format!("{:?}", judgement.verdict()).to_lowercase();
        measured.verdict = format!("{verdict}, {}", methods.join(" and "));
    }
    // The system counts the time of a thread every few milliseconds only.
    measured.check_ms = if best_wall_ms < 20.0 {
        best_wall_ms
    } else {
        best_ms
    };
    measured.peak_mb = peak_mb();
    measured
}

fn read(file: &str) -> History {
    let mut input = File::open(file).expect("a history");
    let mut reader = Reader::default();
    let mut block = Vec::new();
    loop {
        block.clear();
        let count = input.by_ref().take(1 << 20).read_to_end(&mut block);
        if count.expect("readable") == 0 {
            break;
        }
        reader.feed(&block);
    }
    let (history, error) = reader.finish();
    assert_eq!(error, None);
    history
}

/// The processor time of each thread so far, the main thread first.
fn threads_ms() -> Vec<f64> {
    let threads = std::fs::read_dir("/proc/self/task").expect("threads");
    let mut paths: Vec<_> = threads
        .map(|thread| thread.expect("a thread").path())
        .collect();
    paths.sort();
    let ms = |path: &std::path::PathBuf| {
        let text = std::fs::read_to_string(path.join("schedstat")).expect("times of a thread");
        let ns = text.split(' ').next().and_then(|ns| ns.parse::<f64>().ok());
        ns.expect("nanoseconds") / 1e6
    };
    paths.iter().map(ms).collect()
}

/// The most memory that this process ever had.
fn peak_mb() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("what the system knows");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kb = line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<f64>().ok());
    kb.expect("kilobytes") / 1024.0
}
