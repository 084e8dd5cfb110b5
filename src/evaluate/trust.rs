//! Who may assume a role: the trust policy's answer to one caller.

use super::action::matches_action;
use super::condition::{Setting, Undecided, all_hold, holds};
use super::context::Context;
use super::truth::Truth;
use crate::policy::{Effect, Polarity, Policy, PrincipalElement, PrincipalKind, Standing, Statement, Unknown};

/// What a trust policy answers.
#[derive(Clone, Debug)]
pub struct TrustAnswer {
    pub allowed: Truth,
    /// The statements (indices in [`Policy::statements`]) that are about the caller and the action, each with the
    /// first of its conditions that surely does not hold.
    pub about: Vec<(usize, Option<usize>)>,
    /// The condition keys on which the answer hangs.
    pub undecided: Vec<Box<str>>,
}

/// May the AWS service assume the role? `service` is its principal, `lambda.amazonaws.com`.
///
/// Source: IAM User Guide, "AWS JSON policy elements: Principal", "AWS service principals".
pub fn may_assume(policy: &Policy, service: &str, context: &dyn Context) -> TrustAnswer {
    let mut allowed = Truth::No;
    let mut denied = Truth::No;
    let mut about = Vec::new();
    let mut undecided = Undecided::default();
    for (index, statement) in policy.statements.iter().enumerate() {
        let named = is_about(statement, service);
        if named == Truth::No || matches_action(&statement.actions, statement.effect, "sts:AssumeRole") == Truth::No {
            continue;
        }
        let setting = Setting::open(policy, statement, context);
        let fails = |condition| holds(condition, setting, &mut Undecided::default()) == Truth::No;
        about.push((index, statement.conditions.iter().position(fails)));
        let applies = named.min(all_hold(&statement.conditions, setting, &mut undecided));
        match statement.effect {
            Effect::Allow => allowed = allowed.max(applies),
            Effect::Deny => denied = denied.max(applies),
        }
    }
    if policy.standing == Standing::Refused {
        allowed = Truth::No;
    }
    TrustAnswer { allowed: allowed.min(!denied), about, undecided: undecided.into_keys() }
}

/// May a text with unknown pieces be this name? What stands before the first and after the last of them is known.
fn may_be(text: &str, name: &str) -> Truth {
    let is_unknown = |char: char| Unknown::from_char(char).is_some();
    let (before, after) = (text.find(is_unknown).unwrap_or(0), text.rfind(is_unknown).unwrap_or(0));
    let (head, tail) = (&text[..before], text[after..].trim_start_matches(is_unknown));
    let fits = name.len() >= head.len() + tail.len()
        && name.get(..head.len()).is_some_and(|start| start.eq_ignore_ascii_case(head))
        && name.get(name.len() - tail.len()..).is_some_and(|end| end.eq_ignore_ascii_case(tail));
    if fits { Truth::Unknown } else { Truth::No }
}

/// Does the statement speak of this service? `*` in a trust policy is everyone, which AWS does not say includes
/// services: unknown.
fn is_about(statement: &Statement, service: &str) -> Truth {
    let Some(PrincipalElement { polarity, names }) = &statement.principal else { return Truth::No };
    let listed = Truth::any(names.iter().map(|principal| match (principal.kind, &*principal.name) {
        (PrincipalKind::Service, name) if Unknown::is_in(name) => may_be(name, service),
        // A parameter may say `*`; an account, or any text with more than an unknown piece, does not.
        (PrincipalKind::Aws, name) if matches!(Unknown::whole(name), Some(Unknown::Other(_))) => Truth::Unknown,
        (PrincipalKind::Service, name) => Truth::from(name.eq_ignore_ascii_case(service)),
        (PrincipalKind::Everyone, _) | (PrincipalKind::Aws, "*") => Truth::Unknown,
        _ => Truth::No,
    }));
    match polarity {
        Polarity::Listed => listed,
        Polarity::AllBut => !listed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_known_of_a_name_decides() {
        let open = Unknown::Other(0).to_char();
        for (text, expected) in [
            (format!("{open}"), Truth::Unknown),
            (format!("lambda.{open}"), Truth::Unknown),
            (format!("{open}.amazonaws.com"), Truth::Unknown),
            (format!("LAMBDA{open}{open}.com"), Truth::Unknown),
            (format!("edgelambda.{open}"), Truth::No),
            (format!("{open}.amazonaws.com.cn"), Truth::No),
            (format!("lambda.amazonaws.com{open}lambda.amazonaws.com"), Truth::No),
        ] {
            assert_eq!(may_be(&text, "lambda.amazonaws.com"), expected, "{text}");
        }
    }
}
