//! From statements to a verdict on a whole set of requests.
//!
//! For each resource type: *sure* is what is allowed whatever the unknowns are, *possible* what is allowed in some
//! case. Layers intersect, Denies are taken away (a possible Deny from *sure*, a sure one from *possible*), and the
//! verdict follows from how much of the set lies in either.

use super::action::matches_action;
use super::cell::{CellAnswer, CellFacts, Certainty, Obstacle};
use super::condition::Undecided;
use super::context::Context;
use super::layers::{Layer, LayeredPolicy, StatementRef};
use super::resource::Question;
use super::search::{Region, Search};
use super::sets::{avoid, find};
use super::statement::{Unmet, why_not};
use super::truth::Truth;
use crate::policy::Effect;

/// The answer for every request of a set. In the order in which a reader wants to hear of them: the worst last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// Every request of the set is allowed, whatever is unknown.
    Granted,
    /// It depends on conditions that the input cannot decide.
    Conditional,
    /// A policy that the input names but does not hold could decide.
    Unresolved,
    /// Some requests are refused and some allowed.
    Partial,
    /// An explicit Deny, or a layer around the identity policies, leaves nothing.
    Denied,
    /// The identity policies allow nothing of it.
    Missing,
}

/// A verdict with what made it.
#[derive(Clone, Debug)]
pub struct Outcome {
    pub verdict: Verdict,
    /// A resource that is not (surely) covered, as an ARN with unknown parts in angle brackets.
    pub uncovered: Option<String>,
    /// The condition keys on which the answer hangs.
    pub undecided: Vec<Box<str>>,
    /// The statements that decide: Allows of a grant, Denies of a refusal.
    pub decisive: Vec<StatementRef>,
    /// What stands in the way, if anything does.
    pub obstacle: Option<Obstacle>,
    /// The cells of which some or all resources are surely refused.
    pub short: Vec<Shortage>,
}

/// A resource type of which something is surely refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shortage {
    /// Index in [`Question::cells`].
    pub cell: usize,
    pub left: Left,
}

/// How much of a resource type is left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Left {
    Nothing,
    Something,
}

/// Whether the input shows every identity policy that the principal has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attachments {
    AllKnown,
    /// There may be more policies than the input names.
    MayBeMore,
}

/// Judges a question. `contexts` has one context for each cell of the question.
pub fn judge(
    question: &Question,
    policies: &[LayeredPolicy<'_>],
    attachments: Attachments,
    contexts: &[&dyn Context],
) -> Outcome {
    let about = about(&question.action, policies);
    if let Some(outcome) = of_nobody(question, policies, attachments, &about) {
        return outcome;
    }
    let cells: Vec<CellFacts> = question
        .cells
        .iter()
        .zip(contexts)
        .map(|(cell, context)| CellFacts::gather(cell, policies, &about, *context))
        .collect();
    let findings: Vec<CellAnswer> = cells.iter().map(CellFacts::answer).collect();
    let seen = verdict(&findings);
    let unseen: Vec<usize> = (0..policies.len()).filter(|index| policies[*index].policy.is_none()).collect();
    let verdict = with_unseen(seen, policies, attachments, &cells);
    explain(verdict, &cells, &findings, unseen)
}

/// The answer for most principals of an account and most actions: everything is seen, and no identity policy has an
/// Allow that is about the action.
fn of_nobody(
    question: &Question,
    policies: &[LayeredPolicy<'_>],
    attachments: Attachments,
    about: &[(StatementRef, Truth)],
) -> Option<Outcome> {
    let allows = |(statement, _): &(StatementRef, Truth)| {
        policies[statement.policy].layer == Layer::Identity
            && statement.resolve(policies).is_some_and(|found| found.effect == Effect::Allow)
    };
    let all_seen = attachments == Attachments::AllKnown && policies.iter().all(|layered| layered.policy.is_some());
    if !all_seen || about.iter().any(allows) {
        return None;
    }
    let nothing = |cell| Shortage { cell, left: Left::Nothing };
    Some(Outcome {
        verdict: Verdict::Missing,
        uncovered: question
            .cells
            .first()
            .and_then(|cell| Some(cell.resources.show(cell.names().first()?).replace("?*", "*"))),
        undecided: Vec::new(),
        decisive: Vec::new(),
        obstacle: Some(Obstacle::NotAllowed),
        short: (0..question.cells.len()).map(nothing).collect(),
    })
}

/// The statements that are, or may be, about an action: each is compared with it once, for all resource types.
fn about(action: &str, policies: &[LayeredPolicy<'_>]) -> Vec<(StatementRef, Truth)> {
    let mut about = Vec::new();
    for (policy, layered) in policies.iter().enumerate() {
        for (statement, found) in layered.policy.iter().flat_map(|policy| policy.statements.iter().enumerate()) {
            let answer = matches_action(&found.actions, found.effect, action);
            if answer != Truth::No {
                about.push((StatementRef { policy, statement }, answer));
            }
        }
    }
    about
}

/// The table of verdicts; the first line that applies.
fn verdict(cells: &[CellAnswer]) -> Verdict {
    let any = |test: fn(&CellAnswer) -> bool| cells.iter().any(test);
    let impossible_part = any(|cell| cell.impossible.is_some());
    if cells.iter().all(|cell| cell.all_sure) {
        Verdict::Granted
    } else if !any(|cell| cell.identity_possible) {
        Verdict::Missing
    } else if !any(|cell| cell.some_possible) || any(|cell| cell.identity_meets_limits && !cell.some_possible) {
        Verdict::Denied
    } else if impossible_part && any(|cell| cell.some_sure) {
        Verdict::Partial
    } else if impossible_part {
        Verdict::Missing
    } else {
        Verdict::Conditional
    }
}

/// What a policy that is named but not seen makes of the verdict: an identity policy may grant or deny anything that
/// the other layers leave, a layer around it can only take away.
fn with_unseen(
    seen: Verdict,
    policies: &[LayeredPolicy<'_>],
    attachments: Attachments,
    cells: &[CellFacts<'_>],
) -> Verdict {
    let unseen = |identity: bool| {
        policies.iter().any(|layered| layered.policy.is_none() && (layered.layer == Layer::Identity) == identity)
    };
    let may_be_more = attachments == Attachments::MayBeMore;
    let by_identity = (unseen(true) || may_be_more) && !surely_refused(cells);
    let by_layer = unseen(false) && matches!(seen, Verdict::Granted | Verdict::Conditional);
    if by_identity || by_layer { Verdict::Unresolved } else { seen }
}

/// Would it be refused even if every policy that is not in the input allowed everything?
fn surely_refused(cells: &[CellFacts]) -> bool {
    let everything = [Region::all()];
    cells.iter().any(|cell| {
        let mut layers: Vec<&[Region]> = vec![&everything];
        layers.extend(cell.limiting().map(|(_, grants)| grants.possible.as_slice()));
        matches!(find(cell.limits, &layers, &cell.denied(Certainty::Sure)), Search::Nothing)
    })
}

fn explain(verdict: Verdict, cells: &[CellFacts], answers: &[CellAnswer], unseen: Vec<usize>) -> Outcome {
    let mut undecided = Undecided::default();
    let mut decisive = Vec::new();
    let mut short = Vec::new();
    let mut obstacle = None;
    let mut uncovered = None;
    let mut unsure = None;
    for (index, (cell, answer)) in cells.iter().zip(answers).enumerate() {
        if let Some(witness) = &answer.impossible {
            short.push(Shortage {
                cell: index,
                left: if answer.some_possible { Left::Something } else { Left::Nothing },
            });
            uncovered.get_or_insert_with(|| cell.show(witness));
        }
        if !answer.all_sure {
            cell.collect_undecided(&mut undecided);
            if let Some(witness) = &answer.unsure {
                unsure.get_or_insert_with(|| cell.show(witness));
            }
        }
        match verdict {
            Verdict::Granted => decisive.extend(cell.allows.iter().map(|(statement, _)| *statement)),
            Verdict::Denied => {
                let denied = cell.obstacle();
                if answer.identity_possible && !answer.some_possible && obstacle.is_none() {
                    obstacle = Some(denied);
                }
            }
            Verdict::Partial | Verdict::Conditional | Verdict::Missing | Verdict::Unresolved => {
                if !answer.all_sure {
                    decisive.extend(cell.allows.iter().map(|(statement, _)| *statement));
                    decisive.extend(cell.hitting(Certainty::Possible));
                }
            }
        }
    }
    let obstacle = match verdict {
        Verdict::Granted => None,
        Verdict::Unresolved => Some(Obstacle::Unseen(unseen)),
        Verdict::Missing => Some(Obstacle::NotAllowed),
        Verdict::Conditional => Some(Obstacle::Undecided),
        Verdict::Denied => obstacle.or(Some(Obstacle::NotAllowed)),
        Verdict::Partial => Some(partial_obstacle(cells, answers)),
    };
    if let Some(Obstacle::Denied(statements)) = &obstacle {
        decisive = statements.clone();
    }
    decisive.sort();
    decisive.dedup();
    // What is surely refused tells more than what may be.
    let uncovered = uncovered.or(unsure);
    Outcome { verdict, uncovered, undecided: undecided.into_keys(), decisive, obstacle, short }
}

/// What takes the missing part away: the identity policies, if they do not allow it, else a Deny or a layer.
fn partial_obstacle(cells: &[CellFacts], answers: &[CellAnswer]) -> Obstacle {
    let short = cells.iter().zip(answers).filter(|(_, answer)| answer.impossible.is_some());
    for (cell, _) in short {
        if matches!(avoid(cell.names, &cell.identity.possible), Search::Found(_)) {
            return Obstacle::NotAllowed;
        }
        let denies = cell.hitting(Certainty::Sure);
        if !denies.is_empty() {
            return Obstacle::Denied(denies);
        }
        let layer =
            cell.limiting().find(|(_, grants)| matches!(avoid(cell.limits, &grants.possible), Search::Found(_)));
        if let Some((layer, _)) = layer {
            return Obstacle::Layer(layer);
        }
    }
    Obstacle::NotAllowed
}

/// Identity statements that allow the action, but not all that is asked, each with the first reason.
pub fn near_misses(
    question: &Question,
    policies: &[LayeredPolicy<'_>],
    contexts: &[&dyn Context],
) -> Vec<(StatementRef, Unmet)> {
    let mut near = Vec::new();
    for (index, layered) in policies.iter().enumerate().filter(|(_, layered)| layered.layer == Layer::Identity) {
        let Some(policy) = layered.policy else { continue };
        for (statement_index, statement) in policy.statements.iter().enumerate() {
            if statement.effect == Effect::Deny {
                continue;
            }
            let unmet = question
                .cells
                .iter()
                .zip(contexts)
                .find_map(|(cell, context)| why_not(policy, statement, &question.action, cell, *context));
            if let Some(unmet) = unmet {
                near.push((StatementRef { policy: index, statement: statement_index }, unmet));
            }
        }
    }
    near
}
