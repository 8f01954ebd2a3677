//! What students' programs do, one test for each: it is reported with the line and a hint, and
//! everything else is judged as if nothing had happened.

mod answers;
mod bodies;
mod ends;
mod init;
mod lines;
mod numbers;
mod volume;
