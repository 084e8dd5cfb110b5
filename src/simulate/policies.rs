//! The policies of requests, each text read once as long as it is remembered.

use std::cell::OnceCell;
use std::rc::Rc;

use foldhash::HashMap;

use super::request::{Given, InvalidRequest};
use crate::document::{Doc, locate_all};
use crate::policy::{Gravity, Policy, PolicyType, Problem, Standing, Statement, Version, read};
use crate::source::{Position, Source, Span};

/// How many bytes of policy texts are remembered. When they are more, all are forgotten: so memory does not depend on
/// the number of requests, and a program that asks about the same policies again and again has them read once.
const REMEMBERED: usize = 4 << 20;

/// A policy that AWS would take.
#[derive(Debug)]
pub(super) struct Known {
    policy: Policy,
    text: Box<str>,
    /// Where each statement starts and ends, if somebody asked.
    positions: OnceCell<Vec<Option<(Position, Position)>>>,
}

impl Known {
    pub(super) fn policy(&self) -> &Policy {
        &self.policy
    }

    /// Where a statement, by its index in [`Policy::statements`], starts and ends (exclusive).
    pub(super) fn position(&self, statement: usize) -> Option<(Position, Position)> {
        let positions = self.positions.get_or_init(|| {
            let source = Source::from_text("", &*self.text);
            let wanted: Vec<_> = self.policy.statements.iter().map(Statement::whole_place).collect();
            let spans = locate_all(&self.text, &wanted);
            let positions = spans.into_iter();
            positions
                .map(|span| span.map(|Span { start, end }| (source.position(start), source.position(end))))
                .collect()
        });
        positions.get(statement).copied().flatten()
    }
}

#[derive(Debug, Default)]
pub(super) struct Policies {
    known: HashMap<PolicyType, HashMap<Box<str>, Rc<Known>>>,
    bytes: usize,
}

impl Policies {
    pub(super) fn read(&mut self, given: &Given<'_>) -> Result<Rc<Known>, InvalidRequest> {
        let Some(text) = given.text.as_deref() else { return Ok(Rc::new(nothing())) };
        if let Some(known) = self.known.get(&given.policy_type).and_then(|known| known.get(text)) {
            return Ok(Rc::clone(known));
        }
        let invalid = |message: String| InvalidRequest::new(format!("{}: {message}", given.field));
        let doc = Doc::parse(text).map_err(|error| {
            let at = Source::from_text("", text).position(error.offset);
            invalid(format!("line {}, column {}: {}", at.line, at.column, error.message))
        })?;
        let reading = read(&doc, given.policy_type);
        if reading.policy.standing == Standing::Refused {
            return Err(invalid(problem_words(text, &reading.problems)));
        }
        if self.bytes + text.len() > REMEMBERED {
            self.known.clear();
            self.bytes = 0;
        }
        let known = Rc::new(Known { policy: reading.policy, text: text.into(), positions: OnceCell::new() });
        self.bytes += text.len();
        self.known.entry(given.policy_type).or_default().insert(text.into(), Rc::clone(&known));
        Ok(known)
    }
}

/// The first problem for which AWS refuses the document, with its place.
fn problem_words(text: &str, problems: &[Problem]) -> String {
    let Some(problem) = problems.iter().find(|problem| problem.gravity == Gravity::Refused) else {
        return "AWS refuses the document".to_owned();
    };
    let span = locate_all(text, &[(problem.path.clone(), problem.part)]).pop().flatten();
    let at = Source::from_text("", text).position(span.map_or(0, |span| span.start));
    let help = problem.help.as_ref().map_or(String::new(), |help| format!(" ({help})"));
    format!("line {}, column {}: {}{help}", at.line, at.column, problem.message)
}

/// What a level without any policy says.
fn nothing() -> Known {
    Known {
        policy: Policy { version: Version::V2012, statements: Vec::new(), standing: Standing::Accepted },
        text: "".into(),
        positions: OnceCell::new(),
    }
}
