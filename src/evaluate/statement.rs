//! One statement on one set of resources.

use super::action::matches_action;
use super::condition::{Setting, Undecided, all_hold, holds};
use super::context::Context;
use super::resource::{Cell, Covered, cover};
use super::search::Region;
use super::search::Search;
use super::sets::find;
use super::truth::Truth;
use crate::policy::{Policy, Standing, Statement};

/// What a statement says of a set of resources.
#[derive(Debug)]
pub(super) struct Applied {
    pub covered: Covered,
    pub undecided: Undecided,
}

/// Applies a statement, which is or may be `about` the action, to the resources of a cell; none if it surely says
/// nothing of them.
pub(super) fn apply(
    policy: &Policy,
    statement: &Statement,
    about: Truth,
    cell: &Cell,
    context: &dyn Context,
) -> Option<Applied> {
    let setting = Setting::open(policy, statement, context);
    let mut undecided = Undecided::default();
    let holds = all_hold(&statement.conditions, setting, &mut undecided);
    if holds == Truth::No {
        return None;
    }
    let mut covered = match &statement.resources {
        Some(patterns) => cover(patterns, &cell.resources, setting, &mut undecided),
        None => Covered::everything(),
    };
    if covered.possible.is_empty() {
        return None;
    }
    if about.min(holds) == Truth::Unknown || policy.standing == Standing::Refused {
        covered.sure.clear();
    }
    Some(Applied { covered, undecided })
}

/// Why a statement that is about an action does not surely cover all that is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Unmet {
    /// The condition of this ordinal does not hold, or may not.
    Condition(usize, Truth),
    /// `Resource` covers only part of the set, or nothing of it.
    Resource,
    /// AWS refuses the document.
    Refused,
}

/// Why this statement, an Allow, does not surely cover the cell. None if it does, or is about other actions.
pub(super) fn why_not(
    policy: &Policy,
    statement: &Statement,
    action: &str,
    cell: &Cell,
    context: &dyn Context,
) -> Option<Unmet> {
    if matches_action(&statement.actions, statement.effect, action) != Truth::Yes {
        return None;
    }
    if policy.standing == Standing::Refused {
        return Some(Unmet::Refused);
    }
    let setting = Setting::open(policy, statement, context);
    let answers = statement.conditions.iter().map(|condition| holds(condition, setting, &mut Undecided::default()));
    let worst = answers.enumerate().min_by_key(|(_, answer)| *answer);
    if let Some((ordinal, answer @ (Truth::No | Truth::Unknown))) = worst {
        return Some(Unmet::Condition(ordinal, answer));
    }
    let patterns = statement.resources.as_ref()?;
    let covered = cover(patterns, &cell.resources, setting, &mut Undecided::default());
    let sure: Vec<&Region> = covered.sure.iter().collect();
    let all = find(cell.names(), &[], &sure);
    (!matches!(all, Search::Nothing)).then_some(Unmet::Resource)
}
