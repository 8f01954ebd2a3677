//! A history of a model, written by bytes.

use std::fmt::Write;

use checker::Verdict;
use checker::judge::{FailedCas, Named, Settings};
use checker::recorded::{History, read_json_lines};

use super::calls::{Call, calls};

/// A small history, and the model that it is of.
pub(crate) struct Written {
    pub(crate) named: Named,
    pub(crate) settings: Settings,
    /// As JSON Lines, so that whatever goes wrong can be tried by hand.
    pub(crate) text: String,
}

/// Operations in one history; searches shall be short.
const OPERATIONS: usize = 12;
/// Processes at once.
const PROCESSES: usize = 4;

/// A process, and its operation if it does one.
#[derive(Clone)]
struct Process {
    name: usize,
    open: Option<Open>,
}

#[derive(Clone)]
struct Open {
    function: &'static str,
    answers: &'static [&'static str],
    key: &'static str,
    question: String,
}

impl Written {
    /// The first two bytes say of what and how; then each three bytes are an event.
    pub(crate) fn of(bytes: &[u8]) -> Self {
        let (head, events) = bytes.split_at(bytes.len().min(2));
        let byte = |at: usize| head.get(at).copied().unwrap_or(0);
        let named = Named::ALL[usize::from(byte(0)) % Named::ALL.len()];
        let is = |bit: u8| byte(1) >> bit & 1 == 1;
        let settings = Settings {
            failed_cas: [FailedCas::DidNothing, FailedCas::FoundAnother][usize::from(is(0))],
            permits: 1 + u32::from(is(1)),
            with_orders: is(2),
            ..Settings::default()
        };
        let mut written = Self {
            named,
            settings,
            text: String::new(),
        };
        // Rules mostly need that every value is written once.
        let (is_unique, has_keys) = (is(3), is(4));
        let mut processes = [0, 1, 2, 3].map(|name| Process { name, open: None });
        let mut begun = 0;
        for event in events.chunks_exact(3) {
            let [at, what, value] = [event[0], event[1], event[2]].map(usize::from);
            let process = &mut processes[at % PROCESSES];
            if process.open.is_some() {
                written.end(process, what, value);
            } else if begun < OPERATIONS {
                begun += 1;
                let number = if is_unique { begun } else { 1 + value / 8 % 4 };
                let Call(function, questions, answers) = pick(calls(named), what);
                let open = Open {
                    function,
                    answers,
                    key: if has_keys {
                        ["1", "2"][at / PROCESSES % 2]
                    } else {
                        "null"
                    },
                    question: pick(questions, value).replace('#', &number.to_string()),
                };
                written.text += &line(process.name, "invoke", &open, &open.question);
                process.open = Some(open);
            }
        }
        written
    }

    /// Ends an operation, mostly with an answer that is possible.
    fn end(&mut self, process: &mut Process, what: usize, value: usize) {
        let Some(open) = process.open.take() else {
            return;
        };
        let all = open.answers;
        let answers = (0..all.len()).map(|at| pick(all, at + value).replace('#', &open.question));
        let mut lines = answers.map(|answer| line(process.name, "ok", &open, &answer));
        let failed = line(process.name, "fail", &open, &open.question);
        let end = match what % 16 {
            0 => line(process.name, "info", &open, "null"),
            1 => String::new(),
            2 => failed,
            3 | 4 => lines.next().unwrap_or(failed),
            _ => lines.find(|line| self.allows(line)).unwrap_or(failed),
        };
        if what % 16 < 2 {
            // Nobody knows what became of it, and it is not waited for.
            process.name += PROCESSES;
        }
        self.text += &end;
    }

    /// Whether the history can go on like this.
    fn allows(&self, line: &str) -> bool {
        let (history, _) = read_json_lines((self.text.clone() + line).as_bytes());
        let judged = super::judged(self, &history);
        judged.is_ok_and(|judgement| judgement.verdict() != Verdict::Invalid)
    }

    /// The history.
    pub(crate) fn history(&self) -> History {
        let (history, error) = read_json_lines(self.text.as_bytes());
        assert_eq!(error, None, "{}", self.text);
        history
    }
}

fn line(process: usize, kind: &str, open: &Open, value: &str) -> String {
    let Open { function, key, .. } = open;
    let mut line = String::new();
    // Writing into a string cannot fail.
    let _ = writeln!(
        line,
        "{{\"process\":{process},\"type\":\"{kind}\",\"f\":\"{function}\",\"key\":{key},\"value\":{value}}}"
    );
    line
}

fn pick<T>(of: &[T], at: usize) -> &T {
    &of[at % of.len()]
}
