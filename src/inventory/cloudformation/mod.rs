//! Reads CloudFormation and SAM templates.
//!
//! In: a document that is a template, and what the caller knows of the deployment. Out: into the [`Collector`], the
//! functions, roles, users and networks of the template, each once for every difference that the template's parameters
//! and conditions make to it.

mod attaching;
mod certainty;
mod difference;
mod documents;
mod edge;
mod event_sources;
mod functions;
mod managed;
mod mentions;
mod network;
mod order;
mod places;
mod principals;
mod roles;
mod routes;
#[cfg(test)]
mod tests;
mod vpc_config;

pub(super) use network::NetworkReader;
pub(super) use places::Places;

use super::{Collector, InputProblem};
use crate::document::Doc;
use crate::source::{Place, Source};
use crate::template::{Problem, Settings, Template};

/// Reads a template into the collector.
pub(super) fn read(
    doc: &Doc<'_>,
    settings: &Settings,
    (source, places): (&Source, Places),
    collector: &mut Collector<'_>,
    problems: &mut Vec<InputProblem>,
) {
    let template = Template::read(doc, settings.clone());
    let mut reader = functions::Reader::new(&template, doc, places);
    reader.read(collector);
    let found = reader.problems.iter().chain(&template.problems);
    problems.extend(found.map(|problem| input_problem(problem, source, places)));
}

fn input_problem(problem: &Problem, source: &Source, places: Places) -> InputProblem {
    let place: Place = places.at(&problem.path, problem.part);
    InputProblem {
        path: source.name().to_owned(),
        message: problem.message.clone(),
        help: problem.help.clone(),
        place: Some(place),
    }
}
