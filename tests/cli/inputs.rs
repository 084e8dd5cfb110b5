//! Inputs.

use super::*;

#[test]
fn a_dash_is_standard_input() {
    let folder = samples();
    for (document, status) in [(everything(), 0), (nothing(), 1)] {
        let run = folder.run_with(&["check", "-", ROLE], &document.to_string(), &[]);
        assert_eq!(run.status, Some(status), "{}", run.all());
    }
    let run = folder.run_with(&["check", "-", ROLE], "", &[]);
    assert_eq!(run.status, Some(2), "{}", run.all());
}

#[test]
fn bare_documents_together_are_one_principal() {
    let parts = REQUIRED.map(|action| allow(&[action]));
    let folder = Folder::of([
        ("a.json", bytes(&parts[0])),
        ("b.json", bytes(&parts[1])),
        ("c.json", bytes(&parts[2])),
        ("d.json", bytes(&policy(&[json!({"Effect": "Deny", "Action": DELETE, "Resource": "*"})]))),
    ]);
    let report = folder.report(&["a.json", "b.json", "c.json", ROLE]);
    assert_eq!(report.names(), [None]);
    assert_eq!(report.verdicts("required"), ["granted"; 3]);
    let report = folder.report(&["a.json", "b.json", "c.json", "d.json", ROLE]);
    assert_eq!((report.status, report.verdict(None, DELETE)), (1, "denied"));
    let report = folder.report(&["a.json", "c.json", ROLE]);
    assert_eq!((report.status, report.verdict(None, DESCRIBE)), (1, "missing"));
}

#[test]
fn without_as_documents_are_only_checked() {
    let wrong = policy(&[json!({"Effect": "Maybe", "Action": "s3:GetObject", "Resource": "*"})]);
    let folder = Folder::of([("fine.json", bytes(&nothing())), ("wrong.json", bytes(&wrong))]);
    let report = folder.report(&["fine.json"]);
    assert_eq!((report.status, report.list("principals").len(), report.rules().len()), (0, 0, 0));
    let report = folder.report(&["fine.json", "wrong.json"]);
    assert_eq!((report.status, report.list("principals").len(), report.rules()), (1, 0, vec!["invalid-policy"]));
    assert_eq!(report.list("findings")[0]["location"]["path"], "wrong.json");
}

#[test]
fn a_folder_is_walked_for_what_is_known() {
    let wrong = bytes(&policy(&[json!({"Effect": "Maybe", "Action": "s3:GetObject", "Resource": "*"})]));
    let folder = Folder::of([
        (".git/HEAD", b"ref: refs/heads/main\n".to_vec()),
        (".gitignore", b"/ignored.json\nbuild/\ncdk.out/\n".to_vec()),
        ("ignored.json", wrong.clone()),
        ("build/policy.json", wrong.clone()),
        ("app/cdk.out/policy.json", wrong.clone()),
        ("policies/wrong.txt", wrong),
        ("package.json", bytes(&json!({"name": "orders"}))),
        ("numbers.json", b"[1, 2]".to_vec()),
        ("text.json", b"not JSON at all".to_vec()),
        ("half.json", b"{\"name\": ".to_vec()),
        ("image.bin", vec![0xff, 0xd8, 0, 0, 1]),
        ("empty.json", Vec::new()),
    ]);
    for args in [&[][..], &["."][..]] {
        let report = folder.report(args);
        assert_eq!((report.status, report.problems().len()), (1, 0), "{args:?}: {}", report.json);
        let mut paths: Vec<&str> =
            report.list("findings").iter().map(|finding| text(&finding["location"]["path"])).collect();
        paths.sort_unstable();
        let ends = ["app/cdk.out/policy.json", "policies/wrong.txt"];
        assert!(paths.len() == 2 && paths.iter().zip(ends).all(|(path, end)| path.ends_with(end)), "{paths:?}");
    }
    // Named, an ignored file is judged like any other.
    assert_eq!(folder.report(&["ignored.json"]).rules(), ["invalid-policy"]);
}

#[test]
fn a_broken_policy_in_a_folder_is_reported() {
    let folder = Folder::of([
        ("torn.json", b"{\n  \"Version\": \"2012-10-17\",\n  \"Statement\": [\n    {\"Effect\": \"Allow\",,".to_vec()),
        ("fine.json", bytes(&nothing())),
    ]);
    let report = folder.report(&["."]);
    assert_eq!((report.status, report.problems().len()), (2, 1));
    assert!(text(&report.problems()[0]["path"]).ends_with("torn.json"));
    assert_eq!(report.problems()[0]["location"]["start"]["line"], 4);
}

#[test]
fn hostile_inputs_get_one_clear_message() {
    let plain = everything().to_string();
    let utf16 = |order: fn(u16) -> [u8; 2]| ["\u{feff}", &plain].concat().encode_utf16().flat_map(order).collect();
    let pretty = String::from_utf8(bytes(&everything())).expect("UTF-8");
    let nested = |open: &str, close: &str| format!("{}1{}", open.repeat(100_000), close.repeat(100_000)).into_bytes();
    let in_condition = plain
        .replace("\"Effect\"", &format!("\"Condition\":{}1{},\"Effect\"", "{\"a\":".repeat(9999), "}".repeat(9999)));
    assert_ne!(in_condition, plain);
    // The file, the exit status with `--as execution-role`, the line of the one problem.
    let cases: Vec<(&str, Vec<u8>, i32, Option<u64>)> = vec![
        ("empty.json", Vec::new(), 2, None),
        ("blank.json", b" \n\n\t".to_vec(), 2, None),
        ("only-bom.json", b"\xef\xbb\xbf".to_vec(), 2, None),
        ("bom.json", ["\u{feff}", &plain].concat().into_bytes(), 0, None),
        ("crlf.json", pretty.replace('\n', "\r\n").into_bytes(), 0, None),
        ("bom-crlf.json", ["\u{feff}", &pretty.replace('\n', "\r\n")].concat().into_bytes(), 0, None),
        ("latin1.json", b"{\n  \"Version\": \"2012-10-17\",\n  \"Id\": \"Gr\xf6\xdfe\"\n}".to_vec(), 2, None),
        ("lists.json", "[".repeat(100_000).into_bytes(), 2, Some(1)),
        ("closed-lists.json", nested("[", "]"), 2, Some(1)),
        ("objects.json", nested("{\"a\":", "}"), 2, Some(1)),
        ("deep-statement.json", in_condition.into_bytes(), 2, Some(1)),
        ("open-statements.json", "{\"Statement\":".repeat(100_000).into_bytes(), 2, Some(1)),
        ("nul.json", b"{\n\"Version\": \0\"2012-10-17\", \"Statement\": []}".to_vec(), 2, Some(2)),
        ("only-nul.json", vec![0; 4096], 2, None),
        ("utf16-le.json", utf16(u16::to_le_bytes), 2, None),
        ("utf16-be.json", utf16(u16::to_be_bytes), 2, None),
        ("torn.json", pretty.as_bytes()[..pretty.len() / 2].to_vec(), 2, None),
        ("comma.json", b"{\n  \"Version\": \"2012-10-17\",\n  \"Statement\": [],\n}\n".to_vec(), 2, Some(3)),
        ("comment.json", [b"// ours\n", plain.as_bytes()].concat(), 2, Some(1)),
        ("two.json", [plain.as_bytes(), b"\n", plain.as_bytes()].concat(), 2, Some(2)),
        ("null.json", b"null".to_vec(), 2, None),
        ("number.json", b"1e999".to_vec(), 2, None),
        ("text.json", b"\"Statement\"".to_vec(), 2, None),
        ("list.json", b"[]".to_vec(), 2, None),
        ("object.json", b"{}".to_vec(), 2, None),
        ("no-statement.json", b"{\"Version\": \"2012-10-17\", \"Statement\": null}".to_vec(), 2, None),
        ("surrogate.json", plain.replace("Some", "\\ud800").into_bytes(), 2, Some(1)),
    ];
    for (name, content, status, line) in cases {
        let folder = Folder::of([(name, content)]);
        let report = folder.report(&[name, ROLE]);
        assert_eq!(report.status, status, "{name}: {}", report.json);
        let run = folder.run(&["check", name, ROLE]);
        assert_eq!(run.status, Some(status), "{name}: {}", run.all());
        assert!(!report.verdicts("required").contains(&"granted") || status == 0, "{name}: {}", report.json);
        if status != 2 {
            continue;
        }
        assert_eq!(report.problems().len(), 1, "{name}: {}", report.json);
        assert_eq!(report.problems()[0]["path"], name);
        assert!(run.all().contains(name), "{name}: {}", run.all());
        assert!(run.all().len() < 10_000, "{name}: {} bytes of message", run.all().len());
        if let Some(line) = line {
            let start = &report.problems()[0]["location"]["start"];
            assert_eq!(start["line"], line, "{name}: {}", report.json);
            let place = format!("{name}:{line}:");
            assert!(run.all().contains(&place), "{name}: {}", run.all());
        }
    }
}

#[test]
fn a_text_that_is_not_utf8_is_placed_and_named() {
    let folder = Folder::of([
        ("latin1.json", b"{\n  \"Version\": \"2012-10-17\",\n  \"Id\": \"Gr\xf6\xdfe\"\n}".to_vec()),
        ("wide.json", "\u{feff}{}".encode_utf16().flat_map(u16::to_le_bytes).collect()),
    ]);
    let run = folder.run(&["check", "latin1.json"]);
    assert!(run.all().contains("UTF-8") && run.all().contains("line 3"), "{}", run.all());
    let run = folder.run(&["check", "wide.json"]);
    assert!(run.all().contains("UTF-16"), "{}", run.all());
}

#[test]
fn fifty_megabytes_are_read() {
    let item = b"{\"key\": [1, 2, 3, \"Statement\"]},\n";
    let list = [b"[".as_slice(), &item.repeat(50_000_000 / item.len()), b"1]"].concat();
    let padded = [everything().to_string().into_bytes(), vec![b' '; 50_000_000]].concat();
    let folder = Folder::of([("list.json", list), ("padded.json", padded)]);
    let run = folder.run(&["check", "list.json", "--as=execution-role"]);
    assert_eq!(run.status, Some(2), "{}", run.err);
    assert!(run.all().contains("list.json") && run.all().len() < 10_000, "{} bytes", run.all().len());
    let run = folder.run(&["check", "padded.json", ROLE]);
    assert!(run.status == Some(0) || run.all().contains("padded.json"), "{} bytes", run.all().len());
}

/// Who names a file is told what is wrong with it, in the words of its language.
#[test]
fn what_is_of_no_kind_is_said_to_be() {
    let loop_of_kes = "AWSTemplateFormatVersion: '2010-09-09'\nResources:\n{{#each tables}}\n  {{name}}: {Type: AWS::DynamoDB::Table}\n{{/each}}\n";
    let of_no_kind = "none of the kinds of input";
    for (name, content, message, help) in [
        ("buildspec.yml", "version: 0.2\nphases: {build: {commands: [make]}}\n", of_no_kind, "rolecall reads"),
        ("README.md", "# Orders\n", of_no_kind, "rolecall reads"),
        ("tables.yml", loop_of_kes, "this is no YAML", "another program makes the input"),
        ("chart.yaml", "{{- if .Values.x }}\na: 1\n{{- end }}\n", "", "another program makes the input"),
        ("half.json", "{\"name\": ", "", ""),
    ] {
        let folder = Folder::of([(name, content.as_bytes().to_vec())]);
        let report = folder.report(&[name]);
        let [problem] = report.problems() else { panic!("{name}: {}", report.json) };
        assert!(text(&problem["message"]).contains(message), "{name}: {problem}");
        let shown = folder.run(&["check", "--color", "never", name]).all();
        assert!(shown.contains(help), "{name}: {shown}");
    }
}

/// Source: CloudFormation Template Reference, "AWS::Include transform" (anywhere in a template, in a section too) and
/// "Fn::ForEach" (over a list that a parameter gives).
#[test]
fn what_a_template_takes_from_elsewhere_is_no_fault_of_it() {
    let looped = |kind: &str| {
        format!(
            "Transform: AWS::LanguageExtensions\nParameters: {{Names: {{Type: CommaDelimitedList}}}}\nResources:\n  Fn::ForEach::Each:\n    - Name\n    - !Ref Names\n    - ${{Name}}: {{Type: '{kind}'}}\n"
        )
    };
    for (template, problems) in [
        ("Resources:\n  Fn::Transform: {Name: AWS::Include, Parameters: {Location: s3://b/more.yaml}}\n  T: {Type: AWS::SNS::Topic}\n".to_owned(), 0),
        ("Resources:\n  Fn::Transfer: {Name: AWS::Include}\n  T: {Type: AWS::SNS::Topic}\n".to_owned(), 1),
        (looped("AWS::SNS::Topic"), 0),
        (looped("AWS::Lambda::Function"), 1),
        (looped("AWS::IAM::Role"), 1),
        (looped("AWS::SNS::Topic").replace("    - Name\n", ""), 1),
    ] {
        let folder = Folder::of([("t.yaml", template.clone().into_bytes())]);
        assert_eq!(folder.report(&["t.yaml"]).problems().len(), problems, "{template}");
    }
}
