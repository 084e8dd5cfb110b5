//! Some roles and users instead of a whole account: the calls that each of them needs, at once.

use std::collections::BTreeMap;

use aws_sdk_iam::Client;
use futures_util::future::{join, join_all, join3, join4};
use futures_util::{StreamExt, stream};

use super::call::{CallError, Reason};
use super::clients::Clients;
use super::dump::{Dump, Group, Inline, RegionsAre, Role, User, attached, boundary, document, name_of, tags};
use super::functions;
use super::incomplete::{Incomplete, Missing};
use super::pages::{Page, collect};
use super::watch::Watch;
use super::{Request, Wanted};

/// So many principals, and so many policies of one, at once.
const AT_ONCE: usize = 8;

/// One call by this name, and its error as an error of that action.
macro_rules! call {
    ($action:literal, $call:expr) => {
        $call.send().await.map_err(|error| CallError::of($action, error))
    };
}

/// All pages of a call that has markers.
macro_rules! pages {
    ($action:literal, $call:expr, |$page:ident| $items:expr) => {
        collect($action, async |marker| {
            let $page = call!($action, $call.set_marker(marker))?;
            let (truncated, marker) = ($page.is_truncated, $page.marker);
            Ok(Page { truncated, marker, items: $items })
        })
    };
}

/// Reads what was asked for, with the groups of its users and the roles of its functions.
pub(super) async fn read(
    clients: &Clients,
    request: &Request,
    dump: &mut Dump,
    incomplete: &mut Incomplete,
    watch: &Watch<'_>,
) {
    let iam = &clients.iam;
    // By name, as they were asked for.
    let mut roles = BTreeMap::new();
    let mut users = BTreeMap::new();
    for wanted in &request.only {
        match wanted {
            Wanted::Role(given) => drop(roles.insert(name_of(given).to_owned(), given.clone())),
            Wanted::User(given) => drop(users.insert(name_of(given).to_owned(), given.clone())),
            Wanted::Function(given) => {
                let of = function(clients, request, given, dump, incomplete, watch).await;
                for arn in of {
                    roles.entry(name_of(&arn).to_owned()).or_insert(arn);
                }
            }
        }
    }
    let found = stream::iter(&roles).map(async |(name, given)| (given, role(iam, name).await));
    let found: Vec<_> = found.buffered(AT_ONCE).collect().await;
    for (given, found) in found {
        let title = format!("the role `{given}`");
        match found {
            Ok(role) if is_another(given, &role.arn) => incomplete.add(another(&title, &role.arn)),
            Ok(role) => {
                watch.page(0, 1, 0);
                dump.role_detail_list.push(role);
            }
            Err(error) => incomplete.add(unread(&title, &error)),
        }
    }
    // Of a role that was asked for by name, its functions say in which calls it is used.
    let by_name = request.only.iter().any(|wanted| matches!(wanted, Wanted::Role(_)));
    if by_name && !request.regions.is_empty() && !incomplete.is_fatal() {
        let mut found = functions::all(clients, &request.regions, watch).await;
        found.keep(|function| roles.contains_key(name_of(&function.role)));
        functions::add(found, dump, incomplete);
    }
    dump.rolecall.regions_are = RegionsAre::Some;
    let found = stream::iter(&users).map(async |(name, given)| (given, user(iam, name).await));
    let found: Vec<_> = found.buffered(AT_ONCE).collect().await;
    let mut groups = BTreeMap::new();
    for (given, found) in found {
        let title = format!("the user `{given}`");
        match found {
            Ok((user, _)) if is_another(given, &user.arn) => incomplete.add(another(&title, &user.arn)),
            Ok((user, of)) => {
                watch.page(1, 0, 0);
                groups.extend(of.into_iter().map(|group| (group.group_name.clone(), group)));
                dump.user_detail_list.push(user);
            }
            Err(error) => incomplete.add(unread(&title, &error)),
        }
    }
    let found = stream::iter(groups).map(async |(name, found)| {
        let found = group(iam, found).await;
        (format!("the group `{name}`"), found)
    });
    let found: Vec<_> = found.buffered(AT_ONCE).collect().await;
    for (name, found) in found {
        match found {
            Ok(group) => dump.group_detail_list.push(group),
            Err(error) => incomplete.add(unread(&name, &error)),
        }
    }
}

fn unread(name: &str, error: &CallError) -> Missing {
    match error.reason {
        Reason::NotFound if error.action.starts_with("lambda:") => {
            let help = "check the spelling of the name, name its region with --region, or take another --profile";
            Missing::said(format!("there is no such thing as {name}: {}", error.why()), Some(help))
        }
        Reason::NotFound => {
            let help = "check the spelling of the name (without its path), and whether --profile is the right account";
            Missing::said(format!("there is no such thing as {name}: {}", error.why()), Some(help))
        }
        _ if error.action.starts_with("lambda:") => Missing::in_region(error, &format!("{name} is not judged")),
        _ => Missing::call(error, &format!("{name} is not judged")),
    }
}

/// Was it asked for by its ARN, and is that not this one?
fn is_another(given: &str, arn: &str) -> bool {
    given.starts_with("arn:") && given != arn
}

fn another(title: &str, arn: &str) -> Missing {
    let help = "name the profile of that account with --profile, or check the path in the ARN";
    Missing::said(format!("there is no such thing as {title} here: what has that name is {arn}"), Some(help))
}

/// Adds a function and gives the roles of its versions.
async fn function(
    clients: &Clients,
    request: &Request,
    name: &str,
    dump: &mut Dump,
    incomplete: &mut Incomplete,
    watch: &Watch<'_>,
) -> Vec<String> {
    // [arn:aws:lambda:REGION:][ACCOUNT:function:]NAME[:QUALIFIER]. Source: Lambda API Reference, "ListVersionsByFunction".
    let parts: Vec<&str> = name.split(':').collect();
    let (region, account, unqualified) = match parts[..] {
        ["arn", _, "lambda", region, account, "function", bare, ..] => (Some(region), Some(account), bare),
        [account, "function", bare, ..] => (None, Some(account), bare),
        [bare, ..] => (None, None, bare),
        [] => (None, None, name),
    };
    let regions = match region {
        Some(region) => vec![region.to_owned()],
        None if request.regions.is_empty() => vec![clients.region()],
        None => request.regions.clone(),
    };
    let found = join_all(regions.into_iter().map(|region| functions::one(clients, region, unqualified, watch))).await;
    let anywhere = found.iter().any(|region| !region.functions.is_empty());
    let mut roles = Vec::new();
    for region in found {
        for error in &region.errors {
            if error.action == functions::MAPPINGS {
                incomplete.optional_in_regions(error, &format!("event sources of `{unqualified}` in {}", region.name));
                continue;
            }
            // In one of several regions is enough.
            if error.reason != Reason::NotFound || !anywhere {
                incomplete.add(unread(&format!("the function `{unqualified}` in {}", region.name), error));
            }
        }
        let arn = region.functions.first().map(|found| found.function_arn.clone()).unwrap_or_default();
        if account.is_some_and(|account| !arn.is_empty() && arn.split(':').nth(4) != Some(account)) {
            incomplete.add(another(&format!("the function `{name}`"), &arn));
            continue;
        }
        roles.extend(region.functions.iter().map(|one| one.role.clone()));
        if !dump.rolecall.regions.contains(&region.name) {
            dump.rolecall.regions.push(region.name);
        }
        dump.rolecall.functions.extend(region.functions);
        dump.rolecall.event_source_mappings.extend(region.mappings);
    }
    roles
}

async fn role(iam: &Client, name: &str) -> Result<Role, CallError> {
    let found = async { call!("iam:GetRole", iam.get_role().role_name(name)) };
    let names = pages!("iam:ListRolePolicies", iam.list_role_policies().role_name(name), |page| page.policy_names);
    let list = || iam.list_attached_role_policies().role_name(name);
    let policies = pages!("iam:ListAttachedRolePolicies", list(), |page| attached(page.attached_policies));
    let (found, names, policies) = join3(found, names, policies).await;
    let found = found?.role.ok_or_else(|| CallError::cut_short("iam:GetRole"))?;
    let inline = stream::iter(names?).map(async |policy| {
        let call = iam.get_role_policy().role_name(name).policy_name(&policy);
        let found = call!("iam:GetRolePolicy", call)?;
        Ok(Inline { policy_document: document(&found.policy_document), policy_name: policy })
    });
    Ok(Role {
        path: found.path,
        role_name: found.role_name,
        role_id: found.role_id,
        arn: found.arn,
        assume_role_policy_document: found.assume_role_policy_document.as_deref().map(document),
        role_policy_list: whole(inline.buffered(AT_ONCE).collect().await)?,
        attached_managed_policies: policies?,
        permissions_boundary: boundary(found.permissions_boundary),
        tags: tags(found.tags),
    })
}

/// A user, and the groups that it is in: their names and ARNs.
async fn user(iam: &Client, name: &str) -> Result<(User, Vec<aws_sdk_iam::types::Group>), CallError> {
    let found = async { call!("iam:GetUser", iam.get_user().user_name(name)) };
    let names = pages!("iam:ListUserPolicies", iam.list_user_policies().user_name(name), |page| page.policy_names);
    let list = || iam.list_attached_user_policies().user_name(name);
    let policies = pages!("iam:ListAttachedUserPolicies", list(), |page| attached(page.attached_policies));
    let groups = pages!("iam:ListGroupsForUser", iam.list_groups_for_user().user_name(name), |page| page.groups);
    let (found, names, policies, groups) = join4(found, names, policies, groups).await;
    let found = found?.user.ok_or_else(|| CallError::cut_short("iam:GetUser"))?;
    let inline = stream::iter(names?).map(async |policy| {
        let call = iam.get_user_policy().user_name(name).policy_name(&policy);
        let found = call!("iam:GetUserPolicy", call)?;
        Ok(Inline { policy_document: document(&found.policy_document), policy_name: policy })
    });
    let groups = groups?;
    let user = User {
        path: found.path,
        user_name: found.user_name,
        user_id: found.user_id,
        arn: found.arn,
        user_policy_list: whole(inline.buffered(AT_ONCE).collect().await)?,
        group_list: groups.iter().map(|group| group.group_name.clone()).collect(),
        attached_managed_policies: policies?,
        permissions_boundary: boundary(found.permissions_boundary),
        tags: tags(found.tags),
    };
    Ok((user, groups))
}

async fn group(iam: &Client, found: aws_sdk_iam::types::Group) -> Result<Group, CallError> {
    let name = &found.group_name;
    let names = pages!("iam:ListGroupPolicies", iam.list_group_policies().group_name(name), |page| page.policy_names);
    let list = || iam.list_attached_group_policies().group_name(name);
    let policies = pages!("iam:ListAttachedGroupPolicies", list(), |page| attached(page.attached_policies));
    let (names, policies) = join(names, policies).await;
    let inline = stream::iter(names?).map(async |policy| {
        let call = iam.get_group_policy().group_name(name).policy_name(&policy);
        let found = call!("iam:GetGroupPolicy", call)?;
        Ok(Inline { policy_document: document(&found.policy_document), policy_name: policy })
    });
    let group_policy_list = whole(inline.buffered(AT_ONCE).collect().await)?;
    Ok(Group {
        path: found.path,
        group_name: found.group_name,
        group_id: found.group_id,
        arn: found.arn,
        group_policy_list,
        attached_managed_policies: policies?,
    })
}

fn whole(found: Vec<Result<Inline, CallError>>) -> Result<Vec<Inline>, CallError> {
    found.into_iter().collect()
}
