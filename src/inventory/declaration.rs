//! Which block of a configuration the entries of a plan come from, for who wants to be shown the block.

use super::Inventory;
use crate::source::{At, Place, SourceId};

/// An entry of a plan, and the block that declares it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Declaration {
    pub source: SourceId,
    /// The bytes of the entry.
    pub start: usize,
    pub end: usize,
    /// The calls of modules around it, from the root.
    pub modules: Vec<CalledModule>,
    pub keyword: BlockKeyword,
    /// `aws_iam_role`
    pub resource_type: String,
    pub name: String,
}

/// The call of a module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CalledModule {
    pub name: String,
    /// `./modules/net`, `terraform-aws-modules/lambda/aws`
    pub source: Option<String>,
}

/// What a block of a resource starts with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BlockKeyword {
    Resource,
    Data,
}

impl BlockKeyword {
    pub fn as_str(self) -> &'static str {
        match self {
            BlockKeyword::Resource => "resource",
            BlockKeyword::Data => "data",
        }
    }
}

/// Whether a run wants to know declarations.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Declarations {
    Wanted,
    #[default]
    NotWanted,
}

impl Inventory<'_> {
    /// The declaration of the entry in which a place lies.
    pub fn declaration_at(&self, place: &Place) -> Option<&Declaration> {
        let at = match &place.at {
            At::Whole => return None,
            At::Span(span) => span.start,
            At::Node { root, .. } | At::Within { root, .. } => *root,
        };
        // Entries do not overlap, and are in order.
        let index = self.declarations.partition_point(|found| (found.source, found.start) <= (place.source, at));
        let found = self.declarations.get(index.checked_sub(1)?)?;
        (found.source == place.source && at < found.end).then_some(found)
    }
}
