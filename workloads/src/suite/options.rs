//! The options of a run item, key by key, so that every mistake is found and named.

use serde::Deserialize;
use toml::Spanned;
use toml::de::{DeTable, DeValue, ValueDeserializer};

use crate::options::RunOptions;
use crate::toml_file::plain;

/// All keys that a run item takes besides its own.
pub(super) fn option_keys() -> Vec<String> {
    match serde_json::to_value(RunOptions::default()) {
        Ok(serde_json::Value::Object(object)) => object.keys().cloned().collect(),
        _ => Vec::new(),
    }
}

/// Reads the options of a run from a table that has nothing else in it.
pub(super) fn read_options(table: DeTable<'_>) -> Result<RunOptions, String> {
    let table = Spanned::new(0..0, DeValue::Table(table));
    RunOptions::deserialize(ValueDeserializer::from(table)).map_err(|e| plain(e.message()))
}
