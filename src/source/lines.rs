//! From byte offsets to lines and columns. In: a text. Out: an index that answers in a few hundred nanoseconds, also
//! where the whole text is one line of many megabytes, as minified dumps are.

use memchr::{memchr, memchr_iter, memrchr};
use serde::Serialize;

use super::Span;

/// Where something is, as people and reports count.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Serialize)]
pub struct Position {
    /// From 1. A line ends with LF or CRLF.
    pub line: u32,
    /// From 1, in characters.
    pub column: u32,
    /// From 0, in bytes of the file as read, a byte order mark included.
    pub offset: u64,
}

/// How many lines and characters precede each block of a text. Lines are found inside a block when somebody asks:
/// most texts are never asked about, and a pretty-printed dump has millions of lines.
///
/// It does not hold the text; every method has to be given the text it was made from.
#[derive(Clone, Debug)]
pub(crate) struct Lines {
    blocks: Vec<Block>,
    count: usize,
}

#[derive(Clone, Copy, Debug)]
struct Block {
    /// Line ends before the block.
    lines: usize,
    /// Where the line starts on which the block begins.
    line_start: usize,
    /// Characters before the block. Without it, a column far out in a long line would be counted from its start.
    characters: usize,
}

/// A dump that is asked about at all is asked about a few thousand times, and has tens of thousands of such blocks.
const BLOCK: usize = 2048;

/// A few lines.
const PIECE: usize = 256;

impl Lines {
    /// Goes through the text once.
    pub(crate) fn new(text: &str) -> Lines {
        let bytes = text.as_bytes();
        let mut next = Block { lines: 0, line_start: 0, characters: 0 };
        // An empty text has a block, too: that of its end.
        let mut blocks = Vec::with_capacity(bytes.len() / BLOCK + 1);
        for (index, block) in bytes.chunks(BLOCK).enumerate() {
            blocks.push(next);
            next.lines += memchr_iter(b'\n', block).count();
            if let Some(last) = memrchr(b'\n', block) {
                next.line_start = index * BLOCK + last + 1;
            }
            next.characters += characters_begun(block);
        }
        if bytes.len().is_multiple_of(BLOCK) {
            blocks.push(next);
        }
        Lines { blocks, count: next.lines + 1 }
    }

    /// The line ends and one more.
    pub(crate) fn count(&self) -> usize {
        self.count
    }

    /// The position of a byte of the text; `offset` is counted in the text.
    pub(crate) fn position(&self, text: &str, offset: usize) -> Position {
        let offset = text.floor_char_boundary(offset);
        let block = self.blocks[offset / BLOCK];
        let from = offset / BLOCK * BLOCK;
        let before = &text.as_bytes()[from..offset];
        let line = block.lines + memchr_iter(b'\n', before).count() + 1;
        let start = memrchr(b'\n', before).map_or(block.line_start, |end| from + end + 1);
        let characters = if offset - start <= BLOCK {
            characters_begun(&text.as_bytes()[start..offset])
        } else {
            self.characters_before(text, offset) - self.characters_before(text, start)
        };
        Position {
            line: u32::try_from(line).unwrap_or(u32::MAX),
            column: u32::try_from(characters + 1).unwrap_or(u32::MAX),
            offset: offset as u64,
        }
    }

    /// A line (from 1) without its line end; empty, at the end of the text, if there is no such line.
    pub(crate) fn span(&self, text: &str, line: usize) -> Span {
        if line == 0 || line > self.count {
            return Span { start: text.len(), end: text.len() };
        }
        let start = self.line_end(text, line - 1).map_or(0, |end| end + 1);
        // Most lines are short; a long one is not gone through.
        let near = &text.as_bytes()[start..text.len().min(start + BLOCK)];
        let end = memchr(b'\n', near).map(|end| start + end).or_else(|| self.line_end(text, line));
        let Some(end) = end else {
            return Span { start, end: text.len() };
        };
        let end = if text[start..end].ends_with('\r') { end - 1 } else { end };
        Span { start, end }
    }

    /// The byte of the `number`-th line end, from 1.
    fn line_end(&self, text: &str, number: usize) -> Option<usize> {
        // The last block before which there are fewer line ends holds it.
        let block = self.blocks.partition_point(|block| block.lines < number).checked_sub(1)?;
        let from = block * BLOCK;
        let mut within = number - self.blocks[block].lines;
        // To count is quicker than to stop at each.
        for (index, piece) in text.as_bytes()[from..].chunks(PIECE).enumerate() {
            let ends = memchr_iter(b'\n', piece).count();
            if ends >= within {
                return memchr_iter(b'\n', piece).nth(within - 1).map(|end| from + index * PIECE + end);
            }
            within -= ends;
        }
        None
    }

    fn characters_before(&self, text: &str, offset: usize) -> usize {
        let from = offset / BLOCK * BLOCK;
        self.blocks[offset / BLOCK].characters + characters_begun(&text.as_bytes()[from..offset])
    }
}

/// How many characters begin in these bytes of a UTF-8 text, wherever it was cut.
fn characters_begun(bytes: &[u8]) -> usize {
    // Few enough to be counted in a byte, so that the compiler can count many at once.
    let begins = |byte: &u8| u8::from(*byte & 0b1100_0000 != 0b1000_0000);
    bytes.chunks(240).map(|few| usize::from(few.iter().map(begins).sum::<u8>())).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str, offset: usize) -> (u32, u32, u64) {
        let position = Lines::new(text).position(text, offset);
        (position.line, position.column, position.offset)
    }

    #[test]
    fn positions() {
        for (text, offset, expected) in [
            ("", 0, (1, 1, 0)),
            ("", 7, (1, 1, 0)),
            ("abc", 3, (1, 4, 3)),
            ("a\nb", 1, (1, 2, 1)),
            ("a\nb", 2, (2, 1, 2)),
            ("a\n", 2, (2, 1, 2)),
            ("a\r\nb", 2, (1, 3, 2)),
            ("a\r\nb", 3, (2, 1, 3)),
            ("a\rb", 2, (1, 3, 2)),
            ("äb", 2, (1, 2, 2)),
            ("äb", 1, (1, 1, 0)),
            ("\u{1f600}x", 4, (1, 2, 4)),
            ("\n\n\n", 3, (4, 1, 3)),
        ] {
            assert_eq!(at(text, offset), expected, "{text:?} {offset}");
        }
    }

    #[test]
    fn lines_without_their_ends() {
        let text = "ab\r\n\ncd\n";
        let lines = Lines::new(text);
        let shown: Vec<&str> =
            (0..6).map(|line| lines.span(text, line)).map(|span| &text[span.start..span.end]).collect();
        assert_eq!(lines.count(), 4);
        assert_eq!(shown, ["", "ab", "", "cd", "", ""]);
    }

    /// Every offset of texts around the size of a block, against counting from the start.
    #[test]
    fn columns_agree_with_counting() {
        for unit in ["x", "é", "\u{20ac}", "\u{1f600}", "ab\u{20ac}\n", "é\r\n"] {
            let text: String = unit.chars().cycle().take(2 * BLOCK / unit.len() * unit.chars().count()).collect();
            let lines = Lines::new(&text);
            for (offset, _) in text.char_indices().chain([(text.len(), ' ')]) {
                if offset % BLOCK > 40 && offset % BLOCK < BLOCK - 40 {
                    continue;
                }
                let before = &text[..offset];
                let column = before.rsplit('\n').next().unwrap_or("").chars().count() + 1;
                let position = lines.position(&text, offset);
                assert_eq!(position.column as usize, column, "{unit:?} at {offset}");
                assert_eq!(position.line as usize, before.matches('\n').count() + 1);
            }
        }
    }
}
