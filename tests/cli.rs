//! What the command line promises: exit statuses, messages, the JSON report, and an answer to whatever it is given.

use std::fs;
use std::io::Read;
use std::path::Path;
use std::process::Stdio;

use assert_cmd::Command;
use serde_json::{Value, json};
use tempfile::TempDir;

// --- the tools of the tests ------------------------------------------------------------------------------------------

/// A folder with files in it, and rolecall run there.
struct Folder(TempDir);

/// Variables and their values.
type Environment<'e> = &'e [(&'e str, &'e str)];

struct Run {
    status: Option<i32>,
    out: String,
    err: String,
}

impl Folder {
    fn of<'f>(files: impl IntoIterator<Item = (&'f str, Vec<u8>)>) -> Folder {
        let folder = Folder(TempDir::new().expect("a temporary folder"));
        for (name, bytes) in files {
            let path = folder.0.path().join(name);
            fs::create_dir_all(path.parent().expect("inside the folder")).expect("a folder");
            fs::write(path, bytes).expect("a file");
        }
        folder
    }

    fn run(&self, args: &[&str]) -> Run {
        self.run_with(args, "", &[])
    }

    fn run_with(&self, args: &[&str], stdin: &str, environment: Environment) -> Run {
        let output = rolecall(self.0.path())
            .args(args)
            .envs(environment.iter().copied())
            .write_stdin(stdin)
            .output()
            .expect("rolecall runs");
        let text = |bytes| String::from_utf8(bytes).expect("UTF-8 output");
        let run = Run { status: output.status.code(), out: text(output.stdout), err: text(output.stderr) };
        assert!(!run.err.contains("panicked"), "{args:?}: {}", run.err);
        assert!(matches!(run.status, Some(0..=2)), "{args:?}: {:?}\n{}", run.status, run.err);
        run
    }

    /// Runs `check --format json`, whose report is right in shape and at one with the exit status.
    fn report(&self, args: &[&str]) -> Report {
        let run = self.run(&[&["check", "--format", "json"], args].concat());
        let json = serde_json::from_str(&run.out).unwrap_or_else(|error| panic!("{args:?}: {error}\n{}", run.err));
        shape::check(&json);
        let report = Report { status: run.status.expect("an exit status"), json };
        assert_eq!(report.status == 2, !report.problems().is_empty(), "{args:?}: {}", report.json);
        report
    }
}

fn rolecall(folder: &Path) -> Command {
    let mut command = Command::cargo_bin("rolecall").expect("the binary is built with the tests");
    command.current_dir(folder);
    for name in ["NO_COLOR", "CLICOLOR_FORCE", "CLICOLOR", "FORCE_COLOR"] {
        command.env_remove(name);
    }
    command
}

impl Run {
    fn all(&self) -> String {
        format!("{}{}", self.out, self.err)
    }
}

struct Report {
    status: i32,
    json: Value,
}

impl Report {
    fn list(&self, name: &str) -> &[Value] {
        self.json[name].as_array().expect("a list")
    }

    fn problems(&self) -> &[Value] {
        self.list("problems")
    }

    fn rules(&self) -> Vec<&str> {
        self.list("findings").iter().map(|finding| text(&finding["rule"])).collect()
    }

    fn names(&self) -> Vec<Option<&str>> {
        self.list("principals").iter().map(|principal| principal["name"].as_str()).collect()
    }

    fn requirements(&self) -> Vec<&Value> {
        self.list("principals").iter().flat_map(|one| one["requirements"].as_array().expect("a list")).collect()
    }

    /// The requirement for an action of the principal of this name.
    fn requirement(&self, name: Option<&str>, action: &str) -> &Value {
        let principal = self.list("principals").iter().find(|principal| principal["name"].as_str() == name);
        let principal = principal.unwrap_or_else(|| panic!("{name:?} is not judged: {}", self.json));
        let requirements = principal["requirements"].as_array().expect("a list");
        requirements.iter().find(|one| one["action"] == action).expect("a requirement")
    }

    fn verdict(&self, name: Option<&str>, action: &str) -> &str {
        text(&self.requirement(name, action)["verdict"])
    }

    fn verdicts(&self, level: &str) -> Vec<&str> {
        let requirements = self.requirements().into_iter();
        requirements.filter(|one| one["level"] == level).map(|one| text(&one["verdict"])).collect()
    }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("{value} is a text"))
}

const CREATE: &str = "ec2:CreateNetworkInterface";
const DESCRIBE: &str = "ec2:DescribeNetworkInterfaces";
const DELETE: &str = "ec2:DeleteNetworkInterface";
const REQUIRED: [&str; 3] = [CREATE, DESCRIBE, DELETE];
const RECOMMENDED: [&str; 3] =
    ["ec2:DescribeSubnets", "ec2:AssignPrivateIpAddresses", "ec2:UnassignPrivateIpAddresses"];
const DEPLOYER: [&str; 3] = ["ec2:DescribeSecurityGroups", "ec2:DescribeSubnets", "ec2:DescribeVpcs"];

fn policy(statements: &[Value]) -> Value {
    json!({"Version": "2012-10-17", "Statement": statements})
}

fn allow(actions: &[&str]) -> Value {
    policy(&[json!({"Sid": "Some", "Effect": "Allow", "Action": actions, "Resource": "*"})])
}

fn everything() -> Value {
    allow(&[REQUIRED, RECOMMENDED].concat())
}

fn nothing() -> Value {
    allow(&["s3:GetObject"])
}

/// Whether it holds depends on the organization, which no input shows.
fn perhaps() -> Value {
    let condition = json!({"StringEquals": {"aws:PrincipalOrgID": "o-example000"}});
    let actions = [REQUIRED, RECOMMENDED].concat();
    policy(&[json!({"Effect": "Allow", "Action": actions, "Resource": "*", "Condition": condition})])
}

fn trust(service: &str) -> Value {
    policy(&[json!({"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"})])
}

fn role(name: &str, inline: Value, attached: &[&str]) -> Value {
    json!({
        "Path": "/",
        "RoleName": name,
        "RoleId": "AROAEXAMPLEEXAMPLE00",
        "Arn": format!("arn:aws:iam::123456789012:role/{name}"),
        "AssumeRolePolicyDocument": trust("lambda.amazonaws.com"),
        "InstanceProfileList": [],
        "RolePolicyList": [{"PolicyName": "own", "PolicyDocument": inline}],
        "AttachedManagedPolicies": attached.iter().map(|arn| attachment(arn)).collect::<Vec<_>>(),
        "Tags": [],
        "RoleLastUsed": {},
    })
}

fn attachment(arn: &str) -> Value {
    json!({"PolicyName": arn.rsplit('/').next(), "PolicyArn": arn})
}

fn account(roles: &[Value]) -> Value {
    json!({"UserDetailList": [], "GroupDetailList": [], "RoleDetailList": roles, "Policies": [], "IsTruncated": false})
}

/// A policy of the account; the last version is the default one.
fn managed(name: &str, versions: &[Value]) -> Value {
    let version = |(index, document): (usize, &Value)| json!({"Document": document, "VersionId": format!("v{}", index + 1), "IsDefaultVersion": index + 1 == versions.len()});
    json!({
        "PolicyName": name,
        "Arn": customer(name),
        "DefaultVersionId": format!("v{}", versions.len()),
        "PolicyVersionList": versions.iter().enumerate().map(version).collect::<Vec<_>>(),
    })
}

fn customer(name: &str) -> String {
    format!("arn:aws:iam::123456789012:policy/{name}")
}

fn bytes(value: &Value) -> Vec<u8> {
    serde_json::to_vec_pretty(value).expect("JSON")
}

fn percent_encoded(value: &Value) -> String {
    value.to_string().bytes().map(|byte| format!("%{byte:02X}")).collect()
}

fn samples() -> Folder {
    Folder::of([
        ("all.json", bytes(&everything())),
        ("required.json", bytes(&allow(&REQUIRED))),
        ("nothing.json", bytes(&nothing())),
        ("perhaps.json", bytes(&perhaps())),
        ("account.json", bytes(&account(&[role("orders-fn", everything(), &[]), role("bills-fn", nothing(), &[])]))),
        ("package.json", bytes(&json!({"name": "orders", "version": "1.0.0"}))),
        ("torn.json", b"{\n  \"Version\": \"2012-10-17\",\n  \"Statement\": [\n    {\"Effect\": \"Allow\",".to_vec()),
    ])
}

const ROLE: &str = "--as=execution-role";

/// The members of the report, at every level.
mod shape {
    use serde_json::Value;

    /// `members` are those that are always there, `optional` may be.
    fn object<'v>(value: &'v Value, members: &[&str], optional: &[&str]) -> &'v Value {
        let found = value.as_object().unwrap_or_else(|| panic!("{value} is an object"));
        let missing: Vec<_> = members.iter().filter(|name| !found.contains_key(**name)).collect();
        assert!(missing.is_empty(), "{missing:?} missing in {value}");
        for name in found.keys() {
            assert!(members.contains(&name.as_str()) || optional.contains(&name.as_str()), "`{name}` in {value}");
        }
        value
    }

    fn each(value: &Value, check: impl Fn(&Value)) {
        value.as_array().unwrap_or_else(|| panic!("{value} is a list")).iter().for_each(check);
    }

    fn text(value: &Value) {
        assert!(value.is_string(), "{value} is a text");
    }

    fn text_or_null(value: &Value) {
        assert!(value.is_string() || value.is_null(), "{value} is a text or null");
    }

    fn count(value: &Value) {
        assert!(value.is_u64(), "{value} is a count");
    }

    fn one_of(value: &Value, words: &str) {
        let found = value.as_str().unwrap_or_else(|| panic!("{value} is a text"));
        assert!(words.split('|').any(|word| word == found), "{found} is one of {words}");
    }

    fn position(value: &Value) {
        object(value, &["line", "column", "offset"], &[]);
        assert!(value["line"].as_u64() > Some(0) && value["column"].as_u64() > Some(0), "{value} counts from 1");
        count(&value["offset"]);
    }

    fn location(value: &Value) {
        if value.is_null() {
            return;
        }
        object(value, &["path", "start", "end"], &["inner"]);
        text(&value["path"]);
        position(&value["start"]);
        position(&value["end"]);
        if let Some(inner) = value.get("inner") {
            object(inner, &["start", "end"], &[]);
            position(&inner["start"]);
            position(&inner["end"]);
        }
    }

    fn requirement(value: &Value) {
        const MEMBERS: [&str; 8] =
            ["pack", "action", "level", "verdict", "applies", "uncovered", "conditions", "statements"];
        object(value, &MEMBERS, &["when"]);
        text(&value["pack"]);
        text(&value["action"]);
        one_of(&value["level"], "required|recommended");
        one_of(&value["verdict"], "granted|conditional|partial|denied|missing|unresolved");
        assert!(value["applies"].is_boolean());
        text_or_null(&value["uncovered"]);
        each(&value["conditions"], text);
        each(&value["statements"], |statement| {
            object(statement, &["policy", "sid", "index", "effect", "location"], &[]);
            text_or_null(&statement["policy"]);
            text_or_null(&statement["sid"]);
            count(&statement["index"]);
            one_of(&statement["effect"], "Allow|Deny");
            location(&statement["location"]);
        });
    }

    fn principal(value: &Value) {
        object(value, &["name", "kind", "arn", "location", "functions", "policies", "requirements"], &[]);
        text_or_null(&value["name"]);
        text(&value["kind"]);
        text_or_null(&value["arn"]);
        location(&value["location"]);
        each(&value["functions"], |function| {
            object(function, &["name", "vpc", "location"], &[]);
            text(&function["name"]);
            location(&function["location"]);
        });
        each(&value["policies"], |policy| {
            object(policy, &["name", "kind", "arn", "location"], &[]);
            text_or_null(&policy["name"]);
            one_of(&policy["kind"], "inline|managed|group|boundary|scp|session");
            text_or_null(&policy["arn"]);
            location(&policy["location"]);
        });
        each(&value["requirements"], requirement);
    }

    fn finding(value: &Value) {
        const MEMBERS: [&str; 9] =
            ["rule", "severity", "message", "help", "url", "principal", "function", "location", "related"];
        object(value, &MEMBERS, &[]);
        one_of(&value["severity"], "error|warning|note");
        text(&value["rule"]);
        text(&value["message"]);
        text_or_null(&value["help"]);
        text(&value["url"]);
        text_or_null(&value["principal"]);
        text_or_null(&value["function"]);
        location(&value["location"]);
        each(&value["related"], |related| {
            object(related, &["location", "message"], &[]);
            location(&related["location"]);
            text(&related["message"]);
        });
    }

    pub(super) fn check(report: &Value) {
        const MEMBERS: [&str; 7] =
            ["schema", "tool", "principals", "findings", "not_considered", "summary", "problems"];
        object(report, &MEMBERS, &[]);
        assert_eq!(report["schema"], "rolecall/report/1");
        object(&report["tool"], &["name", "version"], &[]);
        assert_eq!(report["tool"]["name"], "rolecall");
        assert_eq!(report["tool"]["version"], env!("CARGO_PKG_VERSION"));
        each(&report["principals"], principal);
        each(&report["findings"], finding);
        each(&report["not_considered"], text);
        const COUNTS: [&str; 6] = ["principals", "not_applicable", "functions", "errors", "warnings", "notes"];
        object(&report["summary"], &COUNTS, &["ignored"]).as_object().expect("an object").values().for_each(count);
        for (severity, counted) in [("error", "errors"), ("warning", "warnings"), ("note", "notes")] {
            let findings = report["findings"].as_array().expect("a list");
            let found = findings.iter().filter(|finding| finding["severity"] == severity).count();
            assert_eq!(report["summary"][counted], found, "{counted}");
        }
        each(&report["problems"], |problem| {
            object(problem, &["path", "message", "location"], &[]);
            text(&problem["path"]);
            text(&problem["message"]);
            location(&problem["location"]);
        });
    }
}

// --- exit statuses and what is shown ---------------------------------------------------------------------------------

#[test]
fn the_exit_status_says_what_was_found() {
    let folder = samples();
    let cases: [(&[&str], i32); 14] = [
        (&["all.json"], 0),
        (&["nothing.json"], 1),
        (&["nothing.json", "--fail-on=never"], 0),
        (&["perhaps.json"], 0),
        (&["perhaps.json", "--fail-on=warning"], 1),
        (&["required.json", "--fail-on=warning"], 0),
        (&["required.json", "--fail-on=note"], 1),
        (&["required.json", "--fail-on=note", "--fail-on=never"], 2),
        (&["all.json", "absent.json"], 2),
        (&["nothing.json", "absent.json"], 2),
        (&["nothing.json", "torn.json"], 2),
        (&["nothing.json", "package.json"], 2),
        (&["absent.json", "--fail-on=never"], 2),
        (&["all.json", "--fail-on=sometimes"], 2),
    ];
    for (args, status) in cases {
        let run = folder.run(&[&["check", ROLE], args].concat());
        assert_eq!(run.status, Some(status), "{args:?}\n{}{}", run.out, run.err);
    }
}

#[test]
fn an_input_error_hides_no_finding() {
    let folder = samples();
    for broken in ["absent.json", "torn.json", "package.json"] {
        // A document of the principal that could not be read leaves nothing certain, a dump is not touched by it.
        let report = folder.report(&["account.json", broken, "--as=execution-role:bills-fn"]);
        assert_eq!(report.status, 2, "{broken}");
        assert_eq!(report.verdict(Some("bills-fn"), CREATE), "missing", "{broken}");
        assert!(report.rules().contains(&"missing-permission"), "{broken}");
        assert_eq!(report.problems().len(), 1, "{broken}");
        assert_eq!(report.problems()[0]["path"], broken);
        let run = folder.run(&["check", "account.json", broken, "--as=execution-role:bills-fn"]);
        assert!(run.all().contains(broken) && run.out.contains("missing-permission"), "{}", run.all());
    }
}

#[test]
fn ignored_findings_are_counted() {
    let folder = samples();
    let report = folder.report(&["nothing.json", ROLE]);
    let found = report.rules().len();
    let missing = report.rules().iter().filter(|rule| **rule == "missing-permission").count();
    assert!(missing > 0);
    assert!(report.json["summary"].get("ignored").is_none_or(|count| count == 0));

    let without = folder.report(&["nothing.json", ROLE, "--ignore=missing-permission"]);
    assert_eq!((without.status, without.rules().len()), (0, found - missing));
    assert_eq!(without.json["summary"]["ignored"], missing);
    let only = folder.report(&["nothing.json", ROLE, "--select", "missing-permission"]);
    assert_eq!((only.status, only.rules().len()), (1, missing));
    let other = folder.report(&["nothing.json", ROLE, "--select=unknown-action", "--select=invalid-policy"]);
    assert_eq!((other.status, other.rules().len()), (0, 0));
    assert_eq!(other.json["summary"]["ignored"], found);
    let run = folder.run(&["check", "nothing.json", ROLE, "--ignore", "missing-permission"]);
    assert!(run.all().contains("ignored"), "{}", run.all());
}

#[test]
fn a_wrong_call_says_what_would_be_right() {
    let folder = samples();
    let cases: [(&[&str], &[&str]); 19] = [
        (&["check", "all.json", "--ignore=mising-permission"], &["mising-permission", "`missing-permission`"]),
        (&["check", "all.json", "--select", "missing_permission"], &["`missing-permission`"]),
        (&["check", "all.json", "--select", "utter-nonsense"], &["utter-nonsense"]),
        (&["explain", "untrusted-roles"], &["`untrusted-role`"]),
        (&["explain"], &["RULE"]),
        (&["check", "all.json", "--as=lambda-role"], &["lambda-role", "execution-role", "deployer"]),
        (&["check", "all.json", "--as=execution-role:"], &["execution-role:"]),
        (&["check", "account.json", "--as=execution-role:order-fn"], &["order-fn", "orders-fn"]),
        (&["check", "account.json", "--as=execution-role:order?-gn"], &["order?-gn", "orders-fn"]),
        (&["check", "account.json", "--as=execution-role:[z"], &["[z"]),
        (&["check", "account.json", ROLE], &["--as"]),
        (&["check", "all.json", ROLE, "--context=aws:PrincipalOrgID"], &["KEY=VALUE"]),
        (&["check", "all.json", ROLE, "--account=12345"], &["--account", "12345"]),
        (&["check", "all.json", ROLE, "--account=12345678901x"], &["--account"]),
        (&["check", "all.json", ROLE, "--region=ireland"], &["--region", "ireland"]),
        (&["check", "all.json", ROLE, "--partition=gcp"], &["--partition", "gcp"]),
        (&["check", "all.json", "--format=toml"], &["toml", "json"]),
        (&["check", "all.json", "--igonre=x"], &["--igonre"]),
        (&["chek"], &["chek", "check"]),
    ];
    for (args, needles) in cases {
        let run = folder.run(args);
        assert_eq!(run.status, Some(2), "{args:?}\n{}", run.all());
        assert_eq!(run.out, "", "{args:?}: a wrong call prints no report");
        for needle in needles {
            assert!(run.err.contains(needle), "{args:?}: {needle} is not in\n{}", run.err);
        }
    }
}

#[test]
fn a_name_may_be_a_glob_and_a_flag_may_be_repeated() {
    let folder = samples();
    let cases: [(&[&str], usize); 4] = [
        (&["--as=execution-role:*-fn"], 2),
        (&["--as=execution-role:orders-*"], 1),
        (&["--as=execution-role:orders-fn", "--as=execution-role:bills-fn"], 2),
        (&["--as=execution-role:orders-fn", "--as=execution-role:orders-*"], 1),
    ];
    for (args, count) in cases {
        let report = folder.report(&[&["account.json"], args].concat());
        let meant =
            report.requirements().iter().filter(|one| one["applies"] == true && one["action"] == CREATE).count();
        // orders-fn may create interfaces, which shows what it is for, whoever is named.
        assert_eq!(meant, count, "{args:?}");
    }
    // A principal that is both has an entry for each.
    let report = folder.report(&["account.json", "--as=execution-role:orders-fn", "--as=deployer:orders-fn"]);
    let kinds: Vec<&str> = report
        .list("principals")
        .iter()
        .filter(|principal| principal["name"] == "orders-fn")
        .map(|principal| text(&principal["kind"]))
        .collect();
    assert_eq!(kinds, ["execution-role", "deployer"]);
}

#[test]
fn who_judged_nobody_says_so() {
    let folder = samples();
    let empty = Folder::of([("notes.txt", b"nothing to see".to_vec())]);
    let runs = [
        folder.run(&["check", "all.json"]),
        empty.run(&["check"]),
        empty.run(&["check", "."]),
        empty.run(&["check", "--format=json"]),
    ];
    for run in runs {
        assert_eq!(run.status, Some(0), "{}", run.all());
        assert!(run.err.contains("no principal"), "{}", run.err);
    }
    let run = folder.run(&["check", "all.json", ROLE]);
    assert_eq!(run.err, "", "who was judged needs no word on standard error");
}

// --- inputs ----------------------------------------------------------------------------------------------------------

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

// --- dumps -----------------------------------------------------------------------------------------------------------

#[test]
fn one_broken_role_of_a_dump_leaves_the_others_judged() {
    let broken = [
        json!({"RoleName": 5, "Arn": "arn:aws:iam::123456789012:role/five"}),
        json!({"RoleName": "half", "RolePolicyList": "none"}),
        json!("a text"),
        Value::Null,
        json!({}),
    ];
    for entry in broken {
        let dump = account(&[role("first", everything(), &[]), entry.clone(), role("last", nothing(), &[])]);
        let folder = Folder::of([("account.json", bytes(&dump))]);
        let report = folder.report(&["account.json", "--as=execution-role:last"]);
        assert_eq!(report.status, 2, "{entry}: {}", report.json);
        assert_eq!(report.verdict(Some("first"), CREATE), "granted", "{entry}");
        assert_eq!(report.verdict(Some("last"), CREATE), "missing", "{entry}");
        assert_eq!(report.problems().len(), 1, "{entry}: {}", report.json);
        assert!(report.problems()[0]["location"]["start"]["line"].as_u64() > Some(10), "{entry}: {}", report.json);
    }
}

#[test]
fn a_document_of_a_dump_may_be_an_object_a_text_or_percent_encoded() {
    let documents = [everything(), json!(everything().to_string()), json!(percent_encoded(&everything()))];
    for document in documents {
        let folder = Folder::of([("account.json", bytes(&account(&[role("orders-fn", document.clone(), &[])])))]);
        let report = folder.report(&["account.json"]);
        assert_eq!(report.verdicts("required"), ["granted"; 3], "{document}");
        let torn = json!(percent_encoded(&everything())[..60]);
        let folder = Folder::of([("account.json", bytes(&account(&[role("orders-fn", torn, &[])])))]);
        let run = folder.run(&["check", "account.json", "--as=execution-role:orders-fn"]);
        assert_ne!(run.status, Some(0), "{}", run.all());
    }
}

#[test]
fn pages_of_a_dump_are_one_dump() {
    let mut first = account(&[role("orders-fn", nothing(), &[&customer("eni")])]);
    first["IsTruncated"] = json!(true);
    first["Marker"] = json!("AAAA");
    let mut second = account(&[]);
    second["Policies"] = json!([managed("eni", &[everything()])]);
    let folder = Folder::of([("1.json", bytes(&first)), ("2.json", bytes(&second))]);
    for order in [["1.json", "2.json"], ["2.json", "1.json"]] {
        let report = folder.report(&order);
        assert_eq!((report.status, report.verdict(Some("orders-fn"), CREATE)), (0, "granted"), "{order:?}");
    }
    let report = folder.report(&["1.json", "--as=execution-role:orders-fn"]);
    assert_eq!((report.status, report.verdict(Some("orders-fn"), CREATE)), (2, "unresolved"));
    assert!(text(&report.problems()[0]["message"]).contains("IsTruncated"));
}

#[test]
fn only_the_default_version_of_a_policy_counts() {
    for (versions, verdict) in [([everything(), nothing()], "missing"), ([nothing(), everything()], "granted")] {
        let mut dump = account(&[role("orders-fn", nothing(), &[&customer("eni")])]);
        dump["Policies"] = json!([managed("eni", &versions)]);
        let folder = Folder::of([("account.json", bytes(&dump))]);
        let report = folder.report(&["account.json", "--as=execution-role:orders-fn"]);
        assert_eq!(report.verdict(Some("orders-fn"), CREATE), verdict);
    }
}

#[test]
fn a_policy_that_is_only_a_boundary_limits_and_grants_nothing() {
    let bound = |inline: Value, boundary: Value| {
        let mut bounded = role("orders-fn", inline, &[]);
        bounded["PermissionsBoundary"] =
            json!({"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": customer("limit")});
        let mut dump = account(&[bounded]);
        dump["Policies"] = json!([managed("limit", &[boundary])]);
        let folder = Folder::of([("account.json", bytes(&dump))]);
        let report = folder.report(&["account.json", "--as=execution-role:orders-fn"]);
        report.verdict(Some("orders-fn"), CREATE).to_owned()
    };
    assert_eq!(bound(everything(), everything()), "granted");
    assert_eq!(bound(everything(), nothing()), "denied");
    assert_eq!(bound(nothing(), everything()), "missing");
}

#[test]
fn policies_of_a_group_are_those_of_its_members() {
    let dump = json!({
        "UserDetailList": [
            {"UserName": "dana", "Arn": "arn:aws:iam::123456789012:user/dana", "GroupList": ["builders"], "AttachedManagedPolicies": []},
            {"UserName": "eli", "Arn": "arn:aws:iam::123456789012:user/eli", "GroupList": [], "AttachedManagedPolicies": []},
        ],
        "GroupDetailList": [{
            "GroupName": "builders",
            "Arn": "arn:aws:iam::123456789012:group/builders",
            "GroupPolicyList": [{"PolicyName": "look", "PolicyDocument": allow(&DEPLOYER[..2])}],
            "AttachedManagedPolicies": [attachment(&customer("vpcs"))],
        }],
        "RoleDetailList": [],
        "Policies": [managed("vpcs", &[allow(&DEPLOYER[2..])])],
    });
    let folder = Folder::of([("account.json", bytes(&dump))]);
    let report = folder.report(&["account.json", "--as=deployer:*"]);
    for action in DEPLOYER {
        assert_eq!(report.verdict(Some("dana"), action), "granted", "{action}");
        assert_eq!(report.verdict(Some("eli"), action), "missing", "{action}");
    }
    let kinds: Vec<_> = report.list("principals")[0]["policies"].as_array().expect("a list").iter().collect();
    assert!(kinds.len() == 2 && kinds.iter().all(|policy| policy["kind"] == "group"), "{kinds:?}");
}

#[test]
fn policies_that_the_dump_lacks_are_awss_own_or_not_known() {
    let vpc = "arn:aws:iam::aws:policy/service-role/AWSLambdaVPCAccessExecutionRole";
    let cases = [
        (vpc.to_owned(), "granted"),
        (vpc.replace("arn:aws:", "arn:aws-us-gov:"), "granted"),
        ("arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess".to_owned(), "missing"),
        (customer("eni"), "unresolved"),
    ];
    for (arn, verdict) in cases {
        let folder = Folder::of([("account.json", bytes(&account(&[role("orders-fn", nothing(), &[&arn])])))]);
        let report = folder.report(&["account.json", "--as=execution-role:orders-fn"]);
        for action in REQUIRED {
            assert_eq!(report.verdict(Some("orders-fn"), action), verdict, "{arn} {action}");
        }
    }
}

// --- the single calls of `aws iam` -----------------------------------------------------------------------------------

fn calls() -> Folder {
    let role = json!({"Role": {
        "Path": "/",
        "RoleName": "orders-fn",
        "RoleId": "AROAEXAMPLEEXAMPLE00",
        "Arn": "arn:aws:iam::123456789012:role/orders-fn",
        "AssumeRolePolicyDocument": trust("lambda.amazonaws.com"),
    }});
    let user = json!({"User": {"UserName": "dana", "UserId": "AIDA", "Arn": "arn:aws:iam::123456789012:user/dana"}});
    let vpc = "arn:aws:iam::aws:policy/service-role/AWSLambdaVPCAccessExecutionRole";
    let inline = |owner: &str, name: &str, document: Value| json!({owner: name, "PolicyName": "own", "PolicyDocument": document});
    Folder::of([
        ("get-role.json", bytes(&role)),
        ("get-user.json", bytes(&user)),
        ("attached.json", bytes(&json!({"AttachedPolicies": [attachment(vpc)]}))),
        ("attached-none.json", bytes(&json!({"AttachedPolicies": []}))),
        ("attached-customer.json", bytes(&json!({"AttachedPolicies": [attachment(&customer("eni"))]}))),
        (
            "attached-lambda.json",
            bytes(&json!({"AttachedPolicies": [attachment("arn:aws:iam::aws:policy/AWSLambda_FullAccess")]})),
        ),
        (
            "get-policy.json",
            bytes(&json!({"Policy": {"PolicyName": "eni", "Arn": customer("eni"), "DefaultVersionId": "v2"}})),
        ),
        (
            "get-policy-version.json",
            bytes(&json!({"PolicyVersion": {"Document": everything(), "VersionId": "v2", "IsDefaultVersion": true}})),
        ),
        ("role-policy-all.json", bytes(&inline("RoleName", "orders-fn", everything()))),
        (
            "role-policy-deny.json",
            bytes(&inline(
                "RoleName",
                "orders-fn",
                policy(&[json!({"Effect": "Deny", "Action": DELETE, "Resource": "*"})]),
            )),
        ),
        ("user-policy.json", bytes(&inline("UserName", "dana", allow(&DEPLOYER)))),
        (
            "groups.json",
            bytes(&json!({"Groups": [{"GroupName": "builders", "Arn": "arn:aws:iam::123456789012:group/builders"}]})),
        ),
        ("group-policy.json", bytes(&inline("GroupName", "builders", allow(&DEPLOYER)))),
    ])
}

#[test]
fn single_calls_are_joined() {
    let folder = calls();
    let role = "--as=execution-role:orders-fn";
    let user = "--as=deployer:dana";
    let cases: [(&[&str], &str, &str, &str); 9] = [
        (&["get-role.json", "attached.json", role], "orders-fn", DELETE, "granted"),
        (&["get-role.json", "attached.json", "role-policy-deny.json", role], "orders-fn", DELETE, "denied"),
        (&["get-role.json", "attached-none.json", "role-policy-all.json", role], "orders-fn", DELETE, "granted"),
        (&["get-role.json", "attached-customer.json", role], "orders-fn", DELETE, "unresolved"),
        (
            &["get-role.json", "attached-customer.json", "get-policy.json", "get-policy-version.json", role],
            "orders-fn",
            DELETE,
            "granted",
        ),
        // What is attached is not in the input, and may deny.
        (&["get-role.json", role], "orders-fn", CREATE, "unresolved"),
        (&["get-user.json", user], "dana", DEPLOYER[0], "unresolved"),
        (&["get-user.json", "user-policy.json", user], "dana", DEPLOYER[0], "unresolved"),
        (&["get-user.json", "groups.json", "group-policy.json", user], "dana", DEPLOYER[0], "unresolved"),
    ];
    for (args, name, action, verdict) in cases {
        let report = folder.report(args);
        assert_ne!(report.status, 2, "{args:?}: {}", report.json);
        assert_eq!(report.verdict(Some(name), action), verdict, "{args:?}");
    }
}

#[test]
fn a_list_that_may_be_of_the_user_or_the_group_is_ambiguous() {
    let folder = calls();
    let report = folder.report(&[
        "get-user.json",
        "groups.json",
        "group-policy.json",
        "attached-lambda.json",
        "--as=deployer:dana",
    ]);
    assert_eq!(report.status, 2, "{}", report.json);
    assert!(report.problems().iter().any(|problem| problem["path"] == "attached-lambda.json"), "{}", report.json);
}

// --- around a principal ----------------------------------------------------------------------------------------------

#[test]
fn an_unreadable_layer_grants_nothing() {
    let folder = samples();
    for flag in ["--boundary", "--scp", "--scp-level", "--session-policy"] {
        for file in ["absent.json", "torn.json", "package.json"] {
            let report = folder.report(&["all.json", ROLE, flag, file]);
            assert_eq!(report.status, 2, "{flag} {file}: {}", report.json);
            assert!(report.problems().iter().any(|problem| problem["path"] == file), "{flag} {file}");
            for requirement in report.requirements() {
                assert_ne!(requirement["verdict"], "granted", "{flag} {file}: {requirement}");
            }
        }
        assert_eq!(folder.report(&["all.json", ROLE, flag, "all.json"]).verdicts("required"), ["granted"; 3], "{flag}");
        assert_eq!(
            folder.report(&["all.json", ROLE, flag, "nothing.json"]).verdicts("required"),
            ["denied"; 3],
            "{flag}"
        );
    }
}

#[test]
fn layers_that_were_not_given_are_listed() {
    let folder = samples();
    assert_eq!(folder.report(&["all.json", ROLE]).json["not_considered"], json!(["scp", "rcp"]));
    assert_eq!(folder.report(&["all.json", ROLE, "--scp=all.json"]).json["not_considered"], json!(["rcp"]));
}

#[test]
fn every_scp_level_must_allow() {
    let folder = samples();
    let cases: [(&[&str], &str); 4] = [
        (&["--scp=nothing.json", "--scp=all.json"], "granted"),
        (&["--scp-level=nothing.json,all.json"], "granted"),
        (&["--scp-level=nothing.json", "--scp-level=all.json"], "denied"),
        (&["--scp-level=all.json", "--scp-level=all.json"], "granted"),
    ];
    for (args, verdict) in cases {
        assert_eq!(folder.report(&[&["all.json", ROLE], args].concat()).verdict(None, CREATE), verdict, "{args:?}");
    }
}

#[test]
fn the_context_that_the_caller_knows_decides_what_is_open() {
    let folder = Folder::of([
        ("perhaps.json", bytes(&perhaps())),
        (
            "vpc.json",
            bytes(&policy(&[json!({
                "Effect": "Allow", "Action": "ec2:*", "Resource": "*", "Condition": {"StringEquals": {"aws:SourceVpc": "vpc-1"}},
            })])),
        ),
    ]);
    let cases: [(&[&str], &str); 5] = [
        (&["perhaps.json"], "conditional"),
        (&["perhaps.json", "--context=aws:PrincipalOrgID=o-example000"], "granted"),
        (&["perhaps.json", "--context=AWS:principalorgid=o-example000"], "granted"),
        (&["perhaps.json", "--context=aws:PrincipalOrgID=o-other00000"], "missing"),
        // A fact about Lambda's own call wins.
        (&["vpc.json", "--context=aws:SourceVpc=vpc-1"], "missing"),
    ];
    for (args, verdict) in cases {
        assert_eq!(folder.report(&[args, &[ROLE]].concat()).verdict(None, CREATE), verdict, "{args:?}");
    }
    let report = folder.report(&["perhaps.json", ROLE]);
    assert_eq!(report.requirement(None, CREATE)["conditions"], json!(["aws:PrincipalOrgID"]));
}

// --- places ----------------------------------------------------------------------------------------------------------

/// Checks a position against the bytes of its file, and gives the text between `start` and `end`.
fn slice<'t>(text: &'t str, place: &Value) -> &'t str {
    let offset = |position: &Value| usize::try_from(position["offset"].as_u64().expect("a count")).expect("small");
    for position in [&place["start"], &place["end"]] {
        let before = &text[..offset(position)];
        let line = before.matches('\n').count() + 1;
        // The mark at the start of a file is no character of its first line.
        let column = before.rsplit('\n').next().expect("a line").trim_start_matches('\u{feff}').chars().count() + 1;
        assert_eq!((&position["line"], &position["column"]), (&json!(line), &json!(column)), "{place}");
    }
    &text[offset(&place["start"])..offset(&place["end"])]
}

#[test]
fn places_count_lines_characters_and_bytes() {
    let lines = [
        "{\"Version\": \"2012-10-17\", \"Statement\": [",
        "  {\"Condition\": {\"StringNotEquals\": {\"aws:PrincipalTag/Größe\": \"größer 😀\"}}, \"Sid\": \"Never\", \"Effect\": \"Deny\",",
        "   \"Action\": \"ec2:*\", \"Resource\": \"*\"},",
        "  {\"Effect\": \"Allow\", \"Action\": \"ec2:*\", \"Resource\": \"*\"}",
        "]}",
    ];
    for mark in ["", "\u{feff}"] {
        for end in ["\n", "\r\n"] {
            let content = format!("{mark}{}", lines.join(end));
            let folder = Folder::of([("policy.json", content.clone().into_bytes())]);
            let report = folder.report(&["policy.json", ROLE]);
            let statements = report.requirement(None, CREATE)["statements"].as_array().expect("a list");
            let deny = statements.iter().find(|one| one["sid"] == "Never").expect("the Deny decides");
            let location = &deny["location"];
            assert_eq!(slice(&content, location).trim_matches('"'), "Never");
            assert_eq!(location["start"]["line"], 2);
            assert!(location.get("inner").is_none());
        }
    }
    // On the first line, too, columns do not count the mark and offsets do.
    let content = format!("\u{feff}{}", nothing());
    let folder = Folder::of([("policy.json", content.clone().into_bytes())]);
    let report = folder.report(&["policy.json", ROLE]);
    let places: Vec<&Value> = report.list("findings").iter().map(|finding| &finding["location"]).collect();
    let placed: Vec<&str> =
        places.into_iter().filter(|place| !place.is_null()).map(|place| slice(&content, place)).collect();
    assert!(!placed.is_empty(), "{}", report.json);
}

#[test]
fn a_place_inside_a_text_is_given_twice() {
    let denied = policy(&[
        json!({"Effect": "Allow", "Action": "ec2:*", "Resource": "*"}),
        json!({"Sid": "Never", "Effect": "Deny", "Action": DELETE, "Resource": "*"}),
    ]);
    for (document, inside) in
        [(json!(percent_encoded(&denied)), true), (json!(denied.to_string()), true), (denied.clone(), false)]
    {
        let content = String::from_utf8(bytes(&account(&[role("orders-fn", document.clone(), &[])]))).expect("UTF-8");
        let folder = Folder::of([("account.json", content.clone().into_bytes())]);
        let report = folder.report(&["account.json", "--as=execution-role:orders-fn"]);
        let location = &report.requirement(Some("orders-fn"), DELETE)["statements"][0]["location"];
        let outer = slice(&content, location);
        if inside {
            assert_eq!(outer.trim_matches('"'), document.to_string().trim_matches('"'));
            assert_eq!(slice(&denied.to_string(), &location["inner"]).trim_matches('"'), "Never");
        } else {
            assert_eq!(outer.trim_matches('"'), "Never");
            assert!(location.get("inner").is_none(), "{location}");
        }
        let name =
            &report.list("principals").iter().find(|one| one["name"] == "orders-fn").expect("judged")["location"];
        assert_eq!(slice(&content, name).trim_matches('"'), "orders-fn");
    }
}

// --- rules, colour, pipes --------------------------------------------------------------------------------------------

#[test]
fn every_rule_is_listed_and_explained() {
    const RULES: [&str; 11] = [
        "code-may-manage-interfaces",
        "conditional-permission",
        "denied-permission",
        "invalid-policy",
        "missing-permission",
        "partial-permission",
        "trust-source-arn",
        "unknown-action",
        "unknown-managed-policy",
        "unresolved-permission",
        "untrusted-role",
    ];
    let folder = Folder::of([]);
    let run = folder.run(&["rules"]);
    assert_eq!((run.status, run.err.as_str()), (Some(0), ""));
    let listed: Vec<&str> = run.out.lines().filter_map(|line| line.split_whitespace().next()).collect();
    for rule in RULES {
        assert!(listed.contains(&rule), "{rule} is not listed");
    }
    for rule in listed {
        let run = folder.run(&["explain", rule]);
        assert_eq!((run.status, run.err.as_str()), (Some(0), ""), "{rule}");
        assert!(run.out.contains(rule) && run.out.contains("https://"), "{rule}: {}", run.out);
        assert!(run.out.split("\n\n").count() >= 4, "{rule} says too little: {}", run.out);
        assert!(run.out.to_lowercase().contains("example") || run.out.contains('"'), "{rule} has no example");
    }
}

#[test]
fn colour_is_for_terminals_and_for_who_asks() {
    let escape = |text: &str| text.contains('\u{1b}');
    let folder = samples();
    let plain: [(&[&str], Environment); 6] = [
        (&[], &[]),
        (&[], &[("NO_COLOR", "1")]),
        (&[], &[("TERM", "xterm-256color"), ("COLORTERM", "truecolor")]),
        (&["--color=never"], &[("CLICOLOR_FORCE", "1")]),
        (&["--format=json", "--color=always"], &[("CLICOLOR_FORCE", "1")]),
        (&["--color=auto"], &[("CLICOLOR_FORCE", "0")]),
    ];
    for (args, environment) in plain {
        let run = folder.run_with(&[&["check", "nothing.json", "torn.json", ROLE], args].concat(), "", environment);
        assert!(!escape(&run.all()), "{args:?} {environment:?}: {:?}", run.all());
    }
    for args in [&["rules"][..], &["explain", "invalid-policy"], &["check", "--as=nobody", "all.json"], &["--help"]] {
        let run = folder.run_with(args, "", &[("NO_COLOR", "1")]);
        assert!(!escape(&run.all()), "{args:?}: {:?}", run.all());
    }
    let coloured: [(&[&str], Environment); 2] = [(&["--color=always"], &[]), (&[], &[("CLICOLOR_FORCE", "1")])];
    for (args, environment) in coloured {
        let run = folder.run_with(&[&["check", "nothing.json", ROLE], args].concat(), "", environment);
        assert!(escape(&run.out), "{args:?} {environment:?}: {:?}", run.out);
    }
}

#[test]
fn an_input_cannot_speak_to_the_terminal() {
    let sid = "a\u{1b}[31mb\u{7}";
    let statement = json!({"Sid": sid, "Effect": "Deny", "Action": ["ec2:*", "ec2:\u{1b}[2J"], "Resource": "*"});
    let folder = Folder::of([
        ("policy.json", bytes(&policy(&[statement]))),
        ("account.json", bytes(&account(&[role("orders\u{1b}[31m", nothing(), &["arn:aws:iam::1:policy/\u{1b}[1m"])]))),
        ("raw.json", b"{\"Statement\": [{\"Effect\": \"\x1b[31m\"}]}".to_vec()),
    ]);
    for args in [&["policy.json", ROLE][..], &["account.json", "--as=execution-role:orders*"], &["raw.json", ROLE]] {
        let run = folder.run(&[&["check"], args].concat());
        assert!(!run.all().contains(['\u{1b}', '\u{7}']), "{args:?}: {:?}", run.all());
    }
}

#[test]
fn a_closed_pipe_ends_quietly() {
    let roles: Vec<Value> = (0..300).map(|index| role(&format!("fn-{index}"), nothing(), &[])).collect();
    let folder = Folder::of([("account.json", bytes(&account(&roles)))]);
    let check = ["check", "account.json", "--as=execution-role:*"];
    let json = ["check", "account.json", "--as=execution-role:*", "--format=json"];
    for args in [&check[..], &json, &["rules"], &["explain", "invalid-policy"]] {
        let mut child = std::process::Command::new(assert_cmd::cargo::cargo_bin("rolecall"))
            .current_dir(folder.0.path())
            .args(args)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("rolecall runs");
        drop(child.stdout.take());
        let mut err = String::new();
        child.stderr.take().expect("piped").read_to_string(&mut err).expect("UTF-8 output");
        let status = child.wait().expect("rolecall ends");
        assert_eq!(err, "", "{args:?}");
        assert!(matches!(status.code(), Some(0..=1)), "{args:?}: {status}");
    }
}

// --- packs -----------------------------------------------------------------------------------------------------------

fn pack(name: &str) -> String {
    format!("--pack={}/fixtures/packs/{name}", env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn a_pack_adds_a_kind_of_principal() {
    const PULL: [&str; 3] = ["ecr:GetAuthorizationToken", "ecr:GetDownloadUrlForLayer", "ecr:BatchGetImage"];
    const LOGS: [&str; 1] = ["logs:PutLogEvents"];
    let one_repository = "arn:aws:ecr:eu-west-1:123456789012:repository/orders";
    let on = |actions: &[&str], resource: &str, condition: Value| json!({"Effect": "Allow", "Action": actions, "Resource": resource, "Condition": condition});
    let endpoint = json!({"StringEquals": {"aws:SourceVpce": "vpce-1"}});
    let insecure = json!({"Bool": {"aws:SecureTransport": "false"}});
    let login = on(&PULL[..1], "*", json!({}));
    let logs = on(&LOGS, "arn:aws:logs:*:*:log-group:*", json!({}));
    // The policy, the exit status, an action and its verdict.
    let cases = [
        (policy(&[on(&PULL, "*", json!({})), logs.clone()]), 0, PULL[2], "granted"),
        (policy(&[on(&PULL, "*", json!({})), logs.clone()]), 0, LOGS[0], "granted"),
        (allow(&PULL), 0, LOGS[0], "missing"),
        (allow(&PULL[..2]), 1, PULL[2], "missing"),
        (allow(&["ecr:*", "logs:*"]), 0, PULL[0], "granted"),
        (policy(&[login.clone(), on(&PULL[1..], one_repository, json!({}))]), 0, PULL[2], "partial"),
        (policy(&[on(&PULL, one_repository, json!({}))]), 1, PULL[0], "missing"),
        (policy(&[login.clone(), on(&PULL[1..], "*", endpoint)]), 0, PULL[2], "conditional"),
        (policy(&[login, on(&PULL[1..], "*", insecure)]), 1, PULL[2], "missing"),
    ];
    let ecs = pack("ecs-image-pull.toml");
    for (document, status, action, verdict) in cases {
        let folder = Folder::of([("policy.json", bytes(&document))]);
        let report = folder.report(&[
            "policy.json",
            &ecs,
            "--as=task-execution-role",
            "--account=123456789012",
            "--region=eu-west-1",
        ]);
        assert_eq!(report.verdict(None, action), verdict, "{document}");
        assert_eq!(report.status, status, "{document}: {}", report.json);
        let requirement = report.requirement(None, action);
        assert_eq!(requirement["pack"], "ecs-image-pull");
        assert_eq!(report.list("principals")[0]["kind"], "task-execution-role");
    }
    // Its managed policy mends it.
    let mut task = role(
        "task",
        allow(&["ecr:ListImages"]),
        &["arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy"],
    );
    task["AssumeRolePolicyDocument"] = trust("ecs-tasks.amazonaws.com");
    let stranger = role("stranger", allow(&PULL), &[]);
    let folder = Folder::of([("account.json", bytes(&account(&[task, stranger])))]);
    let report = folder.report(&["account.json", &ecs]);
    assert_eq!(report.verdict(Some("task"), PULL[2]), "granted");
    assert_eq!(report.requirement(Some("task"), PULL[2])["applies"], true);
    assert_eq!(report.status, 0, "{}", report.json);
    let report = folder.report(&["account.json", &ecs, "--as=task-execution-role:stranger"]);
    assert!(report.rules().contains(&"untrusted-role"), "{}", report.json);
    assert_eq!(report.status, 1);
}

#[test]
fn every_mistake_of_a_pack_is_shown_at_its_line() {
    let folder = samples();
    let lines = |report: &Report| -> Vec<u64> {
        report.problems().iter().map(|problem| problem["location"]["start"]["line"].as_u64().expect("a line")).collect()
    };
    let broken = pack("three-slips.toml");
    let report = folder.report(&["all.json", ROLE, &broken]);
    assert_eq!((report.status, lines(&report)), (2, vec![14, 17, 25]), "{}", report.json);
    // The built-in packs still judge.
    assert_eq!(report.verdict(None, CREATE), "granted");
    let run = folder.run(&["check", "all.json", ROLE, &broken]);
    for needle in [
        "three-slips.toml:14:",
        "three-slips.toml:17:",
        "three-slips.toml:25:",
        "ec2:DescribeNetworkInterfaces",
        "network-interface",
    ] {
        assert!(run.all().contains(needle), "{needle}: {}", run.all());
    }

    let folder = Folder::of([
        ("all.json", bytes(&everything())),
        (
            "member.toml",
            b"name = \"x\"\ntitle = \"x\"\ndate = \"2026-01-01\"\nurl = \"https://example.com\"\nprincipals = []\n"
                .to_vec(),
        ),
        ("torn.toml", b"name = \"x\"\ntitle = \"x\n".to_vec()),
    ]);
    for (file, line) in [("member.toml", 5), ("torn.toml", 2)] {
        let report = folder.report(&["all.json", ROLE, "--pack", file]);
        assert_eq!((report.status, lines(&report)), (2, vec![line]), "{}", report.json);
    }
    assert_eq!(folder.report(&["all.json", ROLE, "--pack=absent.toml"]).problems()[0]["path"], "absent.toml");
}

#[test]
fn a_kind_of_a_broken_pack_is_no_reason_to_hide_its_mistakes() {
    let run = samples().run(&["check", "all.json", &pack("three-slips.toml"), "--as=task-execution-role"]);
    assert_eq!(run.status, Some(2));
    for needle in ["three-slips.toml:14:", "three-slips.toml:17:", "three-slips.toml:25:"] {
        assert!(run.all().contains(needle), "{needle} is not in\n{}", run.all());
    }
}
