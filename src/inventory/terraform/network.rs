//! Networks of a plan: `vpc_config` of functions, and the subnets, security groups and VPCs that they name.
//!
//! Source: Terraform Registry, hashicorp/aws, "aws_lambda_function" (vpc_config), "aws_subnet", "aws_security_group",
//! "aws_vpc".

use super::address::Mode;
use super::resource::Resource;
use super::table::{ResourceId, Table};
use super::value::Value;
use crate::inventory::{Extent, Id, IdItem, IdList, Ipv6, Network, SecurityGroupId, SubnetId, VpcConfig};

pub(super) struct NetworkReader<'t, 'a> {
    pub(super) table: &'t Table<'a>,
}

/// What ids of one kind are.
trait Listed: Sized {
    const ARGUMENT: &'static str;
}

impl Listed for SubnetId {
    const ARGUMENT: &'static str = "subnet_ids";
}

impl Listed for SecurityGroupId {
    const ARGUMENT: &'static str = "security_group_ids";
}

impl<'t, 'a> NetworkReader<'t, 'a> {
    pub(super) fn new(table: &'t Table<'a>) -> Self {
        NetworkReader { table }
    }

    /// The configuration of a function, if it has one.
    pub(super) fn vpc_config(&self, _network: &mut Network, function: ResourceId) -> Option<VpcConfig> {
        let resource = self.table.get(function);
        let all = resource.get("vpc_config");
        let Some(block) = resource.values().block("vpc_config").filter(|block| !block.is_absent()) else {
            if !all.is_unknown() {
                return None;
            }
            // Blocks that are made for each element of a list that is known only after apply.
            let open = || Extent::Open;
            return Some(VpcConfig {
                place: resource.place(),
                subnets: IdList { extent: open(), ..IdList::absent() },
                security_groups: IdList { extent: open(), ..IdList::absent() },
                ipv6: Ipv6::Possibly,
                unknown_keys: Vec::new(),
                conflicts: Vec::new(),
            });
        };
        let ipv6 = block.get("ipv6_allowed_for_dual_stack");
        Some(VpcConfig {
            place: resource.key_place(&all),
            subnets: self.list(resource, &block),
            security_groups: self.list(resource, &block),
            ipv6: if ipv6.as_bool() == Some(true) || ipv6.is_unknown() { Ipv6::Possibly } else { Ipv6::No },
            unknown_keys: Vec::new(),
            conflicts: Vec::new(),
        })
    }

    fn list<R: Listed>(&self, function: &Resource<'a>, block: &Value<'_>) -> IdList<R> {
        let _ = Mode::Data;
        let value = block.get(R::ARGUMENT);
        let mut list = IdList::absent();
        list.place = value.written.then(|| function.key_place(&value));
        if value.is_unknown() || block.is_unknown() {
            list.extent = Extent::Open;
        }
        for item in value.items() {
            let place = function.value_place(&item);
            match item.text() {
                Some(text) => list.items.push(IdItem { place, id: Id::Literal(text.to_owned()) }),
                None => list.items.push(IdItem { place, id: Id::Unknown(format!("{}.{}", function.address, R::ARGUMENT)) }),
            }
        }
        list
    }
}
