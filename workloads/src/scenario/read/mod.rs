//! Reading a scenario from TOML.

mod checks;
mod faults;
mod files;
mod processes;
mod workload;

use toml::de::DeTable;

use super::Scenario;
use crate::options::unknown;
use crate::toml_file::{FileErrors, Table, TomlFile};

/// The tables of a scenario, with the keys of each.
pub(super) const TABLES: &[(&str, &[&str])] = &[
    ("scenario", &["name", "title", "workload"]),
    (
        "process",
        &[
            "name",
            "dir",
            "build",
            "command",
            "needs",
            "ports",
            "background",
            "ready_s",
            "timeout_s",
            "env",
        ],
    ),
    ("file", &["path", "text", "times"]),
    (
        "workload",
        &[
            "level",
            "points",
            "keys",
            "rate",
            "time_limit_s",
            "timeout_ms",
            "read_share",
            "availability",
            "write",
            "read",
        ],
    ),
    ("client", &["name", "to", "reads"]),
    ("call", &["process", "name", "is"]),
    ("cut", &["from", "to", "at_s", "heal_s", "how"]),
    (
        "fault",
        &[
            "kind",
            "from",
            "to",
            "process",
            "at_s",
            "after_responses",
            "for_s",
            "how",
            "latency_ms",
            "probability",
            "after_bytes",
            "count",
            "bytes_per_s",
        ],
    ),
    (
        "check",
        &[
            "name",
            "points",
            "within_s",
            "file",
            "equals",
            "contains",
            "matches",
            "lines_sorted",
            "same_as",
            "process",
            "exit",
            "get",
            "status",
        ],
    ),
];

/// The keys of the tables in `[workload]` that say how operations are sent.
pub(super) const WRITE_KEYS: &[&str] = &["method", "path", "body", "version"];
/// The same of reads.
pub(super) const READ_KEYS: &[&str] = &[
    "method",
    "path",
    "body",
    "value",
    "version",
    "missing_status",
];

/// Tables that are written in single brackets.
const SINGLE: &[&str] = &["scenario", "workload"];

/// The kinds of fault, with the keys that they need.
pub(super) const FAULTS: &[(&str, &[&str])] = &[
    ("cut", &["from", "to"]),
    ("delay", &["from", "to", "latency_ms"]),
    ("loss", &["from", "to", "probability"]),
    ("slow", &["from", "to", "bytes_per_s"]),
    ("kill", &["process"]),
    ("pause", &["process"]),
];

/// How a link that lets nothing through looks.
pub(super) const HOWS: &[&str] = &["reset", "blackhole", "close"];

/// How long a program may take to be ready when nothing is said.
pub(super) const READY_S: f64 = 10.0;
/// How long a program in the foreground may run when nothing is said.
pub(super) const TIMEOUT_S: f64 = 30.0;
/// How long a check may take to become true when nothing is said.
pub(super) const WITHIN_S: f64 = 5.0;

pub(super) fn read(text: &str) -> Result<Scenario, FileErrors> {
    TomlFile::read(text, |file, root| {
        let mut reader = Reader { file };
        reader.scenario(root)
    })
}

struct Reader<'f, 'a> {
    file: &'f mut TomlFile<'a>,
}

impl<'i> Reader<'_, '_> {
    fn scenario(&mut self, root: &DeTable<'i>) -> Scenario {
        let tables: Vec<&str> = TABLES.iter().map(|(name, _)| *name).collect();
        self.file
            .only(root, "a scenario file", &tables, |_, _| None);
        let clients = self.clients(root);
        let mut scenario = Scenario {
            name: String::new(),
            title: String::new(),
            text: self.file.text().to_owned(),
            processes: self.processes(root, &clients),
            files: self.files(root),
            disturbances: Vec::new(),
            checks: Vec::new(),
            workload: None,
        };
        match root.get("scenario") {
            None => self.file.error(0..0, "there is no [scenario] with a name"),
            Some(head) => {
                if let Some(head) = self.file.table(head, "scenario") {
                    self.known(&head, "scenario");
                    scenario.name = self.file.required(&head, "name", "\"my-cluster\"");
                    let title = self.file.optional(&head, "title");
                    scenario.title = title.unwrap_or_else(|| scenario.name.clone());
                    scenario.workload = self.workload(root, &head, clients, &scenario);
                }
            }
        }
        for table in self.file.tables(root, "call") {
            self.call(&table, &mut scenario);
        }
        for table in self.file.tables(root, "cut") {
            let cut = self.cut(&table, &scenario);
            scenario.disturbances.extend(cut);
        }
        for table in self.file.tables(root, "fault") {
            let fault = self.fault(&table, &scenario);
            scenario.disturbances.extend(fault);
        }
        for table in self.file.tables(root, "check") {
            let check = self.check(&table, &scenario);
            scenario.checks.extend(check);
        }
        if !root.contains_key("process") {
            self.file
                .error(0..0, "there is no [[process]]: nothing would be started");
        }
        if !root.contains_key("check") && scenario.workload.is_none() {
            let message = "there is no [[check]] and no `workload` in [scenario]: whatever the \
                           programs do would be right";
            self.file.error(0..0, message);
        }
        scenario
    }

    fn known(&mut self, table: &Table<'i>, name: &str) {
        let keys = TABLES.iter().find(|(table, _)| *table == name);
        let keys = keys.map_or(&[][..], |(_, keys)| keys);
        let what = bracketed(name);
        self.file.only(table.get_ref(), &what, keys, |_, key| {
            let owner = TABLES.iter().find(|(_, keys)| keys.contains(&key))?;
            Some(format!("only of {}", bracketed(owner.0)))
        });
    }

    /// A path that does not lead out of the directory of all programs.
    fn inside(&mut self, table: &Table<'i>, key: &str, path: &str) {
        let is_outside = path.starts_with('/') || path.split('/').any(|part| part == "..");
        if is_outside {
            let message = format!("`{path}` leads out of the directory of the programs (--dir)");
            self.file.error_at(table, key, message);
        }
    }

    /// So many seconds.
    fn seconds(&mut self, table: &Table<'i>, key: &str) -> Option<f64> {
        let seconds: f64 = self.file.optional(table, key)?;
        if !seconds.is_finite() || seconds < 0.0 {
            let message = format!("`{key}` is {seconds}: expected seconds, not below 0");
            self.file.error_at(table, key, message);
            return None;
        }
        Some(seconds)
    }

    /// The process that a table is about.
    pub(super) fn named(&mut self, table: &Table<'i>, scenario: &Scenario) -> Option<String> {
        let name: String = self.file.required(table, "process", "\"peer1\"");
        if scenario.process(&name).is_some() {
            return Some(name);
        }
        if !name.is_empty() {
            let known = scenario.processes.iter().map(|p| p.name.as_str());
            self.file
                .error_at(table, "process", unknown("process", &name, known));
        }
        None
    }
}

/// A table as it is written.
fn bracketed(table: &str) -> String {
    if SINGLE.contains(&table) {
        format!("[{table}]")
    } else {
        format!("[[{table}]]")
    }
}
