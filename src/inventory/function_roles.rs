//! Joins functions with their roles, when all inputs are read. A role that no input holds becomes a principal of which
//! nothing is known, so that whoever reads the report sees what could not be judged.

use std::borrow::Cow;

use foldhash::{HashMap, HashMapExt};

use super::arn::account_and_resource;
use super::found::{FoundFunction, RoleNamed};
use super::{Function, KnownAttachments, Principal, PrincipalArn, PrincipalId, PrincipalType, Tags};
use crate::policy::Unknown;
use crate::source::Place;

/// Gives every function its role. A function whose role is in the input several times (one for each difference by
/// parameters) is there as many times.
pub(super) fn join<'a>(found: Vec<FoundFunction<'a>>, principals: &mut Vec<Principal<'a>>) -> Vec<Function> {
    let by_arn = found.iter().any(|found| matches!(found.role, RoleNamed::Arn(_)));
    let named = if by_arn { roles_by_name(principals) } else { HashMap::new() };
    let mut unseen: HashMap<RoleNamed<'a>, PrincipalId> = HashMap::new();
    let mut functions = Vec::with_capacity(found.len());
    for FoundFunction { function, role, role_place } in found {
        let mut roles = match &role {
            RoleNamed::Nothing => {
                functions.push(*function);
                continue;
            }
            RoleNamed::Found(id) => vec![PrincipalId(id.0)],
            RoleNamed::Arn(arn) => roles_of(arn, &named, principals),
            RoleNamed::Unknown(_) => Vec::new(),
        };
        let last = roles.pop().or_else(|| unseen.get(&role).copied()).unwrap_or_else(|| {
            let id = PrincipalId(principals.len());
            principals.push(unseen_role(&role, role_place));
            unseen.insert(role, id);
            id
        });
        functions.extend(roles.into_iter().map(|role| Function { role: Some(role), ..(*function).clone() }));
        functions.push(Function { role: Some(last), ..*function });
    }
    functions
}

type RolesByName = HashMap<String, Vec<PrincipalId>>;

fn roles_by_name(principals: &[Principal<'_>]) -> RolesByName {
    let mut named = RolesByName::new();
    for (index, principal) in principals.iter().enumerate() {
        let own = principal.arn.as_ref().and_then(|arn| account_and_name(arn.as_str()));
        let name = own.map(|(_, name)| name).or(principal.name.as_deref());
        if let Some(name) = name.filter(|_| principal.kind == PrincipalType::Role) {
            named.entry(name.to_owned()).or_default().push(PrincipalId(index));
        }
    }
    named
}

/// The roles of the inputs that an ARN may mean: those of its name, if their account is no other.
fn roles_of(arn: &str, named: &RolesByName, principals: &[Principal<'_>]) -> Vec<PrincipalId> {
    let Some((account, name)) = account_and_name(arn) else { return Vec::new() };
    let fits = |id: &PrincipalId| {
        let own_account = principals[id.0].arn.as_ref().and_then(PrincipalArn::known_account);
        own_account.is_none_or(|own| own == account || Unknown::is_in(account))
    };
    named.get(name).into_iter().flatten().copied().filter(fits).collect()
}

fn account_and_name(arn: &str) -> Option<(&str, &str)> {
    let (account, resource) = account_and_resource(arn)?;
    let name = resource.strip_prefix("role/")?.rsplit('/').next()?;
    (!Unknown::is_in(name)).then_some((account, name))
}

fn unseen_role<'a>(role: &RoleNamed<'a>, place: Option<Place>) -> Principal<'a> {
    let (name, arn) = match role {
        RoleNamed::Arn(text) => {
            let arn = PrincipalArn::new(text.clone());
            let name = account_and_name(text).map(|(_, name)| Cow::Owned(name.to_owned()));
            (name.or_else(|| Some(Cow::Owned(crate::policy::shown(text).into_owned()))), arn)
        }
        RoleNamed::Unknown(words) => (Some(words.clone()), None),
        RoleNamed::Found(_) | RoleNamed::Nothing => (None, None),
    };
    Principal {
        name,
        kind: PrincipalType::Role,
        arn,
        unique_id: None,
        place,
        tags: Tags::NOT_SHOWN,
        identity: Vec::new(),
        known: KnownAttachments::Some,
        boundary: None,
        trust: None,
        when: Vec::new(),
        variant_of: None,
    }
}
