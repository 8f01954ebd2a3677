//! Asks others over HTTP, and does not wait for ever.

use std::error::Error;
use std::time::Duration;

use axum::body::{Body, Bytes, to_bytes};
use axum::http::uri::Authority;
use axum::http::{Method, Request as HttpRequest, StatusCode};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};

use super::api;
use crate::quorum::{Answer, Request};

/// The largest answer that is read.
const ANSWER_BYTES: usize = 4 << 20;

/// Keeps connections to those it has asked.
#[derive(Debug, Clone)]
pub(super) struct Caller {
    client: Client<HttpConnector, Body>,
    timeout: Duration,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub(super) enum NoAnswer {
    /// None came in time.
    #[error("no answer within {} ms", .0.as_millis())]
    Late(Duration),
    /// There was no connection, or it broke.
    #[error("{0}")]
    Broken(String),
}

impl NoAnswer {
    /// With all causes: the last one says most.
    fn broken(error: &(dyn Error + 'static)) -> Self {
        let causes = std::iter::successors(Some(error), |error| (**error).source());
        let texts: Vec<String> = causes.map(ToString::to_string).collect();
        Self::Broken(texts.join(": "))
    }
}

impl Caller {
    pub(super) fn new(timeout: Duration) -> Self {
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        connector.set_connect_timeout(Some(timeout));
        let client = Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .build(connector);
        Self { client, timeout }
    }

    /// Sends a request and waits for the whole answer.
    pub(super) async fn call(
        &self,
        method: Method,
        peer: &Authority,
        path: &str,
        body: String,
    ) -> Result<(StatusCode, Bytes), NoAnswer> {
        let request = HttpRequest::builder()
            .method(method)
            .uri(format!("http://{peer}{path}"))
            .body(Body::from(body))
            .map_err(|e| NoAnswer::broken(&e))?;
        let exchange = async {
            let response = self.client.request(request).await;
            let (head, body) = response.map_err(|e| NoAnswer::broken(&e))?.into_parts();
            let body = to_bytes(Body::new(body), ANSWER_BYTES).await;
            Ok((head.status, body.map_err(|e| NoAnswer::broken(&e))?))
        };
        match tokio::time::timeout(self.timeout, exchange).await {
            Ok(answer) => answer,
            Err(_) => Err(NoAnswer::Late(self.timeout)),
        }
    }

    /// Asks a peer about a key. Whatever goes wrong, there is no answer.
    pub(super) async fn ask(
        &self,
        peer: &Authority,
        key: &str,
        request: &Request,
    ) -> Option<Answer> {
        let path = api::internal(key);
        let (method, body) = match request {
            Request::Read => (Method::GET, String::new()),
            Request::Store(entry) => (Method::PUT, serde_json::to_string(entry).ok()?),
        };
        let (status, body) = self.call(method, peer, &path, body).await.ok()?;
        match (request, status) {
            (Request::Read, StatusCode::NOT_FOUND) => Some(Answer::Has(None)),
            (Request::Read, StatusCode::OK) => {
                Some(Answer::Has(Some(serde_json::from_slice(&body).ok()?)))
            }
            (Request::Store(_), StatusCode::OK) => Some(Answer::Stored),
            _ => None,
        }
    }
}
