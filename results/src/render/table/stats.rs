//! What was counted and measured in a run, in a few lines.

use super::super::style::Style;
use super::super::text::{counted, milliseconds, paragraph};
use crate::document::{LatencyMs, LinkCounts, Stats};

/// Everything that there is to say of what was counted.
pub(super) fn stats_of(stats: &Stats, style: Style) -> String {
    let lasted_s = stats.virtual_s.unwrap_or(stats.wall_s);
    let lines = match &stats.links {
        // A cluster without clients of ours.
        Some(links) if stats.ops.invoked == 0 => seen(links, Some(lasted_s)),
        links => {
            let mut lines = of_operations(stats, lasted_s);
            lines.extend(links.iter().flat_map(|links| seen(links, None)));
            lines
        }
    };
    paragraph(&lines.join("\n"), 0, style.columns())
}

fn of_operations(stats: &Stats, lasted_s: f64) -> Vec<String> {
    let ops = &stats.ops;
    let mut ends = vec![format!("{} ok", ops.ok)];
    let other = [(ops.fail, "failed"), (ops.info, "indeterminate")];
    ends.extend(
        other
            .iter()
            .filter(|(n, _)| *n > 0)
            .map(|(n, word)| format!("{n} {word}")),
    );
    let mut lines = vec![format!(
        "{} ({}) in {lasted_s:.1} s",
        counted(ops.invoked, "operation"),
        ends.join(", "),
    )];
    if stats.during_faults > 0 {
        let met = counted(stats.during_faults, "operation");
        lines.push(format!("{met} while a fault was active"));
    }
    let messages = &stats.messages;
    lines.push(format!(
        "{:.1} messages between nodes per operation{}",
        messages.per_op,
        match messages.dropped {
            0 => String::new(),
            n => format!(", {n} lost"),
        }
    ));
    lines.extend((ops.ok > 0).then(|| latency_line(&stats.latency_ms)));
    lines
}

/// What passed over the links of a cluster. Programs need not speak HTTP.
fn seen(links: &LinkCounts, lasted_s: Option<f64>) -> Vec<String> {
    let lasted = lasted_s.map_or(String::new(), |lasted_s| format!(" in {lasted_s:.1} s"));
    if links.connections == 0 {
        return vec![format!("nobody opened a connection over a link{lasted}")];
    }
    let broken = match links.broken {
        0 => String::new(),
        n => format!(" ({n} broken)"),
    };
    let connections = counted(links.connections, "connection");
    let bytes = counted(links.bytes, "byte");
    let carried = format!("{connections} over links{broken}, {bytes}{lasted}");
    if links.requests == 0 && links.answers == 0 {
        return vec![format!("{carried}, none of it HTTP")];
    }
    let lost = match links.lost {
        0 => String::new(),
        n => format!(", {n} lost"),
    };
    let requests = counted(links.requests, "HTTP request");
    let answers = counted(links.answers, "answer");
    vec![carried, format!("{requests}, {answers}{lost}")]
}

/// In virtual time a network without latency shows none, and three zeros say little.
fn latency_line(latency_ms: &LatencyMs) -> String {
    const SHOWN_MS: f64 = 0.05;
    if latency_ms.max < SHOWN_MS {
        return "latency: none to speak of".to_owned();
    }
    format!(
        "latency: half below {}, 95 % below {}, at most {}",
        milliseconds(latency_ms.p50),
        milliseconds(latency_ms.p95),
        milliseconds(latency_ms.max),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cluster_tells_what_passed_over_its_links() {
        let told = |links| seen(&links, Some(1.5)).join("; ");
        let quiet = LinkCounts::default();
        assert_eq!(
            told(quiet),
            "nobody opened a connection over a link in 1.5 s"
        );
        let lines = LinkCounts {
            connections: 1,
            bytes: 6,
            ..quiet
        };
        assert_eq!(
            told(lines),
            "1 connection over links, 6 bytes in 1.5 s, none of it HTTP"
        );
        let http = LinkCounts {
            connections: 12,
            broken: 2,
            requests: 11,
            answers: 10,
            lost: 1,
            bytes: 5310,
        };
        assert_eq!(
            told(http),
            "12 connections over links (2 broken), 5310 bytes in 1.5 s; 11 HTTP requests, 10 answers, \
             1 lost"
        );
    }

    #[test]
    fn operations_are_only_counted_where_there_are_any() {
        let mut stats = Stats {
            links: Some(LinkCounts::default()),
            wall_s: 1.25,
            ..Stats::default()
        };
        let told = |stats: &Stats| stats_of(stats, Style::default());
        assert_eq!(
            told(&stats),
            "nobody opened a connection over a link in 1.2 s\n"
        );
        stats.ops.invoked = 2;
        assert_eq!(
            told(&stats),
            "2 operations (0 ok) in 1.2 s\n0.0 messages between nodes per operation\n\
             nobody opened a connection over a link\n"
        );
    }
}
