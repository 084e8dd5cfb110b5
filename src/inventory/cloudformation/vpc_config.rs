//! `VpcConfig` of a function.
//!
//! Source: CloudFormation Template Reference, "AWS::Lambda::Function VpcConfig"; Lambda API Reference, "VpcConfig".

use super::certainty::{Certainty, certainty, is_placeholder};
use super::network::InWorld;
use crate::inventory::{
    Extent, Id, IdItem, IdList, Ipv6, SecurityGroupId, Stray, SubnetId, UnknownKey, VpcConfig, VpcConfigKey,
    VpcConflict, VpcConnection,
};
use crate::policy::Unknown;
use crate::template::{Kind, Reference, Resource, ResourceId, Value};

/// What a reference in a list of ids is the id of.
enum Referent {
    Subnet(ResourceId),
    SecurityGroup(ResourceId),
    DefaultGroup(ResourceId),
    /// Something of a network that is neither.
    Other,
    Unknown,
}

/// What ids of one kind are to a reader of lists.
trait Listed: Sized {
    const KEY: VpcConfigKey;
    fn of(referent: &Referent, world: &mut InWorld<'_, '_, '_>) -> Result<Self, Stray>;
}

impl Listed for SubnetId {
    const KEY: VpcConfigKey = VpcConfigKey::SubnetIds;

    fn of(referent: &Referent, world: &mut InWorld<'_, '_, '_>) -> Result<Self, Stray> {
        match referent {
            Referent::Subnet(id) => Ok(world.subnet(*id)),
            Referent::SecurityGroup(_) | Referent::DefaultGroup(_) => Err(Stray::SecurityGroup),
            Referent::Other | Referent::Unknown => Err(Stray::Other),
        }
    }
}

impl Listed for SecurityGroupId {
    const KEY: VpcConfigKey = VpcConfigKey::SecurityGroupIds;

    fn of(referent: &Referent, world: &mut InWorld<'_, '_, '_>) -> Result<Self, Stray> {
        match referent {
            Referent::SecurityGroup(id) => Ok(world.security_group(*id)),
            Referent::DefaultGroup(vpc) => Ok(world.default_group(*vpc)),
            Referent::Subnet(_) => Err(Stray::Subnet),
            Referent::Other | Referent::Unknown => Err(Stray::Other),
        }
    }
}

impl<'d> InWorld<'_, '_, 'd> {
    /// The configuration, if one is written in this world.
    pub(super) fn vpc_config(&mut self, function: &Resource<'d>, properties: &Value<'d>) -> Option<VpcConfig> {
        let places = self.reader.places;
        let member = properties.member("VpcConfig")?;
        let config = &member.value;
        if matches!(config.kind, Kind::Null) {
            return None;
        }
        let mut read = VpcConfig {
            place: places.key(&member.key_origin),
            subnets: self.list(config),
            security_groups: self.list(config),
            ipv6: ipv6(config),
            unknown_keys: unknown_keys(config)
                .map(|member| UnknownKey {
                    name: member.key.clone().into_owned(),
                    place: places.key(&member.key_origin),
                    meant: meant(&member.key),
                })
                .collect(),
            conflicts: Vec::new(),
        };
        if read.connection() == VpcConnection::Connected {
            let capacity = properties.member("CapacityProviderConfig");
            let capacity = capacity.filter(|member| matches!(member.value.kind, Kind::Map(_)));
            read.conflicts.extend(capacity.map(|member| VpcConflict::CapacityProvider(places.key(&member.key_origin))));
            read.conflicts.extend(self.edge(function).map(VpcConflict::Edge));
        }
        Some(read)
    }

    fn list<R: Listed>(&mut self, config: &Value<'d>) -> IdList<R> {
        let mut list = IdList::absent();
        match &config.kind {
            // A macro may bring the list.
            Kind::Map(members) if !members.iter().any(|member| member.key.starts_with("Fn::")) => {}
            _ => list.extent = Extent::Open,
        }
        let Some(member) = config.member(R::KEY.as_str()) else { return list };
        list.place = Some(self.reader.places.key(&member.key_origin));
        let value = &member.value;
        match &value.kind {
            Kind::Unknown(unknown) => {
                list.extent = Extent::Open;
                if self.is_never_empty(*unknown) {
                    list.items.push(self.unknown(value));
                }
            }
            _ if self.is_default(value) && !written_out(self.reader.doc, value) => list.extent = Extent::Open,
            // What a custom resource or a nested stack answers may be a list, and empty.
            Kind::Reference(reference) if matches!(self.referent(reference), Referent::Unknown) => {
                list.extent = Extent::Open;
            }
            // A list parameter that was given as the empty text.
            Kind::List(items) if is_empty_text(items) && !written_out(self.reader.doc, value) => {
                list.extent = Extent::Open;
            }
            _ => value.items().iter().for_each(|value| self.add(value, &mut list)),
        }
        list
    }

    fn add<R: Listed>(&mut self, value: &Value<'d>, list: &mut IdList<R>) {
        let place = self.reader.places.value(&value.origin);
        let id = match &value.kind {
            Kind::Null => return,
            // More of the list, if not something wrong.
            Kind::List(_) | Kind::Map(_) | Kind::Unknown(_) => return list.extent = Extent::Open,
            Kind::Reference(reference) => self.referenced(reference),
            Kind::Text(text) if text.contains("{{") => {
                // The parameter store may hold a list.
                list.extent = Extent::Open;
                return list.items.push(self.unknown(value));
            }
            _ => return list.items.push(IdItem { place, id: self.text(value) }),
        };
        list.items.push(IdItem { place, id });
    }

    /// A text, which is an id or one text of several.
    fn text<R>(&self, value: &Value<'d>) -> Id<R> {
        let text = value.as_text().unwrap_or_default();
        if !Unknown::is_in(&text) {
            return match self.reader.fact(value) {
                Some(text) => Id::Literal(text),
                None => self.unknown(value).id,
            };
        }
        if text.contains(',') && !is_placeholder(&text) {
            let what = format!("one text of several ids, {}", self.reader.template.spelt(&text));
            return Id::Stray { what, is: Stray::Other };
        }
        self.unknown(value).id
    }

    fn referenced<R: Listed>(&mut self, reference: &Reference<'d>) -> Id<R> {
        let unknown = || Id::Unknown(self.reader.template.words(reference.unknown));
        let referent = match self.referent(reference) {
            Referent::Unknown => return unknown(),
            referent => referent,
        };
        match R::of(&referent, self) {
            Ok(resource) => Id::Resource(resource),
            Err(is) => {
                let id = &*reference.resource;
                let kind = self.reader.template.find(id).map_or("", |found| self.reader.kind(found));
                let what = match reference.attribute.as_deref() {
                    None => format!("the {kind} `{id}`"),
                    Some(attribute) => format!("`{attribute}` of the {kind} `{id}`"),
                };
                Id::Stray { what, is }
            }
        }
    }

    /// Source: CloudFormation Template Reference, "Return values" of each type.
    fn referent(&self, reference: &Reference<'d>) -> Referent {
        let Some(id) = self.reader.template.find(&reference.resource).filter(|id| self.exists(*id)) else {
            return Referent::Unknown;
        };
        match (self.reader.kind(id), reference.attribute.as_deref()) {
            ("AWS::EC2::Subnet", None | Some("SubnetId")) => Referent::Subnet(id),
            ("AWS::EC2::SecurityGroup", None | Some("GroupId" | "Id")) => Referent::SecurityGroup(id),
            ("AWS::EC2::VPC", Some("DefaultSecurityGroup")) => Referent::DefaultGroup(id),
            (
                "AWS::EC2::Subnet"
                | "AWS::EC2::SecurityGroup"
                | "AWS::EC2::VPC"
                | "AWS::EC2::RouteTable"
                | "AWS::EC2::InternetGateway"
                | "AWS::EC2::NatGateway"
                | "AWS::EC2::NetworkAcl"
                | "AWS::RDS::DBSubnetGroup"
                | "AWS::IAM::Role",
                _,
            ) => Referent::Other,
            _ => Referent::Unknown,
        }
    }

    fn unknown<R>(&self, value: &Value<'d>) -> IdItem<R> {
        let words = self.reader.template.spelt(&value.as_text().unwrap_or_default());
        IdItem { place: self.reader.places.value(&value.origin), id: Id::Unknown(words) }
    }

    /// Does something of it hang on a parameter's default?
    fn is_default(&self, value: &Value<'d>) -> bool {
        certainty(self.reader.template, self.reader.doc, &value.origin) == Certainty::Default
    }

    /// Is it a list parameter whose ids CloudFormation looks up, without a default? Then there is at least one.
    fn is_never_empty(&self, unknown: Unknown) -> bool {
        let parameter = self.reader.template.parameters.iter().find(|parameter| parameter.unknown == unknown);
        parameter.is_some_and(|parameter| parameter.lists_existing() && parameter.text.is_none())
    }
}

fn is_empty_text(items: &[Value<'_>]) -> bool {
    matches!(items, [Value { kind: Kind::Text(text), .. }] if text.is_empty())
}

/// Does a list stand in the file, rather than a function that makes one? Then each item speaks for itself.
fn written_out(doc: &crate::document::Doc<'_>, value: &Value<'_>) -> bool {
    doc.at(&value.origin).is_some_and(|node| node.as_list().is_some())
}

fn ipv6(config: &Value<'_>) -> Ipv6 {
    let allowed = match (&config.kind, config.get(VpcConfigKey::Ipv6AllowedForDualStack.as_str())) {
        (Kind::Map(_), None) => Some(false),
        (_, value) => value.and_then(Value::as_bool),
    };
    if allowed == Some(false) { Ipv6::No } else { Ipv6::Possibly }
}

/// Members that Lambda does not know. A function of a macro is none.
fn unknown_keys<'v, 'd>(config: &'v Value<'d>) -> impl Iterator<Item = &'v crate::template::Member<'d>> {
    config.members().iter().filter(|member| !member.key.starts_with("Fn::") && exact(&member.key).is_none())
}

const KEYS: [VpcConfigKey; 3] =
    [VpcConfigKey::SubnetIds, VpcConfigKey::SecurityGroupIds, VpcConfigKey::Ipv6AllowedForDualStack];

fn exact(key: &str) -> Option<VpcConfigKey> {
    KEYS.into_iter().find(|known| known.as_str() == key)
}

/// What people write instead: `Subnets`, `SubnetIDs`, `SecurityGroup`, `SgIds`, and slips of the pen.
fn meant(key: &str) -> Option<VpcConfigKey> {
    let low: String = key.chars().filter(char::is_ascii_alphanumeric).take(60).collect::<String>().to_lowercase();
    if low.contains("subnet") {
        return Some(VpcConfigKey::SubnetIds);
    }
    if low.contains("securitygroup") || matches!(&*low, "sg" | "sgs" | "sgid" | "sgids") {
        return Some(VpcConfigKey::SecurityGroupIds);
    }
    let near = |known: &VpcConfigKey| strsim::osa_distance(&known.as_str().to_lowercase(), &low) <= 3;
    KEYS.into_iter().find(near)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn misspelt_keys_have_a_meaning() {
        for (key, expected) in [
            ("SubnetIDs", Some(VpcConfigKey::SubnetIds)),
            ("subnetIds", Some(VpcConfigKey::SubnetIds)),
            ("Subnets", Some(VpcConfigKey::SubnetIds)),
            ("SubentIds", Some(VpcConfigKey::SubnetIds)),
            ("SecurityGroups", Some(VpcConfigKey::SecurityGroupIds)),
            ("security_group_ids", Some(VpcConfigKey::SecurityGroupIds)),
            ("SecurtyGroupIds", Some(VpcConfigKey::SecurityGroupIds)),
            ("SgIds", Some(VpcConfigKey::SecurityGroupIds)),
            ("Ipv6AllowedForDualstack", Some(VpcConfigKey::Ipv6AllowedForDualStack)),
            ("VpcId", None),
            ("AssignPublicIp", None),
        ] {
            assert_eq!(meant(key), expected, "{key}");
        }
        assert_eq!(exact("SubnetIds"), Some(VpcConfigKey::SubnetIds));
        assert_eq!(exact("SubnetIDs"), None);
    }
}
