//! On which ports processes listen, from `/proc`; elsewhere than on Linux nothing is known.
//!
//! A program that does not come up often listens on another port than it was given, or on another
//! address than everyone asks for.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use nix::unistd::Pid;

/// Where these processes listen, together; nothing if that cannot be found out.
pub(super) fn listening(processes: &[Pid]) -> Option<BTreeSet<SocketAddr>> {
    let first = processes.first()?;
    // A process may have a network of its own; a whole family has the same.
    let mut sockets = BTreeMap::new();
    for table in ["tcp", "tcp6"] {
        let table = fs::read_to_string(format!("/proc/{first}/net/{table}")).ok()?;
        sockets.extend(table.lines().filter_map(listener));
    }
    let own = processes.iter().flat_map(|pid| sockets_of(*pid));
    let own = own.filter_map(|socket| sockets.get(&socket).copied());
    Some(own.collect())
}

/// The sockets that a process has open, by their numbers.
fn sockets_of(pid: Pid) -> Vec<u64> {
    let open = fs::read_dir(format!("/proc/{pid}/fd"));
    let open = open.into_iter().flatten().flatten();
    let sockets = open.filter_map(|entry| {
        let target = fs::read_link(entry.path()).ok()?;
        let number = target.to_str()?.strip_prefix("socket:[")?;
        number.strip_suffix(']')?.parse().ok()
    });
    sockets.collect()
}

/// A line of `/proc/net/tcp`: the number of the socket, and where it listens if it does.
fn listener(line: &str) -> Option<(u64, SocketAddr)> {
    const LISTENS: &str = "0A";
    let fields: Vec<&str> = line.split_ascii_whitespace().collect();
    let [_, local, _, LISTENS, _, _, _, _, _, socket, ..] = fields[..] else {
        return None;
    };
    let (address, port) = local.split_once(':')?;
    let port = u16::from_str_radix(port, 16).ok()?;
    Some((socket.parse().ok()?, SocketAddr::new(ip(address)?, port)))
}

/// An address in words of 32 bits, each as the machine has it in memory.
fn ip(text: &str) -> Option<IpAddr> {
    let mut bytes = Vec::new();
    for word in text.as_bytes().chunks(8) {
        let word = u32::from_str_radix(std::str::from_utf8(word).ok()?, 16).ok()?;
        bytes.extend(word.to_ne_bytes());
    }
    if let Ok(four) = <[u8; 4]>::try_from(&bytes[..]) {
        return Some(Ipv4Addr::from(four).into());
    }
    let sixteen = <[u8; 16]>::try_from(&bytes[..]).ok()?;
    Some(Ipv6Addr::from(sixteen).to_canonical())
}

/// Whether who listens there gets what comes to the loopback address.
fn hears_us(listens: &SocketAddr) -> bool {
    listens.ip().is_unspecified() || listens.ip() == Ipv4Addr::LOCALHOST
}

/// The first of these ports on which nobody of those listens who would hear us.
pub(super) fn missing(ports: &[u16], listens: &BTreeSet<SocketAddr>) -> Option<u16> {
    let is_open = |port: u16| listens.iter().any(|at| at.port() == port && hears_us(at));
    ports.iter().copied().find(|port| !is_open(*port))
}

/// What is wrong with where a program listens, and what to do.
pub(super) fn hint(port: u16, ports: &[u16], listens: &BTreeSet<SocketAddr>) -> String {
    let mut elsewhere = listens
        .iter()
        .filter(|at| at.port() == port && !hears_us(at));
    if let Some(at) = elsewhere.next() {
        let ip = at.ip();
        return format!(
            "It listens on this port, but only on the address {ip}: it has to listen on 127.0.0.1."
        );
    }
    let others: BTreeSet<u16> = listens.iter().map(SocketAddr::port).collect();
    let others = others.into_iter().filter(|other| !ports.contains(other));
    let others: Vec<String> = others.map(|other| other.to_string()).collect();
    match &others[..] {
        [] => "It has to listen on the port in the variable PORT.".to_owned(),
        others => format!(
            "It listens on {}: does it read PORT from its environment?",
            others.join(" and ")
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::TcpListener;

    #[test]
    fn lines_of_the_kernel_are_read() {
        let rest =
            "00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 4711 1 0";
        let of = |local: &str| listener(&format!("   0: {local} {rest}"));
        let at = |text: &str| Some((4711, text.parse().expect("an address")));
        assert_eq!(of("0100007F:1B58"), at("127.0.0.1:7000"));
        assert_eq!(of("00000000:0050"), at("0.0.0.0:80"));
        let six = |words: &str| of(&format!("{words}:1B58"));
        assert_eq!(six("00000000000000000000000001000000"), at("[::1]:7000"));
        assert_eq!(six("00000000000000000000000000000000"), at("[::]:7000"));
        assert_eq!(
            six("0000000000000000FFFF00000100007F"),
            at("127.0.0.1:7000")
        );
        let connected = "1: 0100007F:1B58 0100007F:9999 01 0:0 00:0 0 1000 0 4711 1";
        assert_eq!(listener(connected), None);
        assert_eq!(
            listener("  sl  local_address rem_address   st tx_queue"),
            None
        );
    }

    #[test]
    fn our_own_ports_are_found() {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
        let address = listener.local_addr().expect("an address");
        let found = listening(&[Pid::this()]).expect("is known here");
        assert!(found.contains(&address), "{found:?}");
        drop(listener);
        let found = listening(&[Pid::this()]).expect("is known here");
        assert!(!found.contains(&address), "{found:?}");
    }

    #[test]
    fn where_it_listens_tells_what_to_do() {
        let at = |texts: &[&str]| {
            let addresses = texts.iter().map(|text| text.parse().expect("an address"));
            addresses.collect::<BTreeSet<SocketAddr>>()
        };
        let told = |texts: &[&str]| hint(34567, &[34567, 34568], &at(texts));
        assert_eq!(
            told(&[
                "0.0.0.0:7000",
                "[::]:7000",
                "127.0.0.1:34568",
                "127.0.0.1:7001"
            ]),
            "It listens on 7000 and 7001: does it read PORT from its environment?"
        );
        assert_eq!(
            told(&["[::1]:34567"]),
            "It listens on this port, but only on the address ::1: it has to listen on 127.0.0.1."
        );
        let nowhere = "It has to listen on the port in the variable PORT.";
        assert_eq!(told(&["127.0.0.1:34568"]), nowhere);
        assert_eq!(told(&[]), nowhere);
        let both = at(&["0.0.0.0:1", "[::1]:2", "127.0.0.2:3", "[::]:4"]);
        let missing = [1, 2, 3, 4, 5].map(|port| missing(&[port], &both));
        assert_eq!(missing, [None, Some(2), Some(3), None, Some(5)]);
    }
}
