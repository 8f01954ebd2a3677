//! What this machine allows, tried with a program that does nothing.

use std::ffi::CString;
use std::sync::OnceLock;

use crate::command::{Command, Error, Settings};
use crate::raw::descriptors;
use crate::world::World;

/// What is to be had here. All of it together makes runs exact.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Abilities {
    /// Programs have the same addresses every time.
    pub fixed_addresses: bool,
    /// Programs do not see the processor's time stamp.
    pub hides_time_stamp: bool,
    /// Programs do not see that the processor has random numbers of its own.
    pub hides_random_numbers: bool,
    /// Descriptors of programs can be looked at from outside, which is quicker than from inside.
    pub looks_from_outside: bool,
}

impl Default for Abilities {
    fn default() -> Self {
        Self {
            fixed_addresses: true,
            hides_time_stamp: true,
            hides_random_numbers: true,
            looks_from_outside: true,
        }
    }
}

/// Tries what this machine allows; once in a process.
///
/// # Errors
/// [`Error::Unavailable`] when programs cannot be traced at all.
pub fn probe() -> Result<Abilities, Error> {
    static FOUND: OnceLock<Result<Abilities, Error>> = OnceLock::new();
    FOUND.get_or_init(|| try_program("/bin/true")).clone()
}

fn try_program(path: &str) -> Result<Abilities, Error> {
    let mut world = World::untried(Settings::default(), 1)?;
    let program = CString::new(path).unwrap_or_default();
    let command = Command {
        args: vec![program.clone()],
        program,
        env: Vec::new(),
        directory: "/".into(),
        stderr: None,
    };
    world.start(0, &command)?;
    let handle = world
        .processes
        .values()
        .find_map(|process| process.handle.as_ref());
    Ok(Abilities {
        looks_from_outside: handle.is_some_and(|h| descriptors::borrow(h, 0).is_ok()),
        ..world.abilities
    })
}
