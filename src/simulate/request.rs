//! What a request asks.
//!
//! In: its members. Out: the policies in their layers, the actions, the resources and the context. Limits, so that no
//! request takes long: 1,000 policies, 100,000 pairs of an action and a resource, 10,000 context values.
//!
//! Source: IAM API Reference, "SimulateCustomPolicy", "ContextEntry".

use std::borrow::Cow;
use std::fmt;

use super::context::RequestContext;
use super::invalid::InvalidRequest;
use super::members::{ContextEntry, KeyType, Level, Object, Request};
use crate::document::Text;
use crate::evaluate::{self, Caller, Layer, ResourceName, is_account};
use crate::policy::PolicyType;

const POLICIES: usize = 1_000;
const DECISIONS: usize = 100_000;
const VALUES: usize = 10_000;

/// Where a policy stands in the request: what the answer calls its source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Field {
    Identity(usize),
    Boundary(usize),
    Session(usize),
    ServiceControl { level: usize, item: usize },
    ResourceControl { level: usize, item: usize },
    Resource,
    Endpoint(usize),
}

impl Field {
    /// What kind of policy it is, in the words of AWS's answers.
    pub(super) fn source_type(self) -> &'static str {
        match self {
            Field::Identity(_) => "IAM Policy",
            Field::Boundary(_) => "Permissions Boundary Policy",
            Field::Session(_) => "Session Policy",
            Field::ServiceControl { .. } => "Service Control Policy",
            Field::ResourceControl { .. } => "Resource Control Policy",
            Field::Resource => "Resource Policy",
            Field::Endpoint(_) => "VPC Endpoint Policy",
        }
    }
}

/// As AWS numbers them: from 1.
impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Field::Identity(item) => write!(f, "PolicyInputList.{}", item + 1),
            Field::Boundary(item) => write!(f, "PermissionsBoundaryPolicyInputList.{}", item + 1),
            Field::Session(item) => write!(f, "SessionPolicyInputList.{}", item + 1),
            Field::ServiceControl { level, item } => {
                write!(f, "OrderedOrganizationPolicyInputList.{}.ServiceControlPolicyInputList.{}", level + 1, item + 1)
            }
            Field::ResourceControl { level, item } => write!(
                f,
                "OrderedOrganizationPolicyInputList.{}.ResourceControlPolicyInputList.{}",
                level + 1,
                item + 1
            ),
            Field::Resource => f.write_str("ResourcePolicy"),
            Field::Endpoint(item) => write!(f, "VpcEndpointPolicyInputList.{}", item + 1),
        }
    }
}

/// A policy of the request, as text.
#[derive(Debug)]
pub(super) struct Given<'r> {
    pub layer: Layer,
    pub field: Field,
    pub policy_type: PolicyType,
    /// None for a level whose list of service control policies is empty: it allows nothing.
    pub text: Option<Cow<'r, str>>,
}

/// What is asked.
#[derive(Debug)]
pub(super) struct Simulation<'r> {
    pub policies: Vec<Given<'r>>,
    pub actions: Vec<Cow<'r, str>>,
    pub resources: Vec<Cow<'r, str>>,
    /// Whether the request names its resources.
    pub named: ResourcesNamed,
    owner: Option<Cow<'r, str>>,
    caller: Option<Cow<'r, str>>,
    context: RequestContext<'r>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ResourcesNamed {
    ByRequest,
    /// "If this parameter is not provided, then the value defaults to * (all resources)."
    ByDefault,
}

impl<'r> Simulation<'r> {
    pub(super) fn read(request: Request<'r>) -> Result<Simulation<'r>, InvalidRequest> {
        if request.marker.is_some() {
            return Err(InvalidRequest::new("Marker: there is no next page, every answer is whole"));
        }
        if request.permissions_boundary_policy_input_list.len() > 1 {
            return Err(InvalidRequest::new(
                "PermissionsBoundaryPolicyInputList: a principal has at most one permissions boundary",
            ));
        }
        let actions = actions(request.action_names)?;
        let named =
            if request.resource_arns.is_empty() { ResourcesNamed::ByDefault } else { ResourcesNamed::ByRequest };
        let resources = match named {
            ResourcesNamed::ByDefault => vec![Cow::Borrowed("*")],
            ResourcesNamed::ByRequest => texts(request.resource_arns),
        };
        if let Some(empty) = resources.iter().position(|resource| resource.is_empty()) {
            return Err(InvalidRequest::new(format!(
                "ResourceArns.{}: the text is empty; give an ARN or \"*\"",
                empty + 1
            )));
        }
        if actions.len() * resources.len() > DECISIONS {
            return Err(InvalidRequest::new(format!(
                "ActionNames, ResourceArns: {} actions on {} resources are more than {DECISIONS} decisions",
                actions.len(),
                resources.len()
            )));
        }
        let caller = request.caller_arn.map(|text| text.0);
        if let Some(caller) = caller.as_deref().filter(|caller| Caller::parse(caller).is_none()) {
            return Err(InvalidRequest::new(format!(
                "CallerArn: `{caller}` is no principal; expected the ARN of a user, role, role session or federated \
                 user, a service principal such as lambda.amazonaws.com, or \"*\""
            )));
        }
        let owner = request.resource_owner.map(|text| account_of(text.0)).transpose()?;
        let context = context(request.context_entries)?;
        let policies = Lists {
            identity: request.policy_input_list,
            boundary: request.permissions_boundary_policy_input_list,
            session: request.session_policy_input_list,
            levels: request.ordered_organization_policy_input_list,
            resource: request.resource_policy,
            endpoint: request.vpc_endpoint_policy_input_list,
        }
        .in_layers();
        if policies.len() > POLICIES {
            return Err(InvalidRequest::new(format!("{} policies are more than {POLICIES}", policies.len())));
        }
        Ok(Simulation { policies, actions, resources, named, owner, caller, context })
    }

    /// One action on one resource.
    pub(super) fn ask<'a>(&'a self, action: &'a str, resource: ResourceName<'a>) -> evaluate::Request<'a> {
        let caller = self.caller.as_deref().and_then(Caller::parse).unwrap_or(Caller::Unnamed);
        evaluate::Request { action, resource, caller, owner: self.owner.as_deref(), context: &self.context }
    }
}

fn texts<'r>(texts: Vec<Text<'r>>) -> Vec<Cow<'r, str>> {
    texts.into_iter().map(|text| text.0).collect()
}

fn actions<'r>(names: Vec<Text<'r>>) -> Result<Vec<Cow<'r, str>>, InvalidRequest> {
    if names.is_empty() {
        return Err(InvalidRequest::new("ActionNames: the list is empty; name at least one action"));
    }
    for (number, Text(name)) in (1..).zip(&names) {
        let whole = name.split_once(':').is_some_and(|(service, name)| !service.is_empty() && !name.is_empty());
        if name.contains(['*', '?']) {
            return Err(InvalidRequest::new(format!(
                "ActionNames.{number}: `{name}` has a wildcard; name each action by itself"
            )));
        }
        if !whole {
            return Err(InvalidRequest::new(format!(
                "ActionNames.{number}: `{name}` is no action; expected service:Name, for example ec2:CreateNetworkInterface"
            )));
        }
    }
    Ok(texts(names))
}

/// The account of a ResourceOwner: `arn:aws:iam::111122223333:root`, or the twelve digits.
fn account_of(owner: Cow<'_, str>) -> Result<Cow<'_, str>, InvalidRequest> {
    if is_account(&owner) {
        return Ok(owner);
    }
    match ResourceName::parse(&owner).account() {
        Some(account) => Ok(Cow::Owned(account.to_owned())),
        None => Err(InvalidRequest::new(format!(
            "ResourceOwner: `{owner}` names no account; expected arn:aws:iam::111122223333:root"
        ))),
    }
}

fn context<'r>(entries: Vec<Object<ContextEntry<'r>>>) -> Result<RequestContext<'r>, InvalidRequest> {
    let mut context = RequestContext::default();
    let mut count = 0;
    for (number, Object(entry)) in (1..).zip(entries) {
        let Text(name) = entry.context_key_name;
        count += entry.context_key_values.len();
        if count > VALUES {
            return Err(InvalidRequest::new(format!("ContextEntries.{number}: more than {VALUES} values in all")));
        }
        if name.is_empty() {
            return Err(InvalidRequest::new(format!("ContextEntries.{number}.ContextKeyName: the text is empty")));
        }
        if let Some(list) = entry.context_key_type.and_then(KeyType::list)
            && entry.context_key_values.len() > 1
        {
            return Err(InvalidRequest::new(format!(
                "ContextEntries.{number}.ContextKeyValues: {} values for `{name}`, whose type has one; the type for \
                 several is {list}",
                entry.context_key_values.len()
            )));
        }
        if context.has(&name) {
            return Err(InvalidRequest::new(format!(
                "ContextEntries.{number}.ContextKeyName: `{name}` is given twice; give all its values in one entry"
            )));
        }
        context.add(name, entry.context_key_values);
    }
    Ok(context)
}

struct Lists<'r> {
    identity: Vec<Text<'r>>,
    boundary: Vec<Text<'r>>,
    session: Vec<Text<'r>>,
    levels: Vec<Object<Level<'r>>>,
    resource: Option<Text<'r>>,
    endpoint: Vec<Text<'r>>,
}

impl<'r> Lists<'r> {
    fn in_layers(self) -> Vec<Given<'r>> {
        let mut all = Vec::new();
        let mut add = |list: Vec<Text<'r>>, layer: Layer, policy_type: PolicyType, field: &dyn Fn(usize) -> Field| {
            all.extend(list.into_iter().enumerate().map(|(item, text)| Given {
                layer,
                field: field(item),
                policy_type,
                text: Some(text.0),
            }));
        };
        add(self.identity, Layer::Identity, PolicyType::Identity, &Field::Identity);
        add(self.boundary, Layer::Boundary, PolicyType::Identity, &Field::Boundary);
        add(self.session, Layer::Session, PolicyType::Session, &Field::Session);
        let mut silent = Vec::new();
        for (level, Object(lists)) in self.levels.into_iter().enumerate() {
            match lists.service_control_policy_input_list {
                Some(list) if list.is_empty() => silent.push(level),
                Some(list) => add(list, Layer::Organization(level), PolicyType::ServiceControl, &|item| {
                    Field::ServiceControl { level, item }
                }),
                None => {}
            }
            add(
                lists.resource_control_policy_input_list,
                Layer::ResourceControl(level),
                PolicyType::ResourceControl,
                &|item| Field::ResourceControl { level, item },
            );
        }
        add(self.resource.into_iter().collect(), Layer::Resource, PolicyType::Resource, &|_| Field::Resource);
        add(self.endpoint, Layer::Endpoint, PolicyType::VpcEndpoint, &Field::Endpoint);
        all.extend(silent.into_iter().map(|level| Given {
            layer: Layer::Organization(level),
            field: Field::ServiceControl { level, item: 0 },
            policy_type: PolicyType::ServiceControl,
            text: None,
        }));
        all
    }
}
