//! The role that SAM makes for a function that is given none.
//!
//! Source: AWS SAM Developer Guide, "AWS::Serverless::Function" (Role, Policies, PermissionsBoundary, RolePath,
//! AssumeRolePolicyDocument, Tracing, DeadLetterQueue) and "Generated CloudFormation resources"; for what is added to the
//! role, aws/serverless-application-model, `samtranslator/model/sam_resources.py`.

use foldhash::HashSet;

use super::MadeRole;
use super::cause::Cause;
use super::globals::Properties;
use super::raw::{Raw, RawMember};
use crate::source::{Part, Path};
use crate::template::{Evaluation, Kind, Member, Problem, Resource, Value};

/// Makes a role.
pub(super) struct Maker<'m, 't, 'd> {
    pub evaluation: &'m Evaluation<'t, 'd>,
    pub function: &'m Resource<'d>,
    pub properties: Properties<'d>,
    managed: Vec<Value<'d>>,
    /// The ARNs among them, and the documents of event sources.
    known: HashSet<String>,
    policies: Vec<Value<'d>>,
    problems: Vec<Problem>,
}

impl<'m, 't, 'd> Maker<'m, 't, 'd> {
    pub(super) fn new(
        evaluation: &'m Evaluation<'t, 'd>,
        function: &'m Resource<'d>,
        properties: Properties<'d>,
    ) -> Self {
        let (managed, policies, problems) = (Vec::new(), Vec::new(), Vec::new());
        Maker { evaluation, function, properties, managed, known: HashSet::default(), policies, problems }
    }

    pub(super) fn make(mut self) -> MadeRole<'d> {
        self.add_of_function();
        self.add_dead_letter_queue();
        self.add_destinations();
        self.add_policies();
        self.add_events();
        let properties = self.role_properties();
        MadeRole { logical_id: self.role_id(), properties, problems: self.problems }
    }

    pub(super) fn role_id(&self) -> String {
        super::role_id(&self.function.id)
    }

    /// A property that SAM takes for set.
    pub(super) fn truthy(&self, name: &str) -> Option<RawMember<'d>> {
        self.properties.get(name).filter(|member| member.value.is_truthy())
    }

    /// What comes with the function: its logs, traces and network interfaces.
    fn add_of_function(&mut self) {
        let own = Cause::at(&self.function.node.path);
        let basic = match self.truthy("DurableConfig") {
            Some(_) => "service-role/AWSLambdaBasicDurableExecutionRolePolicy",
            None => "service-role/AWSLambdaBasicExecutionRole",
        };
        self.add_aws_managed(basic, &own);
        if let Some(tracing) = self.truthy("Tracing")
            && !self.is_disabled(&tracing.value)
        {
            // The older name outside of China, GovCloud and their like.
            let name = match &*self.evaluation.pseudo("AWS::Partition") {
                partition if partition.starts_with("aws-") => "AWSXRayDaemonWriteAccess",
                _ => "AWSXrayWriteOnlyAccess",
            };
            self.add_aws_managed(name, &Cause::at(&tracing.key));
        }
        if let Some(vpc_config) = self.truthy("VpcConfig") {
            self.add_aws_managed("service-role/AWSLambdaVPCAccessExecutionRole", &Cause::at(&vpc_config.key));
        }
    }

    fn is_disabled(&self, tracing: &Raw<'d>) -> bool {
        let resolved = tracing.resolved(self.evaluation);
        resolved.as_ref().and_then(Value::known_text).is_some_and(|text| text == "Disabled")
    }

    fn add_dead_letter_queue(&mut self) {
        let Some(queue) = self.truthy("DeadLetterQueue") else { return };
        let action = match queue.value.get("Type").as_ref().and_then(Raw::text) {
            Some("SQS") => "sqs:SendMessage",
            Some("SNS") => "sns:Publish",
            _ => return self.problem(&queue.key, "DeadLetterQueue needs a Type of SQS or SNS", None),
        };
        let Some(target) = queue.value.get("TargetArn").filter(Raw::is_truthy) else {
            return self.problem(&queue.key, "DeadLetterQueue needs a TargetArn", None);
        };
        let cause = Cause::at(&queue.key);
        let statement = cause.allow(&[action], target.value(self.evaluation));
        let document = cause.document_of_2012(vec![statement]);
        self.add_policy(&cause, "DeadLetterQueuePolicy".to_owned(), Some(document));
    }

    /// One of AWS's managed policies, by what its ARN ends with.
    pub(super) fn add_aws_managed(&mut self, name: &str, cause: &Cause) {
        let arn = self.evaluation.substituted(&aws_managed(name), &[], &cause.node);
        self.add_managed(arn);
    }

    /// A managed policy, once.
    pub(super) fn add_managed(&mut self, arn: Value<'d>) {
        let known = match &arn.kind {
            Kind::Text(text) => !self.known.insert(text.to_string()),
            _ => false,
        };
        if !known {
            self.managed.push(arn);
        }
    }

    pub(super) fn add_policy(&mut self, cause: &Cause, name: String, document: Option<Value<'d>>) {
        self.policies.push(cause.policy(name, document));
    }

    /// The policy of an event source, unless another has the same document.
    pub(super) fn add_policy_once(&mut self, cause: &Cause, name: String, document: Value<'d>) {
        let text = serde_json::to_string(&document.to_doc()).unwrap_or_default();
        if self.known.insert(text) {
            self.add_policy(cause, name, Some(document));
        }
    }

    /// An inline policy of which nothing is known.
    pub(super) fn add_unseen(&mut self, unknown: Value<'d>) {
        self.policies.push(unknown);
    }

    /// What is wrong with a member of a map.
    pub(super) fn problem(&mut self, path: &Path, message: impl Into<String>, help: Option<String>) {
        self.problem_of((path, Part::Key), message, help);
    }

    pub(super) fn problem_of(&mut self, (path, part): (&Path, Part), message: impl Into<String>, help: Option<String>) {
        let message = format!("SAM cannot transform {}: {}", self.function.id, message.into());
        self.problems.push(Problem { path: path.clone(), part, message, help });
    }

    fn role_properties(&mut self) -> Value<'d> {
        let own = Cause::at(&self.function.node.path);
        let mut members = Vec::new();
        members.extend(self.trust(&own));
        members.push(own.member("ManagedPolicyArns", own.list(std::mem::take(&mut self.managed))));
        if !self.policies.is_empty() {
            members.push(own.member("Policies", own.list(std::mem::take(&mut self.policies))));
        }
        for (of_function, of_role) in [("PermissionsBoundary", "PermissionsBoundary"), ("RolePath", "Path")] {
            let given = self.properties.get(of_function).filter(|member| !member.value.is_null());
            if let Some(given) = given
                && let Some(value) = given.value.value(self.evaluation)
            {
                members.push(Member { key: of_role.into(), key_origin: given.key, value });
            }
        }
        members.push(self.tags(&own));
        own.value(Kind::Map(members))
    }

    /// Who may assume it: Lambda, unless the function says otherwise.
    fn trust(&self, own: &Cause) -> Option<Member<'d>> {
        let name = "AssumeRolePolicyDocument";
        if let Some(given) = self.properties.get(name).filter(|member| !member.value.is_null()) {
            let value = given.value.value(self.evaluation)?;
            return Some(Member { key: name.into(), key_origin: given.key, value });
        }
        let service = own.member("Service", own.list(vec![own.text("lambda.amazonaws.com")]));
        let statement = own.value(Kind::Map(vec![
            own.member("Effect", own.text("Allow")),
            own.member("Principal", own.value(Kind::Map(vec![service]))),
            own.member("Action", own.list(vec![own.text("sts:AssumeRole")])),
        ]));
        Some(own.member(name, own.document_of_2012(vec![statement])))
    }

    /// The function's tags, and SAM's own, unless the function's are propagated to all that is made for it.
    fn tags(&self, own: &Cause) -> Member<'d> {
        let tag = |cause: &Cause, key: Value<'d>, value: Value<'d>| {
            cause.value(Kind::Map(vec![cause.member("Key", key), cause.member("Value", value)]))
        };
        let given = self.truthy("Tags");
        let mut tags = Vec::new();
        if given.is_none() || self.truthy("PropagateTags").is_none() {
            tags.push(tag(own, own.text("lambda:createdBy"), own.text("SAM")));
        }
        let given = given.and_then(|given| given.value.value(self.evaluation));
        for member in given.map(|value| value.members().to_vec()).unwrap_or_default() {
            let cause = Cause::at(&member.key_origin);
            tags.push(tag(&cause, cause.text(member.key), member.value));
        }
        own.member("Tags", own.list(tags))
    }
}

/// The ARN of one of AWS's managed policies, in the partition of the stack, as `Fn::Sub` takes it.
pub(super) fn aws_managed(name: &str) -> String {
    format!("arn:${{AWS::Partition}}:iam::aws:policy/{name}")
}
