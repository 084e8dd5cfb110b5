//! What is wrong with a template.

use crate::source::{Part, Path};

/// One thing that is wrong with a template. It never stops the rest from being evaluated: what is wrong is unknown.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Problem {
    pub path: Path,
    pub part: Part,
    /// What stands there and what was expected.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
}
