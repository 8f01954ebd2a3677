//! What is changed in a program's memory when it begins; pure, over bytes.
//!
//! - `stack`: the first stack, with what the kernel tells a program.
//! - `vdso`: where the functions are that would read clocks past the tracer.
//! - `page`: what they are replaced by.
//! - `sites`: system calls that are answered where they are made.

pub(crate) mod page;
pub(crate) mod sites;
pub(crate) mod stack;
pub(crate) mod vdso;
