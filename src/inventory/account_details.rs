//! Reads `aws iam get-account-authorization-details`: users, groups, roles and managed policies of an account, on one
//! page or several.

use std::borrow::Cow;

use serde::Deserialize;

use super::audited::{self, Wholeness};
use super::found::{Bounding, Found, Holdings};
use super::raw::{AttachedPolicy, Boundary, Inline, Tag, Text, Within, tags};
use super::{Collector, InputProblem, PolicyEntry, PrincipalArn, PrincipalType, Tags};
use crate::document::{Raw, SyntaxError, from_text};
use crate::policy::PolicyType;
use crate::source::{At, Place, Span};

/// One page; the entries of its lists are typed, or raw where one of them is broken.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Page<'a, U, G, R, P> {
    #[serde(default = "Vec::new")]
    user_detail_list: Vec<U>,
    #[serde(default = "Vec::new")]
    group_detail_list: Vec<G>,
    #[serde(default = "Vec::new")]
    role_detail_list: Vec<R>,
    #[serde(default = "Vec::new")]
    policies: Vec<P>,
    #[serde(default)]
    is_truncated: bool,
    /// What `rolecall audit` adds.
    #[serde(borrow, rename = "Rolecall")]
    audited: Option<Raw<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct UserDetail<'a> {
    #[serde(borrow)]
    user_name: Text<'a>,
    #[serde(borrow)]
    user_id: Option<Text<'a>>,
    #[serde(borrow, default)]
    arn: Cow<'a, str>,
    #[serde(borrow, default)]
    user_policy_list: Vec<Inline<'a>>,
    #[serde(borrow, default)]
    group_list: Vec<Text<'a>>,
    #[serde(borrow, default)]
    attached_managed_policies: Vec<AttachedPolicy<'a>>,
    #[serde(borrow)]
    permissions_boundary: Option<Boundary<'a>>,
    #[serde(borrow, default)]
    tags: Vec<Tag<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct GroupDetail<'a> {
    #[serde(borrow)]
    group_name: Text<'a>,
    #[serde(borrow, default)]
    arn: Cow<'a, str>,
    #[serde(borrow, default)]
    group_policy_list: Vec<Inline<'a>>,
    #[serde(borrow, default)]
    attached_managed_policies: Vec<AttachedPolicy<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct RoleDetail<'a> {
    #[serde(borrow)]
    role_name: Text<'a>,
    #[serde(borrow, default)]
    arn: Cow<'a, str>,
    #[serde(borrow)]
    assume_role_policy_document: Option<Raw<'a>>,
    #[serde(borrow, default)]
    role_policy_list: Vec<Inline<'a>>,
    #[serde(borrow, default)]
    attached_managed_policies: Vec<AttachedPolicy<'a>>,
    #[serde(borrow)]
    permissions_boundary: Option<Boundary<'a>>,
    #[serde(borrow, default)]
    tags: Vec<Tag<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ManagedPolicyDetail<'a> {
    #[serde(borrow)]
    policy_name: Option<Text<'a>>,
    #[serde(borrow)]
    arn: Text<'a>,
    #[serde(borrow, default)]
    policy_version_list: Vec<PolicyVersion<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct PolicyVersion<'a> {
    #[serde(borrow)]
    document: Option<Raw<'a>>,
    #[serde(default)]
    is_default_version: bool,
}

/// Whether another page follows the ones that were read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Continuation {
    Ends,
    /// `IsTruncated` is true.
    Truncated,
}

/// Reads the text of one or several pages (a JSON object, or a list of them).
///
/// # Errors
/// The text is no JSON. A broken entry of a list is a problem of its own and loses nothing else.
pub(super) fn read<'a>(
    within: Within<'a>,
    collector: &mut Collector<'a>,
    problems: &mut Vec<InputProblem>,
) -> Result<Continuation, SyntaxError> {
    type Typed<'a> = Page<'a, UserDetail<'a>, GroupDetail<'a>, RoleDetail<'a>, ManagedPolicyDetail<'a>>;
    type Untyped<'a> = Page<'a, Raw<'a>, Raw<'a>, Raw<'a>, Raw<'a>>;
    let text = within.source.text();
    let pages: Vec<Typed<'a>> = match parse_pages(text) {
        Ok(pages) => pages,
        // Something in it is not what AWS prints. Entry by entry, so that only what is broken is lost.
        Err(_) => {
            let raw: Vec<Untyped<'a>> = parse_pages(text).map_err(|error| SyntaxError::from_serde(text, &error))?;
            raw.into_iter()
                .map(|page| Page {
                    user_detail_list: entries(page.user_detail_list, within, "UserDetailList", problems),
                    group_detail_list: entries(page.group_detail_list, within, "GroupDetailList", problems),
                    role_detail_list: entries(page.role_detail_list, within, "RoleDetailList", problems),
                    policies: entries(page.policies, within, "Policies", problems),
                    is_truncated: page.is_truncated,
                    audited: page.audited,
                })
                .collect()
        }
    };
    let mut continuation = Continuation::Ends;
    for page in pages {
        continuation = if page.is_truncated { Continuation::Truncated } else { Continuation::Ends };
        let inline = page.user_detail_list.iter().map(|user| user.user_policy_list.len()).sum::<usize>()
            + page.group_detail_list.iter().map(|group| group.group_policy_list.len()).sum::<usize>()
            + page.role_detail_list.iter().map(|role| role.role_policy_list.len()).sum::<usize>();
        let roles = page.role_detail_list.len();
        // A role has a trust policy, too.
        collector.expect(page.policies.len() + inline + roles, page.user_detail_list.len() + roles);
        page.policies.into_iter().for_each(|policy| managed(policy, within, collector));
        page.group_detail_list.into_iter().for_each(|detail| group(detail, within, collector));
        page.user_detail_list.into_iter().for_each(|detail| user(detail, within, collector));
        page.role_detail_list.into_iter().for_each(|detail| role(detail, within, collector));
        if let Some(audited) = page.audited
            && audited::read(audited, within, collector, problems) == Wholeness::Partial
        {
            // It says what is missing, and why.
            continuation = Continuation::Ends;
        }
    }
    Ok(continuation)
}

fn parse_pages<'a, P: Deserialize<'a>>(text: &'a str) -> serde_json::Result<Vec<P>> {
    if text.trim_start().starts_with('[') { from_text(text) } else { from_text(text).map(|page| vec![page]) }
}

fn entries<'a, T: Deserialize<'a>>(
    raw: Vec<Raw<'a>>,
    within: Within<'a>,
    list: &str,
    problems: &mut Vec<InputProblem>,
) -> Vec<T> {
    let parse = |raw: Raw<'a>| match from_text(raw.get()) {
        Ok(entry) => Some(entry),
        Err(error) => {
            let inner = SyntaxError::from_serde(raw.get(), &error);
            let at = within.span(raw.get()).start + inner.offset;
            problems.push(InputProblem {
                path: within.source.name().to_owned(),
                message: format!("this entry of {list} is not what AWS prints: {}", inner.message),
                help: Some("the other entries are judged; this one is not".to_owned()),
                place: Some(Place { source: within.id, at: At::Span(Span { start: at, end: at + 1 }) }),
            });
            None
        }
    };
    raw.into_iter().filter_map(parse).collect()
}

fn managed<'a>(policy: ManagedPolicyDetail<'a>, within: Within<'a>, collector: &mut Collector<'a>) {
    let name = policy.policy_name;
    // Only the default version is in force.
    let document = policy
        .policy_version_list
        .into_iter()
        .find(|version| version.is_default_version)
        .and_then(|version| version.document)
        .map(|document| within.document(document));
    collector.managed(PolicyEntry {
        place: Some(within.place(name.as_ref().map_or(policy.arn.raw, |name| name.raw))),
        name: name.map(|name| name.value),
        arn: Some(policy.arn.value),
        policy_type: PolicyType::Identity,
        document,
        meant: None,
    });
}

fn holdings<'a>(
    inline: Vec<Inline<'a>>,
    attached: Vec<AttachedPolicy<'a>>,
    within: Within<'a>,
    collector: &mut Collector<'a>,
) -> Holdings<'a> {
    Holdings {
        inline: inline.into_iter().map(|policy| collector.policy(within.inline(policy))).collect(),
        direct: Vec::new(),
        attached: Some(attached.into_iter().map(|policy| within.attaching(policy)).collect()),
    }
}

fn group<'a>(detail: GroupDetail<'a>, within: Within<'a>, collector: &mut Collector<'a>) {
    let account = PrincipalArn::new(detail.arn).map(|arn| arn.account().to_owned());
    let holdings = holdings(detail.group_policy_list, detail.attached_managed_policies, within, collector);
    collector.group(account.unwrap_or_default().into(), detail.group_name.value, holdings);
}

fn user<'a>(detail: UserDetail<'a>, within: Within<'a>, collector: &mut Collector<'a>) {
    let holdings = holdings(detail.user_policy_list, detail.attached_managed_policies, within, collector);
    collector.principal(Found {
        place: Some(within.place(detail.user_name.raw)),
        name: detail.user_name.value,
        kind: PrincipalType::User,
        arn: PrincipalArn::new(detail.arn),
        unique_id: detail.user_id.map(|id| id.value),
        tags: Tags::All(tags(detail.tags)),
        holdings,
        boundary: detail.permissions_boundary.map(|boundary| Bounding::ByArn(within.boundary(boundary))),
        trust: None,
        groups: Some(detail.group_list.into_iter().map(|group| group.value).collect()),
        when: Vec::new(),
        variant_of: None,
    });
}

fn role<'a>(detail: RoleDetail<'a>, within: Within<'a>, collector: &mut Collector<'a>) {
    let trust = detail.assume_role_policy_document.map(|document| collector.policy(within.trust(document)));
    let holdings = holdings(detail.role_policy_list, detail.attached_managed_policies, within, collector);
    collector.principal(Found {
        place: Some(within.place(detail.role_name.raw)),
        name: detail.role_name.value,
        kind: PrincipalType::Role,
        arn: PrincipalArn::new(detail.arn),
        unique_id: None,
        tags: Tags::All(tags(detail.tags)),
        holdings,
        boundary: detail.permissions_boundary.map(|boundary| Bounding::ByArn(within.boundary(boundary))),
        trust,
        groups: None,
        when: Vec::new(),
        variant_of: None,
    });
}
