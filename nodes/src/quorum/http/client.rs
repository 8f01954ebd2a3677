//! The client: two PUTs, two GETs and a file.

use std::path::Path;
use std::time::Duration;

use axum::http::{Method, StatusCode};
use serde_json::Value;
use tokio::time::timeout;

use super::api;
use super::caller::Caller;
use super::environment::{Environment, variable};

/// The file in the working directory that says what was read.
pub const RESULT: &str = "result.txt";
/// How long a replica may take: more than it waits for its own peers.
const TIMEOUT: Duration = Duration::from_secs(2);
/// For how long a step is repeated while a replica is not there yet.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long it waits before it tries again.
const PAUSE: Duration = Duration::from_millis(50);

/// What the client could not do.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// It does not know where this replica is.
    #[error(
        "{0} is not known: expected PEER_{name}_HOST and PEER_{name}_PORT in the environment",
        name = variable(.0)
    )]
    Unknown(&'static str),
    /// A step did not work.
    #[error("{step}: expected {expected}, got {got}")]
    Step {
        /// What it did.
        step: String,
        /// What should have come.
        expected: &'static str,
        /// What came.
        got: String,
    },
    /// The result could not be written.
    #[error("{RESULT} cannot be written: {0}")]
    Result(std::io::Error),
}

/// Does everything once.
pub(super) async fn run(environment: &Environment, directory: &Path) -> Result<(), ClientError> {
    let caller = Caller::new(TIMEOUT);
    let client = Client {
        environment,
        caller,
    };
    client.put("peer0", "k1", "alpha").await?;
    client.put("peer1", "k2", "beta").await?;
    let mut lines = String::new();
    for key in ["k1", "k2"] {
        let value = client.get("peer2", key).await?;
        lines.push_str(&format!("{key}={value}\n"));
    }
    std::fs::write(directory.join(RESULT), lines).map_err(ClientError::Result)
}

struct Client<'a> {
    environment: &'a Environment,
    caller: Caller,
}

impl Client<'_> {
    async fn put(&self, peer: &'static str, key: &str, value: &str) -> Result<(), ClientError> {
        let path = api::public(key);
        let step = format!("PUT {path} of {value:?} at {peer}");
        let expected = "status 200";
        match self.call(Method::PUT, peer, &path, value).await? {
            Ok((StatusCode::OK, _)) => Ok(()),
            other => Err(ClientError::Step {
                step,
                expected,
                got: said(other),
            }),
        }
    }

    async fn get(&self, peer: &'static str, key: &str) -> Result<String, ClientError> {
        let path = api::public(key);
        let answer = self.call(Method::GET, peer, &path, "").await?;
        if let Ok((StatusCode::OK, text)) = &answer
            && let Ok(body) = serde_json::from_str::<Value>(text)
            && let Some(value) = body["value"].as_str()
        {
            return Ok(value.to_owned());
        }
        Err(ClientError::Step {
            step: format!("GET {path} at {peer}"),
            expected: "status 200 and a JSON object with a \"value\"",
            got: said(answer),
        })
    }

    /// Asks until there is an answer other than 503, or patience ends.
    async fn call(
        &self,
        method: Method,
        peer: &'static str,
        path: &str,
        body: &str,
    ) -> Result<Result<(StatusCode, String), String>, ClientError> {
        let address = self.environment.peer(peer);
        let address = address.ok_or(ClientError::Unknown(peer))?;
        let mut last = Err("nothing".to_owned());
        let attempts = async {
            loop {
                let body = body.to_owned();
                let answer = self.caller.call(method.clone(), address, path, body).await;
                last = match answer {
                    Ok((status, body)) => Ok((status, String::from_utf8_lossy(&body).into())),
                    Err(error) => Err(error.to_string()),
                };
                match &last {
                    Ok((status, _)) if *status != StatusCode::SERVICE_UNAVAILABLE => return,
                    _ => pause().await,
                }
            }
        };
        // What came last is what can be told.
        let _ = timeout(PATIENCE, attempts).await;
        Ok(last)
    }
}

fn said(answer: Result<(StatusCode, String), String>) -> String {
    match answer {
        Ok((status, body)) => format!("status {status} and {body:?}"),
        Err(error) => error,
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "nobody tells when a replica listens"
)]
async fn pause() {
    tokio::time::sleep(PAUSE).await;
}
