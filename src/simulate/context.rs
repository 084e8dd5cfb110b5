//! The condition keys that a request carries. What it does not carry is absent: nothing is filled in.

use std::borrow::Cow;

use crate::evaluate::glob::Glob;
use crate::evaluate::{Context, Knowledge};

/// Keys with their values, each key once.
#[derive(Debug, Default)]
pub(super) struct RequestContext<'r>(Vec<(Cow<'r, str>, Knowledge)>);

impl<'r> RequestContext<'r> {
    pub(super) fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(known, _)| known.eq_ignore_ascii_case(name))
    }

    pub(super) fn add<'v>(&mut self, name: Cow<'r, str>, values: impl Iterator<Item = &'v str>) {
        self.0.push((name, Knowledge::Values(values.map(Glob::literal).collect())));
    }
}

impl Context for RequestContext<'_> {
    fn key(&self, key: &str) -> Cow<'_, Knowledge> {
        match self.0.iter().find(|(name, _)| name.eq_ignore_ascii_case(key)) {
            Some((_, knowledge)) => Cow::Borrowed(knowledge),
            None => Cow::Owned(Knowledge::Absent),
        }
    }
}
