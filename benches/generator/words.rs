//! What an account is made of: services, teams, regions, AWS's policies.

/// What policies say of a service: its prefix, its actions, and resources they are written with.
/// There, `{r}` is the region, `{a}` the account, `{n}` an application's name, `{x}` some hex.
pub(super) const SERVICES: &[&str] = &[
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
pub(super) const TRUSTED: &[&str] = &[
    "ec2.amazonaws.com", "ecs-tasks.amazonaws.com", "states.amazonaws.com",
    "codebuild.amazonaws.com", "codepipeline.amazonaws.com", "events.amazonaws.com",
    "scheduler.amazonaws.com", "glue.amazonaws.com", "apigateway.amazonaws.com",
    "cloudformation.amazonaws.com", "firehose.amazonaws.com", "sagemaker.amazonaws.com",
    "ssm.amazonaws.com", "config.amazonaws.com", "backup.amazonaws.com", "pipes.amazonaws.com",
    "eks.amazonaws.com",
];

#[rustfmt::skip]
pub(super) const TEAMS: &[&str] = &[
    "orders", "billing", "catalog", "search", "payments", "identity", "ledger", "shipping",
    "pricing", "media", "risk", "growth", "platform", "telemetry", "returns", "loyalty",
];
#[rustfmt::skip]
pub(super) const PARTS: &[&str] = &[
    "api", "worker", "ingest", "export", "webhook", "sync", "report", "stream", "indexer",
    "notifier", "cleanup", "resize", "auth", "audit", "scheduler", "gateway", "loader", "replay",
];
#[rustfmt::skip]
pub(super) const STAGES: &[&str] = &[
    "dev", "test", "staging", "prod",
];
#[rustfmt::skip]
pub(super) const REGIONS: &[&str] = &[
    "eu-west-1", "eu-central-1", "us-east-1", "us-west-2", "ap-southeast-2",
];

/// The AWS managed policies that the account uses: path and name, version, and the actions that are
/// allowed on every resource, a `|` between statements. The last one is about network interfaces.
pub(super) const AWS_MANAGED: &[&str] = &[
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
pub(super) const COMPLETE: &str = "logs:CreateLogGroup logs:CreateLogStream logs:PutLogEvents \
     ec2:CreateNetworkInterface ec2:DescribeNetworkInterfaces ec2:DescribeSubnets \
     ec2:DeleteNetworkInterface ec2:AssignPrivateIpAddresses ec2:UnassignPrivateIpAddresses";
pub(super) const VPC_ACCESS: &str = "service-role/AWSLambdaVPCAccessExecutionRole";
