//! The readers of VPC configurations and networks, each by tables of small templates.

mod conflicts;
mod lists;
mod routes;
mod worlds;

use super::{NetworkReader, Places};
use crate::document::Doc;
use crate::inventory::{Endpoints, Extent, Id, IdList, Network, Route, VpcConfig};
use crate::source::{Source, Sources, Wrapping};
use crate::template::{Settings, Template, World};

/// What was read of the function `F`.
struct Read {
    config: VpcConfig,
    network: Network,
}

/// Reads the function `F` of a template in one world.
fn read_in(template: &Template<'_>, doc: &Doc<'_>, world: &World) -> Option<Read> {
    let source = Sources::new().add(Source::from_text("template.yaml", ""));
    let reader = NetworkReader::new(template, doc, Places { source, root: 0, wrapping: Wrapping::Yaml });
    let evaluation = template.in_world(world);
    let id = template.find("F").expect("a function F");
    let mut network = Network::default();
    let config =
        reader.vpc_config(&mut network, &evaluation, template.resource(id), &evaluation.resource(id).properties)?;
    Some(Read { config, network })
}

/// Reads the function `F` in the only world of a template.
fn read(text: &str, settings: Settings) -> Option<Read> {
    let doc = Doc::parse_yaml(text).unwrap_or_else(|error| panic!("{error} in {text}"));
    let template = Template::read(&doc, settings);
    read_in(&template, &doc, &World::default())
}

/// A list as a table shows it: ids as they are, resources as `@`, what cannot be right as `!`, unknowns in angle
/// brackets, and `…` where there may be more.
fn shown<R: Copy>(list: &IdList<R>, name: impl Fn(R) -> String) -> String {
    let mut items: Vec<String> = list
        .items
        .iter()
        .map(|item| match &item.id {
            Id::Literal(text) => text.clone(),
            Id::Resource(id) => format!("@{}", name(*id)),
            Id::Stray { what, .. } => format!("!{what}"),
            Id::Unknown(words) => format!("<{words}>"),
        })
        .collect();
    if list.extent == Extent::Open {
        items.push("…".to_owned());
    }
    items.join(" ")
}

impl Read {
    fn subnets(&self) -> String {
        shown(&self.config.subnets, |id| self.network.subnets[id.0].name.clone())
    }

    fn groups(&self) -> String {
        shown(&self.config.security_groups, |id| self.network.security_groups[id.0].name.clone())
    }

    /// Where the subnet of this name sends what leaves the VPC, and whether the VPC has endpoints.
    fn way_out(&self, subnet: &str) -> &'static str {
        let subnet = self.network.subnets.iter().find(|known| known.name == subnet).expect("the subnet");
        let endpoints = match &subnet.vpc {
            Id::Resource(vpc) => self.network.vpcs[vpc.0].endpoints,
            _ => Endpoints::Some,
        };
        match (&subnet.route, endpoints) {
            (Route::InternetGateway(_), _) => "internet gateway",
            (Route::Elsewhere, _) => "elsewhere",
            (Route::Unknown, _) => "unknown",
            (Route::Nowhere, Endpoints::None) => "nowhere",
            (Route::Nowhere, Endpoints::OfOthers) => "nowhere, endpoints of others",
            (Route::Nowhere, Endpoints::Some) => "nowhere, endpoints",
        }
    }
}
