//! From places to what a report shows. In: the sources and the places of the findings. Out: names, lines and columns;
//! each document is gone through once, however many places it has.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;
use serde::{Serialize, Serializer};

use super::locate::{Wanted, locate};
use super::parse::Text;
use super::yaml;
use crate::source::{At, Lines, Part, Place, Position, Source, SourceId, Sources, Span, Wrapping};

/// A place as a report shows it. Serializes as `{"path", "start", "end"}`, with `"inner": {"start", "end"}` where the
/// place is inside a string.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub struct Location<'a> {
    /// The name of the source.
    pub path: &'a str,
    /// The first character.
    pub start: Position,
    /// The one after the last.
    pub end: Position,
    /// For a place inside a string value, where it is in the decoded text; `start` and `end` are then the string's.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "inner")]
    pub inner: Option<(Position, Position)>,
    /// The source, for who shows its text.
    #[serde(skip)]
    pub source: SourceId,
    /// The bytes from `start` to `end` in the source's text.
    #[serde(skip)]
    pub span: Span,
}

fn inner<S: Serializer>(positions: &Option<(Position, Position)>, serializer: S) -> Result<S::Ok, S::Error> {
    #[derive(Serialize)]
    struct Inner {
        start: Position,
        end: Position,
    }
    positions.map(|(start, end)| Inner { start, end }).serialize(serializer)
}

/// Locates many places at once, in the order in which they are given: those of one document together, in one pass.
///
/// Nothing is found for a place that its source does not have. A place in a wrapped document is at least located as
/// the string that holds the document.
///
/// # Panics
/// If a place belongs to other sources.
pub fn locate_places<'s>(sources: &'s Sources, places: &[&Place]) -> Vec<Option<Location<'s>>> {
    let mut locations = vec![None; places.len()];
    let mut order: Vec<usize> = (0..places.len()).collect();
    order.sort_by_key(|index| document_of(places[*index]));
    for group in order.chunk_by(|a, b| document_of(places[*a]) == document_of(places[*b])) {
        let id = places[group[0]].source;
        let source = sources.get(id);
        let show = |span, inner| Some(locate_span(source, id, span, inner));
        match document_of(places[group[0]]).1 {
            None => {
                for index in group {
                    locations[*index] = match &places[*index].at {
                        At::Span(span) => show(*span, None),
                        _ => show(Span { start: 0, end: 0 }, None),
                    };
                }
            }
            Some((root, wrapping @ (Wrapping::Bare | Wrapping::Yaml))) => {
                let text = source.text().get(root..).unwrap_or_default();
                let spans = spans_in(text, group, places, |nodes| match (wrapping, source.tokens()) {
                    (Wrapping::Yaml, Some(tokens)) => yaml::locate_in(tokens, nodes),
                    (Wrapping::Yaml, None) => yaml::locate(text, nodes),
                    _ => locate(text, nodes),
                });
                for (index, span) in group.iter().zip(spans) {
                    let span = span.map(|span| Span { start: root + span.start, end: root + span.end });
                    locations[*index] = span.and_then(|span| show(span, None));
                }
            }
            Some((root, wrapping)) => {
                let text = source.text().get(root..).unwrap_or_default();
                let Some(token) = locate(text, &[(&[], Part::Value)])[0] else {
                    continue;
                };
                let string = Span { start: root + token.start, end: root + token.end };
                let Some(decoded) = unwrap(&text[token.start..token.end], wrapping) else {
                    group.iter().for_each(|index| locations[*index] = show(string, None));
                    continue;
                };
                let lines = Lines::new(&decoded);
                let position = |offset| lines.position(&decoded, offset);
                for (index, span) in
                    group.iter().zip(spans_in(&decoded, group, places, |nodes| locate(&decoded, nodes)))
                {
                    let inner = span.map(|span| (position(span.start), position(span.end)));
                    locations[*index] = show(string, inner);
                }
            }
        }
    }
    locations
}

/// What has to be gone through to find a place: places with the same answer share a pass.
fn document_of(place: &Place) -> (SourceId, Option<(usize, Wrapping)>) {
    let document = match &place.at {
        At::Whole | At::Span(_) => None,
        At::Node { root, wrapping, .. } | At::Within { root, wrapping, .. } => Some((*root, *wrapping)),
    };
    (place.source, document)
}

/// The spans of a group's places in their document's text.
fn spans_in(
    text: &str,
    group: &[usize],
    places: &[&Place],
    locate: impl FnOnce(&[Wanted<'_>]) -> Vec<Option<Span>>,
) -> Vec<Option<Span>> {
    let nodes: Vec<Wanted<'_>> = group.iter().filter_map(|index| wanted(places[*index])).collect();
    let found = if nodes.is_empty() { Vec::new() } else { locate(&nodes) };
    let mut found = found.into_iter();
    let span = |index: &usize| match &places[*index].at {
        At::Within { span, .. } => Some(Span { start: span.start.min(text.len()), end: span.end.min(text.len()) }),
        _ => found.next().flatten(),
    };
    group.iter().map(span).collect()
}

fn wanted(place: &Place) -> Option<Wanted<'_>> {
    match &place.at {
        At::Node { path, part, .. } => Some((path.as_slice(), *part)),
        _ => None,
    }
}

fn locate_span(source: &Source, id: SourceId, span: Span, inner: Option<(Position, Position)>) -> Location<'_> {
    let (start, end) = (source.position(span.start), source.position(span.end));
    Location { path: source.name(), start, end, inner, source: id, span }
}

/// The document that a JSON value of this text stands for: the value's own text if it is bare, else the text of the
/// string, decoded. Nothing if it is not a string, or decodes to something that is not UTF-8. A `+` stays one.
pub fn unwrap(token: &str, wrapping: Wrapping) -> Option<Cow<'_, str>> {
    let decoded = match wrapping {
        Wrapping::Bare | Wrapping::Yaml => return Some(Cow::Borrowed(token)),
        Wrapping::JsonString | Wrapping::PercentEncoded => serde_json::from_str::<Text<'_>>(token).ok()?.0,
    };
    if wrapping == Wrapping::JsonString {
        return Some(decoded);
    }
    match decoded {
        Cow::Borrowed(text) => percent_decode_str(text).decode_utf8().ok(),
        Cow::Owned(text) => percent_decode_str(&text).decode_utf8().ok().map(|text| Cow::Owned(text.into_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Path;

    fn node(source: SourceId, root: usize, wrapping: Wrapping, path: &[u32], part: Part) -> Place {
        Place { source, at: At::Node { root, wrapping, path: Path::from(path), part } }
    }

    fn columns(location: &Option<Location<'_>>) -> Option<(u32, u32)> {
        location.as_ref().map(|location| (location.start.column, location.end.column))
    }

    #[test]
    fn unwrapping() {
        for (token, wrapping, expected) in [
            (r#"{"a": 1}"#, Wrapping::Bare, Some(r#"{"a": 1}"#)),
            (r#""{\"a\": 1}""#, Wrapping::JsonString, Some(r#"{"a": 1}"#)),
            (r#""%7B%22a%22%3A+1%7D""#, Wrapping::PercentEncoded, Some(r#"{"a":+1}"#)),
            (r#""%7B\u0025zz%7D""#, Wrapping::PercentEncoded, Some("{%zz}")),
            (r#""%7B%FF%7D""#, Wrapping::PercentEncoded, None),
            (r#""%C3%A4""#, Wrapping::PercentEncoded, Some("ä")),
            ("1", Wrapping::JsonString, None),
            (r#""\ud800""#, Wrapping::JsonString, None),
        ] {
            assert_eq!(unwrap(token, wrapping).as_deref(), expected, "{token}");
        }
    }

    #[test]
    fn places_of_every_kind() {
        let mut sources = Sources::new();
        let text =
            "\u{feff}{\"é\": {\"b\": 1}, \"p\": \"{\\\"b\\\":\\n 22}\", \"q\": \"%7B%22b%22:%2022%7D\", \"s\": \"{x\"}";
        let a = sources.add(Source::from_text("a.json", text));
        let b = sources.add(Source::from_text("b.json", "[10, 20]"));
        let value = |key: &str| sources[a].text().find(key).expect("there") + key.len();
        let (p, q, s) = (value("\"p\": "), value("\"q\": "), value("\"s\": "));
        let within = |root, wrapping, start, end| Place {
            source: a,
            at: At::Within { root, wrapping, span: Span { start, end } },
        };
        let places = [
            node(b, 0, Wrapping::Bare, &[1], Part::Value),
            node(a, 0, Wrapping::Bare, &[0, 0], Part::Value),
            node(a, value("\"é\":"), Wrapping::Bare, &[0], Part::Key),
            node(a, p, Wrapping::JsonString, &[0], Part::Value),
            node(a, q, Wrapping::PercentEncoded, &[0], Part::Value),
            within(s, Wrapping::JsonString, 1, 2),
            node(a, s, Wrapping::JsonString, &[7], Part::Value),
            Place { source: b, at: At::Span(Span { start: 1, end: 3 }) },
            Place { source: b, at: At::Whole },
            node(b, 0, Wrapping::Bare, &[2], Part::Value),
            node(b, 99, Wrapping::Bare, &[], Part::Value),
            node(b, 1, Wrapping::JsonString, &[0], Part::Value),
        ];
        let found = locate_places(&sources, &places.iter().collect::<Vec<_>>());
        let shown = |index: usize| {
            let location = found[index].as_ref().expect("found");
            &sources[location.source].text()[location.span.start..location.span.end]
        };
        let inner = |index: usize| {
            let (start, end) = found[index].and_then(|location| location.inner).expect("inside a string");
            ((start.line, start.column), (end.line, end.column))
        };
        assert_eq!((shown(0), shown(1), shown(2)), ("20", "1", "\"b\""));
        assert_eq!(columns(&found[1]), Some((13, 14)));
        assert_eq!(
            found[1].map(|location| location.start.offset),
            Some(16),
            "with the mark and a character of two bytes"
        );
        assert!(shown(3).starts_with("\"{") && shown(3).ends_with("22}\""));
        assert_eq!(inner(3), ((2, 2), (2, 4)));
        assert_eq!(inner(4), ((1, 7), (1, 9)));
        assert_eq!(inner(5), ((1, 2), (1, 3)));
        assert_eq!((shown(6), found[6].and_then(|location| location.inner)), ("\"{x\"", None));
        assert_eq!((columns(&found[7]), columns(&found[8])), (Some((2, 4)), Some((1, 1))));
        assert_eq!((found[9], found[10]), (None, None));
        assert_eq!(shown(11), "10");
    }

    #[test]
    fn serialized_as_the_report_has_it() {
        let mut sources = Sources::new();
        let id = sources.add(Source::from_text("a.json", "\"[1]\""));
        let at = |path| node(id, 0, Wrapping::JsonString, path, Part::Value);
        let found = locate_places(&sources, &[&at(&[0]), &at(&[1])]);
        let position = |column: u32| format!(r#"{{"line":1,"column":{column},"offset":{}}}"#, column - 1);
        let outer = format!(r#"{{"path":"a.json","start":{},"end":{}"#, position(1), position(6));
        let with = format!(r#"{outer},"inner":{{"start":{},"end":{}}}}}"#, position(2), position(3));
        assert_eq!(serde_json::to_string(&found[0]).expect("plain data"), with);
        assert_eq!(serde_json::to_string(&found[1]).expect("plain data"), format!("{outer}}}"));
    }
}
