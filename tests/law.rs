//! The law of the engine: what it says of a set of requests holds for each request in it, and of a single request it
//! says what AWS would. Random worlds ([`worlds`]), every sampled member asked of a second, naive evaluator ([`naive`]).

#[allow(unreachable_pub)]
mod support {
    pub mod naive;
    pub mod worlds;
}

use std::collections::BTreeMap;
use std::fmt::Write as _;

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

/// Few enough for a debug build, many enough to have found every fault that ten times as many found.
const CLEAR: u64 = 4_000;
const VAGUE: u64 = 2_000;

type Maker = fn(u64) -> (World, worlds::Question);
type Values = BTreeMap<String, Vec<String>>;
type Known = BTreeMap<String, worlds::Knowledge>;

#[test]
fn what_is_said_of_a_set_holds_for_each_request_of_it() {
    let mut tally = Tally::default();
    for (make, seeds) in [(worlds::world as Maker, CLEAR), (worlds::vague_world, VAGUE)] {
        for seed in 0..seeds {
            let case = Case::new(make, seed);
            let known = worlds::knowledge(&mut Rng::new(seed ^ 0xC0), &case.world, usize::from(seed % 3 != 0) * 2);
            let (outcome, broken) = case.ask_about_a_set(&known);
            tally.add(outcome.verdict, broken.map(|law| case.report(&law, &outcome, &json!(format!("{known:?}")))));
        }
    }
    tally.check();
}

/// How often each verdict came up, and what went wrong.
#[derive(Default)]
struct Tally {
    verdicts: BTreeMap<Verdict, usize>,
    broken: Vec<String>,
}

impl Tally {
    fn add(&mut self, verdict: Verdict, broken: Option<String>) {
        *self.verdicts.entry(verdict).or_default() += 1;
        self.broken.extend(broken);
    }

    /// A test that never reaches a verdict tests nothing.
    fn check(mut self) {
        self.broken.sort_by_key(String::len);
        let shortest: String = self.broken.iter().take(6).map(|broken| format!("\n{broken}\n")).collect();
        assert!(
            self.broken.is_empty(),
            "{:?}\n{} break the law; the shortest:\n{shortest}",
            self.verdicts,
            self.broken.len()
        );
        for verdict in [Verdict::Granted, Verdict::Conditional, Verdict::Partial, Verdict::Denied, Verdict::Missing] {
            let count = self.verdicts.get(&verdict).copied().unwrap_or(0);
            assert!(count >= 100, "{verdict:?} is rare: {:?}", self.verdicts);
        }
    }
}

/// A world, and what the engine needs to be asked about it.
struct Case {
    seed: u64,
    clear: bool,
    world: World,
    question: worlds::Question,
    policies: Vec<(Layer, Policy)>,
}

impl Case {
    fn new(make: Maker, seed: u64) -> Case {
        let (world, question) = make(seed);
        let policies = policies(&world);
        Case { seed, clear: std::ptr::fn_addr_eq(make, worlds::world as Maker), world, question, policies }
    }

    fn judge(&self, cells: Vec<Cell>, contexts: &[Facts<'_>]) -> Outcome {
        let layered: Vec<_> =
            self.policies.iter().map(|(layer, policy)| LayeredPolicy { layer: *layer, policy: Some(policy) }).collect();
        let contexts: Vec<&dyn Context> = contexts.iter().map(|context| context as &dyn Context).collect();
        let question = Question { action: self.question.action.into(), cells };
        judge(&question, &layered, Attachments::AllKnown, &contexts)
    }

    fn allows(&self, resource: &str, context: &Values) -> bool {
        decide(&self.world, &self.request(resource, context)) == Decision::Allowed
    }

    fn request(&self, resource: &str, context: &Values) -> Request {
        let action = self.question.action.to_owned();
        Request { action, resource: resource.to_owned(), context: context.clone() }
    }

    /// What the engine says of all resources of all types, and which law that breaks.
    fn ask_about_a_set(&self, known: &Known) -> (Outcome, Option<String>) {
        let types = self.question.types;
        let cells = types.iter().map(|kind| cell(kind, &format!("{kind}/*"))).collect();
        let contexts: Vec<Facts> = types
            .iter()
            .map(|kind| Facts { known, sent: worlds::keys_of(self.question.action, kind), shaped: self.seed % 2 == 0 })
            .collect();
        let outcome = self.judge(cells, &contexts);
        let broken = self.broken_by(&outcome, known);
        (outcome, broken)
    }

    fn broken_by(&self, outcome: &Outcome, known: &Known) -> Option<String> {
        let members: Vec<Vec<(String, Values)>> =
            self.question.types.iter().map(|kind| self.members(kind, known)).collect();
        let allows = |(resource, context): &&(String, Values)| self.allows(resource, context);
        match outcome.verdict {
            Verdict::Granted => {
                if let Some(member) = members.iter().flatten().find(|member| !allows(member)) {
                    return Some(format!("granted, and refused is {member:?}"));
                }
            }
            Verdict::Denied => {
                if members.iter().all(|of_type| of_type.iter().any(|member| allows(&member))) {
                    return Some("denied, and something of each type is allowed".to_owned());
                }
            }
            Verdict::Unresolved => return Some("every policy is in the input".to_owned()),
            Verdict::Conditional => {
                let unknown = known.values().any(|one| *one == worlds::Knowledge::Unknown);
                if self.clear && !unknown {
                    return Some("conditional, and nothing is unknown".to_owned());
                }
            }
            Verdict::Missing | Verdict::Partial => {}
        }
        for shortage in outcome.short.iter().filter(|shortage| shortage.left == Left::Nothing) {
            if let Some(member) = members[shortage.cell].iter().find(allows) {
                return Some(format!("nothing is left of a type, and allowed is {member:?}"));
            }
        }
        if matches!(outcome.verdict, Verdict::Missing | Verdict::Denied | Verdict::Partial) {
            // `*` is any text; this letter stands in no policy.
            let Some(witness) = &outcome.uncovered else { return Some("no witness".to_owned()) };
            let kind = witness.rsplit(':').next().and_then(|name| name.split('/').next()).unwrap_or("*");
            let resource = if kind == "*" { witness.clone() } else { witness.replace('*', "j") };
            for context in worlds::completions(known, self.question.action, kind) {
                if self.allows(&resource, &context) {
                    return Some(format!("the witness is {resource}, and it is allowed with {context:?}"));
                }
            }
        }
        None
    }

    /// Every sampled member of a type: each resource with each completion of what is known.
    fn members(&self, kind: &str, known: &Known) -> Vec<(String, Values)> {
        let completions = worlds::completions(known, self.question.action, kind);
        let with_each = |resource: String| completions.iter().map(move |context| (resource.clone(), context.clone()));
        worlds::resources(kind).into_iter().flat_map(with_each).collect()
    }

    fn report(&self, law: &str, outcome: &Outcome, known: &Value) -> String {
        let mut text = String::new();
        let world = if self.clear { "world" } else { "vague_world" };
        let action = self.question.action;
        writeln!(text, "{world}({}), {action}: {law}", self.seed).expect("a String takes any text");
        writeln!(text, "  {:?}, uncovered {:?}, short {:?}", outcome.verdict, outcome.uncovered, outcome.short)
            .expect("a String takes any text");
        write!(text, "  {known}\n  {}", as_json(&self.world)).expect("a String takes any text");
        text
    }
}

fn policies(world: &World) -> Vec<(Layer, Policy)> {
    let of = |layer, policy_type, policies: &[Value]| -> Vec<(Layer, Policy)> {
        policies.iter().map(|policy| (layer, parsed(policy, policy_type))).collect()
    };
    let mut all = of(Layer::Identity, PolicyType::Identity, &world.identity);
    all.extend(of(Layer::Boundary, PolicyType::Identity, world.boundary.as_slice()));
    all.extend(of(Layer::Session, PolicyType::Session, &world.session));
    for (index, level) in world.organization.iter().enumerate() {
        all.extend(of(Layer::Organization(index), PolicyType::ServiceControl, level));
    }
    all
}

fn parsed(policy: &Value, policy_type: PolicyType) -> Policy {
    let text = policy.to_string();
    let doc = Doc::parse(&text).expect("valid JSON");
    let reading = read(&doc, policy_type);
    assert_eq!(reading.policy.standing, Standing::Accepted, "{text}\n{:?}", reading.problems);
    reading.policy
}

fn as_json(world: &World) -> Value {
    let World { identity, boundary, session, organization } = world;
    json!({"identity": identity, "boundary": boundary, "session": session, "organization": organization})
}

fn cell(kind: &str, names: &str) -> Cell {
    if kind == "*" {
        return Cell { resource_type: None, resources: Resources::Unnamed, limits: None };
    }
    let head = ["arn", "aws", "ec2", worlds::REGION, worlds::ACCOUNT].map(Glob::literal);
    let resources = Resources::Arns { head: ArnHead::new(head), names: Glob::pattern(names) };
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
    shaped: bool,
}

impl Context for Facts<'_> {
    fn key(&self, key: &str) -> Knowledge {
        let Some(name) = self.sent.iter().find(|name| name.eq_ignore_ascii_case(key)) else { return Knowledge::Absent };
        match &self.known[*name] {
            worlds::Knowledge::Absent => Knowledge::Absent,
            worlds::Knowledge::Known(values) => {
                Knowledge::Values(values.iter().map(|value| Glob::literal(value)).collect())
            }
            worlds::Knowledge::Unknown if ALWAYS.contains(name) => {
                Knowledge::Like(Language::of(Glob::all()), Presence::Certain)
            }
            worlds::Knowledge::Unknown => match SHAPES.iter().find(|(shaped, _)| self.shaped && shaped == name) {
                Some((_, shape)) => Knowledge::Like(Language::of(Glob::pattern(shape)), Presence::Possible),
                None => Knowledge::Unknown,
            },
        }
    }
}

#[test]
fn a_single_request_is_answered_as_aws_answers_it() {
    let mut tally = Tally::default();
    for (make, seeds) in [(worlds::world as Maker, CLEAR), (worlds::vague_world, VAGUE)] {
        for seed in 0..seeds {
            let case = Case::new(make, seed);
            let rng = &mut Rng::new(seed ^ 0xA5);
            for kind in case.question.types {
                for resource in worlds::resources(kind) {
                    for context in worlds::contexts(rng, case.question.action, kind, 2) {
                        let (outcome, broken) = case.ask_about_one(kind, &resource, &context);
                        let member = || json!({"resource": resource, "context": context});
                        tally.add(outcome.verdict, broken.map(|law| case.report(&law, &outcome, &member())));
                    }
                }
            }
        }
    }
    tally.broken.sort_by_key(String::len);
    let shortest: String = tally.broken.iter().take(12).map(|broken| format!("\n{broken}\n")).collect();
    assert!(
        tally.broken.is_empty(),
        "{:?}\n{} break the law; the shortest:\n{shortest}",
        tally.verdicts,
        tally.broken.len()
    );
}

impl Case {
    fn ask_about_one(&self, kind: &str, resource: &str, context: &Values) -> (Outcome, Option<String>) {
        let sent = worlds::keys_of(self.question.action, kind);
        let known = |name: &&'static str| match context.get(*name) {
            Some(values) => ((*name).to_owned(), worlds::Knowledge::Known(values.clone())),
            None => ((*name).to_owned(), worlds::Knowledge::Absent),
        };
        let known: Known = sent.iter().map(known).collect();
        let name = resource.splitn(6, ':').last().unwrap_or("*");
        let outcome = self.judge(vec![cell(kind, name)], &[Facts { known: &known, sent, shaped: false }]);
        let allowed = self.allows(resource, context);
        let broken = match (outcome.verdict, allowed) {
            (Verdict::Granted, true) => None,
            (Verdict::Denied | Verdict::Missing, false) => {
                let by_identity = decide(&grants_of_identity(&self.world), &self.request(resource, context));
                let taken = by_identity == Decision::Allowed;
                (self.clear && taken != (outcome.verdict == Verdict::Denied))
                    .then(|| format!("the identity policies say {by_identity:?}"))
            }
            (Verdict::Conditional, _) if !self.clear => None,
            (_, allowed) => Some(format!("allowed is {allowed}")),
        };
        (outcome, broken)
    }
}

/// The world with nothing in it but the Allow statements of the identity policies.
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
