//! What the random requests are made of: actions, resources, principals, condition keys.
#![allow(dead_code)]

/// The account of every caller that has one, and another.
pub const ACCOUNT: &str = "111111111111";
pub const OTHER: &str = "222222222222";

/// Actions that are asked about together, and what policies say of them. "; " stands between texts; what is there twice
/// comes twice as often. `:A:`, `:B:` and `:O:` are the caller's account, another and the resource's owner's.
pub struct Group {
    pub actions: &'static str,
    pub patterns: &'static str,
    pub resources: &'static str,
    pub arns: &'static str,
    pub vague_arns: &'static str,
    /// Whether the resources may have a policy, and RCPs know the service.
    pub policy: bool,
    pub rcps: bool,
}

pub const GROUPS: [Group; 8] = [
    Group {
        actions: "s3:GetObject; s3:PutObject; s3:DeleteObject",
        patterns: "s3:*; s3:*; s3:GetObject; s3:Get*; s3:?etObject; S3:putobject; s3:*Object",
        resources: "arn:aws:s3:::data/red; arn:aws:s3:::data/ann; arn:aws:s3:::logs/a/b",
        arns: "arn:aws:s3:::*; arn:aws:s3:::data/*; arn:aws:s3:::data/???; arn:aws:s3:::data/red; arn:aws:s3:::logs/*/b; \
            arn:aws:s3:::data/${aws:PrincipalTag/team}; arn:aws:s3:::data/${aws:username, 'red'}; arn:aws:s3:::data/${*}",
        vague_arns: "arn:aws:s3; arn:*:s3:::data/*; arn:aws:s?:::*; arn:aws:s3:*; arn:aws:s3:*:data/red",
        policy: true,
        rcps: true,
    },
    Group {
        actions: "s3:ListBucket; s3:DeleteBucket",
        patterns: "s3:*; s3:*; s3:ListBucket; s3:List*; s3:*bucket; s3:DeleteBucket",
        resources: "arn:aws:s3:::data; arn:aws:s3:::red",
        arns: "arn:aws:s3:::*; arn:aws:s3:::data; arn:aws:s3:::d?ta*; arn:aws:s3:::${aws:PrincipalTag/team}",
        vague_arns: "arn:aws:s3; arn:*:s3:::data; arn:aws:s3:*; arn:aws:s3:*:data",
        policy: true,
        rcps: true,
    },
    Group {
        actions: "sqs:SendMessage; sqs:ReceiveMessage",
        patterns: "sqs:*; SQS:*; sqs:SendMessage; sqs:Send*; sqs:*Message; sqs:ReceiveMessage",
        resources: "arn:aws:sqs:us-east-1:O:jobs; arn:aws:sqs:us-east-1:O:red",
        arns: "arn:aws:sqs:us-east-1:O:jobs; arn:aws:sqs:us-*-?:O:*; arn:aws:sqs:*:*:jobs; arn:aws:sqs:us-east-1:O:j*; \
            arn:aws:sqs:us-east-1:O:${aws:PrincipalTag/team}; arn:aws:sqs:eu-west-1:O:*; arn:aws:sqs:us-east-1:333333333333:*",
        vague_arns: "arn:aws:sqs; arn:aws:sqs:*:jobs; arn:aws:sqs:us-east-1:*; arn:aws:s*:us-east-1:O:jobs; \
            arn:aws:sqs:${aws:RequestedRegion, 'us-east-1'}:O:jobs; arn:aws:SQS:us-east-1:O:jobs",
        policy: true,
        rcps: true,
    },
    Group {
        actions: "sts:AssumeRole; sts:TagSession",
        patterns: "sts:*; sts:AssumeRole; sts:AssumeRole; sts:Assume*; sts:TagSession",
        resources: "arn:aws:iam::O:role/target; arn:aws:iam::O:role/red",
        arns: "arn:aws:iam::O:role/*; arn:aws:iam::*:role/target; arn:aws:iam::O:role/${aws:PrincipalTag/team, 'target'}",
        vague_arns: "arn:aws:iam; arn:aws:iam:*:role/target; arn:*:iam::O:role/*; arn:aws:iam::${aws:PrincipalAccount, '1'}:*",
        policy: true,
        rcps: true,
    },
    Group {
        actions: "kms:Decrypt; kms:Encrypt",
        patterns: "kms:*; kms:Decrypt; kms:*crypt; kms:Encrypt",
        resources: "arn:aws:kms:us-east-1:O:key/1; arn:aws:kms:us-east-1:O:key/red",
        arns: "arn:aws:kms:*:O:key/*; arn:aws:kms:us-east-1:O:key/?; arn:aws:kms:us-east-1:O:key/${aws:PrincipalTag/team}",
        vague_arns: "arn:aws:kms; arn:aws:kms:*:key/1; arn:aws:kms:us-east-1:O",
        policy: true,
        rcps: true,
    },
    Group {
        actions: "lambda:InvokeFunction; lambda:GetFunction",
        patterns: "lambda:*; lambda:InvokeFunction; lambda:*Function; Lambda:Get*",
        resources: "arn:aws:lambda:us-east-1:O:function:f; arn:aws:lambda:us-east-1:O:function:red",
        arns: "arn:aws:lambda:us-east-1:O:function:f; arn:aws:lambda:us-east-1:O:function:*; arn:aws:lambda:*:*:*; \
            arn:aws:lambda:us-east-1:O:function:${aws:PrincipalTag/team}",
        vague_arns: "arn:aws:lambda; arn:aws:lambda:*:function:f; arn:aws:lambda:*:f; arn:aws:lambda:US-EAST-1:O:function:f",
        policy: true,
        rcps: false,
    },
    Group {
        actions: "ec2:DeleteNetworkInterface; ec2:DetachNetworkInterface",
        patterns: "ec2:*; ec2:De*; ec2:*NetworkInterface; EC2:deletenetworkinterface; ec2:De????NetworkInterface",
        resources: "arn:aws:ec2:us-east-1:A:network-interface/eni-1; arn:aws:ec2:us-east-1:A:network-interface/eni-red",
        arns: "arn:aws:ec2:us-east-1:A:*; arn:aws:ec2:*:*:network-interface/*; arn:aws:ec2:us-east-1:A:*/eni-1; \
            arn:aws:ec2:us-east-1:A:network-interface/eni-${aws:PrincipalTag/team, '1'}",
        vague_arns: "arn:aws:ec2; arn:aws:ec2:*; arn:aws:ec2:*:network-interface/eni-1; arn:aws:e?2:us-east-1:A:*",
        policy: false,
        rcps: false,
    },
    Group {
        actions: "ec2:DescribeNetworkInterfaces; ec2:DescribeSubnets",
        patterns: "ec2:*; ec2:Describe*; ec2:DescribeSubnets; ec2:*s",
        resources: "*",
        arns: "*; arn:aws:ec2:us-east-1:A:*",
        vague_arns: "arn:aws:ec2; arn:aws:ec2:*; arn:*",
        policy: false,
        rcps: false,
    },
];

pub const OTHER_ACTIONS: &str = "dynamodb:*; dynamodb:GetItem; sns:Publish";
pub const VAGUE_ACTIONS: &str = "*:*; s?:*; s*:*; *:Get*; *:SendMessage; e?2:*";

pub const CALLERS: &str = "arn:aws:iam::A:user/ann; arn:aws:iam::A:user/ann; arn:aws:iam::A:user/ops/bob; \
    arn:aws:iam::A:role/app; arn:aws:iam::A:role/app; arn:aws:sts::A:assumed-role/app/one; \
    arn:aws:sts::A:assumed-role/app/one; arn:aws:sts::A:federated-user/fed; arn:aws:sts::A:federated-user/fed; \
    arn:aws:iam::A:root; arn:aws:iam::A:role/aws-service-role/x.amazonaws.com/AWSServiceRoleForX; \
    lambda.amazonaws.com; lambda.amazonaws.com; *";
pub const VAGUE_CALLERS: &str = "arn:aws:sts::A:assumed-role/AWSServiceRoleForX/one; arn:aws:iam::A:role/team/app";
pub const PRINCIPALS: &str = "*; A; B; arn:aws:iam::A:root; arn:aws:iam::B:root; arn:aws:iam::A:user/ann; \
    arn:aws:iam::A:user/Ann; arn:aws:iam::B:user/ann; arn:aws:iam::A:role/app; arn:aws:iam::B:role/app; \
    arn:aws:sts::A:assumed-role/app/one; arn:aws:sts::A:assumed-role/app/two; arn:aws:sts::A:federated-user/fed";
pub const VAGUE_PRINCIPALS: &str = "arn:aws:iam::A:user/fed; arn:aws:iam::A:role/team/app; arn:aws:iam::A:user/bob";
/// Each with all that the principal is.
pub const EXCEPTIONS: &str = "arn:aws:iam::A:user/ann & arn:aws:iam::A:root; arn:aws:iam::A:user/ops/bob & A; \
    arn:aws:iam::A:role/app & A & arn:aws:sts::A:assumed-role/app/one; arn:aws:iam::A:role/app & arn:aws:iam::A:root; \
    arn:aws:sts::A:federated-user/fed & A; arn:aws:iam::B:user/ann & B";

/// A condition key: its type, by which operators and with what policies compare it, what requests carry (`-` is an empty
/// list, `&` stands between the values of one).
pub struct Key {
    pub name: &'static str,
    /// Its `ContextKeyType`.
    pub kind: &'static str,
    pub compared: &'static str,
    pub wishes: &'static str,
    pub values: &'static str,
}

const fn key(
    name: &'static str,
    kind: &'static str,
    compared: &'static str,
    wishes: &'static str,
    values: &'static str,
) -> Key {
    Key { name, kind, compared, wishes, values }
}

pub const NUMBERS: &str = "300; 300.0; 0; 299.5; -1; 86400; 5; 10";
pub const DATES: &str = "2025-01-01T00:00:00Z; 2025-01-01; 1735689600; 2024-07-01T01:59:59+02:00; 2026-02";
pub const RANGES: &str = "203.0.113.0/24; 203.0.113.7; 10.0.0.0/30; 0.0.0.0/0; 2001:DB8::/32; 2001:db8::1";
pub const FUNCTIONS: &str = "arn:aws:lambda:us-east-1:A:function:red; arn:aws:lambda:*:*:function:*; \
    arn:aws:lambda:us-east-1:*:function:r?d; arn:aws:lambda:us-east-1:A:function:${aws:PrincipalTag/team}; \
    arn:aws:lambda:us-east-1:A:function:${aws:username, 'red'}; arn:aws:lambda:us-east-1:A:FUNCTION:red; arn:aws:s3:::*";

pub const KEYS: [Key; 16] = [
    key("aws:PrincipalTag/team", "string", "Text", "red; RED; b*; ?ed; ${aws:username}; r${*}", "red; blue"),
    key("aws:username", "string", "Text", "ann; red; a*; ${aws:PrincipalTag/team, 'ann'}; a?n", "ann; red"),
    key("app:Text", "string", "Text", "${*}; a${?}; ${$}; *; a*; ?", "*; a?; ab; $; ${*}"),
    key("aws:SourceVpc", "string", "Text", "vpc-1; vpc-*; VPC-1; vpc-${aws:username}; vpc-?", "vpc-1; vpc-2"),
    key("aws:SourceArn", "string", "Arn", FUNCTIONS, "arn:aws:lambda:us-east-1:A:function:red; arn:aws:s3:::data"),
    key(
        "aws:TagKeys",
        "stringList",
        "Text",
        "team; cost; COST; c*; ${aws:PrincipalTag/team, 'team'}",
        "-; team; team&cost; Cost",
    ),
    key(
        "app:Functions",
        "stringList",
        "Arn",
        FUNCTIONS,
        "-; arn:aws:lambda:us-east-1:A:function:red&arn:aws:s3:::data",
    ),
    key("aws:MultiFactorAuthAge", "numeric", "Number", NUMBERS, "0; 300; 3600"),
    key("app:Sizes", "numericList", "Number", NUMBERS, "-; 5; 5&10; 300&-1&0"),
    key("aws:MultiFactorAuthPresent", "boolean", "Flag", "true; false", "true; false"),
    key("app:Flags", "booleanList", "Flag", "true; false", "-; true; true&false"),
    key("aws:SourceIp", "ip", "Address", RANGES, "203.0.113.7; 10.0.0.5; 2001:db8::1"),
    key("app:Addresses", "ipList", "Address", RANGES, "-; 203.0.113.7&10.0.0.1; 2001:db8::2"),
    key("app:Blob", "binary", "Binary", "YQ==; Yg==", "YQ==; Yg=="),
    key("aws:CurrentTime", "date", "Date", DATES, "2024-06-30T23:59:59Z; 2025-01-01T00:00:00Z; 2026-02-28T12:00:00Z"),
    key("app:Dates", "dateList", "Date", DATES, "-; 2024-06-30T23:59:59Z; 2025-01-01T00:00:00Z&2026-02-01T00:00:00Z"),
];

pub fn operators(kind: &str) -> &'static str {
    match kind {
        "Text" => {
            "StringEquals; StringNotEquals; StringEqualsIgnoreCase; StringNotEqualsIgnoreCase; StringLike; StringNotLike"
        }
        "Arn" => "ArnEquals; ArnLike; ArnNotEquals; ArnNotLike; StringLike",
        "Number" => {
            "NumericEquals; NumericNotEquals; NumericLessThan; NumericLessThanEquals; NumericGreaterThan; \
             NumericGreaterThanEquals"
        }
        "Date" => "DateEquals; DateNotEquals; DateLessThan; DateLessThanEquals; DateGreaterThan; DateGreaterThanEquals",
        "Flag" => "Bool",
        "Address" => "IpAddress; NotIpAddress",
        "Binary" => "BinaryEquals",
        other => panic!("no such kind of operator: {other}"),
    }
}
