//! Lays out JSON on many lines, as `serde_json::to_writer_pretty` does and byte for byte the same, with one write where
//! that has one for each level. The report on an account has some hundred thousand lines.

use std::io::{self, Write};

use serde_json::ser::Formatter;

/// What may stand before a line: a comma, the end of the line before it, and two spaces a level.
const MARGIN: &[u8] = b",\n                                ";

/// Where the writer is.
#[derive(Debug, Default)]
pub(super) struct Pretty {
    depth: usize,
    /// Whether the list or the map that ends has anything in it.
    content: Content,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Content {
    #[default]
    None,
    Some,
}

impl Pretty {
    /// Begins a line; `start` of the margin is left out.
    fn line<W: ?Sized + Write>(&self, out: &mut W, start: usize) -> io::Result<()> {
        let end = 2 + 2 * self.depth;
        match MARGIN.get(start..end) {
            Some(margin) => out.write_all(margin),
            None => {
                out.write_all(&MARGIN[start..])?;
                (MARGIN.len()..end).try_for_each(|_| out.write_all(b" "))
            }
        }
    }

    fn open<W: ?Sized + Write>(&mut self, out: &mut W, bracket: &[u8]) -> io::Result<()> {
        self.depth += 1;
        self.content = Content::None;
        out.write_all(bracket)
    }

    fn close<W: ?Sized + Write>(&mut self, out: &mut W, bracket: &[u8]) -> io::Result<()> {
        self.depth -= 1;
        if std::mem::replace(&mut self.content, Content::Some) == Content::Some {
            self.line(out, 1)?;
        }
        out.write_all(bracket)
    }
}

impl Formatter for Pretty {
    fn begin_array<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.open(out, b"[")
    }

    fn end_array<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.close(out, b"]")
    }

    fn begin_array_value<W: ?Sized + Write>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        self.line(out, usize::from(first))
    }

    fn end_array_value<W: ?Sized + Write>(&mut self, _: &mut W) -> io::Result<()> {
        self.content = Content::Some;
        Ok(())
    }

    fn begin_object<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.open(out, b"{")
    }

    fn end_object<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.close(out, b"}")
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        self.line(out, usize::from(first))
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        out.write_all(b": ")
    }

    fn end_object_value<W: ?Sized + Write>(&mut self, _: &mut W) -> io::Result<()> {
        self.content = Content::Some;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Serialize;

    #[test]
    fn lays_out_as_serde_json_does() {
        let deep = (0..20).fold(serde_json::json!([1]), |inner, _| serde_json::json!({"a": [inner, {}]}));
        for value in [serde_json::json!({"a": [], "b": {}, "c": [1, "x", null], "d": {"e": [[]]}}), deep] {
            let mut out = Vec::new();
            let mut serializer = serde_json::Serializer::with_formatter(&mut out, Pretty::default());
            value.serialize(&mut serializer).expect("memory takes everything");
            let expected = serde_json::to_string_pretty(&value).expect("plain data");
            assert_eq!(String::from_utf8(out).expect("text"), expected);
        }
    }
}
