//! The line on stderr that shows how far a run is.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use workloads::Event;
use workloads::event::{MessageStep, NodeEventKind};

use super::output::Output;

/// The line is drawn anew at most so often, in nanoseconds of the run.
const REDRAW_NS: u64 = 100_000_000;

/// A progress line fed with the events of a run.
pub(crate) struct Progress {
    bar: ProgressBar,
    label: String,
    verbose: bool,
    ops: u64,
    failed: u64,
    messages: u64,
    faults: Vec<String>,
    drawn_ns: u64,
}

impl Progress {
    /// A line that begins with this text; nothing is drawn unless stderr is a terminal.
    pub(super) fn new(output: &Output, label: &str) -> Self {
        let bar = if output.progress {
            ProgressBar::new_spinner()
        } else {
            ProgressBar::hidden()
        };
        let style = ProgressStyle::with_template("{spinner} {elapsed} {wide_msg}");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()));
        bar.set_message(format!("{label}: starting"));
        bar.enable_steady_tick(Duration::from_millis(100));
        Self {
            bar,
            label: label.to_owned(),
            verbose: output.verbose,
            ops: 0,
            failed: 0,
            messages: 0,
            faults: Vec::new(),
            drawn_ns: 0,
        }
    }

    /// Something happened.
    pub(super) fn take(&mut self, event: &Event) {
        let time_ns = match event {
            Event::Invoke(op) => op.time_ns,
            Event::Complete(op) => {
                self.ops += 1;
                self.failed += u64::from(!op.is_ok());
                op.completion.time_ns
            }
            Event::Message(message) => {
                self.messages += u64::from(message.step == MessageStep::Send);
                message.time_ns
            }
            Event::Fault(fault) => {
                if fault.begins {
                    self.faults.push(fault.what.clone());
                } else {
                    self.faults.retain(|what| *what != fault.what);
                }
                0
            }
            Event::Node(node) => {
                if self.verbose
                    && let NodeEventKind::Problem(problem) = &node.kind
                {
                    self.say(&problem.what);
                }
                node.time_ns
            }
        };
        if time_ns >= self.drawn_ns + REDRAW_NS {
            self.drawn_ns = time_ns;
            self.draw();
        }
    }

    /// Says something above the line.
    pub(super) fn say(&self, text: &str) {
        self.bar.suspend(|| anstream::eprintln!("{text}"));
    }

    fn draw(&self) {
        let (ops, failed, messages) = (self.ops, self.failed, self.messages);
        let mut text = format!("{}: {ops} operations", self.label);
        if failed > 0 {
            text.push_str(&format!(" ({failed} not ok)"));
        }
        text.push_str(&format!(", {messages} messages"));
        for fault in &self.faults {
            text.push_str(&format!(" | {fault}"));
        }
        self.bar.set_message(text);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
