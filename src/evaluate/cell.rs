//! One resource type: what every statement says of it, and how much of it is allowed.

use super::condition::Undecided;
use super::context::Context;
use super::glob::Glob;
use super::layers::{Layer, LayeredPolicy, StatementRef};
use super::resource::Cell;
use super::search::{Region, Search};
use super::sets::{avoid, find, first_found, meets, not_nothing, touch, witness};
use super::statement::{Applied, apply};
use super::truth::Truth;
use crate::policy::{Effect, Standing};

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

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Certainty {
    Sure,
    Possible,
}

/// What one layer allows of a cell.
#[derive(Default)]
pub(super) struct Grants {
    pub(super) sure: Vec<Region>,
    pub(super) possible: Vec<Region>,
    pub(super) undecided: Undecided,
}

/// All that the policies say of one resource type.
pub(super) struct CellFacts<'q> {
    pub(super) cell: &'q Cell,
    pub(super) names: &'q [Glob],
    /// Where layers and Denies count; `names` unless the cell says otherwise.
    pub(super) limits: &'q [Glob],
    pub(super) identity: Grants,
    pub(super) layers: Vec<(Layer, Grants)>,
    /// The identity statements that surely cover some of it.
    pub(super) allows: Vec<(StatementRef, Vec<Region>)>,
    pub(super) denies: Vec<(StatementRef, Applied)>,
}

/// How much of a cell is allowed.
pub(super) struct CellAnswer {
    /// All of it, whatever is unknown.
    pub(super) all_sure: bool,
    /// Identity policies allow some of it in some case.
    pub(super) identity_possible: bool,
    /// … some of it where layers and Denies count.
    pub(super) identity_meets_limits: bool,
    /// Some of it is allowed in some case, all layers and Denies considered.
    pub(super) some_possible: bool,
    /// Some of it is allowed whatever is unknown.
    pub(super) some_sure: bool,
    /// Something of it that is surely refused.
    pub(super) impossible: Option<String>,
    /// Something of it that may be refused.
    pub(super) unsure: Option<String>,
}

impl<'q> CellFacts<'q> {
    pub(super) fn gather(
        cell: &'q Cell,
        policies: &[LayeredPolicy<'_>],
        about: &[(StatementRef, Truth)],
        context: &dyn Context,
    ) -> CellFacts<'q> {
        let mut facts = CellFacts {
            cell,
            names: cell.names(),
            limits: cell.limits(),
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

    pub(super) fn layer(&mut self, layer: Layer) -> &mut Grants {
        let position = self.layers.iter().position(|(known, _)| *known == layer).unwrap_or_else(|| {
            self.layers.push((layer, Grants::default()));
            self.layers.len() - 1
        });
        &mut self.layers[position].1
    }

    pub(super) fn allow(&mut self, layer: Layer, statement: StatementRef, applied: Applied) {
        if layer == Layer::Identity {
            self.allows.push((statement, applied.covered.sure.clone()));
        }
        let grants = if layer == Layer::Identity { &mut self.identity } else { self.layer(layer) };
        grants.sure.extend(applied.covered.sure);
        grants.possible.extend(applied.covered.possible);
        grants.undecided.append(&applied.undecided);
    }

    pub(super) fn limiting(&self) -> impl Iterator<Item = (Layer, &Grants)> {
        self.layers.iter().map(|(layer, grants)| (*layer, grants))
    }

    pub(super) fn denied(&self, certainty: Certainty) -> Vec<&Region> {
        self.denies.iter().flat_map(|(_, applied)| regions(applied, certainty)).collect()
    }

    /// The Denies that hit something of what is asked.
    pub(super) fn hitting(&self, certainty: Certainty) -> Vec<StatementRef> {
        self.denies
            .iter()
            .filter(|(_, applied)| {
                regions(applied, certainty).iter().any(|region| self.limits.iter().any(|limit| meets(limit, region)))
            })
            .map(|(statement, _)| *statement)
            .collect()
    }

    pub(super) fn answer(&self) -> CellAnswer {
        let names = self.names;
        let denied_possibly = self.denied(Certainty::Possible);
        let denied_surely = self.denied(Certainty::Sure);
        let unsure = first_found([
            avoid(names, &self.identity.sure),
            self.limiting()
                .map(|(_, grants)| avoid(self.limits, &grants.sure))
                .find(not_nothing)
                .unwrap_or(Search::Nothing),
            touch(self.limits, &denied_possibly),
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
                .map(|(_, grants)| avoid(self.limits, &grants.possible))
                .find(|answer| matches!(answer, Search::Found(_)))
                .unwrap_or(Search::Nothing),
            touch(self.limits, &denied_surely),
        ]);
        let identity: [&[Region]; 1] = [&self.identity.possible];
        let mut possible = vec![self.identity.possible.as_slice()];
        possible.extend(self.limiting().map(|(_, grants)| grants.possible.as_slice()));
        let mut sure = vec![self.identity.sure.as_slice()];
        sure.extend(self.limiting().map(|(_, grants)| grants.sure.as_slice()));
        let outside_limits: Vec<Region> = self.limits.iter().cloned().map(Region::of).collect();
        let possible_of_names = find(names, &identity, &[]);
        // For most cells, what limits is what is asked, and nothing is around the identity policies.
        let possible_of_limits =
            if self.cell.limits.is_none() { possible_of_names.clone() } else { find(self.limits, &identity, &[]) };
        let some_possible = if possible.len() == 1 && denied_surely.is_empty() {
            not_nothing(&possible_of_limits)
        } else {
            not_nothing(&find(self.limits, &possible, &denied_surely))
        };
        let some_sure = matches!(find(self.limits, &sure, &denied_possibly), Search::Found(_))
            || matches!(
                find(names, &[&self.identity.sure], &outside_limits.iter().collect::<Vec<_>>()),
                Search::Found(_)
            );
        CellAnswer {
            all_sure: false,
            identity_possible: not_nothing(&possible_of_names),
            identity_meets_limits: not_nothing(&possible_of_limits),
            some_possible,
            some_sure,
            // What could not be decided within the budget is not surely refused.
            impossible: witness(&impossible),
            unsure: witness(&unsure),
        }
    }

    /// What leaves nothing of a cell that identity policies allow: Denies if they suffice, else a layer.
    pub(super) fn obstacle(&self) -> Obstacle {
        let identity = self.identity.possible.as_slice();
        let denies = self.hitting(Certainty::Sure);
        if matches!(find(self.limits, &[identity], &self.denied(Certainty::Sure)), Search::Nothing) {
            return Obstacle::Denied(denies);
        }
        let layer = self
            .limiting()
            .find(|(_, grants)| matches!(find(self.limits, &[identity, &grants.possible], &[]), Search::Nothing));
        match layer {
            Some((layer, _)) => Obstacle::Layer(layer),
            None => Obstacle::Denied(denies),
        }
    }

    /// The keys that leave it open, from the layers that are not sure by themselves.
    pub(super) fn collect_undecided(&self, undecided: &mut Undecided) {
        if not_nothing(&avoid(self.names, &self.identity.sure)) {
            undecided.append(&self.identity.undecided);
        }
        for (_, grants) in self.limiting() {
            if not_nothing(&avoid(self.limits, &grants.sure)) {
                undecided.append(&grants.undecided);
            }
        }
        for (_, applied) in &self.denies {
            undecided.append(&applied.undecided);
        }
    }

    pub(super) fn show(&self, witness: &str) -> String {
        self.cell.resources.show(&witness)
    }
}

fn regions(applied: &Applied, certainty: Certainty) -> &[Region] {
    match certainty {
        Certainty::Sure => &applied.covered.sure,
        Certainty::Possible => &applied.covered.possible,
    }
}
