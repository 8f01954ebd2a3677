//! A replica between its peers, its clients and its storage.

use std::collections::BTreeMap;
use std::fs::{File, TryLockError};
use std::future::Future;
use std::io::{self, Write};
use std::net::Ipv4Addr;
use std::path::Path;
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Path as UrlPath, State as Shared};
use axum::http::uri::Authority;
use axum::http::{Response, StatusCode};
use axum::routing::get;
use axum::serve::ListenerExt;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::{mpsc, oneshot};

use super::caller::Caller;
use super::environment::Environment;
use super::{HttpError, api};
use crate::quorum::{Ask, Effect, Replica, Reply, Request};
use crate::storage;

/// The file in the working directory that holds what a replica must not forget.
pub const STORAGE: &str = "quorum-kv.jsonl";
/// How long a peer may take for an answer.
const PEER_TIMEOUT: Duration = Duration::from_millis(500);
/// How long open requests may take after the signal to end: as long as a PUT waits for its peers.
const GRACE: Duration = Duration::from_millis(1000);

/// Everything that requests share.
struct Server {
    state: Mutex<State>,
    peers: BTreeMap<String, Authority>,
    caller: Caller,
    /// Takes the reason why this process cannot go on.
    broken: mpsc::UnboundedSender<io::Error>,
}

/// What changes, one request at a time.
struct State {
    replica: Replica,
    /// None once it could not be written: from then on, nothing is promised any more.
    storage: Option<File>,
    operations: u64,
    waiting: BTreeMap<u64, oneshot::Sender<Reply>>,
}

/// Runs a replica until it is told to end.
pub(super) async fn run(
    environment: &Environment,
    directory: &Path,
    bug: Option<&str>,
) -> Result<(), HttpError> {
    let port = environment.port()?;
    let (name, peers) = environment.names(directory)?;
    let mut replica = Replica::new(&name, peers, bug)?;
    let file = recover(directory, &mut replica)?;
    let (broken, mut why) = mpsc::unbounded_channel();
    let server = Arc::new(Server {
        state: Mutex::new(State {
            replica,
            storage: Some(file),
            operations: 0,
            waiting: BTreeMap::new(),
        }),
        peers: environment.peers.clone(),
        caller: Caller::new(PEER_TIMEOUT),
        broken,
    });
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await;
    let listener = listener.map_err(|why| HttpError::Port { port, why })?;
    // Answers are small and somebody waits for each.
    let listener = listener.tap_io(|connection| {
        let _ = connection.set_nodelay(true);
    });
    let (mut terminate, mut interrupt) = (
        signal(SignalKind::terminate())?,
        signal(SignalKind::interrupt())?,
    );
    let (stop, stopped) = oneshot::channel::<()>();
    let until = async {
        let _ = stopped.await;
    };
    let serving = axum::serve(listener, router(server)).with_graceful_shutdown(until);
    let mut serving = pin!(serving.into_future());
    tokio::select! {
        result = &mut serving => return Ok(result?),
        Some(error) = why.recv() => return Err(error.into()),
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    drop(stop);
    let _ = tokio::time::timeout(GRACE, serving).await;
    Ok(())
}

/// Reads what earlier lives of this replica have stored, and shuts out others.
fn recover(directory: &Path, replica: &mut Replica) -> Result<File, HttpError> {
    let path = directory.join(STORAGE);
    let file = storage::create(&path)?;
    match file.try_lock() {
        Err(TryLockError::WouldBlock) => return Err(HttpError::InUse),
        Err(TryLockError::Error(error)) => return Err(error.into()),
        Ok(()) => {}
    }
    let (lines, _) = storage::open(&path)?;
    for line in String::from_utf8_lossy(&lines).lines() {
        replica.recover(line);
    }
    Ok(file)
}

fn router(server: Arc<Server>) -> Router {
    Router::new()
        .route("/kv/{key}", get(get_value).put(put_value))
        .route("/internal/{key}", get(read).put(store))
        .with_state(server)
}

async fn get_value(
    Shared(server): Shared<Arc<Server>>,
    UrlPath(key): UrlPath<String>,
) -> Response<Body> {
    server
        .coordinate(|replica, operation| replica.get(operation, &key))
        .await
}

async fn put_value(
    Shared(server): Shared<Arc<Server>>,
    UrlPath(key): UrlPath<String>,
    value: Bytes,
) -> Response<Body> {
    let Ok(value) = std::str::from_utf8(&value) else {
        return api::error(StatusCode::BAD_REQUEST, "the value is not UTF-8");
    };
    server
        .coordinate(|replica, operation| replica.put(operation, &key, value))
        .await
}

async fn read(
    Shared(server): Shared<Arc<Server>>,
    UrlPath(key): UrlPath<String>,
) -> Response<Body> {
    server.serve(&key, Request::Read)
}

async fn store(
    Shared(server): Shared<Arc<Server>>,
    UrlPath(key): UrlPath<String>,
    entry: Bytes,
) -> Response<Body> {
    match serde_json::from_slice(&entry) {
        Ok(entry) => server.serve(&key, Request::Store(entry)),
        Err(error) => api::error(StatusCode::BAD_REQUEST, &error.to_string()),
    }
}

impl Server {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins an operation of a client and waits for its end.
    async fn coordinate(
        self: &Arc<Self>,
        begin: impl FnOnce(&mut Replica, u64) -> Vec<Effect>,
    ) -> Response<Body> {
        let (sender, receiver) = oneshot::channel();
        {
            let mut state = self.state();
            state.operations += 1;
            let operation = state.operations;
            state.waiting.insert(operation, sender);
            let effects = begin(&mut state.replica, operation);
            self.carry_out(&mut state, effects);
        }
        match receiver.await {
            Ok(reply) => api::reply(&reply),
            Err(_) => failed(),
        }
    }

    /// Answers a peer.
    fn serve(&self, key: &str, request: Request) -> Response<Body> {
        let mut state = self.state();
        let (line, answer) = state.replica.serve(key, request);
        match self.append(&mut state, line.as_deref()) {
            true => api::answer(&answer),
            false => failed(),
        }
    }

    /// Does what the replica wants. Once storage has failed, nothing: clients are told so.
    fn carry_out(self: &Arc<Self>, state: &mut State, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Append(line) => {
                    self.append(state, Some(&line));
                }
                _ if state.storage.is_none() => return state.waiting.clear(),
                Effect::Ask(ask) => {
                    tokio::spawn(Arc::clone(self).ask(ask));
                }
                Effect::Reply { operation, reply } => {
                    if let Some(client) = state.waiting.remove(&operation) {
                        // One who has gone is not told.
                        let _ = client.send(reply);
                    }
                }
            }
        }
    }

    /// Asks a peer and goes on with what it answers. In a box, because what follows may be to ask.
    fn ask(self: Arc<Self>, ask: Ask) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        Box::pin(async move {
            if ask.after_ms > 0 {
                wait(Duration::from_millis(ask.after_ms)).await;
            }
            let answer = match self.peers.get(&ask.call.peer) {
                Some(peer) => self.caller.ask(peer, &ask.key, &ask.request).await,
                None => None,
            };
            let mut state = self.state();
            let effects = state.replica.answered(&ask.call, answer);
            self.carry_out(&mut state, effects);
        })
    }

    /// Appends a line to storage; false when that failed, now or before. A kill cannot undo what
    /// the system has taken, only a power cut could.
    fn append(&self, state: &mut State, line: Option<&str>) -> bool {
        let Some(file) = &mut state.storage else {
            return false;
        };
        let Some(line) = line else {
            return true;
        };
        let Err(error) = file.write_all(format!("{line}\n").as_bytes()) else {
            return true;
        };
        state.storage = None;
        let _ = self.broken.send(error);
        false
    }
}

fn failed() -> Response<Body> {
    let text = "this replica cannot write to its storage";
    api::error(StatusCode::INTERNAL_SERVER_ERROR, text)
}

#[expect(
    clippy::disallowed_methods,
    reason = "what is late in the zoo is late by a while"
)]
async fn wait(time: Duration) {
    tokio::time::sleep(time).await;
}
