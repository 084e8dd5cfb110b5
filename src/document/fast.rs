//! Reads values from a text in half the time that serde_json takes. In: a text, and a type with `Deserialize`. Out: a
//! value of the type, or serde_json's error.
//!
//! An account of thousands of roles is tens of megabytes, and to read it is most of the work. Nearly all inputs are
//! right, so [`Fast`] takes the right ones and gives up on whatever it is not sure of; then serde_json reads the text
//! from the start, and what it says counts. So there is one judge of what is JSON, and one that words the errors.

use std::fmt;
use std::marker::PhantomData;

use serde::de::value::BorrowedStrDeserializer;
use serde::de::{Deserialize, DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde::forward_to_deserialize_any;
use serde_json::value::RawValue;

use super::scan::{Quoted, Scanner};
use super::syntax::MAX_DEPTH;

/// What `serde_json::from_str` gives, sooner.
///
/// # Errors
/// As `serde_json::from_str`.
pub fn from_text<'a, T: Deserialize<'a>>(text: &'a str) -> serde_json::Result<T> {
    match fast(text) {
        Some(value) => Ok(value),
        None => serde_json::from_str(text),
    }
}

fn fast<'a, T: Deserialize<'a>>(text: &'a str) -> Option<T> {
    read_with(text, PhantomData)
}

/// What a seed makes of a text. Nothing if the seed refuses it, if it is no JSON, and in some other cases: whoever gets
/// nothing has to read the text in another way.
pub fn read_with<'a, S: DeserializeSeed<'a>>(text: &'a str, seed: S) -> Option<S::Value> {
    let mut reader = Fast { scanner: Scanner::new(text), depth: 0 };
    let value = seed.deserialize(&mut reader).ok()?;
    reader.scanner.peek().is_none().then_some(value)
}

/// A value left unread: its text, without white space around it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Raw<'a>(&'a str);

impl<'a> Raw<'a> {
    const NAME: &'static str = "rolecall::Raw";

    /// The text.
    pub fn get(self) -> &'a str {
        self.0
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Raw<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Raw<'a>, D::Error> {
        deserializer.deserialize_newtype_struct(Raw::NAME, RawVisitor)
    }
}

struct RawVisitor;

impl<'de> Visitor<'de> for RawVisitor {
    type Value = Raw<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any valid JSON value")
    }

    /// From [`Fast`], which knows the name.
    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Raw<'de>, E> {
        Ok(Raw(text))
    }

    /// From serde_json, which has a type of its own for it.
    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<Raw<'de>, D::Error> {
        <&RawValue>::deserialize(deserializer).map(|raw| Raw(raw.get()))
    }
}

/// Why not: that is for serde_json to say.
#[derive(Debug)]
struct GaveUp;

impl fmt::Display for GaveUp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("serde_json has to be asked")
    }
}

impl std::error::Error for GaveUp {}

impl Error for GaveUp {
    fn custom<T: fmt::Display>(_: T) -> GaveUp {
        GaveUp
    }
}

struct Fast<'a> {
    scanner: Scanner<'a>,
    depth: usize,
}

impl<'de> Fast<'de> {
    #[inline]
    fn peek(&mut self) -> Result<u8, GaveUp> {
        self.scanner.peek().ok_or(GaveUp)
    }

    #[inline]
    fn string<V: Visitor<'de>>(&mut self, visitor: V) -> Result<V::Value, GaveUp> {
        match self.scanner.string().ok_or(GaveUp)? {
            Quoted::Plain(text) => visitor.visit_borrowed_str(text),
            Quoted::Decoded(text) => visitor.visit_string(text),
            Quoted::Escaped(token) => decoded(token, visitor),
        }
    }

    /// What stands between two brackets. The opening one was peeked at.
    fn inside<T>(&mut self, close: u8, read: impl FnOnce(&mut Self) -> Result<T, GaveUp>) -> Result<T, GaveUp> {
        if self.depth == MAX_DEPTH {
            return Err(GaveUp);
        }
        self.depth += 1;
        self.scanner.step();
        let value = read(self)?;
        self.depth -= 1;
        self.scanner.take(close).ok_or(GaveUp)?;
        Ok(value)
    }

    fn list<V: Visitor<'de>>(&mut self, visitor: V) -> Result<V::Value, GaveUp> {
        self.inside(b']', |fast| visitor.visit_seq(Children { fast, next: Next::First }))
    }

    fn map<V: Visitor<'de>>(&mut self, visitor: V) -> Result<V::Value, GaveUp> {
        self.inside(b'}', |fast| visitor.visit_map(Children { fast, next: Next::First }))
    }
}

/// A string with escapes by number, or a number: nothing that a dump is full of.
fn decoded<'de, V: Visitor<'de>>(token: &'de str, visitor: V) -> Result<V::Value, GaveUp> {
    serde_json::Deserializer::from_str(token).deserialize_any(visitor).map_err(|_| GaveUp)
}

impl<'de> Deserializer<'de> for &mut Fast<'de> {
    type Error = GaveUp;

    #[inline]
    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, GaveUp> {
        match self.peek()? {
            b'"' => self.string(visitor),
            b'{' => self.map(visitor),
            b'[' => self.list(visitor),
            b't' => self.scanner.literal("true").ok_or(GaveUp).and_then(|()| visitor.visit_bool(true)),
            b'f' => self.scanner.literal("false").ok_or(GaveUp).and_then(|()| visitor.visit_bool(false)),
            b'n' => self.scanner.literal("null").ok_or(GaveUp).and_then(|()| visitor.visit_unit()),
            b'-' | b'0'..=b'9' => decoded(self.scanner.number().ok_or(GaveUp)?, visitor),
            _ => Err(GaveUp),
        }
    }

    #[inline]
    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, GaveUp> {
        if self.peek()? == b'n' {
            self.scanner.literal("null").ok_or(GaveUp)?;
            visitor.visit_none()
        } else {
            visitor.visit_some(self)
        }
    }

    #[inline]
    fn deserialize_newtype_struct<V: Visitor<'de>>(self, name: &'static str, visitor: V) -> Result<V::Value, GaveUp> {
        if name == Raw::NAME {
            visitor.visit_borrowed_str(self.scanner.value().ok_or(GaveUp)?)
        } else {
            visitor.visit_newtype_struct(self)
        }
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, GaveUp> {
        self.scanner.value().ok_or(GaveUp)?;
        visitor.visit_unit()
    }

    /// Of enums only those whose variants are words.
    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, GaveUp> {
        match (self.peek()?, self.scanner.string()) {
            (b'"', Some(Quoted::Plain(text))) => visitor.visit_enum(BorrowedStrDeserializer::new(text)),
            _ => Err(GaveUp),
        }
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple
        tuple_struct map struct identifier
    }
}

/// The elements of a list, or the members of an object.
struct Children<'f, 'de> {
    fast: &'f mut Fast<'de>,
    next: Next,
}

enum Next {
    First,
    AfterComma,
}

impl Children<'_, '_> {
    /// Goes to the next child; gives its first byte, or nothing behind the last.
    #[inline]
    fn advance(&mut self, close: u8) -> Result<Option<u8>, GaveUp> {
        let byte = self.fast.peek()?;
        if byte == close {
            return Ok(None);
        }
        match std::mem::replace(&mut self.next, Next::AfterComma) {
            Next::First => Ok(Some(byte)),
            Next::AfterComma if byte == b',' => {
                self.fast.scanner.step();
                self.fast.peek().map(Some)
            }
            Next::AfterComma => Err(GaveUp),
        }
    }
}

impl<'de> SeqAccess<'de> for Children<'_, 'de> {
    type Error = GaveUp;

    #[inline]
    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, GaveUp> {
        match self.advance(b']')? {
            Some(_) => seed.deserialize(&mut *self.fast).map(Some),
            None => Ok(None),
        }
    }
}

impl<'de> MapAccess<'de> for Children<'_, 'de> {
    type Error = GaveUp;

    #[inline]
    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, GaveUp> {
        match self.advance(b'}')? {
            Some(b'"') => seed.deserialize(&mut *self.fast).map(Some),
            Some(_) => Err(GaveUp),
            None => Ok(None),
        }
    }

    #[inline]
    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, GaveUp> {
        self.fast.scanner.take(b':').ok_or(GaveUp)?;
        seed.deserialize(&mut *self.fast)
    }
}

#[cfg(test)]
mod tests {
    use super::super::random::{Random, written};
    use super::super::{Doc, Number, locate_all};
    use super::*;
    use crate::source::{Part, Path};

    /// What is taken is what serde_json takes, and makes the same of it; what is right is taken.
    fn agrees(text: &str) -> bool {
        let (sooner, slower) = (fast::<Doc<'_>>(text), serde_json::from_str::<Doc<'_>>(text).ok());
        assert!(sooner.is_none() || sooner == slower, "{text}: {sooner:?}, but {slower:?}");
        let (sooner, slower) = (fast::<Raw<'_>>(text), serde_json::from_str::<&RawValue>(text).ok());
        assert!(sooner.is_none() || sooner.map(Raw::get) == slower.map(RawValue::get), "{text}");
        slower.is_some() && sooner.is_some()
    }

    #[test]
    fn random_documents_are_read_alike() {
        let mut random = Random::new(11);
        for round in 0..3_000 {
            let text = written(&random.doc(5), &mut random).text;
            assert!(agrees(&text), "round {round}: {text}");
            // And with something wrong in them.
            for _ in 0..8 {
                let from = text.floor_char_boundary(random.below(text.len() + 1));
                let to = text.ceil_char_boundary((from + random.below(3)).min(text.len()));
                let put =
                    ["", "\"", "\\", "{", "}", "[", "]", ",", ":", "0", "-", "e", ".", "\u{1}", "\u{7f}", " ", "tru"];
                agrees(&format!("{}{}{}", &text[..from], put[random.below(put.len())], &text[to..]));
            }
        }
    }

    #[test]
    fn tokens_are_read_alike() {
        for text in [
            "0",
            "-0",
            "01",
            "-",
            "+1",
            "1.",
            ".5",
            "1.5",
            "1.5e",
            "1e5",
            "1E+5",
            "1e-",
            "1e400",
            "12345678901234567890",
            "123456789012345678901",
            "-9223372036854775809",
            "true",
            "tru",
            "truex",
            "null",
            "nul",
            "false",
            "\"",
            "\"a",
            "\"a\"b",
            "\"\\u00e9\"",
            "\"\\u00g9\"",
            "\"\\u00\"",
            "\"\\ud800\"",
            "\"\\ud83d\\ude00\"",
            "\"\\x\"",
            "\"\\\"",
            "\"a\u{0}\"",
            "\"a\tb\"",
            "\"\u{7f}\"",
            "\"1234567\\\"9\"",
            "\"12345678\"",
            "\"é\u{1f600}é\"",
            "[1,]",
            "[,1]",
            "{\"a\":1,}",
            "{\"a\" 1}",
            "{a:1}",
            "{\"a\":}",
            "{1:2}",
            "[1}",
            "{]",
            "[",
            "{",
            "{\"a\"",
            "{\"a\":",
            "[1 2]",
            "[1]]",
            "",
            " ",
            "\u{a0}1",
            "\u{feff}{}",
            "\u{c}1",
            "\n\r\t [ \n1 ] \r\n",
            "{\"a\":1 \"b\":2}",
        ] {
            for (before, after) in [("", ""), (" ", "\n        "), ("[", "]"), ("{\"a\":", "}"), ("[0,", ",0]")] {
                agrees(&format!("{before}{text}{after}"));
            }
        }
        assert!(agrees("{\"a\": [1, -2.5, \"x\\n\", true, false, null, {}, []]}"));
    }

    #[test]
    fn nesting_is_bounded_alike() {
        for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
            for depth in [63, 64, 65, 126, 127, 128, 200] {
                agrees(&format!("{}1{}", open.repeat(depth), close.repeat(depth)));
            }
        }
        let deepest = format!("{}{}", "[".repeat(MAX_DEPTH), "]".repeat(MAX_DEPTH));
        assert!(fast::<Doc<'_>>(&deepest).is_some() && fast::<Doc<'_>>(&format!("[{deepest}]")).is_none());
    }

    #[test]
    fn raw_values_are_pieces_of_the_text() {
        let text = " { \"a\" : [ 1 , \"]\" ] , \"b\":2}";
        let [members, named] = [serde_json::from_str, from_text].map(|read| {
            let members: std::collections::BTreeMap<&str, Raw<'_>> = read(text).expect("an object");
            members
        });
        assert_eq!(members, named);
        assert_eq!(members["a"].get(), "[ 1 , \"]\" ]");
        let place = locate_all(text, &[(Path::from([0]), Part::Value)])[0].expect("found");
        assert_eq!(text[place.start..].as_ptr(), members["a"].get().as_ptr());
    }

    #[test]
    fn errors_are_those_of_serde_json() {
        for text in ["{\"a\": x}", "[1", "", "{\"a\": \"b\"}"] {
            let error = from_text::<std::collections::HashMap<String, u8>>(text).expect_err("wrong");
            let other = serde_json::from_str::<std::collections::HashMap<String, u8>>(text).expect_err("wrong");
            assert_eq!(error.to_string(), other.to_string());
        }
        assert_eq!(from_text::<Doc<'_>>("7").ok(), Some(Doc::Number(Number::Unsigned(7))));
    }
}
