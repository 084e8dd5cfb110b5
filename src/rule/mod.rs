//! The rules that people see: one file each, with its name, default severity, documentation, and the function that
//! turns judgements into [`Finding`]s. [`RULES`] is the registry.
//!
//! In: [`Examined`]. Out: findings, which carry places, not text. Nothing here knows output formats.

mod attachment_conflict;
mod capacity_provider_with_vpc;
mod code_may_manage_interfaces;
mod conditional_permission;
mod denied_permission;
mod edge_function_in_vpc;
mod finding;
mod function_variants;
mod invalid_policy;
mod missing_permission;
mod partial_permission;
mod policy_removed_with_vpc;
mod role_arn_without_path;
mod role_policies_ignored;
mod role_ref_is_name;
mod subject;
mod trust_source_arn;
mod unknown_action;
mod unknown_managed_policy;
mod unordered_policy;
mod unresolved_permission;
mod untrusted_role;
mod variants;
mod vpc_cause;
mod vpc_config_incomplete;
mod vpc_config_invalid_id;
mod vpc_config_limit;
mod vpc_config_unknown_key;
mod vpc_dedicated_tenancy;
mod vpc_mixed_vpcs;
mod vpc_no_egress;
mod vpc_public_subnet;
#[cfg(test)]
mod vpc_samples;
mod vpc_service_calls;
mod words;
mod wrong_partition;

pub use finding::{Finding, Label, Severity};
pub use subject::{Before, Examined, Subject};

/// A rule.
#[derive(Debug)]
pub struct Rule {
    /// Kebab-case, as `--select`, `--ignore` and `explain` take it.
    pub name: &'static str,
    /// The severity of most of its findings.
    pub severity: Severity,
    /// One line.
    pub summary: &'static str,
    /// What it finds and why AWS refuses, an example, how to mend it.
    pub explanation: &'static str,
    /// Where AWS says so.
    pub source: &'static str,
    check: fn(&Examined<'_>) -> Vec<Finding>,
}

/// Every rule, by name.
pub static RULES: [&Rule; 28] = [
    &attachment_conflict::RULE,
    &capacity_provider_with_vpc::RULE,
    &code_may_manage_interfaces::RULE,
    &conditional_permission::RULE,
    &denied_permission::RULE,
    &edge_function_in_vpc::RULE,
    &invalid_policy::RULE,
    &missing_permission::RULE,
    &partial_permission::RULE,
    &policy_removed_with_vpc::RULE,
    &role_arn_without_path::RULE,
    &role_policies_ignored::RULE,
    &role_ref_is_name::RULE,
    &trust_source_arn::RULE,
    &unknown_action::RULE,
    &unknown_managed_policy::RULE,
    &unordered_policy::RULE,
    &unresolved_permission::RULE,
    &untrusted_role::RULE,
    &vpc_config_incomplete::RULE,
    &vpc_config_invalid_id::RULE,
    &vpc_config_limit::RULE,
    &vpc_config_unknown_key::RULE,
    &vpc_dedicated_tenancy::RULE,
    &vpc_mixed_vpcs::RULE,
    &vpc_no_egress::RULE,
    &vpc_public_subnet::RULE,
    &wrong_partition::RULE,
];

/// The rule of this name.
pub fn find(name: &str) -> Option<&'static Rule> {
    RULES.iter().copied().find(|rule| rule.name == name)
}

/// All findings of all rules: by principal as the input has them, the worst first, so that a reader sees what belongs
/// together.
pub fn check(examined: &Examined<'_>) -> Vec<Finding> {
    let findings: Vec<Finding> = RULES.iter().flat_map(|rule| (rule.check)(examined)).collect();
    let mut findings = variants::merged(examined, findings);
    findings.sort_by_key(|finding| (finding.subject, std::cmp::Reverse(finding.severity)));
    findings
}
