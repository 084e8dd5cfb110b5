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

/// The ids that functions are configured with, list by list: texts, in which pieces may be unknown. None if the input
/// does not show all ids of the list, or there are none.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Configured {
    subnets: Option<Vec<String>>,
    security_groups: Option<Vec<String>>,
}

impl Configured {
    /// `sources` are those that hold policies of the role: unknown pieces of texts are the same in one source only.
    pub(super) fn of<'i>(functions: impl Iterator<Item = &'i Function>, sources: &[SourceId]) -> Configured {
        let nothing = || Some(Vec::new());
        let mut configured = Configured { subnets: nothing(), security_groups: nothing() };
        for function in functions.filter(|function| function.needs_interfaces()) {
            let Some(config) = function.vpc_config.as_ref().filter(|config| shows(function, config)) else {
                return Configured::default();
            };
            let is_own = |source: &SourceId| *source == config.place.source;
            let unknowns = if sources.iter().all(is_own) { Unknowns::Kept } else { Unknowns::Nameless };
            add(&mut configured.subnets, &config.subnets, unknowns);
            add(&mut configured.security_groups, &config.security_groups, unknowns);
        }
        let fits = |list: &Vec<String>| (1..=MOST_IDS).contains(&list.len());
        Configured {
            subnets: configured.subnets.filter(fits),
            security_groups: configured.security_groups.filter(fits),
        }
    }

    /// The names of a list's resources, from the pack's glob for all of them: `subnet/*`.
    pub(super) fn names(&self, list: ConfiguredList, all: &str) -> Option<Vec<Glob>> {
        let ids = match list {
            ConfiguredList::Subnets => &self.subnets,
            ConfiguredList::SecurityGroups => &self.security_groups,
        };
        let name = |id: &String| Glob::literal(&all.replacen('*', id, 1)).with_unknowns();
        Some(ids.as_ref()?.iter().map(name).collect())
    }
}

/// What becomes of the unknown pieces of an id.
#[derive(Clone, Copy)]
enum Unknowns {
    Kept,
    /// Nothing is known to be the same.
    Nameless,
}

fn shows(function: &Function, config: &VpcConfig) -> bool {
    // The subnets and groups of an event source are those of its cluster.
    function.event_sources.is_empty() && config.unknown_keys.is_empty()
}

fn is_whole<R>(list: &IdList<R>) -> bool {
    list.extent == Extent::Known && !list.items.is_empty() && list.items.iter().all(|item| !item.text.is_empty())
}

/// One list that is not shown may hold any id.
fn add<R>(known: &mut Option<Vec<String>>, list: &IdList<R>, unknowns: Unknowns) {
    if !is_whole(list) {
        *known = None;
    }
    let Some(known) = known else { return };
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
