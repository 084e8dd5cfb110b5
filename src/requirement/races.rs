//! Rights that come too late: with policies on which a function does not depend.
//!
//! In: a role's verdicts with all of its policies, and how to judge it without some. Out: [`Race`]s, one for each
//! function that may be made before the policies are attached.

use crate::evaluate::Verdict;
use crate::inventory::{Attached, Function, VpcConnection};

/// A function whose role may lack rights while the function is made, and while it is deleted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Race {
    /// Index in `Inventory::functions`.
    pub function: usize,
    /// The policies for which it would have to wait, as indexes in [`Function::unordered`].
    pub unordered: Vec<usize>,
    /// The required actions that get worse without them, as indexes in the pack's list.
    pub actions: Vec<usize>,
}

/// A role: its policies and the verdicts that they come to.
pub(super) struct Role<'r> {
    /// Its identity policies, in the order in which `without` takes them.
    pub identity: &'r [Attached],
    /// Of each action that matters its index, and the verdict with all policies.
    pub verdicts: &'r [(usize, Verdict)],
}

/// The race of a function with its role, if there is one. `without` judges an action without some identity policies.
pub(super) fn race(
    (index, function): (usize, &Function),
    role: &Role<'_>,
    mut without: impl FnMut(usize, &[bool]) -> Verdict,
) -> Option<Race> {
    if function.vpc != VpcConnection::Connected || function.unordered.is_empty() {
        return None;
    }
    // What is refused anyway, or cannot be judged, is told by other rules.
    let allowed = |verdict: Verdict| matches!(verdict, Verdict::Granted | Verdict::Conditional | Verdict::Partial);
    let mut worse = |waited: &[usize], actions: &[(usize, Verdict)]| -> Vec<(usize, Verdict)> {
        let removed = removed(function, role.identity, waited);
        actions.iter().copied().filter(|(action, verdict)| without(*action, &removed) > *verdict).collect()
    };
    let actions: Vec<(usize, Verdict)> =
        role.verdicts.iter().copied().filter(|(_, verdict)| allowed(*verdict)).collect();
    let late = worse(&[], &actions);
    if late.is_empty() {
        return None;
    }
    // The fewest for which it has to wait, as far as leaving out one after the other tells.
    let mut waited: Vec<usize> = (0..function.unordered.len()).collect();
    if waited.len() <= MOST_TRIED {
        for candidate in (0..function.unordered.len()).rev() {
            let fewer: Vec<usize> = waited.iter().copied().filter(|kept| *kept != candidate).collect();
            if worse(&fewer, &late).is_empty() {
                waited = fewer;
            }
        }
    }
    let actions = late.into_iter().map(|(action, _)| action).collect();
    Some(Race { function: index, unordered: waited, actions })
}

/// Of more policies than these, each that comes late is named.
const MOST_TRIED: usize = 24;

/// Which identity policies may not be there yet, if the function waits for some of the late ones. A policy that comes to
/// the role twice, once in time, is there.
fn removed(function: &Function, identity: &[Attached], waited: &[usize]) -> Vec<bool> {
    identity
        .iter()
        .map(|attached| {
            let comings = identity.iter().filter(|other| other.policy == attached.policy).count();
            let of_policy = || function.unordered.iter().enumerate().filter(|(_, late)| late.policy == attached.policy);
            let late = of_policy().count();
            let still_late = of_policy().filter(|(index, _)| !waited.contains(index)).count();
            late >= comings && still_late == late && late > 0
        })
        .collect()
}
