//! Plain lists: what `list` prints.

use super::super::style::{Style, Tone};
use super::grid::{Cell, Grid};

/// Rows below a head; the first column stands out, the last wraps.
#[must_use]
pub fn list<S: AsRef<str>>(head: &[&str], rows: &[Vec<S>], style: Style) -> String {
    let mut grid = Grid::new(head);
    for row in rows {
        let cell = |(n, text): (usize, &S)| {
            let tone = if n == 0 { Tone::Strong } else { Tone::Plain };
            Cell::new(tone, text.as_ref())
        };
        grid.push(row.iter().enumerate().map(cell).collect());
    }
    grid.render(style, 0)
}
