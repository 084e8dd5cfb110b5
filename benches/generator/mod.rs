//! Makes up an AWS account as `aws iam get-account-authorization-details` prints it.
//!
//! In goes a seed, a number of roles and a layout; out comes the text: the same bytes for the same
//! three arguments, on every machine, and in both layouts the same account. 5,000 roles,
//! pretty-printed, are about 30 MB. The roles are those of an ordinary account: many services are
//! trusted, a quarter of the roles are Lambda's, and one role in ten has the network interface
//! rights of a function in a VPC, in the shapes in which people write them, right and wrong:
//! [`Eni`].

#![allow(dead_code, reason = "no benchmark needs all of it")]

mod template;
mod yaml;

use std::collections::BTreeMap;

#[allow(unused_imports, reason = "no benchmark needs all of it")]
pub(crate) use template::{Size, template_json, template_yaml};

/// How the text is laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Layout {
    /// As the AWS CLI prints it: four spaces a level.
    Pretty,
    /// As the CDK writes templates: one space a level.
    Narrow,
    /// Without a space outside strings.
    Minified,
}

/// The account as text; equal arguments give equal bytes.
#[must_use]
pub(crate) fn account_dump(seed: u64, roles: usize, layout: Layout) -> String {
    let mut out = String::new();
    Account::new(seed, roles).details().write(&mut out, layout, 0);
    if layout == Layout::Pretty {
        out.push('\n');
    }
    out
}

/// A JSON value whose members stay in order.
#[derive(Clone)]
enum Node {
    Text(String),
    Number(usize),
    Truth(bool),
    List(Vec<Node>),
    Map(Vec<(String, Node)>),
}

/// A map: `node! {"name": value, …}`, where the value is whatever becomes a [`Node`].
macro_rules! node {
    ($($name:literal: $value:expr),* $(,)?) => {
        Node::Map(vec![$(($name.to_owned(), Node::from($value))),*])
    };
}
use node;

impl From<&str> for Node {
    fn from(value: &str) -> Node {
        Node::Text(value.to_owned())
    }
}

impl From<String> for Node {
    fn from(value: String) -> Node {
        Node::Text(value)
    }
}

impl From<usize> for Node {
    fn from(value: usize) -> Node {
        Node::Number(value)
    }
}

impl From<bool> for Node {
    fn from(value: bool) -> Node {
        Node::Truth(value)
    }
}

impl<T: Into<Node>> From<Vec<T>> for Node {
    fn from(members: Vec<T>) -> Node {
        Node::List(members.into_iter().map(Into::into).collect())
    }
}

impl Node {
    fn with(mut self, name: &str, value: impl Into<Node>) -> Node {
        if let Node::Map(members) = &mut self {
            members.push((name.to_owned(), value.into()));
        }
        self
    }

    fn write(&self, out: &mut String, layout: Layout, depth: usize) {
        match self {
            Node::Text(value) => quote(out, value),
            Node::Number(value) => out.push_str(&value.to_string()),
            Node::Truth(value) => out.push_str(if *value { "true" } else { "false" }),
            Node::List(members) if members.is_empty() => out.push_str("[]"),
            Node::Map(members) if members.is_empty() => out.push_str("{}"),
            Node::List(members) => {
                for (index, member) in members.iter().enumerate() {
                    out.push(if index == 0 { '[' } else { ',' });
                    indent(out, layout, depth + 1);
                    member.write(out, layout, depth + 1);
                }
                indent(out, layout, depth);
                out.push(']');
            }
            Node::Map(members) => {
                for (index, (name, value)) in members.iter().enumerate() {
                    out.push(if index == 0 { '{' } else { ',' });
                    indent(out, layout, depth + 1);
                    quote(out, name);
                    out.push_str(if layout == Layout::Minified { ":" } else { ": " });
                    value.write(out, layout, depth + 1);
                }
                indent(out, layout, depth);
                out.push('}');
            }
        }
    }
}

fn indent(out: &mut String, layout: Layout, depth: usize) {
    let step = match layout {
        Layout::Pretty => "    ",
        Layout::Narrow => " ",
        Layout::Minified => return,
    };
    out.push('\n');
    out.extend(std::iter::repeat_n(step, depth));
}

fn quote(out: &mut String, value: &str) {
    out.push('"');
    for character in value.chars() {
        if matches!(character, '"' | '\\') {
            out.push('\\');
        }
        out.push(character);
    }
    out.push('"');
}

/// `SplitMix64`: 64 bits of state, good enough to make up names.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number in `0..end`.
    fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % end as u64).expect("smaller than a usize")
    }

    /// A number in `low..=high`.
    fn between(&mut self, low: usize, high: usize) -> usize {
        low + self.below(high - low + 1)
    }

    fn percent(&mut self, chance: usize) -> bool {
        self.below(100) < chance
    }

    fn pick<T: Copy>(&mut self, table: &[T]) -> T {
        table[self.below(table.len())]
    }

    /// `count` different members of the table (all, if it has no more), in the table's order.
    fn some<T: Copy>(&mut self, table: &[T], count: usize) -> Vec<T> {
        let mut wanted = count.min(table.len());
        let mut chosen = Vec::with_capacity(wanted);
        for (index, member) in table.iter().enumerate() {
            if self.below(table.len() - index) < wanted {
                chosen.push(*member);
                wanted -= 1;
            }
        }
        chosen
    }

    fn letters(&mut self, alphabet: &[u8], count: usize) -> String {
        (0..count).map(|_| char::from(alphabet[self.below(alphabet.len())])).collect()
    }

    /// An id as IAM gives them out, `AROAP3UTPHPLT2SFVZGCU`.
    fn iam_id(&mut self, prefix: &str) -> String {
        format!("{prefix}{}", self.letters(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 17))
    }

    fn hex(&mut self, count: usize) -> String {
        self.letters(b"0123456789abcdef", count)
    }

    fn date(&mut self) -> String {
        format!(
            "20{:02}-{:02}-{:02}T{:02}:{:02}:{:02}+00:00",
            self.between(17, 25),
            self.between(1, 12),
            self.between(1, 28),
            self.below(24),
            self.below(60),
            self.below(60)
        )
    }
}

/// What policies say of a service: its prefix, its actions, and resources they are written with.
/// There, `{r}` is the region, `{a}` the account, `{n}` an application's name, `{x}` some hex.
const SERVICES: &[&str] = &[
    "s3 GetObject GetObjectVersion PutObject DeleteObject AbortMultipartUpload \
     ListMultipartUploadParts GetObjectTagging PutObjectTagging arn:aws:s3:::{n}-{a}-{r}/* \
     arn:aws:s3:::{n}-artifacts/{n}/* arn:aws:s3:::{n}-data-lake/raw/year=*/{n}/*",
    "s3 ListBucket GetBucketLocation ListBucketMultipartUploads GetBucketVersioning \
     GetEncryptionConfiguration arn:aws:s3:::{n}-{a}-{r} arn:aws:s3:::{n}-artifacts \
     arn:aws:s3:::{n}-*",
    "dynamodb GetItem PutItem UpdateItem DeleteItem Query Scan BatchGetItem BatchWriteItem \
     ConditionCheckItem DescribeTable arn:aws:dynamodb:{r}:{a}:table/{n} \
     arn:aws:dynamodb:{r}:{a}:table/{n}/index/* arn:aws:dynamodb:{r}:{a}:table/{n}-*",
    "dynamodb DescribeStream GetRecords GetShardIterator ListStreams \
     arn:aws:dynamodb:{r}:{a}:table/{n}/stream/*",
    "sqs SendMessage ReceiveMessage DeleteMessage GetQueueAttributes GetQueueUrl \
     ChangeMessageVisibility PurgeQueue arn:aws:sqs:{r}:{a}:{n} arn:aws:sqs:{r}:{a}:{n}-dlq \
     arn:aws:sqs:{r}:{a}:{n}.fifo",
    "sns Publish Subscribe Unsubscribe GetTopicAttributes ListSubscriptionsByTopic \
     arn:aws:sns:{r}:{a}:{n} arn:aws:sns:{r}:{a}:{n}-alarms",
    "logs CreateLogGroup CreateLogStream PutLogEvents DescribeLogStreams PutRetentionPolicy \
     arn:aws:logs:{r}:{a}:log-group:/aws/lambda/{n}:* \
     arn:aws:logs:{r}:{a}:log-group:/ecs/{n}:log-stream:* arn:aws:logs:{r}:{a}:*",
    "kms Decrypt Encrypt GenerateDataKey GenerateDataKeyWithoutPlaintext DescribeKey \
     ReEncryptFrom ReEncryptTo CreateGrant \
     arn:aws:kms:{r}:{a}:key/{x}-4a1c-4f0e-9d2b-77aa01c3e5f9 arn:aws:kms:{r}:{a}:alias/{n}",
    "secretsmanager GetSecretValue DescribeSecret ListSecretVersionIds PutSecretValue \
     UpdateSecretVersionStage arn:aws:secretsmanager:{r}:{a}:secret:{n}/* \
     arn:aws:secretsmanager:{r}:{a}:secret:{n}/database-??????",
    "ssm GetParameter GetParameters GetParametersByPath GetParameterHistory PutParameter \
     arn:aws:ssm:{r}:{a}:parameter/{n}/* arn:aws:ssm:{r}:{a}:parameter/shared/{n}/*",
    "lambda InvokeFunction InvokeAsync GetFunction GetFunctionConfiguration \
     ListVersionsByFunction PublishVersion arn:aws:lambda:{r}:{a}:function:{n} \
     arn:aws:lambda:{r}:{a}:function:{n}:*",
    "states StartExecution StopExecution DescribeExecution GetExecutionHistory SendTaskSuccess \
     SendTaskFailure SendTaskHeartbeat arn:aws:states:{r}:{a}:stateMachine:{n} \
     arn:aws:states:{r}:{a}:execution:{n}:*",
    "kinesis GetRecords GetShardIterator DescribeStream DescribeStreamSummary ListShards \
     PutRecord PutRecords SubscribeToShard arn:aws:kinesis:{r}:{a}:stream/{n}",
    "firehose PutRecord PutRecordBatch DescribeDeliveryStream \
     arn:aws:firehose:{r}:{a}:deliverystream/{n}",
    "events PutEvents PutRule PutTargets DescribeRule RemoveTargets DeleteRule \
     arn:aws:events:{r}:{a}:event-bus/{n} arn:aws:events:{r}:{a}:rule/{n}/*",
    "ecr BatchCheckLayerAvailability GetDownloadUrlForLayer BatchGetImage PutImage \
     InitiateLayerUpload UploadLayerPart CompleteLayerUpload arn:aws:ecr:{r}:{a}:repository/{n} \
     arn:aws:ecr:{r}:{a}:repository/{n}/*",
    "ecs RunTask StopTask DescribeTasks DescribeServices UpdateService RegisterTaskDefinition \
     arn:aws:ecs:{r}:{a}:task-definition/{n}:* arn:aws:ecs:{r}:{a}:service/{n}/* \
     arn:aws:ecs:{r}:{a}:cluster/{n} *",
    "ec2 DescribeInstances DescribeInstanceStatus DescribeVpcs DescribeTags DescribeVolumes \
     DescribeImages DescribeRouteTables DescribeAvailabilityZones *",
    "ec2 StartInstances StopInstances RebootInstances TerminateInstances CreateTags \
     ModifyInstanceAttribute arn:aws:ec2:{r}:{a}:instance/* arn:aws:ec2:{r}:{a}:instance/i-0{x}",
    "cloudwatch PutMetricData GetMetricStatistics GetMetricData ListMetrics DescribeAlarms *",
    "xray PutTraceSegments PutTelemetryRecords GetSamplingRules GetSamplingTargets *",
    "iam PassRole GetRole ListRolePolicies ListAttachedRolePolicies \
     arn:aws:iam::{a}:role/{n}-task arn:aws:iam::{a}:role/{n}-* \
     arn:aws:iam::{a}:role/service-role/{n}",
    "sts AssumeRole TagSession arn:aws:iam::{a}:role/{n}-deploy arn:aws:iam::*:role/{n}-reader",
    "glue GetTable GetTables GetPartition GetPartitions GetDatabase BatchCreatePartition \
     StartJobRun GetJobRun arn:aws:glue:{r}:{a}:catalog arn:aws:glue:{r}:{a}:database/{n} \
     arn:aws:glue:{r}:{a}:table/{n}/* arn:aws:glue:{r}:{a}:job/{n}",
    "athena StartQueryExecution GetQueryExecution GetQueryResults StopQueryExecution \
     GetWorkGroup arn:aws:athena:{r}:{a}:workgroup/{n} arn:aws:athena:{r}:{a}:workgroup/primary",
    "codebuild StartBuild BatchGetBuilds CreateReportGroup CreateReport UpdateReport \
     BatchPutTestCases arn:aws:codebuild:{r}:{a}:project/{n} \
     arn:aws:codebuild:{r}:{a}:report-group/{n}-*",
    "cloudformation DescribeStacks DescribeStackEvents CreateChangeSet ExecuteChangeSet \
     DescribeChangeSet DeleteChangeSet GetTemplate arn:aws:cloudformation:{r}:{a}:stack/{n}/* \
     arn:aws:cloudformation:{r}:{a}:stack/{n}-*/*",
    "execute-api Invoke ManageConnections arn:aws:execute-api:{r}:{a}:{x}/*/GET/* \
     arn:aws:execute-api:{r}:{a}:*/@connections/*",
    "rds-db connect arn:aws:rds-db:{r}:{a}:dbuser:db-{x}/{n}",
    "ses SendEmail SendRawEmail SendTemplatedEmail arn:aws:ses:{r}:{a}:identity/{n}.example.com \
     *",
    "elasticloadbalancing DescribeLoadBalancers DescribeTargetGroups DescribeTargetHealth \
     DescribeListeners RegisterTargets *",
    "elasticache DescribeCacheClusters DescribeReplicationGroups Connect \
     arn:aws:elasticache:{r}:{a}:replicationgroup:{n} arn:aws:elasticache:{r}:{a}:user:{n}",
    "bedrock InvokeModel InvokeModelWithResponseStream arn:aws:bedrock:{r}::foundation-model/* \
     arn:aws:bedrock:{r}:{a}:inference-profile/*",
];

/// Services that are trusted, besides Lambda.
#[rustfmt::skip]
const TRUSTED: &[&str] = &[
    "ec2.amazonaws.com", "ecs-tasks.amazonaws.com", "states.amazonaws.com",
    "codebuild.amazonaws.com", "codepipeline.amazonaws.com", "events.amazonaws.com",
    "scheduler.amazonaws.com", "glue.amazonaws.com", "apigateway.amazonaws.com",
    "cloudformation.amazonaws.com", "firehose.amazonaws.com", "sagemaker.amazonaws.com",
    "ssm.amazonaws.com", "config.amazonaws.com", "backup.amazonaws.com", "pipes.amazonaws.com",
    "eks.amazonaws.com",
];

#[rustfmt::skip]
const TEAMS: &[&str] = &[
    "orders", "billing", "catalog", "search", "payments", "identity", "ledger", "shipping",
    "pricing", "media", "risk", "growth", "platform", "telemetry", "returns", "loyalty",
];
#[rustfmt::skip]
const PARTS: &[&str] = &[
    "api", "worker", "ingest", "export", "webhook", "sync", "report", "stream", "indexer",
    "notifier", "cleanup", "resize", "auth", "audit", "scheduler", "gateway", "loader", "replay",
];
#[rustfmt::skip]
const STAGES: &[&str] = &[
    "dev", "test", "staging", "prod",
];
#[rustfmt::skip]
const REGIONS: &[&str] = &[
    "eu-west-1", "eu-central-1", "us-east-1", "us-west-2", "ap-southeast-2",
];

/// The AWS managed policies that the account uses: path and name, version, and the actions that are
/// allowed on every resource, a `|` between statements. The last one is about network interfaces.
const AWS_MANAGED: &[&str] = &[
    "service-role/AWSLambdaBasicExecutionRole v1 logs:CreateLogGroup logs:CreateLogStream \
     logs:PutLogEvents",
    "service-role/AWSLambdaSQSQueueExecutionRole v1 sqs:ReceiveMessage sqs:DeleteMessage \
     sqs:GetQueueAttributes logs:CreateLogGroup logs:CreateLogStream logs:PutLogEvents",
    "service-role/AWSLambdaKinesisExecutionRole v2 kinesis:DescribeStream \
     kinesis:DescribeStreamSummary kinesis:GetRecords kinesis:GetShardIterator \
     kinesis:ListShards kinesis:ListStreams kinesis:SubscribeToShard logs:CreateLogGroup \
     logs:CreateLogStream logs:PutLogEvents",
    "AWSXRayDaemonWriteAccess v2 xray:PutTraceSegments xray:PutTelemetryRecords \
     xray:GetSamplingRules xray:GetSamplingTargets xray:GetSamplingStatisticSummaries",
    "AmazonSSMManagedInstanceCore v2 ssm:DescribeAssociation \
     ssm:GetDeployablePatchSnapshotForInstance ssm:GetDocument ssm:DescribeDocument \
     ssm:GetManifest ssm:GetParameter ssm:GetParameters ssm:ListAssociations \
     ssm:ListInstanceAssociations ssm:PutInventory ssm:PutComplianceItems \
     ssm:PutConfigurePackageResult ssm:UpdateAssociationStatus \
     ssm:UpdateInstanceAssociationStatus ssm:UpdateInstanceInformation | \
     ssmmessages:CreateControlChannel ssmmessages:CreateDataChannel \
     ssmmessages:OpenControlChannel ssmmessages:OpenDataChannel | ec2messages:AcknowledgeMessage \
     ec2messages:DeleteMessage ec2messages:FailMessage ec2messages:GetEndpoint \
     ec2messages:GetMessages ec2messages:SendReply",
    "CloudWatchLogsFullAccess v1 logs:* cloudwatch:GenerateQuery",
    "AmazonEC2ContainerRegistryReadOnly v3 ecr:GetAuthorizationToken \
     ecr:BatchCheckLayerAvailability ecr:GetDownloadUrlForLayer ecr:GetRepositoryPolicy \
     ecr:DescribeRepositories ecr:ListImages ecr:DescribeImages ecr:BatchGetImage",
    "service-role/AmazonECSTaskExecutionRolePolicy v1 ecr:GetAuthorizationToken \
     ecr:BatchCheckLayerAvailability ecr:GetDownloadUrlForLayer ecr:BatchGetImage \
     logs:CreateLogStream logs:PutLogEvents",
    "AmazonS3ReadOnlyAccess v3 s3:Get* s3:List* s3:Describe* s3-object-lambda:Get* \
     s3-object-lambda:List*",
    "AmazonSQSFullAccess v1 sqs:*",
    "service-role/AWSLambdaVPCAccessExecutionRole v3 logs:CreateLogGroup logs:CreateLogStream \
     logs:PutLogEvents ec2:CreateNetworkInterface ec2:DescribeNetworkInterfaces \
     ec2:DescribeSubnets ec2:DeleteNetworkInterface ec2:AssignPrivateIpAddresses \
     ec2:UnassignPrivateIpAddresses",
];

/// What the last of them allows.
const COMPLETE: &str = "logs:CreateLogGroup logs:CreateLogStream logs:PutLogEvents \
     ec2:CreateNetworkInterface ec2:DescribeNetworkInterfaces ec2:DescribeSubnets \
     ec2:DeleteNetworkInterface ec2:AssignPrivateIpAddresses ec2:UnassignPrivateIpAddresses";
const VPC_ACCESS: &str = "service-role/AWSLambdaVPCAccessExecutionRole";

/// How a role came by the rights to manage its function's network interfaces.
#[derive(Clone, Copy)]
enum Eni {
    /// AWS's own policy is attached.
    Managed,
    /// The account's own policy is attached, shared with other roles.
    Shared,
    /// AWS's own policy, and a boundary that knows no ec2.
    Bounded,
    /// The actions by name, on `*`.
    Named,
    /// `ec2:*NetworkInterface*` and its like.
    Wildcard,
    /// All but `DeleteNetworkInterface`.
    NoDelete,
    /// Each action on the ARNs of the interfaces, as one would think.
    Scoped,
    /// The ARNs that do work.
    ScopedWide,
    /// Only in one region.
    Region,
    /// Create only in one VPC, Delete only with a tag.
    Conditional,
    /// `NotAction`: everything but the rights of administrators.
    NotAction,
    /// Everything.
    Administrator,
    /// Complete, and AWS's Deny for the function's own code.
    DenyCode,
    /// Complete, and a Deny with an operator that stops Lambda itself.
    DenyLambda,
}

#[rustfmt::skip]
const ENI: &[Eni] = &[
    Eni::Managed, Eni::Shared, Eni::Bounded, Eni::Named, Eni::Wildcard, Eni::NoDelete,
    Eni::Scoped, Eni::ScopedWide, Eni::Region, Eni::Conditional, Eni::NotAction, Eni::Administrator, Eni::DenyCode,
    Eni::DenyLambda,
];

const SHARED_ENI: &str = "shared-vpc-function";
const TENANT_BOUNDARY: &str = "TenantBoundary";
const DEVELOPER_BOUNDARY: &str = "DeveloperBoundary";

/// What the parts of one principal's policies have in common.
struct Application {
    name: String,
    region: &'static str,
}

struct Account {
    dice: Dice,
    id: String,
    roles: usize,
    /// The names of the account's own policies.
    policies: Vec<String>,
    /// How often a policy is attached, by its ARN.
    attached: BTreeMap<String, usize>,
    /// How often a policy is a boundary, by its ARN.
    bounding: BTreeMap<String, usize>,
}

impl Account {
    fn new(seed: u64, roles: usize) -> Account {
        let mut dice = Dice(seed);
        let id = dice.letters(b"123456789", 12);
        // IAM's own quota is 1,500 policies; big accounts have one for each eight roles or so.
        let policies =
            (0..=roles / 8).map(|number| format!("{}-{}-{number}", dice.pick(TEAMS), dice.pick(PARTS))).collect();
        Account { dice, id, roles, policies, attached: BTreeMap::new(), bounding: BTreeMap::new() }
    }

    fn details(&mut self) -> Node {
        let groups: Vec<String> =
            TEAMS.iter().take(1 + self.roles / 300).map(|team| format!("{team}-developers")).collect();
        let users: Vec<Node> = (0..=self.roles / 50).map(|number| self.user(number, &groups)).collect();
        let groups: Vec<Node> = groups.iter().map(|name| self.group(name)).collect();
        let roles: Vec<Node> = (0..self.roles).map(|number| self.role(number)).collect();
        node! {
            "UserDetailList": users,
            "GroupDetailList": groups,
            "RoleDetailList": roles,
            "Policies": self.managed_policies(),
        }
    }

    fn application(&mut self) -> Application {
        let (team, part, stage) = (self.dice.pick(TEAMS), self.dice.pick(PARTS), self.dice.pick(STAGES));
        Application { name: format!("{team}-{part}-{stage}"), region: self.dice.pick(REGIONS) }
    }

    fn user(&mut self, number: usize, groups: &[String]) -> Node {
        let app = self.application();
        let name = format!("{}.{number}", self.dice.pick(TEAMS));
        let inline = if self.dice.percent(30) { vec![self.inline(&app)] } else { vec![] };
        let user = node! {
            "Path": "/",
            "UserName": name.as_str(),
            "UserId": self.dice.iam_id("AIDA"),
            "Arn": format!("arn:aws:iam::{}:user/{name}", self.id),
            "CreateDate": self.dice.date(),
            "UserPolicyList": inline,
            "GroupList": vec![groups[self.dice.below(groups.len())].as_str()],
            "AttachedManagedPolicies": self.attachments(1),
        };
        let boundary = self.dice.percent(40).then_some(DEVELOPER_BOUNDARY);
        self.bounded(user, boundary).with("Tags", self.tags(&app))
    }

    fn group(&mut self, name: &str) -> Node {
        let app = self.application();
        node! {
            "Path": "/",
            "GroupName": name,
            "GroupId": self.dice.iam_id("AGPA"),
            "Arn": format!("arn:aws:iam::{}:group/{name}", self.id),
            "CreateDate": self.dice.date(),
            "GroupPolicyList": vec![self.inline(&app)],
            "AttachedManagedPolicies": self.attachments(2),
        }
    }

    fn role(&mut self, number: usize) -> Node {
        let app = self.application();
        let lambda = self.dice.percent(25);
        // Two in five of the roles of functions: one in ten of all.
        let eni = (lambda && self.dice.percent(40)).then(|| self.dice.pick(ENI));
        let path = if self.dice.percent(20) { "/service-role/" } else { "/" };
        let name = format!("{}-{}-{number}", app.name, if lambda { "function" } else { "role" });
        let service = if lambda { "lambda.amazonaws.com" } else { self.dice.pick(TRUSTED) };

        let count = self.dice.pick(&[0, 1, 1, 1, 2, 2, 3]);
        let mut inline: Vec<Node> = (0..count).map(|_| self.inline(&app)).collect();
        let count = self.dice.below(4);
        let mut attached = self.attachments(count);
        match eni {
            None => {}
            Some(Eni::Managed | Eni::Bounded) => {
                attached.push(self.attach(&aws_policy(VPC_ACCESS)));
            }
            Some(Eni::Shared) => attached.push(self.attach(&self.own(SHARED_ENI))),
            Some(shape) => inline.push(node! {
                "PolicyName": "network-interfaces",
                "PolicyDocument": document(self.eni(shape, &app)),
            }),
        }
        let boundary = if matches!(eni, Some(Eni::Bounded)) {
            Some(TENANT_BOUNDARY)
        } else {
            self.dice.percent(8).then_some(DEVELOPER_BOUNDARY)
        };
        let last_used = if self.dice.percent(70) {
            node! {"LastUsedDate": self.dice.date(), "Region": app.region}
        } else {
            node! {}
        };

        let trust = self.trust(service);
        let role = node! {
            "Path": path,
            "RoleName": name.as_str(),
            "RoleId": self.dice.iam_id("AROA"),
            "Arn": format!("arn:aws:iam::{}:role{path}{name}", self.id),
            "CreateDate": self.dice.date(),
            "AssumeRolePolicyDocument": trust,
            "InstanceProfileList": self.instance_profiles(service, path, &name),
            "RolePolicyList": inline,
            "AttachedManagedPolicies": attached,
        };
        self.bounded(role, boundary).with("Tags", self.tags(&app)).with("RoleLastUsed", last_used)
    }

    fn bounded(&mut self, principal: Node, boundary: Option<&str>) -> Node {
        let Some(name) = boundary else {
            return principal;
        };
        let arn = self.own(name);
        *self.bounding.entry(arn.clone()).or_default() += 1;
        let boundary = node! {"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": arn};
        principal.with("PermissionsBoundary", boundary)
    }

    /// Mostly the one service; now and then two, another account, or an identity provider.
    fn trust(&mut self, service: &str) -> Node {
        let lambda = service == "lambda.amazonaws.com";
        let second = if lambda { "edgelambda.amazonaws.com" } else { "events.amazonaws.com" };
        let statement = match self.dice.below(10) {
            0 => node! {
                "Effect": "Allow",
                "Principal": node! {"Service": vec![service, second]},
                "Action": "sts:AssumeRole",
            },
            1 | 2 if !lambda => {
                let account = self.dice.letters(b"123456789", 12);
                let external = node! {"sts:ExternalId": self.dice.hex(16)};
                node! {
                    "Effect": "Allow",
                    "Principal": node! {"AWS": format!("arn:aws:iam::{account}:root")},
                    "Action": "sts:AssumeRole",
                    "Condition": node! {"StringEquals": external},
                }
            }
            3 if !lambda => {
                let provider = format!("arn:aws:iam::{}:oidc-provider/token.actions.githubusercontent.com", self.id);
                let audience = node! {"token.actions.githubusercontent.com:aud": "sts.amazonaws.com"};
                let subject = format!("repo:example/{}:*", self.dice.pick(PARTS));
                let subject = node! {"token.actions.githubusercontent.com:sub": subject};
                node! {
                    "Effect": "Allow",
                    "Principal": node! {"Federated": provider},
                    "Action": "sts:AssumeRoleWithWebIdentity",
                    "Condition": node! {"StringEquals": audience, "StringLike": subject},
                }
            }
            _ => trusts(service),
        };
        document(vec![statement])
    }

    fn instance_profiles(&mut self, service: &str, path: &str, role: &str) -> Vec<Node> {
        if service != "ec2.amazonaws.com" {
            return vec![];
        }
        // The role is printed again inside the profile, trust policy and all.
        let inner = node! {
            "Path": path,
            "RoleName": role,
            "RoleId": self.dice.iam_id("AROA"),
            "Arn": format!("arn:aws:iam::{}:role{path}{role}", self.id),
            "CreateDate": self.dice.date(),
            "AssumeRolePolicyDocument": document(vec![trusts(service)]),
        };
        vec![node! {
            "Path": path,
            "InstanceProfileName": role,
            "InstanceProfileId": self.dice.iam_id("AIPA"),
            "Arn": format!("arn:aws:iam::{}:instance-profile{path}{role}", self.id),
            "CreateDate": self.dice.date(),
            "Roles": vec![inner],
        }]
    }

    fn tags(&mut self, app: &Application) -> Vec<Node> {
        let stack =
            format!("arn:aws:cloudformation:{}:{}:stack/{}/{}", app.region, self.id, app.name, self.dice.hex(32));
        let mut tags = vec![
            node! {"Key": "team", "Value": self.dice.pick(TEAMS)},
            node! {"Key": "environment", "Value": self.dice.pick(STAGES)},
            node! {"Key": "managed-by", "Value": "terraform"},
            node! {"Key": "contact", "Value": "équipe données / 平台"},
            node! {"Key": "aws:cloudformation:stack-id", "Value": stack},
        ];
        tags.truncate(self.dice.below(tags.len() + 1));
        tags
    }

    /// Up to `count` policies, AWS's and the account's own; never one about network interfaces.
    fn attachments(&mut self, count: usize) -> Vec<Node> {
        let aws = self.dice.below(count + 1);
        let ordinary = &AWS_MANAGED[..AWS_MANAGED.len() - 1];
        let chosen = self.dice.some(ordinary, aws);
        let mut chosen: Vec<String> = chosen.into_iter().map(aws_policy).collect();
        for _ in aws..count {
            let index = self.dice.below(self.policies.len());
            let arn = self.own(&self.policies[index]);
            if !chosen.contains(&arn) {
                chosen.push(arn);
            }
        }
        chosen.iter().map(|arn| self.attach(arn)).collect()
    }

    fn attach(&mut self, arn: &str) -> Node {
        *self.attached.entry(arn.to_owned()).or_default() += 1;
        node! {"PolicyName": last_segment(arn), "PolicyArn": arn}
    }

    /// The ARN of one of the account's own policies.
    fn own(&self, name: &str) -> String {
        format!("arn:aws:iam::{}:policy/{name}", self.id)
    }

    fn inline(&mut self, app: &Application) -> Node {
        node! {
            "PolicyName": format!("{}-{}", self.dice.pick(PARTS), self.dice.hex(6)),
            "PolicyDocument": document(self.statements(app, 6)),
        }
    }

    /// One to `most` statements, each about another service.
    fn statements(&mut self, app: &Application, most: usize) -> Vec<Node> {
        let count = self.dice.between(1, most);
        let services = self.dice.some(SERVICES, count).into_iter().enumerate();
        services.map(|(index, service)| self.statement(index, service, app)).collect()
    }

    fn statement(&mut self, index: usize, service: &str, app: &Application) -> Node {
        let (prefix, rest) = service.split_once(' ').expect("a prefix, then actions");
        let (resources, actions): (Vec<&str>, Vec<&str>) =
            rest.split(' ').partition(|word| *word == "*" || word.starts_with("arn:"));
        let count = self.dice.between(1, 6);
        let mut actions: Vec<String> =
            self.dice.some(&actions, count).iter().map(|action| format!("{prefix}:{action}")).collect();
        if self.dice.percent(5) {
            actions = vec![format!("{prefix}:*")];
        }
        let count = self.dice.between(1, 2);
        let resources = self.dice.some(&resources, count);
        let resources = resources.iter().map(|template| self.fill(template, app)).collect();

        let mut statement = node! {};
        if self.dice.percent(60) {
            statement = statement.with("Sid", format!("{}{index}", prefix.replace('-', "")));
        }
        statement = statement
            .with("Effect", if self.dice.percent(4) { "Deny" } else { "Allow" })
            .with("Action", one_or_many(actions))
            .with("Resource", one_or_many(resources));
        if self.dice.percent(15) {
            statement = statement.with("Condition", self.condition(app));
        }
        statement
    }

    fn condition(&mut self, app: &Application) -> Node {
        let regions = vec![app.region, "us-east-1"];
        match self.dice.below(6) {
            0 => node! {"StringEquals": node! {"aws:RequestedRegion": regions}},
            1 => node! {"StringEquals": node! {"aws:ResourceTag/team": self.dice.pick(TEAMS)}},
            2 => node! {"Bool": node! {"aws:SecureTransport": "true"}},
            3 => node! {
                "StringEquals": node! {"aws:PrincipalOrgID": format!("o-{}", self.dice.hex(10))},
            },
            4 => node! {
                "ArnLike": node! {"aws:SourceArn": self.fill("arn:aws:sns:{r}:{a}:{n}*", app)},
            },
            _ => node! {"StringEqualsIfExists": node! {"aws:ResourceAccount": self.id.as_str()}},
        }
    }

    fn fill(&mut self, template: &str, app: &Application) -> String {
        template
            .replace("{r}", app.region)
            .replace("{a}", &self.id)
            .replace("{n}", &app.name)
            .replace("{x}", &self.dice.hex(8))
    }

    /// The statements about network interfaces, of a shape that is written inline.
    fn eni(&self, shape: Eni, app: &Application) -> Vec<Node> {
        let ec2 = |kind| format!("arn:aws:ec2:{}:{}:{kind}", app.region, self.id);
        let complete = || allow(COMPLETE, "*");
        let describe = || allow("ec2:DescribeNetworkInterfaces ec2:DescribeSubnets", "*");
        let scoped = |delete| {
            let parts = vec![ec2("subnet/*"), ec2("security-group/*"), ec2("network-interface/*")];
            let create = allow("ec2:CreateNetworkInterface", parts);
            vec![create, allow("ec2:DeleteNetworkInterface", ec2(delete)), describe()]
        };
        let deny = |condition: Node| {
            node! {
                "Sid": "NotForTheCode",
                "Effect": "Deny",
                "Action": words(COMPLETE).split_off(3),
                "Resource": "*",
                "Condition": condition,
            }
        };
        let function = format!("arn:aws:lambda:{}:{}:function:{}", app.region, self.id, app.name);
        let function = node! {"lambda:SourceFunctionArn": vec![function]};
        match shape {
            Eni::Managed | Eni::Shared | Eni::Bounded | Eni::Named => vec![complete()],
            Eni::Wildcard => vec![allow("ec2:*NetworkInterface* ec2:Describe*", "*")],
            Eni::Administrator => vec![allow("*", "*")],
            Eni::NoDelete => {
                vec![allow("ec2:CreateNetworkInterface ec2:DescribeNetworkInterfaces", "*")]
            }
            Eni::Scoped => scoped("network-interface/*"),
            Eni::ScopedWide => scoped("*/*"),
            Eni::Region => {
                let here = node! {"StringEquals": node! {"aws:RequestedRegion": app.region}};
                vec![complete().with("Condition", here)]
            }
            Eni::Conditional => {
                let vpc = node! {"ec2:Vpc": ec2("vpc/vpc-0a1b2c3d4e5f60718")};
                let tag = node! {"aws:ResourceTag/managed-by": "lambda"};
                vec![
                    allow("ec2:CreateNetworkInterface", "*").with("Condition", node! {"ArnEquals": vpc}),
                    allow("ec2:DeleteNetworkInterface", "*").with("Condition", node! {"StringEquals": tag}),
                    describe(),
                ]
            }
            Eni::NotAction => vec![node! {
                "Effect": "Allow",
                "NotAction": vec!["iam:*", "organizations:*", "account:*"],
                "Resource": "*",
            }],
            Eni::DenyCode => vec![complete(), deny(node! {"ArnEquals": function})],
            Eni::DenyLambda => vec![complete(), deny(node! {"ArnNotEquals": function})],
        }
    }

    fn managed_policies(&mut self) -> Vec<Node> {
        let mut policies = Vec::new();
        for name in self.policies.clone() {
            let app = self.application();
            let versions = self.dice.pick(&[1, 1, 1, 2, 3, 5]);
            let documents = (0..versions).map(|_| document(self.statements(&app, 8))).collect();
            policies.push(self.managed(&self.own(&name), 1, documents));
        }
        let services = "s3:* sqs:* sns:* dynamodb:* logs:* lambda:* kms:* xray:*";
        let not_the_organization = node! {
            "Effect": "Deny",
            "Action": vec!["organizations:*", "account:*"],
            "Resource": "*",
        };
        for (name, statements) in [
            (SHARED_ENI, vec![allow(COMPLETE, "*")]),
            (TENANT_BOUNDARY, vec![allow(services, "*")]),
            (DEVELOPER_BOUNDARY, vec![allow("*", "*"), not_the_organization]),
        ] {
            policies.push(self.managed(&self.own(name), 1, vec![document(statements)]));
        }
        for policy in AWS_MANAGED {
            let (_, rest) = policy.split_once(" v").expect("a path, then a version");
            let (version, statements) = rest.split_once(' ').expect("a version, then actions");
            let version = version.parse().expect("a number after the v");
            let arn = aws_policy(policy);
            if self.attached.contains_key(&arn) {
                let statements = statements.split(" | ").map(|actions| allow(actions, "*"));
                let document = document(statements.collect());
                policies.push(self.managed(&arn, version, vec![document]));
            }
        }
        policies
    }

    /// One of `Policies`, with the documents of its versions from `oldest` on; any may be the
    /// default.
    fn managed(&mut self, arn: &str, oldest: usize, documents: Vec<Node>) -> Node {
        let name = last_segment(arn);
        let (_, path) = arn.split_once(":policy").expect("the ARN of a policy");
        let default = oldest + self.dice.below(documents.len());
        let date = self.dice.date();
        let mut versions = Vec::new();
        for (number, document) in (oldest..).zip(documents) {
            versions.push(node! {
                "Document": document,
                "VersionId": format!("v{number}"),
                "IsDefaultVersion": number == default,
                "CreateDate": self.dice.date(),
            });
        }
        versions.reverse();
        node! {
            "PolicyName": name,
            "PolicyId": self.dice.iam_id("ANPA"),
            "Arn": arn,
            "Path": path.strip_suffix(name).unwrap_or(path),
            "DefaultVersionId": format!("v{default}"),
            "AttachmentCount": self.attached.get(arn).copied().unwrap_or(0),
            "PermissionsBoundaryUsageCount": self.bounding.get(arn).copied().unwrap_or(0),
            "IsAttachable": true,
            "CreateDate": date.as_str(),
            "UpdateDate": date.as_str(),
            "PolicyVersionList": versions,
        }
    }
}

fn document(statements: Vec<Node>) -> Node {
    node! {"Version": "2012-10-17", "Statement": statements}
}

/// The ARN of one of [`AWS_MANAGED`].
fn aws_policy(policy: &str) -> String {
    let path = policy.split(' ').next().unwrap_or(policy);
    format!("arn:aws:iam::aws:policy/{path}")
}

fn trusts(service: &str) -> Node {
    let principal = node! {"Service": service};
    node! {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
}

/// Allows actions, separated by spaces.
fn allow(actions: &str, resource: impl Into<Node>) -> Node {
    node! {"Effect": "Allow", "Action": one_or_many(words(actions)), "Resource": resource.into()}
}

/// AWS keeps a list of one as it was written; people write a string.
fn one_or_many<T: Into<Node>>(mut values: Vec<T>) -> Node {
    match (values.pop(), values.is_empty()) {
        (Some(only), true) => only.into(),
        (last, _) => {
            values.extend(last);
            values.into()
        }
    }
}

fn words(text: &str) -> Vec<&str> {
    text.split_whitespace().collect()
}

fn last_segment(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}
