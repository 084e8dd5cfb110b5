//! Makes up CloudFormation templates: functions in a VPC, with roles, tables and what else such a stack has.
//!
//! In goes a seed and a size; out comes the template, to be written as JSON or as YAML: the same bytes for the same
//! arguments, on every machine, and in both languages the same template. The large one is as large as CloudFormation
//! takes: 1 MB of JSON as the CDK writes it, 500 resources.
//!
//! Source: CloudFormation User Guide, "CloudFormation quotas".

use super::dice::Dice;
use super::node::{Layout, Node, node};
use super::policy::{allow, document, trusts};
use super::words::{PARTS, TEAMS};

/// How much there is of a template.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Size {
    /// 5 functions, 33 resources.
    Typical,
    /// 164 functions, 500 resources.
    Large,
}

/// A template as the text of a language.
pub(crate) fn template_json(seed: u64, size: Size) -> String {
    let mut out = String::new();
    template(seed, size).write(&mut out, Layout::Narrow, 0);
    out.push('\n');
    out
}

/// The same template in YAML.
pub(crate) fn template_yaml(seed: u64, size: Size) -> String {
    super::yaml::written(&template(seed, size))
}

fn template(seed: u64, size: Size) -> Node {
    let mut stack = Stack { dice: Dice(seed), size };
    let functions = if size == Size::Large { 164 } else { 5 };
    let mut resources = network();
    for number in 0..functions {
        resources.extend(stack.function(number));
    }
    node! {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": "Made up to be measured",
        "Parameters": node! {
            "Stage": node! {"Type": "String", "Default": "dev", "AllowedValues": vec!["dev", "prod"]},
            "LogLevel": node! {"Type": "String", "Default": "info"},
            "NatGateway": node! {"Type": "String"},
        },
        "Conditions": node! {"IsProd": call("Fn::Equals", vec![reference("Stage"), "prod".into()])},
        "Resources": Node::Map(resources),
        "Outputs": node! {"VpcId": node! {"Value": reference("Vpc")}},
    }
}

/// A VPC with two subnets that have a way out, and a security group.
fn network() -> Vec<(String, Node)> {
    let subnet = |number: usize| {
        node! {
            "VpcId": reference("Vpc"),
            "CidrBlock": format!("10.0.{number}.0/24"),
            "AvailabilityZone": call("Fn::Select", vec![number.into(), call("Fn::GetAZs", "")]),
        }
    };
    let route = node! {
        "RouteTableId": reference("RouteTable"),
        "DestinationCidrBlock": "0.0.0.0/0",
        "NatGatewayId": reference("NatGateway"),
    };
    let group = node! {"VpcId": reference("Vpc"), "GroupDescription": "What the functions may reach"};
    let routed = |subnet: &str| node! {"SubnetId": reference(subnet), "RouteTableId": reference("RouteTable")};
    vec![
        resource("Vpc", "AWS::EC2::VPC", node! {"CidrBlock": "10.0.0.0/16"}),
        resource("SubnetA", "AWS::EC2::Subnet", subnet(0)),
        resource("SubnetB", "AWS::EC2::Subnet", subnet(1)),
        resource("RouteTable", "AWS::EC2::RouteTable", node! {"VpcId": reference("Vpc")}),
        resource("WayOut", "AWS::EC2::Route", route),
        resource("SubnetARoutes", "AWS::EC2::SubnetRouteTableAssociation", routed("SubnetA")),
        resource("SubnetBRoutes", "AWS::EC2::SubnetRouteTableAssociation", routed("SubnetB")),
        resource("Group", "AWS::EC2::SecurityGroup", group),
    ]
}

struct Stack {
    dice: Dice,
    size: Size,
}

impl Stack {
    /// A function with what belongs to it: its role and its table, and in a small stack its log group and an alarm.
    fn function(&mut self, number: usize) -> Vec<(String, Node)> {
        let (team, part) = (self.dice.pick(TEAMS), self.dice.pick(PARTS));
        let id = format!("{}{}{number}", capital(team), capital(part));
        let name = format!("{team}-{part}");
        let mut made = vec![
            resource(&format!("{id}Role"), "AWS::IAM::Role", self.role(&id, &name)),
            resource(&id, "AWS::Lambda::Function", self.properties(&id, &name)),
            resource(&format!("{id}Table"), "AWS::DynamoDB::Table", self.table()),
        ];
        if self.size == Size::Typical {
            let log_group = substituted(format!("/aws/lambda/${{{id}}}"));
            made.push(resource(
                &format!("{id}Logs"),
                "AWS::Logs::LogGroup",
                node! {"LogGroupName": log_group, "RetentionInDays": 30},
            ));
            let alarm = node! {
                "Namespace": "AWS/Lambda",
                "MetricName": "Errors",
                "Dimensions": vec![node! {"Name": "FunctionName", "Value": reference(&id)}],
                "Period": 300,
                "Threshold": 1,
            };
            made.push(resource(&format!("{id}Errors"), "AWS::CloudWatch::Alarm", alarm));
        }
        made
    }

    fn role(&mut self, id: &str, name: &str) -> Node {
        let table = attribute(&format!("{id}Table"), "Arn");
        let index = call("Fn::Join", vec![Node::from(""), vec![table.clone(), "/index/*".into()].into()]);
        let mut statements = vec![
            allow("dynamodb:GetItem dynamodb:PutItem dynamodb:Query dynamodb:UpdateItem", vec![table, index]),
            allow("s3:GetObject", substituted(format!("arn:${{AWS::Partition}}:s3:::{name}-${{Stage}}/*"))),
            allow(
                "secretsmanager:GetSecretValue",
                substituted(format!(
                    "arn:${{AWS::Partition}}:secretsmanager:${{AWS::Region}}:${{AWS::AccountId}}:secret:{name}-*"
                )),
            ),
        ];
        // One role in three says by itself what AWS's policy says, and one of those forgets something.
        let managed =
            |name: &str| vec![substituted(format!("arn:${{AWS::Partition}}:iam::aws:policy/service-role/{name}"))];
        let managed = match self.dice.below(6) {
            0 => {
                let actions = "ec2:CreateNetworkInterface ec2:DescribeNetworkInterfaces ec2:DeleteNetworkInterface";
                statements.push(allow(actions, "*"));
                managed("AWSLambdaBasicExecutionRole")
            }
            1 => {
                statements.push(allow("ec2:CreateNetworkInterface ec2:DescribeNetworkInterfaces", "*"));
                managed("AWSLambdaBasicExecutionRole")
            }
            _ => managed("AWSLambdaVPCAccessExecutionRole"),
        };
        node! {
            "AssumeRolePolicyDocument": document(vec![trusts("lambda.amazonaws.com")]),
            "ManagedPolicyArns": managed,
            "Policies": vec![node! {"PolicyName": format!("{name}-policy"), "PolicyDocument": document(statements)}],
        }
    }

    fn properties(&mut self, id: &str, name: &str) -> Node {
        let group = vec![attribute("Group", "GroupId")];
        let of = |subnets: &[&str]| {
            let subnets: Vec<Node> = subnets.iter().map(|id| reference(id)).collect();
            node! {"SubnetIds": subnets, "SecurityGroupIds": group.clone()}
        };
        let mut variables = node! {
            "TABLE": reference(&format!("{id}Table")),
            "STAGE": reference("Stage"),
            "LOG_LEVEL": reference("LogLevel"),
        };
        for number in 0..if self.size == Size::Large { 12 } else { 1 } {
            let key = format!("{}_{}_{number}", self.dice.pick(TEAMS), self.dice.pick(PARTS)).to_uppercase();
            let value = format!("https://{}.{}.example.com/{}", self.dice.pick(PARTS), name, self.dice.hex(32));
            variables = variables.with(&key, value);
        }
        node! {
            "FunctionName": substituted(format!("{name}-${{Stage}}")),
            "Handler": "index.handler",
            "Runtime": "nodejs22.x",
            "MemorySize": 512,
            "Timeout": 30,
            "Role": attribute(&format!("{id}Role"), "Arn"),
            "Code": node! {
                "S3Bucket": substituted("cdk-assets-${AWS::AccountId}-${AWS::Region}"),
                "S3Key": format!("{}.zip", self.dice.hex(64)),
            },
            "Environment": node! {"Variables": variables},
            "VpcConfig": call("Fn::If", vec!["IsProd".into(), of(&["SubnetA", "SubnetB"]), of(&["SubnetA"])]),
            "Tags": self.tags(),
        }
    }

    fn table(&mut self) -> Node {
        let key = |name: &str, kind: &str| node! {"AttributeName": name, "KeyType": kind};
        let defined = |name: &str| node! {"AttributeName": name, "AttributeType": "S"};
        node! {
            "BillingMode": "PAY_PER_REQUEST",
            "AttributeDefinitions": vec![defined("pk"), defined("sk")],
            "KeySchema": vec![key("pk", "HASH"), key("sk", "RANGE")],
            "PointInTimeRecoverySpecification": node! {"PointInTimeRecoveryEnabled": true},
            "Tags": self.tags(),
        }
    }

    fn tags(&mut self) -> Vec<Node> {
        let mut tags = vec![
            node! {"Key": "team", "Value": self.dice.pick(TEAMS)},
            node! {"Key": "stage", "Value": reference("Stage")},
        ];
        for number in 0..if self.size == Size::Large { 4 } else { 0 } {
            tags.push(node! {"Key": format!("cost-centre-{number}"), "Value": self.dice.hex(24)});
        }
        tags
    }
}

fn resource(id: &str, kind: &str, properties: Node) -> (String, Node) {
    let metadata = node! {"aws:cdk:path": format!("Stack/{id}/Resource")};
    (id.to_owned(), node! {"Type": kind, "Properties": properties, "Metadata": metadata})
}

fn call(function: &str, argument: impl Into<Node>) -> Node {
    Node::Map(vec![(function.to_owned(), argument.into())])
}

fn reference(id: &str) -> Node {
    call("Ref", id)
}

fn attribute(id: &str, name: &str) -> Node {
    call("Fn::GetAtt", vec![id, name])
}

fn substituted(text: impl Into<Node>) -> Node {
    call("Fn::Sub", text)
}

fn capital(word: &str) -> String {
    let mut chars = word.chars();
    chars.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(chars).collect()
}
