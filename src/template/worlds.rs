//! Worlds: what a template may become, by the values of the parameters that its conditions read.

use foldhash::HashMap;

use super::Problem;

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
    /// Its value as a report shows it: `prod`, `not prod`, `""`, `true`.
    pub value: String,
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
