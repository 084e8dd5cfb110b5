//! Packs.

use super::*;

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

/// The policy that a reader of docs/audit.md copies.
fn documented_policy() -> Value {
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/audit.md")).expect("the page");
    let (_, rest) = text.split_once("```json").expect("a policy");
    let (policy, _) = rest.split_once("```").expect("its end");
    serde_json::from_str(policy).expect("JSON")
}

#[test]
fn the_documented_policy_is_what_an_audit_needs_and_no_more() {
    let policy = documented_policy();
    let folder = Folder::of([("policy.json", policy.to_string().into_bytes())]);
    let report = folder.report(&["policy.json", "--as=auditor", "--account=111122223333"]);
    let needed: Vec<&str> = report.requirements().iter().map(|needed| text(&needed["action"])).collect();
    for requirement in report.requirements() {
        assert_eq!(requirement["verdict"], "granted", "{requirement}");
    }
    let statements = policy["Statement"].as_array().expect("a list").iter();
    let allowed: Vec<&str> = statements.flat_map(|one| one["Action"].as_array().expect("a list")).map(text).collect();
    assert_eq!(allowed.iter().filter(|action| !needed.contains(action)).collect::<Vec<_>>(), Vec::<&&str>::new());

    // Without its first statement, nothing can be judged; without the others, something is done without.
    for (left_out, status) in [(0, 1), (1, 0), (2, 0), (3, 0)] {
        let mut policy = policy.clone();
        policy["Statement"].as_array_mut().expect("a list").remove(left_out);
        let folder = Folder::of([("policy.json", policy.to_string().into_bytes())]);
        let report = folder.report(&["policy.json", "--as=auditor", "--account=111122223333"]);
        assert_eq!((report.status, report.rules()[0]), (status, "missing-permission"), "{left_out}");
    }
}
