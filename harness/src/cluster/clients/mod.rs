//! The clients of a workload: tasks that ask programs over their links, and what they tell.
//!
//! What they ask and what an answer means is decided in [`workloads::quorum_kv`].

#![expect(
    clippy::disallowed_methods,
    reason = "programs over TCP run in real time"
)]

mod exchange;
mod stats;

use std::sync::Arc;
use std::time::Duration;

use checker::{CheckResult, HistoryLine};
use results::document::Stats;
use results::run_dir::{HistoryWriter, RunDirError};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};
use workloads::quorum_kv::{Client, End, Op, Recorder, Settings, judge};
use workloads::random::Seed;

use super::journal::Journal;
use exchange::exchange;

/// A link of a client.
#[derive(Debug, Clone)]
pub(super) struct Way {
    /// Its number among all links.
    pub(super) link: usize,
    /// Where it is reached.
    pub(super) port: u16,
    /// Whom it leads to.
    pub(super) to: String,
}

/// All clients, and what is known of their operations.
pub(super) struct Clients {
    settings: Arc<Settings>,
    seed: Seed,
    begun: Instant,
    /// By client: its links.
    ways: Vec<Vec<Way>>,
    record: Recorder,
    /// By operation, in the order in which they began: its link, and which connection of that.
    places: Vec<(usize, u64)>,
    writer: HistoryWriter,
    trouble: Option<RunDirError>,
    tell: mpsc::UnboundedSender<Told>,
    told: mpsc::UnboundedReceiver<Told>,
    tasks: JoinSet<()>,
    under_way: usize,
}

/// What a client tells, by its number.
#[derive(Debug)]
pub(super) enum Told {
    Begins {
        client: usize,
        op: Op,
        /// Which of its links, and which connection of that.
        way: usize,
        connection: u64,
        time: Duration,
    },
    Ends {
        client: usize,
        end: End,
        time: Duration,
    },
    /// It will not begin anything more.
    IsDone,
}

impl Clients {
    /// Clients that have not begun, on these links.
    pub(super) fn new(
        settings: &Settings,
        seed: Seed,
        begun: Instant,
        ways: Vec<Vec<Way>>,
        writer: HistoryWriter,
    ) -> Self {
        let names = settings.clients.iter().map(|client| client.name.clone());
        let (tell, told) = mpsc::unbounded_channel();
        Self {
            record: Recorder::new(names.collect()),
            settings: Arc::new(settings.clone()),
            seed,
            begun,
            ways,
            places: Vec::new(),
            writer,
            trouble: None,
            tell,
            told,
            tasks: JoinSet::new(),
            under_way: 0,
        }
    }

    /// All of them begin.
    pub(super) fn start(&mut self) {
        for (number, ways) in self.ways.iter().enumerate() {
            let worker = Worker {
                number,
                client: Client::new(&self.settings, number, self.seed),
                connections: vec![0; ways.len()],
                ways: ways.clone(),
                settings: Arc::clone(&self.settings),
                begun: self.begun,
                tell: self.tell.clone(),
            };
            self.tasks.spawn(worker.run());
            self.under_way += 1;
        }
    }

    /// How long they may take in all.
    pub(super) fn patience(&self) -> Duration {
        Duration::from_secs_f64(self.settings.time_limit_s)
            + Duration::from_millis(self.settings.timeout_ms)
            + Duration::from_secs(5)
    }

    /// Whether all of them are done, if they began.
    pub(super) fn are_done(&self) -> bool {
        self.under_way == 0
    }

    /// The next thing that one of them tells.
    pub(super) async fn listen(&mut self) -> Option<Told> {
        self.told.recv().await
    }

    /// Takes what a client tells into the history.
    pub(super) fn take(&mut self, told: Told) {
        match told {
            Told::Begins {
                client,
                op,
                way,
                connection,
                time,
            } => {
                let way = &self.ways[client][way];
                self.places.push((way.link, connection));
                let line = self.record.begin(client, &op, &way.to, nanos(time));
                write(&mut self.writer, &mut self.trouble, line);
            }
            Told::Ends { client, end, time } => {
                if let Some(line) = self.record.end(client, end, nanos(time)) {
                    write(&mut self.writer, &mut self.trouble, line);
                }
            }
            Told::IsDone => self.under_way = self.under_way.saturating_sub(1),
        }
    }

    /// Ends them all: what is open may have happened. What was judged, measured, and what could not
    /// be written.
    pub(super) fn finish(
        mut self,
        journal: &Journal,
    ) -> (Vec<CheckResult>, Stats, Option<RunDirError>) {
        self.tasks.abort_all();
        while let Ok(told) = self.told.try_recv() {
            self.take(told);
        }
        for line in self.record.interrupt(nanos(self.begun.elapsed())) {
            write(&mut self.writer, &mut self.trouble, line);
        }
        for (number, (link, connection)) in self.places.iter().enumerate() {
            self.record.attach(number, journal.said(*link, *connection));
        }
        let trouble = match self.trouble {
            Some(trouble) => Some(trouble),
            None => whole(self.writer, &self.record).err(),
        };
        let stats = stats::stats(self.record.done());
        (judge(&self.settings, &self.record), stats, trouble)
    }
}

fn write(writer: &mut HistoryWriter, trouble: &mut Option<RunDirError>, line: &HistoryLine) {
    if trouble.is_none() {
        *trouble = writer.write(line).err();
    }
}

/// Writes the history once more, now that the messages of operations are known.
fn whole(writer: HistoryWriter, record: &Recorder) -> Result<(), RunDirError> {
    let mut writer = writer.anew()?;
    for line in record.lines() {
        writer.write(line)?;
    }
    writer.flush()
}

fn nanos(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

/// One client while it works.
struct Worker {
    number: usize,
    client: Client,
    ways: Vec<Way>,
    /// By link: how many connections it has opened.
    connections: Vec<u64>,
    settings: Arc<Settings>,
    begun: Instant,
    tell: mpsc::UnboundedSender<Told>,
}

impl Worker {
    /// Does one thing after the other until the time is over. What could not be done in time
    /// because an answer was late is not made up for.
    async fn run(mut self) {
        let mut due = Instant::now();
        let end = due + Duration::from_secs_f64(self.settings.time_limit_s);
        loop {
            let turn = self.client.turn();
            due += Duration::from_secs_f64(turn.pause_s);
            if due >= end {
                break;
            }
            sleep_until(due).await;
            self.ask(turn.op, turn.to).await;
            due = due.max(Instant::now());
        }
        self.say(Told::IsDone);
    }

    async fn ask(&mut self, op: Op, way: usize) {
        let request = self.settings.mapping.request(&op);
        let connection = self.connections[way];
        self.connections[way] += 1;
        let client = self.number;
        self.say(Told::Begins {
            client,
            op: op.clone(),
            way,
            connection,
            time: self.begun.elapsed(),
        });
        let heard = exchange(self.ways[way].port, &request, self.settings.timeout_ms).await;
        self.say(Told::Ends {
            client,
            end: self.settings.mapping.end(&op, &heard),
            time: self.begun.elapsed(),
        });
    }

    fn say(&self, told: Told) {
        // Whoever listened is gone at the end of a run.
        let _ = self.tell.send(told);
    }
}
