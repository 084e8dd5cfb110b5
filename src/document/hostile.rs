//! Texts that are meant to hurt: none may crash, hang, or be misread.

use super::{Doc, Number, locate_all};
use crate::source::{Part, Path, Source};

/// Parses and locates. An error is fine; what is asked for is that both come back.
fn survives(text: &str) -> Result<Doc<'_>, super::SyntaxError> {
    let deep = Path::from(&[0; 1_000][..]);
    let wanted = [(Path::new(), Part::Value), (Path::from([0]), Part::Key), (deep, Part::Value)];
    for span in locate_all(text, &wanted).into_iter().flatten() {
        assert!(text.get(span.start..span.end).is_some());
    }
    Doc::parse(text)
}

#[test]
fn deep_nesting_is_an_error() {
    for (open, close) in [("[", "]"), ("{\"a\":", "}"), ("[{\"a\":", "}]")] {
        let opened = open.repeat(100_000);
        let closed = format!("{opened}1{}", close.repeat(100_000));
        for text in [opened, closed] {
            let error = survives(&text).expect_err("too deep");
            assert!(error.message.contains("nested more than 127"), "{error}");
        }
    }
    let deepest = format!("{}{}", "[".repeat(127), "]".repeat(127));
    assert!(survives(&deepest).is_ok());
    assert!(locate_all(&deepest, &[(Path::from([0; 126]), Part::Value)])[0].is_some());
    assert!(survives(&format!("[{deepest}]")).is_err());
}

#[test]
fn brackets_in_strings_do_not_nest() {
    let text = format!("[\"{}\"]", "[{".repeat(100_000));
    assert!(survives(&text).is_ok());
}

#[test]
fn byte_order_marks() {
    let parse = |bytes: &[u8]| {
        let source = Source::from_bytes("p.json", bytes.to_vec()).expect("UTF-8");
        survives(source.text()).map(|doc| doc.kind())
    };
    assert_eq!(parse(b"\xef\xbb\xbf{}"), Ok("an object"));
    assert!(parse(b"\xef\xbb\xbf").expect_err("empty").message.contains("empty"));
    assert!(parse(b"\xef\xbb\xbf\xef\xbb\xbf{}").expect_err("one too many").message.contains("byte order mark"));
}

#[test]
fn bytes_that_are_not_utf8_never_get_here() {
    for bytes in [&b"{\"a\": \"\xff\"}"[..], b"{\xff}", b"\"\xed\xa0\x80\""] {
        let error = Source::from_bytes("p.json", bytes.to_vec()).expect_err("not UTF-8");
        assert!(error.position().is_some());
    }
}

#[test]
fn line_ends_of_windows() {
    let text = "{\r\n  \"a\": [\r\n    1\r\n  ]\r\n}\r\n";
    let doc = survives(text).expect("valid");
    assert_eq!(doc.at(&Path::from([0, 0])), Some(&Doc::Number(Number::Unsigned(1))));
    let source = Source::from_text("p.json", text);
    let span = locate_all(text, &[(Path::from([0, 0]), Part::Value)])[0].expect("there");
    assert_eq!((source.position(span.start).line, source.position(span.start).column), (3, 5));
}

#[test]
fn numbers_are_kept_or_refused() {
    let digits = "9".repeat(30);
    let doc = survives(&digits).expect("a double can hold it");
    assert_eq!(doc, Doc::Number(Number::Float(1e30)));
    let text = format!("{{\"a\": 1, \"b\": {}}}", "9".repeat(400));
    for text in [text.as_str(), "{\"a\": 1, \"b\": 1e999}", "{\"a\": 1, \"b\": -1e999}"] {
        let error = survives(text).expect_err("too large");
        assert!(error.message.contains("too large"), "{error}");
        assert_eq!(error.offset, text.find("\"b\": ").expect("there") + 5);
        // A place in the document is found all the same.
        assert!(locate_all(text, &[(Path::from([1]), Part::Value)])[0].is_some());
    }
    let long = format!("[1.{}]", "3".repeat(100_000));
    assert!(survives(&long).is_ok());
}

#[test]
fn strings_that_are_no_text() {
    for text in ["\"\0\"", "\"\\ud800\"", "\"\\udc00\\ud800\"", "\"\\ud800x\"", "{\"\\ud83d\": 1}", "\"\\u\"", "\"\\"] {
        assert!(survives(text).is_err(), "{text:?}");
    }
    assert_eq!(survives("\"\\ud83d\\ude00\\u0000\""), Ok(Doc::Text("\u{1f600}\0".into())));
}

/// Every prefix of a document, and the document with every byte replaced by an unfit one.
#[test]
fn damaged_documents() {
    let text = "{\"é\\u00e9\": [1.5e3, true, null, \"x\\n\", {\"\": -1}],\r\n\"b\": {}}";
    for cut in (0..text.len()).filter(|cut| text.is_char_boundary(*cut)) {
        let error = survives(&text[..cut]).expect_err("cut short");
        assert!(error.offset <= cut);
        for unfit in ["", "\"", "\\", "{", "]", ":", ",", "/", "'", "\0", "\n", "0", "e", "\u{20ac}"] {
            let rest = text[cut..].chars().next().map_or(0, char::len_utf8);
            let damaged = format!("{}{unfit}{}", &text[..cut], &text[cut + rest..]);
            if let Err(error) = survives(&damaged) {
                assert!(damaged.is_char_boundary(error.offset), "{damaged:?}");
            }
        }
    }
}

#[test]
fn fifty_megabytes() {
    let statement = "{\"Effect\": \"Allow\", \"Action\": [\"ec2:*\"], \"Resource\": \"*\"},\n";
    let count = 50 * 1024 * 1024 / statement.len() + 1;
    let text = format!("[{}null]", statement.repeat(count));
    assert!(text.len() > 50 * 1024 * 1024);
    let source = Source::from_bytes("dump.json", text.into_bytes()).expect("UTF-8");
    let doc = Doc::parse(source.text()).expect("valid");
    assert_eq!(doc.as_list().map(<[_]>::len), Some(count + 1));
    let span = locate_all(source.text(), &[(Path::from([count as u32]), Part::Value)])[0].expect("there");
    assert_eq!(&source.text()[span.start..span.end], "null");
    assert_eq!(source.position(span.start).line as usize, count + 1);
}
