//! `SubnetIds` and `SecurityGroupIds` in the forms in which authors write them.

use super::*;

const SECTIONS: &str = "
Parameters:
  Text: {Type: String}
  Texts: {Type: CommaDelimitedList}
  Subnet: {Type: 'AWS::EC2::Subnet::Id'}
  Subnets: {Type: 'List<AWS::EC2::Subnet::Id>'}
  EmptySubnets: {Type: 'List<AWS::EC2::Subnet::Id>', Default: ''}
  EmptyTexts: {Type: CommaDelimitedList, Default: ''}
  DefaultText: {Type: String, Default: subnet-1}
  EmptyText: {Type: String, Default: ''}
  DefaultTexts: {Type: CommaDelimitedList, Default: 'subnet-1,subnet-2'}
  Stored: {Type: 'AWS::SSM::Parameter::Value<AWS::EC2::Subnet::Id>', Default: /net/subnet}
  StoredList: {Type: 'AWS::SSM::Parameter::Value<List<AWS::EC2::Subnet::Id>>', Default: /net/subnets}
Mappings:
  Net:
    us-east-1: {Subnets: [subnet-1, subnet-2], One: subnet-1, Both: 'subnet-1,subnet-2'}
    all: {Subnets: [subnet-3]}
";

const RESOURCES: &str = "
  Vpc: {Type: 'AWS::EC2::VPC', Properties: {CidrBlock: 10.0.0.0/16}}
  A: {Type: 'AWS::EC2::Subnet', Properties: {VpcId: !Ref Vpc}}
  B: {Type: 'AWS::EC2::Subnet', Properties: {VpcId: !Ref Vpc}}
  Group: {Type: 'AWS::EC2::SecurityGroup', Properties: {VpcId: !Ref Vpc}}
  Stack: {Type: 'AWS::CloudFormation::Stack'}
  Lookup: {Type: 'Custom::SubnetLookup'}
";

fn of(subnets: &str, groups: &str, settings: Settings) -> Read {
    let text = format!(
        "{SECTIONS}\nResources:{RESOURCES}\n  F:\n    Type: AWS::Lambda::Function\n    Properties:\n      VpcConfig:\n        \
         SubnetIds: {subnets}\n        SecurityGroupIds: {groups}\n"
    );
    read(&text, settings).expect("a configuration")
}

#[test]
fn subnets_in_all_their_forms() {
    for (written, expected, why) in [
        ("[subnet-1, subnet-2]", "subnet-1 subnet-2", "literals"),
        ("subnet-1", "subnet-1", "CloudFormation takes one text for a list"),
        ("[]", "", "surely nothing"),
        ("[!Ref 'AWS::NoValue']", "", "NoValue takes the element away"),
        ("!Ref AWS::NoValue", "", "NoValue takes the list away"),
        ("[!Ref A, !Ref B]", "@A @B", "resources of the template"),
        ("['Fn::GetAtt': [A, SubnetId]]", "@A", "the attribute is the id"),
        ("!Ref A", "@A", "one id for a list"),
        ("[!Sub '${A}']", "<Ref A>", "a text that holds the id: not followed, and nothing is said of it"),
        ("[!Ref Subnet]", "<Ref Subnet>", "a parameter without default is one unknown id"),
        ("[!Ref Text]", "<Ref Text>", "of any type"),
        ("!Ref Subnets", "<Ref Subnets> …", "subnets that exist, and no default: there is one at least"),
        ("!Ref Texts", "…", "a list of texts may be empty"),
        ("!Ref EmptySubnets", "…", "its author means it to be left empty, whatever CloudFormation says"),
        ("!Ref EmptyTexts", "…", "a default is no fact"),
        ("!Ref DefaultTexts", "…", "a default is no fact"),
        ("[!Ref DefaultText]", "<subnet-1>", "there is one id; a default does not say which"),
        ("[!Ref EmptyText]", "<>", "likewise"),
        ("[!Ref Stored]", "<Ref Stored>", "the template holds the name in the parameter store only"),
        ("!Ref StoredList", "…", "likewise"),
        ("[!Ref Subnets]", "…", "a list in a list: an error or flattened, so nothing is known"),
        ("!Split [',', !Ref Text]", "…", "nobody knows how many"),
        ("!Split [',', 'subnet-1,subnet-2']", "subnet-1 subnet-2", "known"),
        ("!Split [',', !Ref DefaultText]", "…", "a default is no fact"),
        ("!Split [',', !ImportValue subnets]", "…", "another stack's"),
        ("!Split [',', !GetAtt Stack.Outputs.Subnets]", "…", "a nested stack's"),
        ("!GetAtt Stack.Outputs.Subnets", "…", "a nested stack's, list or text"),
        ("!GetAtt Lookup.Subnets", "…", "a custom resource answers what it likes"),
        ("[!GetAtt Stack.Outputs.Subnet]", "<Fn::GetAtt Stack.Outputs.Subnet>", "one id"),
        ("[!ImportValue subnet-a]", "<Fn::ImportValue subnet-a>", "one id"),
        ("[!Select [0, !Ref Subnets]]", "<Fn::Select 0 <Ref Subnets>>", "one id"),
        ("[!Select [1, [!Ref A, !Ref B]]]", "@B", "known"),
        ("!FindInMap [Net, all, Subnets]", "subnet-3", "a constant of the template"),
        ("!FindInMap [Net, !Ref 'AWS::Region', Subnets]", "…", "the region is not known"),
        ("[!FindInMap [Net, us-east-1, One]]", "subnet-1", "a constant"),
        ("!Split [',', !FindInMap [Net, us-east-1, Both]]", "subnet-1 subnet-2", "a constant"),
        ("['{{resolve:ssm:/net/subnet}}']", "<{{resolve:ssm:/net/subnet}}> …", "the store may hold a list"),
        (
            "!Split [',', '{{resolve:ssm:/net/subnets}}']",
            "<{{resolve:ssm:/net/subnets}}> …",
            "it is split later, or not",
        ),
        ("['${self:custom.subnet}']", "<${self:custom.subnet}>", "another program fills it in"),
        ("['<subnet-id>']", "<<subnet-id>>", "a placeholder"),
        ("!Join [',', [!Ref A, !Ref B]]", "!one text of several ids, Ref A,Ref B", "Lambda wants a list"),
        ("!Join [',', !Ref Subnets]", "<Fn::Join \",\" <Ref Subnets>>", "one text; of one subnet it would be right"),
        ("{'Fn::Transform': {Name: Lookup}}", "…", "a macro makes it"),
        ("[!Ref Vpc]", "!the AWS::EC2::VPC `Vpc`", "a VPC is no subnet"),
        ("[!Ref Group]", "!the AWS::EC2::SecurityGroup `Group`", "nor is a group"),
        ("[!GetAtt A.AvailabilityZone]", "!`AvailabilityZone` of the AWS::EC2::Subnet `A`", "nor is an attribute"),
        ("[!Ref Unheard]", "<Ref Unheard>", "nothing is known of it"),
    ] {
        assert_eq!(of(written, "[sg-1]", Settings::default()).subnets(), expected, "{written}: {why}");
    }
}

#[test]
fn groups_are_read_alike_and_a_vpc_has_a_default_one() {
    for (written, expected) in [
        ("[sg-1]", "sg-1"),
        ("[!Ref Group]", "@Group"),
        ("[!GetAtt Group.GroupId]", "@Group"),
        ("[!GetAtt Vpc.DefaultSecurityGroup]", "@Vpc.DefaultSecurityGroup"),
        ("[!Ref A]", "!the AWS::EC2::Subnet `A`"),
        ("[!GetAtt Group.VpcId]", "!`VpcId` of the AWS::EC2::SecurityGroup `Group`"),
        ("[!Ref Text, sg-1]", "<Ref Text> sg-1"),
    ] {
        let read = of("[!Ref A]", written, Settings::default());
        assert_eq!(read.groups(), expected, "{written}");
    }
    let read = of("[!Ref A]", "[!GetAtt Vpc.DefaultSecurityGroup]", Settings::default());
    assert_eq!(read.network.security_groups[0].vpc, Some(read.network.subnets[0].vpc.clone()), "it is in its VPC");
}

#[test]
fn what_the_caller_gives_is_a_fact() {
    let given = |name: &str, value: &str| Settings {
        parameters: vec![(name.to_owned(), value.to_owned())],
        ..Settings::default()
    };
    for (written, settings, expected) in [
        ("!Ref Subnets", given("Subnets", "subnet-1, subnet-2"), "subnet-1 subnet-2"),
        ("!Ref DefaultTexts", given("DefaultTexts", "subnet-9"), "subnet-9"),
        ("!Ref EmptyTexts", given("EmptyTexts", ""), "…"),
        ("[!Ref Text]", given("Text", "vpc-1"), "vpc-1"),
        ("!Split [',', !Ref Text]", given("Text", "subnet-1,subnet-2"), "subnet-1 subnet-2"),
        (
            "!FindInMap [Net, !Ref 'AWS::Region', Subnets]",
            Settings { region: Some("us-east-1".to_owned()), ..Settings::default() },
            "subnet-1 subnet-2",
        ),
    ] {
        assert_eq!(of(written, "[sg-1]", settings).subnets(), expected, "{written}");
    }
}

#[test]
fn loops_make_lists() {
    let text = "
Transform: AWS::LanguageExtensions
Resources:
  Fn::ForEach::Nets:
    - Zone
    - [A, B]
    - Subnet${Zone}: {Type: 'AWS::EC2::Subnet', Properties: {VpcId: vpc-1}}
  F:
    Type: AWS::Lambda::Function
    Properties:
      VpcConfig: {SubnetIds: [!Ref SubnetA, !Ref SubnetB], SecurityGroupIds: [sg-1]}
";
    assert_eq!(read(text, Settings::default()).expect("a configuration").subnets(), "@SubnetA @SubnetB");
}

#[test]
fn configurations_that_are_none() {
    let of = |config: &str| {
        let text =
            format!("Resources:\n  F:\n    Type: AWS::Lambda::Function\n    Properties:\n      Runtime: x\n{config}");
        read(&text, Settings::default())
    };
    assert!(of("").is_none());
    assert!(of("      VpcConfig: !Ref AWS::NoValue\n").is_none());
    assert!(of("      VpcConfig:\n").is_none(), "null");
    for (config, subnets, groups) in [
        ("{}", "", ""),
        ("{SubnetIds: [], SecurityGroupIds: []}", "", ""),
        ("{SubnetIds: [subnet-1]}", "subnet-1", ""),
        ("{'Fn::Transform': {Name: Vpc}}", "…", "…"),
        ("!ImportValue config", "…", "…"),
        ("{Fn::If: [Nowhere, {SubnetIds: [subnet-1]}, {}]}", "…", "…"),
    ] {
        let read = of(&format!("      VpcConfig: {config}\n")).expect("a configuration");
        assert_eq!((read.subnets().as_str(), read.groups().as_str()), (subnets, groups), "{config}");
    }
}
