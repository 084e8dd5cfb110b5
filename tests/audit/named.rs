//! Some principals instead of a whole account.

use super::account::{VERDICTS, fill, function};
use super::command::Folder;
use super::moto::{Moto, REGION};

#[test]
fn what_is_named_is_judged_as_in_the_whole_account() {
    let moto = Moto::start();
    moto.wait(fill(&moto.iam()));
    let folder = Folder::new();
    let whole = folder.report(&moto.endpoint, &["audit", "--region", REGION]);
    for (flag, names) in
        [("--role", ["orders", "bills", "mails", "bounded", "fenced"].as_slice()), ("--user", &["ana", "ben"])]
    {
        for name in names {
            let report = folder.report(&moto.endpoint, &["audit", flag, name]);
            assert_eq!(report.problems(), Vec::<&str>::new(), "{name}");
            assert_eq!(report.names(), [*name]);
            for (_, action, verdict) in VERDICTS.iter().filter(|(of, _, _)| of == name) {
                assert_eq!(report.verdict(name, action), *verdict, "{name} {action}");
            }
            let policies = |report: &super::command::Report| {
                let policies = report.principal(name)["policies"].as_array().expect("a list").iter();
                let mut names: Vec<_> =
                    policies.map(|policy| (policy["kind"].clone(), policy["name"].clone())).collect();
                names.sort_by_key(|(kind, name)| format!("{kind} {name}"));
                names
            };
            assert_eq!(policies(&report), policies(&whole), "{name}");
        }
    }
    let report = folder.report(&moto.endpoint, &["audit", "--role", "orders", "--user", "ben", "--role", "bills"]);
    let mut names = report.names();
    names.sort_unstable();
    assert_eq!(names, ["ben", "bills", "orders"]);
}

#[test]
fn a_function_is_judged_by_its_role() {
    let moto = Moto::start();
    moto.wait(async {
        fill(&moto.iam()).await;
        function(&moto, REGION, "bill-it", "bills", &["subnet-0123456789abcdef0"]).await;
    });
    let folder = Folder::new();
    let arn = format!("arn:aws:lambda:{REGION}:{}:function:bill-it", super::moto::ACCOUNT);
    for name in ["bill-it", &arn] {
        let report = folder.report(&moto.endpoint, &["audit", "--function", name]);
        assert_eq!((report.problems(), report.names()), (vec![], vec!["bills"]), "{name}");
        assert_eq!(report.principal("bills")["functions"][0]["name"], "bill-it");
        assert_eq!(report.errors(), [("missing-permission", Some("bills"))]);
    }
}

#[test]
fn what_is_not_there_is_said_and_the_rest_is_judged() {
    let moto = Moto::start();
    moto.wait(fill(&moto.iam()));
    let folder = Folder::new();
    let report = folder.report(&moto.endpoint, &["audit", "--role", "order", "--role", "bills", "--user", "zoe"]);
    assert_eq!((report.status, report.names()), (Some(2), vec!["bills"]));
    for name in ["the role `order`", "the user `zoe`"] {
        assert!(report.problems().iter().any(|problem| problem.contains(name)), "{:?}", report.problems());
    }
    let report = folder.report(&moto.endpoint, &["audit", "--function", "nothing"]);
    assert_eq!((report.status, report.names().len()), (Some(2), 0));
    assert!(report.problems()[0].contains("the function `nothing`"), "{:?}", report.problems());
}
