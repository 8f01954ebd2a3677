//! One answer, read to its end.

use super::http::{Conversation, Head, HttpMessage};

/// So many headers are read.
const MAX_HEADERS: usize = 100;

/// Reads one answer as its bytes come.
#[derive(Debug)]
pub struct AnswerReader {
    conversation: Conversation,
    bytes: Vec<u8>,
    answer: Option<HttpMessage>,
}

impl Default for AnswerReader {
    fn default() -> Self {
        Self {
            conversation: Conversation::with_whole_bodies(),
            bytes: Vec::new(),
            answer: None,
        }
    }
}

impl AnswerReader {
    /// Takes the next bytes.
    pub fn feed(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
        let answer = &mut self.answer;
        self.conversation
            .answers(bytes, &mut |message| keep(answer, message));
    }

    /// The other side has closed: what goes to the end is whole.
    pub fn end(&mut self) {
        let answer = &mut self.answer;
        self.conversation
            .answers_end(&mut |message| keep(answer, message));
    }

    /// Status and body, once all of it is there.
    #[must_use]
    pub fn answer(&self) -> Option<(u16, &[u8])> {
        let HttpMessage { head, body, .. } = self.answer.as_ref()?;
        let Head::Response { status } = head else {
            return None;
        };
        Some((*status, body))
    }

    /// What was received so far.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The answer's headers.
    #[must_use]
    pub fn headers(&self) -> Vec<(String, String)> {
        let mut rest = &self.bytes[..];
        loop {
            let mut headers = [httparse::EMPTY_HEADER; MAX_HEADERS];
            let mut head = httparse::Response::new(&mut headers);
            let Ok(httparse::Status::Complete(length)) = head.parse(rest) else {
                return Vec::new();
            };
            // What only says that more will follow is no answer yet.
            if head.code.is_some_and(|code| code < 200) {
                rest = &rest[length..];
                continue;
            }
            let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
            let headers = head.headers.iter();
            return headers
                .map(|header| (header.name.to_owned(), text(header.value)))
                .collect();
        }
    }
}

fn keep(answer: &mut Option<HttpMessage>, message: HttpMessage) {
    if let Head::Response { status: 200.. } = message.head {
        answer.get_or_insert(message);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_whole_at_its_end() {
        let text = "HTTP/1.1 100 Continue\r\nx: y\r\n\r\n\
                    HTTP/1.1 200 OK\r\nETag: \"7\"\r\ncontent-length: 2\r\n\r\nok";
        let mut reader = AnswerReader::default();
        for byte in text.as_bytes() {
            assert_eq!(reader.answer(), None);
            reader.feed(&[*byte]);
        }
        assert_eq!(reader.answer(), Some((200, &b"ok"[..])));
        assert_eq!(reader.headers()[0], ("ETag".to_owned(), "\"7\"".to_owned()));
    }

    #[test]
    fn what_has_no_length_ends_with_the_connection() {
        let mut reader = AnswerReader::default();
        reader.feed(b"HTTP/1.0 200 OK\r\n\r\nall");
        assert_eq!(reader.answer(), None);
        reader.end();
        assert_eq!(reader.answer(), Some((200, &b"all"[..])));
    }
}
