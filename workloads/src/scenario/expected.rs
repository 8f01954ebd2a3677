//! What a text must be.

use regex::Regex;

/// What a file or an answer must hold. White space at the ends of lines and of the text does not
/// count.
#[derive(Debug, Clone)]
pub enum Expected {
    /// Exactly this.
    Equals(String),
    /// This somewhere.
    Contains(String),
    /// Something that this matches.
    Matches(Regex),
    /// These lines in any order.
    Lines(Vec<String>),
    /// Every byte of a file that the scenario laid down.
    Same {
        /// Its path.
        path: String,
        /// What it holds.
        text: String,
    },
}

impl PartialEq for Expected {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Equals(a), Self::Equals(b)) | (Self::Contains(a), Self::Contains(b)) => a == b,
            (Self::Matches(a), Self::Matches(b)) => a.as_str() == b.as_str(),
            (Self::Lines(a), Self::Lines(b)) => a == b,
            (Self::Same { text: a, .. }, Self::Same { text: b, .. }) => a == b,
            _ => false,
        }
    }
}

/// That a text is not what was expected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mismatch {
    /// What is there, cut where it is long.
    pub found: String,
    /// What was wanted.
    pub wanted: String,
    /// The first thing that differs, where that can be said.
    pub difference: Option<String>,
}

impl std::fmt::Display for Mismatch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "found {}, expected {}", self.found, self.wanted)?;
        match &self.difference {
            Some(difference) => write!(f, ": {difference}"),
            None => Ok(()),
        }
    }
}

impl Expected {
    /// Exactly this text.
    #[must_use]
    pub fn equals(text: &str) -> Self {
        Self::Equals(trimmed(text))
    }

    /// This text somewhere.
    #[must_use]
    pub fn contains(text: &str) -> Self {
        Self::Contains(trimmed(text))
    }

    /// The lines of this text in any order.
    #[must_use]
    pub fn lines(text: &str) -> Self {
        Self::Lines(sorted(&trimmed(text)))
    }

    /// Whether a text is what was expected.
    ///
    /// # Errors
    /// When it is not, what is there instead.
    pub fn judge(&self, text: &str) -> Result<(), Mismatch> {
        if let Self::Same { path, text: wanted } = self {
            return same(text, path, wanted);
        }
        let text = trimmed(text);
        let (holds, wanted, difference) = match self {
            Self::Equals(wanted) => (
                text == *wanted,
                quoted(wanted),
                first_difference(&text, wanted),
            ),
            Self::Contains(part) => (
                text.contains(part.as_str()),
                format!("something with {}", quoted(part)),
                None,
            ),
            Self::Matches(pattern) => (
                pattern.is_match(&text),
                format!("something that matches /{pattern}/"),
                None,
            ),
            Self::Lines(lines) => {
                let found = sorted(&text);
                let wanted = format!("these lines in any order: {}", quoted(&lines.join("\n")));
                let difference = lines.iter().find(|line| !found.contains(line));
                let missing = difference.map(|line| format!("{} is missing", quoted(line)));
                (found == *lines, wanted, missing)
            }
            Self::Same { .. } => return Ok(()),
        };
        if holds {
            return Ok(());
        }
        Err(Mismatch {
            found: quoted(&text),
            wanted,
            difference,
        })
    }
}

/// Whether a text is a file, byte by byte.
fn same(text: &str, path: &str, wanted: &str) -> Result<(), Mismatch> {
    if text == wanted {
        return Ok(());
    }
    let pairs = text.bytes().zip(wanted.bytes());
    let alike = pairs.take_while(|(one, other)| one == other).count();
    let difference = match (text.len(), wanted.len()) {
        (found, all) if alike == found => format!("the last {} are missing", all - found),
        (found, all) if alike == all => format!("{} bytes are too much", found - all),
        _ => format!("byte {alike}, counted from 0, is the first that differs"),
    };
    Err(Mismatch {
        found: format!("{} bytes", text.len()),
        wanted: format!("the {} bytes of {path}", wanted.len()),
        difference: Some(difference),
    })
}

fn trimmed(text: &str) -> String {
    let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    lines.join("\n").trim_end().to_owned()
}

fn sorted(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    lines.sort_unstable();
    lines
}

/// The first line that differs.
fn first_difference(found: &str, wanted: &str) -> Option<String> {
    if found.is_empty() || wanted.lines().count() < 2 {
        return None;
    }
    let (mut found, mut wanted) = (found.lines(), wanted.lines());
    (1..).find_map(|number| match (found.next(), wanted.next()) {
        (None, None) => Some(None),
        (one, other) if one == other => None,
        (Some(one), Some(other)) => Some(Some(format!(
            "line {number} is {}, expected {}",
            quoted(one),
            quoted(other)
        ))),
        (None, Some(other)) => Some(Some(format!(
            "line {number}, {}, is missing",
            quoted(other)
        ))),
        (Some(one), None) => Some(Some(format!("line {number}, {}, is too much", quoted(one)))),
    })?
}

/// As much of a text as helps, in quotes.
fn quoted(text: &str) -> String {
    const SHOWN: usize = 200;
    let shown: String = text.chars().take(SHOWN).collect();
    let rest = if shown.len() < text.len() { "..." } else { "" };
    match shown.is_empty() {
        true => "nothing".to_owned(),
        false => format!("{shown:?}{rest}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(expected: &Expected, text: &str) -> String {
        expected
            .judge(text)
            .map_or_else(|mismatch| mismatch.to_string(), |()| "right".to_owned())
    }

    #[test]
    fn white_space_at_ends_does_not_count() {
        let expected = Expected::equals("k1=alpha\nk2=beta\n");
        assert_eq!(said(&expected, "k1=alpha  \r\nk2=beta\n\n"), "right");
        assert_eq!(
            said(&expected, ""),
            r#"found nothing, expected "k1=alpha\nk2=beta""#
        );
        assert_eq!(
            said(&expected, "k1=alpha\nk2="),
            r#"found "k1=alpha\nk2=", expected "k1=alpha\nk2=beta": line 2 is "k2=", expected "k2=beta""#
        );
        assert!(said(&expected, "k1=alpha").ends_with(r#"line 2, "k2=beta", is missing"#));
        assert!(said(&expected, "k1=alpha\nk2=beta\nx").ends_with(r#"line 3, "x", is too much"#));
    }

    #[test]
    fn files_are_the_same_or_differ_somewhere() {
        let expected = Expected::Same {
            path: "server/a".to_owned(),
            text: "abc\n".to_owned(),
        };
        assert_eq!(said(&expected, "abc\n"), "right");
        let wanted = "expected the 4 bytes of server/a";
        for (text, what) in [
            (
                "ab",
                format!("found 2 bytes, {wanted}: the last 2 are missing"),
            ),
            (
                "",
                format!("found 0 bytes, {wanted}: the last 4 are missing"),
            ),
            (
                "abc\n\n",
                format!("found 5 bytes, {wanted}: 1 bytes are too much"),
            ),
            (
                "aBc\n",
                format!(
                    "found 4 bytes, {wanted}: byte 1, counted from 0, is the first that differs"
                ),
            ),
        ] {
            assert_eq!(said(&expected, text), what);
        }
    }

    #[test]
    fn parts_patterns_and_lines_in_any_order() {
        assert_eq!(said(&Expected::contains("beta"), "alphabetabeta"), "right");
        assert_eq!(
            said(&Expected::contains("gamma"), "x"),
            r#"found "x", expected something with "gamma""#
        );
        let pattern = Expected::Matches(Regex::new("^k[12]=").expect("a pattern"));
        assert_eq!(said(&pattern, "k2=3"), "right");
        assert_eq!(
            said(&pattern, "k3=3"),
            r#"found "k3=3", expected something that matches /^k[12]=/"#
        );
        let lines = Expected::lines("b\na");
        assert_eq!(said(&lines, "a\nb\n"), "right");
        assert!(said(&lines, "a\nc").ends_with(r#": "b" is missing"#));
        assert!(said(&lines, "a\na\nb").starts_with("found"));
    }
}
