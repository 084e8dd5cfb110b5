//! The policies of requests, each text read once as long as it is remembered.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::hash::BuildHasher;
use std::rc::Rc;

use foldhash::HashMap;
use foldhash::fast::FixedState;
use serde::Deserialize;

use super::invalid::InvalidRequest;
use super::request::Given;
use crate::document::{Doc, Raw, SyntaxError, from_text, locate_all, span_in};
use crate::policy::{Gravity, Policy, PolicyType, Problem, Standing, Version, read, read_sound};
use crate::source::{Lines, Position, Span};

/// How many bytes of policy texts are remembered. When they are more, all are forgotten: so memory does not depend on
/// the number of requests, and a program that asks about the same policies again and again has them read once.
const REMEMBERED: usize = 4 << 20;

/// How many texts are recognised when they come a second time. Only then are they worth remembering.
const SEEN: usize = 1 << 14;

/// A policy that AWS would take.
#[derive(Debug)]
pub(super) struct Known {
    policy: Policy,
    text: Rc<str>,
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
            let lines = Lines::new(&self.text);
            let position = |offset| lines.position(&self.text, offset);
            let place = |Span { start, end }: Span| (position(start), position(end));
            let spans = statement_spans(&self.text);
            let ordinals = self.policy.statements.iter().map(|statement| statement.index);
            ordinals.map(|ordinal| spans.get(ordinal).copied().flatten().map(place)).collect()
        });
        positions.get(statement).copied().flatten()
    }
}

/// Where each statement of a document stands.
fn statement_spans(text: &str) -> Vec<Option<Span>> {
    #[derive(Deserialize)]
    #[serde(rename_all = "PascalCase")]
    struct Top<'t> {
        #[serde(borrow)]
        statement: Raw<'t>,
    }
    let Ok(Top { statement }) = from_text::<Top<'_>>(text) else { return Vec::new() };
    match from_text::<Vec<Raw<'_>>>(statement.get()) {
        Ok(list) => list.into_iter().map(|one| span_in(text, one.get())).collect(),
        Err(_) => vec![span_in(text, statement.get())],
    }
}

#[derive(Debug)]
pub(super) struct Policies {
    known: HashMap<PolicyType, HashMap<Rc<str>, Rc<Known>>>,
    bytes: usize,
    hasher: FixedState,
    /// Hashes of texts, each where it belongs by its last bits, until another comes there.
    seen: Box<[u64]>,
}

impl Default for Policies {
    fn default() -> Policies {
        Policies {
            known: HashMap::default(),
            bytes: 0,
            hasher: FixedState::default(),
            seen: vec![0; SEEN].into_boxed_slice(),
        }
    }
}

impl Policies {
    pub(super) fn read(&mut self, given: &Given<'_>) -> Result<Rc<Known>, InvalidRequest> {
        let Some(text) = given.text.as_deref() else { return Ok(Rc::new(nothing())) };
        if let Some(known) = self.known.get(&given.policy_type).and_then(|known| known.get(text)) {
            return Ok(Rc::clone(known));
        }
        let fresh = Rc::new(fresh(given, text)?);
        let hash = self.hasher.hash_one(text);
        let seat = &mut self.seen[hash as usize % SEEN];
        if std::mem::replace(seat, hash) == hash {
            self.remember(given.policy_type, &fresh);
        }
        Ok(fresh)
    }

    fn remember(&mut self, policy_type: PolicyType, known: &Rc<Known>) {
        if self.bytes + known.text.len() > REMEMBERED {
            self.known.clear();
            self.bytes = 0;
        }
        self.bytes += known.text.len();
        self.known.entry(policy_type).or_default().insert(Rc::clone(&known.text), Rc::clone(known));
    }
}

fn fresh(given: &Given<'_>, text: &str) -> Result<Known, InvalidRequest> {
    let known = |policy| Known { policy, text: text.into(), positions: OnceCell::new() };
    if let Some(policy) = read_sound(text, given.policy_type, &|_| true) {
        return Ok(known(policy));
    }
    let invalid = |message: Cow<'_, str>| InvalidRequest::new(format!("{}: {message}", given.field));
    let doc = Doc::parse(text).map_err(|error| invalid(syntax_words(text, &error).into()))?;
    let reading = read(&doc, given.policy_type);
    if reading.policy.standing == Standing::Refused {
        return Err(invalid(problem_words(text, &reading.problems).into()));
    }
    Ok(known(reading.policy))
}

fn syntax_words(text: &str, error: &SyntaxError) -> String {
    let at = Lines::new(text).position(text, error.offset);
    let help = error.help.as_ref().map_or(String::new(), |help| format!(" ({help})"));
    format!("line {}, column {}: {}{help}", at.line, at.column, error.message)
}

/// The first problem for which AWS refuses the document, with its place.
fn problem_words(text: &str, problems: &[Problem]) -> String {
    let Some(problem) = problems.iter().find(|problem| problem.gravity == Gravity::Refused) else {
        return "AWS refuses the document".to_owned();
    };
    let span = locate_all(text, &[(problem.path.clone(), problem.part)]).pop().flatten();
    let at = Lines::new(text).position(text, span.map_or(0, |span| span.start));
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
