//! What is wrong with a policy document, each with its place.

use crate::source::{Part, Path};

/// One thing that is wrong with a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    pub path: Path,
    pub part: Part,
    /// What stands there and what was expected.
    pub message: String,
    /// The smallest change that mends it.
    pub help: Option<String>,
    pub gravity: Gravity,
    /// Another place that explains it, with its own few words: the first of two duplicate keys, for example.
    pub related: Option<(Path, Part, String)>,
}

/// What AWS makes of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Gravity {
    /// AWS takes the document, but not as its author meant it.
    Suspect,
    /// AWS answers `MalformedPolicyDocument`.
    Refused,
}
