//! Reading a suite from TOML. What is wrong is collected, not thrown: a teacher sees all of it.

use std::collections::BTreeMap;
use std::ops::Range;

use checker::Verdict;
use serde::Deserialize;
use serde_json::Value;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::options::{option_keys, read_options, read_value};
use super::source::{SuiteError, SuiteErrors};
use super::{ClusterItem, Item, ItemKind, RunItem, Seeds, Suite};
use crate::options::{nearest, unknown};
use crate::random::Seed;
use crate::transcript::{Case, DEFAULT_TIMEOUT_MS};

/// The keys of a suite's head.
pub(super) const SUITE_KEYS: &[&str] = &["name", "title", "notes"];
/// The keys of every item.
pub(super) const ITEM_KEYS: &[&str] = &["id", "title", "points", "kind"];
/// The kinds of item with the keys that only they have; run items take all options as well.
pub(super) const KINDS: &[(&str, &[&str])] = &[
    ("transcript", &["input", "output", "strict", "timeout_ms"]),
    ("run", &["seeds", "expect"]),
    ("cluster", &["scenario"]),
];

type Table<'i> = Spanned<DeTable<'i>>;

/// Reads a suite whose runs use the known workloads.
pub(super) fn read(text: &str, workloads: &[&str]) -> Result<Suite, SuiteErrors> {
    let (root, syntax) = DeTable::parse_recoverable(text);
    let mut reader = Reader {
        text,
        workloads,
        errors: Vec::new(),
    };
    for error in syntax {
        reader.error(error.span().unwrap_or(0..0), error.message());
    }
    let suite = if reader.errors.is_empty() {
        Some(reader.suite(root.get_ref()))
    } else {
        None
    };
    let mut errors = reader.errors;
    errors.sort_by_key(|e| (e.line, e.column));
    match suite {
        Some(suite) if errors.is_empty() => Ok(suite),
        _ => Err(SuiteErrors { errors }),
    }
}

struct Reader<'a> {
    text: &'a str,
    workloads: &'a [&'a str],
    errors: Vec<SuiteError>,
}

impl<'i> Reader<'_> {
    fn error(&mut self, span: Range<usize>, message: impl Into<String>) {
        self.errors.push(SuiteError::at(self.text, &span, message));
    }

    /// The value of a key; nothing if it is not there or of the wrong type.
    fn optional<T: Deserialize<'i>>(&mut self, table: &Table<'i>, key: &str) -> Option<T> {
        let value = table.get_ref().get(key)?;
        match read_value(key, value) {
            Ok(value) => Some(value),
            Err(message) => {
                self.error(value.span(), message);
                None
            }
        }
    }

    /// The value of a key that must be there.
    fn required<T>(&mut self, table: &Table<'i>, key: &str, example: &str) -> T
    where
        T: Deserialize<'i> + Default,
    {
        if !table.get_ref().contains_key(key) {
            self.error(
                table.span(),
                format!("`{key}` is missing: write {key} = {example}"),
            );
        }
        self.optional(table, key).unwrap_or_default()
    }

    /// Every key must be known.
    fn only(&mut self, table: &DeTable<'i>, what: &str, known: &[&str]) {
        for key in table.keys() {
            let name = key.get_ref().as_ref();
            if !known.contains(&name) {
                self.error(key.span(), unknown_key(what, name, known));
            }
        }
    }

    fn suite(&mut self, root: &DeTable<'i>) -> Suite {
        self.only(root, "a suite file", &["suite", "item"]);
        let mut suite = Suite {
            name: String::new(),
            title: String::new(),
            notes: None,
            items: self.items(root),
        };
        let Some(head) = root.get("suite") else {
            self.error(0..0, "there is no [suite] with a name and a title");
            return suite;
        };
        if let Some(head) = self.table(head, "suite") {
            self.only(head.get_ref(), "[suite]", SUITE_KEYS);
            suite.name = self.required(&head, "name", "\"my-suite\"");
            suite.title = self.required(&head, "title", "\"What this suite demands\"");
            suite.notes = self.optional(&head, "notes");
        }
        suite
    }

    /// A value that must be a table.
    fn table(&mut self, value: &Spanned<DeValue<'i>>, key: &str) -> Option<Table<'i>> {
        let DeValue::Table(table) = value.get_ref() else {
            self.error(value.span(), format!("`{key}` must be a table"));
            return None;
        };
        Some(Spanned::new(value.span(), table.clone()))
    }

    fn items(&mut self, root: &DeTable<'i>) -> Vec<Item> {
        let Some(value) = root.get("item") else {
            return Vec::new();
        };
        let DeValue::Array(items) = value.get_ref() else {
            self.error(
                value.span(),
                "items are written [[item]], in double brackets",
            );
            return Vec::new();
        };
        let mut seen = BTreeMap::new();
        let mut all = Vec::new();
        for (i, item) in items.iter().enumerate() {
            let Some(table) = self.table(item, "item") else {
                continue;
            };
            let item = self.item(&table);
            if let Some(item) = item.as_ref().filter(|item| !item.id.is_empty())
                && let Some(first) = seen.insert(item.id.clone(), i)
            {
                let span = table.get_ref().get("id").map_or(0..0, Spanned::span);
                let message = format!(
                    "the id `{}` is taken by item {}: every item needs its own",
                    item.id,
                    first + 1
                );
                self.error(span, message);
            }
            all.extend(item);
        }
        all
    }

    fn item(&mut self, table: &Table<'i>) -> Option<Item> {
        let kind: String = self.required(table, "kind", "\"transcript\" or \"run\"");
        let id: String = self.required(table, "id", "\"a-short-name\"");
        self.check_id(table, &id);
        let title = self.optional(table, "title");
        let points = self.optional(table, "points").unwrap_or(1);
        let kind = match kind.as_str() {
            "transcript" => self.transcript(table),
            "run" => self.run(table),
            "cluster" => self.cluster(table),
            "" => return None,
            other => {
                let span = table.get_ref().get("kind").map_or(0..0, Spanned::span);
                let known = KINDS.iter().map(|(name, _)| *name);
                self.error(span, unknown("kind of item", other, known));
                return None;
            }
        };
        Some(Item {
            title: title.unwrap_or_else(|| id.clone()),
            id,
            points,
            kind: kind?,
        })
    }

    /// An item has a directory that is called like it.
    fn check_id(&mut self, table: &Table<'i>, id: &str) {
        let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
        if !id.chars().all(is_plain) || id.starts_with('.') {
            let span = table.get_ref().get("id").map_or(0..0, Spanned::span);
            let message = format!("`{id}` cannot be an id: use letters, digits, - and _");
            self.error(span, message);
        }
    }

    /// The keys that an item of this kind may have.
    fn only_kind(&mut self, table: &Table<'i>, kind: &str, more: &[&str]) {
        let own = KINDS.iter().find(|(name, _)| *name == kind);
        let own = own.map_or(&[][..], |(_, keys)| keys);
        let known: Vec<&str> = [ITEM_KEYS, own, more].concat();
        self.only(table.get_ref(), &format!("a {kind} item"), &known);
    }

    fn transcript(&mut self, table: &Table<'i>) -> Option<ItemKind> {
        self.only_kind(table, "transcript", &[]);
        let input: String = self.required(table, "input", "'''...''' with the lines to send");
        let output: String = self.required(table, "output", "'''...''' with the expected lines");
        let strict = self.optional(table, "strict").unwrap_or(false);
        let timeout_ms = self.optional(table, "timeout_ms");
        match Case::parse(&input, &output) {
            Ok(case) => Some(ItemKind::Transcript(Case {
                strict,
                timeout_ms: timeout_ms.unwrap_or(DEFAULT_TIMEOUT_MS),
                ..case
            })),
            Err(bad) => {
                let span = table.get_ref().get("output").map_or(0..0, Spanned::span);
                let offset = self.text[span.clone()].find(&bad.line).unwrap_or(0);
                self.error(span.start + offset..span.end, bad.to_string());
                None
            }
        }
    }

    fn run(&mut self, table: &Table<'i>) -> Option<ItemKind> {
        let keys = option_keys();
        let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
        self.only_kind(table, "run", &keys);
        let before = self.errors.len();
        let mut options = DeTable::new();
        for (key, value) in table.get_ref() {
            let name = key.get_ref().as_ref();
            if !keys.contains(&name) {
                continue;
            }
            let alone = DeTable::from_iter([(key.clone(), value.clone())]);
            if let Err(message) = read_options(alone) {
                self.error(value.span(), format!("`{name}`: {message}"));
            }
            options.insert(key.clone(), value.clone());
        }
        self.workload(table);
        let seeds = self.seeds(table);
        let expect = self.expect(table);
        if self.errors.len() > before {
            return None;
        }
        let options = read_options(options).ok()?;
        Some(ItemKind::Run(Box::new(RunItem {
            options,
            seeds,
            expect,
        })))
    }

    /// A run needs a workload, and one that exists.
    fn workload(&mut self, table: &Table<'i>) {
        let name: String = self.required(table, "workload", "\"echo\"");
        if !name.is_empty() && !self.workloads.contains(&name.as_str()) {
            let span = table.get_ref().get("workload").map_or(0..0, Spanned::span);
            let known = self.workloads.iter().copied();
            self.error(span, unknown("workload", &name, known));
        }
    }

    fn expect(&mut self, table: &Table<'i>) -> Verdict {
        match self.optional::<String>(table, "expect").as_deref() {
            None | Some("valid") => Verdict::Valid,
            Some("invalid") => Verdict::Invalid,
            Some(other) => {
                let span = table.get_ref().get("expect").map_or(0..0, Spanned::span);
                let known = ["valid", "invalid"].into_iter();
                self.error(span, unknown("expectation", other, known));
                Verdict::Valid
            }
        }
    }

    fn seeds(&mut self, table: &Table<'i>) -> Seeds {
        let Some(value) = self.optional::<Value>(table, "seeds") else {
            return Seeds::Count(1);
        };
        seeds(&value).unwrap_or_else(|message| {
            let span = table.get_ref().get("seeds").map_or(0..0, Spanned::span);
            self.error(span, format!("`seeds`: {message}"));
            Seeds::Count(1)
        })
    }

    fn cluster(&mut self, table: &Table<'i>) -> Option<ItemKind> {
        self.only_kind(table, "cluster", &[]);
        let scenario = self.required(table, "scenario", "\"scenario.toml\"");
        Some(ItemKind::Cluster(ClusterItem { scenario }))
    }
}

/// How many, or which.
fn seeds(value: &Value) -> Result<Seeds, String> {
    let expected = || format!("expected how many (1 or more) or a list of seeds, got {value}");
    match value {
        Value::Number(number) => match number.as_u64().and_then(|n| u32::try_from(n).ok()) {
            Some(count) if count > 0 => Ok(Seeds::Count(count)),
            _ => Err(expected()),
        },
        Value::Array(list) if !list.is_empty() => list
            .iter()
            .map(|seed| match seed {
                Value::String(text) => text.parse::<Seed>().map_err(|e| e.to_string()),
                other => other.to_string().parse::<Seed>().map_err(|e| e.to_string()),
            })
            .collect::<Result<_, _>>()
            .map(Seeds::List),
        _ => Err(expected()),
    }
}

/// The sentence for a key that nothing reads: the nearest key, or whose key it is.
fn unknown_key(what: &str, name: &str, known: &[&str]) -> String {
    let near = nearest(&name.replace('-', "_"), known);
    if let Some(first) = near.first() {
        return format!("`{name}` is no key of {what}: did you mean `{first}`?");
    }
    let options = option_keys();
    let owner = KINDS.iter().find(|(kind, keys)| {
        keys.contains(&name) || (*kind == "run" && options.iter().any(|o| o == name))
    });
    match owner {
        Some((kind, _)) if what.ends_with(" item") => {
            format!("`{name}` is no key of {what}, only of a {kind} item")
        }
        _ => format!(
            "`{name}` is no key of {what}: expected one of {}",
            known.join(", ")
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::options::{Concurrency, Fault};

    const HEAD: &str = "[suite]\nname = 's'\ntitle = 't'\n\n";
    const WORKLOADS: &[&str] = &["echo", "lww-kv"];

    fn errors(items: &str) -> Vec<String> {
        let text = format!("{HEAD}{items}");
        let errors = read(&text, WORKLOADS).expect_err("is wrong").errors;
        errors.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn the_example_of_the_format_is_read() {
        let text = format!(
            "{HEAD}{}",
            r#"
[[item]]
id = "missing-key"
points = 5
kind = "transcript"
input = '''
{"src":"c0","dest":"n1","body":{"type":"init","msg_id":1,"node_id":"n1","node_ids":["n1"]}}
'''
output = '''
{"src": "n1", "dest": "c0", "body": {"type": "init_ok", "in_reply_to": 1, "msg_id": 0}}
'''

[[item]]
id = "partition"
title = "Parted"
kind = "run"
workload = "lww-kv"
node_count = 3
concurrency = 10
nemesis = ["partition", "loss"]
seeds = [1, "0x2a"]
expect = "invalid"

[[item]]
id = "cluster"
kind = "cluster"
scenario = "quorum.toml"
"#
        );
        let suite = read(&text, WORKLOADS).expect("is right");
        assert_eq!((suite.max_points(), suite.items.len()), (7, 3));
        let ItemKind::Transcript(case) = &suite.items[0].kind else {
            panic!("{:?}", suite.items[0]);
        };
        assert_eq!((case.input.len(), case.expected.len()), (1, 1));
        assert_eq!((case.timeout_ms, case.strict), (5000, false));
        assert_eq!(suite.items[0].title, "missing-key");
        let ItemKind::Run(run) = &suite.items[1].kind else {
            panic!("{:?}", suite.items[1]);
        };
        assert_eq!(run.options.concurrency, Concurrency::Total(10));
        assert_eq!(run.options.nemesis, [Fault::Partition, Fault::Loss]);
        assert_eq!(run.options.time_limit, 60.0);
        assert_eq!(run.seeds.from(Seed(7)), [Seed(1), Seed(42)]);
        assert_eq!(run.expect, Verdict::Invalid);
    }

    #[test]
    fn an_unknown_key_is_named_with_its_line() {
        let item = "[[item]]\nid = 'a'\nkind = 'run'\nworkload = 'echo'\nnode-cuont = 3\n";
        assert_eq!(
            errors(item),
            [
                "line 9, column 1: `node-cuont` is no key of a run item: did you mean \
              `node_count`?\n  9 | node-cuont = 3\n    | ^"
            ]
        );
        let item = "[[item]]\nid='a'\nkind='cluster'\nscenario='x'\nstrict = true\n";
        assert!(
            errors(item)[0].contains("no key of a cluster item, only of a transcript item"),
            "{:?}",
            errors(item)
        );
        let items = errors("[[items]]\nid='a'\n");
        assert!(items[0].contains("did you mean `item`?"), "{items:?}");
    }

    #[test]
    fn every_mistake_is_reported_in_plain_words() {
        let found = errors(
            "[[item]]\nid = 'a'\nkind = 'run'\nworkload = 'ecko'\nnode_count = 'five'\n\
             nemesis = ['partitions']\nrate = true\nconcurrency = 1.5\npoints = -1\n\
             seeds = 0\nexpect = 'maybe'\n\n[[item]]\nid = 'b'\nkind = 'runn'\n",
        );
        let expected = [
            "unknown workload `ecko`: did you mean echo?",
            "`node_count`: expected a whole number, not below 0, got the text \"five\"",
            "`nemesis`: unknown value `partitions`: did you mean partition?",
            "`rate`: expected a number, got `true`",
            "`concurrency`: `1.5` is no number of clients",
            "`points`: expected a whole number, not below 0, got the number `-1`",
            "`seeds`: expected how many (1 or more) or a list of seeds, got 0",
            "unknown expectation `maybe`: expected one of valid, invalid",
            "unknown kind of item `runn`: did you mean run",
        ];
        assert_eq!(found.len(), expected.len(), "{found:#?}");
        for (found, expected) in found.iter().zip(expected) {
            assert!(found.contains(expected), "{found}\nlacks\n{expected}");
        }
    }

    #[test]
    fn what_is_missing_or_double_is_said() {
        let found = errors("[[item]]\nid = 'a'\nkind = 'transcript'\ninput = 'x'\n");
        assert!(found[0].contains("`output` is missing"), "{found:?}");
        let item = "[[item]]\nid = 'a'\nkind = 'cluster'\nscenario = 'x'\n";
        let found = errors(&format!("{item}{item}"));
        assert!(
            found[0].starts_with("line 10, column 6: the id `a` is taken by item 1"),
            "{found:?}"
        );
        let found = errors("[[item]]\nid = 'a'\nkind = 'run'\nworkload = 'ecko'\n");
        assert!(
            found[0].contains("unknown workload `ecko`: did you mean echo?"),
            "{found:?}"
        );
        let found = errors("[[item]]\nid = '../a'\nkind = 'cluster'\nscenario = 'x'\n");
        assert!(found[0].contains("`../a` cannot be an id"), "{found:?}");
        let text = read("[[item]]\nid = 'a'\n", WORKLOADS).expect_err("no head");
        assert!(text.to_string().contains("there is no [suite]"));
    }

    #[test]
    fn a_bad_regular_expression_and_bad_toml_are_quoted() {
        let item = "[[item]]\nid='a'\nkind='transcript'\ninput=''\noutput='''\nok\n/[a/\n'''\n";
        let found = errors(item);
        assert!(found[0].starts_with("line 11, column 1:"), "{found:?}");
        assert!(found[0].contains("\n  11 | /[a/\n"), "{found:?}");
        let found = errors("[[item]]\nid = \n");
        assert!(found[0].starts_with("line 6, column"), "{found:?}");
    }
}
