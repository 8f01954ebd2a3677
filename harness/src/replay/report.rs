//! What a replay found, for people.

use std::fmt::Write;

use super::compare::{Comparison, Divergence};
use super::story::seconds;

/// What is known beside the journals.
#[derive(Debug, Clone, Default)]
pub struct Circumstances {
    /// What is different in the environment now; nothing when the run has no fingerprint.
    pub changes: Option<Vec<String>>,
    /// What was noticed in the runs that may make them differ.
    pub remarks: Vec<String>,
    /// The verdict recorded and the new one, each as a sentence.
    pub verdicts: Option<(String, String)>,
}

impl Circumstances {
    fn is_same_verdict(&self) -> bool {
        self.verdicts.as_ref().is_none_or(|(was, is)| was == is)
    }
}

/// Whether the replay is the run again: the same journal, and the same verdict about it.
#[must_use]
pub fn is_same(comparison: &Comparison, around: &Circumstances) -> bool {
    matches!(comparison, Comparison::Same { .. }) && around.is_same_verdict()
}

/// The outcome as a text of several lines.
#[must_use]
pub fn report(comparison: &Comparison, around: &Circumstances) -> String {
    let mut text = match comparison {
        Comparison::Same {
            lines,
            hash,
            cut_off,
        } => same(*lines, hash, *cut_off),
        Comparison::Different(divergence) => different(divergence),
    };
    let same_journal = matches!(comparison, Comparison::Same { .. });
    let same_verdict = around.is_same_verdict();
    if !same_verdict {
        let (was, is) = around.verdicts.clone().unwrap_or_default();
        let _ = write!(
            text,
            "\nThe verdict differs:\n  recorded  {was}\n  replayed  {is}\n"
        );
    }
    if !same_journal || !same_verdict {
        text.push_str(&reasons(around));
    }
    text
}

/// The comparison in a sentence or two, for a table.
#[must_use]
pub fn in_a_sentence(comparison: &Comparison) -> String {
    let divergence = match comparison {
        Comparison::Same { lines, .. } => {
            let lines = grouped(*lines);
            return format!("A second run gave the same {lines} journal lines.");
        }
        Comparison::Different(divergence) => divergence,
    };
    let number = grouped(divergence.line);
    let not_the_same = "A second run of the same plan was not the same:";
    // The time and what happened then; a line that cannot be read has no time.
    let parts = |line: &str| match line.split_once("  ") {
        Some((time, what)) => (time.to_owned(), window(what, 0).0),
        None => (String::new(), window(line, 0).0),
    };
    let first = divergence.first.as_deref().map(parts);
    let second = divergence.second.as_deref().map(parts);
    if let (Some((then, what)), Some((again, same))) = (&first, &second)
        && what == same
    {
        return format!(
            "{not_the_same} line {number} of the journal, `{what}`, came at {then} the first time \
             and at {again} the second time."
        );
    }
    let quoted = |part: Option<(String, String)>| match part {
        Some((_, what)) => format!("`{what}`"),
        None => "missing".to_owned(),
    };
    format!(
        "{not_the_same} line {number} of the journal, at {}, was {} the first time and {} the \
         second time.",
        seconds(divergence.time_ns),
        quoted(first),
        quoted(second)
    )
}

fn same(lines: u64, hash: &str, cut_off: bool) -> String {
    let lines = grouped(lines);
    if cut_off {
        return format!(
            "The replay is the same as far as the recorded run came: {lines} journal lines, hash \
             {hash}.\n"
        );
    }
    format!("The replay is the same: {lines} journal lines, hash {hash}.\n")
}

fn different(divergence: &Divergence) -> String {
    let Divergence {
        line,
        time_ns,
        first,
        second,
        about,
        before,
    } = divergence;
    let mut text = format!(
        "The replay is not the same. The first difference is line {} of the journal, at {}:\n\n",
        grouped(*line),
        seconds(*time_ns)
    );
    let ended = "(the journal has ended)".to_owned();
    let first = first.clone().unwrap_or_else(|| ended.clone());
    let second = second.clone().unwrap_or(ended);
    let at = first_difference(&first, &second);
    let (first, column) = window(&first, at);
    let (second, _) = window(&second, at);
    let _ = writeln!(text, "  recorded  {first}\n  replayed  {second}");
    let _ = writeln!(text, "            {}^", " ".repeat(column));
    if !before.is_empty() {
        let _ = writeln!(
            text,
            "\nBefore that, the same in both, about {}:\n",
            about.join(" and ")
        );
        for line in before {
            let _ = writeln!(text, "  {}", window(line, 0).0);
        }
    }
    text
}

fn reasons(around: &Circumstances) -> String {
    let mut text = String::new();
    match &around.changes {
        None => text.push_str(
            "\nThe run has no environment.json, so it is not known what changed since.\n",
        ),
        Some(changes) if changes.is_empty() => text.push_str(
            "\nNothing that is known of the environment has changed since. Then the program uses \
             something\nthat virtual time does not cover, or this is a bug of Splitbrain.\n",
        ),
        Some(changes) => {
            text.push_str("\nWhat has changed since the run was recorded:\n");
            for change in changes {
                let _ = writeln!(text, "  - {change}");
            }
        }
    }
    if !around.remarks.is_empty() {
        text.push_str("\nWhat was noticed in the run:\n");
        for remark in &around.remarks {
            let _ = writeln!(text, "  - {remark}");
        }
    }
    text
}

/// The number of characters that two texts have in common at their beginning.
fn first_difference(a: &str, b: &str) -> usize {
    a.chars().zip(b.chars()).take_while(|(x, y)| x == y).count()
}

/// So many characters of a line are shown.
const WIDTH: usize = 150;

/// A long text around the character `at`, and the column of that character in it.
fn window(text: &str, at: usize) -> (String, usize) {
    let length = text.chars().count();
    if length <= WIDTH {
        return (text.to_owned(), at);
    }
    // The beginning tells time and sender; keep it unless the difference is far away.
    if at < WIDTH - 20 {
        let shown: String = text.chars().take(WIDTH).collect();
        return (format!("{shown} ..."), at);
    }
    const HEAD: usize = 50;
    const BEFORE: usize = 40;
    let head: String = text.chars().take(HEAD).collect();
    let shown: String = text.chars().skip(at - BEFORE).take(WIDTH - HEAD).collect();
    let more = if at - BEFORE + WIDTH - HEAD < length {
        " ..."
    } else {
        ""
    };
    (format!("{head} ... {shown}{more}"), HEAD + 5 + BEFORE)
}

/// A number with commas between its thousands.
fn grouped(n: u64) -> String {
    let digits = n.to_string();
    let mut text = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
