//! What clients of the harness do.

use checker::levels::Level;
use toml::de::DeTable;

use super::super::Scenario;
use super::{READ_KEYS, Reader, WRITE_KEYS};
use crate::options::unknown;
use crate::quorum_kv::{ClientSetup, Mapping, NAME, Place, ReadMapping, Settings, WriteMapping};
use crate::toml_file::Table;

/// What a client's `reads` says where nothing is said: it is filled in later.
const UNSAID: f64 = -1.0;

impl<'i> Reader<'_, '_> {
    /// The clients with their tables.
    pub(super) fn clients(&mut self, root: &DeTable<'i>) -> Vec<(Table<'i>, ClientSetup)> {
        let tables = self.file.tables(root, "client").into_iter();
        let tables: Vec<Table<'i>> = tables.collect();
        let clients = tables.into_iter().map(|table| {
            self.known(&table, "client");
            let client = ClientSetup {
                name: self.file.required(&table, "name", "\"c0\""),
                to: self.file.required(&table, "to", "[\"peer0\"]"),
                reads: self.share(&table, "reads").unwrap_or(UNSAID),
            };
            (table, client)
        });
        clients.collect()
    }

    /// The workload of a scenario, if it has one.
    pub(super) fn workload(
        &mut self,
        root: &DeTable<'i>,
        head: &Table<'i>,
        clients: Vec<(Table<'i>, ClientSetup)>,
        scenario: &Scenario,
    ) -> Option<Settings> {
        let Some(name) = self.file.optional::<String>(head, "workload") else {
            for key in ["workload", "client"] {
                if let Some((written, _)) = root.get_key_value(key) {
                    let message = format!(
                        "`{key}` needs a workload: write workload = \"{NAME}\" in [scenario]"
                    );
                    self.file.error(written.span(), message);
                }
            }
            return None;
        };
        if name != NAME {
            let message = unknown("workload of clusters", &name, [NAME].into_iter());
            self.file.error_at(head, "workload", message);
        }
        let table = root.get("workload");
        let table = table.and_then(|value| self.file.table(value, "workload"));
        let mut settings = match &table {
            Some(table) => self.settings(table),
            None => Settings::default(),
        };
        for (table, client) in &clients {
            self.client(table, client, &clients, scenario);
        }
        let background = scenario.processes.iter().filter(|p| p.is_background);
        let background: Vec<String> = background.map(|process| process.name.clone()).collect();
        settings.clients = match clients.is_empty() {
            true => settings.clients_of(&background),
            false => clients.into_iter().map(|(_, client)| client).collect(),
        };
        for client in &mut settings.clients {
            if client.reads == UNSAID {
                client.reads = settings.read_share;
            }
        }
        let some = |does: fn(&ClientSetup) -> bool| settings.clients.iter().any(does);
        if settings.clients.is_empty() {
            let message = "no process has a port, so there is nobody to ask: give one ports = 1, or \
                           name it in the `to` of a [[client]]";
            self.file.error_at(head, "workload", message);
        } else if !some(|client| client.reads > 0.0) || !some(|client| client.reads < 1.0) {
            let message = "clients have to write and to read: see `to` and `reads` of [[client]]";
            self.file.error_at(head, "workload", message);
        }
        Some(settings)
    }

    fn settings(&mut self, table: &Table<'i>) -> Settings {
        self.known(table, "workload");
        let default = Settings::default();
        Settings {
            level: self.level(table).unwrap_or(default.level),
            points: self
                .file
                .optional(table, "points")
                .unwrap_or(default.points),
            keys: self.count(table, "keys").unwrap_or(default.keys),
            rate: self.above(table, "rate").unwrap_or(default.rate),
            time_limit_s: self
                .above(table, "time_limit_s")
                .unwrap_or(default.time_limit_s),
            timeout_ms: self
                .count(table, "timeout_ms")
                .unwrap_or(default.timeout_ms),
            read_share: self
                .share(table, "read_share")
                .unwrap_or(default.read_share),
            availability: self
                .share(table, "availability")
                .unwrap_or(default.availability),
            mapping: Mapping {
                write: self.write(table),
                read: self.read(table),
            },
            clients: Vec::new(),
        }
    }

    fn client(
        &mut self,
        table: &Table<'i>,
        client: &ClientSetup,
        all: &[(Table<'i>, ClientSetup)],
        scenario: &Scenario,
    ) {
        let name = client.name.as_str();
        let is_plain = |c: char| c.is_ascii_alphanumeric() || c == '-';
        if !name.chars().all(is_plain) {
            let message = format!("`{name}` cannot be a name: use letters, digits and -");
            self.file.error_at(table, "name", message);
        }
        let alike = all.iter().filter(|(_, other)| other.name == name);
        if !name.is_empty() && (alike.count() > 1 || scenario.process(name).is_some()) {
            let message = format!("there is another client or process `{name}`");
            self.file.error_at(table, "name", message);
        }
        if table.get_ref().contains_key("to") && client.to.is_empty() {
            let message = "`to` is empty: whom does the client ask?";
            self.file.error_at(table, "to", message);
        }
        for to in &client.to {
            match scenario.process(to) {
                None => {
                    let known = scenario.processes.iter().map(|p| p.name.as_str());
                    self.file
                        .error_at(table, "to", unknown("process", to, known));
                }
                Some(process) if !process.is_background => {
                    let message = format!("`{to}` runs in the foreground: nobody can ask it");
                    self.file.error_at(table, "to", message);
                }
                Some(_) => {}
            }
        }
    }

    fn level(&mut self, table: &Table<'i>) -> Option<Level> {
        let word: String = self.file.optional(table, "level")?;
        let level = Level::ALL.into_iter().find(|level| level.word() == word);
        if level.is_none() {
            let known = Level::ALL.into_iter().map(Level::word);
            self.file
                .error_at(table, "level", unknown("level", &word, known));
        }
        level
    }

    fn write(&mut self, table: &Table<'i>) -> WriteMapping {
        let default = WriteMapping::default();
        let Some(table) = self.part(table, "write", WRITE_KEYS) else {
            return default;
        };
        let mapping = WriteMapping {
            method: self.method(&table).unwrap_or(default.method),
            path: self.path(&table).unwrap_or(default.path),
            body: self.file.optional(&table, "body").unwrap_or(default.body),
            version: self.version(&table, default.version),
        };
        for name in ["{key}", "{value}"] {
            if !mapping.path.contains(name) && !mapping.body.contains(name) {
                let message = format!("neither `path` nor `body` has {name}");
                self.file.error(table.span(), message);
            }
        }
        mapping
    }

    fn read(&mut self, table: &Table<'i>) -> ReadMapping {
        let default = ReadMapping::default();
        let Some(table) = self.part(table, "read", READ_KEYS) else {
            return default;
        };
        let status = self.file.optional(&table, "missing_status");
        let mapping = ReadMapping {
            method: self.method(&table).unwrap_or(default.method),
            path: self.path(&table).unwrap_or(default.path),
            body: self.file.optional(&table, "body").unwrap_or(default.body),
            value: self.place(&table, "value").unwrap_or(default.value),
            version: self.version(&table, default.version),
            missing_status: status.unwrap_or(default.missing_status),
        };
        if !mapping.path.contains("{key}") && !mapping.body.contains("{key}") {
            let message = "neither `path` nor `body` has {key}";
            self.file.error(table.span(), message);
        }
        mapping
    }

    /// A table in `[workload]`.
    fn part(&mut self, table: &Table<'i>, key: &str, keys: &[&str]) -> Option<Table<'i>> {
        let part = self.file.table(table.get_ref().get(key)?, key)?;
        let what = format!("[workload.{key}]");
        self.file.only(part.get_ref(), &what, keys, |_, _| None);
        Some(part)
    }

    fn method(&mut self, table: &Table<'i>) -> Option<String> {
        let method: String = self.file.optional(table, "method")?;
        if method.is_empty() || !method.chars().all(|c| c.is_ascii_uppercase()) {
            let message = format!("`{method}` is no method: write one such as \"POST\"");
            self.file.error_at(table, "method", message);
        }
        Some(method)
    }

    fn path(&mut self, table: &Table<'i>) -> Option<String> {
        let path: String = self.file.optional(table, "path")?;
        let is_plain = path.chars().all(|c| c.is_ascii_graphic());
        if !path.starts_with('/') || !is_plain {
            let message = format!("`{path}` is no path: write one such as \"/kv/{{key}}\"");
            self.file.error_at(table, "path", message);
        }
        Some(path)
    }

    fn place(&mut self, table: &Table<'i>, key: &str) -> Option<Place> {
        let text: String = self.file.optional(table, key)?;
        let place = text.parse();
        place
            .map_err(|message: String| self.file.error_at(table, key, message))
            .ok()
    }

    /// Where a version stands: nowhere if it is "none".
    fn version(&mut self, table: &Table<'i>, default: Option<Place>) -> Option<Place> {
        if !table.get_ref().contains_key("version") {
            return default;
        }
        let is_none = table.get_ref().get("version");
        let is_none = is_none.is_some_and(|value| value.get_ref().as_str() == Some("none"));
        (!is_none).then(|| self.place(table, "version")).flatten()
    }

    /// A share, from 0 to 1.
    fn share(&mut self, table: &Table<'i>, key: &str) -> Option<f64> {
        let share: f64 = self.file.optional(table, key)?;
        if !(0.0..=1.0).contains(&share) {
            let message = format!("`{key}` is {share}: expected a share from 0 to 1");
            self.file.error_at(table, key, message);
            return None;
        }
        Some(share)
    }

    /// A number above 0.
    fn above(&mut self, table: &Table<'i>, key: &str) -> Option<f64> {
        table.get_ref().get(key)?;
        Some(self.positive(table, key, "1"))
    }

    /// A whole number above 0.
    fn count(&mut self, table: &Table<'i>, key: &str) -> Option<u64> {
        let count: u64 = self.file.optional(table, key)?;
        if count == 0 {
            let message = format!("`{key}` is 0: expected a whole number above 0");
            self.file.error_at(table, key, message);
        }
        Some(count)
    }
}
