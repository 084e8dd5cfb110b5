//! What rules look at: judged principals, with the questions that several rules ask of them.

use super::finding::{Finding, Label, Severity};
use super::{Rule, words};
use crate::evaluate::{Layer, Obstacle, StatementRef, Unmet, Verdict};
use crate::inventory::{Function, Inventory, VpcConnection};
use crate::policy::{Effect, Statement};
use crate::requirement::{
    Applicability, Judged, JudgedAction, JudgedPolicy, Level, Only, Pack, PackAction, PackPrincipal, PolicyProblem,
};
use crate::source::{Part, Path, Place};

/// Everything that was judged.
pub struct Examined<'e> {
    pub inventory: &'e Inventory<'e>,
    pub packs: &'e [Pack],
    pub judged: &'e [Judged],
    pub problems: &'e [PolicyProblem],
    /// The partition that the caller says.
    pub partition: Option<&'e str>,
    /// What is deployed now, if the caller shows it.
    pub before: Option<Before<'e>>,
}

/// What is deployed now, judged by the same packs.
pub struct Before<'e> {
    pub inventory: &'e Inventory<'e>,
    pub judged: &'e [Judged],
}

impl<'e> Examined<'e> {
    /// The principals that must meet something, or might want to.
    pub(super) fn subjects(&self) -> impl Iterator<Item = Subject<'e>> + use<'e> {
        let (inventory, packs) = (self.inventory, self.packs);
        self.judged
            .iter()
            .filter(|judged| judged.applicability != Applicability::DoesNotApply)
            .map(move |judged| Subject { inventory, pack: &packs[judged.pack], judged })
    }
}

/// One judged principal.
#[derive(Clone, Copy)]
pub struct Subject<'e> {
    pub inventory: &'e Inventory<'e>,
    pub pack: &'e Pack,
    pub judged: &'e Judged,
}

/// Actions of one principal that fail for one cause.
pub(super) type Group<'e> = Vec<(&'e PackAction, &'e JudgedAction)>;

/// What a sentence says of a group: the required actions, if there are any; what is only recommended goes without
/// saying, since the same change mends it.
pub(super) fn said<'e>(group: &Group<'e>) -> Vec<&'e str> {
    let required = || group.iter().filter(|(action, _)| action.level == Level::Required);
    if required().next().is_some() {
        required().map(|(action, _)| action.does.as_str()).collect()
    } else {
        group.iter().map(|(action, _)| action.does.as_str()).collect()
    }
}

/// The regions in which actions fail, if they do not fail in all in which there are functions.
pub(super) fn regions<'e>(group: &Group<'e>) -> Vec<&'e str> {
    let mut found: Vec<&str> = Vec::new();
    for region in group.iter().flat_map(|(_, judged)| &judged.regions) {
        if !found.contains(&&**region) {
            found.push(region);
        }
    }
    found
}

/// ` in eu-west-1 and us-east-1`, or nothing if it is so in all regions.
pub(super) fn in_regions(group: &Group<'_>) -> String {
    match &*regions(group) {
        [] => String::new(),
        regions => format!(" in {}", words::list(regions, "and")),
    }
}

/// `function `A``, `functions `A`, `B` and 3 more`.
fn named(functions: &[&Function]) -> String {
    let name = |function: &&Function| format!("`{}`", function.name);
    match functions {
        [one] => format!("function {}", name(one)),
        [first, second] => format!("functions {} and {}", name(first), name(second)),
        [first, second, rest @ ..] => format!("functions {}, {} and {} more", name(first), name(second), rest.len()),
        [] => String::new(),
    }
}

/// What a label says where an Allow does not reach an action.
#[derive(Clone, Copy)]
pub(super) struct NearWords {
    pub condition: &'static str,
    pub resource: &'static str,
}

/// Every Allow that is about one of the actions and does not reach it, once.
pub(super) fn near(group: &Group<'_>) -> Vec<(StatementRef, Unmet)> {
    let mut near: Vec<(StatementRef, Unmet)> = Vec::new();
    for found in group.iter().flat_map(|(_, judged)| &judged.near) {
        if !near.iter().any(|known| known.0 == found.0) {
            near.push(*found);
        }
    }
    near
}

impl<'e> Subject<'e> {
    pub fn kind(&self) -> &'e PackPrincipal {
        &self.pack.principals[self.judged.kind]
    }

    /// The principal's name, if it has one.
    pub fn name(&self) -> Option<&'e str> {
        self.inventory.principal(self.judged.principal).name.as_deref()
    }

    /// As the subject of a sentence.
    pub(super) fn words(&self) -> String {
        let own = match self.name() {
            Some(name) => format!("{} `{name}`", self.kind().title),
            None => format!("the {}", self.kind().title),
        };
        match &*self.functions() {
            [] => own,
            functions => format!("{own} of {}", named(functions)),
        }
    }

    /// The functions that make it what it is, each once.
    pub(super) fn functions(&self) -> Vec<&'e Function> {
        let mut found: Vec<&'e Function> = Vec::new();
        if self.kind().only == Only::Role {
            for function in self.inventory.functions_of(self.judged.principal).filter(|found| found.needs_interfaces())
            {
                if !found.iter().any(|known| known.is_variant_of(function)) {
                    found.push(function);
                }
            }
        }
        found
    }

    /// The pack's actions with their answers.
    pub fn actions(&self) -> impl Iterator<Item = (&'e PackAction, &'e JudgedAction)> + use<'e> {
        self.kind().actions.iter().zip(&self.judged.actions)
    }

    /// Actions of one verdict, grouped by what their cause has in common.
    pub(super) fn groups<C: PartialEq>(
        &self,
        verdict: Verdict,
        cause: impl Fn(&'e PackAction, &'e JudgedAction) -> Option<C>,
    ) -> Vec<(C, Group<'e>)> {
        let mut groups: Vec<(C, Group<'e>)> = Vec::new();
        for (pack_action, judged) in self.actions().filter(|(_, judged)| judged.outcome.verdict == verdict) {
            let Some(cause) = cause(pack_action, judged) else { continue };
            match groups.iter_mut().find(|(known, _)| *known == cause) {
                Some((_, group)) => group.push((pack_action, judged)),
                None => groups.push((cause, vec![(pack_action, judged)])),
            }
        }
        groups
    }

    /// A gap in recommended actions, or of a principal that nobody said is one, is worth a note.
    pub(super) fn severity(&self, group: &Group<'_>, required: Severity) -> Severity {
        let any_required = group.iter().any(|(action, _)| action.level == Level::Required);
        if any_required && self.judged.applicability == Applicability::Applies { required } else { Severity::Note }
    }

    pub(super) fn policy(&self, index: usize) -> &'e JudgedPolicy {
        &self.judged.policies[index]
    }

    pub fn statement(&self, statement: StatementRef) -> Option<&'e Statement> {
        self.policy(statement.policy).policy.as_deref()?.statements.get(statement.statement)
    }

    /// A place in the document that holds a statement; none if no file holds it.
    pub(super) fn place_in(&self, policy: usize, (path, part): (Path, Part)) -> Option<Place> {
        let entry = self.inventory.policy(self.policy(policy).attached.policy);
        entry.document.as_ref()?.place(path, part)
    }

    pub fn statement_place(&self, statement: StatementRef) -> Option<Place> {
        self.place_in(statement.policy, self.statement(statement)?.place())
    }

    /// Where the principal's name stands.
    pub(super) fn place(&self) -> Option<Place> {
        self.inventory.principal(self.judged.principal).place.clone()
    }

    /// The name of a policy as a sentence has it.
    pub(super) fn policy_name(&self, index: usize) -> String {
        let judged = self.policy(index);
        let entry = self.inventory.policy(judged.attached.policy);
        let name = entry.name.as_deref().or(entry.arn.as_deref()).unwrap_or("the policy");
        format!("`{name}`")
    }

    /// A statement as a sentence names it: its Sid, else its number.
    pub(super) fn statement_words(&self, statement: StatementRef) -> String {
        let policy = self.policy_name(statement.policy);
        let found = self.statement(statement);
        match found.and_then(|found| found.sid.as_deref()).filter(|sid| !sid.is_empty()) {
            Some(sid) => format!("statement `{sid}` of {policy}"),
            None => format!("statement {} of {policy}", found.map_or(0, |found| found.index) + 1),
        }
    }

    /// Where somebody would add a permission: at the principal's name; for policies that are nobody's by name, at the
    /// Allow that is most about the same service.
    pub(super) fn where_to_grant(&self, group: &Group<'_>) -> Option<Place> {
        self.place().or_else(|| self.nearest_allow(group).and_then(|statement| self.statement_place(statement)))
    }

    fn nearest_allow(&self, group: &Group<'_>) -> Option<StatementRef> {
        let services: Vec<&str> =
            group.iter().filter_map(|(action, _)| action.name.split_once(':').map(|(service, _)| service)).collect();
        let same_service = |statement: &Statement| {
            statement.actions.patterns.iter().any(|pattern| {
                let service = pattern.split().map(|(service, _)| service);
                service.is_some_and(|service| services.iter().any(|wanted| wanted.eq_ignore_ascii_case(service)))
            })
        };
        let mut first = None;
        for (index, judged) in
            self.judged.policies.iter().enumerate().filter(|(_, judged)| judged.layer == Layer::Identity)
        {
            for (statement_index, statement) in
                judged.policy.iter().flat_map(|policy| policy.statements.iter().enumerate())
            {
                if statement.effect == Effect::Deny {
                    continue;
                }
                let found = StatementRef { policy: index, statement: statement_index };
                if same_service(statement) {
                    return Some(found);
                }
                first.get_or_insert(found);
            }
        }
        first
    }

    /// What AWS says when one of the actions is refused.
    pub(super) fn aws_says(&self, group: &Group<'_>) -> Option<String> {
        let (action, _) = group.iter().find(|(action, _)| action.level == Level::Required)?;
        let name = action.name.split_once(':').map_or(action.name.as_str(), |(_, name)| name);
        Some(format!("AWS says: {}", self.kind().error.replace("{action}", name)))
    }

    /// A finding about this principal, to be filled by the rule.
    pub(super) fn finding(&self, rule: &'static Rule, severity: Severity, message: String) -> Finding {
        let functions = self.functions();
        let function = functions.first().copied().or_else(|| self.inventory.functions_of(self.judged.principal).next());
        Finding {
            rule,
            severity,
            message,
            when: None,
            notes: Vec::new(),
            help: None,
            url: self.pack.url.clone(),
            subject: Some(self.judged.principal),
            principal: self.name().map(str::to_owned),
            function: function.map(|function| function.name.clone()),
            primary: None,
            related: Vec::new(),
        }
    }

    /// The functions that fail for want of these actions.
    fn functions_of(&self, group: &Group<'_>) -> Vec<&'e Function> {
        let regions = regions(group);
        let mut functions = self.functions();
        let fails = |function: &&Function| function.region.as_ref().is_some_and(|region| regions.contains(&&**region));
        functions.retain(|function| regions.is_empty() || fails(function));
        functions
    }

    /// The same about a group of actions: of a function that fails for want of them.
    pub(super) fn finding_about(
        &self,
        group: &Group<'_>,
        rule: &'static Rule,
        severity: Severity,
        message: String,
    ) -> Finding {
        let function = self.functions_of(group).first().map(|function| function.name.clone());
        let finding = self.finding(rule, severity, message);
        Finding { function: function.or(finding.function), ..finding }
    }

    /// "may not create, describe or delete network interfaces".
    pub(super) fn may_not(&self, group: &Group<'_>) -> String {
        let doing = words::doing(&said(group), "or") + &in_regions(group);
        let functions = self.functions_of(group);
        let (Some(name), Some(first)) = (self.name(), functions.first()) else {
            return format!("{} may not {doing}", self.words());
        };
        let where_to = match (first.vpc, functions.len()) {
            (VpcConnection::Connected, 1) => "is in a VPC",
            (VpcConnection::Connected, _) => "are in a VPC",
            (VpcConnection::NotConnected, 1) => "reads from a VPC",
            (VpcConnection::NotConnected, _) => "read from a VPC",
        };
        let whose = if functions.len() == 1 { "its" } else { "their" };
        format!("{} {where_to}, and {whose} role `{name}` may not {doing}", named(&functions))
    }

    /// A label at what keeps each Allow from reaching the actions.
    pub(super) fn near_labels(&self, group: &Group<'_>, words: NearWords) -> Vec<Label> {
        let label = |(statement, unmet): (StatementRef, Unmet)| {
            let found = self.statement(statement)?;
            let (place, message) = match unmet {
                Unmet::Condition(ordinal, _) => (found.condition_place(ordinal), words.condition),
                Unmet::Resource => (found.resource_place(0), words.resource),
                Unmet::Refused => (found.place(), "AWS refuses this document"),
            };
            Label::new(self.place_in(statement.policy, place), message)
        };
        near(group).into_iter().filter_map(label).collect()
    }

    /// The managed policy that grants it, by its ARN in the principal's partition.
    pub(super) fn granting_policy(&self, group: &Group<'_>) -> Option<String> {
        let required = group.iter().any(|(action, _)| action.level == Level::Required);
        let arn = self.kind().mended_by.as_deref().filter(|_| required)?;
        Some(format!("{} grants it", self.judged.locality.show(arn)))
    }

    /// What to do about actions that no policy allows.
    pub(super) fn mend(&self, group: &Group<'_>) -> String {
        if group.iter().any(|(action, _)| action.level == Level::Required) {
            return self.kind().mend.clone();
        }
        let names: Vec<&str> = group.iter().map(|(action, _)| action.name.as_str()).collect();
        format!("allow {}; it is recommended, and nothing is known to fail without", words::list(&names, "and"))
    }

    /// The sentences of the pack about the resources of actions that a policy allows on too few of them.
    pub(super) fn notes(&self, group: &Group<'_>) -> Vec<String> {
        let by_resource = |judged: &JudgedAction| judged.near.iter().any(|(_, unmet)| *unmet == Unmet::Resource);
        let mut notes: Vec<String> = Vec::new();
        for (action, _) in group.iter().filter(|(_, judged)| by_resource(judged)) {
            notes.extend(action.note.clone().filter(|note| !notes.contains(note)));
        }
        notes
    }

    /// A label at every Deny of an obstacle.
    pub(super) fn deny_labels(&self, obstacle: &Obstacle) -> Vec<Label> {
        let Obstacle::Denied(statements) = obstacle else { return Vec::new() };
        statements
            .iter()
            .filter_map(|statement| Label::new(self.statement_place(*statement), "this Deny takes it away"))
            .collect()
    }
}
