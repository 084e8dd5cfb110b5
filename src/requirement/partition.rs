//! Partitions: the parts of AWS that know nothing of each other, each with its own ARNs.

use crate::inventory::{Inventory, PrincipalId};

/// The partition in which a region lies.
///
/// Source: AWS General Reference, "Amazon Resource Names (ARNs)": the partitions.
pub fn partition_of(region: &str) -> &'static str {
    const PREFIXES: [(&str, &str); 8] = [
        ("cn-", "aws-cn"),
        ("us-gov-", "aws-us-gov"),
        ("eusc-", "aws-eusc"),
        ("us-iso-", "aws-iso"),
        ("us-isob-", "aws-iso-b"),
        ("eu-isoe-", "aws-iso-e"),
        ("us-isof-", "aws-iso-f"),
        ("eu-isof-", "aws-iso-f"),
    ];
    PREFIXES.iter().find(|(prefix, _)| region.starts_with(prefix)).map_or("aws", |(_, partition)| partition)
}

/// The partition that an input shows a principal to be in: that of the region of its functions, else that of its ARN. A
/// template's ARNs are of `aws` where nobody says where it is deployed: this is no sign.
pub fn shown_partition<'i>(inventory: &'i Inventory<'_>, id: PrincipalId) -> Option<&'i str> {
    let of_arn = || inventory.principal(id).arn.as_ref()?.known_partition().filter(|partition| *partition != "aws");
    inventory.region_of(id).map(partition_of).or_else(of_arn)
}

/// The partition that an ARN is written out with, if it is another one than this. A pattern, a variable or an unknown
/// piece in its place is none.
pub fn foreign_partition<'t>(arn: &'t str, partition: &str) -> Option<&'t str> {
    let (written, _) = arn.strip_prefix("arn:")?.split_once(':')?;
    let plain = |name: &str| !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_lowercase());
    let is_partition = written == "aws" || written.strip_prefix("aws-").is_some_and(|rest| rest.split('-').all(plain));
    (is_partition && written != partition).then_some(written)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::Unknown;

    #[test]
    fn regions_lie_in_partitions() {
        for (region, partition) in [
            ("eu-west-1", "aws"),
            ("cn-north-1", "aws-cn"),
            ("us-gov-west-1", "aws-us-gov"),
            ("us-iso-east-1", "aws-iso"),
            ("us-isob-east-1", "aws-iso-b"),
            ("eusc-de-east-1", "aws-eusc"),
        ] {
            assert_eq!(partition_of(region), partition, "{region}");
        }
    }

    #[test]
    fn only_what_is_written_out_is_foreign() {
        for (arn, own, foreign) in [
            ("arn:aws:iam::aws:policy/X", "aws-cn", Some("aws")),
            ("arn:aws-cn:iam::aws:policy/X", "aws-cn", None),
            ("arn:aws-us-gov:logs:*:*:*", "aws", Some("aws-us-gov")),
            ("arn:aws-iso-b:s3:::x", "aws", Some("aws-iso-b")),
            ("arn:*:s3:::x", "aws-cn", None),
            ("arn:aws*:s3:::x", "aws-cn", None),
            ("arn:${x}:s3:::x", "aws-cn", None),
            ("arn:amazon:s3:::x", "aws-cn", None),
            ("*", "aws-cn", None),
            ("arn:aws", "aws-cn", None),
        ] {
            assert_eq!(foreign_partition(arn, own), foreign, "{arn}");
        }
        let unknown = format!("arn:{}:s3:::x", Unknown::Partition.to_char());
        assert_eq!(foreign_partition(&unknown, "aws"), None);
    }
}
