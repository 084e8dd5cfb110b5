//! What the inputs hold: principals with all the policies around them, and functions.
//!
//! In: [`Sources`](crate::source::Sources). Out: an [`Inventory`], and what could not be understood
//! ([`InputProblem`]), each with its place. One reader a format; each adds what it finds to a [`Collector`], which
//! joins it by name and ARN when all inputs are read. Policy documents are kept as slices of the text and are read
//! when they are judged, one at a time. Nothing here knows verdicts.

mod account_details;
mod arn;
mod attachment_conflict;
mod audited;
mod cloudformation;
mod collect;
mod declaration;
mod document;
mod found;
mod function;
mod function_roles;
mod functions;
mod iam_calls;
mod network;
mod policy_document;
mod raw;
mod recognize;
mod resolved;
mod terraform;

use std::borrow::Cow;

pub use account_details::Continuation;
pub use arn::PrincipalArn;
pub use attachment_conflict::{AttachmentConflict, Claim};
pub use collect::{Bare, Collector};
pub use declaration::{BlockKeyword, CalledModule, Declaration, Declarations};
pub use document::{Document, Origin};
pub use found::{Attaching, Bounding, Found, FoundFunction, FoundId, Holdings, RoleNamed};
pub use function::{
    DependsOn, EventSourceKind, Extent, Function, Id, IdItem, IdList, Ignored, Ipv6, OrderLanguage, OrderMend,
    RoleReference, Stray, UnknownKey, Unordered, VpcConfig, VpcConfigKey, VpcConflict, VpcConnection, VpcEventSource,
    When,
};
pub use functions::Functions;
pub use network::{Endpoints, Network, Route, SecurityGroup, SecurityGroupId, Subnet, SubnetId, Vpc, VpcId};
pub use policy_document::read_policy_document;
pub use recognize::{Recognized, misread, read_before_plan, read_source};
pub use resolved::{Resolved, Sight};
pub use terraform::{DependsOnLine, NearPlan, TakesAway, Waiting, depends_on_line};

use crate::policy::PolicyType;
use crate::source::Place;

/// Everything that the inputs hold.
#[derive(Debug, Default)]
pub struct Inventory<'a> {
    pub principals: Vec<Principal<'a>>,
    pub policies: Vec<PolicyEntry<'a>>,
    pub functions: Functions,
    pub network: Network,
    /// Service control policies that the input attaches to accounts, by their numbers.
    pub organization: Vec<(String, Vec<Attached>)>,
    pub attachment_conflicts: Vec<AttachmentConflict>,
    /// What goes when a plan is applied.
    pub going: Going,
    /// Where the entries of plans are declared, in the order of the sources and of their texts, if that is wanted.
    pub declarations: Vec<Declaration>,
    /// The accounts that `rolecall audit` read.
    pub audited: Vec<AuditedAccount>,
}

/// What a plan takes away. It is in the inventory as it is now, without its VPC.
#[derive(Debug, Default)]
pub struct Going {
    pub principals: Vec<PrincipalId>,
    /// By name.
    pub functions: Vec<String>,
}

/// What an audit saw of an account beside IAM.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuditedAccount {
    pub id: String,
    /// The regions in which functions were looked for.
    pub regions: Vec<String>,
    pub regions_are: RegionsAre,
    /// What could not be read, and the judgement does without.
    pub done_without: Vec<String>,
    /// The service control policies, level by level from the root to the account; none if they were not read.
    pub organization: Option<Vec<Vec<Attached>>>,
}

/// Whether an audit looked for functions wherever the account may have some.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Deserialize)]
pub enum RegionsAre {
    All,
    #[default]
    Some,
}

/// Index in [`Inventory::principals`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PrincipalId(pub usize);

/// Index in [`Inventory::policies`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PolicyId(pub usize);

impl<'a> Inventory<'a> {
    pub fn policy(&self, id: PolicyId) -> &PolicyEntry<'a> {
        &self.policies[id.0]
    }

    pub fn principal(&self, id: PrincipalId) -> &Principal<'a> {
        &self.principals[id.0]
    }

    /// The region in which all functions of a role are, if the input says it.
    pub fn region_of(&self, role: PrincipalId) -> Option<&str> {
        let mut regions = self.functions_of(role).map(|function| function.region.as_deref());
        let first = regions.next()??;
        regions.all(|region| region == Some(first)).then_some(first)
    }

    /// The first of the principals that are one, but for the values of a template's parameters: itself if it is alone.
    pub fn first_variant(&self, id: PrincipalId) -> PrincipalId {
        self.principal(id).variant_of.unwrap_or(id)
    }

    /// What an audit saw of the account of a principal.
    pub fn audited_account(&self, principal: &Principal<'_>) -> Option<&AuditedAccount> {
        let account = principal.arn.as_ref()?.known_account()?;
        self.audited.iter().find(|audited| audited.id == account)
    }

    /// The functions that use a role.
    pub fn functions_of(&self, role: PrincipalId) -> impl Iterator<Item = &Function> {
        self.functions.of(role).map(|(_, function)| function)
    }

    /// How many functions there are, each counted once whatever parameters make of it.
    pub fn count_functions(&self) -> usize {
        self.functions.variants().len()
    }
}

/// The tags of a principal, as far as the input shows them: keys and values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tags<'a> {
    All(Vec<(Cow<'a, str>, Cow<'a, str>)>),
    /// There may be more than these.
    Some(Vec<(Cow<'a, str>, Cow<'a, str>)>),
}

impl Tags<'_> {
    /// Of an input that shows none.
    pub const NOT_SHOWN: Self = Tags::Some(Vec::new());
}

/// A user or a role, and what is attached to it.
#[derive(Debug)]
pub struct Principal<'a> {
    /// Its IAM name; none for the one principal that bare policy documents are given as.
    pub name: Option<Cow<'a, str>>,
    pub kind: PrincipalType,
    pub arn: Option<PrincipalArn<'a>>,
    /// IAM's unique id (`AROA…`, `AIDA…`), if the input shows it.
    pub unique_id: Option<Cow<'a, str>>,
    /// Where its name stands.
    pub place: Option<Place>,
    pub tags: Tags<'a>,
    /// Identity policies: its own, those attached, those of its groups.
    pub identity: Vec<Attached>,
    /// Whether `identity` is all that there is.
    pub known: KnownAttachments,
    /// Its permissions boundary.
    pub boundary: Option<Attached>,
    /// A role's trust policy.
    pub trust: Option<PolicyId>,
    /// The values under which all this holds; a principal that differs by values is here once for each difference.
    pub when: Vec<When>,
    /// The first of these, for the others.
    pub variant_of: Option<PrincipalId>,
}

impl Principal<'_> {
    /// A role that an AWS service made for itself (path `/aws-service-role/`): nobody can pass it to a function, and
    /// service control policies do not touch it.
    ///
    /// Source: IAM User Guide, "Create a service-linked role"; Organizations User Guide, "SCP effects on permissions".
    pub fn is_service_linked(&self) -> bool {
        self.arn.as_ref().is_some_and(|arn| arn.resource().starts_with("role/aws-service-role/"))
    }
}

/// What a principal is in IAM.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PrincipalType {
    User,
    Role,
    /// The input does not say.
    Unnamed,
}

/// Whether the input shows every identity policy of a principal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KnownAttachments {
    All,
    /// The input has no list of what is attached to it.
    Some,
}

/// A policy in its relation to a principal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attached {
    pub policy: PolicyId,
    pub through: Attachment,
    /// Where the attachment is written, if that is elsewhere than the policy.
    pub place: Option<Place>,
}

/// How a policy comes to a principal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Attachment {
    Inline,
    Managed,
    Group,
    Boundary,
    ServiceControl,
    Session,
}

impl Attachment {
    /// The word of the JSON report.
    pub fn as_str(self) -> &'static str {
        match self {
            Attachment::Inline => "inline",
            Attachment::Managed => "managed",
            Attachment::Group => "group",
            Attachment::Boundary => "boundary",
            Attachment::ServiceControl => "scp",
            Attachment::Session => "session",
        }
    }
}

/// A policy that the input names.
#[derive(Debug)]
pub struct PolicyEntry<'a> {
    pub name: Option<Cow<'a, str>>,
    pub arn: Option<Cow<'a, str>>,
    pub policy_type: PolicyType,
    /// Where its name (or the document, for a bare one) stands; none if no file holds it.
    pub place: Option<Place>,
    /// None if the input names the policy but does not hold it.
    pub document: Option<Document<'a>>,
    /// The ARN that AWS publishes under this name, if the entry's own ARN has another path: then there is no such
    /// policy, and it grants nothing.
    pub meant: Option<String>,
}

/// Something of an input that could not be understood.
#[derive(Clone, Debug)]
pub struct InputProblem {
    /// The input's name as the user gave it.
    pub path: String,
    pub message: String,
    pub help: Option<String>,
    pub place: Option<Place>,
}
