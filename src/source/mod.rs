//! The texts that a run reads, and how one points into them.
//!
//! In: files, standard input, texts made in memory. Out: a [`Source`] (name and valid UTF-8 text, byte order mark
//! set aside) in a table of [`Sources`], a [`Position`] for any byte of it, and the vocabulary of places
//! ([`Place`], [`At`], [`Path`]) that the model and the findings carry. Nothing here reads JSON or knows IAM.

mod lines;
mod place;
mod read;
mod tokens;

use std::fmt;
use std::ops::Index;
use std::sync::OnceLock;

pub(crate) use lines::Lines;
pub use lines::Position;
pub use place::{At, Part, Path, Place, Span, Wrapping};
pub use read::ReadError;
pub use tokens::{Token, TokenKind, Tokens};

/// Which of the [`Sources`]; valid only for the table that gave it out.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct SourceId(u32);

/// One text as read: its name as the user gave it (`-` is shown as `<stdin>`) and its text, which is valid UTF-8 and
/// free of a leading byte order mark.
///
/// ```
/// use rolecall::source::Source;
///
/// let source = Source::from_text("policy.json", "{\n  \"Version\": 1\n}");
/// assert_eq!(source.position(4).line, 2);
/// assert_eq!(source.position(4).column, 3);
/// ```
#[derive(Clone)]
pub struct Source {
    name: Box<str>,
    /// As read. The mark stays in front, because cutting it off would copy a text of many megabytes.
    raw: String,
    mark: ByteOrderMark,
    medium: Medium,
    /// Built when the first position is asked for: a run without findings never needs it.
    lines: OnceLock<Lines>,
    /// What its reader met, if it is YAML.
    tokens: OnceLock<Tokens>,
}

/// Where a text lies.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Medium {
    /// In a file, or in what stands for one.
    File,
    /// In memory, as it came from a server: nobody can look up a line of it.
    Memory,
}

/// Whether the file began with U+FEFF. Offsets are shown as the file has them, so it has to be remembered.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum ByteOrderMark {
    Absent,
    Present,
}

impl ByteOrderMark {
    const CHARACTER: char = '\u{feff}';

    fn of(raw: &str) -> ByteOrderMark {
        if raw.starts_with(Self::CHARACTER) { ByteOrderMark::Present } else { ByteOrderMark::Absent }
    }

    const fn len(self) -> usize {
        match self {
            ByteOrderMark::Absent => 0,
            ByteOrderMark::Present => Self::CHARACTER.len_utf8(),
        }
    }
}

impl Source {
    /// The longest text that is read: 512 MiB, some ten times the dump of an account with thousands of roles. A longer
    /// one is an error rather than a machine out of memory.
    pub const MAX_BYTES: u64 = 512 * 1024 * 1024;

    /// A text that is at hand already. A leading byte order mark is set aside here too.
    pub fn from_text(name: impl Into<String>, text: impl Into<String>) -> Source {
        let raw = text.into();
        let name = name.into();
        Source {
            name: if name == "-" { "<stdin>".into() } else { name.into() },
            mark: ByteOrderMark::of(&raw),
            raw,
            medium: Medium::File,
            lines: OnceLock::new(),
            tokens: OnceLock::new(),
        }
    }

    /// A text that came over the network and that no file holds.
    pub fn fetched(name: impl Into<String>, text: impl Into<String>) -> Source {
        Source { medium: Medium::Memory, ..Source::from_text(name, text) }
    }

    /// Does a file hold it, so that somebody can look up a place in it?
    pub fn is_file(&self) -> bool {
        self.medium == Medium::File
    }

    /// The name to show: a path as the user wrote it, or `<stdin>`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The text without its byte order mark. All [`Span`]s count in bytes of this.
    pub fn text(&self) -> &str {
        &self.raw[self.mark.len()..]
    }

    /// The position of a byte of [`text`](Self::text). An offset inside a character counts as the character's own; one
    /// past the end as the end.
    pub fn position(&self, offset: usize) -> Position {
        let position = self.lines().position(self.text(), offset);
        Position { offset: position.offset + self.mark.len() as u64, ..position }
    }

    /// How many lines there are: the line ends and one more, so a text that ends in a line end has an empty last line,
    /// and the empty text one line.
    pub fn line_count(&self) -> usize {
        self.lines().count()
    }

    /// Where a line (from 1) lies, its line end not included. Empty, at the end of the text, for a line past the last.
    pub fn line_span(&self, line: usize) -> Span {
        self.lines().span(self.text(), line)
    }

    /// Keeps what the reader of the text met.
    pub fn keep_tokens(&self, tokens: Tokens) {
        // Whoever reads it again meets the same.
        let _ = self.tokens.set(tokens);
    }

    /// What the reader of the text met, if it told.
    pub fn tokens(&self) -> Option<&Tokens> {
        self.tokens.get()
    }

    fn lines(&self) -> &Lines {
        self.lines.get_or_init(|| Lines::new(self.text()))
    }
}

impl fmt::Debug for Source {
    /// Leaves the text out: it may be a dump of many megabytes.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Source")
            .field("name", &self.name)
            .field("bytes", &self.raw.len())
            .field("mark", &self.mark)
            .finish_non_exhaustive()
    }
}

/// Every text of a run. Append-only, so an id stays good.
#[derive(Clone, Debug, Default)]
pub struct Sources(Vec<Source>);

impl Sources {
    /// An empty table.
    pub fn new() -> Sources {
        Sources::default()
    }

    /// Takes a source in and gives its id.
    ///
    /// # Panics
    /// With more than 2³² sources.
    pub fn add(&mut self, source: Source) -> SourceId {
        let id = u32::try_from(self.0.len()).expect("fewer than 2^32 sources");
        self.0.push(source);
        SourceId(id)
    }

    /// The source of an id.
    ///
    /// # Panics
    /// If the id comes from another table and is too large for this one.
    pub fn get(&self, id: SourceId) -> &Source {
        &self.0[id.0 as usize]
    }

    /// All of them with their ids, in the order in which they were added.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (SourceId, &Source)> {
        // `add` made sure that every index fits.
        self.0.iter().enumerate().map(|(index, source)| (SourceId(index as u32), source))
    }
}

impl Index<SourceId> for Sources {
    type Output = Source;

    fn index(&self, id: SourceId) -> &Source {
        self.get(id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn byte_order_mark_is_set_aside_but_counted_in_offsets() {
        let source = Source::from_text("a.json", "\u{feff}{}\n[]");
        assert_eq!(source.text(), "{}\n[]");
        assert_eq!(source.position(0), Position { line: 1, column: 1, offset: 3 });
        assert_eq!(source.position(3), Position { line: 2, column: 1, offset: 6 });
        let empty = Source::from_text("a.json", "\u{feff}");
        assert_eq!(empty.text(), "");
        assert_eq!(empty.line_count(), 1);
        let twice = Source::from_text("a.json", "\u{feff}\u{feff}");
        assert_eq!(twice.text(), "\u{feff}", "only one mark is a mark");
    }

    #[test]
    fn standard_input_has_a_name_that_reads_well() {
        assert_eq!(Source::from_text("-", "").name(), "<stdin>");
        assert_eq!(Source::from_text("./-", "").name(), "./-");
    }

    #[test]
    fn sources_keep_their_ids() {
        let mut sources = Sources::new();
        let first = sources.add(Source::from_text("a", "1"));
        let second = sources.add(Source::from_text("b", "2"));
        assert_eq!(sources[first].name(), "a");
        assert_eq!(sources.get(second).text(), "2");
        assert_eq!(sources.iter().map(|(id, _)| id).collect::<Vec<_>>(), [first, second]);
        assert!(!format!("{:?}", sources[first]).contains("text"));
    }
}
