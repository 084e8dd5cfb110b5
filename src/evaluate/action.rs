//! Which actions a statement is about.

use super::glob::{Case, matches};
use super::truth::Truth;
use crate::policy::{ActionPattern, Effect, Patterns, Polarity, Unknown, split_action};

/// Is the action (`ec2:CreateNetworkInterface`, no wildcard) among those that the statement is about?
///
/// A wildcard in the service part is nothing that AWS supports: in the `Action` of an Allow it counts for nothing,
/// elsewhere it is unknown, so that no reading makes a grant out of it. A pattern of which the input leaves a piece open
/// is unknown wherever it may fit.
///
/// Source: IAM User Guide, "IAM JSON policy elements: Action" and "… NotAction".
pub fn matches_action(actions: &Patterns<ActionPattern>, effect: Effect, action: &str) -> Truth {
    let Some((service, name)) = split_action(action) else { return Truth::No };
    let grants = actions.polarity == Polarity::Listed && effect == Effect::Allow;
    let listed = Truth::any(actions.patterns.iter().map(|pattern| match matches_pattern(pattern, service, name) {
        Truth::Unknown if grants && !Unknown::is_in(pattern.text()) => Truth::No,
        answer => answer,
    }));
    match actions.polarity {
        Polarity::Listed => listed,
        Polarity::AllBut => !listed,
    }
}

fn matches_pattern(pattern: &ActionPattern, service: &str, name: &str) -> Truth {
    // Nearly every pattern ends here.
    if pattern.is_of_other_service(service) {
        return Truth::No;
    }
    if Unknown::is_in(pattern.text()) {
        return matches_unknown(pattern.text(), service, name);
    }
    match pattern.split() {
        Some((own, own_name)) if own.eq_ignore_ascii_case(service) => {
            Truth::from(matches(own_name, name, Case::Insensitive))
        }
        _ if pattern.is_all() => Truth::Yes,
        Some((own, own_name))
            if has_wildcard(own)
                && matches(own, service, Case::Insensitive)
                && matches(own_name, name, Case::Insensitive) =>
        {
            Truth::Unknown
        }
        _ => Truth::No,
    }
}

/// Some of the pattern is unknown: it may name the action unless what is known of it does not fit.
fn matches_unknown(pattern: &str, service: &str, name: &str) -> Truth {
    let widened: String =
        pattern.chars().map(|char| if Unknown::from_char(char).is_some() { '*' } else { char }).collect();
    let fits = matches(&widened, &format!("{service}:{name}"), Case::Insensitive);
    if fits { Truth::Unknown } else { Truth::No }
}

fn has_wildcard(text: &str) -> bool {
    text.bytes().any(|byte| matches!(byte, b'*' | b'?'))
}
