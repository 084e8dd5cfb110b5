//! Plans of Terraform and OpenTofu in the habits of their authors (fixtures/terraform). Expected is what follows from
//! Terraform's rules (what is made and destroyed in which order, what a resource with an exclusive claim removes) and
//! AWS's (what Lambda needs). scripts/terraform_fixtures.py wrote the plans.

use std::path::{Path, PathBuf};

use assert_cmd::Command;
use serde_json::Value;

/// File; what is found, with a piece of the text at its place; the verdicts on creating, describing and deleting
/// interfaces, for each principal.
type Expected = (&'static str, &'static [(&'static str, &'static str)], &'static [[&'static str; 3]]);

const G: [&str; 3] = ["granted"; 3];
const MISSING: [&str; 3] = ["missing"; 3];
const DENIED: [&str; 3] = ["denied"; 3];
const UNRESOLVED: [&str; 3] = ["unresolved"; 3];
const WORKER: &str = "aws_lambda_function.worker";
const ROLE: &str = "aws_iam_role.worker";

const PLANS: [Expected; 88] = [
    // The account is the caller's, so that the account-wide ARN is all that Lambda asks for.
    ("account-looked-up", &[], &[G]),
    ("attached-in-order", &[], &[G]),
    ("attached-outside-of-the-module", &[("unordered-policy", "module.fn.aws_lambda_function.worker")], &[G]),
    // The function is made before anything that is derived from it.
    ("attached-through-the-function", &[("unordered-policy", WORKER)], &[G]),
    ("attached-through-the-functions-tag", &[("unordered-policy", WORKER)], &[G]),
    ("attached-without-order", &[("unordered-policy", WORKER)], &[G]),
    // A right that goes while the function stays is a missing right, whatever the refreshed role still shows.
    ("attachment-goes-function-stays", &[("missing-permission", ROLE)], &[MISSING]),
    ("attachments-exclusive", &[("attachment-conflict", "aws_iam_role_policy_attachments_exclusive.worker")], &[G]),
    ("attachments-exclusive-with-all", &[], &[G]),
    ("boundary-without-ec2", &[("denied-permission", "logs:*")], &[DENIED]),
    ("dedicated-tenancy", &[("vpc-dedicated-tenancy", "dedicated")], &[G]),
    ("deployer-by-group", &[], &[G]),
    ("destroyed-in-order", &[], &[G]),
    ("destroyed-without-order", &[("policy-removed-with-vpc", WORKER)], &[G]),
    // A Deny on an ARN that is known after apply may be about the interfaces.
    ("document-denies-what-is-not-known", &[("conditional-permission", "*")], &[["granted", "granted", "conditional"]]),
    ("document-known-in-part", &[], &[G]),
    ("edge-function", &[("edge-function-in-vpc", "vpc_config")], &[G]),
    ("empty-lists", &[], &[MISSING]),
    ("errored", &[], &[G]),
    // A resource that claims to know all attachments makes them, too.
    ("exclusive-attaches-in-order", &[], &[G]),
    ("exclusive-attaches-what-is-made", &[], &[G]),
    ("exclusive-attaches-without-order", &[("unordered-policy", WORKER)], &[G]),
    // When it is destroyed, what it attached stays.
    ("exclusive-goes-attachments-stay", &[], &[G]),
    ("exclusive-takes-away", &[("missing-permission", ROLE)], &[MISSING]),
    ("inline-policy-beside-role-policy", &[("attachment-conflict", "inline_policy")], &[G]),
    ("inline-policy-of-role", &[], &[G]),
    ("inline-without-order", &[("unordered-policy", WORKER)], &[G]),
    ("instances-of-modules", &[("missing-permission", "green[2]")], &[G, MISSING]),
    ("inverted-count", &[("missing-permission", ROLE)], &[MISSING]),
    ("kafka-without-vpc", &[("missing-permission", ROLE)], &[MISSING]),
    ("leaves-vpc-with-policy", &[], &[G]),
    ("leaves-vpc-without-policy", &[("policy-removed-with-vpc", ROLE)], &[MISSING]),
    ("lists-changed-about", &[("vpc-config-invalid-id", "vpc_config")], &[G]),
    ("logs-only", &[("missing-permission", ROLE)], &[MISSING]),
    ("managed-policy-arns", &[], &[G]),
    ("managed-policy-arns-beside-attachment", &[("attachment-conflict", "managed_policy_arns")], &[G]),
    // The policy is there already, and gets the right in its own time.
    ("managed-policy-changed-without-order", &[("unordered-policy", WORKER)], &[G]),
    ("managed-policy-looked-up", &[], &[G]),
    ("misspelt-managed-policy", &[("unknown-managed-policy", "arn:aws:iam::aws:policy/AWSLambdaVPC")], &[MISSING]),
    ("mixed-vpcs", &[("vpc-mixed-vpcs", "vpc_config")], &[G]),
    ("module-variable-not-passed", &[("missing-permission", "module.sync.aws_iam_role.lambda[0]")], &[MISSING]),
    ("module-with-network-policy", &[], &[G]),
    ("module-without-order", &[("unordered-policy", "module.sync.aws_lambda_function.this[0]")], &[G]),
    ("modules-in-order", &[], &[G]),
    ("modules-without-order", &[("unordered-policy", "module.fn.aws_lambda_function.worker")], &[G]),
    ("no-vpc", &[], &[MISSING]),
    ("nothing-to-do", &[], &[G]),
    ("one-line", &[("unordered-policy", WORKER)], &[G]),
    ("one-of-each-forgets", &[("missing-permission", "aws_iam_role.worker[\\\"out\\\"]")], &[G, MISSING]),
    ("only-refreshed", &[], &[G]),
    // UpdateFunctionCode does not ask what the role may do.
    ("only-the-code-changes", &[], &[G]),
    ("opentofu", &[("unordered-policy", WORKER)], &[G]),
    ("ordered-through-another", &[], &[G]),
    ("other-partition", &[("wrong-partition", "arn:aws:iam::aws:policy/service-role")], &[MISSING]),
    // An output waits for what its depends_on says, and who takes it, too.
    ("output-in-order", &[], &[G]),
    ("own-partition", &[], &[G]),
    ("policies-exclusive", &[("attachment-conflict", "aws_iam_role_policies_exclusive.worker")], &[G]),
    ("policies-exclusive-takes-away", &[("missing-permission", ROLE)], &[MISSING]),
    ("policies-for-each", &[], &[G]),
    // Which role gets which policy, nobody knows before.
    ("policies-for-each-role", &[], &[UNRESOLVED, UNRESOLVED]),
    ("policy-attachment-of-all", &[], &[G]),
    ("policy-changed-in-order", &[], &[G]),
    ("policy-changed-in-other-ways", &[], &[G]),
    ("policy-changed-without-order", &[("unordered-policy", WORKER)], &[G]),
    ("policy-of-ones-own", &[], &[G]),
    ("private-subnet", &[], &[G]),
    ("public-by-route-block", &[("vpc-public-subnet", "vpc_config")], &[G]),
    ("public-subnet", &[("vpc-public-subnet", "vpc_config")], &[G]),
    ("region-fence", &[], &[G]),
    ("region-fence-by-variable", &[], &[G]),
    ("region-fence-elsewhere", &[("denied-permission", "Fence")], &[DENIED]),
    ("role-looked-up", &[], &[UNRESOLVED]),
    ("role-of-another-state", &[], &[UNRESOLVED]),
    ("role-written-as-text", &[("unordered-policy", WORKER)], &[G]),
    ("roles-known-by-prefix", &[], &[G, G]),
    ("scp-of-another-account", &[], &[G]),
    ("scp-of-the-account", &[("denied-permission", "NoInterfaces")], &[DENIED]),
    ("secret-text", &[], &[UNRESOLVED]),
    ("shared-policy-attachment", &[("attachment-conflict", "aws_iam_policy_attachment.all")], &[G, G]),
    ("state", &[], &[G]),
    ("subnets-without-groups", &[("vpc-config-incomplete", "security_group_ids")], &[G]),
    ("targeted", &[], &[G]),
    ("targeted-attachment-goes", &[("missing-permission", ROLE)], &[MISSING]),
    ("text-known-after-apply", &[], &[UNRESOLVED]),
    ("trusts-edge-only", &[("untrusted-role", "edgelambda.")], &[G]),
    // What was wrong with the text before is nobody's business any more.
    ("typo-mended", &[], &[G]),
    ("update-enters-vpc", &[("unordered-policy", WORKER)], &[G]),
    // Blocks for each element of what nobody knows yet: there may be one.
    ("vpc-config-known-after-apply", &[("missing-permission", ROLE)], &[MISSING]),
];

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/terraform")
}

fn rolecall(args: &[&str]) -> (Value, String) {
    let mut command = Command::cargo_bin("rolecall").expect("the binary is built with the tests");
    let output = command.current_dir(folder()).args(["check", "--format", "json"]).args(args).output();
    let output = output.expect("rolecall runs");
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    let report = serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{args:?}: {error}: {errors}"));
    (report, errors)
}

/// The text at a place.
fn text_at(location: &Value) -> String {
    let path = folder().join(location["path"].as_str().expect("a path"));
    let text = std::fs::read_to_string(&path).expect("the fixture is there");
    let offset = |end: &str| location[end]["offset"].as_u64().expect("an offset") as usize;
    text[offset("start")..offset("end")].to_owned()
}

#[test]
fn plans_are_judged_as_terraform_and_aws_will() {
    for (file, findings, verdicts) in PLANS {
        let (report, errors) = rolecall(&[&format!("{file}.json")]);
        let loud: Vec<&Value> = report["findings"]
            .as_array()
            .expect("a list")
            .iter()
            .filter(|finding| finding["severity"] != "note")
            .collect();
        let found: Vec<&str> = loud.iter().map(|finding| finding["rule"].as_str().expect("a rule")).collect();
        let expected: Vec<&str> = findings.iter().map(|(rule, _)| *rule).collect();
        assert_eq!(found, expected, "{file}: {errors}");
        for (finding, (rule, piece)) in loud.iter().zip(findings) {
            let shown = text_at(&finding["location"]);
            assert!(shown.contains(piece), "{file}: {rule} is at {shown}");
        }
        let principals = report["principals"].as_array().expect("a list");
        let judged: Vec<Vec<&str>> = principals
            .iter()
            .map(|principal| {
                let requirements = principal["requirements"].as_array().expect("a list").iter().take(3);
                requirements.map(|one| one["verdict"].as_str().expect("a verdict")).collect()
            })
            .collect();
        assert_eq!(judged, verdicts.iter().map(|three| three.to_vec()).collect::<Vec<_>>(), "{file}");
    }
}

#[test]
fn every_plan_is_expected_to_say_something() {
    let mut files: Vec<String> = std::fs::read_dir(folder())
        .expect("the folder is there")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
        .map(|path| path.file_stem().expect("a name").to_string_lossy().into_owned())
        .collect();
    files.sort();
    let expected: Vec<&str> = PLANS.iter().map(|(file, ..)| *file).collect();
    assert_eq!(files, expected);
}

/// The help of the first finding of a rule.
fn help(file: &str, rule: &str) -> String {
    let (report, _) = rolecall(&[file]);
    let findings = report["findings"].as_array().expect("a list");
    let finding = findings.iter().find(|finding| finding["rule"] == rule).expect("found");
    finding["help"].as_str().expect("help").to_owned()
}

#[test]
fn the_help_is_the_line_to_write() {
    for (file, line) in [
        (
            "attached-without-order.json",
            "add `depends_on = [aws_iam_role_policy_attachment.vpc]` to `aws_lambda_function.worker`",
        ),
        (
            "module-without-order.json",
            "add `depends_on = [aws_iam_role_policy_attachment.vpc]` to `module.sync.aws_lambda_function.this`",
        ),
        (
            "attached-outside-of-the-module.json",
            "`aws_iam_role_policy_attachment.vpc` needs the role of the function's module, so that the module cannot wait for it: attach the policy within the module (many take the ARNs of policies as a variable)",
        ),
        ("modules-without-order.json", "add `depends_on = [module.iam]` to `module.fn`"),
    ] {
        assert_eq!(help(file, "unordered-policy"), line, "{file}");
    }
}

#[test]
fn names_are_addresses() {
    let (report, _) = rolecall(&["module-with-network-policy.json"]);
    let principal = &report["principals"][0];
    assert_eq!(principal["name"], "module.sync.aws_iam_role.lambda[0]");
    assert_eq!(principal["functions"][0]["name"], "module.sync.aws_lambda_function.this[0]");
    assert_eq!(principal["policies"][0]["name"], "module.sync.aws_iam_policy.vpc[0]");
}

#[test]
fn a_plan_comes_through_standard_input_as_well() {
    let text = std::fs::read(folder().join("logs-only.json")).expect("there");
    let mut command = Command::cargo_bin("rolecall").expect("the binary is built with the tests");
    let output = command.args(["check", "-"]).write_stdin(text).output().expect("rolecall runs");
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stdout).contains("missing-permission"));
}

#[test]
fn other_format_versions_are_refused_in_words() {
    let text = std::fs::read_to_string(folder().join("logs-only.json")).expect("there");
    for version in ["0.2", "2.0", "x"] {
        let text = text.replacen("\"format_version\": \"1.2\"", &format!("\"format_version\": \"{version}\""), 1);
        let mut command = Command::cargo_bin("rolecall").expect("the binary is built with the tests");
        let output = command.args(["check", "-"]).write_stdin(text).output().expect("rolecall runs");
        assert_eq!(output.status.code(), Some(2), "{version}");
        let shown = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
        assert!(shown.contains(&format!("format version {version}")), "{shown}");
    }
}

/// What people give in place of a plan: told what it is, and the command that makes a plan of it.
#[test]
fn what_is_no_plan_is_answered_with_the_command() {
    let plan = std::fs::read_to_string(folder().join("one-line.json")).expect("there");
    let wrapped =
        format!("[command]/opt/terraform-bin show -json plan.bin\n{plan}\n::debug::Terraform exited with code 0.");
    let shown = "\nTerraform used the selected providers to generate the following execution\nplan.\n";
    let log =
        "{\"@level\":\"info\",\"@message\":\"Terraform 1.9.0\",\"@module\":\"terraform.ui\"}\n{\"@level\":\"info\"}\n";
    let state_file = r#"{"version": 4, "terraform_version": "1.9.0", "serial": 3, "lineage": "x", "resources": []}"#;
    let utf16: Vec<u8> = [0xff, 0xfe].into_iter().chain(plan.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    let show = "terraform show -json";
    for (name, text, what, help) in [
        ("main.tf", b"# ours\nresource \"aws_iam_role\" \"r\" {\n}\n".to_vec(), "configuration", show),
        ("main.tf.json", br#"{"resource": {"aws_iam_role": {"r": {}}}}"#.to_vec(), "configuration", show),
        ("plan.txt", shown.into(), "for people to read", show),
        ("log.json", log.into(), "log", show),
        ("terraform.tfstate", state_file.into(), "state file", show),
        ("wrapped.json", wrapped.into(), "setup-terraform", "terraform_wrapper: false"),
        ("plan.bin", b"PK\x03\x04\x14\0\x08\0\xff".to_vec(), "ZIP archive", show),
        ("utf16.json", utf16, "UTF-16", "Out-File -Encoding utf8"),
    ] {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join(name), text).expect("written");
        let run = |path: &str| {
            let mut command = Command::cargo_bin("rolecall").expect("the binary is built with the tests");
            let output = command.current_dir(folder.path()).args(["check", path]).output().expect("rolecall runs");
            let shown = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
            (output.status.code(), shown.split_whitespace().collect::<Vec<_>>().join(" "))
        };
        let (status, shown) = run(name);
        assert_eq!(status, Some(2), "{name}: {shown}");
        assert!(shown.contains(what) && shown.contains(help), "{name}: {shown}");
        // A folder of a project has them all.
        if !["plan.bin", "utf16.json"].contains(&name) {
            assert_eq!(run(".").0, Some(0), "{name}");
        }
    }
}

#[test]
fn a_state_without_resources_has_nobody() {
    let mut command = Command::cargo_bin("rolecall").expect("the binary is built with the tests");
    let output =
        command.args(["check", "-"]).write_stdin(r#"{"format_version":"1.0"}"#).output().expect("rolecall runs");
    assert_eq!(output.status.code(), Some(0));
}

/// Whatever a plan is cut down to or turned into, rolecall ends with one of its three statuses.
#[test]
fn mutated_plans_do_no_harm() {
    use rolecall::inventory::{Bare, Collector, read_source};
    use rolecall::source::{Source, Sources};
    use rolecall::template::Settings;
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut random = move |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % below.max(1) as u64) as usize
    };
    for (file, ..) in PLANS {
        let text = std::fs::read_to_string(folder().join(format!("{file}.json"))).expect("there");
        let value: Value = serde_json::from_str(&text).expect("JSON");
        for _ in 0..40 {
            let mut mutated = value.clone();
            for _ in 0..1 + random(4) {
                mutate(&mut mutated, &mut random);
            }
            let mut sources = Sources::new();
            let id = sources.add(Source::from_text("plan.json", mutated.to_string()));
            let (mut collector, mut problems) = (Collector::new(), Vec::new());
            read_source(id, &sources[id], &Settings::default(), &mut collector, &mut problems);
            let inventory = collector.finish(Bare::Nobody, &mut problems);
            // The names lead back to what the plan holds.
            assert!(inventory.functions.iter().all(|function| {
                mutated.to_string().contains(serde_json::to_string(&function.name).expect("a text").trim_matches('"'))
            }));
        }
    }
}

/// Goes down a random way and puts something else there.
fn mutate(value: &mut Value, random: &mut impl FnMut(usize) -> usize) {
    match value {
        Value::Array(items) if !items.is_empty() && random(8) > 0 => {
            let at = random(items.len());
            match random(12) {
                0 => drop(items.remove(at)),
                1 => items.push(items[at].clone()),
                _ => mutate(&mut items[at], random),
            }
        }
        Value::Object(members) if !members.is_empty() && random(8) > 0 => {
            let at = random(members.len());
            let key = members.keys().nth(at).expect("there").clone();
            match random(12) {
                0 => drop(members.remove(&key)),
                _ => mutate(&mut members[&key], random),
            }
        }
        other => {
            *other = match random(9) {
                0 => Value::Null,
                1 => Value::Bool(true),
                2 => Value::from(7),
                3 => Value::from("aws_iam_role.worker"),
                4 => Value::from("module.a[\"x"),
                5 => Value::from(vec![Value::Bool(true)]),
                6 => serde_json::json!({"references": ["var.x", "module.iam.role_arn", "each.value", "local.x"]}),
                7 => serde_json::json!({"constant_value": []}),
                _ => Value::from("{\"Statement\": []}"),
            };
        }
    }
}
