//! What lies in the directories of programs before anything starts.

use toml::de::DeTable;

use super::super::GivenFile;
use super::Reader;
use crate::toml_file::Table;

/// A scenario is no place for larger files.
const MAX_BYTES: usize = 64 * 1024 * 1024;

impl<'i> Reader<'_, '_> {
    pub(super) fn files(&mut self, root: &DeTable<'i>) -> Vec<GivenFile> {
        let mut all: Vec<GivenFile> = Vec::new();
        for table in self.file.tables(root, "file") {
            let file = self.given(&table);
            if all.iter().any(|other| other.path == file.path) {
                let message = format!("`{}` is there already", file.path);
                self.file.error_at(&table, "path", message);
            }
            all.push(file);
        }
        all
    }

    fn given(&mut self, table: &Table<'i>) -> GivenFile {
        self.known(table, "file");
        let path: String = self.file.required(table, "path", "\"client/names.txt\"");
        self.inside(table, "path", &path);
        let text: String = self.file.required(table, "text", "\"hello\"");
        let times: usize = self.file.optional(table, "times").unwrap_or(1);
        let bytes = text.len().saturating_mul(times);
        if bytes > MAX_BYTES {
            let message = format!("{bytes} bytes are too many: {MAX_BYTES} at most");
            self.file.error_at(table, "times", message);
            return GivenFile { path, text };
        }
        let text = text.repeat(times);
        GivenFile { path, text }
    }
}
