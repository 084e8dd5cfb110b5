//! Attachments that take each other's policies away: resources that claim to know all of them, beside others.
//!
//! Source: Terraform Registry, hashicorp/aws, "aws_iam_policy_attachment", "aws_iam_role" (inline_policy,
//! managed_policy_arns), "aws_iam_role_policies_exclusive", "aws_iam_role_policy_attachments_exclusive".

use foldhash::HashMap;

use super::attachments::{Attaching, Holder, Named, What};
use super::principals::Principals;
use super::resource::{Action, Resource};
use super::table::ResourceId;
use super::value::Value;
use crate::inventory::attachment_conflict::FoundConflict;
use crate::inventory::{Claim, Collector};
use crate::source::Place;

/// A managed policy, whatever is known of it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Policy {
    Own(ResourceId),
    Elsewhere(String),
}

/// Who claims what for a holder.
struct Exclusive {
    claim: Claim,
    by: ResourceId,
    place: Place,
    allows: Allows,
}

enum Allows {
    Names(Vec<String>),
    Policies(Vec<Policy>),
}

/// Finds the conflicts; `principals` have been read.
pub(super) fn read<'a>(principals: &Principals<'_, 'a>, collector: &mut Collector<'a>) {
    let mut of_holders: Vec<(ResourceId, Exclusive)> = Vec::new();
    for holder in [Holder::Role, Holder::User] {
        of_holders.extend(exclusive_resources(principals, holder));
    }
    for id in principals.table.managed("aws_iam_role") {
        of_holders.extend(of_role(principals, id).into_iter().map(|exclusive| (id, exclusive)));
    }
    for (holder, exclusive) in &of_holders {
        for attaching in principals.attachments.of(*holder) {
            if attaching.by != exclusive.by && !allows(principals, exclusive, attaching) {
                add(principals, collector, *holder, exclusive, attaching.by);
            }
        }
    }
    let mut shared = principals.table.managed("aws_iam_policy_attachment").peekable();
    if shared.peek().is_some() {
        let holders = having(principals);
        shared.for_each(|by| shared_policy(principals, collector, by, &holders));
    }
}

fn add(
    principals: &Principals<'_, '_>,
    collector: &mut Collector<'_>,
    holder: ResourceId,
    exclusive: &Exclusive,
    taken: ResourceId,
) {
    let table = principals.table;
    let Some(read) = principals.read.get(&holder) else { return };
    if [holder, exclusive.by, taken].iter().any(|id| table.get(*id).action == Action::Delete) {
        return;
    }
    collector.conflict(FoundConflict {
        principal: read.id,
        claim: exclusive.claim,
        exclusive: table.get(exclusive.by).address.clone(),
        place: exclusive.place.clone(),
        taken: table.get(taken).address.clone(),
        taken_place: table.get(taken).place(),
    });
}

/// Does a claim leave an attachment as it is? Where nobody can tell, it is taken to.
fn allows(principals: &Principals<'_, '_>, exclusive: &Exclusive, attaching: &Attaching) -> bool {
    let other = principals.table.get(attaching.by);
    match (&exclusive.allows, attaching.what) {
        _ if !attaching.certain => true,
        (Allows::Names(names), What::Inline) => match other.text("name") {
            Some(name) => names.iter().any(|known| known == name),
            // A name that is made up on apply is in no list, but for one that follows the resource.
            None => !names.is_empty() || other.block.is_none(),
        },
        (Allows::Policies(known), What::Managed) => {
            policy(principals, other, &other.get("policy_arn"), "policy_arn").is_none_or(|own| known.contains(&own))
        }
        (Allows::Policies(known), What::Listed) => {
            listed(principals, other, "policy_arns").is_none_or(|listed| listed.iter().all(|own| known.contains(own)))
        }
        _ => true,
    }
}

/// `inline_policy` and `managed_policy_arns`, where the configuration sets them.
fn of_role(principals: &Principals<'_, '_>, id: ResourceId) -> Vec<Exclusive> {
    let table = principals.table;
    let role = table.get(id);
    let is_set = |argument: &str| is_set(principals, role, argument);
    let mut found = Vec::new();
    let inline = role.get("inline_policy");
    if is_set("inline_policy") && !inline.is_unknown() {
        let names = inline.items().iter().filter_map(|block| block.get("name").filled().map(str::to_owned)).collect();
        let place = role.key_place(&inline);
        found.push(Exclusive { claim: Claim::InlinePolicy, by: id, place, allows: Allows::Names(names) });
    }
    let arns = role.get("managed_policy_arns");
    if is_set("managed_policy_arns")
        && (arns.written || arns.is_unknown())
        && let Some(known) = listed(principals, role, "managed_policy_arns")
    {
        let place = role.key_place(&arns);
        found.push(Exclusive { claim: Claim::ManagedPolicyArns, by: id, place, allows: Allows::Policies(known) });
    }
    found
}

/// `aws_iam_role_policies_exclusive` and its like.
fn exclusive_resources(principals: &Principals<'_, '_>, holder: Holder) -> Vec<(ResourceId, Exclusive)> {
    let table = principals.table;
    let argument = holder.name_argument();
    let mut found = Vec::new();
    let mut add = |by: ResourceId, claim: Claim, allows: Allows| {
        let resource = table.get(by);
        if let Named::Resources(ids) =
            principals.names.holder(table, resource, (&resource.get(argument), argument), holder)
        {
            let place = resource.place();
            if let [one] = ids[..] {
                found.push((one, Exclusive { claim, by, place, allows }));
            }
        }
    };
    let [(_, of_inline), (_, of_managed)] = holder.exclusive();
    for by in table.managed(&of_inline) {
        let names = table.get(by).get("policy_names");
        let known: Option<Vec<String>> = names.items().iter().map(|name| name.text().map(str::to_owned)).collect();
        if let Some(known) = known.filter(|_| !names.is_unknown()) {
            add(by, Claim::PoliciesExclusive, Allows::Names(known));
        }
    }
    for by in table.managed(&of_managed) {
        if let Some(known) = listed(principals, table.get(by), "policy_arns") {
            add(by, Claim::AttachmentsExclusive, Allows::Policies(known));
        }
    }
    found
}

/// By policy, the holders that have it, each with the resource that attaches it.
type Having = HashMap<Policy, Vec<(ResourceId, ResourceId)>>;

fn having(principals: &Principals<'_, '_>) -> Having {
    let table = principals.table;
    let mut having = Having::default();
    for holder in [Holder::Role, Holder::User] {
        for id in table.managed(holder.resource_type()) {
            for attaching in principals.attachments.of(id).iter().filter(|attaching| attaching.certain) {
                let other = table.get(attaching.by);
                let policies = match attaching.what {
                    What::Inline => Vec::new(),
                    What::Managed => {
                        policy(principals, other, &other.get("policy_arn"), "policy_arn").into_iter().collect()
                    }
                    What::Listed => listed(principals, other, "policy_arns").unwrap_or_default(),
                };
                for policy in policies {
                    having.entry(policy).or_default().push((id, attaching.by));
                }
            }
            let role = table.get(id);
            let listed = if is_set(principals, role, "managed_policy_arns") {
                listed(principals, role, "managed_policy_arns")
            } else {
                None
            };
            for policy in listed.into_iter().flatten() {
                having.entry(policy).or_default().push((id, id));
            }
        }
    }
    having
}

/// Everybody else who has the policy of an `aws_iam_policy_attachment`.
fn shared_policy(principals: &Principals<'_, '_>, collector: &mut Collector<'_>, by: ResourceId, having: &Having) {
    let table = principals.table;
    let resource = table.get(by);
    let Some(own) = policy(principals, resource, &resource.get("policy_arn"), "policy_arn") else { return };
    let exclusive =
        Exclusive { claim: Claim::PolicyAttachment, by, place: resource.place(), allows: Allows::Policies(Vec::new()) };
    for (holder, taken) in having.get(&own).into_iter().flatten() {
        let listed = principals.attachments.of(*holder).iter().any(|attaching| attaching.by == by);
        if *taken != by && !listed {
            add(principals, collector, *holder, &exclusive, *taken);
        }
    }
}

/// Does the configuration set an argument?
fn is_set(principals: &Principals<'_, '_>, resource: &Resource<'_>, argument: &str) -> bool {
    let block = resource.block.map(|block| principals.table.configuration.block(block));
    block.is_some_and(|block| block.argument(argument).is_some())
}

/// The policy that a value is the ARN of; none if nobody can tell.
fn policy<'a>(
    principals: &Principals<'_, 'a>,
    resource: &Resource<'a>,
    value: &Value<'_>,
    argument: &str,
) -> Option<Policy> {
    if let Some(arn) = value.text() {
        return Some(principals.policies.own(arn).map_or_else(|| Policy::Elsewhere(arn.to_owned()), Policy::Own));
    }
    let led = principals.table.led_by(resource, argument, &|_, found| found == "aws_iam_policy");
    led.only().filter(|_| led.opaque.is_empty()).map(Policy::Own)
}

/// All policies that a list of ARNs names; none if nobody can tell.
fn listed<'a>(principals: &Principals<'_, 'a>, resource: &Resource<'a>, argument: &str) -> Option<Vec<Policy>> {
    let value = resource.get(argument);
    let items = value.items();
    let mut found: Vec<Policy> = Vec::new();
    for item in items.iter().filter(|item| !item.is_unknown()) {
        found.push(policy(principals, resource, item, argument)?);
    }
    let open = items.iter().filter(|item| item.is_unknown()).count();
    if open > 0 || value.is_unknown() {
        let led = principals.table.led_by(resource, argument, &|_, found| found == "aws_iam_policy");
        let made: Vec<ResourceId> =
            led.resources().into_iter().filter(|id| principals.table.get(*id).get("arn").is_unknown()).collect();
        // Beside unknown elements, a list shows no constants.
        if !led.opaque.is_empty() || value.is_unknown() || made.len() != open {
            return None;
        }
        found.extend(made.into_iter().map(Policy::Own));
    }
    Some(found)
}
