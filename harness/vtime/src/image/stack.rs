//! To be replaced by the documented module.
pub(crate) struct Auxv {
    pub(crate) random_at: Option<u64>,
    pub(crate) vdso_at: Option<u64>,
    pub(crate) vdso_entry_at: Option<u64>,
}
pub(crate) fn read(sp: u64, mut m: impl FnMut(u64) -> Option<u64>) -> Option<Auxv> {
    let mut a = sp + 8 * (m(sp)? + 2);
    while m(a)? != 0 {
        a += 8;
    }
    a += 8;
    let mut x = Auxv {
        random_at: None,
        vdso_at: None,
        vdso_entry_at: None,
    };
    loop {
        match m(a)? {
            0 => return Some(x),
            33 => {
                x.vdso_at = m(a + 8);
                x.vdso_entry_at = Some(a);
            }
            25 => x.random_at = m(a + 8),
            _ => {}
        }
        a += 16;
    }
}
