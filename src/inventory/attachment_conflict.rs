//! Attachments of a plan that take each other's policies away.

use super::PrincipalId;
use super::found::FoundId;
use crate::source::Place;

/// A resource that claims to know all attachments, and another attachment of which it does not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttachmentConflict {
    /// Whose policy is taken away.
    pub principal: PrincipalId,
    pub claim: Claim,
    /// The resource with the claim.
    pub exclusive: String,
    /// Where it makes the claim.
    pub place: Place,
    /// The resource whose attachment is taken away.
    pub taken: String,
    pub taken_place: Place,
}

/// What a resource claims to be the only one for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Claim {
    /// `aws_iam_policy_attachment`: everybody who has the policy.
    PolicyAttachment,
    /// `managed_policy_arns` of a role.
    ManagedPolicyArns,
    /// `inline_policy` of a role.
    InlinePolicy,
    /// `aws_iam_role_policy_attachments_exclusive` and its like.
    AttachmentsExclusive,
    /// `aws_iam_role_policies_exclusive` and its like.
    PoliciesExclusive,
}

/// The same before the inputs are joined.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct FoundConflict {
    pub principal: FoundId,
    pub claim: Claim,
    pub exclusive: String,
    pub place: Place,
    pub taken: String,
    pub taken_place: Place,
}

impl From<FoundConflict> for AttachmentConflict {
    fn from(found: FoundConflict) -> AttachmentConflict {
        let FoundConflict { principal, claim, exclusive, place, taken, taken_place } = found;
        AttachmentConflict { principal: PrincipalId(principal.0), claim, exclusive, place, taken, taken_place }
    }
}
