//! Random `SimulateCustomPolicy` requests, from a seed: the same seed is the same request on every machine.
//!
//! A small alphabet, so that statements, principals, kinds of policies and conditions meet all the time. [`request`]
//! holds what AWS's text decides, [`vague_request`] also what AWS leaves open or contradicts itself about: there an
//! engine may answer otherwise than [`decide`](super::oracle::decide) or not at all.
//!
//! All requests are of a shape that AWS takes, with these extensions: RCPs, session and endpoint policies, callers other
//! than users. Values that an operator cannot read (`many` where a number belongs) come now and then, in policies and in
//! contexts of the type `string`; [`MALFORMED_PERCENT`] of the comparisons have one.
//!
//! A third of the requests is simple: identity policies only. Everything else is kept to what can be so in AWS: boundaries
//! where there is an IAM entity, session policies where there is a session, RCPs with `RCPFullAWSAccess`, levels with an
//! SCP each, a policy on the resource where one has to agree (across accounts, KMS, roles), only `*` as principal of
//! gateway endpoints, `NotPrincipal` with Deny and with all that one principal is.
#![allow(dead_code)]

use serde_json::{Map, Value, json};

use super::alphabet::{
    ACCOUNT, CALLERS, EXCEPTIONS, GROUPS, Group, KEYS, Key, OTHER, OTHER_ACTIONS, PRINCIPALS, VAGUE_ACTIONS,
    VAGUE_CALLERS, VAGUE_PRINCIPALS, operators,
};
use super::worlds::Rng;

pub const MALFORMED_PERCENT: usize = 3;

/// A request of which AWS's text says the answer.
pub fn request(seed: u64) -> Value {
    Maker::new(seed, false).request()
}

/// A request that may also hold forms of which AWS does not say what they mean.
pub fn vague_request(seed: u64) -> Value {
    Maker::new(seed, true).request()
}

/// In which kind of policy a statement stands.
#[derive(Clone, Copy, PartialEq)]
enum Place {
    /// Identity policies, boundaries, session policies.
    Own,
    Scp,
    Rcp,
    Resource,
    Trust,
    Endpoint,
}

struct Maker {
    rng: Rng,
    vague: bool,
    group: &'static Group,
    /// Empty where no caller is named.
    caller: String,
    owner: &'static str,
    bounded: bool,
    context: Vec<(&'static Key, Vec<String>)>,
}

impl Maker {
    fn new(seed: u64, vague: bool) -> Self {
        let mut rng = Rng::new(seed);
        let group = &GROUPS[rng.below(GROUPS.len())];
        Self { rng, vague, group, caller: String::new(), owner: ACCOUNT, bounded: false, context: Vec::new() }
    }

    fn request(mut self) -> Value {
        let mut request = Map::new();
        let mut put = |name: &str, value: Value| request.insert(name.to_string(), value);
        let simple = self.rng.chance(33);
        let must_agree = self.group.actions.starts_with("sts") || self.group.actions.starts_with("kms");
        if simple && must_agree && !self.vague {
            self.group = &GROUPS[[0, 1, 2, 5, 6, 7][self.rng.below(6)]];
        }
        if !simple || self.rng.chance(50) {
            let callers = if self.vague && self.rng.chance(10) { VAGUE_CALLERS } else { CALLERS };
            self.caller = self.fill(callers);
            // Root users assume no roles; who is nobody is allowed only by a policy on a resource.
            let root = self.caller.ends_with(":root") && must_agree;
            let nobody = !self.caller.starts_with("arn:") && !self.group.policy;
            if simple || root || nobody && self.rng.chance(90) {
                self.caller = self.fill("arn:aws:iam::A:user/ann; arn:aws:iam::A:role/app");
            }
            put("CallerArn", json!(self.caller));
        }
        if !simple && self.group.policy && self.rng.chance(35) {
            self.owner = OTHER;
        }
        let cross = self.owner == OTHER;
        if cross || self.rng.chance(15) {
            let whose = if self.vague && self.rng.chance(5) { ACCOUNT } else { self.owner };
            put("ResourceOwner", json!(*self.rng.pick(&[whose.to_string(), format!("arn:aws:iam::{whose}:root")])));
        }
        put("ActionNames", self.distinct(self.group.actions, 2));
        if self.group.resources != "*" && !(self.vague && self.rng.chance(3)) || self.rng.chance(50) {
            put("ResourceArns", self.distinct(self.group.resources, 3));
        }
        if let Some(entries) = self.context_entries() {
            put("ContextEntries", entries);
        }

        let someone = !self.caller.ends_with(".com") && self.caller != "*";
        let root = self.caller.ends_with(":root");
        let linked = self.caller.contains("ServiceRole");
        let entity = someone && !root;
        self.bounded = !simple && (entity && !linked || self.vague) && self.rng.chance(30);
        if self.bounded {
            put("PermissionsBoundaryPolicyInputList", self.guards(Place::Own, 1));
        }
        let identity = match entity || self.vague && self.rng.chance(20) {
            true => (0..=self.rng.below(3)).map(|_| self.policy(Place::Own, 25)).collect(),
            false if root && self.rng.chance(50) => self.guards(Place::Own, 1),
            false => json!([]),
        };
        put("PolicyInputList", identity);
        if simple {
            return Value::Object(request);
        }
        let federated = self.caller.contains("federated-user");
        let session = entity && !self.caller.contains(":user/") || self.vague;
        if session && self.rng.chance(if federated { 80 } else { 25 }) {
            put("SessionPolicyInputList", self.guards(Place::Own, 2));
        }
        if self.rng.chance(30) {
            put("OrderedOrganizationPolicyInputList", self.organization());
        }
        if (someone || self.vague) && self.rng.chance(15) {
            put("VpcEndpointPolicyInputList", self.guards(Place::Endpoint, 1));
        }
        let needed = (cross || must_agree || !someone) && !(self.vague && self.rng.chance(5));
        if self.group.policy && (needed || self.rng.chance(60)) {
            let place = if self.group.actions.starts_with("sts") { Place::Trust } else { Place::Resource };
            put("ResourcePolicy", self.policy(place, 22));
        }
        Value::Object(request)
    }

    fn organization(&mut self) -> Value {
        let rcps = self.rng.chance(50);
        let mut level = |_| {
            let mut level = json!({"ServiceControlPolicyInputList": self.guards(Place::Scp, 2)});
            if rcps {
                level["ResourceControlPolicyInputList"] = self.guards(Place::Rcp, 1);
            }
            if self.vague && self.rng.chance(5) {
                level["ServiceControlPolicyInputList"] = if self.rng.chance(50) { Value::Null } else { json!([]) };
                level.as_object_mut().expect("an object").retain(|_, list| !list.is_null());
            }
            level
        };
        (0..3).map(&mut level).collect::<Vec<_>>().into_iter().skip(self.rng.below(3)).collect()
    }

    fn context_entries(&mut self) -> Option<Value> {
        let mut entries = Vec::new();
        for key in &KEYS {
            if self.rng.chance(50) {
                continue;
            }
            let (mut kind, text) = (key.kind, self.fill(key.values));
            let mut values: Vec<String> = text.split('&').filter(|value| *value != "-").map(str::to_string).collect();
            if self.rng.chance(MALFORMED_PERCENT) {
                kind = if kind.ends_with("List") { "stringList" } else { "string" };
                values = vec!["many".to_string()];
            }
            if self.vague && self.rng.chance(4) {
                values = self.pick("; x&y; True; *").split('&').map(str::to_string).collect();
                kind = if values.len() > 1 { "stringList" } else { "string" };
            }
            entries.push(json!({"ContextKeyName": key.name, "ContextKeyValues": values, "ContextKeyType": kind}));
            self.context.push((key, values));
        }
        (!entries.is_empty() || self.rng.chance(50)).then_some(Value::Array(entries))
    }

    // Policies.

    /// Up to `most` policies that limit: mostly one that allows everything, as `FullAWSAccess` does.
    fn guards(&mut self, place: Place, most: usize) -> Value {
        let mut full = json!({"Effect": "Allow", "Action": "*", "Resource": "*"});
        if matches!(place, Place::Rcp | Place::Endpoint) {
            full["Principal"] = json!("*");
        }
        let full = json!({"Version": "2012-10-17", "Statement": [full]}).to_string();
        let mut list = vec![json!(full)];
        for _ in 0..=self.rng.below(most) {
            match self.rng.below(10) {
                0..5 => {}
                5..7 if place != Place::Own => {}
                5 => list.push(self.policy(place, 70)),
                7 | 8 if place == Place::Rcp => list.push(self.policy(place, 100)),
                7 => list.push(self.policy(place, 70)),
                8 if most > 1 || place != Place::Own => list[0] = self.policy(place, 20),
                _ if place == Place::Rcp && !self.vague => {}
                _ => list = vec![self.policy(place, if place == Place::Rcp { 100 } else { 20 })],
            }
        }
        // AWS takes one boundary; the endpoint has one policy.
        if most == 1 && place != Place::Rcp {
            list.drain(..list.len() - 1);
        }
        Value::Array(list)
    }

    fn policy(&mut self, place: Place, deny_percent: usize) -> Value {
        let mut statements = Vec::new();
        for _ in 0..=self.rng.below(3) {
            let deny = self.rng.chance(deny_percent);
            statements.push(self.statement(if deny { "Deny" } else { "Allow" }, place));
        }
        let statement = if statements.len() == 1 { statements.remove(0) } else { Value::Array(statements) };
        let policy = match self.rng.below(10) {
            0 if !matches!(place, Place::Scp | Place::Rcp) => json!({"Statement": statement}),
            1 if !matches!(place, Place::Scp | Place::Rcp) => json!({"Version": "2008-10-17", "Statement": statement}),
            _ => json!({"Version": "2012-10-17", "Statement": statement}),
        };
        json!(if self.rng.chance(10) { format!("{policy:#}") } else { policy.to_string() })
    }

    fn statement(&mut self, effect: &str, place: Place) -> Value {
        let mut statement = Map::new();
        statement.insert("Effect".to_string(), json!(effect));
        match place {
            Place::Own | Place::Scp => {}
            Place::Rcp => drop(statement.insert("Principal".to_string(), json!("*"))),
            _ => self.name_principals(&mut statement, place),
        }
        let not = !matches!(place, Place::Rcp | Place::Trust) && self.rng.chance(10);
        let actions = self.some(3, |maker| maker.action(not, place));
        statement.insert(if not { "NotAction" } else { "Action" }.to_string(), actions);
        if place != Place::Trust {
            let not = self.rng.chance(8);
            let resources = self.some(3, |maker| maker.resource(not));
            statement.insert(if not { "NotResource" } else { "Resource" }.to_string(), resources);
        }
        if self.rng.chance(if effect == "Deny" { 65 } else { 40 }) {
            let mut condition = Map::new();
            for _ in 0..=self.rng.below(2) {
                let (operator, key, wanted) = self.comparison();
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

    fn action(&mut self, not: bool, place: Place) -> String {
        let all = !matches!(place, Place::Rcp | Place::Trust);
        match self.rng.below(10) {
            0 if self.vague && all => self.pick(VAGUE_ACTIONS),
            0..6 if not => self.pick(OTHER_ACTIONS),
            0 if all => self.pick(OTHER_ACTIONS),
            1..4 if all => "*".to_string(),
            // RCPs are only about services that have them.
            _ if place == Place::Rcp && !self.group.rcps && !self.vague => self.pick("s3:*; sqs:*"),
            _ => self.pick(self.group.patterns),
        }
    }

    fn resource(&mut self, not: bool) -> String {
        match self.rng.below(20) {
            0..8 if !not => "*".to_string(),
            8..10 if self.vague => self.fill(self.group.vague_arns),
            10 => "arn:aws:dynamodb:us-east-1:111111111111:table/t".to_string(),
            _ => self.fill(self.group.arns),
        }
    }

    /// Principal, or NotPrincipal in a Deny.
    fn name_principals(&mut self, statement: &mut Map<String, Value>, place: Place) {
        let gateway = place == Place::Endpoint && self.group.actions.starts_with("s3");
        let service = self.caller.ends_with(".com");
        // A Deny with NotPrincipal always hits who has a boundary.
        let bounded = self.bounded && self.rng.chance(40);
        let principal = match if bounded { 3 } else { self.rng.below(10) } {
            _ if gateway && !self.vague => json!("*"),
            0..2 => json!("*"),
            2 if !service || self.vague => json!({"AWS": "*"}),
            3..5 if statement["Effect"] == "Deny" && place != Place::Trust => {
                statement.insert("NotPrincipal".to_string(), self.exception());
                return;
            }
            5 => json!({"AWS": [self.principal()], "Service": self.services()}),
            6..8 if service => json!({"Service": self.services()}),
            _ => json!({"AWS": self.some(3, Self::principal)}),
        };
        statement.insert("Principal".to_string(), principal);
    }

    fn services(&mut self) -> Value {
        json!(*self.rng.pick(&["lambda.amazonaws.com", "sns.amazonaws.com"]))
    }

    /// Half of the time something that the caller is.
    fn principal(&mut self) -> String {
        let own = match () {
            () if self.rng.chance(40) || !self.caller.starts_with("arn:") => None,
            () if self.vague && self.rng.chance(10) => Some(self.fill(VAGUE_PRINCIPALS)),
            () if self.caller.contains("assumed-role") && self.rng.chance(60) => {
                Some(self.fill("arn:aws:iam::A:role/app"))
            }
            () if self.rng.chance(70) => Some(self.caller.clone()),
            () => Some(self.fill("A; arn:aws:iam::A:root")),
        };
        loop {
            let one = own.clone().unwrap_or_else(|| self.fill(PRINCIPALS));
            // `{"AWS": "*"}` is not said to mean services too.
            if one != "*" || !self.caller.ends_with(".com") || self.vague {
                return one;
            }
        }
    }

    /// What is said of someone else may in part be true of the caller; then it is vague.
    fn exception(&mut self) -> Value {
        loop {
            let text = self.pick(EXCEPTIONS).replace('&', "; ");
            let names: Vec<String> = text.split(';').map(|name| self.fill(name.trim())).collect();
            if !names.contains(&self.caller) && self.rng.chance(50) {
                continue;
            }
            let of_role = self.caller.contains("role/app");
            let of_session = names.iter().any(|name| name.contains("assumed-role"));
            let part = self.caller.ends_with(":root") || of_role && of_session != self.caller.contains("assumed-role");
            if self.vague && self.rng.chance(30) {
                return json!({"AWS": names[0]});
            }
            if self.vague || !(part && names.iter().any(|name| name.contains(ACCOUNT))) {
                let both = json!({"AWS": names, "Service": "lambda.amazonaws.com"});
                return if self.rng.chance(40) { both } else { json!({"AWS": both["AWS"]}) };
            }
        }
    }

    // Conditions.

    /// An operator, a key and the values it is compared with.
    fn comparison(&mut self) -> (String, String, Value) {
        let key = self.rng.pick(&KEYS);
        let name = if self.rng.chance(10) { key.name.to_uppercase() } else { key.name.to_string() };
        let values = self.context.iter().find(|(other, _)| other.name == key.name).map(|(_, values)| values.len());
        if self.rng.chance(10) && (values != Some(0) || self.vague) {
            let absent = [json!("true"), json!("false"), json!(true), json!(false)];
            return ("Null".to_string(), name, self.rng.pick(&absent).clone());
        }
        let mut kind = key.compared;
        if self.rng.chance(MALFORMED_PERCENT) && key.kind == "string" {
            kind = *self.rng.pick(&["Number", "Date", "Address", "Flag"]);
        }
        let wishes = if kind == key.compared { key.wishes } else { "300; 2025" };
        let operator = self.pick(operators(kind));
        let many = key.kind.ends_with("List") != (self.vague && self.rng.chance(15));
        let set = match (many, self.rng.chance(50)) {
            (true, true) => "ForAllValues:",
            (true, false) => "ForAnyValue:",
            (false, _) => "",
        };
        // Of ForAnyValue with IfExists, AWS says both that a missing key is true and false.
        let open = set == "ForAnyValue:" && values.unwrap_or(0) == 0;
        let suffix = if self.rng.chance(25) && (self.vague || !open) { "IfExists" } else { "" };
        if self.vague && self.rng.chance(3) {
            return (format!("{set}{operator}{suffix}"), name, json!([]));
        }
        let wanted = self.some(2, |maker| match maker.rng.below(100) {
            ..MALFORMED_PERCENT if kind != "Binary" => "many".to_string(),
            0..10 if maker.vague => maker.pick("; x; TRUE; ${aws:MultiFactorAuthPresent}; 2025; *; 203.0.113.9/24"),
            _ => maker.fill(wishes),
        });
        let wanted = match wanted.as_str().and_then(|text| text.parse::<Value>().ok()) {
            Some(plain) if self.rng.chance(30) && (plain.is_boolean() || plain.is_number()) && kind != "Text" => plain,
            _ => wanted,
        };
        (format!("{set}{operator}{suffix}"), name, wanted)
    }

    // Texts.

    fn pick(&mut self, list: &'static str) -> String {
        self.rng.one_of(list).to_string()
    }

    /// One of the texts, with its accounts put in.
    fn fill(&mut self, list: &str) -> String {
        let texts: Vec<&str> = list.split("; ").map(str::trim).collect();
        let parts = texts[self.rng.below(texts.len())].split(':');
        let account = |part| match part {
            "A" => ACCOUNT,
            "B" => OTHER,
            "O" => self.owner,
            other => other,
        };
        parts.map(account).collect::<Vec<_>>().join(":")
    }

    /// One value, or a list of up to `most`.
    fn some(&mut self, most: usize, mut one: impl FnMut(&mut Self) -> String) -> Value {
        if self.rng.chance(50) {
            return json!(one(self));
        }
        (0..=self.rng.below(most)).map(|_| json!(one(self))).collect()
    }

    /// Up to `most` different texts of a list.
    fn distinct(&mut self, list: &str, most: usize) -> Value {
        let mut texts: Vec<String> = (0..=self.rng.below(most)).map(|_| self.fill(list)).collect();
        texts.sort();
        texts.dedup();
        json!(texts)
    }
}
