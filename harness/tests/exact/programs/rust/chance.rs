//! Things that differ whenever a program is started again.
#![expect(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "here clocks and chance from outside are wanted"
)]

use std::collections::HashSet;
use std::fs::File;
use std::hash::{BuildHasher, RandomState};
use std::io::{self, Read};
use std::time::{Duration, Instant, SystemTime};

use serde_json::{Value, json};

/// All of them.
pub(crate) fn take() -> io::Result<Value> {
    let began = Instant::now();
    std::thread::sleep(Duration::from_micros(300));
    let mut os_random = [0; 8];
    File::open("/dev/urandom")?.read_exact(&mut os_random)?;
    let wall = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    let colours = HashSet::from(["red", "green", "blue", "black", "white"]);
    let temporary = std::env::temp_dir().join(format!("gossip-{:016x}", draw()));
    File::create_new(&temporary)?;
    std::fs::remove_file(&temporary)?;
    Ok(json!({
        "nap_ns": began.elapsed().as_nanos().to_string(),
        "wall_ns": wall.unwrap_or_default().as_nanos().to_string(),
        "started": format!("{began:?}"),
        "pid": std::process::id(),
        "thread": format!("{:?}", std::thread::current().id()),
        "os_random": u64::from_ne_bytes(os_random),
        "random": draw(),
        "order": colours.into_iter().collect::<Vec<_>>(),
        "stack": format!("{:p}", &began),
        "heap": format!("{:p}", Box::new(1)),
        "cpus": std::thread::available_parallelism()?.get(),
        "temporary": temporary,
        "environment": std::env::vars_os().count(),
    }))
}

/// A number that the standard library takes for chance.
pub(crate) fn draw() -> u64 {
    RandomState::new().hash_one(Instant::now())
}
