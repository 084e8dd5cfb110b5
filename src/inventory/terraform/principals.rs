//! Roles, users and groups of a plan, with all that the plan attaches to them.
//!
//! Source: Terraform Registry, hashicorp/aws, "aws_iam_role", "aws_iam_user", "aws_iam_group",
//! "aws_iam_user_group_membership", "aws_iam_group_membership".

use std::borrow::Cow;

use foldhash::HashMap;

use super::address::Mode;
use super::attachments::{Attaching, Attachments, Holder, Named, Names, What};
use super::locality::principal_arn;
use super::policies::Policies;
use super::resource::{Action, Resource, Side};
use super::table::{ResourceId, Table};
use super::value::Value;
use crate::document::Doc;
use crate::inventory::{
    Attached, Attachment, Bounding, Collector, Found, FoundId, Holdings, PolicyId, PrincipalArn, PrincipalType, Tags,
};
use crate::policy::PolicyType;

/// A principal as the collector has it.
#[derive(Clone, Debug)]
pub(super) struct Read {
    pub id: FoundId,
    /// Its policies that other resources attach, with these resources.
    pub attached_by: Vec<(PolicyId, ResourceId)>,
}

pub(super) struct Principals<'t, 'a> {
    pub table: &'t Table<'a>,
    pub side: Side,
    pub policies: Policies<'t, 'a>,
    pub attachments: Attachments,
    pub names: Names<'t>,
    pub read: HashMap<ResourceId, Read>,
    pub by_arn: HashMap<&'t str, ResourceId>,
    /// By user.
    groups: HashMap<ResourceId, Vec<Named>>,
}

impl<'t, 'a> Principals<'t, 'a> {
    pub(super) fn new(table: &'t Table<'a>, side: Side) -> Self {
        Principals {
            table,
            side,
            policies: Policies::new(table),
            attachments: Attachments::read(table, side),
            names: Names::read(table),
            read: HashMap::default(),
            by_arn: table.managed("aws_iam_role").filter_map(|id| Some((table.get(id).text("arn")?, id))).collect(),
            groups: HashMap::default(),
        }
    }

    /// Reads all of them.
    pub(super) fn read(&mut self, collector: &mut Collector<'a>) {
        for id in self.table.managed("aws_iam_group").collect::<Vec<_>>() {
            let (holdings, _) = self.holdings(collector, id, Holder::Group);
            collector.group(Cow::Borrowed(""), Cow::Owned(self.group_key(id)), holdings);
        }
        self.memberships();
        for (holder, kind) in [(Holder::Role, PrincipalType::Role), (Holder::User, PrincipalType::User)] {
            for id in self.table.managed(holder.resource_type()).collect::<Vec<_>>() {
                self.principal(collector, id, holder, kind);
            }
        }
        self.elsewhere(collector);
    }

    fn principal(&mut self, collector: &mut Collector<'a>, id: ResourceId, holder: Holder, kind: PrincipalType) {
        let table = self.table;
        let resource = table.get(id);
        let (holdings, attached_by) = self.holdings(collector, id, holder);
        let boundary = resource.get("permissions_boundary");
        let named =
            self.policies.managed(collector, resource, (&boundary, "permissions_boundary"), Attachment::Boundary);
        // Of a boundary, what cannot be seen may be all that it leaves.
        let boundary = named.into_iter().next_back().map(Bounding::Direct);
        let trust = match kind {
            PrincipalType::Role => {
                match &self.policies.of(collector, id, "assume_role_policy", PolicyType::Trust)[..] {
                    [whole] => Some(*whole),
                    _ => None,
                }
            }
            _ => None,
        };
        let word = if kind == PrincipalType::User { "user" } else { "role" };
        let found = collector.principal(Found {
            arn: principal_arn(table, resource, word).and_then(|arn| PrincipalArn::new(Cow::Owned(arn))),
            tags: tags(resource).unwrap_or(Tags::NOT_SHOWN),
            holdings,
            boundary,
            trust,
            groups: (kind == PrincipalType::User).then(|| self.groups_of(id)),
            ..Found::named(Cow::Owned(resource.address.clone()), kind, Some(resource.place()))
        });
        if self.side == Side::After && resource.action == Action::Delete {
            collector.goes(found);
        }
        self.read.insert(id, Read { id: found, attached_by });
    }

    fn holdings(
        &mut self,
        collector: &mut Collector<'a>,
        id: ResourceId,
        holder: Holder,
    ) -> (Holdings<'a>, Vec<(PolicyId, ResourceId)>) {
        let mut holdings = Holdings { attached: Some(Vec::new()), ..Holdings::default() };
        let mut attached_by = Vec::new();
        if holder == Holder::Role {
            self.own(collector, id, &mut holdings.direct);
        }
        for attaching in self.attachments.of(id).to_vec() {
            if self.only_repeats(id, &attaching) {
                continue;
            }
            let attached = self.attached(collector, &attaching, holder);
            attached_by.extend(attached.iter().map(|attached| (attached.policy, attaching.by)));
            holdings.direct.extend(attached);
        }
        (holdings, attached_by)
    }

    /// Is an attachment a list of ARNs, known only after apply, of policies that others attach to the same holder?
    fn only_repeats(&self, id: ResourceId, attaching: &Attaching) -> bool {
        let resource = self.table.get(attaching.by);
        if attaching.what != What::Listed || !resource.get("policy_arns").is_unknown() {
            return false;
        }
        let is_policy = |mode: Mode, found: &str| mode == Mode::Managed && found == "aws_iam_policy";
        let led = self.table.led_by(resource, "policy_arns", &is_policy);
        let of_others: Vec<ResourceId> = self
            .attachments
            .of(id)
            .iter()
            .filter(|other| other.what == What::Managed && other.certain)
            .filter_map(|other| self.table.led_by(self.table.get(other.by), "policy_arn", &is_policy).only())
            .collect();
        let listed = led.resources();
        led.opaque.is_empty() && !listed.is_empty() && listed.iter().all(|policy| of_others.contains(policy))
    }

    /// What another resource attaches.
    fn attached(&mut self, collector: &mut Collector<'a>, attaching: &Attaching, holder: Holder) -> Vec<Attached> {
        let resource = self.table.get(attaching.by);
        let through = match (holder, attaching.what) {
            (Holder::Group, _) => Attachment::Group,
            (_, What::Inline) => Attachment::Inline,
            (_, What::Managed | What::Listed) => Attachment::Managed,
        };
        if !attaching.certain {
            let words = match self.table.words(resource, "role") {
                Some(words) => format!("{} (attached to whom is known after apply, from {words})", resource.address),
                None => format!("{} (attached to whom is known after apply)", resource.address),
            };
            let policy = Policies::unseen(collector, words, resource.place());
            return vec![Attached { policy, through, place: Some(resource.place()) }];
        }
        match attaching.what {
            What::Inline => {
                let policies = self.policies.of(collector, attaching.by, "policy", PolicyType::Identity);
                let attached = |policy| Attached { policy, through, place: Some(resource.place()) };
                policies.into_iter().map(attached).collect()
            }
            What::Managed => {
                let arn = resource.get("policy_arn");
                self.policies.managed(collector, resource, (&arn, "policy_arn"), through)
            }
            What::Listed => self.listed(collector, resource, "policy_arns", through),
        }
    }

    /// The policies of a list of ARNs.
    fn listed(
        &mut self,
        collector: &mut Collector<'a>,
        resource: &Resource<'a>,
        argument: &str,
        through: Attachment,
    ) -> Vec<Attached> {
        let arns = resource.get(argument);
        let items = arns.items();
        let mut found = Vec::new();
        for arn in items.iter().filter(|arn| !arn.is_unknown()) {
            found.extend(self.policies.managed(collector, resource, (arn, argument), through));
        }
        let open = items.iter().filter(|arn| arn.is_unknown()).count();
        if open > 0 || arns.is_unknown() {
            found.extend(self.unknown_arns(collector, resource, (&arns, argument), (open, through)));
        }
        found
    }

    /// `inline_policy` and `managed_policy_arns` of a role. Where the configuration does not set them, a plan shows what
    /// the role had when it was looked at: that counts as far as no resource of the plan says otherwise.
    fn own(&mut self, collector: &mut Collector<'a>, id: ResourceId, direct: &mut Vec<Attached>) {
        let table = self.table;
        let role = table.get(id);
        let is_set = |argument: &str| {
            role.block.is_some_and(|block| table.configuration.block(block).argument(argument).is_some())
        };
        let inline = role.get("inline_policy");
        let is_of_others = |attribute: &str, text: &str| self.is_of_others(id, attribute, text);
        let attached = |policy| Attached { policy, through: Attachment::Inline, place: None };
        for block in inline.items() {
            let (policy, name) = (block.get("policy"), block.get("name"));
            let elsewhere = !is_set("inline_policy") && name.text().is_some_and(|name| is_of_others("name", name));
            let taken = !is_set("inline_policy") && name.text().is_some_and(|name| self.is_taken(id, name));
            // An empty block says that there is none.
            if elsewhere || taken || (policy.is_absent() && name.is_absent()) {
                continue;
            }
            let policies = self.policies.of_value(collector, role, (&policy, "inline_policy"), PolicyType::Identity);
            direct.extend(policies.into_iter().map(attached));
        }
        if inline.is_unknown() && is_set("inline_policy") {
            let policies = self.policies.of_value(collector, role, (&inline, "inline_policy"), PolicyType::Identity);
            direct.extend(policies.into_iter().map(attached));
        }
        if is_set("managed_policy_arns") {
            direct.extend(self.listed(collector, role, "managed_policy_arns", Attachment::Managed));
            return;
        }
        // Who claims to know all of them takes away what is there beside.
        if !self.attachments.claims(id, What::Listed).is_empty() {
            return;
        }
        for arn in role.get("managed_policy_arns").items() {
            let elsewhere = arn.text().is_some_and(|arn| self.is_of_others(id, "policy_arn", arn));
            if !elsewhere && !arn.is_unknown() {
                let named = self.policies.managed(collector, role, (&arn, "managed_policy_arns"), Attachment::Managed);
                direct.extend(named);
            }
        }
    }

    /// The policies of a list of ARNs that are known only after apply.
    fn unknown_arns(
        &mut self,
        collector: &mut Collector<'a>,
        resource: &Resource<'a>,
        (arns, argument): (&Value<'_>, &str),
        (open, through): (usize, Attachment),
    ) -> Vec<Attached> {
        let led = self.table.led_by(resource, argument, &|mode, resource_type| {
            mode == Mode::Managed && resource_type == "aws_iam_policy"
        });
        let place = Some(resource.key_place(arns));
        let attached = |policy| Attached { policy, through, place: place.clone() };
        let mut found = Vec::new();
        let made = led.resources().into_iter().filter(|id| self.table.get(*id).get("arn").is_unknown());
        let made: Vec<ResourceId> = made.collect();
        let all = led.opaque.is_empty() && !made.is_empty() && (arns.is_unknown() || open == made.len());
        if all {
            for id in made {
                let policies = self.policies.of(collector, id, "policy", PolicyType::Identity);
                found.extend(policies.into_iter().map(attached));
            }
            if arns.is_unknown() {
                // ARNs that stand there as texts are unknown together with the others: nobody knows whether there are
                // some.
                let words = format!("{}.{argument} (known only in part before apply)", resource.address);
                found.push(attached(Policies::unseen(collector, words, resource.place())));
            }
        } else {
            let words = self.table.words(resource, argument).unwrap_or_default();
            let words = format!("{}.{argument} (known after apply, from {words})", resource.address);
            found.push(attached(Policies::unseen(collector, words, resource.place())));
        }
        found
    }

    /// Does a resource that claims to know all inline policies of a role leave this one out?
    fn is_taken(&self, id: ResourceId, name: &str) -> bool {
        let leaves_out = |by: &ResourceId| {
            let names = self.table.get(*by).get("policy_names");
            !names.is_unknown() && names.items().iter().all(|known| known.text().is_some_and(|known| known != name))
        };
        self.attachments.claims(id, What::Inline).iter().any(leaves_out)
    }

    /// Does a resource of the plan attach this policy to the role, or did it?
    fn is_of_others(&self, id: ResourceId, attribute: &str, text: &str) -> bool {
        self.attachments.naming(id).iter().any(|by| self.table.get(*by).text(attribute) == Some(text))
    }

    /// What the plan attaches to roles that it does not make: all that is known of them.
    fn elsewhere(&mut self, collector: &mut Collector<'a>) {
        let elsewhere = std::mem::take(&mut self.attachments.elsewhere);
        for (holder, name, attaching) in &elsewhere {
            let kind = match holder {
                Holder::Role => PrincipalType::Role,
                Holder::User => PrincipalType::User,
                Holder::Group => continue,
            };
            let looked_up = self.table.data("aws_iam_role").map(|id| self.table.get(id));
            let mut looked_up = looked_up.filter(|data| kind == PrincipalType::Role && data.text("name") == Some(name));
            let arn = looked_up.next().and_then(|data| PrincipalArn::new(Cow::Owned(data.text("arn")?.to_owned())));
            let attached = self.attached(collector, attaching, *holder);
            let place = Some(self.table.get(attaching.by).place());
            collector.part_of_principal(Found {
                arn,
                holdings: Holdings { direct: attached, ..Holdings::default() },
                ..Found::named(Cow::Owned(name.clone()), kind, place)
            });
        }
        self.attachments.elsewhere = elsewhere;
    }

    /// No name in IAM holds a line break, so that no other input's group is taken for it.
    fn group_key(&self, id: ResourceId) -> String {
        let group = self.table.get(id);
        format!("{}\n{:?}", group.address, group.source())
    }

    fn memberships(&mut self) {
        let table = self.table;
        for id in table.managed("aws_iam_user_group_membership") {
            let resource = table.get(id);
            let users = self.names.holder(table, resource, (&resource.get("user"), "user"), Holder::User);
            let (Named::Resources(users) | Named::OneOf(users)) = users else { continue };
            for user in users {
                let groups = self.names.listed(table, resource, "groups", Holder::Group);
                self.groups.entry(user).or_default().extend(groups);
            }
        }
        for id in table.managed("aws_iam_group_membership") {
            let resource = table.get(id);
            for users in self.names.listed(table, resource, "users", Holder::User) {
                let (Named::Resources(users) | Named::OneOf(users)) = users else { continue };
                for user in users {
                    let group = self.names.holder(table, resource, (&resource.get("group"), "group"), Holder::Group);
                    self.groups.entry(user).or_default().push(group);
                }
            }
        }
    }

    /// The groups of a user, by the names under which the collector has them.
    fn groups_of(&self, id: ResourceId) -> Vec<Cow<'a, str>> {
        let mut names = Vec::new();
        for named in self.groups.get(&id).into_iter().flatten() {
            match named {
                Named::Resources(ids) if ids.len() == 1 => names.push(Cow::Owned(self.group_key(ids[0]))),
                Named::Elsewhere(name) => names.push(Cow::Owned(name.clone())),
                // A group that nobody has: its policies are not known.
                _ => names.push(Cow::Borrowed("\n")),
            }
        }
        names
    }
}

fn tags<'a>(resource: &Resource<'_>) -> Option<Tags<'a>> {
    let all = [resource.get("tags_all"), resource.get("tags")];
    let known = all.iter().find(|tags| !tags.is_unknown() && !tags.has_unknown())?;
    // Default tags are in `tags_all` only.
    if all[0].is_unknown() && all[1].doc.is_none() {
        return None;
    }
    let members = known.doc.and_then(Doc::as_map).unwrap_or_default();
    let tag = |(key, value): &(Cow<'_, str>, Doc<'_>)| {
        Some((Cow::Owned(key.to_string()), Cow::Owned(value.as_text()?.to_owned())))
    };
    Some(Tags::All(members.iter().filter_map(tag).collect()))
}
