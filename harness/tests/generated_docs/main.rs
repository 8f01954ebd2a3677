//! The documents that are made from data. With UPDATE_DOCS set (`make docs`) they are written;
//! without, the test fails when one differs from what the data say.

mod anomalies;
#[path = "../exact/table.rs"]
mod languages;
mod markdown;
mod protocol;
#[path = "../zoo/trial.rs"]
mod trial;
mod workload;
mod zoo;

use std::fs;
use std::path::{Path, PathBuf};

fn docs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs")
}

/// Every generated page: its path below docs/, and its text.
fn pages() -> Vec<(String, String)> {
    let mut pages = vec![
        ("anomalies.md".to_owned(), anomalies::page()),
        ("languages.md".to_owned(), languages()),
        ("protocol.md".to_owned(), protocol::page()),
        ("workloads.md".to_owned(), workload::index()),
        ("zoo.md".to_owned(), zoo::page()),
    ];
    for workload in workloads::WORKLOADS {
        let info = workload.info();
        pages.push((format!("workloads/{}.md", info.name), workload::page(info)));
    }
    pages
}

/// What `make exact` measured, as a page.
fn languages() -> String {
    let data = include_str!("../exact/measured.json");
    let measured: languages::Measured = serde_json::from_str(data).expect("what was measured");
    measured.page()
}

/// Every generated part of a page that is written by hand: the page's path, the part's name as it
/// stands between the markers, and its text.
fn parts() -> Vec<(&'static str, &'static str, String)> {
    vec![
        ("writing-a-node.md", "mistakes", protocol::mistakes()),
        ("formats.md", "exit-codes", protocol::exit_codes()),
    ]
}

fn updating() -> bool {
    std::env::var_os("UPDATE_DOCS").is_some()
}

/// Writes a page, or says that it differs.
fn settle(path: &str, expected: &str) -> Option<String> {
    let file = docs().join(path);
    if fs::read_to_string(&file).is_ok_and(|text| text == expected) {
        return None;
    }
    if updating() {
        fs::create_dir_all(file.parent().expect("below docs/")).expect("a directory");
        fs::write(&file, expected).expect("a page");
        return None;
    }
    Some(format!("docs/{path} is not up to date: run `make docs`"))
}

/// The page with what stands between the markers of this part replaced.
fn replaced(path: &str, name: &str, part: &str) -> String {
    let page = fs::read_to_string(docs().join(path)).unwrap_or_else(|e| panic!("{path}: {e}"));
    let (begin, end) = (format!("<!-- {name} -->\n"), format!("<!-- /{name} -->\n"));
    let (before, rest) = page
        .split_once(&begin)
        .expect("the marker where the part begins");
    let (_, after) = rest
        .split_once(&end)
        .expect("the marker where the part ends");
    format!("{before}{begin}\n{part}\n{end}{after}")
}

#[test]
fn generated_documents_are_up_to_date() {
    let mut complaints = Vec::new();
    for (path, text) in pages() {
        complaints.extend(settle(&path, &text));
    }
    for (path, name, part) in parts() {
        let text = replaced(path, name, &part);
        complaints.extend(settle(path, &text));
    }
    assert!(complaints.is_empty(), "\n{}\n", complaints.join("\n"));
}

#[test]
fn no_page_is_left_of_a_workload_that_is_gone() {
    let pages: Vec<String> = pages().into_iter().map(|(path, _)| path).collect();
    for entry in fs::read_dir(docs().join("workloads")).expect("a directory") {
        let name = entry
            .expect("an entry")
            .file_name()
            .into_string()
            .expect("a name");
        assert!(
            pages.contains(&format!("workloads/{name}")),
            "docs/workloads/{name} is stale"
        );
    }
}
