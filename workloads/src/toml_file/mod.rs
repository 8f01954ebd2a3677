//! Reading TOML files that people write. What is wrong is collected, not thrown: they see all of
//! it, each with its line quoted.

mod error;
mod value;

use std::ops::Range;

use serde::Deserialize;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::options::nearest;

pub use error::{FileError, FileErrors};
pub(crate) use value::plain;

/// A table with its place in the file.
pub(crate) type Table<'i> = Spanned<DeTable<'i>>;

/// A file that is being read, and what is wrong with it so far.
pub(crate) struct TomlFile<'a> {
    text: &'a str,
    errors: Vec<FileError>,
}

impl<'a> TomlFile<'a> {
    /// Reads a file with `whole`, which gets its root if it is TOML.
    pub(crate) fn read<T>(
        text: &'a str,
        whole: impl FnOnce(&mut Self, &DeTable<'a>) -> T,
    ) -> Result<T, FileErrors> {
        let (root, syntax) = DeTable::parse_recoverable(text);
        let mut file = Self {
            text,
            errors: Vec::new(),
        };
        for error in syntax {
            file.error(error.span().unwrap_or(0..0), error.message());
        }
        let read = file
            .errors
            .is_empty()
            .then(|| whole(&mut file, root.get_ref()));
        let mut errors = file.errors;
        errors.sort_by_key(|e| (e.line, e.column));
        match read {
            Some(read) if errors.is_empty() => Ok(read),
            _ => Err(FileErrors { errors }),
        }
    }

    /// The whole text.
    pub(crate) fn text(&self) -> &'a str {
        self.text
    }

    /// How much is wrong so far.
    pub(crate) fn error_count(&self) -> usize {
        self.errors.len()
    }

    /// Something is wrong here.
    pub(crate) fn error(&mut self, span: Range<usize>, message: impl Into<String>) {
        self.errors.push(FileError::at(self.text, &span, message));
    }

    /// Something is wrong with the value of this key.
    pub(crate) fn error_at(&mut self, table: &Table<'_>, key: &str, message: impl Into<String>) {
        let span = table.get_ref().get(key).map_or(table.span(), Spanned::span);
        self.error(span, message);
    }

    /// The value of a key; nothing if it is not there or of the wrong type.
    pub(crate) fn optional<'i, T: Deserialize<'i>>(
        &mut self,
        table: &Table<'i>,
        key: &str,
    ) -> Option<T> {
        let value = table.get_ref().get(key)?;
        match value::read_value(key, value) {
            Ok(value) => Some(value),
            Err(message) => {
                self.error(value.span(), message);
                None
            }
        }
    }

    /// The value of a key that must be there.
    pub(crate) fn required<'i, T>(&mut self, table: &Table<'i>, key: &str, example: &str) -> T
    where
        T: Deserialize<'i> + Default,
    {
        if !table.get_ref().contains_key(key) {
            self.error(
                table.span(),
                format!("`{key}` is missing: write {key} = {example}"),
            );
        }
        self.optional(table, key).unwrap_or_default()
    }

    /// Every key must be known. `whose` may say of what else an unknown one is a key.
    pub(crate) fn only(
        &mut self,
        table: &DeTable<'_>,
        what: &str,
        known: &[&str],
        whose: impl Fn(&str, &str) -> Option<String>,
    ) {
        for key in table.keys() {
            let name = key.get_ref().as_ref();
            if known.contains(&name) {
                continue;
            }
            let near = nearest(&name.replace('-', "_"), known);
            let hint = match near.first() {
                Some(first) => format!(": did you mean `{first}`?"),
                None => whose(what, name).map_or_else(
                    || format!(": expected one of {}", known.join(", ")),
                    |whose| format!(", {whose}"),
                ),
            };
            self.error(key.span(), format!("`{name}` is no key of {what}{hint}"));
        }
    }

    /// A value that must be a table.
    pub(crate) fn table<'i>(
        &mut self,
        value: &Spanned<DeValue<'i>>,
        key: &str,
    ) -> Option<Table<'i>> {
        let DeValue::Table(table) = value.get_ref() else {
            self.error(value.span(), format!("`{key}` must be a table"));
            return None;
        };
        Some(Spanned::new(value.span(), table.clone()))
    }

    /// The tables that are written `[[key]]`.
    pub(crate) fn tables<'i>(&mut self, root: &DeTable<'i>, key: &str) -> Vec<Table<'i>> {
        let Some(value) = root.get(key) else {
            return Vec::new();
        };
        let DeValue::Array(items) = value.get_ref() else {
            let message = format!("`{key}` is written [[{key}]], in double brackets");
            self.error(value.span(), message);
            return Vec::new();
        };
        items
            .iter()
            .filter_map(|item| self.table(item, key))
            .collect()
    }
}
