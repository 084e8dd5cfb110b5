//! The law of the engine: what it says of a set of requests holds for each request in it, and of a single request it
//! says what AWS would.
//!
//! Random worlds ([`worlds`]) are put to the engine and, member by member, to a second evaluator ([`naive`]) that
//! shares nothing with it. The members are a sample: some resources of each type, some values of each unknown key.

#[allow(unreachable_pub)]
mod support {
    pub mod naive;
    pub mod worlds;
}

use std::borrow::Cow;
use std::collections::BTreeMap;

use rolecall::document::Doc;
use rolecall::evaluate::glob::Glob;
use rolecall::evaluate::{
    ArnHead, Attachments, Cell, Context, Knowledge, Language, Layer, LayeredPolicy, Left, Outcome, Presence, Question,
    Resources, Verdict, judge,
};
use rolecall::policy::{Policy, PolicyType, Standing, read};
use serde_json::{Value, json};
use support::naive::{Decision, Request, World, decide};
use support::worlds::{self, Rng};

/// A maker of worlds, and how many of its seeds are tried. Clear worlds hold what AWS's text decides; of vague ones
/// the engine may say that it cannot know.
const KINDS: [(Kind, u64); 2] = [(Kind::Clear, 4_000), (Kind::Vague, 2_000)];

type Values = BTreeMap<String, Vec<String>>;
type Known = BTreeMap<String, worlds::Knowledge>;

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

/// A law that a world breaks.
struct Breach {
    law: &'static str,
    report: String,
}

#[derive(Default)]
struct Tally {
    verdicts: BTreeMap<Verdict, usize>,
    breaches: Vec<Breach>,
}

impl Tally {
    /// No breach; and all of these verdicts, often, because a test that never reaches a verdict tests nothing.
    fn expect(mut self, verdicts: &[Verdict]) {
        self.breaches.sort_by_key(|breach| breach.report.len());
        let mut by_law: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for breach in &self.breaches {
            by_law.entry(breach.law).or_default().push(&breach.report);
        }
        let shown = by_law.iter().map(|(law, reports)| {
            let shortest: Vec<&str> = reports.iter().take(3).copied().collect();
            format!("\n{} times: {law}\n{}\n", reports.len(), shortest.join("\n"))
        });
        let shown: String = shown.collect();
        assert!(shown.is_empty(), "{:?}\n{shown}", self.verdicts);
        for verdict in verdicts {
            let count = self.verdicts.get(verdict).copied().unwrap_or(0);
            assert!(count >= 100, "{verdict:?} is rare: {:?}", self.verdicts);
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Clear,
    Vague,
}

/// A world, and what the engine needs to be asked about it.
struct Case {
    kind: Kind,
    seed: u64,
    world: World,
    question: worlds::Question,
    policies: Vec<(Layer, Policy)>,
}

fn cases() -> impl Iterator<Item = Case> {
    KINDS.into_iter().flat_map(|(kind, seeds)| {
        (0..seeds).map(move |seed| {
            let (world, question) = match kind {
                Kind::Clear => worlds::world(seed),
                Kind::Vague => worlds::vague_world(seed),
            };
            let policies = policies(&world);
            Case { kind, seed, world, question, policies }
        })
    })
}

/// The world's policies as rolecall reads them.
fn policies(world: &World) -> Vec<(Layer, Policy)> {
    let mut all = Vec::new();
    let mut add = |layer, policy_type, policies: &[Value]| {
        all.extend(policies.iter().map(|policy| (layer, parse(policy, policy_type))));
    };
    add(Layer::Identity, PolicyType::Identity, &world.identity);
    add(Layer::Boundary, PolicyType::Identity, world.boundary.as_slice());
    add(Layer::Session, PolicyType::Session, &world.session);
    for (index, level) in world.organization.iter().enumerate() {
        add(Layer::Organization(index), PolicyType::ServiceControl, level);
    }
    all
}

fn parse(policy: &Value, policy_type: PolicyType) -> Policy {
    let text = policy.to_string();
    let reading = read(&Doc::parse(&text).expect("valid JSON"), policy_type);
    assert_eq!(reading.policy.standing, Standing::Accepted, "{text}\n{:?}", reading.problems);
    reading.policy
}

impl Case {
    fn judge(&self, cells: Vec<Cell>, facts: &[Facts<'_>]) -> Outcome {
        let policies = self.policies.iter();
        let policies: Vec<_> =
            policies.map(|(layer, policy)| LayeredPolicy { layer: *layer, policy: Some(policy) }).collect();
        let contexts: Vec<&dyn Context> = facts.iter().map(|facts| facts as &dyn Context).collect();
        let question = Question { action: self.question.action.into(), cells };
        judge(&question, &policies, Attachments::AllKnown, &contexts)
    }

    /// All resources of all types that the question needs.
    fn ask_about_all(&self, known: &Known) -> Outcome {
        let types = self.question.types.iter();
        let facts = types.clone().map(|kind| Facts {
            known,
            sent: worlds::keys_of(self.question.action, kind),
            shapes: self.seed.is_multiple_of(2),
        });
        self.judge(types.map(|kind| cell(kind, &format!("{kind}/*"))).collect(), &facts.collect::<Vec<_>>())
    }

    /// One resource, with everything known.
    fn ask_about_one(&self, kind: &str, resource: &str, context: &Values) -> Outcome {
        let sent = worlds::keys_of(self.question.action, kind);
        let knowledge = |name: &str| match context.get(name) {
            Some(values) => worlds::Knowledge::Known(values.clone()),
            None => worlds::Knowledge::Absent,
        };
        let known = sent.iter().map(|name| ((*name).to_owned(), knowledge(name))).collect();
        let name = resource.splitn(6, ':').last().unwrap_or("*");
        self.judge(vec![cell(kind, name)], &[Facts { known: &known, sent, shapes: false }])
    }

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

    /// Is the resource that a witness shows refused in every completion? A `*` of a witness is any text, so a letter
    /// that no policy holds; or it is the character, where a policy says `${*}`.
    fn is_never_allowed(&self, witness: &str, known: &Known) -> bool {
        let kind = witness.splitn(6, ':').nth(5).and_then(|name| name.split('/').next()).unwrap_or("*");
        let completions = worlds::completions(known, self.question.action, kind);
        let resources = [witness.to_owned(), if kind == "*" { "*".to_owned() } else { witness.replace('*', "j") }];
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

    /// Every sampled member of a type: each resource with each completion of what is known.
    fn members(&self, kind: &str, known: &Known) -> Vec<Member> {
        let completions = worlds::completions(known, self.question.action, kind);
        let with_each = |resource: String| {
            let member = move |context: &Values| Member { resource: resource.clone(), context: context.clone() };
            completions.iter().map(member).collect::<Vec<_>>()
        };
        worlds::resources(kind).into_iter().flat_map(with_each).collect()
    }

    fn allows(&self, resource: &str, context: &Values) -> bool {
        decide(&self.world, &self.request(resource, context)) == Decision::Allowed
    }

    fn request(&self, resource: &str, context: &Values) -> Request {
        let action = self.question.action.to_owned();
        Request { action, resource: resource.to_owned(), context: context.clone() }
    }

    fn breach(&self, law: &'static str, outcome: &Outcome, what: &dyn std::fmt::Display) -> Breach {
        let World { identity, boundary, session, organization } = &self.world;
        let world =
            json!({"identity": identity, "boundary": boundary, "session": session, "organization": organization});
        let Outcome { verdict, uncovered, short, .. } = outcome;
        let (kind, seed, action) = (self.kind, self.seed, self.question.action);
        let report = format!(
            "{kind:?} seed {seed}, {action}: {verdict:?}, uncovered {uncovered:?}, {short:?}\n  {what}\n  {world}"
        );
        Breach { law, report }
    }
}

#[derive(Debug)]
struct Member {
    resource: String,
    context: Values,
}

fn is_unknown(knowledge: &worlds::Knowledge) -> bool {
    *knowledge == worlds::Knowledge::Unknown
}

/// What is known, without the keys that are absent.
fn readable(known: &Known) -> String {
    let texts = known.iter().filter_map(|(key, knowledge)| match knowledge {
        worlds::Knowledge::Absent => None,
        worlds::Knowledge::Known(values) => Some(format!("{key} = {values:?}")),
        worlds::Knowledge::Unknown => Some(format!("{key} is unknown")),
    });
    texts.collect::<Vec<_>>().join(", ")
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

/// The resources of a type that have one of these names.
fn cell(kind: &str, names: &str) -> Cell {
    if kind == "*" {
        return Cell { resource_type: None, resources: Resources::Unnamed, limits: None };
    }
    let head = ArnHead::new(["arn", "aws", "ec2", worlds::REGION, worlds::ACCOUNT].map(Glob::literal));
    let resources = Resources::Arns { head, names: vec![Glob::pattern(names)] };
    Cell { resource_type: Some(kind.into()), resources, limits: None }
}

/// Keys that are in every request.
const ALWAYS: [&str; 4] = ["aws:RequestedRegion", "aws:ViaAWSService", "aws:PrincipalArn", "aws:CurrentTime"];

/// The shape of keys that hold ARNs.
const SHAPES: [(&str, &str); 3] = [
    ("ec2:Vpc", "arn:aws:ec2:us-east-1:123456789012:vpc/*"),
    ("ec2:Subnet", "arn:aws:ec2:us-east-1:123456789012:subnet/*"),
    ("lambda:SourceFunctionArn", "arn:aws:lambda:us-east-1:123456789012:function:*"),
];

/// What the engine is told of the keys of one resource type.
struct Facts<'a> {
    known: &'a Known,
    sent: Vec<&'static str>,
    /// Is it told the shape of what is unknown?
    shapes: bool,
}

impl Context for Facts<'_> {
    fn key(&self, key: &str) -> Cow<'_, Knowledge> {
        Cow::Owned(self.knowledge(key))
    }
}

impl Facts<'_> {
    fn knowledge(&self, key: &str) -> Knowledge {
        let Some(name) = self.sent.iter().find(|name| name.eq_ignore_ascii_case(key)) else { return Knowledge::Absent };
        let like = |glob, presence| Knowledge::Like(Language::of(glob), presence);
        match &self.known[*name] {
            worlds::Knowledge::Absent => Knowledge::Absent,
            worlds::Knowledge::Known(values) => {
                Knowledge::Values(values.iter().map(|value| Glob::literal(value)).collect())
            }
            worlds::Knowledge::Unknown if ALWAYS.contains(name) => like(Glob::all(), Presence::Certain),
            worlds::Knowledge::Unknown => match SHAPES.iter().find(|(shaped, _)| self.shapes && shaped == name) {
                Some((_, shape)) => like(Glob::pattern(shape), Presence::Possible),
                None => Knowledge::Unknown,
            },
        }
    }
}
