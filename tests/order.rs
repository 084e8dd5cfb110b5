//! Templates in the habits of their authors (fixtures/templates/order): which functions may be made before the policies
//! of their roles. Expected is what CloudFormation's rules say of the order ("DependsOn attribute"), and IAM's advice on
//! the page of AWS::IAM::Role about policies that are attached from outside of it.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use assert_cmd::Command;
use serde_json::Value;

/// File, and what is found at which line. What is not found is not there.
type Expected = (&'static str, &'static [(&'static str, u64)]);

const PLAIN: [Expected; 31] = [
    ("cdk-default-policy.json", &[]),
    ("cdk-policy-of-ones-own.json", &[("unordered-policy", 46)]),
    ("condition-of-both-in-order.yaml", &[]),
    ("condition-of-both.yaml", &[("unordered-policy", 22)]),
    // Without the policy nothing is lost: it only denies.
    ("deny-for-code.yaml", &[]),
    ("depends-on-others.yaml", &[("unordered-policy", 20)]),
    // Where the policy is absent, the role has the rights itself.
    ("depends-on-what-may-be-absent.yaml", &[]),
    ("for-each-in-order.yaml", &[]),
    ("for-each.yaml", &[("unordered-policy", 21), ("unordered-policy", 21)]),
    ("inline.yaml", &[]),
    // The role names the policy, too, and is made after it.
    ("managed-policy-both-ways.yaml", &[]),
    ("managed-policy-of-role.yaml", &[]),
    ("managed-policy-with-roles.yaml", &[("unordered-policy", 11)]),
    // Nothing that comes later helps.
    ("missing-anyway.yaml", &[("missing-permission", 2)]),
    ("named-in-one-branch.yaml", &[("unordered-policy", 21)]),
    ("no-vpc.yaml", &[]),
    ("one-of-two.yaml", &[("unordered-policy", 20)]),
    ("other-rights-alone.yaml", &[]),
    ("others-wait-for-both.yaml", &[("unordered-policy", 21)]),
    ("policy-alone.yaml", &[("unordered-policy", 17)]),
    ("policy-depended-on.yaml", &[]),
    ("policy-waits-for-function.yaml", &[("unordered-policy", 16)]),
    ("role-by-its-name.yaml", &[("unordered-policy", 13)]),
    ("role-by-ref.yaml", &[("role-ref-is-name", 23)]),
    ("role-policy.yaml", &[("unordered-policy", 12)]),
    ("shared-role.yaml", &[("unordered-policy", 26)]),
    ("through-a-chain.yaml", &[]),
    ("through-a-custom-resource.yaml", &[]),
    ("through-what-may-be-absent.yaml", &[("unordered-policy", 24)]),
    ("twice-granted.yaml", &[]),
    // What the policy says is not in the input.
    ("unseen-policy.yaml", &[]),
];

const SERVERLESS: [Expected; 4] = [
    ("sam-role-given-in-order.yaml", &[]),
    ("sam-role-given.yaml", &[("unordered-policy", 18)]),
    // SAM itself gives the role the rights, in the role.
    ("sam-role-made.yaml", &[]),
    // SAM hands DependsOn to the function, not to the role that it makes for it.
    ("sam-role-of-another.yaml", &[("unordered-policy", 21)]),
];

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/templates/order")
}

fn report(args: &[&str]) -> Value {
    let mut command = Command::cargo_bin("rolecall").expect("the binary is built with the tests");
    let output = command.current_dir(folder()).args(["check", "--format", "json"]).args(args).output();
    let output = output.expect("rolecall runs");
    serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{args:?}: {error}: {}", String::from_utf8_lossy(&output.stderr)))
}

/// Everything louder than a note: the rule and the line.
fn loud(report: &Value) -> Vec<(String, u64)> {
    let findings = report["findings"].as_array().expect("a list").iter();
    let loud = findings.filter(|finding| finding["severity"] != "note");
    let found = loud.map(|finding| {
        let line = finding["location"]["start"]["line"].as_u64().expect("a line");
        (finding["rule"].as_str().expect("a rule").to_owned(), line)
    });
    found.collect()
}

fn holds(expected: &[Expected]) {
    for (name, found) in expected {
        let report = report(&[name]);
        assert_eq!(report["problems"], Value::Array(Vec::new()), "{name}");
        let found: Vec<(String, u64)> = found.iter().map(|(rule, line)| ((*rule).to_owned(), *line)).collect();
        assert_eq!(loud(&report), found, "{name}");
    }
}

#[test]
fn functions_that_do_not_wait_are_found() {
    holds(&PLAIN);
}

#[test]
#[ignore = "functions of SAM are not read yet"]
fn functions_of_sam_that_do_not_wait_are_found() {
    holds(&SERVERLESS);
}

#[test]
fn every_sample_is_expected_to_be_something() {
    let known: BTreeSet<String> = PLAIN.iter().chain(&SERVERLESS).map(|(name, _)| (*name).to_owned()).collect();
    let files = std::fs::read_dir(folder()).expect("the samples");
    let there: BTreeSet<String> =
        files.map(|file| file.expect("a file").file_name().into_string().expect("UTF-8")).collect();
    assert_eq!(known, there);
}

fn message_and_help(name: &str) -> (String, String) {
    let report = report(&[name]);
    let findings = report["findings"].as_array().expect("a list");
    let finding = findings.iter().find(|finding| finding["rule"] == "unordered-policy").expect("a finding");
    let text = |key: &str| finding[key].as_str().expect("a text").to_owned();
    (text("message"), text("help"))
}

/// The line to write is one of the file's own language, and keeps what stands there.
#[test]
fn the_help_is_the_line_to_write() {
    for (name, message, help) in [
        (
            "policy-alone.yaml",
            "function `Orders` does not wait for `Network`, which gives its role `Role` the right to create, describe and delete network interfaces",
            "add `DependsOn: Network` to `Orders`, beside Type and Properties",
        ),
        (
            "one-of-two.yaml",
            "function `Orders` does not wait for `Delete`, which gives its role `Role` the right to delete network interfaces",
            "write `DependsOn: [Create, Delete]`",
        ),
        (
            "named-in-one-branch.yaml",
            "function `Orders` does not wait for `Network`, which gives its role `Role` the right to create, describe and delete network interfaces when Stage is dev",
            "add `DependsOn: Network` to `Orders`, beside Type and Properties",
        ),
        (
            "cdk-policy-of-ones-own.json",
            "function `Orders1A2B3C4D` does not wait for `NetworkPolicy5E6F7A8B`, which gives its role `OrdersServiceRole3F2A1B0C` the right to create, describe and delete network interfaces",
            "write `\"DependsOn\": [\"OrdersServiceRole3F2A1B0C\", \"NetworkPolicy5E6F7A8B\"]`; in the code of the CDK, that is `function.node.addDependency(policy)`",
        ),
        (
            "policy-waits-for-function.yaml",
            "function `Orders` is made before `Network`, which gives its role `Role` the right to create, describe and delete network interfaces",
            "`Network` itself waits for `Orders`, so that no DependsOn can order them: give these rights in the role's own Policies or ManagedPolicyArns",
        ),
    ] {
        assert_eq!(message_and_help(name), (message.to_owned(), help.to_owned()), "{name}");
    }
}

/// What people see, without colour.
#[test]
fn what_is_shown() {
    for (name, rule) in [
        ("depends-on-others.yaml", "unordered-policy"),
        ("policy-waits-for-function.yaml", "unordered-policy"),
        ("cdk-policy-of-ones-own.json", "unordered-policy"),
        ("role-by-ref.yaml", "role-ref-is-name"),
    ] {
        let mut command = Command::cargo_bin("rolecall").expect("the binary is built with the tests");
        let command = command.current_dir(folder()).args(["check", "--color", "never", "--select", rule, name]);
        let output = command.output().expect("rolecall runs");
        let snapshot = name.replace('.', "_");
        insta::assert_snapshot!(snapshot, String::from_utf8(output.stdout).expect("UTF-8"));
    }
}
