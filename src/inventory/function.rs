//! Lambda functions, as templates and plans show them: whether they are in a VPC, how, and what they wait for.

use super::network::{SecurityGroupId, SubnetId};
use super::{PolicyId, PrincipalId};
use crate::source::Place;
use crate::template::Choice;

/// A Lambda function. One that differs by the values of parameters is here once for each difference, under the same
/// name, each with its `when`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Function {
    /// Its logical id, address or name.
    pub name: String,
    /// The construct that made it (`aws:cdk:path`).
    pub construct: Option<String>,
    /// The region in which it lives, where the input shows it.
    pub region: Option<String>,
    pub vpc: VpcConnection,
    pub role: Option<PrincipalId>,
    /// Its name.
    pub place: Option<Place>,
    /// The VPC configuration, where one is written.
    pub vpc_config: Option<Box<VpcConfig>>,
    /// What it reads from within a VPC: for this Lambda uses the role as for a function that is connected.
    pub event_sources: Vec<VpcEventSource>,
    /// What it says that it waits for.
    pub depends_on: DependsOn,
    /// The policies of its role that another resource attaches, on which the function does not depend.
    pub unordered: Vec<Unordered>,
    /// How its role is named.
    pub role_reference: RoleReference,
    /// SAM's `Policies` beside `Role`, which makes SAM leave them out.
    pub ignored_policies: Option<Ignored>,
    pub when: Vec<When>,
}

impl Function {
    /// Is it the same function, but for the values of a template's parameters?
    pub fn is_variant_of(&self, other: &Function) -> bool {
        self.name == other.name && self.place == other.place
    }

    /// Does Lambda make network interfaces with the function's role?
    ///
    /// Source: Lambda Developer Guide, "Giving Lambda functions access to resources in an Amazon VPC", "Using Lambda
    /// with Amazon MSK", "Using Lambda with Amazon MQ".
    pub fn needs_interfaces(&self) -> bool {
        self.vpc == VpcConnection::Connected || !self.event_sources.is_empty()
    }
}

/// A member of a function that has no effect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ignored {
    /// `Policies`
    pub name: &'static str,
    /// Its key.
    pub place: Place,
}

/// An event source that Lambda reads through network interfaces.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VpcEventSource {
    pub kind: EventSourceKind,
    pub place: Place,
}

/// The kinds of event sources that lie in a VPC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EventSourceKind {
    Msk,
    /// Kafka of one's own, with the VPC's subnets or security groups named.
    Kafka,
    Mq,
    DocumentDb,
}

/// Whether a function is connected to a VPC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VpcConnection {
    Connected,
    NotConnected,
}

/// A value of a parameter, or of a condition that nothing in the input decides, under which something holds.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct When {
    /// `Stage`
    pub name: String,
    pub value: Choice,
}

/// A policy that may be attached after the function is made, and detached before it is gone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unordered {
    pub policy: PolicyId,
    /// What stands in its place until it comes: its text before the update.
    pub until: Option<PolicyId>,
    /// The resource that attaches it, or changes its text: what `DependsOn` has to name.
    pub resource: String,
    pub place: Place,
    pub mend: OrderMend,
}

/// What would put a function and a policy in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OrderMend {
    /// The function names the resource in its `DependsOn`.
    DependsOn,
    /// Only rights from another policy: the resource itself waits for the function.
    OtherPolicy,
    /// An attachment within the function's module: the resource needs something of that module, so that the module cannot
    /// wait for it.
    WithinModule,
}

/// The resources that a function names as those to wait for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DependsOn {
    pub language: OrderLanguage,
    /// Its key; none if it is not written.
    pub place: Option<Place>,
    pub resources: Vec<String>,
}

/// How an input writes what waits for what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OrderLanguage {
    /// `DependsOn`
    #[default]
    CloudFormation,
    /// `depends_on`
    Terraform,
}

/// What a function's `Role` says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum RoleReference {
    /// An ARN, or what may be one.
    #[default]
    Arn,
    /// The role's name, where only its ARN will do.
    Name {
        /// The value that has to change.
        place: Place,
        /// The logical id of the role.
        role: String,
    },
    /// An ARN that is put together from the role's name, with another path than the role's.
    OtherPath {
        /// The value that has to change.
        place: Place,
        /// The logical id of the role.
        role: String,
        /// The role's own path.
        path: String,
    },
}

/// `VpcConfig` (`vpc_config`) as it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VpcConfig {
    /// Its key.
    pub place: Place,
    pub subnets: IdList<SubnetId>,
    pub security_groups: IdList<SecurityGroupId>,
    pub ipv6: Ipv6,
    /// Members that Lambda does not know.
    pub unknown_keys: Vec<UnknownKey>,
    /// What else of the function cannot be together with a VPC.
    pub conflicts: Vec<VpcConflict>,
}

impl VpcConfig {
    /// Whether it connects the function: two empty lists do not, and disconnect one that was.
    ///
    /// Source: Lambda API Reference, "VpcConfig".
    pub fn connection(&self) -> VpcConnection {
        let empty = self.subnets.is_surely_empty() && self.security_groups.is_surely_empty();
        // Who misspells a key means it all the same.
        if empty && self.unknown_keys.is_empty() { VpcConnection::NotConnected } else { VpcConnection::Connected }
    }
}

/// `Ipv6AllowedForDualStack`: whether a function in dual-stack subnets may send IPv6 traffic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ipv6 {
    No,
    /// It may, or the input does not decide it.
    Possibly,
}

/// A list of ids.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdList<R> {
    /// Its key; none if it is not written.
    pub place: Option<Place>,
    pub items: Vec<IdItem<R>>,
    pub extent: Extent,
}

impl<R> IdList<R> {
    /// A list that is not written.
    pub fn absent() -> IdList<R> {
        IdList { place: None, items: Vec::new(), extent: Extent::Known }
    }

    /// There is surely nothing in it.
    pub fn is_surely_empty(&self) -> bool {
        self.items.is_empty() && self.extent == Extent::Known
    }
}

/// Whether a list holds what it shows and nothing else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    Known,
    /// A parameter or an import stands for the list, or for more of it.
    Open,
}

/// One id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdItem<R> {
    pub place: Place,
    /// As it will stand in texts, the pieces that the input leaves open as in policies ([`Unknown`]); empty if even that
    /// is not known.
    ///
    /// [`Unknown`]: crate::policy::Unknown
    pub text: String,
    pub id: Id<R>,
}

/// What is known of an id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Id<R> {
    /// `subnet-0123`
    Literal(String),
    /// A resource of the input.
    Resource(R),
    /// Of the input too, but surely no such id.
    Stray {
        /// In words: the AWS::EC2::VPC `Net`.
        what: String,
        is: Stray,
    },
    /// In words: what it comes from. Equal words are equal ids.
    Unknown(String),
}

/// What stands where another kind of id belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stray {
    Subnet,
    SecurityGroup,
    Other,
}

/// A member of a VPC configuration that Lambda does not know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownKey {
    pub name: String,
    pub place: Place,
    /// The member that was probably meant.
    pub meant: Option<VpcConfigKey>,
}

/// The members of a VPC configuration.
///
/// Source: CloudFormation Template Reference, "AWS::Lambda::Function VpcConfig".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VpcConfigKey {
    SubnetIds,
    SecurityGroupIds,
    Ipv6AllowedForDualStack,
}

impl VpcConfigKey {
    /// As CloudFormation and Lambda spell it.
    pub fn as_str(self) -> &'static str {
        match self {
            VpcConfigKey::SubnetIds => "SubnetIds",
            VpcConfigKey::SecurityGroupIds => "SecurityGroupIds",
            VpcConfigKey::Ipv6AllowedForDualStack => "Ipv6AllowedForDualStack",
        }
    }
}

/// Something that cannot be together with a VPC configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum VpcConflict {
    /// The function is run at CloudFront's edge: where it is associated.
    Edge(Place),
    /// The function has a capacity provider: where it is named.
    CapacityProvider(Place),
}
