//! From statements to a verdict on a whole set of requests.
//!
//! For each resource type: *sure* is what is allowed whatever the unknowns are, *possible* what is allowed in some
//! case. Layers intersect, Denies are taken away (a possible Deny from *sure*, a sure one from *possible*), and the
//! verdict follows from how much of the set lies in either.

use super::action::matches_action;
use super::condition::Undecided;
use super::context::Context;
use super::glob::Glob;
use super::layers::{Layer, LayeredPolicy, StatementRef};
use super::resource::{Cell, Question};
use super::search::{Region, Search, search_regions};
use super::statement::{Applied, Unmet, apply, why_not};
use super::truth::Truth;
use crate::policy::{Effect, Standing};

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

/// Why a set is not granted.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Obstacle {
    /// No identity policy allows it, or not all of it.
    NotAllowed,
    /// These Denies hit it.
    Denied(Vec<StatementRef>),
    /// This layer does not allow it, or not all of it.
    Layer(Layer),
    /// These policies (indices in the list) are not in the input.
    Unseen(Vec<usize>),
    /// Unknown conditions decide.
    Undecided,
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
        uncovered: question.cells.first().map(|cell| cell.resources.show(&cell.names()).replace("?*", "*")),
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
    let may_be_more = attachments == Attachments::MayBeMore && seen != Verdict::Granted;
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
        matches!(find(&cell.limits, &layers, &cell.denied(Certainty::Sure)), Search::Nothing)
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
        if matches!(avoid(std::slice::from_ref(&cell.names), &cell.identity.possible), Search::Found(_)) {
            return Obstacle::NotAllowed;
        }
        let denies = cell.hitting(Certainty::Sure);
        if !denies.is_empty() {
            return Obstacle::Denied(denies);
        }
        let layer =
            cell.limiting().find(|(_, grants)| matches!(avoid(&cell.limits, &grants.possible), Search::Found(_)));
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

#[derive(Clone, Copy, PartialEq, Eq)]
enum Certainty {
    Sure,
    Possible,
}

/// What one layer allows of a cell.
#[derive(Default)]
struct Grants {
    sure: Vec<Region>,
    possible: Vec<Region>,
    undecided: Undecided,
}

/// All that the policies say of one resource type.
struct CellFacts<'q> {
    cell: &'q Cell,
    names: Glob,
    /// Where layers and Denies count; `names` unless the cell says otherwise.
    limits: Vec<Glob>,
    identity: Grants,
    layers: Vec<(Layer, Grants)>,
    /// The identity statements that surely cover some of it.
    allows: Vec<(StatementRef, Vec<Region>)>,
    denies: Vec<(StatementRef, Applied)>,
}

/// How much of a cell is allowed.
struct CellAnswer {
    /// All of it, whatever is unknown.
    all_sure: bool,
    /// Identity policies allow some of it in some case.
    identity_possible: bool,
    /// … some of it where layers and Denies count.
    identity_meets_limits: bool,
    /// Some of it is allowed in some case, all layers and Denies considered.
    some_possible: bool,
    /// Some of it is allowed whatever is unknown.
    some_sure: bool,
    /// Something of it that is surely refused.
    impossible: Option<String>,
    /// Something of it that may be refused.
    unsure: Option<String>,
}

impl<'q> CellFacts<'q> {
    fn gather(
        cell: &'q Cell,
        policies: &[LayeredPolicy<'_>],
        about: &[(StatementRef, Truth)],
        context: &dyn Context,
    ) -> CellFacts<'q> {
        let names = cell.names();
        let limits = cell.limits.clone().unwrap_or_else(|| vec![names.clone()]);
        let mut facts = CellFacts {
            cell,
            names,
            limits,
            identity: Grants::default(),
            layers: Vec::new(),
            allows: Vec::new(),
            denies: Vec::new(),
        };
        // A level of policies that all say nothing still is a level that must allow.
        for layered in policies.iter().filter(|layered| layered.layer != Layer::Identity && layered.policy.is_some()) {
            facts.layer(layered.layer);
        }
        for (statement, about) in about {
            let layered = policies[statement.policy];
            let (Some(policy), Some(found)) = (layered.policy, statement.resolve(policies)) else { continue };
            // What AWS refuses grants nothing; that it would have denied is at least possible.
            if policy.standing == Standing::Refused && found.effect == Effect::Allow {
                continue;
            }
            let Some(applied) = apply(policy, found, *about, cell, context) else { continue };
            match found.effect {
                Effect::Deny => facts.denies.push((*statement, applied)),
                Effect::Allow => facts.allow(layered.layer, *statement, applied),
            }
        }
        facts
    }

    fn layer(&mut self, layer: Layer) -> &mut Grants {
        let position = self.layers.iter().position(|(known, _)| *known == layer).unwrap_or_else(|| {
            self.layers.push((layer, Grants::default()));
            self.layers.len() - 1
        });
        &mut self.layers[position].1
    }

    fn allow(&mut self, layer: Layer, statement: StatementRef, applied: Applied) {
        if layer == Layer::Identity {
            self.allows.push((statement, applied.covered.sure.clone()));
        }
        let grants = if layer == Layer::Identity { &mut self.identity } else { self.layer(layer) };
        grants.sure.extend(applied.covered.sure);
        grants.possible.extend(applied.covered.possible);
        grants.undecided.append(&applied.undecided);
    }

    fn limiting(&self) -> impl Iterator<Item = (Layer, &Grants)> {
        self.layers.iter().map(|(layer, grants)| (*layer, grants))
    }

    fn denied(&self, certainty: Certainty) -> Vec<&Region> {
        self.denies.iter().flat_map(|(_, applied)| regions(applied, certainty)).collect()
    }

    /// The Denies that hit something of what is asked.
    fn hitting(&self, certainty: Certainty) -> Vec<StatementRef> {
        self.denies
            .iter()
            .filter(|(_, applied)| {
                regions(applied, certainty).iter().any(|region| self.limits.iter().any(|limit| meets(limit, region)))
            })
            .map(|(statement, _)| *statement)
            .collect()
    }

    fn answer(&self) -> CellAnswer {
        let names = std::slice::from_ref(&self.names);
        let denied_possibly = self.denied(Certainty::Possible);
        let denied_surely = self.denied(Certainty::Sure);
        let unsure = first_found([
            avoid(names, &self.identity.sure),
            self.limiting()
                .map(|(_, grants)| avoid(&self.limits, &grants.sure))
                .find(not_nothing)
                .unwrap_or(Search::Nothing),
            touch(&self.limits, &denied_possibly),
        ]);
        if matches!(unsure, Search::Nothing) {
            return CellAnswer {
                all_sure: true,
                identity_possible: true,
                identity_meets_limits: true,
                some_possible: true,
                some_sure: true,
                impossible: None,
                unsure: None,
            };
        }
        let impossible = first_found([
            avoid(names, &self.identity.possible),
            self.limiting()
                .map(|(_, grants)| avoid(&self.limits, &grants.possible))
                .find(|answer| matches!(answer, Search::Found(_)))
                .unwrap_or(Search::Nothing),
            touch(&self.limits, &denied_surely),
        ]);
        let identity: [&[Region]; 1] = [&self.identity.possible];
        let mut possible = vec![self.identity.possible.as_slice()];
        possible.extend(self.limiting().map(|(_, grants)| grants.possible.as_slice()));
        let mut sure = vec![self.identity.sure.as_slice()];
        sure.extend(self.limiting().map(|(_, grants)| grants.sure.as_slice()));
        let outside_limits: Vec<Region> = self.limits.iter().cloned().map(Region::of).collect();
        let some_sure = matches!(find(&self.limits, &sure, &denied_possibly), Search::Found(_))
            || matches!(
                find(names, &[&self.identity.sure], &outside_limits.iter().collect::<Vec<_>>()),
                Search::Found(_)
            );
        CellAnswer {
            all_sure: false,
            identity_possible: not_nothing(&find(names, &identity, &[])),
            identity_meets_limits: not_nothing(&find(&self.limits, &identity, &[])),
            some_possible: not_nothing(&find(&self.limits, &possible, &denied_surely)),
            some_sure,
            // What could not be decided within the budget is not surely refused.
            impossible: witness(&impossible),
            unsure: witness(&unsure),
        }
    }

    /// What leaves nothing of a cell that identity policies allow: Denies if they suffice, else a layer.
    fn obstacle(&self) -> Obstacle {
        let identity = self.identity.possible.as_slice();
        let denies = self.hitting(Certainty::Sure);
        if matches!(find(&self.limits, &[identity], &self.denied(Certainty::Sure)), Search::Nothing) {
            return Obstacle::Denied(denies);
        }
        let layer = self
            .limiting()
            .find(|(_, grants)| matches!(find(&self.limits, &[identity, &grants.possible], &[]), Search::Nothing));
        match layer {
            Some((layer, _)) => Obstacle::Layer(layer),
            None => Obstacle::Denied(denies),
        }
    }

    /// The keys that leave it open, from the layers that are not sure by themselves.
    fn collect_undecided(&self, undecided: &mut Undecided) {
        if not_nothing(&avoid(std::slice::from_ref(&self.names), &self.identity.sure)) {
            undecided.append(&self.identity.undecided);
        }
        for (_, grants) in self.limiting() {
            if not_nothing(&avoid(&self.limits, &grants.sure)) {
                undecided.append(&grants.undecided);
            }
        }
        for (_, applied) in &self.denies {
            undecided.append(&applied.undecided);
        }
    }

    fn show(&self, witness: &str) -> String {
        self.cell.resources.show(&witness)
    }
}

fn regions(applied: &Applied, certainty: Certainty) -> &[Region] {
    match certainty {
        Certainty::Sure => &applied.covered.sure,
        Certainty::Possible => &applied.covered.possible,
    }
}

fn not_nothing(answer: &Search) -> bool {
    !matches!(answer, Search::Nothing)
}

fn witness(answer: &Search) -> Option<String> {
    match answer {
        Search::Found(witness) => Some(witness.to_string()),
        Search::Nothing | Search::TooHard => None,
    }
}

/// The first answer with a witness, else the first that could not be decided.
fn first_found<const N: usize>(answers: [Search; N]) -> Search {
    let mut undecided = Search::Nothing;
    for answer in answers {
        match answer {
            Search::Found(_) => return answer,
            Search::TooHard => undecided = answer,
            Search::Nothing => {}
        }
    }
    undecided
}

fn meets(limit: &Glob, region: &Region) -> bool {
    not_nothing(&search_regions(&[&Region::of(limit.clone()), region], &[]))
}

/// A name of one of the globs that lies in none of the regions.
fn avoid(names: &[Glob], regions: &[Region]) -> Search {
    if regions.iter().any(Region::is_all) {
        return Search::Nothing;
    }
    let regions: Vec<&Region> = regions.iter().collect();
    find(names, &[], &regions)
}

/// A name of one of the globs that lies in one of the regions.
fn touch(names: &[Glob], regions: &[&Region]) -> Search {
    let mut undecided = Search::Nothing;
    for region in regions {
        match find(names, &[std::slice::from_ref(*region)], &[]) {
            Search::Found(witness) => return Search::Found(witness),
            Search::TooHard => undecided = Search::TooHard,
            Search::Nothing => {}
        }
    }
    undecided
}

/// How many combinations of one region a layer are tried before the answer is "could not decide".
const COMBINATIONS: usize = 4_096;

/// A name of one of the globs that lies in some region of each layer and in none of `avoiding`.
fn find(names: &[Glob], layers: &[&[Region]], avoiding: &[&Region]) -> Search {
    // A layer that allows everything asks nothing; one that allows nothing leaves nothing.
    let layers: Vec<&[Region]> = layers.iter().copied().filter(|regions| !regions.iter().any(Region::is_all)).collect();
    let combinations = layers.iter().try_fold(1_usize, |product, regions| product.checked_mul(regions.len()));
    match combinations {
        Some(0) => return Search::Nothing,
        Some(count) if count <= COMBINATIONS => {}
        _ => return Search::TooHard,
    }
    let mut undecided = Search::Nothing;
    for name in names {
        let name = Region::of(name.clone());
        match choose(&mut vec![&name], &layers, avoiding) {
            Search::Found(witness) => return Search::Found(witness),
            Search::TooHard => undecided = Search::TooHard,
            Search::Nothing => {}
        }
    }
    undecided
}

fn choose<'r>(chosen: &mut Vec<&'r Region>, layers: &[&'r [Region]], avoiding: &[&Region]) -> Search {
    let Some((first, rest)) = layers.split_first() else {
        return search_regions(chosen, avoiding);
    };
    let mut undecided = Search::Nothing;
    for region in *first {
        chosen.push(region);
        let answer = choose(chosen, rest, avoiding);
        chosen.pop();
        match answer {
            Search::Found(witness) => return Search::Found(witness),
            Search::TooHard => undecided = Search::TooHard,
            Search::Nothing => {}
        }
    }
    undecided
}
