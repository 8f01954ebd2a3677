//! A quorum-replicated key-value store: replicas over HTTP, and the state machine inside them.
//!
//! [`Replica`] is the state machine, without clock, network or disk: what clients ask and what
//! peers answer goes in, [`Effect`]s come out. A majority of all replicas is a quorum, for reads
//! and for writes, so any two quorums share a replica.
//!
//! - A PUT asks a quorum for the newest version of the key, takes one that is greater, stores the
//!   value here and then at enough peers.
//! - A GET asks a quorum and answers the newest value. Unless a write quorum is known to have that
//!   value already, it stores it at one first: nobody who reads later can then see an older one.
//!
//! Together the values of a key are an atomic register, whatever is lost, delayed or killed, as
//! long as what replicas append to their storage stays there.

mod http;
mod message;
mod replica;
mod round;
mod version;
mod zoo;

pub use http::{
    ClientError, EnvironmentError, HttpError, RESULT, STORAGE, run_client, run_replica,
};
pub use message::{Answer, Entry, Reply, Request};
pub use replica::{Ask, Call, Effect, Replica};
pub use version::{BadVersion, Version};
pub use zoo::{QUORUM_BUGS, QuorumBug, UnknownBug};

/// The replica's name as a node.
pub const QUORUM_KV: &str = "quorum-kv";
/// The client's name as a node.
pub const QUORUM_CLIENT: &str = "quorum-client";

/// All programs of this kind, by name, each with what it is in a few words.
pub const PROGRAMS: [(&str, &str); 2] = [
    (
        QUORUM_KV,
        "A replica of a key-value store over HTTP, with quorums",
    ),
    (
        QUORUM_CLIENT,
        "A client of three such replicas, which writes result.txt",
    ),
];
