//! One expected line, and whether a line that was written is it.

use regex::Regex;
use serde_json::Value;

use super::contain;

/// A line that must be on the program's stdout.
#[derive(Debug, Clone)]
pub struct Expected {
    /// The line as it stands in the suite, without white space around it.
    pub text: String,
    pub(super) form: Form,
}

/// An expected line between slashes that is no regular expression.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the expected line {line} stands between slashes but is no regular expression: {reason}")]
pub struct BadPattern {
    /// The line.
    pub line: String,
    /// What is wrong with it.
    pub reason: String,
}

/// How a line is compared.
#[derive(Debug, Clone)]
pub(super) enum Form {
    /// An object must be contained in the line, any other value must be equal to it.
    Json(Value),
    /// The line must be this text; white space at its end does not count.
    Text,
    /// This must match somewhere in the line.
    Pattern(Regex),
}

/// A line that the program wrote.
#[derive(Debug, Clone)]
pub(super) struct Actual {
    pub(super) text: String,
    pub(super) json: Option<Value>,
}

impl Actual {
    pub(super) fn new(line: &str) -> Self {
        Self {
            text: line.trim_end().to_owned(),
            json: serde_json::from_str(line).ok(),
        }
    }
}

impl Expected {
    /// Reads an expected line.
    ///
    /// # Errors
    /// When the line stands between slashes and is no regular expression.
    pub fn parse(line: &str) -> Result<Self, BadPattern> {
        let text = line.trim();
        let between_slashes = text.strip_prefix('/').and_then(|t| t.strip_suffix('/'));
        let form = if let Some(pattern) = between_slashes {
            Form::Pattern(Regex::new(pattern).map_err(|e| bad_pattern(text, &e))?)
        } else {
            serde_json::from_str(text).map_or(Form::Text, Form::Json)
        };
        Ok(Self {
            text: text.to_owned(),
            form,
        })
    }

    /// Whether this is the answer to `init`.
    #[must_use]
    pub fn is_init_ok(&self) -> bool {
        let Form::Json(value) = &self.form else {
            return false;
        };
        body_of(value).get("type").and_then(Value::as_str) == Some("init_ok")
    }

    /// Whether the line is found by whom it goes to and what it answers, wherever it stands.
    pub(super) fn is_keyed(&self) -> bool {
        matches!(&self.form, Form::Json(value) if reply_key(value).is_some())
    }

    pub(super) fn fits(&self, actual: &Actual, strict: bool) -> bool {
        match (&self.form, &actual.json) {
            (Form::Json(value), Some(json)) => contain::contains(value, json, strict),
            (Form::Json(_), None) => false,
            (Form::Text, _) => self.text == actual.text.trim_start(),
            (Form::Pattern(pattern), _) => pattern.is_match(&actual.text),
        }
    }
}

/// The body of an envelope, or the value itself where there is no envelope.
pub(super) fn body_of(value: &Value) -> &Value {
    value.get("body").unwrap_or(value)
}

/// To whom a line goes and which request it answers.
pub(super) fn reply_key(value: &Value) -> Option<(&Value, &Value)> {
    Some((value.get("dest")?, body_of(value).get("in_reply_to")?))
}

fn bad_pattern(line: &str, error: &regex::Error) -> BadPattern {
    let reason = error.to_string();
    let reason = reason.lines().last().unwrap_or_default();
    BadPattern {
        line: line.to_owned(),
        reason: reason.strip_prefix("error: ").unwrap_or(reason).to_owned(),
    }
}
