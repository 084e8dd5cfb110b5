//! Policy documents as they lie in the inputs: unread slices of text, or what a template makes of them.

use std::borrow::Cow;
use std::rc::Rc;

use super::Resolved;
use crate::document::unwrap;
use crate::source::{At, Part, Path, Place, SourceId, Wrapping};

/// One policy document.
#[derive(Clone, Debug)]
pub struct Document<'a> {
    content: Content<'a>,
    pub origin: Origin,
}

#[derive(Clone, Debug)]
enum Content<'a> {
    /// The JSON value as it stands: an object, or a string that holds the document.
    Raw(Cow<'a, str>),
    /// Shared, because the entries of several worlds may be about one document.
    Resolved(Rc<Resolved>),
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
        Document { content: Content::Raw(Cow::Borrowed(raw)), origin: Origin::File { source, root, wrapping } }
    }

    /// A document that AWS publishes.
    pub fn embedded(text: Cow<'static, str>) -> Document<'a> {
        Document { content: Content::Raw(text), origin: Origin::Embedded }
    }

    /// A document that was made of a template. `wrapping` says how the template's file is written: bare for JSON.
    pub fn resolved(source: SourceId, wrapping: Wrapping, resolved: Resolved) -> Document<'a> {
        Document::resolved_at(source, 0, wrapping, resolved)
    }

    /// A document that was made of a piece of a source, which starts at the byte `root`.
    pub fn resolved_at(source: SourceId, root: usize, wrapping: Wrapping, resolved: Resolved) -> Document<'a> {
        let origin = Origin::File { source, root, wrapping };
        Document { content: Content::Resolved(Rc::new(resolved)), origin }
    }

    /// The source that holds it; none for what rolecall holds itself.
    pub fn source(&self) -> Option<SourceId> {
        match self.origin {
            Origin::File { source, .. } => Some(source),
            Origin::Embedded => None,
        }
    }

    /// The raw value, by which equal documents are recognised; none for one that was made of a template.
    pub fn raw(&self) -> Option<&str> {
        match &self.content {
            Content::Raw(raw) => Some(raw),
            Content::Resolved(_) => None,
        }
    }

    /// What a template made, if one did.
    pub fn as_resolved(&self) -> Option<&Resolved> {
        match &self.content {
            Content::Raw(_) => None,
            Content::Resolved(resolved) => Some(resolved),
        }
    }

    /// The document's own JSON text; none if a string around it cannot be decoded, or if a template made it.
    pub fn text(&self) -> Option<Cow<'_, str>> {
        let raw = self.raw()?;
        match self.origin {
            Origin::Embedded | Origin::File { wrapping: Wrapping::Bare | Wrapping::Yaml, .. } => {
                Some(Cow::Borrowed(raw))
            }
            Origin::File { wrapping, .. } => unwrap(raw, wrapping),
        }
    }

    /// A place in the document; none for an embedded one. For one made of a template it is the place in the template.
    pub fn place(&self, path: Path, part: Part) -> Option<Place> {
        let (path, part) = match self.as_resolved() {
            Some(resolved) => resolved.origin(&path, part),
            None => (path, part),
        };
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
