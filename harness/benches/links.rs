//! What a link costs: HTTP requests through it and past it, in one process on one runtime.
//!
//! `cargo bench -p harness --bench links`

#![expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "measures and prints"
)]

use std::net::Ipv4Addr;
use std::time::{Duration, Instant};

use harness::links::{Condition, Link, LinkSetup};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use workloads::random::Seed;

const REQUEST: &[u8] = b"PUT /kv/k1 HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\n\r\nalpha";
const RESPONSE: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";
const REQUESTS: usize = 20_000;

fn main() {
    // As in the harness: everything of ours on one thread. The server has one of its own.
    let target = server();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(async {
        let (events, mut heard) = mpsc::unbounded_channel();
        let link = Link::open(LinkSetup {
            number: 0,
            target,
            condition: Condition::default(),
            stream: Seed(1).stream("link"),
            begun: tokio::time::Instant::now(),
            events,
        });
        let link = link.await.expect("a link");
        let counting = tokio::spawn(async move {
            let mut count = 0u64;
            while heard.recv().await.is_some() {
                count += 1;
            }
            count
        });
        println!("| way | clients | requests/s | half below | 99 % below |");
        println!("|---|--:|--:|--:|--:|");
        for clients in [1, 16] {
            for (way, port) in [("direct", target), ("through a link", link.port())] {
                let measured = measure(port, clients).await;
                println!("| {way} | {clients} | {measured}");
            }
        }
        drop(link);
        println!("\n{} events were told", counting.await.expect("a count"));
    });
}

/// A server with a thread of its own; its port.
fn server() -> u16 {
    let (sender, port) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a runtime");
        runtime.block_on(async move {
            let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
                .await
                .expect("a port");
            let port = listener.local_addr().expect("an address").port();
            sender.send(port).expect("somebody waits");
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(answer(stream));
            }
        });
    });
    port.recv().expect("a port")
}

async fn answer(mut stream: TcpStream) {
    stream.set_nodelay(true).expect("an option");
    let mut request = vec![0; REQUEST.len()];
    while stream.read_exact(&mut request).await.is_ok() {
        if stream.write_all(RESPONSE).await.is_err() {
            return;
        }
    }
}

/// Requests a second, and how long they took.
async fn measure(port: u16, clients: usize) -> String {
    let begun = Instant::now();
    let asking: Vec<_> = (0..clients)
        .map(|_| tokio::spawn(ask(port, REQUESTS / clients)))
        .collect();
    let mut took = Vec::new();
    for client in asking {
        took.extend(client.await.expect("its times"));
    }
    let per_s = took.len() as f64 / begun.elapsed().as_secs_f64();
    took.sort_unstable();
    let ms = |share: f64| {
        let at = (took.len() as f64 * share) as usize;
        took[at.min(took.len() - 1)].as_secs_f64() * 1e3
    };
    format!("{per_s:.0} | {:.3} ms | {:.3} ms |", ms(0.5), ms(0.99))
}

async fn ask(port: u16, count: usize) -> Vec<Duration> {
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))
        .await
        .expect("a connection");
    stream.set_nodelay(true).expect("an option");
    let mut response = vec![0; RESPONSE.len()];
    let mut took = Vec::with_capacity(count);
    for _ in 0..count {
        let begun = Instant::now();
        stream.write_all(REQUEST).await.expect("sent");
        stream.read_exact(&mut response).await.expect("an answer");
        took.push(begun.elapsed());
    }
    took
}
