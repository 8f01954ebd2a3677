//! Where answers go and what they look like: colours, width, how much is said.

use std::io::{self, IsTerminal, Write};
use std::path::Path;

use results::Exit;
use results::document::{CheckDocument, GradeDocument, VerdictDocument};
use results::render::{self, Style};

use super::Failure;
use super::args::Cli;

/// What is known about stdout and stderr, and how much shall be said.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Output {
    /// Whether stdout takes colours.
    pub(super) color: bool,
    /// How many columns tables may have.
    pub(super) width: usize,
    /// Whether a progress line shall be drawn.
    pub(super) progress: bool,
    /// Whether nothing but results shall be said.
    pub(super) quiet: bool,
    /// Whether problems of nodes shall be shown as they happen.
    pub(super) verbose: bool,
}

/// The width of tables where stdout is no terminal.
const PLAIN_WIDTH: usize = 80;

/// Wider tables are not easier to read.
const GREATEST_WIDTH: usize = 120;

/// A row of a list: name and explanation.
pub(super) type Row = (String, String);

impl Output {
    pub(super) fn of(cli: &Cli) -> Self {
        let choice = anstream::AutoStream::choice(&io::stdout());
        let ci = std::env::var_os("CI").is_some();
        Self {
            color: choice != anstream::ColorChoice::Never,
            width: width(),
            progress: io::stderr().is_terminal() && !ci && !cli.quiet,
            quiet: cli.quiet,
            verbose: cli.verbose,
        }
    }

    /// Prints a result. That nobody reads it any more (`| head`) is no error.
    pub(super) fn print(&self, text: &str) -> Result<(), Failure> {
        let mut stdout = anstream::stdout().lock();
        match stdout
            .write_all(text.as_bytes())
            .and_then(|()| stdout.flush())
        {
            Err(e) if e.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            other => other.map_err(Failure::from),
        }
    }

    /// The report of a run.
    pub(super) fn report(&self, verdict: &VerdictDocument) -> String {
        render::run_report(verdict, self.style())
    }

    /// The report on a history.
    pub(super) fn history(&self, check: &CheckDocument) -> String {
        render::history_report(check, self.style())
    }

    /// The table of a suite.
    pub(super) fn grade(&self, grade: &GradeDocument) -> String {
        render::grade_report(grade, self.style())
    }

    /// A table of two columns.
    pub(super) fn list(&self, head: [&str; 2], rows: &[Row]) -> String {
        let rows: Vec<Vec<&str>> = rows
            .iter()
            .map(|(a, b)| vec![a.as_str(), b.as_str()])
            .collect();
        render::list(&head, &rows, self.style())
    }

    /// A text as a paragraph.
    pub(super) fn paragraph(&self, text: &str) -> String {
        render::wrapped(text, self.style())
    }

    /// A table of any columns.
    pub(super) fn table(&self, head: &[&str], rows: &[Vec<String>]) -> String {
        render::list(head, rows, self.style())
    }

    fn style(&self) -> Style {
        Style {
            colour: self.color,
            width: self.width,
        }
    }

    /// Says something that is not a result.
    pub(super) fn say(&self, text: &str) {
        if !self.quiet {
            anstream::eprintln!("{text}");
        }
    }
}

/// The columns of the terminal that stdout is, within reason.
fn width() -> usize {
    let columns = std::env::var("COLUMNS").ok().and_then(|c| c.parse().ok());
    let measured = || terminal_size::terminal_size().map(|(columns, _)| usize::from(columns.0));
    columns
        .or_else(measured)
        .unwrap_or(PLAIN_WIDTH)
        .clamp(40, GREATEST_WIDTH)
}

/// Writes a report into a file.
pub(super) fn write_file(file: &Path, text: &str) -> Result<(), Failure> {
    std::fs::write(file, text)
        .map_err(|e| Failure::new(Exit::CannotCreate, format!("{}: {e}", file.display())))
}
