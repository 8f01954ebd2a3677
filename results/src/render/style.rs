//! How wide and how colourful text for people is.

use anstyle::{AnsiColor, Effects};
use checker::Verdict;

/// How text for people is shown. Whether there is a terminal, and how wide it is, is for the caller
/// to find out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    /// Whether there are colours.
    pub colour: bool,
    /// The columns there are.
    pub width: usize,
}

impl Default for Style {
    fn default() -> Self {
        Self {
            colour: false,
            width: 80,
        }
    }
}

impl Style {
    /// The columns that are used: very narrow terminals get lines that they must break, and in very
    /// wide ones long lines would be hard to read.
    pub(super) fn columns(self) -> usize {
        self.width.clamp(60, 120)
    }

    /// A text in a tone.
    pub(super) fn paint(self, tone: Tone, text: &str) -> String {
        if self.colour && tone != Tone::Plain {
            let style = tone.style();
            format!("{style}{text}{style:#}")
        } else {
            text.to_owned()
        }
    }
}

/// What a piece of text wants to say by its colour.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Tone {
    /// Nothing.
    #[default]
    Plain,
    /// All is well.
    Good,
    /// Something is wrong.
    Bad,
    /// Something is not known.
    Unsure,
    /// Worth a look.
    Strong,
    /// Less important.
    Faint,
}

impl Tone {
    /// The colour of a verdict.
    pub(super) fn of(verdict: Verdict) -> Self {
        match verdict {
            Verdict::Valid => Self::Good,
            Verdict::Invalid => Self::Bad,
            Verdict::Unknown => Self::Unsure,
        }
    }

    /// The terminal's codes for it.
    pub(super) fn style(self) -> anstyle::Style {
        let plain = anstyle::Style::new();
        match self {
            Self::Plain => plain,
            Self::Good => plain.fg_color(Some(AnsiColor::Green.into())),
            Self::Bad => plain.fg_color(Some(AnsiColor::Red.into())) | Effects::BOLD,
            Self::Unsure => plain.fg_color(Some(AnsiColor::Yellow.into())),
            Self::Strong => plain | Effects::BOLD,
            Self::Faint => plain | Effects::DIMMED,
        }
    }
}
