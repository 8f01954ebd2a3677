//! The registry of error codes: data, from which the documentation is generated.

/// One error code of the protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ErrorDef {
    /// The number in an error body's `code`.
    pub code: i64,
    /// Its name in histories and reports.
    pub name: &'static str,
    /// Whether the request certainly had no effect. An operation that got an indefinite error may
    /// have happened, now or later.
    pub definite: bool,
    /// When a node should answer it.
    pub doc: &'static str,
}

const fn def(code: i64, name: &'static str, definite: bool, doc: &'static str) -> ErrorDef {
    ErrorDef {
        code,
        name,
        definite,
        doc,
    }
}

/// All codes that have a meaning, in ascending order. Codes below 1000 are reserved; other codes
/// are indefinite.
pub const ERRORS: &[ErrorDef] = &[
    def(
        0,
        "timeout",
        false,
        "No answer came in time. Clients note it themselves.",
    ),
    def(
        1,
        "node-not-found",
        true,
        "The request names a node that does not exist.",
    ),
    def(
        10,
        "not-supported",
        true,
        "The node does not implement this request.",
    ),
    def(
        11,
        "temporarily-unavailable",
        true,
        "The node cannot serve this request now.",
    ),
    def(
        12,
        "malformed-request",
        true,
        "The request could not be understood.",
    ),
    def(
        13,
        "crash",
        false,
        "Something went wrong; whether the request took effect is unknown.",
    ),
    def(
        14,
        "abort",
        true,
        "The node gave up and made sure that nothing happened.",
    ),
    def(
        20,
        "key-does-not-exist",
        true,
        "The request needs a key that is not there.",
    ),
    def(
        21,
        "key-already-exists",
        true,
        "The request creates a key that is there already.",
    ),
    def(
        22,
        "precondition-failed",
        true,
        "A comparison failed, as in a compare-and-set.",
    ),
    def(
        30,
        "txn-conflict",
        true,
        "The transaction was aborted because of a conflict.",
    ),
];

/// The definition of a code, if it has one.
#[must_use]
pub fn error_by_code(code: i64) -> Option<&'static ErrorDef> {
    ERRORS.iter().find(|e| e.code == code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_ascend_and_names_are_unique() {
        assert!(ERRORS.windows(2).all(|w| w[0].code < w[1].code));
        let mut names: Vec<_> = ERRORS.iter().map(|e| e.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), ERRORS.len());
    }

    #[test]
    fn only_timeouts_and_crashes_are_indefinite() {
        let indefinite: Vec<_> = ERRORS
            .iter()
            .filter(|e| !e.definite)
            .map(|e| e.code)
            .collect();
        assert_eq!(indefinite, [0, 13]);
        assert_eq!(error_by_code(999), None);
    }
}
