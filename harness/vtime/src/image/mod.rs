//! To be replaced by the documented module.
pub(crate) mod page;
pub(crate) mod stack;
pub(crate) mod vdso;
