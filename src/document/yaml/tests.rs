//! YAML as people write it in templates, and as they should not.

use super::super::{Doc, Location, locate_places, pretty};
use crate::source::{At, Part, Path, Place, Source, Sources, Wrapping};

fn json(text: &str) -> String {
    match Doc::parse_yaml(text) {
        Ok(doc) => serde_json::to_string(&doc).expect("plain data"),
        Err(error) => panic!("{error} at {} in {text:?}", error.offset),
    }
}

fn found(text: &str, path: &[u32], part: Part) -> Option<String> {
    let mut sources = Sources::new();
    let id = sources.add(Source::from_text("t.yaml", text));
    let place = Place { source: id, at: At::Node { root: 0, wrapping: Wrapping::Yaml, path: Path::from(path), part } };
    let location: Option<Location<'_>> = locate_places(&sources, &[&place])[0];
    let span = location?.span;
    Some(sources[id].text()[span.start..span.end].to_owned())
}

/// "Format: YAML" and "Intrinsic functions: short form" of the CloudFormation User Guide.
#[test]
fn short_tags_are_one_member_maps() {
    for (yaml, expected) in [
        ("!Ref X", r#"{"Ref":"X"}"#),
        ("a: !Condition C", r#"{"a":{"Condition":"C"}}"#),
        ("!GetAtt a.b", r#"{"Fn::GetAtt":"a.b"}"#),
        ("!GetAtt [a, b]", r#"{"Fn::GetAtt":["a","b"]}"#),
        ("- !If [C, !Ref A, !Ref AWS::NoValue]", r#"[{"Fn::If":["C",{"Ref":"A"},{"Ref":"AWS::NoValue"}]}]"#),
        ("!Sub\n- ${a}\n- a: !Ref B", r#"{"Fn::Sub":["${a}",{"a":{"Ref":"B"}}]}"#),
        (
            "!Or\n  - !Equals [a, b]\n  - !Not [!Condition c]",
            r#"{"Fn::Or":[{"Fn::Equals":["a","b"]},{"Fn::Not":[{"Condition":"c"}]}]}"#,
        ),
        (
            "!Transform {Name: AWS::Include, Parameters: {Location: x}}",
            r#"{"Fn::Transform":{"Name":"AWS::Include","Parameters":{"Location":"x"}}}"#,
        ),
        ("Fn::Sub: !ImportValue x", r#"{"Fn::Sub":{"Fn::ImportValue":"x"}}"#),
        ("!Base64\n  Fn::Sub: |\n    a\n    b\n", r#"{"Fn::Base64":{"Fn::Sub":"a\nb\n"}}"#),
        ("!Ref", r#"{"Ref":null}"#),
        ("!!str 5", r#""5""#),
        ("!!str", r#""""#),
        ("!!map {a: 1}", r#"{"a":"1"}"#),
    ] {
        assert_eq!(json(yaml), expected, "{yaml}");
    }
}

#[test]
fn scalars_stay_texts() {
    for (yaml, expected) in [
        ("Version: 2012-10-17", r#"{"Version":"2012-10-17"}"#),
        (
            "[012345678901, 1.50, 0x1f, 1e3, yes, on, no, N, .inf]",
            r#"["012345678901","1.50","0x1f","1e3","yes","on","no","N",".inf"]"#,
        ),
        ("[true, True, FALSE, 'true', \"false\"]", r#"[true,true,false,"true","false"]"#),
        ("[null, ~, 'null', '']", r#"[null,null,"null",""]"#),
        ("a:\nb: \"\"\nc:   # comment\n", r#"{"a":null,"b":"","c":null}"#),
        ("- *\u{61}bc", ""),
        ("'*': \"*\"", r#"{"*":"*"}"#),
        ("a: ec2:CreateNetworkInterface", r#"{"a":"ec2:CreateNetworkInterface"}"#),
        ("a: arn:aws:iam::aws:policy/x # why", r#"{"a":"arn:aws:iam::aws:policy/x"}"#),
        ("\"quoted key\": 'it''s'\n'other': \"tab\\tend\"", r#"{"quoted key":"it's","other":"tab\tend"}"#),
    ] {
        if expected.is_empty() {
            assert!(Doc::parse_yaml(yaml).is_err());
        } else {
            assert_eq!(json(yaml), expected, "{yaml}");
        }
    }
}

#[test]
fn block_scalars() {
    assert_eq!(
        json("a: |\n  x: 1\n\n    y\n\nb: >-\n  one\n  two\n\n  three\n"),
        r#"{"a":"x: 1\n\n  y\n","b":"one two\nthree"}"#
    );
    assert_eq!(json("a: |\n  at the end"), r#"{"a":"at the end"}"#, "as PyYAML reads it, without a line feed");
    assert_eq!(json("a: |2\n    indented\n"), r#"{"a":"  indented\n"}"#);
    assert_eq!(json("a: |+\n  x\n\n"), r#"{"a":"x\n\n"}"#);
    let long = format!("Code: !Sub |\n{}Next: 1\n", "  const x = '${AWS::Region}: {';\n".repeat(5_000));
    assert!(json(&long).ends_with(r#""Next":"1"}"#));
}

#[test]
fn windows_files_marks_and_comments() {
    let text = "\u{feff}# head\r\n---\r\nA:\r\n  - x # one\r\n\r\n  - \"y\"\r\nB: >\r\n  fold\r\n  ed\r\n...\r\n";
    let source = Source::from_text("t.yaml", text);
    assert_eq!(json(source.text()), r#"{"A":["x","y"],"B":"folded\n"}"#.replace("folded", "fold ed"));
    assert_eq!(found(text, &[0, 1], Part::Value).as_deref(), Some("\"y\""));
    assert_eq!(found(text, &[0], Part::Key).as_deref(), Some("A"));
    assert_eq!(json("%YAML 1.1\n---\na: 1\n"), r#"{"a":"1"}"#);
}

#[test]
fn json_is_yaml_too() {
    let text = r#"{"a": [1, true, null, "é"], "b": {"c": {}}, "b": []}"#;
    assert_eq!(json(text), r#"{"a":["1",true,null,"é"],"b":{"c":{}},"b":[]}"#);
}

#[test]
fn aliases_are_copies_and_merge_keys_come_last() {
    let text =
        "base: &base\n  A: 1\n  B: &b [x, y]\nown:\n  <<: *base\n  B: 2\n  C: *b\nlist:\n  <<: [{P: 1}, *base]\n";
    let own = r#"{"<<":{"A":"1","B":["x","y"]},"B":"2","C":["x","y"],"A":"1"}"#;
    let list = r#"{"<<":[{"P":"1"},{"A":"1","B":["x","y"]}],"P":"1","A":"1","B":["x","y"]}"#;
    assert_eq!(json(text), format!(r#"{{"base":{{"A":"1","B":["x","y"]}},"own":{own},"list":{list}}}"#));
    assert_eq!(found(text, &[1, 1], Part::Value).as_deref(), Some("2"));
    assert_eq!(found(text, &[1, 2, 1], Part::Value).as_deref(), Some("*b"));
    assert_eq!(found(text, &[1, 3], Part::Value).as_deref(), Some("*base"));
    assert_eq!(found(text, &[2, 3, 0], Part::Value).as_deref(), Some("[{P: 1}, *base]"));
    assert_eq!(json("&k key: 1\nother: *k\n"), r#"{"key":"1","other":"key"}"#);
}

#[test]
fn aliases_are_bounded() {
    let mut laughs = "a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol, lol]\n".to_owned();
    for level in 1..30 {
        let again = format!("*a{}, ", level - 1).repeat(10);
        laughs.push_str(&format!("a{level}: &a{level} [{again}]\n"));
    }
    let error = Doc::parse_yaml(&laughs).expect_err("too much");
    assert!(error.message.contains("aliases repeat more than"), "{error}");
    let deep: String = (1..200).map(|level| format!("a{level}: &a{level} [*a{}]\n", level - 1)).collect();
    let error = Doc::parse_yaml(&format!("a0: &a0 []\n{deep}")).expect_err("too deep");
    assert!(error.message.contains("nested more than 127"), "{error}");
    let error = Doc::parse_yaml("a: &a [*a]").expect_err("endless");
    assert!(error.message.contains("within what it repeats"), "{error}");
    let merges: String = (1..40).map(|n| format!("m{n}: &m{n}\n  <<: *m{}\n  k{n}: *m{}\n", n - 1, n - 1)).collect();
    assert!(Doc::parse_yaml(&format!("m0: &m0 {{x: 1}}\n{merges}")).is_err());
}

#[test]
fn what_is_no_document_says_why() {
    for (text, offset, message, help) in [
        ("", 0, "empty", ""),
        ("# only a comment\n", 0, "empty", ""),
        ("a: 1\n---\nb: 2\n", 5, "a second document begins here", "one file"),
        ("a:\n\t- b\n", 3, "tab", "spaces"),
        ("a: *nowhere\n", 3, "anchor", "before its aliases"),
        ("? [a, b]\n: c\n", 2, "where a key should", ""),
        ("a: [b, c\nd: e\n", 0, "", ""),
        ("a: b: c\n", 0, "", ""),
        ("a: @x\n", 3, "", "quotes"),
        ("a: \"open\n", 0, "", ""),
        ("a: !undeclared!x y", 0, "", ""),
    ] {
        let error = Doc::parse_yaml(text).expect_err(text);
        assert!(error.message.contains(message), "{text:?}: {error}");
        assert!(error.offset >= offset && error.offset <= text.len(), "{text:?}: {}", error.offset);
        assert!(error.help.unwrap_or_default().contains(help), "{text:?}");
    }
}

#[test]
fn depth_is_bounded() {
    for unit in ["- ", "[", "{a: ", "!If [", "a:\n"] {
        for count in [60, 126, 127, 128, 300, 100_000] {
            let text = if unit == "a:\n" {
                (0..count.min(400)).map(|level| format!("{}a:\n", " ".repeat(level))).collect()
            } else {
                unit.repeat(count)
            };
            if let Err(error) = Doc::parse_yaml(&text) {
                assert!(text.is_char_boundary(error.offset));
            }
        }
    }
    let nested = |depth: usize| format!("{}x{}", "[".repeat(depth), "]".repeat(depth));
    assert!(Doc::parse_yaml(&nested(127)).is_ok());
    assert!(Doc::parse_yaml(&nested(128)).is_err());
    let tagged = |depth: usize| format!("{}x{}", "!A [".repeat(depth), "]".repeat(depth));
    assert!(Doc::parse_yaml(&tagged(63)).is_ok());
    assert!(Doc::parse_yaml(&tagged(64)).is_err());
}

#[test]
fn places_of_short_tags_and_blocks() {
    let text = "R:\n  Role: !GetAtt Role.Arn\n  Name: !Sub\n    - \"${a}\"\n    - {a: !Ref B}\n  List:\n  - one\n  -   two words # c\n\n\n  Block: |\n    line\n      more\n\nLast: {x: [1, 2]}\n";
    for (path, part, expected) in [
        (&[0][..], Part::Key, "R"),
        (&[0, 0], Part::Value, "!GetAtt Role.Arn"),
        (&[0, 0, 0], Part::Key, "!GetAtt"),
        (&[0, 0, 0], Part::Value, "Role.Arn"),
        (&[0, 1, 0, 0], Part::Value, "\"${a}\""),
        (&[0, 1, 0, 1, 0], Part::Value, "!Ref B"),
        (&[0, 1, 0, 1, 0, 0], Part::Value, "B"),
        (&[0, 2, 1], Part::Value, "two words"),
        (&[0, 2], Part::Key, "List"),
        (&[0, 3], Part::Value, "line\n      more"),
        (&[1], Part::Value, "{x: [1, 2]}"),
        (&[1, 0, 1], Part::Value, "2"),
        (&[1, 0], Part::Key, "x"),
    ] {
        assert_eq!(found(text, path, part).as_deref(), Some(expected), "{path:?} {part:?}");
    }
    let list = found(text, &[0, 2], Part::Value).expect("found");
    assert!(list.ends_with("two words"), "{list:?}");
    let sub = found(text, &[0, 1], Part::Value).expect("found");
    assert!(sub.starts_with("!Sub\n") && sub.ends_with("{a: !Ref B}"), "{sub:?}");
    assert_eq!(found(text, &[0, 2, 7], Part::Value), None);
    assert_eq!(found(text, &[0, 0, 0, 0], Part::Value), None);
    assert_eq!(found(text, &[], Part::Value).map(|all| all.len()), Some(text.trim_end().len()));
}

/// Whatever `pretty` prints is found in YAML where it is found in JSON, and is the same tree but for its numbers.
#[test]
fn every_node_of_json_is_found_where_json_finds_it() {
    let mut random = super::super::random::Random::new(11);
    for round in 0..500 {
        let doc = random.doc(4);
        let text = pretty(&doc);
        let Ok(yaml) = Doc::parse_yaml(&text) else { continue };
        let mut paths = Vec::new();
        walk(&yaml, &Path::new(), &mut paths);
        let wanted: Vec<_> = paths.iter().map(|(path, part)| (path.as_slice(), *part)).collect();
        let in_yaml = super::locate(&text, &wanted);
        let source = Source::from_text("a.yaml", text.as_str());
        assert_eq!(Doc::parse_yaml_source(&source), Ok(yaml), "{text}");
        let kept = source.tokens().map(|tokens| super::locate_in(tokens, &wanted));
        assert_eq!(kept.as_ref(), Some(&in_yaml), "round {round}: {text}");
        let in_json = super::super::locate_all(&text, &paths);
        for ((place, in_yaml), in_json) in paths.iter().zip(in_yaml).zip(in_json) {
            assert_eq!(in_yaml, in_json, "round {round}: {place:?} of {text}");
        }
    }
}

fn walk(doc: &Doc<'_>, path: &Path, places: &mut Vec<(Path, Part)>) {
    places.push((path.clone(), Part::Value));
    match doc {
        Doc::List(items) => items.iter().enumerate().for_each(|(at, item)| walk(item, &path.child(at), places)),
        Doc::Map(members) => {
            for (at, (_, value)) in members.iter().enumerate() {
                places.push((path.child(at), Part::Key));
                walk(value, &path.child(at), places);
            }
        }
        _ => {}
    }
}

/// Every prefix of a template, and the template with every character replaced by an unfit one: no panic, no hang, and
/// an error that points into the text.
#[test]
fn damaged_documents() {
    let text = "é: &a\n  - !Sub \"x${y}\"\n  - {k: 'v', \"q\": [1, *a2]}\n# c\r\n<<: |\n   z\nb: *a\n";
    for cut in (0..text.len()).filter(|cut| text.is_char_boundary(*cut)) {
        let rest = text[cut..].chars().next().map_or(0, char::len_utf8);
        for unfit in
            ["", "\"", "\\", "{", "]", ":", ",", "&", "*", "!", "\0", "\n", "\t", "|", ">", "%", "- ", "? ", "\u{20ac}"]
        {
            for damaged in
                [format!("{}{unfit}", &text[..cut]), format!("{}{unfit}{}", &text[..cut], &text[cut + rest..])]
            {
                match Doc::parse_yaml(&damaged) {
                    Err(error) => assert!(damaged.is_char_boundary(error.offset), "{damaged:?}"),
                    Ok(doc) => {
                        let mut places = Vec::new();
                        walk(&doc, &Path::new(), &mut places);
                        let wanted: Vec<_> = places.iter().map(|(path, part)| (path.as_slice(), *part)).collect();
                        let source = Source::from_text("a.yaml", damaged.as_str());
                        assert_eq!(Doc::parse_yaml_source(&source), Ok(doc), "{damaged:?}");
                        let kept = source.tokens().map(|tokens| super::locate_in(tokens, &wanted));
                        assert_eq!(kept, Some(super::locate(&damaged, &wanted)), "{damaged:?}");
                        for (place, span) in places.iter().zip(super::locate(&damaged, &wanted)) {
                            let span = span.unwrap_or_else(|| panic!("{place:?} of {damaged:?}"));
                            assert!(damaged.get(span.start..span.end).is_some(), "{damaged:?} {place:?} {span:?}");
                        }
                    }
                }
            }
        }
    }
}
