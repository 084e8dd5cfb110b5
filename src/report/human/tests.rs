//! What people see, as snapshots of reports made by hand.

use super::*;
use crate::document::{Doc, locate_all};
use crate::inventory::Inventory;
use crate::rule::{Examined, find};
use crate::source::{Part, Path, Source, SourceId, Sources, Span, Wrapping};

const PLAIN: Human = Human { color: Color::Off, glyphs: Glyphs::Unicode, links: Links::Off, width: 100 };

const POLICY: &str = r#"{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Sid": "Interfaces",
      "Effect": "Allow",
      "Action": ["ec2:CreateNetworkInterface", "ec2:DescribeNetworkInterfaces"],
      "Resource": "*"
    },
    {
      "Sid": "Logs",
      "Effect": "Allow",
      "Action": "logs:*",
      "Resource": "*"
    },
    {
      "Sid": "Perimeter",
      "Effect": "Deny",
      "Action": "*",
      "Resource": "*",
      "Condition": {"StringNotEqualsIfExists": {"aws:SourceVpc": "vpc-1"}}
    }
  ]
}
"#;

fn finding(severity: Severity, message: &str) -> Finding {
    Finding {
        rule: find("missing-permission").expect("a rule"),
        severity,
        message: message.to_owned(),
        when: None,
        notes: Vec::new(),
        help: None,
        url: "https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html".to_owned(),
        subject: None,
        principal: None,
        function: None,
        primary: None,
        related: Vec::new(),
    }
}

/// The first occurrence of a piece of the text.
fn span(sources: &Sources, source: SourceId, piece: &str) -> Place {
    let start = sources[source].text().find(piece).expect("it is there");
    Place { source, at: At::Span(Span { start, end: start + piece.len() }) }
}

fn node(source: SourceId, root: usize, wrapping: Wrapping, path: &[u32]) -> Place {
    Place { source, at: At::Node { root, wrapping, path: Path::from(path), part: Part::Value } }
}

fn label(place: Place, message: &str) -> Label {
    Label { place, message: message.to_owned() }
}

fn shown(sources: &Sources, findings: &[Finding], problems: &[InputProblem], how: Human) -> String {
    let inventory = Inventory::default();
    let examined =
        Examined { inventory: &inventory, packs: &[], judged: &[], problems: &[], partition: None, before: None };
    let report =
        Report { sources, examined: &examined, findings, ignored: 0, problems, not_considered: &["scp", "rcp"] };
    let mut out = Vec::new();
    write_human(&report, how, &mut out).expect("a vector takes everything");
    String::from_utf8(out).expect("UTF-8")
}

/// Labels in three places of one file and one of another.
fn two_files() -> (Sources, Finding) {
    let mut sources = Sources::new();
    let policy = sources.add(Source::from_text("policies/eni.json", POLICY));
    let template = sources.add(Source::from_text(
        "template.yaml",
        "Resources:\r\n  注文Function:\r\n    Type: AWS::Lambda::Function\r\n\tVpcConfig: !Ref 設定 # 注\r\n",
    ));
    let mut finding = finding(
        Severity::Error,
        "execution role `OrdersRole` may not delete network interfaces: statement `Perimeter` of `eni` denies it",
    );
    finding.primary = Some(label(span(&sources, policy, "\"Perimeter\""), "this Deny takes it away"));
    finding.related = vec![
        label(span(&sources, policy, "\"Interfaces\""), "this Allow has no ec2:DeleteNetworkInterface"),
        label(span(&sources, template, "設定"), "the function is in a VPC"),
        label(span(&sources, policy, "\"aws:SourceVpc\""), "the call does not carry this key"),
    ];
    finding.notes.push(
        "AWS says: The provided execution role does not have permissions to call DeleteNetworkInterface on EC2".into(),
    );
    finding.help = Some("attach the AWS managed policy AWSLambdaVPCAccessExecutionRole to the role, or allow the missing actions on \"*\" in a policy of your own".into());
    (sources, finding)
}

#[test]
fn several_labels_in_two_files() {
    let (sources, finding) = two_files();
    insta::assert_snapshot!(shown(&sources, &[finding], &[], PLAIN));
}

#[test]
fn narrow_and_ascii() {
    let (sources, finding) = two_files();
    let how = Human { width: 40, glyphs: Glyphs::Ascii, ..PLAIN };
    insta::assert_snapshot!(shown(&sources, &[finding], &[], how));
}

#[test]
fn color_and_links() {
    let (sources, finding) = two_files();
    let how = Human { color: Color::On, links: Links::On, ..PLAIN };
    let text = shown(&sources, std::slice::from_ref(&finding), &[], how);
    insta::assert_snapshot!(text.replace('\u{1b}', "␛"));
    assert!(text.contains("\u{1b}]8;;https://docs.aws"));
    let text = shown(&sources, std::slice::from_ref(&finding), &[], Human { links: Links::Off, ..how });
    assert!(text.contains("\u{1b}[") && !text.contains("\u{1b}]8"));
    let text = shown(&sources, &[finding], &[], Human { color: Color::Off, links: Links::Off, ..how });
    assert!(!text.contains('\u{1b}'));
}

fn minified() -> String {
    serde_json::to_string(&Doc::parse(POLICY).expect("valid")).expect("plain data")
}

#[test]
fn a_minified_file_is_reformatted() {
    let mut sources = Sources::new();
    let text = format!("\u{feff}{{\"é\":[\"{}\"],\"Role\":\"orders\",\"Doc\":{}}}", "x".repeat(300), minified());
    let id = sources.add(Source::from_text("dump.json", &*text));
    let root = sources[id].text().find("{\"Version").expect("there");
    let mut found = finding(Severity::Warning, "it depends on `aws:SourceVpc`");
    found.primary = Some(label(node(id, root, Wrapping::Bare, &[1, 2, 0]), "this Deny may take it away"));
    found.related = vec![
        label(span(&sources, id, "\"orders\""), "the principal that it hits"),
        label(node(id, root, Wrapping::Bare, &[1, 0, 0]), "this Allow grants it"),
    ];
    insta::assert_snapshot!(shown(&sources, &[found], &[], PLAIN));
}

#[test]
fn documents_inside_strings() {
    let mut sources = Sources::new();
    let encoded: String = minified().bytes().map(|byte| format!("%{byte:02X}")).collect();
    let plan = format!(
        "{{\n  \"role\": \"{encoded}\",\n  \"policy\": {},\n  \"broken\": \"{{\\\"Statement\\\": [}}\"\n}}\n",
        serde_json::to_string(POLICY).expect("plain data")
    );
    let id = sources.add(Source::from_text("plan.json", plan));
    let roots = locate_all(sources[id].text(), &[0, 1, 2].map(|n| (Path::from([n]), Part::Value)));
    let root = |index: usize| roots[index].expect("there").start;
    let mut found = finding(Severity::Note, "worth knowing");
    found.primary = Some(label(node(id, root(0), Wrapping::PercentEncoded, &[1, 0, 0]), "this one"));
    found.related = vec![
        label(node(id, root(1), Wrapping::JsonString, &[1, 1, 0]), "and that one"),
        label(
            Place {
                source: id,
                at: At::Within { root: root(2), wrapping: Wrapping::JsonString, span: Span { start: 15, end: 16 } },
            },
            "expected a value",
        ),
    ];
    insta::assert_snapshot!(shown(&sources, &[found], &[], PLAIN));
}

#[test]
fn without_any_place_and_with_whole_files() {
    let mut sources = Sources::new();
    let id = sources.add(Source::from_text("empty.json", ""));
    let nowhere = finding(Severity::Note, "nothing in a file is to blame");
    let mut whole = finding(Severity::Error, "the whole file is to blame");
    whole.primary = Some(label(Place { source: id, at: At::Whole }, "nothing here allows it"));
    whole.help = Some("write something".to_owned());
    let mut end = finding(Severity::Error, "its end is to blame");
    end.primary = Some(label(Place { source: id, at: At::Span(Span { start: 0, end: 0 }) }, "it ends here"));
    insta::assert_snapshot!(shown(&sources, &[nowhere, whole, end], &[], PLAIN));
}

#[test]
fn problems() {
    let mut sources = Sources::new();
    let id = sources.add(Source::from_text("broken.json", "{\n  \"Statement\": [\n    }\n"));
    let at = span(&sources, id, "}");
    let problem = |path: &str, message: &str, place| InputProblem {
        path: path.to_owned(),
        message: message.to_owned(),
        help: Some("check the spelling of the path".to_owned()),
        place,
    };
    let problems = [
        problem("gone.json", "cannot read gone.json: there is no such file", None),
        problem("odd.json", "this is not what AWS prints", None),
        problem("broken.json", "this is not JSON: expected a value", Some(at)),
    ];
    insta::assert_snapshot!(shown(&sources, &[], &problems, PLAIN));
}

#[test]
fn nothing_found() {
    assert_eq!(shown(&Sources::new(), &[], &[], PLAIN), "no findings: no principal judged\n");
}

/// What the input holds must not reach the terminal as commands to it.
#[test]
fn control_characters_are_shown_as_pictures() {
    let mut sources = Sources::new();
    let text = "\"\u{1b}]0;owned\u{7}\u{202e}\u{9b}2J\"\r\"name\"";
    let id = sources.add(Source::from_text("a\u{1b}[2J.json", text));
    let mut found = finding(Severity::Error, "role `\u{1b}[31m` may not");
    found.primary = Some(label(span(&sources, id, "\"name\""), "\u{1b}[2J"));
    found.help = Some("\u{1b}\u{7}".to_owned());
    let text = shown(&sources, &[found], &[], PLAIN);
    let obeyed = |character: char| character.is_control() && character != '\n' || character == '\u{202e}';
    assert!(!text.contains(obeyed), "{text:?}");
    insta::assert_snapshot!(text);
}

#[test]
fn a_template_in_yaml_is_shown_as_its_author_wrote_it() {
    let mut sources = Sources::new();
    let text = format!(
        "\u{feff}# {}\r\nResources:\r\n  R:\r\n    Resource: !Sub \"arn:${{AWS::Partition}}:ec2:*:*:*/*\" # all\r\n    Long: {}\r\n",
        "x".repeat(300),
        "y".repeat(300)
    );
    let id = sources.add(Source::from_text("t.yaml", text));
    let mut found = finding(Severity::Error, "it is not enough");
    found.primary = Some(label(node(id, 0, Wrapping::Yaml, &[0, 0, 0, 0]), "this is not all"));
    found.related = vec![label(node(id, 0, Wrapping::Yaml, &[0, 0, 1]), "this is long")];
    let shown = shown(&sources, &[found], &[], PLAIN);
    assert!(shown.contains("t.yaml:4:20]"), "{shown}");
    assert!(shown.contains("Resource: !Sub \"arn:${AWS::Partition}:ec2:*:*:*/*\" # all"), "{shown}");
    assert!(shown.contains("this is not all") && shown.contains("this is long"), "{shown}");
    assert!(!shown.contains("reformatted"), "{shown}");
}
