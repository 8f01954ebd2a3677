//! Comparing what was written with what was expected.

use checker::Verdict;
use serde::Serialize;

use super::Case;
use super::assign::{Wanted, assign};
use super::contain::{self, Difference};
use super::expected::{Actual, Expected, Form};
use super::nearest::nearest;

/// How a case ended, as far as its output tells.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TranscriptResult {
    /// Valid when every expected line came.
    pub verdict: Verdict,
    /// Whether the case would have accepted nearly everything.
    pub weak: bool,
    /// One sentence about what is missing or weak; empty when there is nothing to say.
    pub note: String,
    /// How many expected lines came.
    pub matched: usize,
    /// The expected lines that did not come.
    pub missing: Vec<Mismatch>,
}

/// An expected line that did not come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Mismatch {
    /// Which of the expected lines, from 1.
    pub line: usize,
    /// The line as it stands in the suite.
    pub expected: String,
    /// The line that came nearest; nothing when no line was left.
    pub nearest: Option<Nearest>,
    /// In which fields the nearest line differs.
    pub differences: Vec<Difference>,
}

/// A line that the program wrote.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Nearest {
    /// Which line of its stdout, from 1.
    pub line: usize,
    /// The line.
    pub text: String,
}

impl Case {
    /// Judges the lines that a program has written so far, in the order in which it wrote them.
    #[must_use]
    pub fn judge<S: AsRef<str>>(&self, output: &[S]) -> TranscriptResult {
        let lines: Vec<Actual> = output.iter().map(|l| Actual::new(l.as_ref())).collect();
        let wanted: Vec<Wanted> = self
            .expected
            .iter()
            .map(|expected| Wanted {
                keyed: expected.is_keyed() && !self.strict,
                fits: (0..lines.len())
                    .filter(|line| expected.fits(&lines[*line], self.strict))
                    .collect(),
            })
            .collect();
        let assigned = assign(&wanted, lines.len());
        let missing = self.missing(&lines, &assigned);
        let verdict = if missing.is_empty() {
            Verdict::Valid
        } else {
            Verdict::Invalid
        };
        TranscriptResult {
            verdict,
            weak: self.weakness().is_some(),
            note: self.note(&missing, lines.len()),
            matched: self.expected.len() - missing.len(),
            missing,
        }
    }

    fn missing(&self, lines: &[Actual], assigned: &[Option<usize>]) -> Vec<Mismatch> {
        let absent: Vec<usize> = (0..assigned.len())
            .filter(|i| assigned[*i].is_none())
            .collect();
        let left: Vec<(usize, &Actual)> = lines
            .iter()
            .enumerate()
            .filter(|(line, actual)| {
                !assigned.contains(&Some(*line)) && !actual.text.trim().is_empty()
            })
            .collect();
        let wanted: Vec<&Expected> = absent.iter().map(|i| &self.expected[*i]).collect();
        let near = nearest(&wanted, &left, self.strict);
        absent
            .iter()
            .zip(near)
            .map(|(i, near)| self.mismatch(*i, near.map(|line| (line, &lines[line]))))
            .collect()
    }

    fn mismatch(&self, index: usize, near: Option<(usize, &Actual)>) -> Mismatch {
        let expected = &self.expected[index];
        let differences = match near {
            Some((_, actual)) => self.differences(expected, actual),
            None => Vec::new(),
        };
        Mismatch {
            line: index + 1,
            expected: expected.text.clone(),
            nearest: near.map(|(line, actual)| Nearest {
                line: line + 1,
                text: actual.text.clone(),
            }),
            differences,
        }
    }

    /// In what a line differs. A line that fits and yet stands for nothing came out of order.
    fn differences(&self, expected: &Expected, actual: &Actual) -> Vec<Difference> {
        match (&expected.form, &actual.json) {
            (Form::Json(wanted), Some(json)) => contain::differences(wanted, json, self.strict),
            _ if expected.fits(actual, self.strict) => Vec::new(),
            _ => vec![Difference {
                path: String::new(),
                expected: expected.text.clone(),
                got: Some(actual.text.clone()),
            }],
        }
    }

    fn note(&self, missing: &[Mismatch], lines: usize) -> String {
        let count = self.expected.len();
        let Some(first) = missing.first() else {
            return self.weakness().unwrap_or_default().to_owned();
        };
        if lines == 0 {
            return "the program wrote nothing to stdout".to_owned();
        }
        let which = format!("expected line {} of {count}", first.line);
        // A wrong type says more than what follows from it.
        let telling = first.differences.iter().find(|d| d.path.ends_with("type"));
        let what = match (&first.nearest, telling.or(first.differences.first())) {
            (None, _) => format!("{which} did not come"),
            (Some(_), Some(difference)) => format!("{which}, {difference}"),
            (Some(near), None) => {
                format!("{which} came out of order, as line {}", near.line)
            }
        };
        match missing.len() {
            1 => what,
            more => format!("{what} ({} more missing)", more - 1),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const OUTPUT: &str = r#"
{"src":"n1","dest":"c0","body":{"type":"init_ok","in_reply_to":1,"msg_id":0}}
{"src":"n1","dest":"c1","body":{"type":"add_ok","in_reply_to":2,"msg_id":1}}
{"src":"n1","dest":"c1","body":{"type":"read_ok","in_reply_to":3,"msg_id":2,"value":5}}
"#;

    fn case(output: &str) -> Case {
        Case::parse("", output).expect("a case")
    }

    fn good() -> Vec<String> {
        let lines = OUTPUT.trim().lines();
        lines
            .map(|l| l.replace("msg_id\":", "msg_id\":9"))
            .collect()
    }

    #[test]
    fn what_was_expected_is_enough() {
        let result = case(OUTPUT).judge(&good());
        assert_eq!(result.verdict, Verdict::Valid);
        assert_eq!((result.note.as_str(), result.matched), ("", 3));
        assert!(!result.weak);
    }

    #[test]
    fn a_wrong_value_is_shown_beside_the_answer_to_that_request() {
        let mut lines = good();
        lines[2] = lines[2].replace(":5}", ":3}");
        let result = case(OUTPUT).judge(&lines);
        assert_eq!(result.verdict, Verdict::Invalid);
        assert_eq!(
            result.note,
            "expected line 3 of 3, body.value: expected 5, got 3"
        );
        assert_eq!(result.missing[0].nearest.as_ref().map(|n| n.line), Some(3));
    }

    #[test]
    fn a_wrong_in_reply_to_is_found_by_the_type() {
        let mut lines = good();
        lines[2] = lines[2].replace("in_reply_to\":3", "in_reply_to\":2");
        let result = case(OUTPUT).judge(&lines);
        assert_eq!(
            result.note,
            "expected line 3 of 3, body.in_reply_to: expected 3, got 2"
        );
    }

    #[test]
    fn nothing_and_too_little_are_said_plainly() {
        let none = case(OUTPUT).judge::<&str>(&[]);
        assert_eq!(none.note, "the program wrote nothing to stdout");
        assert_eq!(none.missing.len(), 3);
        let little = case(OUTPUT).judge(&good()[..1]);
        assert_eq!(
            little.note,
            "expected line 2 of 3 did not come (1 more missing)"
        );
        assert_eq!(little.missing[0].nearest, None);
    }

    #[test]
    fn a_case_that_expects_only_init_ok_says_so() {
        let weak = case(OUTPUT.trim().lines().next().expect("a line"));
        let result = weak.judge(&good());
        assert_eq!(result.verdict, Verdict::Valid);
        assert!(result.weak);
        assert_eq!(result.note, "weakly checked: expects nothing but init_ok");
    }

    #[test]
    fn text_patterns_and_bare_bodies() {
        let case = case("ready\n/^took [0-9]+ ms$/\n{\"type\":\"echo_ok\",\"in_reply_to\":1}");
        let lines = [
            "ready  ",
            "noise",
            "took 31 ms",
            r#"{"type":"echo_ok","in_reply_to":1.0,"msg_id":4}"#,
        ];
        assert_eq!(case.judge(&lines).verdict, Verdict::Valid);
        let mut swapped = lines;
        swapped.swap(0, 2);
        assert_eq!(case.judge(&swapped).matched, 2, "text has an order");
        assert!(Case::parse("", "/(/").is_err());
    }

    #[test]
    fn strict_means_msg_ids_and_order() {
        let exact: Vec<&str> = OUTPUT.trim().lines().collect();
        let strict = Case {
            strict: true,
            ..case(OUTPUT)
        };
        assert_eq!(strict.judge(&exact).verdict, Verdict::Valid);
        let result = strict.judge(&good());
        assert_eq!(
            result.missing[0].differences[0].to_string(),
            "body.msg_id: expected 0, got 90"
        );
        let swapped = [exact[1], exact[0], exact[2]];
        let result = strict.judge(&swapped);
        assert!(result.note.contains("came out of order"), "{}", result.note);
        assert_eq!(result.matched, 2);
    }

    /// Expected replies to c0..c2 for requests 0..4 with values 0..2; written lines contain them
    /// in several spellings.
    fn replies() -> impl Strategy<Value = Vec<(u8, u8, u8)>> {
        prop::collection::vec((0..3_u8, 0..4_u8, 0..2_u8), 1..8)
    }

    fn line((client, request, value): (u8, u8, u8), extra: &str) -> String {
        format!(
            r#"{{"dest":"c{client}","body":{{"in_reply_to":{request}{extra},"value":{value}.0}}}}"#
        )
    }

    proptest! {
        #[test]
        fn order_and_further_lines_do_not_matter_but_each_line_does(
            wanted in replies(), more in replies(), order in any::<prop::sample::Index>()
        ) {
            let expected: Vec<String> = wanted.iter().map(|r| line(*r, "")).collect();
            let case = case(&expected.join("\n"));
            let mut lines: Vec<String> =
                wanted.iter().map(|r| line(*r, r#","msg_id":8,"x":[]"#)).collect();
            let turn = order.index(lines.len());
            lines.rotate_left(turn);
            lines.reverse();
            prop_assert_eq!(case.judge(&lines).verdict, Verdict::Valid);

            let dropped = lines[1..].to_vec();
            let result = case.judge(&dropped);
            prop_assert_eq!(result.verdict, Verdict::Invalid);
            prop_assert_eq!(result.missing.len(), 1);

            lines.extend(more.iter().map(|r| line(*r, "")));
            lines.push("not json".to_owned());
            lines.rotate_right(turn);
            prop_assert_eq!(case.judge(&lines).verdict, Verdict::Valid);
        }
    }
}
