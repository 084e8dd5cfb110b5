//! The word around a byte, for messages about text that is not JSON. In: a text and an offset. Out: where the word
//! starts, and how to show it.

/// Back to the beginning of the word or number that holds the byte.
pub(super) fn token_start(text: &str, at: usize) -> usize {
    text[..at].trim_end_matches(in_token).len()
}

/// The word, the number or else the character at a byte, short enough for a message.
pub(super) fn token(text: &str, at: usize) -> String {
    let rest = &text[at..];
    let length = rest.find(|c: char| !in_token(c)).unwrap_or(rest.len());
    let mut characters = rest[..length].chars();
    let word: String = characters.by_ref().take(24).collect();
    match rest.chars().next() {
        _ if characters.next().is_some() => word + "…",
        Some(character) if word.is_empty() && (character.is_control() || character.is_whitespace()) => {
            format!("U+{:04X}", u32::from(character))
        }
        Some(character) if word.is_empty() => character.to_string(),
        _ => word,
    }
}

fn in_token(character: char) -> bool {
    character.is_alphanumeric() || matches!(character, '_' | '+' | '-' | '.')
}

/// Back to the backslash of the escape that the byte is in or just behind.
pub(super) fn escape_start(text: &str, at: usize) -> usize {
    // The longest escape, `\u` and four digits, and the byte behind it that showed it to be wrong.
    let from = text.floor_char_boundary(at.saturating_sub(6));
    let to = text.ceil_char_boundary(at + 1);
    text[from..to].rfind('\\').map_or(at, |backslash| from + backslash)
}
