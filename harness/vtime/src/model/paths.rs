//! Which files show the machine's state, and what programs see instead.
//!
//! Load, memory in use, processor time and real ids differ from run to run; programs size pools by
//! them, or mix them into what they take for chance.

pub(crate) mod contents;
pub(crate) mod outside;
#[cfg(test)]
mod tests;

/// What a stand-in tells of who opens it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shown {
    /// How many processors programs see.
    pub(crate) cpus: u32,
    /// What the monotonic clock shows.
    pub(crate) monotonic_ns: u64,
    /// The process, as programs see it.
    pub(crate) process: i32,
    /// Its parent.
    pub(crate) parent: i32,
    /// The thread.
    pub(crate) thread: i32,
}

/// What is opened instead of a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum StandIn {
    /// Nothing else.
    Keep,
    /// A file with this content.
    Content(Vec<u8>),
    /// A file with a new UUID.
    Uuid,
    /// This path.
    Path(Vec<u8>),
}

/// What is opened instead of `path`; `to_real` tells the real id behind one that programs see.
pub(crate) fn stand_in(
    path: &[u8],
    shown: &Shown,
    to_real: impl Fn(i32) -> Option<i32>,
) -> StandIn {
    let Ok(text) = std::str::from_utf8(path) else {
        return StandIn::Keep;
    };
    let parts: Vec<&str> = text.split('/').filter(|part| !part.is_empty()).collect();
    let content = match &parts[..] {
        ["proc", "sys", "kernel", "random", "uuid"] => return StandIn::Uuid,
        ["proc", "sys", rest @ ..] => contents::of_kernel(rest),
        ["proc", "pressure", _] => Some(contents::PRESSURE.to_owned()),
        ["proc", rest @ ..] => match contents::of_machine(rest, shown) {
            Some(content) => Some(content),
            None => return of_process(rest, shown, to_real),
        },
        ["sys", "devices", "system", "cpu", rest @ ..] => contents::of_processors(rest, shown.cpus),
        ["sys", "fs", "cgroup", groups @ .., name] => contents::of_group(groups, name, shown),
        _ => None,
    };
    content.map_or(StandIn::Keep, |text| StandIn::Content(text.into_bytes()))
}

/// A path below the directory of a process or of one of its threads.
fn of_process(parts: &[&str], shown: &Shown, to_real: impl Fn(i32) -> Option<i32>) -> StandIn {
    let Some((who, rest)) = parts.split_first() else {
        return StandIn::Keep;
    };
    let mut id = match *who {
        "self" => shown.process,
        "thread-self" => shown.thread,
        number => match number.parse() {
            Ok(id) => id,
            Err(_) => return StandIn::Keep,
        },
    };
    let real = |text: &str| text.parse().ok().and_then(&to_real);
    let mut path = vec!["proc".to_owned(), (*who).to_owned()];
    if let Some(real) = real(who) {
        path[1] = real.to_string();
    } else if who.starts_with(|c: char| c.is_ascii_digit()) {
        return StandIn::Keep;
    }
    let mut file = rest;
    if let ["task", thread, after @ ..] = rest {
        let Some(real) = real(thread) else {
            return StandIn::Keep;
        };
        id = thread.parse().unwrap_or(id);
        path.extend(["task".to_owned(), real.to_string()]);
        file = after;
    }
    if let [name] = file
        && let Some(content) = contents::of_process(name, id, shown)
    {
        return StandIn::Content(content.into_bytes());
    }
    path.extend(file.iter().map(|part| (*part).to_owned()));
    if path[1..] == *parts {
        StandIn::Keep
    } else {
        StandIn::Path(format!("/{}", path.join("/")).into_bytes())
    }
}
