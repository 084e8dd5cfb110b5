//! From paths to byte spans. In: a text and the places wanted in it. Out: their spans, in one pass over the text.
//!
//! serde_json does the parsing, so this cannot disagree with [`Doc::parse`](super::Doc::parse) about what a document
//! is. What is off every wanted path is read as `&RawValue`, which skips it without recursion or allocation and, being
//! a piece of the text, tells by its address where it ended.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use crate::source::{Part, Path, Span};

/// Finds the spans of many places of one document in one pass over the text, in the order in which they are asked for.
///
/// A key's span and a string's include the quotes. Nothing is found for a place that does not exist: a child past the
/// last, something below a scalar, the key of a list element or of the root. What follows the document is not looked
/// at; if the document is broken, what stands before the error may be found all the same.
pub fn locate_all(text: &str, wanted: &[(Path, Part)]) -> Vec<Option<Span>> {
    let wanted: Vec<Wanted<'_>> = wanted.iter().map(|(path, part)| (path.as_slice(), *part)).collect();
    locate(text, &wanted)
}

/// Where a string that was borrowed from a text lies in it, as a `&RawValue` or a `Cow::Borrowed` of its document does:
/// a comparison of addresses. Nothing if it was not borrowed from there.
pub fn span_in(text: &str, piece: &str) -> Option<Span> {
    let start = (piece.as_ptr() as usize).checked_sub(text.as_ptr() as usize)?;
    let end = start + piece.len();
    (end <= text.len()).then_some(Span { start, end })
}

/// A place as [`locate`] takes it.
pub(super) type Wanted<'p> = (&'p [u32], Part);

/// [`locate_all`] for paths that live elsewhere.
pub(super) fn locate(text: &str, wanted: &[Wanted<'_>]) -> Vec<Option<Span>> {
    let mut order: Vec<usize> = (0..wanted.len()).collect();
    // A node before what is below it, children by their ordinals: the order in which the pass meets them.
    order.sort_unstable_by_key(|index| wanted[*index]);
    let mut found = vec![None; wanted.len()];
    let mut pass = Pass { text, wanted, found: &mut found };
    let root = Node { pass: &mut pass, order: &order, depth: 0, cursor: 0 };
    // An error ends the pass; what it did not reach stays unfound.
    let _ = root.deserialize(&mut serde_json::Deserializer::from_str(text));
    found
}

struct Pass<'t, 'w> {
    text: &'t str,
    wanted: &'w [Wanted<'w>],
    found: &'w mut [Option<Span>],
}

impl Pass<'_, '_> {
    fn span_of(&self, raw: &RawValue) -> Span {
        span_in(self.text, raw.get()).expect("a raw value is a piece of the text that it was read from")
    }

    /// The first byte from `from` on that is no white space.
    fn skip_space(&self, from: usize) -> usize {
        let rest = &self.text.as_bytes()[from..];
        from + rest.iter().position(|byte| !matches!(byte, b' ' | b'\n' | b'\r' | b'\t')).unwrap_or(rest.len())
    }
}

/// A value on the way to something wanted. It gives the end of the value.
struct Node<'n, 't, 'w> {
    pass: &'n mut Pass<'t, 'w>,
    /// What is wanted of this value and below it: indices into `Pass::wanted`, sorted.
    order: &'n [usize],
    depth: usize,
    /// Where the value starts, but for white space.
    cursor: usize,
}

impl<'de> DeserializeSeed<'de> for Node<'_, 'de, '_> {
    type Value = usize;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<usize, D::Error> {
        let Node { pass, order, depth, cursor } = self;
        let start = pass.skip_space(cursor);
        let below = order.partition_point(|index| pass.wanted[*index].0.len() == depth);
        let (here, below) = order.split_at(below);
        let is_container = matches!(pass.text.as_bytes().get(start), Some(b'{' | b'['));
        let span = if below.is_empty() || !is_container {
            let raw: &'de RawValue = serde::Deserialize::deserialize(deserializer)?;
            pass.span_of(raw)
        } else {
            let children = Children { pass: &mut *pass, order: below, depth, cursor: start + 1 };
            Span { start, end: deserializer.deserialize_any(children)? }
        };
        for index in here {
            if pass.wanted[*index].1 == Part::Value {
                pass.found[*index] = Some(span);
            }
        }
        Ok(span.end)
    }
}

/// The inside of a list or an object.
struct Children<'n, 't, 'w> {
    pass: &'n mut Pass<'t, 'w>,
    /// What is wanted below, not empty at first; the front is cut off as the children go by.
    order: &'n [usize],
    depth: usize,
    /// The end of what was read so far, the bracket or the comma before the next child included.
    cursor: usize,
}

impl<'n, 't, 'w> Children<'n, 't, 'w> {
    /// Cuts off what is wanted of the child with this ordinal.
    fn wanted_of(&mut self, ordinal: usize) -> &'n [usize] {
        let of_child = |index: &&usize| self.pass.wanted[**index].0[self.depth] as usize == ordinal;
        let count = self.order.iter().take_while(of_child).count();
        let (child, rest) = self.order.split_at(count);
        self.order = rest;
        child
    }

    fn node(&mut self, order: &'n [usize]) -> Node<'_, 't, 'w> {
        Node { pass: self.pass, order, depth: self.depth + 1, cursor: self.cursor }
    }

    /// Notes the end of a child, and steps over the comma if there is one.
    fn child_ended(&mut self, end: usize) {
        let next = self.pass.skip_space(end);
        let comma = self.pass.text.as_bytes().get(next) == Some(&b',');
        self.cursor = if comma { next + 1 } else { end };
    }

    /// The end of the container, once its last child is read: behind the closing bracket.
    fn end(&self) -> usize {
        self.pass.skip_space(self.cursor) + 1
    }
}

impl<'de> Visitor<'de> for Children<'_, 'de, '_> {
    type Value = usize;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list or an object")
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut elements: A) -> Result<usize, A::Error> {
        for ordinal in 0.. {
            let order = self.wanted_of(ordinal);
            let end = if order.is_empty() {
                elements.next_element::<&'de RawValue>()?.map(|raw| self.pass.span_of(raw).end)
            } else {
                elements.next_element_seed(self.node(order))?
            };
            let Some(end) = end else { break };
            self.child_ended(end);
        }
        Ok(self.end())
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut entries: A) -> Result<usize, A::Error> {
        let mut ordinal = 0;
        while let Some(key) = entries.next_key::<&'de RawValue>()? {
            let key = self.pass.span_of(key);
            let order = self.wanted_of(ordinal);
            let end = if order.is_empty() {
                let value = entries.next_value::<&'de RawValue>()?;
                self.pass.span_of(value).end
            } else {
                for index in order {
                    let (path, part) = self.pass.wanted[*index];
                    if path.len() == self.depth + 1 && part == Part::Key {
                        self.pass.found[*index] = Some(key);
                    }
                }
                let colon = self.pass.skip_space(key.end);
                if self.pass.text.as_bytes().get(colon) != Some(&b':') {
                    return Err(A::Error::custom("no colon"));
                }
                self.cursor = colon + 1;
                entries.next_value_seed(self.node(order))?
            };
            self.child_ended(end);
            ordinal += 1;
        }
        Ok(self.end())
    }
}

#[cfg(test)]
mod tests {
    use super::super::random::{Random, written};
    use super::*;

    fn find<'t>(text: &'t str, path: &[u32], part: Part) -> Option<&'t str> {
        let found = locate_all(text, &[(Path::from(path), part)]);
        found[0].map(|span| &text[span.start..span.end])
    }

    #[test]
    fn keys_and_values() {
        let text = r#" {"a" : [ 1, "x\"]" ,{} ], "a":{ "b": [ ] } } trailing"#;
        for (path, key, value) in [
            (&[][..], None, Some(&text[1..text.len() - 9])),
            (&[0], Some(r#""a""#), Some(r#"[ 1, "x\"]" ,{} ]"#)),
            (&[0, 0], None, Some("1")),
            (&[0, 1], None, Some(r#""x\"]""#)),
            (&[0, 2], None, Some("{}")),
            (&[0, 3], None, None),
            (&[0, 1, 0], None, None),
            (&[1], Some(r#""a""#), Some(r#"{ "b": [ ] }"#)),
            (&[1, 0], Some(r#""b""#), Some("[ ]")),
            (&[1, 0, 0], None, None),
            (&[2], None, None),
        ] {
            assert_eq!(find(text, path, Part::Key), key, "key of {path:?}");
            assert_eq!(find(text, path, Part::Value), value, "value of {path:?}");
        }
    }

    #[test]
    fn borrowed_pieces_tell_where_they_are() {
        let text = "[\"abc\"]".to_owned();
        assert_eq!(span_in(&text, &text[2..5]), Some(Span { start: 2, end: 5 }));
        assert_eq!(span_in(&text[2..5], &text), None);
        assert_eq!(span_in(&text[..4], &text[2..5]), None);
    }

    #[test]
    fn what_precedes_an_error_is_found() {
        assert_eq!(find(r#"{"a": 1, "b": }"#, &[0], Part::Value), Some("1"));
        assert_eq!(find(r#"{"a": 1, "b" 2}"#, &[1], Part::Key), Some("\"b\""));
        for broken in ["", "{", "[1", "[1,", "{\"a\"", "{\"a\":", "{\"a\":1", "x", "[1 2]", "{\"a\" 1}"] {
            for path in [&[][..], &[0], &[1], &[0, 0]] {
                let _ = find(broken, path, Part::Value);
                let _ = find(broken, path, Part::Key);
            }
        }
    }

    /// Random documents, written with random white space: whatever was written for a node is what is found for it.
    #[test]
    fn every_node_is_found_where_it_was_written() {
        let mut random = Random::new(7);
        for round in 0..3_000 {
            let doc = random.doc(4);
            let mut everything = written(&doc, &mut random);
            let parsed = super::super::Doc::parse(&everything.text).expect("valid");
            assert_eq!(parsed, doc, "round {round}");
            random.shuffle(&mut everything.places);
            // Also some of the places only: then the pass takes other ways.
            let keep = if round % 2 == 0 { everything.places.len() } else { 1 + random.below(3) };
            everything.places.truncate(keep);
            let wanted: Vec<_> = everything.places.iter().map(|(path, part, _)| (path.clone(), *part)).collect();
            let found = locate_all(&everything.text, &wanted);
            for ((path, part, span), found) in everything.places.iter().zip(found) {
                assert_eq!(found, Some(*span), "round {round}: {path:?} {part:?} of {}", everything.text);
            }
        }
    }
}
