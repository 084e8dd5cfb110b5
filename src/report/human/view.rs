//! The text in which a place is shown.
//!
//! In: places with their locations. Out: the [`Text`] to show each in, and the [`Mark`] in that text. Mostly it is the
//! file as it is; for a document on one endless line it is the document pretty-printed, for one inside a string the
//! decoded one. The same path is found in all of them.

use std::cell::OnceCell;
use std::collections::HashMap;
use std::rc::Rc;

use super::snippet::{Mark, Role};
use crate::document::{Doc, Location, locate_all, pretty, unwrap};
use crate::rule::Label;
use crate::source::{At, Part, Path, Place, Source, SourceId, Sources, Span, Wrapping};

/// A line of more bytes is shown reformatted, or a window of it.
const LONG_LINE: usize = 200;
/// A larger document is not reformatted: a window of its line is shown.
const LARGEST_DOCUMENT: usize = 1 << 20;
/// The cache of texts is emptied when it holds more.
const CACHED_BYTES: usize = 64 << 20;

/// Which text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum View {
    File(SourceId),
    /// A document of it, by the byte where it starts, decoded or reformatted or both.
    Document(SourceId, usize, Wrapping),
}

/// Where a label is shown.
pub(super) struct Seen<'r> {
    pub view: View,
    pub text: Text<'r>,
    pub mark: Mark,
}

#[derive(Clone)]
pub(super) enum Text<'r> {
    File(&'r Source),
    Made(Rc<Made>),
}

impl Text<'_> {
    pub(super) fn source(&self) -> &Source {
        match self {
            Text::File(source) => source,
            Text::Made(made) => &made.text,
        }
    }
}

/// The text of a document that is not shown as its file has it.
pub(super) struct Made {
    text: Source,
    layout: Layout,
    /// Where the nodes are that the report shows of it, if it is reformatted: found in one pass.
    spans: HashMap<Node, Option<Span>>,
}

/// A document: its source, the byte where it starts, and how it lies there.
type Document = (SourceId, usize, Wrapping);

type Node = (Path, Part);

#[derive(Clone, Copy, PartialEq, Eq)]
enum Layout {
    /// As the string has it.
    Own,
    Reformatted,
}

/// Makes the texts and keeps them, because the findings of a principal are often about one document.
pub(super) struct Views<'r, 'p> {
    sources: &'r Sources,
    /// All that will be shown.
    places: &'p [&'p Place],
    /// The nodes among them, by document.
    nodes: OnceCell<HashMap<Document, Vec<Node>>>,
    made: HashMap<Document, Option<Rc<Made>>>,
    bytes: usize,
}

impl<'r, 'p> Views<'r, 'p> {
    /// For a report that shows these places.
    pub(super) fn new(sources: &'r Sources, places: &'p [&'p Place]) -> Self {
        Views { sources, places, nodes: OnceCell::new(), made: HashMap::new(), bytes: 0 }
    }

    /// Where to show a label, given where it is.
    pub(super) fn see(&mut self, label: &Label, role: Role, location: &Location<'r>) -> Seen<'r> {
        let head = format!("{}:{}:{}", location.path, location.start.line, location.start.column);
        let mark = |span, location| Mark { span, message: label.message.clone(), role, location };
        if let Some((view, made, span)) = self.made_for(label, location) {
            let how = match (view, made.layout) {
                (View::Document(_, _, Wrapping::Bare) | View::File(_), _) => " (reformatted)",
                (_, Layout::Own) => " (policy inside the string)",
                (_, Layout::Reformatted) => " (policy inside the string, reformatted)",
            };
            return Seen { view, text: Text::Made(made), mark: mark(span, head + how) };
        }
        let text = Text::File(self.sources.get(location.source));
        Seen { view: View::File(location.source), text, mark: mark(location.span, head) }
    }

    /// The document's own text for a place that the file does not show well, and the place in it.
    fn made_for(&mut self, label: &Label, location: &Location<'_>) -> Option<(View, Rc<Made>, Span)> {
        let inner = location.inner.map(|(start, end)| Span { start: start.offset as usize, end: end.offset as usize });
        let (root, wrapping, node) = match &label.place.at {
            At::Node { root, wrapping, path, part } => (*root, *wrapping, Some((path, *part))),
            At::Within { root, wrapping, .. } => (*root, *wrapping, None),
            At::Whole | At::Span(_) => return None,
        };
        let source = self.sources.get(location.source);
        if wrapping == Wrapping::Yaml {
            // People write YAML, line by line: a window of a long one is what they know.
            return None;
        }
        if wrapping == Wrapping::Bare {
            let line = source.line_span(location.start.line as usize);
            if line.end - line.start <= LONG_LINE {
                return None;
            }
        }
        let made = self.make(source, location.source, root, wrapping)?;
        let span = match (made.layout, node) {
            (Layout::Own, _) => inner?,
            (Layout::Reformatted, Some((path, part))) => (*made.spans.get(&(path.clone(), part))?)?,
            (Layout::Reformatted, None) => return None,
        };
        Some((View::Document(location.source, root, wrapping), made, span))
    }

    fn make(&mut self, source: &Source, id: SourceId, root: usize, wrapping: Wrapping) -> Option<Rc<Made>> {
        let key = (id, root, wrapping);
        if let Some(known) = self.made.get(&key) {
            return known.clone();
        }
        let mut made = made(source.text().get(root..)?, wrapping);
        if let Some(made) = made.as_mut().filter(|made| made.layout == Layout::Reformatted) {
            let nodes = self.nodes().get(&key).map_or(&[][..], Vec::as_slice);
            made.spans = nodes.iter().cloned().zip(locate_all(made.text.text(), nodes)).collect();
        }
        let made = made.map(Rc::new);
        self.bytes += made.as_ref().map_or(0, |made| made.text.text().len());
        if self.bytes > CACHED_BYTES {
            self.made.clear();
            self.bytes = 0;
        }
        self.made.insert(key, made.clone());
        made
    }

    fn nodes(&self) -> &HashMap<Document, Vec<Node>> {
        self.nodes.get_or_init(|| {
            let mut nodes: HashMap<Document, Vec<Node>> = HashMap::new();
            for place in self.places {
                if let At::Node { root, wrapping, path, part } = &place.at {
                    nodes.entry((place.source, *root, *wrapping)).or_default().push((path.clone(), *part));
                }
            }
            nodes
        })
    }
}

/// The text of the document that starts here; none if the file shows it as well as can be.
fn made(text: &str, wrapping: Wrapping) -> Option<Made> {
    let token = locate_all(text, &[(Path::new(), Part::Value)])[0]?;
    let token = text.get(token.start..token.end).filter(|token| token.len() <= LARGEST_DOCUMENT)?;
    let document = unwrap(token, wrapping)?;
    let own = |text: &str| Made { text: Source::from_text("", text), layout: Layout::Own, spans: HashMap::new() };
    let reads_well = document.contains('\n') && document.lines().all(|line| line.len() <= LONG_LINE);
    match (Doc::parse(&document), wrapping) {
        (_, Wrapping::Yaml) | (Err(_), Wrapping::Bare) => None,
        (Ok(_), Wrapping::JsonString | Wrapping::PercentEncoded) if reads_well => Some(own(&document)),
        (Err(_), _) => Some(own(&document)),
        (Ok(doc), _) => {
            let text = Source::from_text("", pretty(&doc));
            Some(Made { text, layout: Layout::Reformatted, spans: HashMap::new() })
        }
    }
}
