//! Operations that clients do not issue: those that a shrunk run can do without.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Which operations are left out, by client (`c1`, `c2`, ...) and number. The j-th operation of a
/// client in the main phase has the number j, from 0 on; it is drawn as always and then not issued,
/// so that leaving one out moves no other.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct LeftOut(BTreeMap<String, Numbers>);

impl LeftOut {
    /// Everything but these operations, given as (index of the client, number), of so many clients.
    #[must_use]
    pub fn all_but(kept: &[(usize, u64)], clients: usize) -> Self {
        let others = |client| {
            let numbers = kept.iter().filter(|(c, _)| *c == client).map(|(_, n)| *n);
            (client_id(client), Numbers::all_but(numbers.collect()))
        };
        Self((0..clients).map(others).collect())
    }

    /// Whether nothing is left out.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.values().all(|numbers| numbers.0.is_empty())
    }

    /// The number of the n-th operation of a client that is not left out, from 0 on.
    #[must_use]
    pub fn number_of_nth(&self, client: usize, n: u64) -> u64 {
        let mut number = n;
        for (first, last) in self.0.get(&client_id(client)).iter().flat_map(|n| &n.0) {
            if *first > number {
                break;
            }
            number = number.saturating_add(last - first).saturating_add(1);
        }
        number
    }

    /// Whether this operation is left out.
    #[must_use]
    pub fn contains(&self, client: usize, number: u64) -> bool {
        // Nearly always nothing is left out, and this is asked for every operation.
        !self.0.is_empty()
            && self
                .0
                .get(&client_id(client))
                .is_some_and(|numbers| numbers.contains(number))
    }
}

/// The id of the client with this index.
fn client_id(client: usize) -> String {
    format!("c{}", client + 1)
}

/// Numbers as ranges in ascending order, written `0-17,19,22-`; the last one may have no end.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Numbers(Vec<(u64, u64)>);

impl Numbers {
    fn all_but(mut kept: Vec<u64>) -> Self {
        kept.sort_unstable();
        kept.dedup();
        let mut ranges = Vec::new();
        let mut from = 0;
        for number in kept {
            if number > from {
                ranges.push((from, number - 1));
            }
            from = number + 1;
        }
        ranges.push((from, u64::MAX));
        Self(ranges)
    }

    fn contains(&self, number: u64) -> bool {
        let after = self.0.partition_point(|(first, _)| *first <= number);
        after > 0 && number <= self.0[after - 1].1
    }
}

impl fmt::Display for Numbers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, &(first, last)) in self.0.iter().enumerate() {
            let comma = if i == 0 { "" } else { "," };
            match last {
                u64::MAX => write!(f, "{comma}{first}-")?,
                _ if last == first => write!(f, "{comma}{first}")?,
                _ => write!(f, "{comma}{first}-{last}")?,
            }
        }
        Ok(())
    }
}

impl FromStr for Numbers {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let range = |word: &str| -> Option<(u64, u64)> {
            match word.split_once('-') {
                None => word.parse().ok().map(|n| (n, n)),
                Some((first, "")) => Some((first.parse().ok()?, u64::MAX)),
                Some((first, last)) => Some((first.parse().ok()?, last.parse().ok()?)),
            }
        };
        let words = text.split(',').filter(|word| !word.is_empty());
        let ranges: Option<Vec<_>> = words.map(|word| range(word.trim())).collect();
        let ascending = |r: &Vec<(u64, u64)>| {
            r.iter().all(|(first, last)| first <= last) && r.windows(2).all(|w| w[0].1 < w[1].0)
        };
        ranges.filter(ascending).map(Self).ok_or_else(|| {
            format!("`{text}` is no list of numbers: expected ascending ranges like 0-17,19,22-")
        })
    }
}

impl Serialize for Numbers {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Numbers {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn it_is_written_as_ranges() {
        let left_out = LeftOut::all_but(&[(0, 18), (0, 20), (0, 21), (1, 0)], 3);
        let text = serde_json::to_string(&left_out).expect("JSON");
        assert_eq!(text, r#"{"c1":"0-17,19,22-","c2":"1-","c3":"0-"}"#);
        let read: LeftOut = serde_json::from_str(&text).expect("the same");
        assert_eq!(read, left_out);
        assert!(!read.is_empty());
        assert!(LeftOut::default().is_empty());
    }

    #[test]
    fn what_is_no_list_is_refused() {
        for text in ["x", "3-1", "5,4", "1-3,3", "-4"] {
            let error = text.parse::<Numbers>().expect_err(text);
            assert!(error.contains("ascending"), "{error}");
        }
    }

    proptest! {
        #[test]
        fn exactly_what_is_kept_is_not_left_out(
            kept in prop::collection::vec((0..3usize, 0..20u64), 0..15),
        ) {
            let left_out = LeftOut::all_but(&kept, 3);
            for client in 0..3 {
                for number in (0..25).chain([u64::MAX]) {
                    let is_kept = kept.contains(&(client, number));
                    prop_assert_eq!(left_out.contains(client, number), !is_kept);
                }
                let of_client = kept.iter().filter(|k| k.0 == client);
                let mut numbers: Vec<u64> = of_client.map(|k| k.1).collect();
                numbers.sort_unstable();
                numbers.dedup();
                for (n, number) in numbers.iter().enumerate() {
                    prop_assert_eq!(left_out.number_of_nth(client, n as u64), *number);
                }
            }
            let text = serde_json::to_string(&left_out).expect("JSON");
            prop_assert_eq!(serde_json::from_str::<LeftOut>(&text).expect("the same"), left_out);
        }
    }
}
