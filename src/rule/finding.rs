//! What a rule says.

use super::Rule;
use crate::inventory::PrincipalId;
use crate::source::Place;

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Worth knowing; nothing fails for it.
    Note,
    /// May fail, or fails in some circumstances.
    Warning,
    /// AWS refuses.
    Error,
}

impl Severity {
    pub fn as_str(self) -> &'static str {
        match self {
            Severity::Note => "note",
            Severity::Warning => "warning",
            Severity::Error => "error",
        }
    }
}

/// One finding: one cause.
#[derive(Clone, Debug)]
pub struct Finding {
    pub rule: &'static Rule,
    pub severity: Severity,
    /// The fact, in one line.
    pub message: String,
    /// ` when Stage is prod`: what follows the message, if the rule itself knows under which values it holds.
    pub when: Option<String>,
    /// Why AWS refuses although it looks right, what AWS says; each a sentence.
    pub notes: Vec<String>,
    /// The smallest change that mends it.
    pub help: Option<String>,
    pub url: String,
    /// The principal that it is about, in the order of the inventory; none for what belongs to nobody.
    pub subject: Option<PrincipalId>,
    /// The principal's name; none for one that has none.
    pub principal: Option<String>,
    pub function: Option<String>,
    /// Where something has to change.
    pub primary: Option<Label>,
    /// The places that explain it.
    pub related: Vec<Label>,
}

/// A place with a few words.
#[derive(Clone, Debug)]
pub struct Label {
    pub place: Place,
    pub message: String,
}

impl Label {
    pub fn new(place: Option<Place>, message: impl Into<String>) -> Option<Label> {
        place.map(|place| Label { place, message: message.into() })
    }
}
