//! Reads policy documents when they are judged: each shared one once, every other one when its principal comes up.

use std::rc::Rc;

use foldhash::{HashMap, HashMapExt};

use super::pack::Pack;
use crate::document::Doc;
use crate::inventory::{Document, Inventory, PolicyId, Resolved};
use crate::policy::{
    Gravity, Outline, Polarity, Policy, PolicyType, Problem, Reading, Unknown, read_resolved, read_sound, read_wanted,
    split_action,
};
use crate::source::{Part, Path};

/// How many documents are remembered by their text. Inline policies and trust policies of an account repeat each
/// other; the bound keeps memory independent of the number of principals.
const REMEMBERED_TEXTS: usize = 2_048;

/// Longer documents hardly repeat, and to compare them costs as much as to read them.
const REMEMBERED_LENGTH: usize = 1_024;

/// A problem of a policy of the inventory.
#[derive(Clone, Debug)]
pub struct PolicyProblem {
    pub policy: PolicyId,
    pub problem: Problem,
}

/// The policies of an inventory, read on demand.
pub(super) struct PolicyStore<'i, 'a> {
    inventory: &'i Inventory<'a>,
    vocabulary: Vocabulary<'i>,
    /// By policy: those that others may carry, too.
    shared: Vec<Option<Rc<Read>>>,
    by_text: HashMap<(&'i str, PolicyType), Rc<Read>>,
    seen: Vec<Seen>,
    problems: Vec<PolicyProblem>,
}

struct Read {
    policy: Rc<Policy>,
    problems: Vec<Problem>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Seen {
    NotYet,
    Reported,
}

impl<'i, 'a> PolicyStore<'i, 'a> {
    pub(super) fn new(inventory: &'i Inventory<'a>, packs: &'i [Pack]) -> Self {
        PolicyStore {
            inventory,
            vocabulary: Vocabulary::of(packs),
            shared: vec![None; inventory.policies.len()],
            // To grow it would be to hash every text again.
            by_text: HashMap::with_capacity(REMEMBERED_TEXTS.min(inventory.policies.len())),
            seen: vec![Seen::NotYet; inventory.policies.len()],
            problems: Vec::new(),
        }
    }

    /// The policy; none if the input does not hold its document.
    pub(super) fn policy(&mut self, id: PolicyId) -> Option<Rc<Policy>> {
        if let Some(read) = &self.shared[id.0] {
            return Some(Rc::clone(&read.policy));
        }
        let entry = self.inventory.policy(id);
        if entry.meant.is_some() {
            return Some(Rc::new(Policy::refused()));
        }
        let document = entry.document.as_ref()?;
        let read = self.read(document, entry.policy_type);
        // One of a template is read whole, and asked for in several worlds.
        if entry.arn.is_some() || document.raw().is_none() {
            self.shared[id.0] = Some(Rc::clone(&read));
        }
        if std::mem::replace(&mut self.seen[id.0], Seen::Reported) == Seen::NotYet {
            let problems = read.problems.iter().cloned().map(|problem| PolicyProblem { policy: id, problem });
            self.problems.extend(problems);
        }
        Some(Rc::clone(&read.policy))
    }

    fn read(&mut self, document: &'i Document<'a>, policy_type: PolicyType) -> Rc<Read> {
        let Some(raw) = document.raw() else {
            let doc = document.as_resolved().map_or(&Doc::Null, Resolved::doc);
            return Rc::new(Read::of(read_resolved(doc, policy_type, &wanted(policy_type, &self.vocabulary))));
        };
        let key = (raw, policy_type);
        let repeats = raw.len() <= REMEMBERED_LENGTH;
        if let Some(known) = self.by_text.get(&key).filter(|_| repeats) {
            return Rc::clone(known);
        }
        let fresh = Rc::new(read_text(document.text().as_deref(), policy_type, &self.vocabulary));
        if repeats && self.by_text.len() < REMEMBERED_TEXTS {
            self.by_text.insert(key, Rc::clone(&fresh));
        }
        fresh
    }

    /// Reads whatever nobody asked for, and gives every problem of every document, in the order of the inventory.
    pub(super) fn into_problems(mut self) -> Vec<PolicyProblem> {
        // What stands there only until something else comes has no problems any more.
        let functions = self.inventory.functions.iter();
        for until in functions.flat_map(|function| &function.unordered).filter_map(|late| late.until) {
            self.seen[until.0] = Seen::Reported;
            self.problems.retain(|problem| problem.policy != until);
        }
        for index in 0..self.seen.len() {
            if self.seen[index] == Seen::NotYet {
                self.policy(PolicyId(index));
            }
        }
        self.problems.sort_by_key(|problem| problem.policy);
        self.problems
    }
}

/// What the packs speak of.
struct Vocabulary<'p> {
    services: Vec<&'p str>,
    /// Names of actions, without their services.
    names: Vec<&'p str>,
}

impl<'p> Vocabulary<'p> {
    fn of(packs: &'p [Pack]) -> Vocabulary<'p> {
        let kinds = packs.iter().flat_map(|pack| &pack.principals);
        let actions = kinds.flat_map(|kind| {
            let own = kind.actions.iter().map(|action| &action.name);
            own.chain(&kind.applies.allows_any).chain(&kind.applies.creates_any).chain(&kind.applies.names_any)
        });
        let (mut services, mut names): (Vec<&str>, Vec<&str>) =
            actions.filter_map(|action| action.split_once(':')).unzip();
        for words in [&mut services, &mut names] {
            words.sort_unstable();
            words.dedup();
        }
        Vocabulary { services, names }
    }

    /// May the statement be about an action of these services, or be meant to?
    fn concerns(&self, statement: &Outline<'_>) -> bool {
        let is_one_of = |words: &[&str], word: &str| words.iter().any(|known| known.eq_ignore_ascii_case(word));
        statement.polarity == Polarity::AllBut
            || statement.actions().any(|pattern| match split_action(pattern) {
                _ if Unknown::is_in(pattern) => true,
                Some((service, name)) => {
                    is_one_of(&self.services, service) || service.contains(['*', '?']) || is_one_of(&self.names, name)
                }
                None => true,
            })
    }
}

impl Read {
    fn of(reading: Reading) -> Read {
        Read { policy: Rc::new(reading.policy), problems: reading.problems }
    }
}

/// Most statements of an account are about other services. The first one stays, because a finding that nothing allows
/// an action has to point somewhere.
fn wanted(policy_type: PolicyType, vocabulary: &Vocabulary<'_>) -> impl Fn(&Outline<'_>) -> bool {
    move |statement| policy_type == PolicyType::Trust || statement.index == 0 || vocabulary.concerns(statement)
}

fn read_text(text: Option<&str>, policy_type: PolicyType, vocabulary: &Vocabulary<'_>) -> Read {
    let wanted = wanted(policy_type, vocabulary);
    if let Some(policy) = text.and_then(|text| read_sound(text, policy_type, &wanted)) {
        return Read { policy: Rc::new(policy), problems: Vec::new() };
    }
    let parsed = match text {
        Some(text) => Doc::parse(text).map_err(|error| (error.message, error.help)),
        None => Err(("the string around the policy cannot be decoded".to_owned(), None)),
    };
    match parsed {
        Ok(doc) => Read::of(read_wanted(&doc, policy_type, &wanted)),
        Err((message, help)) => {
            // Nothing of it can be judged: as a policy it is refused and says nothing.
            let nothing = read_wanted(&Doc::Null, policy_type, &|_| true);
            let problem = Problem {
                path: Path::new(),
                part: Part::Value,
                message: format!("the policy is no JSON document: {message}"),
                help,
                gravity: Gravity::Refused,
                related: None,
            };
            Read { policy: Rc::new(nothing.policy), problems: vec![problem] }
        }
    }
}
