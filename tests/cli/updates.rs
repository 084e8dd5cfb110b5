//! `--before`: what an update takes away.
//!
//! Expected is what AWS's guide says of a function that leaves its VPC (Lambda deletes the interfaces afterwards, with the
//! execution role), and CloudFormation's order: changes first, in the order of the references, then deletions in the
//! reverse order.

use super::*;

const ROLE: &str = "  R:\n    Type: AWS::IAM::Role\n    Properties:\n      AssumeRolePolicyDocument: {Version: '2012-10-17', Statement: {Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: sts:AssumeRole}}\n";
const OTHER_ROLE: &str = "  S:\n    Type: AWS::IAM::Role\n    Properties:\n      AssumeRolePolicyDocument: {Version: '2012-10-17', Statement: {Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: sts:AssumeRole}}\n";
const VPC_ACCESS: &str =
    "      ManagedPolicyArns: [arn:aws:iam::aws:policy/service-role/AWSLambdaVPCAccessExecutionRole]\n";
const BASIC: &str = "      ManagedPolicyArns: [arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole]\n";
const SCOPED: &str = "      Policies: [{PolicyName: x, PolicyDocument: {Version: '2012-10-17', Statement: {Effect: Allow, Action: 'ec2:*NetworkInterface*', Resource: 'arn:aws:ec2:*:*:network-interface/*'}}}]\n";
const POLICY: &str = "  P:\n    Type: AWS::IAM::Policy\n    Properties: {PolicyName: p, Roles: [!Ref R], PolicyDocument: {Version: '2012-10-17', Statement: {Effect: Allow, Action: 'ec2:*', Resource: '*'}}}\n";
const FUNCTION: &str = "  F:\n    Type: AWS::Lambda::Function\n    Properties:\n      Role: !GetAtt R.Arn\n";
const WAITING: &str =
    "  F:\n    Type: AWS::Lambda::Function\n    DependsOn: P\n    Properties:\n      Role: !GetAtt R.Arn\n";
const OF_OTHER: &str = "  F:\n    Type: AWS::Lambda::Function\n    Properties:\n      Role: !GetAtt S.Arn\n";
const VPC: &str = "      VpcConfig: {SubnetIds: [subnet-0a1b2c3d], SecurityGroupIds: [sg-0a1b2c3d]}\n";
const EMPTY_VPC: &str = "      VpcConfig: {SubnetIds: [], SecurityGroupIds: []}\n";
const TOPIC: &str = "  T: {Type: AWS::SNS::Topic}\n";

fn template(parts: &[&str]) -> Vec<u8> {
    format!("Resources:\n{}", parts.concat()).into_bytes()
}

fn compared(before: &[&str], after: &[&str], more: &[&str]) -> Report {
    let scp = policy(&[json!({"Effect": "Deny", "Action": "ec2:DeleteNetworkInterface", "Resource": "*"})]);
    let folder = Folder::of([
        ("before.yaml", template(before)),
        ("after.yaml", template(after)),
        ("scp.json", scp.to_string().into_bytes()),
    ]);
    folder.report(&[&["--before", "before.yaml", "after.yaml"], more].concat())
}

fn removed(report: &Report) -> Vec<&str> {
    let findings = report.list("findings").iter().filter(|finding| finding["rule"] == "policy-removed-with-vpc");
    findings.map(|finding| text(&finding["message"])).collect()
}

const LEAVES: &str =
    "function `F` leaves its VPC, and in the same update its role `R` loses the right to delete network interfaces";
const OTHER: &str =
    "function `F` leaves its VPC, and in the same update its role `S` loses the right to delete network interfaces";
const GONE: &str =
    "function `F` is removed, and in the same update its role `R` loses the right to delete network interfaces";

/// What is deployed now, what will be, and what is said of it.
type Update = (&'static [&'static str], &'static [&'static str], &'static [&'static str]);

#[test]
fn rights_that_go_with_the_vpc_are_missed() {
    let updates: [Update; 15] = [
        (&[ROLE, VPC_ACCESS, FUNCTION, VPC], &[ROLE, BASIC, FUNCTION], &[LEAVES]),
        (&[ROLE, VPC_ACCESS, FUNCTION, VPC], &[ROLE, FUNCTION], &[LEAVES]),
        (&[ROLE, VPC_ACCESS, FUNCTION, VPC], &[ROLE, BASIC, FUNCTION, EMPTY_VPC], &[LEAVES]),
        (&[ROLE, POLICY, FUNCTION, VPC], &[ROLE, FUNCTION], &[LEAVES]),
        (&[ROLE, POLICY, WAITING, VPC], &[ROLE, FUNCTION], &[LEAVES]),
        (&[ROLE, VPC_ACCESS, FUNCTION, VPC], &[OTHER_ROLE, BASIC, OF_OTHER], &[OTHER]),
        (&[ROLE, VPC_ACCESS, FUNCTION, VPC], &[ROLE, BASIC], &[GONE]),
        // Deletions go against the references: only what nothing orders may go first.
        (&[ROLE, VPC_ACCESS, FUNCTION, VPC], &[TOPIC], &[]),
        (&[ROLE, POLICY, WAITING, VPC], &[TOPIC], &[]),
        (&[ROLE, POLICY, FUNCTION, VPC], &[TOPIC], &[GONE]),
        // Nothing is taken away.
        (&[ROLE, VPC_ACCESS, FUNCTION, VPC], &[ROLE, VPC_ACCESS, FUNCTION], &[]),
        // Enough for interfaces that exist.
        (&[ROLE, VPC_ACCESS, FUNCTION, VPC], &[ROLE, SCOPED, FUNCTION], &[]),
        // It stays in the VPC: that the policy is missing then is another rule's to say.
        (&[ROLE, VPC_ACCESS, FUNCTION, VPC], &[ROLE, BASIC, FUNCTION, VPC], &[]),
        // It had none, so that there is nothing to clear up.
        (&[ROLE, BASIC, FUNCTION, VPC], &[ROLE, FUNCTION], &[]),
        (&[ROLE, VPC_ACCESS, FUNCTION], &[ROLE, BASIC, FUNCTION], &[]),
    ];
    for (before, after, said) in updates {
        let report = compared(before, after, &[]);
        assert_eq!(removed(&report), said, "{before:?} {after:?}");
        assert_eq!(report.status, i32::from(report.rules().contains(&"missing-permission") && after.contains(&VPC)));
    }
}

#[test]
fn what_was_refused_before_is_not_taken_away() {
    let (before, after) = ([ROLE, VPC_ACCESS, FUNCTION, VPC], [ROLE, BASIC, FUNCTION]);
    assert_eq!(removed(&compared(&before, &after, &[])), [LEAVES]);
    assert_eq!(removed(&compared(&before, &after, &["--scp", "scp.json"])), [""; 0]);
}

#[test]
fn the_places_are_in_both_files() {
    let report = compared(&[ROLE, VPC_ACCESS, FUNCTION, VPC], &[ROLE, BASIC, FUNCTION], &[]);
    let finding = report.list("findings").iter().find(|finding| finding["rule"] == "policy-removed-with-vpc");
    let finding = finding.expect("a finding");
    let place = |location: &Value| (text(&location["path"]).to_owned(), location["start"]["line"].as_u64());
    let related = finding["related"].as_array().expect("a list").iter().map(|related| place(&related["location"]));
    let places: Vec<(String, Option<u64>)> = [place(&finding["location"])].into_iter().chain(related).collect();
    let expected = [("after.yaml", 2), ("after.yaml", 7), ("before.yaml", 11)];
    assert_eq!(places, expected.map(|(path, line)| (path.to_owned(), Some(line))));
    assert_eq!((text(&finding["function"]), text(&finding["principal"])), ("F", "R"));
    assert_eq!(finding["severity"], "warning");
}

#[test]
fn a_file_of_before_must_be_understood() {
    let folder = Folder::of([("after.yaml", template(&[TOPIC])), ("notes.txt", b"hello".to_vec())]);
    for before in ["absent.yaml", "notes.txt"] {
        let report = folder.report(&["--before", before, "after.yaml"]);
        assert_eq!(report.status, 2, "{before}");
        assert_eq!(report.problems().len(), 1, "{before}");
    }
}

#[test]
fn what_is_shown() {
    let folder = Folder::of([
        ("before.yaml", template(&[ROLE, VPC_ACCESS, FUNCTION, VPC])),
        ("after.yaml", template(&[ROLE, BASIC, FUNCTION])),
    ]);
    let run = folder.run(&["check", "--color", "never", "--before", "before.yaml", "after.yaml"]);
    insta::assert_snapshot!(run.out);
}
