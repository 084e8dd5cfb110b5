//! Networks under conditions.

use super::*;
use crate::template::ResourceId;

/// What `F` is in each world that its own and its network's conditions make, as `when: subnets | groups | way out of
/// `Subnet``.
fn worlds(text: &str) -> Vec<String> {
    let doc = Doc::parse_yaml(text).unwrap_or_else(|error| panic!("{error} in {text}"));
    let template = Template::read(&doc, Settings::default());
    let source = Sources::new().add(Source::from_text("template.yaml", ""));
    let reader = NetworkReader::new(&template, &doc, Places { source, root: 0, wrapping: Wrapping::Yaml });
    let function = template.find("F").expect("a function F");
    let mut asked: Vec<ResourceId> = vec![function];
    asked.extend(reader.related(function));
    let worlds = template.worlds(&asked).worlds;
    let shown = worlds.iter().map(|world| {
        let when: Vec<String> = world.when.iter().map(|when| format!("{} {}", when.name, when.value)).collect();
        let seen = match read_in(&template, &doc, world) {
            None => "no VPC".to_owned(),
            Some(read) => {
                let has_subnet = read.network.subnets.iter().any(|subnet| subnet.name == "Subnet");
                let way = if has_subnet { read.way_out("Subnet") } else { "-" };
                format!("{} | {} | {way}", read.subnets(), read.groups())
            }
        };
        format!("{}: {seen}", when.join(", "))
    });
    shown.collect()
}

#[test]
fn lists_under_conditions_are_decided() {
    let text = "
Parameters:
  Subnets: {Type: CommaDelimitedList, Default: ''}
  UseVpc: {Type: String, AllowedValues: ['true', 'false']}
Conditions:
  InVpc: !Equals [!Ref UseVpc, 'true']
Resources:
  F:
    Type: AWS::Lambda::Function
    Properties:
      VpcConfig: !If [InVpc, {SubnetIds: !Ref Subnets, SecurityGroupIds: [!If [InVpc, sg-1, sg-2]]}, !Ref AWS::NoValue]
";
    assert_eq!(worlds(text), ["UseVpc true: … | sg-1 | -", "UseVpc false: no VPC"]);
}

#[test]
fn a_nat_gateway_under_a_condition() {
    // One table, whose default route goes to a NAT gateway or to the internet gateway.
    let text = "
Parameters:
  Nat: {Type: String, AllowedValues: ['yes', 'no']}
Conditions:
  WithNat: !Equals [!Ref Nat, 'yes']
  Without: !Not [!Condition WithNat]
Resources:
  Vpc: {Type: 'AWS::EC2::VPC'}
  Subnet: {Type: 'AWS::EC2::Subnet', Properties: {VpcId: !Ref Vpc}}
  Table: {Type: 'AWS::EC2::RouteTable', Properties: {VpcId: !Ref Vpc}}
  Joined: {Type: 'AWS::EC2::SubnetRouteTableAssociation', Properties: {SubnetId: !Ref Subnet, RouteTableId: !Ref Table}}
  Igw: {Type: 'AWS::EC2::InternetGateway'}
  Through: {Type: 'AWS::EC2::Route', Condition: WithNat, Properties: {RouteTableId: !Ref Table, DestinationCidrBlock: 0.0.0.0/0, NatGatewayId: nat-1}}
  Straight: {Type: 'AWS::EC2::Route', Condition: Without, Properties: {RouteTableId: !Ref Table, DestinationCidrBlock: 0.0.0.0/0, GatewayId: !Ref Igw}}
  F:
    Type: AWS::Lambda::Function
    Properties: {VpcConfig: {SubnetIds: [!Ref Subnet], SecurityGroupIds: [sg-1]}}
";
    assert_eq!(worlds(text), ["Nat yes: @Subnet | sg-1 | elsewhere", "Nat no: @Subnet | sg-1 | internet gateway"]);
    // Where nobody decides it, it is not known.
    let read = read(text, Settings::default()).expect("a configuration");
    assert_eq!(read.way_out("Subnet"), "unknown");
}

#[test]
fn a_subnet_or_one_that_is_there_already() {
    let text = "
Parameters:
  Existing: {Type: String, Default: ''}
Conditions:
  Make: !Equals [!Ref Existing, '']
Resources:
  Vpc: {Type: 'AWS::EC2::VPC', Condition: Make}
  Subnet: {Type: 'AWS::EC2::Subnet', Condition: Make, Properties: {VpcId: !Ref Vpc}}
  Endpoint: {Type: 'AWS::EC2::VPCEndpoint', Condition: Make, Properties: {VpcId: !Ref Vpc}}
  F:
    Type: AWS::Lambda::Function
    Properties:
      VpcConfig: {SubnetIds: [!If [Make, !Ref Subnet, !Ref Existing]], SecurityGroupIds: [sg-1]}
";
    assert_eq!(
        worlds(text),
        ["Existing \"\": @Subnet | sg-1 | nowhere, endpoints", "Existing not \"\": <Ref Existing> | sg-1 | -"]
    );
}
