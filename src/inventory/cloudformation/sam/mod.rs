//! SAM's transform, as far as it decides what a function may do and whether it is in a VPC.
//!
//! In: an `AWS::Serverless::Function` of a template, in one of its worlds. Out: its properties with `Globals` merged in;
//! and its role: the one that it is given, or the one that SAM makes, with the properties of an `AWS::IAM::Role` in
//! which every node leads to the node of the file that is its cause.
//!
//! SAM works on the template before CloudFormation evaluates it. So what SAM looks at is looked at here as it stands
//! ([`Raw`](raw::Raw)): `VpcConfig: !If […]` is an object that is not empty, whatever the condition says. What ends up
//! in the role is evaluated. Connectors are left out: they attach managed policies to the role, which allow actions of
//! other services, never of EC2, and deny nothing.
//!
//! Source: AWS SAM Developer Guide, "AWS::Serverless::Function", "Globals section", "Policy templates"; the source of
//! the transform, aws/serverless-application-model (Apache-2.0), version 1.115.0.

mod cause;
mod destinations;
mod events;
mod globals;
mod made;
mod policies;
mod policy_template;
mod raw;

use globals::Properties;
use made::Maker;
use policy_template::PolicyTemplate;
use raw::Raw;

use crate::source::Path;
use crate::template::{Evaluation, Kind, Member, Mention, Node, Problem, Resource, ResourceId, Template, Value};

/// The role of a serverless function, in a world.
#[derive(Clone, Debug)]
pub(super) enum SamRole<'d> {
    /// `Role` is given: SAM adds nothing to it.
    Given {
        /// Null if it is there only to be `AWS::NoValue`: then the function has no role, and SAM makes none.
        role: Value<'d>,
        /// The function's `Policies`, `PermissionsBoundary` or their like, which SAM ignores then, with its key.
        ignored: Option<(&'static str, Path)>,
    },
    /// SAM makes one.
    Made(MadeRole<'d>),
}

/// The role that SAM makes for a function.
#[derive(Clone, Debug)]
pub(super) struct MadeRole<'d> {
    /// The function's logical id, and `Role`.
    pub logical_id: String,
    /// What CloudFormation gets: the properties of an `AWS::IAM::Role`.
    pub properties: Value<'d>,
    /// What SAM cannot transform. It refuses such a template as a whole.
    pub problems: Vec<Problem>,
}

/// The policy template that a value is, where SAM expands none.
pub(super) fn stray_template<'v>(value: &'v Value<'_>) -> Option<&'v Member<'v>> {
    match value.members() {
        [member] if PolicyTemplate::named(&member.key).is_some() => Some(member),
        _ => None,
    }
}

/// Is it a function of SAM?
pub(super) fn is_function(resource: &Resource<'_>) -> bool {
    resource.resource_type == "AWS::Serverless::Function"
}

/// The logical id of the role that SAM makes for a function, if it makes one.
///
/// Source: AWS SAM Developer Guide, "Generated CloudFormation resources when AWS::Serverless::Function is specified".
pub(super) fn role_id(function: &str) -> String {
    format!("{function}Role")
}

/// The function of SAM for which a role of this logical id would be made.
pub(super) fn maker(template: &Template<'_>, role: &str) -> Option<ResourceId> {
    let function = role.strip_suffix("Role").and_then(|function| template.find(function));
    function.filter(|id| is_function(template.resource(*id)))
}

/// What a function takes over from `Globals`, as it stands.
pub(super) fn globals<'d>(template: &Template<'d>, resource: &Resource<'d>) -> Option<Node<'d>> {
    let kind = resource.resource_type.strip_prefix("AWS::Serverless::")?;
    template.globals.as_ref()?.get(kind)
}

/// What of `Globals` SAM refuses.
pub(super) fn problems(template: &Template<'_>) -> Vec<Problem> {
    globals::problems(template)
}

/// The properties that say how a function is connected. To evaluate the others takes time, and nobody reads them.
const READ: [&str; 3] = ["VpcConfig", "CapacityProviderConfig", "Events"];

/// What an `AWS::Serverless::Function` says in a world of how it is connected, with `Globals.Function` merged in as SAM
/// does it.
pub(super) fn properties<'d>(template: &Template<'d>, evaluation: &Evaluation<'_, 'd>, id: ResourceId) -> Value<'d> {
    let properties = Properties::of(template, template.resource(id)).raw;
    let members = properties.members().into_iter().filter(|member| READ.contains(&member.name));
    let members = members.filter_map(|member| member.evaluated(evaluation)).collect();
    Value { origin: properties.path().clone(), kind: Kind::Map(members) }
}

/// The resources that a function names, in itself or in what it takes over from `Globals`.
pub(super) fn mentions<'d>(
    template: &Template<'d>,
    evaluation: &Evaluation<'_, 'd>,
    function: ResourceId,
) -> Vec<Mention<'d>> {
    let mut mentions = evaluation.mentions_of(function);
    let globals = globals(template, template.resource(function));
    mentions.extend(globals.iter().flat_map(|node| evaluation.mentions(node)));
    mentions
}

/// The role of a serverless function in a world.
pub(super) fn role<'d>(template: &Template<'d>, evaluation: &Evaluation<'_, 'd>, id: ResourceId) -> SamRole<'d> {
    let resource = template.resource(id);
    let properties = Properties::of(template, resource);
    let role = properties.get("Role").filter(|role| !role.value.is_null());
    match role.and_then(|role| given(evaluation, &role.value, &properties)) {
        Some(given) => given,
        None => SamRole::Made(Maker::new(evaluation, resource, properties).make()),
    }
}

/// The role that is given; none if SAM makes one.
fn given<'d>(evaluation: &Evaluation<'_, 'd>, role: &Raw<'d>, properties: &Properties<'d>) -> Option<SamRole<'d>> {
    let value = |node: &Node<'d>| {
        let nothing = || Value { origin: node.path.clone(), kind: Kind::Null };
        evaluation.value(node).unwrap_or_else(nothing)
    };
    let Raw::Node(node) = role else { return None };
    let Some(choice) = role.choice() else {
        return Some(SamRole::Given { role: value(node), ignored: ignored(properties) });
    };
    // `Policies` count where SAM makes the role.
    match (choice.yes.is_no_value(), choice.no.is_no_value()) {
        (true, true) => None,
        (false, false) => Some(SamRole::Given { role: value(node), ignored: ignored(properties) }),
        _ => match choice.taken(evaluation) {
            Some(branch) if branch.is_no_value() => None,
            Some(Raw::Node(branch)) => Some(SamRole::Given { role: value(&branch), ignored: None }),
            _ => Some(SamRole::Given { role: value(node), ignored: None }),
        },
    }
}

/// What stands in the function itself for a role that is not made. What `Globals` hold is for all functions.
fn ignored(properties: &Properties<'_>) -> Option<(&'static str, Path)> {
    ["Policies", "PermissionsBoundary", "AssumeRolePolicyDocument", "RolePath"].into_iter().find_map(|name| {
        let member = properties.own(name)?;
        member.value.is_truthy().then(|| (name, member.key.clone()))
    })
}
