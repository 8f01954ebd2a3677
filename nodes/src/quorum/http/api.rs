//! Paths and answers, as clients and peers see them.

use axum::body::Body;
use axum::http::{Response, StatusCode, header};
use serde_json::json;

use crate::quorum::{Answer, Reply};

/// The path of a key, for clients.
pub(super) fn public(key: &str) -> String {
    format!("/kv/{}", encoded(key))
}

/// The path of a key, for peers.
pub(super) fn internal(key: &str) -> String {
    format!("/internal/{}", encoded(key))
}

/// A key as a part of a path.
fn encoded(key: &str) -> String {
    let byte = |byte: &u8| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
            char::from(*byte).to_string()
        }
        other => format!("%{other:02X}"),
    };
    key.as_bytes().iter().map(byte).collect()
}

/// What a client is told.
pub(super) fn reply(reply: &Reply) -> Response<Body> {
    let (status, body) = match reply {
        Reply::Stored(version) => (StatusCode::OK, json!({ "version": version })),
        Reply::Found(entry) => (StatusCode::OK, json!(entry)),
        Reply::Absent => return error(StatusCode::NOT_FOUND, "nobody wrote this key"),
        Reply::NoQuorum { answers, needed } => {
            let text = format!("no quorum: {answers} of {needed} replicas answered");
            return error(StatusCode::SERVICE_UNAVAILABLE, &text);
        }
    };
    response(status, body.to_string())
}

/// What a peer is told.
pub(super) fn answer(answer: &Answer) -> Response<Body> {
    match answer {
        Answer::Has(Some(entry)) => response(StatusCode::OK, json!(entry).to_string()),
        Answer::Has(None) => error(StatusCode::NOT_FOUND, "this replica does not have this key"),
        Answer::Stored => response(StatusCode::OK, json!({"stored": true}).to_string()),
    }
}

/// Something that did not work.
pub(super) fn error(status: StatusCode, text: &str) -> Response<Body> {
    response(status, json!({ "error": text }).to_string())
}

fn response(status: StatusCode, body: String) -> Response<Body> {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    let json = header::HeaderValue::from_static("application/json");
    response.headers_mut().insert(header::CONTENT_TYPE, json);
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_one_part_of_a_path() {
        assert_eq!(public("k1"), "/kv/k1");
        assert_eq!(public("a/b c?"), "/kv/a%2Fb%20c%3F");
        assert_eq!(internal("ü"), "/internal/%C3%BC");
    }
}
