//! Around a principal.

use super::*;

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
