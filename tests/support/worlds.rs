//! Random small worlds, from a seed: the same seed is the same world on every machine.
//!
//! The alphabets are so small that statements, layers and conditions meet each other all the
//! time. About a third of the worlds allow some of what they are asked, in about a third some of
//! it is explicitly denied, the rest does neither (a test below holds it to that).
//!
//! # How a property test uses them
//!
//! **One request.** `world(seed)` gives the policies and a [`Question`]. For each resource type
//! of the question, each of [`resources`] and each of [`contexts`]: the engine's decision on that
//! one request is `naive::decide`'s.
//!
//! **A set.** The engine judges all resources of the types and a context of which a part is
//! unknown: [`knowledge`]. The brute force takes every member: each of [`resources`] with each of
//! [`completions`] of that knowledge for the type. Then
//!
//! - `granted`: every member of every type is Allowed;
//! - `denied`: there is a type of which no member is Allowed;
//! - `missing`: the same, except where the contract's second `missing` applies (a part of the set
//!   is impossible, the rest unsure): then it is as with `partial`. With nothing unknown no
//!   member at all is Allowed;
//! - `partial`: there is a resource of which no member is Allowed. The engine's witness, if it is
//!   one ARN without wildcards, has to be such a resource, be it in [`resources`] or not;
//! - `conditional`: nothing follows, but a test should count it, so that an engine that shrugs at
//!   everything does not pass: with nothing unknown no clear world is `conditional`.
//!
//! What a type's requests carry is decided per type ([`keys_of`]): a key that AWS does not send
//! for it is absent, whatever is known of it. An `Unknown` key is here one of a few values; those
//! that are in every request are never absent.
//!
//! The set is only sampled (an unknown key has more values than these, a pattern fits more
//! resources), which is sound for the first three; for `partial` ask about the witness.
//!
//! A *clear* world ([`world`]) holds only what AWS's pages decide, and the few CHOICEs of `naive`
//! that the engine shares. A *vague* one ([`vague_world`]) adds what AWS leaves open or
//! contradicts itself about; there the engine may say "unknown" or choose otherwise: compare
//! sets only where it does not, or look at each difference by hand.
#![allow(dead_code)]

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde_json::{Map, Value, json};

use super::naive::World;

/// The account and region of every resource. The partition is `aws`.
pub const ACCOUNT: &str = "123456789012";
pub const REGION: &str = "us-east-1";

/// What Lambda's probe of `ec2:DeleteNetworkInterface` is thought to be asked on.
pub const PROBE: &str = "arn:aws:ec2:us-east-1:123456789012:*/*";

/// `SplitMix64`.
#[derive(Debug, Clone)]
pub struct Rng(u64);

impl Rng {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    pub fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % end as u64).expect("smaller than a usize")
    }

    pub fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    pub fn pick<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        &items[self.below(items.len())]
    }

    /// One of the texts with `; ` between them.
    pub fn one_of(&mut self, list: &'static str) -> &'static str {
        let texts: Vec<_> = list.split("; ").map(str::trim).collect();
        texts[self.below(texts.len())]
    }
}

/// What a world is asked about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Question {
    pub action: &'static str,
    /// Each is needed. `*` is the one "type" of an action without resource types.
    pub types: &'static [&'static str],
}

pub const QUESTIONS: [Question; 3] = [
    Question { action: "ec2:CreateNetworkInterface", types: &["network-interface", "subnet", "security-group"] },
    Question { action: "ec2:DeleteNetworkInterface", types: &["network-interface"] },
    Question { action: "ec2:DescribeNetworkInterfaces", types: &["*"] },
];

/// Concrete resources of a type: ids that policies name, ids that only a wildcard matches, and
/// ids that a policy variable may make.
pub fn resources(resource_type: &str) -> Vec<String> {
    let ids: &[&str] = match resource_type {
        "*" => return vec!["*".to_string()],
        "network-interface" => &["eni-1", "eni-22", "eni-red", "eni-zz9"],
        "subnet" => &["subnet-a", "subnet-b", "subnet-red", "subnet-zz9"],
        "security-group" => &["sg-1", "sg-2", "sg-zz9"],
        other => panic!("no such resource type: {other}"),
    };
    let arn = |id: &&str| format!("arn:aws:ec2:{REGION}:{ACCOUNT}:{resource_type}/{id}");
    ids.iter().map(arn).collect()
}

/// A condition key: what requests carry, by which kinds of operators and with what policies
/// compare it.
struct Key {
    name: &'static str,
    /// In every request.
    always: bool,
    kinds: Vec<&'static str>,
    values: Vec<Vec<String>>,
    wishes: Vec<String>,
}

/// name | in every request? | kinds | values | wishes. `E` is `arn:aws:ec2:REGION:ACCOUNT`, `L`
/// and `I` are so of lambda and iam, `-` is an empty list, `&` stands between values of one list.
const KEY_TABLE: &str = "\
ec2:Vpc | no | Arn Arn Text | E:vpc/vpc-1; E:vpc/vpc-2 \
    | E:vpc/vpc-1; E:vpc/vpc-2; vpc-1; arn:aws:ec2:*:*:vpc/*; arn:aws:ec2:*:*:VPC/vpc-1
ec2:Subnet | no | Arn Text | E:subnet/subnet-a; E:subnet/subnet-b \
    | E:subnet/subnet-a; subnet-a; arn:aws:ec2:*:*:subnet/subnet-?; */subnet-b
aws:SourceVpc | no | Text | vpc-1; vpc-2 \
    | vpc-1; vpc-*; VPC-1; vpc-${aws:PrincipalTag/team, '1'}
aws:RequestedRegion | yes | Text | us-east-1 | us-east-1; US-EAST-1; us-*; eu-west-1; eu-*
aws:PrincipalTag/team | no | Text Text Binary | red; blue; YQ== \
    | red; RED; b*; ?ed; YQ==; ${aws:PrincipalTag/team}; ${*}
aws:ViaAWSService | yes | Flag Flag Text | false; true | true; false
lambda:SourceFunctionArn | no | Arn Arn Text | L:function:red; L:function:blue \
    | L:function:red; arn:aws:lambda:*:*:function:*; arn:aws:lambda:*:function:red; \
      arn:aws:lambda:*:*:function:${aws:PrincipalTag/team}; \
      arn:aws:lambda:*:*:function:${aws:PrincipalTag/team, 'blue'}
aws:SourceIp | no | Address | 203.0.113.7; 10.0.0.5; 2001:db8::1 \
    | 203.0.113.0/24; 203.0.113.7; 10.0.0.0/30; 0.0.0.0/0; 2001:DB8::/32
aws:MultiFactorAuthPresent | no | Flag | true; false | true; false
aws:MultiFactorAuthAge | no | Number | 0; 300; 3600 | 300; 300.0; 0; 299.5; -1; 86400
aws:PrincipalArn | yes | Arn Text | I:role/red; I:role/app/blue \
    | I:role/red; arn:aws:iam::*:role/*; I:role/${aws:PrincipalTag/team}; \
      arn:aws:iam:*:role/red; ${aws:PrincipalArn}
aws:TagKeys | no | Text | -; team; team&cost; Cost \
    | team; cost; COST; *; ${aws:PrincipalTag/team, 'team'}
aws:CurrentTime | yes | Date \
    | 2024-06-30T23:59:59Z; 2025-01-01T00:00:00Z; 2026-02-28T12:00:00Z \
    | 2025-01-01T00:00:00Z; 2025-01-01; 1735689600; 2024-07-01T01:59:59+02:00";

static KEYS: LazyLock<Vec<Key>> = LazyLock::new(|| {
    let full = |text: &str| match text.split_once(':') {
        Some(("E", rest)) => format!("arn:aws:ec2:{REGION}:{ACCOUNT}:{rest}"),
        Some(("L", rest)) => format!("arn:aws:lambda:{REGION}:{ACCOUNT}:{rest}"),
        Some(("I", rest)) => format!("arn:aws:iam::{ACCOUNT}:{rest}"),
        _ => text.to_string(),
    };
    let list = |text: &str| text.split('&').filter(|v| *v != "-").map(full).collect();
    let read = |line: &'static str| {
        let fields: Vec<_> = line.split('|').map(str::trim).collect();
        let [name, always, kinds, values, wishes] = fields[..] else {
            panic!("not a key: {line}");
        };
        Key {
            name,
            always: always == "yes",
            kinds: kinds.split(' ').collect(),
            values: values.split("; ").map(list).collect(),
            wishes: wishes.split("; ").map(full).collect(),
        }
    };
    KEY_TABLE.lines().map(read).collect()
});

/// The keys that a request of this action carries, or may carry, for a resource of this type
/// (AWS's service authorization reference; the global keys are everywhere).
pub fn keys_of(action: &str, resource_type: &str) -> Vec<&'static str> {
    let sent = |name: &str| match (name, action, resource_type) {
        ("ec2:Vpc", "ec2:CreateNetworkInterface", resource) => resource != "network-interface",
        ("ec2:Vpc" | "ec2:Subnet", action, _) => action == "ec2:DeleteNetworkInterface",
        ("aws:TagKeys", "ec2:CreateNetworkInterface", resource) => resource == "network-interface",
        ("aws:TagKeys", _, _) => false,
        _ => true,
    };
    KEYS.iter().map(|key| key.name).filter(|name| sent(name)).collect()
}

fn sent_keys(action: &str, resource_type: &str) -> impl Iterator<Item = &'static Key> {
    let names = keys_of(action, resource_type);
    KEYS.iter().filter(move |key| names.contains(&key.name))
}

pub type Context = BTreeMap<String, Vec<String>>;

/// Random contexts of one action and resource type: each key absent or with one of its values.
pub fn contexts(rng: &mut Rng, action: &str, resource_type: &str, count: usize) -> Vec<Context> {
    let mut one = || -> Context {
        let mut context = Context::new();
        for key in sent_keys(action, resource_type) {
            if key.always || rng.chance(60) {
                context.insert(key.name.to_string(), rng.pick(&key.values).clone());
            }
        }
        context
    };
    (0..count).map(|_| one()).collect()
}

/// What is known of a key before a resource is looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Knowledge {
    Known(Vec<String>),
    Absent,
    /// Any value, or (unless it is in every request) absent.
    Unknown,
}

/// Random knowledge of every key, for all types of a question alike; about `unknown` of them,
/// chosen among the keys that the world's conditions read, are unknown.
pub fn knowledge(rng: &mut Rng, world: &World, unknown: usize) -> BTreeMap<String, Knowledge> {
    let text = format!("{world:?}").to_lowercase();
    let mut known = BTreeMap::new();
    let mut read = Vec::new();
    for key in KEYS.iter() {
        let one = if key.always || rng.chance(50) {
            Knowledge::Known(rng.pick(&key.values).clone())
        } else {
            Knowledge::Absent
        };
        known.insert(key.name.to_string(), one);
        if text.contains(&key.name.to_lowercase()) {
            read.push(key.name);
        }
    }
    for _ in 0..unknown.min(read.len()) {
        known.insert((*rng.pick(&read)).to_string(), Knowledge::Unknown);
    }
    known
}

/// Every concrete context that fits what is known, for one action and resource type. With n
/// unknown keys that is up to 5ⁿ; ask for few.
pub fn completions(known: &BTreeMap<String, Knowledge>, action: &str, resource_type: &str) -> Vec<Context> {
    let mut all = vec![Context::new()];
    for key in sent_keys(action, resource_type) {
        let every = || key.values.iter().cloned().map(Some);
        let possible: Vec<Option<Vec<String>>> = match known.get(key.name) {
            Some(Knowledge::Known(values)) => vec![Some(values.clone())],
            Some(Knowledge::Unknown) if key.always => every().collect(),
            Some(Knowledge::Unknown) => every().chain([None]).collect(),
            Some(Knowledge::Absent) | None => vec![None],
        };
        let with = |context: &Context, values: &Option<Vec<String>>| {
            let mut context = context.clone();
            let entry = values.iter().map(|values| (key.name.to_string(), values.clone()));
            context.extend(entry);
            context
        };
        all = all.iter().flat_map(|c| possible.iter().map(move |v| with(c, v))).collect();
    }
    all
}

/// A clear world and what to ask it.
pub fn world(seed: u64) -> (World, Question) {
    Maker { rng: Rng::new(seed), vague: false }.world()
}

/// A world that also holds forms of which AWS does not say what they mean.
pub fn vague_world(seed: u64) -> (World, Question) {
    Maker { rng: Rng::new(seed), vague: true }.world()
}

// What policies are made of, with "; " between the texts; what is named twice comes twice as often.

const ACTIONS: &str = "ec2:CreateNetworkInterface; ec2:DeleteNetworkInterface; \
    ec2:DescribeNetworkInterfaces; EC2:createnetworkINTERFACE; ec2:*; ec2:Create*; ec2:De*; \
    ec2:*NetworkInterface?; ec2:??????NetworkInterface; *";
const OTHER_ACTIONS: &str = "s3:*; iam:*; ec2:RunInstances";
const VAGUE_ACTIONS: &str = "*:*; e?2:*; *:Create*";
const PLACES: &str = "arn:aws:ec2:us-east-1:123456789012; arn:aws:ec2:us-east-1:123456789012; \
    arn:aws:ec2:*:*; arn:aws:ec2:us-*-?:123456789012; arn:aws:ec2:us-east-1:999999999999; \
    arn:aws:ec2:eu-west-1:123456789012; arn:*:ec2:*:*; arn:aws:s3:*:*";
/// What comes after the fifth colon.
const TAILS: &str = "*; */*; */*; network-interface/*; network-interface/*; \
    network-interface/eni-?; network-interface/eni-1; \
    network-interface/eni-${aws:PrincipalTag/team}; network-interface*/*; \
    subnet/*; subnet/subnet-a; subnet/subnet-?; subnet/subnet-${aws:PrincipalTag/team, 'a'}; \
    s*/*; security-group/*; security-group/sg-1; security-group/${*}; vpc/*";
const SHORT_ARNS: &str = "arn:aws:ec2; arn:aws:ec2:*; arn:aws:ec2:us-east-1; arn:aws:s3";
const VAGUE_SHORT_ARNS: &str = "arn:aws:ec2:*:subnet/subnet-a; arn:aws:ec2:*/*";
const VAGUE_ARNS: &str = "arn:aws:ec2:US-EAST-1:123456789012:*/*; \
    arn:aws:ec2:${aws:RequestedRegion}:123456789012:*/*";

fn operators(kind: &str) -> &'static str {
    match kind {
        "Text" => {
            "StringEquals; StringNotEquals; StringEqualsIgnoreCase; StringNotEqualsIgnoreCase; \
             StringLike; StringNotLike"
        }
        "Arn" => "ArnEquals; ArnLike; ArnNotEquals; ArnNotLike",
        "Number" => {
            "NumericEquals; NumericNotEquals; NumericLessThan; NumericLessThanEquals; \
             NumericGreaterThan; NumericGreaterThanEquals"
        }
        "Date" => {
            "DateEquals; DateNotEquals; DateLessThan; DateLessThanEquals; DateGreaterThan; \
             DateGreaterThanEquals"
        }
        "Flag" => "Bool",
        "Address" => "IpAddress; NotIpAddress",
        "Binary" => "BinaryEquals",
        other => panic!("no such kind of operator: {other}"),
    }
}

/// Which kind of policy a statement stands in.
#[derive(Clone, Copy, PartialEq)]
enum Place {
    /// An identity policy or a boundary.
    Own,
    /// A session policy or one of the organization.
    Around,
}

struct Maker {
    rng: Rng,
    vague: bool,
}

impl Maker {
    fn world(mut self) -> (World, Question) {
        let question = *self.rng.pick(&QUESTIONS);
        let mut world = World::default();
        for _ in 0..=self.rng.below(3) {
            world.identity.push(self.policy(Place::Own, 35));
        }
        if self.rng.chance(25) {
            world.boundary = Some(self.guard(Place::Own));
        }
        if self.rng.chance(15) {
            let count = 1 + self.rng.below(2);
            world.session = (0..count).map(|_| self.guard(Place::Around)).collect();
        }
        if self.rng.chance(35) {
            for _ in 0..=self.rng.below(3) {
                let count = 1 + self.rng.below(2);
                let level = (0..count).map(|_| self.guard(Place::Around)).collect();
                world.organization.push(level);
            }
        }
        (world, question)
    }

    /// A policy that limits: mostly one that allows everything, as `FullAWSAccess` does.
    fn guard(&mut self, place: Place) -> Value {
        let full = json!({"Effect": "Allow", "Action": "*", "Resource": "*"});
        match self.rng.below(10) {
            0..7 => json!({"Version": "2012-10-17", "Statement": [full]}),
            7 => json!({"Version": "2012-10-17", "Statement": [full, self.statement("Deny", place)]}),
            _ => self.policy(place, 30),
        }
    }

    fn policy(&mut self, place: Place, deny_percent: usize) -> Value {
        let count = 1 + self.rng.below(3);
        let mut statements = Vec::new();
        for _ in 0..count {
            let deny = self.rng.chance(deny_percent);
            statements.push(self.statement(if deny { "Deny" } else { "Allow" }, place));
        }
        let statement = match statements.len() {
            1 => statements.remove(0),
            _ => Value::Array(statements),
        };
        match self.rng.below(10) {
            0..2 => json!({"Statement": statement}),
            2 => json!({"Version": "2008-10-17", "Statement": statement}),
            _ => json!({"Version": "2012-10-17", "Statement": statement}),
        }
    }

    fn statement(&mut self, effect: &str, place: Place) -> Value {
        let mut statement = Map::new();
        statement.insert("Effect".to_string(), json!(effect));
        let not = self.rng.chance(12);
        let actions = self.some(3, |maker| maker.action(not));
        statement.insert(element(not, "Action"), actions);
        let not = self.rng.chance(12);
        let resources = self.some(3, |maker| maker.resource(not, place));
        statement.insert(element(not, "Resource"), resources);
        if self.rng.chance(if effect == "Deny" { 70 } else { 50 }) {
            let mut condition = Map::new();
            for _ in 0..=self.rng.below(3) {
                let (operator, key, wanted) = self.comparison();
                // A key twice under one operator, in two spellings, is nothing that AWS explains.
                let keys = condition.entry(operator).or_insert_with(|| json!({}));
                let keys = keys.as_object_mut().expect("an object");
                if !keys.keys().any(|other| other.eq_ignore_ascii_case(&key)) {
                    keys.insert(key, wanted);
                }
            }
            statement.insert("Condition".to_string(), Value::Object(condition));
        }
        Value::Object(statement)
    }

    /// One value, or a list of up to `most`.
    fn some(&mut self, most: usize, mut one: impl FnMut(&mut Self) -> String) -> Value {
        if self.rng.chance(50) {
            return json!(one(self));
        }
        let count = 1 + self.rng.below(most);
        (0..count).map(|_| json!(one(self))).collect()
    }

    fn action(&mut self, not: bool) -> String {
        let actions = match self.rng.below(10) {
            0 if self.vague => VAGUE_ACTIONS,
            0..6 if not => OTHER_ACTIONS,
            0 => OTHER_ACTIONS,
            _ => ACTIONS,
        };
        self.rng.one_of(actions).to_string()
    }

    fn resource(&mut self, not: bool, place: Place) -> String {
        match self.rng.below(20) {
            0..6 if !not => "*".to_string(),
            // Short ARNs are for identity policies and boundaries: a session policy with one is
            // refused, and of organization policies AWS does not say.
            9..11 if place == Place::Own => self.rng.one_of(SHORT_ARNS).to_string(),
            11 if self.vague && place == Place::Own => self.rng.one_of(VAGUE_SHORT_ARNS).to_string(),
            12 if self.vague => self.rng.one_of(VAGUE_ARNS).to_string(),
            _ => format!("{}:{}", self.rng.one_of(PLACES), self.rng.one_of(TAILS)),
        }
    }

    /// An operator, a key and the values it is compared with.
    fn comparison(&mut self) -> (String, String, Value) {
        // The only multivalued key comes up more often.
        let key = match self.rng.below(10) {
            0 => KEYS.iter().find(|key| key.name == "aws:TagKeys"),
            _ => Some(self.rng.pick(&KEYS)),
        };
        let key = key.expect("a key of the table");
        let name = match self.rng.below(10) {
            0 => key.name.to_lowercase(),
            _ => key.name.to_string(),
        };
        if self.rng.chance(12) {
            let absent = self.rng.one_of("true; false");
            return ("Null".to_string(), name, json!(absent));
        }
        let kind = self.rng.pick(&key.kinds);
        let mut operator = self.rng.one_of(operators(kind));
        if self.vague && self.rng.chance(5) {
            operator = self.rng.one_of("ArnLike; NumericEquals; Bool; StringNotEquals");
        }
        let set = match (key.name == "aws:TagKeys", self.rng.below(10)) {
            (true, 0) if self.vague => "",
            (true, 0..5) => "ForAllValues:",
            (true, _) => "ForAnyValue:",
            (false, 0) if self.vague => "ForAllValues:",
            (false, _) => "",
        };
        // Of ForAnyValue with IfExists, AWS says both that a missing key is true and false.
        let if_exists = self.rng.chance(25) && (self.vague || set != "ForAnyValue:");
        let suffix = if if_exists { "IfExists" } else { "" };
        let wanted = self.some(2, |maker| match maker.rng.below(20) {
            0 if maker.vague => maker.rng.one_of("; x; TRUE; 2025; *").to_string(),
            _ if operator == "BinaryEquals" => maker.rng.one_of("YQ==; Yg==").to_string(),
            _ => maker.rng.pick(&key.wishes).clone(),
        });
        (format!("{set}{operator}{suffix}"), name, wanted)
    }
}

fn element(not: bool, name: &str) -> String {
    let prefix = if not { "Not" } else { "" };
    format!("{prefix}{name}")
}

#[cfg(test)]
mod tests {
    use super::super::naive::{Decision, Request, decide};
    use super::*;

    fn ask(world: &World, action: &str, resource: &str, context: &Context) -> Decision {
        let request = Request { action: action.to_string(), resource: resource.to_string(), context: context.clone() };
        decide(world, &request)
    }

    /// Of a thousand worlds with up to two unknown keys: how many allow some member, deny some
    /// explicitly, do neither; and how many allow every member.
    fn mix(make: fn(u64) -> (World, Question)) -> [usize; 4] {
        let mut counts = [0; 4];
        for seed in 0..1000 {
            let (world, question) = make(seed);
            let known = knowledge(&mut Rng::new(seed ^ 0xC0), &world, 2);
            let mut answers = Vec::new();
            for kind in question.types {
                for context in completions(&known, question.action, kind) {
                    let ask = |resource: &String| ask(&world, question.action, resource, &context);
                    answers.extend(resources(kind).iter().map(ask));
                }
            }
            let (allowed, denied) = (Decision::Allowed, Decision::ExplicitDeny);
            let some = [answers.contains(&allowed), answers.contains(&denied)];
            let every = answers.iter().all(|answer| *answer == allowed);
            for (count, seen) in counts.iter_mut().zip([some[0], some[1], some == [false; 2], every]) {
                *count += usize::from(seen);
            }
        }
        counts
    }

    #[test]
    fn worlds_allow_and_deny() {
        for make in [world as fn(u64) -> (World, Question), vague_world] {
            let [allow, deny, neither, every] = mix(make);
            let mix = format!("{allow} {deny} {neither} {every}");
            assert!([allow, deny, neither].iter().all(|count| (250..=450).contains(count)), "{mix}");
            assert!(every > 100);
        }
    }

    #[test]
    fn the_same_seed_is_the_same_world() {
        assert_eq!(format!("{:?}", world(7)), format!("{:?}", world(7)));
        assert_ne!(format!("{:?}", world(7)), format!("{:?}", world(8)));
    }

    #[test]
    fn completions_hold_what_is_known_and_vary_what_is_not() {
        let mut known = knowledge(&mut Rng::new(1), &world(1).0, 0);
        let (action, kind) = ("ec2:CreateNetworkInterface", "network-interface");
        let all = completions(&known, action, kind);
        assert_eq!(all.len(), 1);
        assert!(!all[0].contains_key("ec2:Vpc"), "AWS does not send it there");
        known.insert("aws:SourceIp".to_string(), Knowledge::Unknown);
        known.insert("ec2:Vpc".to_string(), Knowledge::Unknown);
        assert_eq!(completions(&known, action, kind).len(), 4);
        assert_eq!(completions(&known, action, "subnet").len(), 12);
    }
}
