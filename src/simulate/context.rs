//! The condition keys that a request carries. What it does not carry is absent: nothing is filled in.

use std::borrow::Cow;
use std::cell::OnceCell;

use crate::document::Text;
use crate::evaluate::glob::Glob;
use crate::evaluate::{Context, Knowledge};

/// Keys with their values, each key once.
#[derive(Debug, Default)]
pub(super) struct RequestContext<'r>(Vec<Entry<'r>>);

#[derive(Debug)]
struct Entry<'r> {
    name: Cow<'r, str>,
    values: Vec<Text<'r>>,
    /// The same, as the engine takes it: made when a policy asks for the key.
    knowledge: OnceCell<Knowledge>,
}

impl<'r> RequestContext<'r> {
    pub(super) fn has(&self, name: &str) -> bool {
        self.0.iter().any(|entry| entry.name.eq_ignore_ascii_case(name))
    }

    pub(super) fn add(&mut self, name: Cow<'r, str>, values: Vec<Text<'r>>) {
        self.0.push(Entry { name, values, knowledge: OnceCell::new() });
    }
}

impl Context for RequestContext<'_> {
    fn key(&self, key: &str) -> Cow<'_, Knowledge> {
        match self.0.iter().find(|entry| entry.name.eq_ignore_ascii_case(key)) {
            Some(Entry { values, knowledge, .. }) => Cow::Borrowed(
                knowledge
                    .get_or_init(|| Knowledge::Values(values.iter().map(|Text(value)| Glob::literal(value)).collect())),
            ),
            None => Cow::Owned(Knowledge::Absent),
        }
    }

    fn lacks(&self, key: &str) -> bool {
        !self.has(key)
    }
}
