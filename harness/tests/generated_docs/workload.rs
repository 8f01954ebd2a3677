//! One page for every workload, and their index.

use nodes::BUGS;
use workloads::options::Fault;
use workloads::suite::{BUILT_IN, BuiltIn, ItemKind, Suite};
use workloads::{WORKLOADS, WorkloadInfo};

use super::markdown::{NOTICE, block, code, paragraph, table};

pub(crate) fn index() -> String {
    let rows = WORKLOADS.iter().map(|workload| {
        let info = workload.info();
        let link = format!("[{0}](workloads/{0}.md)", info.name);
        vec![link, info.title.to_owned()]
    });
    let workloads = table(&["workload", "what it tests"], rows);
    let every = paragraph(
        "Every run is also judged by the checks `protocol`, `crash` and `progress`, which are \
         described in [protocol.md](protocol.md); `availability` and `limits` join them when an \
         option asks for it.",
    );
    let faults = Fault::ALL
        .iter()
        .map(|f| vec![code(f.word()), f.doc().to_owned()]);
    let faults = table(&["fault", "what it does"], faults);
    let act = paragraph(
        "Faults act between nodes. What clients send and receive is neither lost, nor delayed, \
         nor repeated. All faults end before the final reads.",
    );
    format!(
        "# Workloads\n\n{NOTICE}\n{workloads}\n{every}\n## Faults\n\n{}\n{faults}\n{act}",
        "For `--nemesis`, as a list with commas:\n"
    )
}

pub(crate) fn page(info: &WorkloadInfo) -> String {
    let mut sections = vec![format!(
        "# {}: {}\n\n{NOTICE}\n{}",
        info.name,
        lower_first(info.title),
        paragraph(info.doc)
    )];
    sections.push(format!("## Requests\n\n{}", requests(info)));
    let checks = info
        .checks
        .iter()
        .map(|c| vec![code(c.name), c.doc.to_owned()]);
    sections.push(format!(
        "## Checks\n\n{}",
        table(&["check", "what it demands"], checks)
    ));
    sections.extend(suites_of(info.name).map(|(name, suite)| graded(name, &suite)));
    sections.push(format!("## Try it\n\n{}", try_it(info.name)));
    sections.join("\n")
}

fn lower_first(text: &str) -> String {
    let mut chars = text.chars();
    let first = chars.next().map(|c| c.to_lowercase().to_string());
    first.unwrap_or_default() + chars.as_str()
}

fn requests(info: &WorkloadInfo) -> String {
    let request = |rpc: &workloads::RpcDef| {
        let example = block("json", &format!("{}\n{}", rpc.request, rpc.reply));
        format!("{}\n{example}", paragraph(rpc.doc))
    };
    let requests: Vec<String> = info.rpcs.iter().map(request).collect();
    let required: Vec<String> = info.required.iter().map(|f| code(f)).collect();
    let least = paragraph(&format!(
        "A run counts only if at least one operation of each of these kinds was answered: {}.",
        required.join(", ")
    ));
    requests.join("\n") + "\n" + &least
}

/// The built-in suites with runs of this workload.
fn suites_of(name: &str) -> impl Iterator<Item = (&'static str, Suite)> {
    // That all of them can be read is tested beside them.
    let read = |b: &'static BuiltIn| Some((b.name, b.suite().ok()?));
    BUILT_IN.iter().filter_map(read).filter(move |(_, suite)| {
        suite.items.iter().any(|item| match &item.kind {
            ItemKind::Run(run) => run.options.workload == name,
            _ => false,
        })
    })
}

fn graded(name: &str, suite: &Suite) -> String {
    let row = |item: &workloads::suite::Item| {
        vec![code(&item.id), item.points.to_string(), item.title.clone()]
    };
    let items = table(
        &["item", "points", "what it demands"],
        suite.items.iter().map(row),
    );
    let notes = suite
        .notes
        .as_deref()
        .map(|notes| format!("\n{}", paragraph(notes)));
    let notes = notes.unwrap_or_default();
    format!("## Graded by the suite `{name}`\n\n{items}{notes}")
}

fn try_it(name: &str) -> String {
    let bug = BUGS.iter().find(|bug| bug.node == name);
    let mut lines = vec![
        format!("splitbrain new python {name}"),
        format!("splitbrain test -w {name} --bin {name}/node.py"),
        format!("splitbrain test -w {name} --bin splitbrain -- node {name}"),
    ];
    lines.extend(bug.map(|bug| {
        format!(
            "splitbrain test -w {name} --bin splitbrain -- node {name} --bug {}",
            bug.name
        )
    }));
    let says = paragraph(
        "A starter to fill in, a run of your node, a run of the reference node, and a run of one \
         that is broken on purpose:",
    );
    format!("{says}\n{}", block("sh", &lines.join("\n")))
}
