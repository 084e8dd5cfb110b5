//! Reads the plans and states of Terraform and OpenTofu, as `terraform show -json` prints them.
//!
//! In: the text of one. Out: into the [`Collector`], the functions, roles, users and networks that are there after the
//! plan is applied; or those that are there now ([`Side`]), for who asks what a plan takes away.
//!
//! Source: Terraform, "JSON Output Format"; Terraform Registry, hashicorp/aws.

mod address;
mod attachments;
mod configuration;
mod conflicts;
mod functions;
mod head;
mod locality;
mod made;
mod near_plan;
mod network;
mod order;
mod organization;
mod output;
mod policies;
mod principals;
mod resolve;
mod resource;
mod routes;
mod table;
mod value;
mod vpc_config;

pub use address::{DependsOnLine, Waiting, depends_on_line};
pub use near_plan::NearPlan;
pub(super) use near_plan::is_empty_state;
pub(super) use resource::Side;

use super::raw::Within;
use super::{Collector, InputProblem};
use crate::document::SyntaxError;
use crate::source::{At, Place, Span};
use network::NetworkReader;
use output::Output;
use principals::Principals;
use table::Table;

/// Whether a plan takes something away from a function that it may have in a VPC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TakesAway {
    /// It changes or destroys functions: what was before has to be looked at.
    Perhaps,
    Nothing,
}

/// Is a text a plan or a state, by how it begins? Terraform writes these members first; what sorts members moves them.
pub(super) fn begins_like_one(text: &str) -> bool {
    const BEGINNING: usize = 4096;
    let beginning = &text.as_bytes()[..text.len().min(BEGINNING)];
    let has = |mark: &str| memchr::memmem::find(beginning, mark.as_bytes()).is_some();
    text.starts_with('{') && has("\"format_version\"") && has("\"terraform_version\"")
}

/// Reads a plan or a state into the collector; none if it is neither.
///
/// # Errors
/// The text is no JSON, or not what Terraform writes.
pub(super) fn read<'a>(
    within: Within<'a>,
    side: Side,
    collector: &mut Collector<'a>,
    problems: &mut Vec<InputProblem>,
) -> Result<Option<TakesAway>, SyntaxError> {
    let output = Output::read(within.source.text())?;
    let mut problem = |message: String, help: &str, at: Span| {
        problems.push(InputProblem {
            path: within.source.name().to_owned(),
            message,
            help: Some(help.to_owned()),
            place: Some(Place { source: within.id, at: At::Span(at) }),
        });
    };
    let start = Span { start: 0, end: 0 };
    let Some(version) = &output.format_version else { return Ok(None) };
    if version.value.split('.').next() != Some("1") {
        let message =
            format!("this plan has format version {}; rolecall reads 1.x", crate::policy::shown(&version.value));
        let help = "make it with Terraform 1.1 or newer, or with OpenTofu: terraform show -json plan.bin";
        problem(message, help, within.span(version.raw));
        return Ok(Some(TakesAway::Nothing));
    }
    if output.errored == Some(true) {
        let help = "what it shows is judged; make a plan without errors to judge all of it";
        problem("Terraform could not finish this plan: it ended with an error".to_owned(), help, start);
    }
    let table = Table::read(output, side, within, problems);
    collector.declared(table.declarations());
    let mut principals = Principals::new(&table, side);
    principals.read(collector);
    organization::read(&table, &mut principals.policies, collector);
    conflicts::read(&principals, collector);
    Ok(Some(functions::read(&principals, &NetworkReader::new(&table), collector)))
}
