//! The one look of all tables: no frame, a line under the head, columns two spaces apart; all
//! columns are as wide as they need to be except the last, which takes what is left and wraps.

use tabled::builder::Builder;
use tabled::settings::object::{Cell as At, Columns, Object, Rows};
use tabled::settings::style::HorizontalLine;
use tabled::settings::themes::Theme;
use tabled::settings::{Alignment, Color, Padding, Style as Frame};

use super::super::style::{Style, Tone};
use super::super::text::{width_of, wrap};

/// A column before the last is never wider than this.
const MOST: usize = 28;

/// The last column is never narrower than this.
const LEAST: usize = 20;

const GAP: usize = 2;

/// One cell.
#[derive(Debug, Clone, Default)]
pub(super) struct Cell {
    text: String,
    tone: Tone,
}

impl Cell {
    /// A text in a tone.
    pub(super) fn new(tone: Tone, text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            tone,
        }
    }
}

impl<T: Into<String>> From<T> for Cell {
    fn from(text: T) -> Self {
        Self::new(Tone::Plain, text)
    }
}

/// A table in the making.
#[derive(Debug, Default)]
pub(super) struct Grid {
    rows: Vec<Vec<Cell>>,
    right: Vec<usize>,
    has_head: bool,
    has_sum: bool,
}

impl Grid {
    /// A table with these words above its columns; none at all for a table without a head.
    pub(super) fn new(head: &[&str]) -> Self {
        let cells: Vec<Cell> = head
            .iter()
            .map(|word| Cell::new(Tone::Faint, *word))
            .collect();
        let has_head = !cells.is_empty();
        let rows = if has_head { vec![cells] } else { Vec::new() };
        Self {
            rows,
            has_head,
            ..Self::default()
        }
    }

    /// Numbers in this column stand to the right.
    pub(super) fn right(mut self, column: usize) -> Self {
        self.right.push(column);
        self
    }

    /// Adds a row.
    pub(super) fn push(&mut self, row: Vec<Cell>) {
        self.rows.push(row);
    }

    /// Adds a last row below a line.
    pub(super) fn push_sum(&mut self, row: Vec<Cell>) {
        self.push(row);
        self.has_sum = true;
    }

    /// The table as text, every line with its newline; nothing if it has no rows.
    pub(super) fn render(&self, style: Style, indent: usize) -> String {
        if self.rows.len() <= usize::from(self.has_head) {
            return String::new();
        }
        let widths = self.widths(style.columns().saturating_sub(indent));
        let mut builder = Builder::default();
        for row in &self.rows {
            let cells = row.iter().zip(&widths);
            builder.push_record(cells.map(|(cell, width)| wrap(&cell.text, *width).join("\n")));
        }
        let mut table = builder.build();
        let last = widths.len().saturating_sub(1);
        let mut theme = Theme::from_style(Frame::empty());
        for row in self.rules() {
            theme.insert_horizontal_line(
                row,
                HorizontalLine::inherit(Frame::empty().horizontal('─')),
            );
        }
        table.with(theme);
        table
            .modify(Columns::new(..), Padding::new(0, GAP, 0, 0))
            .modify(Columns::one(last), Padding::zero());
        for column in &self.right {
            table.modify(
                Columns::one(*column).intersect(Rows::new(..)),
                Alignment::right(),
            );
        }
        if style.colour {
            self.colour(&mut table);
        }
        let shown = table.to_string();
        shown
            .lines()
            .map(|line| format!("{:indent$}{}\n", "", line.trim_end()))
            .collect()
    }

    fn widths(&self, columns: usize) -> Vec<usize> {
        let count = self.rows.iter().map(Vec::len).max().unwrap_or(0);
        let longest = |column: usize| {
            let cells = self.rows.iter().filter_map(|row| row.get(column));
            let lines = cells.flat_map(|cell| cell.text.split('\n'));
            lines.map(width_of).max().unwrap_or(0)
        };
        let mut widths: Vec<usize> = (0..count).map(longest).collect();
        if let Some((last, others)) = widths.split_last_mut() {
            for width in others.iter_mut() {
                *width = (*width).min(MOST);
            }
            let taken: usize = others.iter().map(|width| width + GAP).sum();
            *last = (*last).min(columns.saturating_sub(taken).max(LEAST));
        }
        widths
    }

    /// The rows above which there is a line.
    fn rules(&self) -> impl Iterator<Item = usize> {
        let head = self.has_head.then_some(1);
        let sum = self.has_sum.then(|| self.rows.len().saturating_sub(1));
        head.into_iter().chain(sum)
    }

    fn colour(&self, table: &mut tabled::Table) {
        for (y, row) in self.rows.iter().enumerate() {
            for (x, cell) in row
                .iter()
                .enumerate()
                .filter(|(_, cell)| cell.tone != Tone::Plain)
            {
                let codes = cell.tone.style();
                let colour = Color::new(codes.render().to_string(), format!("{codes:#}"));
                table.modify(At::new(y, x), colour);
            }
        }
    }
}
