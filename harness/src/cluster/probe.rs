//! A GET of the harness to a program, directly and not over a link.

use std::io;
use std::net::Ipv4Addr;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::links::AnswerReader;

/// Whoever has not answered by then does not answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// Status and body of the answer; what is wrong with it otherwise.
pub(super) async fn get(port: u16, path: &str) -> Result<(u16, String), String> {
    let mut reader = AnswerReader::default();
    let ended = timeout(PATIENCE, exchange(port, path, &mut reader)).await;
    if let Some((status, body)) = reader.answer() {
        return Ok((status, String::from_utf8_lossy(body).into_owned()));
    }
    let nothing = reader.bytes().is_empty();
    let patience_s = PATIENCE.as_secs();
    Err(match ended {
        Err(_) if nothing => format!("there is no answer after {patience_s} seconds."),
        Err(_) => format!("{} after {patience_s} seconds.", unfinished(&reader)),
        Ok(Err(error)) if nothing => format!("there is no answer: {error}."),
        Ok(Ok(())) if nothing => "the connection ended without an answer.".to_owned(),
        Ok(_) => format!("{} when the connection ended.", unfinished(&reader)),
    })
}

async fn exchange(port: u16, path: &str, reader: &mut AnswerReader) -> io::Result<()> {
    let request =
        format!("GET {path} HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\nconnection: close\r\n\r\n");
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await?;
    stream.write_all(request.as_bytes()).await?;
    let mut buffer = vec![0; 16 * 1024];
    // Not everybody closes when asked to.
    while reader.answer().is_none() {
        match stream.read(&mut buffer).await? {
            0 => {
                reader.end();
                break;
            }
            count => reader.feed(&buffer[..count]),
        }
    }
    Ok(())
}

/// What there is instead of a whole answer.
fn unfinished(reader: &AnswerReader) -> String {
    const SHOWN: usize = 40;
    let headers = reader.headers();
    let length = headers
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case("content-length"));
    if let Some((_, length)) = length {
        return format!("its Content-Length is {length}, and fewer bytes had come");
    }
    let text = String::from_utf8_lossy(reader.bytes());
    let begins: String = text.chars().take(SHOWN).collect();
    match headers.is_empty() {
        true => format!("no HTTP answer, but something that begins with {begins:?}"),
        false => "the answer was not whole".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::net::TcpListener;

    /// What is found when this is the answer, and the connection ends or stays.
    async fn found(answer: &'static str, ends: bool) -> Result<(u16, String), String> {
        let server = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
            .await
            .expect("a port");
        let port = server.local_addr().expect("an address").port();
        let serving = tokio::spawn(async move {
            let (mut stream, _) = server.accept().await.expect("a connection");
            let mut request = vec![0; 4096];
            let count = stream.read(&mut request).await.expect("a request");
            assert!(count > 0);
            stream.write_all(answer.as_bytes()).await.expect("is taken");
            if !ends {
                std::future::pending::<()>().await;
            }
        });
        let found = get(port, "/").await;
        serving.abort();
        found
    }

    #[tokio::test]
    async fn an_answer_is_there_as_soon_as_it_is_whole() {
        let whole = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";
        assert_eq!(found(whole, false).await, Ok((200, "ok".to_owned())));
        let to_the_end = "HTTP/1.1 404 Not Found\r\n\r\nnothing";
        assert_eq!(
            found(to_the_end, true).await,
            Ok((404, "nothing".to_owned()))
        );
    }

    #[tokio::test]
    async fn what_is_wrong_with_an_answer_is_said() {
        let wrong = async |answer| found(answer, true).await.expect_err("is wrong");
        assert_eq!(
            wrong("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nok").await,
            "its Content-Length is 3, and fewer bytes had come when the connection ended."
        );
        assert_eq!(
            wrong("+OK\r\n").await,
            "no HTTP answer, but something that begins with \"+OK\\r\\n\" when the connection ended."
        );
        assert_eq!(wrong("").await, "the connection ended without an answer.");
    }
}
