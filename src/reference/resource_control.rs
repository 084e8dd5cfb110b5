//! The services whose resources resource control policies (RCPs) protect.
//!
//! Source: Organizations User Guide, "List of AWS services that support RCPs".

/// Sorted, one a line.
const SERVICES: &str = include_str!("../../rules/aws/rcp-services.txt");

/// Do RCPs have a say about the actions of a service (`s3`)?
pub fn supports_resource_control(service: &str) -> bool {
    SERVICES.lines().any(|known| known.eq_ignore_ascii_case(service))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn storage_and_keys_have_them_and_compute_has_not() {
        for (service, expected) in [
            ("s3", true),
            ("S3", true),
            ("sts", true),
            ("kms", true),
            ("sqs", true),
            ("ec2", false),
            ("lambda", false),
            ("iam", false),
            ("", false),
        ] {
            assert_eq!(supports_resource_control(service), expected, "{service}");
        }
    }
}
