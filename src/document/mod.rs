//! Documents as trees, and the way back from a node to its text.
//!
//! In: the text of one JSON or YAML document. Out: a [`Doc`], or a [`SyntaxError`] with its place. The tree carries no
//! positions; who walks it counts children, and the [`Path`] of ordinals that results is turned into bytes by
//! [`locate_all`] and into a [`Location`] by [`locate_places`], in one pass over the text, when there is something to
//! show. Nothing here knows IAM.

mod fast;
mod locate;
mod location;
mod parse;
mod scan;
mod syntax;
mod token;
mod yaml;

#[cfg(test)]
mod hostile;
#[cfg(test)]
mod random;

use std::borrow::Cow;
use std::fmt;

use serde::ser::{Serialize, Serializer};

use crate::source::Path;

pub use fast::{Raw, from_text, read_with};
pub use locate::{locate_all, span_in};
pub use location::{Location, locate_places, unwrap};
pub use parse::Text;
pub use syntax::SyntaxError;

/// The tree of one JSON or YAML document: members in order, duplicate keys kept, strings borrowed from the text wherever they
/// hold no escape.
///
/// ```
/// use rolecall::document::Doc;
///
/// let doc = Doc::parse(r#"{"Version": "2012-10-17", "Statement": []}"#)?;
/// assert_eq!(doc.get("Statement"), Some((1, &Doc::List(vec![]))));
/// # Ok::<(), rolecall::document::SyntaxError>(())
/// ```
#[derive(Clone, PartialEq, Debug)]
pub enum Doc<'a> {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A number.
    Number(Number),
    /// A string, decoded.
    Text(Cow<'a, str>),
    /// The elements of a list.
    List(Vec<Doc<'a>>),
    /// The members of an object.
    Map(Vec<(Cow<'a, str>, Doc<'a>)>),
}

/// A number of a document. Its `Display` is the text by which conditions compare it: integers that fit 64 bits digit
/// by digit, everything else as the shortest decimal of the nearest double (`1.50` as `1.5`, `1e3` as `1000.0`; beyond
/// fifteen digits the last one may be off, as serde_json reads it).
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Number {
    /// An integer from 0 up.
    Unsigned(u64),
    /// An integer below 0.
    Negative(i64),
    /// Everything else; always finite.
    Float(f64),
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Number::Unsigned(number) => write!(f, "{number}"),
            Number::Negative(number) => write!(f, "{number}"),
            // `Debug` keeps `1.0` apart from `1`, and writes `1e300` with its exponent.
            Number::Float(number) => write!(f, "{number:?}"),
        }
    }
}

impl<'a> Doc<'a> {
    /// Parses a text that holds exactly one JSON document and nothing else but white space.
    pub fn parse(text: &'a str) -> Result<Doc<'a>, SyntaxError> {
        from_text(text).map_err(|error| SyntaxError::from_serde(text, &error))
    }

    /// What this is, in the words of messages: "a string", "an object".
    pub fn kind(&self) -> &'static str {
        match self {
            Doc::Null => "null",
            Doc::Bool(_) => "a boolean",
            Doc::Number(_) => "a number",
            Doc::Text(_) => "a string",
            Doc::List(_) => "a list",
            Doc::Map(_) => "an object",
        }
    }

    /// The member of an object by that name, with its ordinal. Of several with the same name the last, which is the one
    /// that most readers of JSON go by. Nothing if this is no object.
    pub fn get(&self, key: &str) -> Option<(usize, &Doc<'a>)> {
        let members = self.as_map()?;
        let ordinal = members.iter().rposition(|(name, _)| name == key)?;
        Some((ordinal, &members[ordinal].1))
    }

    /// The node at a path below this one.
    pub fn at(&self, path: &Path) -> Option<&Doc<'a>> {
        path.as_slice().iter().try_fold(self, |doc, ordinal| match doc {
            Doc::List(items) => items.get(*ordinal as usize),
            Doc::Map(members) => members.get(*ordinal as usize).map(|(_, value)| value),
            _ => None,
        })
    }

    /// The string, if this is one.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Doc::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The elements, if this is a list.
    pub fn as_list(&self) -> Option<&[Doc<'a>]> {
        match self {
            Doc::List(items) => Some(items),
            _ => None,
        }
    }

    /// The members, if this is an object.
    pub fn as_map(&self) -> Option<&[(Cow<'a, str>, Doc<'a>)]> {
        match self {
            Doc::Map(members) => Some(members),
            _ => None,
        }
    }
}

/// As it was read: members in order, duplicate keys included.
impl Serialize for Doc<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Doc::Null => serializer.serialize_unit(),
            Doc::Bool(value) => serializer.serialize_bool(*value),
            Doc::Number(Number::Unsigned(number)) => serializer.serialize_u64(*number),
            Doc::Number(Number::Negative(number)) => serializer.serialize_i64(*number),
            Doc::Number(Number::Float(number)) => serializer.serialize_f64(*number),
            Doc::Text(text) => serializer.serialize_str(text),
            Doc::List(items) => serializer.collect_seq(items),
            Doc::Map(members) => serializer.collect_map(members.iter().map(|(key, value)| (key, value))),
        }
    }
}

/// Prints a document on many lines, indented by two spaces: to show one that came minified or over the network. Paths
/// of the document are paths of this text too.
pub fn pretty(doc: &Doc<'_>) -> String {
    serde_json::to_string_pretty(doc).expect("the keys are strings, and a String takes everything")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_keep_their_order_and_their_duplicates() {
        let doc = Doc::parse(r#"{"b": 1, "a": 2, "b": 3}"#).expect("valid");
        let keys: Vec<&str> = doc.as_map().expect("an object").iter().map(|(key, _)| &**key).collect();
        assert_eq!(keys, ["b", "a", "b"]);
        assert_eq!(doc.get("b"), Some((2, &Doc::Number(Number::Unsigned(3)))));
        assert_eq!(doc.get("c"), None);
        assert_eq!(doc.at(&Path::from([1])), Some(&Doc::Number(Number::Unsigned(2))));
        assert_eq!((doc.at(&Path::from([3])), doc.at(&Path::from([1, 0]))), (None, None));
    }

    #[test]
    fn strings_are_borrowed_where_they_can_be() {
        let doc = Doc::parse(r#"{"plain": "é", "esc\u0061ped": "a\nb"}"#).expect("valid");
        let members = doc.as_map().expect("an object");
        assert!(matches!(members[0], (Cow::Borrowed("plain"), Doc::Text(Cow::Borrowed("é")))));
        assert!(matches!(members[1], (Cow::Owned(_), Doc::Text(Cow::Owned(_)))));
        assert_eq!((&*members[1].0, members[1].1.as_text()), ("escaped", Some("a\nb")));
    }

    #[test]
    fn numbers_print_as_text() {
        for (json, text) in [
            ("5", "5"),
            ("-5", "-5"),
            ("1.5", "1.5"),
            ("1.0", "1.0"),
            ("1e3", "1000.0"),
            ("123456789012", "123456789012"),
            ("18446744073709551615", "18446744073709551615"),
            ("18446744073709551616", "1.8446744073709552e19"),
            ("-9223372036854775808", "-9223372036854775808"),
            ("-0", "-0.0"),
            ("1e300", "1e300"),
        ] {
            let Ok(Doc::Number(number)) = Doc::parse(json) else { panic!("{json} is a number") };
            assert_eq!(number.to_string(), text, "{json}");
        }
    }

    #[test]
    fn pretty_printed() {
        let doc = Doc::parse(r#"{"a":[1,"\u00e9",[],{}],"a":{"b":null}}"#).expect("valid");
        let text = "{\n  \"a\": [\n    1,\n    \"é\",\n    [],\n    {}\n  ],\n  \"a\": {\n    \"b\": null\n  }\n}";
        assert_eq!(pretty(&doc), text);
        assert_eq!(Doc::parse(text), Ok(doc));
    }

    #[test]
    fn kinds_read_as_words() {
        let kinds = ["null", "true", "1", "\"\"", "[]", "{}"].map(|json| Doc::parse(json).expect("valid").kind());
        assert_eq!(kinds, ["null", "a boolean", "a number", "a string", "a list", "an object"]);
    }
}
