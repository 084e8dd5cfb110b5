//! From an action of a pack to the question that the engine answers.

use super::configured::Configured;
use super::context::Locality;
use super::pack::{PackAction, PackResource};
use crate::evaluate::glob::{Glob, Token, Var};
use crate::evaluate::{ArnHead, Cell, Question, Resources};
use crate::reference::{Action, ActionResource, catalogue};

/// Which of the resources are asked for that a function's configuration chooses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// All that it may choose.
    Everything,
    /// Those that the input shows it to choose.
    Configured,
}

/// The set of requests that an action stands for, for a principal that lives there, and which of the resources are asked
/// for in each of its cells. What the functions' configuration chooses is asked for alone where it is known.
pub(super) fn question(
    pack_action: &PackAction,
    locality: &Locality,
    configured: &Configured,
) -> (Question, Box<[Asked]>) {
    let action = catalogue().action(&pack_action.name);
    let cells: Vec<(Cell, Asked)> = match action {
        Some(action) if !pack_action.on.is_empty() => {
            pack_action.on.iter().map(|resource| cell(resource, action, locality, configured)).collect()
        }
        // A pack that names no resources asks for all of every type that the call needs.
        Some(action) if action.has_resource_types() => action
            .resources()
            .filter(|resource| resource.required())
            .map(|resource| Cell {
                resource_type: Some(resource.kind().into()),
                resources: everything_like(resource.arn(), locality),
                limits: None,
            })
            .map(|cell| (cell, Asked::Everything))
            .collect(),
        _ => vec![(Cell { resource_type: None, resources: Resources::Unnamed, limits: None }, Asked::Everything)],
    };
    let (cells, asked): (Vec<Cell>, Vec<Asked>) = cells.into_iter().unzip();
    (Question { action: pack_action.name.as_str().into(), cells }, asked.into())
}

fn cell(resource: &PackResource, action: &Action, locality: &Locality, configured: &Configured) -> (Cell, Asked) {
    let (names, asked) = match resource.list.and_then(|list| configured.names(list, &resource.name)) {
        Some(names) => (names, Asked::Configured),
        // No resource has an empty name.
        None => (vec![Glob::pattern(&resource.name.replace("/*", "/?*"))], Asked::Everything),
    };
    let arn = action.resource(&resource.resource_type).map(ActionResource::arn);
    let head = head(arn.unwrap_or("arn:${Partition}:${Service}:${Region}:${Account}:"), locality);
    let limits: Vec<Glob> = resource
        .limits
        .iter()
        .map(|glob| Glob::pattern(&glob.replace("/*", "/?*")))
        .chain(resource.limits_literal.iter().map(|text| Glob::literal(text)))
        .collect();
    let cell = Cell {
        resource_type: Some(resource.resource_type.as_str().into()),
        resources: Resources::Arns { head, names },
        limits: (!limits.is_empty()).then_some(limits),
    };
    (cell, asked)
}

/// Every resource of a type, from the form of its ARN in the Service Authorization Reference:
/// `arn:${Partition}:ec2:${Region}:${Account}:subnet/${SubnetId}`.
fn everything_like(arn: &str, locality: &Locality) -> Resources {
    let name = arn.splitn(6, ':').nth(5).unwrap_or("*");
    let mut pattern = String::new();
    let mut rest = name;
    while let Some(start) = rest.find("${") {
        pattern.push_str(&rest[..start]);
        pattern.push('*');
        rest = rest[start..].find('}').map_or("", |end| &rest[start + end + 1..]);
    }
    pattern.push_str(rest);
    Resources::Arns { head: head(arn, locality), names: vec![Glob::pattern(&pattern.replace("/*", "/?*"))] }
}

fn head(arn: &str, locality: &Locality) -> ArnHead {
    let known = |text: Option<&str>, var| match text {
        Some(text) => Glob::literal(text),
        None => Glob::from_tokens([Token::Var(var)]),
    };
    let mut parts = arn.splitn(6, ':').map(|part| match part {
        "${Partition}" => Glob::literal(&locality.partition),
        "${Region}" => known(locality.region.as_deref(), Var::Region),
        "${Account}" => known(locality.account.as_deref(), Var::Account),
        // Some other placeholder: an account or service that the form leaves open.
        part if part.starts_with("${") => Glob::from_tokens([Token::Var(Var::Other(1))]),
        part => Glob::literal(part),
    });
    ArnHead::new(std::array::from_fn(|_| parts.next().unwrap_or_else(|| Glob::literal(""))))
}
