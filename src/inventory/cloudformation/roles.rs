//! Which role a function's `Role` names.
//!
//! Source: CloudFormation Template Reference, "AWS::Lambda::Function" (Role: the ARN of the execution role).

use std::borrow::Cow;

use super::attaching::Holder;
use super::principals::Principals;
use super::sam;
use crate::inventory::{RoleNamed, RoleReference};
use crate::policy::Unknown;
use crate::template::{Evaluation, Existence, ResourceId, Template, Value};

/// A function's role, as the template names it.
pub(super) enum Named<'a> {
    /// A resource of the template.
    Resource(ResourceId),
    /// The role that SAM makes for this function of the template.
    MadeBySam(ResourceId),
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
            Some(_) => {}
            None => {
                if let Some(function) = sam::maker(template, &reference.resource) {
                    return Named::MadeBySam(function);
                }
            }
        }
    }
    let Some(text) = role.as_text() else { return Named::Elsewhere(RoleNamed::Nothing) };
    if let Some(id) = by_text(principals, evaluation, &text).filter(|id| is_role(*id)) {
        return Named::Resource(id);
    }
    if let Some(function) = made_by_text(template, &text) {
        return Named::MadeBySam(function);
    }
    if text.is_empty() {
        // A default that no function can be made with: whoever deploys this gives another.
        let parameter = principals.documents.parameter_at(template, &role.origin);
        return Named::Elsewhere(parameter.map_or(RoleNamed::Nothing, |name| RoleNamed::Unknown(name.into())));
    }
    if text.starts_with("arn:") {
        return Named::Elsewhere(RoleNamed::Arn(Cow::Owned(text.into_owned())));
    }
    let words = template.spelt(&text);
    // A parameter is known by its name.
    let words = words.strip_prefix("Ref ").map_or_else(|| words.clone(), str::to_owned);
    Named::Elsewhere(RoleNamed::Unknown(Cow::Owned(words)))
}

/// What a function's `Role` says: `Ref` of a role is its name, which Lambda does not take; and an ARN that is put together
/// has the role's path in it.
///
/// Source: CloudFormation Template Reference, "AWS::IAM::Role", "Return values"; "AWS::Lambda::Function" (Role); IAM User
/// Guide, "IAM identifiers" (the path is part of the ARN, and no two roles differ by it alone).
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
        return other_path(principals, evaluation, role, &text).unwrap_or(RoleReference::Arn);
    };
    let named = role.as_reference().map(|reference| &*reference.resource);
    let mut candidates = template.iter().filter(|(_, resource)| named.is_none_or(|id| id == resource.id));
    let found = candidates.find(|(id, resource)| {
        Holder::of(&resource.resource_type) == Some(Holder::Role)
            && evaluation.existence(*id) == Existence::Exists
            && template.reference_to(&resource.id, None) == whole
    });
    let found = found.map(|(_, resource)| resource.id.to_string()).or_else(|| {
        let words = template.words(whole);
        let role = words.strip_prefix("Ref ")?;
        sam::maker(template, role).map(|_| role.to_owned())
    });
    match found {
        Some(name) => RoleReference::Name { place: principals.places.value(&role.origin), role: name },
        None => RoleReference::Arn,
    }
}

/// An ARN of a role of the template, with another path than the role is given.
fn other_path<'d>(
    principals: &Principals<'_, 'd, '_>,
    evaluation: &Evaluation<'_, 'd>,
    role: &Value<'d>,
    text: &str,
) -> Option<RoleReference> {
    let id = by_text(principals, evaluation, text)?;
    let resource = principals.template.resource(id);
    let path = resource.property("Path").and_then(|node| evaluation.value(&node));
    let path = path.as_ref().map_or(Some(Cow::Borrowed("/")), Value::as_text).filter(|path| !path.is_empty())?;
    let name = name_in_arn(text)?;
    let written = text.splitn(6, ':').nth(5)?.strip_prefix("role")?.strip_suffix(name)?;
    let differs = *path != *written && !Unknown::is_in(&path) && !Unknown::is_in(written);
    let place = principals.places.value(&role.origin);
    differs.then(|| RoleReference::OtherPath { place, role: resource.id.to_string(), path: path.into_owned() })
}

/// The function whose role SAM makes, of which a text is the ARN or the name.
fn made_by_text(template: &Template<'_>, text: &str) -> Option<ResourceId> {
    let whole = Unknown::whole(text).or_else(|| Unknown::whole(name_in_arn(text)?));
    let words = template.words(whole?);
    let by_arn = || words.strip_prefix("Fn::GetAtt ")?.strip_suffix(".Arn");
    sam::maker(template, words.strip_prefix("Ref ").or_else(by_arn)?)
}

/// The name in the ARN of a role.
fn name_in_arn(text: &str) -> Option<&str> {
    text.splitn(6, ':').nth(5)?.strip_prefix("role/")?.rsplit('/').next()
}

/// The role of an ARN that is put together: from the `Ref` of a role, which is its name, or from the name that the
/// template gives it.
fn by_text<'d>(principals: &Principals<'_, 'd, '_>, evaluation: &Evaluation<'_, 'd>, text: &str) -> Option<ResourceId> {
    let template = principals.template;
    let mut roles = template.iter().filter(|(_, resource)| Holder::of(&resource.resource_type) == Some(Holder::Role));
    if let Some(whole) = Unknown::whole(text).filter(|whole| *whole != Unknown::NAMELESS) {
        let is =
            |id: &str| [None, Some("Arn")].into_iter().any(|attribute| template.reference_to(id, attribute) == whole);
        return roles.find(|(_, resource)| is(&resource.id)).map(|(id, _)| id);
    }
    let name = name_in_arn(text)?;
    if name.is_empty() || name.contains(Unknown::NAMELESS.to_char()) {
        return None;
    }
    let is = |resource: &crate::template::Resource<'d>| {
        let own = || resource.property("RoleName").and_then(|node| evaluation.value(&node));
        Unknown::whole(name) == Some(template.reference_to(&resource.id, None))
            || own().as_ref().and_then(Value::as_text).is_some_and(|own| own == name)
    };
    roles.find(|(_, resource)| is(resource)).map(|(id, _)| id)
}
