//! What is wrong with a policy document, each with its place.

use super::unknown::{Unknown, shown};
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

impl Problem {
    /// Replaces the characters of unknown pieces by words.
    pub(super) fn show_unknowns(&mut self) {
        let related = self.related.as_mut().map(|(_, _, words)| words);
        for text in [Some(&mut self.message), self.help.as_mut(), related].into_iter().flatten() {
            if Unknown::is_in(text) {
                *text = shown(text).into_owned();
            }
        }
    }
}

/// What AWS makes of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Gravity {
    /// AWS takes the document, but not as its author meant it.
    Suspect,
    /// AWS answers `MalformedPolicyDocument`.
    Refused,
}
