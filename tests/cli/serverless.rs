//! Functions of SAM, as people see them. What SAM makes of them is held against its own transform in tests/sam.rs.

use super::*;

const NETWORK: &str = "VpcConfig: {SubnetIds: [subnet-0a1b2c3d], SecurityGroupIds: [sg-0a1b2c3d]}";

fn template(resources: &str) -> Folder {
    let text = format!("Transform: AWS::Serverless-2016-10-31\nResources:\n{resources}");
    Folder::of([("t.yaml", text.into_bytes())])
}

fn line(place: &Value) -> Option<u64> {
    place["location"]["start"]["line"].as_u64()
}

/// Every label is a node of the user's own file: the cause of what SAM makes.
#[test]
fn what_is_shown_of_made_roles() {
    let text = "\
Transform: AWS::Serverless-2016-10-31
Parameters:
  Stage: {Type: String, AllowedValues: [dev, prod]}
Conditions:
  IsProd: !Equals [!Ref Stage, prod]
Globals:
  Function:
    Runtime: python3.12
    PermissionsBoundary: !Ref Boundary
    VpcConfig:
      SubnetIds: [subnet-0aaaaaaaaaaaaaaaa]
      SecurityGroupIds: [sg-0aaaaaaaaaaaaaaaa]
Resources:
  Boundary:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      PolicyDocument:
        Version: 2012-10-17
        Statement:
          - Effect: Allow
            Action: [logs:*, s3:*]
            Resource: '*'
  Orders:
    Type: AWS::Serverless::Function
    Properties:
      Handler: a.b
      CodeUri: orders/
  Guarded:
    Type: AWS::Serverless::Function
    IgnoreGlobals: [PermissionsBoundary]
    Properties:
      Handler: a.b
      CodeUri: orders/
      Policies:
        - S3ReadPolicy: {BucketName: data}
        - !If
          - IsProd
          - Version: '2012-10-17'
            Statement:
              - Effect: Deny
                Action: ec2:Delete*
                Resource: '*'
          - !Ref AWS::NoValue
  Trusting:
    Type: AWS::Serverless::Function
    IgnoreGlobals: [PermissionsBoundary]
    Properties:
      Handler: a.b
      CodeUri: orders/
      AssumeRolePolicyDocument:
        Version: '2012-10-17'
        Statement:
          - Effect: Allow
            Principal: {Service: edgelambda.amazonaws.com}
            Action: sts:AssumeRole
";
    let folder = Folder::of([("template.yaml", text.into())]);
    let run = folder.run(&["check", "--color", "never", "--ignore", "code-may-manage-interfaces", "template.yaml"]);
    assert_eq!(run.status, Some(1), "{}", run.err);
    insta::assert_snapshot!(run.out);
}

/// Source: AWS SAM Developer Guide, "AWS SAM policy templates": for functions and state machines of SAM.
#[test]
fn policy_templates_are_for_sams_own_resources() {
    for (policies, expected) in [
        ("Policies: [VPCAccessPolicy: {}]", true),
        ("Policies: [{PolicyName: p, PolicyDocument: {S3ReadPolicy: {BucketName: b}}}]", true),
        ("ManagedPolicyArns: [VPCAccessPolicy: {}]", true),
        ("Path: /", false),
    ] {
        let folder = template(&format!(
            "  R:\n    Type: AWS::IAM::Role\n    Properties:\n      {policies}\n  F:\n    Type: AWS::Serverless::Function\n    Properties: {{Role: !GetAtt R.Arn, {NETWORK}}}\n"
        ));
        let report = folder.report(&["t.yaml"]);
        let lines: Vec<Option<u64>> = report.problems().iter().map(line).collect();
        assert_eq!(lines, if expected { vec![Some(6)] } else { Vec::new() }, "{policies}");
        let is_said = |problem: &Value| text(&problem["message"]).contains("is a policy template of SAM");
        assert!(report.problems().iter().all(is_said), "{policies}");
        assert_eq!(report.verdict(Some("R"), CREATE), "missing", "{policies}");
    }
}

/// Source: IAM API Reference, "AttachRolePolicy" (PolicyArn); AWS SAM Developer Guide, "AWS::Serverless::Function"
/// (Policies): names of AWS's managed policies.
#[test]
fn names_of_managed_policies_are_for_sams_own_functions() {
    const NAME: &str = "AWSLambdaVPCAccessExecutionRole";
    let plain = template(&format!(
        "  R:\n    Type: AWS::IAM::Role\n    Properties:\n      ManagedPolicyArns: [{NAME}]\n  F:\n    Type: AWS::Serverless::Function\n    Properties: {{Role: !GetAtt R.Arn, {NETWORK}}}\n"
    ));
    let report = plain.report(&["t.yaml"]);
    assert_eq!(report.rules(), ["unknown-managed-policy"]);
    let finding = &report.list("findings")[0];
    assert_eq!(text(&finding["help"]), format!("write `arn:aws:iam::aws:policy/service-role/{NAME}`"));
    assert_eq!(line(finding), Some(6));
    assert_eq!(report.verdict(Some("R"), CREATE), "missing");

    let own = template(&format!(
        "  F:\n    Type: AWS::Serverless::Function\n    Properties:\n      {NETWORK}\n      Policies: {NAME}\n"
    ));
    assert_eq!(own.report(&["t.yaml"]).verdict(Some("FRole"), CREATE), "granted");
}

/// Source: AWS SAM Developer Guide, "AWS::Serverless::Function" (Role, Policies).
#[test]
fn what_sam_leaves_out_is_said() {
    let role = "  R:\n    Type: AWS::IAM::Role\n    Properties:\n      ManagedPolicyArns: ['arn:aws:iam::aws:policy/service-role/AWSLambdaVPCAccessExecutionRole']\n";
    for (function, expected) in [
        ("Role: !GetAtt R.Arn, Policies: [AmazonS3ReadOnlyAccess]", Some("note")),
        (
            "Role: !GetAtt R.Arn, Policies: [AmazonS3ReadOnlyAccess], VpcConfig: {SubnetIds: [subnet-0a1b2c3d], SecurityGroupIds: [sg-0a1b2c3d]}",
            Some("warning"),
        ),
        ("Role: !GetAtt R.Arn, PermissionsBoundary: 'arn:aws:iam::aws:policy/ReadOnlyAccess'", Some("note")),
        ("Role: !GetAtt R.Arn, Policies: []", None),
        ("Role: !GetAtt R.Arn", None),
        ("Policies: [AmazonS3ReadOnlyAccess]", None),
    ] {
        let folder =
            template(&format!("{role}  F:\n    Type: AWS::Serverless::Function\n    Properties: {{{function}}}\n"));
        let report = folder.report(&["t.yaml"]);
        let mut findings = report.list("findings").iter();
        let found = findings.find(|finding| finding["rule"] == "role-policies-ignored");
        assert_eq!(found.map(|finding| text(&finding["severity"])), expected, "{function}");
    }
}

/// `Fn::ForEach` makes several of one node: each has its own role.
#[test]
fn loops_make_roles_of_their_own() {
    for (kind, role) in [("AWS::Serverless::Function", "Role"), ("AWS::IAM::Role", "")] {
        let folder = template(&format!(
            "  Fn::ForEach::All:\n  - Name\n  - [A, B]\n  - '${{Name}}':\n      Type: {kind}\n      Properties: {{Path: !Sub '/${{Name}}/'}}\n  Extra:\n    Type: AWS::IAM::Policy\n    Properties:\n      PolicyName: p\n      Roles: [!Ref A{role}]\n      PolicyDocument: {{Version: '2012-10-17', Statement: [{{Effect: Allow, Action: 'ec2:*', Resource: '*'}}]}}\n"
        ));
        let report = folder.report(&["t.yaml", "--as", "execution-role:*"]);
        let (first, second) = (format!("A{role}"), format!("B{role}"));
        assert_eq!(report.names(), [Some(&*first), Some(&*second)], "{kind}");
        assert_eq!(report.verdict(Some(&first), CREATE), "granted", "{kind}");
        assert_eq!(report.verdict(Some(&second), CREATE), "missing", "{kind}");
    }
}
