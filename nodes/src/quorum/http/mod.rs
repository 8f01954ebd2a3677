//! Replicas and their client as processes that speak HTTP: the only part of this room that knows
//! networks, the environment and tokio.
//!
//! - `environment`: where a program listens and where its peers are.
//! - `api`: paths and answers.
//! - `caller`: asks others, and does not wait for ever.
//! - `server`: a replica between its peers, its clients and its storage.
//! - `client`: two PUTs, two GETs and a file.

mod api;
mod caller;
mod client;
mod environment;
mod server;

use std::io;

pub use client::{ClientError, RESULT};
pub use environment::EnvironmentError;
pub use server::STORAGE;

use super::UnknownBug;
use super::zoo::flaw_named;
use environment::Environment;

/// Why a program of the store ended before it was told to.
#[derive(Debug, thiserror::Error)]
pub enum HttpError {
    /// There is no such bug.
    #[error(transparent)]
    Unknown(#[from] UnknownBug),
    /// It was not told what it has to know.
    #[error(transparent)]
    Environment(#[from] EnvironmentError),
    /// The client did not get what it wanted.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// The port cannot be had.
    #[error("the replica cannot listen on 127.0.0.1:{port}: {why}")]
    Port {
        /// The port.
        port: u16,
        /// What the system says.
        why: io::Error,
    },
    /// Another process has this storage.
    #[error("another replica keeps its storage in this directory: each needs one of its own")]
    InUse,
    /// Storage or sockets failed.
    #[error("the program cannot go on: {0}")]
    Io(#[from] io::Error),
}

/// Runs a replica as the environment says, with its storage in the working directory, until
/// SIGTERM or SIGINT.
///
/// # Errors
/// When there is no such bug, the environment does not say enough, or the port or the storage
/// fails.
pub fn run_replica(bug: Option<&str>) -> Result<(), HttpError> {
    // Whoever asks for a bug that is not there shall not have to set up an environment first.
    bug.map(flaw_named).transpose()?;
    let environment = Environment::of(std::env::vars_os())?;
    let directory = std::env::current_dir()?;
    runtime()?.block_on(server::run(&environment, &directory, bug))
}

/// Runs the client: PUT k1=alpha by peer0 and k2=beta by peer1, GET both from peer2, and write
/// what came to [`RESULT`] in the working directory.
///
/// # Errors
/// When the environment does not name the peers, or they do not answer what they should.
pub fn run_client() -> Result<(), HttpError> {
    let environment = Environment::of(std::env::vars_os())?;
    let directory = std::env::current_dir()?;
    Ok(runtime()?.block_on(client::run(&environment, &directory))?)
}

fn runtime() -> io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
}
