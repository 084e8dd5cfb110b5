//! Reads bare policy documents: the files of `--boundary`, `--scp` and `--session-policy`, and those on the command
//! line that are a policy and say nothing of whose it is.

use serde::Deserialize;

use super::raw::{Text, Within};
use super::{Document, PolicyEntry};
use crate::document::{Doc, Raw, SyntaxError, from_text};
use crate::policy::PolicyType;

/// Takes a text as one policy document. The outputs of `aws iam get-policy-version` and
/// `aws organizations describe-policy` are taken for the document that they hold.
///
/// # Errors
/// The text is no JSON, or no object.
pub fn read_policy_document<'a>(
    id: crate::source::SourceId,
    source: &'a crate::source::Source,
    policy_type: PolicyType,
) -> Result<PolicyEntry<'a>, SyntaxError> {
    let within = Within { id, source };
    let raw: Raw<'a> = from_text(source.text()).map_err(|_| match Doc::parse(source.text()) {
        Err(error) => error,
        // A raw value nests deeper than a document may; nothing else makes the two differ.
        Ok(_) => SyntaxError { offset: 0, message: "the text is no JSON document".to_owned(), help: None },
    })?;
    if let Ok(output) = from_text::<Output<'a>>(raw.get()) {
        if let Some(version) = output.policy_version {
            return Ok(entry(within, within.document(version.document), policy_type, raw));
        }
        if let Some(policy) = output.policy {
            return Ok(entry(within, within.document(policy.content), policy_type, raw));
        }
    }
    // The syntax is checked here, once and whole, so that an error names the place in the file.
    let doc = Doc::parse(source.text())?;
    let is_policy = ["Statement", "Version", "Id"].iter().any(|name| doc.get(name).is_some());
    if doc.as_map().is_some() && !is_policy {
        return Err(SyntaxError {
            offset: 0,
            message: "this is no policy document: it has neither Statement nor Version".to_owned(),
            help: Some("give one policy: { \"Version\": \"2012-10-17\", \"Statement\": [ … ] }".to_owned()),
        });
    }
    Ok(entry(within, within.document(raw), policy_type, raw))
}

fn entry<'a>(within: Within<'a>, document: Document<'a>, policy_type: PolicyType, raw: Raw<'a>) -> PolicyEntry<'a> {
    let start = &raw.get()[..1.min(raw.get().len())];
    PolicyEntry {
        name: Some(within.source.name().into()),
        arn: None,
        policy_type,
        place: Some(within.place(start)),
        document: Some(document),
        meant: None,
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Output<'a> {
    #[serde(borrow)]
    policy_version: Option<VersionOutput<'a>>,
    #[serde(borrow)]
    policy: Option<OrganizationPolicy<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct VersionOutput<'a> {
    #[serde(borrow)]
    pub document: Raw<'a>,
    #[serde(borrow)]
    pub version_id: Option<Text<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct OrganizationPolicy<'a> {
    #[serde(borrow)]
    content: Raw<'a>,
}
