//! The law of the engine: what it says of a set of requests holds for each request in it, and of a single request it
//! says what AWS would.
//!
//! Random worlds ([`worlds`]) are put to the engine and, member by member, to a second evaluator ([`naive`]) that
//! shares nothing with it. The members are a sample: some resources of each type, some values of each unknown key.

#[allow(unreachable_pub)]
mod support {
    pub mod cases;
    pub mod naive;
    pub mod worlds;
}

use rolecall::evaluate::{Left, Outcome, Verdict};
use rolecall::policy::Policy;
use serde_json::{Value, json};
use support::cases::{Breach, Case, Kind, Known, Member, Shown, Tally, Values, cases, readable};
use support::naive::{Decision, Request, World, decide};
use support::worlds::{self, Rng};

#[test]
fn what_is_said_of_a_set_holds_for_each_request_of_it() {
    let mut tally = Tally::default();
    for case in cases() {
        // Every third world is asked with nothing unknown, where the engine has no excuse.
        let unknown = if case.seed % 3 == 0 { 0 } else { 2 };
        let known = worlds::knowledge(&mut Rng::new(case.seed ^ 0xC0), &case.world, unknown);
        let outcome = case.ask_about_all(&known);
        tally.verdicts.entry(outcome.verdict).and_modify(|count| *count += 1).or_insert(1);
        tally.breaches.extend(case.check_all(&outcome, &known));
    }
    let each = [Verdict::Granted, Verdict::Conditional, Verdict::Partial, Verdict::Denied, Verdict::Missing];
    tally.expect(&each);
}

#[test]
fn a_single_request_is_answered_as_aws_answers_it() {
    let mut tally = Tally::default();
    for case in cases() {
        let rng = &mut Rng::new(case.seed ^ 0xA5);
        let mut breach = None;
        for kind in case.question.types {
            for resource in worlds::resources(kind) {
                for context in worlds::contexts(rng, case.question.action, kind, 2) {
                    let outcome = case.ask_about_one(kind, &resource, &context);
                    tally.verdicts.entry(outcome.verdict).and_modify(|count| *count += 1).or_insert(1);
                    breach = breach.or_else(|| case.check_one(&outcome, &resource, &context));
                }
            }
        }
        tally.breaches.extend(breach);
    }
    let undecided = tally.verdicts.get(&Verdict::Conditional).copied().unwrap_or(0);
    assert!(undecided * 20 < tally.verdicts.values().sum(), "shrugs too often: {:?}", tally.verdicts);
    tally.expect(&[Verdict::Granted, Verdict::Denied, Verdict::Missing]);
}

impl Case {
    fn check_all(&self, outcome: &Outcome, known: &Known) -> Option<Breach> {
        let members: Vec<Vec<Member>> = self.question.types.iter().map(|kind| self.members(kind, known)).collect();
        let allowed = |member: &&Member| self.allows(&member.resource, &member.context);
        let breach = |law, what: &dyn std::fmt::Debug| {
            Some(self.breach(law, outcome, &format!("{what:?}\n  {}", readable(known))))
        };
        let nothing_of_a_type = || members.iter().any(|of_type| !of_type.iter().any(|member| allowed(&member)));
        match outcome.verdict {
            Verdict::Granted => {
                if let Some(refused) = members.iter().flatten().find(|member| !allowed(member)) {
                    return breach("granted, but a member is refused", refused);
                }
            }
            Verdict::Denied if !nothing_of_a_type() => {
                return breach("denied, but something of each type is allowed", &());
            }
            Verdict::Conditional
                if self.kind == Kind::Clear
                    && !known.values().any(is_unknown)
                    && !members.iter().flatten().any(|member| self.is_open(&member.context)) =>
            {
                return breach("conditional, but nothing is unknown", &());
            }
            Verdict::Unresolved => return breach("unresolved, but every policy is there", &()),
            _ => {}
        }
        for shortage in outcome.short.iter().filter(|shortage| shortage.left == Left::Nothing) {
            if let Some(member) = members[shortage.cell].iter().find(allowed) {
                return breach("nothing is left of a type, but a member of it is allowed", member);
            }
        }
        if matches!(outcome.verdict, Verdict::Missing | Verdict::Denied | Verdict::Partial) {
            let Some(witness) = &outcome.uncovered else { return breach("refused, but nothing is shown", &()) };
            if !self.is_never_allowed(witness, known) {
                return breach("what is shown as not covered may be allowed", witness);
            }
        }
        None
    }

    /// Is the resource that a witness shows refused in every completion?
    fn is_never_allowed(&self, witness: &str, known: &Known) -> bool {
        let Shown { kind, resources } = Shown::of(witness);
        let completions = worlds::completions(known, self.question.action, &kind);
        resources.iter().any(|resource| !completions.iter().any(|context| self.allows(resource, context)))
    }

    fn check_one(&self, outcome: &Outcome, resource: &str, context: &Values) -> Option<Breach> {
        let breach = |law| Some(self.breach(law, outcome, &json!({"resource": resource, "context": context})));
        match (outcome.verdict, self.allows(resource, context)) {
            (Verdict::Granted, true) => None,
            (Verdict::Conditional, _) if self.kind == Kind::Vague || self.is_open(context) => None,
            (Verdict::Denied | Verdict::Missing, false) => {
                let grants = grants_of_identity(&self.world);
                let granted = decide(&grants, &self.request(resource, context)) == Decision::Allowed;
                let agreed = granted == (outcome.verdict == Verdict::Denied);
                if agreed || self.kind == Kind::Vague || self.is_open(context) {
                    None
                } else {
                    breach(
                        "missing is where the identity policies do not allow it, denied where something else does not",
                    )
                }
            }
            (Verdict::Granted, false) => breach("granted, but AWS refuses it"),
            (_, true) => breach("not granted, but AWS allows it"),
            (_, false) => breach("neither granted, denied nor missing"),
        }
    }

    /// Does the answer hang on a CHOICE of `naive` that the engine does not share, because AWS's text is open? Then
    /// *conditional* is right.
    ///
    /// - `Null` of a key that is present without any value: that this is as absent, AWS says of set operators only.
    fn is_open(&self, context: &Values) -> bool {
        let empty = context.iter().filter(|(_, values)| values.is_empty());
        let mut empty = empty.map(|(key, _)| key);
        empty.any(|key| self.policies.iter().any(|(_, policy)| asks_null(policy, key)))
    }

    fn allows(&self, resource: &str, context: &Values) -> bool {
        decide(&self.world, &self.request(resource, context)) == Decision::Allowed
    }

    fn request(&self, resource: &str, context: &Values) -> Request {
        let action = self.question.action.to_owned();
        Request { action, resource: resource.to_owned(), context: context.clone() }
    }
}

fn is_unknown(knowledge: &worlds::Knowledge) -> bool {
    *knowledge == worlds::Knowledge::Unknown
}

fn asks_null(policy: &Policy, key: &str) -> bool {
    let mut conditions = policy.statements.iter().flat_map(|statement| &statement.conditions);
    conditions.any(|condition| {
        condition.operator.test == rolecall::policy::Test::Null && condition.key.eq_ignore_ascii_case(key)
    })
}

/// The world with nothing in it but what the identity policies allow.
fn grants_of_identity(world: &World) -> World {
    let grants = |policy: &Value| {
        let mut policy = policy.clone();
        let statements = match policy["Statement"].take() {
            Value::Array(statements) => statements,
            one => vec![one],
        };
        policy["Statement"] = statements.into_iter().filter(|statement| statement["Effect"] == "Allow").collect();
        policy
    };
    World { identity: world.identity.iter().map(grants).collect(), ..World::default() }
}
