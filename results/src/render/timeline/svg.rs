//! The timeline as a drawing that needs nothing else: no script, no font, no style from elsewhere.

use maud::{Markup, PreEscaped, html};

use super::{Bar, Layout, Units};
use crate::document::CheckedOp;

const UNITS: Units = Units {
    gap: 22,
    around_label: 22,
    letter: 8,
};
const ROW: usize = 44;
const BAR: usize = 28;
const MARGIN: usize = 110;
const TOP: usize = 34;
/// So many letters of a label are shown.
const LABEL: usize = 28;

/// Colours for light and dark pages, in the drawing itself so that it can stand alone.
const STYLE: &str = "
svg.timeline{font:13px ui-monospace,Menlo,Consolas,monospace;--ink:#1b1f24;--soft:#8a94a0;
--line:#d5dae0;--told:#ffe3df;--told-edge:#c8331e;--other:#eef1f4;--other-edge:#9aa4af}
@media(prefers-color-scheme:dark){svg.timeline{--ink:#e7ebef;--soft:#8b96a3;--line:#3a424c;
--told:#4a211c;--told-edge:#ff8a75;--other:#272d35;--other-edge:#67727f}}
svg.timeline text{fill:var(--ink)}svg.timeline .soft{fill:var(--soft)}
svg.timeline line{stroke:var(--line)}
svg.timeline rect{fill:var(--other);stroke:var(--other-edge)}
svg.timeline .told rect{fill:var(--told);stroke:var(--told-edge);stroke-width:2}
svg.timeline .open rect{stroke-dasharray:5 4}
svg.timeline .failed text{text-decoration:line-through}";

/// Draws these operations. So few are drawn that a drawing has less than 20 kB however
/// long the history is.
pub(in super::super) fn svg(ops: &[CheckedOp]) -> Markup {
    let layout = Layout::of(ops, &UNITS, label);
    let width = MARGIN + layout.width + UNITS.gap;
    let height = TOP + layout.processes.len() * ROW + 6;
    html! {
        svg.timeline xmlns="http://www.w3.org/2000/svg" role="img" width=(width) height=(height)
            viewBox={ "0 0 " (width) " " (height) } {
            title { "Operations in time, a line for each process" }
            style { (PreEscaped(STYLE)) }
            @for (row, process) in layout.processes.iter().enumerate() {
                @let middle = TOP + row * ROW + BAR / 2;
                line x1=(MARGIN) x2=(width - 4) y1=(middle) y2=(middle) {}
                text.soft x="4" y=(middle + 5) { "process " (process) }
            }
            @for bar in &layout.bars { (drawn(bar)) }
            @if layout.left_out > 0 {
                text.soft x=(MARGIN) y="16" { (layout.left_out) " earlier operations are not drawn" }
            }
        }
    }
}

fn drawn(bar: &Bar<'_>) -> Markup {
    let (x, y) = (MARGIN + bar.from, TOP + bar.row * ROW);
    let width = bar.to - bar.from;
    let mut class = Vec::new();
    class.extend(bar.op.is_told.then_some("told"));
    class.extend(bar.op.end_line.is_none().then_some("open"));
    class.extend(bar.op.has_failed.then_some("failed"));
    let lines = match bar.op.end_line {
        Some(end) if bar.op.has_failed => format!("lines {} to {end}, failed", bar.op.line),
        Some(end) => format!("lines {} to {end}", bar.op.line),
        None => format!("line {}, no end: it may have happened or not", bar.op.line),
    };
    html! {
        g class=(class.join(" ")) {
            title { "process " (bar.op.process) ": " (bar.op.op) " (" (lines) ")" }
            rect x=(x) y=(y) width=(width) height=(BAR) rx="5" {}
            text x=(x + width / 2) y=(y + BAR / 2 + 5) text-anchor="middle" { (label(bar.op)) }
            text.soft x=(x) y=(y - 3) font-size="10" { (bar.op.line) }
        }
    }
}

fn label(op: &CheckedOp) -> String {
    match op.op.char_indices().nth(LABEL) {
        Some((end, _)) => format!("{}…", &op.op[..end]),
        None => op.op.clone(),
    }
}
