//! Lambda functions of a plan.
//!
//! Source: Terraform Registry, hashicorp/aws, "aws_lambda_function", "aws_lambda_event_source_mapping".

use std::borrow::Cow;

use foldhash::HashMap;

use super::TakesAway;
use super::address::Mode;
use super::locality::region;
use super::network::NetworkReader;
use super::order::Order;
use super::principals::Principals;
use super::resource::{Action, Resource, Side};
use super::table::{ResourceId, Table};
use crate::inventory::{
    Collector, DependsOn, EventSourceKind, FoundFunction, Function, OrderLanguage, PolicyId, RoleNamed, RoleReference,
    Unordered, VpcConfig, VpcConnection, VpcEventSource,
};

/// Reads the functions; `principals` have been read. Says whether one of them may leave its VPC.
pub(super) fn read<'a>(
    principals: &Principals<'_, 'a>,
    network: &NetworkReader<'_, 'a>,
    collector: &mut Collector<'a>,
) -> TakesAway {
    let table = principals.table;
    let mut takes_away = TakesAway::Nothing;
    let mut befores: HashMap<ResourceId, Option<PolicyId>> = HashMap::default();
    let event_sources = event_sources(table);
    let mut order = Order::new(table);
    for id in table.managed("aws_lambda_function") {
        let resource = table.get(id);
        let goes = principals.side == Side::After && resource.action == Action::Delete;
        if matches!(resource.action, Action::Delete | Action::Update) {
            takes_away = TakesAway::Perhaps;
        }
        // What goes has no VPC after it: who asks what went along with it looks at what was before.
        let vpc_config = if goes { None } else { network.vpc_config(&mut collector.network, id) };
        let role = role(principals, resource);
        let unordered = match &role {
            (RoleNamed::Found(_), Some(role)) => {
                let read = &principals.read[role];
                let mut before = |policy: ResourceId| {
                    *befores.entry(policy).or_insert_with(|| principals.policies.before(collector, policy))
                };
                unordered(principals, &mut order, (id, *role), &read.attached_by, &mut before)
            }
            _ => Vec::new(),
        };
        let role_place = Some(resource.key_place(&resource.get("role")));
        let function = Function {
            name: resource.address.clone(),
            construct: None,
            region: region(table, resource),
            vpc: vpc_config.as_ref().map_or(VpcConnection::NotConnected, VpcConfig::connection),
            role: None,
            place: Some(resource.place()),
            vpc_config: vpc_config.map(Box::new),
            event_sources: if goes { Vec::new() } else { event_sources.get(&id).cloned().unwrap_or_default() },
            depends_on: depends_on(table, resource),
            unordered,
            role_reference: RoleReference::Arn,
            ignored_policies: None,
            when: Vec::new(),
        };
        if goes {
            collector.function_goes(&function.name);
        }
        collector.function(FoundFunction { function: Box::new(function), role: role.0, role_place });
    }
    takes_away
}

/// The role of a function, and its resource if the plan has it.
fn role<'a>(principals: &Principals<'_, 'a>, function: &Resource<'a>) -> (RoleNamed<'a>, Option<ResourceId>) {
    let table = principals.table;
    let value = function.get("role");
    let is_role = |mode: Mode, resource_type: &str| mode == Mode::Managed && resource_type == "aws_iam_role";
    let led = table.led_by(function, "role", &is_role);
    let found = |id: ResourceId| principals.read.get(&id).map(|read| (RoleNamed::Found(read.id), Some(id)));
    if let Some(arn) = value.text() {
        let fits = |id: &ResourceId| {
            let role = table.get(*id);
            match role.text("arn") {
                Some(own) => own == arn,
                None => arn.starts_with("arn:") && arn.rsplit('/').next() == role.text("name"),
            }
        };
        let referred = led.resources().into_iter().find(fits);
        let by_arn = || principals.by_arn.get(arn).copied();
        // Written as a text, for a role that the plan makes under this name.
        let by_name = || principals.names.role(arn.splitn(6, ':').nth(5)?.strip_prefix("role/")?.rsplit('/').next()?);
        return referred
            .or_else(by_arn)
            .or_else(|| by_name().filter(fits))
            .and_then(found)
            .unwrap_or_else(|| (RoleNamed::Arn(Cow::Owned(arn.to_owned())), None));
    }
    if value.is_absent() {
        return (RoleNamed::Nothing, None);
    }
    // What is known only after apply comes from what is made.
    let made = led.resources().into_iter().filter(|id| table.get(*id).get("arn").is_unknown());
    if let [one] = made.collect::<Vec<_>>()[..]
        && let Some(found) = found(one)
    {
        return found;
    }
    let words = table.words(function, "role");
    let words = words.unwrap_or_else(|| format!("{}.role", function.address));
    (RoleNamed::Unknown(Cow::Owned(words)), None)
}

/// The event sources in a VPC, by function.
fn event_sources(table: &Table<'_>) -> HashMap<ResourceId, Vec<VpcEventSource>> {
    let mut found: HashMap<ResourceId, Vec<VpcEventSource>> = HashMap::default();
    let mut by_name: HashMap<&str, ResourceId> = HashMap::default();
    for id in table.managed("aws_lambda_function") {
        let function = table.get(id);
        by_name.extend(["arn", "function_name"].iter().filter_map(|name| Some((function.text(name)?, id))));
    }
    for id in table.managed("aws_lambda_event_source_mapping") {
        let mapping = table.get(id);
        if mapping.action == Action::Delete {
            continue;
        }
        let Some(kind) = kind(table, mapping) else { continue };
        let is_function = |_: Mode, resource_type: &str| resource_type == "aws_lambda_function";
        let function = match mapping.text("function_name") {
            Some(named) => by_name.get(named).copied(),
            None => table.led_by(mapping, "function_name", &is_function).only(),
        };
        if let Some(function) = function {
            found.entry(function).or_default().push(VpcEventSource { kind, place: mapping.place() });
        }
    }
    found
}

fn kind<'a>(table: &Table<'a>, mapping: &Resource<'a>) -> Option<EventSourceKind> {
    let source = mapping.get("event_source_arn");
    if let Some(arn) = source.filled() {
        return match arn.split(':').nth(2) {
            Some("kafka") => Some(EventSourceKind::Msk),
            Some("mq") => Some(EventSourceKind::Mq),
            _ => None,
        };
    }
    if source.is_unknown() {
        let is = |_: Mode, resource_type: &str| {
            ["aws_msk_cluster", "aws_msk_serverless_cluster", "aws_mq_broker"].contains(&resource_type)
        };
        let led = table.led_by(mapping, "event_source_arn", &is);
        return match led.only().map(|id| table.get(id).resource_type.as_str()) {
            Some("aws_mq_broker") => Some(EventSourceKind::Mq),
            Some(_) => Some(EventSourceKind::Msk),
            None => None,
        };
    }
    let access = mapping.get("source_access_configuration").items();
    let is_vpc =
        |one: &super::value::Value<'_>| matches!(one.get("type").text(), Some("VPC_SUBNET" | "VPC_SECURITY_GROUP"));
    access.iter().any(is_vpc).then_some(EventSourceKind::Kafka)
}

/// `depends_on` of a function's block.
fn depends_on(table: &Table<'_>, function: &Resource<'_>) -> DependsOn {
    let block = function.block.map(|block| table.configuration.block(block));
    let resources = block.map(|block| block.depends_on()).unwrap_or_default();
    DependsOn {
        language: OrderLanguage::Terraform,
        place: block.filter(|_| !resources.is_empty()).and_then(|block| {
            let (ordinal, _) = block.doc().get("depends_on")?;
            Some(table.configuration.place_in(block, ordinal))
        }),
        resources: resources.into_iter().map(str::to_owned).collect(),
    }
}

/// The attachments that this plan makes, changes or takes away beside the function, and for which it does not wait.
fn unordered(
    principals: &Principals<'_, '_>,
    order: &mut Order<'_, '_>,
    (function, role): (ResourceId, ResourceId),
    attached_by: &[(PolicyId, ResourceId)],
    before: &mut dyn FnMut(ResourceId) -> Option<PolicyId>,
) -> Vec<Unordered> {
    let (table, side) = (principals.table, principals.side);
    let own = table.get(function);
    let action = |id: ResourceId| table.get(id).action;
    let is_made = side == Side::After && (own.action.creates() || (own.action == Action::Update && is_configured(own)));
    let goes = side == Side::Before && own.action.deletes();
    let mut late = Vec::new();
    for (policy, by) in attached_by.iter().filter(|(_, by)| *by != role) {
        let comes = action(*by).creates() || (action(*by) == Action::Update && has_new(table.get(*by)));
        let (resource, until) = if (is_made && comes) || (goes && action(*by).deletes()) {
            (*by, None)
        } else if let Some(text) = principals.policies.resource(*policy).filter(|text| action(*text) == Action::Update)
            && let Some(until) = before(text).filter(|_| is_made)
        {
            // It is attached already, with another text.
            (text, Some(until))
        } else {
            continue;
        };
        let Some(mend) = order.mend(function, resource, side) else { continue };
        let found = table.get(resource);
        late.push(Unordered { policy: *policy, until, resource: found.address.clone(), place: found.place(), mend });
    }
    late
}

/// Does an update list ARNs that were not listed before?
fn has_new(attaching: &Resource<'_>) -> bool {
    attaching.resource_type.ends_with("_policy_attachments_exclusive") && attaching.changes("policy_arns")
}

/// Does an update call UpdateFunctionConfiguration, for which Lambda looks at the role? The update of the code alone
/// does not.
///
/// Source: Terraform Registry, hashicorp/aws, "aws_lambda_function"; Lambda API Reference, "UpdateFunctionCode".
fn is_configured(function: &Resource<'_>) -> bool {
    const OF_CONFIGURATION: [&str; 20] = [
        "capacity_provider_config",
        "dead_letter_config",
        "description",
        "durable_config",
        "environment",
        "ephemeral_storage",
        "file_system_config",
        "handler",
        "image_config",
        "kms_key_arn",
        "layers",
        "logging_config",
        "memory_size",
        "role",
        "runtime",
        "snap_start",
        "tenancy_config",
        "timeout",
        "tracing_config",
        "vpc_config",
    ];
    OF_CONFIGURATION.iter().any(|name| function.changes(name))
}
