//! Opening files: what would show the machine's state is replaced by a file that shows none.

use super::{Answer, Call};
use crate::image::page;
use crate::model::paths::{Shown, StandIn, stand_in};
use crate::raw::trace::set_registers;
use crate::world::World;
use crate::world::table::Amend;

pub(super) fn answer(world: &mut World, call: &Call) -> Answer {
    let index = usize::from(call.number == libc::SYS_openat);
    let has_page = world.process_of(call.thread).page_ns.is_some();
    let Some(path) = call.memory.text(call.args[index]).filter(|_| has_page) else {
        return Answer::Pass;
    };
    // Nearly all paths are elsewhere.
    if !path.starts_with(b"/proc") && !path.starts_with(b"/sys") {
        return Answer::Pass;
    }
    let first = world.process_of(call.thread).tid;
    let own = world.ids.to_virtual(first).unwrap_or(first);
    let shown = Shown {
        cpus: world.settings.visible_cpus,
        time_ns: world.process_of(call.thread).local_ns,
    };
    let other = match stand_in(&path, own, &shown, |id| world.ids.to_real(id)) {
        StandIn::Keep => return Answer::Pass,
        StandIn::Path(path) => path,
        StandIn::Content(content) => match world.standins.file(&content) {
            Some(path) => path,
            None => return Answer::Pass,
        },
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
