//! The page about anomalies.

use workloads::anomaly;

use super::markdown::{NOTICE, block, paragraph};

pub(crate) fn page() -> String {
    let intro = paragraph(
        "What checks can find, by the names that stand in verdicts. `splitbrain explain NAME` \
         shows the same. Problems on the wire are in [protocol.md](protocol.md).",
    );
    let mut sections = vec![format!("# Anomalies\n\n{NOTICE}\n{intro}")];
    sections.extend(anomaly::all().map(|anomaly| {
        format!(
            "## {}\n\n{}\n{}",
            anomaly.name,
            paragraph(anomaly.meaning),
            block("", anomaly.example)
        )
    }));
    sections.join("\n")
}
