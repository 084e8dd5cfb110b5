//! What `rolecall audit` saves: functions beside the details of their account.

use super::*;

/// A role with one statement, in an account in which these functions have it: name, region, connected to a VPC or not.
fn account_of(statement: &Value, functions: &[(&str, &str, bool)]) -> Value {
    let function = |(name, region, vpc): &(&str, &str, bool)| {
        let subnets = if *vpc { json!([format!("subnet-{name}0123456789abcde")]) } else { json!([]) };
        let groups = if *vpc { json!(["sg-0123456789abcdef0"]) } else { json!([]) };
        json!({
            "FunctionName": name, "FunctionArn": format!("arn:aws:lambda:{region}:123456789012:function:{name}"),
            "Version": "$LATEST", "Role": "arn:aws:iam::123456789012:role/worker",
            "VpcConfig": {"SubnetIds": subnets, "SecurityGroupIds": groups, "VpcId": "vpc-0123456789abcdef0"}
        })
    };
    let mut dump = account(&[role("worker", policy(std::slice::from_ref(statement)), &[])]);
    dump["Rolecall"] = json!({
        "Account": "123456789012", "Regions": ["eu-west-1", "us-east-1"], "RegionsAre": "All",
        "Functions": functions.iter().map(function).collect::<Vec<_>>()
    });
    dump
}

#[test]
fn a_role_has_to_be_enough_in_every_region_of_its_functions() {
    const EU: (&str, &str, bool) = ("a", "eu-west-1", true);
    const US: (&str, &str, bool) = ("b", "us-east-1", true);
    const IN_NO_VPC: (&str, &str, bool) = ("c", "us-east-1", false);
    let by_key = |regions: &[&str]| json!({"Effect": "Allow", "Action": "ec2:*", "Resource": "*", "Condition": {"StringEquals": {"aws:RequestedRegion": regions}}});
    let by_arn = |regions: &[&str]| {
        let arns: Vec<String> = regions.iter().map(|region| format!("arn:aws:ec2:{region}:123456789012:*")).collect();
        json!({"Effect": "Allow", "Action": "ec2:*", "Resource": arns})
    };
    let (eu, us, both) = (["eu-west-1"], ["us-east-1"], ["eu-west-1", "us-east-1"]);
    // The verdict on CREATE; the function of the error, and the region that it names.
    type Case<'c> = (Value, &'c [(&'c str, &'c str, bool)], &'c [&'c str], &'c str, Option<(&'c str, Option<&'c str>)>);
    let cases: &[Case] = &[
        (by_key(&eu), &[EU], &[], "granted", None),
        (by_key(&eu), &[EU, US], &[], "missing", Some(("b", Some("us-east-1")))),
        (by_key(&us), &[EU, US], &[], "missing", Some(("a", Some("eu-west-1")))),
        (by_key(&both), &[EU, US], &[], "granted", None),
        (by_key(&["sa-east-1"]), &[EU, US], &[], "missing", Some(("a", None))),
        // A function without interfaces may be wherever it likes.
        (by_key(&eu), &[EU, IN_NO_VPC], &[], "granted", None),
        (by_key(&us), &[EU, IN_NO_VPC], &[], "missing", Some(("a", None))),
        // Whoever runs it says where.
        (by_key(&eu), &[EU, US], &["--region=eu-west-1"], "granted", None),
        (by_arn(&both), &[EU, US], &[], "granted", None),
        (by_arn(&eu), &[EU, US], &[], "missing", Some(("b", Some("us-east-1")))),
    ];
    for (statement, functions, flags, verdict, error) in cases {
        let folder = Folder::of([("account.json", bytes(&account_of(statement, functions)))]);
        let report = folder.report(&[&["account.json"], *flags].concat());
        assert_eq!(report.verdict(Some("worker"), CREATE), *verdict, "{statement} {functions:?}");
        let about = |finding: &&Value| finding["message"].as_str().is_some_and(|text| text.contains("create"));
        let told = report.list("findings").iter().filter(|finding| finding["severity"] == "error").find(about);
        assert_eq!(told.map(|finding| text(&finding["function"])), error.map(|(name, _)| name), "{statement}");
        if let Some((message, (_, region))) = told.map(|finding| text(&finding["message"])).zip(*error) {
            let named = both.iter().find(|region| message.ends_with(&format!(" in {region}")));
            assert_eq!(named.copied(), region, "{message}");
        }
    }
}
