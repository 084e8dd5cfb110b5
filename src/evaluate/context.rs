//! What is known of the condition keys of a request.

use std::borrow::Cow;

use super::glob::Glob;

/// Answers what is known of a condition key. One context belongs to one action on one resource type, because AWS
/// sends other keys for each.
pub trait Context {
    /// `key` as a policy writes it; implementations compare without regard to case.
    fn key(&self, key: &str) -> Cow<'_, Knowledge>;

    /// Does the request surely not carry the key?
    fn lacks(&self, key: &str) -> bool {
        matches!(*self.key(key), Knowledge::Absent)
    }
}

/// What is known of one condition key.
#[derive(Clone, Debug, PartialEq)]
pub enum Knowledge {
    /// The request surely does not carry it.
    Absent,
    /// The request carries exactly these values; a single-valued key has one. Globs without wildcards.
    Values(Vec<Glob>),
    /// One value, of which only the language is known.
    Like(Language, Presence),
    /// An address that AWS owns, which nobody outside AWS can name.
    AwsAddress,
    /// Anything: one value, several, or none.
    Unknown,
}

/// Whether the request surely carries a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    Certain,
    Possible,
}

/// The texts that one glob matches and the others do not.
#[derive(Clone, Debug, PartialEq)]
pub struct Language {
    pub inside: Glob,
    pub except: Vec<Glob>,
}

impl Language {
    pub fn of(inside: Glob) -> Language {
        Language { inside, except: Vec::new() }
    }
}

impl Knowledge {
    /// One known value.
    pub fn value(text: &str) -> Knowledge {
        Knowledge::Values(vec![Glob::literal(text)])
    }
}
