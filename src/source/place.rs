//! Places: how the model and the findings point into a text without knowing bytes.
//!
//! In: child ordinals, as whoever walks a document counts them. Out: plain values. `document::locate_places` turns them
//! into byte spans and positions when there is something to show, and only then.

use smallvec::SmallVec;

use super::SourceId;

/// A range of bytes of a [`Source`](super::Source)'s text.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct Span {
    /// The first byte.
    pub start: usize,
    /// The byte after the last.
    pub end: usize,
}

impl From<std::ops::Range<usize>> for Span {
    fn from(range: std::ops::Range<usize>) -> Span {
        Span { start: range.start, end: range.end }
    }
}

/// A node of a document: child ordinals from its root. `[1, 7, 2]` is the second member, of that the eighth element, of
/// that the third member. Ordinals instead of names, because names are ambiguous where a key is given twice.
///
/// Paths sort in the order of the document, a node before what is in it. The resource of a statement in a template's role
/// lies twelve levels deep; a path so long needs no memory of its own.
#[derive(PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Path(SmallVec<[u32; 12]>);

/// By the slice: `SmallVec::clone` goes ordinal by ordinal, and a run makes a path for everything that it reads.
impl Clone for Path {
    #[inline]
    fn clone(&self) -> Path {
        Path(SmallVec::from_slice(&self.0))
    }
}

impl Path {
    /// The root.
    pub fn new() -> Path {
        Path::default()
    }

    /// The path of a child of this node.
    pub fn child(&self, ordinal: usize) -> Path {
        let mut path = Path(SmallVec::with_capacity(self.0.len() + 1));
        path.0.extend_from_slice(&self.0);
        path.push(ordinal);
        path
    }

    /// Goes down to a child.
    ///
    /// # Panics
    /// If the ordinal is 2³² or more, which no text that may be read can hold.
    pub fn push(&mut self, ordinal: usize) {
        self.0.push(u32::try_from(ordinal).expect("a document has fewer than 2^32 children"));
    }

    /// Goes back up to the parent; gives the ordinal that was left, or nothing at the root.
    pub fn pop(&mut self) -> Option<usize> {
        self.0.pop().map(|ordinal| ordinal as usize)
    }

    /// The ordinals.
    pub fn as_slice(&self) -> &[u32] {
        &self.0
    }
}

impl From<&[u32]> for Path {
    fn from(ordinals: &[u32]) -> Path {
        Path(SmallVec::from_slice(ordinals))
    }
}

impl<const N: usize> From<[u32; N]> for Path {
    fn from(ordinals: [u32; N]) -> Path {
        Path::from(&ordinals[..])
    }
}

/// Which part of the member at the end of a path is meant. List elements and the root have only a value.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum Part {
    /// The member's name.
    Key,
    /// The member's value, the list's element, the root.
    Value,
}

/// How a document's text lies in its source.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum Wrapping {
    /// As it is.
    Bare,
    /// As it is, in YAML instead of JSON; it is all of its source.
    Yaml,
    /// The value in the source is a JSON string; its decoded text is the document (a policy in a Terraform plan).
    JsonString,
    /// As `JsonString`, and the decoded text is percent-encoded (as IAM's API returns policy documents).
    PercentEncoded,
}

impl Wrapping {
    /// How a document given as the decoded text of a string is wrapped. IAM encodes in some answers and not in others,
    /// and so do its imitations; the first character tells, because an encoded `{` is `%7B`. Only what is encoded may
    /// be decoded: a plain policy may hold a `%`.
    pub fn of_string(decoded: &str) -> Wrapping {
        if decoded.trim_start().starts_with('%') { Wrapping::PercentEncoded } else { Wrapping::JsonString }
    }
}

/// A place in one of the [`Sources`](super::Sources).
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct Place {
    /// The text.
    pub source: SourceId,
    /// Where in it.
    pub at: At,
}

/// Where in a source.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum At {
    /// The source as such; shown as the empty place at its start.
    Whole,
    /// Bytes of the source's text.
    Span(Span),
    /// A node of a document in it. If the document is wrapped, the place shown is the string that holds it, with the
    /// node's own positions in the decoded text as inner ones.
    Node {
        /// The byte of the source's text where the document, or the string that holds it, starts.
        root: usize,
        /// How the document lies there.
        wrapping: Wrapping,
        /// The node, from the document's root.
        path: Path,
        /// Its key or its value.
        part: Part,
    },
    /// Bytes of a document in it: what [`Node`](Self::Node) is for a document whose text does not parse.
    Within {
        /// As in [`Node`](Self::Node).
        root: usize,
        /// As in [`Node`](Self::Node).
        wrapping: Wrapping,
        /// Bytes of the document's text: of the decoded text if it is wrapped, else counted from `root`.
        span: Span,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_go_down_and_sort_in_document_order() {
        let path = Path::new().child(1).child(7);
        assert_eq!(path.as_slice(), [1, 7]);
        assert_eq!(path, Path::from([1, 7]));
        assert!(path < path.child(0) && path.child(9) < Path::from([2]));
        let mut up = path.clone();
        assert_eq!((up.pop(), up.pop(), up.pop()), (Some(7), Some(1), None));
    }

    #[test]
    fn only_encoded_text_counts_as_encoded() {
        assert_eq!(Wrapping::of_string("%7B%22a%22%3A1%7D"), Wrapping::PercentEncoded);
        assert_eq!(Wrapping::of_string(" {\"a\": \"%7B\"}"), Wrapping::JsonString);
        assert_eq!(Wrapping::of_string(""), Wrapping::JsonString);
    }
}
