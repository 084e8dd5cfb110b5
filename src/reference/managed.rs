//! AWS's managed policies, in their default versions.

use std::borrow::Cow;
use std::io::Read;
use std::sync::LazyLock;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::listing::{Block, Index, Kept};

static COMPRESSED: &[u8] = include_bytes!("../../rules/aws/managed-policies.jsonl.zst");
/// Of each frame its first byte and the name of its first policy.
static INDEX: Index = Index(include_str!("../../rules/aws/managed-policies.txt"));

/// A managed policy as AWS publishes it.
#[derive(Clone, Debug)]
pub struct ManagedPolicy {
    /// In the partition that was asked for.
    pub arn: String,
    /// The default version, `v3`.
    pub version: &'static str,
    /// When that version was made, ISO 8601.
    pub updated: &'static str,
    /// The document, minified JSON.
    pub document: Cow<'static, str>,
}

#[derive(Deserialize)]
struct Line<'a> {
    arn: &'a str,
    version: &'a str,
    updated: &'a str,
    #[serde(borrow)]
    document: &'a RawValue,
}

/// Of some policies, compressed together, a policy a line, sorted by name: one is found without unpacking all.
fn text(frame: &Block) -> &'static str {
    static TEXTS: LazyLock<Kept<String>> = LazyLock::new(Kept::new);
    let compressed = COMPRESSED.get(frame.range(COMPRESSED.len())).unwrap_or_default();
    TEXTS.keep(frame.name, || unpack(compressed))
}

fn unpack(compressed: &[u8]) -> String {
    let mut text = String::new();
    // The data is a part of the program; a test reads all of it.
    if let Ok(mut decoder) = ruzstd::decoding::StreamingDecoder::new(compressed) {
        let _ = decoder.read_to_string(&mut text);
    }
    text
}

/// By the name at the end of the ARN, which is unique among AWS's managed policies.
fn published(name: &str) -> Option<Line<'static>> {
    let mut lines = text(&INDEX.last(|first| first <= name)?).lines();
    let line = lines.find(|line| arn_of(line).is_some_and(|arn| name_of(arn) == name))?;
    serde_json::from_str(line).ok()
}

/// The ARN of a line, which begins with it: one policy is found without reading all.
fn arn_of(line: &str) -> Option<&str> {
    line.strip_prefix(r#"{"arn":""#)?.split_once('"').map(|(arn, _)| arn)
}

fn name_of(arn: &str) -> &str {
    arn.rsplit('/').next().unwrap_or(arn)
}

/// AWS's managed policy of this ARN, in any partition: `arn:aws-cn:iam::aws:policy/…` finds what is published as
/// `arn:aws:iam::aws:policy/…`, with the ARNs of the document in the partition that was asked for.
pub fn managed_policy(arn: &str) -> Option<ManagedPolicy> {
    let rest = arn.strip_prefix("arn:")?;
    let (partition, rest) = rest.split_once(':')?;
    // Anything else is a customer's: not worth unpacking for.
    rest.strip_prefix("iam::aws:policy/")?;
    let published = published(name_of(arn))?;
    let same = published.arn.strip_prefix("arn:aws:").is_some_and(|known| known == rest);
    same.then(|| in_partition(&published, partition))
}

/// AWS's managed policy of this name, whatever its path is.
pub fn managed_policy_named(name: &str) -> Option<ManagedPolicy> {
    published(name).map(|published| in_partition(&published, "aws"))
}

/// All of them, sorted by name.
pub fn managed_policies() -> impl Iterator<Item = ManagedPolicy> {
    let lines = INDEX.blocks().flat_map(|frame| text(&frame).lines());
    lines.filter_map(|line| serde_json::from_str(line).ok()).map(|published| in_partition(&published, "aws"))
}

fn in_partition(published: &Line<'static>, partition: &str) -> ManagedPolicy {
    let document = published.document.get();
    let (arn, document) = match partition {
        "aws" => (published.arn.to_owned(), Cow::Borrowed(document)),
        other => {
            let head = format!("arn:{other}:");
            (published.arn.replacen("arn:aws:", &head, 1), Cow::Owned(document.replace("arn:aws:", &head)))
        }
    };
    ManagedPolicy { arn, version: published.version, updated: published.updated, document }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_policy_unpacks() {
        assert_eq!(managed_policies().count(), 1_582);
        for policy in managed_policies() {
            serde_json::from_str::<serde_json::Value>(&policy.document)
                .unwrap_or_else(|error| panic!("{}: {error}", policy.arn));
            assert_eq!(managed_policy(&policy.arn).map(|found| found.document), Some(policy.document));
        }
    }

    #[test]
    fn by_arn_in_any_partition() {
        for partition in ["aws", "aws-cn", "aws-us-gov"] {
            let arn = format!("arn:{partition}:iam::aws:policy/service-role/AWSLambdaVPCAccessExecutionRole");
            let policy = managed_policy(&arn).expect("AWS publishes it");
            assert_eq!(policy.arn, arn);
            assert_eq!(policy.version, "v3");
        }
        let china = managed_policy("arn:aws-cn:iam::aws:policy/AWSLambdaExecute").expect("AWS publishes it");
        assert!(china.document.contains("\"arn:aws-cn:s3:::*\""), "{}", china.document);
    }

    #[test]
    fn the_path_is_part_of_the_arn() {
        assert!(managed_policy("arn:aws:iam::aws:policy/AWSLambdaVPCAccessExecutionRole").is_none());
        assert!(managed_policy("arn:aws:iam::111122223333:policy/PowerUserAccess").is_none());
        assert!(managed_policy("PowerUserAccess").is_none());
        let named = managed_policy_named("AWSLambdaVPCAccessExecutionRole").expect("AWS publishes it");
        assert_eq!(named.arn, "arn:aws:iam::aws:policy/service-role/AWSLambdaVPCAccessExecutionRole");
    }
}
