//! The house rules that neither the compiler nor clippy knows.

mod anomalies;
mod manifests;
mod sources;

use std::collections::BTreeSet;

use manifests::{Manifest, ROOMS};
use sources::{Source, sources};

/// No line is longer, unless it quotes something: messages are quoted whole.
const COLUMNS: usize = 100;
/// No file is longer.
const LINES: usize = 500;
/// No file of tests is longer.
const TEST_LINES: usize = 800;

/// Fails with everything that was found.
fn report(complaints: &[String]) {
    assert!(complaints.is_empty(), "\n{}\n", complaints.join("\n"));
}

#[test]
fn lines_fit_a_screen() {
    let mut complaints = Vec::new();
    for source in sources() {
        for (number, line) in (1..).zip(source.text.lines()) {
            let columns = line.chars().count();
            if columns > COLUMNS && !line.contains('"') {
                complaints.push(format!("{}:{number}: {columns} columns", source.path));
            }
        }
    }
    report(&complaints);
}

#[test]
fn files_can_be_read_in_one_go() {
    let too_long = |source: Source| {
        let limit = if source.is_test() { TEST_LINES } else { LINES };
        let lines = source.text.lines().count();
        (lines > limit).then(|| format!("{}: {lines} lines are more than {limit}", source.path))
    };
    report(
        &sources()
            .into_iter()
            .filter_map(too_long)
            .collect::<Vec<_>>(),
    );
}

#[test]
fn every_module_says_what_it_is_for() {
    let silent = |source: Source| {
        (!source.text.starts_with("//! ")).then(|| {
            format!(
                "{}: does not begin with `//! ` and its purpose",
                source.path
            )
        })
    };
    report(&sources().into_iter().filter_map(silent).collect::<Vec<_>>());
}

#[test]
fn every_file_belongs_to_a_module() {
    let all = sources();
    let orphan = |source: &Source| {
        let declaration = source.declaration()?;
        let declared = source
            .possible_parents()
            .iter()
            .filter_map(|path| all.iter().find(|s| s.path == *path))
            .any(|parent| parent.text.contains(&declaration));
        (!declared).then(|| format!("{}: nobody says `{declaration}`", source.path))
    };
    report(&all.iter().filter_map(orphan).collect::<Vec<_>>());
}

/// What touches the world outside: forbidden where only deciding is done.
const WORLD: &[&str] = &[
    "std::fs",
    "std::net",
    "std::process",
    "std::thread",
    "std::env",
];

#[test]
fn where_deciding_is_done_nothing_touches_the_world() {
    let mut complaints = Vec::new();
    for source in sources() {
        let pure = [
            "checker/src",
            "workloads/src",
            "workloads/protocol/src",
            "harness/src/core",
            "nodes/src/quorum",
            "nodes/src/reference",
        ]
        .iter()
        .any(|room| source.path.starts_with(room));
        let pure = pure && !source.path.starts_with(manifests::NETWORK.0);
        if !pure || source.is_test() {
            continue;
        }
        for part in WORLD
            .iter()
            .filter(|part| source.without_tests().contains(**part))
        {
            complaints.push(format!("{}: uses {part}", source.path));
        }
    }
    report(&complaints);
}

#[test]
fn rooms_know_only_the_rooms_they_may_know() {
    let mut complaints = Vec::new();
    let mut earlier = BTreeSet::new();
    for room in ROOMS {
        let manifest = Manifest::read(room.dir);
        for known in room.knows {
            assert!(
                earlier.contains(known),
                "{known} stands before {} in ROOMS",
                room.name
            );
        }
        earlier.insert(room.name);
        let rooms = ROOMS.iter().map(|r| r.name);
        for other in rooms.filter(|name| manifest.all().contains(*name)) {
            if !room.knows.contains(&other) {
                complaints.push(format!("{} must not depend on {other}", room.name));
            }
        }
        for only_harness in manifests::EDGE
            .iter()
            .filter(|name| manifest.all().contains(**name))
        {
            let (place, packages) = manifests::NETWORK;
            let is_there = place.starts_with(&format!("{}/", room.dir));
            if room.name != "harness" && !(is_there && packages.contains(only_harness)) {
                complaints.push(format!("{} must not depend on {only_harness}", room.name));
            }
        }
    }
    report(&complaints);
}

#[test]
fn the_network_is_reached_in_one_place_outside_the_harness() {
    let (place, packages) = manifests::NETWORK;
    let mut complaints = Vec::new();
    let (inside, outside): (Vec<Source>, Vec<Source>) = sources()
        .into_iter()
        .filter(|source| source.path.starts_with("nodes/"))
        .partition(|source| source.path.starts_with(place));
    assert!(inside.len() > 3, "{place} is there");
    for package in packages {
        let path = format!("{}::", package.replace('-', "_"));
        for source in outside.iter().filter(|s| s.text.contains(&path)) {
            complaints.push(format!("{}: uses {package}", source.path));
        }
    }
    report(&complaints);
}

#[test]
fn every_dependency_is_used() {
    let sources = sources();
    let mut complaints = Vec::new();
    for room in ROOMS {
        let own: Vec<&Source> = sources.iter().filter(|s| s.room() == room.dir).collect();
        for dependency in Manifest::read(room.dir).all() {
            let path = format!("{}::", dependency.replace('-', "_"));
            if !own.iter().any(|source| source.text.contains(&path)) {
                complaints.push(format!("{} does not use {dependency}", room.name));
            }
        }
    }
    report(&complaints);
}

#[test]
fn every_dependency_has_its_reason_in_the_docs() {
    let mut used: BTreeSet<String> = BTreeSet::new();
    for room in ROOMS {
        used.extend(Manifest::read(room.dir).all());
    }
    used.retain(|name| ROOMS.iter().all(|room| room.name != name));
    let mut declared = manifests::workspace_dependencies();
    declared.retain(|name| ROOMS.iter().all(|room| room.name != name));
    assert_eq!(
        used, declared,
        "Cargo.toml lists exactly what the rooms use"
    );

    let page = sources::read("docs/dependencies.md");
    let explained: BTreeSet<String> = page
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split_once('`'))
        .map(|(name, _)| name.to_owned())
        .collect();
    assert_eq!(
        explained, declared,
        "docs/dependencies.md has one line for each"
    );
}

#[test]
fn links_in_documents_lead_somewhere() {
    let mut complaints = Vec::new();
    for page in sources::pages() {
        let dir = page.path.rsplit_once('/').map_or(".", |(dir, _)| dir);
        let links = page.text.split("](").skip(1);
        let targets = links
            .filter_map(|rest| rest.split_once(')'))
            .map(|(target, _)| target);
        for target in targets.filter(|target| !target.starts_with("http")) {
            let file = target.split('#').next().unwrap_or_default();
            let there = sources::root().join(dir).join(file).exists();
            if !file.is_empty() && !there {
                complaints.push(format!("{}: nothing is at {target}", page.path));
            }
        }
    }
    report(&complaints);
}
