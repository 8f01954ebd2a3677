//! Values as small numbers: equal values are equal numbers.

use std::fmt::Write;
use std::sync::Arc;

use rustc_hash::FxHashMap;
use serde_json::Value;

use crate::{canonical, integer};

/// A value of a history, eight bytes of it: an integer, or the place of anything else in
/// [`Values`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Val(u64);

impl Default for Val {
    fn default() -> Self {
        Self::NULL
    }
}

impl Val {
    /// Nothing.
    pub const NULL: Self = Self::placed(0);
    /// True.
    pub const TRUE: Self = Self::placed(1);
    /// False.
    pub const FALSE: Self = Self::placed(2);

    const fn placed(at: u64) -> Self {
        Self(at << 1 | 1)
    }

    /// An integer, if it is not a very large one.
    #[must_use]
    pub fn small(integer: i64) -> Option<Self> {
        let shifted = integer << 1;
        (shifted >> 1 == integer).then_some(Self(shifted.cast_unsigned()))
    }

    /// The integer, if it is one and not very large.
    #[must_use]
    pub fn as_integer(self) -> Option<i64> {
        (self.0 & 1 == 0).then_some(self.0.cast_signed() >> 1)
    }

    fn place(self) -> Option<usize> {
        (self.0 & 1 == 1).then_some((self.0 >> 1) as usize)
    }
}

/// What values that are no small integers stand for.
#[derive(Debug, Clone)]
pub struct Values {
    data: Vec<Datum>,
    lists: FxHashMap<Arc<[Val]>, u64>,
    texts: FxHashMap<Arc<str>, u64>,
}

#[derive(Debug, Clone)]
enum Datum {
    List(Arc<[Val]>),
    /// As JSON, in one of several equal ways to write it.
    Text(Arc<str>),
}

impl Default for Values {
    fn default() -> Self {
        let mut values = Self {
            data: Vec::new(),
            lists: FxHashMap::default(),
            texts: FxHashMap::default(),
        };
        for known in [Value::Null, Value::Bool(true), Value::Bool(false)] {
            values.place(&canonical(&known));
        }
        values
    }
}

impl Values {
    /// The number of a JSON value.
    pub fn number(&mut self, value: &Value) -> Val {
        let small = integer(value).and_then(|n| i64::try_from(n).ok());
        if let Some(small) = small.and_then(Val::small) {
            return small;
        }
        match value {
            Value::Array(items) => {
                let items: Vec<Val> = items.iter().map(|item| self.number(item)).collect();
                self.list(items)
            }
            other => self.place(&canonical(other)),
        }
    }

    /// The number of a value that stands somewhere as JSON; null if it is none.
    pub fn json(&mut self, json: &str) -> Val {
        if json.len() < 18
            && let Some(small) = json.parse().ok().and_then(Val::small)
        {
            return small;
        }
        match json {
            "null" => Val::NULL,
            // A text without escapes is written in one way only.
            _ if json.starts_with('"') && !json.contains('\\') => self.place(json),
            _ => self.number(&serde_json::from_str(json).unwrap_or_default()),
        }
    }

    /// The number of a text.
    pub fn text(&mut self, text: &str) -> Val {
        self.number(&Value::from(text))
    }

    /// The number of a list.
    pub fn list(&mut self, items: impl AsRef<[Val]>) -> Val {
        let items = items.as_ref();
        if let Some(at) = self.lists.get(items) {
            return Val::placed(*at);
        }
        let (fresh, items) = (self.data.len() as u64, Arc::<[Val]>::from(items));
        self.data.push(Datum::List(items.clone()));
        self.lists.insert(items, fresh);
        Val::placed(fresh)
    }

    fn place(&mut self, json: &str) -> Val {
        if let Some(at) = self.texts.get(json) {
            return Val::placed(*at);
        }
        let (fresh, json) = (self.data.len() as u64, Arc::<str>::from(json));
        self.data.push(Datum::Text(json.clone()));
        self.texts.insert(json, fresh);
        Val::placed(fresh)
    }

    /// The items of a list.
    #[must_use]
    pub fn items(&self, value: Val) -> Option<&[Val]> {
        match self.data.get(value.place()?)? {
            Datum::List(items) => Some(items),
            Datum::Text(_) => None,
        }
    }

    /// The value as people write it: JSON.
    #[must_use]
    pub fn show(&self, value: Val) -> String {
        let mut text = String::new();
        self.write(&mut text, value);
        text
    }

    /// The value as JSON.
    #[must_use]
    pub fn as_json(&self, value: Val) -> Value {
        // What was shown is JSON.
        serde_json::from_str(&self.show(value)).unwrap_or_default()
    }

    fn write(&self, text: &mut String, value: Val) {
        if let Some(integer) = value.as_integer() {
            // Writing into a string cannot fail.
            let _ = write!(text, "{integer}");
            return;
        }
        match value.place().and_then(|at| self.data.get(at)) {
            Some(Datum::Text(plain)) => text.push_str(plain),
            Some(Datum::List(items)) => {
                text.push('[');
                for (n, item) in items.iter().enumerate() {
                    text.push_str(if n > 0 { "," } else { "" });
                    self.write(text, *item);
                }
                text.push(']');
            }
            None => text.push('?'),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    #[test]
    fn equal_values_are_equal_numbers() {
        let mut values = Values::default();
        let mut number = |value: Value| values.number(&value);
        assert_eq!(number(json!(3)), number(json!(3.0)));
        assert_eq!(number(json!([1, [null]])), number(json!([1.0, [null]])));
        assert_eq!(number(json!(null)), Val::NULL);
        assert_eq!(number(json!(true)), Val::TRUE);
        assert_eq!(number(json!(false)), Val::FALSE);
        assert_ne!(number(json!("3")), number(json!(3)));
        assert_ne!(number(json!(i64::MAX)), number(json!(i64::MIN)));
    }

    #[test]
    fn what_stands_as_json_is_the_same_value() {
        let mut values = Values::default();
        for json in [
            r#""a""#,
            r#""\u0061""#,
            r#""é/\"\n""#,
            "-7",
            "3.0",
            "1e2",
            "[1,[\"a\"]]",
            "null",
        ] {
            let read: Value = serde_json::from_str(json).expect("JSON");
            assert_eq!(values.json(json), values.number(&read), "{json}");
        }
        assert_eq!(values.json(r#""a""#), values.json(r#""\u0061""#));
    }

    #[test]
    fn values_are_shown_as_json() {
        let mut values = Values::default();
        let list = values.number(&json!([1, "a", [], null]));
        assert_eq!(values.show(list), r#"[1,"a",[],null]"#);
        assert_eq!(values.items(list).map(<[Val]>::len), Some(4));
        assert_eq!(values.as_json(list), json!([1, "a", [], null]));
    }

    proptest! {
        #[test]
        fn integers_keep_their_value(integer in any::<i64>()) {
            let mut values = Values::default();
            let number = values.number(&json!(integer));
            prop_assert_eq!(number.as_integer(), Val::small(integer).map(|_| integer));
            if Val::small(integer).is_some() {
                prop_assert_eq!(values.show(number), integer.to_string());
            }
        }
    }
}
