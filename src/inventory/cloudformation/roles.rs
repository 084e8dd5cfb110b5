//! Which role a function's `Role` names.
//!
//! Source: CloudFormation Template Reference, "AWS::Lambda::Function" (Role: the ARN of the execution role).

use std::borrow::Cow;

use super::attaching::Holder;
use super::principals::Principals;
use crate::inventory::{RoleNamed, RoleReference};
use crate::policy::Unknown;
use crate::template::{Evaluation, Existence, ResourceId, Value};

/// A function's role, as the template names it.
pub(super) enum Named<'a> {
    /// A resource of the template.
    Resource(ResourceId),
    /// The role that SAM makes for a function of the template; its logical id.
    #[allow(dead_code, reason = "SAM's transform is read with it")]
    MadeBySam(String),
    Elsewhere(RoleNamed<'a>),
}

pub(super) fn named<'d, 'a>(
    principals: &Principals<'_, 'd, 'a>,
    evaluation: &Evaluation<'_, 'd>,
    role: &Value<'d>,
) -> Named<'a> {
    let template = principals.template;
    let is_role = |id: ResourceId| {
        Holder::of(&template.resource(id).resource_type) == Some(Holder::Role)
            && evaluation.existence(id) != Existence::Absent
    };
    if let Some(reference) = role.as_reference() {
        match template.find(&reference.resource) {
            Some(id) if is_role(id) => return Named::Resource(id),
            None if is_made_by_sam(principals, &reference.resource) => {
                return Named::MadeBySam(reference.resource.to_string());
            }
            _ => {}
        }
    }
    let Some(text) = role.as_text() else { return Named::Elsewhere(RoleNamed::Nothing) };
    if let Some(id) = by_text(principals, evaluation, &text).filter(|id| is_role(*id)) {
        return Named::Resource(id);
    }
    if text.starts_with("arn:") {
        return Named::Elsewhere(RoleNamed::Arn(Cow::Owned(text.into_owned())));
    }
    let words = template.spelt(&text);
    // A parameter is known by its name.
    let words = words.strip_prefix("Ref ").map_or_else(|| words.clone(), str::to_owned);
    Named::Elsewhere(RoleNamed::Unknown(Cow::Owned(words)))
}

/// What a function's `Role` says: `Ref` of a role is its name, which Lambda does not take.
///
/// Source: CloudFormation Template Reference, "AWS::IAM::Role", "Return values"; "AWS::Lambda::Function" (Role).
pub(super) fn reference<'d>(
    principals: &Principals<'_, 'd, '_>,
    evaluation: &Evaluation<'_, 'd>,
    role: Option<&Value<'d>>,
) -> RoleReference {
    let template = principals.template;
    let Some(role) = role else { return RoleReference::Arn };
    let text = role.as_text().unwrap_or_default();
    // The whole of it is the `Ref`, written as such or as a text of one piece.
    let Some(whole) = Unknown::whole(&text).filter(|whole| *whole != Unknown::NAMELESS) else {
        return RoleReference::Arn;
    };
    let named = role.as_reference().map(|reference| &*reference.resource);
    let mut candidates = template.iter().filter(|(_, resource)| named.is_none_or(|id| id == resource.id));
    let found = candidates.find(|(id, resource)| {
        Holder::of(&resource.resource_type) == Some(Holder::Role)
            && evaluation.existence(*id) == Existence::Exists
            && template.reference_to(&resource.id, None) == whole
    });
    match found {
        Some((_, resource)) => {
            RoleReference::Name { place: principals.places.value(&role.origin), role: resource.id.to_string() }
        }
        None => RoleReference::Arn,
    }
}

/// `FRole`, where F is a serverless function.
fn is_made_by_sam(principals: &Principals<'_, '_, '_>, id: &str) -> bool {
    let template = principals.template;
    let function = id.strip_suffix("Role").and_then(|function| template.find(function));
    function.is_some_and(|id| template.resource(id).resource_type == "AWS::Serverless::Function")
}

/// The role of an ARN that is put together: from the `Ref` of a role, which is its name, or from the name that the
/// template gives it.
fn by_text(principals: &Principals<'_, '_, '_>, evaluation: &Evaluation<'_, '_>, text: &str) -> Option<ResourceId> {
    let template = principals.template;
    let mut roles = template.iter().filter(|(_, resource)| Holder::of(&resource.resource_type) == Some(Holder::Role));
    if let Some(whole) = Unknown::whole(text).filter(|whole| *whole != Unknown::NAMELESS) {
        let is =
            |id: &str| [None, Some("Arn")].into_iter().any(|attribute| template.reference_to(id, attribute) == whole);
        return roles.find(|(_, resource)| is(&resource.id)).map(|(id, _)| id);
    }
    let name = text.splitn(6, ':').nth(5)?.strip_prefix("role/")?.rsplit('/').next()?;
    if name.is_empty() || name.contains(Unknown::NAMELESS.to_char()) {
        return None;
    }
    let is = |resource: &crate::template::Resource<'_>| {
        let own = || resource.property("RoleName").and_then(|node| evaluation.value(&node));
        Unknown::whole(name) == Some(template.reference_to(&resource.id, None))
            || own().as_ref().and_then(Value::as_text).is_some_and(|own| own == name)
    };
    roles.find(|(_, resource)| is(resource)).map(|(id, _)| id)
}
