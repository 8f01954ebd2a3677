//! Sites are recognised, and the copies are what their source says.

use super::*;
use crate::image::page::tests::assembled;

const SOURCE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src/image/sites.S");

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
    assert!(code.len() as u64 <= COPY_BYTES);
}

/// The bytes of a site.
fn site(begin: &[u8], end: &[u8]) -> [u8; SITE_BYTES] {
    let mut bytes = [0xcc; SITE_BYTES];
    bytes[..begin.len()].copy_from_slice(begin);
    bytes[9..][..end.len()].copy_from_slice(end);
    bytes
}

const GETPID: &[u8] = &[0xcc, 0xcc, 0xcc, 0xcc, 0xb8, 39, 0, 0, 0];
const LAST: &[u8] = &[0xcc, 0xcc, 0xcc, 0xcc, 0x4c, 0x8b, 0x4c, 0x24, 0x08];

fn at_site(bytes: [u8; SITE_BYTES]) -> Option<Copy> {
    copy(libc::SYS_getpid, 0x1000_0000, bytes, 0x1000_1000)
}

#[test]
fn a_site_jumps_to_its_copy_and_back() {
    let made = at_site(site(GETPID, &SYSCALL)).expect("a site");
    assert_eq!(made.jump_at, 0x1000_0004);
    assert_eq!(made.jump, [0xe9, 0x07, 0x10, 0, 0, 0x0f, 0x05, 0xcc]);
    assert_eq!(made.code[..8], 0x1000_0009_u64.to_le_bytes());
    assert_eq!(made.code[8..16], 0x1000_000b_u64.to_le_bytes());
    assert_eq!(made.code[16..21], GETPID[4..]);
    assert_eq!(made.code[21..25], [0x90; 4]);
}

#[test]
fn an_argument_may_be_set_behind_the_number() {
    let begin = [0xb8, 39, 0, 0, 0, 0x8b, 0x7c, 0x24, 0x04];
    let made = at_site(site(&begin, &SYSCALL)).expect("a site");
    assert_eq!(made.jump_at, 0x1000_0000);
    assert_eq!(made.jump, [0xe9, 0x0b, 0x10, 0, 0, 0x8b, 0x7c, 0x24]);
    assert_eq!(made.code[16..25], begin);
}

#[test]
fn reading_has_the_number_0() {
    let begin = [0xcc, 0xcc, 0xcc, 0x8b, 0x7c, 0x24, 0x08, 0x31, 0xc0];
    assert_eq!(at_site(site(&begin, &SYSCALL)), None);
    let bytes = site(&begin, &SYSCALL);
    let made = copy(libc::SYS_read, 0x1000_0000, bytes, 0x1000_1000).expect("a site");
    assert_eq!(made.jump_at, 0x1000_0003);
    assert_eq!(made.jump, [0xe9, 0x08, 0x10, 0, 0, 0xc0, 0x0f, 0x05]);
    assert_eq!(made.code[16..22], begin[3..]);
}

#[test]
fn other_code_is_left_alone() {
    assert!(at_site(site(LAST, &SYSCALL)).is_some());
    let other_number = [0xcc, 0xcc, 0xcc, 0xcc, 0xb8, 40, 0, 0, 0];
    assert_eq!(at_site(site(&other_number, &SYSCALL)), None);
    assert_eq!(at_site(site(GETPID, &[0x0f, 0x06])), None);
    assert_eq!(at_site(site(&[0x31, 0xc0], &SYSCALL)), None);
    let far = copy(39, 0x7fff_f7d0_0000, site(LAST, &SYSCALL), 0x21000);
    assert_eq!(far, None);
}

#[test]
fn libraries_and_programs_have_an_area_each() {
    let area = |at| AREAS.iter().position(|area| reaches(*area, at));
    assert_eq!(area(0x40_1000), Some(0));
    assert_eq!(area(0x7fff_f7d0_0000), Some(1));
    assert_eq!(area(0x5555_5555_4000), None);
}
