//! What a judgement is made of, and what comes out of it.

use std::rc::Rc;

use super::applies::Applicability;
use super::context::Locality;
use super::pack::Pack;
use super::partition::partition_of;
use super::question::Asked;
use super::races::Race;
use crate::evaluate::{Layer, Outcome, Question, StatementRef, Truth, Unmet, Verdict};
use crate::inventory::{Attached, Inventory, PrincipalId};
use crate::policy::Policy;

/// What to judge, and what the caller knows about it.
pub struct Judging<'j, 'a> {
    pub inventory: &'j Inventory<'a>,
    pub packs: &'j [Pack],
    /// Principals of which the caller says what they are.
    pub assignments: &'j [Assignment],
    /// Layers around every principal.
    pub surroundings: &'j Surroundings,
    /// Condition keys with the values that the caller knows.
    pub given: &'j [(String, Vec<String>)],
    pub partition: Option<&'j str>,
    pub region: Option<&'j str>,
    pub account: Option<&'j str>,
}

impl Judging<'_, '_> {
    /// The partition that the caller says, or that the region lies in that the caller says.
    pub fn said_partition(&self) -> Option<&str> {
        self.partition.or_else(|| self.region.map(partition_of))
    }
}

/// The caller's word that a principal is of a kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assignment {
    pub kind: String,
    pub principal: PrincipalId,
}

/// Policies around every principal.
#[derive(Clone, Debug, Default)]
pub struct Surroundings {
    pub boundary: Option<Attached>,
    pub session: Vec<Attached>,
    /// Service control policies, level by level.
    pub organization: Vec<Vec<Attached>>,
}

/// One principal, judged as one kind of one pack.
pub struct Judged {
    pub principal: PrincipalId,
    /// Index of the pack, and of the kind in [`Pack::principals`].
    pub pack: usize,
    pub kind: usize,
    pub applicability: Applicability,
    pub locality: Locality,
    /// Every policy that took part. A statement of an outcome refers to this list.
    pub policies: Vec<JudgedPolicy>,
    /// In the order of the pack's actions.
    pub actions: Vec<JudgedAction>,
    pub trust: Option<JudgedTrust>,
    /// What the principal's own code may do, in the order of the pack's list.
    pub code: Vec<Verdict>,
    /// The functions that do not wait for the policies that give the principal its rights.
    pub races: Vec<Race>,
}

/// A policy that took part in a judgement.
pub struct JudgedPolicy {
    pub attached: Attached,
    pub layer: Layer,
    pub policy: Option<Rc<Policy>>,
}

/// The answer on one action.
pub struct JudgedAction {
    pub question: Rc<Question>,
    /// Of each cell of the question.
    pub asked: Rc<[Asked]>,
    pub outcome: Outcome,
    /// Identity statements that allow the action, but not all of what is asked, each with the first reason. Empty for
    /// a principal that need not meet the pack.
    pub near: Vec<(StatementRef, Unmet)>,
    /// Where the answer is this, if functions are in several regions and it is not the same in all.
    pub regions: Vec<String>,
}

/// What the trust policy answers.
#[derive(Clone, Debug)]
pub struct JudgedTrust {
    pub policy: Rc<Policy>,
    pub usual: Truth,
    /// The answer to the call that carries less, if the pack has one.
    pub narrow: Truth,
    /// The statements that are about the service, each with the first condition that does not hold for it.
    pub about: Vec<(usize, Option<usize>)>,
}
