//! Reading texts, with a bound. In: a path, a reader, or bytes. Out: a [`Source`], or a [`ReadError`] that says what is
//! wrong and what to do about it.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use thiserror::Error;

use super::lines::Lines;
use super::{Position, Source};

/// Why a text could not be read.
#[derive(Debug, Error)]
#[error("cannot read {name}: {reason}")]
pub struct ReadError {
    name: Box<str>,
    /// Part of the message, hence no `source`: a report that prints the chain would say it twice.
    reason: Reason,
}

#[derive(Debug, Error)]
enum Reason {
    #[error("there is no such file")]
    Missing,
    #[error("it is a folder")]
    Folder,
    #[error("permission denied")]
    Forbidden,
    #[error("it is larger than {} MiB", .limit / (1024 * 1024))]
    TooLarge { limit: u64 },
    #[error("it is not UTF-8: byte 0x{byte:02X} at line {}, column {}", .position.line, .position.column)]
    NotUtf8 { position: Position, byte: u8 },
    #[error("it is UTF-16 text; only UTF-8 is read")]
    Utf16,
    #[error("it is a ZIP archive, not text")]
    Zip,
    #[error("{0}")]
    Other(io::Error),
}

impl ReadError {
    /// The name of the text, as [`Source::name`] would give it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Where the first byte that is not UTF-8 stands, if that is what is wrong.
    pub fn position(&self) -> Option<Position> {
        match &self.reason {
            Reason::NotUtf8 { position, .. } => Some(*position),
            _ => None,
        }
    }

    /// What to do about it.
    pub fn help(&self) -> Option<&'static str> {
        match &self.reason {
            Reason::Missing => Some("check the spelling of the path, and the folder that it is relative to"),
            Reason::Folder => Some("name a file in it"),
            Reason::TooLarge { .. } => Some("split the input, or write one file for each page of the answer"),
            Reason::NotUtf8 { .. } => Some("save the file as UTF-8"),
            Reason::Utf16 => Some("save the file as UTF-8; in PowerShell: `… | Out-File -Encoding utf8 FILE`"),
            Reason::Zip => {
                Some("a plan that Terraform saved is one: give what `terraform show -json FILE` prints of it")
            }
            Reason::Forbidden | Reason::Other(_) => None,
        }
    }
}

impl Source {
    /// Reads a file. Pipes and devices are read as well, up to the same bound.
    pub fn read(path: &Path) -> Result<Source, ReadError> {
        let name = path.display().to_string();
        let failed = |error| ReadError { name: name.as_str().into(), reason: Reason::from(error) };
        let file = File::open(path).map_err(failed)?;
        let metadata = file.metadata().map_err(failed)?;
        if metadata.is_dir() {
            return Err(ReadError { name: name.into(), reason: Reason::Folder });
        }
        let bytes = read_bounded(file, metadata.len(), Source::MAX_BYTES);
        Source::from_reading(name, bytes)
    }

    /// Reads standard input, or whatever else has no path.
    pub fn read_from(name: &str, reader: impl Read) -> Result<Source, ReadError> {
        Source::from_reading(name.to_owned(), read_bounded(reader, 0, Source::MAX_BYTES))
    }

    /// Takes bytes as they came; they are checked, not copied.
    pub fn from_bytes(name: impl Into<String>, bytes: Vec<u8>) -> Result<Source, ReadError> {
        Source::from_reading(name.into(), Ok(bytes))
    }

    fn from_reading(name: String, bytes: Result<Vec<u8>, Reason>) -> Result<Source, ReadError> {
        match bytes.and_then(decode) {
            Ok(text) => Ok(Source::from_text(name, text)),
            Err(reason) => Err(ReadError { name: Source::from_text(name, "").name, reason }),
        }
    }
}

fn read_bounded(reader: impl Read, expected: u64, limit: u64) -> Result<Vec<u8>, Reason> {
    if expected > limit {
        return Err(Reason::TooLarge { limit });
    }
    // The length of a file is a hint: it may grow, and a pipe says 0. One byte more, or the last read would have to
    // double the buffer to find the end.
    let mut bytes = Vec::with_capacity(usize::try_from(expected).unwrap_or(0) + 1);
    reader.take(limit + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > limit { Err(Reason::TooLarge { limit }) } else { Ok(bytes) }
}

fn decode(bytes: Vec<u8>) -> Result<String, Reason> {
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        return Err(Reason::Utf16);
    }
    if bytes.starts_with(b"PK\x03\x04") {
        return Err(Reason::Zip);
    }
    String::from_utf8(bytes).map_err(|error| {
        let valid = error.utf8_error().valid_up_to();
        let byte = error.as_bytes()[valid];
        // Up to here it is valid, so this borrows.
        let before = String::from_utf8_lossy(&error.as_bytes()[..valid]);
        let text = before.strip_prefix('\u{feff}').unwrap_or(&before);
        let position = Lines::new(text).position(text, text.len());
        Reason::NotUtf8 { position: Position { offset: valid as u64, ..position }, byte }
    })
}

impl From<io::Error> for Reason {
    fn from(error: io::Error) -> Reason {
        match error.kind() {
            io::ErrorKind::NotFound => Reason::Missing,
            io::ErrorKind::PermissionDenied => Reason::Forbidden,
            io::ErrorKind::IsADirectory => Reason::Folder,
            _ => Reason::Other(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_that_is_not_utf8_is_located() {
        for (bytes, line, column, offset, byte) in [
            (&b"\xff"[..], 1, 1, 0, 0xff),
            (b"{\"a\": \"x\xc3\x28\"}", 1, 9, 8, 0xc3),
            (b"{\r\n\xc3\xa4\x80}", 2, 2, 5, 0x80),
            (b"\xef\xbb\xbf{\xfe}", 1, 2, 4, 0xfe),
            (b"cut in a character \xe2\x82", 1, 20, 19, 0xe2),
        ] {
            let error = Source::from_bytes("p.json", bytes.to_vec()).expect_err("not UTF-8");
            assert_eq!(error.position(), Some(Position { line, column, offset }));
            let message = error.to_string();
            assert_eq!(
                message,
                format!("cannot read p.json: it is not UTF-8: byte 0x{byte:02X} at line {line}, column {column}")
            );
            assert!(error.help().is_some());
        }
    }

    #[test]
    fn utf16_is_recognised() {
        for bytes in [b"\xff\xfe{\0}\0".to_vec(), b"\xfe\xff\0{\0}".to_vec()] {
            let error = Source::from_bytes("p.json", bytes).expect_err("UTF-16");
            assert!(error.to_string().contains("UTF-16"));
            assert!(error.help().is_some_and(|help| help.contains("UTF-8")));
        }
    }

    #[test]
    fn bytes_are_not_copied() {
        for bytes in [b"{\"a\": 1}".to_vec(), b"\xef\xbb\xbf{}".to_vec()] {
            let address = bytes.as_ptr() as usize;
            let source = Source::from_bytes("p.json", bytes).expect("valid");
            assert!((source.text().as_ptr() as usize).wrapping_sub(address) <= 3);
        }
    }

    #[test]
    fn what_cannot_be_read_says_why() {
        let folder = std::env::temp_dir();
        let error = Source::read(&folder).expect_err("a folder");
        assert!(error.to_string().ends_with("it is a folder"), "{error}");
        let error = Source::read(&folder.join("no/such/file.json")).expect_err("missing");
        assert!(error.to_string().ends_with("there is no such file"), "{error}");
        assert!(error.help().is_some() && error.position().is_none());
    }

    #[test]
    fn reading_is_bounded() {
        assert_eq!(read_bounded(&b"12345"[..], 0, 5).expect("just fits"), b"12345");
        for expected in [0, 6] {
            let refused = read_bounded(io::repeat(b' '), expected, 5);
            assert!(matches!(refused, Err(Reason::TooLarge { limit: 5 })));
        }
        let reason = Reason::TooLarge { limit: Source::MAX_BYTES };
        assert_eq!(reason.to_string(), "it is larger than 512 MiB");
    }

    #[test]
    fn standard_input_is_named_in_errors_too() {
        let source = Source::read_from("-", &b"{}"[..]).expect("valid");
        assert_eq!((source.name(), source.text()), ("<stdin>", "{}"));
        let error = Source::read_from("-", &b"\xff"[..]).expect_err("not UTF-8");
        assert_eq!(error.name(), "<stdin>");
    }
}
