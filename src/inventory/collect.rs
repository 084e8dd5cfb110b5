//! Gathers what readers find and joins it when all inputs are read: principals with groups by name, attachments with
//! managed policies by ARN.

use std::borrow::Cow;

use foldhash::HashMap;

use super::arn::account_and_resource;
use super::attachment_conflict::FoundConflict;
use super::found::{Attaching, Bounding, Found, FoundFunction, FoundId, Holdings};
use super::iam_calls::{Ownerless, assign_ownerless};
use super::{
    Attached, Attachment, AttachmentConflict, AuditedAccount, Declaration, Declarations, Document, Going, InputProblem,
    Inventory, KnownAttachments, Network, PolicyEntry, PolicyId, Principal, PrincipalId, PrincipalType, Tags, When,
    function_roles,
};
use crate::policy::{PolicyType, Unknown};
use crate::reference::{managed_policy, managed_policy_named};

/// What groups give their members, by account (empty if unknown) and name.
type Groups<'a> = HashMap<(Cow<'a, str>, Cow<'a, str>), (Vec<Attached>, KnownAttachments)>;

/// What bare policy documents are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bare {
    /// The policies of one principal without a name.
    OnePrincipal,
    /// Nobody's: they are only checked for being well-formed.
    Nobody,
}

/// Collects what the readers find.
#[derive(Debug, Default)]
pub struct Collector<'a> {
    policies: Vec<PolicyEntry<'a>>,
    /// Managed policies of the inputs, by ARN.
    managed: HashMap<Cow<'a, str>, PolicyId>,
    /// By account (empty if unknown) and name.
    groups: HashMap<(Cow<'a, str>, Cow<'a, str>), Holdings<'a>>,
    principals: Vec<Found<'a>>,
    functions: Vec<FoundFunction<'a>>,
    /// What templates and plans show of networks.
    pub(super) network: Network,
    audited: Vec<AuditedAccount>,
    /// Bare identity policy documents.
    pub(super) bare: Vec<PolicyId>,
    /// Bare policies of buckets, queues and the like.
    pub(super) bare_resource_policies: Vec<PolicyEntry<'a>>,
    /// A bare trust policy.
    pub(super) bare_trust: Option<PolicyId>,
    /// Outputs that do not say whose they are.
    pub(super) ownerless: Vec<Ownerless<'a>>,
    going: (Vec<FoundId>, Vec<String>),
    conflicts: Vec<FoundConflict>,
    organization: Vec<(String, Vec<Attached>)>,
    /// Does anybody want to know where the entries of plans are declared?
    pub declarations: Declarations,
    declared: Vec<Declaration>,
    /// The default version of managed policies, by ARN, where a `get-policy` says it.
    default_versions: Vec<(Cow<'a, str>, Option<Cow<'a, str>>)>,
}

impl<'a> Collector<'a> {
    pub fn new() -> Collector<'a> {
        Collector::default()
    }

    /// Makes room for what an account holds, so that its tables need not grow step by step.
    pub(super) fn expect(&mut self, policies: usize, principals: usize) {
        self.policies.reserve(policies);
        self.principals.reserve(principals);
    }

    /// Adds a policy and gives the id by which it is attached.
    pub fn policy(&mut self, entry: PolicyEntry<'a>) -> PolicyId {
        let id = PolicyId(self.policies.len());
        self.policies.push(entry);
        id
    }

    /// Adds a managed policy, which others name by its ARN. A document beats none.
    pub fn managed(&mut self, mut entry: PolicyEntry<'a>) {
        let Some(arn) = entry.arn.clone() else { return };
        // The ARN of a managed policy ends in its name.
        entry.name = entry.name.or_else(|| match &arn {
            Cow::Borrowed(arn) => arn.rsplit('/').next().map(Cow::Borrowed),
            Cow::Owned(arn) => arn.rsplit('/').next().map(|name| Cow::Owned(name.to_owned())),
        });
        match self.managed.get(&arn) {
            Some(known) if self.policies[known.0].document.is_some() => {}
            Some(known) => self.policies[known.0] = entry,
            None => {
                let id = self.policy(entry);
                self.managed.insert(arn, id);
            }
        }
    }

    pub fn group(&mut self, account: Cow<'a, str>, name: Cow<'a, str>, holdings: Holdings<'a>) {
        self.groups.entry((account, name)).or_default().merge(holdings);
    }

    /// Adds a principal as one input shows it: whole, and only once.
    pub fn principal(&mut self, found: Found<'a>) -> FoundId {
        self.principals.push(found);
        FoundId(self.principals.len() - 1)
    }

    /// Says under which values a principal is as it was added.
    pub(super) fn set_when(&mut self, id: FoundId, when: Vec<When>) {
        self.principals[id.0].when = when;
    }

    /// Adds what an audit saw of an account.
    pub(super) fn audited(&mut self, account: AuditedAccount) {
        self.audited.push(account);
    }

    /// Adds a function.
    pub fn function(&mut self, found: FoundFunction<'a>) {
        self.functions.push(found);
    }

    pub(super) fn declared(&mut self, declarations: impl Iterator<Item = Declaration>) {
        if self.declarations == Declarations::Wanted {
            self.declared.extend(declarations);
        }
    }

    /// The service control policies of an account.
    pub(super) fn organization(&mut self, account: String, level: Vec<Attached>) {
        self.organization.push((account, level));
    }

    pub(super) fn conflict(&mut self, found: FoundConflict) {
        self.conflicts.push(found);
    }

    /// Says that a principal goes.
    pub(super) fn goes(&mut self, id: FoundId) {
        self.going.0.push(id);
    }

    /// Says that a function goes.
    pub(super) fn function_goes(&mut self, name: &str) {
        self.going.1.push(name.to_owned());
    }

    /// Adds what one call shows of a principal to what others showed.
    pub fn part_of_principal(&mut self, found: Found<'a>) {
        match self.principals.iter_mut().find(|known| known.is(&found)) {
            Some(known) => known.merge(found),
            None => self.principals.push(found),
        }
    }

    /// Does an input hold a group, to which a list without an owner may belong as well?
    pub(super) fn has_groups(&self) -> bool {
        !self.groups.is_empty()
    }

    /// The principals so far.
    pub(super) fn found(&mut self) -> &mut [Found<'a>] {
        &mut self.principals
    }

    pub(super) fn default_version(&mut self, arn: Cow<'a, str>, version: Option<Cow<'a, str>>) {
        self.default_versions.push((arn, version));
    }

    /// The one managed policy without a document whose default version is this one.
    pub(super) fn version_owner(&mut self, version: Option<&str>) -> Option<&mut PolicyEntry<'a>> {
        let mut candidates = self.default_versions.iter().filter(|(_, default)| default.as_deref() == version);
        let (arn, _) = candidates.next()?;
        if candidates.next().is_some() {
            return None;
        }
        let id = *self.managed.get(arn)?;
        let entry = &mut self.policies[id.0];
        entry.document.is_none().then_some(entry)
    }

    /// A bare policy that names principals.
    pub(super) fn resource_policy(&mut self, entry: PolicyEntry<'a>) {
        self.bare_resource_policies.push(entry);
    }

    /// A policy that the run was given and could not read: it may say anything.
    pub fn unseen(&mut self, name: &str, policy_type: PolicyType) -> PolicyId {
        self.policy(PolicyEntry {
            name: Some(Cow::Owned(name.to_owned())),
            arn: None,
            policy_type,
            place: None,
            document: None,
            meant: None,
        })
    }

    /// An input that could not be read, among the bare documents of one principal.
    pub fn unseen_bare(&mut self, name: &str) {
        let id = self.unseen(name, PolicyType::Identity);
        self.bare.push(id);
    }

    /// Joins everything that can be joined; the rest is reported.
    pub fn finish(mut self, bare: Bare, problems: &mut Vec<InputProblem>) -> Inventory<'a> {
        assign_ownerless(&mut self, problems);
        let found = std::mem::take(&mut self.principals);
        let groups = std::mem::take(&mut self.groups);
        let groups: HashMap<_, _> = groups
            .into_iter()
            .map(|(key, holdings)| {
                let known = known(&holdings);
                (key, (self.attach(holdings, Attachment::Group, Attachment::Group), known))
            })
            .collect();
        let mut principals: Vec<Principal<'a>> = found.into_iter().map(|found| self.join(found, &groups)).collect();
        let functions = function_roles::join(std::mem::take(&mut self.functions), &mut principals);
        if bare == Bare::OnePrincipal {
            // A document that names principals is nobody's identity policy; if it is all that was given, its reader
            // says so.
            if self.bare.is_empty() {
                let entries = std::mem::take(&mut self.bare_resource_policies);
                self.bare = entries.into_iter().map(|entry| self.policy(entry)).collect();
            }
            if !self.bare.is_empty() {
                principals.push(self.unnamed());
            }
        }
        let going = Going {
            principals: self.going.0.iter().map(|id| PrincipalId(id.0)).collect(),
            functions: std::mem::take(&mut self.going.1),
        };
        self.declared.sort_by_key(|declared| (declared.source, declared.start));
        Inventory {
            principals,
            policies: self.policies,
            functions: functions.into(),
            network: self.network,
            organization: self.organization,
            attachment_conflicts: self.conflicts.into_iter().map(AttachmentConflict::from).collect(),
            going,
            declarations: self.declared,
            audited: self.audited,
        }
    }

    /// The principal whose policies the bare documents are.
    fn unnamed(&mut self) -> Principal<'a> {
        let attach = |policy| Attached { policy, through: Attachment::Inline, place: None };
        Principal {
            when: Vec::new(),
            variant_of: None,
            name: None,
            kind: PrincipalType::Unnamed,
            arn: None,
            unique_id: None,
            place: None,
            tags: Tags::NOT_SHOWN,
            identity: self.bare.drain(..).map(attach).collect(),
            known: KnownAttachments::All,
            boundary: None,
            trust: self.bare_trust.take(),
        }
    }

    fn join(&mut self, found: Found<'a>, groups: &Groups<'a>) -> Principal<'a> {
        let mut known_all = known(&found.holdings);
        let mut identity = self.attach(found.holdings, Attachment::Inline, Attachment::Managed);
        let account = found.arn.as_ref().map(|arn| arn.account().to_owned()).unwrap_or_default();
        match (&found.groups, found.kind) {
            (None, PrincipalType::User) => known_all = KnownAttachments::Some,
            (None, _) => {}
            (Some(names), _) => {
                for name in names {
                    let own = groups.get(&(Cow::Borrowed(account.as_str()), name.clone()));
                    match own.or_else(|| groups.get(&(Cow::Borrowed(""), name.clone()))) {
                        Some((attached, known)) => {
                            identity.extend(attached.iter().cloned());
                            if *known == KnownAttachments::Some {
                                known_all = KnownAttachments::Some;
                            }
                        }
                        None => known_all = KnownAttachments::Some,
                    }
                }
            }
        }
        let boundary = found.boundary.map(|boundary| match boundary {
            Bounding::ByArn(attaching) => self.by_arn(attaching, Attachment::Boundary),
            Bounding::Direct(attached) => attached,
        });
        Principal {
            when: found.when,
            variant_of: found.variant_of.map(|first| PrincipalId(first.0)),
            name: Some(found.name),
            kind: found.kind,
            arn: found.arn,
            unique_id: found.unique_id,
            place: found.place,
            tags: found.tags,
            identity,
            known: known_all,
            boundary,
            trust: found.trust,
        }
    }

    fn attach(&mut self, holdings: Holdings<'a>, inline: Attachment, managed: Attachment) -> Vec<Attached> {
        let mut attached: Vec<Attached> =
            holdings.inline.into_iter().map(|policy| Attached { policy, through: inline, place: None }).collect();
        attached.extend(holdings.direct);
        for attaching in holdings.attached.unwrap_or_default() {
            attached.push(self.by_arn(attaching, managed));
        }
        attached
    }

    /// The one managed policy of the inputs that an ARN with an unknown account may mean.
    fn but_for_account(&self, arn: &str) -> Option<PolicyId> {
        let (account, resource) = account_and_resource(arn)?;
        if !Unknown::is_in(account) || Unknown::is_in(resource) {
            return None;
        }
        let is = |known: &str| {
            account_and_resource(known).is_some_and(|(account, known)| known == resource && account != "aws")
        };
        let mut fitting = self.managed.iter().filter(|(known, _)| is(known));
        let (_, id) = fitting.next()?;
        fitting.next().is_none().then_some(*id)
    }

    /// The policy of an ARN: from the inputs, else as AWS publishes it, else one that nobody has seen.
    pub(super) fn by_arn(&mut self, attaching: Attaching<'a>, through: Attachment) -> Attached {
        let policy = match self.managed.get(&attaching.arn).copied().or_else(|| self.but_for_account(&attaching.arn)) {
            Some(id) => id,
            None => {
                let published = managed_policy(&attaching.arn);
                let id = PolicyId(self.policies.len());
                self.policies.push(PolicyEntry {
                    name: attaching
                        .name
                        .clone()
                        .or_else(|| attaching.arn.rsplit('/').next().map(|name| Cow::Owned(name.to_owned()))),
                    arn: Some(attaching.arn.clone()),
                    policy_type: PolicyType::Identity,
                    place: None,
                    meant: if published.is_none() { meant(&attaching.arn) } else { None },
                    document: published.map(|published| Document::embedded(published.document)),
                });
                self.managed.insert(attaching.arn.clone(), id);
                id
            }
        };
        if self.policies[policy.0].document.is_none()
            && let Some(published) = self.policies[policy.0].arn.as_deref().and_then(managed_policy)
        {
            self.policies[policy.0].document = Some(Document::embedded(published.document));
        }
        Attached { policy, through, place: attaching.place }
    }
}

/// The ARN of AWS's policy of the same name, for an ARN of AWS that is not published, or for the name alone.
fn meant(arn: &str) -> Option<String> {
    if !arn.contains(':') {
        return managed_policy_named(arn).map(|published| published.arn);
    }
    let (partition, rest) = arn.strip_prefix("arn:")?.split_once(':')?;
    let name = rest.strip_prefix("iam::aws:policy/")?.rsplit('/').next()?;
    let published = managed_policy_named(name)?.arn;
    Some(published.replacen("arn:aws:", &format!("arn:{partition}:"), 1))
}

fn known(holdings: &Holdings<'_>) -> KnownAttachments {
    if holdings.attached.is_some() { KnownAttachments::All } else { KnownAttachments::Some }
}
