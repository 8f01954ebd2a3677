//! The parts of a history that are judged by themselves.

use rustc_hash::FxHashMap;

use crate::history::EventKind;
use crate::recorded::{Recorded, Val};
use crate::timed::Timed;

/// The operations of one object, in the order of their calls.
#[derive(Debug)]
pub(super) struct Part<O> {
    pub(super) key: Val,
    /// Which part of the object, where parts are judged by themselves, or null.
    pub(super) element: Val,
    pub(super) ops: Vec<Timed<O>>,
    /// Their numbers in the history.
    pub(super) numbers: Vec<u32>,
    /// What certainly did not happen.
    pub(super) failed: Vec<(u32, O)>,
}

/// Objects as they are met.
#[derive(Debug)]
pub(super) struct Parts<O> {
    pub(super) all: Vec<Part<O>>,
    /// Those to which the last operation did something.
    pub(super) touched: Vec<u32>,
    places: FxHashMap<(Val, Val), u32>,
    /// So many operations will come: most objects have one part, which takes them all.
    room: usize,
}

impl<O> Default for Parts<O> {
    fn default() -> Self {
        Self {
            all: Vec::new(),
            touched: Vec::new(),
            places: FxHashMap::default(),
            room: 0,
        }
    }
}

impl<O> Parts<O> {
    /// For so many operations.
    pub(super) fn of(operations: usize) -> Self {
        Self {
            room: operations,
            ..Self::default()
        }
    }

    /// Takes what the operation with this number did.
    pub(super) fn intake<'a>(&'a mut self, number: u32, recorded: &'a Recorded) -> Intake<'a, O> {
        self.touched.clear();
        Intake {
            parts: self,
            number,
            recorded,
        }
    }

    /// That of this key and element.
    pub(super) fn find(&self, key: Val, element: Val) -> Option<&Part<O>> {
        let at = *self.places.get(&(key, element))?;
        self.all.get(at as usize)
    }
}

/// Takes what a recorded operation did.
pub struct Intake<'a, O> {
    parts: &'a mut Parts<O>,
    number: u32,
    recorded: &'a Recorded,
}

impl<O> Intake<'_, O> {
    /// It did this, or perhaps did.
    #[inline]
    pub fn did(&mut self, op: O) {
        self.did_to(Val::NULL, op);
    }

    /// It did this to an element that is judged by itself.
    #[inline]
    pub fn did_to(&mut self, element: Val, op: O) {
        let (number, recorded) = (self.number, self.recorded);
        let part = self.part(element);
        part.numbers.push(number);
        part.ops.push(Timed {
            call: recorded.call,
            ret: recorded.ret,
            op,
        });
    }

    /// It would have done this, but certainly did not.
    pub fn failed(&mut self, op: O) {
        self.failed_to(Val::NULL, op);
    }

    /// It would have done this to an element, but certainly did not.
    pub fn failed_to(&mut self, element: Val, op: O) {
        let number = self.number;
        self.part(element).failed.push((number, op));
    }

    /// It did this unless it ended with `fail`.
    #[inline]
    pub fn did_unless_failed(&mut self, op: O) {
        if self.recorded.end == EventKind::Fail {
            self.failed(op);
        } else {
            self.did(op);
        }
    }

    #[inline]
    fn part(&mut self, element: Val) -> &mut Part<O> {
        let key = self.recorded.key;
        let Parts {
            all,
            touched,
            places,
            room,
        } = &mut *self.parts;
        let fresh = all.len() as u32;
        let at = match &all[..] {
            [only] if (only.key, only.element) == (key, element) => 0,
            _ => *places.entry((key, element)).or_insert(fresh),
        };
        if at == fresh {
            let room = std::mem::take(room);
            all.push(Part {
                key,
                element,
                ops: Vec::with_capacity(room),
                numbers: Vec::with_capacity(room),
                failed: Vec::new(),
            });
        }
        touched.push(at);
        &mut all[at as usize]
    }
}
