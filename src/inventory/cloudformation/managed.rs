//! Managed policies, as a template names them: by ARN, or as a resource of the template.
//!
//! Source: CloudFormation Template Reference, "AWS::IAM::Role" (ManagedPolicyArns, PermissionsBoundary),
//! "AWS::IAM::ManagedPolicy" (Ref returns the ARN).

use std::borrow::Cow;

use super::principals::Principals;
use crate::inventory::{Attached, Attaching as ByArn, Attachment, Collector};
use crate::policy::Unknown;
use crate::reference::managed_policy_named;
use crate::template::{Evaluation, Existence, Kind, ResourceId, Value};

/// A managed policy that was named.
pub(super) enum Managed<'a> {
    /// To be found when all inputs are read.
    ByArn(ByArn<'a>),
    /// Policies of the template, or one that cannot be seen.
    Direct(Vec<Attached>),
}

/// What a value stands for where the ARN of a managed policy belongs; none if there is no policy.
pub(super) fn managed<'d, 'a>(
    principals: &mut Principals<'_, 'd, 'a>,
    collector: &mut Collector<'a>,
    evaluation: &Evaluation<'_, 'd>,
    value: &Value<'d>,
    through: Attachment,
) -> Option<Managed<'a>> {
    let place = Some(principals.places.value(&value.origin));
    if principals.report_template(value) {
        return None;
    }
    let text = value.as_text()?;
    let own = match value.as_reference() {
        Some(reference) => principals.template.find(&reference.resource),
        None => named(principals, evaluation, &text),
    };
    let policies = match own.filter(|id| is_managed(principals, *id)) {
        Some(id) => match evaluation.existence(id) {
            Existence::Absent => return None,
            Existence::Exists => {
                let properties = evaluation.resource(id).properties;
                let resource = principals.template.resource(id);
                principals.resource_policies(collector, resource, &properties)
            }
            Existence::Undecided => vec![principals.unseen(collector, &value.origin, &text)],
        },
        // The name alone of one of AWS's policies stands for nothing.
        None if (text.starts_with("arn:") && !matches!(value.kind, Kind::Unknown(_)))
            || managed_policy_named(&text).is_some() =>
        {
            let name = text.rsplit('/').next().filter(|name| !Unknown::is_in(name));
            let name = name.map(|name| Cow::Owned(name.to_owned()));
            return Some(Managed::ByArn(ByArn { name, arn: Cow::Owned(text.into_owned()), place }));
        }
        None => vec![principals.unseen(collector, &value.origin, &text)],
    };
    let attached = |policy| Attached { policy, through, place: place.clone() };
    Some(Managed::Direct(policies.into_iter().map(attached).collect()))
}

fn is_managed(principals: &Principals<'_, '_, '_>, id: ResourceId) -> bool {
    principals.template.resource(id).resource_type == "AWS::IAM::ManagedPolicy"
}

/// The managed policy of the template that a text names: through `${Policy}` in Fn::Sub, or by the name that the
/// template gives it.
fn named<'d>(principals: &Principals<'_, 'd, '_>, evaluation: &Evaluation<'_, 'd>, text: &str) -> Option<ResourceId> {
    let template = principals.template;
    let of_account = text.splitn(6, ':').nth(5).and_then(|rest| rest.strip_prefix("policy/"));
    let name = of_account.and_then(|rest| rest.rsplit('/').next()).filter(|name| !name.is_empty());
    let whole = Unknown::whole(text);
    let is = |id: ResourceId| {
        let resource = template.resource(id);
        if whole.is_some() && whole == Some(template.reference_to(&resource.id, None)) {
            return true;
        }
        let own = resource.property("ManagedPolicyName").and_then(|node| evaluation.value(&node));
        let own = own.as_ref().and_then(Value::as_text);
        !text.contains(":aws:policy/") && own.is_some() && own.as_deref() == name
    };
    let mut managed = template.iter().map(|(id, _)| id).filter(|id| is_managed(principals, *id));
    managed.find(|id| is(*id))
}
