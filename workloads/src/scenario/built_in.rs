//! The scenarios that ship with Splitbrain.

use super::Scenario;
use crate::toml_file::FileErrors;

/// A scenario that ships with Splitbrain.
#[derive(Debug, Clone, Copy)]
pub struct BuiltIn {
    /// Its name.
    pub name: &'static str,
    /// Its file.
    pub text: &'static str,
}

impl BuiltIn {
    /// Reads the scenario.
    ///
    /// # Errors
    /// A mistake in a file that ships with Splitbrain; a test keeps this from happening.
    pub fn scenario(&self) -> Result<Scenario, FileErrors> {
        Scenario::parse(self.text)
    }
}

macro_rules! built_in {
    ($($name:literal,)+) => {
        /// All of them.
        pub const BUILT_IN: &[BuiltIn] = &[$(BuiltIn {
            name: $name,
            text: include_str!(concat!("../../scenarios/", $name, ".toml")),
        },)+];
    };
}

built_in! {
    "gossip-max",
    "quorum-kv",
    "quorum-kv-http",
    "quorum-kv-open",
    "static-files",
}

/// The built-in scenario of this name.
#[must_use]
pub fn built_in(name: &str) -> Option<&'static BuiltIn> {
    BUILT_IN.iter().find(|scenario| scenario.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_can_be_read_and_are_called_as_they_say() {
        for built_in in BUILT_IN {
            let scenario = built_in.scenario();
            let scenario = scenario.unwrap_or_else(|errors| panic!("{}: {errors}", built_in.name));
            assert_eq!(scenario.name, built_in.name);
            assert!(scenario.max_points() > 0);
        }
    }
}
