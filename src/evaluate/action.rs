//! Which actions a statement is about.

use super::glob::{Case, matches};
use super::truth::Truth;
use crate::policy::{ActionPattern, Effect, Patterns, Polarity};

/// Is the action (`ec2:CreateNetworkInterface`, no wildcard) among those that the statement is about?
///
/// A wildcard in the service part is nothing that AWS supports: it counts for nothing in an Allow and is unknown in
/// a Deny, so that neither reading makes a grant out of it.
///
/// Source: IAM User Guide, "IAM JSON policy elements: Action" and "… NotAction".
pub fn matches_action(actions: &Patterns<ActionPattern>, effect: Effect, action: &str) -> Truth {
    let listed = Truth::any(actions.patterns.iter().map(|pattern| matches_pattern(pattern, action)));
    let about = match actions.polarity {
        Polarity::Listed => listed,
        Polarity::AllBut => !listed,
    };
    match (about, effect) {
        (Truth::Unknown, Effect::Allow) => Truth::No,
        (about, _) => about,
    }
}

fn matches_pattern(pattern: &ActionPattern, action: &str) -> Truth {
    if pattern.is_all() {
        return Truth::Yes;
    }
    let (Some((service, name)), Some((wanted_service, wanted_name))) = (pattern.split(), action.split_once(':')) else {
        return Truth::No;
    };
    if service.contains(['*', '?']) {
        let may = matches(service, wanted_service, Case::Insensitive) && matches(name, wanted_name, Case::Insensitive);
        return if may { Truth::Unknown } else { Truth::No };
    }
    Truth::from(service.eq_ignore_ascii_case(wanted_service) && matches(name, wanted_name, Case::Insensitive))
}
