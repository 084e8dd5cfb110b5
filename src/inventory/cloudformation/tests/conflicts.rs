//! What cannot be together with a VPC configuration.

use super::*;
use crate::inventory::VpcConflict;

fn conflicts(function: &str, resources: &str) -> Vec<&'static str> {
    let text = format!(
        "
Resources:
  F:
    Type: AWS::Lambda::Function
    Properties: {{VpcConfig: {{SubnetIds: [subnet-1], SecurityGroupIds: [sg-1]}}{function}}}
  G: {{Type: AWS::Lambda::Function}}
  OfF: {{Type: 'AWS::Lambda::Version', Properties: {{FunctionName: !Ref F}}}}
  OfG: {{Type: 'AWS::Lambda::Version', Properties: {{FunctionName: !Ref G}}}}
{resources}"
    );
    let read = read(&text, Settings::default()).expect("a configuration");
    let name = |conflict: &VpcConflict| match conflict {
        VpcConflict::Edge(_) => "edge",
        VpcConflict::CapacityProvider(_) => "capacity provider",
    };
    read.config.conflicts.iter().map(name).collect()
}

#[test]
fn functions_at_the_edge() {
    let distribution = |arn: &str| {
        format!(
            "  D:
    Type: AWS::CloudFront::Distribution
    Properties:
      DistributionConfig:
        Origins: [{{DomainName: !GetAtt F.Arn}}]
        DefaultCacheBehavior: {{ViewerProtocolPolicy: allow-all}}
        CacheBehaviors:
          - LambdaFunctionAssociations: [{{EventType: viewer-request, LambdaFunctionARN: {arn}}}]
"
        )
    };
    for (arn, expected) in [
        ("!Ref OfF", vec!["edge"]),
        ("!Sub '${F.Arn}:3'", vec!["edge"]),
        ("!Join [':', [!GetAtt F.Arn, '3']]", vec!["edge"]),
        // SAM.
        ("!Ref F.Version", vec!["edge"]),
        ("!Ref OfG", vec![]),
        ("!ImportValue version", vec![]),
        ("arn:aws:lambda:us-east-1:123456789012:function:f:3", vec![]),
    ] {
        // `F.Version` is a resource that SAM makes.
        let resources = format!("{}Transform: AWS::Serverless-2016-10-31\n", distribution(arn));
        assert_eq!(conflicts("", &resources), expected, "{arn}");
    }
    let used =
        "  D: {Type: 'AWS::CloudFront::Distribution', Properties: {DistributionConfig: {Origins: [!Ref OfF]}}}\n";
    assert_eq!(conflicts("", used), Vec::<&str>::new(), "an origin is no association");
}

#[test]
fn capacity_providers() {
    for (function, expected) in [
        (", CapacityProviderConfig: {LambdaManagedInstancesCapacityProviderConfig: {}}", vec!["capacity provider"]),
        (", CapacityProviderConfig: !Ref AWS::NoValue", vec![]),
        (", CapacityProviderConfig: !ImportValue unknown", vec![]),
        ("", vec![]),
    ] {
        assert_eq!(conflicts(function, ""), expected, "{function}");
    }
    let text = "
Resources:
  F:
    Type: AWS::Lambda::Function
    Properties: {VpcConfig: {SubnetIds: [], SecurityGroupIds: []}, CapacityProviderConfig: {A: b}}
";
    let read = read(text, Settings::default()).expect("a configuration");
    assert!(read.config.conflicts.is_empty(), "two empty lists are no VPC");
}
