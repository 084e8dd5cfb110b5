//! The pieces of policies.

use super::node::{Node, node};

pub(super) fn document(statements: Vec<Node>) -> Node {
    node! {"Version": "2012-10-17", "Statement": statements}
}

/// The ARN of one of [`AWS_MANAGED`].
pub(super) fn aws_policy(policy: &str) -> String {
    let path = policy.split(' ').next().unwrap_or(policy);
    format!("arn:aws:iam::aws:policy/{path}")
}

pub(super) fn trusts(service: &str) -> Node {
    let principal = node! {"Service": service};
    node! {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
}

/// Allows actions, separated by spaces.
pub(super) fn allow(actions: &str, resource: impl Into<Node>) -> Node {
    node! {"Effect": "Allow", "Action": one_or_many(words(actions)), "Resource": resource.into()}
}

/// AWS keeps a list of one as it was written; people write a string.
pub(super) fn one_or_many<T: Into<Node>>(mut values: Vec<T>) -> Node {
    match (values.pop(), values.is_empty()) {
        (Some(only), true) => only.into(),
        (last, _) => {
            values.extend(last);
            values.into()
        }
    }
}

pub(super) fn words(text: &str) -> Vec<&str> {
    text.split_whitespace().collect()
}

pub(super) fn last_segment(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}
