//! One connection: bytes from one side to the other, as the link's condition allows.

use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::net::tcp::{ReadHalf, WriteHalf};
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};
use workloads::scenario::Loss;

use super::condition::Condition;
use super::fate::Fate;
use super::http::{Conversation, HttpMessage};
use super::pace::Pace;
use super::report::Reporter;
use super::{Broken, LinkEventKind, Side};

/// So much is read at once.
const CHUNK_BYTES: usize = 16 * 1024;

/// Carries bytes in both directions until both have ended or something breaks.
pub(super) async fn carry(
    asks: &mut TcpStream,
    answers: &mut TcpStream,
    condition: &watch::Receiver<Condition>,
    fate: &Fate,
    reporter: &Reporter,
) -> (Option<Broken>, [u64; 2]) {
    let seen = Arc::new(Mutex::new(Seen::default()));
    let broken = {
        let (asks_from, asks_to) = asks.split();
        let (answers_from, answers_to) = answers.split();
        let way = |side, from, to| Way {
            side,
            from,
            to,
            pace: Pace::default(),
            condition: condition.clone(),
            fate,
            reporter,
            seen: Arc::clone(&seen),
            is_over: false,
            arrived: 0,
        };
        let there = way(Side::Asks, asks_from, answers_to);
        let back = way(Side::Answers, answers_from, asks_to);
        tokio::try_join!(there.run(), back.run()).err()
    };
    let bytes = seen.lock().unwrap_or_else(PoisonError::into_inner).arrived;
    (broken, bytes)
}

/// What both directions know of the connection.
#[derive(Default)]
struct Seen {
    conversation: Conversation,
    /// Messages that have not arrived, by side: number, and where they end.
    under_way: [std::collections::VecDeque<(u64, u64)>; 2],
    sent: [u64; 2],
    arrived: [u64; 2],
}

/// One direction.
struct Way<'a> {
    side: Side,
    from: ReadHalf<'a>,
    to: WriteHalf<'a>,
    pace: Pace,
    condition: watch::Receiver<Condition>,
    fate: &'a Fate,
    reporter: &'a Reporter,
    seen: Arc<Mutex<Seen>>,
    /// Its sender has said all.
    is_over: bool,
    /// So many bytes have been handed over.
    arrived: u64,
}

impl Way<'_> {
    async fn run(mut self) -> Result<(), Broken> {
        let mut buffer = vec![0; CHUNK_BYTES];
        loop {
            let condition = self.condition.borrow_and_update().clone();
            let cut = condition.cut();
            if let Some(how) = condition.broken() {
                return Err(Broken::Fault(how));
            }
            if self.is_over && self.pace.is_empty() {
                let _ = self.to.shutdown().await;
                return Ok(());
            }
            let due = self.pace.due().filter(|_| cut.is_none());
            let due = due.map(|due| self.reporter.begun + due);
            tokio::select! {
                read = self.from.read(&mut buffer), if !self.is_over && self.pace.has_room() => {
                    let count = read.map_err(|_| Broken::ByPeer)?;
                    self.take(&buffer[..count], &condition);
                }
                () = until(due) => {}
                changed = self.condition.changed() => {
                    // Nobody will change it any more: the link is being taken down.
                    changed.map_err(|_| Broken::Fault(Loss::Reset))?;
                    continue;
                }
            }
            if cut.is_none() {
                self.deliver().await?;
            }
        }
    }

    /// Takes what was sent; nothing is the end.
    fn take(&mut self, sent: &[u8], condition: &Condition) {
        let now = self.reporter.now();
        let reporter = self.reporter;
        let side = self.side;
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let Seen {
            conversation,
            under_way,
            sent: counts,
            ..
        } = &mut *seen;
        let mut found = |message: HttpMessage| {
            let number = counts[side as usize];
            counts[side as usize] += 1;
            under_way[side as usize].push_back((number, message.end));
            reporter.report(now, LinkEventKind::Sent(side, number, message));
        };
        if sent.is_empty() {
            self.is_over = true;
            if side == Side::Answers {
                conversation.answers_end(&mut found);
            }
            return;
        }
        match side {
            Side::Asks => conversation.asks(sent, &mut found),
            Side::Answers => conversation.answers(sent, &mut found),
        }
        let (latency, rate) = (condition.latency(), condition.bytes_per_s());
        match rate {
            None => self
                .pace
                .push(now, latency, rate, Bytes::copy_from_slice(sent)),
            // A slow link lets a little through at a time.
            Some(bytes_per_s) => {
                let size = ((bytes_per_s / 50.0) as usize).clamp(1, CHUNK_BYTES);
                for piece in sent.chunks(size) {
                    self.pace
                        .push(now, latency, rate, Bytes::copy_from_slice(piece));
                }
            }
        }
    }

    /// Hands over what has arrived.
    async fn deliver(&mut self) -> Result<(), Broken> {
        while let Some(mut chunk) = self.pace.pop(self.reporter.now()) {
            while !chunk.is_empty() {
                let now = self.condition.borrow().clone();
                let room = self.fate.room(&now, self.arrived);
                let room = usize::try_from(room).unwrap_or(usize::MAX);
                let piece = chunk.split_to(room.min(chunk.len()));
                self.write(&piece).await?;
                if let Some(how) = self.fate.decide(&now, self.arrived) {
                    return Err(Broken::Fault(how));
                }
            }
        }
        Ok(())
    }

    async fn write(&mut self, piece: &[u8]) -> Result<(), Broken> {
        let mut condition = self.condition.clone();
        let is_broken = |condition: &Condition| condition.broken().is_some();
        tokio::select! {
            written = self.to.write_all(piece) => written.map_err(|_| Broken::ByPeer)?,
            now = condition.wait_for(is_broken) => {
                let how = now.ok().and_then(|now| now.broken());
                return Err(Broken::Fault(how.unwrap_or_default()));
            }
        }
        self.arrived += piece.len() as u64;
        self.has_arrived(piece.len() as u64);
        Ok(())
    }

    fn has_arrived(&self, count: u64) {
        self.reporter.carried(count);
        let now = self.reporter.now();
        let side = self.side as usize;
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.arrived[side] += count;
        let arrived = seen.arrived[side];
        while let Some((number, _)) = seen.under_way[side].pop_front_if(|(_, end)| *end <= arrived)
        {
            let kind = LinkEventKind::Arrived(self.side, number);
            self.reporter.report(now, kind);
        }
    }
}

/// Waits for a moment, or for ever.
async fn until(moment: Option<Instant>) {
    match moment {
        Some(moment) => sleep_until(moment).await,
        None => std::future::pending().await,
    }
}
