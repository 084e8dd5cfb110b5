//! Which resources of a template name which: the way from a subnet to its routes goes against the references.

use foldhash::{HashMap, HashSet};

use crate::document::Doc;
use crate::template::{ResourceId, Template, World};

/// What names a logical id.
#[derive(Debug, Default)]
pub(super) struct Mentions {
    /// The resources about networks that name it, in whatever branch of their functions.
    by_id: HashMap<String, Vec<ResourceId>>,
    /// What `Outputs` name.
    handed_out: HashSet<String>,
}

impl Mentions {
    pub(super) fn read(template: &Template<'_>, doc: &Doc<'_>) -> Mentions {
        // Nothing is decided here, so that all branches count.
        let nowhere = World::default();
        let evaluation = template.in_world(&nowhere);
        let mut by_id: HashMap<String, Vec<ResourceId>> = HashMap::default();
        for (id, _) in template.iter().filter(|(_, resource)| matters(&resource.resource_type)) {
            for mention in evaluation.mentions_of(id).iter() {
                // SAM: `F.Version` is the version that it makes of function F.
                let name = mention.resource.split('.').next().unwrap_or_default();
                let mentioning = by_id.entry(name.to_owned()).or_default();
                if mentioning.last() != Some(&id) {
                    mentioning.push(id);
                }
            }
        }
        let mut handed_out = HashSet::default();
        if let Some((_, outputs)) = doc.get("Outputs") {
            names_in(outputs, &mut handed_out);
        }
        Mentions { by_id, handed_out }
    }

    /// The resources that name this one.
    pub(super) fn of(&self, id: &str) -> &[ResourceId] {
        self.by_id.get(id).map_or(&[], Vec::as_slice)
    }

    /// Do the outputs name it, so that other stacks may add to it?
    pub(super) fn is_handed_out(&self, id: &str) -> bool {
        self.handed_out.contains(id)
    }
}

/// The names in `Ref`, `Fn::GetAtt` and `Fn::Sub`.
fn names_in(doc: &Doc<'_>, names: &mut HashSet<String>) {
    let name = |text: &str| text.split('.').next().unwrap_or_default().trim().to_owned();
    match doc {
        Doc::List(items) => items.iter().for_each(|item| names_in(item, names)),
        Doc::Map(members) => {
            for (key, value) in members {
                match (&**key, value) {
                    ("Ref" | "Fn::GetAtt", Doc::Text(text)) => drop(names.insert(name(text))),
                    ("Fn::GetAtt", Doc::List(parts)) => {
                        names.extend(parts.first().and_then(Doc::as_text).map(name));
                    }
                    (_, value) => names_in(value, names),
                }
            }
        }
        Doc::Text(text) => {
            names.extend(text.split("${").skip(1).filter_map(|rest| Some(name(rest.split_once('}')?.0))));
        }
        _ => {}
    }
}

fn matters(resource_type: &str) -> bool {
    resource_type.starts_with("AWS::EC2::")
        || matches!(resource_type, "AWS::CloudFront::Distribution" | "AWS::Lambda::Version")
        || hides(resource_type)
}

/// May a resource that is given another do with it what the template does not show? Custom resources, nested stacks,
/// modules and types of third parties may. The custom resource by which the CDK empties a VPC's default security group
/// does not.
pub(super) fn hides(resource_type: &str) -> bool {
    let known = resource_type == "Custom::VpcRestrictDefaultSG";
    let of_aws = resource_type.starts_with("AWS::");
    let stack = ["AWS::CloudFormation::", "AWS::Serverless::Application"];
    !known && (!of_aws || stack.iter().any(|start| resource_type.starts_with(start)))
}

/// May a macro add resources that the file does not show? Those of AWS add none about networks.
///
/// Source: CloudFormation Template Reference, "Transforms".
pub(super) fn may_grow(template: &Template<'_>) -> bool {
    const KNOWN: [&str; 3] = ["AWS::Serverless-", "AWS::LanguageExtensions", "AWS::SecretsManager-"];
    !template.transforms.iter().all(|name| KNOWN.iter().any(|known| name.starts_with(known)))
}
