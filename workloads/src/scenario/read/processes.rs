//! The programs of a cluster.

use std::collections::BTreeMap;

use toml::de::DeTable;

use super::super::{Process, Scenario};
use super::{READY_S, Reader, TIMEOUT_S};
use crate::options::unknown;
use crate::quorum_kv::ClientSetup;
use crate::toml_file::Table;

impl<'i> Reader<'_, '_> {
    pub(super) fn processes(
        &mut self,
        root: &DeTable<'i>,
        clients: &[(Table<'i>, ClientSetup)],
    ) -> Vec<Process> {
        let tables = self.file.tables(root, "process");
        let mut all: Vec<Process> = Vec::new();
        for table in &tables {
            let process = self.process(table);
            if !process.name.is_empty() && all.iter().any(|other| other.name == process.name) {
                let message = format!("the name `{}` is taken by a process above", process.name);
                self.file.error_at(table, "name", message);
            }
            all.push(process);
        }
        let names: Vec<String> = all.iter().map(|process| process.name.clone()).collect();
        for (table, process) in tables.iter().zip(&all) {
            for needed in &process.needs {
                if !names.contains(needed) {
                    let known = names.iter().map(String::as_str);
                    let message = unknown("process", needed, known);
                    self.file.error_at(table, "needs", message);
                } else if *needed == process.name {
                    let message = format!("`{needed}` cannot need itself");
                    self.file.error_at(table, "needs", message);
                }
            }
        }
        let asked = clients.iter().flat_map(|(_, client)| client.to.clone());
        let needed = all.iter().flat_map(|p| p.needs.clone());
        let needed: Vec<String> = needed.chain(asked).collect();
        for (table, process) in tables.iter().zip(&mut all) {
            let is_needed = needed.contains(&process.name);
            let ports = self.file.optional(table, "ports");
            process.ports = ports.unwrap_or(usize::from(is_needed));
            if process.ports == 0 && is_needed {
                let message = format!("others need `{}`: it has to listen on a port", process.name);
                self.file.error_at(table, "ports", message);
            }
            let background = self.file.optional(table, "background");
            process.is_background = background.unwrap_or(process.ports > 0);
        }
        all
    }

    fn process(&mut self, table: &Table<'i>) -> Process {
        self.known(table, "process");
        let name: String = self.file.required(table, "name", "\"peer0\"");
        let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
        if !name.chars().all(is_plain) || name.starts_with('.') {
            let message = format!("`{name}` cannot be a name: use letters, digits, - and _");
            self.file.error_at(table, "name", message);
        }
        let command: Vec<String> = self
            .file
            .required(table, "command", "[\"go\", \"run\", \".\"]");
        if table.get_ref().contains_key("command") && command.is_empty() {
            let message = "`command` is empty: the program, then its arguments";
            self.file.error_at(table, "command", message);
        }
        let dir: Option<String> = self.file.optional(table, "dir");
        let dir = dir.unwrap_or_else(|| name.clone());
        self.inside(table, "dir", &dir);
        let env: Option<BTreeMap<String, String>> = self.file.optional(table, "env");
        Process {
            build: self.file.optional(table, "build").unwrap_or_default(),
            needs: self.file.optional(table, "needs").unwrap_or_default(),
            calls: Vec::new(),
            ports: 0,
            is_background: false,
            ready_s: self.seconds(table, "ready_s").unwrap_or(READY_S),
            timeout_s: self.seconds(table, "timeout_s").unwrap_or(TIMEOUT_S),
            env: env.unwrap_or_default().into_iter().collect(),
            name,
            dir,
            command,
        }
    }

    /// A process reaches somebody under another name.
    pub(super) fn call(&mut self, table: &Table<'i>, scenario: &mut Scenario) {
        self.known(table, "call");
        let process = self.named(table, scenario);
        let name: String = self.file.required(table, "name", "\"peer0\"");
        let is: String = self.file.required(table, "is", "\"peer2\"");
        let others = scenario.processes.iter().map(|other| other.name.as_str());
        let others = others.filter(|other| Some(*other) != process.as_deref());
        if !is.is_empty() && !others.clone().any(|other| other == is) {
            self.file
                .error_at(table, "is", unknown("other process", &is, others));
            return;
        }
        let caller = scenario.processes.iter_mut();
        let Some(caller) = caller
            .into_iter()
            .find(|other| Some(&other.name) == process.as_ref())
        else {
            return;
        };
        if caller.needs.contains(&name) {
            caller.calls.push((name, is));
        } else if !name.is_empty() {
            let message = format!("`{}` does not have `{name}` in its `needs`", caller.name);
            self.file.error_at(table, "name", message);
        }
    }
}
