//! Functions that CloudFront runs at its edge.
//!
//! Source: CloudFront Developer Guide, "Restrictions on Lambda@Edge": a distribution names a numbered version; CloudFormation
//! Template Reference, "AWS::CloudFront::Distribution LambdaFunctionAssociation"; for SAM, "Resource attributes": `Ref F.Version`.

use super::network::InWorld;
use crate::source::{Path, Place};
use crate::template::{Resource, ResourceId, Value};

impl<'d> InWorld<'_, '_, 'd> {
    /// Where a distribution of the template names a version of this function.
    pub(super) fn edge(&self, function: &Resource<'d>) -> Option<Place> {
        let mut names: Vec<&str> = vec![&function.id];
        for id in self.reader.mentions().of(&function.id) {
            if self.reader.kind(*id) == "AWS::Lambda::Version" && self.exists(*id) && self.is_version_of(*id, function)
            {
                names.push(&self.reader.template.resource(*id).id);
            }
        }
        let naming = names.iter().flat_map(|name| self.reader.mentions().of(name));
        let distributions = naming.filter(|id| self.reader.kind(**id) == "AWS::CloudFront::Distribution");
        distributions.copied().find_map(|id| self.association(id, &names))
    }

    fn is_version_of(&self, version: ResourceId, function: &Resource<'d>) -> bool {
        let properties = self.evaluation.resource(version).properties;
        let of = properties.get("FunctionName").and_then(Value::as_reference);
        of.is_some_and(|reference| reference.resource == function.id)
    }

    fn association(&self, distribution: ResourceId, names: &[&str]) -> Option<Place> {
        if !self.exists(distribution) {
            return None;
        }
        let mentions = self.evaluation.mentions_of(distribution);
        let properties = self.evaluation.resource(distribution).properties;
        let config = properties.get("DistributionConfig")?;
        let others = config.get("CacheBehaviors").map_or(&[][..], Value::items);
        let behaviors = config.get("DefaultCacheBehavior").into_iter().chain(others);
        let associations = behaviors.filter_map(|behavior| behavior.get("LambdaFunctionAssociations"));
        let mut arns = associations.flat_map(Value::items).filter_map(|one| one.get("LambdaFunctionARN"));
        let named = |arn: &&Value<'d>| {
            mentions.iter().any(|mention| {
                let name = mention.resource.split('.').next().unwrap_or_default();
                names.contains(&name) && is_within(&mention.path, &arn.origin)
            })
        };
        arns.find(named).map(|arn| self.reader.places.value(&arn.origin))
    }
}

fn is_within(path: &Path, outer: &Path) -> bool {
    path.as_slice().starts_with(outer.as_slice())
}
