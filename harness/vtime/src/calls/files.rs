//! Opening files and reading links: what would show the machine's state is replaced by what shows
//! none.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use super::{Answer, Call, error, fifos, identity};
use crate::image::page;
use crate::model::entropy::Entropy;
use crate::model::paths::outside::outside;
use crate::model::paths::{Shown, StandIn, stand_in};
use crate::raw::trace::set_registers;
use crate::world::World;
use crate::world::table::Amend;

pub(super) fn answer(world: &mut World, call: &Call) -> Answer {
    let index = usize::from(matches!(
        call.number,
        libc::SYS_openat | libc::SYS_readlinkat
    ));
    let is_link = matches!(call.number, libc::SYS_readlink | libc::SYS_readlinkat);
    let has_page = world.process_of(call.thread).page.is_some();
    let Some(path) = call.memory.text(call.args[index]).filter(|_| has_page) else {
        return Answer::Pass;
    };
    if !is_link {
        note_what_differs(world, call, &path, call.int(index + 1));
        if fifos::is_meant(call, &path) {
            return fifos::answer(world, call);
        }
    }
    // Nearly all paths are elsewhere.
    if !path.starts_with(b"/proc") && !path.starts_with(b"/sys") {
        return Answer::Pass;
    }
    let shown = shown(world, call);
    if let Some(target) = of_link(&path, &shown).filter(|_| is_link) {
        let [at, most] = [index + 1, index + 2].map(|index| call.args[index]);
        let count = target.len().min(most as usize);
        return if call.memory.write(at, &target.as_bytes()[..count]) {
            Answer::Return(count as i64)
        } else {
            error(libc::EFAULT)
        };
    }
    let other = match stand_in(&path, &shown, |id| world.ids.to_real(id)) {
        StandIn::Keep => return Answer::Pass,
        StandIn::Path(path) => path,
        StandIn::Content(_) | StandIn::Uuid if is_link => return Answer::Pass,
        StandIn::Content(content) => match world.standins.file(&content) {
            Some(path) => path,
            None => return Answer::Pass,
        },
        StandIn::Uuid => {
            let uuid = uuid(&mut world.process_of_mut(call.thread).entropy);
            match world.standins.file(uuid.as_bytes()) {
                Some(path) => path,
                None => return Answer::Pass,
            }
        }
    };
    if !call
        .memory
        .write(page::SCRATCH, &[&other[..], &[0]].concat())
    {
        return Answer::Pass;
    }
    let mut registers = world.thread(call.thread).registers;
    registers.set_arg(index, page::SCRATCH);
    set_registers(call.memory.0, &registers);
    let mut amend = Amend::default();
    amend.args[index] = Some(call.args[index]);
    Answer::PassAndAmend(amend)
}

/// Where the links lead that show ids.
fn of_link(path: &[u8], shown: &Shown) -> Option<String> {
    match path {
        b"/proc/self" => Some(shown.process.to_string()),
        b"/proc/thread-self" => Some(format!("{}/task/{}", shown.process, shown.thread)),
        _ => None,
    }
}

/// Opening these may show a program what another run does not.
fn note_what_differs(world: &mut World, call: &Call, path: &[u8], flags: i32) {
    if flags & (libc::O_WRONLY | libc::O_RDWR) != 0 {
        note_what_stays(world, call, path);
    }
    if flags & libc::O_DIRECTORY != 0 && lists_ids(path) {
        let node = world.node_of(call.thread);
        let what = "it lists processes or threads, and sees the machine's ids";
        world.ledger.lowers(Some(node), what);
    }
}

/// Whether entries of this directory are ids of processes or threads.
fn lists_ids(path: &[u8]) -> bool {
    let path = path.strip_suffix(b"/").unwrap_or(path);
    path == b"/proc" || path.starts_with(b"/proc/") && path.ends_with(b"/task")
}

/// What is written outside a node's own directory may still be there in the next run.
fn note_what_stays(world: &mut World, call: &Call, path: &[u8]) {
    let tid = call.memory.0;
    let base = match call.int(0) {
        fd if call.number == libc::SYS_openat && fd != libc::AT_FDCWD => {
            format!("/proc/{tid}/fd/{fd}")
        }
        _ => format!("/proc/{tid}/cwd"),
    };
    let node = world.node_of(call.thread);
    let place = &mut world.nodes[node];
    let resolve = |link: &[u8]| std::fs::read_link(OsStr::from_bytes(link)).ok();
    let base = || resolve(base.as_bytes());
    let outside = outside(&place.directory, Path::new(OsStr::from_bytes(path)), base);
    place.left_outside.extend(outside);
    if place.left_outside.len() > MOST_LEFT {
        place.left_outside.retain(|path| path.exists());
    }
}

/// With so many files it is looked which of them are still there.
const MOST_LEFT: usize = 1024;

fn shown(world: &World, call: &Call) -> Shown {
    let process = world.process_of(call.thread);
    let id = |real| world.ids.to_virtual(real).unwrap_or(real);
    Shown {
        cpus: world.settings.visible_cpus,
        monotonic_ns: world.shown_ns(call.thread, libc::CLOCK_MONOTONIC),
        process: id(process.tid),
        parent: identity::parent(world, process),
        thread: id(call.memory.0),
    }
}

/// A random UUID, as the kernel writes it.
fn uuid(entropy: &mut Entropy) -> String {
    let mut bytes = [0; 16];
    entropy.fill(&mut bytes);
    bytes[6] = bytes[6] & 0x0f | 0x40;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let hex = format!("{:032x}", u128::from_be_bytes(bytes));
    let parts = [
        &hex[..8],
        &hex[8..12],
        &hex[12..16],
        &hex[16..20],
        &hex[20..],
    ];
    format!("{}\n", parts.join("-"))
}
