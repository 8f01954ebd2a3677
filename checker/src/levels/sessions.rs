//! The four guarantees of a session, told from what it saw alone.
//!
//! Terry and others (*Session guarantees for weakly consistent replicated data*, 1994) define them
//! by what servers hold, which nobody sees. Told from outside, of a history alone: let v < w be "v
//! is the initial value, or one session wrote v and later w", and v ≤ w "v < w, or v is w". A
//! session
//!
//! * has not read its own writes if it wrote w, then read v of that key, and v < w; or if it had
//!   read a value u with v ≤ u before it wrote w (unless v is its own last write);
//! * has not read monotonically if it read w and later v < w; or v, then another, then v again;
//! * has seen writes out of their order if it read w, of any key, and later v of a key of which the
//!   session of w wrote u with v < u ≤ w (if v is the initial value, u < w);
//! * has seen a write without its cause if it read w, of any key, and later v, though the session
//!   of w had before read u of that key with v < u; or had read u with v ≤ u and then written that
//!   key, with w or before.
//!
//! None of the first three is possible where each session sees the writes of others in their order,
//! and the last is not where causes come before effects: [`super::causal`] says which reads are
//! suspect, and only these are looked at. Takes `O(n)` for n operations, `O(k)` more for each read
//! of an initial value with k sessions, and the accesses of a key for each suspect.

use rustc_hash::FxHashMap;

use super::web::{INITIAL, NONE, Web};
use super::witness::{Step, source};

/// What breaks each of the guarantees.
#[derive(Debug, Default)]
pub(super) struct Broken {
    pub read_your_writes: Option<Vec<Step>>,
    pub monotonic_reads: Option<Vec<Step>>,
    pub monotonic_writes: Option<Vec<Step>>,
    pub writes_follow_reads: Option<Vec<Step>>,
    /// Whether the last one was given up.
    pub is_cut: bool,
}

/// Looks at all sessions; `suspects` are the reads that may lack a cause, and `budget` the number
/// of accesses to look at for them.
pub(super) fn judge(web: &Web, suspects: &[bool], budget: u64) -> Broken {
    let index = Index::new(web, suspects.contains(&true));
    let mut broken = Broken::default();
    let mut left = budget;
    let mut view = View::default();
    for session in 0..web.sessions() {
        view.clear(web.sessions());
        let (begin, end) = web.session(session);
        for at in begin..end {
            if web.node(at).reads() {
                view.judge(web, &index, at, &mut broken);
                if suspects.get(at as usize).copied().unwrap_or(false) {
                    view.lacks_cause(web, &index, at, &mut broken, &mut left);
                }
                view.read(web, at);
            }
            if web.node(at).writes {
                view.write(web, at);
            }
        }
    }
    broken.is_cut = left == 0 && broken.writes_follow_reads.is_none();
    broken
}

/// Where the accesses of a key are.
struct Index {
    /// The next write of the same key in the same session.
    next_write: Vec<u32>,
    /// The first writes of sessions to a key.
    first_writes: Vec<Vec<u32>>,
    /// The accesses of a session to a key, where they may be needed.
    accesses: FxHashMap<(u32, u32), Vec<u32>>,
}

impl Index {
    fn new(web: &Web, with_accesses: bool) -> Self {
        let mut next_write = vec![NONE; web.open_begin()];
        let mut first_writes = vec![Vec::new(); web.keys as usize];
        let mut accesses: FxHashMap<(u32, u32), Vec<u32>> = FxHashMap::default();
        let mut last = vec![NONE; web.keys as usize];
        for at in 0..web.open_begin() as u32 {
            let node = web.node(at);
            if with_accesses {
                accesses
                    .entry((node.key, node.session))
                    .or_default()
                    .push(at);
            }
            if node.writes {
                let last = std::mem::replace(&mut last[node.key as usize], at);
                if last != NONE && web.node(last).session == node.session {
                    next_write[last as usize] = at;
                } else {
                    first_writes[node.key as usize].push(at);
                }
            }
        }
        Self {
            next_write,
            first_writes,
            accesses,
        }
    }
}

/// A place in a session, and the read that showed it.
type Shown = (u32, u32);

/// What a session has seen so far.
#[derive(Default)]
struct View {
    /// By session: the latest of its writes that was read.
    seen: Vec<Shown>,
    /// By key and session the same.
    versions: FxHashMap<(u32, u32), Shown>,
    /// By key: the last read.
    last_read: FxHashMap<u32, u32>,
    /// By value: the last read of it.
    reads: FxHashMap<u32, u32>,
    /// By key: the session's last write.
    own: FxHashMap<u32, u32>,
    /// By key: reads since that.
    since: FxHashMap<u32, Vec<u32>>,
    /// By key and session: the latest version that was read before that.
    prior: FxHashMap<(u32, u32), Shown>,
    /// By value: a read before that.
    prior_reads: FxHashMap<u32, u32>,
}

impl View {
    fn clear(&mut self, sessions: u32) {
        *self = Self::default();
        self.seen.resize(sessions as usize, (0, NONE));
    }

    fn read(&mut self, web: &Web, at: u32) {
        let node = web.node(at);
        self.last_read.insert(node.key, at);
        self.since.entry(node.key).or_default().push(at);
        if node.from == INITIAL {
            return;
        }
        self.reads.insert(node.from, at);
        let (rank, session) = (web.rank(node.from), web.node(node.from).session);
        raise(&mut self.seen[session as usize], (rank, at));
        let version = self.versions.entry((node.key, session)).or_default();
        raise(version, (rank, at));
    }

    fn write(&mut self, web: &Web, at: u32) {
        let key = web.node(at).key;
        self.own.insert(key, at);
        for read in self.since.remove(&key).unwrap_or_default() {
            let from = web.node(read).from;
            if from != INITIAL {
                let prior = self.prior.entry((key, web.node(from).session));
                raise(prior.or_default(), (web.rank(from), read));
                self.prior_reads.insert(from, read);
            }
        }
    }

    fn judge(&self, web: &Web, index: &Index, at: u32, broken: &mut Broken) {
        let asked = [
            broken
                .read_your_writes
                .is_none()
                .then(|| self.forgets(web, at)),
            broken
                .monotonic_reads
                .is_none()
                .then(|| self.goes_back(web, at)),
            broken
                .monotonic_writes
                .is_none()
                .then(|| self.mixes_up(web, index, at)),
        ];
        let [forgets, goes_back, mixes_up] = asked.map(Option::flatten);
        broken.read_your_writes = broken.read_your_writes.take().or(forgets);
        broken.monotonic_reads = broken.monotonic_reads.take().or(goes_back);
        broken.monotonic_writes = broken.monotonic_writes.take().or(mixes_up);
    }

    /// Whether a read found something older than the session's last write.
    fn forgets(&self, web: &Web, at: u32) -> Option<Vec<Step>> {
        let found = web.node(at).from;
        let own = *self.own.get(&web.node(at).key)?;
        let mut told = Told::new(web);
        if found == INITIAL {
            return Some(told.session(own, at).stale(at, own));
        }
        let writer = web.node(found);
        let is_own = writer.session == web.node(at).session && !writer.is_open;
        if is_own && web.rank(found) < web.rank(own) {
            return Some(told.session(found, own).session(own, at).stale(at, own));
        }
        let prior = match self.prior.get(&(writer.key, writer.session)) {
            Some((rank, read)) if !writer.is_open && *rank >= web.rank(found) => *read,
            _ => *self.prior_reads.get(&found)?,
        };
        if found == own {
            return None;
        }
        let seen = web.node(prior).from;
        Some(
            told.session(found, seen)
                .read(prior)
                .session(prior, own)
                .session(own, at)
                .stale(at, own),
        )
    }

    /// Whether a read found something older than an earlier one.
    fn goes_back(&self, web: &Web, at: u32) -> Option<Vec<Step>> {
        let node = web.node(at);
        let last = *self.last_read.get(&node.key)?;
        let mut told = Told::new(web);
        if node.from == INITIAL {
            let is_back = web.node(last).from != INITIAL;
            return is_back.then(|| {
                told.read(last)
                    .session(last, at)
                    .stale(at, web.node(last).from)
            });
        }
        let writer = web.node(node.from);
        if let Some((rank, read)) = self.versions.get(&(node.key, writer.session))
            && !writer.is_open
            && *rank > web.rank(node.from)
        {
            let seen = web.node(*read).from;
            let told = told.session(node.from, seen).read(*read).session(*read, at);
            return Some(told.stale(at, seen));
        }
        let first = *self.reads.get(&node.from)?;
        (web.node(last).from != node.from).then(|| {
            let told = told
                .read(first)
                .session(first, last)
                .read(last)
                .session(last, at);
            told.stale(at, web.node(last).from)
        })
    }

    /// Whether a read shows that writes of one session were not seen in their order.
    fn mixes_up(&self, web: &Web, index: &Index, at: u32) -> Option<Vec<Step>> {
        let node = web.node(at);
        let mut told = Told::new(web);
        if node.from == INITIAL {
            let firsts = &index.first_writes[node.key as usize];
            let session = |write: &u32| web.node(*write).session as usize;
            let first = firsts
                .iter()
                .find(|w| web.rank(**w) < self.seen[session(w)].0)?;
            let read = self.seen[session(first)].1;
            let told = told.session(*first, web.node(read).from).read(read);
            return Some(told.session(read, at).stale(at, *first));
        }
        let writer = web.node(node.from);
        if writer.is_open {
            return None;
        }
        let next = index.next_write[node.from as usize];
        let seen = self.seen[writer.session as usize];
        let (newer, read) = if next != NONE && web.rank(next) <= seen.0 {
            (next, seen.1)
        } else {
            let (rank, read) = *self.versions.get(&(node.key, writer.session))?;
            if rank <= web.rank(node.from) {
                return None;
            }
            (web.node(read).from, read)
        };
        let told = told
            .session(node.from, newer)
            .session(newer, web.node(read).from);
        Some(told.read(read).session(read, at).stale(at, newer))
    }

    /// Whether a read shows that a write was seen without what its session had read before.
    fn lacks_cause(&self, web: &Web, index: &Index, at: u32, broken: &mut Broken, left: &mut u64) {
        if broken.writes_follow_reads.is_some() {
            return;
        }
        let key = web.node(at).key;
        for (session, (until, shown)) in (0u32..).zip(&self.seen) {
            let Some(accesses) = index.accesses.get(&(key, session)).filter(|_| *until > 0) else {
                continue;
            };
            let accesses = accesses.iter().take_while(|a| web.rank(**a) <= *until);
            let last_write = accesses.clone().filter(|a| web.node(**a).writes).last();
            let seen = self
                .versions
                .get(&(key, session))
                .copied()
                .unwrap_or_default();
            for cause in accesses.filter(|access| web.node(**access).reads()) {
                *left = left.saturating_sub(1);
                if *left == 0 {
                    return;
                }
                let write = last_write
                    .filter(|write| *write >= cause)
                    .map(|w| (*w, *shown));
                let write = write.or_else(|| {
                    (seen.0 >= web.rank(*cause)).then(|| (web.node(seen.1).from, seen.1))
                });
                let steps = without_cause(web, at, *cause, *shown, write);
                if steps.is_some() {
                    broken.writes_follow_reads = steps;
                    return;
                }
            }
        }
    }
}

/// A read of a session, then a write that was shown: by `shown` any, or with `write` one of this
/// key by what is told with it.
fn without_cause(
    web: &Web,
    at: u32,
    cause: u32,
    shown: u32,
    write: Option<(u32, u32)>,
) -> Option<Vec<Step>> {
    let (found, seen) = (web.node(at).from, web.node(cause).from);
    let is_older = found != seen
        && seen != INITIAL
        && (found == INITIAL || {
            let (old, new) = (web.node(found), web.node(seen));
            !old.is_open && old.session == new.session && web.rank(found) < web.rank(seen)
        });
    let mut told = Told::new(web);
    if is_older {
        let told = told.session(found, seen).read(cause);
        let told = told.session(cause, web.node(shown).from).read(shown);
        return Some(told.session(shown, at).stale(at, seen));
    }
    let (newer, shown) = write.filter(|_| found == seen || found == INITIAL)?;
    let told = told.read(cause).session(cause, newer);
    let told = told.session(newer, web.node(shown).from).read(shown);
    Some(told.session(shown, at).stale(at, newer))
}

fn raise(known: &mut Shown, shown: Shown) {
    if shown.0 > known.0 {
        *known = shown;
    }
}

/// Steps as they are told.
struct Told<'a> {
    web: &'a Web,
    steps: Vec<Step>,
}

impl<'a> Told<'a> {
    fn new(web: &'a Web) -> Self {
        let steps = Vec::new();
        Self { web, steps }
    }

    fn session(&mut self, first: u32, then: u32) -> &mut Self {
        if first != then && first < INITIAL && then < INITIAL {
            let [first, then] = [first, then].map(|node| self.web.node(node).op);
            self.steps.push(Step::Session { first, then });
        }
        self
    }

    fn read(&mut self, at: u32) -> &mut Self {
        self.steps.extend(source(self.web, at));
        self
    }

    fn stale(&mut self, at: u32, newer: u32) -> Vec<Step> {
        self.read(at);
        let read = self.web.node(at).op;
        self.steps.push(match newer {
            INITIAL => Step::FoundInitial { read },
            newer => Step::Stale {
                read,
                newer: self.web.node(newer).op,
            },
        });
        std::mem::take(&mut self.steps)
    }
}
