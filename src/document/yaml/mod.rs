//! YAML, as CloudFormation templates are written in it, into the same [`Doc`] as JSON.
//!
//! In: a text that holds one YAML document. Out: the tree, or a [`SyntaxError`] with its place.
//!
//! - Short tags become what they are short for: `!Ref x` is `{"Ref": "x"}`, `!Condition x` likewise, every other `!X` is
//!   `{"Fn::X": …}`; so `!GetAtt a.b` is `{"Fn::GetAtt": "a.b"}`. Tags of YAML's own (`!!str`) make a text a text.
//! - Scalars are texts, as CloudFormation hands them on: `2012-10-17` is no date, `0123` no number, `yes` and `on` no
//!   booleans. Only the plain words `true` and `false` are booleans, and `null`, `~` and nothing at all are null.
//! - An alias is a copy of what its anchor marks. What a merge key (`<<`) brings follows a map's own members, and the
//!   `<<` member itself stays, so that ordinals are those of the file.
//! - Depth is bounded as in JSON, and so is what aliases copy.

mod locate;
#[cfg(test)]
mod tests;

use std::borrow::Cow;

use foldhash::HashMap;
use granit_parser::{Event, Options, Parser, ScalarStyle, ScanError, Span, StrInput, Tag};

use super::{Doc, SyntaxError};
use crate::source::{Source, Tokens};

pub(super) use locate::{locate, locate_in};

/// As deep as JSON may nest: so nothing that walks a document can run out of stack.
const MAX_DEPTH: usize = 127;

/// How many nodes anchors and aliases may copy: enough for any template, too few to hurt.
const MAX_COPIED: usize = 200_000;

impl<'a> Doc<'a> {
    /// Parses a text that holds one YAML document (of which JSON, but for its tabs and some escapes, is a part).
    pub fn parse_yaml(text: &'a str) -> Result<Doc<'a>, SyntaxError> {
        Doc::parse_yaml_with(text, |_, _| ())
    }

    /// The same of a source, whose places will be looked for: what is met on the way is kept with it.
    pub fn parse_yaml_source(source: &'a Source) -> Result<Doc<'a>, SyntaxError> {
        let mut tokens = Tokens::default();
        let doc = Doc::parse_yaml_with(source.text(), |event, span| {
            if let Some(token) = locate::token(source.text(), event, span) {
                tokens.push(token);
            }
        })?;
        source.keep_tokens(tokens);
        Ok(doc)
    }

    fn parse_yaml_with(text: &'a str, mut meet: impl FnMut(&Event<'a>, &Span)) -> Result<Doc<'a>, SyntaxError> {
        let mut loader = Loader { text, open: Vec::new(), anchors: HashMap::default(), copied: 0, root: None };
        let mut events = events(text);
        while let Some(event) = events.next_event() {
            let (event, span) = event.map_err(|error| scan_error(text, &error))?;
            match event {
                Event::DocumentStart(..) if loader.root.is_some() => {
                    let help = "write one file for each";
                    return Err(fault(text, &span, "a second document begins here; a text holds one", Some(help)));
                }
                event => {
                    meet(&event, &span);
                    loader.take(event, &span)?;
                }
            }
        }
        loader.root.ok_or_else(|| SyntaxError {
            offset: 0,
            message: "the text is empty; a YAML document was expected".to_owned(),
            help: None,
        })
    }
}

/// The events of a text. Both passes go by the same ones, so they agree on what a document is.
fn events(text: &str) -> Parser<'_, StrInput<'_>> {
    let mut options = Options::default();
    options.set_emit_comments(false);
    // As the libraries read it that CloudFormation's own tools use.
    options.block_scalar_eof_without_line_feed = true;
    Parser::new_from_str_with_options(text, options)
}

/// What a short tag stands for; none for tags of YAML's own.
fn function(tag: &Tag) -> Option<Cow<'static, str>> {
    if tag.handle() != "!" || tag.suffix().is_empty() {
        return None;
    }
    Some(match tag.suffix() {
        "Ref" => Cow::Borrowed("Ref"),
        "Condition" => Cow::Borrowed("Condition"),
        "Sub" => Cow::Borrowed("Fn::Sub"),
        "GetAtt" => Cow::Borrowed("Fn::GetAtt"),
        "If" => Cow::Borrowed("Fn::If"),
        "Join" => Cow::Borrowed("Fn::Join"),
        "Equals" => Cow::Borrowed("Fn::Equals"),
        long if long.starts_with("Fn::") => Cow::Owned(long.to_owned()),
        short => Cow::Owned(format!("Fn::{short}")),
    })
}

struct Loader<'a> {
    text: &'a str,
    open: Vec<Open<'a>>,
    anchors: HashMap<usize, Doc<'a>>,
    copied: usize,
    root: Option<Doc<'a>>,
}

/// A list or a map that is not closed yet.
struct Open<'a> {
    content: Content<'a>,
    function: Option<Cow<'static, str>>,
    anchor: usize,
    /// How deep the children lie.
    depth: usize,
}

enum Content<'a> {
    List(Vec<Doc<'a>>),
    Map { members: Vec<(Cow<'a, str>, Doc<'a>)>, key: Option<Cow<'a, str>>, merges: Merges },
}

/// Whether a map has a merge key.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Merges {
    No,
    Yes,
}

const MERGE_KEY: &str = "<<";

impl<'a> Loader<'a> {
    fn take(&mut self, event: Event<'a>, span: &Span) -> Result<(), SyntaxError> {
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                if self.expects_key() {
                    self.anchored(anchor, || Doc::Text(text.clone()), span)?;
                    let key = if is_empty(style, span) { Cow::Borrowed("") } else { text };
                    return self.key(key);
                }
                let function = tag.as_deref().and_then(function);
                self.check_depth(1 + usize::from(function.is_some()), span)?;
                let doc = match tag.as_deref().and_then(Tag::core_suffix) {
                    Some("str") if is_empty(style, span) => Doc::Text(Cow::Borrowed("")),
                    Some("str") => Doc::Text(text),
                    _ => scalar(text, style, span),
                };
                self.add(wrapped(function, doc), anchor, span)
            }
            Event::SequenceStart(_, anchor, tag) => {
                self.opened(Content::List(Vec::new()), anchor, tag.as_deref(), span)
            }
            Event::MappingStart(_, anchor, tag) => {
                let content = Content::Map { members: Vec::new(), key: None, merges: Merges::No };
                self.opened(content, anchor, tag.as_deref(), span)
            }
            Event::SequenceEnd | Event::MappingEnd => self.closed(span),
            Event::Alias(id) => self.alias(id, span),
            _ => Ok(()),
        }
    }

    fn expects_key(&self) -> bool {
        matches!(self.open.last(), Some(Open { content: Content::Map { key: None, .. }, .. }))
    }

    /// How deep a node that comes now lies; the root at 0.
    fn depth(&self) -> usize {
        self.open.last().map_or(0, |open| open.depth)
    }

    fn check_depth(&self, levels: usize, span: &Span) -> Result<(), SyntaxError> {
        if self.depth() + levels <= MAX_DEPTH + 1 {
            return Ok(());
        }
        let help = "no policy, dump or template needs that; is the file damaged?";
        Err(fault(self.text, span, &format!("this is nested more than {MAX_DEPTH} levels deep"), Some(help)))
    }

    fn key(&mut self, text: Cow<'a, str>) -> Result<(), SyntaxError> {
        if let Some(Open { content: Content::Map { key, .. }, .. }) = self.open.last_mut() {
            *key = Some(text);
        }
        Ok(())
    }

    fn opened(
        &mut self,
        content: Content<'a>,
        anchor: usize,
        tag: Option<&Tag>,
        span: &Span,
    ) -> Result<(), SyntaxError> {
        if self.expects_key() {
            return Err(fault(self.text, span, "a list or a map stands where a key should; keys are texts", None));
        }
        let function = tag.and_then(function);
        let levels = 1 + usize::from(function.is_some());
        self.check_depth(levels + 1, span)?;
        self.open.push(Open { content, function, anchor, depth: self.depth() + levels });
        Ok(())
    }

    fn closed(&mut self, span: &Span) -> Result<(), SyntaxError> {
        let Some(open) = self.open.pop() else { return Ok(()) };
        let doc = match open.content {
            Content::List(items) => Doc::List(items),
            Content::Map { members, merges: Merges::No, .. } => Doc::Map(members),
            Content::Map { members, .. } => Doc::Map(self.merged(members, span)?),
        };
        self.add(wrapped(open.function, doc), open.anchor, span)
    }

    /// A map's own members, and behind them those that its merge keys bring and that it does not have.
    ///
    /// Source: "Merge Key Language-Independent Type for YAML Version 1.1".
    fn merged(
        &mut self,
        mut members: Vec<(Cow<'a, str>, Doc<'a>)>,
        span: &Span,
    ) -> Result<Vec<(Cow<'a, str>, Doc<'a>)>, SyntaxError> {
        let sources: Vec<Doc<'a>> =
            members.iter().filter(|(key, _)| key == MERGE_KEY).map(|(_, doc)| doc.clone()).collect();
        for source in sources {
            let maps = match source {
                Doc::List(items) => items,
                map => vec![map],
            };
            for map in maps {
                let Doc::Map(brought) = map else { continue };
                for (key, value) in brought {
                    if !members.iter().any(|(own, _)| *own == key) {
                        self.copy(&value, span)?;
                        members.push((key, value));
                    }
                }
            }
        }
        Ok(members)
    }

    /// Adds a finished node to what is open around it.
    fn add(&mut self, doc: Doc<'a>, anchor: usize, span: &Span) -> Result<(), SyntaxError> {
        self.anchored(anchor, || doc.clone(), span)?;
        match self.open.last_mut().map(|open| &mut open.content) {
            None => self.root = Some(doc),
            Some(Content::List(items)) => items.push(doc),
            Some(Content::Map { members, key, merges }) => {
                let key = key.take().unwrap_or_default();
                if key == MERGE_KEY {
                    *merges = Merges::Yes;
                }
                members.push((key, doc));
            }
        }
        Ok(())
    }

    fn anchored(&mut self, anchor: usize, doc: impl FnOnce() -> Doc<'a>, span: &Span) -> Result<(), SyntaxError> {
        if anchor != 0 {
            let doc = doc();
            self.copy(&doc, span)?;
            self.anchors.insert(anchor, doc);
        }
        Ok(())
    }

    fn alias(&mut self, id: usize, span: &Span) -> Result<(), SyntaxError> {
        let Some(doc) = self.anchors.get(&id).cloned() else {
            return Err(fault(self.text, span, "this alias stands within what it repeats", None));
        };
        if self.expects_key() {
            return match doc {
                Doc::Text(text) => self.key(text),
                _ => Err(fault(self.text, span, "this alias stands for no text, and keys are texts", None)),
            };
        }
        let levels = self.copy(&doc, span)?;
        self.check_depth(levels, span)?;
        self.add(doc, 0, span)
    }

    /// Charges a copy to the budget; how many levels it has.
    fn copy(&mut self, doc: &Doc<'_>, span: &Span) -> Result<usize, SyntaxError> {
        let (nodes, levels) = size(doc);
        self.copied += nodes;
        if self.copied <= MAX_COPIED {
            return Ok(levels);
        }
        let help = "write out what is repeated; CloudFormation itself reads no aliases";
        let message = format!("aliases repeat more than {MAX_COPIED} values");
        Err(fault(self.text, span, &message, Some(help)))
    }
}

/// Nodes and levels of a document.
fn size(doc: &Doc<'_>) -> (usize, usize) {
    let below = |(nodes, levels): (usize, usize), child: &Doc<'_>| {
        let (more, deep) = size(child);
        (nodes + more, levels.max(deep + 1))
    };
    match doc {
        Doc::List(items) => items.iter().fold((1, 1), below),
        Doc::Map(members) => members.iter().map(|(_, value)| value).fold((1, 1), below),
        _ => (1, 1),
    }
}

fn wrapped<'a>(function: Option<Cow<'static, str>>, doc: Doc<'a>) -> Doc<'a> {
    match function {
        Some(name) => Doc::Map(vec![(name, doc)]),
        None => doc,
    }
}

fn scalar<'a>(text: Cow<'a, str>, style: ScalarStyle, span: &Span) -> Doc<'a> {
    if style != ScalarStyle::Plain {
        return Doc::Text(text);
    }
    if is_empty(style, span) {
        return Doc::Null;
    }
    match &*text {
        "null" | "Null" | "NULL" | "~" => Doc::Null,
        "true" | "True" | "TRUE" => Doc::Bool(true),
        "false" | "False" | "FALSE" => Doc::Bool(false),
        _ => Doc::Text(text),
    }
}

/// A value that is not there at all is reported as a plain `~` of no length.
fn is_empty(style: ScalarStyle, span: &Span) -> bool {
    style == ScalarStyle::Plain && span.start.index() == span.end.index()
}

fn fault(text: &str, span: &Span, message: &str, help: Option<&str>) -> SyntaxError {
    let offset = text.floor_char_boundary(span.start.byte_offset().unwrap_or(0));
    SyntaxError { offset, message: message.to_owned(), help: help.map(str::to_owned) }
}

fn scan_error(text: &str, error: &ScanError) -> SyntaxError {
    use granit_parser::ErrorKind;
    let offset = text.floor_char_boundary(error.marker().byte_offset().unwrap_or(text.len()));
    let help = match error.kind() {
        ErrorKind::TabNotAllowed | ErrorKind::TabInBlockIndentation => {
            Some("indent with spaces; YAML allows no tabs there")
        }
        ErrorKind::UnknownAnchor => {
            Some("an anchor (`&name`) has to stand before its aliases (`*name`); quote a text that starts with `*`")
        }
        ErrorKind::UnexpectedCharacter { .. } => Some("put the text in quotes"),
        ErrorKind::SimpleKeyExpected | ErrorKind::ExpectedBlockMappingKey | ErrorKind::InvalidIndentation => {
            Some("check the indentation of this line against those before it, and that each key is followed by `: `")
        }
        _ => None,
    };
    SyntaxError { offset, message: format!("this is no YAML: {}", error.info()), help: help.map(str::to_owned) }
}
