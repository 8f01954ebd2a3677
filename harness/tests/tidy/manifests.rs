//! The crates and what they may depend on.

use std::collections::BTreeSet;

use super::sources::read;

/// A crate of the workspace.
pub(crate) struct Room {
    pub(crate) name: &'static str,
    pub(crate) dir: &'static str,
    /// The rooms that it may depend on; all stand before it in [`ROOMS`], so there are no cycles.
    pub(crate) knows: &'static [&'static str],
}

const fn room(name: &'static str, dir: &'static str, knows: &'static [&'static str]) -> Room {
    Room { name, dir, knows }
}

/// All rooms.
pub(crate) const ROOMS: &[Room] = &[
    room("checker", "checker", &[]),
    room("protocol", "workloads/protocol", &[]),
    room("workloads", "workloads", &["checker", "protocol"]),
    room("nodes", "nodes", &["protocol"]),
    room("results", "results", &["checker"]),
    room("vtime", "harness/vtime", &[]),
    room(
        "harness",
        "harness",
        &[
            "checker",
            "protocol",
            "workloads",
            "nodes",
            "results",
            "vtime",
        ],
    ),
];

/// Packages that reach the operating system or the terminal: for the harness only, but for one
/// place in [`NETWORK`].
pub(crate) const EDGE: &[&str] = &[
    "anstream",
    "clap",
    "clap_complete",
    "clap_mangen",
    "indicatif",
    "nix",
    "tokio",
];

/// The one place outside the harness that reaches a network, and by which packages: these may be
/// used nowhere else in its room.
pub(crate) const NETWORK: (&str, &[&str]) =
    ("nodes/src/quorum/http/", &["axum", "hyper-util", "tokio"]);

/// The dependencies of a crate.
pub(crate) struct Manifest {
    table: toml::Table,
}

impl Manifest {
    pub(crate) fn read(dir: &str) -> Self {
        let text = read(&format!("{dir}/Cargo.toml"));
        let table = text
            .parse()
            .unwrap_or_else(|e| panic!("{dir}/Cargo.toml: {e}"));
        Self { table }
    }

    /// Those of the library and those of its tests.
    pub(crate) fn all(&self) -> BTreeSet<String> {
        ["dependencies", "dev-dependencies", "build-dependencies"]
            .iter()
            .filter_map(|section| self.table.get(*section)?.as_table())
            .flat_map(|section| section.keys().cloned())
            .collect()
    }
}

/// The keys of `[workspace.dependencies]`.
pub(crate) fn workspace_dependencies() -> BTreeSet<String> {
    let manifest = Manifest::read(".");
    let section = &manifest.table["workspace"]["dependencies"];
    section
        .as_table()
        .expect("a table")
        .keys()
        .cloned()
        .collect()
}
