//! AWS's own managed policies: each reads without a problem, and those that matter for VPC functions are judged as
//! AWS documents them, from their ARN alone, in three partitions.

use std::fs;

use assert_cmd::Command;
use rolecall::document::Doc;
use rolecall::policy::{PolicyType, read};
use rolecall::reference::managed_policies;
use serde_json::{Value, json};

#[test]
fn every_managed_policy_reads_without_a_problem() {
    let mut read_all = 0;
    for published in managed_policies() {
        let doc = Doc::parse(&published.document).unwrap_or_else(|error| panic!("{}: {error:?}", published.arn));
        let reading = read(&doc, PolicyType::Identity);
        assert_eq!(reading.problems, [], "{}", published.arn);
        assert!(!reading.policy.statements.is_empty(), "{}", published.arn);
        read_all += 1;
    }
    assert_eq!(read_all, 1_582);
}

/// Judges a principal that carries one managed policy, of which the input holds the ARN only.
fn verdicts(kind: &str, partition: &str, policy: &str) -> Vec<(String, String)> {
    let folder = tempfile::tempdir().expect("a folder for the inputs");
    let arn = format!("arn:{partition}:iam::111122223333:role/carrier");
    let trust = json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}]});
    let role = json!({"Role": {"RoleName": "carrier", "Arn": arn, "AssumeRolePolicyDocument": trust}});
    let attached = json!({"AttachedPolicies": [
        {"PolicyName": policy.rsplit('/').next(), "PolicyArn": format!("arn:{partition}:iam::aws:policy/{policy}")}]});
    fs::write(folder.path().join("role.json"), role.to_string()).expect("the folder takes files");
    fs::write(folder.path().join("attached.json"), attached.to_string()).expect("the folder takes files");
    let output = Command::cargo_bin("rolecall")
        .expect("the binary is built with the tests")
        .current_dir(folder.path())
        .args(["check", "--format", "json", "role.json", "attached.json", "--as", &format!("{kind}:carrier")])
        .output()
        .expect("rolecall runs");
    let report: Value = serde_json::from_slice(&output.stdout).expect("the report is JSON");
    let principals = report["principals"].as_array().expect("principals");
    let principal = principals.iter().find(|principal| principal["kind"] == kind).expect("the role is judged");
    let requirements = principal["requirements"].as_array().expect("requirements");
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    requirements.iter().map(|requirement| (text(&requirement["action"]), text(&requirement["verdict"]))).collect()
}

const INTERFACES: [&str; 3] =
    ["ec2:CreateNetworkInterface", "ec2:DescribeNetworkInterfaces", "ec2:DeleteNetworkInterface"];

#[test]
fn the_policies_that_people_attach() {
    // What each lacks, from its document (AWS Managed Policy Reference); everything else it grants on "*".
    let execution: [(&str, &[&str]); 6] = [
        ("service-role/AWSLambdaVPCAccessExecutionRole", &[]),
        ("service-role/AWSLambdaENIManagementAccess", &["ec2:DescribeSubnets"]),
        ("PowerUserAccess", &[]),
        ("AmazonEC2FullAccess", &[]),
        (
            "AWSLambda_FullAccess",
            &[
                INTERFACES[0],
                INTERFACES[1],
                INTERFACES[2],
                "ec2:AssignPrivateIpAddresses",
                "ec2:UnassignPrivateIpAddresses",
            ],
        ),
        (
            "service-role/AWSLambdaBasicExecutionRole",
            &[
                INTERFACES[0],
                INTERFACES[1],
                INTERFACES[2],
                "ec2:DescribeSubnets",
                "ec2:AssignPrivateIpAddresses",
                "ec2:UnassignPrivateIpAddresses",
            ],
        ),
    ];
    let deployer: [(&str, &[&str]); 3] = [
        ("AWSLambda_FullAccess", &["ec2:GetSecurityGroupsForVpc"]),
        ("PowerUserAccess", &[]),
        ("AmazonEC2FullAccess", &[]),
    ];
    for partition in ["aws", "aws-cn", "aws-us-gov"] {
        for (kind, table) in [("execution-role", &execution[..]), ("deployer", &deployer[..])] {
            for (policy, lacks) in table {
                let judged = verdicts(kind, partition, policy);
                assert!(judged.len() >= 4, "{policy}");
                for (action, verdict) in judged {
                    let expected = if lacks.contains(&action.as_str()) { "missing" } else { "granted" };
                    assert_eq!(verdict, expected, "{kind} {partition} {policy} {action}");
                }
            }
        }
    }
}
