//! Which resources of a template give their policies to others: the way from a role to what is attached to it goes
//! against the references.
//!
//! Source: CloudFormation Template Reference, "AWS::IAM::Policy", "AWS::IAM::ManagedPolicy", "AWS::IAM::RolePolicy",
//! "AWS::IAM::UserPolicy", "AWS::IAM::GroupPolicy", "AWS::IAM::UserToGroupAddition".

use foldhash::HashMap;

use crate::template::{ResourceId, Template, World};

/// The member of such a resource that names principals of this kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Holder {
    Role,
    User,
    Group,
}

impl Holder {
    /// By the type of the resource that is the principal.
    pub(super) fn of(resource_type: &str) -> Option<Holder> {
        Some(match resource_type {
            "AWS::IAM::Role" => Holder::Role,
            "AWS::IAM::User" => Holder::User,
            "AWS::IAM::Group" => Holder::Group,
            _ => return None,
        })
    }

    /// `Roles` of AWS::IAM::Policy, `RoleName` of AWS::IAM::RolePolicy.
    pub(super) fn keys(self) -> [&'static str; 2] {
        match self {
            Holder::Role => ["Roles", "RoleName"],
            Holder::User => ["Users", "UserName"],
            Holder::Group => ["Groups", "GroupName"],
        }
    }

    /// The property that gives the principal a name of the user's own.
    pub(super) fn name_key(self) -> &'static str {
        self.keys()[1]
    }
}

/// What a resource that attaches something attaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Attaches {
    Inline,
    Managed,
    /// Users to a group.
    Members,
}

impl Attaches {
    pub(super) fn of(resource_type: &str) -> Option<Attaches> {
        Some(match resource_type {
            "AWS::IAM::Policy" | "AWS::IAM::RolePolicy" | "AWS::IAM::UserPolicy" | "AWS::IAM::GroupPolicy" => {
                Attaches::Inline
            }
            "AWS::IAM::ManagedPolicy" => Attaches::Managed,
            "AWS::IAM::UserToGroupAddition" => Attaches::Members,
            _ => return None,
        })
    }
}

/// The resources that may attach something, by the logical id of the principal that they name in whatever branch of
/// their functions.
#[derive(Debug)]
pub(super) struct Attaching {
    by_mention: HashMap<String, Vec<ResourceId>>,
    /// Those that name somebody by a text.
    by_text: Vec<ResourceId>,
}

impl Attaching {
    pub(super) fn read(template: &Template<'_>) -> Attaching {
        // Nothing is decided here, so that all branches count.
        let nowhere = World::default();
        let evaluation = template.in_world(&nowhere);
        let mut attaching = Attaching { by_mention: HashMap::default(), by_text: Vec::new() };
        for (id, resource) in template.iter() {
            if Attaches::of(&resource.resource_type).is_none() {
                continue;
            }
            for mention in evaluation.mentions_of(id).iter() {
                let named = attaching.by_mention.entry(mention.resource.to_string()).or_default();
                if named.last() != Some(&id) {
                    named.push(id);
                }
            }
            let by_text = [Holder::Role, Holder::User, Holder::Group].into_iter().flat_map(Holder::keys).any(|key| {
                let value = resource.property(key).and_then(|node| evaluation.value(&node));
                value.is_some_and(|value| value.items().iter().any(|item| item.as_reference().is_none()))
            });
            if by_text {
                attaching.by_text.push(id);
            }
        }
        attaching
    }

    /// What may attach something to a resource, in the order of the file.
    pub(super) fn candidates(&self, id: &str) -> Vec<ResourceId> {
        let mut found: Vec<ResourceId> = self.by_mention.get(id).into_iter().flatten().copied().collect();
        found.extend(&self.by_text);
        found.sort_unstable();
        found.dedup();
        found
    }
}
