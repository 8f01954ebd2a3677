//! The nodes of a run in virtual time: their processes in the world, and what is read of them.

use std::collections::VecDeque;
use std::ffi::{CString, OsStr};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use bytes::Bytes;
use vtime::{Command, World};

use super::node_environment::environment;
use super::real::{NodeReport, exit_of};
use super::virtual_time::VirtualRun;
use super::work_place::WorkPlace;
use crate::core::TimeNs;
use crate::plan::ClockChange;
use crate::supervisor::{ExitStatus, Limits, LineSplitter, Piece, Program, StartError, StderrLog};

/// All nodes, started or not.
pub(super) struct Nodes {
    pub(super) world: World,
    pub(super) limits: Limits,
    /// Starts that the core has not been told of.
    pub(super) started: VecDeque<(usize, Result<(), StartError>)>,
    program: Program,
    environment: Vec<CString>,
    places: WorkPlace,
    nodes: Vec<Node>,
}

struct Node {
    lines: LineSplitter,
    stderr: StderrLog,
    starts: u32,
    exit: Option<ExitStatus>,
    said_not_reading: bool,
    /// It was killed a moment ago: what it had written by then is not heard any more.
    deaf: bool,
}

impl Nodes {
    pub(super) fn new(
        world: World,
        program: &Program,
        nodes_dir: &Path,
        ids: &[String],
    ) -> io::Result<Self> {
        let program = program.anchored(&std::env::current_dir()?);
        let limits = Limits::default();
        std::fs::create_dir_all(nodes_dir)?;
        let node = |id: &String| -> io::Result<Node> {
            let log = nodes_dir.join(format!("{id}.stderr.log"));
            Ok(Node {
                lines: LineSplitter::new(limits.line_bytes),
                stderr: StderrLog::open(&log, limits.stderr_bytes, limits.stderr_tail_lines)?,
                starts: 0,
                exit: None,
                said_not_reading: false,
                deaf: false,
            })
        };
        Ok(Self {
            nodes: ids.iter().map(node).collect::<io::Result<_>>()?,
            places: WorkPlace::take(nodes_dir, ids)?,
            environment: environment(std::env::vars_os(), &program.env, &program.bin),
            started: VecDeque::new(),
            world,
            limits,
            program,
        })
    }

    pub(super) fn start(&mut self, node: usize) {
        let known = &mut self.nodes[node];
        known.starts += 1;
        known.exit = None;
        known.lines = LineSplitter::new(self.limits.line_bytes);
        let started = self.begin(node);
        self.started.push_back((node, started));
    }

    fn begin(&mut self, node: usize) -> Result<(), StartError> {
        self.program.check()?;
        let bin = text(self.program.bin.as_os_str());
        let args = self.program.args.iter().map(|arg| text(OsStr::new(arg)));
        let command = Command {
            args: std::iter::once(bin.clone()).chain(args).collect(),
            program: bin,
            env: self.environment.clone(),
            directory: self.places.directory(node).to_owned(),
            stderr: None,
        };
        self.world.start(node, &command).map_err(|error| {
            let os = match &error {
                vtime::Error::Start { errno, .. } => io::Error::from_raw_os_error(*errno),
                vtime::Error::Unavailable { .. } => io::Error::other(error.to_string()),
            };
            StartError::diagnose(&self.program, &os)
        })
    }

    /// False when the node has not read for long, the first time that this is noticed.
    pub(super) fn send(&mut self, node: usize, line: &[u8]) -> bool {
        self.world.send(node, line);
        let is_full = self.world.unread_bytes(node) > self.limits.stdin_backlog_bytes;
        !is_full || std::mem::replace(&mut self.nodes[node].said_not_reading, true)
    }

    pub(super) fn kill(&mut self, node: usize) {
        self.world.kill(node);
        self.nodes[node].deaf = true;
    }

    pub(super) fn skew(&mut self, node: usize, change: ClockChange, from_ns: TimeNs) {
        let ClockChange {
            offset_ns,
            drift_ppm,
        } = change;
        let skew = vtime::Skew {
            offset_ns,
            drift_ppm,
        };
        self.world.skew(node, skew, from_ns);
    }

    pub(super) fn is_deaf(&self, node: usize) -> bool {
        self.nodes[node].deaf
    }

    /// What comes from now on was written by nodes that live.
    pub(super) fn hear_all(&mut self) {
        for node in &mut self.nodes {
            node.deaf = false;
        }
    }

    pub(super) fn split(&mut self, node: usize, bytes: &[u8]) -> Vec<Piece> {
        let lines = &mut self.nodes[node].lines;
        lines.room(bytes.len()).extend_from_slice(bytes);
        lines.split()
    }

    /// What a node that ended had written of a last line.
    pub(super) fn half_line(&mut self, node: usize) -> Option<Bytes> {
        let fresh = LineSplitter::new(self.limits.line_bytes);
        std::mem::replace(&mut self.nodes[node].lines, fresh).finish()
    }

    pub(super) fn log(&mut self, node: usize, bytes: &[u8]) {
        self.nodes[node].stderr.append(bytes);
    }

    pub(super) fn exited(&mut self, node: usize, status: ExitStatus) {
        self.nodes[node].exit = Some(status);
    }

    /// Ends all processes and puts the nodes' files where they belong.
    pub(super) fn finish(mut self) -> io::Result<VirtualRun> {
        for node in 0..self.nodes.len() {
            self.world.kill(node);
        }
        self.places.hand_over()?;
        let report = |node: Node| NodeReport {
            exit: node.exit.map(exit_of),
            starts: node.starts,
            stderr_tail: node.stderr.tail(),
            stderr_truncated: node.stderr.truncated(),
        };
        Ok(VirtualRun {
            nodes: self.nodes.into_iter().map(report).collect(),
            world: self.world,
        })
    }
}

/// For execve; what stands behind a zero byte would be cut off by it anyway.
fn text(text: &OsStr) -> CString {
    let bytes = text.as_bytes();
    let end = bytes
        .iter()
        .position(|byte| *byte == 0)
        .unwrap_or(bytes.len());
    CString::new(&bytes[..end]).unwrap_or_default()
}
