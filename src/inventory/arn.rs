//! ARNs of principals and policies.

use std::borrow::Cow;

/// The ARN of a user or role: `arn:partition:iam::account:role/path/name`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PrincipalArn<'a>(Cow<'a, str>);

impl<'a> PrincipalArn<'a> {
    /// None if the text has not the six parts of an ARN.
    pub fn new(text: Cow<'a, str>) -> Option<PrincipalArn<'a>> {
        (text.starts_with("arn:") && text.splitn(6, ':').count() == 6).then_some(PrincipalArn(text))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn part(&self, index: usize) -> &str {
        self.0.splitn(6, ':').nth(index).unwrap_or_default()
    }

    pub fn partition(&self) -> &str {
        self.part(1)
    }

    pub fn account(&self) -> &str {
        self.part(4)
    }

    /// `role/path/name`.
    pub fn resource(&self) -> &str {
        self.part(5)
    }
}

/// The account of an ARN, and what follows it: `role/path/name`.
pub(super) fn account_and_resource(arn: &str) -> Option<(&str, &str)> {
    let mut parts = arn.splitn(6, ':').skip(4);
    Some((parts.next()?, parts.next()?))
}
