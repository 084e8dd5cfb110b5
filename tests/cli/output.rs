//! Rules, colour, pipes.

use super::*;

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
