//! What is changed in a program's memory when it begins; pure, over bytes.
//!
//! - `stack`: the first stack, with what the kernel tells a program.
//! - `vdso`: where the functions are that would read clocks past the tracer.
//! - `page`: what they are replaced by.

pub(crate) mod page;
pub(crate) mod stack;
pub(crate) mod vdso;
