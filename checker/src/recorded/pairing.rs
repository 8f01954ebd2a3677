//! From events to operations.

use rustc_hash::FxHashMap;

use super::{History, Recorded, Val};
use crate::history::EventKind;
use crate::timed::NEVER;

/// An event as it was read.
#[derive(Debug, Clone, Copy)]
pub struct Event<'a> {
    /// Its line, from 1.
    pub line: u32,
    /// Who did it.
    pub process: Val,
    /// The beginning of an operation, or its end.
    pub kind: EventKind,
    /// The function's name.
    pub function: &'a str,
    /// The object concerned, or null.
    pub key: Val,
    /// What was asked or answered.
    pub value: Val,
    /// When, if it was said.
    pub time_ns: Option<u64>,
}

/// An event that cannot be where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Problem {
    /// The process begins an operation although another one is open since this line.
    StillOpen(u32),
    /// The process completes an operation, and has none.
    NotOpen,
    /// The process completes another function than it invoked in this line.
    OtherFunction(u32),
    /// There are more events than there are positions for.
    TooMany,
    /// There are more names of functions than there are numbers for.
    TooManyFunctions,
}

/// Makes operations of events, one after the other.
#[derive(Debug, Default)]
pub struct Pairing {
    history: History,
    processes: FxHashMap<Val, u32>,
    /// By process: the operation that is open.
    open: Vec<Option<u32>>,
    functions: FxHashMap<Box<str>, u16>,
    position: u32,
}

impl Pairing {
    /// The values met so far, for those who read events.
    pub fn values(&mut self) -> &mut super::Values {
        &mut self.history.values
    }

    /// The operations so far; those that are open may have happened.
    #[must_use]
    pub fn so_far(&self) -> &History {
        &self.history
    }

    /// Takes the next event. After a problem everything before it still counts.
    ///
    /// # Errors
    /// When the event cannot be where it stands.
    pub fn take(&mut self, event: &Event<'_>) -> Result<(), Problem> {
        if self.position >= NEVER - 1 {
            return Err(Problem::TooMany);
        }
        let process = self.process(event.process);
        match (event.kind, self.open[process as usize]) {
            (EventKind::Invoke, None) => self.begin(event, process)?,
            (EventKind::Invoke, Some(open)) => {
                return Err(Problem::StillOpen(self.op(open).call_line));
            }
            (_, None) => return Err(Problem::NotOpen),
            (_, Some(open)) => self.end(event, process, open)?,
        }
        self.position += 1;
        Ok(())
    }

    /// Takes an event of the nemesis.
    pub fn disturb(&mut self, function: &str) {
        self.history.faults.take(function, self.position);
    }

    fn process(&mut self, name: Val) -> u32 {
        let fresh = self.open.len() as u32;
        let number = *self.processes.entry(name).or_insert(fresh);
        if number == fresh {
            self.open.push(None);
            self.history.processes.push(name);
        }
        number
    }

    fn begin(&mut self, event: &Event<'_>, process: u32) -> Result<(), Problem> {
        let function = self.function(event.function)?;
        let number = self.history.ops.len();
        self.open[process as usize] = Some(number as u32);
        self.history.keys.take(number, event.key);
        self.history.open.change(true);
        self.history.ops.push(Recorded {
            process,
            function,
            end: EventKind::Info,
            key: event.key,
            argument: event.value,
            answer: Val::NULL,
            call: self.position,
            ret: NEVER,
            call_line: event.line,
            ret_line: 0,
            call_ns: event.time_ns.unwrap_or(0),
            ret_ns: event.time_ns.unwrap_or(0),
        });
        Ok(())
    }

    fn end(&mut self, event: &Event<'_>, process: u32, open: u32) -> Result<(), Problem> {
        let line = self.op(open).call_line;
        if *self.history.functions[usize::from(self.op(open).function)] != *event.function {
            return Err(Problem::OtherFunction(line));
        }
        let op = &mut self.history.ops[open as usize];
        op.end = event.kind;
        op.ret_line = event.line;
        op.ret_ns = event.time_ns.unwrap_or(op.call_ns);
        if event.kind != EventKind::Info {
            op.ret = self.position;
            op.answer = event.value;
            self.history.open.change(false);
        }
        self.open[process as usize] = None;
        Ok(())
    }

    fn op(&self, number: u32) -> &Recorded {
        &self.history.ops[number as usize]
    }

    fn function(&mut self, name: &str) -> Result<u16, Problem> {
        if let Some(known) = self.functions.get(name) {
            return Ok(*known);
        }
        let fresh = u16::try_from(self.history.functions.len());
        let fresh = fresh.map_err(|_| Problem::TooManyFunctions)?;
        self.history.functions.push(name.into());
        self.functions.insert(name.into(), fresh);
        Ok(fresh)
    }

    /// The operations; those that are open may have happened.
    #[must_use]
    pub fn finish(self) -> History {
        self.history
    }
}

impl Problem {
    /// What is wrong and what to do, in words; the event is quoted elsewhere.
    #[must_use]
    pub fn explain(&self) -> String {
        match self {
            Self::StillOpen(line) => format!(
                "This process begins an operation although the one it began in line {line} has no \
                 end. A process does one thing at a time: give concurrent operations processes of \
                 their own, and after an operation of type info use a new process number."
            ),
            Self::NotOpen => "This process ends an operation that it did not begin. Either its \
                              invocation is missing, or it has ended already."
                .to_owned(),
            Self::OtherFunction(line) => format!(
                "The operation that this process began in line {line} has another `f`. The line \
                 that ends an operation repeats the `f` of the one that begins it."
            ),
            Self::TooMany => "There are more than four thousand million events.".to_owned(),
            Self::TooManyFunctions => "There are more than 65,536 different `f`. That is the name \
                                       of what is done; what it is done to belongs into `key` \
                                       and `value`."
                .to_owned(),
        }
    }
}
