//! Stdin, stdout and stderr of nodes.

use std::fs::File;
use std::io::{Read, Write};
use std::os::unix::fs::MetadataExt;

use bytes::BytesMut;

use super::World;
use super::table::ThreadId;

impl World {
    /// Gives bytes to a node's stdin; what does not fit into its pipe waits here.
    /// False when the node does not run or has closed its stdin.
    pub fn send(&mut self, node: usize, bytes: &[u8]) -> bool {
        let place = &mut self.nodes[node];
        if place.stdin.is_none() || place.stdin_ends {
            return false;
        }
        place.unsent.extend(bytes);
        self.feed(node);
        self.nodes[node].stdin.is_some()
    }

    /// How many bytes wait because a node does not read.
    #[must_use]
    pub fn unread_bytes(&self, node: usize) -> usize {
        self.nodes[node].unsent.len()
    }

    /// Ends a node's stdin after what was sent.
    pub fn close_stdin(&mut self, node: usize) {
        self.nodes[node].stdin_ends = true;
        self.feed(node);
    }

    /// Moves what waits into the node's stdin, as far as there is room.
    pub(super) fn feed(&mut self, node: usize) {
        let place = &mut self.nodes[node];
        let Some(stdin) = &mut place.stdin else {
            return;
        };
        let mut broken = false;
        while !place.unsent.is_empty() {
            match stdin.write(place.unsent.as_slices().0) {
                Ok(0) => break,
                Ok(count) => {
                    place.unsent.drain(..count);
                    place.stirred = true;
                }
                Err(error) => {
                    broken = error.kind() == std::io::ErrorKind::BrokenPipe;
                    break;
                }
            }
        }
        if broken || place.stdin_ends && place.unsent.is_empty() {
            place.stdin = None;
            place.unsent.clear();
            place.stirred = true;
        }
    }

    /// Whether this is where the node of a thread writes to us.
    pub(crate) fn is_output(&self, id: ThreadId, name: &[u8]) -> bool {
        let node = &self.nodes[self.node_of(id)];
        let files = [&node.stdout, &node.stderr].into_iter().flatten();
        files
            .filter_map(|file| file.metadata().ok())
            .any(|about| format!("pipe:[{}]", about.ino()).as_bytes() == name)
    }

    /// Takes what a node wrote out of its pipes, so that it has room to write more.
    pub(super) fn drain(&mut self, node: usize) {
        let place = &mut self.nodes[node];
        let out = take_all(&mut place.stdout, &mut place.out, &mut self.buffer);
        let err = take_all(&mut place.stderr, &mut place.err, &mut self.buffer);
        place.stirred |= out | err;
    }
}

/// Room for what a pipe holds.
pub(super) const BUFFER_BYTES: usize = 1 << 16;

/// Whether there was anything.
fn take_all(pipe: &mut Option<File>, into: &mut BytesMut, buffer: &mut [u8]) -> bool {
    let Some(file) = pipe else {
        return false;
    };
    let before = into.len();
    loop {
        match file.read(buffer) {
            Ok(0) => {
                *pipe = None;
                break;
            }
            Ok(count) => {
                into.extend_from_slice(&buffer[..count]);
                // A pipe that gave less than asked for is empty.
                if count < buffer.len() {
                    break;
                }
            }
            Err(_) => break,
        }
    }
    into.len() > before
}
