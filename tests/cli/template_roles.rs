//! Roles of templates: how they are named, whom they trust, and in which partition they are.

use super::*;

const LAMBDA: &str = "{Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: sts:AssumeRole}";

fn template(trust: &str, more: &str, role: &str) -> Vec<u8> {
    format!(
        "Resources:\n  R:\n    Type: AWS::IAM::Role\n    Properties:\n      AssumeRolePolicyDocument: {{Version: '2012-10-17', Statement: [{trust}]}}\n{more}  F:\n    Type: AWS::Lambda::Function\n    Properties:\n      Role: {role}\n      VpcConfig: {{SubnetIds: [subnet-0a1b2c3d], SecurityGroupIds: [sg-0a1b2c3d]}}\n"
    )
    .into_bytes()
}

const VPC_ACCESS: &str = "      ManagedPolicyArns: [!Sub 'arn:${AWS::Partition}:iam::aws:policy/service-role/AWSLambdaVPCAccessExecutionRole']\n";

fn loud(report: &Report) -> Vec<(&str, &str, Option<u64>)> {
    let findings = report.list("findings").iter().filter(|finding| finding["severity"] != "note");
    let line = |finding: &Value| finding["location"]["start"]["line"].as_u64();
    findings.map(|finding| (text(&finding["rule"]), text(&finding["severity"]), line(finding))).collect()
}

/// Source: Lambda Developer Guide, "Lambda execution role"; github.com/aws/aws-parallelcluster/pull/6926 for aws:SourceArn.
#[test]
fn whom_a_role_trusts() {
    let with = |condition: &str| LAMBDA.replace("Action", &format!("Condition: {{{condition}}}, Action"));
    for (trust, expected) in [
        (LAMBDA.to_owned(), &[][..]),
        (LAMBDA.replace("lambda.", "edgelambda."), &[("untrusted-role", "error", Some(5))]),
        (LAMBDA.replace("lambda.amazonaws.com", "[edgelambda.amazonaws.com, lambda.amazonaws.com]"), &[]),
        (LAMBDA.replace("lambda.amazonaws.com", "!Sub 'lambda.${AWS::URLSuffix}'"), &[]),
        (
            LAMBDA.replace("Service: lambda.amazonaws.com", "AWS: !Ref AWS::AccountId"),
            &[("untrusted-role", "error", Some(5))],
        ),
        (LAMBDA.replace("sts:AssumeRole", "sts:TagSession"), &[("untrusted-role", "error", Some(5))]),
        (format!("{}, {LAMBDA}", LAMBDA.replace("lambda.", "edgelambda.")), &[]),
        (
            with(
                "ArnLike: {aws:SourceArn: !Sub 'arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:*'}",
            ),
            &[("trust-source-arn", "warning", Some(5))],
        ),
        (with("StringEquals: {aws:SourceAccount: !Ref AWS::AccountId}"), &[]),
        (with("StringEquals: {sts:ExternalId: x}"), &[("untrusted-role", "error", Some(5))]),
    ] {
        let folder = Folder::of([("t.yaml", template(&trust, VPC_ACCESS, "!GetAtt R.Arn"))]);
        assert_eq!(loud(&folder.report(&["t.yaml"])), expected, "{trust}");
    }
}

/// Source: CloudFormation Template Reference, "AWS::IAM::Role", "Return values".
#[test]
fn a_role_is_named_by_its_arn() {
    let by_name = [("role-ref-is-name", "error", Some(8))];
    for (role, expected) in [
        ("!GetAtt R.Arn", &[][..]),
        ("{'Fn::GetAtt': [R, Arn]}", &[]),
        ("!Sub '${R.Arn}'", &[]),
        ("!Sub 'arn:${AWS::Partition}:iam::${AWS::AccountId}:role/${R}'", &[]),
        ("!Ref R", &by_name),
        ("{Ref: R}", &by_name),
        ("!Sub '${R}'", &by_name),
        ("!Join ['', [!Ref R]]", &by_name),
    ] {
        let folder = Folder::of([("t.yaml", template(LAMBDA, VPC_ACCESS, role))]);
        let report = folder.report(&["t.yaml"]);
        let found: Vec<(&str, &str, Option<u64>)> = loud(&report)
            .into_iter()
            .map(|(rule, severity, line)| (rule, severity, line.map(|line| line - 2)))
            .collect();
        assert_eq!(found, expected, "{role}");
        // It is the role all the same.
        assert_eq!(report.verdict(Some("R"), CREATE), "granted", "{role}");
    }
}

/// Source: IAM User Guide, "IAM identifiers": the path is part of the ARN; names are unique without it.
#[test]
fn an_arn_has_the_path_of_its_role() {
    let arn = |name: &str| format!("!Sub 'arn:${{AWS::Partition}}:iam::${{AWS::AccountId}}:role{name}'");
    let path = "      Path: /service/\n";
    let named = "      RoleName: orders\n";
    let by_parameter = "      Path: !Sub '/${AWS::StackName}/'\n";
    for (more, name, fits) in [
        (path.to_owned(), "/service/${R}", true),
        (path.to_owned(), "/${R}", false),
        (path.to_owned(), "/services/${R}", false),
        (format!("{path}{named}"), "/orders", false),
        (format!("{path}{named}"), "/service/orders", true),
        (named.to_owned(), "/orders", true),
        (named.to_owned(), "/service/orders", false),
        // Nobody knows.
        (by_parameter.to_owned(), "/${R}", true),
    ] {
        let folder = Folder::of([("t.yaml", template(LAMBDA, &format!("{more}{VPC_ACCESS}"), &arn(name)))]);
        let report = folder.report(&["t.yaml"]);
        let found: Vec<&str> = loud(&report).iter().map(|(rule, ..)| *rule).collect();
        let expected: &[&str] = if fits { &[] } else { &["role-arn-without-path"] };
        assert_eq!(found, expected, "{more} {name}");
        assert_eq!(report.verdict(Some("R"), CREATE), "granted", "{more} {name}");
    }
}

/// Tags that are written are the role's; those of the stack come to them.
///
/// Source: IAM User Guide, "AWS global condition context keys", aws:PrincipalTag; CloudFormation User Guide, "Resource
/// tag".
#[test]
fn a_role_has_the_tags_that_are_written() {
    let deny = |operator: &str, key: &str| {
        format!(
            "      Policies: [{{PolicyName: d, PolicyDocument: {{Version: '2012-10-17', Statement: {{Effect: Deny, Action: 'ec2:*', Resource: '*', Condition: {{{operator}: {{'aws:PrincipalTag/{key}': orders}}}}}}}}}}]\n"
        )
    };
    let tags = "      Tags: [{Key: Team, Value: orders}, {Key: stage, Value: !Ref AWS::StackName}]\n";
    for (operator, key, verdict) in [
        ("StringEquals", "team", "denied"),
        ("StringNotEquals", "Team", "granted"),
        ("StringEquals", "stage", "conditional"),
        ("StringEquals", "owner", "conditional"),
    ] {
        let more = format!("{tags}{VPC_ACCESS}{}", deny(operator, key));
        let folder = Folder::of([("t.yaml", template(LAMBDA, &more, "!GetAtt R.Arn"))]);
        assert_eq!(folder.report(&["t.yaml"]).verdict(Some("R"), CREATE), verdict, "{operator} {key}");
    }
}

/// Source: IAM User Guide, "IAM ARNs"; what IAM answers: github.com/runs-on/runs-on/issues/518.
#[test]
fn arns_are_of_one_partition() {
    const HARD: &str =
        "      ManagedPolicyArns: [arn:aws:iam::aws:policy/service-role/AWSLambdaVPCAccessExecutionRole]\n";
    let inline = |arn: &str| {
        format!(
            "{VPC_ACCESS}      Policies: [{{PolicyName: logs, PolicyDocument: {{Version: '2012-10-17', Statement: {{Effect: Allow, Action: 'logs:*', Resource: {arn}}}}}}}]\n"
        )
    };
    let wrong = |line| vec![("wrong-partition", "error", Some(line))];
    for (policies, flags, expected) in [
        (VPC_ACCESS.to_owned(), &["--region", "cn-north-1"][..], vec![]),
        (HARD.to_owned(), &[], vec![]),
        (HARD.to_owned(), &["--region", "eu-west-1"], vec![]),
        (HARD.to_owned(), &["--region", "cn-north-1"], wrong(6)),
        (HARD.to_owned(), &["--partition", "aws-us-gov"], wrong(6)),
        (inline("'arn:aws:logs:*:*:*'"), &["--region", "cn-north-1"], wrong(7)),
        (inline("['*', 'arn:aws-cn:logs:*:*:*']"), &["--region", "eu-west-1"], wrong(7)),
        (inline("'arn:aws:logs:*:*:*'"), &[], vec![]),
        // Who deploys it where is not said.
        (inline("'arn:aws-cn:logs:*:*:*'"), &[], vec![]),
        (inline("!Sub 'arn:${AWS::Partition}:logs:*:*:*'"), &["--region", "cn-north-1"], vec![]),
        (inline("'arn:*:logs:*:*:*'"), &["--region", "cn-north-1"], vec![]),
    ] {
        let folder = Folder::of([("t.yaml", template(LAMBDA, &policies, "!GetAtt R.Arn"))]);
        let report = folder.report(&[&["t.yaml"], flags].concat());
        assert_eq!(loud(&report), expected, "{policies} {flags:?}");
        // A policy of another partition is not attached.
        let granted = if expected == wrong(6) { "missing" } else { "granted" };
        assert_eq!(report.verdict(Some("R"), CREATE), granted, "{policies} {flags:?}");
    }
}

/// A bare policy has the partition that the caller says.
#[test]
fn a_bare_policy_is_of_one_partition() {
    let eni = policy(&[
        json!({"Effect": "Allow", "Action": ["ec2:*"], "Resource": "*"}),
        json!({"Effect": "Deny", "Action": ["s3:*"], "NotResource": ["arn:aws:s3:::orders"]}),
    ]);
    let folder = Folder::of([("policy.json", eni.to_string().into_bytes())]);
    for (flags, expected) in [
        (&["--as", "execution-role"][..], &[][..]),
        (&["--as", "execution-role", "--region", "cn-north-1"], &["wrong-partition"]),
        (&["--as", "execution-role", "--region", "eu-west-1"], &[]),
    ] {
        let report = folder.report(&[&["policy.json"], flags].concat());
        let found: Vec<&str> = loud(&report).iter().map(|(rule, ..)| *rule).collect();
        assert_eq!(found, expected, "{flags:?}");
    }
}

#[test]
fn what_is_shown_of_a_partition() {
    let policies = "      ManagedPolicyArns: [arn:aws:iam::aws:policy/service-role/AWSLambdaVPCAccessExecutionRole]\n      Policies: [{PolicyName: logs, PolicyDocument: {Version: '2012-10-17', Statement: {Effect: Allow, Action: 'logs:*', Resource: 'arn:aws:logs:*:*:*'}}}]\n";
    let folder = Folder::of([("t.yaml", template(LAMBDA, policies, "!GetAtt R.Arn"))]);
    let run = folder.run(&["check", "--color", "never", "--region", "cn-north-1", "t.yaml"]);
    insta::assert_snapshot!(run.out);
}

/// Source: CloudFormation Template Reference, "AWS::IAM::Policy", Roles: names, not ARNs.
#[test]
fn policies_are_attached_by_names() {
    for (named, verdict, problems) in [
        ("[!Ref R]", "granted", 0),
        ("!Ref R", "granted", 0),
        ("[!Sub '${R}']", "granted", 0),
        ("[!GetAtt R.Arn]", "missing", 1),
        ("[!GetAtt R.RoleId, !Ref Other]", "missing", 1),
        ("[!GetAtt R.Arn, !Ref R]", "granted", 0),
    ] {
        let more = format!(
            "  P:\n    Type: AWS::IAM::Policy\n    Properties:\n      PolicyName: p\n      Roles: {named}\n      PolicyDocument: {{Version: '2012-10-17', Statement: {{Effect: Allow, Action: 'ec2:*', Resource: '*'}}}}\n  Other: {{Type: AWS::IAM::Role}}\n"
        );
        let folder = Folder::of([("t.yaml", template(LAMBDA, &more, "!GetAtt R.Arn"))]);
        let report = folder.report(&["t.yaml"]);
        assert_eq!((report.verdict(Some("R"), CREATE), report.problems().len()), (verdict, problems), "{named}");
    }
}

/// Nobody can deploy a function with the empty role: who gives such a default means another value to be given.
#[test]
fn a_parameter_with_an_empty_default_is_a_role_nobody_sees() {
    for role in ["!Ref Given", "!Sub '${Given}'", "!If [Makes, !Ref R, !Ref Given]"] {
        let text = String::from_utf8(template(LAMBDA, VPC_ACCESS, role)).expect("UTF-8");
        let head = "Parameters: {Given: {Type: String, Default: ''}, Make: {Type: String, AllowedValues: ['yes', 'no']}}\nConditions: {Makes: !Equals [!Ref Make, 'yes']}\n";
        for transform in ["", "Transform: AWS::Serverless-2016-10-31\n"] {
            let text = format!("{transform}{head}{text}");
            let text = if transform.is_empty() { text } else { text.replace("AWS::Lambda::F", "AWS::Serverless::F") };
            let folder = Folder::of([("t.yaml", text.into_bytes())]);
            assert_eq!(folder.report(&["t.yaml"]).verdict(Some("Given"), CREATE), "unresolved", "{transform}{role}");
        }
    }
}

/// design: a principal that may update functions is a deployer if it is granted some of the three Describes by name. AWS's
/// managed policy for functions in a VPC names ec2:DescribeSubnets, which is for Lambda's own calls.
#[test]
fn an_execution_role_that_may_update_functions_is_no_deployer() {
    let deploys = |actions: &str| {
        format!(
            "      Policies: [{{PolicyName: d, PolicyDocument: {{Version: '2012-10-17', Statement: {{Effect: Allow, Action: [lambda:UpdateFunctionConfiguration{actions}], Resource: '*'}}}}}}]\n"
        )
    };
    let six = format!(", '{}'", [REQUIRED, RECOMMENDED].concat().join("', '"));
    for (more, expected) in [
        (format!("{VPC_ACCESS}{}", deploys("")), vec![]),
        (deploys(&six), vec![]),
        (format!("{VPC_ACCESS}{}", deploys(", ec2:DescribeVpcs")), vec!["missing-permission"]),
        (
            format!("{VPC_ACCESS}{}", deploys(", ec2:DescribeVpcs, ec2:DescribeSubnets, ec2:DescribeSecurityGroups")),
            vec![],
        ),
    ] {
        let folder = Folder::of([("t.yaml", template(LAMBDA, &more, "!GetAtt R.Arn"))]);
        let report = folder.report(&["t.yaml"]);
        let rules: Vec<&str> = loud(&report).into_iter().map(|(rule, ..)| rule).collect();
        assert_eq!(rules, expected, "{more}");
    }
}

/// "The verdict is the worst over the combinations", whether a condition or a map makes them. A value for which the map has
/// nothing is none: CloudFormation refuses it. Source: CloudFormation Template Reference, "Fn::FindInMap".
#[test]
fn a_map_chooses_rights_for_every_value_of_its_key() {
    let other = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole";
    let own = "arn:aws:iam::aws:policy/service-role/AWSLambdaVPCAccessExecutionRole";
    for (parameter, dev, prod, more, expected, when) in [
        ("Default: dev", own, other, "", "missing", json!({"Stage": "prod"})),
        ("Default: dev, AllowedValues: [dev, prod]", own, other, "", "missing", json!({"Stage": "prod"})),
        ("Default: dev, AllowedValues: [dev]", own, other, "", "granted", Value::Null),
        ("AllowedValues: [dev, prod]", own, own, "", "granted", Value::Null),
        ("MinLength: 1", other, other, "", "missing", Value::Null),
        ("MinLength: 1", own, own, ", {DefaultValue: ''}", "unresolved", json!({"Stage": "not dev or prod"})),
    ] {
        let head = format!(
            "Transform: AWS::LanguageExtensions\nParameters: {{Stage: {{Type: String, {parameter}}}}}\nMappings: {{Env: {{dev: {{Policy: '{dev}'}}, prod: {{Policy: '{prod}'}}}}}}\n"
        );
        let attached = format!("      ManagedPolicyArns: [!FindInMap [Env, !Ref Stage, Policy{more}]]\n");
        let template = template(LAMBDA, &attached, "!GetAtt R.Arn");
        let folder = Folder::of([("t.yaml", [head.as_bytes(), &template].concat())]);
        let report = folder.report(&["t.yaml"]);
        let requirement = report.requirement(Some("R"), CREATE);
        assert_eq!(
            (text(&requirement["verdict"]), &requirement["when"]),
            (expected, &when),
            "{parameter} {dev} {prod}"
        );
    }
}

/// A combination of parameters that a rule of the template refuses never reaches a function.
///
/// Source: CloudFormation User Guide, "CloudFormation template Rules syntax".
#[test]
fn what_a_rule_refuses_is_no_gap() {
    let template = |assertion: &str| {
        format!(
            "Parameters:\n  Mode: {{Type: String, AllowedValues: [public, private], Default: public}}\n  Grant: {{Type: String, AllowedValues: ['yes', 'no'], Default: 'no'}}\nRules:\n  PrivateNeedsGrant:\n    RuleCondition: !Equals [!Ref Mode, private]\n    Assertions: [{{Assert: {assertion}}}]\nConditions:\n  Private: !Equals [!Ref Mode, private]\n  Granted: !Equals [!Ref Grant, 'yes']\nResources:\n  R:\n    Type: AWS::IAM::Role\n    Properties:\n      AssumeRolePolicyDocument: {{Version: '2012-10-17', Statement: [{LAMBDA}]}}\n      ManagedPolicyArns: [!If [Granted, 'arn:aws:iam::aws:policy/service-role/AWSLambdaVPCAccessExecutionRole', !Ref AWS::NoValue]]\n  F:\n    Type: AWS::Lambda::Function\n    Properties:\n      Role: !GetAtt R.Arn\n      VpcConfig: !If [Private, {{SubnetIds: [subnet-0a1b2c3d], SecurityGroupIds: [sg-0a1b2c3d]}}, !Ref AWS::NoValue]\n"
        )
        .into_bytes()
    };
    for (assertion, expected) in [
        ("!Equals [!Ref Grant, 'yes']", &[][..]),
        ("!Equals [!Ref Grant, 'no']", &[("missing-permission", "error", Some(12))]),
    ] {
        let folder = Folder::of([("t.yaml", template(assertion))]);
        assert_eq!(loud(&folder.report(&["t.yaml"])), expected, "{assertion}");
    }
}

const VPC_FUNCTION: &str = "  F:\n    Type: AWS::Lambda::Function\n    Properties:\n      Role: !GetAtt R.Arn\n      VpcConfig: {SubnetIds: [subnet-0a1b2c3d], SecurityGroupIds: [sg-0a1b2c3d]}\n";

/// The verdict on ec2:CreateNetworkInterface of the role `R`, of a template with these sections and this role.
fn verdict_of(sections: &str, role: &str, resources: &str) -> String {
    let template = format!(
        "{sections}Resources:\n  R:\n    Type: AWS::IAM::Role\n    Properties:\n      AssumeRolePolicyDocument: {{Version: '2012-10-17', Statement: [{LAMBDA}]}}\n{role}{resources}{VPC_FUNCTION}"
    );
    let folder = Folder::of([("t.yaml", template.into_bytes())]);
    let report = folder.report(&["t.yaml"]);
    let role = report.list("principals").iter().find(|principal| principal["name"] == "R").expect("R is judged");
    let requirements = role["requirements"].as_array().expect("a list").iter();
    let create = requirements.clone().find(|requirement| requirement["action"] == "ec2:CreateNetworkInterface");
    text(&create.expect("asked")["verdict"]).to_owned()
}

/// Source: CloudFormation Template Reference, "Ref": "When the AWS::LanguageExtensions transform is used, you can use
/// intrinsic functions as a parameter to Ref".
#[test]
fn a_function_makes_the_name_in_ref() {
    let sections = "Transform: AWS::LanguageExtensions\nParameters:\n  Name: {Type: String, Default: R}\nMappings:\n  M: {a: {role: R}}\n";
    for (role, expected) in [
        ("{Ref: {'Fn::Sub': '${Name}'}}", "denied"),
        ("{Ref: {'Fn::FindInMap': [M, a, role]}}", "denied"),
        ("{Ref: {'Fn::Sub': '${Name}Other'}}", "granted"),
        ("!Ref R", "denied"),
    ] {
        let policy = format!(
            "  P:\n    Type: AWS::IAM::Policy\n    Properties: {{PolicyName: p, Roles: [{role}], PolicyDocument: {{Version: '2012-10-17', Statement: [{{Effect: Deny, Action: 'ec2:*', Resource: '*'}}]}}}}\n"
        );
        assert_eq!(verdict_of(sections, VPC_ACCESS, &policy), expected, "{role}");
    }
}

/// Source: CloudFormation Template Reference, "AWS::Include transform": its place is taken by what the file holds.
#[test]
fn what_an_include_brings_is_not_seen() {
    let include = "Fn::Transform: {Name: AWS::Include, Parameters: {Location: 's3://bucket/more.yaml'}}\n";
    assert_eq!(verdict_of("", &format!("{VPC_ACCESS}      {include}"), ""), "unresolved");
    assert_eq!(verdict_of("", &format!("      {include}"), ""), "unresolved");
    assert_eq!(verdict_of("", &format!("    {include}"), ""), "unresolved");
    assert_eq!(
        verdict_of(
            "",
            VPC_ACCESS,
            &format!("  Elsewhere:\n    Type: AWS::SNS::Topic\n    Properties:\n      {include}")
        ),
        "granted"
    );
}

/// A policy in a list that is a parameter counts as one that is written out; a parameter for actions may name any.
#[test]
fn parameters_stand_for_policies_and_actions() {
    let sections = "Parameters:\n  Arns: {Type: CommaDelimitedList, Default: 'arn:aws:iam::111122223333:policy/own'}\n  Actions: {Type: CommaDelimitedList}\n  Service: {Type: String}\n";
    let access = "'arn:aws:iam::aws:policy/service-role/AWSLambdaVPCAccessExecutionRole'";
    let allowing = |action: &str| {
        format!(
            "      Policies: [{{PolicyName: p, PolicyDocument: {{Version: '2012-10-17', Statement: [{{Effect: Allow, Action: {action}, Resource: '*'}}]}}}}]\n"
        )
    };
    for (role, expected) in [
        (format!("      ManagedPolicyArns: [{access}, !Ref Arns]\n"), "unresolved"),
        (format!("      ManagedPolicyArns: [{access}, [{access}]]\n"), "granted"),
        (allowing("!Ref Actions"), "conditional"),
        (allowing("[!Sub '${Service}:*', 's3:GetObject']"), "conditional"),
        (allowing("!Sub '${Service}:Get*'"), "missing"),
        (allowing("!Sub 's3:${Service}'"), "missing"),
    ] {
        assert_eq!(verdict_of(sections, &role, ""), expected, "{role}");
    }
}

/// Source: Lambda Developer Guide, "Using Lambda with Amazon MSK": topics are Kafka's, and the event source's ARN is
/// that of a cluster of MSK.
#[test]
fn topics_of_an_event_source_are_those_of_kafka() {
    let mapping = |more: &str| {
        format!(
            "  Mapping:\n    Type: AWS::Lambda::EventSourceMapping\n    Properties: {{FunctionName: !Ref G, EventSourceArn: !Ref Source{more}}}\n  G:\n    Type: AWS::Lambda::Function\n    Properties: {{Role: !GetAtt R.Arn}}\n"
        )
    };
    for (more, expected) in [(", Topics: [orders]", true), ("", false)] {
        let text = format!(
            "Parameters:\n  Source: {{Type: String}}\nResources:\n  R:\n    Type: AWS::IAM::Role\n    Properties:\n      AssumeRolePolicyDocument: {{Version: '2012-10-17', Statement: [{LAMBDA}]}}\n{}",
            mapping(more)
        );
        let folder = Folder::of([("t.yaml", text.into_bytes())]);
        let found = loud(&folder.report(&["t.yaml"])).contains(&("missing-permission", "error", Some(4)));
        assert_eq!(found, expected, "{more}");
    }
}
