//! What budget would have been needed, as far as that can be said.

use checker::judge::Undecided;
use checker::search::{Lacking, Standstill};

use crate::cli::args::CheckArgs;

/// More than this many seconds or megabytes is told as too much: 12 days, or a terabyte.
const TOO_MUCH: f64 = 1e6;

/// How far the search came, and what the rest takes: if it is like what was explored, or at most.
pub(super) fn told(args: &CheckArgs, undecided: &Undecided) -> Option<String> {
    let (flag, budget) = match undecided.lacking {
        Lacking::Time => ("--timeout", args.timeout? as f64),
        Lacking::Memory => ("--memory", args.memory as f64),
        Lacking::Room => return None,
    };
    let (explored, events) = (undecided.explored, undecided.events);
    let known = format!("All possibilities are known for the first {explored} of {events} events");
    Some(match undecided.standstill {
        Some(place) => format!(
            "{known}. There {} operations are open that change something, so up to 2^{} \
             possibilities have to be tried: {}.",
            place.open,
            place.open,
            enough(flag, budget * times(place), "at most ")
        ),
        None if explored == 0 => return None,
        None => format!(
            "{known}; if the rest is like these, {} would be enough.",
            enough(flag, budget * events as f64 / explored as f64, "")
        ),
    })
}

/// How many times as many possibilities there can be as were met.
fn times(place: Standstill) -> f64 {
    let all = 2f64.powi(i32::try_from(place.open).unwrap_or(i32::MAX));
    (all / place.met.max(1) as f64).max(2.0)
}

fn enough(flag: &str, budget: f64, at_most: &str) -> String {
    if budget > TOO_MUCH {
        return "perhaps more than any machine can".to_owned();
    }
    format!("{at_most}about {flag} {:.0}", budget.ceil())
}
