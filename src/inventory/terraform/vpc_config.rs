//! `vpc_config` of a function.
//!
//! Source: Terraform Registry, hashicorp/aws, "aws_lambda_function" (vpc_config, capacity_provider_config).

use super::network::NetworkReader;
use super::resource::Resource;
use super::table::ResourceId;
use super::value::Value;
use crate::document::Doc;
use crate::inventory::{
    Extent, Id, IdItem, IdList, Ipv6, Network, SecurityGroupId, Stray, SubnetId, VpcConfig, VpcConflict, VpcConnection,
};
use crate::policy::Unknown;
use crate::source::Place;

/// What ids of one kind are to a reader of lists.
trait Listed: Sized {
    const ARGUMENT: &'static str;
    /// How its ids start.
    const PREFIX: &'static str;
    const TYPES: &'static [&'static str];

    fn of(reader: &NetworkReader<'_, '_>, network: &mut Network, id: ResourceId, attribute: Option<&str>) -> Id<Self>;
}

/// Types that people confuse with the right ones.
const OTHERS: [&str; 6] =
    ["aws_subnet", "aws_security_group", "aws_default_security_group", "aws_vpc", "aws_default_vpc", "aws_route_table"];

impl Listed for SubnetId {
    const ARGUMENT: &'static str = "subnet_ids";
    const PREFIX: &'static str = "subnet-";
    const TYPES: &'static [&'static str] = &["aws_subnet"];

    fn of(reader: &NetworkReader<'_, '_>, network: &mut Network, id: ResourceId, attribute: Option<&str>) -> Id<Self> {
        let resource = reader.table.get(id);
        match (&*resource.resource_type, attribute) {
            ("aws_subnet", None | Some("id" | "subnet_id")) => Id::Resource(reader.subnet(network, id)),
            ("aws_security_group" | "aws_default_security_group", _)
            | ("aws_vpc", Some("default_security_group_id")) => stray(resource, attribute, Stray::SecurityGroup),
            _ => stray(resource, attribute, Stray::Other),
        }
    }
}

impl Listed for SecurityGroupId {
    const ARGUMENT: &'static str = "security_group_ids";
    const PREFIX: &'static str = "sg-";
    const TYPES: &'static [&'static str] = &["aws_security_group", "aws_default_security_group"];

    fn of(reader: &NetworkReader<'_, '_>, network: &mut Network, id: ResourceId, attribute: Option<&str>) -> Id<Self> {
        let resource = reader.table.get(id);
        match (&*resource.resource_type, attribute) {
            ("aws_security_group" | "aws_default_security_group", None | Some("id")) => {
                Id::Resource(reader.security_group(network, id))
            }
            ("aws_vpc" | "aws_default_vpc", Some("default_security_group_id")) => {
                Id::Resource(reader.default_group(network, id))
            }
            ("aws_subnet", _) => stray(resource, attribute, Stray::Subnet),
            _ => stray(resource, attribute, Stray::Other),
        }
    }
}

/// An id that nobody knows yet.
fn nameless() -> String {
    Unknown::NAMELESS.to_char().to_string()
}

fn stray<R>(resource: &Resource<'_>, attribute: Option<&str>, is: Stray) -> Id<R> {
    let what = match attribute {
        None | Some("id") => format!("the id of {}", resource.address),
        Some(attribute) => format!("`{attribute}` of {}", resource.address),
    };
    Id::Stray { what, is }
}

impl<'a> NetworkReader<'_, 'a> {
    /// The configuration of a function, if it has one.
    pub(super) fn vpc_config(&self, network: &mut Network, function: ResourceId) -> Option<VpcConfig> {
        let resource = self.table.get(function);
        let all = resource.get("vpc_config");
        let block = resource.values().block("vpc_config").filter(|block| !block.is_absent());
        let mut config = match block {
            None if !all.is_unknown() => return None,
            // A block for each element of a list that is known only after apply: nobody knows how many.
            None => VpcConfig {
                place: resource.place(),
                subnets: IdList { extent: Extent::Open, ..IdList::absent() },
                security_groups: IdList { extent: Extent::Open, ..IdList::absent() },
                ipv6: Ipv6::Possibly,
                unknown_keys: Vec::new(),
                conflicts: Vec::new(),
            },
            Some(block) => {
                let ipv6 = block.get("ipv6_allowed_for_dual_stack");
                VpcConfig {
                    place: resource.key_place(&all),
                    subnets: self.list(network, resource, (&block, &all)),
                    security_groups: self.list(network, resource, (&block, &all)),
                    ipv6: if ipv6.as_bool() == Some(true) || ipv6.is_unknown() { Ipv6::Possibly } else { Ipv6::No },
                    unknown_keys: Vec::new(),
                    conflicts: Vec::new(),
                }
            }
        };
        if config.connection() == VpcConnection::Connected {
            let capacity = resource.get("capacity_provider_config");
            if !capacity.items().is_empty() || matches!(capacity.doc, Some(Doc::Map(_))) {
                config.conflicts.push(VpcConflict::CapacityProvider(resource.key_place(&capacity)));
            }
            config.conflicts.extend(self.edge(function).map(VpcConflict::Edge));
        }
        Some(config)
    }

    fn list<R: Listed>(
        &self,
        network: &mut Network,
        function: &Resource<'a>,
        (block, around): (&Value<'_>, &Value<'_>),
    ) -> IdList<R> {
        let value = block.get(R::ARGUMENT);
        let mut list = IdList::absent();
        list.place = value.written.then(|| function.key_place(&value));
        let items = value.items();
        for item in items.iter().filter(|item| !item.is_unknown()) {
            let place = function.value_place(item);
            match item.text() {
                Some(text) => {
                    let id = self.literal(network, text);
                    list.items.push(IdItem { place, id, text: text.to_owned() });
                }
                None if item.written => list.extent = Extent::Open,
                None => {}
            }
        }
        let open = items.iter().filter(|item| item.is_unknown()).count();
        if value.is_unknown() || open > 0 {
            let place = function.key_place(if value.written { &value } else { around });
            let count = if value.is_unknown() { None } else { Some(open) };
            self.unknown(network, function, (place, count), &mut list);
        }
        list
    }

    /// An id that stands there as a text.
    fn literal<R: Listed>(&self, network: &mut Network, text: &str) -> Id<R> {
        let own = OTHERS.iter().find_map(|resource_type| self.of_id(resource_type, text));
        match own.filter(|_| text.starts_with(R::PREFIX)) {
            Some(own) => R::of(self, network, own, None),
            None => Id::Literal(text.to_owned()),
        }
    }

    /// Ids that are known only after apply: `count` of them, or nobody knows how many.
    fn unknown<R: Listed>(
        &self,
        network: &mut Network,
        function: &Resource<'a>,
        (place, count): (Place, Option<usize>),
        list: &mut IdList<R>,
    ) {
        let block = function.block.map(|block| self.table.configuration.block(block));
        let written = block.and_then(|block| block.argument("vpc_config"));
        let written = written.map(|written| written.as_list().and_then(<[_]>::first).unwrap_or(written));
        let expression = written.and_then(|written| Some(written.get(R::ARGUMENT)?.1));
        let led =
            expression.map(|expression| self.table.led(function, expression, &|_, found| OTHERS.contains(&found)));
        let words = || match expression.map(super::configuration::references) {
            Some(found) if !found.is_empty() => found.join(", "),
            _ => format!("{}.{}", function.address, R::ARGUMENT),
        };
        let to = led.filter(|led| led.opaque.is_empty()).map(|led| led.to).unwrap_or_default();
        // What has its id already is among the known ones.
        let mut to: Vec<_> = to.into_iter().filter(|(id, _)| self.table.get(*id).get("id").is_unknown()).collect();
        to.dedup();
        let is_all = !to.is_empty() && count.is_none_or(|count| count == to.len());
        if !is_all {
            list.items.push(IdItem { place, id: Id::Unknown(words()), text: nameless() });
            if count.is_none() {
                list.extent = Extent::Open;
            }
            return;
        }
        for (id, attribute) in to {
            let id = R::of(self, network, id, attribute.as_deref());
            list.items.push(IdItem { place: place.clone(), id, text: nameless() });
        }
        // Constants in the list, and what has its id already, do not show beside unknown ones.
        if count.is_none() && !R::TYPES.is_empty() && expression.is_none() {
            list.extent = Extent::Open;
        }
    }
}
