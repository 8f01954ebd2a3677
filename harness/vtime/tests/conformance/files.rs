//! Files: what is told of them.

use crate::run::observes;

#[test]
fn files_have_the_times_of_the_world() {
    observes("files");
}
