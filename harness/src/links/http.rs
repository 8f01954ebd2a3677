//! Requests and responses on a connection, as they pass by. Nothing here holds anything up: what
//! is not HTTP/1 is counted and not read.

use std::collections::VecDeque;

/// A head that is longer is not taken for HTTP.
const MAX_HEAD_BYTES: usize = 64 * 1024;
/// So many headers are read.
const MAX_HEADERS: usize = 100;
/// So much of a body is kept where nobody needs all of it.
const KEPT_BYTES: usize = 4096;

/// A request or a response that has passed by whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpMessage {
    /// What it is.
    pub head: Head,
    /// The beginning of its body.
    pub body: Vec<u8>,
    /// How long its body is.
    pub body_bytes: u64,
    /// Where it ends, in bytes since the connection began.
    pub(super) end: u64,
}

/// The first line of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Head {
    /// Of a request.
    Request {
        /// `GET`, `PUT`, ...
        method: String,
        /// Path and query.
        path: String,
    },
    /// Of a response.
    Response {
        /// 200, ...
        status: u16,
    },
}

/// Both directions of a connection.
#[derive(Debug, Default)]
pub(super) struct Conversation {
    requests: Splitter,
    responses: Splitter,
    /// By request that was not answered yet: whether its answer has no body whatever it says.
    bodiless: VecDeque<bool>,
}

impl Conversation {
    /// One that keeps every body whole.
    pub(super) fn with_whole_bodies() -> Self {
        let mut conversation = Self::default();
        conversation.requests.kept_bytes = usize::MAX;
        conversation.responses.kept_bytes = usize::MAX;
        conversation
    }

    /// Takes bytes of the one who asks.
    pub(super) fn asks(&mut self, bytes: &[u8], found: &mut dyn FnMut(HttpMessage)) {
        let bodiless = &mut self.bodiless;
        self.requests.feed(bytes, read_request, &mut |message| {
            if let Head::Request { method, .. } = &message.head {
                bodiless.push_back(method == "HEAD");
            }
            found(message);
        });
    }

    /// Takes bytes of the one who answers.
    pub(super) fn answers(&mut self, bytes: &[u8], found: &mut dyn FnMut(HttpMessage)) {
        let is_bodiless = self.bodiless.front().copied().unwrap_or(false);
        let bodiless = &mut self.bodiless;
        let read = |head: &[u8]| read_response(head, is_bodiless);
        self.responses.feed(bytes, read, &mut |message| {
            // What only says that more will follow is no answer yet.
            if !matches!(message.head, Head::Response { status } if status < 200) {
                bodiless.pop_front();
            }
            found(message);
        });
    }

    /// The one who answers has closed: a body without a length has ended.
    pub(super) fn answers_end(&mut self, found: &mut dyn FnMut(HttpMessage)) {
        if let (State::ToTheEnd, Some(mut message)) =
            (&self.responses.state, self.responses.message.take())
        {
            message.end = self.responses.at;
            found(message);
        }
    }
}

/// How long a body is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Length {
    Known(u64),
    Chunked,
    ToTheEnd,
}

/// What a head says.
type Read = Result<Option<(Head, Length)>, NotHttp>;

/// The bytes are something else.
#[derive(Debug)]
struct NotHttp;

#[derive(Debug)]
struct Splitter {
    /// So much of a body is kept.
    kept_bytes: usize,
    state: State,
    /// Bytes since the connection began.
    at: u64,
    /// A line or a head that has not come to its end.
    begun: Vec<u8>,
    message: Option<HttpMessage>,
}

impl Default for Splitter {
    fn default() -> Self {
        Self {
            kept_bytes: KEPT_BYTES,
            state: State::default(),
            at: 0,
            begun: Vec::new(),
            message: None,
        }
    }
}

#[derive(Debug, Default, PartialEq, Eq)]
enum State {
    #[default]
    Head,
    Body {
        left: u64,
    },
    ChunkSize,
    Chunk {
        left: u64,
    },
    ChunkEnd,
    Trailer,
    ToTheEnd,
    Other,
}

impl Splitter {
    fn feed(
        &mut self,
        mut bytes: &[u8],
        read: impl Fn(&[u8]) -> Read,
        found: &mut dyn FnMut(HttpMessage),
    ) {
        while !bytes.is_empty() {
            let taken = match self.state {
                State::Other => return,
                State::Head => self.head(bytes, &read),
                State::Body { left } => {
                    let taken = self.keep(bytes, left);
                    let left = left - taken as u64;
                    self.state = if left == 0 {
                        State::Head
                    } else {
                        State::Body { left }
                    };
                    taken
                }
                State::ToTheEnd => self.keep(bytes, u64::MAX),
                State::Chunk { left } => {
                    let taken = self.keep(bytes, left);
                    let left = left - taken as u64;
                    self.state = if left == 0 {
                        State::ChunkEnd
                    } else {
                        State::Chunk { left }
                    };
                    taken
                }
                State::ChunkSize | State::ChunkEnd | State::Trailer => self.line(bytes),
            };
            self.at += taken as u64;
            bytes = &bytes[taken..];
            if self.state == State::Head
                && let Some(mut message) = self.message.take()
            {
                message.end = self.at;
                found(message);
            }
        }
    }

    /// Keeps bytes of a body.
    fn keep(&mut self, bytes: &[u8], left: u64) -> usize {
        let taken = bytes.len().min(usize::try_from(left).unwrap_or(usize::MAX));
        if let Some(message) = &mut self.message {
            let room = self
                .kept_bytes
                .saturating_sub(message.body.len())
                .min(taken);
            message.body.extend_from_slice(&bytes[..room]);
            message.body_bytes += taken as u64;
        }
        taken
    }

    fn head(&mut self, bytes: &[u8], read: &impl Fn(&[u8]) -> Read) -> usize {
        let before = self.begun.len();
        self.begun.extend_from_slice(bytes);
        // The end may stand across the border of two pieces.
        let from = before.saturating_sub(3);
        let end = self.begun[from..]
            .windows(4)
            .position(|four| four == b"\r\n\r\n");
        let Some(end) = end.map(|end| from + end + 4) else {
            if self.begun.len() > MAX_HEAD_BYTES {
                self.state = State::Other;
            }
            return bytes.len();
        };
        let head = std::mem::take(&mut self.begun);
        match read(&head[..end]) {
            Ok(Some((head, length))) => {
                self.message = Some(HttpMessage {
                    head,
                    body: Vec::new(),
                    body_bytes: 0,
                    end: 0,
                });
                self.state = match length {
                    Length::Known(0) => State::Head,
                    Length::Known(left) => State::Body { left },
                    Length::Chunked => State::ChunkSize,
                    Length::ToTheEnd => State::ToTheEnd,
                };
            }
            Ok(None) | Err(NotHttp) => self.state = State::Other,
        }
        end - before
    }

    /// A line of a chunked body.
    fn line(&mut self, bytes: &[u8]) -> usize {
        let end = bytes.iter().position(|byte| *byte == b'\n');
        let taken = end.map_or(bytes.len(), |end| end + 1);
        self.begun.extend_from_slice(&bytes[..taken]);
        if end.is_none() {
            if self.begun.len() > MAX_HEAD_BYTES {
                self.state = State::Other;
            }
            return taken;
        }
        let line = std::mem::take(&mut self.begun);
        let line = line.trim_ascii();
        self.state = match self.state {
            State::ChunkEnd => State::ChunkSize,
            State::Trailer if line.is_empty() => State::Head,
            State::Trailer => State::Trailer,
            _ => match chunk_size(line) {
                Some(0) => State::Trailer,
                Some(left) => State::Chunk { left },
                None => State::Other,
            },
        };
        taken
    }
}

fn chunk_size(line: &[u8]) -> Option<u64> {
    let digits = line.split(|byte| *byte == b';').next()?.trim_ascii();
    u64::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}

fn read_request(head: &[u8]) -> Read {
    let mut headers = [httparse::EMPTY_HEADER; MAX_HEADERS];
    let mut request = httparse::Request::new(&mut headers);
    request.parse(head).map_err(|_| NotHttp)?;
    let (Some(method), Some(path)) = (request.method, request.path) else {
        return Ok(None);
    };
    let head = Head::Request {
        method: method.to_owned(),
        path: path.to_owned(),
    };
    let length = length(request.headers)?.unwrap_or(Length::Known(0));
    Ok(Some((head, length)))
}

fn read_response(head: &[u8], is_bodiless: bool) -> Read {
    let mut headers = [httparse::EMPTY_HEADER; MAX_HEADERS];
    let mut response = httparse::Response::new(&mut headers);
    response.parse(head).map_err(|_| NotHttp)?;
    let Some(status) = response.code else {
        return Ok(None);
    };
    // RFC 9112, section 6.3.
    let length = match status {
        101 => return Err(NotHttp),
        100..200 | 204 | 304 => Length::Known(0),
        _ if is_bodiless => Length::Known(0),
        _ => length(response.headers)?.unwrap_or(Length::ToTheEnd),
    };
    Ok(Some((Head::Response { status }, length)))
}

/// What the headers say about the body.
fn length(headers: &[httparse::Header<'_>]) -> Result<Option<Length>, NotHttp> {
    let of = |name: &str| {
        let header = headers
            .iter()
            .find(|header| header.name.eq_ignore_ascii_case(name))?;
        std::str::from_utf8(header.value).ok()
    };
    if of("transfer-encoding").is_some_and(|value| value.to_ascii_lowercase().contains("chunked")) {
        return Ok(Some(Length::Chunked));
    }
    let Some(value) = of("content-length") else {
        return Ok(None);
    };
    let length = value.trim().parse().map_err(|_| NotHttp)?;
    Ok(Some(Length::Known(length)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is found when both sides come in pieces of so many bytes.
    fn conversation(asked: &[u8], answered: &[u8], size: usize) -> Vec<String> {
        let mut conversation = Conversation::default();
        let mut found = Vec::new();
        for piece in asked.chunks(size) {
            conversation.asks(piece, &mut |message| found.push(told(&message)));
        }
        for piece in answered.chunks(size) {
            conversation.answers(piece, &mut |message| found.push(told(&message)));
        }
        conversation.answers_end(&mut |message| found.push(told(&message)));
        found
    }

    fn told(message: &HttpMessage) -> String {
        let body = String::from_utf8_lossy(&message.body);
        let head = match &message.head {
            Head::Request { method, path } => format!("{method} {path}"),
            Head::Response { status } => status.to_string(),
        };
        format!("{head} {}:{body} @{}", message.body_bytes, message.end)
    }

    fn in_pieces(asked: &str, answered: &str) -> Vec<String> {
        let whole = conversation(asked.as_bytes(), answered.as_bytes(), usize::MAX);
        for size in [1, 2, 3, 7, 30] {
            let pieces = conversation(asked.as_bytes(), answered.as_bytes(), size);
            assert_eq!(pieces, whole, "pieces of {size}");
        }
        whole
    }

    #[test]
    fn messages_on_one_connection_are_told_apart() {
        let asked = "PUT /kv/k1 HTTP/1.1\r\nContent-Length: 5\r\n\r\nalpha\
                     GET /kv/k1?x HTTP/1.1\r\nhost: x\r\n\r\n";
        let answered = "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n\
                        HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n\
                        3;x=y\r\nalp\r\n2\r\nha\r\n0\r\nx: y\r\n\r\n";
        assert_eq!(
            in_pieces(asked, answered),
            [
                "PUT /kv/k1 5:alpha @47",
                "GET /kv/k1?x 0: @81",
                "100 0: @25",
                "204 0: @52",
                "200 5:alpha @129",
            ]
        );
    }

    #[test]
    fn an_answer_to_head_has_no_body() {
        let asked = "HEAD / HTTP/1.1\r\n\r\nGET / HTTP/1.1\r\n\r\n";
        let answered = "HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n\
                        HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";
        let found = conversation(asked.as_bytes(), answered.as_bytes(), 10);
        assert_eq!(found[2..], ["200 0: @38", "200 2:ok @78"]);
    }

    #[test]
    fn a_body_without_length_goes_to_the_end() {
        let found = in_pieces("GET / HTTP/1.0\r\n\r\n", "HTTP/1.0 200 OK\r\n\r\nall of it");
        assert_eq!(found[1], "200 9:all of it @28");
    }

    #[test]
    fn anything_else_is_left_alone() {
        assert_eq!(
            in_pieces("\x16\x03\x01 no http\r\n\r\n", "+OK\r\n\r\n"),
            [""; 0]
        );
        let endless = "x".repeat(2 * MAX_HEAD_BYTES);
        assert_eq!(conversation(endless.as_bytes(), b"", 1000), [""; 0]);
    }

    #[test]
    fn only_the_beginning_of_a_long_body_is_kept() {
        let body = "x".repeat(3 * KEPT_BYTES);
        let asked = format!(
            "PUT / HTTP/1.1\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
        let mut kept = (0, 0);
        Conversation::default().asks(asked.as_bytes(), &mut |message| {
            kept = (message.body.len(), message.body_bytes);
        });
        assert_eq!(kept, (KEPT_BYTES, 3 * KEPT_BYTES as u64));
    }
}
