//! Histories in Jepsen's EDN: a map for each operation, one after the other or in one vector.

use clojure_reader::edn::{Edn, read};
use clojure_reader::error::{Code, Error};
use serde_json::{Map, Number, Value};

use super::json_line::quoted;
use super::{Event, Pairing, Read, ReadError, Val, Values};
use crate::history::EventKind;

/// Reads a whole history. Events of processes that are no numbers are not operations; those of
/// `:nemesis` tell when faults were active. Tagged values stand for what is tagged; keywords are
/// texts with a colon, and sets are sorted lists.
///
/// Takes time in proportion to the bytes.
#[must_use]
pub fn read_edn(text: &str) -> Read {
    let mut pairing = Pairing::default();
    let mut place = Place {
        text,
        at: 0,
        line: 1,
    };
    let error = read_all(&mut place, &mut pairing).err();
    (pairing.finish(), error)
}

/// Where the reader stands.
struct Place<'a> {
    text: &'a str,
    at: usize,
    line: u32,
}

impl<'a> Place<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn advance(&mut self, bytes: usize) {
        let passed = self.rest().as_bytes().iter().take(bytes);
        self.line += passed.filter(|byte| **byte == b'\n').count() as u32;
        self.at += bytes;
    }

    /// Past blanks, commas and comments.
    fn skip_blank(&mut self) {
        loop {
            let is_blank = |c: char| c.is_whitespace() || c == ',';
            let rest = self.rest();
            self.advance(rest.len() - rest.trim_start_matches(is_blank).len());
            if !self.rest().starts_with(';') {
                return;
            }
            let rest = self.rest();
            self.advance(rest.find('\n').unwrap_or(rest.len()));
        }
    }

    fn error(&self, column: Option<u32>, what: String) -> ReadError {
        let line = self.rest().lines().next().unwrap_or_default();
        ReadError {
            line: self.line,
            column,
            quote: quoted(line.as_bytes()),
            what,
        }
    }
}

fn read_all(place: &mut Place<'_>, pairing: &mut Pairing) -> Result<(), ReadError> {
    place.skip_blank();
    let is_wrapped = place.rest().starts_with(['[', '(']);
    if is_wrapped {
        place.advance(1);
    }
    loop {
        place.skip_blank();
        let rest = place.rest();
        if rest.is_empty() {
            if is_wrapped {
                return Err(place.error(None, cut_short()));
            }
            return Ok(());
        }
        if is_wrapped && rest.starts_with([']', ')']) {
            return Ok(());
        }
        let (form, after) = read(rest).map_err(|error| malformed(place, &error))?;
        take(place, pairing, &form)?;
        place.advance(rest.len() - after.len());
    }
}

fn take(place: &Place<'_>, pairing: &mut Pairing, form: &Edn<'_>) -> Result<(), ReadError> {
    let Edn::Map(fields) = untagged(form) else {
        let what = "An event is a map: {:process 0, :type :invoke, :f :read, :value nil}.";
        return Err(place.error(None, what.to_owned()));
    };
    let field = |name: &'static str| fields.get(&Edn::key(name)).map(untagged);
    let process = match field("process") {
        Some(Edn::Int(process)) => *process,
        Some(Edn::Key(name)) if name == "nemesis" => {
            if let Some(Edn::Key(function)) = field("f") {
                pairing.disturb(function);
            }
            return Ok(());
        }
        Some(Edn::Key(_) | Edn::Nil | Edn::Symbol(_) | Edn::Str(_)) => return Ok(()),
        _ => return Err(place.error(None, "This event has no :process.".to_owned())),
    };
    let kind = match field("type") {
        Some(Edn::Key(name)) => kind(name),
        _ => None,
    };
    let kind = kind.ok_or_else(|| {
        let what = "An event has a :type, which is :invoke, :ok, :fail or :info.";
        place.error(None, what.to_owned())
    })?;
    let Some(Edn::Key(function) | Edn::Str(function) | Edn::Symbol(function)) = field("f") else {
        return Err(place.error(None, "This event has no :f, its function.".to_owned()));
    };
    let mut value =
        |name: &'static str| field(name).map_or(Val::NULL, |edn| valued(pairing.values(), edn));
    let (key, value) = (value("key"), value("value"));
    let time_ns = match field("time") {
        Some(Edn::Int(time_ns)) => u64::try_from(*time_ns).ok(),
        _ => None,
    };
    let event = Event {
        line: place.line,
        process: pairing.values().number(&process.into()),
        kind,
        function,
        key,
        value,
        time_ns,
    };
    let taken = pairing.take(&event);
    taken.map_err(|problem| place.error(None, problem.explain()))
}

fn kind(name: &str) -> Option<EventKind> {
    match name {
        "invoke" => Some(EventKind::Invoke),
        "ok" => Some(EventKind::Ok),
        "fail" => Some(EventKind::Fail),
        "info" => Some(EventKind::Info),
        _ => None,
    }
}

fn untagged<'a, 'e>(mut edn: &'a Edn<'e>) -> &'a Edn<'e> {
    while let Edn::Tagged(_, inner) = edn {
        edn = inner;
    }
    edn
}

/// Most values are integers: these are read without building anything.
fn valued(values: &mut Values, edn: &Edn<'_>) -> Val {
    match edn {
        Edn::Nil => Val::NULL,
        Edn::Int(integer) => Val::small(*integer).unwrap_or_else(|| values.number(&json(edn))),
        Edn::Vector(items) | Edn::List(items) => {
            let items: Vec<Val> = items.iter().map(|item| valued(values, item)).collect();
            values.list(items)
        }
        _ => values.number(&json(edn)),
    }
}

fn json(edn: &Edn<'_>) -> Value {
    match edn {
        Edn::Vector(items) | Edn::List(items) => items.iter().map(json).collect(),
        Edn::Set(items) => items.iter().map(json).collect(),
        Edn::Map(fields) => {
            let fields = fields
                .iter()
                .map(|(name, value)| (name_of(name), json(value)));
            Value::Object(fields.collect::<Map<_, _>>())
        }
        Edn::Key(name) => format!(":{name}").into(),
        Edn::Symbol(text) | Edn::Str(text) => text.as_ref().into(),
        Edn::Int(integer) => (*integer).into(),
        Edn::Tagged(_, inner) => json(inner),
        Edn::Double(double) => Number::from_f64(double.0).map_or(Value::Null, Value::Number),
        Edn::Char(char) => char.to_string().into(),
        Edn::Bool(bool) => (*bool).into(),
        Edn::Nil => Value::Null,
        other => other.to_string().into(),
    }
}

fn name_of(edn: &Edn<'_>) -> String {
    match json(edn) {
        Value::String(text) => text,
        other => other.to_string(),
    }
}

fn cut_short() -> String {
    "The history ends in the middle: the program that wrote it was stopped, or the file was cut."
        .to_owned()
}

fn malformed(place: &Place<'_>, error: &Error) -> ReadError {
    let what = match &error.code {
        Code::UnexpectedEOF => cut_short(),
        Code::UnmatchedDelimiter(found) => format!("This `{found}` closes nothing."),
        other => format!("This is not EDN ({other:?})."),
    };
    let lines_on = error.line.map_or(0, |line| line.saturating_sub(1));
    let quote = place.rest().lines().nth(lines_on).unwrap_or_default();
    ReadError {
        line: place.line + lines_on as u32,
        column: error.column.map(|column| column as u32),
        quote: quoted(quote.as_bytes()),
        what,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recorded::{History, read_json_lines};

    fn shown(history: &History) -> Vec<String> {
        let show = |value| history.values.show(value);
        let ops = history.ops.iter().map(|op| {
            format!(
                "{} {} {} {}-{} {:?}",
                show(history.processes[op.process as usize]),
                history.functions[usize::from(op.function)],
                show(op.argument) + &show(op.answer),
                op.call_line,
                op.ret_line,
                op.end
            )
        });
        ops.collect()
    }

    const LINES: &str = "
        {:type :invoke, :f :write, :value 3, :process 7, :time 5}
        {:type :info, :f :start, :process :nemesis}
        ; a comment
        #jepsen.history.Op{:index 1, :type :ok, :f :write, :value 3, :process 7,
                           :time 9}
        {:process 8, :type :invoke, :f :read, :value nil}
        {:process 8, :type :ok, :f :read, :value [1 #{2} {:a \"b\"} 2.5 :k \\x true]}";

    #[test]
    fn a_map_for_each_event_with_or_without_a_vector_around() {
        let expected = [
            "7 write 33 2-5 Ok",
            r#"8 read null[1,[2],{":a":"b"},25e-1,":k","x",true] 7-8 Ok"#,
        ];
        let (history, error) = read_edn(LINES);
        assert_eq!(error, None);
        assert_eq!(shown(&history), expected);
        assert_eq!((history.ops[0].call_ns, history.ops[0].ret_ns), (5, 9));
        assert_eq!(history.faults.spans(), [(1, crate::timed::NEVER)]);
        let (history, error) = read_edn(&format!("[{LINES}\n]"));
        assert_eq!(error, None);
        assert_eq!(shown(&history), expected);
    }

    #[test]
    fn both_formats_say_the_same() {
        let edn = "{:process 0 :type :invoke :f :cas :value [1 2]}
                   {:process 0 :type :fail :f :cas :value [1 2]}";
        let json = "{\"process\":0,\"type\":\"invoke\",\"f\":\"cas\",\"value\":[1,2]}
                   {\"process\":0,\"type\":\"fail\",\"f\":\"cas\",\"value\":[1,2]}";
        assert_eq!(
            shown(&read_edn(edn).0),
            shown(&read_json_lines(json.as_bytes()).0)
        );
    }

    #[test]
    fn mistakes_are_told_with_their_place() {
        let error = |text: &str| read_edn(text).1.expect("a mistake").to_string();
        let begin = "{:process 0 :type :invoke :f :read}\n";
        let cases = [
            (
                format!("{begin}{{:process 0 :type"),
                "line 2, column 18: The history ends in",
            ),
            (
                format!("[{begin}"),
                "line 2: The history ends in the middle",
            ),
            (
                format!("{begin}{{:process 0,\n :type :ok)}}"),
                "line 3, column 11: This `)` closes nothing. In ` :type :ok)}`.",
            ),
            (
                "{:process 0 :type :begin}".to_owned(),
                "line 1: An event has a :type, which is :invoke, :ok, :fail or :info.",
            ),
            (
                "read 1".to_owned(),
                "line 1: An event is a map: {:process 0, ",
            ),
        ];
        for (text, expected) in cases {
            let told = error(&text);
            assert!(told.starts_with(expected), "{told}");
        }
        assert_eq!(read_edn(&format!("{begin}oops")).0.ops.len(), 1);
    }
}
