//! The account, the region and the partition of a plan's resources: what their ARNs, their providers and the data
//! sources that look it up say.
//!
//! Source: Terraform Registry, hashicorp/aws, "Provider Configuration", data sources "aws_caller_identity",
//! "aws_partition".

use super::resource::Resource;
use super::table::Table;
use crate::document::Doc;
use crate::policy::Unknown;

fn part(arn: &str, index: usize) -> Option<&str> {
    arn.strip_prefix("arn:")?;
    arn.splitn(6, ':').nth(index).filter(|part| !part.is_empty())
}

/// What all data sources of a type agree on that are looked up through the provider of a resource.
fn agreed<'t>(table: &'t Table<'_>, resource: &Resource<'_>, resource_type: &str, attribute: &str) -> Option<&'t str> {
    let provider = |resource: &Resource<'_>| {
        resource.block.and_then(|block| table.configuration.block(block).provider()).map(str::to_owned)
    };
    let own = provider(resource);
    let all = table.data(resource_type).map(|id| table.get(id)).filter(|data| provider(data) == own);
    let mut found = all.filter_map(|data| data.text(attribute));
    let first = found.next()?;
    found.all(|other| other == first).then_some(first)
}

fn provider<'t, 'a>(table: &'t Table<'a>, resource: &Resource<'_>) -> Option<&'t Doc<'a>> {
    let key = resource.block.and_then(|block| table.configuration.block(block).provider())?;
    Some(table.configuration.providers.get(key)?.1.get("expressions")?.1)
}

/// Where a resource lives.
pub(super) fn region(table: &Table<'_>, resource: &Resource<'_>) -> Option<String> {
    let of_provider = || table.text_of(provider(table, resource)?.get("region")?.1).map(str::to_owned);
    let looked_up = || {
        ["region", "name", "id"].iter().find_map(|name| agreed(table, resource, "aws_region", name)).map(str::to_owned)
    };
    let own = resource.text("region").or_else(|| part(resource.text("arn")?, 3)).map(str::to_owned);
    own.or_else(of_provider).or_else(looked_up).filter(|region| !region.is_empty())
}

/// The account that a resource is made in.
fn account<'t>(table: &'t Table<'_>, resource: &'t Resource<'_>) -> Option<&'t str> {
    let own = resource.text("arn").and_then(|arn| part(arn, 4));
    let of_provider = || {
        let expressions = provider(table, resource)?;
        let allowed = expressions.get("allowed_account_ids").and_then(|(_, list)| list.get("constant_value"));
        let allowed = allowed.and_then(|(_, list)| match list.as_list()? {
            [one] => one.as_text(),
            _ => None,
        });
        let assumed = || {
            let block = expressions.get("assume_role")?.1;
            let block = block.as_list().and_then(<[_]>::first).unwrap_or(block);
            part(table.text_of(block.get("role_arn")?.1)?, 4)
        };
        allowed.or_else(assumed)
    };
    own.or_else(of_provider).or_else(|| agreed(table, resource, "aws_caller_identity", "account_id"))
}

/// The ARN of a role or a user; what is not known of it is left open.
pub(super) fn principal_arn(table: &Table<'_>, resource: &Resource<'_>, kind: &str) -> Option<String> {
    if let Some(arn) = resource.text("arn") {
        return Some(arn.to_owned());
    }
    let name = resource.text("name")?;
    let path = resource.text("path").unwrap_or("/");
    let partition = agreed(table, resource, "aws_partition", "partition").map(str::to_owned);
    let partition = partition.unwrap_or_else(|| Unknown::Partition.to_char().to_string());
    let account = account(table, resource).map(str::to_owned);
    let account = account.unwrap_or_else(|| Unknown::Account.to_char().to_string());
    Some(format!("arn:{partition}:iam::{account}:{kind}{path}{name}"))
}
