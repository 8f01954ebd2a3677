//! What `cpuid` tells programs: what the processor tells, without what would make a run its own.
//!
//! Some instructions cannot be trapped, and their results differ from run to run; programs use them
//! only where `cpuid` says that they are there.

use std::arch::x86_64::CpuidResult;

/// Leaf 1, ecx: numbers by chance, from the processor itself.
const RDRAND: u32 = 1 << 30;
/// Leaf 7, ebx: the same.
const RDSEED: u32 = 1 << 18;
/// Leaf 7, ebx: transactions, which fail when something happens on the machine.
const HLE_AND_RTM: u32 = 1 << 4 | 1 << 11;
/// Leaf 7, ecx: waits that last until something happens on the machine.
const WAITPKG: u32 = 1 << 5;
/// Leaf 7, ecx: the number of the processor, without asking the system.
const RDPID: u32 = 1 << 22;
/// Leaf 1, ebx: the id of the processor on which the program happens to run.
const INITIAL_APIC_ID: u32 = 0xff << 24;

/// What a program sees at this leaf and subleaf.
pub(crate) fn answer(leaf: u32, subleaf: u32, real: CpuidResult) -> CpuidResult {
    let mut shown = real;
    match (leaf, subleaf) {
        (1, _) => {
            shown.ebx &= !INITIAL_APIC_ID;
            shown.ecx &= !RDRAND;
        }
        (7, 0) => {
            shown.ebx &= !(RDSEED | HLE_AND_RTM);
            shown.ecx &= !(WAITPKG | RDPID);
        }
        // The processor's id again, as a longer number, in each part of the topology.
        (0xb | 0x1f, _) => shown.edx = 0,
        // And as other makers tell it, with the core and the memory that it belongs to.
        (0x8000_001e, _) => {
            shown.eax = 0;
            shown.ebx &= !0xff;
            shown.ecx &= !0xff;
        }
        _ => {}
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    const FULL: CpuidResult = CpuidResult {
        eax: u32::MAX,
        ebx: u32::MAX,
        ecx: u32::MAX,
        edx: u32::MAX,
    };

    /// The bits that are hidden, when the processor has all.
    fn hidden(leaf: u32, subleaf: u32) -> [u32; 4] {
        let shown = answer(leaf, subleaf, FULL);
        [shown.eax, shown.ebx, shown.ecx, shown.edx].map(|register| !register)
    }

    #[test]
    fn chance_of_the_processor_is_hidden() {
        assert_eq!(hidden(1, 0), [0, 0xff00_0000, 1 << 30, 0]);
        assert_eq!(hidden(1, 9), hidden(1, 0));
        assert_eq!(
            hidden(7, 0),
            [0, 1 << 4 | 1 << 11 | 1 << 18, 1 << 5 | 1 << 22, 0]
        );
    }

    #[test]
    fn which_processor_it_is_is_hidden() {
        for subleaf in 0..3 {
            assert_eq!(hidden(0xb, subleaf), [0, 0, 0, u32::MAX]);
            assert_eq!(hidden(0x1f, subleaf), [0, 0, 0, u32::MAX]);
        }
        assert_eq!(hidden(0x8000_001e, 0), [u32::MAX, 0xff, 0xff, 0]);
    }

    #[test]
    fn all_else_is_told() {
        for (leaf, subleaf) in [
            (0, 0),
            (2, 0),
            (7, 1),
            (0xd, 0),
            (0x15, 0),
            (0x8000_0001, 0),
        ] {
            assert_eq!(hidden(leaf, subleaf), [0; 4], "{leaf:#x}");
        }
    }

    #[test]
    fn nothing_is_added() {
        let none = CpuidResult {
            eax: 0,
            ebx: 0,
            ecx: 0,
            edx: 0,
        };
        for leaf in [1, 7, 0xb, 0x1f, 0x8000_001e] {
            assert_eq!(answer(leaf, 0, none), none);
        }
    }
}
