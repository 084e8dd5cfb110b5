//! Random worlds as rolecall is asked about them: policies in their layers, sets of resources, and what is known of each
//! condition key.
#![allow(dead_code)]

use std::borrow::Cow;
use std::collections::BTreeMap;

use rolecall::document::Doc;
use rolecall::evaluate::glob::Glob;
use rolecall::evaluate::{
    ArnHead, Attachments, Cell, Context, Knowledge, Language, Layer, LayeredPolicy, Outcome, Presence, Question,
    Resources, Verdict, judge,
};
use rolecall::policy::{Policy, PolicyType, Standing, read};
use serde_json::{Value, json};

use super::naive::World;
use super::worlds;

/// A maker of worlds, and how many of its seeds are tried. Clear worlds hold what AWS's text decides; of vague ones
/// the engine may say that it cannot know.
const KINDS: [(Kind, u64); 2] = [(Kind::Clear, 4_000), (Kind::Vague, 2_000)];

pub type Values = BTreeMap<String, Vec<String>>;
pub type Known = BTreeMap<String, worlds::Knowledge>;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Clear,
    Vague,
}

/// A law that a world breaks.
pub struct Breach {
    pub law: &'static str,
    pub report: String,
}

#[derive(Default)]
pub struct Tally {
    pub verdicts: BTreeMap<Verdict, usize>,
    pub breaches: Vec<Breach>,
}

impl Tally {
    /// No breach; and all of these verdicts, often, because a test that never reaches a verdict tests nothing.
    pub fn expect(mut self, verdicts: &[Verdict]) {
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

/// A world, and what the engine needs to be asked about it.
pub struct Case {
    pub kind: Kind,
    pub seed: u64,
    pub world: World,
    pub question: worlds::Question,
    pub policies: Vec<(Layer, Policy)>,
}

pub fn cases() -> impl Iterator<Item = Case> {
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
    pub fn ask_about_all(&self, known: &Known) -> Outcome {
        let types = self.question.types.iter();
        let facts = types.clone().map(|kind| Facts {
            known,
            sent: worlds::keys_of(self.question.action, kind),
            shapes: self.seed.is_multiple_of(2),
        });
        self.judge(types.map(|kind| cell(kind, &format!("{kind}/*"))).collect(), &facts.collect::<Vec<_>>())
    }

    /// One resource, with everything known.
    pub fn ask_about_one(&self, kind: &str, resource: &str, context: &Values) -> Outcome {
        let known = exactly(self.question.action, kind, context);
        let sent = worlds::keys_of(self.question.action, kind);
        let name = resource.splitn(6, ':').last().unwrap_or("*");
        self.judge(vec![cell(kind, name)], &[Facts { known: &known, sent, shapes: false }])
    }

    pub fn breach(&self, law: &'static str, outcome: &Outcome, what: &dyn std::fmt::Display) -> Breach {
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

    /// Every sampled member of a type: each resource with each completion of what is known.
    pub fn members(&self, kind: &str, known: &Known) -> Vec<Member> {
        let completions = worlds::completions(known, self.question.action, kind);
        let with_each = |resource: String| {
            let member = move |context: &Values| Member { resource: resource.clone(), context: context.clone() };
            completions.iter().map(member).collect::<Vec<_>>()
        };
        worlds::resources(kind).into_iter().flat_map(with_each).collect()
    }
}

#[derive(Debug)]
pub struct Member {
    pub resource: String,
    pub context: Values,
}

/// Knowledge of every key that requests of the type carry: this value, or absent.
pub fn exactly(action: &str, kind: &str, context: &Values) -> Known {
    let knowledge = |name: &str| match context.get(name) {
        Some(values) => worlds::Knowledge::Known(values.clone()),
        None => worlds::Knowledge::Absent,
    };
    worlds::keys_of(action, kind).into_iter().map(|name| (name.to_owned(), knowledge(name))).collect()
}

/// The resources that a witness may mean. A `*` of a witness is any text, so a letter that no policy holds; or it is
/// the character, where a policy says `${*}`.
pub struct Shown {
    pub kind: String,
    pub resources: [String; 2],
}

impl Shown {
    pub fn of(witness: &str) -> Shown {
        let kind = witness.splitn(6, ':').nth(5).and_then(|name| name.split('/').next()).unwrap_or("*");
        let filled = if kind == "*" { "*".to_owned() } else { witness.replace('*', "j") };
        Shown { kind: kind.to_owned(), resources: [witness.to_owned(), filled] }
    }
}

/// What is known, without the keys that are absent.
pub fn readable(known: &Known) -> String {
    let texts = known.iter().filter_map(|(key, knowledge)| match knowledge {
        worlds::Knowledge::Absent => None,
        worlds::Knowledge::Known(values) => Some(format!("{key} = {values:?}")),
        worlds::Knowledge::Unknown => Some(format!("{key} is unknown")),
    });
    texts.collect::<Vec<_>>().join(", ")
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
pub struct Facts<'a> {
    pub known: &'a Known,
    pub sent: Vec<&'static str>,
    /// Is it told the shape of what is unknown?
    pub shapes: bool,
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
