//! Lines of text: how wide they are, where they break, how numbers with units look.

use super::style::Style;
use tabled::grid::util::string::{get_char_width, get_string_width};

use crate::quote::visible;

/// The columns that a line takes.
pub(super) fn width_of(line: &str) -> usize {
    get_string_width(line)
}

/// A text in lines of at most so many columns, broken between words where that is possible. The
/// indentation of its own lines is kept; control characters are made visible.
pub(super) fn wrap(text: &str, columns: usize) -> Vec<String> {
    text.split('\n')
        .flat_map(|line| wrap_line(&visible(line.trim_end()), columns.max(2)))
        .collect()
}

fn wrap_line(line: &str, columns: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut current = String::new();
    for (n, word) in line.split(' ').enumerate() {
        if n > 0 && width_of(&current) + 1 + width_of(word) > columns && !current.trim().is_empty()
        {
            lines.push(std::mem::take(&mut current));
        } else if n > 0 && (lines.is_empty() || !current.is_empty()) {
            current.push(' ');
        }
        current.push_str(word);
        break_word(&mut lines, &mut current, columns);
    }
    lines.push(current);
    lines
}

/// Moves full lines out of a line that is too long because of one word.
fn break_word(lines: &mut Vec<String>, current: &mut String, columns: usize) {
    while width_of(current) > columns {
        let mut width = 0;
        let fits = |c: char| {
            width += get_char_width(c);
            width > columns
        };
        // At least one character, or this would never end.
        let first = current.chars().next().map_or(0, char::len_utf8);
        let cut = current
            .find(fits)
            .map_or(current.len(), |cut| cut.max(first));
        let rest = current.split_off(cut);
        lines.push(std::mem::replace(current, rest));
    }
}

/// A text as a paragraph that fits the terminal.
#[must_use]
pub fn wrapped(text: &str, style: Style) -> String {
    paragraph(text, 0, style.columns())
}

/// A text as a paragraph: wrapped, every line indented.
pub(super) fn paragraph(text: &str, indent: usize, columns: usize) -> String {
    let lines = wrap(text, columns.saturating_sub(indent));
    indented(&lines, indent)
}

/// Lines with so many spaces before each, and a newline after each.
pub(super) fn indented(lines: &[String], indent: usize) -> String {
    lines
        .iter()
        .map(|line| format!("{:indent$}{line}", "").trim_end().to_owned() + "\n")
        .collect()
}

/// `1.3 ms`, `131 ms`, `12.3 s`.
pub(super) fn milliseconds(ms: f64) -> String {
    if ms < 10.0 {
        format!("{ms:.1} ms")
    } else if ms < 10_000.0 {
        format!("{ms:.0} ms")
    } else {
        format!("{:.1} s", ms / 1000.0)
    }
}

/// `1.250 s`: a moment of a run.
pub(super) fn moment(time_ns: u64) -> String {
    format!(
        "{}.{:03} s",
        time_ns / 1_000_000_000,
        time_ns / 1_000_000 % 1000
    )
}

/// `1 operation`, `2 operations`.
pub(super) fn counted(n: u64, noun: &str) -> String {
    format!("{n} {noun}{}", if n == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_break_between_words() {
        assert_eq!(wrap("one two three", 7), ["one two", "three"]);
        assert_eq!(wrap("one two", 80), ["one two"]);
        assert_eq!(wrap("", 80), [""]);
    }

    #[test]
    fn long_words_break_anywhere() {
        assert_eq!(wrap("a bcdefghij k", 4), ["a", "bcde", "fghi", "j k"]);
        assert_eq!(wrap("日本語日本語", 5), ["日本", "語日", "本語"]);
        assert_eq!(wrap("日本", 1), ["日", "本"]);
    }

    #[test]
    fn own_lines_and_their_indentation_are_kept() {
        assert_eq!(
            wrap("def f():\n    return 1\r\n", 80),
            ["def f():", "    return 1", ""]
        );
        assert_eq!(wrap("    return 12345678", 10), ["    return", "12345678"]);
    }

    #[test]
    fn numbers_have_as_many_digits_as_they_deserve() {
        assert_eq!(milliseconds(1.25), "1.2 ms");
        assert_eq!(milliseconds(130.75), "131 ms");
        assert_eq!(milliseconds(12_345.0), "12.3 s");
        assert_eq!(moment(1_250_400_000), "1.250 s");
        assert_eq!(counted(1, "message"), "1 message");
    }
}
