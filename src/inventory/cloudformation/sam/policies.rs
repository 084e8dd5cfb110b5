//! `Policies` of a function: names and ARNs of managed policies, documents, policy templates.
//!
//! Source: AWS SAM Developer Guide, "AWS::Serverless::Function" (Policies); what is taken for what:
//! aws/serverless-application-model, `samtranslator/model/resource_policies.py`.

use super::cause::Cause;
use super::made::{Maker, aws_managed};
use super::policy_template::{PolicyTemplate, nearest};
use super::raw::Raw;
use crate::reference::managed_policy_named;
use crate::source::Part;
use crate::template::Kind;

/// What SAM takes an element of `Policies` for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Entry {
    /// A name, an ARN, a function.
    Managed,
    /// An object with `Statement`.
    Document,
    /// An object whose only member is named like a policy template.
    Template,
    Unknown,
    /// `Fn::If` with two of these.
    Mixed,
}

impl<'d> Maker<'_, '_, 'd> {
    pub(super) fn add_policies(&mut self) {
        let Some(policies) = self.truthy("Policies").map(|member| member.value) else { return };
        let entries =
            if policies.is_list() { policies.items().into_iter().map(Raw::Node).collect() } else { vec![policies] };
        for (index, entry) in entries.iter().enumerate() {
            self.add_entry(index, entry);
        }
    }

    fn add_entry(&mut self, index: usize, entry: &Raw<'d>) {
        let kind = kind(entry);
        match (kind, entry.choice()) {
            (Entry::Unknown | Entry::Mixed, _) => self.add_unusable(kind, entry),
            (_, None) => self.add_branch(index, kind, entry),
            (_, Some(choice)) => match choice.taken(self.evaluation) {
                Some(branch) if branch.is_no_value() => {}
                Some(branch) => self.add_branch(index, kind, &branch),
                None => self.add_undecided(kind, entry),
            },
        }
    }

    /// An element that is no `Fn::If`, or the branch of one.
    fn add_branch(&mut self, index: usize, kind: Entry, entry: &Raw<'d>) {
        let cause = Cause::at(entry.path());
        match kind {
            Entry::Managed => match entry.text() {
                Some(name) => self.add_named(name, &cause),
                None => {
                    if let Some(value) = entry.value(self.evaluation) {
                        self.add_managed(value);
                    }
                }
            },
            Entry::Document => {
                let document = entry.value(self.evaluation);
                self.add_policy(&cause, self.policy_name(index), document);
            }
            Entry::Template => self.add_template(index, entry),
            Entry::Unknown | Entry::Mixed => self.add_unusable(kind, entry),
        }
    }

    fn policy_name(&self, index: usize) -> String {
        format!("{}Policy{index}", self.role_id())
    }

    /// The name of one of AWS's managed policies becomes its ARN; anything else is taken for an ARN.
    fn add_named(&mut self, name: &str, cause: &Cause) {
        let arn = managed_policy_named(name).map(|policy| policy.arn);
        match arn.as_deref().and_then(|arn| arn.strip_prefix("arn:aws:iam::aws:policy/")) {
            Some(end) => self.add_managed(self.evaluation.substituted(&aws_managed(end), &[], &cause.node)),
            None => {
                let name = crate::policy::without_unknowns(name).into_owned();
                self.add_managed(cause.text(name));
            }
        }
    }

    fn add_template(&mut self, index: usize, entry: &Raw<'d>) {
        let members = entry.members();
        let Some((member, template)) = members.first().zip(template_of(entry)) else {
            return self.add_unusable(Entry::Unknown, entry);
        };
        let name = member.name;
        if !member.value.is_map() {
            let message = format!("the policy template {name} takes a map of parameters");
            return self.problem(&member.key, message, Some(format!("write {}", template.example())));
        }
        let given = member.value.members();
        let missing: Vec<&str> =
            template.parameters().filter(|known| !given.iter().any(|given| given.name == *known)).collect();
        if !missing.is_empty() {
            let message = format!("the policy template {name} lacks {}", missing.join(", "));
            return self.problem(&member.key, message, Some(format!("write {}", template.example())));
        }
        let cause = Cause { node: entry.path().clone(), key: member.key.clone() };
        let values = given
            .iter()
            .map(|given| {
                let value = given.value.value(self.evaluation);
                let unknown = || cause.value(Kind::Unknown(crate::policy::Unknown::NAMELESS));
                let value = value.filter(|value| !matches!(value.kind, Kind::Null)).unwrap_or_else(unknown);
                cause.member(given.name, value)
            })
            .collect::<Vec<_>>();
        let document = template.document(self.evaluation, &cause, &values);
        self.add_policy(&cause, self.policy_name(index), Some(document));
    }

    /// One of two policies, or one or none.
    fn add_undecided(&mut self, kind: Entry, entry: &Raw<'d>) {
        let words = "the policy that Fn::If chooses";
        let unknown = Cause::at(entry.path()).value(Kind::Unknown(self.evaluation.unknown(words)));
        match kind {
            Entry::Managed => self.add_managed(unknown),
            _ => self.add_unseen(unknown),
        }
    }

    fn add_unusable(&mut self, kind: Entry, entry: &Raw<'d>) {
        let members = entry.members();
        let names: Vec<&str> = members.iter().map(|member| member.name).collect();
        let (message, help) = match &names[..] {
            _ if kind == Entry::Mixed => (
                "this Fn::If in Policies chooses between policies of two kinds",
                Some("write an Fn::If of its own for each, with AWS::NoValue as the other branch".to_owned()),
            ),
            names if names.contains(&"Effect") || names.contains(&"Action") => (
                "a statement by itself is no policy",
                Some("write {Version: '2012-10-17', Statement: [{Effect: …}]}".to_owned()),
            ),
            names if names.contains(&"PolicyDocument") => (
                "Policies of a function holds documents without PolicyName",
                Some("write the document itself: {Version: '2012-10-17', Statement: […]}".to_owned()),
            ),
            [name] if !name.starts_with("Fn::") => match nearest(name) {
                Some(known) => ("there is no such policy template", Some(format!("did you mean {known}?"))),
                None => return self.add_unknown_template(name, entry),
            },
            _ => ("this is neither the name of a policy, nor a document, nor a policy template", None),
        };
        self.problem_of((entry.path(), Part::Value), message, help);
    }

    /// SAM may know more policy templates by now.
    fn add_unknown_template(&mut self, name: &str, entry: &Raw<'d>) {
        let name: String = name.chars().take(60).collect();
        let unknown = self.evaluation.unknown(&format!("the policy template {name}"));
        self.add_unseen(Cause::at(entry.path()).value(Kind::Unknown(unknown)));
    }
}

fn template_of(entry: &Raw<'_>) -> Option<PolicyTemplate> {
    match &entry.members()[..] {
        [member] => PolicyTemplate::named(member.name),
        _ => None,
    }
}

fn kind(entry: &Raw<'_>) -> Entry {
    if entry.text().is_some() {
        return Entry::Managed;
    }
    if entry.is_choice() {
        let Some(choice) = entry.choice() else { return Entry::Unknown };
        return match (kind(&choice.yes), kind(&choice.no)) {
            (yes, no) if yes == no => yes,
            (_, no) if choice.yes.is_no_value() => no,
            (yes, _) if choice.no.is_no_value() => yes,
            _ => Entry::Mixed,
        };
    }
    if entry.function().is_some() {
        return Entry::Managed;
    }
    if entry.is_map() && entry.members().iter().any(|member| member.name == "Statement") {
        return Entry::Document;
    }
    if template_of(entry).is_some() { Entry::Template } else { Entry::Unknown }
}
