//! What AWS would answer to one call of a `SimulateCustomPolicy` request, decided naively.
//!
//! [`naive`](super::naive) knows what a statement says of a call; here is who is meant by a policy on a resource, and
//! which kinds of policies have to agree. Each rule is one small function under the page it is from:
//!
//! - [allow]: IAM User Guide, "How AWS enforcement code logic evaluates requests to allow or deny access"
//! - [context]: IAM User Guide, "Processing the request context" (the kinds of policies and whom they bind)
//! - [cross]: IAM User Guide, "Cross-account policy evaluation logic"
//! - [principal], [not-principal]: IAM User Guide, "AWS JSON policy elements: Principal", "…: NotPrincipal"
//! - [boundaries]: IAM User Guide, "Permissions boundaries for IAM entities"
//! - [session]: IAM User Guide, "Policies and permissions", under "Session policies", and STS's `GetFederationToken`
//! - [scp], [rcp]: Organizations User Guide, "SCP evaluation", "Service control policies", "Resource control policies"
//! - [endpoint]: AWS `PrivateLink` Guide, "Control access to VPC endpoints using endpoint policies"
//! - [api]: IAM API Reference, `SimulateCustomPolicy`
//!
//! CHOICE marks what AWS leaves open. Nothing is filled into the context, and no list of policies that is not given.
#![allow(dead_code)]

use serde_json::Value;

pub use super::naive::Decision;
use super::naive::{Request, action_matches, conditions_hold, items, listed, resource_matches, texts};

/// [allow]: an explicit deny in any policy wins; what nobody grants or one guard does not allow is denied implicitly.
pub fn decide(request: &Value, action: &str, resource: &str) -> Decision {
    let call = Call::read(request, action, resource);
    if call.someone_denies() {
        Decision::ExplicitDeny
    } else if call.guards_allow() && call.is_granted() {
        Decision::Allowed
    } else {
        Decision::ImplicitDeny
    }
}

/// One call, with all that was given around it.
struct Call {
    asked: Request,
    caller: Caller,
    /// The account of the resource.
    owner: Option<String>,
    identity: Vec<Value>,
    boundary: Vec<Value>,
    session: Vec<Value>,
    endpoint: Vec<Value>,
    on_resource: Vec<Value>,
    levels: Vec<Level>,
}

/// What is attached to the root, to an OU or to the account.
struct Level {
    scps: Option<Vec<Value>>,
    rcps: Option<Vec<Value>>,
}

impl Call {
    fn read(request: &Value, action: &str, resource: &str) -> Self {
        let list = |name: &str| policies(&request[name]).unwrap_or_default();
        let caller = Caller::read(request["CallerArn"].as_str());
        let levels = request["OrderedOrganizationPolicyInputList"].as_array().cloned().unwrap_or_default();
        let level = |level: &Value| Level {
            scps: policies(&level["ServiceControlPolicyInputList"]),
            rcps: policies(&level["ResourceControlPolicyInputList"]),
        };
        let mut asked = Request { action: action.to_string(), resource: resource.to_string(), ..Request::default() };
        for entry in request["ContextEntries"].as_array().into_iter().flatten() {
            let name = entry["ContextKeyName"].as_str().expect("a name");
            asked.context.insert(name.to_string(), texts(&entry["ContextKeyValues"]));
        }
        Self {
            owner: owner(resource, request["ResourceOwner"].as_str(), caller.account.as_deref()),
            asked,
            caller,
            identity: list("PolicyInputList"),
            boundary: list("PermissionsBoundaryPolicyInputList"),
            session: list("SessionPolicyInputList"),
            endpoint: list("VpcEndpointPolicyInputList"),
            on_resource: request["ResourcePolicy"].as_str().map(parse).into_iter().collect(),
            levels: levels.iter().map(level).collect(),
        }
    }

    // Denies and guards.

    /// [allow], "Deny evaluation": in all policies that apply to the request.
    fn someone_denies(&self) -> bool {
        let mut denying = Vec::new();
        // CHOICE: a root user cannot have these; what is given all the same is taken at its word.
        if self.is_somebody() {
            denying.extend(&self.identity);
            denying.extend(&self.boundary);
        }
        if self.is_session() {
            denying.extend(&self.session);
        }
        for level in &self.levels {
            denying.extend(level.scps.iter().flatten().filter(|_| self.scps_apply()));
            denying.extend(level.rcps.iter().flatten().filter(|_| self.rcps_apply()));
        }
        self.any(&denying, "Deny")
            || self.reach(&self.on_resource, "Deny") > Reach::Nobody
            || self.reach(&self.endpoint, "Deny") > Reach::Nobody
    }

    fn guards_allow(&self) -> bool {
        self.organization_allows() && self.endpoint_allows()
    }

    /// [scp]: "there must be an explicit Allow statement at every level from the root through each OU in the direct path
    /// to the account (including the target account itself)".
    /// CHOICE: a level without the list has no SCPs and limits nothing; one with an empty list allows nothing.
    /// [rcp]: `RCPFullAWSAccess` can't be detached, so RCPs always allow. CHOICE: also where it is not listed.
    fn organization_allows(&self) -> bool {
        let mut lists = self.levels.iter().filter_map(|level| level.scps.as_ref());
        !self.scps_apply() || lists.all(|scps| self.any(&scps.iter().collect::<Vec<_>>(), "Allow"))
    }

    /// [context]: SCPs bind principals of member accounts, the root user included; not service-linked roles.
    /// CHOICE: the SCPs given are those of the caller's account, which is a member. So a service and an anonymous caller,
    /// who have no account, are bound by none.
    fn scps_apply(&self) -> bool {
        self.is_somebody() && !self.caller.service_linked
    }

    /// [rcp]: RCPs bind whoever calls ("regardless of whether the principals belong to your organization"), but not
    /// service-linked roles, and only calls of the services that support them; of these the tests know a few.
    /// CHOICE: the RCPs given are those of the resource's account, which is a member.
    fn rcps_apply(&self) -> bool {
        ["s3", "sts", "sqs", "kms", "secretsmanager", "dynamodb"].contains(&self.service())
            && !self.caller.service_linked
    }

    /// [endpoint]: it controls which principals can use the endpoint and does not replace the other policies, so it has
    /// to allow too. Statements without a principal are not valid there. CHOICE: all callers come through the endpoint.
    /// CHOICE: an account means all its principals (as with interface endpoints; at a gateway only the root user).
    fn endpoint_allows(&self) -> bool {
        self.endpoint.is_empty() || self.reach(&self.endpoint, "Allow") > Reach::Nobody
    }

    // Grants.

    fn is_granted(&self) -> bool {
        let on_resource = self.reach(&self.on_resource, "Allow");
        match &self.caller.kind {
            // They have no policies of their own.
            Kind::Service | Kind::Anonymous => on_resource > Reach::Nobody,
            _ if self.is_cross_account() => on_resource > Reach::Nobody && self.identity_grants(),
            _ if self.resource_must_agree() && on_resource == Reach::Nobody => false,
            _ => self.identity_grants() || self.resource_grants(on_resource),
        }
    }

    /// [cross]: both accounts have to allow; within one account either does.
    fn is_cross_account(&self) -> bool {
        matches!((&self.caller.account, &self.owner), (Some(caller), Some(owner)) if caller != owner)
    }

    /// [allow]: "IAM role trust policies and KMS key policies are exceptions to this logic, because they must explicitly
    /// allow access for principals". CHOICE: also when the request gives none.
    fn resource_must_agree(&self) -> bool {
        self.service() == "kms" || self.service() == "sts" && self.asked.resource.contains(":role/")
    }

    /// [allow], "Resource-based policies", and AWS's table of what an implicit deny elsewhere does to such a grant.
    fn resource_grants(&self, reach: Reach) -> bool {
        match reach {
            Reach::Direct => true,
            Reach::Limited => self.boundary_allows() && self.session_allows(),
            // [principal]: "delegates authority to the account": the account's own policies have to grant it.
            Reach::Account | Reach::Nobody => false,
        }
    }

    /// [boundaries], [session]: "everything that is allowed by all three types".
    fn identity_grants(&self) -> bool {
        // [allow]: all is denied "with the exception of the AWS account root user, which has full access".
        self.caller.kind == Kind::Root
            || self.any(&self.identity.iter().collect::<Vec<_>>(), "Allow")
                && self.boundary_allows()
                && self.session_allows()
    }

    /// [boundaries]: set for IAM entities only. CHOICE: several boundaries, which AWS doesn't take, count as one set.
    fn boundary_allows(&self) -> bool {
        let boundary: Vec<_> = self.boundary.iter().collect();
        !self.has_identity() || boundary.is_empty() || self.any(&boundary, "Allow")
    }

    /// [allow], "Session policies"; `GetFederationToken`: "If you do not pass session policies, the resulting federated
    /// user session has no permissions". CHOICE: several session policies count as one set.
    fn session_allows(&self) -> bool {
        let session: Vec<_> = self.session.iter().collect();
        match (self.is_session(), session.is_empty()) {
            (false, _) => true,
            (true, true) => self.caller.kind != Kind::FederatedUser,
            (true, false) => self.any(&session, "Allow"),
        }
    }

    // Whose policies are asked.

    /// CHOICE: identity policies and boundaries given for a caller that cannot have any say nothing.
    fn has_identity(&self) -> bool {
        self.is_somebody() && self.caller.kind != Kind::Root
    }

    fn is_somebody(&self) -> bool {
        !matches!(self.caller.kind, Kind::Service | Kind::Anonymous)
    }

    /// [allow]: role sessions and federated users. A role makes its calls as a session (CHOICE: of an unknown name).
    /// CHOICE: a caller that is not named may be one; for a user, session policies say nothing.
    fn is_session(&self) -> bool {
        matches!(self.caller.kind, Kind::Role | Kind::RoleSession | Kind::FederatedUser | Kind::Unnamed)
    }

    fn service(&self) -> &str {
        self.asked.action.split(':').next().unwrap_or_default()
    }

    // Policies.

    fn any(&self, policies: &[&Value], effect: &str) -> bool {
        policies.iter().any(|policy| self.statements(policy, effect).next().is_some())
    }

    /// The statements of this effect that apply to the call, whoever is meant.
    fn statements(&self, policy: &Value, effect: &str) -> impl Iterator<Item = Value> {
        let variables = policy["Version"] == "2012-10-17";
        let statements = items(&policy["Statement"]).into_iter();
        statements.filter(move |one| one["Effect"] == effect && self.applies(one, variables))
    }

    /// `reference_policies_elements_resource`: in a resource-based policy that takes none, the resource is the one with
    /// the policy (a trust policy's statement is about its role).
    fn applies(&self, statement: &Value, variables: bool) -> bool {
        let anywhere = statement["Resource"].is_null() && statement["NotResource"].is_null();
        listed(statement, "Action", |pattern| action_matches(pattern, &self.asked.action))
            && (anywhere || listed(statement, "Resource", |p| resource_matches(p, variables, &self.asked)))
            && conditions_hold(&statement["Condition"], variables, &self.asked)
    }

    /// How directly the applying statements of policies with principals name the caller.
    fn reach(&self, policies: &[Value], effect: &str) -> Reach {
        let statements = policies.iter().flat_map(|policy| self.statements(policy, effect));
        statements.map(|statement| self.means(&statement)).max().unwrap_or(Reach::Nobody)
    }

    fn means(&self, statement: &Value) -> Reach {
        match (&statement["Principal"], &statement["NotPrincipal"]) {
            (Value::Null, Value::Null) => panic!("a statement needs Principal or NotPrincipal"),
            (Value::Null, except) if self.excepted(except) => Reach::Nobody,
            // CHOICE: NotPrincipal with Allow, no longer supported, names all others directly.
            (Value::Null, _) => Reach::Direct,
            (principal, _) => self.caller.named(principal),
        }
    }

    /// [not-principal]: "AWS might validate the account first, then the role, and then the assumed-role user": everything
    /// that the caller is has to be listed. CHOICE: always so, and of a federated user its session and account. And "`NotPrincipal` with a Deny effect will always deny any
    /// IAM principal that has a permissions boundary policy attached".
    fn excepted(&self, except: &Value) -> bool {
        let bounded = self.has_identity() && !self.boundary.is_empty();
        let mut names = self.caller.names();
        names.retain(|name| !matches!(name, Name::FederatedBy(..)));
        let each_listed = !names.is_empty() && names.iter().all(|name| principals(except).any(|one| name.is(&one)));
        !bounded && (each_listed || is_everyone(except))
    }
}

/// Who is named, from nobody to the very principal of the request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Reach {
    Nobody,
    /// The account of the caller. (For the root user too: whatever the policy says, its account grants it everything.)
    Account,
    /// The role of a session, the user that federated: [allow] limits these by boundary and session policies.
    Limited,
    /// User, role session, federated user, service, everyone.
    Direct,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Unnamed,
    User,
    Role,
    RoleSession,
    FederatedUser,
    Root,
    Service,
    Anonymous,
}

struct Caller {
    kind: Kind,
    arn: String,
    account: Option<String>,
    /// The name of the role or of the federated user.
    name: String,
    service_linked: bool,
}

impl Caller {
    fn read(arn: Option<&str>) -> Self {
        let text = arn.unwrap_or_default();
        let parts: Vec<&str> = text.splitn(6, ':').collect();
        let path: Vec<&str> = parts.last().unwrap_or(&"").split('/').collect();
        let last = path.last().copied().unwrap_or_default();
        let (kind, name) = match (parts.len(), parts.get(2), path[0]) {
            _ if arn.is_none() => (Kind::Unnamed, ""),
            _ if text == "*" => (Kind::Anonymous, ""),
            (6, Some(&"iam"), "root") => (Kind::Root, ""),
            (6, Some(&"iam"), "user") => (Kind::User, last),
            (6, Some(&"iam"), "role") => (Kind::Role, last),
            (6, Some(&"sts"), "assumed-role") => (Kind::RoleSession, path[1]),
            (6, Some(&"sts"), "federated-user") => (Kind::FederatedUser, path[1]),
            _ if parts.len() == 1 => (Kind::Service, ""),
            _ => panic!("no such caller: {text}"),
        };
        // [context]. CHOICE: a session's ARN does not show its role's path; there the reserved name says it.
        let reserved = kind == Kind::RoleSession && name.starts_with("AWSServiceRoleFor");
        Self {
            kind,
            arn: text.to_string(),
            account: parts.get(4).map(ToString::to_string),
            name: name.to_string(),
            service_linked: reserved || path.get(1) == Some(&"aws-service-role"),
        }
    }

    /// [principal]: one of the principals listed has to be the caller.
    fn named(&self, principal: &Value) -> Reach {
        if is_everyone(principal) {
            return Reach::Direct;
        }
        let names = self.names();
        let hits = names.iter().filter(|name| principals(principal).any(|one| name.is(&one)));
        hits.map(Name::reach).max().unwrap_or(Reach::Nobody)
    }

    /// Everything that the caller is.
    fn names(&self) -> Vec<Name> {
        let Some(account) = self.account.clone() else {
            return if self.kind == Kind::Service { vec![Name::Service(self.arn.clone())] } else { Vec::new() };
        };
        let role = || Name::Role(account.clone(), self.name.clone());
        let mut names = match self.kind {
            Kind::User => vec![Name::Arn(self.arn.clone())],
            Kind::Role => vec![role()],
            Kind::RoleSession => vec![Name::Arn(self.arn.clone()), role()],
            // CHOICE: the user that federated is the one of the same name.
            Kind::FederatedUser => {
                vec![Name::Arn(self.arn.clone()), Name::FederatedBy(account.clone(), self.name.clone())]
            }
            _ => Vec::new(),
        };
        names.push(Name::Account(account));
        names
    }
}

/// One way to name a caller.
enum Name {
    Arn(String),
    /// By account and name: names are unique in an account, whatever the path.
    Role(String, String),
    FederatedBy(String, String),
    Account(String),
    Service(String),
}

impl Name {
    /// `one` is what stands under `AWS`, `Service` and so on. [principal]: names are case-sensitive, there are no
    /// wildcards in parts of them, the account's number and its root ARN are the same.
    fn is(&self, (kind, one): &(String, String)) -> bool {
        let parts: Vec<&str> = one.splitn(6, ':').collect();
        let entity = |of: &str, account: &str, name: &str| {
            let path = parts.last().and_then(|last| last.strip_prefix(of)?.strip_prefix('/'));
            let path = path.filter(|_| parts.len() == 6 && parts[2] == "iam" && parts[4] == account);
            path.is_some_and(|path| path.rsplit('/').next() == Some(name))
        };
        match self {
            Self::Service(name) => kind == "Service" && one == name,
            _ if kind != "AWS" => false,
            Self::Arn(arn) => one == arn,
            Self::Role(account, name) => entity("role", account, name),
            Self::FederatedBy(account, name) => entity("user", account, name),
            Self::Account(account) => one == account || parts.len() == 6 && parts[4] == account && parts[5] == "root",
        }
    }

    fn reach(&self) -> Reach {
        match self {
            Self::Arn(_) | Self::Service(_) => Reach::Direct,
            Self::Role(..) | Self::FederatedBy(..) => Reach::Limited,
            Self::Account(_) => Reach::Account,
        }
    }
}

/// [principal]: `"*"` and `{"AWS": "*"}` are the same (AWS says it of anonymous users; CHOICE: of services too). "For IAM
/// users and role principals within your account, no other permissions are required"; boundaries and session policies do
/// not limit what is granted under a wildcard with `aws:PrincipalArn` (CHOICE: nor under one without).
fn is_everyone(principal: &Value) -> bool {
    principal == "*" || texts(&principal["AWS"]).iter().any(|one| one == "*")
}

/// The kinds and names of a Principal element.
fn principals(element: &Value) -> impl Iterator<Item = (String, String)> {
    let kinds = element.as_object().into_iter().flatten();
    kinds.flat_map(|(kind, names)| texts(names).into_iter().map(move |name| (kind.clone(), name)))
}

/// [api]: `ResourceOwner` is "the owner of any simulated resource that does not identify its owner in the resource ARN",
/// by default the caller's account. CHOICE: the resource's ARN comes first although `ResourceOwner` is said to be the
/// owner of the resource policy too.
fn owner(resource: &str, given: Option<&str>, caller: Option<&str>) -> Option<String> {
    let account = |arn: &str| arn.split(':').nth(4).filter(|part| !part.is_empty()).map(str::to_string);
    let given = given.map(|owner| account(owner).unwrap_or_else(|| owner.to_string()));
    account(resource).or(given).or(caller.map(str::to_string))
}

fn policies(list: &Value) -> Option<Vec<Value>> {
    let parsed = |text: &Value| parse(text.as_str().expect("a policy is JSON text"));
    list.as_array().map(|list| list.iter().map(parsed).collect())
}

fn parse(text: &str) -> Value {
    serde_json::from_str(text).expect("a policy is JSON")
}
