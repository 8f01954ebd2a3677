//! Numbers compared by value, however they are written and however large they are.
//!
//! JSON numbers are kept as text (serde_json's `arbitrary_precision`), so that a timestamp or a
//! 128-bit id passes through unchanged. Equality of values must then not be equality of texts:
//! `1`, `1.0` and `1e0` are the same number.

use std::cmp::Ordering;

use serde_json::{Number, Value};

/// Compares two numbers exactly by value, in time linear in their digits.
#[must_use]
pub fn compare(a: &Number, b: &Number) -> Ordering {
    if let (Some(a), Some(b)) = (a.as_i128(), b.as_i128()) {
        return a.cmp(&b);
    }
    Decimal::parse(a.as_str()).compare(&Decimal::parse(b.as_str()))
}

/// A JSON value as a whole number that is not negative, however it is written: `3`, `3.0`, `3e0`.
#[must_use]
pub fn whole(value: &Value) -> Option<u64> {
    let number = value.as_number()?;
    number.as_u64().or_else(|| {
        let near = number.as_f64()?.trunc();
        // Beyond 2^53 a float may be a neighbour; the comparison is exact.
        let candidate = (0.0..1.8e19).contains(&near).then_some(near as u64)?;
        compare(number, &candidate.into())
            .is_eq()
            .then_some(candidate)
    })
}

/// Whether two JSON values are equal, numbers by value and object fields in any order.
#[must_use]
pub fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => compare(a, b).is_eq(),
        (Value::Array(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b))
        }
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(k, v)| b.get(k).is_some_and(|w| same(v, w)))
        }
        _ => a == b,
    }
}

/// A decimal number as sign, digits without leading or trailing zeros, and the power of ten of
/// the first digit: 0.digits * 10^exponent.
struct Decimal {
    negative: bool,
    digits: Vec<u8>,
    exponent: i64,
}

impl Decimal {
    fn parse(text: &str) -> Self {
        let (negative, text) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (mantissa, power) = match text.split_once(['e', 'E']) {
            // An exponent beyond i64 is a number beyond any use; saturate.
            Some((m, p)) => (m, parse_exponent(p)),
            None => (text, 0),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let all: Vec<u8> = whole.bytes().chain(fraction.bytes()).collect();
        let leading = all.iter().take_while(|d| **d == b'0').count();
        let mut digits = all[leading..].to_vec();
        while digits.last() == Some(&b'0') {
            digits.pop();
        }
        let exponent = power
            .saturating_add(whole.len() as i64)
            .saturating_sub(leading as i64);
        let zero = digits.is_empty();
        Self {
            negative: negative && !zero,
            exponent: if zero { 0 } else { exponent },
            digits,
        }
    }

    fn compare(&self, other: &Self) -> Ordering {
        match (self.negative, other.negative) {
            (false, true) => Ordering::Greater,
            (true, false) => Ordering::Less,
            (false, false) => self.compare_magnitude(other),
            (true, true) => other.compare_magnitude(self),
        }
    }

    fn compare_magnitude(&self, other: &Self) -> Ordering {
        match (self.digits.is_empty(), other.digits.is_empty()) {
            (true, true) => return Ordering::Equal,
            (true, false) => return Ordering::Less,
            (false, true) => return Ordering::Greater,
            (false, false) => {}
        }
        // Digits without trailing zeros compare as text once the first digits are aligned.
        self.exponent
            .cmp(&other.exponent)
            .then_with(|| self.digits.cmp(&other.digits))
    }
}

fn parse_exponent(text: &str) -> i64 {
    let limit = if text.starts_with('-') {
        i64::MIN / 2
    } else {
        i64::MAX / 2
    };
    text.parse().unwrap_or(limit)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn number(text: &str) -> Number {
        serde_json::from_str(text).expect("a number")
    }

    fn order(a: &str, b: &str) -> Ordering {
        compare(&number(a), &number(b))
    }

    #[test]
    fn the_same_value_in_several_spellings() {
        for (a, b) in [
            ("1", "1.0"),
            ("100", "1e2"),
            ("0", "-0.0"),
            ("1.50", "15e-1"),
        ] {
            assert_eq!(order(a, b), Ordering::Equal, "{a} {b}");
        }
    }

    #[test]
    fn neighbours_beyond_what_a_float_can_hold() {
        assert_eq!(
            order("9007199254740993", "9007199254740992.0"),
            Ordering::Greater
        );
        let huge = "340282366920938463463374607431768211456";
        assert_eq!(
            order(huge, "340282366920938463463374607431768211457"),
            Ordering::Less
        );
        assert_eq!(
            order("1704067200.123", "1704067200.1230001"),
            Ordering::Less
        );
    }

    #[test]
    fn whole_numbers_in_several_spellings() {
        let whole_of = |text: &str| whole(&serde_json::from_str(text).expect("json"));
        assert_eq!(whole_of("3"), Some(3));
        assert_eq!(whole_of("3.0"), Some(3));
        assert_eq!(whole_of("2e2"), Some(200));
        for text in ["3.5", "-1", "\"3\"", "null", "1e99"] {
            assert_eq!(whole_of(text), None, "{text}");
        }
    }

    #[test]
    fn values_are_compared_in_depth() {
        let a: Value = serde_json::from_str(r#"{"a":[1,{"b":2.0}],"c":null}"#).expect("json");
        let b: Value = serde_json::from_str(r#"{"c":null,"a":[1.0,{"b":2}]}"#).expect("json");
        assert!(same(&a, &b));
        assert!(!same(&a, &Value::Null));
    }

    proptest! {
        #[test]
        fn agrees_with_integers(a: i64, b: i64) {
            prop_assert_eq!(order(&a.to_string(), &b.to_string()), a.cmp(&b));
            let decimals = order(&format!("{a}.0"), &format!("{b}e0"));
            prop_assert_eq!(decimals, a.cmp(&b));
        }

        #[test]
        fn agrees_with_floats(a in -1e9..1e9f64, b in -1e9..1e9f64) {
            let written = order(&format!("{a}"), &format!("{b}"));
            prop_assert_eq!(Some(written), a.partial_cmp(&b));
        }
    }
}
