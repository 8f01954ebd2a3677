//! One text for each JSON value, so that equal values are equal texts.
//!
//! Numbers count by value, however they are written and however large they are: `120`, `120.0`
//! and `12e1` all become `12e1`. Fields of objects are put in order.

use std::fmt::Write;

use serde_json::{Number, Value};

/// The text that stands for a value and for no other.
#[must_use]
pub fn canonical(value: &Value) -> String {
    let mut text = String::new();
    write_value(&mut text, value);
    text
}

/// A JSON number as an integer, if it is one and has no more than 38 digits: `3`, `3.0`, `3e0`.
#[must_use]
pub fn integer(value: &Value) -> Option<i128> {
    let number = value.as_number()?;
    if let Some(plain) = number.as_i128() {
        return Some(plain);
    }
    let Decimal {
        negative,
        digits,
        power,
    } = Decimal::of(number);
    let zeros = usize::try_from(power).ok().filter(|zeros| *zeros <= 38)?;
    let magnitude: i128 = format!("{digits}{:0<zeros$}", "").parse().ok()?;
    Some(if negative { -magnitude } else { magnitude })
}

fn write_value(text: &mut String, value: &Value) {
    match value {
        Value::Number(number) => Decimal::of(number).write(text),
        Value::Array(items) => write_list(text, "[]", items.iter(), write_value),
        Value::Object(fields) => {
            let mut fields: Vec<(&String, &Value)> = fields.iter().collect();
            fields.sort_unstable_by_key(|(name, _)| *name);
            write_list(text, "{}", fields.into_iter(), |text, (name, value)| {
                write_plain(text, &Value::from(name.as_str()));
                text.push(':');
                write_value(text, value);
            });
        }
        Value::Null | Value::Bool(_) | Value::String(_) => write_plain(text, value),
    }
}

fn write_list<T>(
    text: &mut String,
    brackets: &str,
    items: impl Iterator<Item = T>,
    write_item: impl Fn(&mut String, T),
) {
    let (open, close) = brackets.split_at(1);
    text.push_str(open);
    for (n, item) in items.enumerate() {
        if n > 0 {
            text.push(',');
        }
        write_item(text, item);
    }
    text.push_str(close);
}

fn write_plain(text: &mut String, value: &Value) {
    // Writing into a string cannot fail.
    let _ = write!(text, "{value}");
}

/// A number as its digits, without zeros at either end, times a power of ten; zero has no digits
/// but `0`.
struct Decimal {
    negative: bool,
    digits: String,
    power: i64,
}

impl Decimal {
    fn of(number: &Number) -> Self {
        let text = number.as_str();
        let (negative, text) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let all = [whole, fraction].concat();
        let significant = all.trim_end_matches('0');
        let digits = significant.trim_start_matches('0');
        if digits.is_empty() {
            return Self {
                negative: false,
                digits: "0".to_owned(),
                power: 0,
            };
        }
        let zeros = all.len() - significant.len();
        Self {
            negative,
            digits: digits.to_owned(),
            power: parse_exponent(exponent)
                .saturating_sub(fraction.len() as i64)
                .saturating_add(zeros as i64),
        }
    }

    fn write(&self, text: &mut String) {
        text.push_str(if self.negative { "-" } else { "" });
        text.push_str(&self.digits);
        if self.power != 0 {
            // Writing into a string cannot fail.
            let _ = write!(text, "e{}", self.power);
        }
    }
}

/// An exponent too large for any use counts as the greatest there is.
fn parse_exponent(text: &str) -> i64 {
    let limit = if text.starts_with('-') {
        i64::MIN
    } else {
        i64::MAX
    };
    text.parse().unwrap_or(limit)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn value(text: &str) -> Value {
        serde_json::from_str(text).expect("json")
    }

    #[test]
    fn equal_values_have_one_text() {
        for (text, expected) in [
            ("120", "12e1"),
            ("120.0", "12e1"),
            ("1.2E+2", "12e1"),
            ("-0.0", "0"),
            ("0.050", "5e-2"),
            ("9007199254740993", "9007199254740993"),
            (
                r#"{"b":[1.0,null],"a":"\u0041"}"#,
                r#"{"a":"A","b":[1,null]}"#,
            ),
        ] {
            assert_eq!(canonical(&value(text)), expected, "{text}");
        }
    }

    #[test]
    fn integers_in_several_spellings() {
        for (text, expected) in [
            ("3", Some(3)),
            ("3.0", Some(3)),
            ("-2e2", Some(-200)),
            ("0e99", Some(0)),
            ("9007199254740993.0", Some(9_007_199_254_740_993)),
            ("3.5", None),
            ("1e99", None),
            ("\"3\"", None),
            ("null", None),
        ] {
            assert_eq!(integer(&value(text)), expected, "{text}");
        }
    }

    proptest! {
        #[test]
        fn integers_are_themselves(n: i64, zeros in 0usize..4) {
            let text = format!("{n}.{:0<zeros$}0", "");
            prop_assert_eq!(integer(&value(&text)), Some(i128::from(n)));
            prop_assert_eq!(canonical(&value(&text)), canonical(&n.into()));
        }
    }
}
