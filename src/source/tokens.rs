//! What the reader of a YAML text met on its way, for who looks for places in it later: to go through the text again
//! takes as long as to read it.

use super::Span;

/// The tokens of a text that begin, end or are a node, in its order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tokens(Vec<Token>);

/// One of them. Offsets in half the size of a [`Span`]'s, because there are some for every few bytes of the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token {
    pub kind: TokenKind,
    span: (u32, u32),
    /// Where its short tag stands; an empty span for none.
    tag: (u32, u32),
}

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenKind {
    Scalar,
    /// `<<`.
    Merge,
    Alias,
    ListStart,
    MapStart,
    /// Of a list or a map.
    End,
}

impl Token {
    /// Nothing for a place past 4 GiB, which no text that may be read has.
    pub fn new(kind: TokenKind, span: Span, tag: Option<Span>) -> Option<Token> {
        let short = |span: Span| Some((u32::try_from(span.start).ok()?, u32::try_from(span.end).ok()?));
        Some(Token { kind, span: short(span)?, tag: tag.map_or(Some((0, 0)), short)? })
    }

    pub fn span(self) -> Span {
        long(self.span)
    }

    pub fn tag(self) -> Option<Span> {
        (self.tag.0 < self.tag.1).then(|| long(self.tag))
    }
}

fn long((start, end): (u32, u32)) -> Span {
    Span { start: start as usize, end: end as usize }
}

impl Tokens {
    pub fn push(&mut self, token: Token) {
        self.0.push(token);
    }

    pub fn iter(&self) -> impl Iterator<Item = Token> {
        self.0.iter().copied()
    }
}
