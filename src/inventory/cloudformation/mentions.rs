//! Which resources of a template name which: the way from a subnet to its routes goes against the references.

use foldhash::HashMap;

use crate::template::{ResourceId, Template, World};

/// By logical id, the resources about networks that name it, in whatever branch of their functions.
#[derive(Debug, Default)]
pub(super) struct Mentions(HashMap<String, Vec<ResourceId>>);

impl Mentions {
    pub(super) fn read(template: &Template<'_>) -> Mentions {
        // Nothing is decided here, so that all branches count.
        let nowhere = World::default();
        let evaluation = template.in_world(&nowhere);
        let mut by_id: HashMap<String, Vec<ResourceId>> = HashMap::default();
        for (id, _) in template.iter().filter(|(_, resource)| matters(&resource.resource_type)) {
            for mention in evaluation.resource(id).mentions {
                // SAM: `F.Version` is the version that it makes of function F.
                let name = mention.resource.split('.').next().unwrap_or_default();
                let mentioning = by_id.entry(name.to_owned()).or_default();
                if mentioning.last() != Some(&id) {
                    mentioning.push(id);
                }
            }
        }
        Mentions(by_id)
    }

    /// The resources that name this one.
    pub(super) fn of(&self, id: &str) -> &[ResourceId] {
        self.0.get(id).map_or(&[], Vec::as_slice)
    }
}

fn matters(resource_type: &str) -> bool {
    resource_type.starts_with("AWS::EC2::")
        || matches!(resource_type, "AWS::CloudFront::Distribution" | "AWS::Lambda::Version")
        || hides(resource_type)
}

/// May a resource that is given another do with it what the template does not show? Custom resources and nested stacks
/// may. The custom resource by which the CDK empties a VPC's default security group does not.
pub(super) fn hides(resource_type: &str) -> bool {
    let known = resource_type == "Custom::VpcRestrictDefaultSG";
    let hides = ["Custom::", "AWS::CloudFormation::", "AWS::Serverless::Application"];
    !known && hides.iter().any(|start| resource_type.starts_with(start))
}
