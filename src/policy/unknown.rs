//! Unknown texts inside policy texts.
//!
//! A template may leave a piece of a policy open: a parameter without a value, an import, the account it will be
//! deployed to. Such a piece stands in the text as one character of plane 15, which IAM lets no policy hold (only
//! U+0020 to U+00FF and white space are allowed), so that texts with unknown pieces go through everything that handles
//! texts, and equal characters are equal unknowns.
//!
//! What a file holds is never taken for one: [`read`](super::read) and the template room replace such characters
//! ([`without_unknowns`]) in every text that comes from a file. Only [`read_resolved`](super::read_resolved) keeps them.
//!
//! Source of the alphabet: IAM API Reference, the pattern of `PolicyDocument`.

use std::borrow::Cow;
use std::fmt;

use crate::document::Doc;

/// A text that the input leaves open. The same `Unknown` is the same text wherever it stands.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum Unknown {
    /// `AWS::Partition`.
    Partition,
    /// `AWS::AccountId`.
    Account,
    /// `AWS::Region`.
    Region,
    /// Some other text; each number is one, but for [`Unknown::NAMELESS`].
    Other(u16),
}

const FIRST: u32 = 0xf_0000;
const FIXED: u32 = 3;
/// The last two code points of the plane are no characters.
const LAST: u32 = 0xf_fffd;

impl Unknown {
    /// One of many that nobody tells apart: it equals nothing, not even itself.
    pub const NAMELESS: Unknown = Unknown::Other((LAST - FIRST - FIXED) as u16);

    /// The character that stands for it. A number past [`NAMELESS`](Self::NAMELESS) has no character of its own and
    /// becomes nameless.
    pub fn to_char(self) -> char {
        let number = match self {
            Unknown::Partition => 0,
            Unknown::Account => 1,
            Unknown::Region => 2,
            Unknown::Other(number) => FIXED + u32::from(number),
        };
        char::from_u32(FIRST + number).filter(|char| u32::from(*char) <= LAST).unwrap_or('\u{ffffd}')
    }

    /// The unknown that a character stands for.
    pub fn from_char(char: char) -> Option<Unknown> {
        let number = u32::from(char).checked_sub(FIRST).filter(|number| FIRST + number <= LAST)?;
        Some(match number {
            0 => Unknown::Partition,
            1 => Unknown::Account,
            2 => Unknown::Region,
            number => Unknown::Other(u16::try_from(number - FIXED).ok()?),
        })
    }

    /// Does an unknown piece stand in the text?
    pub fn is_in(text: &str) -> bool {
        // The first byte of every character of planes 12 to 15, and of nothing else.
        memchr::memchr(0xf3, text.as_bytes()).is_some() && text.chars().any(|char| Unknown::from_char(char).is_some())
    }

    /// The unknown that is the whole text.
    pub fn whole(text: &str) -> Option<Unknown> {
        let mut chars = text.chars();
        let first = chars.next().and_then(Unknown::from_char)?;
        chars.next().is_none().then_some(first)
    }
}

/// As messages show it.
impl fmt::Display for Unknown {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Unknown::Partition => "<partition>",
            Unknown::Account => "<account>",
            Unknown::Region => "<region>",
            Unknown::Other(_) => "<unknown>",
        })
    }
}

/// A text as messages show it: unknown pieces in angle brackets.
pub fn shown(text: &str) -> Cow<'_, str> {
    replaced(text, |unknown| unknown.to_string())
}

/// A text of a file: characters that would be taken for unknown pieces become U+FFFD, which no name in AWS holds either.
pub fn without_unknowns(text: &str) -> Cow<'_, str> {
    replaced(text, |_| char::REPLACEMENT_CHARACTER.to_string())
}

fn replaced(text: &str, by: impl Fn(Unknown) -> String) -> Cow<'_, str> {
    if !Unknown::is_in(text) {
        return Cow::Borrowed(text);
    }
    let mut result = String::with_capacity(text.len());
    for char in text.chars() {
        match Unknown::from_char(char) {
            Some(unknown) => result.push_str(&by(unknown)),
            None => result.push(char),
        }
    }
    Cow::Owned(result)
}

/// A document of a file without what would be taken for unknown pieces; none if there is nothing to replace, as ever.
pub(super) fn document_without_unknowns<'a>(doc: &Doc<'a>) -> Option<Doc<'a>> {
    fn occurs(doc: &Doc<'_>) -> bool {
        match doc {
            Doc::Text(text) => Unknown::is_in(text),
            Doc::List(items) => items.iter().any(occurs),
            Doc::Map(members) => members.iter().any(|(key, value)| Unknown::is_in(key) || occurs(value)),
            Doc::Null | Doc::Bool(_) | Doc::Number(_) => false,
        }
    }
    fn replace<'a>(doc: &Doc<'a>) -> Doc<'a> {
        let clean = |text: &str| Cow::Owned(without_unknowns(text).into_owned());
        match doc {
            Doc::Text(text) => Doc::Text(clean(text)),
            Doc::List(items) => Doc::List(items.iter().map(replace).collect()),
            Doc::Map(members) => Doc::Map(members.iter().map(|(key, value)| (clean(key), replace(value))).collect()),
            scalar => scalar.clone(),
        }
    }
    occurs(doc).then(|| replace(doc))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_and_back() {
        let others = (0..=u16::MAX).map(Unknown::Other);
        for unknown in [Unknown::Partition, Unknown::Account, Unknown::Region].into_iter().chain(others) {
            let back = Unknown::from_char(unknown.to_char());
            let nameless = matches!(unknown, Unknown::Other(number) if Unknown::Other(number) > Unknown::NAMELESS);
            assert_eq!(back, Some(if nameless { Unknown::NAMELESS } else { unknown }));
        }
        for char in ['a', 'ÿ', '\u{fffd}', '\u{effff}', '\u{100000}', '\u{10ffff}', '\u{e000}'] {
            assert_eq!(Unknown::from_char(char), None);
        }
    }

    #[test]
    fn texts_of_files_hold_none() {
        let unknown = format!("arn:aws:ec2:{}:x", Unknown::Region.to_char());
        assert_eq!(without_unknowns(&unknown), "arn:aws:ec2:\u{fffd}:x");
        assert_eq!(shown(&unknown), "arn:aws:ec2:<region>:x");
        assert!(matches!(without_unknowns("plain \u{e0000}"), Cow::Borrowed(_)));
        assert_eq!(Unknown::whole(&Unknown::Account.to_char().to_string()), Some(Unknown::Account));
        assert_eq!((Unknown::whole(&unknown), Unknown::whole("")), (None, None));
        let json = r#"{"\udb80\udc01": ["\udb80\udc01", 1]}"#;
        let doc = Doc::parse(json).expect("valid");
        let clean = Doc::parse("{\"\u{fffd}\": [\"\u{fffd}\", 1]}").expect("valid");
        assert_eq!(document_without_unknowns(&doc), Some(clean.clone()));
        assert_eq!(document_without_unknowns(&clean), None);
    }
}
