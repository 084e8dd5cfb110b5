//! Dumps.

use super::*;

#[test]
fn one_broken_role_of_a_dump_leaves_the_others_judged() {
    let broken = [
        json!({"RoleName": 5, "Arn": "arn:aws:iam::123456789012:role/five"}),
        json!({"RoleName": "half", "RolePolicyList": "none"}),
        json!("a text"),
        Value::Null,
        json!({}),
    ];
    for entry in broken {
        let dump = account(&[role("first", everything(), &[]), entry.clone(), role("last", nothing(), &[])]);
        let folder = Folder::of([("account.json", bytes(&dump))]);
        let report = folder.report(&["account.json", "--as=execution-role:last"]);
        assert_eq!(report.status, 2, "{entry}: {}", report.json);
        assert_eq!(report.verdict(Some("first"), CREATE), "granted", "{entry}");
        assert_eq!(report.verdict(Some("last"), CREATE), "missing", "{entry}");
        assert_eq!(report.problems().len(), 1, "{entry}: {}", report.json);
        assert!(report.problems()[0]["location"]["start"]["line"].as_u64() > Some(10), "{entry}: {}", report.json);
    }
}

#[test]
fn a_document_of_a_dump_may_be_an_object_a_text_or_percent_encoded() {
    let documents = [everything(), json!(everything().to_string()), json!(percent_encoded(&everything()))];
    for document in documents {
        let folder = Folder::of([("account.json", bytes(&account(&[role("orders-fn", document.clone(), &[])])))]);
        let report = folder.report(&["account.json"]);
        assert_eq!(report.verdicts("required"), ["granted"; 3], "{document}");
        let torn = json!(percent_encoded(&everything())[..60]);
        let folder = Folder::of([("account.json", bytes(&account(&[role("orders-fn", torn, &[])])))]);
        let run = folder.run(&["check", "account.json", "--as=execution-role:orders-fn"]);
        assert_ne!(run.status, Some(0), "{}", run.all());
    }
}

#[test]
fn pages_of_a_dump_are_one_dump() {
    let mut first = account(&[role("orders-fn", nothing(), &[&customer("eni")])]);
    first["IsTruncated"] = json!(true);
    first["Marker"] = json!("AAAA");
    let mut second = account(&[]);
    second["Policies"] = json!([managed("eni", &[everything()])]);
    let folder = Folder::of([("1.json", bytes(&first)), ("2.json", bytes(&second))]);
    for order in [["1.json", "2.json"], ["2.json", "1.json"]] {
        let report = folder.report(&order);
        assert_eq!((report.status, report.verdict(Some("orders-fn"), CREATE)), (0, "granted"), "{order:?}");
    }
    let report = folder.report(&["1.json", "--as=execution-role:orders-fn"]);
    assert_eq!((report.status, report.verdict(Some("orders-fn"), CREATE)), (2, "unresolved"));
    assert!(text(&report.problems()[0]["message"]).contains("IsTruncated"));
}

#[test]
fn only_the_default_version_of_a_policy_counts() {
    for (versions, verdict) in [([everything(), nothing()], "missing"), ([nothing(), everything()], "granted")] {
        let mut dump = account(&[role("orders-fn", nothing(), &[&customer("eni")])]);
        dump["Policies"] = json!([managed("eni", &versions)]);
        let folder = Folder::of([("account.json", bytes(&dump))]);
        let report = folder.report(&["account.json", "--as=execution-role:orders-fn"]);
        assert_eq!(report.verdict(Some("orders-fn"), CREATE), verdict);
    }
}

#[test]
fn a_policy_that_is_only_a_boundary_limits_and_grants_nothing() {
    let bound = |inline: Value, boundary: Value| {
        let mut bounded = role("orders-fn", inline, &[]);
        bounded["PermissionsBoundary"] =
            json!({"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": customer("limit")});
        let mut dump = account(&[bounded]);
        dump["Policies"] = json!([managed("limit", &[boundary])]);
        let folder = Folder::of([("account.json", bytes(&dump))]);
        let report = folder.report(&["account.json", "--as=execution-role:orders-fn"]);
        report.verdict(Some("orders-fn"), CREATE).to_owned()
    };
    assert_eq!(bound(everything(), everything()), "granted");
    assert_eq!(bound(everything(), nothing()), "denied");
    assert_eq!(bound(nothing(), everything()), "missing");
}

#[test]
fn policies_of_a_group_are_those_of_its_members() {
    let dump = json!({
        "UserDetailList": [
            {"UserName": "dana", "Arn": "arn:aws:iam::123456789012:user/dana", "GroupList": ["builders"], "AttachedManagedPolicies": []},
            {"UserName": "eli", "Arn": "arn:aws:iam::123456789012:user/eli", "GroupList": [], "AttachedManagedPolicies": []},
        ],
        "GroupDetailList": [{
            "GroupName": "builders",
            "Arn": "arn:aws:iam::123456789012:group/builders",
            "GroupPolicyList": [{"PolicyName": "look", "PolicyDocument": allow(&DEPLOYER[..2])}],
            "AttachedManagedPolicies": [attachment(&customer("vpcs"))],
        }],
        "RoleDetailList": [],
        "Policies": [managed("vpcs", &[allow(&DEPLOYER[2..])])],
    });
    let folder = Folder::of([("account.json", bytes(&dump))]);
    let report = folder.report(&["account.json", "--as=deployer:*"]);
    for action in DEPLOYER {
        assert_eq!(report.verdict(Some("dana"), action), "granted", "{action}");
        assert_eq!(report.verdict(Some("eli"), action), "missing", "{action}");
    }
    let kinds: Vec<_> = report.list("principals")[0]["policies"].as_array().expect("a list").iter().collect();
    assert!(kinds.len() == 2 && kinds.iter().all(|policy| policy["kind"] == "group"), "{kinds:?}");
}

#[test]
fn policies_that_the_dump_lacks_are_awss_own_or_not_known() {
    let vpc = "arn:aws:iam::aws:policy/service-role/AWSLambdaVPCAccessExecutionRole";
    let cases = [
        (vpc.to_owned(), "granted"),
        (vpc.replace("arn:aws:", "arn:aws-us-gov:"), "granted"),
        ("arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess".to_owned(), "missing"),
        (customer("eni"), "unresolved"),
    ];
    for (arn, verdict) in cases {
        let folder = Folder::of([("account.json", bytes(&account(&[role("orders-fn", nothing(), &[&arn])])))]);
        let report = folder.report(&["account.json", "--as=execution-role:orders-fn"]);
        for action in REQUIRED {
            assert_eq!(report.verdict(Some("orders-fn"), action), verdict, "{arn} {action}");
        }
    }
}
