//! A whole account.

use serde_json::Value;

use super::account::{VERDICTS, fill, function};
use super::command::{Folder, Report};
use super::moto::{ACCOUNT, Moto, REGION};

/// The regions are named, because moto knows no ListRegions.
const AUDIT: &[&str] = &["audit", "--region", REGION];

fn assert_verdicts(report: &Report) {
    let wrong: Vec<_> = VERDICTS
        .iter()
        .map(|(name, action, verdict)| (*name, *action, *verdict, report.verdict(name, action)))
        .filter(|(_, _, verdict, found)| verdict != found)
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// The report without its places: another text of the same account has them elsewhere.
fn without_places(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            // What an audit read beside IAM is not in AWS's own dump.
            let kept = members
                .iter()
                .filter(|(name, _)| !["location", "path", "accounts", "not_considered"].contains(&&***name));
            Value::Object(kept.map(|(name, value)| (name.clone(), without_places(value))).collect())
        }
        Value::Array(items) => Value::Array(items.iter().map(without_places).collect()),
        other => other.clone(),
    }
}

#[test]
fn an_audit_says_what_check_says_of_the_dump() {
    let moto = Moto::start();
    moto.wait(fill(&moto.iam()));
    let folder = Folder::new();

    let audit = folder.report(&moto.endpoint, &[AUDIT, &["--save", "account.json"]].concat());
    assert_eq!((audit.problems(), audit.status), (vec![], Some(1)));
    assert_verdicts(&audit);
    let mut errors = audit.errors();
    errors.sort_unstable();
    // A gap of `ben`'s is a note: nothing but his rights says that he deploys.
    let denied = ["bounded", "fenced"].map(|name| ("denied-permission", Some(name)));
    assert_eq!(errors, [denied.as_slice(), &[("missing-permission", Some("bills"))]].concat());

    // What was saved is judged as what was read, to the last letter, without a network.
    let saved = folder.report("http://127.0.0.1:9", &["check", "account.json"]);
    assert_eq!((saved.status, &saved.json), (audit.status, &audit.json));
    let screen = folder.run(&moto.endpoint, &[AUDIT, &["--save", "account.json"]].concat());
    let saved = folder.run("http://127.0.0.1:9", &["check", "account.json"]);
    assert_eq!((saved.status, &saved.out), (screen.status, &screen.out));

    // And AWS's own tools dump the same account.
    folder.write("boto3.json", &moto.dump_of_boto3());
    let dumped = folder.report("http://127.0.0.1:9", &["check", "boto3.json"]);
    assert_eq!(dumped.status, audit.status);
    assert_eq!(without_places(&dumped.json), without_places(&audit.json));
}

#[test]
fn functions_say_which_roles_have_to() {
    let moto = Moto::start();
    let subnet = ["subnet-0123456789abcdef0"];
    moto.wait(async {
        fill(&moto.iam()).await;
        function(&moto, REGION, "bill-it", "bills", &subnet).await;
        function(&moto, REGION, "mail-it", "mails", &[]).await;
        // A published version is called by itself, whatever becomes of the function.
        function(&moto, "us-east-1", "order-it", "orders", &subnet).await;
        moto.lambda("us-east-1").publish_version().function_name("order-it").send().await.expect("a version");
    });
    let folder = Folder::new();
    let report =
        folder.report(&moto.endpoint, &["audit", "--region", REGION, "--region", "us-east-1", "--save", "a.json"]);

    assert_eq!(report.problems(), Vec::<&str>::new());
    assert_verdicts(&report);
    let functions = |role: &str| {
        let found = report.principal(role)["functions"].as_array().expect("a list");
        found.iter().map(|one| (one["name"].as_str().expect("text"), one["vpc"] == true)).collect::<Vec<_>>()
    };
    assert_eq!(functions("bills"), [("bill-it", true)]);
    assert_eq!(functions("mails"), [("mail-it", false)]);
    let mut orders = functions("orders");
    orders.sort_unstable();
    assert_eq!(orders, [("order-it", true), ("order-it:1", true)]);
    // The regions that were read stand in the report, for people, too.
    let screen = folder.run(&moto.endpoint, &["audit", "--region", REGION, "--region", "us-east-1"]);
    let line = format!("account {ACCOUNT}: functions were looked for in {REGION}, us-east-1");
    assert!(screen.out.contains(&line), "{}", screen.out);

    let saved = folder.report("http://127.0.0.1:9", &["check", "a.json"]);
    assert_eq!((saved.status, &saved.json), (report.status, &report.json));
}

#[test]
fn an_empty_account_is_whole() {
    let moto = Moto::start();
    let run = Folder::new().run(&moto.endpoint, AUDIT);
    assert_eq!(run.status, Some(0), "{}{}", run.out, run.err);
    assert!(run.err.contains("no principal was judged"), "{}", run.err);
}
