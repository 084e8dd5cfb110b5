//! The policies around every principal, and the packs: files that flags name.

use std::path::{Path, PathBuf};

use super::args::CheckArgs;
use super::files::read_one;
use crate::inventory::{Attached, Attachment, Collector, InputProblem, read_policy_document};
use crate::policy::PolicyType;
use crate::requirement::{Pack, Surroundings, built_in, read as read_pack};
use crate::source::{At, Place, SourceId, Sources, Span};

/// The files of the flags, read but not yet understood.
pub(super) struct SurroundingFiles {
    boundary: Option<SourceId>,
    session: Vec<SourceId>,
    levels: Vec<Vec<SourceId>>,
}

impl SurroundingFiles {
    pub(super) fn read(args: &CheckArgs, sources: &mut Sources, problems: &mut Vec<InputProblem>) -> Self {
        let mut read = |path: &Path| read_one(path, sources, problems);
        let boundary = args.boundary.as_deref().and_then(&mut read);
        let session = args.session_policy.iter().filter_map(|path| read(path)).collect();
        let mut levels: Vec<Vec<SourceId>> = args
            .scp_level
            .iter()
            .map(|level| level.split(',').filter_map(|path| read(Path::new(path.trim()))).collect())
            .collect();
        if !args.scp.is_empty() {
            levels.push(args.scp.iter().filter_map(|path: &PathBuf| read(path)).collect());
        }
        SurroundingFiles { boundary, session, levels }
    }

    /// Adds the documents to the collector's policies.
    pub(super) fn collect<'a>(
        &self,
        sources: &'a Sources,
        collector: &mut Collector<'a>,
        problems: &mut Vec<InputProblem>,
    ) -> Surroundings {
        let mut add = |id: &SourceId, policy_type, through| match read_policy_document(*id, &sources[*id], policy_type)
        {
            Ok(entry) => Some(Attached { policy: collector.policy(entry), through, place: None }),
            Err(error) => {
                problems.push(InputProblem {
                    path: sources[*id].name().to_owned(),
                    message: error.message,
                    help: error.help,
                    place: Some(Place { source: *id, at: At::Span(Span { start: error.offset, end: error.offset }) }),
                });
                None
            }
        };
        Surroundings {
            boundary: self.boundary.as_ref().and_then(|id| add(id, PolicyType::Identity, Attachment::Boundary)),
            session: self.session.iter().filter_map(|id| add(id, PolicyType::Session, Attachment::Session)).collect(),
            organization: self
                .levels
                .iter()
                .map(|level| {
                    let scps = level.iter();
                    scps.filter_map(|id| add(id, PolicyType::ServiceControl, Attachment::ServiceControl)).collect()
                })
                .collect(),
        }
    }
}

/// The built-in packs and those of `--pack`.
pub(super) fn packs(paths: &[PathBuf], sources: &mut Sources, problems: &mut Vec<InputProblem>) -> Vec<Pack> {
    let mut packs = built_in();
    for path in paths {
        let Some(id) = read_one(path, sources, problems) else { continue };
        match read_pack(sources[id].text()) {
            Ok(pack) => packs.push(pack),
            Err(found) => problems.extend(found.into_iter().map(|problem| InputProblem {
                path: sources[id].name().to_owned(),
                message: format!("the requirement pack is wrong: {}", problem.message),
                help: problem.help,
                place: Some(Place { source: id, at: At::Span(problem.span) }),
            })),
        }
    }
    packs
}
