//! `policy-removed-with-vpc`: one update takes a function out of its VPC and takes away what Lambda needs afterwards.

use super::Rule;
use super::finding::{Finding, Label, Severity};
use super::subject::{Before, Examined};
use super::words;
use crate::evaluate::Verdict;
use crate::inventory::{Function, PrincipalId, VpcConnection};
use crate::requirement::{Judged, Pack};

pub(super) static RULE: Rule = Rule {
    name: "policy-removed-with-vpc",
    severity: Severity::Warning,
    summary: "an update takes away the VPC of a function together with the rights to clear it up",
    explanation: "\
With --before, rolecall compares what is deployed now with what will be. When a function leaves its VPC, or is removed, \
Lambda deletes its network interfaces afterwards, up to twenty minutes later, with the role as it is then. If the same \
update takes the policy away, Lambda may no longer do so: the interfaces stay, and security groups and subnets cannot be \
deleted: \"resource sg-… has a dependent object (Error Code: DependencyViolation)\". CloudFormation changes the role \
before the function, because the function depends on it.

Example: VpcConfig and AWSLambdaVPCAccessExecutionRole are taken out of a template in one commit.

To mend it, deploy twice: first without VpcConfig and with the policy, and without the policy when the interfaces are \
gone.",
    source: "https://github.com/aws/aws-cdk/issues/34400",
    check,
};

fn check(examined: &Examined<'_>) -> Vec<Finding> {
    let Some(before) = &examined.before else { return Vec::new() };
    let mut findings: Vec<Finding> = Vec::new();
    let mut names: Vec<&str> = Vec::new();
    for function in &before.inventory.functions {
        if function.vpc == VpcConnection::Connected && !names.contains(&function.name.as_str()) {
            names.push(&function.name);
            findings.extend(removed(examined, before, function));
        }
    }
    findings
}

/// A role in what is deployed now or will be, judged.
struct Role<'e> {
    judged: &'e Judged,
    pack: &'e Pack,
}

impl Role<'_> {
    /// The actions that clear up, each with its verdict.
    fn clearing(&self) -> Vec<(&str, Verdict)> {
        let kind = &self.pack.principals[self.judged.kind];
        let actions = kind.actions.iter().zip(&self.judged.actions);
        let clearing = actions.filter(|(action, _)| kind.cleans_up.contains(&action.name));
        clearing.map(|(action, judged)| (action.does.as_str(), judged.outcome.verdict)).collect()
    }
}

fn role<'e>(packs: &'e [Pack], judged: &'e [Judged], id: PrincipalId) -> Option<Role<'e>> {
    let roles = judged.iter().filter(|judged| judged.principal == id);
    let mut roles = roles.map(|judged| Role { judged, pack: &packs[judged.pack] });
    roles.find(|role| !role.pack.principals[role.judged.kind].cleans_up.is_empty())
}

fn removed(examined: &Examined<'_>, before: &Before<'_>, function: &Function) -> Option<Finding> {
    let inventory = examined.inventory;
    let old_id = function.role?;
    let old = role(examined.packs, before.judged, old_id)?;
    let old_name = before.inventory.principal(old_id).name.as_deref();
    let after: Vec<&Function> = inventory.functions.iter().filter(|after| after.name == function.name).collect();
    if after.iter().any(|after| after.vpc == VpcConnection::Connected) {
        return None;
    }
    // Lambda clears up with the role that the function has then; of a function that is gone, with the one that it had.
    let roles: Vec<PrincipalId> = match after.is_empty() {
        true => (0..inventory.principals.len())
            .map(PrincipalId)
            .filter(|id| {
                let principal = inventory.principal(*id);
                principal.name.as_deref() == old_name && principal.kind == before.inventory.principal(old_id).kind
            })
            .collect(),
        false => after.iter().filter_map(|after| after.role).collect(),
    };
    let lost: Vec<&str> = if roles.is_empty() {
        // Function and role go together: the role stays until the function is gone, but what does not wait may not.
        let race =
            old.judged.races.iter().find(|race| before.inventory.functions[race.function].name == function.name)?;
        let kind = &old.pack.principals[old.judged.kind];
        let late = race.actions.iter().filter_map(|index| kind.actions.get(*index));
        late.filter(|action| kind.cleans_up.contains(&action.name)).map(|action| action.does.as_str()).collect()
    } else {
        let had = old.clearing();
        let now: Vec<Role<'_>> =
            roles.iter().map(|id| role(examined.packs, examined.judged, *id)).collect::<Option<_>>()?;
        let has = |verdict| matches!(verdict, Verdict::Granted | Verdict::Conditional | Verdict::Partial);
        let gone = |verdict| matches!(verdict, Verdict::Missing | Verdict::Denied);
        let in_all = |does: &str| {
            now.iter().all(|role| role.clearing().iter().any(|(known, verdict)| *known == does && gone(*verdict)))
        };
        had.into_iter().filter(|(does, verdict)| has(*verdict) && in_all(does)).map(|(does, _)| does).collect()
    };
    if lost.is_empty() {
        return None;
    }
    let leaves = if after.is_empty() { "is removed" } else { "leaves its VPC" };
    let of_role = roles.first().map(|id| inventory.principal(*id));
    let name = of_role.and_then(|role| role.name.as_deref()).or(old_name);
    let its_role = name.map_or("its role".to_owned(), |name| format!("its role `{name}`"));
    let message = format!(
        "function `{}` {leaves}, and in the same update {its_role} loses the right to {}",
        function.name,
        words::doing(&lost, "and")
    );
    let mut places = vec![
        Label::new(of_role.and_then(|role| role.place.clone()), "the right is taken away here"),
        Label::new(after.first().and_then(|after| after.place.clone()), "this function is no longer in a VPC"),
    ];
    let config = function.vpc_config.as_ref().map(|config| config.place.clone()).or_else(|| function.place.clone());
    places.push(Label::new(config, "it is in a VPC now"));
    let late = function.unordered.first().filter(|_| roles.is_empty());
    places.push(late.and_then(|late| Label::new(Some(late.place.clone()), "this may be deleted before the function")));
    let mut places = places.into_iter().flatten();
    Some(Finding {
        rule: &RULE,
        severity: Severity::Warning,
        message,
        when: None,
        notes: vec![
            "Lambda deletes the network interfaces after the update, up to twenty minutes later, with the role as it is then; if it may not, they stay, and security groups and subnets cannot be deleted".to_owned(),
            "AWS says: resource sg-… has a dependent object (Error Code: DependencyViolation)".to_owned(),
        ],
        help: Some("deploy twice: keep the policy now, and take it away when the network interfaces are gone".to_owned()),
        url: RULE.source.to_owned(),
        subject: roles.first().copied(),
        principal: name.map(str::to_owned),
        function: Some(function.name.clone()),
        primary: places.next(),
        related: places.collect(),
    })
}
