//! Event sources in a VPC: Lambda reads them through network interfaces that it makes with the function's role.
//!
//! Source: Lambda Developer Guide, "Using Lambda with Amazon MSK", "Using Lambda with self-managed Apache Kafka", "Using
//! Lambda with Amazon MQ": the role's permissions.

use foldhash::HashMap;

use super::Places;
use crate::inventory::{EventSourceKind, VpcEventSource};
use crate::template::{Evaluation, Existence, Resource, ResourceId, Template, Value, World};

/// The event source mappings of a template, by the logical id of the function that they name in whatever branch.
#[derive(Debug)]
pub(super) struct EventSources(HashMap<String, Vec<ResourceId>>);

impl EventSources {
    pub(super) fn read(template: &Template<'_>) -> EventSources {
        let nowhere = World::default();
        let evaluation = template.in_world(&nowhere);
        let mut by_function: HashMap<String, Vec<ResourceId>> = HashMap::default();
        for (id, _) in template.iter().filter(|(_, found)| found.resource_type == "AWS::Lambda::EventSourceMapping") {
            for mention in evaluation.resource(id).mentions {
                let known = by_function.entry(mention.resource.into_owned()).or_default();
                if known.last() != Some(&id) {
                    known.push(id);
                }
            }
        }
        EventSources(by_function)
    }

    /// The mappings that may be a function's.
    pub(super) fn candidates(&self, function: &str) -> &[ResourceId] {
        self.0.get(function).map_or(&[], Vec::as_slice)
    }

    /// The event sources in a VPC that a function has in a world.
    pub(super) fn of<'d>(
        &self,
        template: &Template<'d>,
        evaluation: &Evaluation<'_, 'd>,
        places: Places,
        function: &Resource<'d>,
    ) -> Vec<VpcEventSource> {
        let mut found = Vec::new();
        for id in self.candidates(&function.id) {
            if evaluation.existence(*id) != Existence::Exists {
                continue;
            }
            let properties = evaluation.resource(*id).properties;
            let of_function = properties.get("FunctionName").is_some_and(|value| names(template, value, &function.id));
            if let Some(kind) = kind(template, &properties).filter(|_| of_function) {
                let (path, part) = template.resource(*id).place();
                found.push(VpcEventSource { kind, place: places.at(&path, part) });
            }
        }
        found
    }
}

/// Is a value the name or the ARN of a function of the template?
fn names(template: &Template<'_>, value: &Value<'_>, function: &str) -> bool {
    let text = value.as_text().unwrap_or_default();
    value.as_reference().is_some_and(|reference| reference.resource == function)
        || [None, Some("Arn")]
            .into_iter()
            .any(|attribute| text.contains(template.reference_to(function, attribute).to_char()))
}

fn kind(template: &Template<'_>, properties: &Value<'_>) -> Option<EventSourceKind> {
    if let Some(source) = properties.get("EventSourceArn") {
        let resource = source.as_reference().and_then(|reference| template.find(&reference.resource));
        let text = source.as_text().unwrap_or_default();
        let service = text.split(':').nth(2).unwrap_or_default();
        return match (resource.map(|id| &*template.resource(id).resource_type), service) {
            (Some("AWS::MSK::Cluster" | "AWS::MSK::ServerlessCluster"), _) | (_, "kafka") => Some(EventSourceKind::Msk),
            (Some("AWS::AmazonMQ::Broker"), _) | (_, "mq") => Some(EventSourceKind::Mq),
            _ => None,
        };
    }
    let access = properties.get("SourceAccessConfigurations").map(Value::items).unwrap_or_default();
    let is_vpc = |value: &Value<'_>| {
        let kind = value.get("Type").and_then(Value::known_text);
        matches!(kind.as_deref(), Some("VPC_SUBNET" | "VPC_SECURITY_GROUP"))
    };
    access.iter().any(is_vpc).then_some(EventSourceKind::Kafka)
}
