//! One way through the forks at which conditions are decided.

use std::borrow::Cow;
use std::cell::RefCell;

use foldhash::{HashMap, HashSet};

use super::evaluator::{Evaluator, Facts};
use super::for_each::brief;
use super::parameters::Parameter;
use super::worlds::{Choice, Decided, When, World};
use super::{Node, Problem, Template};
use crate::policy::Unknown;

/// Conditions that read each other through more steps than this are not followed.
const DEEPEST: usize = 60;

/// A parameter that also stands in texts takes each of its allowed values if it has no more than these.
const MOST_VALUES: usize = 12;

/// The turns that a way takes at its forks, in the order in which it meets them.
#[derive(Default)]
pub(super) struct Script(Vec<Turn>);

/// A fork, and the turn that is taken at it.
#[derive(Clone, Copy, Debug)]
struct Turn {
    taken: usize,
    of: usize,
}

impl Script {
    /// Makes it that of the next way, which takes the last turn that is left; false if none is.
    pub(super) fn advance(&mut self) -> bool {
        while let Some(turn) = self.0.last_mut() {
            turn.taken += 1;
            if turn.taken < turn.of {
                return true;
            }
            self.0.pop();
        }
        false
    }
}

/// One way through the forks.
pub(super) struct Way<'t, 'd> {
    template: &'t Template<'d>,
    state: RefCell<State>,
}

#[derive(Default)]
struct State {
    script: Script,
    /// How many forks were met.
    met: usize,
    /// What unknown texts are.
    is: HashMap<Unknown, String>,
    /// What they are not, in the order in which it was asked.
    is_not: HashMap<Unknown, Vec<String>>,
    /// Whether other texts are equal.
    equal: HashMap<(String, String), bool>,
    conditions: HashMap<String, bool>,
    /// The conditions that are being asked, the innermost last.
    asking: Vec<String>,
    /// Forks at something that is no parameter, by the condition that met them.
    free: Vec<(String, bool)>,
    problems: Vec<Problem>,
}

/// What a comparison asks.
enum Compared {
    /// Nothing: this is its answer.
    Known(bool),
    /// Whether an unknown text is this literal.
    Literal { unknown: Unknown, literal: String },
    /// Whether two texts, in order, are equal.
    Texts((String, String)),
}

/// What a way through all forks has come to.
pub(super) struct Passed {
    pub world: World,
    pub script: Script,
    pub problems: Vec<Problem>,
}

impl<'t, 'd> Way<'t, 'd> {
    pub(super) fn new(template: &'t Template<'d>, script: Script) -> Self {
        Way { template, state: RefCell::new(State { script, ..State::default() }) }
    }

    fn fork(&self, of: usize) -> usize {
        let mut state = self.state.borrow_mut();
        let met = state.met;
        state.met += 1;
        if met == state.script.0.len() {
            state.script.0.push(Turn { taken: 0, of });
        }
        state.script.0[met].taken
    }

    /// Is an unknown text this literal?
    fn is(&self, unknown: Unknown, literal: &str) -> bool {
        if let Some(known) = self.is_known_to_be(unknown, literal) {
            return known;
        }
        let is = self.fork(2) == 0;
        let mut state = self.state.borrow_mut();
        if is {
            state.is.insert(unknown, literal.to_owned());
        } else {
            state.is_not.entry(unknown).or_default().push(literal.to_owned());
        }
        is
    }

    /// The same, as far as it was decided already.
    fn is_known_to_be(&self, unknown: Unknown, literal: &str) -> Option<bool> {
        let state = self.state.borrow();
        let parameter = self.template.parameter_of(unknown);
        let ruled_out =
            |text: &str| state.is_not.get(&unknown).is_some_and(|others| others.iter().any(|other| other == text));
        if let Some(known) = state.is.get(&unknown) {
            return Some(known == literal);
        }
        if ruled_out(literal) || parameter.is_some_and(|parameter| !parameter.admits(literal)) {
            return Some(false);
        }
        let allowed = parameter.map(|parameter| &parameter.allowed[..]).unwrap_or_default();
        let others = || allowed.iter().any(|allowed| allowed != literal && !ruled_out(allowed));
        (!allowed.is_empty() && !others()).then_some(true)
    }

    /// The parameter that is empty where a text made of its items is: who compares that text asks for the list.
    fn list_in(&self, unknown: Unknown) -> Unknown {
        let list = self.template.unknowns.borrow().list_of(unknown);
        list.filter(|list| self.template.parameter_of(*list).is_some()).unwrap_or(unknown)
    }

    /// Something that nothing of the file decides.
    fn free(&self) -> bool {
        let holds = self.fork(2) == 0;
        let mut state = self.state.borrow_mut();
        if let Some(name) = state.asking.last().cloned() {
            state.free.push((name, holds));
        }
        holds
    }

    /// Lets parameters choose from maps: a value for which a map has nothing is one that CloudFormation refuses, and
    /// false says that this is such a way.
    pub(super) fn choose(&self, choices: &[Node<'d>]) -> bool {
        choices.iter().all(|node| {
            let value = Evaluator::new(self.template, self).value(node);
            let parts = node.doc.as_map().and_then(|members| members.first()?.1.as_list());
            let has_default = parts.is_some_and(|parts| parts.len() > 3);
            has_default || !value.is_some_and(|value| value.is_unknown())
        })
    }

    /// Lets the parameters that stand in texts take each of the values that they may still have.
    pub(super) fn split(&self, in_texts: &HashSet<String>) {
        for parameter in &self.template.parameters {
            let unknown = parameter.unknown;
            let left: Vec<String> = {
                let state = self.state.borrow();
                let Some(ruled_out) = state.is_not.get(&unknown).filter(|_| !state.is.contains_key(&unknown)) else {
                    continue;
                };
                let left = parameter.allowed.iter().filter(|allowed| !ruled_out.iter().any(|other| other == *allowed));
                left.map(ToString::to_string).collect()
            };
            let value = match left.len() {
                0 => continue,
                1 => 0,
                2..=MOST_VALUES if in_texts.contains(parameter.name) => self.fork(left.len()),
                _ => continue,
            };
            self.state.borrow_mut().is.insert(unknown, left[value].clone());
        }
    }

    pub(super) fn finish(self, conditions: HashMap<String, bool>) -> Passed {
        let state = self.state.into_inner();
        let mut world = World { conditions, ..World::default() };
        for parameter in &self.template.parameters {
            let unknown = parameter.unknown;
            let when = |value: Choice| When { name: parameter.name.to_owned(), value };
            if let Some(text) = state.is.get(&unknown) {
                world.when.push(when(Choice::Is(text.clone())));
                world.parameters.insert(parameter.name.to_owned(), Decided::Text(text.clone()));
            } else if let Some(others) = state.is_not.get(&unknown) {
                world.when.push(when(Choice::Not(others.clone())));
                let default = parameter.default();
                if default.is_none_or(|default| others.iter().any(|other| other == default)) {
                    world.parameters.insert(parameter.name.to_owned(), Decided::Open);
                }
            }
        }
        let mut others: Vec<When> = Vec::new();
        let known = state.is.iter().map(|(unknown, text)| (*unknown, Choice::Is(text.clone())));
        let excluded = state.is_not.iter().filter(|(unknown, _)| !state.is.contains_key(*unknown));
        for (unknown, value) in known.chain(excluded.map(|(unknown, texts)| (*unknown, Choice::Not(texts.clone())))) {
            if self.template.parameter_of(unknown).is_none() {
                others.push(When { name: self.template.words(unknown), value });
            }
        }
        others.sort();
        world.when.append(&mut others);
        for (name, holds) in &state.free {
            let when = When { name: name.clone(), value: Choice::Is(holds.to_string()) };
            if !world.when.contains(&when) {
                world.when.push(when);
            }
        }
        Passed { world, script: state.script, problems: state.problems }
    }

    /// What a comparison of two texts asks.
    fn compared(&self, left: &str, right: &str) -> Compared {
        let (left, right) = (self.filled(left), self.filled(right));
        let nameless = Unknown::NAMELESS.to_char();
        if !left.contains(nameless) && left == right {
            return Compared::Known(true);
        }
        let (text, literal) = match (Unknown::is_in(&left), Unknown::is_in(&right)) {
            (false, false) => return Compared::Known(false),
            (true, true) => return Compared::Texts(if left < right { (left, right) } else { (right, left) }),
            (true, false) => (left, right),
            (false, true) => (right, left),
        };
        match Unknown::whole(&text) {
            Some(unknown) if unknown != Unknown::NAMELESS => {
                let unknown = if literal.is_empty() { self.list_in(unknown) } else { unknown };
                Compared::Literal { unknown, literal }
            }
            _ if !may_be(&text, &literal) => Compared::Known(false),
            _ => Compared::Texts(if text < literal { (text, literal) } else { (literal, text) }),
        }
    }

    /// Replaces the unknown texts that are known by now.
    fn filled(&self, text: &str) -> String {
        let state = self.state.borrow();
        let mut result = String::with_capacity(text.len());
        for char in text.chars() {
            match Unknown::from_char(char).and_then(|unknown| state.is.get(&unknown)) {
                Some(known) => result.push_str(known),
                None => result.push(char),
            }
        }
        result
    }
}

impl<'d> Facts<'d> for Way<'_, 'd> {
    fn parameter<'p>(&'p self, parameter: &'p Parameter<'d>) -> Option<Cow<'p, str>> {
        if let Some(fact) = parameter.fact() {
            return Some(Cow::Borrowed(fact));
        }
        let decided = self.state.borrow().is.get(&parameter.unknown).cloned();
        decided.map(Cow::Owned)
    }

    fn condition(&self, name: &str) -> Option<bool> {
        let node = self.template.conditions.get(name)?;
        {
            let mut state = self.state.borrow_mut();
            if let Some(known) = state.conditions.get(name) {
                return Some(*known);
            }
            if state.asking.iter().any(|asked| asked == name) || state.asking.len() >= DEEPEST {
                let message = format!("the condition `{}` depends on itself", brief(name));
                state.problems.push(Problem {
                    path: node.path.clone(),
                    part: crate::source::Part::Key,
                    message,
                    help: None,
                });
                return None;
            }
            state.asking.push(name.to_owned());
        }
        let evaluator = Evaluator::new(self.template, self);
        let answer = evaluator.holds(node).unwrap_or_else(|| self.free());
        let mut problems = evaluator.into_problems();
        let mut state = self.state.borrow_mut();
        state.problems.append(&mut problems);
        if let Some(name) = state.asking.pop() {
            state.conditions.insert(name, answer);
        }
        Some(answer)
    }

    fn equal(&self, left: &str, right: &str) -> Option<bool> {
        match self.compared(left, right) {
            Compared::Known(answer) => Some(answer),
            Compared::Literal { unknown, literal } => Some(self.is(unknown, &literal)),
            Compared::Texts(key) => {
                if let Some(known) = self.state.borrow().equal.get(&key) {
                    return Some(*known);
                }
                let answer = self.free();
                self.state.borrow_mut().equal.insert(key, answer);
                Some(answer)
            }
        }
    }
}

/// What a way has decided, which is asked without deciding more.
pub(super) struct Known<'w, 't, 'd>(pub(super) &'w Way<'t, 'd>);

impl<'d> Facts<'d> for Known<'_, '_, 'd> {
    fn parameter<'p>(&'p self, parameter: &'p Parameter<'d>) -> Option<Cow<'p, str>> {
        self.0.parameter(parameter)
    }

    fn condition(&self, name: &str) -> Option<bool> {
        self.0.state.borrow().conditions.get(name).copied()
    }

    fn equal(&self, left: &str, right: &str) -> Option<bool> {
        match self.0.compared(left, right) {
            Compared::Known(answer) => Some(answer),
            Compared::Literal { unknown, literal } => self.0.is_known_to_be(unknown, &literal),
            Compared::Texts(key) => self.0.state.borrow().equal.get(&key).copied(),
        }
    }
}

/// May a text with unknown pieces be this literal? It has to begin and to end as what is known of it.
fn may_be(text: &str, literal: &str) -> bool {
    let is_unknown = |char: char| Unknown::from_char(char).is_some();
    let (Some(first), Some(last)) = (text.find(is_unknown), text.rfind(is_unknown)) else { return text == literal };
    let (before, after) = (&text[..first], text[last..].trim_start_matches(is_unknown));
    literal.len() >= before.len() + after.len() && literal.starts_with(before) && literal.ends_with(after)
}
