//! Policies that name subnets and security groups, beside functions that are in some.

use super::*;

const NETWORK: &str = "  Net: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.0.0.0/16}}
  New: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref Net, CidrBlock: 10.0.0.0/24}}
  Group: {Type: AWS::EC2::SecurityGroup, Properties: {VpcId: !Ref Net, GroupDescription: x}}
";

/// A role that may create network interfaces on these subnets and groups, and a function for each `VpcConfig`.
fn template(resources: &[&str], configs: &[&str]) -> Vec<u8> {
    let head = "arn:aws:ec2:${AWS::Region}:${AWS::AccountId}:";
    let named: Vec<String> = resources.iter().map(|name| format!("!Sub '{head}{name}'")).collect();
    let mut text = format!(
        "Parameters: {{Given: {{Type: 'AWS::EC2::Subnet::Id'}}, Many: {{Type: 'List<AWS::EC2::Subnet::Id>'}}}}
Resources:
{NETWORK}  R:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument: {{Version: '2012-10-17', Statement: {{Effect: Allow, Principal: {{Service: lambda.amazonaws.com}}, Action: sts:AssumeRole}}}}
      Policies:
        - PolicyName: p
          PolicyDocument:
            Version: '2012-10-17'
            Statement:
              - {{Effect: Allow, Action: 'ec2:*NetworkInterfaces', Resource: '*'}}
              - {{Effect: Allow, Action: ec2:DeleteNetworkInterface, Resource: '*'}}
              - Effect: Allow
                Action: ec2:CreateNetworkInterface
                Resource: [!Sub '{head}network-interface/*', {}]
",
        named.join(", ")
    );
    for (number, config) in configs.iter().enumerate() {
        text += &format!(
            "  F{number}: {{Type: AWS::Lambda::Function, Properties: {{Role: !GetAtt R.Arn, VpcConfig: {config}}}}}\n"
        );
    }
    text.into_bytes()
}

/// Where the input shows the function's subnets and groups, exactly these must be allowed; an id known only after the
/// deploy is an unknown one. A list that is not shown may hold any.
///
/// Source: Service Authorization Reference, "Actions, resources, and condition keys for Amazon EC2",
/// CreateNetworkInterface: each of its resource types is authorized by itself.
#[test]
fn the_shown_subnets_and_groups_are_what_counts() {
    let one = "{SubnetIds: [subnet-0a1b2c3d], SecurityGroupIds: [sg-0a1b2c3d]}";
    let two = "{SubnetIds: [subnet-0a1b2c3d, subnet-0a1b2c3e], SecurityGroupIds: [sg-0a1b2c3d]}";
    let new = "{SubnetIds: [!Ref New], SecurityGroupIds: [!GetAtt Group.GroupId]}";
    let given = "{SubnetIds: [!Ref Given], SecurityGroupIds: [sg-0a1b2c3d]}";
    let many = "{SubnetIds: !Ref Many, SecurityGroupIds: [sg-0a1b2c3d]}";
    let fits_one = ["subnet/subnet-0a1b2c3d", "security-group/sg-0a1b2c3d"];
    for (resources, configs, verdict, severity) in [
        (&fits_one[..], &[one][..], "granted", None),
        (&fits_one, &[two], "partial", Some("error")),
        (&fits_one, &[one, two], "partial", Some("error")),
        (&["subnet/*", "security-group/sg-0a1b2c3d"], &[one, two], "granted", None),
        (&["subnet/subnet-0a1b2c3?", "security-group/*"], &[two], "granted", None),
        (&["subnet/subnet-0a1b2c3e", "security-group/sg-0a1b2c3d"], &[one], "partial", Some("error")),
        (&["subnet/${New}", "security-group/${Group.GroupId}"], &[new], "granted", None),
        (&["subnet/${Given}", "security-group/*"], &[given], "granted", None),
        (&["subnet/${Given}", "security-group/*"], &[new], "conditional", Some("warning")),
        (&["subnet/subnet-0a1b2c3d", "security-group/*"], &[given], "conditional", Some("warning")),
        (&["vpc/${Net}", "security-group/*"], &[new], "partial", Some("error")),
        (&["subnet/subnet-0a1b2c3d", "security-group/*"], &[many], "partial", Some("warning")),
        (&["subnet/*", "security-group/*"], &[many], "granted", None),
        // Each list counts by itself.
        (&["subnet/*", "security-group/sg-0a1b2c3d"], &[many], "granted", None),
        (&["subnet/*", "security-group/sg-0a1b2c3e"], &[many], "partial", Some("error")),
    ] {
        let folder = Folder::of([("t.yaml", template(resources, configs))]);
        let report = folder.report(&["t.yaml"]);
        let found = report.verdict(Some("R"), "ec2:CreateNetworkInterface");
        let loud = report.list("findings").iter().map(|finding| text(&finding["severity"]));
        let loud: Vec<&str> = loud.filter(|severity| *severity != "note").collect();
        let expected: Vec<&str> = severity.into_iter().collect();
        assert_eq!((found, loud), (verdict, expected), "{resources:?} {configs:?}");
    }
}

/// Unknown texts of two files are never the same, whatever they are called.
#[test]
fn references_of_two_templates_are_two_ids() {
    let role = template(&["subnet/${Given}", "security-group/*"], &[]);
    let function = b"Parameters: {Given: {Type: 'AWS::EC2::Subnet::Id'}}
Resources:
  F:
    Type: AWS::Lambda::Function
    Properties:
      Role: arn:aws:iam::111122223333:role/R
      VpcConfig: {SubnetIds: [!Ref Given], SecurityGroupIds: [sg-0a1b2c3d]}
";
    let named =
        String::from_utf8(role).expect("UTF-8").replace("      Policies:", "      RoleName: R\n      Policies:");
    let folder = Folder::of([("role.yaml", named.into_bytes()), ("function.yaml", function.to_vec())]);
    let report = folder.report(&["role.yaml", "function.yaml"]);
    assert_eq!(report.names(), [Some("R")]);
    assert_eq!(report.verdict(Some("R"), "ec2:CreateNetworkInterface"), "conditional");
}
