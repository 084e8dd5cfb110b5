//! `--before`: what is deployed now, read and judged beside what will be.

use std::path::PathBuf;

use super::files::{Given, read_one};
use super::surround::SurroundingFiles;
use crate::inventory::{Bare, Collector, InputProblem, Inventory, read_before_plan};
use crate::requirement::{Judging, judge};
use crate::rule::Before;
use crate::source::{SourceId, Sources};

/// The files of the flag, read but not yet understood.
#[derive(Default)]
pub(super) struct Deployed {
    files: Vec<(SourceId, Given)>,
}

impl Deployed {
    pub(super) fn read(paths: &[PathBuf], sources: &mut Sources, problems: &mut Vec<InputProblem>) -> Deployed {
        let read = paths.iter().filter_map(|path| read_one(path, sources, problems));
        Deployed { files: read.map(|id| (id, Given::ByName)).collect() }
    }

    /// Judges them as the other inputs are judged, or what `plans` show of what is there now; none if there are none.
    pub(super) fn judge<'e>(
        &self,
        sources: &'e Sources,
        recognize: impl FnOnce(
            &[(SourceId, Given)],
            &'e Sources,
            &mut Collector<'e>,
            &mut Vec<InputProblem>,
        ) -> Vec<SourceId>,
        surrounding: &SurroundingFiles,
        (judging, plans): (&Judging<'_, '_>, &[SourceId]),
        problems: &mut Vec<InputProblem>,
    ) -> Option<Before<'e>> {
        if self.files.is_empty() && plans.is_empty() {
            return None;
        }
        let mut collector = Collector::new();
        // What is wrong with these files has been told.
        let surroundings = surrounding.collect(sources, &mut collector, &mut Vec::new());
        recognize(&self.files, sources, &mut collector, problems);
        if self.files.is_empty() {
            for plan in plans {
                // What is wrong with it has been told.
                read_before_plan(*plan, &sources[*plan], &mut collector, &mut Vec::new());
            }
        }
        let inventory: &Inventory<'_> = Box::leak(Box::new(collector.finish(Bare::Nobody, problems)));
        let judging = Judging { inventory, surroundings: &surroundings, assignments: &[], ..*judging };
        let (judged, _) = judge(&judging);
        Some(Before { inventory, judged: judged.leak() })
    }
}
