//! `rolecall simulate`: what AWS's SimulateCustomPolicy answers, without AWS.
//!
//! In: the JSON of a request. Out: AWS's answer, one result an action, or an [`InvalidRequest`] that names the field and
//! the place. The decisions are [`evaluate::decide`](crate::evaluate::decide)'s. A [`Simulator`] keeps the policies of
//! the requests before, up to a bound, so that a text that comes again is not read again.
//!
//! ```
//! use rolecall::evaluate::Answer;
//! use rolecall::simulate::Simulator;
//!
//! let request = r#"{
//!     "PolicyInputList": ["{\"Version\":\"2012-10-17\",\"Statement\":{\"Effect\":\"Allow\",\"Action\":\"s3:Get*\",\"Resource\":\"*\"}}"],
//!     "ActionNames": ["s3:GetObject", "s3:PutObject"]
//! }"#;
//! let mut simulator = Simulator::new();
//! let answer = simulator.simulate(request)?;
//! let decisions: Vec<_> = answer.decisions().collect();
//! assert_eq!(decisions, [("s3:GetObject", Answer::Allowed), ("s3:PutObject", Answer::ImplicitDeny)]);
//! # Ok::<(), rolecall::simulate::InvalidRequest>(())
//! ```
//!
//! Source: IAM API Reference, "SimulateCustomPolicy".

mod answer;
mod context;
mod human;
mod invalid;
mod json;
mod lines;
mod members;
mod policies;
mod request;

pub use answer::Answers;
pub use human::explain;
pub use invalid::InvalidRequest;
pub use lines::answer_lines;

use std::rc::Rc;

use crate::evaluate::{Layer, LayeredPolicy, ResourceName, decide};
use answer::{ActionResult, ResourceResult};
use members::Request;
use policies::{Known, Policies};
use request::Simulation;

/// Answers requests, one after the other.
#[derive(Debug, Default)]
pub struct Simulator {
    policies: Policies,
}

/// A policy of a request.
#[derive(Clone, Debug)]
struct Input {
    layer: Layer,
    /// How the answer names it: `PolicyInputList.1`.
    field: request::Field,
    known: Rc<Known>,
}

impl Simulator {
    pub fn new() -> Simulator {
        Simulator::default()
    }

    /// Answers one request, given as the text of its JSON.
    ///
    /// # Errors
    /// The request or one of its policies is none that AWS would take, or asks for more than [`request`]'s limits.
    pub fn simulate<'r>(&mut self, text: &'r str) -> Result<Answers<'r>, InvalidRequest> {
        let simulation = Simulation::read(Request::parse(text)?)?;
        let inputs = self.inputs(&simulation)?;
        let layered: Vec<LayeredPolicy<'_>> = inputs
            .iter()
            .map(|input| LayeredPolicy { layer: input.layer, policy: Some(input.known.policy()) })
            .collect();
        let results = simulation
            .actions
            .iter()
            .map(|action| {
                let decided = |resource: &std::borrow::Cow<'r, str>| {
                    let request = simulation.ask(action, ResourceName::parse(resource));
                    ResourceResult { resource: resource.clone(), decision: decide(&request, &layered) }
                };
                ActionResult { action: action.clone(), resources: simulation.resources.iter().map(decided).collect() }
            })
            .collect();
        drop(layered);
        Ok(Answers { inputs, named: simulation.named, results })
    }

    fn inputs(&mut self, simulation: &Simulation<'_>) -> Result<Vec<Input>, InvalidRequest> {
        simulation
            .policies
            .iter()
            .map(|given| {
                let known = self.policies.read(given)?;
                Ok(Input { layer: given.layer, field: given.field, known })
            })
            .collect()
    }
}
