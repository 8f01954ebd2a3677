//! The project's files.

use std::fs;
use std::path::{Path, PathBuf};

/// A file of source code or text, with its path from the top of the repository.
pub(crate) struct Source {
    pub(crate) path: String,
    pub(crate) text: String,
}

/// The top of the repository.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// A file of the repository.
pub(crate) fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|e| panic!("{path}: {e}"))
}

/// All Rust files but the starters, which are templates.
pub(crate) fn sources() -> Vec<Source> {
    let mut found = Vec::new();
    for room in ["checker", "harness", "nodes", "results", "workloads"] {
        collect(room, ".rs", &mut found);
    }
    assert!(found.len() > 100, "the sources are found");
    found
}

/// All documents.
pub(crate) fn pages() -> Vec<Source> {
    let page = |path: &str| Source {
        path: path.to_owned(),
        text: read(path),
    };
    let mut found = vec![page("README.md"), page("CHANGELOG.md")];
    collect("docs", ".md", &mut found);
    found
}

fn collect(dir: &str, end: &str, found: &mut Vec<Source>) {
    let entries = fs::read_dir(root().join(dir)).unwrap_or_else(|e| panic!("{dir}: {e}"));
    let mut names: Vec<String> = entries
        .map(|entry| {
            entry
                .expect("an entry")
                .file_name()
                .into_string()
                .expect("UTF-8")
        })
        .filter(|name| !name.starts_with('.') && name != "target")
        .collect();
    names.sort_unstable();
    for name in names {
        let path = format!("{dir}/{name}");
        if path == "nodes/starters" {
            continue;
        }
        if root().join(&path).is_dir() {
            collect(&path, end, found);
        } else if path.ends_with(end) {
            let text = read(&path);
            found.push(Source { path, text });
        }
    }
}

impl Source {
    /// Whether it holds nothing but tests.
    pub(crate) fn is_test(&self) -> bool {
        self.path.contains("/tests/") || self.path.ends_with("/tests.rs")
    }

    /// The text before the tests at its end.
    pub(crate) fn without_tests(&self) -> &str {
        let end = self.text.find("#[cfg(test)]\nmod tests {");
        &self.text[..end.unwrap_or(self.text.len())]
    }

    /// The directory of its crate.
    pub(crate) fn room(&self) -> &str {
        const NESTED: [&str; 2] = ["workloads/protocol", "harness/vtime"];
        let is_in = |dir: &&&str| Path::new(&self.path).starts_with(**dir);
        match NESTED.iter().find(is_in) {
            Some(dir) => dir,
            None => self.path.split('/').next().unwrap_or_default(),
        }
    }

    /// How its parent names it; nothing for the root of a crate, a test or a bench.
    pub(crate) fn declaration(&self) -> Option<String> {
        let (_, below) = self.path.split_once("/src/")?;
        let module = below
            .strip_suffix("/mod.rs")
            .or(below.strip_suffix(".rs"))?;
        let name = module.rsplit('/').next()?;
        (!matches!(module, "lib" | "main")).then(|| format!("mod {name};"))
    }

    /// The files in which its declaration may stand.
    pub(crate) fn possible_parents(&self) -> Vec<String> {
        let own = self.path.strip_suffix("/mod.rs").unwrap_or(&self.path);
        let dir = own.rsplit_once('/').map_or("", |(dir, _)| dir);
        let mut parents: Vec<String> = ["mod", "lib", "main"]
            .map(|name| format!("{dir}/{name}.rs"))
            .to_vec();
        parents.push(format!("{dir}.rs"));
        parents
    }
}
