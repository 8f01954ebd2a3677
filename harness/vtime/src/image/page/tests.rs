//! The committed code is what the source says, and does what the page promises.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::*;

const SOURCE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src/image/page.S");

/// Runs a tool; `None` when the machine lacks it.
fn run(program: &str, args: &[&str]) -> Option<std::process::Output> {
    match Command::new(program).args(args).output() {
        Ok(output) => Some(output),
        Err(error) => {
            assert!(std::env::var_os("CI").is_none(), "{program}: {error}");
            println!("SKIPPED: the_clock_page: {program} is not installed");
            None
        }
    }
}

fn path(directory: &Path, name: &str) -> String {
    let path: PathBuf = directory.join(name);
    path.to_string_lossy().into_owned()
}

/// What a source is assembled to; `None` when the machine lacks the tools.
pub(in crate::image) fn assembled(source: &str) -> Option<Vec<u8>> {
    let directory = tempfile::tempdir().expect("a directory");
    let (object, binary) = (
        path(directory.path(), "code.o"),
        path(directory.path(), "code.bin"),
    );
    let copies = ["-O", "binary", "-j", ".text", &object, &binary];
    for (tool, args) in [
        ("cc", &["-c", source, "-o", &object][..]),
        ("objcopy", &copies),
    ] {
        let done = run(tool, args)?;
        let said = String::from_utf8_lossy(&done.stderr);
        assert!(done.status.success(), "{said}");
    }
    Some(std::fs::read(&binary).expect("the code"))
}

#[test]
fn the_code_is_assembled_from_its_source() {
    let Some(code) = assembled(SOURCE) else {
        return;
    };
    if std::env::var_os("UPDATE_PAGE").is_some() {
        std::fs::write(SOURCE.replace(".S", ".bin"), &code).expect("written");
    } else {
        assert_eq!(code, CODE, "run this test with UPDATE_PAGE=1");
    }
    assert!(CODE_AT + CODE.len() <= (SCRATCH - ADDRESS) as usize);
}

/// Maps a page from a file where it belongs, calls its functions, and prints what they answer.
const CALLER: &str = r#"
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <time.h>
int main(int argc, char **argv) {
    void *at = mmap((void *)0x20000, 4096, 7, MAP_PRIVATE | MAP_FIXED, open(argv[1], O_RDONLY), 0);
    if (at != (void *)0x20000) return 1;
    char *code = (char *)at + 0x200;
    struct timespec t; struct timeval v; struct timezone z = {5, 6}; unsigned cpu = 9, node = 9;
    for (int clock = 0; clock < 12; clock++) {
        if (clock == 2 || clock == 3) continue;
        int result = ((int (*)(int, struct timespec *))code)(clock, &t);
        printf("%d %d %ld.%09ld\n", clock, result, t.tv_sec, t.tv_nsec);
    }
    int result = ((int (*)(struct timeval *, struct timezone *))(code + 0x80))(&v, &z);
    printf("%d %ld.%06ld %d %d\n", result, v.tv_sec, v.tv_usec, z.tz_minuteswest, z.tz_dsttime);
    time_t also, seconds = ((time_t (*)(time_t *))(code + 0x100))(&also);
    printf("%ld %ld\n", seconds, also);
    result = ((int (*)(unsigned *, unsigned *, void *))(code + 0x160))(&cpu, &node, 0);
    printf("%d %u %u\n", result, cpu, node);
    printf("%ld\n", ((long (*)(void *, long, int))(code + 0x1c0))(0, 0, 0));
    result = ((int (*)(int, struct timespec *))code)(3, &t);
    printf("%d %d\n", result, t.tv_sec < 100);
    result = ((int (*)(int, struct timespec *))code)(0, &t);
    int later = ((int (*)(struct timeval *, struct timezone *))(code + 0x80))(&v, 0);
    seconds = ((time_t (*)(time_t *))(code + 0x100))(0);
    time_t real = 1750000000;
    printf("%d %d %d %d %d\n", result, later, t.tv_sec > real, v.tv_sec > real, seconds > real);
    return 0;
}
"#;

#[test]
fn its_functions_answer_as_the_real_ones_would() {
    let directory = tempfile::tempdir().expect("a directory");
    let at = |name: &str| path(directory.path(), name);
    std::fs::write(at("caller.c"), CALLER).expect("the source");
    let bases =
        std::array::from_fn(|clock| 1_700_000_000_000_000_000 + clock as u64 * 1_000_000_000);
    let moment = Moment {
        local_ns: 500_000_000,
        limit_ns: 500_012_000,
        ..Moment::default()
    };
    std::fs::write(at("page"), &build(moment, &bases)[..]).expect("the page");
    let Some(done) = run("cc", &["-O1", &at("caller.c"), "-o", &at("caller")]) else {
        return;
    };
    assert!(
        done.status.success(),
        "{}",
        String::from_utf8_lossy(&done.stderr)
    );
    let output = run(&at("caller"), &[&at("page")]).expect("it runs");
    assert!(output.status.success());
    let expected = "0 0 1700000000.500001000\n\
                    1 0 1700000001.500002000\n\
                    4 0 1700000004.500003000\n\
                    5 0 1700000005.500004000\n\
                    6 0 1700000006.500005000\n\
                    7 0 1700000007.500006000\n\
                    8 0 1700000008.500007000\n\
                    9 0 1700000009.500008000\n\
                    10 0 1700000010.500009000\n\
                    11 0 1700000011.500010000\n\
                    0 1700000000.500011 0 0\n\
                    1700000000 1700000000\n\
                    0 0 0\n\
                    -38\n\
                    0 1\n\
                    0 0 1 1 1\n";
    assert_eq!(String::from_utf8_lossy(&output.stdout), expected);
}
