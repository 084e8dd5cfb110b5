//! `simulate`: what is wrong with a request is said by field and place, and a line answers for itself alone.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout};

use super::*;

const ALLOW: &str = r#"{"Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}}"#;

/// A request for s3:GetObject under [`ALLOW`], with members added or put in the place of others.
fn request(members: &Value) -> Value {
    let mut request = json!({"PolicyInputList": [ALLOW], "ActionNames": ["s3:GetObject"]});
    let all = request.as_object_mut().expect("an object");
    all.extend(members.as_object().expect("an object").clone());
    all.retain(|_, value| !value.is_null());
    request
}

/// Members, and what the message has to name.
fn wrong_requests() -> Vec<(Value, &'static [&'static str])> {
    let entry = |entry: Value| json!({"ContextEntries": [{"ContextKeyName": "aws:username", "ContextKeyValues": ["x"]}, entry]});
    vec![
        (json!({"ActionNames": null}), &["missing field `ActionNames`"]),
        (json!({"ActionNames": []}), &["ActionNames: the list is empty"]),
        (json!({"ActionNames": ["s3:GetObject", "s3:Get*"]}), &["ActionNames.2", "`s3:Get*`", "wildcard"]),
        (json!({"ActionNames": ["s3:Get?bject"]}), &["ActionNames.1", "wildcard"]),
        (json!({"ActionNames": ["GetObject"]}), &["ActionNames.1", "`GetObject`", "service:Name"]),
        (json!({"ActionNames": "s3:GetObject"}), &["ActionNames: ", "line 1 column"]),
        (json!({"Actions": ["s3:GetObject"]}), &["unknown field `Actions`", "ActionNames"]),
        (json!({"PolicyInputList": [ALLOW, {"Statement": []}]}), &["PolicyInputList.2: ", "JSON text in a string"]),
        (json!({"PolicyInputList": [ALLOW, "{"]}), &["PolicyInputList.2: line 1, column 2"]),
        (
            json!({"PolicyInputList": ["{\n \"Statement\": {\"Effect\": \"Permit\", \"Action\": \"*\", \"Resource\": \"*\"}}"]}),
            &["PolicyInputList.1: line 2, column 26", "Effect", "`Permit`"],
        ),
        (
            json!({"PolicyInputList": [r#"{"Statement":{"Effect":"Allow","Action":"*"}}"#]}),
            &["PolicyInputList.1: line 1, column", "Resource"],
        ),
        (
            json!({"PolicyInputList": [r#"{"Statement":{"Effect":"Allow","Action":"*","Resource":"*","Resources":"*"}}"#]}),
            &["PolicyInputList.1: line 1, column", "Resources"],
        ),
        (
            json!({"OrderedOrganizationPolicyInputList": [{"ServiceControlPolicyInputList": [ALLOW, "[]"]}]}),
            &["OrderedOrganizationPolicyInputList.1.ServiceControlPolicyInputList.2: line 1, column 1"],
        ),
        (
            json!({"OrderedOrganizationPolicyInputList": [{}, {"Policies": []}]}),
            &["OrderedOrganizationPolicyInputList.2", "unknown field `Policies`"],
        ),
        (json!({"PermissionsBoundaryPolicyInputList": [ALLOW, ALLOW]}), &["PermissionsBoundaryPolicyInputList", "one"]),
        (json!({"ResourceArns": ["arn:aws:s3:::a/b", ""]}), &["ResourceArns.2", "empty"]),
        (json!({"ResourceOwner": "me"}), &["ResourceOwner", "`me`", "arn:aws:iam::111122223333:root"]),
        (json!({"CallerArn": "me"}), &["CallerArn", "`me`", "lambda.amazonaws.com"]),
        (json!({"Marker": "next"}), &["Marker"]),
        (json!({"MaxItems": "all"}), &["MaxItems"]),
        (entry(json!({"ContextKeyValues": ["y"]})), &["ContextEntries.2", "missing field `ContextKeyName`"]),
        (entry(json!({"ContextKeyName": "", "ContextKeyValues": []})), &["ContextEntries.2.ContextKeyName", "empty"]),
        (entry(json!(["aws:userid", ["y"]])), &["ContextEntries.2", "an object"]),
        (
            entry(json!({"ContextKeyName": "AWS:UserName", "ContextKeyValues": ["y"]})),
            &["ContextEntries.2.ContextKeyName", "`AWS:UserName`", "twice"],
        ),
        (
            entry(json!({"ContextKeyName": "aws:TagKeys", "ContextKeyValues": ["y", "z"], "ContextKeyType": "string"})),
            &["ContextEntries.2.ContextKeyValues", "2 values", "stringList"],
        ),
        (
            entry(json!({"ContextKeyName": "aws:TagKeys", "ContextKeyValues": ["y"], "ContextKeyType": "text"})),
            &["ContextEntries.2.ContextKeyType", "`text`", "stringList"],
        ),
        (
            entry(json!({"ContextKeyName": "aws:TagKeys", "ContextKeyValues": ["y", 7]})),
            &["ContextEntries.2.ContextKeyValues.2", "integer `7`"],
        ),
        (
            entry(
                json!({"ContextKeyName": "aws:TagKeys", "ContextKeyValues": vec!["y"; 10_001], "ContextKeyType": "stringList"}),
            ),
            &["ContextEntries.2", "10000"],
        ),
        (
            json!({
                "ActionNames": (0..400).map(|n| format!("s3:A{n}")).collect::<Vec<_>>(),
                "ResourceArns": (0..400).map(|n| format!("arn:aws:s3:::b{n}")).collect::<Vec<_>>(),
            }),
            &["ActionNames, ResourceArns", "400", "100000"],
        ),
        (json!({"PolicyInputList": vec![ALLOW; 1_001]}), &["1001 policies", "1000"]),
    ]
}

#[test]
fn what_is_wrong_with_a_request_is_named() {
    let folder = Folder::of([]);
    for (members, named) in wrong_requests() {
        let run = folder.run_with(&["simulate"], &request(&members).to_string(), &[]);
        let shown = run.err.chars().take(400).collect::<String>();
        assert_eq!((run.status, &*run.out), (Some(2), ""), "{shown}");
        assert!(run.err.contains("<stdin>: "), "{shown}");
        for words in named {
            assert!(run.err.contains(words), "{words}: {shown}");
        }
    }
    for (text, named) in [("", "line 1 column 0"), ("[]", "an object"), ("3", "an object"), ("{", "line 1 column 1")] {
        let run = folder.run_with(&["simulate"], text, &[]);
        assert_eq!((run.status, run.err.contains(named)), (Some(2), true), "{text}: {}", run.err);
    }
}

#[test]
fn an_error_answers_on_its_line_and_the_lines_after_it_are_answered() {
    let folder = Folder::of([]);
    let good = request(&json!({})).to_string();
    let wrong = wrong_requests();
    let lines: Vec<String> =
        wrong.iter().flat_map(|(members, _)| [request(members).to_string(), good.clone()]).collect();

    let run = folder.run_with(&["simulate", "--jsonl"], &lines.join("\n"), &[]);

    assert_eq!((run.status, &*run.err), (Some(0), ""));
    let answers: Vec<Value> = run.out.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!(answers.len(), lines.len());
    for (pair, (members, named)) in answers.chunks(2).zip(&wrong) {
        let message = pair[0]["Error"]["Message"].as_str().unwrap_or_else(|| panic!("{members}: {}", pair[0]));
        assert!(pair[0]["Error"]["Code"].is_string());
        named.iter().for_each(|words| assert!(message.contains(words), "{words}: {message}"));
        assert_eq!(pair[1]["EvaluationResults"][0]["EvalDecision"], "allowed");
    }
}

#[test]
fn a_file_that_is_not_there_is_a_wrong_call() {
    let folder = Folder::of([]);
    for args in [["simulate", "absent.json"].as_slice(), &["simulate", "--jsonl", "absent.jsonl"]] {
        let run = folder.run(args);
        assert_eq!((run.status, &*run.out), (Some(2), ""));
        assert!(run.err.contains("absent.json"), "{}", run.err);
    }
}

/// rolecall as another program's coprocess.
struct Coprocess {
    child: Child,
    requests: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
}

impl Coprocess {
    fn start() -> Coprocess {
        let binary = assert_cmd::cargo::cargo_bin("rolecall");
        let mut child = std::process::Command::new(binary)
            .args(["simulate", "--jsonl"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("rolecall runs");
        let requests = child.stdin.take();
        let answers = BufReader::new(child.stdout.take().expect("a pipe"));
        Coprocess { child, requests, answers }
    }

    /// Writes a line and waits for its answer, with standard input open.
    fn ask(&mut self, line: &str) -> Value {
        writeln!(self.requests.as_mut().expect("open"), "{line}").expect("rolecall reads");
        let mut answer = String::new();
        self.answers.read_line(&mut answer).expect("rolecall answers");
        serde_json::from_str(&answer).expect("JSON")
    }
}

#[test]
fn a_coprocess_answers_each_request_before_the_next_is_written() {
    let mut coprocess = Coprocess::start();
    for action in ["s3:GetObject", "ec2:RunInstances", "nonsense", "s3:PutObject"] {
        let answer = coprocess.ask(&request(&json!({"ActionNames": [action]})).to_string());
        match action {
            "nonsense" => assert!(answer["Error"]["Message"].is_string(), "{answer}"),
            "ec2:RunInstances" => assert_eq!(answer["EvaluationResults"][0]["EvalDecision"], "implicitDeny"),
            _ => assert_eq!(answer["EvaluationResults"][0]["EvalDecision"], "allowed"),
        }
    }
    // The end of the requests is the end of the run.
    coprocess.requests = None;
    assert!(coprocess.child.wait().expect("it ends").success());
}

/// Texts that are new each time may be kept only up to a bound.
#[cfg(target_os = "linux")]
#[test]
fn memory_does_not_grow_with_the_requests() {
    let mut coprocess = Coprocess::start();
    let peak = |process: u32| {
        let status = fs::read_to_string(format!("/proc/{process}/status")).expect("the kernel says it");
        let line = status.lines().find(|line| line.starts_with("VmHWM:")).expect("a peak");
        line.split_whitespace().nth(1).expect("a number").parse::<u64>().expect("kB")
    };
    let mut ask = |from: u32, to: u32| {
        for number in from..to {
            // A policy of some kB that no request had before.
            let names: Vec<String> = (0..100).map(|name| format!("arn:aws:s3:::bucket-{number}-{name}/*")).collect();
            let policy = json!({"Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": names}}).to_string();
            let line = request(&json!({"PolicyInputList": [policy]})).to_string();
            assert_eq!(coprocess.ask(&line)["EvaluationResults"][0]["EvalDecision"], "implicitDeny");
        }
        peak(coprocess.child.id())
    };
    let (first, second) = (ask(0, 2_000), ask(2_000, 6_000));
    assert!(second < first + 4_096, "{first} kB after 2,000 requests, {second} kB after 6,000");
}

#[test]
fn what_decided_is_shown_layer_by_layer() {
    let policy = |statements: &Value| json!({"Version": "2012-10-17", "Statement": statements}).to_string();
    let allow =
        policy(&json!([{"Sid": "Read", "Effect": "Allow", "Action": "s3:Get*", "Resource": "arn:aws:s3:::reports/*"}]));
    let if_tagged = policy(&json!([{
        "Sid": "Tagged", "Effect": "Allow", "Action": "s3:GetObject", "Resource": "*",
        "Condition": {"StringEquals": {"aws:PrincipalTag/team": "sales"}}
    }]));
    let deny = policy(&json!([
        {"Effect": "Allow", "Action": "*", "Resource": "*"},
        {"Sid": "NotFromOutside", "Effect": "Deny", "Action": "s3:*", "Resource": "*",
         "Condition": {"NotIpAddress": {"aws:SourceIp": "10.0.0.0/8"}}}
    ]));
    let logs_only = policy(&json!([{"Effect": "Allow", "Action": "logs:*", "Resource": "*"}]));
    let bucket = policy(&json!([{
        "Sid": "Partner", "Effect": "Allow", "Principal": {"AWS": "444455556666"}, "Action": "s3:GetObject",
        "Resource": "arn:aws:s3:::reports/*"
    }]));
    let caller = "arn:aws:iam::444455556666:user/ana";
    let cases = [
        ("allowed", json!({"PolicyInputList": [allow]})),
        ("no statement", json!({"PolicyInputList": [logs_only]})),
        ("a key that the request lacks", json!({"PolicyInputList": [if_tagged]})),
        (
            "an explicit Deny",
            json!({"PolicyInputList": [deny], "ContextEntries": [
                {"ContextKeyName": "aws:SourceIp", "ContextKeyValues": ["203.0.113.7"], "ContextKeyType": "ip"}]}),
        ),
        (
            "a permissions boundary",
            json!({"PolicyInputList": [allow], "PermissionsBoundaryPolicyInputList": [logs_only]}),
        ),
        (
            "a level of service control policies",
            json!({"PolicyInputList": [allow], "OrderedOrganizationPolicyInputList": [
                {"ServiceControlPolicyInputList": [policy(&json!([{"Effect": "Allow", "Action": "*", "Resource": "*"}]))]},
                {"ServiceControlPolicyInputList": [logs_only]}]}),
        ),
        (
            "a resource policy of another account",
            json!({"PolicyInputList": [allow], "ResourcePolicy": bucket, "CallerArn": caller,
                   "ResourceOwner": "arn:aws:iam::111122223333:root"}),
        ),
    ];
    let folder = Folder::of([]);
    let mut screens = String::new();
    for (title, members) in cases {
        let members = [members, json!({"ResourceArns": ["arn:aws:s3:::reports/2026.csv"]})]
            .into_iter()
            .flat_map(|members| members.as_object().cloned().expect("an object"))
            .collect::<serde_json::Map<_, _>>();
        let text = request(&Value::Object(members)).to_string();
        let run = folder.run_with(&["simulate", "--format", "human"], &text, &[]);
        assert_eq!((run.status, &*run.err), (Some(0), ""), "{title}");
        screens += &format!("## {title}\n{}\n", run.out);
    }
    insta::assert_snapshot!(screens);
}
