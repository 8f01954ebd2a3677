//! Which line was probably meant where an expected line did not come.

use serde_json::Value;

use super::contain;
use super::expected::{Actual, Expected, Form, body_of, reply_key};

/// More lines than these are not looked at: a program that writes so many has another problem.
const MOST_LINES: usize = 500;

/// For each missing line the line that came nearest among those that stand for nothing else. No
/// line is named twice.
pub(super) fn nearest(
    missing: &[&Expected],
    left: &[(usize, &Actual)],
    strict: bool,
) -> Vec<Option<usize>> {
    let mut pairs = Vec::new();
    for (i, expected) in missing.iter().enumerate() {
        for (line, actual) in left.iter().take(MOST_LINES) {
            if let Some(distance) = distance(expected, actual, strict) {
                pairs.push((distance, i, *line));
            }
        }
    }
    pairs.sort_unstable();
    let mut found = vec![None; missing.len()];
    for (_, i, line) in pairs {
        if found[i].is_none() && !found.contains(&Some(line)) {
            found[i] = Some(line);
        }
    }
    found
}

/// How far a line is from what was expected: answers another request, has another type, differs
/// in so many fields. Nothing for a line that is certainly something else.
fn distance(expected: &Expected, actual: &Actual, strict: bool) -> Option<(bool, bool, usize)> {
    match (&expected.form, &actual.json) {
        (Form::Json(wanted), Some(json)) => {
            let differences = contain::differences(wanted, json, strict).len();
            let kind = |value| body_of(value).get("type").and_then(Value::as_str);
            let other_type = kind(wanted) != kind(json);
            let other_request = match (reply_key(wanted), reply_key(json)) {
                (Some(a), Some(b)) => {
                    !contain::contains(a.0, b.0, true) || !contain::contains(a.1, b.1, true)
                }
                _ => false,
            };
            (!other_request || !other_type).then_some((other_request, other_type, differences))
        }
        (Form::Json(_), None) => Some((true, true, usize::MAX)),
        (Form::Text | Form::Pattern(_), json) => {
            let alike = strsim::normalized_levenshtein(&expected.text, &clipped(&actual.text));
            // Between 0 and 1000, so the conversion is exact.
            let unlike = ((1.0 - alike) * 1000.0) as usize;
            Some((json.is_some(), json.is_some(), unlike))
        }
    }
}

/// The beginning of a line: comparing texts takes the product of their lengths.
fn clipped(text: &str) -> String {
    text.chars().take(200).collect()
}
