//! `check --stop-on-violation`: a history is judged while it comes.

use std::fs::File;
use std::io;
use std::path::Path;
use std::sync::mpsc::{Receiver, SyncSender, TryRecvError, sync_channel};
use std::time::{Duration, Instant};

use checker::judge::{Judgement, Misfit, Online, Violation};
use checker::recorded::{History, Read, Reader};
use checker::search::Budget;
use results::Exit;

use super::{bad_data, settings};
use crate::cli::Failure;
use crate::cli::args::CheckArgs;

/// So much is read at once.
const BLOCK_BYTES: usize = 1 << 16;
/// So many blocks wait at most.
const BLOCKS: usize = 64;

/// What came until the first violation, or until the end.
pub(super) struct Came {
    pub(super) read: Read,
    pub(super) violation: Option<Violation>,
}

/// Reads until there is a violation. What has come is judged when it has grown enough, and whenever
/// nothing else is there to do: so nobody waits for a violation that is there, and reading is not
/// held up by judging the same again and again.
pub(super) fn read(args: &CheckArgs) -> Result<Came, Failure> {
    let blocks = blocks(&args.file)?;
    let mut watch = Watch {
        args,
        reader: Reader::default(),
        online: None,
    };
    loop {
        let block = match blocks.try_recv() {
            Err(TryRecvError::Empty) => match watch.settle() {
                Some(violation) => return Ok(watch.over(Some(violation))),
                None => blocks.recv().ok(),
            },
            block => block.ok(),
        };
        let Some(block) = block else {
            return Ok(watch.over(None));
        };
        let block = block.map_err(|error| unreadable(&args.file, &error))?;
        if let Some(violation) = watch.feed(&block)? {
            return Ok(watch.over(Some(violation)));
        }
    }
}

/// What is told of a history whose judging ended with this.
pub(super) fn judgement(violation: Violation, history: &History) -> Judgement {
    Judgement {
        noun: "object",
        objects: 1,
        judged: history.ops().len(),
        violations: vec![violation],
        methods: [("online", 1)].into(),
        ..Judgement::default()
    }
}

struct Watch<'a> {
    args: &'a CheckArgs,
    reader: Reader,
    online: Option<Online>,
}

impl Watch<'_> {
    fn feed(&mut self, block: &[u8]) -> Result<Option<Violation>, Failure> {
        self.reader.feed(block);
        if self.online.is_none()
            && let Some(values) = self.reader.values()
        {
            let settings = settings(self.args, values)?;
            self.online = Some(self.args.model.0.online(&settings));
        }
        let (Some(online), Some(history)) = (&mut self.online, self.reader.so_far()) else {
            return Ok(None);
        };
        let found = budgeted(self.args, |budget| online.advance(history, budget));
        found.map_err(|misfit: Misfit| bad_data(self.args, misfit))
    }

    fn settle(&mut self) -> Option<Violation> {
        let (online, history) = (self.online.as_mut()?, self.reader.so_far()?);
        budgeted(self.args, |budget| online.settle(history, budget))
    }

    fn over(self, violation: Option<Violation>) -> Came {
        let (history, error) = self.reader.finish();
        // Behind a violation a line may have come in part.
        let error = error.filter(|_| violation.is_none());
        Came {
            read: (history, error),
            violation,
        }
    }
}

/// Judges with the limits that were given, each time anew.
#[expect(clippy::disallowed_methods, reason = "the limit")]
fn budgeted<T>(args: &CheckArgs, judge: impl FnOnce(&Budget<'_>) -> T) -> T {
    let begun = Instant::now();
    let limit = args.timeout.map(Duration::from_secs);
    judge(&Budget {
        memory_bytes: args.memory.saturating_mul(1 << 20),
        is_over: &|| limit.is_some_and(|limit| begun.elapsed() > limit),
    })
}

/// Blocks as they come. A thread waits for them, so that judging goes on while nothing comes.
fn blocks(file: &Path) -> Result<Receiver<io::Result<Vec<u8>>>, Failure> {
    let input: Box<dyn io::Read + Send> = if file == Path::new("-") {
        Box::new(io::stdin())
    } else {
        Box::new(File::open(file).map_err(|error| unreadable(file, &error))?)
    };
    let (sender, receiver) = sync_channel(BLOCKS);
    std::thread::Builder::new()
        .name("history".to_owned())
        .spawn(move || pass_on(input, &sender))?;
    Ok(receiver)
}

fn pass_on(mut input: impl io::Read, sender: &SyncSender<io::Result<Vec<u8>>>) {
    loop {
        let mut block = vec![0; BLOCK_BYTES];
        let block = match input.read(&mut block) {
            Ok(0) => return,
            Ok(count) => {
                block.truncate(count);
                Ok(block)
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => Err(error),
        };
        // Nobody listens any more once a violation was found.
        let is_over = block.is_err();
        if sender.send(block).is_err() || is_over {
            return;
        }
    }
}

pub(super) fn unreadable(file: &Path, error: &io::Error) -> Failure {
    Failure::new(Exit::NoInput, format!("{}: {error}", file.display()))
}
