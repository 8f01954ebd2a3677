//! How long elements take until every read shows them.

use serde_json::{Value, json};

use super::elements::Element;

/// Quantiles over all stable elements, in milliseconds; `None` when there are none.
///
/// An element is stable when the read invoked last of those that saw its add contains it. Its
/// latency goes from the moment when it was known to the beginning of the last read that lacks it.
pub(super) fn stable_latency(elements: &[Element]) -> Option<Value> {
    let mut latencies_ns: Vec<u64> = elements.iter().filter_map(latency_ns).collect();
    latencies_ns.sort_unstable();
    let last = latencies_ns.len().checked_sub(1)?;
    let at = |quantile: f64| {
        let position = (latencies_ns.len() as f64 * quantile) as usize;
        latencies_ns[position.min(last)] as f64 / 1e6
    };
    Some(json!({"p50": at(0.5), "p95": at(0.95), "p99": at(0.99), "max": at(1.0)}))
}

fn latency_ns(element: &Element) -> Option<u64> {
    element.add?;
    let known = element.known?;
    let present = element.present?;
    match element.absent {
        None => Some(0),
        Some(absent) if present > absent => {
            Some((absent.time_ns + 1).saturating_sub(known.time_ns))
        }
        Some(_) => None,
    }
}
