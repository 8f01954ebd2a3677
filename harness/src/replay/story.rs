//! A line of the journal in words.

use results::run_dir::{JournalEvent, JournalLine};

/// A line as a sentence with its time, or as it stands when it cannot be read.
pub(super) fn told(line: &[u8]) -> String {
    match JournalLine::parse(line) {
        Ok(parsed) => format!("{}  {}", seconds(parsed.time), sentence(&parsed)),
        Err(_) => String::from_utf8_lossy(line).into_owned(),
    }
}

/// To the nanosecond: a difference may be no greater.
pub(super) fn seconds(time_ns: u64) -> String {
    format!(
        "{}.{:09} s",
        time_ns / 1_000_000_000,
        time_ns % 1_000_000_000
    )
}

fn sentence(line: &JournalLine<'_>) -> String {
    let src = line.src.as_deref().unwrap_or_default();
    let dest = line.dest.as_deref().unwrap_or_default();
    let why = line.why.as_deref().unwrap_or_default();
    let message = match line.id {
        Some(id) => format!("message {id}"),
        None => "a message".to_owned(),
    };
    match line.event {
        JournalEvent::Send => {
            let body = line.body.map_or("", |body| body.get());
            format!("{src} sends {message} to {dest}: {body}")
        }
        JournalEvent::Deliver => format!("{message} from {src} reaches {dest}"),
        JournalEvent::Drop => format!("{message} from {src} to {dest} is dropped: {why}"),
        JournalEvent::Fault => why.to_owned(),
        JournalEvent::Node => format!("{src}: {why}"),
    }
}
