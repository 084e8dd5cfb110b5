//! Reads the outputs of single `aws iam` calls: `get-role`, `get-user`, `get-role-policy`, `get-user-policy`,
//! `get-group-policy`, `get-policy`, `list-attached-{role,user,group}-policies`, `list-groups-for-user`.
//!
//! A list of attachments does not say whose it is: it belongs to the one principal of the inputs. The same goes for a
//! list of groups and for the document of a `get-policy-version`.

use serde::Deserialize;

use super::found::{Attaching, Bounding, Found, Holdings};
use super::policy_document::VersionOutput;
use super::raw::{AttachedPolicy, Boundary, Inline, Tag, Text, Within, tags};
use super::{Collector, Document, InputProblem, PolicyEntry, PrincipalArn, PrincipalType, Tags};
use crate::document::{Raw, from_text};
use crate::policy::PolicyType;
use crate::source::Place;

/// An output that names no owner, until all inputs are read.
#[derive(Debug)]
pub(super) struct Ownerless<'a> {
    content: Content<'a>,
    path: String,
    place: Place,
}

#[derive(Debug)]
enum Content<'a> {
    Attached(Vec<Attaching<'a>>),
    Groups(Vec<std::borrow::Cow<'a, str>>),
    Version { id: Option<String>, entry: Box<PolicyEntry<'a>> },
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Role<'a> {
    #[serde(borrow)]
    role_name: Text<'a>,
    #[serde(borrow)]
    role_id: Option<Text<'a>>,
    #[serde(borrow)]
    arn: Option<Text<'a>>,
    #[serde(borrow)]
    assume_role_policy_document: Option<Raw<'a>>,
    #[serde(borrow)]
    permissions_boundary: Option<Boundary<'a>>,
    #[serde(borrow, default)]
    tags: Vec<Tag<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct User<'a> {
    #[serde(borrow)]
    user_name: Text<'a>,
    #[serde(borrow)]
    user_id: Option<Text<'a>>,
    #[serde(borrow)]
    arn: Option<Text<'a>>,
    #[serde(borrow)]
    permissions_boundary: Option<Boundary<'a>>,
    #[serde(borrow, default)]
    tags: Vec<Tag<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Policy<'a> {
    #[serde(borrow)]
    policy_name: Option<Text<'a>>,
    #[serde(borrow)]
    arn: Text<'a>,
    #[serde(borrow)]
    default_version_id: Option<Text<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct GroupName<'a> {
    #[serde(borrow)]
    group_name: Text<'a>,
}

/// `get-role-policy` and its kin.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct InlineOutput<'a> {
    #[serde(borrow)]
    role_name: Option<Text<'a>>,
    #[serde(borrow)]
    user_name: Option<Text<'a>>,
    #[serde(borrow)]
    group_name: Option<Text<'a>>,
    #[serde(borrow)]
    policy_name: Text<'a>,
    #[serde(borrow)]
    policy_document: Raw<'a>,
}

/// Any of the outputs: each has a member of its own.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Output<'a> {
    #[serde(borrow)]
    role: Option<Role<'a>>,
    #[serde(borrow)]
    user: Option<User<'a>>,
    #[serde(borrow)]
    policy: Option<Policy<'a>>,
    #[serde(borrow)]
    attached_policies: Option<Vec<AttachedPolicy<'a>>>,
    #[serde(borrow)]
    groups: Option<Vec<GroupName<'a>>>,
    #[serde(borrow)]
    policy_version: Option<VersionOutput<'a>>,
}

/// Reads one output.
///
/// # Errors
/// A member is not what AWS prints.
pub(super) fn read<'a>(within: Within<'a>, collector: &mut Collector<'a>) -> serde_json::Result<()> {
    let text = within.source.text();
    if let Ok(inline) = from_text::<InlineOutput<'a>>(text) {
        inline_policy(inline, within, collector);
        return Ok(());
    }
    let output: Output<'a> = from_text(text)?;
    if let Some(role) = output.role {
        let trust = role.assume_role_policy_document.map(|document| collector.policy(within.trust(document)));
        collector.part_of_principal(Found {
            place: Some(within.place(role.role_name.raw)),
            arn: role.arn.and_then(|arn| PrincipalArn::new(arn.value)),
            unique_id: role.role_id.map(|id| id.value),
            tags: Tags::All(tags(role.tags)),
            boundary: role.permissions_boundary.map(|boundary| Bounding::ByArn(within.boundary(boundary))),
            trust,
            ..Found::named(role.role_name.value, PrincipalType::Role, None)
        });
    }
    if let Some(user) = output.user {
        collector.part_of_principal(Found {
            place: Some(within.place(user.user_name.raw)),
            arn: user.arn.and_then(|arn| PrincipalArn::new(arn.value)),
            unique_id: user.user_id.map(|id| id.value),
            tags: Tags::All(tags(user.tags)),
            boundary: user.permissions_boundary.map(|boundary| Bounding::ByArn(within.boundary(boundary))),
            ..Found::named(user.user_name.value, PrincipalType::User, None)
        });
    }
    if let Some(policy) = output.policy {
        collector.default_version(policy.arn.value.clone(), policy.default_version_id.map(|id| id.value));
        collector.managed(PolicyEntry {
            place: Some(within.place(policy.arn.raw)),
            name: policy.policy_name.map(|name| name.value),
            arn: Some(policy.arn.value),
            policy_type: PolicyType::Identity,
            document: None,
            meant: None,
        });
    }
    let start = within.place(&text[..1.min(text.len())]);
    let mut ownerless = |content| {
        collector.ownerless.push(Ownerless { content, path: within.source.name().to_owned(), place: start.clone() });
    };
    if let Some(attached) = output.attached_policies {
        ownerless(Content::Attached(attached.into_iter().map(|policy| within.attaching(policy)).collect()));
    }
    if let Some(groups) = output.groups {
        ownerless(Content::Groups(groups.into_iter().map(|group| group.group_name.value).collect()));
    }
    if let Some(version) = output.policy_version {
        let id = version.version_id.map(|id| id.value.into_owned());
        let document = Some(within.document(version.document));
        let entry = PolicyEntry {
            name: Some(within.source.name().into()),
            arn: None,
            policy_type: PolicyType::Identity,
            place: Some(start.clone()),
            document,
            meant: None,
        };
        ownerless(Content::Version { id, entry: Box::new(entry) });
    }
    Ok(())
}

fn inline_policy<'a>(output: InlineOutput<'a>, within: Within<'a>, collector: &mut Collector<'a>) {
    let policy = Inline { policy_name: output.policy_name, policy_document: output.policy_document };
    let id = collector.policy(within.inline(policy));
    let holdings = Holdings { inline: vec![id], ..Holdings::default() };
    let named = match (output.role_name, output.user_name) {
        (Some(name), _) => Some((name, PrincipalType::Role)),
        (None, Some(name)) => Some((name, PrincipalType::User)),
        (None, None) => None,
    };
    match (named, output.group_name) {
        (Some((name, kind)), _) => {
            let place = Some(within.place(name.raw));
            collector.part_of_principal(Found { holdings, ..Found::named(name.value, kind, place) });
        }
        (None, Some(name)) => collector.group("".into(), name.value, holdings),
        (None, None) => {}
    }
}

/// Gives the outputs that name no owner to the one principal, group or policy that they can belong to.
pub(super) fn assign_ownerless<'a>(collector: &mut Collector<'a>, problems: &mut Vec<InputProblem>) {
    let ownerless = std::mem::take(&mut collector.ownerless);
    for Ownerless { content, path, place } in ownerless {
        let mut unclear = |what: &str, help: &str| {
            problems.push(InputProblem {
                path: path.clone(),
                message: format!(
                    "this list does not say whose {what} it holds, and the inputs name more than one principal, or none"
                ),
                help: Some(help.to_owned()),
                place: Some(place.clone()),
            });
        };
        match content {
            Content::Attached(attached) => match (collector.has_groups(), collector.found()) {
                (false, [one]) => one.holdings.attached.get_or_insert_default().extend(attached),
                _ => unclear(
                    "attached policies",
                    "check one principal at a time, together with its get-role or get-user output",
                ),
            },
            Content::Groups(groups) => match collector.found() {
                [one] if one.kind == PrincipalType::User => one.groups.get_or_insert_default().extend(groups),
                _ => unclear("groups", "check one user at a time, together with its get-user output"),
            },
            Content::Version { id, entry } => match collector.version_owner(id.as_deref()) {
                Some(owner) => owner.document = entry.document.map(|document: Document<'a>| document),
                None => {
                    let id = collector.policy(*entry);
                    collector.bare.push(id);
                }
            },
        }
    }
}
