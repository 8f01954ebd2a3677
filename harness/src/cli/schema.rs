//! `splitbrain schema`: the published schemas.

use results::Exit;
use results::document::schema::schema_by_name;

use super::Failure;
use super::args::SchemaName;
use super::output::Output;

pub(super) fn run(name: SchemaName, output: &Output) -> Result<Exit, Failure> {
    let published = |name| schema_by_name(name).unwrap_or_default();
    let text = match name {
        SchemaName::Verdict => published("verdict"),
        SchemaName::Grade => published("grade"),
        SchemaName::Environment => published("environment"),
        SchemaName::Check => published("check"),
        SchemaName::Suite => pretty(&workloads::suite::schema()),
        SchemaName::Scenario => pretty(&workloads::scenario::schema()),
    };
    output.print(&text)?;
    Ok(Exit::Valid)
}

fn pretty(schema: &serde_json::Value) -> String {
    serde_json::to_string_pretty(schema).unwrap_or_default() + "\n"
}
