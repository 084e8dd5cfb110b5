//! How serde builds a [`Doc`]. In: any deserializer. Out: the tree.
//!
//! Written by hand because a derived `untagged` enum would buffer every value and could not borrow, and because serde's
//! own `Cow` never borrows.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use smallvec::SmallVec;

use super::{Doc, Number};

impl<'de> Deserialize<'de> for Doc<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Doc<'de>, D::Error> {
        deserializer.deserialize_any(DocVisitor)
    }
}

/// Children that are not all read. In templates most lists and maps have one or two (`{"Ref": …}`), in policies some
/// eight: more than a few get memory of their own at once for as many.
type Children<T> = SmallVec<[T; 4]>;

/// In as much memory as they need: a template has more such lists and maps than texts.
fn exactly<T>(children: Children<T>) -> Vec<T> {
    if children.spilled() {
        return children.into_vec();
    }
    let mut exact = Vec::with_capacity(children.len());
    exact.extend(children);
    exact
}

struct DocVisitor;

impl<'de> Visitor<'de> for DocVisitor {
    type Value = Doc<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Doc<'de>, E> {
        Ok(Doc::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Doc<'de>, E> {
        Ok(Doc::Bool(value))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Doc<'de>, E> {
        Ok(Doc::Number(Number::Unsigned(number)))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Doc<'de>, E> {
        Ok(Doc::Number(u64::try_from(number).map_or(Number::Negative(number), Number::Unsigned)))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Doc<'de>, E> {
        Ok(Doc::Number(Number::Float(number)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Doc<'de>, E> {
        Ok(Doc::Text(Cow::Owned(text.to_owned())))
    }

    fn visit_string<E>(self, text: String) -> Result<Doc<'de>, E> {
        Ok(Doc::Text(Cow::Owned(text)))
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Doc<'de>, E> {
        Ok(Doc::Text(Cow::Borrowed(text)))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Doc<'de>, A::Error> {
        let mut items = Children::new();
        while let Some(item) = elements.next_element()? {
            items.push(item);
        }
        Ok(Doc::List(exactly(items)))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Doc<'de>, A::Error> {
        let mut members = Children::new();
        while let Some((Text(key), value)) = entries.next_entry()? {
            members.push((key, value));
        }
        Ok(Doc::Map(exactly(members)))
    }
}

/// A string as a deserializer reads it, borrowed if it holds no escape (serde's own `Cow` never borrows inside a list).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text<'de>(pub Cow<'de, str>);

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Text<'a>, D::Error> {
        deserializer.deserialize_str(TextVisitor)
    }
}

struct TextVisitor;

impl<'de> Visitor<'de> for TextVisitor {
    type Value = Text<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_str<E>(self, text: &str) -> Result<Text<'de>, E> {
        Ok(Text(Cow::Owned(text.to_owned())))
    }

    fn visit_string<E>(self, text: String) -> Result<Text<'de>, E> {
        Ok(Text(Cow::Owned(text)))
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Text<'de>, E> {
        Ok(Text(Cow::Borrowed(text)))
    }
}
