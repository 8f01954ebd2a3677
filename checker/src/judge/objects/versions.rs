//! Registers whose values carry their versions.

use super::function;
use crate::history::EventKind;
use crate::judge::object::Object;
use crate::judge::parts::Intake;
use crate::model::{Clocked, LastWriter, MultiValue, Stamped, VersionedOp};
use crate::mv_register::Clock;
use crate::recorded::{History, Recorded, Val, Values};

/// Last-writer-wins registers: `write` and `read` have the value `[value, timestamp]`.
#[derive(Debug, Clone, Copy, Default)]
pub struct LastWriters(LastWriter<Val>);

/// Multi-value registers: `write` has the value `[value, clock]`, a clock being a list of numbers;
/// `read` answers a list of these.
#[derive(Debug, Clone, Copy, Default)]
pub struct MultiValues(MultiValue<Val>);

impl Object for LastWriters {
    type Model = LastWriter<Val>;

    fn noun(&self) -> &'static str {
        "register"
    }

    fn model(&self) -> &LastWriter<Val> {
        &self.0
    }

    fn take(
        &self,
        history: &History,
        recorded: &Recorded,
        intake: &mut Intake<'_, VersionedOp<Stamped<Val>, Option<Stamped<Val>>>>,
    ) -> Result<(), String> {
        match function(history, recorded) {
            "write" => {
                let version = stamped(history, recorded.argument)?;
                intake.did_unless_failed(VersionedOp::Write(version));
            }
            "read" if recorded.end != EventKind::Ok => {}
            "read" if recorded.answer == Val::NULL => intake.did(VersionedOp::Read(None)),
            "read" => {
                let version = stamped(history, recorded.answer)?;
                intake.did(VersionedOp::Read(Some(version)));
            }
            other => return Err(no_such(other)),
        }
        Ok(())
    }

    fn did(&self, op: &VersionedOp<Stamped<Val>, Option<Stamped<Val>>>, values: &Values) -> String {
        let show = |(ts, value): &Stamped<Val>| format!("{} at {ts}", values.show(*value));
        match op {
            VersionedOp::Write(version) => format!("wrote {}", show(version)),
            VersionedOp::Read(Some(version)) => format!("read {}", show(version)),
            VersionedOp::Read(None) => "found nothing".to_owned(),
        }
    }
}

impl Object for MultiValues {
    type Model = MultiValue<Val>;

    fn noun(&self) -> &'static str {
        "register"
    }

    fn model(&self) -> &MultiValue<Val> {
        &self.0
    }

    fn take(
        &self,
        history: &History,
        recorded: &Recorded,
        intake: &mut Intake<'_, VersionedOp<Clocked<Val>, Vec<Clocked<Val>>>>,
    ) -> Result<(), String> {
        match function(history, recorded) {
            "write" => {
                let version = clocked(history, recorded.argument)?;
                intake.did_unless_failed(VersionedOp::Write(version));
            }
            "read" if recorded.end != EventKind::Ok => {}
            "read" => {
                let answer = recorded.answer;
                let items = match history.values.items(answer) {
                    Some(items) => items,
                    None if answer == Val::NULL => &[],
                    None => {
                        let shown = history.values.show(answer);
                        return Err(format!(
                            "a read answers a list of versions, and this one {shown}"
                        ));
                    }
                };
                let found = items.iter().map(|item| clocked(history, *item));
                let mut found: Vec<Clocked<Val>> = found.collect::<Result<_, _>>()?;
                found.sort_unstable();
                intake.did(VersionedOp::Read(found));
            }
            other => return Err(no_such(other)),
        }
        Ok(())
    }

    fn did(&self, op: &VersionedOp<Clocked<Val>, Vec<Clocked<Val>>>, values: &Values) -> String {
        let show =
            |(clock, value): &Clocked<Val>| format!("{} at {:?}", values.show(*value), clock.0);
        match op {
            VersionedOp::Write(version) => format!("wrote {}", show(version)),
            VersionedOp::Read(found) if found.is_empty() => "found nothing".to_owned(),
            VersionedOp::Read(found) => {
                let found: Vec<String> = found.iter().map(show).collect();
                format!("read {}", crate::words::listed(&found))
            }
        }
    }
}

fn no_such(function: &str) -> String {
    format!("a register with versions has the functions write and read, and not `{function}`")
}

fn pair(history: &History, value: Val) -> Option<[Val; 2]> {
    history.values.items(value)?.try_into().ok()
}

fn stamped(history: &History, value: Val) -> Result<Stamped<Val>, String> {
    let found =
        pair(history, value).and_then(|[value, timestamp]| Some((timestamp.as_integer()?, value)));
    found.ok_or_else(|| {
        let shown = history.values.show(value);
        format!("a version is [value, timestamp], and this one is {shown}")
    })
}

fn clocked(history: &History, value: Val) -> Result<Clocked<Val>, String> {
    let found = pair(history, value).and_then(|[value, clock]| {
        let entries = history.values.items(clock)?.iter();
        let entries = entries.map(|entry| u64::try_from(entry.as_integer()?).ok());
        Some((Clock(entries.collect::<Option<_>>()?), value))
    });
    found.ok_or_else(|| {
        let shown = history.values.show(value);
        format!("a version is [value, [number, ...]], and this one is {shown}")
    })
}
