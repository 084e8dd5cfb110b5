//! From paths to byte spans in YAML: what [`locate`](super::super::locate) is for JSON. The events are gone through
//! again, and children are counted as the [`Loader`](super::Loader) counts them.
//!
//! What an alias or a merge key brought is found at the alias: it stands nowhere else under that path.

use foldhash::HashMap;
use granit_parser::{Event, ScalarStyle};

use super::{MERGE_KEY, events, function};
use crate::document::locate::Wanted;
use crate::source::{Part, Span, Token, TokenKind, Tokens};

/// Finds the spans of many places in one pass, in the order in which they are asked for. A function's map starts with
/// its short tag, whose span is also that of the map's one key.
pub(in crate::document) fn locate(text: &str, wanted: &[Wanted<'_>]) -> Vec<Option<Span>> {
    let mut pass = Pass::new(wanted);
    let mut events = events(text);
    // An error ends the pass; what it did not reach stays unfound.
    while let Some(Ok((event, span))) = events.next_event() {
        if event == Event::DocumentEnd {
            break;
        }
        if let Some(token) = token(text, &event, &span) {
            pass.take(token);
        }
    }
    pass.found
}

/// The same without the text, of the tokens that its reader met.
pub(in crate::document) fn locate_in(tokens: &Tokens, wanted: &[Wanted<'_>]) -> Vec<Option<Span>> {
    let mut pass = Pass::new(wanted);
    tokens.iter().for_each(|token| pass.take(token));
    pass.found
}

/// What an event is for places; none if it is nothing.
pub(super) fn token(text: &str, event: &Event<'_>, span: &granit_parser::Span) -> Option<Token> {
    let range = span.byte_range().unwrap_or(0..0);
    let range = Span { start: range.start.min(text.len()), end: range.end.min(text.len()) };
    let tag_of = |tag: &Option<std::borrow::Cow<'_, granit_parser::Tag>>| {
        tag.as_deref().and_then(function)?;
        span.tag_span()?.byte_range().map(Span::from)
    };
    match event {
        Event::Scalar(value, style, _, tag) => {
            let kind = if value == MERGE_KEY { TokenKind::Merge } else { TokenKind::Scalar };
            Token::new(kind, scalar(text, range, *style), tag_of(tag))
        }
        Event::Alias(_) => Token::new(TokenKind::Alias, range, None),
        Event::SequenceStart(_, _, tag) => Token::new(TokenKind::ListStart, range, tag_of(tag)),
        Event::MappingStart(_, _, tag) => Token::new(TokenKind::MapStart, range, tag_of(tag)),
        Event::SequenceEnd | Event::MappingEnd => Token::new(TokenKind::End, range, None),
        _ => None,
    }
}

/// A block scalar's span may reach to the next token, and starts behind its indentation.
fn scalar(text: &str, range: Span, style: ScalarStyle) -> Span {
    let Some(text) = text.get(range.start..range.end) else { return range };
    match style {
        ScalarStyle::Literal | ScalarStyle::Folded => {
            let start = range.start + (text.len() - text.trim_start().len());
            Span { start: start.min(range.end), end: (range.start + text.trim_end().len()).max(start) }
        }
        _ => range,
    }
}

struct Pass<'w> {
    wanted: &'w [Wanted<'w>],
    by_path: HashMap<&'w [u32], Vec<usize>>,
    found: Vec<Option<Span>>,
    /// Of the node that comes next, or of the innermost open container when its children are done.
    path: Vec<u32>,
    open: Vec<Open>,
    /// Where the last token that says something ended.
    end: usize,
}

struct Open {
    start: usize,
    /// Where its short tag stands.
    tag: Option<Span>,
    kind: Kind,
    children: u32,
}

enum Kind {
    List,
    Map { key: Option<Key>, merge: Option<Span> },
}

#[derive(Clone, Copy)]
struct Key {
    span: Span,
    is_merge: bool,
}

impl<'w> Pass<'w> {
    fn new(wanted: &'w [Wanted<'w>]) -> Pass<'w> {
        let mut by_path: HashMap<&[u32], Vec<usize>> = HashMap::default();
        for (index, (path, _)) in wanted.iter().enumerate() {
            by_path.entry(path).or_default().push(index);
        }
        Pass { wanted, by_path, found: vec![None; wanted.len()], path: Vec::new(), open: Vec::new(), end: 0 }
    }

    fn take(&mut self, token: Token) {
        let range = token.span();
        match token.kind {
            TokenKind::Scalar | TokenKind::Merge => {
                self.end = self.end.max(range.end);
                if self.expects_key() {
                    return self.key(range, token.kind == TokenKind::Merge);
                }
                self.enter();
                self.ended(range, token.tag());
            }
            TokenKind::Alias => {
                self.end = range.end;
                if self.expects_key() {
                    return self.key(range, false);
                }
                self.enter();
                self.all_below(range);
                self.ended(range, None);
            }
            TokenKind::ListStart => self.opened(range, token.tag(), Kind::List),
            TokenKind::MapStart => self.opened(range, token.tag(), Kind::Map { key: None, merge: None }),
            TokenKind::End => self.closed(range),
        }
    }

    fn expects_key(&self) -> bool {
        matches!(self.open.last(), Some(Open { kind: Kind::Map { key: None, .. }, .. }))
    }

    fn key(&mut self, range: Span, is_merge: bool) {
        if let Some(Open { kind: Kind::Map { key, .. }, .. }) = self.open.last_mut() {
            *key = Some(Key { span: range, is_merge });
        }
    }

    /// Steps to the next child of what is open.
    fn enter(&mut self) {
        let Some(open) = self.open.last_mut() else { return };
        self.path.push(open.children);
        open.children += 1;
        let key = match &mut open.kind {
            Kind::Map { key, .. } => *key,
            Kind::List => None,
        };
        if let Some(key) = key {
            self.find(Part::Key, key.span);
        }
    }

    fn opened(&mut self, range: Span, tag: Option<Span>, kind: Kind) {
        self.enter();
        if tag.is_some() {
            self.path.push(0);
        }
        self.open.push(Open { start: range.start, tag, kind, children: 0 });
    }

    fn closed(&mut self, range: Span) {
        let Some(open) = self.open.pop() else { return };
        // Only a flow collection has a closing token of its own; a block ends where its last child does.
        if range.start < range.end {
            self.end = self.end.max(range.end);
        }
        if let Kind::Map { merge: Some(merge), .. } = open.kind {
            self.brought(open.children, merge);
        }
        let range = Span { start: open.start, end: self.end.max(open.start) };
        if open.tag.is_some() {
            self.path.pop();
        }
        self.ended(range, open.tag);
    }

    /// A node is complete, and all but noted.
    fn ended(&mut self, range: Span, tag: Option<Span>) {
        match tag {
            None => self.find(Part::Value, range),
            Some(tag) => {
                self.find(Part::Value, Span { start: tag.start, end: range.end.max(tag.end) });
                self.path.push(0);
                self.find(Part::Key, tag);
                self.find(Part::Value, range);
                self.path.pop();
            }
        }
        self.path.pop();
        if let Some(Open { kind: Kind::Map { key, merge }, .. }) = self.open.last_mut()
            && let Some(Key { is_merge, .. }) = key.take()
            && is_merge
        {
            *merge = Some(range);
        }
    }

    fn find(&mut self, part: Part, span: Span) {
        for index in self.by_path.get(&*self.path).into_iter().flatten() {
            if self.wanted[*index].1 == part {
                self.found[*index] = Some(span);
            }
        }
    }

    /// Whatever is wanted below the current node stands here.
    fn all_below(&mut self, span: Span) {
        for (found, (path, _)) in self.found.iter_mut().zip(self.wanted) {
            if path.len() > self.path.len() && path.starts_with(&self.path) {
                *found = Some(span);
            }
        }
    }

    /// Whatever is wanted of the current map's children from the `own`-th on came through a merge key.
    fn brought(&mut self, own: u32, merge: Span) {
        for (found, (path, _)) in self.found.iter_mut().zip(self.wanted) {
            if path.starts_with(&self.path) && path.get(self.path.len()).is_some_and(|ordinal| *ordinal >= own) {
                *found = Some(merge);
            }
        }
    }
}
