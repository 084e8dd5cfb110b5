//! Evaluations of resources, kept for all worlds that would get the same.
//!
//! A world comes into an evaluation only through what it answers: the texts of parameters, and whether conditions hold.
//! So an evaluation is kept with the answers that it got ([`Answers`]), and taken again in every world that gives the
//! same ones. Most resources ask nothing.

use std::borrow::Cow;
use std::cell::{Cell, RefCell, RefMut};
use std::hash::Hash;

use foldhash::HashMap;

use super::evaluation::{Findings, PartOf};
use super::evaluator::{Facts, Weight};
use super::parameters::Parameter;
use super::{Evaluated, ResourceId, Template, World};

/// So many different evaluations of one resource are kept: of hundreds of worlds, each may have its own.
const MOST_KEPT: usize = 8;

/// So many resources are kept, or parts of some: a function, its role and what functions share. A template has hundreds
/// of others, each asked for a few times in a row and never again.
const MOST_RESOURCES: usize = 64;

/// The evaluations of a template that were asked for lately.
#[derive(Debug, Default)]
pub(super) struct Remembered<'d> {
    pub evaluated: Kept<ResourceId, Evaluated<'d>>,
    pub findings: Kept<PartOf, Findings<'d>>,
}

/// Those of one kind.
#[derive(Debug)]
pub(super) struct Kept<K, T> {
    recent: RefCell<Table<K, T>>,
    /// Those that go next, unless somebody asks for them.
    older: RefCell<Table<K, T>>,
}

/// Of each resource, or part of one, its evaluations, the latest last.
type Table<K, T> = HashMap<K, Vec<(Answers, T)>>;

impl<K, T> Default for Kept<K, T> {
    fn default() -> Self {
        Kept { recent: RefCell::default(), older: RefCell::default() }
    }
}

/// What a world answered, each question once.
#[derive(Debug, Default)]
pub(super) struct Answers {
    conditions: Vec<(String, Option<bool>)>,
    /// The texts of parameters, by their names.
    parameters: Vec<(String, Option<String>)>,
}

impl<K: Copy + Eq + Hash, T: Clone> Kept<K, T> {
    /// What a resource was found to be in a world that answered the same.
    pub(super) fn find(&self, template: &Template<'_>, id: K, world: &World) -> Option<T> {
        // The borrow has to end before `recent`, which may put other tables in the place of both.
        let older = self.older.borrow_mut().remove(&id);
        if let Some(older) = older {
            self.recent().insert(id, older);
        }
        let recent = self.recent.borrow();
        let (_, evaluated) = recent.get(&id)?.iter().rfind(|(answers, _)| answers.are_of(template, world))?;
        Some(evaluated.clone())
    }

    pub(super) fn keep(&self, id: K, answers: Answers, evaluated: T) {
        let mut recent = self.recent();
        let kept = recent.entry(id).or_default();
        if kept.len() == MOST_KEPT {
            kept.remove(0);
        }
        kept.push((answers, evaluated));
    }

    /// The table for one more resource.
    fn recent(&self) -> RefMut<'_, Table<K, T>> {
        let mut recent = self.recent.borrow_mut();
        if recent.len() >= MOST_RESOURCES {
            self.older.replace(std::mem::take(&mut recent));
        }
        recent
    }
}

impl Answers {
    fn are_of(&self, template: &Template<'_>, world: &World) -> bool {
        let text = |name: &str| world.parameter(template.parameter(name)?);
        self.conditions.iter().all(|(name, answer)| world.condition(name) == *answer)
            && self.parameters.iter().all(|(name, answer)| text(name).as_deref() == answer.as_deref())
    }
}

/// A world, and what it was asked.
#[derive(Debug)]
pub(super) struct Listening<'w> {
    world: &'w World,
    answers: RefCell<Answers>,
    /// Only what decides something is noted.
    weight: Cell<Weight>,
}

impl<'w> Listening<'w> {
    pub(super) fn new(world: &'w World) -> Self {
        Listening { world, answers: RefCell::default(), weight: Cell::new(Weight::Decisive) }
    }

    pub(super) fn into_answers(self) -> Answers {
        self.answers.into_inner()
    }
}

impl<'d> Facts<'d> for Listening<'_> {
    fn parameter<'p>(&'p self, parameter: &'p Parameter<'d>) -> Option<Cow<'p, str>> {
        let answer = self.world.parameter(parameter);
        let known = &mut self.answers.borrow_mut().parameters;
        if self.weight.get() == Weight::Decisive && !known.iter().any(|(name, _)| name == parameter.name) {
            known.push((parameter.name.to_owned(), answer.as_deref().map(str::to_owned)));
        }
        answer
    }

    fn condition(&self, name: &str) -> Option<bool> {
        let answer = self.world.condition(name);
        let known = &mut self.answers.borrow_mut().conditions;
        if self.weight.get() == Weight::Decisive && !known.iter().any(|(known, _)| known == name) {
            known.push((name.to_owned(), answer));
        }
        answer
    }

    fn decide(&self, weight: Weight) -> Weight {
        self.weight.replace(weight)
    }

    /// No world decides it in a way of its own.
    fn equal(&self, left: &str, right: &str) -> Option<bool> {
        self.world.equal(left, right)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Doc;
    use crate::template::Settings;

    /// Whatever is asked for again, in whatever order: what is found is what was kept.
    #[test]
    fn more_than_fit_are_kept_and_found() {
        let template = Template::read(&Doc::Null, Settings::default());
        let (kept, world) = (Kept::default(), World::default());
        let mut found = 0;
        for step in 1..2 * MOST_RESOURCES {
            for id in (0..3 * MOST_RESOURCES).map(|turn| turn * step % (3 * MOST_RESOURCES)) {
                match kept.find(&template, id, &world) {
                    Some(known) => {
                        assert_eq!(known, id);
                        found += 1;
                    }
                    None => kept.keep(id, Answers::default(), id),
                }
            }
        }
        assert!(found > MOST_RESOURCES, "{found}");
    }
}
