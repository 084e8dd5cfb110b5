//! Evaluations of resources, kept for all worlds that would get the same.
//!
//! A world comes into an evaluation only through what it answers: the texts of parameters, and whether conditions hold.
//! So an evaluation is kept with the answers that it got ([`Answers`]), and taken again in every world that gives the
//! same ones. Most resources ask nothing.

use std::borrow::Cow;
use std::cell::{RefCell, RefMut};

use foldhash::HashMap;

use super::evaluator::Facts;
use super::parameters::Parameter;
use super::{Evaluated, Findings, ResourceId, Template, World};

/// So many different evaluations of one resource are kept: of hundreds of worlds, each may have its own.
const MOST_KEPT: usize = 8;

/// So many resources are kept: a function, its role and what functions share. A template has hundreds of others, each
/// asked for a few times in a row and never again.
const MOST_RESOURCES: usize = 64;

/// The evaluations of a template that were asked for lately.
#[derive(Debug, Default)]
pub(super) struct Remembered<'d> {
    pub evaluated: Kept<Evaluated<'d>>,
    pub findings: Kept<Findings<'d>>,
}

/// Those of one kind.
#[derive(Debug)]
pub(super) struct Kept<T> {
    recent: RefCell<ByResource<T>>,
    /// Those that go next, unless somebody asks for them.
    older: RefCell<ByResource<T>>,
}

/// Of each resource its evaluations, the latest last.
type ByResource<T> = HashMap<ResourceId, Vec<(Answers, T)>>;

impl<T> Default for Kept<T> {
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

impl<T: Clone> Kept<T> {
    /// What a resource was found to be in a world that answered the same.
    pub(super) fn find(&self, template: &Template<'_>, id: ResourceId, world: &World) -> Option<T> {
        if let Some(older) = self.older.borrow_mut().remove(&id) {
            self.recent().insert(id, older);
        }
        let recent = self.recent.borrow();
        let (_, evaluated) = recent.get(&id)?.iter().rfind(|(answers, _)| answers.are_of(template, world))?;
        Some(evaluated.clone())
    }

    pub(super) fn keep(&self, id: ResourceId, answers: Answers, evaluated: T) {
        let mut recent = self.recent();
        let kept = recent.entry(id).or_default();
        if kept.len() == MOST_KEPT {
            kept.remove(0);
        }
        kept.push((answers, evaluated));
    }

    /// The table for one more resource.
    fn recent(&self) -> RefMut<'_, ByResource<T>> {
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
}

impl<'w> Listening<'w> {
    pub(super) fn new(world: &'w World) -> Self {
        Listening { world, answers: RefCell::default() }
    }

    pub(super) fn into_answers(self) -> Answers {
        self.answers.into_inner()
    }
}

impl<'d> Facts<'d> for Listening<'_> {
    fn parameter<'p>(&'p self, parameter: &'p Parameter<'d>) -> Option<Cow<'p, str>> {
        let answer = self.world.parameter(parameter);
        let known = &mut self.answers.borrow_mut().parameters;
        if !known.iter().any(|(name, _)| name == parameter.name) {
            known.push((parameter.name.to_owned(), answer.as_deref().map(str::to_owned)));
        }
        answer
    }

    fn condition(&self, name: &str) -> Option<bool> {
        let answer = self.world.condition(name);
        let known = &mut self.answers.borrow_mut().conditions;
        if !known.iter().any(|(known, _)| known == name) {
            known.push((name.to_owned(), answer));
        }
        answer
    }

    /// No world decides it in a way of its own.
    fn equal(&self, left: &str, right: &str) -> Option<bool> {
        self.world.equal(left, right)
    }
}
