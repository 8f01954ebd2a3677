//! The models of `check`, as values of its flag.

use checker::judge::Named;
use clap::ValueEnum;
use clap::builder::PossibleValue;

/// A model that the checker knows by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ModelName(pub(crate) Named);

const COUNT: usize = Named::ALL.len();

static ALL: [ModelName; COUNT] = {
    let mut all = [ModelName(Named::Register); COUNT];
    let mut at = 0;
    while at < COUNT {
        all[at] = ModelName(Named::ALL[at]);
        at += 1;
    }
    all
};

impl ValueEnum for ModelName {
    fn value_variants<'a>() -> &'a [Self] {
        &ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.0.word()).help(self.0.meaning()))
    }
}
