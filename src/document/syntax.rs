//! What is wrong with a text that is not JSON, in words that help. In: the text and serde_json's error. Out: a
//! [`SyntaxError`] that points at the cause, and says what to do where that can be guessed.

use memchr::memchr_iter;
use thiserror::Error;

use super::token::{escape_start, token, token_start};

/// Why a text is not a JSON document.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
#[error("{message}")]
pub struct SyntaxError {
    /// Where, in bytes of the text that was parsed; at most its length, and never inside a character.
    pub offset: usize,
    /// What is wrong, without its place.
    pub message: String,
    /// What to do about it, where it can be guessed.
    pub help: Option<String>,
}

/// serde_json refuses what is nested deeper; so nothing here can run out of stack.
pub(super) const MAX_DEPTH: usize = 127;

impl SyntaxError {
    /// Explains the error with which serde_json refused a text, for who reads a type of his own from it. If the text is
    /// JSON, but not of that type, the message is serde's.
    pub fn from_serde(text: &str, error: &serde_json::Error) -> SyntaxError {
        if text.trim_ascii().is_empty() {
            return fault(0, "the text is empty; a JSON document was expected", None);
        }
        if error.is_eof() {
            return cut_short(text);
        }
        let words = error.to_string();
        let words = words.rsplit_once(" at line ").map_or(&*words, |(words, _)| words);
        let at = offset_of(text, error);
        if error.is_data() {
            return fault(at, words, None);
        }
        match words {
            "recursion limit exceeded" => fault(
                at,
                format!("this is nested more than {MAX_DEPTH} levels deep"),
                Some("no policy, dump or template needs that; is the file damaged?"),
            ),
            "number out of range" => fault(
                token_start(text, at),
                "this number is too large",
                Some("put it in double quotes if it is a text"),
            ),
            "invalid number" => invalid_number(text, at),
            "invalid escape"
            | "invalid unicode code point"
            | "unexpected end of hex escape"
            | "lone leading surrogate in hex escape" => invalid_escape(text, at),

            words if words.starts_with("control character") => control_character(text, at),
            words => unexpected(text, at, words),
        }
    }
}

fn fault(offset: usize, message: impl Into<String>, help: Option<&str>) -> SyntaxError {
    SyntaxError { offset, message: message.into(), help: help.map(str::to_owned) }
}

/// The byte that serde_json means. Its column counts the bytes of the line up to and including that byte, so it is 0 if
/// the byte is the line end before.
fn offset_of(text: &str, error: &serde_json::Error) -> usize {
    let line_start = match error.line() {
        0 | 1 => 0,
        line => memchr_iter(b'\n', text.as_bytes()).nth(line - 2).map_or(0, |end| end + 1),
    };
    text.floor_char_boundary((line_start + error.column()).saturating_sub(1))
}

/// The text ends before the document does: in a string, or with brackets open.
fn cut_short(text: &str) -> SyntaxError {
    let mut open = Vec::new();
    let mut string = None;
    let mut bytes = text.bytes().enumerate();
    while let Some((offset, byte)) = bytes.next() {
        match (byte, string) {
            // Whatever is escaped, it does not end the string.
            (b'\\', Some(_)) => drop(bytes.next()),
            (b'"', Some(_)) => string = None,
            (_, Some(_)) => {}
            (b'"', None) => string = Some(offset),
            (b'{' | b'[', None) => open.push((offset, byte as char)),
            (b'}' | b']', None) => drop(open.pop()),
            _ => {}
        }
    }
    let line_of = |offset: usize| memchr_iter(b'\n', &text.as_bytes()[..offset]).count() + 1;
    let (what, opening) = match (string, open.last()) {
        (Some(start), _) => ("in the middle of a string", Some((start, '"'))),
        (None, Some((start, bracket @ '{'))) => ("in the middle of an object", Some((*start, *bracket))),
        (None, Some((start, bracket))) => ("in the middle of a list", Some((*start, *bracket))),
        (None, None) => ("in the middle of a value", None),
    };
    let help = opening
        .map(|(start, mark)| format!("the `{mark}` of line {} is never closed; is the file complete?", line_of(start)));
    fault(text.len(), format!("the text ends {what}"), help.as_deref())
}

fn invalid_number(text: &str, at: usize) -> SyntaxError {
    let start = token_start(text, at);
    let digits = text[start..].trim_start_matches('-');
    if digits.starts_with('0') && digits[1..].starts_with(|c: char| c.is_ascii_digit()) {
        let help = "put it in double quotes if it is a text, as an account id is";
        return fault(start, "a number does not begin with 0", Some(help));
    }
    fault(start, format!("`{}` is not a number", token(text, start)), None)
}

fn invalid_escape(text: &str, at: usize) -> SyntaxError {
    let start = escape_start(text, at);
    let escape: String = text[start..].chars().take(2).collect();
    if escape == "\\u" {
        let digits = text[start + 2..].bytes().take(4);
        if digits.filter(u8::is_ascii_hexdigit).count() == 4 {
            return fault(
                start,
                "this escape is half a character: `\\uD800` to `\\uDFFF` come in pairs only",
                Some("write the character itself"),
            );
        }
        return fault(start, "`\\u` is followed by four hexadecimal digits", None);
    }
    let help = "write `\\\\` if a backslash is meant";
    fault(start, format!("`{escape}` is not an escape that JSON knows"), Some(help))
}

fn control_character(text: &str, at: usize) -> SyntaxError {
    match text[at..].chars().next() {
        Some('\n' | '\r') => fault(
            at,
            "this string goes on over the end of the line",
            Some("close it with `\"`, or write the line end as `\\n`"),
        ),
        Some('\t') => fault(at, "a string holds a tab character", Some("write `\\t`")),
        Some(character) => {
            let code = u32::from(character);
            let help = format!("write `\\u{code:04x}`, or remove it");
            fault(at, format!("a string holds the control character U+{code:04X}"), Some(&help))
        }
        None => fault(at, "a string holds a control character", None),
    }
}

/// Something stands where something else should.
fn unexpected(text: &str, at: usize, words: &str) -> SyntaxError {
    let rest = &text[at..];
    let Some(found) = rest.chars().next() else {
        return cut_short(text);
    };
    match found {
        '/' | '#' => {
            return fault(at, "this looks like a comment; JSON has none", Some("remove it"));
        }
        '\'' => {
            return fault(at, "single quotes; JSON has strings in double quotes", Some("write `\"`"));
        }
        '\u{201c}' | '\u{201d}' | '\u{201e}' | '\u{2018}' | '\u{2019}' => {
            let help = "write `\"`; word processors and chats turn it into this";
            return fault(at, format!("`{found}` is a typographic quotation mark"), Some(help));
        }
        '\u{feff}' => {
            return fault(at, "a byte order mark in the middle of a text", Some("remove U+FEFF"));
        }
        _ => {}
    }
    let shown = token(text, at);
    match words {
        "trailing comma" => {
            let comma = text[..at].trim_ascii_end().len().saturating_sub(1);
            fault(comma, format!("a comma, but nothing follows before the `{found}`"), Some("remove the comma"))
        }
        "trailing characters" if matches!(found, '{' | '[') => fault(
            at,
            "a second document begins here; a text holds one",
            Some("write one file for each, or one list of them all"),
        ),
        "trailing characters" if found == ':' => {
            fault(at, "the document ended before this `:`", Some("the braces around the document are missing: `{ … }`"))
        }
        "trailing characters" => fault(at, format!("the document ended before this `{shown}`"), None),
        "key must be a string" if matches!(found, ',' | '}') => {
            fault(at, format!("expected the name of a member, found `{found}`"), None)
        }
        "key must be a string" => fault(
            at,
            format!("expected the name of a member in double quotes, found `{shown}`"),
            (found.is_alphanumeric() || found == '_').then(|| format!("write \"{shown}\"")).as_deref(),
        ),
        "expected `,` or `}`" | "expected `,` or `]`" => {
            let close = if words.ends_with("`}`") { '}' } else { ']' };
            let help = match found {
                '"' | '{' | '[' => Some("a comma is missing before it"),
                '}' | ']' => Some("the brackets do not pair up"),
                _ => None,
            };
            fault(at, format!("expected `,` or `{close}`, found `{shown}`"), help)
        }
        "expected `:`" => fault(at, format!("expected `:` after the name of a member, found `{shown}`"), None),
        _ => unexpected_value(text, token_start(text, at)),
    }
}

fn unexpected_value(text: &str, at: usize) -> SyntaxError {
    let shown = token(text, at);
    let word = shown.to_ascii_lowercase();
    let help = match &*word {
        "true" | "false" | "null" => Some(format!("write {word}")),
        "none" | "nil" | "undefined" => Some("write null".to_owned()),
        "nan" | "inf" | "infinity" => Some("JSON has no such number".to_owned()),
        _ if at == text.len() - text.trim_ascii_start().len() => {
            Some("is this another format? JSON begins with `{` or `[` here".to_owned())
        }
        _ if word.starts_with(char::is_alphabetic) => Some("put it in double quotes if it is a text".to_owned()),
        _ => None,
    };
    fault(at, format!("expected a value, found `{shown}`"), help.as_deref())
}

#[cfg(test)]
mod tests {
    use super::super::Doc;

    /// Each text with a `‸` in front of the byte that is to be blamed, a piece of the message, and one of the help.
    #[test]
    fn errors_point_at_their_cause() {
        for (marked, message, help) in [
            ("‸", "empty", None),
            ("‸ \r\n\t ", "empty", None),
            ("[1‸,]", "a comma, but nothing follows before the `]`", Some("remove the comma")),
            ("{\"a\": 1‸,\r\n}", "before the `}`", Some("remove the comma")),
            ("{\n  ‸// why\n  \"a\": 1}", "comment", Some("remove")),
            ("{\"a\": 1 ‸/* why */}", "comment", Some("remove")),
            ("‸# yaml\n", "comment", Some("remove")),
            ("{‸'a': 1}", "single quotes", Some("\"")),
            ("[‸'a']", "single quotes", Some("\"")),
            ("{‸“a”: 1}", "typographic", Some("\"")),
            ("{‸a: 1}", "double quotes, found `a`", Some("write \"a\"")),
            ("{\"a\": 1,‸,}", "the name of a member, found `,`", None),
            ("{\"a\" ‸1}", "expected `:`", None),
            ("{\"a\": 1\n‸\"b\": 2}", "expected `,` or `}`", Some("a comma is missing")),
            ("[{}‸}]", "expected `,` or `]`, found `}`", Some("pair up")),
            ("{}\n‸{}", "a second document", Some("one list")),
            ("{}‸]", "the document ended before this `]`", None),
            ("\"Version\"‸: 1", "ended before this `:`", Some("braces")),
            ("[‸True]", "found `True`", Some("write true")),
            ("[‸None]", "found `None`", Some("write null")),
            ("[‸nul]", "found `nul`", Some("double quotes")),
            ("[‸NaN]", "found `NaN`", Some("no such number")),
            ("[‸", "in the middle of a list", None),
            ("‸AWSTemplateFormatVersion: 2010-09-09", "found `AWSTemplateFormatVersion`", Some("another format")),
            ("[1, ‸,]", "expected a value, found `,`", None),
            ("{\"id\": ‸012345678901}", "does not begin with 0", Some("account id")),
            ("[‸1.]", "`1.` is not a number", None),
            ("[‸-]", "`-` is not a number", None),
            ("[‸1e999, 2]", "too large", Some("double quotes")),
            ("[\"‸\\d+\"]", "`\\d` is not an escape", Some("`\\\\`")),
            ("[\"‸\\u12g4\"]", "four hexadecimal digits", None),
            ("[\"é‸\\ud800\"]", "half a character", Some("character itself")),
            ("[\"‸\\udc00\"]", "half a character", Some("character itself")),
            ("[\"a‸\nb\"]", "over the end of the line", Some("\\n")),
            ("[\"a‸\r\nb\"]", "over the end of the line", Some("\\n")),
            ("[\"a‸\tb\"]", "tab", Some("\\t")),
            ("[\"a‸\0b\"]", "U+0000", Some("\\u0000")),
            ("[1, ‸\u{a0}2]", "found `U+00A0`", None),
            ("‸\u{feff}{}", "byte order mark", Some("remove")),
            ("{\"a\": [1, \"b\n", "over the end", None),
            ("{\n\"a\": [\n1, 2‸", "in the middle of a list", Some("`[` of line 2 is never closed")),
            ("{\n\"a\": [1, 2]‸", "in the middle of an object", Some("`{` of line 1")),
            ("{\"a\": \"]}\\\"‸", "in the middle of a string", Some("`\"` of line 1")),
            ("tr‸", "in the middle of a value", None),
        ] {
            let text = marked.replace('‸', "");
            let error = Doc::parse(&text).expect_err(marked);
            assert!(error.message.contains(message), "{marked:?}: {error:?}");
            match (help, &error.help) {
                (Some(part), Some(help)) => assert!(help.contains(part), "{marked:?}: {error:?}"),
                (Some(_), None) => panic!("{marked:?} without help: {error:?}"),
                (None, _) => {}
            }
            if let Some(offset) = marked.find('‸') {
                assert_eq!(error.offset, offset, "{marked:?}: {error:?}");
            }
            assert!(!error.message.contains("at line") && text.is_char_boundary(error.offset));
        }
    }
    #[test]
    fn errors_of_types_keep_their_words() {
        let text = "{\n  \"a\": true\n}";
        let error = serde_json::from_str::<std::collections::HashMap<String, u32>>(text).expect_err("a boolean");
        let error = super::SyntaxError::from_serde(text, &error);
        assert_eq!(error.message, "invalid type: boolean `true`, expected u32");
        assert_eq!(&text[error.offset..], "e\n}", "serde_json points at the end of the value");
    }
}
