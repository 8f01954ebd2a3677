//! How a program finds its own port and its peers.

use super::Process;

/// A way to a peer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Peer {
    /// Its name.
    pub name: String,
    /// Where it is reached.
    pub host: String,
    /// On which port.
    pub port: u16,
}

impl Process {
    /// What it finds in its environment: its `NAME`, `PORT` (and `PORTS`, where it has several),
    /// and `PEER_<NAME>_HOST` and `PEER_<NAME>_PORT` for everyone it needs.
    #[must_use]
    pub fn environment(&self, ports: &[u16], peers: &[Peer]) -> Vec<(String, String)> {
        // First what a shell may have set to something else, last what the scenario says.
        let mut env = vec![("NAME".to_owned(), self.name.clone())];
        env.extend(self.env.iter().cloned());
        if let Some(port) = ports.first() {
            let all: Vec<String> = ports.iter().map(ToString::to_string).collect();
            env.push(("PORT".to_owned(), port.to_string()));
            env.push(("PORTS".to_owned(), all.join(",")));
        }
        for peer in peers {
            let name = variable(&peer.name);
            env.push((format!("PEER_{name}_HOST"), peer.host.clone()));
            env.push((format!("PEER_{name}_PORT"), peer.port.to_string()));
        }
        env
    }
}

/// A name as a part of a variable's name.
pub(super) fn variable(name: &str) -> String {
    let sign = |c: char| match c {
        c if c.is_ascii_alphanumeric() => c.to_ascii_uppercase(),
        _ => '_',
    };
    name.chars().map(sign).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::Scenario;

    #[test]
    fn a_program_finds_its_port_and_its_peers() {
        let scenario = Scenario::parse(
            "[scenario]\nname='s'\n[[process]]\nname='a'\ncommand=['a']\nneeds=['b-1']\n\
             env={LEVEL='debug'}\n[[process]]\nname='b-1'\ncommand=['b']\nports=1\n\
             [[check]]\nname='c'\nprocess='a'\nexit=0\n",
        );
        let scenario = scenario.expect("a scenario");
        let peer = Peer {
            name: "b-1".to_owned(),
            host: "127.0.0.1".to_owned(),
            port: 9,
        };
        let env = scenario.processes[0].environment(&[7, 8], &[peer]);
        let env: Vec<String> = env.iter().map(|(k, v)| format!("{k}={v}")).collect();
        assert_eq!(
            env,
            [
                "NAME=a",
                "LEVEL=debug",
                "PORT=7",
                "PORTS=7,8",
                "PEER_B_1_HOST=127.0.0.1",
                "PEER_B_1_PORT=9"
            ]
        );
    }
}
