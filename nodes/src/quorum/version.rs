//! Versions: which of two values of a key is the newer one.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A version of a key's value. The greater counter is newer; of two with the same counter, the one
/// with the greater name, so that coordinators which count at the same time cannot tie.
///
/// Written as `3-peer0`; nothing follows the counter when there is no name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Version {
    /// One more than that of the newest version that the coordinator had heard of.
    pub counter: u64,
    /// The coordinator that took it.
    pub replica: String,
}

/// A text that is no version.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no version: expected a number, a dash and a name, as in \"3-peer0\"")]
pub struct BadVersion(String);

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.replica.as_str() {
            "" => write!(f, "{}", self.counter),
            replica => write!(f, "{}-{replica}", self.counter),
        }
    }
}

impl FromStr for Version {
    type Err = BadVersion;

    fn from_str(text: &str) -> Result<Self, BadVersion> {
        let (counter, replica) = text.split_once('-').unwrap_or((text, ""));
        let counter = counter.parse().map_err(|_| BadVersion(text.to_owned()))?;
        Ok(Self {
            counter,
            replica: replica.to_owned(),
        })
    }
}

impl From<Version> for String {
    fn from(version: Version) -> Self {
        version.to_string()
    }
}

impl TryFrom<String> for Version {
    type Error = BadVersion;

    fn try_from(text: String) -> Result<Self, BadVersion> {
        text.parse()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(text: &str) -> Version {
        text.parse().expect("a version")
    }

    #[test]
    fn counters_come_first_and_names_break_ties() {
        let sorted = ["9-peer2", "10", "10-peer0", "10-peer1", "11-peer-0"];
        assert!(sorted.map(version).is_sorted());
        assert_eq!(sorted.map(|text| version(text).to_string()), sorted);
    }

    #[test]
    fn other_texts_are_refused() {
        for text in ["", "-peer0", "x-peer0", "-1-peer0", "1.5"] {
            assert!(text.parse::<Version>().is_err(), "{text}");
        }
        let error = "three".parse::<Version>().expect_err("no number");
        assert!(error.to_string().starts_with("\"three\" is no version"));
    }
}
