//! Levels and violations in the words of clients.

use checker::levels::{Level, Staleness};

/// What a level is called in a sentence.
fn phrase(level: Level) -> String {
    match level {
        Level::Linearizable => "linearizability".to_owned(),
        Level::Regular => "quorum visibility".to_owned(),
        other => other.word().replace('-', " "),
    }
}

/// The highest level held.
pub(super) fn linearizable(required: Level) -> String {
    let enough = match required {
        Level::Linearizable => "",
        _ => ", which is more than was asked for",
    };
    format!("The store was linearizable{enough}: every read found the newest write.")
}

/// Levels that hold, levels that do not and why, and levels of which it is not known and why.
pub(super) fn levels(
    held: &[Level],
    (broken, why): (&[Level], Option<String>),
    (open, lacking): (&[Level], Option<String>),
) -> String {
    let mut parts = Vec::new();
    if !held.is_empty() {
        parts.push(format!("{} {}", all(held), verb(held, "holds", "hold")));
    }
    if !broken.is_empty() {
        let does = verb(broken, "does not hold", "do not hold");
        parts.push(format!("{} {does}", all(broken)));
    }
    if !open.is_empty() {
        let why = lacking.map_or_else(String::new, |why| format!(" ({why})"));
        parts.push(format!("of {} it is not known{why}", all(open)));
    }
    let text = capital(&parts.join("; "));
    match why {
        Some(why) => format!("{text}: {why}"),
        None => format!("{text}."),
    }
}

fn verb<'a>(levels: &[Level], one: &'a str, many: &'a str) -> &'a str {
    match levels {
        [level] if !phrase(*level).ends_with('s') => one,
        _ => many,
    }
}

fn all(levels: &[Level]) -> String {
    let names: Vec<String> = levels.iter().map(|level| phrase(*level)).collect();
    checker::listed(&names)
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    let first = chars.next().map(|c| c.to_ascii_uppercase());
    first.into_iter().chain(chars).collect()
}

/// How stale reads were, if any was.
pub(super) fn staleness(staleness: &Staleness) -> Option<String> {
    if staleness.stale_reads == 0 {
        return None;
    }
    let (reads, stale) = (staleness.reads, staleness.stale_reads);
    let versions = staleness.versions.max;
    let plural = if versions == 1 { "" } else { "s" };
    let ms = staleness.behind_ns.max as f64 / 1e6;
    Some(format!(
        "{stale} of {reads} reads found what was certainly replaced, at most {versions} \
         version{plural} and {ms:.0} ms behind."
    ))
}

/// A sentence of the checker in which clients go by their names and operations have their places:
/// `process "c0" read null (line 7)` becomes `c0 read null (peer1, line 7)`.
pub(super) fn by_name(sentence: &str, node: impl Fn(usize) -> Option<String>) -> String {
    const LINE: &str = "(line ";
    let sentence = without_process(sentence);
    let mut parts = sentence.split(LINE);
    let mut told = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let digits = part.split(|c: char| !c.is_ascii_digit()).next();
        let line = digits.and_then(|digits| digits.parse().ok());
        match line.and_then(&node) {
            Some(node) => told += &format!("({node}, line {part}"),
            None => told += &format!("{LINE}{part}"),
        }
    }
    told
}

fn without_process(sentence: &str) -> String {
    const MARKS: [&str; 2] = ["Process \"", "process \""];
    let mut told = String::new();
    let mut rest = sentence;
    while let Some(at) = MARKS.iter().filter_map(|mark| rest.find(mark)).min() {
        let (before, after) = rest.split_at(at);
        let after = &after[MARKS[0].len()..];
        let (name, after) = after.split_once('"').unwrap_or((after, ""));
        told.push_str(before);
        told.push_str(name);
        rest = after;
    }
    told + rest
}

/// What may be the cause when a level does not hold although another one does.
pub(super) fn cause(required: Level, is_regular: bool) -> &'static str {
    match (required, is_regular) {
        (_, false) => {
            " Perhaps a write is acknowledged before enough replicas have it (W), a read asks too \
             few of them (R; W + R has to be more than N), or one that is cut off answers alone."
        }
        (Level::Linearizable, true) => {
            " Perhaps a read answers a value that too few replicas have, and leaves it at that: it \
             has to store it at a quorum first."
        }
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clients_go_by_their_names() {
        let sentence =
            r#"Process "c0" read null (line 7), before process "c1/2" wrote "x" (line 8)."#;
        let node = |line| (line == 7).then(|| "peer1".to_owned());
        assert_eq!(
            by_name(sentence, node),
            r#"c0 read null (peer1, line 7), before c1/2 wrote "x" (line 8)."#
        );
        assert_eq!(by_name("No client here.", node), "No client here.");
    }

    #[test]
    fn levels_are_told_with_the_reason() {
        let held = [Level::Regular, Level::MonotonicReads];
        let why = Some("c0 read nothing.".to_owned());
        assert_eq!(
            levels(&held, (&[Level::Linearizable], why), (&[], None)),
            "Quorum visibility and monotonic reads hold; linearizability does not hold: c0 read \
             nothing."
        );
        assert_eq!(
            levels(
                &[Level::Regular],
                (&[], None),
                (&[Level::Eventual], Some("too short".into()))
            ),
            "Quorum visibility holds; of eventual it is not known (too short)."
        );
    }
}
