//! Timestamps in seconds since 1970 with six decimals, and the next one after any number.
//!
//! Microseconds are what a 64-bit float can still tell apart, so that a client that reads
//! timestamps as floats loses nothing.

use protocol::number;
use serde_json::Number;

const MICROS: i128 = 1_000_000;

/// The timestamp of this moment.
pub(super) fn at(wall_ns: u64) -> Number {
    of_micros(i128::from(wall_ns) / 1000)
}

/// The timestamp of this moment or, when the known one is not smaller, a little more than that.
/// `None` if no number that can be written is greater.
pub(super) fn after(known: Option<&Number>, wall_ns: u64) -> Option<Number> {
    let now = at(wall_ns);
    match known {
        Some(known) if number::compare(&now, known).is_le() => successor(known),
        _ => Some(now),
    }
}

/// A number that is greater than this one, which is not negative.
fn successor(known: &Number) -> Option<Number> {
    if let Some(micros) = floor_micros(known.as_str()) {
        return Some(of_micros(micros.checked_add(1)?));
    }
    // Written with an exponent, or huge: the next float, or the one after it.
    let mut float = known.as_f64()?;
    for _ in 0..2 {
        float = float.next_up();
        let next = Number::from_f64(float)?;
        if number::compare(&next, known).is_gt() {
            return Some(next);
        }
    }
    None
}

/// A plain decimal number in microseconds, rounded down.
fn floor_micros(text: &str) -> Option<i128> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let whole: i128 = whole.parse().ok()?;
    if !fraction.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let digits: String = fraction.chars().chain("000000".chars()).take(6).collect();
    whole.checked_mul(MICROS)?.checked_add(digits.parse().ok()?)
}

fn of_micros(micros: i128) -> Number {
    let text = format!("{}.{:06}", micros / MICROS, micros % MICROS);
    // Digits, a point and six digits are a number.
    serde_json::from_str(&text).unwrap_or_else(|_| Number::from(0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn next(known: &str) -> Option<String> {
        let known: Number = serde_json::from_str(known).expect("a number");
        after(Some(&known), 1_704_067_200_123_456_789).map(|n| n.to_string())
    }

    #[test]
    fn a_clock_that_is_ahead_is_followed() {
        assert_eq!(next("1.5").as_deref(), Some("1704067200.123456"));
        let same = next("1704067200.123456");
        assert_eq!(same.as_deref(), Some("1704067200.123457"));
        let finer = next("1704067200.1234567");
        assert_eq!(finer.as_deref(), Some("1704067200.123457"));
        assert_eq!(next("9999999999").as_deref(), Some("9999999999.000001"));
    }

    #[test]
    fn the_greatest_float_has_no_successor() {
        assert!(next("1e400").is_none());
        assert!(next("1e300").is_some());
    }

    proptest! {
        #[test]
        fn the_next_is_greater(whole in 0u64.., fraction in "[0-9]{1,20}", power in 0u32..40) {
            for text in [format!("{whole}.{fraction}"), format!("{whole}.{fraction}e{power}")] {
                let known: Number = serde_json::from_str(&text).expect("a number");
                let next = after(Some(&known), 0).expect("far from the limit");
                prop_assert!(number::compare(&next, &known).is_gt(), "{} {}", known, next);
            }
        }
    }
}
