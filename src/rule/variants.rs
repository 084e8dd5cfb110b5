//! Puts together what is found of one principal under several values of a template's parameters, and says under which;
//! shows where the functions are that make a role need what it lacks.

use foldhash::HashMap;

use super::finding::{Finding, Label, Severity};
use super::subject::Examined;
use super::words;
use crate::inventory::{PrincipalId, When};
use crate::requirement::Applicability;

/// So many functions of one role are shown.
const FUNCTIONS_SHOWN: usize = 3;

/// One finding for each cause.
pub(super) fn merged(examined: &Examined<'_>, findings: Vec<Finding>) -> Vec<Finding> {
    let inventory = examined.inventory;
    if inventory.functions.is_empty() && inventory.principals.iter().all(|found| found.when.is_empty()) {
        return findings;
    }
    // Of each principal, the variants that must meet something.
    let mut variants: HashMap<PrincipalId, Vec<PrincipalId>> = HashMap::default();
    for judged in examined.judged.iter().filter(|judged| judged.applicability != Applicability::DoesNotApply) {
        let known = variants.entry(inventory.first_variant(judged.principal)).or_default();
        if !known.contains(&judged.principal) {
            known.push(judged.principal);
        }
    }
    let mut merged: Vec<(Finding, Vec<PrincipalId>)> = Vec::new();
    for finding in findings {
        let first = finding.subject.map(|id| inventory.first_variant(id));
        let same = |(known, _): &&mut (Finding, Vec<PrincipalId>)| {
            std::ptr::eq(known.rule, finding.rule)
                && known.subject.map(|id| inventory.first_variant(id)) == first
                && known.message == finding.message
                && place(known) == place(&finding)
        };
        let known = first.filter(|_| finding.when.is_none()).and_then(|_| merged.iter_mut().rev().find(same));
        match (known, finding.subject) {
            (Some((known, having)), Some(id)) => {
                known.severity = known.severity.max(finding.severity);
                if !having.contains(&id) {
                    having.push(id);
                }
            }
            (_, subject) => merged.push((finding, subject.into_iter().collect())),
        }
    }
    let said = |(mut finding, having): (Finding, Vec<PrincipalId>)| {
        // What is found of a function is said by its rule: once for all of its variants.
        if let Some(when) = finding.when.take() {
            finding.message.push_str(&when);
        } else if let Some(first) = having.first() {
            let all = variants.get(&inventory.first_variant(*first)).map_or(&having[..], Vec::as_slice);
            finding.message.push_str(&when(examined, all, &having));
        }
        show_functions(examined, &mut finding, &having);
        finding
    };
    merged.into_iter().map(said).collect()
}

fn place(finding: &Finding) -> Option<&crate::source::Place> {
    finding.primary.as_ref().map(|label| &label.place)
}

/// ` when Stage is prod`; nothing if it holds under all values.
fn when(examined: &Examined<'_>, all: &[PrincipalId], having: &[PrincipalId]) -> String {
    let values = |id: &PrincipalId| &examined.inventory.principal(*id).when;
    let Some(first) = having.first() else { return String::new() };
    let every = having.len() >= all.len();
    let holds = |value: &&When| !every || having.iter().all(|id| values(id).contains(value));
    let said: Vec<String> =
        values(first).iter().filter(holds).map(|when| format!("{} is {}", when.name, when.value)).collect();
    if said.is_empty() { String::new() } else { format!(" when {}", words::list(&said, "and")) }
}

fn show_functions(examined: &Examined<'_>, finding: &mut Finding, having: &[PrincipalId]) {
    if finding.severity == Severity::Note || finding.primary.is_none() || finding.principal.is_none() {
        return;
    }
    let mut shown = 0;
    for function in having.iter().flat_map(|id| examined.inventory.functions_of(*id)) {
        if !function.needs_interfaces() || shown == FUNCTIONS_SHOWN {
            continue;
        }
        let config = function.vpc_config.as_ref().map(|config| (&config.place, "in a VPC"));
        let source = function.event_sources.first().map(|source| (&source.place, "reading from a VPC"));
        let Some((place, what)) = config.or(source) else { continue };
        let label = Label { place: place.clone(), message: format!("`{}` is {what} with this role", function.name) };
        let is_known = finding.primary.iter().chain(&finding.related).any(|known| known.place == label.place);
        if !is_known {
            finding.related.push(label);
            shown += 1;
        }
    }
}
