//! Exit statuses and what is shown.

use super::*;

#[test]
fn the_exit_status_says_what_was_found() {
    let folder = samples();
    let cases: [(&[&str], i32); 14] = [
        (&["all.json"], 0),
        (&["nothing.json"], 1),
        (&["nothing.json", "--fail-on=never"], 0),
        (&["perhaps.json"], 0),
        (&["perhaps.json", "--fail-on=warning"], 1),
        (&["required.json", "--fail-on=warning"], 0),
        (&["required.json", "--fail-on=note"], 1),
        (&["required.json", "--fail-on=note", "--fail-on=never"], 2),
        (&["all.json", "absent.json"], 2),
        (&["nothing.json", "absent.json"], 2),
        (&["nothing.json", "torn.json"], 2),
        (&["nothing.json", "package.json"], 2),
        (&["absent.json", "--fail-on=never"], 2),
        (&["all.json", "--fail-on=sometimes"], 2),
    ];
    for (args, status) in cases {
        let run = folder.run(&[&["check", ROLE], args].concat());
        assert_eq!(run.status, Some(status), "{args:?}\n{}{}", run.out, run.err);
    }
}

#[test]
fn an_input_error_hides_no_finding() {
    let folder = samples();
    for broken in ["absent.json", "torn.json", "package.json"] {
        // A document of the principal that could not be read leaves nothing certain, a dump is not touched by it.
        let report = folder.report(&["account.json", broken, "--as=execution-role:bills-fn"]);
        assert_eq!(report.status, 2, "{broken}");
        assert_eq!(report.verdict(Some("bills-fn"), CREATE), "missing", "{broken}");
        assert!(report.rules().contains(&"missing-permission"), "{broken}");
        assert_eq!(report.problems().len(), 1, "{broken}");
        assert_eq!(report.problems()[0]["path"], broken);
        let run = folder.run(&["check", "account.json", broken, "--as=execution-role:bills-fn"]);
        assert!(run.all().contains(broken) && run.out.contains("missing-permission"), "{}", run.all());
    }
}

#[test]
fn ignored_findings_are_counted() {
    let folder = samples();
    let report = folder.report(&["nothing.json", ROLE]);
    let found = report.rules().len();
    let missing = report.rules().iter().filter(|rule| **rule == "missing-permission").count();
    assert!(missing > 0);
    assert!(report.json["summary"].get("ignored").is_none_or(|count| count == 0));

    let without = folder.report(&["nothing.json", ROLE, "--ignore=missing-permission"]);
    assert_eq!((without.status, without.rules().len()), (0, found - missing));
    assert_eq!(without.json["summary"]["ignored"], missing);
    let only = folder.report(&["nothing.json", ROLE, "--select", "missing-permission"]);
    assert_eq!((only.status, only.rules().len()), (1, missing));
    let other = folder.report(&["nothing.json", ROLE, "--select=unknown-action", "--select=invalid-policy"]);
    assert_eq!((other.status, other.rules().len()), (0, 0));
    assert_eq!(other.json["summary"]["ignored"], found);
    let run = folder.run(&["check", "nothing.json", ROLE, "--ignore", "missing-permission"]);
    assert!(run.all().contains("ignored"), "{}", run.all());
}

#[test]
fn a_wrong_call_says_what_would_be_right() {
    let folder = samples();
    let cases: [(&[&str], &[&str]); 19] = [
        (&["check", "all.json", "--ignore=mising-permission"], &["mising-permission", "`missing-permission`"]),
        (&["check", "all.json", "--select", "missing_permission"], &["`missing-permission`"]),
        (&["check", "all.json", "--select", "utter-nonsense"], &["utter-nonsense"]),
        (&["explain", "untrusted-roles"], &["`untrusted-role`"]),
        (&["explain"], &["RULE"]),
        (&["check", "all.json", "--as=lambda-role"], &["lambda-role", "execution-role", "deployer"]),
        (&["check", "all.json", "--as=execution-role:"], &["execution-role:"]),
        (&["check", "account.json", "--as=execution-role:order-fn"], &["order-fn", "orders-fn"]),
        (&["check", "account.json", "--as=execution-role:order?-gn"], &["order?-gn", "orders-fn"]),
        (&["check", "account.json", "--as=execution-role:[z"], &["[z"]),
        (&["check", "account.json", ROLE], &["--as"]),
        (&["check", "all.json", ROLE, "--context=aws:PrincipalOrgID"], &["KEY=VALUE"]),
        (&["check", "all.json", ROLE, "--account=12345"], &["--account", "12345"]),
        (&["check", "all.json", ROLE, "--account=12345678901x"], &["--account"]),
        (&["check", "all.json", ROLE, "--region=ireland"], &["--region", "ireland"]),
        (&["check", "all.json", ROLE, "--partition=gcp"], &["--partition", "gcp"]),
        (&["check", "all.json", "--format=toml"], &["toml", "json"]),
        (&["check", "all.json", "--igonre=x"], &["--igonre"]),
        (&["chek"], &["chek", "check"]),
    ];
    for (args, needles) in cases {
        let run = folder.run(args);
        assert_eq!(run.status, Some(2), "{args:?}\n{}", run.all());
        assert_eq!(run.out, "", "{args:?}: a wrong call prints no report");
        for needle in needles {
            assert!(run.err.contains(needle), "{args:?}: {needle} is not in\n{}", run.err);
        }
    }
}

#[test]
fn a_name_may_be_a_glob_and_a_flag_may_be_repeated() {
    let folder = samples();
    let cases: [(&[&str], usize); 4] = [
        (&["--as=execution-role:*-fn"], 2),
        (&["--as=execution-role:orders-*"], 1),
        (&["--as=execution-role:orders-fn", "--as=execution-role:bills-fn"], 2),
        (&["--as=execution-role:orders-fn", "--as=execution-role:orders-*"], 1),
    ];
    for (args, count) in cases {
        let report = folder.report(&[&["account.json"], args].concat());
        let meant =
            report.requirements().iter().filter(|one| one["applies"] == true && one["action"] == CREATE).count();
        // orders-fn may create interfaces, which shows what it is for, whoever is named.
        assert_eq!(meant, count, "{args:?}");
    }
    // A principal that is both has an entry for each.
    let report = folder.report(&["account.json", "--as=execution-role:orders-fn", "--as=deployer:orders-fn"]);
    let kinds: Vec<&str> = report
        .list("principals")
        .iter()
        .filter(|principal| principal["name"] == "orders-fn")
        .map(|principal| text(&principal["kind"]))
        .collect();
    assert_eq!(kinds, ["execution-role", "deployer"]);
}

#[test]
fn who_judged_nobody_says_so() {
    let folder = samples();
    let empty = Folder::of([("notes.txt", b"nothing to see".to_vec())]);
    let runs = [
        folder.run(&["check", "all.json"]),
        empty.run(&["check"]),
        empty.run(&["check", "."]),
        empty.run(&["check", "--format=json"]),
    ];
    for run in runs {
        assert_eq!(run.status, Some(0), "{}", run.all());
        assert!(run.err.contains("no principal"), "{}", run.err);
    }
    let run = folder.run(&["check", "all.json", ROLE]);
    assert_eq!(run.err, "", "who was judged needs no word on standard error");
}
