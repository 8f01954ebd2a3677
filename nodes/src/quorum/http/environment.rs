//! Where a program listens and where its peers are: `PORT`, `PEER_<NAME>_HOST` and
//! `PEER_<NAME>_PORT`.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::Path;

use axum::http::uri::Authority;

const EXAMPLE: &str = "PORT=7000 PEER_PEER1_HOST=127.0.0.1 PEER_PEER1_PORT=7001";

/// What the environment says.
#[derive(Debug)]
pub(super) struct Environment {
    port: Option<String>,
    name: Option<String>,
    /// Host and port of each peer, by the name that stands in the variables.
    pub(super) peers: BTreeMap<String, Authority>,
}

/// What the environment does not say.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EnvironmentError {
    /// `PORT` is missing.
    #[error("PORT is not set: it says where this replica listens, as in {EXAMPLE}")]
    NoPort,
    /// There are no peers.
    #[error(
        "no peers are known: PEER_<NAME>_HOST and PEER_<NAME>_PORT say where each of them is, as \
         in {EXAMPLE}"
    )]
    NoPeers,
    /// One half of a pair is missing.
    #[error("{there} is set and {missing} is not: a peer needs both, as in {EXAMPLE}")]
    Half {
        /// The variable that is there.
        there: String,
        /// The one that is not.
        missing: String,
    },
    /// A port is no port.
    #[error("{variable} is {value:?}: expected a port, from 1 to 65535")]
    BadPort {
        /// The variable.
        variable: String,
        /// What it is set to.
        value: String,
    },
    /// A host is no host.
    #[error("{variable} is {value:?}: expected the name or the address of a host")]
    BadHost {
        /// The variable.
        variable: String,
        /// What it is set to.
        value: String,
    },
    /// A peer has this replica's own name.
    #[error(
        "this replica is called {0:?}, and so is one of its peers: each needs a name of its own, \
         that of its working directory or the variable NAME"
    )]
    SameName(String),
    /// There is no name.
    #[error("this replica has no name: set NAME, or start it in a directory that has one")]
    NoName,
}

impl Environment {
    /// Picks out what matters. Variables that are no text cannot be meant.
    pub(super) fn of(
        variables: impl IntoIterator<Item = (OsString, OsString)>,
    ) -> Result<Self, EnvironmentError> {
        let text = |(key, value): (OsString, OsString)| {
            Some((key.into_string().ok()?, value.into_string().ok()?))
        };
        let variables: BTreeMap<String, String> = variables.into_iter().filter_map(text).collect();
        let (mut hosts, mut ports) = (BTreeMap::new(), BTreeMap::new());
        for (key, value) in &variables {
            let Some(rest) = key.strip_prefix("PEER_") else {
                continue;
            };
            if let Some(name) = rest.strip_suffix("_HOST") {
                hosts.insert(name, value);
            } else if let Some(name) = rest.strip_suffix("_PORT") {
                ports.insert(name, value);
            }
        }
        if let Some(name) = ports.keys().find(|name| !hosts.contains_key(*name)) {
            return Err(half(name, "PORT", "HOST"));
        }
        let mut peers = BTreeMap::new();
        for (name, host) in hosts {
            let Some(port) = ports.get(name) else {
                return Err(half(name, "HOST", "PORT"));
            };
            peers.insert(name.to_owned(), authority(name, host, port)?);
        }
        Ok(Self {
            port: variables.get("PORT").cloned(),
            name: variables.get("NAME").cloned(),
            peers,
        })
    }

    /// Where to listen.
    pub(super) fn port(&self) -> Result<u16, EnvironmentError> {
        let port = self.port.as_ref().ok_or(EnvironmentError::NoPort)?;
        parse_port("PORT", port)
    }

    /// What this replica is called, and who its peers are.
    pub(super) fn names(
        &self,
        directory: &Path,
    ) -> Result<(String, Vec<String>), EnvironmentError> {
        if self.peers.is_empty() {
            return Err(EnvironmentError::NoPeers);
        }
        let last = || Some(directory.file_name()?.to_str()?.to_owned());
        let given = self.name.clone().filter(|name| !name.is_empty());
        let name = given.or_else(last).ok_or(EnvironmentError::NoName)?;
        match self.peers.contains_key(&variable(&name)) {
            true => Err(EnvironmentError::SameName(name)),
            false => Ok((name, self.peers.keys().cloned().collect())),
        }
    }

    /// Where the peer of this name is.
    pub(super) fn peer(&self, name: &str) -> Option<&Authority> {
        self.peers.get(&variable(name))
    }
}

/// A name as it stands in variables.
pub(super) fn variable(name: &str) -> String {
    let sign = |c: char| match c.is_ascii_alphanumeric() {
        true => c.to_ascii_uppercase(),
        false => '_',
    };
    name.chars().map(sign).collect()
}

fn half(name: &str, there: &str, missing: &str) -> EnvironmentError {
    EnvironmentError::Half {
        there: format!("PEER_{name}_{there}"),
        missing: format!("PEER_{name}_{missing}"),
    }
}

fn authority(name: &str, host: &str, port: &str) -> Result<Authority, EnvironmentError> {
    let port = parse_port(&format!("PEER_{name}_PORT"), port)?;
    let bare = host.contains(':') && !host.starts_with('[');
    let text = match bare {
        true => format!("[{host}]:{port}"),
        false => format!("{host}:{port}"),
    };
    let bad = || EnvironmentError::BadHost {
        variable: format!("PEER_{name}_HOST"),
        value: host.to_owned(),
    };
    let authority: Authority = text.parse().map_err(|_| bad())?;
    match authority.host().is_empty() {
        true => Err(bad()),
        false => Ok(authority),
    }
}

fn parse_port(variable: &str, value: &str) -> Result<u16, EnvironmentError> {
    let port = value.parse().ok().filter(|port| *port > 0);
    port.ok_or_else(|| EnvironmentError::BadPort {
        variable: variable.to_owned(),
        value: value.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(text: &str) -> Result<Environment, EnvironmentError> {
        let pair = |word: &str| {
            let (key, value) = word.split_once('=').expect("a variable");
            (key.into(), value.into())
        };
        Environment::of(text.split_whitespace().map(pair))
    }

    fn complaint(text: &str) -> String {
        let error = environment(text).and_then(|e| {
            e.port()?;
            e.names(Path::new("/cluster/peer0"))
        });
        error.expect_err("not enough").to_string()
    }

    #[test]
    fn peers_are_all_pairs() {
        let found = environment(
            "PORT=1 PEER_PEER1_HOST=127.0.0.1 PEER_PEER1_PORT=2 PEER_B_2_HOST=::1 PEER_B_2_PORT=3 \
             PEERS=x HOST_PEER_PORT=y",
        );
        let found = found.expect("complete");
        assert_eq!(found.port(), Ok(1));
        let names = found.names(Path::new("/cluster/peer0")).expect("names");
        assert_eq!(names.0, "peer0");
        assert_eq!(names.1, ["B_2", "PEER1"]);
        assert_eq!(found.peer("b-2").expect("a peer").as_str(), "[::1]:3");
    }

    #[test]
    fn a_name_is_given_or_that_of_the_directory() {
        let pair = "PEER_PEER1_HOST=h PEER_PEER1_PORT=2";
        let given = environment(&format!("{pair} NAME=left")).expect("complete");
        let names = given.names(Path::new("/cluster/peer0")).expect("names");
        assert_eq!(names.0, "left");
        assert!(complaint(&format!("PORT=1 NAME=peer1 {pair}")).contains("one of its peers"));
    }

    #[test]
    fn what_is_missing_is_said() {
        assert!(complaint("").starts_with("PORT is not set"));
        assert!(complaint("PORT=1").starts_with("no peers are known"));
        let half = complaint("PORT=1 PEER_PEER1_HOST=h");
        assert!(half.starts_with("PEER_PEER1_HOST is set and PEER_PEER1_PORT is not"));
        let half = complaint("PORT=1 PEER_PEER1_PORT=2");
        assert!(half.starts_with("PEER_PEER1_PORT is set and PEER_PEER1_HOST is not"));
        let bad = "PORT=0 PEER_PEER1_HOST=h PEER_PEER1_PORT=2";
        assert!(complaint(bad).starts_with("PORT is \"0\": expected a port"));
        let bad = "PORT=1 PEER_PEER1_HOST=h/x PEER_PEER1_PORT=2";
        assert!(complaint(bad).starts_with("PEER_PEER1_HOST is \"h/x\""));
    }
}
