//! The policies around every principal, and the packs: files that flags name.

use std::path::Path;

use super::args::JudgingArgs;
use super::files::read_one;
use crate::inventory::{Attached, Attachment, Collector, InputProblem, read_policy_document};
use crate::policy::PolicyType;
use crate::requirement::{Pack, Surroundings, built_in, built_in_for_shown, read as read_pack};
use crate::source::{At, Place, SourceId, Sources, Span};

/// The files of the flags, read but not yet understood.
pub(super) struct SurroundingFiles {
    boundary: Option<PolicyFile>,
    session: Vec<PolicyFile>,
    levels: Vec<Vec<PolicyFile>>,
}

/// A file that is one policy; without a source it could not be read.
struct PolicyFile {
    name: String,
    source: Option<SourceId>,
}

impl SurroundingFiles {
    pub(super) fn read(args: &JudgingArgs, sources: &mut Sources, problems: &mut Vec<InputProblem>) -> Self {
        let mut read =
            |path: &Path| PolicyFile { name: path.display().to_string(), source: read_one(path, sources, problems) };
        let boundary = args.boundary.as_deref().map(&mut read);
        let session = args.session_policy.iter().map(|path| read(path)).collect();
        let mut levels: Vec<Vec<PolicyFile>> = args
            .scp_level
            .iter()
            .map(|level| level.split(',').map(|path| read(Path::new(path.trim()))).collect())
            .collect();
        if !args.scp.is_empty() {
            levels.push(args.scp.iter().map(|path| read(path)).collect());
        }
        SurroundingFiles { boundary, session, levels }
    }

    /// Adds the documents to the collector's policies. One that could not be read may say anything: it is a policy
    /// that nobody has seen.
    pub(super) fn collect<'a>(
        &self,
        sources: &'a Sources,
        collector: &mut Collector<'a>,
        problems: &mut Vec<InputProblem>,
    ) -> Surroundings {
        let mut add = |file: &PolicyFile, policy_type, through| {
            let entry = file.source.and_then(|id| match read_policy_document(id, &sources[id], policy_type) {
                Ok(entry) => Some(entry),
                Err(error) => {
                    problems.push(InputProblem {
                        path: file.name.clone(),
                        message: error.message,
                        help: error.help,
                        place: Some(Place {
                            source: id,
                            at: At::Span(Span { start: error.offset, end: error.offset }),
                        }),
                    });
                    None
                }
            });
            let policy = match entry {
                Some(entry) => collector.policy(entry),
                None => collector.unseen(&file.name, policy_type),
            };
            Attached { policy, through, place: None }
        };
        Surroundings {
            boundary: self.boundary.as_ref().map(|file| add(file, PolicyType::Identity, Attachment::Boundary)),
            session: self.session.iter().map(|file| add(file, PolicyType::Session, Attachment::Session)).collect(),
            organization: self
                .levels
                .iter()
                .map(|level| {
                    level.iter().map(|file| add(file, PolicyType::ServiceControl, Attachment::ServiceControl)).collect()
                })
                .collect(),
        }
    }
}

/// The built-in packs, as far as they can matter, and those of `--pack`.
pub(super) fn packs(args: &JudgingArgs, sources: &mut Sources, problems: &mut Vec<InputProblem>) -> Vec<Pack> {
    let mut packs = if args.as_kind.is_empty() { built_in_for_shown() } else { built_in() };
    for path in &args.pack {
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
