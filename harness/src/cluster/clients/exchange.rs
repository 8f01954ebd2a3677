//! One request and its answer, on a connection of their own.

use std::fmt::Write as _;
use std::net::Ipv4Addr;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;
use workloads::quorum_kv::{Heard, HttpAnswer, HttpRequest, Silence};

use crate::links::AnswerReader;

/// So much is read at once.
const CHUNK_BYTES: usize = 4096;

/// Sends a request to a port and waits for the whole answer, for at most so long.
pub(super) async fn exchange(port: u16, request: &HttpRequest, timeout_ms: u64) -> Heard {
    let limit = Duration::from_millis(timeout_ms);
    match timeout(limit, attempt(port, &text(port, request))).await {
        Ok(heard) => heard,
        Err(_) => Heard::Nothing(Silence::Late { timeout_ms }),
    }
}

async fn attempt(port: u16, request: &str) -> Heard {
    let Ok(mut stream) = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await else {
        return Heard::Nothing(Silence::Refused);
    };
    let _ = stream.set_nodelay(true);
    if stream.write_all(request.as_bytes()).await.is_err() {
        return Heard::Nothing(Silence::Broken);
    }
    let mut reader = AnswerReader::default();
    let mut chunk = [0; CHUNK_BYTES];
    while reader.answer().is_none() {
        match stream.read(&mut chunk).await {
            Err(_) => return Heard::Nothing(Silence::Broken),
            Ok(0) => {
                reader.end();
                break;
            }
            Ok(count) => reader.feed(&chunk[..count]),
        }
    }
    match reader.answer() {
        Some((status, body)) => Heard::Answer(HttpAnswer {
            status,
            headers: reader.headers(),
            body: body.to_vec(),
        }),
        None if is_beginning(reader.bytes()) => Heard::Nothing(Silence::Broken),
        None => Heard::Nothing(Silence::NotHttp),
    }
}

/// Whether more bytes could have made it an answer.
fn is_beginning(bytes: &[u8]) -> bool {
    const BEGIN: &[u8] = b"HTTP/1.";
    let length = bytes.len().min(BEGIN.len());
    bytes[..length] == BEGIN[..length]
}

/// The request as it is sent. The other side closes after its answer, and if it does not, this one
/// does.
fn text(port: u16, request: &HttpRequest) -> String {
    let HttpRequest {
        method,
        path,
        content_type,
        body,
    } = request;
    let mut text = format!("{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n");
    if let Some(content_type) = content_type {
        // Writing to a text cannot fail.
        let _ = write!(text, "Content-Type: {content_type}\r\n");
    }
    if !body.is_empty() || method != "GET" {
        let _ = write!(text, "Content-Length: {}\r\n", body.len());
    }
    text + "Connection: close\r\n\r\n" + body
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::net::TcpListener;

    fn request() -> HttpRequest {
        HttpRequest {
            method: "PUT".to_owned(),
            path: "/kv/k".to_owned(),
            content_type: Some("text/plain"),
            body: "value".to_owned(),
        }
    }

    /// What is heard of a server that says this to a request and closes.
    async fn heard(answer: &'static [u8]) -> (Heard, String) {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await;
        let listener = listener.expect("a port");
        let port = listener.local_addr().expect("a port").port();
        let serving = async {
            let (mut stream, _) = listener.accept().await.expect("a connection");
            let mut asked = vec![0; 1024];
            let count = stream.read(&mut asked).await.expect("a request");
            stream.write_all(answer).await.expect("written");
            asked.truncate(count);
            String::from_utf8(asked)
                .expect("text")
                .replace(&port.to_string(), "PORT")
        };
        let request = request();
        tokio::join!(exchange(port, &request, 10_000), serving)
    }

    #[tokio::test]
    async fn an_answer_is_heard() {
        let (heard, asked) = heard(b"HTTP/1.1 201 Created\r\nX: y\r\n\r\n{}").await;
        let answer = HttpAnswer {
            status: 201,
            headers: vec![("X".to_owned(), "y".to_owned())],
            body: b"{}".to_vec(),
        };
        assert_eq!(heard, Heard::Answer(answer));
        assert_eq!(
            asked,
            "PUT /kv/k HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\nContent-Type: text/plain\r\n\
             Content-Length: 5\r\nConnection: close\r\n\r\nvalue"
        );
    }

    #[tokio::test]
    async fn what_is_no_answer_is_told_apart() {
        for (said, silence) in [
            (&b""[..], Silence::Broken),
            (b"HTTP/1.1 200 OK\r\ncontent-le", Silence::Broken),
            (
                b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf",
                Silence::Broken,
            ),
            (b"hello\r\n\r\n", Silence::NotHttp),
        ] {
            assert_eq!(heard(said).await.0, Heard::Nothing(silence));
        }
    }

    #[tokio::test]
    async fn where_nobody_listens_nothing_is_sent() {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await;
        let port = listener
            .expect("a port")
            .local_addr()
            .expect("a port")
            .port();
        let heard = exchange(port, &request(), 10_000).await;
        assert_eq!(heard, Heard::Nothing(Silence::Refused));
    }
}
