//! What the tests put into an account, through the AWS SDK.

use aws_sdk_iam::Client;
use aws_sdk_lambda::primitives::Blob;
use aws_sdk_lambda::types::{FunctionCode, Runtime, VpcConfig};
use serde_json::{Value, json};

use super::moto::{ACCOUNT, Moto};

pub(crate) const VPC_ACCESS: &str = "arn:aws:iam::aws:policy/service-role/AWSLambdaVPCAccessExecutionRole";

pub(crate) fn policy(statements: &Value) -> String {
    json!({"Version": "2012-10-17", "Statement": statements}).to_string()
}

fn allow(actions: &Value) -> String {
    policy(&json!([{"Effect": "Allow", "Action": actions, "Resource": "*"}]))
}

fn trust() -> String {
    policy(&json!([{
        "Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"
    }]))
}

/// A role that Lambda may assume.
pub(crate) async fn role(iam: &Client, name: &str) {
    let call = iam.create_role().role_name(name).path("/service/").assume_role_policy_document(trust());
    call.send().await.expect("a role");
}

async fn attach(iam: &Client, role: &str, arn: &str) {
    iam.attach_role_policy().role_name(role).policy_arn(arn).send().await.expect("attached");
}

async fn inline(iam: &Client, role: &str, name: &str, document: String) {
    let call = iam.put_role_policy().role_name(role).policy_name(name).policy_document(document);
    call.send().await.expect("an inline policy");
}

async fn managed(iam: &Client, name: &str, document: String) -> String {
    let call = iam.create_policy().policy_name(name).policy_document(document);
    call.send().await.expect("a policy").policy.and_then(|policy| policy.arn).expect("an ARN")
}

/// Roles:
/// - `orders`: AWS's managed policy;
/// - `bills`: an inline policy with only one of the actions;
/// - `mails`: a managed policy of the account, whose second version, the default, has them all;
/// - `bounded`: AWS's managed policy, within a boundary that is nobody's policy and leaves out to delete;
/// - `fenced`: AWS's managed policy, and a Deny by a tag of the role.
///
/// Users: `ana` of the group `deployers` (an inline and a managed policy), `ben` with a Deny of his own beside.
pub(crate) async fn fill(iam: &Client) {
    for name in ["orders", "bills", "mails", "bounded", "fenced"] {
        role(iam, name).await;
    }
    for name in ["orders", "bounded", "fenced"] {
        attach(iam, name, VPC_ACCESS).await;
    }
    inline(iam, "bills", "only create", allow(&json!("ec2:CreateNetworkInterface"))).await;
    let versions = managed(iam, "interfaces", allow(&json!("logs:*"))).await;
    let actions = ["Create", "Delete", "Describe"].map(|verb| match verb {
        "Describe" => "ec2:DescribeNetworkInterfaces".to_owned(),
        verb => format!("ec2:{verb}NetworkInterface"),
    });
    let second = iam.create_policy_version().policy_arn(&versions).policy_document(allow(&json!(actions)));
    second.set_as_default(true).send().await.expect("a second version");
    attach(iam, "mails", &versions).await;
    let boundary = policy(&json!([{"Effect": "Allow", "NotAction": "ec2:Delete*", "Resource": "*"}]));
    let boundary = managed(iam, "fence", boundary).await;
    let bound = iam.put_role_permissions_boundary().role_name("bounded").permissions_boundary(boundary);
    bound.send().await.expect("a boundary");
    let deny = policy(&json!([{
        "Sid": "NotYet", "Effect": "Deny", "Action": "ec2:CreateNetworkInterface", "Resource": "*",
        "Condition": {"StringEquals": {"aws:PrincipalTag/stage": "draft"}}
    }]));
    inline(iam, "fenced", "deny", deny).await;
    let tag = aws_sdk_iam::types::Tag::builder().key("stage").value("draft").build().expect("a tag");
    iam.tag_role().role_name("fenced").tags(tag).send().await.expect("tagged");

    iam.create_group().group_name("deployers").send().await.expect("a group");
    let deploy = allow(&json!(["lambda:CreateFunction", "lambda:UpdateFunctionConfiguration", "iam:PassRole"]));
    let call = iam.put_group_policy().group_name("deployers").policy_name("deploy").policy_document(deploy);
    call.send().await.expect("a policy of the group");
    let look = ["ec2:DescribeSecurityGroups", "ec2:DescribeSubnets", "ec2:DescribeVpcs"];
    let look = managed(iam, "look", allow(&json!(look))).await;
    iam.attach_group_policy().group_name("deployers").policy_arn(look).send().await.expect("attached");
    for name in ["ana", "ben"] {
        iam.create_user().user_name(name).send().await.expect("a user");
        iam.add_user_to_group().group_name("deployers").user_name(name).send().await.expect("a member");
    }
    let deny = policy(&json!([{"Effect": "Deny", "Action": "ec2:DescribeVpcs", "Resource": "*"}]));
    let call = iam.put_user_policy().user_name("ben").policy_name("not the VPCs").policy_document(deny);
    call.send().await.expect("a policy of the user");
}

/// What every principal's required actions have to come to, by IAM's rules: sure of what [`fill`] says of them.
pub(crate) const VERDICTS: &[(&str, &str, &str)] = &[
    ("orders", "ec2:CreateNetworkInterface", "granted"),
    ("orders", "ec2:DescribeNetworkInterfaces", "granted"),
    ("orders", "ec2:DeleteNetworkInterface", "granted"),
    ("bills", "ec2:CreateNetworkInterface", "granted"),
    ("bills", "ec2:DescribeNetworkInterfaces", "missing"),
    ("bills", "ec2:DeleteNetworkInterface", "missing"),
    ("mails", "ec2:CreateNetworkInterface", "granted"),
    ("mails", "ec2:DescribeNetworkInterfaces", "granted"),
    ("mails", "ec2:DeleteNetworkInterface", "granted"),
    ("bounded", "ec2:CreateNetworkInterface", "granted"),
    ("bounded", "ec2:DeleteNetworkInterface", "denied"),
    ("fenced", "ec2:CreateNetworkInterface", "denied"),
    ("fenced", "ec2:DeleteNetworkInterface", "granted"),
    ("ana", "ec2:DescribeVpcs", "granted"),
    ("ana", "ec2:DescribeSubnets", "granted"),
    ("ben", "ec2:DescribeVpcs", "denied"),
    ("ben", "ec2:DescribeSubnets", "granted"),
];

/// A function; without subnets, one that is in no VPC.
pub(crate) async fn function(moto: &Moto, region: &'static str, name: &str, role: &str, subnets: &[&str]) {
    let lambda = moto.lambda(region);
    let mut vpc = VpcConfig::builder();
    for subnet in subnets {
        vpc = vpc.subnet_ids(*subnet).security_group_ids("sg-0123456789abcdef0");
    }
    let code = FunctionCode::builder().zip_file(Blob::new(b"code".as_slice())).build();
    let call = lambda.create_function().function_name(name).role(format!("arn:aws:iam::{ACCOUNT}:role/service/{role}"));
    let call = call.runtime(Runtime::Python313).handler("app.run").code(code);
    let call = if subnets.is_empty() { call } else { call.vpc_config(vpc.build()) };
    call.send().await.expect("a function");
}
