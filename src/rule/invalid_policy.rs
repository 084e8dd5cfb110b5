//! `invalid-policy`: a policy document that AWS refuses, or does not read as its author meant it.

use super::Rule;
use super::finding::{Finding, Label, Severity};
use super::subject::Examined;
use crate::policy::Gravity;
use crate::requirement::PolicyProblem;

pub(super) static RULE: Rule = Rule {
    name: "invalid-policy",
    severity: Severity::Error,
    summary: "a policy document that AWS refuses",
    explanation: "\
The document breaks the grammar of IAM's policy language, so that AWS answers MalformedPolicyDocument and no principal \
can carry it: an unknown element, Action together with NotAction, an Effect other than Allow and Deny, a Version other \
than 2012-10-17 and 2008-10-17, an unknown condition operator, two equal Sids, an empty list. Such a document grants \
nothing.

A member that stands twice in one object is a warning: AWS keeps one of the two and says nothing.

Example: \"Version\": \"2017-10-17\".

To mend it, correct the place that the finding shows.",
    source: "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html",
    check,
};

fn check(examined: &Examined<'_>) -> Vec<Finding> {
    examined.problems.iter().map(|problem| invalid(examined, problem)).collect()
}

fn invalid(examined: &Examined<'_>, PolicyProblem { policy, problem }: &PolicyProblem) -> Finding {
    let inventory = examined.inventory;
    let entry = inventory.policy(*policy);
    let place = |path: &crate::source::Path, part| entry.document.as_ref()?.place(path.clone(), part);
    let carrier = inventory.principals.iter().position(|principal| {
        principal.trust == Some(*policy) || principal.identity.iter().any(|attached| attached.policy == *policy)
    });
    let carrier_name = carrier.and_then(|index| inventory.principals[index].name.as_deref());
    let of = match (&entry.name, carrier_name) {
        (Some(name), _) => format!(" (policy `{name}`)"),
        (None, Some(name)) => format!(" (trust policy of `{name}`)"),
        (None, None) => String::new(),
    };
    let related =
        problem.related.as_ref().and_then(|(path, part, words)| Label::new(place(path, *part), words.clone()));
    Finding {
        rule: &RULE,
        severity: match problem.gravity {
            Gravity::Refused => Severity::Error,
            Gravity::Suspect => Severity::Warning,
        },
        message: format!("{}{of}", problem.message),
        when: None,
        notes: Vec::new(),
        help: problem.help.clone(),
        url: RULE.source.to_owned(),
        subject: carrier.map(crate::inventory::PrincipalId),
        principal: carrier_name.map(str::to_owned),
        function: None,
        primary: Label::new(place(&problem.path, problem.part), "here"),
        related: related.into_iter().collect(),
    }
}
