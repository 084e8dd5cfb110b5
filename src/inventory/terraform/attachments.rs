//! Which resources of a plan attach policies to which roles, users and groups.
//!
//! Source: Terraform Registry, hashicorp/aws, "aws_iam_role_policy", "aws_iam_role_policy_attachment",
//! "aws_iam_policy_attachment", "aws_iam_role_policy_attachments_exclusive", "aws_iam_role_policies_exclusive", and the
//! same of users and groups.

use foldhash::HashMap;

use super::address::Mode;
use super::resource::{Action, Resource, Side};
use super::table::{ResourceId, Table};
use super::value::Value;

/// What a policy can be attached to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Holder {
    Role,
    User,
    Group,
}

impl Holder {
    pub(super) const ALL: [Holder; 3] = [Holder::Role, Holder::User, Holder::Group];

    pub(super) fn resource_type(self) -> &'static str {
        match self {
            Holder::Role => "aws_iam_role",
            Holder::User => "aws_iam_user",
            Holder::Group => "aws_iam_group",
        }
    }

    /// `role`; in `aws_iam_policy_attachment` with an s.
    fn argument(self) -> &'static str {
        match self {
            Holder::Role => "role",
            Holder::User => "user",
            Holder::Group => "group",
        }
    }

    /// Of a resource that claims to know all policies of one.
    pub(super) fn name_argument(self) -> &'static str {
        match self {
            Holder::Role => "role_name",
            Holder::User => "user_name",
            Holder::Group => "group_name",
        }
    }

    /// The types of the resources that claim to know all policies of one, each with what it claims. That of managed
    /// policies also attaches those that it lists.
    pub(super) fn exclusive(self) -> [(What, String); 2] {
        let start = self.resource_type();
        [
            (What::Inline, format!("{start}_policies_exclusive")),
            (What::Listed, format!("{start}_policy_attachments_exclusive")),
        ]
    }

    fn arguments(self) -> &'static str {
        match self {
            Holder::Role => "roles",
            Holder::User => "users",
            Holder::Group => "groups",
        }
    }
}

/// One attachment.
#[derive(Clone, Debug)]
pub(super) struct Attaching {
    /// The resource that attaches.
    pub by: ResourceId,
    pub what: What,
    /// Is it sure that it is to this holder?
    pub certain: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum What {
    /// Its `policy`.
    Inline,
    /// That of its `policy_arn`.
    Managed,
    /// Those of its `policy_arns`.
    Listed,
}

/// All attachments of a plan.
#[derive(Debug, Default)]
pub(super) struct Attachments {
    by_holder: HashMap<ResourceId, Vec<Attaching>>,
    /// Also those that go.
    naming: HashMap<ResourceId, Vec<ResourceId>>,
    /// The resources that claim to know all inline policies of a holder, or all managed ones.
    claims: HashMap<(ResourceId, What), Vec<ResourceId>>,
    /// To what is not in the plan, by its name.
    pub elsewhere: Vec<(Holder, String, Attaching)>,
}

/// Whom a value names.
pub(super) enum Named {
    Resources(Vec<ResourceId>),
    /// Somebody outside of the plan.
    Elsewhere(String),
    /// One of these, or somebody else.
    OneOf(Vec<ResourceId>),
}

impl Attachments {
    pub(super) fn read(table: &Table<'_>, side: Side) -> Attachments {
        let mut read = Attachments::default();
        let names = Names::read(table);
        for holder in Holder::ALL {
            let types = [
                (format!("{}_policy", holder.resource_type()), What::Inline),
                (format!("{}_policy_attachment", holder.resource_type()), What::Managed),
            ];
            for (resource_type, what) in types {
                for by in table.managed(&resource_type) {
                    let resource = table.get(by);
                    let argument = holder.argument();
                    let named = names.holder(table, resource, (&resource.get(argument), argument), holder);
                    read.add(table, side, (by, what, holder), named);
                }
            }
            for by in table.managed("aws_iam_policy_attachment") {
                let resource = table.get(by);
                for named in names.listed(table, resource, holder.arguments(), holder) {
                    read.add(table, side, (by, What::Managed, holder), named);
                }
            }
            for (what, resource_type) in holder.exclusive() {
                for by in table.managed(&resource_type) {
                    let resource = table.get(by);
                    // To take it away changes nothing in AWS.
                    if side == Side::After && resource.action == Action::Delete {
                        continue;
                    }
                    let argument = holder.name_argument();
                    let named = names.holder(table, resource, (&resource.get(argument), argument), holder);
                    if let Named::Resources(ids) = &named
                        && let [one] = ids[..]
                    {
                        read.claims.entry((one, what)).or_default().push(by);
                    }
                    if what == What::Listed {
                        read.add(table, side, (by, what, holder), named);
                    }
                }
            }
        }
        read
    }

    fn add(&mut self, table: &Table<'_>, side: Side, (by, what, holder): (ResourceId, What, Holder), named: Named) {
        let goes = |id: ResourceId| side == Side::After && table.get(id).action == Action::Delete;
        let (to, certain) = match named {
            Named::Resources(to) => {
                // Two roles of one name are in two accounts.
                let certain = to.len() < 2;
                (to, certain)
            }
            Named::OneOf(to) => (to, false),
            Named::Elsewhere(name) => {
                if !goes(by) {
                    self.elsewhere.push((holder, name, Attaching { by, what, certain: true }));
                }
                return;
            }
        };
        for id in to {
            self.naming.entry(id).or_default().push(by);
            // What goes is no longer attached to what stays.
            if !goes(by) || goes(id) {
                self.by_holder.entry(id).or_default().push(Attaching { by, what, certain });
            }
        }
    }

    /// All resources that attach something to a holder, or did.
    pub(super) fn naming(&self, id: ResourceId) -> &[ResourceId] {
        self.naming.get(&id).map_or(&[], Vec::as_slice)
    }

    /// The resources that claim to know all inline policies of a holder, or all managed ones.
    pub(super) fn claims(&self, id: ResourceId, what: What) -> &[ResourceId] {
        self.claims.get(&(id, what)).map_or(&[], Vec::as_slice)
    }

    /// What others attach to a holder.
    pub(super) fn of(&self, id: ResourceId) -> &[Attaching] {
        self.by_holder.get(&id).map_or(&[], Vec::as_slice)
    }
}

/// The holders of a plan, by name.
#[derive(Default)]
pub(super) struct Names<'t>(HashMap<(Holder, &'t str), Vec<ResourceId>>);

impl<'t> Names<'t> {
    pub(super) fn read(table: &'t Table<'_>) -> Names<'t> {
        let mut names = Names::default();
        for holder in Holder::ALL {
            for id in table.managed(holder.resource_type()) {
                let resource = table.get(id);
                if let Some(name) = resource.text("name").or_else(|| resource.text("id")) {
                    names.0.entry((holder, name)).or_default().push(id);
                }
            }
        }
        names
    }

    /// The one role of this name.
    pub(super) fn role(&self, name: &str) -> Option<ResourceId> {
        match self.0.get(&(Holder::Role, name))?[..] {
            [one] => Some(one),
            _ => None,
        }
    }

    /// The holder that an argument names.
    pub(super) fn holder<'a>(
        &self,
        table: &Table<'a>,
        resource: &Resource<'a>,
        (value, argument): (&Value<'_>, &str),
        holder: Holder,
    ) -> Named {
        let sought = |mode: Mode, resource_type: &str| mode == Mode::Managed && resource_type == holder.resource_type();
        let led = table.led_by(resource, argument, &sought);
        if let Some(text) = value.filled() {
            let by_name = self.0.get(&(holder, text)).map_or(&[][..], Vec::as_slice);
            let referred: Vec<ResourceId> = by_name.iter().copied().filter(|id| led.resources().contains(id)).collect();
            return match (&referred[..], by_name) {
                ([], []) => Named::Elsewhere(text.to_owned()),
                ([], by_name) => Named::Resources(same_provider(table, resource, by_name)),
                (referred, _) => Named::Resources(referred.to_vec()),
            };
        }
        if !value.is_unknown() {
            return Named::Resources(Vec::new());
        }
        match (&led.resources()[..], led.opaque.is_empty()) {
            ([one], _) => Named::Resources(vec![*one]),
            ([], _) => Named::OneOf(self.perhaps(table, resource, holder)),
            (several, _) => Named::OneOf(several.to_vec()),
        }
    }

    /// The holders that a list names.
    pub(super) fn listed<'a>(
        &self,
        table: &Table<'a>,
        resource: &Resource<'a>,
        argument: &str,
        holder: Holder,
    ) -> Vec<Named> {
        let value = resource.get(argument);
        let items = value.items();
        let mut found: Vec<Named> = Vec::new();
        let known = items.iter().filter_map(Value::filled);
        for text in known {
            found.push(match self.0.get(&(holder, text)) {
                Some(by_name) => Named::Resources(same_provider(table, resource, by_name)),
                None => Named::Elsewhere(text.to_owned()),
            });
        }
        let open = items.iter().filter(|item| item.is_unknown()).count();
        if open > 0 || value.is_unknown() {
            let sought =
                |mode: Mode, resource_type: &str| mode == Mode::Managed && resource_type == holder.resource_type();
            let led = table.led_by(resource, argument, &sought);
            let named = |named: &Named, id: &ResourceId| matches!(named, Named::Resources(ids) if ids.contains(id));
            let mut rest = led.resources();
            rest.retain(|id| !found.iter().any(|known| named(known, id)));
            match led.opaque.is_empty() && !rest.is_empty() && (value.is_unknown() || open == rest.len()) {
                true => found.extend(rest.into_iter().map(|id| Named::Resources(vec![id]))),
                false if rest.is_empty() => found.push(Named::OneOf(self.perhaps(table, resource, holder))),
                false => found.push(Named::OneOf(rest)),
            }
        }
        found
    }

    /// Those that a value may name that is known only after apply: those of the same module that are made now, else all
    /// that are.
    fn perhaps(&self, table: &Table<'_>, resource: &Resource<'_>, holder: Holder) -> Vec<ResourceId> {
        let made = |id: &ResourceId| table.get(*id).action.creates();
        let all: Vec<ResourceId> = table.managed(holder.resource_type()).filter(made).collect();
        let here: Vec<ResourceId> = all.iter().copied().filter(|id| table.get(*id).module == resource.module).collect();
        if here.is_empty() { all } else { here }
    }
}

/// Of holders of one name, those that are made through the same provider.
fn same_provider(table: &Table<'_>, resource: &Resource<'_>, ids: &[ResourceId]) -> Vec<ResourceId> {
    let provider = |resource: &Resource<'_>| {
        resource.block.and_then(|block| table.configuration.block(block).provider().map(str::to_owned))
    };
    let own = provider(resource);
    let same: Vec<ResourceId> = ids.iter().copied().filter(|id| provider(table.get(*id)) == own).collect();
    if same.is_empty() { ids.to_vec() } else { same }
}
