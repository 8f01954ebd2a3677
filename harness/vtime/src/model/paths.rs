//! To be replaced by the documented module.
pub(crate) struct Shown {
    pub cpus: u32,
    pub time_ns: u64,
}
pub(crate) enum StandIn {
    Keep,
    Content(Vec<u8>),
    Path(Vec<u8>),
}
pub(crate) fn stand_in(_p: &[u8], _o: i32, _s: &Shown, _t: impl Fn(i32) -> Option<i32>) -> StandIn {
    StandIn::Keep
}
