//! An expected line beside the line that came nearest, for a terminal.

use serde_json::Value;

use super::contain;
use super::judge::{Mismatch, TranscriptResult};

const GAP: usize = 2;

/// What is missing, each expected line beside the nearest one, field by field, in lines of at most
/// `width` columns. Fields that differ are marked with `!`.
#[must_use]
pub fn side_by_side(result: &TranscriptResult, strict: bool, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    for mismatch in &result.missing {
        if !lines.is_empty() {
            lines.push(String::new());
        }
        lines.extend(one(mismatch, strict, width.max(40)));
    }
    lines
}

fn one(mismatch: &Mismatch, strict: bool, width: usize) -> Vec<String> {
    let head = format!("expected line {}", mismatch.line);
    let Some(near) = &mismatch.nearest else {
        let mut lines = vec![format!("{head} (no other line came that could be it):")];
        lines.extend(indented(&mismatch.expected, width));
        return lines;
    };
    let came = format!("line {} of stdout", near.line);
    let json = |text| serde_json::from_str::<Value>(text).ok();
    let rows = match (json(&mismatch.expected), json(&near.text)) {
        (Some(expected), Some(actual)) => field_rows(&expected, &actual, strict),
        _ => vec![["!".to_owned(), mismatch.expected.clone(), near.text.clone()]],
    };
    let mut lines = columns(&["".to_owned(), head, came], &rows, width);
    if mismatch.differences.is_empty() {
        lines.push("  the line is right, but came out of order".to_owned());
    }
    lines.push("  the whole line:".to_owned());
    lines.extend(indented(&near.text, width));
    lines
}

/// One row a field: its path with a mark, what was expected, what was there.
fn field_rows(expected: &Value, actual: &Value, strict: bool) -> Vec<[String; 3]> {
    contain::fields(expected, actual, strict)
        .iter()
        .map(|field| {
            let mark = if field.same { ' ' } else { '!' };
            let got = field.got.map_or("(missing)".to_owned(), Value::to_string);
            [
                format!("{mark} {}", field.path),
                field.expected.to_string(),
                got,
            ]
        })
        .collect()
}

/// Three columns: the first as wide as it needs to be (up to a third), the others share the rest.
fn columns(head: &[String; 3], rows: &[[String; 3]], width: usize) -> Vec<String> {
    let longest = rows.iter().map(|row| row[0].chars().count()).max();
    let first = longest.unwrap_or(0).clamp(1, width / 3);
    let other = (width - first - 2 * GAP) / 2;
    let widths = [first, other, other];
    let mut lines = Vec::new();
    for row in std::iter::once(head).chain(rows) {
        let cells: Vec<Vec<String>> = (0..3).map(|i| wrapped(&row[i], widths[i])).collect();
        let height = cells.iter().map(Vec::len).max().unwrap_or(0);
        for k in 0..height {
            let mut line = String::new();
            for (cell, width) in cells.iter().zip(widths) {
                let text = cell.get(k).map_or("", String::as_str);
                line.push_str(&format!("{text:<width$}{:GAP$}", ""));
            }
            lines.push(line.trim_end().to_owned());
        }
    }
    lines
}

fn indented(text: &str, width: usize) -> Vec<String> {
    wrapped(text, width - 4)
        .into_iter()
        .map(|line| format!("    {line}"))
        .collect()
}

/// A text in pieces of at most so many characters; control characters are shown escaped. Only the
/// beginning of a very long text is shown.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    const MOST: usize = 1000;
    let mut clean: Vec<char> = Vec::new();
    for c in text.chars().take(MOST) {
        if c.is_control() {
            clean.extend(c.escape_default());
        } else {
            clean.push(c);
        }
    }
    if text.chars().nth(MOST).is_some() {
        clean.extend("...".chars());
    }
    clean
        .chunks(width.max(1))
        .map(|piece| piece.iter().collect())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::Case;
    use super::*;

    #[test]
    fn fields_stand_side_by_side() {
        let expected =
            r#"{"src":"n1","dest":"c1","body":{"type":"read_ok","in_reply_to":3,"value":5}}"#;
        let case = Case::parse("", expected).expect("a case");
        let actual = expected.replace(":5}", ":3}");
        let result = case.judge(&[actual]);
        let shown = side_by_side(&result, false, 80).join("\n");
        assert_eq!(
            shown,
            r#"                    expected line 1                line 1 of stdout
  body.in_reply_to  3                              3
  body.type         "read_ok"                      "read_ok"
! body.value        5                              3
  dest              "c1"                           "c1"
  src               "n1"                           "n1"
  the whole line:
    {"src":"n1","dest":"c1","body":{"type":"read_ok","in_reply_to":3,"value":3}}"#
        );
    }

    #[test]
    fn nothing_is_wider_than_the_terminal() {
        let long = "x".repeat(300);
        let expected = format!(r#"{{"body":{{"type":"{long}"}}}}"#);
        let case = Case::parse("", &format!("{expected}\nready")).expect("a case");
        let actual = [
            format!(r#"{{"body":{{"type":"{long}y"}},"z":"\u0007{long}{long}{long}"}}"#),
            "\u{1b}[31mnot ready".to_owned(),
        ];
        for width in [80, 60, 10] {
            let lines = side_by_side(&case.judge(&actual), false, width);
            assert!(lines.iter().all(|l| l.chars().count() <= width.max(40)));
            assert!(lines.iter().all(|l| !l.contains('\u{1b}')));
        }
    }

    #[test]
    fn a_line_that_never_came_is_quoted() {
        let case = Case::parse("", "ready").expect("a case");
        let lines = side_by_side(&case.judge::<&str>(&[]), false, 80);
        assert_eq!(
            lines,
            [
                "expected line 1 (no other line came that could be it):",
                "    ready"
            ]
        );
    }
}
