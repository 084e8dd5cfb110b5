//! rolecall's reading of SAM against AWS's own transform (aws-sam-translator, pinned in tests/support): what is read out
//! of a template of SAM is what is read out of the template that CloudFormation gets.
//!
//! Compared are the functions, each with its VPC configuration, its role, and the policies for which it does not wait;
//! the roles, with every document and every ARN; and what `check` says of both. What a template leaves unknown is not
//! the same character in both files: it is numbered in the order in which it comes.

#[allow(unreachable_pub)]
mod support {
    pub mod python;
}

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use assert_cmd::Command;
use rolecall::inventory::{
    Attached, Bare, Collector, Extent, Function, Id, IdItem, IdList, Inventory, PolicyId, Principal, RoleReference,
    VpcConnection, When, read_source,
};
use rolecall::policy::Unknown;
use rolecall::source::{Source, Sources};
use rolecall::template::Settings;
use serde_json::{Value, json};
use tempfile::TempDir;

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/sam").join(name)
}

fn templates(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("the folder");
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    files.retain(|file| file.is_file());
    files.sort();
    files
}

/// What SAM makes of templates: a file for each, or the reason why it refuses it.
struct Translated(TempDir);

impl Translated {
    fn of(files: &[PathBuf]) -> Translated {
        let output = tempfile::tempdir().expect("a folder");
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/support/sam_translate.py");
        let mut python = support::python::python("sam-requirements.txt");
        python.arg(script).arg(output.path()).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut running = python.spawn().expect("python3 runs");
        let list: Vec<String> = files.iter().map(|file| file.display().to_string()).collect();
        let mut input = running.stdin.take().expect("its input");
        input.write_all(list.join("\n").as_bytes()).expect("it reads");
        drop(input);
        let done = running.wait_with_output().expect("it ends");
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        Translated(output)
    }

    fn template(&self, number: usize) -> Result<PathBuf, String> {
        let made = self.0.path().join(format!("{number}.json"));
        match fs::read_to_string(self.0.path().join(format!("{number}.txt"))) {
            Ok(reason) => Err(reason),
            Err(_) => Ok(made),
        }
    }
}

/// What rolecall reads out of a template.
fn read(file: &Path) -> Value {
    let mut sources = Sources::new();
    let id = sources.add(Source::read(file).expect("a text"));
    let settings =
        Settings { partition: Some("aws".to_owned()), region: Some("us-east-1".to_owned()), ..Settings::default() };
    let (mut collector, mut problems) = (Collector::new(), Vec::new());
    read_source(id, &sources[id], &settings, &mut collector, &mut problems);
    let inventory = collector.finish(Bare::Nobody, &mut problems);
    let messages: Vec<&str> = problems.iter().map(|problem| &*problem.message).collect();
    assert_eq!(messages, Vec::<&str>::new(), "{}", file.display());
    numbered(&View(&inventory).all())
}

/// An inventory as a value to compare, in an order that does not hang on the file's.
struct View<'i, 'a>(&'i Inventory<'a>);

impl View<'_, '_> {
    fn all(&self) -> Value {
        let functions = sorted(self.0.functions.iter().map(|function| self.function(function)));
        // Those that no function uses are SAM's for other purposes, or the same in both files.
        let used: BTreeSet<_> = self.0.functions.iter().filter_map(|function| function.role).collect();
        json!({"functions": functions, "roles": sorted(used.into_iter().map(|id| self.principal(self.0.principal(id))))})
    }

    fn function(&self, function: &Function) -> Value {
        let role = function.role.map(|id| self.0.principal(id).name.clone());
        let sources: BTreeSet<String> =
            function.event_sources.iter().map(|source| format!("{:?}", source.kind)).collect();
        let unordered: BTreeSet<&str> = function.unordered.iter().map(|unordered| &*unordered.resource).collect();
        let config = function.vpc_config.as_ref().map(|config| {
            let keys: Vec<&str> = config.unknown_keys.iter().map(|key| &*key.name).collect();
            let conflicts = config.conflicts.len();
            json!([ids(&config.subnets), ids(&config.security_groups), keys, conflicts])
        });
        json!({
            "name": function.name,
            "vpc": function.vpc == VpcConnection::Connected,
            "config": config,
            "role": role,
            "role is a name": matches!(function.role_reference, RoleReference::Name { .. }),
            "event sources": sources,
            "unordered": unordered,
            "depends on": function.depends_on.resources,
            "when": when(&function.when),
        })
    }

    fn principal(&self, principal: &Principal<'_>) -> Value {
        json!({
            "name": principal.name,
            "arn": principal.arn.as_ref().map(|arn| format!("{arn:?}")),
            "policies": sorted(principal.identity.iter().map(|attached| self.attached(attached))),
            "boundary": principal.boundary.as_ref().map(|attached| self.attached(attached)),
            "trust": principal.trust.map(|id| self.document(id)),
            "known": format!("{:?}", principal.known),
            "when": when(&principal.when),
        })
    }

    fn attached(&self, attached: &Attached) -> Value {
        let entry = self.0.policy(attached.policy);
        // What cannot be seen is named in the words of the file.
        let name = entry.document.as_ref().and(entry.name.as_deref());
        json!([attached.through.as_str(), name, entry.arn, entry.meant, self.document(attached.policy)])
    }

    fn document(&self, id: PolicyId) -> Value {
        let document = self.0.policy(id).document.as_ref();
        let resolved = document.map(|document| match document.as_resolved() {
            Some(resolved) => serde_json::to_value(resolved.doc()).expect("a value"),
            None => json!(document.text()),
        });
        normal(resolved.unwrap_or_default())
    }
}

/// One action or resource is as good as a list of it.
fn normal(mut document: Value) -> Value {
    for statement in document.get_mut("Statement").and_then(Value::as_array_mut).into_iter().flatten() {
        for (key, value) in statement.as_object_mut().into_iter().flatten() {
            if matches!(&**key, "Action" | "Resource") && !value.is_array() {
                *value = json!([value.take()]);
            }
        }
    }
    document
}

fn ids<R>(list: &IdList<R>) -> Value {
    let id = |item: &IdItem<R>| match &item.id {
        Id::Stray { what, .. } => format!("{what} is none"),
        _ => item.text.clone(),
    };
    json!([list.items.iter().map(id).collect::<Vec<_>>(), list.extent == Extent::Open])
}

fn when(when: &[When]) -> Vec<String> {
    when.iter().map(|when| format!("{} is {}", when.name, when.value)).collect()
}

/// By what is known of them.
fn sorted(values: impl Iterator<Item = Value>) -> Vec<Value> {
    let mut values: Vec<Value> = values.collect();
    let masked = |value: &Value| {
        let other = |char: char| if matches!(Unknown::from_char(char), Some(Unknown::Other(_))) { '?' } else { char };
        value.to_string().chars().map(other).collect::<String>()
    };
    values.sort_by_cached_key(masked);
    values
}

/// Unknown pieces by the order in which they come.
fn numbered(value: &Value) -> Value {
    let mut known: BTreeMap<char, usize> = BTreeMap::new();
    let mut text = String::new();
    for char in value.to_string().chars() {
        match Unknown::from_char(char) {
            Some(Unknown::Other(_)) => {
                let next = known.len();
                text.push_str(&format!("<{}>", known.entry(char).or_insert(next)));
            }
            Some(unknown) => text.push_str(&format!("<{unknown:?}>")),
            None => text.push(char),
        }
    }
    serde_json::from_str(&text).expect("JSON")
}

/// What `check` says.
fn report(file: &Path) -> Value {
    let mut command = Command::cargo_bin("rolecall").expect("the binary is built with the tests");
    let output =
        command.args(["check", "--format", "json", "--partition", "aws", "--region", "us-east-1"]).arg(file).output();
    let output = output.expect("rolecall runs");
    serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{}: {error}: {}", file.display(), String::from_utf8_lossy(&output.stderr)))
}

/// What `check` finds: the rule, how bad it is, whom it is about, and the sentence.
fn findings(file: &Path) -> BTreeSet<String> {
    let report = report(file);
    let mut findings = report["findings"].as_array().expect("a list").clone();
    // There is no such thing in the template that CloudFormation gets.
    findings.retain(|finding| finding["rule"] != "role-policies-ignored");
    let found = |finding: &Value| {
        let text = |key: &str| finding[key].as_str().unwrap_or_default().to_owned();
        format!("{} {} {} {}: {}", text("severity"), text("rule"), text("function"), text("principal"), text("message"))
    };
    findings.iter().map(found).collect()
}

/// How two values differ, a line for each leaf.
fn differences(path: &str, own: &Value, made: &Value, out: &mut Vec<String>) {
    match (own, made) {
        (Value::Object(own), Value::Object(made)) => {
            let keys: BTreeSet<&String> = own.keys().chain(made.keys()).collect();
            for key in keys {
                let of = |map: &serde_json::Map<String, Value>| map.get(key).cloned().unwrap_or_default();
                differences(&format!("{path}.{key}"), &of(own), &of(made), out);
            }
        }
        (Value::Array(own), Value::Array(made)) if own.len() == made.len() => {
            for (at, (own, made)) in own.iter().zip(made).enumerate() {
                differences(&format!("{path}[{at}]"), own, made, out);
            }
        }
        _ if own == made => {}
        _ => out.push(format!("{path}: {own}\n  but in CloudFormation: {made}")),
    }
}

#[test]
fn roles_are_those_that_sam_makes() {
    let files = templates(&folder("templates"));
    let translated = Translated::of(&files);
    let mut wrong = Vec::new();
    for (number, file) in files.iter().enumerate() {
        let name = file.file_name().expect("a name").to_string_lossy();
        let made = translated.template(number).unwrap_or_else(|reason| panic!("{name}: SAM refuses it: {reason}"));
        let mut found = Vec::new();
        differences("", &read(file), &read(&made), &mut found);
        let (own, other) = (findings(file), findings(&made));
        found.extend(own.difference(&other).map(|finding| format!("only in SAM's: {finding}")));
        found.extend(other.difference(&own).map(|finding| format!("only in CloudFormation's: {finding}")));
        wrong.extend(found.into_iter().map(|difference| format!("{name}: {difference}")));
    }
    assert!(wrong.is_empty() && files.len() >= 40, "of {}:\n{}", files.len(), wrong.join("\n"));
}

#[test]
fn what_sam_refuses_is_a_problem() {
    let files = templates(&folder("refused"));
    let translated = Translated::of(&files);
    for (number, file) in files.iter().enumerate() {
        let name = file.file_name().expect("a name").to_string_lossy();
        assert!(translated.template(number).is_err(), "{name}: SAM takes it");
        let report = report(file);
        let problem = &report["problems"][0];
        assert!(
            problem["message"].as_str().is_some_and(|message| message.starts_with("SAM cannot transform")),
            "{name}"
        );
        // The line that a comment marks.
        let text = fs::read_to_string(file).expect("a text");
        let line = text.lines().position(|line| line.contains("# here")).expect("a marked line") + 1;
        assert_eq!(problem["location"]["start"]["line"], line, "{name}");
    }
    assert!(files.len() >= 8);
}

/// Principal, what it may do with ec2:CreateNetworkInterface, and whether it has to.
type Expected = (&'static str, &'static str, bool);

/// Where SAM makes a role, and what is in it.
///
/// Source: AWS SAM Developer Guide, "AWS::Serverless::Function", "Globals section", "AWS SAM policy templates"; the
/// functions' network from the Lambda Developer Guide, as the case says.
const CASES: [(&str, &[Expected]); 22] = [
    ("plain-function.yaml", &[("HelloWorldFunctionRole", "missing", false)]),
    ("vpc-literal.yaml", &[("OrdersRole", "granted", true)]),
    ("globals-vpc-from-parameters.yaml", &[("ReaderRole", "granted", true), ("WriterRole", "granted", true)]),
    // The boundary is the account's, and not in the input.
    (
        "globals-ignored.yaml",
        &[("InsideRole", "unresolved", true), ("OutsideRole", "missing", false), ("AloneRole", "missing", false)],
    ),
    // SAM looks at what is written, and an Fn::If is.
    ("vpc-under-a-condition.yaml", &[("ApiRole", "granted", true)]),
    ("policies-templates.yaml", &[("WorkerRole", "granted", false)]),
    ("policies-single-document.yaml", &[("WorkerRole", "denied", true)]),
    ("policies-wrong-path.yaml", &[("WorkerRole", "unresolved", false)]),
    ("role-given.yaml", &[("Shared", "missing", true)]),
    ("role-of-another-function.yaml", &[("MainRole", "missing", true)]),
    ("role-extended-from-outside.yaml", &[("FRole", "denied", true)]),
    ("boundary.yaml", &[("FromGlobalsRole", "denied", true), ("OwnRole", "granted", true)]),
    ("boundary-chosen.yaml", &[("FRole", "unresolved", true)]),
    // An empty list connects nothing, but is something; an empty map is nothing.
    (
        "vpc-config-shapes.yaml",
        &[
            ("EmptyListsRole", "granted", false),
            ("NothingRole", "missing", false),
            ("OnlySubnetsRole", "granted", true),
        ],
    ),
    ("durable.yaml", &[("FRole", "granted", true)]),
    ("events-msk.yaml", &[("ConsumerRole", "granted", true)]),
    ("events-kafka.yaml", &[("InVpcRole", "granted", true), ("PublicRole", "missing", false)]),
    // SAM gives the role of an MQ event the secret and the broker, not the network.
    ("events-mq.yaml", &[("ForgotRole", "missing", true), ("ThoughtRole", "granted", true)]),
    ("events-documents.yaml", &[("WatcherRole", "granted", true)]),
    ("mapping-on-alias.yaml", &[("FRole", "missing", true), ("ByAliasRole", "missing", true)]),
    ("nothing-given.yaml", &[("FRole", "missing", false), ("GRole", "missing", false)]),
    ("deny-for-code.yaml", &[("FRole", "granted", true)]),
];

#[test]
fn the_roles_are_judged() {
    for (name, expected) in CASES {
        let report = report(&folder("templates").join(name));
        for (principal, verdict, applies) in expected {
            let principals = report["principals"].as_array().expect("a list").iter();
            let own = principals.filter(|entry| entry["name"] == *principal && entry["kind"] == "execution-role");
            let requirements = own.flat_map(|entry| entry["requirements"].as_array().expect("a list"));
            let found: Vec<(&str, bool)> = requirements
                .filter(|requirement| requirement["action"] == "ec2:CreateNetworkInterface")
                .map(|found| (found["verdict"].as_str().expect("a word"), found["applies"] == true))
                .collect();
            assert_eq!(found, [(*verdict, *applies)], "{name}: {principal}");
        }
    }
}
