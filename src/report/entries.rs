//! Judgements as a reader wants them: one entry for a principal as one kind, whatever packs judged it, and under
//! whatever values of a template's parameters.

use foldhash::HashMap;

use crate::evaluate::Verdict;
use crate::inventory::{Function, PrincipalId, VpcConnection, When};
use crate::requirement::{Applicability, JudgedAction, JudgedPolicy, PackAction};
use crate::rule::{Examined, Subject};

/// One principal as one kind.
pub(super) struct Entry<'e> {
    pub subject: Subject<'e>,
    /// One for each pack and each difference that parameters make; the first is `subject`.
    pub judged: Vec<Subject<'e>>,
}

/// One action of an entry: the worst that was judged.
pub(super) struct Worst<'e> {
    pub subject: Subject<'e>,
    pub action: &'e PackAction,
    pub judged: &'e JudgedAction,
    pub applies: bool,
    /// The values under which the verdict holds; empty if it holds under all.
    pub when: Vec<&'e When>,
}

/// Every judged principal, in the order of the inputs.
pub(super) fn entries<'e>(examined: &Examined<'e>) -> Vec<Entry<'e>> {
    let mut entries: Vec<Entry<'e>> = Vec::new();
    let mut known: HashMap<(PrincipalId, &'e str), usize> = HashMap::default();
    for judged in examined.judged {
        let subject = Subject { inventory: examined.inventory, pack: &examined.packs[judged.pack], judged };
        let first = examined.inventory.first_variant(judged.principal);
        let index = *known.entry((first, &subject.kind().kind)).or_insert(entries.len());
        match entries.get_mut(index) {
            Some(entry) => entry.judged.push(subject),
            None => entries.push(Entry { subject, judged: vec![subject] }),
        }
    }
    entries
}

fn applies(subject: &Subject<'_>) -> bool {
    subject.judged.applicability != Applicability::DoesNotApply
}

impl<'e> Entry<'e> {
    pub(super) fn applies(&self) -> bool {
        self.judged.iter().any(applies)
    }

    /// The functions that use it, each once; connected if it is under some values.
    pub(super) fn functions(&self) -> Vec<(&'e Function, VpcConnection)> {
        let mut found: Vec<(&'e Function, VpcConnection)> = Vec::new();
        let mut seen: Vec<PrincipalId> = Vec::new();
        for subject in &self.judged {
            let principal = subject.judged.principal;
            if seen.contains(&principal) {
                continue;
            }
            seen.push(principal);
            for function in subject.inventory.functions_of(principal) {
                match found.iter_mut().find(|(known, _)| known.is_variant_of(function)) {
                    Some((_, vpc)) if function.vpc == VpcConnection::Connected => *vpc = VpcConnection::Connected,
                    Some(_) => {}
                    None => found.push((function, function.vpc)),
                }
            }
        }
        found
    }

    /// The policies around it, each once, with the judgement that they took part in.
    pub(super) fn policies(&self) -> Vec<(Subject<'e>, &'e JudgedPolicy)> {
        let mut found: Vec<(Subject<'e>, &'e JudgedPolicy)> = Vec::new();
        for (number, subject) in self.judged.iter().enumerate() {
            // Every pack judges by the same policies.
            if number > 0 && subject.judged.principal == self.subject.judged.principal {
                continue;
            }
            for policy in &subject.judged.policies {
                let same = |(_, known): &(_, &JudgedPolicy)| known.attached == policy.attached;
                if number == 0 || !found.iter().any(same) {
                    found.push((*subject, policy));
                }
            }
        }
        found
    }

    /// Every action of every pack, in their order.
    pub(super) fn worst(&self) -> Vec<Worst<'e>> {
        let mut packs: Vec<usize> = Vec::new();
        for subject in &self.judged {
            if !packs.contains(&subject.judged.pack) {
                packs.push(subject.judged.pack);
            }
        }
        packs.into_iter().flat_map(|pack| self.worst_of(pack)).collect()
    }

    fn worst_of(&self, pack: usize) -> Vec<Worst<'e>> {
        let of_pack = || self.judged.iter().filter(|subject| subject.judged.pack == pack);
        let any = of_pack().any(applies);
        let counted: Vec<Subject<'e>> = of_pack().filter(|subject| applies(subject) || !any).copied().collect();
        let Some(first) = counted.first() else { return Vec::new() };
        let worst = |(index, action): (usize, &'e PackAction)| {
            let answer = |subject: &Subject<'e>| &subject.judged.actions[index];
            let subject = counted.iter().copied().min_by_key(|subject| rank(answer(subject).outcome.verdict))?;
            let judged = answer(&subject);
            let same = |other: &&Subject<'e>| answer(other).outcome.verdict == judged.outcome.verdict;
            let agree = counted.iter().all(|other| same(&other));
            let when = |subject: &Subject<'e>| subject.inventory.principal(subject.judged.principal).when.iter();
            let holds = |value: &&'e When| !agree || counted.iter().all(|other| when(other).any(|own| own == *value));
            Some(Worst { subject, action, judged, applies: any, when: when(&subject).filter(holds).collect() })
        };
        first.kind().actions.iter().enumerate().filter_map(worst).collect()
    }
}

/// The worst first, as the contract has it.
fn rank(verdict: Verdict) -> u8 {
    match verdict {
        Verdict::Missing => 0,
        Verdict::Denied => 1,
        Verdict::Partial => 2,
        Verdict::Unresolved => 3,
        Verdict::Conditional => 4,
        Verdict::Granted => 5,
    }
}
