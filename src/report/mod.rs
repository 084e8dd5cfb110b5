//! What users see: one file a format, all from the same [`Report`].
//!
//! Nothing here knows evaluation. Places become positions in the texts only here, all of a report in one pass a
//! document ([`crate::document::locate_places`]).

mod entries;
mod human;
mod json;
mod pretty;

pub(crate) use human::{BOLD, DIM, GREEN, RED, cleaned};
pub use human::{Color, Glyphs, Human, Links, write_human};
pub use json::write_json;

use crate::inventory::InputProblem;
use crate::rule::{Examined, Finding, Severity};
use crate::source::Sources;

/// Everything that a run has to say.
pub struct Report<'r> {
    pub sources: &'r Sources,
    pub examined: &'r Examined<'r>,
    /// Those that are shown.
    pub findings: &'r [Finding],
    /// How many findings `--ignore` and `--select` left out.
    pub ignored: usize,
    pub problems: &'r [InputProblem],
    /// Layers of policies that the run was not given.
    pub not_considered: &'r [&'static str],
}

/// How much a report says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Judged principals, each once for every kind that it is judged as.
    pub principals: usize,
    /// Of these, the ones of which nothing shows that they must meet a pack.
    pub not_applicable: usize,
    pub functions: usize,
    pub errors: usize,
    pub warnings: usize,
    pub notes: usize,
    pub ignored: usize,
}

impl Report<'_> {
    /// Counts what the report holds.
    pub fn summary(&self) -> Summary {
        let count = |severity: Severity| self.findings.iter().filter(|finding| finding.severity == severity).count();
        let entries = entries::entries(self.examined);
        Summary {
            principals: entries.len(),
            not_applicable: entries.iter().filter(|entry| !entry.applies()).count(),
            functions: self.examined.inventory.count_functions(),
            errors: count(Severity::Error),
            warnings: count(Severity::Warning),
            notes: count(Severity::Note),
            ignored: self.ignored,
        }
    }
}
