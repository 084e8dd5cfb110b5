//! The managed policies that are attached to somebody, or bound somebody, and are not there yet: AWS's own, most of
//! them embedded, and those that GetAccountAuthorizationDetails left out.

use std::collections::{BTreeSet, HashMap, HashSet};

use aws_sdk_iam::Client;
use aws_sdk_iam::types::PolicyScopeType;
use futures_util::{StreamExt, stream};

use super::call::{CallError, Reason};
use super::dump::{Dump, ManagedPolicy, Version, document, name_of, version};
use super::incomplete::{Incomplete, Missing};
use super::pages::{Page, collect};
use super::watch::Watch;
use crate::reference::managed_policy;

const LIST: &str = "iam:ListPolicies";
const GET: &str = "iam:GetPolicy";
const GET_VERSION: &str = "iam:GetPolicyVersion";

/// From here on, one list is cheaper than to ask for each.
const FEW: usize = 3;

/// So many calls at once.
const AT_ONCE: usize = 8;

/// Adds them. An embedded document is taken if it is of the version that is in force in the account.
pub(super) async fn complete(iam: &Client, dump: &mut Dump, incomplete: &mut Incomplete, watch: &Watch<'_>) {
    if incomplete.is_fatal() {
        return;
    }
    let here: HashSet<&str> = dump
        .policies
        .iter()
        .filter(|policy| !policy.policy_version_list.is_empty())
        .map(|policy| policy.arn.as_str())
        .collect();
    let wanted: BTreeSet<String> =
        dump.named_policies().filter(|arn| !arn.is_empty() && !here.contains(arn)).map(str::to_owned).collect();
    if wanted.is_empty() {
        return;
    }
    let mut in_force: HashMap<String, String> = HashMap::new();
    if wanted.iter().filter(|arn| is_published(arn)).count() > FEW {
        match attached(iam).await {
            Ok(found) => in_force.extend(found),
            Err(error) if error.is_fatal() => {
                return incomplete.add(Missing::call(&error, "AWS's managed policies are not known"));
            }
            // Each of them can be asked for by itself.
            Err(_) => {}
        }
        watch.page(0, 0, 0);
    }
    let fetched: Vec<(String, Result<Option<ManagedPolicy>, CallError>)> = stream::iter(wanted)
        .map(async |arn| {
            let found = one(iam, &arn, in_force.get(&arn).cloned()).await;
            (arn, found)
        })
        .buffered(AT_ONCE)
        .collect()
        .await;
    for (arn, found) in fetched {
        match found {
            Ok(Some(policy)) => {
                dump.policies.retain(|known| known.arn != policy.arn);
                dump.policies.push(policy);
            }
            Ok(None) => {}
            Err(error) => incomplete.add(Missing::call(&error, &format!("what {arn} says is not known"))),
        }
    }
}

fn is_published(arn: &str) -> bool {
    arn.split(':').nth(4) == Some("aws")
}

/// The version in force of each of AWS's policies that is attached to somebody.
async fn attached(iam: &Client) -> Result<Vec<(String, String)>, CallError> {
    let policies = collect(LIST, async |marker| {
        let call = iam.list_policies().scope(PolicyScopeType::Aws).only_attached(true).max_items(1_000);
        let page = call.set_marker(marker).send().await.map_err(|error| CallError::of(LIST, error))?;
        Ok(Page { truncated: page.is_truncated, marker: page.marker, items: page.policies.unwrap_or_default() })
    })
    .await?;
    Ok(policies.into_iter().filter_map(|policy| Some((policy.arn?, policy.default_version_id?))).collect())
}

/// A policy by its ARN; none if there is none.
async fn one(iam: &Client, arn: &str, in_force: Option<String>) -> Result<Option<ManagedPolicy>, CallError> {
    let in_force = match in_force {
        Some(in_force) => in_force,
        None => match iam.get_policy().policy_arn(arn).send().await.map_err(|error| CallError::of(GET, error)) {
            Ok(answer) => answer.policy.and_then(|policy| policy.default_version_id).unwrap_or_default(),
            // It went while the account was read, or its ARN never was one: what it grants is not known, and said so.
            Err(error) if error.reason == Reason::NotFound => return Ok(None),
            Err(error) => return Err(error),
        },
    };
    // What is embedded is what AWS publishes in its first partition; the others count versions of their own.
    let embedded = arn.starts_with("arn:aws:").then(|| managed_policy(arn)).flatten();
    let version = match embedded.filter(|embedded| embedded.version == in_force) {
        Some(embedded) => {
            Version { version_id: in_force.clone(), is_default_version: true, document: document(&embedded.document) }
        }
        None => fetched(iam, arn, &in_force).await?,
    };
    Ok(Some(ManagedPolicy {
        policy_name: name_of(arn).to_owned(),
        arn: arn.to_owned(),
        default_version_id: in_force,
        policy_version_list: vec![version],
    }))
}

async fn fetched(iam: &Client, arn: &str, in_force: &str) -> Result<Version, CallError> {
    let call = iam.get_policy_version().policy_arn(arn).version_id(in_force);
    let answer = call.send().await.map_err(|error| CallError::of(GET_VERSION, error))?;
    let found = answer.policy_version.and_then(version);
    found.ok_or_else(|| CallError::cut_short(GET_VERSION))
}
