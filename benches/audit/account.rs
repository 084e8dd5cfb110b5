//! The account that is read, and the plain way to read it.

use aws_config::{BehaviorVersion, Region};
use aws_sdk_iam::Client;
use aws_sdk_iam::types::EntityType;
use futures_util::{StreamExt, stream};
use serde_json::json;

use super::moto::REGION;
use super::process::Complaint;

/// So many calls at once.
const AT_ONCE: usize = 8;

/// Roles of Lambda functions: half with AWS's managed policy, half with an inline policy of a few statements.
pub(crate) async fn fill(iam: &Client, roles: usize) {
    let trust = json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}]});
    let inline = json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": ["logs:CreateLogStream", "logs:PutLogEvents"], "Resource": "arn:aws:logs:*:*:*"},
        {"Effect": "Allow", "Action": ["ec2:CreateNetworkInterface", "ec2:DescribeNetworkInterfaces"], "Resource": "*"},
        {"Effect": "Allow", "Action": "sqs:*", "Resource": "*", "Condition": {"Bool": {"aws:SecureTransport": "true"}}}]});
    let (trust, inline) = (&trust.to_string(), &inline.to_string());
    let made = stream::iter(0..roles).map(async |number| {
        let name = format!("worker-{number}");
        iam.create_role().role_name(&name).assume_role_policy_document(trust).send().await.expect("a role");
        if number % 2 == 0 {
            let arn = "arn:aws:iam::aws:policy/service-role/AWSLambdaVPCAccessExecutionRole";
            iam.attach_role_policy().role_name(&name).policy_arn(arn).send().await.expect("attached");
        } else {
            let call = iam.put_role_policy().role_name(&name).policy_name("work").policy_document(inline);
            call.send().await.expect("an inline policy");
        }
    });
    made.buffer_unordered(AT_ONCE).collect::<Vec<()>>().await;
}

/// Fetches an account as the SDK's own paginator does, and drops it.
pub(crate) fn fetch(endpoint: &str) -> Result<(), Complaint> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.map_err(|error| error.to_string())?.block_on(async {
        let loader = aws_config::defaults(BehaviorVersion::latest()).region(Region::from_static(REGION));
        let iam = Client::new(&loader.endpoint_url(endpoint).load().await);
        let filter = [EntityType::User, EntityType::Group, EntityType::Role, EntityType::LocalManagedPolicy];
        let call = iam.get_account_authorization_details().set_filter(Some(filter.into())).max_items(1_000);
        let mut pages = call.into_paginator().send();
        while let Some(page) = pages.next().await {
            page.map_err(|error| error.to_string())?;
        }
        Ok(())
    })
}
