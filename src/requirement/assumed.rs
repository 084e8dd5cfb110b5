//! The account that the policies of a principal are written for, where nobody says which one it lives in.

use super::context::Locality;
use crate::policy::Policy;

/// A locality of unknown account with the account that the policies name, if it is one: nobody names another one's in
/// the policies of a role. It is only assumed, so that nothing is granted for it.
pub(super) fn assumed_locality<'p>(
    locality: &Locality,
    identity: impl Iterator<Item = &'p Policy>,
) -> Option<Locality> {
    if locality.account.is_some() {
        return None;
    }
    let statements = identity.flat_map(|policy| &policy.statements);
    let patterns = statements.flat_map(|statement| statement.resources.iter().flat_map(|list| &list.patterns));
    let is_account = |text: &&str| text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit());
    let mut accounts = patterns.filter_map(|pattern| pattern.text().split(':').nth(4).filter(is_account));
    let first = accounts.next()?;
    accounts.all(|other| other == first).then(|| Locality { account: Some(first.to_owned()), ..locality.clone() })
}
