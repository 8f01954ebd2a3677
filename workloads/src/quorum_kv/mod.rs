//! `quorum-kv` over HTTP: clients of the harness write and read the keys of a replicated store, and
//! what they were told is judged by the levels of consistency that the `checker` knows.
//!
//! ```text
//! Client ──► Op ──► Mapping ──► HttpRequest ~~~ network ~~~► Heard ──► End ──► Recorder ──► judge
//! ```
//!
//! - `settings`: what a scenario says about all of it.
//! - `clients`: which operation comes next, drawn from the seed.
//! - `mapping`: operations as requests; `answer`: what an answer says about its operation.
//! - `record`: operations with their places in the history.
//! - `consistency`, `ties`, `told`: which level held, and why not a higher one.
//! - `progress`: whether anything was tested at all.
//!
//! Nothing here sends anything: whoever does hands over what was heard.

mod answer;
mod clients;
mod consistency;
mod mapping;
mod progress;
mod record;
mod settings;
#[cfg(test)]
mod tests;
mod ties;
mod told;

pub use answer::{End, Heard, HttpAnswer, Silence};
pub use clients::{Client, Op, Turn};
pub use mapping::{HttpRequest, Mapping, Place, ReadMapping, WriteMapping};
pub use record::{Done, Recorder};
pub use settings::{ClientSetup, Settings};

use checker::{CheckResult, Verdict};

/// The workload's name in scenario files.
pub const NAME: &str = "quorum-kv";

/// Judges what was recorded: whether the store answered, and how consistent it was.
#[must_use]
pub fn judge(settings: &Settings, record: &Recorder) -> Vec<CheckResult> {
    let progress = progress::check(settings, record);
    let consistency = consistency::check(settings, record);
    // Whoever answers next to nothing is consistent easily.
    let is_worth_it = [&progress, &consistency].map(|check| check.verdict) == [Verdict::Valid; 2];
    let consistency = consistency
        .with_figure("points", if is_worth_it { settings.points } else { 0 })
        .with_figure("max_points", settings.points);
    vec![progress, consistency]
}
