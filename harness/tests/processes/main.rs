//! The built binary with real processes: small programs with the mistakes that students make, under
//! signals and under faults.

mod documents;
mod faults;
mod proc;
mod program;
mod replicas;
mod restricted;
mod run;
mod signals;
mod skew;
mod tolerance;
