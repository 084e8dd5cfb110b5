//! `check` and `simulate` are one engine: what the one says of a set of requests, the other says of each request in it.
//!
//! Random worlds ([`worlds`]) are judged as sets, as `check` does, and every member of the set is decided by itself, as
//! `simulate` does, with the same policies in the same layers and a context in which what is unknown has been filled in.
//! The members are a sample: some resources of each type, some values of each unknown key.

#[allow(unreachable_pub)]
mod support {
    pub mod cases;
    pub mod naive;
    pub mod worlds;
}

use rolecall::evaluate::{
    Answer, Caller, Decision, Layer, LayeredPolicy, Left, Outcome, Request, ResourceName, Verdict, decide,
};
use support::cases::{Breach, Case, Facts, Kind, Known, Member, Shown, Tally, Values, cases, exactly, readable};
use support::worlds::{self, Rng};

#[test]
fn check_and_simulate_agree_on_every_request_of_a_set() {
    let mut tally = Tally::default();
    for case in cases() {
        // Every third world has nothing unknown: then the verdict is as sharp as the decisions.
        let unknown = if case.seed % 3 == 0 { 0 } else { 2 };
        let known = worlds::knowledge(&mut Rng::new(case.seed ^ 0x51), &case.world, unknown);
        let outcome = case.ask_about_all(&known);
        tally.verdicts.entry(outcome.verdict).and_modify(|count| *count += 1).or_insert(1);
        tally.breaches.extend(case.compare(&outcome, &known));
    }
    let each = [Verdict::Granted, Verdict::Conditional, Verdict::Partial, Verdict::Denied, Verdict::Missing];
    tally.expect(&each);
}

#[test]
fn check_and_simulate_agree_on_a_single_request() {
    let mut tally = Tally::default();
    for case in cases() {
        let rng = &mut Rng::new(case.seed ^ 0xA7);
        let mut breach = None;
        for kind in case.question.types {
            for resource in worlds::resources(kind) {
                for context in worlds::contexts(rng, case.question.action, kind, 1) {
                    let outcome = case.ask_about_one(kind, &resource, &context);
                    tally.verdicts.entry(outcome.verdict).and_modify(|count| *count += 1).or_insert(1);
                    breach = breach.or_else(|| case.compare_one(&outcome, kind, &resource, &context));
                }
            }
        }
        tally.breaches.extend(breach);
    }
    tally.expect(&[Verdict::Granted, Verdict::Denied, Verdict::Missing]);
}

impl Case {
    /// What `simulate` says of one request.
    fn simulate(&self, kind: &str, resource: &str, context: &Values) -> Decision {
        let known = exactly(self.question.action, kind, context);
        let facts = Facts { known: &known, sent: worlds::keys_of(self.question.action, kind), shapes: false };
        let policies = self.policies.iter();
        let policies: Vec<_> =
            policies.map(|(layer, policy)| LayeredPolicy { layer: *layer, policy: Some(policy) }).collect();
        let request = Request {
            action: self.question.action,
            resource: ResourceName::parse(resource),
            caller: Caller::parse("arn:aws:sts::123456789012:assumed-role/red/session").expect("a session"),
            owner: None,
            context: &facts,
        };
        decide(&request, &policies)
    }

    fn compare(&self, outcome: &Outcome, known: &Known) -> Option<Breach> {
        let of_type = |kind: &&str| -> Vec<Decided> {
            let decided = |member: Member| {
                let decision = self.simulate(kind, &member.resource, &member.context);
                Decided { member, decision }
            };
            self.members(kind, known).into_iter().map(decided).collect()
        };
        let types: Vec<Vec<Decided>> = self.question.types.iter().map(of_type).collect();
        let all = || types.iter().flatten();
        let breach =
            |law, what: Option<&Decided>| Some(self.breach(law, outcome, &format!("{what:?}\n  {}", readable(known))));
        match outcome.verdict {
            Verdict::Granted => {
                if let Some(refused) = all().find(|one| !one.is_allowed()) {
                    return breach("granted, but simulate refuses a request", Some(refused));
                }
            }
            Verdict::Missing => {
                // Nothing of it is sure. What may be is allowed only by what is unknown, or by a reading of AWS's
                // words that simulate takes.
                let settled = self.kind == Kind::Clear && !known.values().any(|one| *one == worlds::Knowledge::Unknown);
                if settled && let Some(allowed) = all().find(|one| one.is_allowed()) {
                    return breach("missing, but simulate allows a request", Some(allowed));
                }
                if outcome.short.is_empty() {
                    return breach("missing, but nothing is short", None);
                }
            }
            Verdict::Denied => {
                let refused = |of_type: &&Vec<Decided>| !of_type.iter().any(Decided::is_allowed);
                let Some(refused) = types.iter().find(refused) else {
                    return breach("denied, but simulate allows something of each type", None);
                };
                // It is not the identity policies that lack it, in every case (of their own vague forms simulate takes
                // what grants less).
                if self.kind == Kind::Clear
                    && refused.iter().all(|one| one.decision.lacking == Some(Layer::Identity))
                    && types.len() == 1
                {
                    return breach("denied, but only the identity policies do not allow it", refused.first());
                }
            }
            _ => {}
        }
        for shortage in outcome.short.iter().filter(|shortage| shortage.left == Left::Nothing) {
            if let Some(allowed) = types[shortage.cell].iter().find(|one| one.is_allowed()) {
                return breach("nothing is left of a type, but simulate allows a request of it", Some(allowed));
            }
        }
        if matches!(outcome.verdict, Verdict::Missing | Verdict::Denied | Verdict::Partial) {
            let refused = |resource: &String, kind: &str| {
                let mut completions = worlds::completions(known, self.question.action, kind).into_iter();
                completions.all(|context| self.simulate(kind, resource, &context).answer != Answer::Allowed)
            };
            let shown = outcome.uncovered.as_deref().map(Shown::of);
            if !shown.is_some_and(|shown| shown.resources.iter().any(|resource| refused(resource, &shown.kind))) {
                return breach("what is shown as not covered, simulate may allow", None);
            }
        }
        None
    }

    /// With everything known the verdict is the decision, but for the points that AWS leaves open.
    fn compare_one(&self, outcome: &Outcome, kind: &str, resource: &str, context: &Values) -> Option<Breach> {
        let decision = self.simulate(kind, resource, context);
        let law = match (outcome.verdict, decision.answer) {
            (Verdict::Granted, Answer::Allowed) | (Verdict::Conditional, _) => return None,
            (Verdict::Denied | Verdict::Missing, Answer::ImplicitDeny | Answer::ExplicitDeny) => return None,
            (Verdict::Granted, _) => "granted, but simulate refuses it",
            (_, Answer::Allowed) => "refused, but simulate allows it",
            _ => "one request is neither granted nor refused",
        };
        Some(self.breach(law, outcome, &format!("{resource} {context:?} {decision:?}")))
    }
}

/// A request with its decision.
#[derive(Debug)]
#[allow(dead_code, reason = "what a breach shows")]
struct Decided {
    member: Member,
    decision: Decision,
}

impl Decided {
    fn is_allowed(&self) -> bool {
        self.decision.answer == Answer::Allowed
    }
}
