//! Where subnets send what leaves their VPC.
//!
//! Source: Amazon VPC User Guide, "Configure route tables", "Internet gateways", "NAT gateways".

use super::*;

const NET: &str = "
  Vpc: {Type: 'AWS::EC2::VPC', Properties: {CidrBlock: 10.0.0.0/16}}
  Subnet: {Type: 'AWS::EC2::Subnet', Properties: {VpcId: !Ref Vpc, MapPublicIpOnLaunch: true}}
  Igw: {Type: 'AWS::EC2::InternetGateway'}
  Nat: {Type: 'AWS::EC2::NatGateway'}
  Vgw: {Type: 'AWS::EC2::VPNGateway'}
  Eigw: {Type: 'AWS::EC2::EgressOnlyInternetGateway', Properties: {VpcId: !Ref Vpc}}
  Table: {Type: 'AWS::EC2::RouteTable', Properties: {VpcId: !Ref Vpc}}
  F:
    Type: AWS::Lambda::Function
    Properties:
      VpcConfig: {SubnetIds: [!Ref Subnet], SecurityGroupIds: [sg-1]}
";

const ASSOCIATED: &str = "
  Joined: {Type: 'AWS::EC2::SubnetRouteTableAssociation', Properties: {SubnetId: !Ref Subnet, RouteTableId: !Ref Table}}
";

fn way_out(sections: &str, resources: &str) -> &'static str {
    let text = format!("{sections}\nResources:{NET}{resources}\n");
    read(&text, Settings::default()).expect("a configuration").way_out("Subnet")
}

fn route(properties: &str) -> String {
    format!("  Way: {{Type: 'AWS::EC2::Route', Properties: {{RouteTableId: !Ref Table, {properties}}}}}\n")
}

#[test]
fn the_default_route_of_an_associated_table() {
    for (properties, expected, why) in [
        ("DestinationCidrBlock: 0.0.0.0/0, GatewayId: !Ref Igw", "internet gateway", "a public subnet"),
        ("DestinationCidrBlock: 0.0.0.0/0, GatewayId: !GetAtt Igw.InternetGatewayId", "internet gateway", "its id"),
        ("DestinationCidrBlock: 0.0.0.0/0, GatewayId: igw-0123", "internet gateway", "by its id"),
        ("DestinationCidrBlock: 0.0.0.0/0, GatewayId: !Ref Gateway", "unknown", "any gateway, also a VPN's"),
        ("DestinationCidrBlock: 0.0.0.0/0, GatewayId: !ImportValue igw", "unknown", "likewise"),
        ("DestinationCidrBlock: 0.0.0.0/0, GatewayId: !Ref Vgw", "elsewhere", "a VPN gateway"),
        ("DestinationCidrBlock: 0.0.0.0/0, NatGatewayId: !Ref Nat", "elsewhere", "NAT"),
        ("DestinationCidrBlock: 0.0.0.0/0, InstanceId: !Ref Box", "elsewhere", "a NAT instance"),
        ("DestinationCidrBlock: 0.0.0.0/0, NetworkInterfaceId: eni-1", "elsewhere", "likewise"),
        ("DestinationCidrBlock: 0.0.0.0/0, TransitGatewayId: !Ref Tgw", "elsewhere", "a central egress VPC"),
        ("DestinationCidrBlock: 0.0.0.0/0, VpcEndpointId: vpce-1", "elsewhere", "a firewall's endpoint"),
        ("DestinationCidrBlock: 0.0.0.0/0, VpcPeeringConnectionId: pcx-1", "elsewhere", "who knows"),
        ("DestinationCidrBlock: !Ref Range, NatGatewayId: !Ref Nat", "unknown", "it may be the default"),
        (
            "DestinationCidrBlock: 10.1.0.0/16, VpcPeeringConnectionId: pcx-1",
            "elsewhere",
            "there may be endpoints there",
        ),
        ("DestinationCidrBlock: 52.0.0.0/8, GatewayId: !Ref Igw", "unknown", "a part of the internet"),
        ("DestinationPrefixListId: pl-1, TransitGatewayId: !Ref Tgw", "elsewhere", "somewhere"),
        (
            "DestinationIpv6CidrBlock: '::/0', GatewayId: !Ref Igw",
            "nowhere",
            "a function has no IPv6 unless it asks for it",
        ),
        ("DestinationIpv6CidrBlock: '::/0', EgressOnlyInternetGatewayId: !Ref Eigw", "nowhere", "likewise"),
        ("DestinationCidrBlock: 0.0.0.0/0", "unknown", "a route to nothing is wrong, but not ours to say"),
    ] {
        assert_eq!(way_out("", &(ASSOCIATED.to_owned() + &route(properties))), expected, "{properties}: {why}");
    }
}

#[test]
fn which_table_it_is() {
    let public = route("DestinationCidrBlock: 0.0.0.0/0, GatewayId: !Ref Igw");
    let stack = |given: &str| {
        format!("  Stack: {{Type: 'AWS::CloudFormation::Stack', Properties: {{Parameters: {{P: {given}}}}}}}\n")
    };
    let second = "  Other: {Type: 'AWS::EC2::SubnetRouteTableAssociation', Properties: {SubnetId: !Ref Subnet2, RouteTableId: !Ref Table}}\n";
    let imported = "  Joined: {Type: 'AWS::EC2::SubnetRouteTableAssociation', Properties: {SubnetId: !Ref Subnet, RouteTableId: !ImportValue table}}\n";
    let picked = "  Joined: {Type: 'AWS::EC2::SubnetRouteTableAssociation', Properties: {SubnetId: !Select [!Ref At, [!Ref Subnet]], RouteTableId: !Ref Table}}\n";
    let custom = "  Looked: {Type: 'Custom::Routes', Properties: {Subnet: !Ref Subnet}}\n";
    let module = "  Looked: {Type: 'Acme::Net::Routes::MODULE', Properties: {Subnet: !Ref Subnet}}\n";
    let restricted = "  Restrict: {Type: 'Custom::VpcRestrictDefaultSG', Properties: {Vpc: !Ref Vpc}}\n";
    for (resources, expected, why) in [
        (public.clone(), "nowhere", "the main table: the routes of another are not its own"),
        (ASSOCIATED.to_owned() + &public, "internet gateway", "its own"),
        (ASSOCIATED.to_owned(), "nowhere", "a table without routes"),
        (second.to_owned() + &public, "nowhere", "another subnet's association"),
        (imported.to_owned() + &public, "unknown", "another stack's table"),
        (picked.to_owned() + &public, "unknown", "which subnet it is of is not known"),
        (custom.to_owned(), "unknown", "a custom resource may associate a table"),
        (module.to_owned(), "unknown", "so may a module"),
        (stack("!Ref Subnet"), "unknown", "so may a nested stack"),
        (stack("!Ref Vpc"), "nowhere, endpoints", "it may add endpoints"),
        (ASSOCIATED.to_owned() + &stack("!Ref Table"), "unknown", "it may add routes"),
        (restricted.to_owned(), "nowhere", "the CDK's own custom resource changes rules of a group"),
        (
            ASSOCIATED.to_owned()
                + "  Learnt: {Type: 'AWS::EC2::VPNGatewayRoutePropagation', Properties: {RouteTableIds: [!Ref Table]}}\n",
            "elsewhere",
            "what a VPN gateway learns",
        ),
        (
            ASSOCIATED.to_owned()
                + &public
                + "  Acl: {Type: 'AWS::EC2::SubnetNetworkAclAssociation', Properties: {SubnetId: !Ref Subnet}}\n",
            "internet gateway",
            "access lists are no routes",
        ),
    ] {
        assert_eq!(way_out("", &resources), expected, "{why}");
    }
}

#[test]
fn what_may_be_elsewhere_is_no_lack() {
    let endpoint = "  Gate: {Type: 'AWS::EC2::VPCEndpoint', Properties: {VpcId: !Ref Vpc, ServiceName: s3}}\n";
    for (sections, resources, expected, why) in [
        ("", "", "nowhere", "the main table, and no endpoint"),
        ("", endpoint, "nowhere, endpoints", "an endpoint of the template"),
        (
            "Outputs: {V: {Value: !Ref Vpc, Export: {Name: v}}}",
            "",
            "nowhere, endpoints of others",
            "others may add some",
        ),
        ("Outputs: {V: {Value: !Sub 'id ${Vpc.VpcId}'}}", "", "nowhere, endpoints of others", "also by Sub"),
        ("Outputs: {V: {Value: !GetAtt Vpc.CidrBlock}}", "", "nowhere, endpoints of others", "and GetAtt"),
        ("Outputs: {V: {Value: !Ref Subnet}}", "", "nowhere", "a subnet is no VPC"),
        ("Transform: Company::Network", "", "unknown", "a macro may add routes and endpoints"),
        ("Transform: [AWS::Serverless-2016-10-31, AWS::LanguageExtensions]", "", "nowhere", "AWS's own do not"),
    ] {
        assert_eq!(way_out(sections, resources), expected, "{why}");
    }
}

#[test]
fn subnets_of_vpcs_outside_the_template() {
    for vpc in ["vpc-0123", "!Ref VpcId", "!ImportValue vpc"] {
        let text = format!(
            "
Resources:
  Subnet: {{Type: 'AWS::EC2::Subnet', Properties: {{VpcId: {vpc}}}}}
  F:
    Type: AWS::Lambda::Function
    Properties:
      VpcConfig: {{SubnetIds: [!Ref Subnet], SecurityGroupIds: [sg-1]}}
"
        );
        let read = read(&text, Settings::default()).expect("a configuration");
        assert_eq!(read.way_out("Subnet"), "unknown", "its main table is not in the template: {vpc}");
    }
}

#[test]
fn tenancy() {
    for (tenancy, expected) in
        [("dedicated", true), ("default", false), ("!Ref Tenancy", false), ("!Ref Chosen", false)]
    {
        let text = format!(
            "
Parameters:
  Tenancy: {{Type: String, Default: dedicated}}
  Chosen: {{Type: String}}
Resources:
  Vpc: {{Type: 'AWS::EC2::VPC', Properties: {{InstanceTenancy: {tenancy}}}}}
  Subnet: {{Type: 'AWS::EC2::Subnet', Properties: {{VpcId: !Ref Vpc}}}}
  F:
    Type: AWS::Lambda::Function
    Properties:
      VpcConfig: {{SubnetIds: [!Ref Subnet], SecurityGroupIds: [sg-1]}}
"
        );
        let read = read(&text, Settings::default()).expect("a configuration");
        assert_eq!(read.network.vpcs[0].dedicated.is_some(), expected, "{tenancy}");
    }
}
