//! The timeline in letters, in the notation that the checker reads as well.

use super::{Layout, Units};
use crate::document::CheckedOp;

const UNITS: Units = Units {
    gap: 2,
    around_label: 5,
    letter: 1,
};

/// The picture, if it has no more than so many columns.
pub(in super::super) fn picture(ops: &[CheckedOp], columns: usize) -> Option<String> {
    let layout = Layout::of(ops, &UNITS, |op| op.op.clone());
    let names = layout.processes.iter().map(|name| name.chars().count());
    let margin = names.max().unwrap_or_default() + 2;
    if layout.left_out > 0 || margin + layout.width + 3 > columns {
        return None;
    }
    let mut rows: Vec<String> = layout
        .processes
        .iter()
        .map(|name| format!("{:<margin$}", format!("{name}:")))
        .collect();
    for bar in &layout.bars {
        let row = &mut rows[bar.row];
        let at = margin + bar.from;
        let gap = at.saturating_sub(row.chars().count());
        row.push_str(&" ".repeat(gap));
        let label = format!("|- {} ", bar.op.op);
        row.push_str(&label);
        let rest = (bar.to - bar.from).saturating_sub(label.chars().count());
        row.push_str(&"-".repeat(rest));
        row.push_str(match (bar.op.end_line, bar.op.has_failed) {
            (None, _) => "--...",
            (Some(_), true) => "-x",
            (Some(_), false) => "|",
        });
    }
    Some(rows.join("\n") + "\n")
}
