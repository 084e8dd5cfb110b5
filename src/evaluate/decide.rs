//! One request, decided: what AWS answers, and the statements that make the answer.
//!
//! In: a [`Request`] of which everything is known, and the policies around it, each with its [`Layer`]. Out: a
//! [`Decision`]. Where AWS's texts leave a point open, what grants less is taken (docs/semantics.md lists the points):
//! an Allow that may apply does not, a Deny that may apply does.
//!
//! Source: IAM User Guide, "Policy evaluation logic", "Cross-account policy evaluation logic"; Organizations User
//! Guide, "SCP evaluation", "RCP evaluation".

use super::action::matches_action;
use super::condition::{Setting, Undecided, all_hold, keys_in_vain};
use super::context::Context;
use super::layers::{Layer, LayeredPolicy, StatementRef};
use super::principal::{Caller, IamKind, Naming, is_account, may_be_denied, named};
use super::resource_name::{ResourceName, is_about};
use super::truth::Truth;
use crate::policy::{Effect, Polarity, Policy, Statement};
use crate::reference::supports_resource_control;

/// One call on one resource.
#[derive(Clone, Copy)]
pub struct Request<'a> {
    /// `s3:GetObject`, without wildcards.
    pub action: &'a str,
    pub resource: ResourceName<'a>,
    pub caller: Caller<'a>,
    /// The account that owns a resource whose ARN names none; none if it is the caller's.
    pub owner: Option<&'a str>,
    /// Every key is known or absent.
    pub context: &'a dyn Context,
}

/// AWS's three answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Answer {
    Allowed,
    /// Nothing allows it, or a layer does not.
    ImplicitDeny,
    /// A Deny.
    ExplicitDeny,
}

/// What one layer says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LayerAnswer {
    pub layer: Layer,
    /// Whether an Allow of the layer applies.
    pub allows: Truth,
}

/// The answer to one request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    pub answer: Answer,
    /// The Allows that apply, whether or not they are enough.
    pub allows: Vec<StatementRef>,
    /// The Denies that apply.
    pub denies: Vec<StatementRef>,
    /// Every layer that has a policy, in the order in which the policies were given; an Allow that applies may be of
    /// no use without the others.
    pub layers: Vec<LayerAnswer>,
    /// The layer for want of which the request is not allowed, if no Deny applies.
    pub lacking: Option<Layer>,
    /// Condition keys that were looked for in vain, as the policies write them, each once.
    pub missing_keys: Vec<Box<str>>,
}

impl Decision {
    /// The statements that determine the answer: the Denies; else, if it is allowed, the Allows.
    pub fn statements(&self) -> &[StatementRef] {
        match self.answer {
            Answer::ExplicitDeny => &self.denies,
            Answer::Allowed => &self.allows,
            Answer::ImplicitDeny => &[],
        }
    }
}

/// Decides one request.
pub fn decide(request: &Request<'_>, policies: &[LayeredPolicy<'_>]) -> Decision {
    let mut found = Found::default();
    for (index, layered) in policies.iter().enumerate() {
        let Some(policy) = layered.policy else { continue };
        if !counts(layered.layer, request) {
            continue;
        }
        found.layer(layered.layer);
        for (ordinal, statement) in policy.statements.iter().enumerate() {
            let at = StatementRef { policy: index, statement: ordinal };
            found.statement(request, layered.layer, policy, statement, at);
        }
    }
    found.decide(request)
}

/// Does a layer touch the request at all?
fn counts(layer: Layer, request: &Request<'_>) -> bool {
    match layer {
        // Who has no account has no policies of its own, and no organization.
        Layer::Identity | Layer::Boundary | Layer::Session => {
            matches!(request.caller, Caller::Unnamed | Caller::Iam(_))
        }
        Layer::Organization(_) => {
            matches!(request.caller, Caller::Unnamed | Caller::Iam(_)) && !request.caller.is_service_linked()
        }
        // RCPs restrict neither service-linked roles nor kms:RetireGrant, and they are about some services only.
        Layer::ResourceControl(_) => {
            !request.caller.is_service_linked()
                && !request.resource.is_service_linked_role()
                && !request.action.eq_ignore_ascii_case("kms:RetireGrant")
                && request.action.split_once(':').is_some_and(|(service, _)| supports_resource_control(service))
        }
        Layer::Resource | Layer::Endpoint => true,
    }
}

/// What applies, as it is found.
#[derive(Default)]
struct Found {
    layers: Vec<LayerAnswer>,
    allows: Vec<StatementRef>,
    denies: Vec<StatementRef>,
    /// How directly the resource-based policy allows the caller.
    naming: Vec<Naming>,
    missing: Undecided,
}

impl Found {
    fn layer(&mut self, layer: Layer) -> &mut LayerAnswer {
        let known = self.layers.iter().position(|answer| answer.layer == layer).unwrap_or_else(|| {
            self.layers.push(LayerAnswer { layer, allows: Truth::No });
            self.layers.len() - 1
        });
        &mut self.layers[known]
    }

    fn statement(
        &mut self,
        request: &Request<'_>,
        layer: Layer,
        policy: &Policy,
        statement: &Statement,
        at: StatementRef,
    ) {
        let allow = statement.effect == Effect::Allow;
        // In doubt, an Allow does not apply and a Deny does.
        let applies = |truth: Truth| if allow { truth == Truth::Yes } else { truth != Truth::No };
        if !applies(matches_action(&statement.actions, statement.effect, request.action)) {
            return;
        }
        let mut naming = None;
        if let Some(principal) = &statement.principal {
            naming = named(principal, &request.caller);
            let speaks = if allow {
                Truth::from(naming.is_some())
            } else if principal.polarity == Polarity::AllBut && self.has(Layer::Boundary) {
                // "The NotPrincipal element with a Deny effect will always deny any IAM principal that has a
                // permissions boundary policy attached, regardless of the values."
                Truth::Yes
            } else {
                may_be_denied(principal, &request.caller)
            };
            if !applies(speaks) {
                return;
            }
        }
        let setting = Setting::settled(policy, statement, request.context);
        if let Some(resources) = &statement.resources {
            let about = is_about(resources, &request.resource, setting, &mut Undecided::default());
            keys_in_vain(&resources.patterns, setting, &mut self.missing);
            if !applies(about) {
                return;
            }
        }
        for condition in &statement.conditions {
            if setting.context.lacks(&condition.key) {
                self.missing.add(&condition.key);
            }
            keys_in_vain(&condition.values, setting, &mut self.missing);
        }
        if !applies(all_hold(&statement.conditions, setting, &mut Undecided::default())) {
            return;
        }
        if allow {
            self.allows.push(at);
            self.layer(layer).allows = Truth::Yes;
            if layer == Layer::Resource {
                self.naming.extend(naming);
            }
        } else {
            self.denies.push(at);
        }
    }

    fn decide(self, request: &Request<'_>) -> Decision {
        let lacking = self.lacking(request);
        let answer = match lacking {
            _ if !self.denies.is_empty() => Answer::ExplicitDeny,
            None => Answer::Allowed,
            Some(_) => Answer::ImplicitDeny,
        };
        Decision {
            answer,
            allows: self.allows,
            denies: self.denies,
            layers: self.layers,
            lacking: lacking.filter(|_| answer == Answer::ImplicitDeny),
            missing_keys: self.missing.into_keys(),
        }
    }

    fn allows(&self, layer: Layer) -> bool {
        self.layers.iter().any(|answer| answer.layer == layer && answer.allows == Truth::Yes)
    }

    fn has(&self, layer: Layer) -> bool {
        self.layers.iter().any(|answer| answer.layer == layer)
    }

    /// The first layer that would have to allow and does not.
    fn lacking(&self, request: &Request<'_>) -> Option<Layer> {
        let organization = |answer: &&LayerAnswer| matches!(answer.layer, Layer::Organization(_) | Layer::Endpoint);
        // "For a permission to be allowed for a specific account, there must be an explicit Allow statement at every
        // level from the root through each OU in the direct path to the account." An endpoint policy that is given
        // replaces the default one, which allows everything.
        if let Some(level) = self.layers.iter().filter(organization).find(|answer| answer.allows != Truth::Yes) {
            return Some(level.layer);
        }
        let direct = self.naming.iter().copied().max();
        match Side::of(request) {
            // Nobody's identity policies speak for such a caller: the resource's policy decides.
            Side::Foreign if !matches!(request.caller, Caller::Iam(_)) => direct.is_none().then_some(Layer::Resource),
            Side::Foreign => self.own_side(request).or_else(|| direct.is_none().then_some(Layer::Resource)),
            Side::SameAccount => self.within_account(request, direct),
        }
    }

    /// What the caller's own account has to allow: identity policies, within boundary and session policy.
    fn own_side(&self, request: &Request<'_>) -> Option<Layer> {
        let is_root = matches!(request.caller, Caller::Iam(caller) if caller.kind == IamKind::Root);
        // The root user of an account has all rights in it, without any policy.
        if is_root {
            return None;
        }
        // "If you do not pass a policy, the federated user session has no permissions" (STS, GetFederationToken).
        if matches!(request.caller, Caller::Iam(caller) if caller.kind == IamKind::FederatedUser)
            && !self.has(Layer::Session)
        {
            return Some(Layer::Session);
        }
        [Layer::Identity, Layer::Boundary, Layer::Session]
            .into_iter()
            .find(|layer| !self.allows(*layer) && (*layer == Layer::Identity || self.has(*layer)))
    }

    /// Within one account, a grant of the resource's policy can be enough.
    fn within_account(&self, request: &Request<'_>, direct: Option<Naming>) -> Option<Layer> {
        let limits = |layers: &[Layer]| layers.iter().copied().find(|layer| self.has(*layer) && !self.allows(*layer));
        match direct {
            // "Not limited by an implicit deny in an identity-based policy, a permissions boundary, or a session
            // policy": a user's or a session's own ARN.
            // The Principal page says the same of `*` narrowed by `aws:PrincipalArn`.
            Some(Naming::Itself | Naming::Everyone) => None,
            // "Limited by an implicit deny in a permissions boundary or session policy": a role's ARN.
            Some(Naming::Role) => limits(&[Layer::Boundary, Layer::Session]),
            Some(Naming::Account) => self.own_side(request),
            None if must_be_named(request.action) && self.has(Layer::Resource) => Some(Layer::Resource),
            None => self.own_side(request),
        }
    }
}

/// "IAM role trust policies and KMS key policies are exceptions to this logic, because they must explicitly allow
/// access for principals."
fn must_be_named(action: &str) -> bool {
    let service = action.split_once(':').map_or("", |(service, _)| service);
    ["kms", "sts"].iter().any(|own| service.eq_ignore_ascii_case(own))
}

/// How the caller stands to the resource.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    SameAccount,
    /// Another account's, or nobody's.
    Foreign,
}

impl Side {
    fn of(request: &Request<'_>) -> Side {
        let owner = request.resource.account().or(request.owner.filter(|owner| is_account(owner)));
        match (request.caller, owner) {
            (Caller::Unnamed, _) | (Caller::Iam(_), None) => Side::SameAccount,
            (Caller::Iam(caller), Some(owner)) if caller.account == owner => Side::SameAccount,
            _ => Side::Foreign,
        }
    }
}
