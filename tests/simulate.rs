//! `simulate` against tables of cases, each derived from AWS's documentation (fixtures/simulate).
//!
//! A case says its policies as objects; here they become the texts of a SimulateCustomPolicy request. Cases whose
//! answer AWS's texts leave open say so (`disputed`): docs/semantics.md has the choice, and they are held to it.

#[allow(unreachable_pub)]
mod support {
    pub mod alphabet;
    pub mod naive;
    pub mod oracle;
    pub mod requests;
    pub mod worlds;
}

use std::fs;
use std::path::Path;

use rolecall::evaluate::Answer;
use rolecall::simulate::Simulator;
use serde_json::{Map, Value, json};

#[test]
fn every_case_is_answered_as_aws_answers_it() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/simulate");
    let mut files: Vec<_> =
        fs::read_dir(folder).expect("the folder").map(|entry| entry.expect("an entry").path()).collect();
    files.sort();
    let mut simulator = Simulator::new();
    let mut count = 0;
    let mut wrong = Vec::new();
    for file in &files {
        let text = fs::read_to_string(file).expect("text");
        let table: Value = serde_json::from_str(&text).expect("JSON");
        let defaults = table.get("defaults").and_then(Value::as_object).cloned().unwrap_or_default();
        for case in table["cases"].as_array().expect("cases") {
            let mut whole = defaults.clone();
            whole.extend(case.as_object().expect("a case").clone());
            let request = request(&whole).to_string();
            let decision = match simulator.simulate(&request) {
                Ok(answers) => word(answers.decisions().next().expect("one action").1).to_owned(),
                Err(error) => error.to_string(),
            };
            count += 1;
            if Some(&*decision) != whole["decision"].as_str() {
                let name = file.file_name().expect("a name").to_string_lossy().into_owned();
                let disputed = if whole.contains_key("disputed") { " (disputed)" } else { "" };
                wrong.push(format!("{name}: {}{disputed}: {decision}, not {}", whole["name"], whole["decision"]));
            }
        }
    }

    assert!(wrong.is_empty() && count > 1_000, "{} of {count}:\n{}", wrong.len(), wrong.join("\n"));
}

/// How many random requests are put to the engine and to the second evaluator.
const SEEDS: u64 = 20_000;

#[test]
fn random_requests_are_answered_as_the_second_evaluator_answers_them() {
    let mut simulator = Simulator::new();
    let mut wrong = Vec::new();
    for seed in 0..SEEDS {
        let request = support::requests::request(seed);
        let text = request.to_string();
        let answers = simulator.simulate(&text).unwrap_or_else(|error| panic!("seed {seed}: {error}"));
        let value = serde_json::from_str::<Value>(&answers.to_json()).expect("JSON");
        for result in value["EvaluationResults"].as_array().expect("a list") {
            let action = result["EvalActionName"].as_str().expect("text");
            let specific = result.get("ResourceSpecificResults").and_then(Value::as_array);
            let of_resources = specific.map_or_else(
                || vec![(&result["EvalResourceName"], &result["EvalDecision"])],
                |all| all.iter().map(|one| (&one["EvalResourceName"], &one["EvalResourceDecision"])).collect(),
            );
            for (resource, decision) in of_resources {
                let expected = match support::oracle::decide(&request, action, resource.as_str().expect("text")) {
                    support::oracle::Decision::Allowed => "allowed",
                    support::oracle::Decision::ExplicitDeny => "explicitDeny",
                    support::oracle::Decision::ImplicitDeny => "implicitDeny",
                };
                if decision != expected {
                    wrong.push(format!("seed {seed}: {action} on {resource}: {decision}, not {expected}: {text}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} differ, the first:\n{}", wrong.len(), wrong[..wrong.len().min(5)].join("\n"));
}

#[test]
fn vague_requests_are_answered_or_refused() {
    let mut simulator = Simulator::new();
    let mut answered = 0;
    for seed in 0..SEEDS / 4 {
        let text = support::requests::vague_request(seed).to_string();
        match simulator.simulate(&text) {
            Ok(answers) => answered += answers.decisions().count(),
            Err(error) => assert!(!error.message.is_empty()),
        }
    }
    assert!(answered > 1_000, "{answered}");
}

fn word(answer: Answer) -> &'static str {
    match answer {
        Answer::Allowed => "allowed",
        Answer::ExplicitDeny => "explicitDeny",
        Answer::ImplicitDeny => "implicitDeny",
    }
}

/// The request that a case stands for.
fn request(case: &Map<String, Value>) -> Value {
    let text = |policy: &Value| Value::String(policy.as_str().map_or_else(|| policy.to_string(), str::to_owned));
    let texts = |list: Option<&Value>| -> Vec<Value> {
        list.and_then(Value::as_array).map_or_else(Vec::new, |list| list.iter().map(text).collect())
    };
    let action = case["action"].clone();
    let mut request = json!({
        "PolicyInputList": texts(case.get("identity")),
        "PermissionsBoundaryPolicyInputList": texts(case.get("boundary")),
        "SessionPolicyInputList": texts(case.get("session")),
        "VpcEndpointPolicyInputList": texts(case.get("vpc_endpoint")),
        "ActionNames": [action],
        "ResourceArns": [case.get("resource").cloned().unwrap_or_else(|| json!("*"))],
        "ContextEntries": context(case.get("context")),
    });
    if let Some(condition) = case.get("condition").or_else(|| case.get("deny_condition")) {
        let version = case.get("version").cloned().unwrap_or_else(|| json!("2012-10-17"));
        let deny = case.contains_key("deny_condition");
        let mut statements = vec![json!({
            "Effect": if deny { "Deny" } else { "Allow" }, "Action": action, "Resource": "*", "Condition": condition,
        })];
        if deny {
            statements.push(json!({"Effect": "Allow", "Action": "*", "Resource": "*"}));
        }
        request["PolicyInputList"] = json!([json!({"Version": version, "Statement": statements}).to_string()]);
    }
    if let Some(levels) = case.get("organization").and_then(Value::as_array) {
        let level = |level: &Value| {
            let mut lists = Map::new();
            if level.get("scp").is_some() {
                lists.insert("ServiceControlPolicyInputList".to_owned(), texts(level.get("scp")).into());
            }
            lists.insert("ResourceControlPolicyInputList".to_owned(), texts(level.get("rcp")).into());
            Value::Object(lists)
        };
        request["OrderedOrganizationPolicyInputList"] = levels.iter().map(level).collect();
    }
    for (member, field) in [("resource_owner", "ResourceOwner"), ("caller", "CallerArn")] {
        if let Some(value) = case.get(member) {
            request[field] = value.clone();
        }
    }
    if let Some(policy) = case.get("resource_policy") {
        request["ResourcePolicy"] = text(policy);
    }
    request
}

fn context(given: Option<&Value>) -> Vec<Value> {
    let Some(given) = given.and_then(Value::as_object) else { return Vec::new() };
    let entry = |(name, value): (&String, &Value)| {
        let (values, kind) = match value {
            Value::Object(typed) => (typed["values"].clone(), typed["type"].clone()),
            Value::Array(values) => (json!(values), json!("stringList")),
            value => (json!([value]), json!("string")),
        };
        json!({"ContextKeyName": name, "ContextKeyValues": values, "ContextKeyType": kind})
    };
    given.iter().map(entry).collect()
}
