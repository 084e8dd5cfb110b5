//! Whether the input shows that a principal must meet a pack.

use std::rc::Rc;

use super::pack::{Applies, Pack, PackPrincipal};
use crate::evaluate::{Truth, matches_action};
use crate::inventory::{Inventory, Principal, PrincipalType};
use crate::policy::{Effect, Polarity, Policy, Statement};

/// Whether, and how much, a requirement counts for a principal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Applicability {
    /// It must meet it: the caller said so, a function uses it, or its policies show the intent.
    Applies,
    /// Only its rights make it a principal of this kind: a gap is worth a note.
    ByRightsOnly,
    /// It is judged, but nothing shows that it must meet anything.
    DoesNotApply,
}

/// What a dump shows of a principal that nobody named; none if it is not of this kind at all.
pub(super) fn shown_by_input(
    (pack, kind): (&Pack, &PackPrincipal),
    inventory: &Inventory<'_>,
    principal: &Principal<'_>,
    identity: &[Rc<Policy>],
    trust: Option<&Policy>,
) -> Option<Applicability> {
    // Of a principal without a name, the caller said what it is.
    if principal.is_service_linked() || principal.kind == PrincipalType::Unnamed {
        return None;
    }
    let applies = &kind.applies;
    if let Some(service) = &applies.trusts {
        let trusted = principal.kind == PrincipalType::Role && trust.is_some_and(|trust| trusts(trust, service));
        return trusted.then(|| by_intent(applies, inventory, principal, identity));
    }
    if applies.creates_any.is_empty() {
        return None;
    }
    let allows = |names: &[String], how: &dyn Fn(&Statement, &str) -> bool| {
        names.iter().filter(|name| allow_statements(identity).any(|(_, statement)| how(statement, name))).count()
    };
    if allows(&applies.creates_any, &covers) == 0 {
        return None;
    }
    // What a role may do for the service that it trusts shows nothing else: AWS's managed policy for functions in a VPC
    // names ec2:DescribeSubnets.
    let serves = |other: &&PackPrincipal| {
        let service = other.applies.trusts.as_ref().filter(|_| principal.kind == PrincipalType::Role);
        service.is_some_and(|service| trust.is_some_and(|trust| trusts(trust, service)))
    };
    let own: Vec<&str> = pack
        .principals
        .iter()
        .filter(serves)
        .flat_map(|other| other.actions.iter().map(|action| &*action.name))
        .collect();
    let own: Vec<&str> = own.into_iter().filter(|name| !applies.names_any.iter().any(|known| known == name)).collect();
    let named = allows(&applies.names_any, &|statement, name| {
        names(statement, name) && !own.iter().any(|own| names(statement, own))
    });
    Some(if (1..applies.names_any.len()).contains(&named) {
        Applicability::Applies
    } else {
        Applicability::ByRightsOnly
    })
}

fn trusts(trust: &Policy, service: &str) -> bool {
    trust.statements.iter().any(|statement| {
        statement.effect == Effect::Allow
            && statement.principal.as_ref().is_some_and(|principal| principal.lists_service(service))
    })
}

fn by_intent(
    applies: &Applies,
    inventory: &Inventory<'_>,
    principal: &Principal<'_>,
    identity: &[Rc<Policy>],
) -> Applicability {
    let carries = |policy_name: &String| {
        principal
            .identity
            .iter()
            .any(|attached| inventory.policy(attached.policy).name.as_deref().is_some_and(|name| name == policy_name))
    };
    let other_purpose = |statement: &Statement| {
        statement
            .conditions
            .iter()
            .any(|condition| applies.unless_condition_key.iter().any(|key| condition.key.eq_ignore_ascii_case(key)))
    };
    let meant = allow_statements(identity).any(|(_, statement)| {
        applies.allows_any.iter().any(|action| covers(statement, action)) && !other_purpose(statement)
    });
    if meant && !applies.unless_attached.iter().any(carries) {
        Applicability::Applies
    } else {
        Applicability::DoesNotApply
    }
}

fn allow_statements(policies: &[Rc<Policy>]) -> impl Iterator<Item = (&Policy, &Statement)> {
    policies.iter().flat_map(|policy| {
        let allows = policy.statements.iter().filter(|statement| statement.effect == Effect::Allow);
        allows.map(move |statement| (&**policy, statement))
    })
}

fn covers(statement: &Statement, action: &str) -> bool {
    matches_action(&statement.actions, statement.effect, action) == Truth::Yes
}

fn names(statement: &Statement, action: &str) -> bool {
    statement.actions.polarity == Polarity::Listed
        && statement.actions.patterns.iter().any(|pattern| pattern.text().eq_ignore_ascii_case(action))
}
