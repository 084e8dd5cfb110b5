//! The service control policies around the account, level by level from the root.
//!
//! Only the management account of an organization, and accounts to which it delegates that, may read them. Whoever may
//! not is told that they were not looked at.

use std::collections::HashMap;

use aws_sdk_organizations::Client;
use aws_sdk_organizations::error::SdkError;
use aws_sdk_organizations::operation::describe_organization::DescribeOrganizationError;
use aws_sdk_organizations::types::{OrganizationFeatureSet, ParentType, PolicyType, PolicyTypeSummary, Root};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;

use super::call::CallError;
use super::dump::{Dump, Level, ServiceControlPolicy, document};
use super::incomplete::Incomplete;
use super::pages::{Page, collect};
use super::watch::Watch;

const ORGANIZATION: &str = "organizations:DescribeOrganization";
const ROOTS: &str = "organizations:ListRoots";
const PARENTS: &str = "organizations:ListParents";
const TARGET: &str = "organizations:ListPoliciesForTarget";
const POLICY: &str = "organizations:DescribePolicy";

/// "You can nest OUs up to five levels deep." Source: Organizations User Guide, "Quotas for AWS Organizations".
const DEEPEST: usize = 10;

/// Adds them.
pub(super) async fn read(organizations: &Client, dump: &mut Dump, incomplete: &mut Incomplete, watch: &Watch<'_>) {
    let Some(account) = dump.account().map(str::to_owned) else { return };
    match levels(organizations, account, watch).await {
        Ok(levels) => dump.rolecall.service_control_policies = Some(levels),
        Err(error) => incomplete.optional(&error, "service control policies"),
    }
}

/// No level for an account that no service control policy binds.
async fn levels(organizations: &Client, account: String, watch: &Watch<'_>) -> Result<Vec<Level>, CallError> {
    let organization = match organizations.describe_organization().send().await {
        Ok(answer) => answer.organization,
        Err(error) if said(&error, DescribeOrganizationError::is_aws_organizations_not_in_use_exception) => {
            return Ok(Vec::new());
        }
        Err(error) => return Err(CallError::of(ORGANIZATION, error)),
    };
    watch.page(0, 0, 0);
    let Some(organization) = organization else { return Err(CallError::cut_short(ORGANIZATION)) };
    // "SCPs don't affect users or roles in the management account." Source: Organizations User Guide, "Service control
    // policies (SCPs)". An organization for consolidated billing only has none.
    if organization.master_account_id.as_deref() == Some(&*account)
        || organization.feature_set == Some(OrganizationFeatureSet::ConsolidatedBilling)
    {
        return Ok(Vec::new());
    }
    let roots = collect(ROOTS, async |marker| {
        let call = organizations.list_roots().set_next_token(marker);
        let page = call.send().await.map_err(|error| CallError::of(ROOTS, error))?;
        Page::listed(ROOTS, page.roots, page.next_token)
    })
    .await?;
    watch.page(0, 0, 0);
    if roots.is_empty() {
        return Err(CallError::cut_short(ROOTS));
    }
    // Those that are about to be enabled or disabled bind soon, or still.
    let enabled = |found: &PolicyTypeSummary| found.r#type == Some(PolicyType::ServiceControlPolicy);
    if !roots.iter().flat_map(Root::policy_types).any(enabled) {
        return Ok(Vec::new());
    }
    let mut targets = vec![account];
    while targets.len() <= DEEPEST {
        let child = targets.last().cloned().unwrap_or_default();
        let answer = organizations.list_parents().child_id(&child).send().await;
        let answer = answer.map_err(|error| CallError::of(PARENTS, error))?;
        watch.page(0, 0, 0);
        let parent = answer.parents.unwrap_or_default().into_iter().next();
        let parent = parent.ok_or_else(|| CallError::cut_short(PARENTS))?;
        targets.push(parent.id.unwrap_or_default());
        if parent.r#type == Some(ParentType::Root) {
            return attached(organizations, targets, watch).await;
        }
    }
    Err(CallError::cut_short(PARENTS))
}

/// What is attached to each of these, the last first.
async fn attached(organizations: &Client, targets: Vec<String>, watch: &Watch<'_>) -> Result<Vec<Level>, CallError> {
    let mut known: HashMap<String, String> = HashMap::new();
    let mut levels = Vec::new();
    for target in targets.into_iter().rev() {
        let summaries = collect(TARGET, async |marker| {
            let call = organizations.list_policies_for_target().target_id(&target);
            let call = call.filter(PolicyType::ServiceControlPolicy).set_next_token(marker);
            let page = call.send().await.map_err(|error| CallError::of(TARGET, error))?;
            Page::listed(TARGET, page.policies, page.next_token)
        })
        .await?;
        watch.page(0, 0, 0);
        let mut policies = Vec::new();
        for summary in summaries {
            let id = summary.id.unwrap_or_default();
            if !known.contains_key(&id) {
                let answer = organizations.describe_policy().policy_id(&id).send().await;
                let answer = answer.map_err(|error| CallError::of(POLICY, error))?;
                let content = answer.policy.and_then(|policy| policy.content);
                known.insert(id.clone(), content.ok_or_else(|| CallError::cut_short(POLICY))?);
                watch.page(0, 0, 0);
            }
            policies.push(ServiceControlPolicy {
                name: summary.name.unwrap_or_default(),
                arn: summary.arn.unwrap_or_default(),
                content: document(&known[&id]),
            });
        }
        levels.push(Level { target, policies });
    }
    Ok(levels)
}

fn said<E>(error: &SdkError<E, HttpResponse>, is: impl FnOnce(&E) -> bool) -> bool {
    error.as_service_error().is_some_and(is)
}
