//! Reading a suite from TOML. What is wrong is collected, not thrown: a teacher sees all of it.

use checker::Verdict;
use serde_json::Value;
use std::collections::BTreeMap;
use toml::Spanned;
use toml::de::DeTable;

use super::options::{option_keys, read_options};
use super::{ClusterItem, Item, ItemKind, RunItem, Seeds, Suite};
use crate::options::unknown;
use crate::random::Seed;
use crate::toml_file::{FileErrors, Table, TomlFile};
use crate::transcript::{Case, DEFAULT_TIMEOUT_MS};

/// The keys of a suite's head.
pub(super) const SUITE_KEYS: &[&str] = &["name", "title", "notes", "more"];
/// The keys of every item.
pub(super) const ITEM_KEYS: &[&str] = &["id", "title", "points", "kind"];
/// The kinds of item with the keys that only they have; run items take all options as well.
pub(super) const KINDS: &[(&str, &[&str])] = &[
    ("transcript", &["input", "output", "strict", "timeout_ms"]),
    ("run", &["seeds", "expect"]),
    ("cluster", &["scenario", "more"]),
];

/// Reads a suite whose runs use the known workloads.
pub(super) fn read(text: &str, workloads: &[&str]) -> Result<Suite, FileErrors> {
    TomlFile::read(text, |file, root| {
        let mut reader = Reader { file, workloads };
        reader.suite(root)
    })
}

struct Reader<'f, 'a> {
    file: &'f mut TomlFile<'a>,
    workloads: &'f [&'f str],
}

impl<'i> Reader<'_, '_> {
    /// Every key must be known.
    fn only(&mut self, table: &DeTable<'i>, what: &str, known: &[&str]) {
        self.file.only(table, what, known, whose_key);
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
            self.file
                .error(0..0, "there is no [suite] with a name and a title");
            return suite;
        };
        if let Some(head) = self.file.table(head, "suite") {
            self.only(head.get_ref(), "[suite]", SUITE_KEYS);
            suite.name = self.file.required(&head, "name", "\"my-suite\"");
            suite.title = self
                .file
                .required(&head, "title", "\"What this suite demands\"");
            suite.notes = self.file.optional(&head, "notes");
            if let Some(more) = self.file.optional::<String>(&head, "more") {
                suite.add(&more);
            }
        }
        suite
    }

    fn items(&mut self, root: &DeTable<'i>) -> Vec<Item> {
        let mut seen = BTreeMap::new();
        let mut all = Vec::new();
        for (i, table) in self.file.tables(root, "item").into_iter().enumerate() {
            let item = self.item(&table);
            if let Some(item) = item.as_ref().filter(|item| !item.id.is_empty())
                && let Some(first) = seen.insert(item.id.clone(), i)
            {
                let message = format!(
                    "the id `{}` is taken by item {}: every item needs its own",
                    item.id,
                    first + 1
                );
                self.file.error_at(&table, "id", message);
            }
            all.extend(item);
        }
        all
    }

    fn item(&mut self, table: &Table<'i>) -> Option<Item> {
        let kind: String = self
            .file
            .required(table, "kind", "\"transcript\" or \"run\"");
        let id: String = self.file.required(table, "id", "\"a-short-name\"");
        self.check_id(table, &id);
        let title = self.file.optional(table, "title");
        let points = self.file.optional(table, "points").unwrap_or(1);
        let kind = match kind.as_str() {
            "transcript" => self.transcript(table),
            "run" => self.run(table),
            "cluster" => self.cluster(table),
            "" => return None,
            other => {
                let known = KINDS.iter().map(|(name, _)| *name);
                self.file
                    .error_at(table, "kind", unknown("kind of item", other, known));
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
            let message = format!("`{id}` cannot be an id: use letters, digits, - and _");
            self.file.error_at(table, "id", message);
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
        let input: String = self
            .file
            .required(table, "input", "'''...''' with the lines to send");
        let output: String =
            self.file
                .required(table, "output", "'''...''' with the expected lines");
        let strict = self.file.optional(table, "strict").unwrap_or(false);
        let timeout_ms = self.file.optional(table, "timeout_ms");
        match Case::parse(&input, &output) {
            Ok(case) => Some(ItemKind::Transcript(Case {
                strict,
                timeout_ms: timeout_ms.unwrap_or(DEFAULT_TIMEOUT_MS),
                ..case
            })),
            Err(bad) => {
                let span = table.get_ref().get("output").map_or(0..0, Spanned::span);
                let offset = self.file.text()[span.clone()].find(&bad.line).unwrap_or(0);
                self.file
                    .error(span.start + offset..span.end, bad.to_string());
                None
            }
        }
    }

    fn run(&mut self, table: &Table<'i>) -> Option<ItemKind> {
        let keys = option_keys();
        let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
        self.only_kind(table, "run", &keys);
        let before = self.file.error_count();
        let mut options = DeTable::new();
        for (key, value) in table.get_ref() {
            let name = key.get_ref().as_ref();
            if !keys.contains(&name) {
                continue;
            }
            let alone = DeTable::from_iter([(key.clone(), value.clone())]);
            if let Err(message) = read_options(alone) {
                self.file
                    .error(value.span(), format!("`{name}`: {message}"));
            }
            options.insert(key.clone(), value.clone());
        }
        self.workload(table);
        let seeds = self.seeds(table);
        let expect = self.expect(table);
        if self.file.error_count() > before {
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
        let name: String = self.file.required(table, "workload", "\"echo\"");
        if !name.is_empty() && !self.workloads.contains(&name.as_str()) {
            let known = self.workloads.iter().copied();
            self.file
                .error_at(table, "workload", unknown("workload", &name, known));
        }
    }

    fn expect(&mut self, table: &Table<'i>) -> Verdict {
        match self.file.optional::<String>(table, "expect").as_deref() {
            None | Some("valid") => Verdict::Valid,
            Some("invalid") => Verdict::Invalid,
            Some(other) => {
                let known = ["valid", "invalid"].into_iter();
                self.file
                    .error_at(table, "expect", unknown("expectation", other, known));
                Verdict::Valid
            }
        }
    }

    fn seeds(&mut self, table: &Table<'i>) -> Seeds {
        let Some(value) = self.file.optional::<Value>(table, "seeds") else {
            return Seeds::Count(1);
        };
        seeds(&value).unwrap_or_else(|message| {
            self.file
                .error_at(table, "seeds", format!("`seeds`: {message}"));
            Seeds::Count(1)
        })
    }

    fn cluster(&mut self, table: &Table<'i>) -> Option<ItemKind> {
        self.only_kind(table, "cluster", &[]);
        let scenario = self.file.required(table, "scenario", "\"scenario.toml\"");
        let more = self.file.optional(table, "more").unwrap_or_default();
        Some(ItemKind::Cluster(ClusterItem { scenario, more }))
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

/// Whose key it is, where it is one of another kind of item.
fn whose_key(what: &str, name: &str) -> Option<String> {
    let options = option_keys();
    let owner = KINDS.iter().find(|(kind, keys)| {
        keys.contains(&name) || (*kind == "run" && options.iter().any(|o| o == name))
    });
    let (kind, _) = owner.filter(|_| what.ends_with(" item"))?;
    Some(format!("only of a {kind} item"))
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
    fn what_a_suite_adds_stands_before_what_an_item_adds() {
        let suite = read(
            "[suite]\nname='s'\ntitle='t'\nmore=\"[workload.write]\"\n\
             [[item]]\nid='a'\nkind='cluster'\nscenario='x'\nmore='[workload]'\n",
            WORKLOADS,
        );
        let suite = suite.expect("is right");
        let ItemKind::Cluster(cluster) = &suite.items[0].kind else {
            panic!("{:?}", suite.items[0]);
        };
        assert_eq!(cluster.more, "[workload.write]\n[workload]");
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
