//! Where Lambda sends the outcome of asynchronous calls: the role gets the right to send there.
//!
//! Source: AWS SAM Developer Guide, "EventInvokeConfiguration", "OnFailure", "OnSuccess": SAM makes the queue or the
//! topic if no destination is given; "EventSource destinations" for event source mappings.

use super::cause::Cause;
use super::made::Maker;
use super::raw::{Raw, RawMember};
use crate::template::Value;

impl<'d> Maker<'_, '_, 'd> {
    /// `EventInvokeConfig`.
    pub(super) fn add_destinations(&mut self) {
        let Some(config) = self.truthy("EventInvokeConfig") else { return };
        let Some(destinations) = config.value.get("DestinationConfig").filter(Raw::is_truthy) else { return };
        if !destinations.is_map() {
            return self.problem(destinations.path(), "DestinationConfig is a map", None);
        }
        for member in destinations.members() {
            if matches!(member.name, "OnSuccess" | "OnFailure") && !member.value.is_null() {
                self.add_destination(&member);
            }
        }
    }

    fn add_destination(&mut self, member: &RawMember<'d>) {
        let cause = Cause::at(&member.key);
        let resolved = member.value.get("Type").and_then(|kind| kind.resolved(self.evaluation));
        let kind = resolved.as_ref().and_then(Value::known_text).unwrap_or_default().into_owned();
        let name = format!("{}EventInvokeConfig{}", self.function.id, member.name);
        let destination = match (member.value.get("Destination"), &*kind) {
            (_, "SQS" | "SNS" | "EventBridge" | "Lambda" | "S3Bucket") if self.is_given(&member.value) => {
                member.value.get("Destination").and_then(|given| given.value(self.evaluation))
            }
            (_, "SQS") => Some(self.evaluation.substituted(&format!("${{{name}Queue.Arn}}"), &[], &cause.node)),
            (_, "SNS") => Some(self.evaluation.substituted(&format!("${{{name}Topic}}"), &[], &cause.node)),
            (_, "EventBridge" | "Lambda" | "S3Bucket") => {
                let message = format!("{} needs a Destination", member.name);
                return self.problem(&member.key, message, None);
            }
            _ => {
                let message = format!("{} needs a Type: SQS, SNS, EventBridge, Lambda or S3Bucket", member.name);
                return self.problem(&member.key, message, None);
            }
        };
        self.add_sending(&cause, &name, &kind, destination);
    }

    /// Is there a destination, and not one that is `AWS::NoValue` here?
    fn is_given(&self, outcome: &Raw<'d>) -> bool {
        let Some(destination) = outcome.get("Destination") else { return false };
        let Some(choice) = destination.choice() else { return true };
        if choice.yes.is_no_value() == choice.no.is_no_value() {
            return true;
        }
        choice.taken(self.evaluation).is_none_or(|branch| !branch.is_no_value())
    }

    /// The right to send to a destination. `name` is what the policy's name begins with.
    pub(super) fn add_sending(&mut self, cause: &Cause, name: &str, kind: &str, destination: Option<Value<'d>>) {
        let (statements, end) = match kind {
            "SQS" => (vec![cause.allow(&["sqs:SendMessage"], destination)], "SQSPolicy"),
            "SNS" => (vec![cause.allow(&["sns:publish"], destination)], "SNSPolicy"),
            "EventBridge" => (vec![cause.allow(&["events:PutEvents"], destination)], "EventBridgePolicy"),
            "Lambda" => (vec![cause.allow(&["lambda:InvokeFunction"], destination)], "LambdaPolicy"),
            "S3" | "S3Bucket" => {
                let within = destination.clone().map(|bucket| {
                    let bucket = cause.member("Bucket", bucket);
                    self.evaluation.substituted("${Bucket}/*", &[bucket], &cause.node)
                });
                let put = cause.allow(&["s3:PutObject"], within);
                (vec![put, cause.allow(&["s3:ListBucket"], destination)], "S3Policy")
            }
            _ => return,
        };
        self.add_policy(cause, format!("{name}{end}"), Some(cause.document(statements)));
    }
}
