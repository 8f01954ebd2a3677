//! The supervisor of real node processes: starts them, carries lines to and from them, stops,
//! continues and kills them, and leaves none behind. It decides nothing; what it sees it reports as
//! `NodeEvent`s.
//!
//! It lives in a current-thread tokio runtime. None of its calls waits for a node; a node is
//! reached through a bounded queue (`outbox`) and heard through a bounded credit (`event`). How
//! processes are found and killed with all their descendants is described in `family`.

mod census;
mod child;
mod event;
mod executable;
mod family;
mod hints;
mod incarnation;
mod inspect;
mod lifecycle;
mod limits;
mod lines;
mod outbox;
mod process_table;
mod program;
mod start_error;
mod stderr_log;
mod streams;
#[cfg(test)]
pub(crate) mod tests;

pub use event::{Exit, ExitStatus, LineBatch, NodeEvent, NodeEventKind};
pub use hints::hint_for_flush;
pub use lifecycle::{Lifecycle, Step};
pub use limits::Limits;
pub(crate) use lines::{LineSplitter, Piece};
pub use outbox::Undelivered;
pub use program::Program;
pub(crate) use program::find_in_path;
pub use start_error::StartError;
pub(crate) use stderr_log::StderrLog;

use census::Census;
use event::Reporter;
use incarnation::Incarnation;
use nix::unistd::Pid;
use process_table::ProcessTable;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::{Semaphore, mpsc, watch};
use tokio::task::JoinHandle;

/// The processes of all nodes of one run. When it is dropped, they are killed.
pub struct Supervisor {
    setting: Arc<Setting>,
    nodes: Vec<Node>,
    events: mpsc::Sender<NodeEvent>,
    closing: watch::Sender<bool>,
}

/// What all incarnations of all nodes share.
struct Setting {
    program: Program,
    nodes_dir: PathBuf,
    limits: Limits,
    /// Names this supervisor among all that live.
    token: String,
    nodes: Vec<NodeFiles>,
    census: Census,
    /// Held while a process is spawned.
    turn: tokio::sync::Mutex<()>,
}

struct NodeFiles {
    id: String,
    stderr: Mutex<StderrLog>,
}

struct Node {
    credit: Arc<Semaphore>,
    current: Option<Arc<Incarnation>>,
    /// The task that lives the current incarnation; it waits for those before.
    task: Option<JoinHandle<()>>,
}

impl Supervisor {
    /// Prepares the directories `nodes_dir/ID/`, unless the program has one, and the logs
    /// `nodes_dir/ID.stderr.log`; nothing runs yet. Paths in `program` are taken from the current
    /// directory.
    pub fn new(
        program: &Program,
        nodes_dir: &Path,
        node_ids: &[String],
        limits: Limits,
        events: mpsc::Sender<NodeEvent>,
    ) -> io::Result<Self> {
        family::adopt_orphans()?;
        let here = std::env::current_dir()?;
        let nodes_dir = here.join(nodes_dir);
        let nodes = node_ids
            .iter()
            .map(|id| {
                if program.dir.is_none() {
                    std::fs::create_dir_all(nodes_dir.join(id))?;
                }
                NodeFiles::create(&nodes_dir, id, &limits)
            })
            .collect::<io::Result<Vec<_>>>()?;
        let credit = || Arc::new(Semaphore::new(limits.unread_bytes));
        let handles = node_ids.iter().map(|_| Node {
            credit: credit(),
            current: None,
            task: None,
        });
        Ok(Self {
            nodes: handles.collect(),
            events,
            closing: watch::channel(false).0,
            setting: Arc::new(Setting {
                program: program.anchored(&here),
                nodes_dir,
                limits,
                token: unique_token(),
                nodes,
                census: Census::default(),
                turn: tokio::sync::Mutex::new(()),
            }),
        })
    }

    /// Starts a process for `node`; `Started` or `StartFailed` follows as an event. If it still has
    /// one that was killed, the new one starts after that one is gone. False if it has one that was
    /// not killed: then nothing happens. Call it inside the runtime.
    pub fn start(&mut self, node: usize) -> bool {
        let handle = &mut self.nodes[node];
        let number = match &handle.current {
            Some(life) if life.lifecycle().takes_input() => return false,
            Some(life) => life.number + 1,
            None => 1,
        };
        let life = Arc::new(Incarnation::new(
            number,
            self.setting.limits.stdin_backlog_bytes,
        ));
        let reporter = Reporter {
            node,
            incarnation: number,
            events: self.events.clone(),
            closing: self.closing.subscribe(),
            credit: Arc::clone(&handle.credit),
            credit_bytes: self.setting.limits.unread_bytes,
        };
        handle.current = Some(Arc::clone(&life));
        let previous = handle.task.take();
        let setting = Arc::clone(&self.setting);
        handle.task = Some(tokio::spawn(incarnation::live(
            life, setting, reporter, previous,
        )));
        true
    }

    /// Queues a line (without its newline) for the node's stdin, from `start` on. Never waits.
    pub fn send(&mut self, node: usize, line: &[u8]) -> Result<(), Undelivered> {
        match &self.nodes[node].current {
            Some(life) if life.lifecycle().takes_input() => life.outbox.push(line),
            _ => Err(Undelivered::NotRunning),
        }
    }

    /// Kills the node with all the processes it started; `Exited` follows. What it had written
    /// before may still arrive. False if there is nothing to kill.
    pub fn kill(&mut self, node: usize) -> bool {
        self.nodes[node].kill(&ProcessTable::read())
    }

    /// Stops the node's process group with SIGSTOP. False unless it is running.
    pub fn pause(&mut self, node: usize) -> bool {
        self.step(node, Step::Pause)
    }

    /// Lets the node continue. False unless it is paused.
    pub fn resume(&mut self, node: usize) -> bool {
        self.step(node, Step::Resume)
    }

    /// Ends the node's input after what is queued.
    pub fn close_stdin(&mut self, node: usize) {
        if let Some(life) = &self.nodes[node].current {
            life.outbox.end();
        }
    }

    /// Where the node's latest process stands; `None` before its first start.
    #[must_use]
    pub fn lifecycle(&self, node: usize) -> Option<Lifecycle> {
        self.nodes[node]
            .current
            .as_ref()
            .map(|life| life.lifecycle())
    }

    /// The node's process and all that it started, as they are now.
    #[must_use]
    pub fn processes(&self, node: usize) -> Vec<Pid> {
        let current = self.nodes[node].current.as_ref();
        current.map_or(Vec::new(), |life| life.processes(&ProcessTable::read()))
    }

    /// The last lines of the node's stderr.
    #[must_use]
    pub fn stderr_tail(&self, node: usize) -> Vec<String> {
        lock(&self.setting.nodes[node].stderr).tail()
    }

    /// Whether the node wrote more to stderr than the log takes.
    #[must_use]
    pub fn stderr_truncated(&self, node: usize) -> bool {
        lock(&self.setting.nodes[node].stderr).truncated()
    }

    /// Kills everything and returns when it is gone. Events that find no room are dropped from now
    /// on, so nobody needs to receive them.
    pub async fn shutdown(&mut self) {
        self.closing.send_replace(true);
        let table = self.setting.census.take().await;
        for node in &self.nodes {
            node.kill(&table);
        }
        for node in &mut self.nodes {
            if let Some(task) = node.task.take() {
                // A panic there has been reported by the runtime, and its leash has been pulled.
                let _ = task.await;
            }
        }
    }

    fn step(&self, node: usize, step: Step) -> bool {
        self.nodes[node]
            .current
            .as_ref()
            .is_some_and(|life| life.step(step))
    }
}

impl Drop for Supervisor {
    fn drop(&mut self) {
        let table = ProcessTable::read();
        for node in &self.nodes {
            node.kill(&table);
        }
        for node in &self.nodes {
            if let Some(life) = &node.current {
                life.destroy();
            }
            if let Some(task) = &node.task {
                task.abort();
            }
        }
    }
}

impl Node {
    fn kill(&self, table: &ProcessTable) -> bool {
        self.current.as_ref().is_some_and(|life| life.kill(table))
    }
}

impl Setting {
    fn directory(&self, node: usize) -> PathBuf {
        let own = || self.nodes_dir.join(&self.nodes[node].id);
        self.program.dir.clone().unwrap_or_else(own)
    }

    /// The value of the environment variable that marks the processes of a node.
    fn mark(&self, node: usize) -> String {
        format!("{}/{}", self.token, self.nodes[node].id)
    }
}

impl NodeFiles {
    fn create(nodes_dir: &Path, id: &str, limits: &Limits) -> io::Result<Self> {
        std::fs::create_dir_all(nodes_dir)?;
        let log = nodes_dir.join(format!("{id}.stderr.log"));
        let log = StderrLog::open(&log, limits.stderr_bytes, limits.stderr_tail_lines)?;
        Ok(Self {
            id: id.to_owned(),
            stderr: Mutex::new(log),
        })
    }
}

/// Process id of the harness and a count within it.
fn unique_token() -> String {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    format!(
        "{}.{}",
        std::process::id(),
        COUNT.fetch_add(1, Ordering::Relaxed)
    )
}

/// Locks; a panic elsewhere must not keep the processes from being killed.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
