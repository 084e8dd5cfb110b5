//! Decides conditions: every reachable combination of them, one at a time.
//!
//! What a condition reads is decided when it is first asked: a parameter is equal to the literal that it is compared
//! with, or not. Each such question is a fork; a way through all forks is a world. The ways are gone through one after
//! the other by a script of the turns to take, so that nothing has to be known of them beforehand, and forks behind
//! which no condition differs (a second operand of `Fn::Or` whose first one holds) are never met.
//!
//! In: the names of conditions. Out: [`Worlds`].

use foldhash::HashSet;

use super::evaluator::Facts;
use super::relevant::Asked;
use super::way::{Known, Passed, Script, Way};
use super::worlds::{Completeness, MOST_WORLDS, World, Worlds};
use super::{Node, Problem, Template, rules};

/// What telling the worlds apart may cost, in nodes.
const FUEL: usize = 1_000_000;

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
    let mut script = Script::default();
    let mut worlds = Vec::new();
    let mut problems: Vec<Problem> = Vec::new();
    for ways in 1.. {
        let way = Way::new(template, script);
        let answers = names.iter().filter_map(|name| Some((name.clone(), way.condition(name)?)));
        let conditions = answers.collect();
        let is_chosen = way.choose(choices);
        way.split(in_texts);
        let is_reachable = is_chosen && !rules::refuse(template, &Known(&way));
        let Passed { world, script: passed, problems: found } = way.finish(conditions);
        problems.extend(found.into_iter().filter(|problem| !problems.contains(problem)).collect::<Vec<_>>());
        worlds.extend(is_reachable.then_some(world));
        script = passed;
        if !script.advance() {
            return Some((worlds, problems));
        }
        if ways >= MOST_WORLDS || template.fuel.get() <= fuel {
            break;
        }
    }
    None
}
