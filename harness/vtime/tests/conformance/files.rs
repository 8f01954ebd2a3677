//! Files: what is told of them.

use std::path::Path;

use crate::run::observes;

#[test]
fn files_have_the_times_of_the_world() {
    observes("files");
}

#[test]
fn names_of_shared_memory_stay_with_the_node() {
    observes("names");
    assert!(!Path::new("/dev/shm/splitbrain-names").exists());
}
