//! Worlds: what a template may become, by the values of the parameters that its conditions read.

use foldhash::HashMap;

/// One way to decide the conditions that matter to some resources. Made by
/// [`Template::worlds`](super::Template::worlds).
#[derive(Clone, Debug, Default)]
pub struct World<'d> {
    /// The conditions that are decided in this world. Every other one is undecided.
    pub conditions: HashMap<&'d str, bool>,
    /// The parameters whose values are decided in this world, for texts.
    pub parameters: HashMap<&'d str, String>,
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
pub struct Worlds<'d> {
    /// At least one.
    pub worlds: Vec<World<'d>>,
    pub completeness: Completeness,
}

/// Whether [`Worlds`] tell all combinations apart.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Completeness {
    /// Each reachable combination is one world.
    Every,
    /// There are more than [`MOST_WORLDS`] combinations: there is one world, in which every condition is undecided, so
    /// that only what does not hang on them is known.
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
