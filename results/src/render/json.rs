//! Documents as JSON, for programs.

use serde::Serialize;

/// A document as indented JSON with a newline at its end.
pub fn to_json(document: &impl Serialize) -> serde_json::Result<String> {
    let mut text = serde_json::to_string_pretty(document)?;
    text.push('\n');
    Ok(text)
}
