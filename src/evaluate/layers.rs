//! The layers of policies around a principal.

use crate::policy::{Policy, Statement};

/// Which part a policy has in the decision. What the identity policies grant together is cut down by every other
/// layer; an explicit Deny in any of them wins.
///
/// Source: IAM User Guide, "Policy evaluation logic".
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Layer {
    /// Policies of the user or role, and of the user's groups: together they grant.
    Identity,
    /// The permissions boundary: it grants nothing and limits everything.
    Boundary,
    /// Policies passed when the session was made.
    Session,
    /// Service control policies of one level: 0 is the root, the last is the account. Each level must allow.
    Organization(usize),
    /// Resource control policies of one level, of the organization that the resource's account is in. They only deny:
    /// RCPFullAWSAccess, which allows everything, cannot be detached.
    ResourceControl(usize),
    /// The resource's own policy. It can grant by itself.
    Resource,
    /// The policy of the VPC endpoint through which the request comes.
    Endpoint,
}

/// One policy with its layer.
#[derive(Clone, Copy, Debug)]
pub struct LayeredPolicy<'a> {
    pub layer: Layer,
    /// None if the input names the policy but does not hold it.
    pub policy: Option<&'a Policy>,
}

/// A statement of a list of [`LayeredPolicy`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StatementRef {
    /// Index in the list of policies.
    pub policy: usize,
    /// Index in [`Policy::statements`].
    pub statement: usize,
}

impl StatementRef {
    /// The statement itself; none if the list is another one.
    pub fn resolve<'a>(&self, policies: &[LayeredPolicy<'a>]) -> Option<&'a Statement> {
        policies.get(self.policy)?.policy?.statements.get(self.statement)
    }
}
