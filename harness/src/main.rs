//! The `splitbrain` program.

use std::process::ExitCode;

fn main() -> ExitCode {
    harness::cli::main()
}
