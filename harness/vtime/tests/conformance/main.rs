//! Programs in a world observe what they would observe on a machine, and in virtual time exactly.
//!
//! Each program of `programs/` is run in every kind of world, twice: all runs of one world give the
//! same bytes at the same times. What they write is in `NAME.txt` beside them; on a machine they
//! write the same, as far as it keeps its times.

mod chance;
mod families;
mod files;
mod outside;
mod run;
mod skip;
mod waits;
mod worlds;
