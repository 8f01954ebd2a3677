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

/// A sentence of the checker with `process "c0"` as the client c0.
pub(super) fn by_name(sentence: &str) -> String {
    const MARKS: [&str; 2] = ["Process \"", "process \""];
    let mut told = String::new();
    let mut rest = sentence;
    while let Some(at) = MARKS.iter().filter_map(|mark| rest.find(mark)).min() {
        let (before, after) = rest.split_at(at);
        let (name, after) = after[MARKS[0].len()..]
            .split_once('"')
            .unwrap_or((after, ""));
        told.push_str(before);
        told.push_str(name);
        rest = after;
    }
    told + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clients_go_by_their_names() {
        let sentence = r#"Process "c0" read null (line 7), before process "c1/2" wrote "x"."#;
        assert_eq!(
            by_name(sentence),
            r#"c0 read null (line 7), before c1/2 wrote "x"."#
        );
        assert_eq!(by_name("No client here."), "No client here.");
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
