//! Real failures and real false alarms, rebuilt as inputs (fixtures/incidents): each case says what AWS answered, and
//! where a reader has to look. `case.json` names the report that it was rebuilt from.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use assert_cmd::Command;
use serde::Deserialize;
use serde_json::Value;

#[derive(Deserialize)]
struct Case {
    id: String,
    subject: String,
    subject_kind: String,
    input: Vec<String>,
    #[serde(default)]
    scp: Vec<String>,
    #[serde(default)]
    scp_level: Vec<String>,
    boundary: Option<String>,
    session_policy: Option<String>,
    #[serde(default)]
    context: BTreeMap<String, String>,
    expect: Expect,
}

#[derive(Deserialize)]
struct Expect {
    overall: String,
    #[serde(default)]
    accept_overall: Vec<String>,
    actions: BTreeMap<String, String>,
    #[serde(default)]
    accept: BTreeMap<String, Vec<String>>,
    must_point_at: Option<String>,
    #[serde(default)]
    also_ok: Vec<String>,
}

impl Case {
    /// All inputs are bare documents, so that the principal has no name.
    fn is_bare(&self) -> bool {
        self.input.iter().all(|input| input.starts_with("policy"))
    }

    fn report(&self, folder: &Path) -> Value {
        let mut command = Command::cargo_bin("rolecall").expect("the binary is built with the tests");
        command.current_dir(folder).args(["check", "--format", "json"]);
        for input in &self.input {
            // What is deployed now.
            if input.starts_with("before/") {
                command.arg("--before");
            }
            command.arg(input);
        }
        let kind = match self.subject_kind.as_str() {
            "user" => Some("deployer"),
            "role" => Some("execution-role"),
            _ => None,
        };
        if let Some(kind) = kind {
            let name = if self.is_bare() { String::new() } else { format!(":{}", self.subject) };
            command.arg("--as").arg(format!("{kind}{name}"));
        }
        for scp in &self.scp {
            command.args(["--scp", scp]);
        }
        for level in &self.scp_level {
            command.args(["--scp-level", level]);
        }
        if let Some(boundary) = &self.boundary {
            command.args(["--boundary", boundary]);
        }
        if let Some(session) = &self.session_policy {
            command.args(["--session-policy", session]);
        }
        for (key, value) in &self.context {
            match key.as_str() {
                "region" | "account" | "partition" => command.arg(format!("--{key}")).arg(value),
                key => command.arg("--context").arg(format!("{key}={value}")),
            };
        }
        let output = command.output().expect("rolecall runs");
        serde_json::from_slice(&output.stdout)
            .unwrap_or_else(|error| panic!("{}: {error}: {}", self.id, String::from_utf8_lossy(&output.stderr)))
    }

    /// Is it the principal that the case is about, or the role of the function?
    fn is_about(&self, principal: &Value) -> bool {
        let uses = |function: &Value| function["name"] == self.subject.as_str();
        self.is_bare()
            || principal["name"] == self.subject.as_str()
            || principal["functions"].as_array().is_some_and(|functions| functions.iter().any(uses))
    }

    fn is_found_of(&self, finding: &Value, principals: &[Value]) -> bool {
        self.is_bare()
            || finding["function"] == self.subject.as_str()
            || principals.iter().any(|principal| principal["name"] == finding["principal"])
    }

    /// Everything that the report gets wrong.
    fn wrong(&self, folder: &Path) -> Vec<String> {
        let report = self.report(folder);
        let mut wrong = Vec::new();
        let list = |name: &str| report[name].as_array().cloned().unwrap_or_default();
        let principals: Vec<Value> = list("principals").into_iter().filter(|item| self.is_about(item)).collect();
        let findings: Vec<Value> =
            list("findings").into_iter().filter(|item| self.is_found_of(item, &principals)).collect();
        let level = |severity: &str| findings.iter().any(|finding| finding["severity"] == severity);
        let overall = if level("error") {
            "fail"
        } else if level("warning") {
            "warn"
        } else {
            "pass"
        };
        if overall != self.expect.overall && !self.expect.accept_overall.iter().any(|other| other == overall) {
            wrong.push(format!("{}: expected {}, got {overall}", self.id, self.expect.overall));
        }
        for (action, expected) in &self.expect.actions {
            let verdicts: Vec<&str> = principals
                .iter()
                .flat_map(|principal| principal["requirements"].as_array().into_iter().flatten())
                .filter(|requirement| requirement["action"] == action.as_str())
                .filter_map(|requirement| requirement["verdict"].as_str())
                .collect();
            let accepted = |verdict: &str| {
                verdict == expected
                    || self.expect.accept.get(action).is_some_and(|also| also.iter().any(|other| other == verdict))
            };
            if verdicts.is_empty() || !verdicts.iter().any(|verdict| accepted(verdict)) {
                wrong.push(format!("{}: {action}: expected {expected}, got {verdicts:?}", self.id));
            }
        }
        if overall != "pass" && !self.points_right(&findings) {
            wrong.push(format!("{}: no finding points at {:?}", self.id, self.expect.must_point_at));
        }
        wrong
    }

    fn points_right(&self, findings: &[Value]) -> bool {
        let wanted = self.expect.must_point_at.iter().chain(&self.expect.also_ok);
        let wanted: Vec<(&str, u64)> = wanted
            .filter_map(|place| place.rsplit_once(':').map(|(file, line)| (file, line.parse().unwrap_or(0))))
            .collect();
        let related = findings.iter().flat_map(|finding| finding["related"].as_array().into_iter().flatten());
        let mut locations =
            findings.iter().map(|finding| &finding["location"]).chain(related.map(|item| &item["location"]));
        wanted.is_empty()
            || locations.any(|location| {
                wanted.iter().any(|(file, line)| {
                    location["path"] == *file
                        && location["start"]["line"].as_u64().is_some_and(|start| start <= *line)
                        && location["end"]["line"].as_u64().is_some_and(|end| *line <= end)
                })
            })
    }
}

#[test]
fn every_incident_is_judged_right() {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures/incidents");
    let mut folders: Vec<PathBuf> =
        fs::read_dir(root).expect("fixtures are there").filter_map(|entry| Some(entry.ok()?.path())).collect();
    folders.sort();
    assert!(folders.len() >= 12, "the cases are there");
    let mut wrong = Vec::new();
    for folder in folders {
        let text = fs::read_to_string(folder.join("case.json")).expect("a case has its case.json");
        let case: Case = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
        wrong.extend(case.wrong(&folder));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
