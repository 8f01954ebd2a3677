//! Where nothing is certainly on the stack, and which pushes and pops that concerns.

/// More than any number of values on a stack.
const TAKEN: u32 = 1 << 31;

/// How many values are certainly there in each segment: a tree of minima.
pub(super) struct Coverage {
    /// How many leaves there are.
    size: usize,
    nodes: Vec<Node>,
}

/// A part of the segments.
#[derive(Debug, Clone, Copy, Default)]
struct Node {
    /// The least of its parts, with what covers all of it.
    least: u32,
    /// How many values cover all of it and not all of what it is a part of.
    all: u32,
}

impl Coverage {
    pub(super) fn new(segments: usize, stays: &[(u32, u32)]) -> Self {
        let size = segments.next_power_of_two();
        let mut change = vec![0i32; segments + 1];
        for (from, until) in stays {
            change[*from as usize] += 1;
            change[*until as usize] -= 1;
        }
        let mut nodes = vec![Node::default(); 2 * size];
        nodes[size..].fill(Node {
            least: TAKEN,
            all: 0,
        });
        let mut count = 0;
        for (node, change) in nodes[size..size + segments].iter_mut().zip(change) {
            count += change;
            node.least = count as u32;
        }
        let mut coverage = Self { size, nodes };
        for at in (1..size).rev() {
            coverage.renew(at);
        }
        coverage
    }

    /// Takes a segment in which nothing is certainly there, each once.
    pub(super) fn take_free(&mut self) -> Option<u32> {
        if self.nodes[1].least != 0 {
            return None;
        }
        let mut at = 1;
        while at < self.size {
            let is_left = self.nodes[2 * at].least <= self.nodes[2 * at + 1].least;
            at = if is_left { 2 * at } else { 2 * at + 1 };
        }
        self.nodes[at].least = TAKEN;
        let segment = (at - self.size) as u32;
        self.renew_above(at);
        Some(segment)
    }

    /// A value is no longer there from one segment to another one.
    pub(super) fn uncover(&mut self, from: u32, until: u32) {
        let (first, last) = (self.size + from as usize, self.size + until as usize - 1);
        let (mut left, mut right) = (first, last + 1);
        while left < right {
            if left % 2 == 1 {
                self.less(left);
                left += 1;
            }
            if right % 2 == 1 {
                right -= 1;
                self.less(right);
            }
            (left, right) = (left / 2, right / 2);
        }
        self.renew_above(first);
        self.renew_above(last);
    }

    fn less(&mut self, at: usize) {
        let node = &mut self.nodes[at];
        node.least = node.least.wrapping_sub(1);
        node.all = node.all.wrapping_sub(1);
    }

    fn renew_above(&mut self, mut at: usize) {
        while at > 1 {
            at /= 2;
            self.renew(at);
        }
    }

    fn renew(&mut self, at: usize) {
        let least = self.nodes[2 * at].least.min(self.nodes[2 * at + 1].least);
        self.nodes[at].least = least.wrapping_add(self.nodes[at].all);
    }
}

/// Spans of segments, of which those over a segment can be taken: by their beginnings, with a tree
/// of the maxima of their ends.
pub(super) struct Stabbed {
    size: usize,
    /// Where they begin, and which they are.
    begins: Vec<(u32, u32)>,
    /// One more than where they end; nothing if they were taken.
    ends: Vec<u32>,
}

impl Stabbed {
    /// Of spans from the first to the last segment, by number.
    pub(super) fn new(spans: impl Iterator<Item = (u32, u32)>) -> Self {
        let spans: Vec<(u32, u32)> = spans.collect();
        let mut begins: Vec<(u32, u32)> = (0..)
            .zip(&spans)
            .map(|(number, (first, _))| (*first, number))
            .collect();
        begins.sort_unstable();
        let size = begins.len().next_power_of_two();
        let mut ends = vec![0; 2 * size];
        for (end, (_, number)) in ends[size..].iter_mut().zip(&begins) {
            *end = spans[*number as usize].1 + 1;
        }
        for at in (1..size).rev() {
            ends[at] = ends[2 * at].max(ends[2 * at + 1]);
        }
        Self { size, begins, ends }
    }

    /// Takes a span that this segment belongs to.
    pub(super) fn take(&mut self, segment: u32) -> Option<u32> {
        if self.ends[1] <= segment {
            return None;
        }
        let mut at = 1;
        while at < self.size {
            at = if self.ends[2 * at] > segment {
                2 * at
            } else {
                2 * at + 1
            };
        }
        let (begin, number) = self.begins[at - self.size];
        if begin > segment {
            return None;
        }
        self.ends[at] = 0;
        while at > 1 {
            at /= 2;
            self.ends[at] = self.ends[2 * at].max(self.ends[2 * at + 1]);
        }
        Some(number)
    }
}
