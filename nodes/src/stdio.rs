//! A node as a process, on stdin and stdout: knows clocks and pipes.

#![expect(clippy::disallowed_methods, reason = "a process has a clock")]

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::Path;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TryRecvError, sync_channel};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use crate::storage;
use crate::{Instance, Outputs, Setup, UnknownNode, build};

/// The file in the working directory that holds what the node must not forget.
const STORAGE: &str = "node-storage.jsonl";
/// How much is read at once, and how much may wait to be written.
const CHUNK_BYTES: usize = 64 * 1024;
/// How many chunks may wait to be handled; then the pipe fills and the sender has to wait.
const CHUNKS: usize = 16;

/// Why a node process ended before its stdin did.
#[derive(Debug, thiserror::Error)]
pub enum StdioError {
    /// There is no such node or bug.
    #[error(transparent)]
    Unknown(#[from] UnknownNode),
    /// Storage, stdin or stdout failed.
    #[error("the node cannot go on: {0}")]
    Io(#[from] io::Error),
}

/// Runs a node on stdin, stdout and stderr until stdin ends, with its storage in the working
/// directory.
///
/// # Errors
/// When there is no such node, or its storage or pipes fail.
pub fn run_stdio(name: &str, bug: Option<&str>) -> Result<(), StdioError> {
    let (storage, file) = storage::open(Path::new(STORAGE))?;
    let setup = Setup {
        seed: entropy(),
        wall_offset_ns: 0,
        storage: &storage,
    };
    let mut process = Process {
        instance: build(name, bug, setup)?,
        birth: Instant::now(),
        waiting: Outputs::default(),
        file,
    };
    let (sender, receiver) = sync_channel(CHUNKS);
    let reader = std::thread::spawn(move || read_lines(io::stdin().lock(), &sender));
    match process.run(&receiver) {
        // Nobody listens any more: the run is over.
        Err(e) if e.kind() == io::ErrorKind::BrokenPipe => return Ok(()),
        result => result?,
    }
    // The reader has ended, or else its end of the channel would be open.
    reader.join().unwrap_or(Ok(()))?;
    Ok(())
}

struct Process {
    instance: Instance,
    birth: Instant,
    waiting: Outputs,
    file: Option<File>,
}

impl Process {
    /// Handles whatever is there, writes, and waits for more.
    fn run(&mut self, receiver: &Receiver<Vec<u8>>) -> io::Result<()> {
        loop {
            let chunk = match self.wait() {
                None => receiver.recv().map_err(|_| RecvTimeoutError::Disconnected),
                Some(wait) => receiver.recv_timeout(wait),
            };
            match chunk {
                Ok(chunk) => self.handle_all(chunk, receiver)?,
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return Ok(()),
            }
            let now_ns = self.now_ns();
            if self
                .instance
                .next_deadline_ns()
                .is_some_and(|d| d <= now_ns)
            {
                let outputs = self.instance.on_timer(now_ns);
                self.collect(outputs)?;
            }
            self.write()?;
        }
    }

    /// Handles a chunk and all that came in the meantime.
    fn handle_all(&mut self, mut chunk: Vec<u8>, receiver: &Receiver<Vec<u8>>) -> io::Result<()> {
        loop {
            let now_ns = self.now_ns();
            for line in chunk.split(|b| *b == b'\n').filter(|l| !l.is_empty()) {
                let outputs = self.instance.on_line(now_ns, line);
                self.collect(outputs)?;
            }
            chunk = match receiver.try_recv() {
                Ok(chunk) => chunk,
                Err(TryRecvError::Empty | TryRecvError::Disconnected) => return Ok(()),
            };
        }
    }

    fn collect(&mut self, outputs: Outputs) -> io::Result<()> {
        self.waiting.stored.extend(outputs.stored);
        self.waiting.stdout.extend(outputs.stdout);
        self.waiting.stderr.extend(outputs.stderr);
        if self.waiting.stdout.len() > CHUNK_BYTES {
            self.write()?;
        }
        Ok(())
    }

    /// Writes what waits: storage first, so that nothing is acknowledged that a kill could undo.
    fn write(&mut self) -> io::Result<()> {
        let Outputs {
            stored,
            stdout,
            stderr,
        } = &mut self.waiting;
        if !stored.is_empty() {
            let file = match &mut self.file {
                Some(file) => file,
                None => self.file.insert(storage::create(Path::new(STORAGE))?),
            };
            file.write_all(stored)?;
        }
        if !stdout.is_empty() {
            let mut pipe = io::stdout().lock();
            pipe.write_all(stdout)?;
            pipe.flush()?;
        }
        if !stderr.is_empty() {
            io::stderr().lock().write_all(stderr)?;
        }
        for buffer in [stored, stdout, stderr] {
            buffer.clear();
        }
        Ok(())
    }

    fn wait(&self) -> Option<Duration> {
        let deadline_ns = self.instance.next_deadline_ns()?;
        let now_ns = self.birth.elapsed().as_nanos() as u64;
        Some(Duration::from_nanos(deadline_ns.saturating_sub(now_ns)))
    }

    /// The time since the start; also tells the node what the wall clock shows.
    fn now_ns(&mut self) -> u64 {
        let now_ns = self.birth.elapsed().as_nanos() as u64;
        self.instance
            .set_wall_offset_ns(wall_ns() as i64 - now_ns as i64);
        now_ns
    }
}

fn wall_ns() -> u64 {
    let wall = SystemTime::now().duration_since(UNIX_EPOCH);
    wall.map_or(0, |d| d.as_nanos() as u64)
}

/// A seed that differs from process to process.
fn entropy() -> u64 {
    wall_ns() ^ (u64::from(std::process::id()) << 40)
}

/// Reads stdin in chunks of whole lines; the last line may lack its newline.
fn read_lines(mut input: impl Read, sender: &SyncSender<Vec<u8>>) -> io::Result<()> {
    let mut buffer = Vec::with_capacity(CHUNK_BYTES);
    let mut seen = 0;
    loop {
        buffer.resize(seen + CHUNK_BYTES, 0);
        let count = match input.read(&mut buffer[seen..]) {
            Err(e) if e.kind() == io::ErrorKind::Interrupted => 0,
            Err(e) => return Err(e),
            Ok(0) => {
                buffer.truncate(seen);
                let _ = sender.send(buffer);
                return Ok(());
            }
            Ok(count) => count,
        };
        let end = seen + count;
        let newline = buffer[seen..end].iter().rposition(|b| *b == b'\n');
        buffer.truncate(end);
        if let Some(at) = newline {
            let rest = buffer.split_off(seen + at + 1);
            if sender.send(std::mem::replace(&mut buffer, rest)).is_err() {
                return Ok(());
            }
        }
        seen = buffer.len();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks_end_with_whole_lines() {
        struct Bits(Vec<&'static [u8]>);
        impl Read for Bits {
            fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
                if self.0.is_empty() {
                    return Ok(0);
                }
                let bit = self.0.remove(0);
                buffer[..bit.len()].copy_from_slice(bit);
                Ok(bit.len())
            }
        }
        let (sender, receiver) = sync_channel(CHUNKS);
        let bits = Bits(vec![b"a\nb", b"b", b"b\nc\n", b"d"]);
        read_lines(bits, &sender).expect("reads from memory");
        drop(sender);
        let chunks: Vec<_> = receiver.iter().collect();
        assert_eq!(
            chunks,
            [b"a\n".to_vec(), b"bbb\nc\n".to_vec(), b"d".to_vec()]
        );
    }
}
