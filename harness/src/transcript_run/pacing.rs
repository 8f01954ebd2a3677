//! When each line of input is sent: after the answer to the one before.
//!
//! A program that serves requests side by side may answer a read before the write that was sent
//! just ahead of it, and would be right. Cases mean their requests one after the other, so each
//! waits for the answer to the last one, but not for long: programs may read all of their input
//! first, or not answer at all.

use std::time::Duration;

use protocol::number;
use serde_json::Value;

/// How long the answer to a line is waited for; the first line has longer, programs must start.
const PATIENCE: Duration = Duration::from_secs(1);

/// The input of a case, and how much of it is sent.
pub(super) struct Pacing<'a> {
    lines: &'a [String],
    sent: usize,
    /// The `msg_id` whose answer is waited for, and until when.
    awaited: Option<(Value, Duration)>,
    /// From then on nothing is waited for.
    limit: Duration,
}

impl<'a> Pacing<'a> {
    /// Nothing is sent yet. At most half of the time is spent on waiting.
    pub(super) fn new(lines: &'a [String], timeout: Duration) -> Self {
        Self {
            lines,
            sent: 0,
            awaited: None,
            limit: timeout / 2,
        }
    }

    /// The next line, if it may be sent now. Times are counted from the program's start.
    pub(super) fn take(&mut self, now: Duration) -> Option<&'a str> {
        if self.is_waiting(now) {
            return None;
        }
        let line = self.lines.get(self.sent)?;
        let until = match self.sent {
            0 => self.limit,
            _ => self.limit.min(now + PATIENCE),
        };
        self.sent += 1;
        self.awaited = msg_id(line).map(|id| (id, until));
        Some(line)
    }

    /// The program wrote a line.
    pub(super) fn on_output(&mut self, line: &str) {
        let Some((awaited, _)) = &self.awaited else {
            return;
        };
        if field(line, "in_reply_to").is_some_and(|id| number::same(&id, awaited)) {
            self.awaited = None;
        }
    }

    /// Whether the input can be closed.
    pub(super) fn is_done(&self, now: Duration) -> bool {
        self.sent == self.lines.len() && !self.is_waiting(now)
    }

    /// When waiting ends, if there is no answer before.
    pub(super) fn wake(&self) -> Option<Duration> {
        self.awaited.as_ref().map(|(_, until)| *until)
    }

    fn is_waiting(&self, now: Duration) -> bool {
        self.awaited.as_ref().is_some_and(|(_, until)| now < *until)
    }
}

fn msg_id(line: &str) -> Option<Value> {
    field(line, "msg_id")
}

/// A field of the body, with or without an envelope around it.
fn field(line: &str, name: &str) -> Option<Value> {
    let value: Value = serde_json::from_str(line).ok()?;
    value.get("body").unwrap_or(&value).get(name).cloned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    fn lines(texts: &[&str]) -> Vec<String> {
        texts.iter().map(|text| (*text).to_owned()).collect()
    }

    #[test]
    fn a_request_waits_for_the_answer_to_the_one_before() {
        let input = lines(&[r#"{"body":{"msg_id":1}}"#, r#"{"msg_id":2}"#]);
        let mut pacing = Pacing::new(&input, ms(5000));
        assert!(pacing.take(ms(0)).is_some());
        assert_eq!(pacing.take(ms(10)), None);
        pacing.on_output("starting");
        pacing.on_output(r#"{"body":{"in_reply_to":7}}"#);
        assert_eq!(pacing.take(ms(20)), None);
        pacing.on_output(r#"{"body":{"in_reply_to":1.0}}"#);
        assert_eq!(pacing.take(ms(20)), Some(input[1].as_str()));
        assert!(!pacing.is_done(ms(20)));
        pacing.on_output(r#"{"in_reply_to":2}"#);
        assert!(pacing.is_done(ms(20)));
    }

    #[test]
    fn waiting_ends_in_time() {
        let input = lines(&[r#"{"msg_id":1}"#, r#"{"msg_id":2}"#, r#"{"msg_id":3}"#]);
        let mut pacing = Pacing::new(&input, ms(5000));
        pacing.take(ms(0));
        assert_eq!(pacing.wake(), Some(ms(2500)), "a slow start");
        pacing.on_output(r#"{"in_reply_to":1}"#);
        pacing.take(ms(100));
        assert_eq!(pacing.wake(), Some(ms(1100)));
        pacing.take(ms(2400));
        assert_eq!(pacing.wake(), Some(ms(2500)), "half of the time at most");
        assert!(pacing.is_done(ms(2500)));
    }

    #[test]
    fn what_asks_for_no_answer_is_sent_at_once() {
        let input = lines(&["hello", r#"{"body":{"type":"gossip"}}"#, "[1]"]);
        let mut pacing = Pacing::new(&input, ms(5000));
        for line in &input {
            assert_eq!(pacing.take(ms(0)), Some(line.as_str()));
        }
        assert!(pacing.is_done(ms(0)));
        assert_eq!(pacing.take(ms(0)), None);
    }
}
