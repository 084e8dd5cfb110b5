//! The resources that the functions of a role are configured with, where the input shows them all.
//!
//! In: the functions of a role, the sources of its policies. Out: the names of the subnets and security groups on which
//! Lambda will call EC2, for the questions of a pack.

use super::pack::ConfiguredList;
use crate::evaluate::glob::Glob;
use crate::inventory::{Extent, Function, IdList, VpcConfig};
use crate::policy::Unknown;
use crate::source::SourceId;

/// So many ids of a list are asked for one by one. Lambda takes 16 subnets and 5 security groups for one function.
const MOST_IDS: usize = 64;

/// The ids that functions are configured with: texts, in which pieces may be unknown.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Configured {
    subnets: Vec<String>,
    security_groups: Vec<String>,
}

impl Configured {
    /// None if the input does not show all of them, or there are none. `sources` are those that hold policies of the
    /// role: unknown pieces of texts are the same in one source only.
    pub(super) fn of<'i>(functions: impl Iterator<Item = &'i Function>, sources: &[SourceId]) -> Option<Configured> {
        let mut configured = Configured::default();
        for function in functions.filter(|function| function.needs_interfaces()) {
            let config = function.vpc_config.as_ref().filter(|config| shows_all(function, config))?;
            let is_own = |source: &SourceId| *source == config.place.source;
            let unknowns = if sources.iter().all(is_own) { Unknowns::Kept } else { Unknowns::Nameless };
            add(&mut configured.subnets, &config.subnets, unknowns);
            add(&mut configured.security_groups, &config.security_groups, unknowns);
        }
        let fits = |list: &[String]| (1..=MOST_IDS).contains(&list.len());
        (fits(&configured.subnets) && fits(&configured.security_groups)).then_some(configured)
    }

    /// The names of a list's resources, from the pack's glob for all of them: `subnet/*`.
    pub(super) fn names(&self, list: ConfiguredList, all: &str) -> Vec<Glob> {
        let ids = match list {
            ConfiguredList::Subnets => &self.subnets,
            ConfiguredList::SecurityGroups => &self.security_groups,
        };
        ids.iter().map(|id| Glob::literal(&all.replacen('*', id, 1)).with_unknowns()).collect()
    }
}

/// What becomes of the unknown pieces of an id.
#[derive(Clone, Copy)]
enum Unknowns {
    Kept,
    /// Nothing is known to be the same.
    Nameless,
}

fn shows_all(function: &Function, config: &VpcConfig) -> bool {
    // The subnets and groups of an event source are those of its cluster.
    function.event_sources.is_empty()
        && config.unknown_keys.is_empty()
        && is_whole(&config.subnets)
        && is_whole(&config.security_groups)
}

fn is_whole<R>(list: &IdList<R>) -> bool {
    list.extent == Extent::Known && !list.items.is_empty() && list.items.iter().all(|item| !item.text.is_empty())
}

fn add<R>(known: &mut Vec<String>, list: &IdList<R>, unknowns: Unknowns) {
    let nameless = |char: char| if Unknown::from_char(char).is_some() { Unknown::NAMELESS.to_char() } else { char };
    for item in &list.items {
        let text = match unknowns {
            Unknowns::Kept => item.text.clone(),
            Unknowns::Nameless => item.text.chars().map(nameless).collect(),
        };
        if !known.contains(&text) {
            known.push(text);
        }
    }
}
