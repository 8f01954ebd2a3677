//! What the fuzz targets try, with random bytes.

#[path = "../fuzz/targets/shared/mod.rs"]
mod shared;

use proptest::prelude::*;

fn bytes() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(any::<u8>(), 0..100)
}

proptest! {
    #[test]
    fn readers_take_any_bytes(bytes in bytes()) {
        shared::lines(&bytes);
        shared::edn(&bytes);
        shared::picture(&bytes);
    }

    #[test]
    fn rules_and_searches_agree(bytes in bytes()) {
        shared::judgement(&bytes);
    }
}
