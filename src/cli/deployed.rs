//! `--before`: what is deployed now, read and judged beside what will be.

use super::args::CheckArgs;
use super::check::recognize;
use super::files::{Given, read_one};
use super::surround::SurroundingFiles;
use crate::inventory::{Bare, Collector, InputProblem, Inventory};
use crate::requirement::{Judging, judge};
use crate::rule::Before;
use crate::source::{SourceId, Sources};
use crate::template::Settings;

/// The files of the flag, read but not yet understood.
pub(super) struct Deployed {
    files: Vec<(SourceId, Given)>,
}

impl Deployed {
    pub(super) fn read(args: &CheckArgs, sources: &mut Sources, problems: &mut Vec<InputProblem>) -> Deployed {
        let read = args.before.iter().filter_map(|path| read_one(path, sources, problems));
        Deployed { files: read.map(|id| (id, Given::ByName)).collect() }
    }

    /// Judges them as the other inputs are judged; none if there are none.
    pub(super) fn judge<'e>(
        &self,
        sources: &'e Sources,
        settings: &Settings,
        surrounding: &SurroundingFiles,
        judging: &Judging<'_, '_>,
        problems: &mut Vec<InputProblem>,
    ) -> Option<Before<'e>> {
        if self.files.is_empty() {
            return None;
        }
        let mut collector = Collector::new();
        // What is wrong with these files has been told.
        let surroundings = surrounding.collect(sources, &mut collector, &mut Vec::new());
        recognize(&self.files, sources, settings, &mut collector, problems);
        let inventory: &Inventory<'_> = Box::leak(Box::new(collector.finish(Bare::Nobody, problems)));
        let judging = Judging { inventory, surroundings: &surroundings, assignments: &[], ..*judging };
        let (judged, _) = judge(&judging);
        Some(Before { inventory, judged: judged.leak() })
    }
}
