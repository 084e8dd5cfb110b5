//! What the command line promises: exit statuses, messages, the JSON report, and an answer to whatever it is given.

mod audited;
mod configured;
mod dumps;
mod inputs;
mod large_templates;
mod layers;
mod network;
mod output;
mod packs;
mod places;
mod serverless;
mod simulate;
mod single_calls;
mod statuses;
mod template_roles;
mod terraform;
mod updates;

use std::fs;
use std::io::Read;
use std::path::Path;
use std::process::Stdio;

use assert_cmd::Command;
use serde_json::{Value, json};
use tempfile::TempDir;

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
        // Of what an audit read.
        object(report, &MEMBERS, &["accounts"]);
        if let Some(accounts) = report.get("accounts") {
            each(accounts, |account| {
                object(account, &["id", "regions", "all_regions", "not_read"], &[]);
                text(&account["id"]);
                each(&account["regions"], text);
                assert!(account["all_regions"].is_boolean(), "{account}");
                each(&account["not_read"], text);
            });
        }
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
