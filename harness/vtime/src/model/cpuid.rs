//! To be replaced by the documented module.
use std::arch::x86_64::CpuidResult;
pub(crate) fn answer(_l: u32, _s: u32, real: CpuidResult) -> CpuidResult {
    real
}
