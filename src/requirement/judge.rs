//! Judges an inventory by requirement packs.

use std::rc::Rc;

use foldhash::HashMap;

use super::applies::{Applicability, shown_by_input};
use super::assumed::assumed_locality;
use super::configured::Configured;
use super::context::{CallerContext, Locality};
use super::judged::{Judged, JudgedAction, JudgedPolicy, JudgedTrust, Judging};
use super::pack::{Facts, Level, Only, Pack, PackAction, PackPrincipal};
use super::partition::{foreign_partition, partition_of, shown_partition};
use super::policies::{PolicyProblem, PolicyStore};
use super::question::{Asked, question};
use super::races::{Role, race};
use super::regions::{regions, worst};
use crate::evaluate::{
    Attachments, Context, Layer, LayeredPolicy, Question, Verdict, judge as evaluate, may_assume, near_misses,
};
use crate::inventory::{
    Attached, Function, KnownAttachments, PolicyId, Principal, PrincipalArn, PrincipalId, PrincipalType, RegionsAre,
};
use crate::policy::Policy;
use crate::reference::{Action, catalogue};
use crate::source::SourceId;

/// Judges every principal that the packs speak of. Also gives every problem of every policy document.
pub fn judge(judging: &Judging<'_, '_>) -> (Vec<Judged>, Vec<PolicyProblem>) {
    let store = PolicyStore::new(judging.inventory, judging.packs);
    let mut judge = Judge { judging, store, questions: HashMap::default() };
    let judged =
        (0..judging.inventory.principals.len()).flat_map(|index| judge.principal(PrincipalId(index))).collect();
    (judged, judge.store.into_problems())
}

/// Whoever asks the same questions: principals of one kind that live in one place and choose the same resources.
#[derive(PartialEq, Eq, Hash)]
struct Asker {
    pack: usize,
    kind: usize,
    locality: Locality,
    configured: Configured,
}

/// One action of a kind, as it is asked for.
struct Asking {
    /// Of each cell of the question.
    asked: Rc<[Asked]>,
    question: Rc<Question>,
    /// The action as AWS publishes it.
    action: Option<&'static Action>,
}

struct Judge<'j, 'a> {
    judging: &'j Judging<'j, 'a>,
    store: PolicyStore<'j, 'a>,
    /// In the order of the kind's actions.
    questions: HashMap<Asker, Rc<[Asking]>>,
}

impl<'j, 'a> Judge<'j, 'a> {
    fn principal(&mut self, id: PrincipalId) -> Vec<Judged> {
        let principal = self.judging.inventory.principal(id);
        let identity: Vec<(Attached, Option<Rc<Policy>>)> =
            principal.identity.iter().map(|attached| (attached.clone(), self.identity_policy(id, attached))).collect();
        let seen: Vec<Rc<Policy>> = identity.iter().filter_map(|(_, policy)| policy.clone()).collect();
        let trust = principal.trust.and_then(|trust| self.store.policy(trust));
        let mut judged = Vec::new();
        for (pack_index, pack) in self.judging.packs.iter().enumerate() {
            for (kind_index, kind) in pack.principals.iter().enumerate() {
                let Some(applicability) = self.applicability((pack, kind), id, &seen, trust.as_deref()) else {
                    continue;
                };
                let place = (pack_index, kind_index);
                let inventory = self.judging.inventory;
                let functions = inventory.functions_of(id).filter(|_| kind.only == Only::Role);
                let regions = if self.judging.region.is_none() { regions(functions) } else { Vec::new() };
                let mut judge_in = |region| self.judge_as(place, id, applicability, region, &identity, trust.as_ref());
                judged.extend(match regions[..] {
                    [] => Some(judge_in(None)),
                    [region] => Some(judge_in(Some(region))),
                    [..] => worst(regions.iter().map(|region| judge_in(Some(*region))).collect(), &regions),
                });
            }
        }
        judged
    }

    /// An identity policy. One of another partition cannot be attached, whatever it says.
    fn identity_policy(&mut self, id: PrincipalId, attached: &Attached) -> Option<Rc<Policy>> {
        let inventory = self.judging.inventory;
        let entry = inventory.policy(attached.policy);
        let own = self.judging.said_partition().or_else(|| shown_partition(inventory, id));
        let foreign = own.zip(entry.arn.as_deref());
        if foreign.is_some_and(|(own, arn)| foreign_partition(arn, own).is_some()) {
            return Some(Rc::new(Policy::refused()));
        }
        self.store.policy(attached.policy)
    }

    fn applicability(
        &self,
        (pack, kind): (&Pack, &PackPrincipal),
        id: PrincipalId,
        identity: &[Rc<Policy>],
        trust: Option<&Policy>,
    ) -> Option<Applicability> {
        let Judging { inventory, assignments, .. } = self.judging;
        let principal = inventory.principal(id);
        if assignments.iter().any(|assignment| assignment.principal == id && assignment.kind == kind.kind) {
            return Some(Applicability::Applies);
        }
        if kind.only == Only::Role && principal.kind != PrincipalType::Role {
            return None;
        }
        let mut functions = inventory.functions_of(id).peekable();
        if kind.only == Only::Role && functions.peek().is_some() {
            if functions.any(Function::needs_interfaces) {
                return Some(Applicability::Applies);
            }
            // In a region that was not looked at, it may have other functions.
            let account = inventory.audited_account(principal);
            if account.is_none_or(|account| account.regions_are == RegionsAre::All) {
                return Some(Applicability::DoesNotApply);
            }
        }
        shown_by_input((pack, kind), inventory, principal, identity, trust)
    }

    fn judge_as(
        &mut self,
        (pack_index, kind_index): (usize, usize),
        id: PrincipalId,
        applicability: Applicability,
        region: Option<&str>,
        identity: &[(Attached, Option<Rc<Policy>>)],
        trust: Option<&Rc<Policy>>,
    ) -> Judged {
        let principal = self.judging.inventory.principal(id);
        let pack = &self.judging.packs[pack_index];
        let kind = &pack.principals[kind_index];
        let locality = self.locality(id, region);
        let policies = self.around(principal, identity);
        let sources: Vec<SourceId> = policies
            .iter()
            .filter_map(|judged| self.judging.inventory.policy(judged.attached.policy).document.as_ref()?.source())
            .collect();
        let functions = self.judging.inventory.functions_of(id).filter(|_| kind.only == Only::Role);
        let functions = functions.filter(|function| region.is_none() || function.region.as_deref() == region);
        let configured = Configured::of(functions, &sources);
        let questions = self.questions(Asker {
            pack: pack_index,
            kind: kind_index,
            locality: locality.clone(),
            configured: configured.clone(),
        });
        let untils: Vec<(PolicyId, Option<Rc<Policy>>)> = self
            .judging
            .inventory
            .functions_of(id)
            .flat_map(|function| &function.unordered)
            .filter_map(|late| Some((late.policy, self.store.policy(late.until?))))
            .collect();
        let layered: Vec<LayeredPolicy<'_>> = policies
            .iter()
            .map(|judged| LayeredPolicy { layer: judged.layer, policy: judged.policy.as_deref() })
            .collect();
        let attachments = match principal.known {
            KnownAttachments::All => Attachments::AllKnown,
            KnownAttachments::Some => Attachments::MayBeMore,
        };
        let caller = CallerContext {
            facts: [&NO_FACTS, &kind.context],
            principal,
            locality: &locality,
            given: self.judging.given,
            shapes: &pack.keys,
            action: None,
            resource_type: None,
        };
        let explained = applicability != Applicability::DoesNotApply;
        let answer = |action: &PackAction, asking: &Asking, caller: CallerContext<'_>| {
            let Asking { asked, question, action: published } = asking;
            let caller = CallerContext { facts: [&action.context, &kind.context], action: *published, ..caller };
            with_contexts(question, caller, |contexts| {
                let outcome = evaluate(question, &layered, attachments, contexts);
                let explained = explained && outcome.verdict != Verdict::Granted;
                let near = if explained { near_misses(question, &layered, contexts) } else { Vec::new() };
                let (question, asked) = (Rc::clone(question), Rc::clone(asked));
                JudgedAction { question, asked, outcome, near, regions: Vec::new() }
            })
        };
        let mut actions: Vec<JudgedAction> =
            kind.actions.iter().zip(questions.iter()).map(|(action, asking)| answer(action, asking, caller)).collect();
        if let Some(assumed) = assumed_locality(&locality, identity.iter().filter_map(|(_, policy)| policy.as_deref()))
            .filter(|_| explained)
            && actions.iter().any(|judged| judged.outcome.verdict == Verdict::Missing)
        {
            // What is refused in whatever account is refused for what the policy leaves out, not for its account.
            let caller = CallerContext { locality: &assumed, ..caller };
            let asker = Asker { pack: pack_index, kind: kind_index, locality: assumed.clone(), configured };
            let questions = self.questions(asker);
            for ((action, asking), known) in kind.actions.iter().zip(questions.iter()).zip(&mut actions) {
                if known.outcome.verdict == Verdict::Missing {
                    let judged = answer(action, asking, caller);
                    if judged.outcome.verdict == Verdict::Partial {
                        *known = judged;
                    }
                }
            }
        }
        let code = kind.code.as_ref().filter(|_| explained).map_or_else(Vec::new, |code| {
            let asked = |name: &String| {
                let own = kind.actions.iter().position(|action| action.name == *name)?;
                let facts = [&kind.actions[own].context, &code.context];
                let caller = CallerContext { facts, action: questions[own].action, ..caller };
                let JudgedAction { question, outcome, .. } = &actions[own];
                if outcome.verdict == Verdict::Granted && !has_conditions(&layered) {
                    // Without any condition, the context makes no difference.
                    return Some(Verdict::Granted);
                }
                Some(with_contexts(question, caller, |contexts| {
                    evaluate(question, &layered, attachments, contexts).verdict
                }))
            };
            code.actions.iter().filter_map(asked).collect()
        });
        let trust = match (&kind.trust, trust) {
            (Some(asked), Some(policy)) => {
                let answer = |facts: &Facts| {
                    may_assume(policy, &asked.service, &CallerContext { facts: [facts, &NO_FACTS], ..caller })
                };
                let usual = answer(&asked.usual);
                let narrow = asked.narrow.as_ref().map(|narrow| answer(&narrow.context));
                Some(JudgedTrust {
                    policy: Rc::clone(policy),
                    usual: usual.allowed,
                    narrow: narrow.map_or(usual.allowed, |narrow| narrow.allowed),
                    about: usual.about,
                })
            }
            _ => None,
        };
        let required = |index: &usize| kind.actions[*index].level == Level::Required;
        let verdicts: Vec<(usize, Verdict)> =
            (0..actions.len()).filter(required).map(|index| (index, actions[index].outcome.verdict)).collect();
        let role = Role { identity: &principal.identity, verdicts: &verdicts };
        let without = |index: usize, removed: &[bool]| {
            let until = |at: usize| {
                let late = principal.identity[at].policy;
                let (_, policy) = untils.iter().find(|(policy, _)| *policy == late)?;
                Some(LayeredPolicy { layer: Layer::Identity, policy: policy.as_deref() })
            };
            let kept = layered.iter().enumerate().filter_map(|(at, layered)| match removed.get(at) {
                Some(true) => until(at),
                _ => Some(*layered),
            });
            let kept: Vec<LayeredPolicy<'_>> = kept.collect();
            let facts = [&kind.actions[index].context, &kind.context];
            let caller = CallerContext { facts, action: questions[index].action, ..caller };
            let question = &actions[index].question;
            with_contexts(question, caller, |contexts| evaluate(question, &kept, attachments, contexts).verdict)
        };
        let of_role = self.judging.inventory.functions.of(id).filter(|_| kind.only == Only::Role);
        let races = of_role.filter_map(|function| race(function, &role, without)).collect();
        drop(layered);
        Judged {
            principal: id,
            pack: pack_index,
            kind: kind_index,
            applicability,
            locality,
            policies,
            actions,
            trust,
            code,
            races,
        }
    }

    /// The questions about a kind's actions.
    fn questions(&mut self, asker: Asker) -> Rc<[Asking]> {
        if let Some(known) = self.questions.get(&asker) {
            return Rc::clone(known);
        }
        let kind = &self.judging.packs[asker.pack].principals[asker.kind];
        let asking = |action: &PackAction| {
            let (question, asked) = question(action, &asker.locality, &asker.configured);
            Asking { asked: asked.into(), question: Rc::new(question), action: catalogue().action(&action.name) }
        };
        let fresh: Rc<[Asking]> = kind.actions.iter().map(asking).collect();
        self.questions.insert(asker, Rc::clone(&fresh));
        fresh
    }

    /// The account and the region of a principal: what the caller says, else the region in which it is judged, else what
    /// its ARN or those of its functions say.
    fn locality(&self, id: PrincipalId, judged_in: Option<&str>) -> Locality {
        let inventory = self.judging.inventory;
        let arn = inventory.principal(id).arn.as_ref();
        let region = self.judging.region.or(judged_in).or_else(|| inventory.region_of(id));
        let said = self.judging.said_partition().or_else(|| arn.and_then(PrincipalArn::known_partition));
        let partition = said.or_else(|| region.map(partition_of)).unwrap_or("aws");
        let account = self.judging.account.or_else(|| arn.and_then(PrincipalArn::known_account));
        Locality {
            partition: partition.to_owned(),
            region: region.map(str::to_owned),
            account: account.map(str::to_owned),
        }
    }

    /// All layers of a principal.
    fn around(&mut self, principal: &Principal<'_>, identity: &[(Attached, Option<Rc<Policy>>)]) -> Vec<JudgedPolicy> {
        let mut policies: Vec<JudgedPolicy> = identity
            .iter()
            .map(|(attached, policy)| JudgedPolicy {
                attached: attached.clone(),
                layer: Layer::Identity,
                policy: policy.clone(),
            })
            .collect();
        let surroundings = self.judging.surroundings;
        let mut add = |attached: &Attached, layer: Layer| {
            let policy = self.store.policy(attached.policy);
            policies.push(JudgedPolicy { attached: attached.clone(), layer, policy });
        };
        if let Some(boundary) = surroundings.boundary.as_ref().or(principal.boundary.as_ref()) {
            add(boundary, Layer::Boundary);
        }
        surroundings.session.iter().for_each(|attached| add(attached, Layer::Session));
        // "SCPs do not affect any service-linked role."
        if !principal.is_service_linked() {
            let audited = || self.judging.inventory.audited_account(principal)?.organization.as_ref();
            let given = Some(&surroundings.organization).filter(|levels| !levels.is_empty());
            let levels = given.or_else(audited).map_or(&[][..], Vec::as_slice);
            for (level, attached) in levels.iter().enumerate() {
                attached.iter().for_each(|attached| add(attached, Layer::Organization(level)));
            }
            let account = self.judging.account.or_else(|| principal.arn.as_ref().and_then(PrincipalArn::known_account));
            let of_account =
                self.judging.inventory.organization.iter().filter(|(own, _)| Some(own.as_str()) == account);
            for (level, (_, attached)) in of_account.enumerate() {
                let level = Layer::Organization(surroundings.organization.len() + level);
                attached.iter().for_each(|attached| add(attached, level));
            }
        }
        policies
    }
}

static NO_FACTS: Facts = Facts(Vec::new());

fn has_conditions(policies: &[LayeredPolicy<'_>]) -> bool {
    let statements = policies.iter().filter_map(|layered| layered.policy).flat_map(|policy| &policy.statements);
    statements.into_iter().any(|statement| !statement.conditions.is_empty())
}

/// Makes the context of each cell of a question.
fn with_contexts<T>(question: &Question, caller: CallerContext<'_>, ask: impl FnOnce(&[&dyn Context]) -> T) -> T {
    let contexts: Vec<CallerContext<'_>> = question
        .cells
        .iter()
        .map(|cell| CallerContext { resource_type: cell.resource_type.as_deref(), ..caller })
        .collect();
    let contexts: Vec<&dyn Context> = contexts.iter().map(|context| context as &dyn Context).collect();
    ask(&contexts)
}
