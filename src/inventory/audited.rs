//! Reads what `rolecall audit` adds to the details of an account, under the member `Rolecall`: functions, the regions
//! in which they were looked for, service control policies, and what could not be read.

use std::borrow::Cow;

use serde::Deserialize;

use super::found::{FoundFunction, RoleNamed};
use super::raw::{Text, Within};
use super::{
    Attached, Attachment, AuditedAccount, Collector, DependsOn, EventSourceKind, Extent, Function, Id, IdItem, IdList,
    InputProblem, Ipv6, PolicyEntry, RegionsAre, RoleReference, VpcConfig, VpcConnection, VpcEventSource,
};
use crate::document::{Raw, SyntaxError, from_text};
use crate::policy::PolicyType;
use crate::source::{At, Place, Span};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Audited<'a> {
    #[serde(borrow, default)]
    account: Cow<'a, str>,
    #[serde(borrow, default)]
    regions: Vec<Cow<'a, str>>,
    #[serde(default)]
    regions_are: RegionsAre,
    #[serde(borrow, default)]
    functions: Vec<FunctionConfiguration<'a>>,
    #[serde(borrow, default)]
    event_source_mappings: Vec<EventSourceMapping<'a>>,
    /// From the root to the account; none if they were not read.
    #[serde(borrow)]
    service_control_policies: Option<Vec<Level<'a>>>,
    /// What the judgement does without.
    #[serde(borrow, default)]
    done_without: Vec<Cow<'a, str>>,
    #[serde(default)]
    incomplete: Vec<Incomplete>,
}

/// As Lambda's ListFunctions has it.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct FunctionConfiguration<'a> {
    #[serde(borrow)]
    function_name: Text<'a>,
    #[serde(borrow)]
    function_arn: Text<'a>,
    #[serde(borrow, default)]
    version: Cow<'a, str>,
    #[serde(borrow)]
    role: Option<Text<'a>>,
    #[serde(borrow)]
    vpc_config: Option<Raw<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct VpcConfigResponse<'a> {
    #[serde(borrow, default)]
    subnet_ids: Vec<Text<'a>>,
    #[serde(borrow, default)]
    security_group_ids: Vec<Text<'a>>,
    #[serde(default)]
    ipv6_allowed_for_dual_stack: bool,
}

/// As Lambda's ListEventSourceMappings has it.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct EventSourceMapping<'a> {
    #[serde(borrow)]
    function_arn: Text<'a>,
    #[serde(borrow)]
    event_source_arn: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    source_access_configurations: Vec<SourceAccess<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct SourceAccess<'a> {
    #[serde(borrow, rename = "Type")]
    kind: Cow<'a, str>,
}

/// The policies of the root, of an organizational unit, or of the account.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Level<'a> {
    #[serde(borrow)]
    policies: Vec<ServiceControlPolicy<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ServiceControlPolicy<'a> {
    #[serde(borrow)]
    name: Text<'a>,
    #[serde(borrow)]
    arn: Cow<'a, str>,
    #[serde(borrow)]
    content: Raw<'a>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Incomplete {
    message: String,
    help: Option<String>,
}

/// Whether the audit says that something is missing.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Wholeness {
    Whole,
    Partial,
}

/// Reads the member.
pub(super) fn read<'a>(
    raw: Raw<'a>,
    within: Within<'a>,
    collector: &mut Collector<'a>,
    problems: &mut Vec<InputProblem>,
) -> Wholeness {
    let path = || within.source.name().to_owned();
    let audited: Audited<'a> = match from_text(raw.get()) {
        Ok(audited) => audited,
        Err(error) => {
            let inner = SyntaxError::from_serde(raw.get(), &error);
            let at = within.span(raw.get()).start + inner.offset;
            problems.push(InputProblem {
                path: path(),
                message: format!("the member Rolecall is not what `rolecall audit` writes: {}", inner.message),
                help: Some("save the account again with `rolecall audit --save FILE`".to_owned()),
                place: Some(Place { source: within.id, at: At::Span(Span { start: at, end: at + 1 }) }),
            });
            return Wholeness::Partial;
        }
    };
    for found in audited.functions {
        function(found, &audited.event_source_mappings, within, collector);
    }
    let organization = audited.service_control_policies.map(|levels| {
        let mut attach = |policy: ServiceControlPolicy<'a>| Attached {
            policy: collector.policy(PolicyEntry {
                place: Some(within.place(policy.name.raw)),
                name: Some(policy.name.value),
                arn: Some(policy.arn),
                policy_type: PolicyType::ServiceControl,
                document: Some(within.document(policy.content)),
                meant: None,
            }),
            through: Attachment::ServiceControl,
            place: None,
        };
        levels.into_iter().map(|level| level.policies.into_iter().map(&mut attach).collect()).collect()
    });
    let organization = organization.map(|levels: Vec<Vec<Attached>>| {
        let mut unseen = || Attached {
            policy: collector.unseen("the service control policies of a level", PolicyType::ServiceControl),
            through: Attachment::ServiceControl,
            place: None,
        };
        let mut levels = levels;
        // AWS lets no level be without a policy.
        levels.iter_mut().filter(|level| level.is_empty()).for_each(|level| level.push(unseen()));
        levels
    });
    collector.audited(AuditedAccount {
        id: audited.account.into_owned(),
        regions: audited.regions.into_iter().map(Cow::into_owned).collect(),
        regions_are: audited.regions_are,
        done_without: audited.done_without.into_iter().map(Cow::into_owned).collect(),
        organization,
    });
    let wholeness = if audited.incomplete.is_empty() { Wholeness::Whole } else { Wholeness::Partial };
    problems.extend(audited.incomplete.into_iter().map(|missing| InputProblem {
        path: path(),
        message: missing.message,
        help: missing.help,
        // What is missing stands nowhere.
        place: None,
    }));
    wholeness
}

fn function<'a>(
    found: FunctionConfiguration<'a>,
    mappings: &[EventSourceMapping<'a>],
    within: Within<'a>,
    collector: &mut Collector<'a>,
) {
    let vpc_config = found.vpc_config.and_then(|raw| vpc_config(raw, within));
    let vpc = vpc_config.as_ref().map_or(VpcConnection::NotConnected, VpcConfig::connection);
    let event_sources = mappings
        .iter()
        .filter(|mapping| is_of(&mapping.function_arn.value, &found.function_arn.value, &found.version))
        .filter_map(|mapping| {
            Some(VpcEventSource { kind: kind(mapping)?, place: within.place(mapping.function_arn.raw) })
        })
        .collect();
    let name = match &*found.version {
        "" | "$LATEST" => found.function_name.value.into_owned(),
        version => format!("{}:{version}", found.function_name.value),
    };
    collector.function(FoundFunction {
        function: Box::new(Function {
            name,
            construct: None,
            region: region_of(&found.function_arn.value),
            vpc,
            role: None,
            place: Some(within.place(found.function_arn.raw)),
            // Without a subnet it is only how Lambda prints that there is none.
            vpc_config: vpc_config.filter(|_| vpc == VpcConnection::Connected).map(Box::new),
            event_sources,
            depends_on: DependsOn::default(),
            unordered: Vec::new(),
            role_reference: RoleReference::Arn,
            ignored_policies: None,
            when: Vec::new(),
        }),
        role_place: found.role.as_ref().map(|role| within.place(role.raw)),
        role: found.role.map_or(RoleNamed::Nothing, |role| RoleNamed::Arn(role.value)),
    });
}

/// The region that the ARN of a function names.
fn region_of(function_arn: &str) -> Option<String> {
    function_arn.split(':').nth(3).filter(|region| !region.is_empty()).map(str::to_owned)
}

fn vpc_config<'a>(raw: Raw<'a>, within: Within<'a>) -> Option<VpcConfig> {
    let found: Option<VpcConfigResponse<'a>> = from_text(raw.get()).ok()?;
    let found = found?;
    let place = within.place(raw.get());
    Some(VpcConfig {
        subnets: ids(found.subnet_ids, &place, within),
        security_groups: ids(found.security_group_ids, &place, within),
        place,
        ipv6: if found.ipv6_allowed_for_dual_stack { Ipv6::Possibly } else { Ipv6::No },
        unknown_keys: Vec::new(),
        conflicts: Vec::new(),
    })
}

fn ids<'a, R>(found: Vec<Text<'a>>, place: &Place, within: Within<'a>) -> IdList<R> {
    let item = |text: Text<'a>| IdItem {
        place: within.place(text.raw),
        text: text.value.clone().into_owned(),
        id: Id::Literal(text.value.into_owned()),
    };
    IdList { place: Some(place.clone()), items: found.into_iter().map(item).collect(), extent: Extent::Known }
}

/// Is a mapping's function this one? Its ARN may end in a version, or in an alias, which may point to any version.
fn is_of(mapping: &str, function: &str, version: &str) -> bool {
    let unqualified = match version {
        "" | "$LATEST" => function.strip_suffix(":$LATEST").unwrap_or(function),
        version => function.strip_suffix(version).and_then(|rest| rest.strip_suffix(':')).unwrap_or(function),
    };
    let Some(rest) = mapping.strip_prefix(unqualified) else { return false };
    match rest.strip_prefix(':') {
        None => rest.is_empty() && matches!(version, "" | "$LATEST"),
        Some(qualifier) if qualifier == "$LATEST" || qualifier.bytes().all(|byte| byte.is_ascii_digit()) => {
            qualifier == version
        }
        Some(_) => true,
    }
}

/// Source: Lambda Developer Guide, "Using Lambda with Amazon MSK", "Using Lambda with self-managed Apache Kafka",
/// "Using Lambda with Amazon MQ": the role's permissions.
fn kind(mapping: &EventSourceMapping<'_>) -> Option<EventSourceKind> {
    match mapping.event_source_arn.as_deref().map(|arn| arn.split(':').nth(2).unwrap_or_default()) {
        Some("kafka") => Some(EventSourceKind::Msk),
        Some("mq") => Some(EventSourceKind::Mq),
        Some(_) => None,
        None => mapping
            .source_access_configurations
            .iter()
            .any(|access| matches!(&*access.kind, "VPC_SUBNET" | "VPC_SECURITY_GROUP"))
            .then_some(EventSourceKind::Kafka),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn which_function_a_mapping_is_of() {
        const ARN: &str = "arn:aws:lambda:eu-west-1:111122223333:function:orders";
        for (mapping, function, version, expected) in [
            ("", "", "$LATEST", true),
            ("", "", "", true),
            ("", ":$LATEST", "$LATEST", true),
            (":$LATEST", "", "$LATEST", true),
            (":live", "", "$LATEST", true),
            (":live", ":7", "7", true),
            (":7", ":7", "7", true),
            (":8", ":7", "7", false),
            ("", ":7", "7", false),
            (":7", "", "$LATEST", false),
            ("-2", "", "$LATEST", false),
            ("-2:live", "", "$LATEST", false),
        ] {
            let said = is_of(&format!("{ARN}{mapping}"), &format!("{ARN}{function}"), version);
            assert_eq!(said, expected, "{mapping} of {function}");
        }
    }
}
