//! An ordinary account: many services are trusted, a quarter of the roles are Lambda's, and one role in ten has the
//! network interface rights of a function in a VPC, in the shapes in which people write them, right and wrong: [`Eni`].

use std::collections::BTreeMap;

use super::dice::Dice;
use super::node::{Node, node};
use super::policy::{allow, aws_policy, document, last_segment, one_or_many, trusts, words};
use super::words::{AWS_MANAGED, COMPLETE, PARTS, REGIONS, SERVICES, STAGES, TEAMS, TRUSTED, VPC_ACCESS};

/// How a role came by the rights to manage its function's network interfaces.
#[derive(Clone, Copy)]
enum Eni {
    /// AWS's own policy is attached.
    Managed,
    /// The account's own policy is attached, shared with other roles.
    Shared,
    /// AWS's own policy, and a boundary that knows no ec2.
    Bounded,
    /// The actions by name, on `*`.
    Named,
    /// `ec2:*NetworkInterface*` and its like.
    Wildcard,
    /// All but `DeleteNetworkInterface`.
    NoDelete,
    /// Each action on the ARNs of the interfaces, as one would think.
    Scoped,
    /// The ARNs that do work.
    ScopedWide,
    /// Only in one region.
    Region,
    /// Create only in one VPC, Delete only with a tag.
    Conditional,
    /// `NotAction`: everything but the rights of administrators.
    NotAction,
    /// Everything.
    Administrator,
    /// Complete, and AWS's Deny for the function's own code.
    DenyCode,
    /// Complete, and a Deny with an operator that stops Lambda itself.
    DenyLambda,
}

#[rustfmt::skip]
const ENI: &[Eni] = &[
    Eni::Managed, Eni::Shared, Eni::Bounded, Eni::Named, Eni::Wildcard, Eni::NoDelete,
    Eni::Scoped, Eni::ScopedWide, Eni::Region, Eni::Conditional, Eni::NotAction, Eni::Administrator, Eni::DenyCode,
    Eni::DenyLambda,
];

const SHARED_ENI: &str = "shared-vpc-function";
const TENANT_BOUNDARY: &str = "TenantBoundary";
const DEVELOPER_BOUNDARY: &str = "DeveloperBoundary";

/// What the parts of one principal's policies have in common.
struct Application {
    name: String,
    region: &'static str,
}

pub(super) struct Account {
    dice: Dice,
    id: String,
    roles: usize,
    /// The names of the account's own policies.
    policies: Vec<String>,
    /// How often a policy is attached, by its ARN.
    attached: BTreeMap<String, usize>,
    /// How often a policy is a boundary, by its ARN.
    bounding: BTreeMap<String, usize>,
}

impl Account {
    pub(super) fn new(seed: u64, roles: usize) -> Account {
        let mut dice = Dice(seed);
        let id = dice.letters(b"123456789", 12);
        // IAM's own quota is 1,500 policies; big accounts have one for each eight roles or so.
        let policies =
            (0..=roles / 8).map(|number| format!("{}-{}-{number}", dice.pick(TEAMS), dice.pick(PARTS))).collect();
        Account { dice, id, roles, policies, attached: BTreeMap::new(), bounding: BTreeMap::new() }
    }

    pub(super) fn details(&mut self) -> Node {
        let groups: Vec<String> =
            TEAMS.iter().take(1 + self.roles / 300).map(|team| format!("{team}-developers")).collect();
        let users: Vec<Node> = (0..=self.roles / 50).map(|number| self.user(number, &groups)).collect();
        let groups: Vec<Node> = groups.iter().map(|name| self.group(name)).collect();
        let roles: Vec<Node> = (0..self.roles).map(|number| self.role(number)).collect();
        node! {
            "UserDetailList": users,
            "GroupDetailList": groups,
            "RoleDetailList": roles,
            "Policies": self.managed_policies(),
        }
    }

    fn application(&mut self) -> Application {
        let (team, part, stage) = (self.dice.pick(TEAMS), self.dice.pick(PARTS), self.dice.pick(STAGES));
        Application { name: format!("{team}-{part}-{stage}"), region: self.dice.pick(REGIONS) }
    }

    fn user(&mut self, number: usize, groups: &[String]) -> Node {
        let app = self.application();
        let name = format!("{}.{number}", self.dice.pick(TEAMS));
        let inline = if self.dice.percent(30) { vec![self.inline(&app)] } else { vec![] };
        let user = node! {
            "Path": "/",
            "UserName": name.as_str(),
            "UserId": self.dice.iam_id("AIDA"),
            "Arn": format!("arn:aws:iam::{}:user/{name}", self.id),
            "CreateDate": self.dice.date(),
            "UserPolicyList": inline,
            "GroupList": vec![groups[self.dice.below(groups.len())].as_str()],
            "AttachedManagedPolicies": self.attachments(1),
        };
        let boundary = self.dice.percent(40).then_some(DEVELOPER_BOUNDARY);
        self.bounded(user, boundary).with("Tags", self.tags(&app))
    }

    fn group(&mut self, name: &str) -> Node {
        let app = self.application();
        node! {
            "Path": "/",
            "GroupName": name,
            "GroupId": self.dice.iam_id("AGPA"),
            "Arn": format!("arn:aws:iam::{}:group/{name}", self.id),
            "CreateDate": self.dice.date(),
            "GroupPolicyList": vec![self.inline(&app)],
            "AttachedManagedPolicies": self.attachments(2),
        }
    }

    fn role(&mut self, number: usize) -> Node {
        let app = self.application();
        let lambda = self.dice.percent(25);
        // Two in five of the roles of functions: one in ten of all.
        let eni = (lambda && self.dice.percent(40)).then(|| self.dice.pick(ENI));
        let path = if self.dice.percent(20) { "/service-role/" } else { "/" };
        let name = format!("{}-{}-{number}", app.name, if lambda { "function" } else { "role" });
        let service = if lambda { "lambda.amazonaws.com" } else { self.dice.pick(TRUSTED) };

        let count = self.dice.pick(&[0, 1, 1, 1, 2, 2, 3]);
        let mut inline: Vec<Node> = (0..count).map(|_| self.inline(&app)).collect();
        let count = self.dice.below(4);
        let mut attached = self.attachments(count);
        match eni {
            None => {}
            Some(Eni::Managed | Eni::Bounded) => {
                attached.push(self.attach(&aws_policy(VPC_ACCESS)));
            }
            Some(Eni::Shared) => attached.push(self.attach(&self.own(SHARED_ENI))),
            Some(shape) => inline.push(node! {
                "PolicyName": "network-interfaces",
                "PolicyDocument": document(self.eni(shape, &app)),
            }),
        }
        let boundary = if matches!(eni, Some(Eni::Bounded)) {
            Some(TENANT_BOUNDARY)
        } else {
            self.dice.percent(8).then_some(DEVELOPER_BOUNDARY)
        };
        let last_used = if self.dice.percent(70) {
            node! {"LastUsedDate": self.dice.date(), "Region": app.region}
        } else {
            node! {}
        };

        let trust = self.trust(service);
        let role = node! {
            "Path": path,
            "RoleName": name.as_str(),
            "RoleId": self.dice.iam_id("AROA"),
            "Arn": format!("arn:aws:iam::{}:role{path}{name}", self.id),
            "CreateDate": self.dice.date(),
            "AssumeRolePolicyDocument": trust,
            "InstanceProfileList": self.instance_profiles(service, path, &name),
            "RolePolicyList": inline,
            "AttachedManagedPolicies": attached,
        };
        self.bounded(role, boundary).with("Tags", self.tags(&app)).with("RoleLastUsed", last_used)
    }

    fn bounded(&mut self, principal: Node, boundary: Option<&str>) -> Node {
        let Some(name) = boundary else {
            return principal;
        };
        let arn = self.own(name);
        *self.bounding.entry(arn.clone()).or_default() += 1;
        let boundary = node! {"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": arn};
        principal.with("PermissionsBoundary", boundary)
    }

    /// Mostly the one service; now and then two, another account, or an identity provider.
    fn trust(&mut self, service: &str) -> Node {
        let lambda = service == "lambda.amazonaws.com";
        let second = if lambda { "edgelambda.amazonaws.com" } else { "events.amazonaws.com" };
        let statement = match self.dice.below(10) {
            0 => node! {
                "Effect": "Allow",
                "Principal": node! {"Service": vec![service, second]},
                "Action": "sts:AssumeRole",
            },
            1 | 2 if !lambda => {
                let account = self.dice.letters(b"123456789", 12);
                let external = node! {"sts:ExternalId": self.dice.hex(16)};
                node! {
                    "Effect": "Allow",
                    "Principal": node! {"AWS": format!("arn:aws:iam::{account}:root")},
                    "Action": "sts:AssumeRole",
                    "Condition": node! {"StringEquals": external},
                }
            }
            3 if !lambda => {
                let provider = format!("arn:aws:iam::{}:oidc-provider/token.actions.githubusercontent.com", self.id);
                let audience = node! {"token.actions.githubusercontent.com:aud": "sts.amazonaws.com"};
                let subject = format!("repo:example/{}:*", self.dice.pick(PARTS));
                let subject = node! {"token.actions.githubusercontent.com:sub": subject};
                node! {
                    "Effect": "Allow",
                    "Principal": node! {"Federated": provider},
                    "Action": "sts:AssumeRoleWithWebIdentity",
                    "Condition": node! {"StringEquals": audience, "StringLike": subject},
                }
            }
            _ => trusts(service),
        };
        document(vec![statement])
    }

    fn instance_profiles(&mut self, service: &str, path: &str, role: &str) -> Vec<Node> {
        if service != "ec2.amazonaws.com" {
            return vec![];
        }
        // The role is printed again inside the profile, trust policy and all.
        let inner = node! {
            "Path": path,
            "RoleName": role,
            "RoleId": self.dice.iam_id("AROA"),
            "Arn": format!("arn:aws:iam::{}:role{path}{role}", self.id),
            "CreateDate": self.dice.date(),
            "AssumeRolePolicyDocument": document(vec![trusts(service)]),
        };
        vec![node! {
            "Path": path,
            "InstanceProfileName": role,
            "InstanceProfileId": self.dice.iam_id("AIPA"),
            "Arn": format!("arn:aws:iam::{}:instance-profile{path}{role}", self.id),
            "CreateDate": self.dice.date(),
            "Roles": vec![inner],
        }]
    }

    fn tags(&mut self, app: &Application) -> Vec<Node> {
        let stack =
            format!("arn:aws:cloudformation:{}:{}:stack/{}/{}", app.region, self.id, app.name, self.dice.hex(32));
        let mut tags = vec![
            node! {"Key": "team", "Value": self.dice.pick(TEAMS)},
            node! {"Key": "environment", "Value": self.dice.pick(STAGES)},
            node! {"Key": "managed-by", "Value": "terraform"},
            node! {"Key": "contact", "Value": "équipe données / 平台"},
            node! {"Key": "aws:cloudformation:stack-id", "Value": stack},
        ];
        tags.truncate(self.dice.below(tags.len() + 1));
        tags
    }

    /// Up to `count` policies, AWS's and the account's own; never one about network interfaces.
    fn attachments(&mut self, count: usize) -> Vec<Node> {
        let aws = self.dice.below(count + 1);
        let ordinary = &AWS_MANAGED[..AWS_MANAGED.len() - 1];
        let chosen = self.dice.some(ordinary, aws);
        let mut chosen: Vec<String> = chosen.into_iter().map(aws_policy).collect();
        for _ in aws..count {
            let index = self.dice.below(self.policies.len());
            let arn = self.own(&self.policies[index]);
            if !chosen.contains(&arn) {
                chosen.push(arn);
            }
        }
        chosen.iter().map(|arn| self.attach(arn)).collect()
    }

    fn attach(&mut self, arn: &str) -> Node {
        *self.attached.entry(arn.to_owned()).or_default() += 1;
        node! {"PolicyName": last_segment(arn), "PolicyArn": arn}
    }

    /// The ARN of one of the account's own policies.
    fn own(&self, name: &str) -> String {
        format!("arn:aws:iam::{}:policy/{name}", self.id)
    }

    fn inline(&mut self, app: &Application) -> Node {
        node! {
            "PolicyName": format!("{}-{}", self.dice.pick(PARTS), self.dice.hex(6)),
            "PolicyDocument": document(self.statements(app, 6)),
        }
    }

    /// One to `most` statements, each about another service.
    fn statements(&mut self, app: &Application, most: usize) -> Vec<Node> {
        let count = self.dice.between(1, most);
        let services = self.dice.some(SERVICES, count).into_iter().enumerate();
        services.map(|(index, service)| self.statement(index, service, app)).collect()
    }

    fn statement(&mut self, index: usize, service: &str, app: &Application) -> Node {
        let (prefix, rest) = service.split_once(' ').expect("a prefix, then actions");
        let (resources, actions): (Vec<&str>, Vec<&str>) =
            rest.split(' ').partition(|word| *word == "*" || word.starts_with("arn:"));
        let count = self.dice.between(1, 6);
        let mut actions: Vec<String> =
            self.dice.some(&actions, count).iter().map(|action| format!("{prefix}:{action}")).collect();
        if self.dice.percent(5) {
            actions = vec![format!("{prefix}:*")];
        }
        let count = self.dice.between(1, 2);
        let resources = self.dice.some(&resources, count);
        let resources = resources.iter().map(|template| self.fill(template, app)).collect();

        let mut statement = node! {};
        if self.dice.percent(60) {
            statement = statement.with("Sid", format!("{}{index}", prefix.replace('-', "")));
        }
        statement = statement
            .with("Effect", if self.dice.percent(4) { "Deny" } else { "Allow" })
            .with("Action", one_or_many(actions))
            .with("Resource", one_or_many(resources));
        if self.dice.percent(15) {
            statement = statement.with("Condition", self.condition(app));
        }
        statement
    }

    fn condition(&mut self, app: &Application) -> Node {
        let regions = vec![app.region, "us-east-1"];
        match self.dice.below(6) {
            0 => node! {"StringEquals": node! {"aws:RequestedRegion": regions}},
            1 => node! {"StringEquals": node! {"aws:ResourceTag/team": self.dice.pick(TEAMS)}},
            2 => node! {"Bool": node! {"aws:SecureTransport": "true"}},
            3 => node! {
                "StringEquals": node! {"aws:PrincipalOrgID": format!("o-{}", self.dice.hex(10))},
            },
            4 => node! {
                "ArnLike": node! {"aws:SourceArn": self.fill("arn:aws:sns:{r}:{a}:{n}*", app)},
            },
            _ => node! {"StringEqualsIfExists": node! {"aws:ResourceAccount": self.id.as_str()}},
        }
    }

    fn fill(&mut self, template: &str, app: &Application) -> String {
        template
            .replace("{r}", app.region)
            .replace("{a}", &self.id)
            .replace("{n}", &app.name)
            .replace("{x}", &self.dice.hex(8))
    }

    /// The statements about network interfaces, of a shape that is written inline.
    fn eni(&self, shape: Eni, app: &Application) -> Vec<Node> {
        let ec2 = |kind| format!("arn:aws:ec2:{}:{}:{kind}", app.region, self.id);
        let complete = || allow(COMPLETE, "*");
        let describe = || allow("ec2:DescribeNetworkInterfaces ec2:DescribeSubnets", "*");
        let scoped = |delete| {
            let parts = vec![ec2("subnet/*"), ec2("security-group/*"), ec2("network-interface/*")];
            let create = allow("ec2:CreateNetworkInterface", parts);
            vec![create, allow("ec2:DeleteNetworkInterface", ec2(delete)), describe()]
        };
        let deny = |condition: Node| {
            node! {
                "Sid": "NotForTheCode",
                "Effect": "Deny",
                "Action": words(COMPLETE).split_off(3),
                "Resource": "*",
                "Condition": condition,
            }
        };
        let function = format!("arn:aws:lambda:{}:{}:function:{}", app.region, self.id, app.name);
        let function = node! {"lambda:SourceFunctionArn": vec![function]};
        match shape {
            Eni::Managed | Eni::Shared | Eni::Bounded | Eni::Named => vec![complete()],
            Eni::Wildcard => vec![allow("ec2:*NetworkInterface* ec2:Describe*", "*")],
            Eni::Administrator => vec![allow("*", "*")],
            Eni::NoDelete => {
                vec![allow("ec2:CreateNetworkInterface ec2:DescribeNetworkInterfaces", "*")]
            }
            Eni::Scoped => scoped("network-interface/*"),
            Eni::ScopedWide => scoped("*/*"),
            Eni::Region => {
                let here = node! {"StringEquals": node! {"aws:RequestedRegion": app.region}};
                vec![complete().with("Condition", here)]
            }
            Eni::Conditional => {
                let vpc = node! {"ec2:Vpc": ec2("vpc/vpc-0a1b2c3d4e5f60718")};
                let tag = node! {"aws:ResourceTag/managed-by": "lambda"};
                vec![
                    allow("ec2:CreateNetworkInterface", "*").with("Condition", node! {"ArnEquals": vpc}),
                    allow("ec2:DeleteNetworkInterface", "*").with("Condition", node! {"StringEquals": tag}),
                    describe(),
                ]
            }
            Eni::NotAction => vec![node! {
                "Effect": "Allow",
                "NotAction": vec!["iam:*", "organizations:*", "account:*"],
                "Resource": "*",
            }],
            Eni::DenyCode => vec![complete(), deny(node! {"ArnEquals": function})],
            Eni::DenyLambda => vec![complete(), deny(node! {"ArnNotEquals": function})],
        }
    }

    fn managed_policies(&mut self) -> Vec<Node> {
        let mut policies = Vec::new();
        for name in self.policies.clone() {
            let app = self.application();
            let versions = self.dice.pick(&[1, 1, 1, 2, 3, 5]);
            let documents = (0..versions).map(|_| document(self.statements(&app, 8))).collect();
            policies.push(self.managed(&self.own(&name), 1, documents));
        }
        let services = "s3:* sqs:* sns:* dynamodb:* logs:* lambda:* kms:* xray:*";
        let not_the_organization = node! {
            "Effect": "Deny",
            "Action": vec!["organizations:*", "account:*"],
            "Resource": "*",
        };
        for (name, statements) in [
            (SHARED_ENI, vec![allow(COMPLETE, "*")]),
            (TENANT_BOUNDARY, vec![allow(services, "*")]),
            (DEVELOPER_BOUNDARY, vec![allow("*", "*"), not_the_organization]),
        ] {
            policies.push(self.managed(&self.own(name), 1, vec![document(statements)]));
        }
        for policy in AWS_MANAGED {
            let (_, rest) = policy.split_once(" v").expect("a path, then a version");
            let (version, statements) = rest.split_once(' ').expect("a version, then actions");
            let version = version.parse().expect("a number after the v");
            let arn = aws_policy(policy);
            if self.attached.contains_key(&arn) {
                let statements = statements.split(" | ").map(|actions| allow(actions, "*"));
                let document = document(statements.collect());
                policies.push(self.managed(&arn, version, vec![document]));
            }
        }
        policies
    }

    /// One of `Policies`, with the documents of its versions from `oldest` on; any may be the
    /// default.
    fn managed(&mut self, arn: &str, oldest: usize, documents: Vec<Node>) -> Node {
        let name = last_segment(arn);
        let (_, path) = arn.split_once(":policy").expect("the ARN of a policy");
        let default = oldest + self.dice.below(documents.len());
        let date = self.dice.date();
        let mut versions = Vec::new();
        for (number, document) in (oldest..).zip(documents) {
            versions.push(node! {
                "Document": document,
                "VersionId": format!("v{number}"),
                "IsDefaultVersion": number == default,
                "CreateDate": self.dice.date(),
            });
        }
        versions.reverse();
        node! {
            "PolicyName": name,
            "PolicyId": self.dice.iam_id("ANPA"),
            "Arn": arn,
            "Path": path.strip_suffix(name).unwrap_or(path),
            "DefaultVersionId": format!("v{default}"),
            "AttachmentCount": self.attached.get(arn).copied().unwrap_or(0),
            "PermissionsBoundaryUsageCount": self.bounding.get(arn).copied().unwrap_or(0),
            "IsAttachable": true,
            "CreateDate": date.as_str(),
            "UpdateDate": date.as_str(),
            "PolicyVersionList": versions,
        }
    }
}
