//! Each intrinsic function, by its page of the CloudFormation Template Reference.

use super::evaluated;
use crate::template::Settings;

const SECTIONS: &str = r#"
Parameters:
  Env: {Type: String, Default: dev}
  Count: {Type: Number, Default: 3}
  Open: {Type: String}
  Vpc: {Type: 'AWS::EC2::VPC::Id'}
  List: {Type: CommaDelimitedList, Default: 'a, b,c'}
  Subnets: {Type: 'List<AWS::EC2::Subnet::Id>'}
  Stored: {Type: 'AWS::SSM::Parameter::Value<String>', Default: /path/to/value}
  StoredList: {Type: 'AWS::SSM::Parameter::Value<List<String>>', Default: /path}
Mappings:
  Regions:
    us-east-1: {Ami: ami-1, Zones: [a, b], N: 5}
    eu-west-1: {Ami: ami-2}
Conditions:
  Undecided: !Equals [!Ref Open, x]
"#;

/// Expression, value, problems.
fn table(cases: &[(&str, &str, &[&str])]) {
    for (expression, expected, problems) in cases {
        let (value, found) = evaluated(SECTIONS, expression, Settings::default());
        assert_eq!(value, *expected, "{expression}");
        assert_eq!(found, *problems, "{expression}");
    }
}

/// "Ref", "Parameters: Supported parameter data types", "Pseudo parameters reference".
#[test]
fn references() {
    table(&[
        ("!Ref Env", r#""dev""#, &[]),
        ("{Ref: Count}", r#""3""#, &[]),
        ("!Ref Open", r#""<Ref Open>""#, &[]),
        ("!Ref Vpc", r#""<Ref Vpc>""#, &[]),
        ("!Ref List", r#"["a","b","c"]"#, &[]),
        ("!Ref Subnets", r#""<Ref Subnets>""#, &[]),
        ("!Ref Stored", r#""<Ref Stored>""#, &[]),
        ("!Ref StoredList", r#""<Ref StoredList>""#, &[]),
        ("!Ref R", r#""<Ref R>""#, &[]),
        ("!Ref AWS::NoValue", "nothing", &[]),
        ("[1, !Ref AWS::NoValue, {a: !Ref AWS::NoValue, b: 2}]", r#"["1",{"b":"2"}]"#, &[]),
        ("!Ref AWS::AccountId", r#""<AWS::AccountId>""#, &[]),
        (
            "[!Ref AWS::Region, !Ref AWS::Partition, !Ref AWS::URLSuffix]",
            r#"["<AWS::Region>","<AWS::Partition>","<AWS::URLSuffix>"]"#,
            &[],
        ),
        (
            "[!Ref AWS::StackName, !Ref AWS::StackId, !Ref AWS::NotificationARNs]",
            r#"["<AWS::StackName>","<AWS::StackId>","<AWS::NotificationARNs>"]"#,
            &[],
        ),
        ("!Ref Envi", r#""<Ref Envi>""#, &["the template has no parameter or resource `Envi`"]),
        ("!Ref AWS::Acount", r#""<what is wrong>""#, &["`AWS::Acount` is no pseudo parameter"]),
        ("!Ref [a]", r#""<what is wrong>""#, &["Ref takes the name of a parameter or a resource"]),
    ]);
    let given = Settings {
        parameters: vec![
            ("Env".into(), "prod".into()),
            ("Subnets".into(), "subnet-1,subnet-2".into()),
            ("Stored".into(), "/other".into()),
        ],
        partition: Some("aws-cn".into()),
        region: Some("cn-north-1".into()),
        account: Some("111122223333".into()),
    };
    for (expression, expected) in [
        ("!Ref Env", r#""prod""#),
        ("!Ref Subnets", r#"["subnet-1","subnet-2"]"#),
        ("!Ref Stored", r#""<Ref Stored>""#),
        (
            "!Sub 'arn:${AWS::Partition}:ec2:${AWS::Region}:${AWS::AccountId}:*/*'",
            r#""arn:aws-cn:ec2:cn-north-1:111122223333:*/*""#,
        ),
        ("!Ref AWS::URLSuffix", r#""amazonaws.com.cn""#),
    ] {
        assert_eq!(evaluated(SECTIONS, expression, given.clone()), (expected.to_owned(), vec![]), "{expression}");
    }
}

/// "Fn::GetAtt".
#[test]
fn get_att() {
    table(&[
        ("!GetAtt R.Arn", r#""<Fn::GetAtt R.Arn>""#, &[]),
        ("!GetAtt [R, Arn]", r#""<Fn::GetAtt R.Arn>""#, &[]),
        ("{'Fn::GetAtt': [R, Outputs.Role]}", r#""<Fn::GetAtt R.Outputs.Role>""#, &[]),
        ("!GetAtt R.Outputs.Role", r#""<Fn::GetAtt R.Outputs.Role>""#, &[]),
        ("!GetAtt [R, !Ref Env]", r#""<Fn::GetAtt R.dev>""#, &[]),
        ("!GetAtt R", r#""<what is wrong>""#, &["`R` names no attribute"]),
        ("!GetAtt S.Arn", r#""<Fn::GetAtt S.Arn>""#, &["the template has no resource `S`"]),
    ]);
}

/// "Fn::Sub".
#[test]
fn sub() {
    table(&[
        ("!Sub plain", r#""plain""#, &[]),
        ("!Sub 'x-${Env}-${Count}'", r#""x-dev-3""#, &[]),
        ("!Sub '${Open}/${R}/${R.Arn}'", r#""<Ref Open>/<Ref R>/<Fn::GetAtt R.Arn>""#, &[]),
        ("!Sub '${!aws:username} ${AWS::Region}'", r#""${aws:username} <AWS::Region>""#, &[]),
        ("!Sub ['${Domain}-${Env}', {Domain: !Join ['.', [a, b]]}]", r#""a.b-dev""#, &[]),
        ("!Sub ['${Env}', {Env: own}]", r#""own""#, &[]),
        ("!Sub '${List}'", r#""a,b,c""#, &[]),
        ("!Sub ['${A}']", r#""<Ref A>""#, &["the template has no parameter or resource `A`"]),
        (
            "!Sub '${aws:username}'",
            r#""<what is wrong>""#,
            &["`${aws:username}` in Fn::Sub names nothing: CloudFormation refuses it"],
        ),
        ("!Sub {a: b}", r#""<what is wrong>""#, &["Fn::Sub takes a text in which ${names} stand"]),
    ]);
}

/// "Fn::Join", "Fn::Split", "Fn::Select", "Fn::Length", "Fn::Base64".
#[test]
fn lists_and_texts() {
    table(&[
        ("!Join [':', [a, b, c]]", r#""a:b:c""#, &[]),
        ("!Join ['', [arn, !Ref AWS::Partition, !Ref AWS::NoValue, 1]]", r#""arn<AWS::Partition>1""#, &[]),
        ("!Join [',', !Ref List]", r#""a,b,c""#, &[]),
        ("!Join [',', !Ref Subnets]", r#""<Fn::Join "," <Ref Subnets>>""#, &[]),
        ("!Join [',', x]", r#""<what is wrong>""#, &["Fn::Join takes a list of texts to join"]),
        ("!Join [',', [[a]]]", r#""<a part of Fn::Join>""#, &["Fn::Join takes texts; this is a list"]),
        ("!Split ['|', 'a|b||c']", r#"["a","b","","c"]"#, &[]),
        ("!Split [',', !ImportValue X]", r#""<Fn::Split , <Fn::ImportValue X>>""#, &[]),
        ("!Select [1, [a, b]]", r#""b""#, &[]),
        ("!Select ['0', !Split [',', 'x,y']]", r#""x""#, &[]),
        ("!Select [0, !Ref Subnets]", r#""<Fn::Select 0 <Ref Subnets>>""#, &[]),
        ("!Select [5, !Split [':', !GetAtt R.Arn]]", r#""<Fn::Select 5 <Fn::Split : <Fn::GetAtt R.Arn>>>""#, &[]),
        ("!Select [2, [a, b]]", r#""<what is wrong>""#, &["Fn::Select asks for element 2 of a list of 2"]),
        ("!Select [x, [a, b]]", r#""<what is wrong>""#, &["`x` is no index"]),
        ("!Length [1, 2]", "2", &[]),
        ("!Length {Ref: List}", "3", &[]),
        ("!Length {Ref: Subnets}", r#""<Fn::Length <Ref Subnets>>""#, &[]),
        ("!Base64 AWS", r#""QVdT""#, &[]),
        ("!Base64 {'Fn::Sub': '${Open}x'}", r#""<Fn::Base64 <Ref Open>x>""#, &[]),
    ]);
}

/// "Fn::FindInMap" and "Fn::FindInMap enhancements" (DefaultValue).
#[test]
fn find_in_map() {
    table(&[
        ("!FindInMap [Regions, us-east-1, Ami]", r#""ami-1""#, &[]),
        ("!FindInMap [Regions, us-east-1, Zones]", r#"["a","b"]"#, &[]),
        ("!FindInMap [Regions, !Ref AWS::Region, Ami]", r#""<Fn::FindInMap Regions <AWS::Region> Ami>""#, &[]),
        ("!FindInMap [Regions, nowhere, Ami, {DefaultValue: !Ref Env}]", r#""dev""#, &[]),
        (
            "!FindInMap [Regions, nowhere, Ami]",
            r#""<what is wrong>""#,
            &["Mappings has no `nowhere` for Regions.nowhere"],
        ),
        ("!FindInMap [Regions]", r#""<what is wrong>""#, &["Fn::FindInMap takes a list: [map, first key, second key]"]),
    ]);
    let region = |region: &str| Settings { region: Some(region.into()), ..Settings::default() };
    let (value, problems) = evaluated(SECTIONS, "!FindInMap [Regions, !Ref AWS::Region, N]", region("us-east-1"));
    assert_eq!((value, problems.len()), (r#""5""#.to_owned(), 0));
}

/// "Fn::If" where the condition is not decided, "Fn::Equals" and its kin outside of Conditions.
#[test]
fn undecided_conditions() {
    table(&[
        ("!If [Undecided, a, a]", r#""a""#, &[]),
        ("!If [Undecided, a, b]", r#""<Fn::If Undecided>""#, &[]),
        ("!If [Undecided, !Ref AWS::NoValue, {Ref: AWS::NoValue}]", "nothing", &[]),
        ("!If [Undecidet, a, b]", r#""<Fn::If Undecidet>""#, &["the template has no condition `Undecidet`"]),
        ("!If [a, b]", r#""<what is wrong>""#, &["Fn::If takes a list: [condition, value if true, value if false]"]),
        ("!Equals [a, a]", "true", &[]),
        ("!Not [!Equals [a, 'b']]", "true", &[]),
        ("!And [!Equals [!Ref Open, b], !Equals [a, b]]", "false", &[]),
    ]);
}

/// "Fn::ImportValue", "Fn::GetAZs", "Fn::Cidr", "Fn::Transform", "Fn::ToJsonString".
#[test]
fn what_only_aws_knows() {
    table(&[
        ("!ImportValue net-vpc", r#""<Fn::ImportValue net-vpc>""#, &[]),
        ("{'Fn::ImportValue': !Sub '${Env}-vpc'}", r#""<Fn::ImportValue dev-vpc>""#, &[]),
        ("!GetAZs ''", r#""<Fn::GetAZs >""#, &[]),
        ("!Select [0, !GetAZs {Ref: 'AWS::Region'}]", r#""<Fn::Select 0 <Fn::GetAZs <AWS::Region>>>""#, &[]),
        ("!Cidr [10.0.0.0/16, 2, 8]", r#"["<Fn::Cidr 10.0.0.0/16 2 8 0>","<Fn::Cidr 10.0.0.0/16 2 8 1>"]"#, &[]),
        ("!Transform {Name: 'AWS::Include', Parameters: {Location: x}}", r#""<Fn::Transform AWS::Include>""#, &[]),
        (
            "{A: 1, 'Fn::Transform': {Name: 'AWS::Include'}}",
            r#"{"A":"1","Fn::Transform":"<Fn::Transform AWS::Include>"}"#,
            &[],
        ),
        (
            "{'Fn::ToJsonString': {a: [1, !Ref Env], b: !Ref Open}}",
            r#""{\"a\":[\"1\",\"dev\"],\"b\":\"<Ref Open>\"}""#,
            &[],
        ),
        ("!Foo x", r#""<what is wrong>""#, &["`Fn::Foo` is no function of CloudFormation"]),
        (
            "{Ref: Env, b: 1}",
            r#"{"Ref":"Env","b":"1"}"#,
            &["`Ref` stands beside other members; a function is the only member of its map"],
        ),
        ("{a: 1, a: 2}", r#"{"a":"2"}"#, &["`a` stands twice in this map; only the last one counts"]),
    ]);
}

/// "Fn::ForEach": examples "Replicate an Amazon SNS resource" and "Replicate multiple properties".
#[test]
fn for_each() {
    table(&[
        (
            "{'Fn::ForEach::L': [K, [x, y], {'key${K}': {v: !Ref K, w: 'a-${K}', '&{K}': 1}}]}",
            r#"{"keyx":{"v":"x","w":"a-x","x":"1"},"keyy":{"v":"y","w":"a-y","y":"1"}}"#,
            &[],
        ),
        (
            "{'Fn::ForEach::L': [K, !Ref List, {'${K}': !Sub '${K}-${Env}'}]}",
            r#"{"a":"a-dev","b":"b-dev","c":"c-dev"}"#,
            &[],
        ),
        (
            "{'Fn::ForEach::A': [K, [1, 2], {'Fn::ForEach::B': [L, [x], {'${K}${L}': !Ref K}]}]}",
            r#"{"1x":"1","2x":"2"}"#,
            &[],
        ),
        ("{'Fn::ForEach::L': [K, [10.0.0.0/8], {'k&{K}': '${K}'}]}", r#"{"k100008":"10.0.0.0/8"}"#, &[]),
        (
            "{'Fn::ForEach::L': [K, !Ref Subnets, {'${K}': 1}], o: 2}",
            r#"{"Fn::ForEach::L":"<Fn::ForEach::L>","o":"2"}"#,
            &["what this loop goes through is not known"],
        ),
        ("{'Fn::ForEach::L': [K]}", r#"{"Fn::ForEach::L":"<Fn::ForEach::L>"}"#, &["a loop has three parts"]),
    ]);
}

#[test]
fn characters_of_unknown_pieces_in_a_file_are_none() {
    let (value, _) = evaluated(SECTIONS, "!Sub \"arn:\u{f0001}:${AWS::AccountId}\"", Settings::default());
    assert_eq!(value, "\"arn:\u{fffd}:<AWS::AccountId>\"");
    let (value, _) = evaluated(SECTIONS, r#"["\U000F0001", {"k\U000F0002": !Ref Env}]"#, Settings::default());
    assert_eq!(value, "[\"\u{fffd}\",{\"k\u{fffd}\":\"dev\"}]");
    let given = Settings { parameters: vec![("Open".into(), "\u{f0001}".into())], ..Settings::default() };
    assert_eq!(evaluated(SECTIONS, "!Ref Open", given).0, "\"\u{fffd}\"");
}
