//! Links between real sockets: what arrives, and what is told of it.

use std::net::Ipv4Addr;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::time::Instant;
use workloads::random::Seed;
use workloads::scenario::LinkFlaw;

use super::*;

/// A server that sends back whatever it gets, a link to it, and what is told of the link.
struct Scene {
    link: Link,
    events: mpsc::UnboundedReceiver<LinkEvent>,
    _server: tokio::task::JoinHandle<()>,
}

impl Scene {
    async fn open(condition: Condition) -> Self {
        let server = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
            .await
            .expect("a port");
        let target = server.local_addr().expect("an address").port();
        let echo = tokio::spawn(async move {
            while let Ok((mut stream, _)) = server.accept().await {
                tokio::spawn(async move {
                    let (mut from, mut to) = stream.split();
                    let _ = tokio::io::copy(&mut from, &mut to).await;
                });
            }
        });
        Self::to(target, condition, echo).await
    }

    async fn to(target: u16, condition: Condition, server: tokio::task::JoinHandle<()>) -> Self {
        let (sender, events) = mpsc::unbounded_channel();
        #[expect(clippy::disallowed_methods, reason = "links run in real time")]
        let begun = Instant::now();
        let link = Link::open(LinkSetup {
            number: 3,
            target,
            condition,
            stream: Seed(1).stream("link"),
            begun,
            events: sender,
        });
        Self {
            link: link.await.expect("a link"),
            events,
            _server: server,
        }
    }

    async fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, self.link.port())).await;
        stream.expect("a connection")
    }

    async fn next(&mut self) -> LinkEventKind {
        let event = self.events.recv().await.expect("an event");
        assert_eq!(event.link, 3);
        event.kind
    }
}

fn flaw(flaw: LinkFlaw) -> Condition {
    let mut condition = Condition::default();
    condition.begin(0, flaw);
    condition
}

/// What comes back for these bytes.
async fn echoed(stream: &mut TcpStream, sent: &[u8]) -> std::io::Result<Vec<u8>> {
    stream.write_all(sent).await?;
    let mut back = vec![0; sent.len()];
    stream.read_exact(&mut back).await?;
    Ok(back)
}

#[tokio::test]
async fn bytes_go_both_ways_and_are_counted() {
    let mut scene = Scene::open(Condition::default()).await;
    let mut stream = scene.connect().await;
    assert_eq!(
        echoed(&mut stream, b"hello").await.expect("an answer"),
        b"hello"
    );
    stream.shutdown().await.expect("an end");
    let mut rest = Vec::new();
    stream.read_to_end(&mut rest).await.expect("its end");
    assert_eq!(rest, b"");
    assert_eq!(scene.next().await, LinkEventKind::Opened);
    let closed = LinkEventKind::Closed {
        why: None,
        bytes: [5, 5],
    };
    assert_eq!(scene.next().await, closed);
    assert_eq!(scene.link.carried_bytes(), 10);
}

#[tokio::test]
async fn megabytes_arrive_whole() {
    let scene = Scene::open(Condition::default()).await;
    let stream = scene.connect().await;
    let sent: Vec<u8> = (0..3_000_000u32).map(|n| (n % 251) as u8).collect();
    let (mut from, mut to) = stream.into_split();
    let writing = {
        let sent = sent.clone();
        tokio::spawn(async move {
            to.write_all(&sent).await.expect("written");
            to.shutdown().await.expect("an end");
        })
    };
    let mut back = Vec::new();
    from.read_to_end(&mut back).await.expect("all of it");
    writing.await.expect("done");
    assert!(back == sent, "{} of {} bytes", back.len(), sent.len());
}

#[tokio::test]
async fn requests_and_responses_are_told_as_they_pass() {
    let mut scene = Scene::open(Condition::default()).await;
    let mut stream = scene.connect().await;
    let request = b"PUT /kv/a HTTP/1.1\r\ncontent-length: 2\r\n\r\nhi";
    // An echo of a request is no response.
    echoed(&mut stream, request).await.expect("an answer");
    assert_eq!(scene.next().await, LinkEventKind::Opened);
    let LinkEventKind::Sent(Side::Asks, 0, message) = scene.next().await else {
        panic!("no request");
    };
    let head = Head::Request {
        method: "PUT".to_owned(),
        path: "/kv/a".to_owned(),
    };
    assert_eq!((message.head, &message.body[..]), (head, &b"hi"[..]));
    assert_eq!(scene.next().await, LinkEventKind::Arrived(Side::Asks, 0));
}

#[tokio::test]
async fn a_cut_link_resets_what_is_open_and_what_comes() {
    let mut scene = Scene::open(Condition::default()).await;
    let mut open = scene.connect().await;
    echoed(&mut open, b"before").await.expect("an answer");
    scene
        .link
        .change(|link| link.begin(7, LinkFlaw::Cut(Loss::Reset)));
    let error = open.read(&mut [0; 8]).await.expect_err("a reset");
    assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset);
    let mut fresh = scene.connect().await;
    assert!(echoed(&mut fresh, b"cut").await.is_err());
    scene.link.change(|link| link.end(7));
    let mut healed = scene.connect().await;
    assert_eq!(
        echoed(&mut healed, b"after").await.expect("an answer"),
        b"after"
    );
    let told = [
        scene.next().await,
        scene.next().await,
        scene.next().await,
        scene.next().await,
    ];
    let broken = |bytes| LinkEventKind::Closed {
        why: Some(Broken::Fault(Loss::Reset)),
        bytes,
    };
    let expected = [
        LinkEventKind::Opened,
        broken([6, 6]),
        LinkEventKind::Opened,
        broken([0, 0]),
    ];
    assert_eq!(told, expected);
}

#[tokio::test]
async fn a_black_hole_lets_nothing_through_until_it_is_healed() {
    let (server, target) = listener().await;
    let cut = flaw(LinkFlaw::Cut(Loss::BlackHole));
    let hole = Scene::to(target, cut, tokio::spawn(async {})).await;
    let open = Scene::to(target, Condition::default(), tokio::spawn(async {})).await;
    let mut waiting = hole.connect().await;
    waiting.write_all(b"lost?").await.expect("is taken");
    // What comes over the other link is the first that the server hears of.
    let mut other = open.connect().await;
    other.write_all(b"other").await.expect("is taken");
    assert_eq!(heard(&server).await, b"other");
    hole.link.change(|link| link.end(0));
    assert_eq!(heard(&server).await, b"lost?");
}

/// The first five bytes of the next connection.
async fn heard(server: &TcpListener) -> Vec<u8> {
    let (mut stream, _) = server.accept().await.expect("a connection");
    let mut bytes = vec![0; 5];
    stream.read_exact(&mut bytes).await.expect("five bytes");
    bytes
}

async fn listener() -> (TcpListener, u16) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
        .await
        .expect("a port");
    let port = listener.local_addr().expect("an address").port();
    (listener, port)
}

#[tokio::test]
async fn a_link_whose_other_end_is_dead_is_reset() {
    let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
        .await
        .expect("a port");
    let target = free.local_addr().expect("an address").port();
    drop(free);
    let mut scene = Scene::to(target, Condition::default(), tokio::spawn(async {})).await;
    let mut stream = scene.connect().await;
    assert!(echoed(&mut stream, b"hello").await.is_err());
    assert_eq!(scene.next().await, LinkEventKind::Opened);
    let closed = LinkEventKind::Closed {
        why: Some(Broken::Refused),
        bytes: [0, 0],
    };
    assert_eq!(scene.next().await, closed);
}

/// How long a request of a hundred bytes was under way.
async fn under_way(condition: Condition) -> Duration {
    let mut scene = Scene::open(condition).await;
    let mut stream = scene.connect().await;
    let request = format!("PUT /{} HTTP/1.1\r\n\r\n", "x".repeat(82));
    assert_eq!(request.len(), 100);
    echoed(&mut stream, request.as_bytes())
        .await
        .expect("an answer");
    let mut times = Vec::new();
    while times.len() < 2 {
        let event = scene.events.recv().await.expect("an event");
        match event.kind {
            LinkEventKind::Sent(Side::Asks, ..) | LinkEventKind::Arrived(Side::Asks, _) => {
                times.push(event.time);
            }
            _ => {}
        }
    }
    times[1] - times[0]
}

#[tokio::test]
async fn bytes_are_as_late_as_the_link_says() {
    let delay = LinkFlaw::Delay { latency_ms: 40.0 };
    assert!(under_way(flaw(delay)).await >= Duration::from_millis(40));
}

#[tokio::test]
async fn a_slow_link_lets_so_much_through() {
    let slow = LinkFlaw::Slow {
        bytes_per_s: 1000.0,
    };
    assert!(under_way(flaw(slow)).await >= Duration::from_millis(100));
}

#[tokio::test]
async fn a_lossy_link_loses_the_same_connections_with_the_same_seed() {
    let mut before = None;
    for _ in 0..2 {
        let how = Loss::Reset;
        let lossy = flaw(LinkFlaw::Loss {
            probability: 0.5,
            how,
            after_bytes: 0,
            count: None,
        });
        let scene = Scene::open(lossy).await;
        let mut lost = Vec::new();
        for number in 0..20 {
            let mut stream = scene.connect().await;
            if echoed(&mut stream, b"x").await.is_err() {
                lost.push(number);
            }
        }
        assert!((4..=16).contains(&lost.len()), "{lost:?}");
        let same = before.replace(lost.clone());
        assert!(same.is_none_or(|same| same == lost));
    }
}

/// What comes back for ten thousand bytes over three connections, each lost after a thousand at
/// most twice; and how it ends.
async fn lost_in_the_middle(how: Loss) -> Vec<(usize, bool)> {
    let scene = Scene::open(flaw(LinkFlaw::Loss {
        probability: 1.0,
        how,
        after_bytes: 1000,
        count: Some(2),
    }))
    .await;
    let mut found = Vec::new();
    for _ in 0..3 {
        let mut stream = scene.connect().await;
        stream.write_all(&[b'x'; 900]).await.expect("written");
        let mut back = vec![0; 900];
        stream.read_exact(&mut back).await.expect("not lost yet");
        // These may be too late.
        let _ = stream.write_all(&[b'x'; 9100]).await;
        let _ = stream.shutdown().await;
        let mut rest = Vec::new();
        let end = stream.read_to_end(&mut rest).await;
        assert!(rest.iter().all(|byte| *byte == b'x'));
        found.push((900 + rest.len(), end.is_ok()));
    }
    found
}

#[tokio::test]
async fn connections_are_lost_in_the_middle() {
    let lost = lost_in_the_middle(Loss::Reset).await;
    assert!(lost[..2].iter().all(|(bytes, ok)| *bytes <= 1000 && !ok));
    assert_eq!(lost[2], (10_000, true));
}

#[tokio::test]
async fn a_connection_that_is_closed_early_looks_as_if_all_had_been_said() {
    let scene = Scene::open(Condition::default()).await;
    scene.link.change(|link| {
        link.begin(
            0,
            LinkFlaw::Loss {
                probability: 1.0,
                how: Loss::Close,
                after_bytes: 1000,
                count: Some(1),
            },
        );
    });
    let mut stream = scene.connect().await;
    stream.write_all(&[b'x'; 1000]).await.expect("written");
    let mut back = Vec::new();
    // What reached the other side is lost with the connection.
    stream.read_to_end(&mut back).await.expect("a proper end");
    assert!(back.len() <= 1000);
    let mut next = scene.connect().await;
    let whole = echoed(&mut next, &[b'y'; 5000]).await;
    assert_eq!(whole.expect("an answer"), [b'y'; 5000]);
}

#[tokio::test]
async fn a_connection_that_falls_silent_stays_open() {
    let mut scene = Scene::open(flaw(LinkFlaw::Loss {
        probability: 1.0,
        how: Loss::BlackHole,
        after_bytes: 5,
        count: None,
    }))
    .await;
    let mut stream = scene.connect().await;
    stream
        .write_all(b"hello, is anybody there?")
        .await
        .expect("is taken");
    assert_eq!(scene.next().await, LinkEventKind::Opened);
    // It ends when its owner gives up.
    drop(stream);
    let LinkEventKind::Closed { why, bytes } = scene.next().await else {
        panic!("not closed");
    };
    assert_eq!(why, Some(Broken::Fault(Loss::BlackHole)));
    assert_eq!(bytes[0], 5, "exactly so many arrived");
}

#[tokio::test]
async fn a_dropped_link_closes_its_port_and_its_connections() {
    let scene = Scene::open(Condition::default()).await;
    let mut stream = scene.connect().await;
    echoed(&mut stream, b"x").await.expect("an answer");
    let port = scene.link.port();
    drop(scene.link);
    assert!(matches!(stream.read(&mut [0; 1]).await, Ok(0) | Err(_)));
    let again = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await;
    assert_eq!(
        again.map_err(|e| e.kind()).err(),
        Some(std::io::ErrorKind::ConnectionRefused)
    );
}
