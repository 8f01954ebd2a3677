//! `splitbrain explain`: what an anomaly or a problem means.

use results::Exit;
use workloads::anomaly;
use workloads::options::unknown;
use workloads::problem::Problem;

use super::Failure;
use super::output::{Output, Row};

pub(super) fn run(name: &str, output: &Output) -> Result<Exit, Failure> {
    if let Some(anomaly) = anomaly::all().find(|a| a.name == name) {
        let example = anomaly.example.trim_end();
        output.print(&format!(
            "{name}\n\n{}\nFor example:\n\n{example}\n",
            output.paragraph(anomaly.meaning)
        ))?;
        return Ok(Exit::Valid);
    }
    if let Some(problem) = Problem::ALL
        .iter()
        .map(|p| p.def())
        .find(|p| p.name == name)
    {
        let hint = match problem.hint {
            "" => String::new(),
            hint => format!("\n{}", output.paragraph(&format!("What to do: {hint}"))),
        };
        let doc = output.paragraph(problem.doc);
        output.print(&format!("{name}\n\n{doc}{hint}"))?;
        return Ok(Exit::Valid);
    }
    let known: Vec<Row> = all();
    Err(Failure::usage(unknown(
        "anomaly",
        name,
        known.iter().map(|r| r.0.as_str()),
    )))
}

/// All that can be explained.
pub(super) fn all() -> Vec<Row> {
    let anomalies = anomaly::all().map(|a| (a.name.to_owned(), a.meaning.to_owned()));
    let problems = Problem::ALL.iter().map(|p| p.def());
    anomalies
        .chain(problems.map(|p| (p.name.to_owned(), p.doc.to_owned())))
        .collect()
}
