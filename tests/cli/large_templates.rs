//! A template of many functions says of each what it says of that function alone: nothing of IAM or CloudFormation hangs
//! on how many neighbours a resource has.

use super::*;

/// Policies with what is to be told apart: all rights, one missing, a race, a condition, rights of another service.
fn family(number: usize) -> Vec<(String, Value)> {
    let [function, role, policy_id] = ["F", "R", "P"].map(|kind| format!("{kind}{number}"));
    let attached = number.is_multiple_of(2);
    let actions: &[&str] = match number % 5 {
        0 => &REQUIRED[1..],
        1 => &["s3:*"],
        _ => &REQUIRED,
    };
    let vpc = json!({"SubnetIds": [{"Ref": "A"}, {"Ref": "B"}], "SecurityGroupIds": [{"Ref": "G"}]});
    let vpc = match number % 3 {
        0 => json!({"Fn::If": ["InVpc", vpc, {"Ref": "AWS::NoValue"}]}),
        _ => vpc,
    };
    let inline = json!([{"PolicyName": "own", "PolicyDocument": allow(actions)}]);
    let mut made = vec![
        (
            role.clone(),
            json!({"Type": "AWS::IAM::Role", "Properties": {
                "AssumeRolePolicyDocument": trust("lambda.amazonaws.com"),
                "Policies": if attached { json!([]) } else { inline },
            }}),
        ),
        (
            function,
            json!({"Type": "AWS::Lambda::Function", "DependsOn": if number % 4 == 2 { json!([policy_id]) } else { json!([]) },
                "Properties": {"Role": {"Fn::GetAtt": [role, "Arn"]}, "VpcConfig": vpc,
                    "Environment": {"Variables": {"BUCKET": {"Ref": "Bucket"}, "NEXT": {"Fn::Sub": "${AWS::StackName}-x"}}}}}),
        ),
    ];
    if attached {
        made.push((
            policy_id,
            json!({"Type": "AWS::IAM::Policy", "Properties": {
                "PolicyName": "more", "Roles": [{"Ref": role}], "PolicyDocument": allow(actions)}}),
        ));
    }
    made
}

fn template(numbers: impl IntoIterator<Item = usize>) -> Vec<u8> {
    let shared = [
        ("V", json!({"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": "10.0.0.0/16"}})),
        ("A", json!({"Type": "AWS::EC2::Subnet", "Properties": {"VpcId": {"Ref": "V"}, "CidrBlock": "10.0.0.0/24"}})),
        ("B", json!({"Type": "AWS::EC2::Subnet", "Properties": {"VpcId": {"Ref": "V"}, "CidrBlock": "10.0.1.0/24"}})),
        (
            "G",
            json!({"Type": "AWS::EC2::SecurityGroup", "Properties": {"VpcId": {"Ref": "V"}, "GroupDescription": "g"}}),
        ),
        ("Bucket", json!({"Type": "AWS::S3::Bucket"})),
    ];
    let shared = shared.into_iter().map(|(id, resource)| (id.to_owned(), resource));
    let resources: serde_json::Map<String, Value> = shared.chain(numbers.into_iter().flat_map(family)).collect();
    let all = json!({
        "Parameters": {"Vpc": {"Type": "String", "AllowedValues": ["yes", "no"]}},
        "Conditions": {"InVpc": {"Fn::Equals": [{"Ref": "Vpc"}, "yes"]}},
        "Resources": resources,
    });
    all.to_string().into_bytes()
}

/// Of each role its verdicts, and of each finding its rule and its message: sorted, because the order is that of places.
fn said(report: &Report) -> Vec<String> {
    let verdicts = report.list("principals").iter().map(|principal| {
        let requirements = principal["requirements"].as_array().expect("a list").iter();
        let verdicts: Vec<&str> = requirements.map(|one| text(&one["verdict"])).collect();
        format!("{} {verdicts:?}", principal["name"])
    });
    let findings =
        report.list("findings").iter().map(|one| format!("{} {}", text(&one["rule"]), text(&one["message"])));
    let mut said: Vec<String> = verdicts.chain(findings).collect();
    said.sort();
    said
}

#[test]
fn of_many_functions_each_is_judged_as_it_is_alone() {
    // Around the numbers of what is kept of a template, and many times as many.
    const SIZES: [usize; 8] = [12, 20, 24, 28, 32, 40, 64, 150];
    let alone = |number: usize| (format!("{number}.json"), template([number]));
    let together = |size: &usize| (format!("all-{size}.json"), template(0..*size));
    let files: Vec<_> = (0..60).map(alone).chain(SIZES.iter().map(together)).collect();
    let folder = Folder::of(files.iter().map(|(name, content)| (name.as_str(), content.clone())));
    let alone: Vec<Vec<String>> = (0..60).map(|number| said(&folder.report(&[&format!("{number}.json")]))).collect();
    for size in SIZES {
        let all = said(&folder.report(&[&format!("all-{size}.json")]));
        assert!(all.len() > 2 * size, "{size}: {} lines", all.len());
        for line in alone.iter().take(size).flatten() {
            assert!(all.binary_search(line).is_ok(), "{size}: {line}");
        }
    }
}
