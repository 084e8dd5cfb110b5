//! ARNs of principals and policies.

use std::borrow::Cow;

use crate::policy::Unknown;

/// The ARN of a user or role: `arn:partition:iam::account:role/path/name`. In that of a template's, pieces may be
/// unknown ([`Unknown`]).
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

    /// None if it is unknown.
    pub fn known_partition(&self) -> Option<&str> {
        Some(self.part(1)).filter(|partition| !partition.is_empty() && !Unknown::is_in(partition))
    }

    pub fn account(&self) -> &str {
        self.part(4)
    }

    /// None if it is unknown.
    pub fn known_account(&self) -> Option<&str> {
        Some(self.account()).filter(|account| !account.is_empty() && !Unknown::is_in(account))
    }

    /// All of it; none if a piece is unknown.
    pub fn known(&self) -> Option<&str> {
        Some(self.as_str()).filter(|arn| !Unknown::is_in(arn))
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
