//! A port that leads to another one.

use std::io;
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, watch};
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::Instant;
use workloads::random::Stream;
use workloads::scenario::Loss;

use super::carry::carry;
use super::condition::Condition;
use super::fate::Fate;
use super::report::Reporter;
use super::{Broken, LinkEvent, LinkEventKind};

/// A link between two programs. When it is dropped, its port and all its connections are closed.
#[derive(Debug)]
pub struct Link {
    port: u16,
    condition: watch::Sender<Condition>,
    carried: Arc<AtomicU64>,
    listening: JoinHandle<()>,
}

/// Where a link leads, and who hears of it.
#[derive(Debug)]
pub struct LinkSetup {
    /// Its number in what is reported.
    pub number: usize,
    /// The port that it leads to.
    pub target: u16,
    /// What is wrong with it from the beginning.
    pub condition: Condition,
    /// Decides which connections are lost.
    pub stream: Stream,
    /// When times begin to count.
    pub begun: Instant,
    /// Hears of everything.
    pub events: mpsc::UnboundedSender<LinkEvent>,
}

impl Link {
    /// Opens a link on a free port of the loopback address. Call it inside the runtime.
    ///
    /// # Errors
    /// When there is no port.
    pub async fn open(setup: LinkSetup) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let port = listener.local_addr()?.port();
        let condition = watch::channel(setup.condition.clone()).0;
        let carried = Arc::default();
        let changes = condition.subscribe();
        let listening = tokio::spawn(listen(listener, setup, changes, Arc::clone(&carried)));
        Ok(Self {
            port,
            condition,
            carried,
            listening,
        })
    }

    /// The port that leads to the target.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// How many bytes have arrived over it, in both directions.
    #[must_use]
    pub fn carried_bytes(&self) -> u64 {
        self.carried.load(Ordering::Relaxed)
    }

    /// Changes what is wrong with it; connections that are open feel it at once.
    pub fn change(&self, change: impl FnOnce(&mut Condition)) {
        self.condition.send_modify(change);
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        self.listening.abort();
    }
}

async fn listen(
    listener: TcpListener,
    setup: LinkSetup,
    condition: watch::Receiver<Condition>,
    carried: Arc<AtomicU64>,
) {
    let mut stream = setup.stream;
    let fate = Fate::default();
    // These end with the task that listens.
    let mut connections = JoinSet::new();
    for number in 0.. {
        let accepted = loop {
            tokio::select! {
                accepted = listener.accept() => break accepted,
                Some(_) = connections.join_next() => {}
            }
        };
        let Ok((asks, _)) = accepted else { return };
        let reporter = Reporter {
            link: setup.number,
            connection: number,
            begun: setup.begun,
            events: setup.events.clone(),
            carried: Arc::clone(&carried),
        };
        let fate = fate.with_draw(stream.unit());
        connections.spawn(connection(
            asks,
            setup.target,
            condition.clone(),
            reporter,
            fate,
        ));
    }
}

async fn connection(
    mut asks: TcpStream,
    target: u16,
    condition: watch::Receiver<Condition>,
    reporter: Reporter,
    fate: Fate,
) {
    reporter.report(reporter.now(), LinkEventKind::Opened);
    let (why, bytes) = through(&mut asks, target, condition, &reporter, &fate).await;
    match why {
        None => {}
        Some(Broken::Fault(Loss::Close)) => {
            let _ = asks.shutdown().await;
        }
        // Whoever reads shall see an error, and not the end of what was said.
        Some(_) => {
            let _ = asks.set_zero_linger();
        }
    }
    drop(asks);
    reporter.report(reporter.now(), LinkEventKind::Closed { why, bytes });
}

async fn through(
    asks: &mut TcpStream,
    target: u16,
    mut condition: watch::Receiver<Condition>,
    reporter: &Reporter,
    fate: &Fate,
) -> (Option<Broken>, [u64; 2]) {
    let nothing = [0, 0];
    let lost = fate.decide(&condition.borrow(), 0);
    if let Some(how) = lost {
        if how == Loss::BlackHole {
            swallow(asks).await;
        }
        return (Some(Broken::Fault(how)), nothing);
    }
    let may_connect = |condition: &Condition| condition.cut() != Some(Loss::BlackHole);
    let broken = match condition.wait_for(may_connect).await {
        Ok(now) => now.broken(),
        // Nobody will change it any more: the link is being taken down.
        Err(_) => Some(Loss::Reset),
    };
    if let Some(how) = broken {
        return (Some(Broken::Fault(how)), nothing);
    }
    let Ok(mut answers) = TcpStream::connect((Ipv4Addr::LOCALHOST, target)).await else {
        return (Some(Broken::Refused), nothing);
    };
    // Small messages go at once: a link adds no wait of its own.
    let _ = (asks.set_nodelay(true), answers.set_nodelay(true));
    let (why, bytes) = carry(asks, &mut answers, &condition, fate, reporter).await;
    if why == Some(Broken::Fault(Loss::BlackHole)) {
        swallow(asks).await;
    }
    if why.is_some() {
        let _ = answers.set_zero_linger();
    }
    (why, bytes)
}

/// The connection stays open until its owner gives up, and nothing is ever heard.
async fn swallow(stream: &mut TcpStream) {
    let mut buffer = [0; 4096];
    while stream.read(&mut buffer).await.is_ok_and(|count| count > 0) {}
}
