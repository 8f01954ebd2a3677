//! What must hold in the end.

use regex::Regex;

use super::super::{Check, Expected, Scenario, Subject};
use super::{Reader, WITHIN_S};
use crate::options::unknown;
use crate::toml_file::Table;

impl<'i> Reader<'_, '_> {
    pub(super) fn check(&mut self, table: &Table<'i>, scenario: &Scenario) -> Option<Check> {
        self.known(table, "check");
        let name: String = self.file.required(table, "name", "\"what must hold\"");
        let points = self.file.optional(table, "points").unwrap_or(1);
        let within_s = self.seconds(table, "within_s").unwrap_or(WITHIN_S);
        let has = |key: &str| table.get_ref().contains_key(key);
        let subject = match (has("file"), has("exit"), has("get")) {
            (true, false, false) => self.file_check(table, scenario),
            (false, true, false) => self.exit_check(table, scenario),
            (false, false, true) => self.http_check(table, scenario),
            _ => {
                let message = "a check looks at one thing: a `file`, the `exit` of a process, or \
                               what a process answers to a `get`";
                self.file.error(table.span(), message);
                None
            }
        };
        Some(Check {
            name,
            points,
            subject: subject?,
            within_s,
        })
    }

    fn file_check(&mut self, table: &Table<'i>, scenario: &Scenario) -> Option<Subject> {
        let path: String = self.file.required(table, "file", "\"client/result.txt\"");
        self.inside(table, "file", &path);
        let Some(expected) = self.expected(table, scenario) else {
            let message = "say what the file must hold: equals, contains, matches, lines_sorted or \
                           same_as";
            self.file.error_at(table, "file", message);
            return None;
        };
        Some(Subject::File { path, expected })
    }

    fn exit_check(&mut self, table: &Table<'i>, scenario: &Scenario) -> Option<Subject> {
        let code = self.file.required(table, "exit", "0");
        let process = self.named(table, scenario)?;
        if scenario.process(&process).is_some_and(|p| p.is_background) {
            let message = format!("`{process}` runs in the background and is stopped in the end");
            self.file.error_at(table, "process", message);
        }
        Some(Subject::Exit { process, code })
    }

    fn http_check(&mut self, table: &Table<'i>, scenario: &Scenario) -> Option<Subject> {
        let path: String = self.file.required(table, "get", "\"/kv/k1\"");
        if !path.starts_with('/') {
            let message = format!("`{path}` is no path: it begins with a slash");
            self.file.error_at(table, "get", message);
        }
        let status = self.file.optional(table, "status").unwrap_or(200);
        let expected = self.expected(table, scenario);
        let process = self.named(table, scenario)?;
        Some(Subject::Http {
            process,
            path,
            status,
            expected,
        })
    }

    fn expected(&mut self, table: &Table<'i>, scenario: &Scenario) -> Option<Expected> {
        let keys = ["equals", "contains", "matches", "lines_sorted", "same_as"];
        let given: Vec<&str> = keys
            .into_iter()
            .filter(|key| table.get_ref().contains_key(*key))
            .collect();
        if let [_, second, ..] = given[..] {
            let message = format!("only one of {} may be given", keys.join(", "));
            self.file.error_at(table, second, message);
        }
        let key = given.first()?;
        let text: String = self.file.optional(table, key).unwrap_or_default();
        Some(match *key {
            "equals" => Expected::equals(&text),
            "contains" => Expected::contains(&text),
            "lines_sorted" => Expected::lines(&text),
            "same_as" => self.same_as(table, &text, scenario),
            _ => match Regex::new(&text) {
                Ok(pattern) => Expected::Matches(pattern),
                Err(error) => {
                    let message = format!("`{text}` is no regular expression: {error}");
                    self.file.error_at(table, key, message);
                    Expected::equals("")
                }
            },
        })
    }

    /// What a given file holds.
    fn same_as(&mut self, table: &Table<'i>, path: &str, scenario: &Scenario) -> Expected {
        let given = scenario.files.iter().find(|file| file.path == path);
        if given.is_none() {
            let known = scenario.files.iter().map(|file| file.path.as_str());
            let message = unknown("file of a [[file]]", path, known);
            self.file.error_at(table, "same_as", message);
        }
        Expected::Same {
            path: path.to_owned(),
            text: given.map_or(String::new(), |file| file.text.clone()),
        }
    }
}
