//! Worlds: what a template may become, by the values of the parameters that its conditions read.

use std::borrow::Cow;
use std::fmt;

use foldhash::HashMap;

use super::Problem;
use super::evaluator::Facts;
use super::parameters::{Given, Parameter};
use crate::policy::Unknown;

/// One way to decide the conditions that matter to some resources. Made by
/// [`Template::worlds`](super::Template::worlds).
#[derive(Clone, Debug, Default)]
pub struct World {
    /// The conditions that are decided in this world. Every other one is undecided.
    pub(super) conditions: HashMap<String, bool>,
    /// The parameters whose values are decided in this world, for texts.
    pub(super) parameters: HashMap<String, Decided>,
    /// What was decided, in the order of the template's parameters.
    pub when: Vec<When>,
}

/// What sets a world apart: a parameter's value, or a condition that hangs on something unknowable.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct When {
    /// The name of a parameter, a pseudo parameter or a condition.
    pub name: String,
    pub value: Choice,
}

/// What is known of a value. Its `Display` is what a report shows: `prod`, `not prod or test`, `""`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Choice {
    /// It is this text: of a condition `true` or `false`.
    Is(String),
    /// It is none of these texts.
    Not(Vec<String>),
}

impl Choice {
    /// Is there no value of which both are true?
    pub fn excludes(&self, other: &Choice) -> bool {
        match (self, other) {
            (Choice::Is(one), Choice::Is(another)) => one != another,
            (Choice::Is(text), Choice::Not(others)) | (Choice::Not(others), Choice::Is(text)) => others.contains(text),
            (Choice::Not(_), Choice::Not(_)) => false,
        }
    }
}

impl fmt::Display for Choice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Choice::Is(text) => quoted(text, f),
            Choice::Not(texts) => {
                f.write_str("not ")?;
                for (index, text) in texts.iter().enumerate() {
                    if index > 0 {
                        f.write_str(" or ")?;
                    }
                    quoted(text, f)?;
                }
                Ok(())
            }
        }
    }
}

fn quoted(text: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    if text.is_empty() || text.contains([' ', '"', ',']) { write!(f, "{text:?}") } else { f.write_str(text) }
}

/// The worlds of some resources.
#[derive(Clone, Debug)]
pub struct Worlds {
    /// At least one.
    pub worlds: Vec<World>,
    pub completeness: Completeness,
    /// What is wrong with the conditions that were asked.
    pub problems: Vec<Problem>,
}

/// What a world says of a parameter that a condition reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Decided {
    Text(String),
    /// Neither its default nor any other text that is known.
    Open,
}

/// Whether [`Worlds`] tell all combinations apart.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Completeness {
    /// Each reachable combination is one world.
    Every,
    /// There are more than [`MOST_WORLDS`] combinations: there is one world, in which only those conditions are decided
    /// that are the same in all of them. `Fn::If` on another one is unknown, and so is whether a resource under it
    /// exists: what is known all the same holds in every combination.
    TooMany,
}

/// More combinations are not told apart.
pub const MOST_WORLDS: usize = 512;

/// Does a resource exist in a world?
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Existence {
    Exists,
    Absent,
    /// Its condition is undecided in this world.
    Undecided,
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
