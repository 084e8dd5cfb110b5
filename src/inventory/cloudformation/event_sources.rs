//! Event sources in a VPC: Lambda reads them through network interfaces that it makes with the function's role.
//!
//! Source: Lambda Developer Guide, "Using Lambda with Amazon MSK", "Using Lambda with self-managed Apache Kafka", "Using
//! Lambda with Amazon MQ", "Using Lambda with Amazon DocumentDB": the role's permissions; AWS SAM Developer Guide,
//! "EventSource".

use foldhash::HashMap;

use super::{Places, sam};
use crate::inventory::{EventSourceKind, VpcEventSource};
use crate::template::{Evaluation, Existence, Member, Resource, ResourceId, Template, Value, World};

/// The event source mappings of a template, by the logical id of the function that they name in whatever branch.
#[derive(Debug)]
pub(super) struct EventSources(HashMap<String, Vec<ResourceId>>);

impl EventSources {
    pub(super) fn read(template: &Template<'_>) -> EventSources {
        let nowhere = World::default();
        let evaluation = template.in_world(&nowhere);
        let mut by_function: HashMap<String, Vec<ResourceId>> = HashMap::default();
        for (id, _) in template.iter().filter(|(_, found)| found.resource_type == "AWS::Lambda::EventSourceMapping") {
            for mention in evaluation.mentions_of(id).iter() {
                let function = published(template, &evaluation, &mention.resource);
                let function = function.unwrap_or_else(|| mention.resource.clone().into_owned());
                let known = by_function.entry(function).or_default();
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
        (function, properties): (&Resource<'d>, &Value<'d>),
    ) -> Vec<VpcEventSource> {
        let mut found = of_events(properties, places);
        for id in self.candidates(&function.id) {
            if evaluation.existence(*id) != Existence::Exists {
                continue;
            }
            let properties = evaluation.resource(*id).properties;
            let of_function =
                properties.get("FunctionName").is_some_and(|value| names(template, evaluation, value, &function.id));
            if let Some(kind) = kind(template, &properties).filter(|_| of_function) {
                let (path, part) = template.resource(*id).place();
                found.push(VpcEventSource { kind, place: places.at(&path, part) });
            }
        }
        found
    }
}

/// The function that an alias or a version of the template is one of.
fn published(template: &Template<'_>, evaluation: &Evaluation<'_, '_>, id: &str) -> Option<String> {
    let Some(found) = template.find(id) else {
        // `F.Alias`, `F.Version`, `FAliaslive`: what SAM makes of F, and names after it.
        let (function, _) = id.split_once('.').or_else(|| id.rsplit_once("Alias"))?;
        return template
            .find(function)
            .filter(|id| sam::is_function(template.resource(*id)))
            .map(|_| function.to_owned());
    };
    let kind = &*template.resource(found).resource_type;
    if !matches!(kind, "AWS::Lambda::Alias" | "AWS::Lambda::Version") {
        return None;
    }
    let properties = evaluation.resource(found).properties;
    Some(properties.get("FunctionName")?.as_reference()?.resource.to_string())
}

/// Is a value the name or the ARN of a function of the template, or of an alias or a version of it?
fn names(template: &Template<'_>, evaluation: &Evaluation<'_, '_>, value: &Value<'_>, function: &str) -> bool {
    let text = value.as_text().unwrap_or_default();
    let is = |id: &str| id == function || published(template, evaluation, id).is_some_and(|named| named == function);
    value.as_reference().is_some_and(|reference| is(&reference.resource))
        || [None, Some("Arn")]
            .into_iter()
            .any(|attribute| text.contains(template.reference_to(function, attribute).to_char()))
}

fn kind(template: &Template<'_>, properties: &Value<'_>) -> Option<EventSourceKind> {
    if properties.get("DocumentDBEventSourceConfig").is_some() {
        return Some(EventSourceKind::DocumentDb);
    }
    if let Some(source) = properties.get("EventSourceArn") {
        let resource = source.as_reference().and_then(|reference| template.find(&reference.resource));
        let text = source.as_text().unwrap_or_default();
        let service = text.split(':').nth(2).unwrap_or_default();
        return match (resource.map(|id| &*template.resource(id).resource_type), service) {
            (Some("AWS::MSK::Cluster" | "AWS::MSK::ServerlessCluster"), _) | (_, "kafka") => Some(EventSourceKind::Msk),
            (Some("AWS::AmazonMQ::Broker"), _) | (_, "mq") => Some(EventSourceKind::Mq),
            // Only Kafka has topics, and Kafka of one's own has no ARN.
            _ => properties.get("Topics").is_some().then_some(EventSourceKind::Msk),
        };
    }
    is_within(properties).then_some(EventSourceKind::Kafka)
}

/// `Events` of a function of SAM.
fn of_events(properties: &Value<'_>, places: Places) -> Vec<VpcEventSource> {
    let events = properties.get("Events").map(Value::members).unwrap_or_default();
    let source = |event: &Member<'_>| {
        let kind = match &*event.value.get("Type")?.known_text()? {
            "MSK" => EventSourceKind::Msk,
            "MQ" => EventSourceKind::Mq,
            "DocumentDB" => EventSourceKind::DocumentDb,
            "SelfManagedKafka" if is_within(event.value.get("Properties")?) => EventSourceKind::Kafka,
            _ => return None,
        };
        Some(VpcEventSource { kind, place: places.key(&event.key_origin) })
    };
    events.iter().filter_map(source).collect()
}

/// Are subnets or security groups named through which Lambda reads?
fn is_within(properties: &Value<'_>) -> bool {
    let access = properties.get("SourceAccessConfigurations").map(Value::items).unwrap_or_default();
    access.iter().any(|value| {
        let kind = value.get("Type").and_then(Value::known_text);
        matches!(kind.as_deref(), Some("VPC_SUBNET" | "VPC_SECURITY_GROUP"))
    })
}
