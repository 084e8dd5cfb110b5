//! Pieces of AWS's JSON outputs, read without copying: texts that know where they stand, documents left unread.

use std::borrow::Cow;

use serde::de::{Deserialize, Deserializer, Error};

use super::found::Attaching;
use super::{Document, PolicyEntry};
use crate::document::{Raw, from_text};
use crate::policy::PolicyType;
use crate::source::{At, Place, Source, SourceId, Span};

/// A source in which raw values lie.
#[derive(Clone, Copy)]
pub(super) struct Within<'a> {
    pub id: SourceId,
    pub source: &'a Source,
}

impl<'a> Within<'a> {
    /// Where a slice of the source's text starts.
    fn offset(&self, slice: &str) -> usize {
        // Raw values borrow from the text, so the distance of the addresses is the offset in it.
        (slice.as_ptr() as usize).saturating_sub(self.source.text().as_ptr() as usize)
    }

    pub(super) fn span(&self, raw: &str) -> Span {
        let start = self.offset(raw);
        Span { start, end: start + raw.len() }
    }

    pub(super) fn place(&self, raw: &str) -> Place {
        Place { source: self.id, at: At::Span(self.span(raw)) }
    }

    pub(super) fn document(&self, raw: Raw<'a>) -> Document<'a> {
        Document::in_source(self.id, self.offset(raw.get()), raw.get())
    }

    /// An inline policy: it has a name of its own, and nobody else names it.
    pub(super) fn inline(&self, policy: Inline<'a>) -> PolicyEntry<'a> {
        PolicyEntry {
            place: Some(self.place(policy.policy_name.raw)),
            name: Some(policy.policy_name.value),
            arn: None,
            policy_type: PolicyType::Identity,
            document: Some(self.document(policy.policy_document)),
            meant: None,
        }
    }

    pub(super) fn trust(&self, document: Raw<'a>) -> PolicyEntry<'a> {
        PolicyEntry {
            name: None,
            arn: None,
            policy_type: PolicyType::Trust,
            place: None,
            document: Some(self.document(document)),
            meant: None,
        }
    }

    pub(super) fn attaching(&self, attached: AttachedPolicy<'a>) -> Attaching<'a> {
        Attaching {
            name: attached.policy_name.map(|name| name.value),
            place: Some(self.place(attached.policy_arn.raw)),
            arn: attached.policy_arn.value,
        }
    }

    pub(super) fn boundary(&self, boundary: Boundary<'a>) -> Attaching<'a> {
        Attaching {
            name: None,
            place: Some(self.place(boundary.permissions_boundary_arn.raw)),
            arn: boundary.permissions_boundary_arn.value,
        }
    }
}

/// A JSON string with its place.
#[derive(Debug)]
pub(super) struct Text<'a> {
    /// The token, quotes included.
    pub raw: &'a str,
    pub value: Cow<'a, str>,
}

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Raw::deserialize(deserializer)?.get();
        let inner = raw
            .strip_prefix('"')
            .and_then(|text| text.strip_suffix('"'))
            .ok_or_else(|| D::Error::custom("expected a string here"))?;
        let value = if inner.contains('\\') {
            Cow::Owned(from_text(raw).map_err(D::Error::custom)?)
        } else {
            Cow::Borrowed(inner)
        };
        Ok(Text { raw, value })
    }
}

#[derive(Debug, serde::Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Inline<'a> {
    #[serde(borrow)]
    pub policy_name: Text<'a>,
    #[serde(borrow)]
    pub policy_document: Raw<'a>,
}

#[derive(Debug, serde::Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct AttachedPolicy<'a> {
    #[serde(borrow)]
    pub policy_name: Option<Text<'a>>,
    #[serde(borrow)]
    pub policy_arn: Text<'a>,
}

#[derive(Debug, serde::Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Boundary<'a> {
    #[serde(borrow)]
    pub permissions_boundary_arn: Text<'a>,
}

#[derive(Debug, serde::Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Tag<'a> {
    #[serde(borrow)]
    pub key: Cow<'a, str>,
    #[serde(borrow)]
    pub value: Cow<'a, str>,
}

pub(super) fn tags<'a>(tags: Vec<Tag<'a>>) -> Vec<(Cow<'a, str>, Cow<'a, str>)> {
    tags.into_iter().map(|tag| (tag.key, tag.value)).collect()
}
