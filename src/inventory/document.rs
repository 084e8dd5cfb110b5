//! Policy documents as they lie in the inputs: unread slices of text.

use std::borrow::Cow;

use crate::document::unwrap;
use crate::source::{At, Part, Path, Place, SourceId, Wrapping};

/// The text of one policy document.
#[derive(Clone, Debug)]
pub struct Document<'a> {
    /// The JSON value as it stands: an object, or a string that holds the document.
    raw: Cow<'a, str>,
    pub origin: Origin,
}

/// Where a document comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    File {
        source: SourceId,
        root: usize,
        wrapping: Wrapping,
    },
    /// Published by AWS and embedded in rolecall: no file of the user holds it.
    Embedded,
}

impl<'a> Document<'a> {
    /// A document that lies in a source, starting at the byte `root`.
    pub fn in_source(source: SourceId, root: usize, raw: &'a str) -> Document<'a> {
        let wrapping = if raw.starts_with('"') { wrapping_of(raw) } else { Wrapping::Bare };
        Document { raw: Cow::Borrowed(raw), origin: Origin::File { source, root, wrapping } }
    }

    /// A document that AWS publishes.
    pub fn embedded(text: Cow<'static, str>) -> Document<'a> {
        Document { raw: text, origin: Origin::Embedded }
    }

    /// The raw value, by which equal documents are recognised.
    pub fn raw(&self) -> &str {
        &self.raw
    }

    /// The document's own JSON text; none if a string around it cannot be decoded.
    pub fn text(&self) -> Option<Cow<'_, str>> {
        match self.origin {
            Origin::Embedded | Origin::File { wrapping: Wrapping::Bare | Wrapping::Yaml, .. } => {
                Some(Cow::Borrowed(&self.raw))
            }
            Origin::File { wrapping, .. } => unwrap(&self.raw, wrapping),
        }
    }

    /// A place in the document; none for an embedded one.
    pub fn place(&self, path: Path, part: Part) -> Option<Place> {
        match self.origin {
            Origin::Embedded => None,
            Origin::File { source, root, wrapping } => {
                Some(Place { source, at: At::Node { root, wrapping, path, part } })
            }
        }
    }
}

/// IAM's API gives documents percent-encoded, tools that decode it give plain JSON text: an encoded document has no
/// brace of its own to start with.
fn wrapping_of(raw: &str) -> Wrapping {
    let first = raw[1..].trim_start_matches(['\\', 'n', 'r', 't', ' ', '\u{feff}']);
    if first.starts_with('{') || first.starts_with('[') { Wrapping::JsonString } else { Wrapping::PercentEncoded }
}
