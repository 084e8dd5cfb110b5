//! `rolecall check` as its users call it: exit statuses, inputs of every kind, hostile ones too, and the JSON report.

use std::fs;
use std::path::Path;

use assert_cmd::Command;
use serde_json::{Value, json};
use tempfile::TempDir;

const ALLOW_ALL: &str =
    r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}"#;
const LOGS_ONLY: &str =
    r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "logs:*", "Resource": "*"}]}"#;

/// A folder with files.
fn folder(files: &[(&str, &[u8])]) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder for the inputs");
    for (name, content) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().expect("a file is in a folder")).expect("folders can be made");
        fs::write(path, content).expect("files can be written");
    }
    folder
}

struct Ran {
    status: Option<i32>,
    out: String,
    err: String,
}

impl Ran {
    fn report(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {} {}", self.out, self.err))
    }

    fn verdicts(&self) -> Vec<String> {
        let report = self.report();
        let requirements = report["principals"][0]["requirements"].as_array().cloned().unwrap_or_default();
        requirements.iter().filter_map(|requirement| requirement["verdict"].as_str().map(str::to_owned)).collect()
    }
}

fn check(folder: &Path, args: &[&str]) -> Ran {
    let mut command = Command::cargo_bin("rolecall").expect("the binary is built with the tests");
    let output = command.current_dir(folder).arg("check").args(args).output().expect("rolecall runs");
    Ran {
        status: output.status.code(),
        out: String::from_utf8(output.stdout).expect("output is UTF-8"),
        err: String::from_utf8(output.stderr).expect("output is UTF-8"),
    }
}

#[test]
fn exit_statuses() {
    let role = "--as=execution-role";
    let cases: &[(&[&str], i32)] = &[
        (&["all.json", role], 0),
        (&["logs.json", role], 1),
        (&["logs.json", role, "--fail-on", "never"], 0),
        (&["all.json", role, "--fail-on", "note"], 1),
        (&["logs.json", role, "--ignore", "missing-permission"], 0),
        (&["logs.json", role, "--select", "invalid-policy"], 0),
        // A wrong input beats findings.
        (&["logs.json", "nosuch.json", role], 2),
        (&["logs.json", "notes.json", role], 2),
        (&["logs.json", "--as", "pilot"], 2),
        (&["logs.json", "--as", "execution-role:nobody"], 2),
        (&["logs.json", role, "--ignore", "no-such-rule"], 2),
        (&["logs.json", role, "--context", "novalue"], 2),
        (&["logs.json", role, "--account", "12"], 2),
        (&["logs.json", role, "--region", "europe"], 2),
        (&["logs.json", role, "--boundary", "nosuch.json"], 2),
        (&["logs.json", role, "--no-such-flag"], 2),
    ];
    let folder = folder(&[
        ("all.json", ALLOW_ALL.as_bytes()),
        ("logs.json", LOGS_ONLY.as_bytes()),
        ("notes.json", br#"{"shopping": ["milk"]}"#),
    ]);
    for (args, expected) in cases {
        let ran = check(folder.path(), args);
        assert_eq!(ran.status, Some(*expected), "{args:?}: {} {}", ran.out, ran.err);
    }
}

#[test]
fn wrong_calls_name_what_would_be_right() {
    let dump = json!({"RoleDetailList": [{"RoleName": "orders-worker", "AttachedManagedPolicies": []}]}).to_string();
    let folder = folder(&[("dump.json", dump.as_bytes())]);
    let cases: &[(&[&str], &str)] = &[
        (&["--as", "execution-role:order-worker"], "the nearest name is `orders-worker`"),
        (&["--as", "pilot"], "the kinds are execution-role, deployer"),
        (&["--ignore", "missing-permision"], "did you mean `missing-permission`?"),
        (&["--as", "execution-role"], "there is no policy document in the input"),
    ];
    for (args, expected) in cases {
        let ran = check(folder.path(), &[&["dump.json"], *args].concat());
        assert!(ran.err.contains(expected), "{args:?}: {}", ran.err);
    }
}

/// Whatever it is given, it answers: no panic (101), no signal, and the file's name is in the answer.
#[test]
fn hostile_inputs_get_an_answer() {
    let deep_list = "[".repeat(100_000);
    let deep_object = r#"{"Statement":"#.repeat(100_000);
    let long = format!("{{\"Statement\": \"{}\"}}", "x".repeat(5_000_000));
    let cases: &[(&str, Vec<u8>)] = &[
        ("empty.json", Vec::new()),
        ("space.json", b" \r\n\t".to_vec()),
        ("list.json", deep_list.into_bytes()),
        ("object.json", deep_object.into_bytes()),
        ("long.json", long.into_bytes()),
        ("latin.json", b"{\"Statement\": \"\xe4\"}".to_vec()),
        ("utf16.json", b"\xff\xfe{\x00}\x00".to_vec()),
        ("nul.json", b"{\"Statement\": \"\x00\"}".to_vec()),
        ("cut.json", br#"{"Version": "2012-10-17", "Statement": [{"Effect""#.to_vec()),
        ("surrogate.json", br#"{"Version": "\ud800", "Statement": []}"#.to_vec()),
        ("number.json", format!("{{\"Version\": 1{}, \"Statement\": 1e999}}", "0".repeat(400)).into_bytes()),
        ("types.json", br#"{"RoleDetailList": {"a": 1}, "UserDetailList": "x"}"#.to_vec()),
        ("statement.json", br#"{"Statement": [1, null, [], {}, {"Effect": {}}]}"#.to_vec()),
    ];
    for (name, content) in cases {
        let folder = folder(&[(name, content)]);
        for format in ["human", "json"] {
            let ran = check(folder.path(), &[name, "--as", "execution-role", "--format", format]);
            assert!(matches!(ran.status, Some(1 | 2)), "{name}: {:?} {}", ran.status, ran.err);
            assert!(ran.out.contains(name) || ran.err.contains(name), "{name}: {} {}", ran.out, ran.err);
            assert!(!ran.out.contains("granted"), "{name}");
        }
    }
}

#[test]
fn byte_order_mark_and_line_ends_do_not_matter() {
    let text = format!("\u{feff}{}", LOGS_ONLY.replace(' ', "\r\n"));
    let folder = folder(&[("p.json", text.as_bytes())]);
    let report = check(folder.path(), &["p.json", "--as", "execution-role", "--format", "json"]).report();
    let finding = &report["findings"][0];
    assert_eq!(finding["rule"], "missing-permission");
    // The Effect's value stands after four line ends, behind three bytes of mark.
    let start = &finding["location"]["start"];
    let offset = start["offset"].as_u64().expect("an offset");
    assert_eq!(&text.as_bytes()[usize::try_from(offset).expect("small")..][..7], br#""Allow""#);
    assert_eq!((start["line"].as_u64(), start["column"].as_u64()), (Some(5), Some(1)));
}

#[test]
fn columns_count_characters_and_offsets_bytes() {
    let text = r#"{"Id": "größe", "Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}}"#;
    let folder = folder(&[("p.json", text.as_bytes())]);
    let report = check(folder.path(), &["p.json", "--as", "deployer", "--format", "json"]).report();
    let start = &report["findings"][0]["location"]["start"];
    let byte = text.find("\"Allow\"").expect("the statement allows");
    let column = text[..byte].chars().count() + 1;
    assert_eq!(start["offset"].as_u64(), Some(byte as u64));
    assert_eq!(start["column"].as_u64(), Some(column as u64));
}

fn role(name: &str, document: Value) -> Value {
    json!({
        "RoleName": name,
        "Arn": format!("arn:aws:iam::111122223333:role/{name}"),
        "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}]},
        "RolePolicyList": [{"PolicyName": "own", "PolicyDocument": document}],
        "AttachedManagedPolicies": [],
    })
}

#[test]
fn a_broken_entry_of_a_dump_loses_nothing_else() {
    let allow: Value = serde_json::from_str(ALLOW_ALL).expect("is JSON");
    let dump = json!({"RoleDetailList": [{"RoleName": 7}, role("good", allow)]}).to_string();
    let folder = folder(&[("dump.json", dump.as_bytes())]);
    let ran = check(folder.path(), &["dump.json", "--as", "execution-role:good", "--format", "json"]);
    assert_eq!(ran.status, Some(2));
    assert_eq!(ran.verdicts(), ["granted"; 6]);
    assert_eq!(ran.report()["problems"].as_array().map(Vec::len), Some(1));
}

#[test]
fn documents_are_read_in_every_form_that_tools_print() {
    let encoded: String = ALLOW_ALL.bytes().map(|byte| format!("%{byte:02X}")).collect();
    let object: Value = serde_json::from_str(ALLOW_ALL).expect("is JSON");
    for document in [object, json!(ALLOW_ALL), json!(encoded)] {
        let dump = json!({"RoleDetailList": [role("any", document.clone())]}).to_string();
        let folder = folder(&[("dump.json", dump.as_bytes())]);
        let ran = check(folder.path(), &["dump.json", "--as", "execution-role:any", "--format", "json"]);
        assert_eq!(ran.verdicts(), ["granted"; 6], "{document}");
        let place = &ran.report()["principals"][0]["requirements"][0]["statements"][0]["location"];
        // Text inside a string has the string's place, and its own inside.
        assert_eq!(place.get("inner").is_some(), document.is_string(), "{place}");
    }
}

#[test]
fn pages_belong_together_and_the_last_one_must_be_there() {
    let policy = json!({"Policies": [{"PolicyName": "vpc", "Arn": "arn:aws:iam::111122223333:policy/vpc",
        "PolicyVersionList": [
            {"VersionId": "v1", "IsDefaultVersion": false, "Document": serde_json::from_str::<Value>(ALLOW_ALL).expect("is JSON")},
            {"VersionId": "v2", "IsDefaultVersion": true, "Document": serde_json::from_str::<Value>(LOGS_ONLY).expect("is JSON")}]}],
        "UserDetailList": [], "IsTruncated": false});
    let mut carrier = role("carrier", json!({"Version": "2012-10-17", "Statement": []}));
    carrier["RolePolicyList"] = json!([]);
    carrier["AttachedManagedPolicies"] =
        json!([{"PolicyName": "vpc", "PolicyArn": "arn:aws:iam::111122223333:policy/vpc"}]);
    let roles = json!({"RoleDetailList": [carrier], "IsTruncated": true, "Marker": "m"});
    let folder = folder(&[("1.json", roles.to_string().as_bytes()), ("2.json", policy.to_string().as_bytes())]);
    let args = ["--as", "execution-role:carrier", "--format", "json"];
    let both = check(folder.path(), &[&["1.json", "2.json"], &args[..]].concat());
    // Only the default version counts.
    assert_eq!(both.verdicts(), ["missing"; 6]);
    assert_eq!(both.status, Some(1));
    let first = check(folder.path(), &[&["1.json"], &args[..]].concat());
    assert_eq!(first.verdicts(), ["unresolved"; 6]);
    assert_eq!(first.status, Some(2), "{}", first.out);
}

#[test]
fn what_cannot_be_read_never_grants() {
    let folder = folder(&[("all.json", ALLOW_ALL.as_bytes()), ("broken.json", b"{\"Statement\": [")]);
    let layers: &[&[&str]] = &[
        &["--boundary", "nosuch.json"],
        &["--boundary", "broken.json"],
        &["--scp", "broken.json"],
        &["--scp-level", "all.json,nosuch.json"],
        &["--session-policy", "broken.json"],
        &["broken.json"],
        &["nosuch.json"],
    ];
    for layer in layers {
        let args = [&["all.json", "--as", "execution-role", "--format", "json"], *layer].concat();
        let ran = check(folder.path(), &args);
        assert_eq!(ran.verdicts(), ["unresolved"; 6], "{layer:?}");
        assert_eq!(ran.status, Some(2), "{layer:?}");
    }
}

#[test]
fn folders_are_walked() {
    let folder = folder(&[
        (".gitignore", b"cdk.out\nignored.json\n"),
        ("policy.json", br#"{"Version": "1", "Statement": []}"#),
        ("ignored.json", br#"{"Version": "2", "Statement": []}"#),
        ("cdk.out/policy.json", br#"{"Version": "3", "Statement": []}"#),
        ("package.json", br#"{"name": "x"}"#),
        ("tsconfig.json", b"{ // comments\n}"),
        ("image.json", b"\x89PNG"),
    ]);
    let ran = check(folder.path(), &["--format", "json"]);
    let report = ran.report();
    let paths = |list: &str| -> Vec<String> {
        let items = report[list].as_array().cloned().unwrap_or_default();
        let mut paths: Vec<String> = items
            .iter()
            .filter_map(|item| item["location"]["path"].as_str().map(|path| path.replace("./", "")))
            .collect();
        paths.sort();
        paths.dedup();
        paths
    };
    assert_eq!(paths("findings"), ["cdk.out/policy.json", "policy.json"]);
    assert_eq!(report["problems"], json!([]));
    assert_eq!(ran.status, Some(1));
    assert!(ran.err.contains("no principal was judged"), "{}", ran.err);
}

#[test]
fn the_json_report_has_the_documented_members() {
    let folder = folder(&[("p.json", LOGS_ONLY.as_bytes())]);
    let report = check(folder.path(), &["p.json", "--as", "execution-role", "--format", "json"]).report();
    let members = |value: &Value| -> Vec<String> {
        let mut names: Vec<String> = value.as_object().map(|map| map.keys().cloned().collect()).unwrap_or_default();
        names.sort();
        names
    };
    assert_eq!(members(&report), ["findings", "not_considered", "principals", "problems", "schema", "summary", "tool"]);
    assert_eq!(report["schema"], "rolecall/report/1");
    assert_eq!(report["not_considered"], json!(["scp", "rcp"]));
    let principal = &report["principals"][0];
    assert_eq!(members(principal), ["arn", "functions", "kind", "location", "name", "policies", "requirements"]);
    assert_eq!((&principal["name"], &principal["kind"]), (&Value::Null, &json!("execution-role")));
    assert_eq!(members(&principal["policies"][0]), ["arn", "kind", "location", "name"]);
    assert_eq!(
        members(&principal["requirements"][0]),
        ["action", "applies", "conditions", "level", "pack", "statements", "uncovered", "verdict"]
    );
    assert_eq!(
        members(&report["findings"][0]),
        ["function", "help", "location", "message", "principal", "related", "rule", "severity", "url"]
    );
    assert_eq!(members(&report["findings"][0]["location"]), ["end", "path", "start"]);
    assert_eq!(
        members(&report["summary"]),
        ["errors", "functions", "not_applicable", "notes", "principals", "warnings"]
    );
}

#[test]
fn piped_output_is_plain() {
    let folder = folder(&[("p.json", LOGS_ONLY.as_bytes())]);
    let plain = check(folder.path(), &["p.json", "--as", "execution-role"]);
    assert!(!plain.out.contains('\u{1b}'));
    let coloured = check(folder.path(), &["p.json", "--as", "execution-role", "--color", "always"]);
    assert!(coloured.out.contains('\u{1b}'));
}

#[test]
fn a_pack_of_ones_own() {
    let packs = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/packs");
    let pack = packs.join("ecs-image-pull.toml").display().to_string();
    let pull = br#"{"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "ecr:GetAuthorizationToken", "Resource": "*"},
        {"Effect": "Allow", "Action": ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
         "Resource": "arn:aws:ecr:*:*:repository/*"}]}"#;
    let folder = folder(&[("p.json", pull)]);
    let args = ["p.json", "--pack", &pack, "--as", "task-execution-role", "--format", "json"];
    let ran = check(folder.path(), &args);
    assert_eq!(ran.verdicts(), ["granted", "granted", "granted", "missing"], "{}", ran.err);
    assert_eq!(ran.status, Some(0));

    let broken = packs.join("three-slips.toml").display().to_string();
    let ran = check(folder.path(), &["p.json", "--pack", &broken, "--format", "json"]);
    let report = ran.report();
    let problems = report["problems"].as_array().expect("problems");
    let lines: Vec<Option<u64>> =
        problems.iter().map(|problem| problem["location"]["start"]["line"].as_u64()).collect();
    assert_eq!(lines, [Some(14), Some(17), Some(25)], "{report}");
    assert_eq!(ran.status, Some(2));
}

#[test]
fn every_rule_is_listed_and_explained() {
    let run = |args: &[&str]| {
        let output = Command::cargo_bin("rolecall").expect("the binary is built with the tests").args(args).output();
        String::from_utf8(output.expect("rolecall runs").stdout).expect("output is UTF-8")
    };
    let listed = run(&["rules"]);
    let names: Vec<&str> = listed.lines().filter_map(|line| line.split_whitespace().next()).collect();
    assert_eq!(names.len(), rolecall::rule::RULES.len());
    for name in names {
        let text = run(&["explain", name]);
        assert!(text.starts_with(name) && text.contains("To mend it") && text.contains("Source: https://"), "{text}");
    }
}
