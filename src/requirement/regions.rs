//! A role whose functions are in several regions: it has to be enough in each of them.
//!
//! In: the functions of a role; the role, judged once for each of their regions. Out: those regions; one judgement, with
//! the worst answer on each action, and where it is so.

use super::judged::Judged;
use crate::inventory::Function;

/// The regions in which Lambda makes network interfaces for these functions, each once. Empty if one is not known.
pub(super) fn regions<'i>(functions: impl Iterator<Item = &'i Function>) -> Vec<&'i str> {
    let mut found: Vec<&str> = Vec::new();
    for function in functions.filter(|function| function.needs_interfaces()) {
        let Some(region) = function.region.as_deref() else { return Vec::new() };
        if !found.contains(&region) {
            found.push(region);
        }
    }
    found
}

/// The judgements of one principal in these regions, as one.
pub(super) fn worst(judged: Vec<Judged>, regions: &[&str]) -> Option<Judged> {
    let verdicts: Vec<Vec<_>> =
        judged.iter().map(|one| one.actions.iter().map(|action| action.outcome.verdict).collect()).collect();
    let mut worst = judged.into_iter().reduce(|mut known, other| {
        for (known, other) in known.actions.iter_mut().zip(other.actions) {
            if other.outcome.verdict > known.outcome.verdict {
                *known = other;
            }
        }
        known
    })?;
    for (index, action) in worst.actions.iter_mut().enumerate() {
        let is_so = |of_region: &&Vec<_>| of_region.get(index) == Some(&action.outcome.verdict);
        if !verdicts.iter().all(|of_region| is_so(&of_region)) {
            let named = regions.iter().zip(&verdicts).filter(|(_, of_region)| is_so(of_region));
            action.regions = named.map(|(region, _)| (*region).to_owned()).collect();
        }
    }
    Some(worst)
}
