//! Which AWS service a function's own code calls, as far as the policies of its role show it.
//!
//! In: a function and the judged policies of its role. Out: one action that only the code can have use for.

use super::subject::Examined;
use crate::document::Doc;
use crate::evaluate::Layer;
use crate::inventory::{Document, Function, PolicyEntry};
use crate::policy::{self, Effect, Polarity, Policy, Statement, shown};
use crate::source::Place;

/// An action that a role's policies allow by name.
pub(super) struct ServiceCall {
    pub action: String,
    /// The statement, if a file holds it.
    pub place: Option<Place>,
}

/// A call of the function's code. None where its role is another function's too: then it may be that one's call.
pub(super) fn service_call(examined: &Examined<'_>, function: &Function) -> Option<ServiceCall> {
    let inventory = examined.inventory;
    let role = function.role?;
    let shares = |other: &Function| {
        let same = |other| inventory.first_variant(other) == inventory.first_variant(role);
        !other.is_variant_of(function) && other.role.is_some_and(same)
    };
    if inventory.functions.iter().any(shares) {
        return None;
    }
    let judged = examined.judged.iter().find(|judged| judged.principal == role)?;
    let identity = judged.policies.iter().filter(|policy| policy.layer == Layer::Identity);
    identity.map(|policy| inventory.policy(policy.attached.policy)).find_map(|entry| {
        let document = entry.document.as_ref()?;
        // What was judged lacks the statements about other services.
        let whole = read(document, entry)?;
        let (statement, action) = whole.statements.iter().find_map(|one| Some((one, call(function, one)?)))?;
        let (path, part) = statement.place();
        Some(ServiceCall { action, place: document.place(path, part) })
    })
}

fn read(document: &Document<'_>, entry: &PolicyEntry<'_>) -> Option<Policy> {
    if entry.meant.is_some() {
        return None;
    }
    match document.as_resolved() {
        Some(resolved) => Some(policy::read_resolved(resolved.doc(), entry.policy_type, &|_| true).policy),
        None => Some(policy::read(&Doc::parse(&document.text()?).ok()?, entry.policy_type).policy),
    }
}

/// What a statement allows by name that the function's code calls.
fn call(function: &Function, statement: &Statement) -> Option<String> {
    if statement.effect == Effect::Deny || statement.actions.polarity == Polarity::AllBut {
        return None;
    }
    // An event source of Kafka or MQ signs in with a secret.
    let by_source = |action: &str| !function.event_sources.is_empty() && action.starts_with("secretsmanager:");
    let mut actions = statement.actions.patterns.iter().map(policy::ActionPattern::text);
    actions.find(|action| is_call(action) && !by_source(action)).map(|action| shown(action).to_string())
}

/// Is this the name of an action, or of several of one service, that a function's code calls through the network?
fn is_call(pattern: &str) -> bool {
    let Some((service, name)) = pattern.split_once(':') else { return false };
    let (service, name) = (service.to_ascii_lowercase(), name.to_ascii_lowercase());
    let is_name = service.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    is_name && !NOT_BY_CODE.contains(&&*service) && !(service == "dynamodb" && STREAM.contains(&&*name))
}

/// Services that Lambda calls for a function: for its logs, traces, network interfaces and environment, for event
/// sources, dead letters and destinations. And what is no call of a public endpoint: a token, or something in the VPC.
///
/// Source: Lambda Developer Guide, "Defining Lambda function permissions with an execution role", "Capturing records of
/// Lambda asynchronous invocations", and the pages of the event sources.
const NOT_BY_CODE: [&str; 23] = [
    "cloudwatch",
    "ec2",
    "elasticache",
    "elasticfilesystem",
    "es",
    "events",
    "execute-api",
    "iam",
    "kafka",
    "kafka-cluster",
    "kinesis",
    "kms",
    "lambda",
    "logs",
    "memorydb",
    "mq",
    "neptune-db",
    "rds-db",
    "serverlessrepo",
    "sns",
    "sqs",
    "tag",
    "xray",
];

/// What an event source reads a table's stream with.
///
/// Source: Lambda Developer Guide, "Process DynamoDB records with Lambda".
const STREAM: [&str; 5] = ["describestream", "getrecords", "getsharditerator", "liststreams", "*stream*"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_only_code_calls() {
        for (pattern, expected, why) in [
            ("s3:GetObject", true, "nothing of Lambda reads objects for a function"),
            ("S3:Get*", true, "case does not matter"),
            ("dynamodb:PutItem", true, "a write to a table"),
            ("dynamodb:*", true, "more than a stream"),
            ("dynamodb:GetRecords", false, "the event source reads the stream"),
            ("secretsmanager:GetSecretValue", true, "the password of a database"),
            ("ssm:GetParameter", true, "a parameter at run time"),
            ("sts:AssumeRole", true, "another role"),
            ("bedrock:InvokeModel", true, "a model"),
            ("sqs:SendMessage", false, "a destination or a dead letter"),
            ("kms:Decrypt", false, "environment variables"),
            ("rds-db:connect", false, "a token, made without a call"),
            ("elasticfilesystem:ClientMount", false, "a mount in the VPC"),
            ("ec2:CreateNetworkInterface", false, "Lambda's own"),
            ("logs:PutLogEvents", false, "not through the VPC"),
            ("*", false, "says nothing"),
            ("*:*", false, "says nothing"),
            ("s*:Get*", false, "no service"),
        ] {
            assert_eq!(is_call(pattern), expected, "{pattern}: {why}");
        }
    }
}
