//! ARNs as six parts: `arn:partition:service:region:account:resource`.

use super::glob::{Glob, Token};

/// How many parts an ARN has; the last one may hold colons itself.
const PARTS: usize = 6;

/// A text cut at its first five colons; fewer colons make fewer parts.
pub(super) fn cut(text: &str) -> ([&str; PARTS], usize) {
    let mut parts = [""; PARTS];
    let (mut count, mut start) = (0, 0);
    for (at, byte) in text.bytes().enumerate() {
        if byte == b':' && count < PARTS - 1 {
            parts[count] = &text[start..at];
            (count, start) = (count + 1, at + 1);
            if count == PARTS - 1 {
                break;
            }
        }
    }
    parts[count] = &text[start..];
    (parts, count + 1)
}

/// The parts of a text at its first five colons. A text with fewer colons has fewer parts.
pub(super) fn parts(tokens: &[Token]) -> Vec<Glob> {
    let mut parts = Vec::with_capacity(PARTS);
    let mut rest = tokens;
    while parts.len() < PARTS - 1 {
        let Some(colon) = rest.iter().position(|token| *token == Token::Char(':')) else { break };
        parts.push(Glob::from_tokens(rest[..colon].iter().copied()));
        rest = &rest[colon + 1..];
    }
    parts.push(Glob::from_tokens(rest.iter().copied()));
    parts
}

/// The parts of a whole ARN; none if the text has not all six.
pub(super) fn whole(tokens: &[Token]) -> Option<[Glob; PARTS]> {
    parts(tokens).try_into().ok()
}
