//! From the paths of a template to places in the user's file.

use crate::source::{At, Part, Path, Place, SourceId, Wrapping};

/// Where a template lies.
#[derive(Clone, Copy, Debug)]
pub(in crate::inventory) struct Places {
    pub source: SourceId,
    /// The byte at which the document starts.
    pub root: usize,
    pub wrapping: Wrapping,
}

impl Places {
    pub(in crate::inventory) fn at(self, path: &Path, part: Part) -> Place {
        let at = At::Node { root: self.root, wrapping: self.wrapping, path: path.clone(), part };
        Place { source: self.source, at }
    }

    pub(in crate::inventory) fn key(self, path: &Path) -> Place {
        self.at(path, Part::Key)
    }

    pub(in crate::inventory) fn value(self, path: &Path) -> Place {
        self.at(path, Part::Value)
    }
}
