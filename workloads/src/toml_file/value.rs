//! Values of a TOML file, with mistakes in plain words.

use serde::Deserialize;
use toml::Spanned;
use toml::de::{DeValue, ValueDeserializer};

use crate::options::unknown;

/// Reads one value of any type, or says in plain words why it cannot be read.
pub(super) fn read_value<'de, T: Deserialize<'de>>(
    key: &str,
    value: &Spanned<DeValue<'de>>,
) -> Result<T, String> {
    T::deserialize(ValueDeserializer::from(value.clone()))
        .map_err(|e| format!("`{key}`: {}", plain(e.message())))
}

/// A message of the deserialiser in plain words.
pub(crate) fn plain(message: &str) -> String {
    let message = message.trim_end();
    if let Some(rest) = message.strip_prefix("unknown variant ") {
        let mut words = rest.split('`').skip(1).step_by(2);
        let given = words.next().unwrap_or_default();
        return unknown("value", given, words);
    }
    let wrong = message
        .strip_prefix("invalid type: ")
        .or_else(|| message.strip_prefix("invalid value: "));
    match wrong.and_then(|rest| rest.split_once(", expected ")) {
        Some((given, expected)) => format!("expected {}, got {}", noun(expected), thing(given)),
        None => message.to_owned(),
    }
}

fn noun(expected: &str) -> &str {
    match expected {
        "usize" | "u64" | "u32" => "a whole number, not below 0",
        "f64" => "a number",
        "a sequence" => "a list in brackets",
        "a boolean" => "true or false",
        "a string" => "a text in quotes",
        other => other,
    }
}

fn thing(given: &str) -> String {
    given
        .replace("string ", "the text ")
        .replace("integer ", "the number ")
        .replace("floating point ", "the number ")
        .replace("boolean ", "")
        .replace("sequence", "a list")
        .replace("map", "a table")
}
