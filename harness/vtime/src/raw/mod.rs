//! The only files with `unsafe`: thin, checked wrappers around the kernel's calls. They decide
//! nothing.

pub(crate) mod descriptors;
pub(crate) mod launch;
pub(crate) mod trace;
pub(crate) mod watch;
