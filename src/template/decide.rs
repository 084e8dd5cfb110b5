//! Decides conditions: every reachable combination of them, one at a time.
//!
//! What a condition reads is decided when it is first asked: a parameter is equal to the literal that it is compared
//! with, or not. Each such question is a fork; a way through all forks is a world. The ways are gone through one after
//! the other by a script of the turns to take, so that nothing has to be known of them beforehand, and forks behind
//! which no condition differs (a second operand of `Fn::Or` whose first one holds) are never met.
//!
//! In: the names of conditions. Out: [`Worlds`].

use std::borrow::Cow;
use std::cell::RefCell;

use foldhash::{HashMap, HashSet};

use super::evaluator::{Evaluator, Facts};
use super::for_each::brief;
use super::parameters::{Given, Parameter};
use super::relevant::Asked;
use super::worlds::{Choice, Completeness, Decided, MOST_WORLDS, When, World, Worlds};
use super::{Node, Problem, Template};
use crate::policy::Unknown;

/// Conditions that read each other through more steps than this are not followed.
const DEEPEST: usize = 60;

/// What telling the worlds apart may cost, in nodes.
const FUEL: usize = 1_000_000;

/// A parameter that also stands in texts takes each of its allowed values if it has no more than these.
const MOST_VALUES: usize = 12;

/// The combinations of what some resources ask for.
pub(super) fn worlds<'d>(template: &Template<'d>, asked: &Asked<'d>) -> Worlds {
    let Asked { conditions: names, parameters, choices } = asked;
    // What maps choose, and allowed values that no condition tells apart, are told apart if there is room for it.
    let nothing = HashSet::default();
    let mut tries = vec![(parameters, &choices[..]), (parameters, &[]), (&nothing, &[])];
    tries.dedup_by_key(|(in_texts, choices)| (in_texts.len(), choices.len()));
    for (in_texts, choices) in tries {
        if let Some((worlds, problems)) = combinations(template, names, in_texts, choices)
            && !worlds.is_empty()
        {
            return Worlds { worlds, completeness: Completeness::Every, problems };
        }
    }
    let mut world = World::default();
    let mut problems = Vec::new();
    for name in names {
        // What is the same however the others are decided is decided.
        let Some((alone, found)) = combinations(template, std::slice::from_ref(name), &nothing, &[]) else { continue };
        problems.extend(found.into_iter().filter(|problem| !problems.contains(problem)).collect::<Vec<_>>());
        let mut answers = alone.iter().map(|world| world.conditions.get(name).copied());
        if let Some(Some(first)) = answers.next()
            && answers.all(|answer| answer == Some(first))
        {
            world.conditions.insert(name.clone(), first);
        }
    }
    Worlds { worlds: vec![world], completeness: Completeness::TooMany, problems }
}

/// Every way through the forks; none if there are more than [`MOST_WORLDS`].
fn combinations<'d>(
    template: &Template<'d>,
    names: &[String],
    in_texts: &HashSet<String>,
    choices: &[Node<'d>],
) -> Option<(Vec<World>, Vec<Problem>)> {
    let fuel = template.fuel.get().saturating_sub(FUEL);
    let mut script = Vec::new();
    let mut worlds = Vec::new();
    let mut problems: Vec<Problem> = Vec::new();
    for ways in 1.. {
        let way = Way { template, state: RefCell::new(State { script, ..State::default() }) };
        let answers = names.iter().filter_map(|name| Some((name.clone(), way.condition(name)?)));
        let conditions = answers.collect();
        let is_reachable = way.choose(choices);
        way.split(in_texts);
        let (world, state) = way.finish(conditions);
        problems.extend(state.problems.into_iter().filter(|problem| !problems.contains(problem)).collect::<Vec<_>>());
        worlds.extend(is_reachable.then_some(world));
        script = state.script;
        // The next way takes the last turn that is left.
        while let Some(turn) = script.last_mut() {
            turn.taken += 1;
            if turn.taken < turn.of {
                break;
            }
            script.pop();
        }
        if script.is_empty() {
            return Some((worlds, problems));
        }
        if ways >= MOST_WORLDS || template.fuel.get() <= fuel {
            break;
        }
    }
    None
}

/// A fork, and the turn that is taken at it.
#[derive(Clone, Copy, Debug)]
struct Turn {
    taken: usize,
    of: usize,
}

/// One way through the forks.
struct Way<'t, 'd> {
    template: &'t Template<'d>,
    state: RefCell<State>,
}

#[derive(Default)]
struct State {
    script: Vec<Turn>,
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

impl<'d> Way<'_, 'd> {
    fn fork(&self, of: usize) -> usize {
        let mut state = self.state.borrow_mut();
        let met = state.met;
        state.met += 1;
        if met == state.script.len() {
            state.script.push(Turn { taken: 0, of });
        }
        state.script[met].taken
    }

    /// Is an unknown text this literal?
    fn is(&self, unknown: Unknown, literal: &str) -> bool {
        let parameter = self.template.parameter_of(unknown);
        let ruled_out = |state: &State, text: &str| {
            state.is_not.get(&unknown).is_some_and(|others| others.iter().any(|other| other == text))
        };
        {
            let state = self.state.borrow();
            if let Some(known) = state.is.get(&unknown) {
                return known == literal;
            }
            if ruled_out(&state, literal) || parameter.is_some_and(|parameter| !parameter.admits(literal)) {
                return false;
            }
            let others = |parameter: &Parameter<'d>| {
                parameter.allowed.iter().any(|allowed| allowed != literal && !ruled_out(&state, allowed))
            };
            if parameter.is_some_and(|parameter| !parameter.allowed.is_empty() && !others(parameter)) {
                return true;
            }
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
    fn choose(&self, choices: &[Node<'d>]) -> bool {
        choices.iter().all(|node| {
            let value = Evaluator::new(self.template, self).value(node);
            let parts = node.doc.as_map().and_then(|members| members.first()?.1.as_list());
            let has_default = parts.is_some_and(|parts| parts.len() > 3);
            has_default || !value.is_some_and(|value| value.is_unknown())
        })
    }

    /// Lets the parameters that stand in texts take each of the values that they may still have.
    fn split(&self, in_texts: &HashSet<String>) {
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

    fn finish(self, conditions: HashMap<String, bool>) -> (World, State) {
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
        (world, state)
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
        let (left, right) = (self.filled(left), self.filled(right));
        let nameless = Unknown::NAMELESS.to_char();
        if !left.contains(nameless) && left == right {
            return Some(true);
        }
        match (Unknown::is_in(&left), Unknown::is_in(&right)) {
            (false, false) => return Some(false),
            (true, true) => {}
            (true, false) => match Unknown::whole(&left) {
                Some(unknown) if unknown != Unknown::NAMELESS => {
                    let asked = if right.is_empty() { self.list_in(unknown) } else { unknown };
                    return Some(self.is(asked, &right));
                }
                _ if !may_be(&left, &right) => return Some(false),
                _ => {}
            },
            (false, true) => return self.equal(&right, &left),
        }
        let key = if left < right { (left, right) } else { (right, left) };
        if let Some(known) = self.state.borrow().equal.get(&key) {
            return Some(*known);
        }
        let answer = self.free();
        self.state.borrow_mut().equal.insert(key, answer);
        Some(answer)
    }
}

/// May a text with unknown pieces be this literal? It has to begin and to end as what is known of it.
fn may_be(text: &str, literal: &str) -> bool {
    let is_unknown = |char: char| Unknown::from_char(char).is_some();
    let (Some(first), Some(last)) = (text.find(is_unknown), text.rfind(is_unknown)) else { return text == literal };
    let (before, after) = (&text[..first], text[last..].trim_start_matches(is_unknown));
    literal.len() >= before.len() + after.len() && literal.starts_with(before) && literal.ends_with(after)
}

/// A world's facts: what is not decided is as the template says.
impl<'d> Facts<'d> for World {
    fn parameter<'p>(&'p self, parameter: &'p Parameter<'d>) -> Option<Cow<'p, str>> {
        match (self.parameters.get(parameter.name), &parameter.text) {
            (Some(Decided::Text(text)), _) => Some(Cow::Borrowed(text)),
            (Some(Decided::Open), _) | (None, None) => None,
            (None, Some(Given::Fact(text))) => Some(Cow::Borrowed(text)),
            (None, Some(Given::Default(text))) => Some(Cow::Borrowed(text)),
        }
    }

    fn condition(&self, name: &str) -> Option<bool> {
        self.conditions.get(name).copied()
    }

    fn equal(&self, left: &str, right: &str) -> Option<bool> {
        let known = !Unknown::is_in(left) && !Unknown::is_in(right);
        (known || (left == right && !left.contains(Unknown::NAMELESS.to_char()))).then_some(left == right)
    }
}
