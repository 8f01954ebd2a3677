//! How foreign text is quoted: shortened in the middle, with control characters made visible.

use std::borrow::Cow;

/// The text in at most `max` characters; what is too long loses its middle to an ellipsis.
/// Control characters are made visible.
#[must_use]
pub fn shorten(text: &str, max: usize) -> String {
    let text = visible(text);
    let count = text.chars().count();
    if count <= max {
        return text.into_owned();
    }
    // The beginning says what it is and the end how it stopped; the beginning says more.
    let kept = max.saturating_sub(1);
    let tail = kept / 3;
    let head = kept - tail;
    text.chars()
        .take(head)
        .chain((max > 0).then_some('…'))
        .chain(text.chars().skip(count - tail))
        .collect()
}

/// The bytes as text in at most `max` characters; what is not UTF-8 becomes `\u{fffd}`.
#[must_use]
pub fn shorten_bytes(bytes: &[u8], max: usize) -> String {
    // A line of megabytes is not decoded in full: four bytes are the most a character takes.
    let keep = max.saturating_mul(4);
    if bytes.len() <= keep.saturating_mul(2) {
        return shorten(&String::from_utf8_lossy(bytes), max);
    }
    let head = String::from_utf8_lossy(&bytes[..keep]);
    let tail = String::from_utf8_lossy(&bytes[bytes.len() - keep..]);
    shorten(&format!("{head}{tail}"), max)
}

/// The text with control characters written as escapes, so that it can neither break a table nor
/// move the cursor. Tabs become spaces.
#[must_use]
pub fn visible(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_invisible) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        match c {
            '\t' => out.push(' '),
            c if is_invisible(c) => out.extend(c.escape_default()),
            c => out.push(c),
        }
    }
    Cow::Owned(out)
}

/// Control characters, and the ones that reverse or hide the text around them.
fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}'
        )
        || matches!(
            c,
            '\u{2066}'..='\u{2069}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_text_stays_as_it_is() {
        assert_eq!(shorten("hello", 5), "hello");
        assert_eq!(shorten("", 0), "");
    }

    #[test]
    fn long_text_loses_its_middle() {
        assert_eq!(shorten("abcdefghij", 7), "abcd…ij");
        assert_eq!(shorten("日本語日本語", 4), "日本…語");
        assert_eq!(shorten("abc", 1), "…");
        assert_eq!(shorten("abc", 0), "");
    }

    #[test]
    fn control_characters_are_visible() {
        assert_eq!(
            visible("a\u{1b}[31mb\r\n\u{202e}"),
            "a\\u{1b}[31mb\\r\\n\\u{202e}"
        );
        assert_eq!(visible("a\tb"), "a b");
    }

    #[test]
    fn bytes_that_are_no_text_are_quoted_too() {
        assert_eq!(shorten_bytes(b"a\xffb", 10), "a\u{fffd}b");
        let long = vec![b'x'; 5_000_000];
        assert_eq!(shorten_bytes(&long, 20).chars().count(), 20);
    }
}
