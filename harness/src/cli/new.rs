//! `splitbrain new`: a starter node.

use std::path::Path;

use nodes::starters::{self, LANGUAGES, Rpc};
use results::Exit;
use workloads::options::unknown;
use workloads::workload_by_name;

use super::Failure;
use super::output::Output;

pub(super) fn run(
    language: &str,
    workload: &str,
    dir: Option<&Path>,
    output: &Output,
) -> Result<Exit, Failure> {
    let names = LANGUAGES
        .iter()
        .flat_map(|l| std::iter::once(&l.name).chain(l.aliases))
        .copied();
    let language = starters::language(language)
        .ok_or_else(|| Failure::usage(unknown("language", language, names)))?;
    let info = workload_by_name(workload).map_err(Failure::usage)?.info();
    let rpc = |r: &workloads::RpcDef| Rpc {
        doc: r.doc,
        request: r.request,
        reply: r.reply,
    };
    let rpcs: Vec<Rpc<'_>> = info.rpcs.iter().map(rpc).collect();
    let dir = dir.unwrap_or(Path::new(info.name));
    let files = starters::write(language, info.name, &rpcs, dir).map_err(|e| match e.kind() {
        std::io::ErrorKind::AlreadyExists => Failure::new(
            Exit::CannotCreate,
            format!("{e}; nothing was written. Choose another directory."),
        ),
        _ => Failure::new(Exit::CannotCreate, format!("{}: {e}", dir.display())),
    })?;
    let mut text = String::new();
    for file in files {
        text.push_str(&format!("{}\n", file.display()));
    }
    output.print(&text)?;
    output.say("\nNext:");
    output.say(&format!("  cd {}", dir.display()));
    if let Some(build) = language.build {
        output.say(&format!("  {build}"));
    }
    output.say(&format!(
        "  splitbrain test -w {} --bin {} --time-limit 5",
        info.name, language.bin
    ));
    Ok(Exit::Valid)
}
