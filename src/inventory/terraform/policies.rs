//! The policies of a plan: texts in its attributes, what AWS publishes, and those that nobody can see yet.
//!
//! Source: Terraform Registry, hashicorp/aws, "aws_iam_policy", "aws_iam_role_policy".

use std::borrow::Cow;

use foldhash::HashMap;

use super::address::Mode;
use super::made;
use super::resource::Resource;
use super::table::{ResourceId, Table};
use super::value::Value;
use crate::inventory::{Attached, Attaching, Attachment, Collector, Document, PolicyEntry, PolicyId, Resolved, Sight};
use crate::policy::PolicyType;
use crate::reference::managed_policy_named;
use crate::source::{Place, Wrapping};

pub(super) struct Policies<'t, 'a> {
    table: &'t Table<'a>,
    /// Of resources and data sources that several name.
    known: HashMap<(ResourceId, &'static str), Vec<PolicyId>>,
    /// The resource that a policy is the text of.
    texts: HashMap<PolicyId, ResourceId>,
    by_arn: HashMap<&'t str, ResourceId>,
    /// Those whose ARN is known only after apply.
    by_name: HashMap<&'t str, ResourceId>,
}

impl<'t, 'a> Policies<'t, 'a> {
    pub(super) fn new(table: &'t Table<'a>) -> Self {
        let managed = table.managed("aws_iam_policy").chain(table.data("aws_iam_policy"));
        // What the plan makes wins over what it looks up.
        let mut by_arn = HashMap::default();
        for id in managed {
            if let Some(arn) = table.get(id).text("arn").filter(|arn| !arn.contains(":aws:policy/")) {
                by_arn.entry(arn).or_insert(id);
            }
        }
        let made = table.managed("aws_iam_policy").filter(|id| table.get(*id).get("arn").is_unknown());
        let by_name = made.filter_map(|id| Some((table.get(id).text("name")?, id))).collect();
        Policies { table, known: HashMap::default(), texts: HashMap::default(), by_arn, by_name }
    }

    /// The policies that an attribute of a resource comes to: the one that it holds, and another that nobody has seen
    /// if pieces of it cannot be seen.
    pub(super) fn of(
        &mut self,
        collector: &mut Collector<'a>,
        id: ResourceId,
        attribute: &'static str,
        policy_type: PolicyType,
    ) -> Vec<PolicyId> {
        if let Some(known) = self.known.get(&(id, attribute)) {
            return known.clone();
        }
        let resource = self.table.get(id);
        let value = resource.get(attribute);
        let ids = self.of_value(collector, resource, (&value, attribute), policy_type);
        self.known.insert((id, attribute), ids.clone());
        self.texts.extend(ids.iter().map(|policy| (*policy, id)));
        ids
    }

    /// The resource that a policy is the text of.
    pub(super) fn resource(&self, policy: PolicyId) -> Option<ResourceId> {
        self.texts.get(&policy).copied()
    }

    /// The policy that a resource was, if the plan gives it another text.
    pub(super) fn before(&self, collector: &mut Collector<'a>, id: ResourceId) -> Option<PolicyId> {
        let resource = self.table.get(id);
        let (before, is_changed) = (resource.before("policy"), resource.changes("policy"));
        let document = resource.document(&before).filter(|_| is_changed)?;
        Some(collector.policy(PolicyEntry {
            name: Some(Cow::Owned(resource.address.clone())),
            arn: None,
            policy_type: PolicyType::Identity,
            place: Some(resource.place()),
            document: Some(document),
            meant: None,
        }))
    }

    /// The same for a value within an attribute.
    pub(super) fn of_value(
        &self,
        collector: &mut Collector<'a>,
        resource: &Resource<'a>,
        (value, attribute): (&Value<'_>, &str),
        policy_type: PolicyType,
    ) -> Vec<PolicyId> {
        let entry = |name: String, document| PolicyEntry {
            name: Some(Cow::Owned(name)),
            arn: None,
            policy_type,
            place: Some(resource.place()),
            document,
            meant: None,
        };
        let unseen = |collector: &mut Collector<'a>, why: &str| {
            vec![collector.policy(entry(format!("{}.{attribute} ({why})", resource.address), None))]
        };
        if let Some(text) = value.text() {
            let is_secret = resource.is_sensitive(attribute) && !text.trim_start().starts_with('{');
            return match resource.document(value).filter(|_| !is_secret) {
                Some(document) => vec![collector.policy(entry(resource.address.clone(), Some(document)))],
                None => unseen(collector, "a secret"),
            };
        }
        if value.is_absent() {
            // A document that is no text is wrong in a way that Terraform itself refuses.
            return Vec::new();
        }
        let led = self.table.led_by(resource, attribute, &|mode, resource_type| {
            mode == Mode::Data && resource_type == "aws_iam_policy_document"
        });
        let deferred = led.only().map(|id| self.table.get(id)).filter(|data| data.get("json").is_unknown());
        let words = match self.table.words(resource, attribute) {
            Some(words) => format!("known after apply, from {words}"),
            None => "known after apply".to_owned(),
        };
        match deferred {
            Some(data) if led.opaque.is_empty() => {
                let (documents, sight) = made_of(data);
                let mut ids: Vec<PolicyId> = documents
                    .into_iter()
                    .map(|document| collector.policy(entry(resource.address.clone(), Some(document))))
                    .collect();
                if sight != Sight::All {
                    let words = format!("known only in part before apply, from {}", data.address);
                    ids.extend(unseen(collector, &words));
                }
                ids
            }
            _ => unseen(collector, &words),
        }
    }

    /// A policy of which only words are known.
    pub(super) fn unseen(collector: &mut Collector<'a>, words: String, place: Place) -> PolicyId {
        collector.policy(PolicyEntry {
            name: Some(Cow::Owned(words)),
            arn: None,
            policy_type: PolicyType::Identity,
            place: Some(place),
            document: None,
            meant: None,
        })
    }

    /// What a value stands for where the ARN of a managed policy belongs.
    pub(super) fn managed(
        &mut self,
        collector: &mut Collector<'a>,
        resource: &Resource<'a>,
        (value, argument): (&Value<'_>, &str),
        through: Attachment,
    ) -> Vec<Attached> {
        let place = Some(resource.value_place(value));
        if value.is_absent() || value.text() == Some("") {
            return Vec::new();
        }
        let own = match value.text() {
            Some(arn) => self.own(arn),
            None => None,
        };
        if let (Some(arn), None) = (value.text(), own) {
            let name = arn.rsplit('/').next().map(|name| Cow::Owned(name.to_owned()));
            let attaching = Attaching { name, arn: Cow::Owned(arn.to_owned()), place };
            return vec![collector.by_arn(attaching, through)];
        }
        let led = self.table.led_by(resource, argument, &|_, resource_type| resource_type == "aws_iam_policy");
        let mut found = match own {
            Some(own) => vec![own],
            None => led.resources(),
        };
        if let (true, Some(share)) = (found.len() > 1, self.table.share(resource, argument, &found)) {
            found = vec![share];
        }
        let words = || {
            let words = self.table.words(resource, argument);
            let from = words.map_or(String::new(), |words| format!(", from {words}"));
            format!("{}.{argument} (known after apply{from})", resource.address)
        };
        let attached = |policy: PolicyId| Attached { policy, through, place: place.clone() };
        match &found[..] {
            [one] if own.is_some() || led.opaque.is_empty() => {
                if let Some(looked_up) = self.published(*one) {
                    let name = looked_up.rsplit('/').next().map(|name| Cow::Owned(name.to_owned()));
                    let attaching = Attaching { name, arn: Cow::Owned(looked_up), place };
                    return vec![collector.by_arn(attaching, through)];
                }
                let policies = self.of(collector, *one, "policy", PolicyType::Identity);
                if policies.is_empty() {
                    let unseen = Policies::unseen(collector, words(), resource.place());
                    return vec![attached(unseen)];
                }
                policies.into_iter().map(attached).collect()
            }
            _ => {
                let unseen = Policies::unseen(collector, words(), resource.place());
                vec![attached(unseen)]
            }
        }
    }

    /// The policy of the plan that an ARN is.
    pub(super) fn own(&self, arn: &str) -> Option<ResourceId> {
        if let Some(own) = self.by_arn.get(arn) {
            return Some(*own);
        }
        let name = arn.splitn(6, ':').nth(5)?.strip_prefix("policy/")?.rsplit('/').next()?;
        if arn.contains(":aws:policy/") { None } else { self.by_name.get(name).copied() }
    }

    /// The ARN of a policy of AWS that a data source looks up by its name.
    fn published(&self, id: ResourceId) -> Option<String> {
        let data = self.table.get(id);
        if data.mode != Mode::Data || data.text("policy").is_some() {
            return None;
        }
        let name = data.text("name").or_else(|| data.text("arn")?.rsplit('/').next())?;
        Some(managed_policy_named(name)?.arn.to_string())
    }
}

/// The documents of a data source that is read on apply, and how much of it they are.
fn made_of<'a>(data: &Resource<'a>) -> (Vec<Document<'a>>, Sight) {
    let resolved = Resolved::of(&made::document(&data.values()));
    let own = resolved.sight();
    let has_statements = resolved.doc().get("Statement").is_some_and(|(_, list)| list.as_list() != Some(&[]));
    let mut documents = Vec::new();
    if own != Sight::Nothing && has_statements {
        documents.push(Document::resolved_at(data.source(), data.root, Wrapping::Bare, resolved));
    }
    let mut sight = own;
    // What is merged in counts like statements of one's own; what overrides takes others away.
    for value in data.get("source_policy_documents").items().into_iter().chain([data.get("source_json")]) {
        match data.document(&value) {
            _ if value.is_absent() || value.text() == Some("") => {}
            Some(document) => documents.push(document),
            None => sight = Sight::Some,
        }
    }
    let hides = |name: &str| {
        let value = data.get(name);
        value.is_unknown() || !value.items().is_empty() || value.filled().is_some()
    };
    if data.get("source_policy_documents").is_unknown() || hides("override_policy_documents") || hides("override_json")
    {
        sight = Sight::Some;
    }
    (documents, sight)
}
