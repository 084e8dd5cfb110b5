//! What an audit reads beside IAM: regions and service control policies. moto plays neither a member of an organization
//! nor the list of regions, so the server in front of it answers for it, in the words of the API references.

use serde_json::json;

use super::account::{VERDICTS, fill, function};
use super::command::Folder;
use super::moto::{Moto, REGION};
use super::proxy::{Fault, How, Proxy, Times};

const REGIONS: &str = r#"{"Regions": [
    {"RegionName": "sa-east-1", "RegionOptStatus": "ENABLED_BY_DEFAULT"},
    {"RegionName": "eu-west-1", "RegionOptStatus": "ENABLED_BY_DEFAULT"}]}"#;

fn answers(call: &'static str, times: Times, text: &'static str) -> Fault {
    Fault { call, times, how: How::Answer(text) }
}

fn always(call: &'static str, text: &'static str) -> Fault {
    answers(call, Times::Always, text)
}

#[test]
fn every_enabled_region_is_looked_at() {
    let moto = Moto::start();
    moto.wait(async {
        fill(&moto.iam()).await;
        function(&moto, "sa-east-1", "bill-it", "bills", &["subnet-0123456789abcdef0"]).await;
    });
    let proxy = Proxy::start(&moto.endpoint, vec![always("ListRegions", REGIONS)]);
    let folder = Folder::new();
    let report = folder.report(&proxy.endpoint, &["audit"]);
    assert_eq!(report.problems(), Vec::<&str>::new());
    assert_eq!(report.principal("bills")["functions"][0]["name"], "bill-it");
    assert_eq!(report.json["accounts"][0]["regions"], serde_json::json!(["eu-west-1", "sa-east-1"]));
    assert_eq!(report.json["accounts"][0]["all_regions"], true);

    // Whoever may not list the regions gets those of the one region that the configuration names, and hears it.
    let proxy =
        Proxy::start(&moto.endpoint, vec![Fault { call: "ListRegions", times: Times::Always, how: How::Denied }]);
    let report = folder.report(&proxy.endpoint, &["audit"]);
    assert_eq!((report.problems(), &report.json["accounts"][0]["all_regions"]), (vec![], &false.into()));
    let screen = folder.run(&proxy.endpoint, &["audit"]);
    assert!(screen.out.contains("account:ListRegions"), "{}", screen.out);
}

/// The account lies in an OU below the root. Everything is allowed everywhere, but the account itself has a Deny.
fn organization() -> Vec<Fault> {
    const FULL: &str = r#"{"Policies": [{"Id": "p-full", "Name": "FullAWSAccess",
        "Arn": "arn:aws:organizations::aws:policy/service_control_policy/p-full", "Type": "SERVICE_CONTROL_POLICY"}]}"#;
    const BOTH: &str = r#"{"Policies": [
        {"Id": "p-full", "Name": "FullAWSAccess", "Arn": "arn:aws:organizations::aws:policy/service_control_policy/p-full"},
        {"Id": "p-deny", "Name": "no interfaces", "Arn": "arn:aws:organizations::999988887777:policy/o-a/service_control_policy/p-deny"}]}"#;
    vec![
        always(
            "DescribeOrganization",
            r#"{"Organization": {"Id": "o-a", "MasterAccountId": "999988887777", "FeatureSet": "ALL"}}"#,
        ),
        always(
            "ListRoots",
            r#"{"Roots": [{"Id": "r-a", "PolicyTypes": [{"Type": "SERVICE_CONTROL_POLICY", "Status": "ENABLED"}]}]}"#,
        ),
        answers("ListParents", Times::First(1), r#"{"Parents": [{"Id": "ou-a-b", "Type": "ORGANIZATIONAL_UNIT"}]}"#),
        always("ListParents", r#"{"Parents": [{"Id": "r-a", "Type": "ROOT"}]}"#),
        // The root, the OU, the account.
        answers("ListPoliciesForTarget", Times::First(2), FULL),
        always("ListPoliciesForTarget", BOTH),
        // Each policy is asked for once.
        answers(
            "DescribePolicy",
            Times::First(1),
            r#"{"Policy": {"Content": "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"*\"}]}"}}"#,
        ),
        answers(
            "DescribePolicy",
            Times::First(2),
            r#"{"Policy": {"Content": "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Sid\":\"Frozen\",\"Effect\":\"Deny\",\"Action\":\"ec2:CreateNetworkInterface\",\"Resource\":\"*\"}]}"}}"#,
        ),
    ]
}

#[test]
fn service_control_policies_bind_every_principal() {
    let moto = Moto::start();
    moto.wait(fill(&moto.iam()));
    let proxy = Proxy::start(&moto.endpoint, organization());
    let folder = Folder::new();
    let audit = ["audit", "--region", REGION, "--save", "account.json"];
    let report = folder.report(&proxy.endpoint, &audit);
    assert_eq!(report.problems(), Vec::<&str>::new());
    assert_eq!(report.json["not_considered"], json!(["rcp"]));
    for (name, action, verdict) in VERDICTS {
        let expected = if action.ends_with("CreateNetworkInterface") { "denied" } else { verdict };
        assert_eq!(report.verdict(name, action), expected, "{name} {action}");
    }
    let message = |finding: &serde_json::Value| finding["message"].as_str().expect("text").to_owned();
    let findings: Vec<_> = report.json["findings"].as_array().expect("a list").iter().map(message).collect();
    assert!(findings.iter().any(|text| text.contains("`orders`") && text.contains("Frozen")), "{findings:#?}");
    let saved = folder.report("http://127.0.0.1:9", &["check", "account.json"]);
    assert_eq!(saved.json, report.json);

    // Those that are given go before those that could be read.
    folder.write("full.json", r#"{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}"#);
    let report = folder.report(&proxy.endpoint, &["audit", "--region", REGION, "--scp", "full.json"]);
    for (name, action, verdict) in VERDICTS {
        assert_eq!(report.verdict(name, action), *verdict, "{name} {action}");
    }
}

#[test]
fn policies_that_were_not_looked_at_are_said() {
    let moto = Moto::start();
    moto.wait(fill(&moto.iam()));
    let mut faults = organization();
    faults.insert(0, Fault { call: "ListPoliciesForTarget", times: Times::Always, how: How::Denied });
    let proxy = Proxy::start(&moto.endpoint, faults);
    let report = Folder::new().report(&proxy.endpoint, &["audit", "--region", REGION]);
    assert_eq!((report.problems(), &report.json["not_considered"]), (vec![], &json!(["scp", "rcp"])));
    let unread = report.json["accounts"][0]["not_read"].as_array().expect("a list");
    assert!(unread.iter().any(|text| text.to_string().contains("organizations:ListPoliciesForTarget")), "{unread:?}");
}

#[test]
fn the_management_account_has_none() {
    let moto = Moto::start();
    let organization = r#"{"Organization": {"Id": "o-a", "MasterAccountId": "123456789012", "FeatureSet": "ALL"}}"#;
    moto.wait(fill(&moto.iam()));
    let proxy = Proxy::start(&moto.endpoint, vec![always("DescribeOrganization", organization)]);
    let report = Folder::new().report(&proxy.endpoint, &["audit", "--region", REGION]);
    assert_eq!((report.problems(), &report.json["not_considered"]), (vec![], &json!(["rcp"])));
    assert_eq!(report.verdict("orders", "ec2:CreateNetworkInterface"), "granted");
}
