//! Roles, users and groups of a template, in a world: with all that the template attaches to them.
//!
//! Source: CloudFormation Template Reference, "AWS::IAM::Role", "AWS::IAM::User", "AWS::IAM::Group".

use std::borrow::Cow;

use foldhash::{HashMap, HashSet};

use super::attaching::{Attaches, Attaching, Holder};
use super::documents::{Documents, Written};
use super::managed::{Managed, managed};
use super::{Places, sam};
use crate::document::Doc;
use crate::inventory::{
    Attached, Attachment, Bounding, Collector, Found, FoundId, Holdings, PolicyId, PrincipalArn, PrincipalType, Tags,
};
use crate::policy::{PolicyType, Unknown, shown};
use crate::source::{Part, Path, Place};
use crate::template::{Evaluation, Existence, Kind, Node, Problem, Reference, Resource, ResourceId, Template, Value};

/// A principal of the template: a resource, or the role that SAM makes for a function.
#[derive(Clone, Debug)]
pub(super) struct Shown<'v, 'd> {
    pub logical_id: Cow<'v, str>,
    pub holder: Holder,
    pub place: Place,
    pub properties: &'v Value<'d>,
    /// What brings properties from another file: any, also policies and a boundary.
    pub include: Option<Node<'d>>,
}

/// A principal in a world, as the collector has it.
#[derive(Clone, Debug)]
pub(super) struct Read {
    pub id: FoundId,
    /// Its policies that other resources attach, with these resources.
    pub attached_by: Vec<(PolicyId, ResourceId)>,
}

/// Reads principals; worlds that agree on one share it.
#[derive(Debug)]
pub(super) struct Principals<'t, 'd, 'a> {
    pub template: &'t Template<'d>,
    pub places: Places,
    pub attaching: Attaching,
    pub documents: Documents<'d>,
    /// By their names; a template has hundreds.
    known: HashMap<String, Vec<(Found<'a>, Read)>>,
    groups: Vec<(Holdings<'a>, String)>,
    pub problems: Vec<Problem>,
}

impl<'t, 'd, 'a> Principals<'t, 'd, 'a> {
    pub(super) fn new(template: &'t Template<'d>, doc: &'d Doc<'d>, places: Places) -> Self {
        let attaching = Attaching::read(template);
        Principals {
            template,
            places,
            attaching,
            documents: Documents::new(doc),
            known: HashMap::default(),
            groups: Vec::new(),
            problems: Vec::new(),
        }
    }

    /// What a resource shows.
    pub(super) fn shown<'v>(&self, resource: &'v Resource<'d>, properties: &'v Value<'d>) -> Option<Shown<'v, 'd>> {
        let holder = Holder::of(&resource.resource_type)?;
        let (path, part) = resource.place();
        let (place, include) = (self.places.at(&path, part), resource.include());
        Some(Shown { logical_id: Cow::Borrowed(&resource.id), holder, place, properties, include })
    }

    /// A role or a user in a world.
    pub(super) fn principal(
        &mut self,
        collector: &mut Collector<'a>,
        evaluation: &Evaluation<'_, 'd>,
        shown: &Shown<'_, 'd>,
    ) -> Read {
        let properties = shown.properties;
        let mut attached_by = Vec::new();
        let holdings = self.holdings(collector, evaluation, shown, &mut attached_by);
        let kind = if shown.holder == Holder::User { PrincipalType::User } else { PrincipalType::Role };
        let groups = (kind == PrincipalType::User).then(|| self.groups_of(collector, evaluation, shown));
        let boundary = properties.get("PermissionsBoundary").and_then(|value| {
            Some(match self.managed(collector, evaluation, value, Attachment::Boundary)? {
                Managed::ByArn(attaching) => Bounding::ByArn(attaching),
                // Of a boundary, what cannot be seen may be all that it leaves.
                Managed::Direct(mut attached) => Bounding::Direct(attached.pop()?),
            })
        });
        let trust = properties.get("AssumeRolePolicyDocument").and_then(|document| {
            let written = Written {
                name: Cow::Borrowed("AssumeRolePolicyDocument"),
                place: self.places.value(&document.origin),
                policy_type: PolicyType::Trust,
                document: Some(document),
            };
            match &self.documents.policies(self.template, self.places, collector, &written)[..] {
                [whole] => Some(*whole),
                _ => None,
            }
        });
        let found = Found {
            holdings,
            boundary,
            trust,
            groups,
            arn: self.arn(evaluation, shown),
            tags: tags(properties),
            ..Found::named(Cow::Owned(shown.logical_id.to_string()), kind, Some(shown.place.clone()))
        };
        let known = self.known.entry(shown.logical_id.to_string()).or_default();
        if let Some((_, read)) = known.iter().find(|(known, _)| *known == found) {
            return read.clone();
        }
        let first = known.iter().find(|(known, _)| known.place == found.place).map(|(_, read)| read.id);
        let read = Read { id: collector.principal(Found { variant_of: first, ..found.clone() }), attached_by };
        known.push((found, read.clone()));
        read
    }

    /// Its ARN, if the template gives it its name; what it does not say is unknown.
    fn arn(&self, evaluation: &Evaluation<'_, 'd>, shown: &Shown<'_, 'd>) -> Option<PrincipalArn<'a>> {
        let name = shown.properties.get(shown.holder.name_key())?.as_text()?.into_owned();
        let path = shown.properties.get("Path").map_or(Some(Cow::Borrowed("/")), Value::as_text)?;
        let kind = if shown.holder == Holder::User { "user" } else { "role" };
        let partition = evaluation.pseudo("AWS::Partition");
        let account = evaluation.pseudo("AWS::AccountId");
        PrincipalArn::new(Cow::Owned(format!("arn:{partition}:iam::{account}:{kind}{path}{name}")))
    }

    fn holdings(
        &mut self,
        collector: &mut Collector<'a>,
        evaluation: &Evaluation<'_, 'd>,
        shown: &Shown<'_, 'd>,
        attached_by: &mut Vec<(PolicyId, ResourceId)>,
    ) -> Holdings<'a> {
        let mut holdings = Holdings { attached: Some(Vec::new()), ..Holdings::default() };
        let inline = if shown.holder == Holder::Group { Attachment::Group } else { Attachment::Inline };
        for policy in shown.properties.get("Policies").map(Value::items).unwrap_or_default() {
            let policies = self.inline(collector, policy);
            holdings.direct.extend(policies.into_iter().map(|policy| Attached {
                policy,
                through: inline,
                place: None,
            }));
        }
        if let Some(include) = &shown.include {
            let name = include.get("Name").and_then(|name| name.doc.as_text()).unwrap_or_default();
            let words = format!("Fn::Transform {name}");
            let policy = self.documents.unseen(self.places, collector, &include.path, words);
            holdings.direct.push(Attached { policy, through: inline, place: None });
        }
        let managed = if shown.holder == Holder::Group { Attachment::Group } else { Attachment::Managed };
        let mut known: HashSet<String> = HashSet::default();
        // SAM makes a list in this list of a parameter that is one.
        let arns = shown.properties.get("ManagedPolicyArns").map(Value::items).unwrap_or_default();
        let arns = arns.iter().flat_map(|value| match &value.kind {
            Kind::List(items) => items.as_slice(),
            _ => std::slice::from_ref(value),
        });
        for value in arns {
            match self.managed(collector, evaluation, value, managed) {
                Some(Managed::Direct(attached)) => holdings.direct.extend(attached),
                // Attached twice is attached once.
                Some(Managed::ByArn(attaching)) if !known.insert(attaching.arn.to_string()) => {}
                Some(Managed::ByArn(attaching)) => holdings.attached.get_or_insert_default().push(attaching),
                None => {}
            }
        }
        for id in self.attaching.candidates(&shown.logical_id) {
            let attached = self.attached_by(collector, evaluation, id, shown);
            attached_by.extend(attached.iter().map(|attached| (attached.policy, id)));
            holdings.direct.extend(attached);
        }
        holdings
    }

    /// An element of `Policies`.
    fn inline(&mut self, collector: &mut Collector<'a>, policy: &Value<'d>) -> Vec<PolicyId> {
        let places = self.places;
        if let Kind::Unknown(unknown) = policy.kind {
            return vec![self.documents.unseen(places, collector, &policy.origin, self.template.words(unknown))];
        }
        let document = policy.get("PolicyDocument");
        if self.report_template(document.unwrap_or(policy)) {
            return Vec::new();
        }
        let name = policy.get("PolicyName");
        let text = name.and_then(Value::as_text).unwrap_or(Cow::Borrowed("Policies"));
        let written = Written {
            place: places.value(name.map_or(&policy.origin, |name| &name.origin)),
            name: text,
            policy_type: PolicyType::Identity,
            document,
        };
        self.documents.policies(self.template, places, collector, &written)
    }

    /// What another resource attaches to this principal.
    fn attached_by(
        &mut self,
        collector: &mut Collector<'a>,
        evaluation: &Evaluation<'_, 'd>,
        id: ResourceId,
        shown: &Shown<'_, 'd>,
    ) -> Vec<Attached> {
        let existence = evaluation.existence(id);
        let resource = self.template.resource(id);
        let Some(attaches) = Attaches::of(&resource.resource_type) else { return Vec::new() };
        if existence == Existence::Absent || attaches == Attaches::Members {
            return Vec::new();
        }
        let properties = evaluation.resource(id).properties;
        let named = shown.holder.keys().into_iter().filter_map(|key| properties.get(key)).flat_map(Value::items);
        let named: Vec<&Value<'d>> = named.collect();
        let Some(named) = named.iter().find(|value| self.is(value, shown)) else {
            named.iter().for_each(|value| self.report_attribute(value, shown));
            return Vec::new();
        };
        let place = Some(self.places.value(&named.origin));
        let through = match (shown.holder, attaches) {
            (Holder::Group, _) => Attachment::Group,
            (_, Attaches::Managed) => Attachment::Managed,
            _ => Attachment::Inline,
        };
        let policies = if existence == Existence::Undecided {
            let words = resource.id.to_string();
            vec![self.documents.unseen(self.places, collector, &resource.node.path, words)]
        } else {
            self.resource_policies(collector, resource, &properties)
        };
        policies.into_iter().map(|policy| Attached { policy, through, place: place.clone() }).collect()
    }

    /// The policies of an AWS::IAM::Policy, AWS::IAM::ManagedPolicy or their like.
    pub(super) fn resource_policies(
        &mut self,
        collector: &mut Collector<'a>,
        resource: &Resource<'d>,
        properties: &Value<'d>,
    ) -> Vec<PolicyId> {
        let document = properties.get("PolicyDocument");
        if document.is_some_and(|document| self.report_template(document)) {
            return Vec::new();
        }
        let name = ["PolicyName", "ManagedPolicyName"].into_iter().find_map(|key| properties.get(key)?.known_text());
        let (path, part) = resource.place();
        let written = Written {
            name: name.unwrap_or(Cow::Borrowed(&resource.id)),
            place: self.places.at(&path, part),
            policy_type: PolicyType::Identity,
            document,
        };
        self.documents.policies(self.template, self.places, collector, &written)
    }

    /// Says so if a value is one of SAM's policy templates, which nothing expands outside of SAM's own resources.
    pub(super) fn report_template(&mut self, value: &Value<'d>) -> bool {
        let Some(template) = sam::stray_template(value) else { return false };
        let problem = Problem {
            path: template.key_origin.clone(),
            part: Part::Key,
            message: format!("`{}` is a policy template of SAM: CloudFormation does not know it", template.key),
            help: Some(
                "SAM expands it only in Policies of its own functions and state machines: write its statements here"
                    .to_owned(),
            ),
        };
        if !self.problems.contains(&problem) {
            self.problems.push(problem);
        }
        true
    }

    /// Says so if a value is an attribute of a principal where IAM takes its name: nothing is attached so.
    ///
    /// Source: CloudFormation Template Reference, "AWS::IAM::Policy", Roles: "The name of the role to associate the
    /// policy with", with the pattern of names, which has no colon.
    fn report_attribute(&mut self, value: &Value<'d>, shown: &Shown<'_, 'd>) {
        let Some(Reference { resource, attribute: Some(attribute), .. }) = value.as_reference() else { return };
        if *resource != shown.logical_id {
            return;
        }
        let problem = Problem {
            path: value.origin.clone(),
            part: Part::Value,
            message: format!("{} takes names, and `{resource}.{attribute}` is none", shown.holder.keys()[0]),
            help: Some(format!("write the Ref of `{resource}`, which is its name")),
        };
        if !self.problems.contains(&problem) {
            self.problems.push(problem);
        }
    }

    /// Does a value name this principal?
    pub(super) fn is(&self, value: &Value<'d>, shown: &Shown<'_, 'd>) -> bool {
        if let Some(Reference { resource, attribute: None, .. }) = value.as_reference()
            && *resource == shown.logical_id
        {
            return true;
        }
        let Some(text) = value.as_text().filter(|text| !text.is_empty()) else { return false };
        if text.chars().any(|char| char == Unknown::NAMELESS.to_char()) {
            return false;
        }
        Unknown::whole(&text) == Some(self.template.reference_to(&shown.logical_id, None))
            || shown.properties.get(shown.holder.name_key()).and_then(Value::as_text).is_some_and(|name| name == text)
    }

    /// The groups of a user, by the names under which the collector has them.
    fn groups_of(
        &mut self,
        collector: &mut Collector<'a>,
        evaluation: &Evaluation<'_, 'd>,
        user: &Shown<'_, 'd>,
    ) -> Vec<Cow<'a, str>> {
        let mut named: Vec<Value<'d>> = user.properties.get("Groups").map(Value::items).unwrap_or_default().to_vec();
        for id in self.attaching.candidates(&user.logical_id) {
            let is_addition = Attaches::of(&self.template.resource(id).resource_type) == Some(Attaches::Members);
            if !is_addition || evaluation.existence(id) == Existence::Absent {
                continue;
            }
            let properties = evaluation.resource(id).properties;
            let users = properties.get("Users").map(Value::items).unwrap_or_default();
            if users.iter().any(|value| self.is(value, user)) {
                named.extend(properties.get("GroupName").cloned());
            }
        }
        named.iter().map(|value| self.group(collector, evaluation, value)).collect()
    }

    fn group(
        &mut self,
        collector: &mut Collector<'a>,
        evaluation: &Evaluation<'_, 'd>,
        value: &Value<'d>,
    ) -> Cow<'a, str> {
        let template = self.template;
        let of_template = template.iter().find_map(|(id, resource)| {
            if Holder::of(&resource.resource_type) != Some(Holder::Group)
                || evaluation.existence(id) != Existence::Exists
            {
                return None;
            }
            let properties = evaluation.resource(id).properties;
            let is = self.shown(resource, &properties).is_some_and(|group| self.is(value, &group));
            is.then_some((resource, properties))
        });
        let Some((resource, properties)) = of_template else {
            // Another input may hold it.
            return Cow::Owned(template.spelt(&value.as_text().unwrap_or_default()));
        };
        let holdings = match self.shown(resource, &properties) {
            Some(shown) => self.holdings(collector, evaluation, &shown, &mut Vec::new()),
            None => Holdings::default(),
        };
        if let Some((_, key)) = self.groups.iter().find(|(known, _)| *known == holdings) {
            return Cow::Owned(key.clone());
        }
        // No name in IAM holds a line break, so that no other input's group is taken for it.
        let key = format!("{}\n{:?}\n{}", resource.id, self.places.source, self.groups.len());
        collector.group(Cow::Borrowed(""), Cow::Owned(key.clone()), holdings.clone());
        self.groups.push((holdings, key.clone()));
        Cow::Owned(key)
    }

    fn managed(
        &mut self,
        collector: &mut Collector<'a>,
        evaluation: &Evaluation<'_, 'd>,
        value: &Value<'d>,
        through: Attachment,
    ) -> Option<Managed<'a>> {
        managed(self, collector, evaluation, value, through)
    }

    /// A policy that the template names and does not hold.
    pub(super) fn unseen(&mut self, collector: &mut Collector<'a>, origin: &Path, text: &str) -> PolicyId {
        // A default that stands for no policy: whoever deploys this gives another.
        let parameter = if text.is_empty() { self.documents.parameter_at(self.template, origin) } else { None };
        let words = parameter.unwrap_or_else(|| self.template.spelt(text));
        self.documents.unseen(self.places, collector, origin, shown(&words).into_owned())
    }

    /// Where the logical id of a resource stands.
    pub(super) fn place_of(&self, resource: &Resource<'d>) -> Place {
        let (path, part): (Path, Part) = resource.place();
        self.places.at(&path, part)
    }
}

/// The tags that are written: those of the stack come to all that it makes.
///
/// Source: AWS CloudFormation User Guide, "Resource tag": "tags that you specify for the stack are propagated to the
/// resources"; a resource's own tag of the same key wins.
fn tags<'a>(properties: &Value<'_>) -> Tags<'a> {
    let tag = |tag: &Value<'_>| {
        let text = |key: &str| Some(Cow::Owned(tag.get(key)?.known_text()?.into_owned()));
        Some((text("Key")?, text("Value")?))
    };
    Tags::Some(properties.get("Tags").map(Value::items).unwrap_or_default().iter().filter_map(tag).collect())
}
