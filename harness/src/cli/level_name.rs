//! The levels of `check`, as values of its flag.

use checker::levels::Level;
use clap::ValueEnum;
use clap::builder::PossibleValue;

/// A level, as a value of the flag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct LevelName(pub(crate) Level);

const COUNT: usize = Level::ALL.len();

static ALL: [LevelName; COUNT] = {
    let mut all = [LevelName(Level::Linearizable); COUNT];
    let mut at = 0;
    while at < COUNT {
        all[at] = LevelName(Level::ALL[at]);
        at += 1;
    }
    all
};

impl ValueEnum for LevelName {
    fn value_variants<'a>() -> &'a [Self] {
        &ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.0.word()))
    }
}
