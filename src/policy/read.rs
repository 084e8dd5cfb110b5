//! Reads a [`Doc`] as a policy and collects every problem of it on the way.

use super::problem::{Gravity, Problem};
use super::read_statement::{Outline, read_statement};
use super::unknown::document_without_unknowns;
use super::{Policy, PolicyType, Standing, Statement, Version};
use crate::document::Doc;
use crate::source::{Part, Path};

/// A policy, and what is wrong with its document. The policy holds what could be understood.
#[derive(Clone, Debug, PartialEq)]
pub struct Reading {
    pub policy: Policy,
    /// In the order of the document.
    pub problems: Vec<Problem>,
}

/// Reads one policy document as a file holds it.
///
/// Source of the rules: IAM User Guide, "Grammar of the IAM JSON policy language", and "IAM JSON policy elements".
pub fn read(doc: &Doc<'_>, policy_type: PolicyType) -> Reading {
    read_wanted(doc, policy_type, &|_| true)
}

/// Reads one policy document, and of its statements those that are wanted. The problems are those of all of it.
pub fn read_wanted(doc: &Doc<'_>, policy_type: PolicyType, wanted: &dyn Fn(&Outline<'_>) -> bool) -> Reading {
    match document_without_unknowns(doc) {
        None => read_resolved(doc, policy_type, wanted),
        Some(clean) => read_resolved(&clean, policy_type, wanted),
    }
}

/// The same for a document in whose texts [`Unknown`](super::Unknown) pieces may stand: one that was made of a
/// template.
pub fn read_resolved(doc: &Doc<'_>, policy_type: PolicyType, wanted: &dyn Fn(&Outline<'_>) -> bool) -> Reading {
    let mut problems = Problems::default();
    let reader = Reader { policy_type, wanted };
    let (version, statements) = match doc {
        Doc::Map(members) => read_members(members, &reader, &mut problems),
        other => {
            problems.refused(
                Path::new(),
                format!("a policy is an object with a Statement; this is {}", other.kind()),
                None,
            );
            (Version::default(), Vec::new())
        }
    };
    let mut problems = problems.0;
    for problem in &mut problems {
        problem.show_unknowns();
    }
    let refused = problems.iter().any(|problem| problem.gravity == Gravity::Refused);
    Reading {
        policy: Policy { version, statements, standing: if refused { Standing::Refused } else { Standing::Accepted } },
        problems,
    }
}

/// What the statements of a document are read for.
pub(super) struct Reader<'r> {
    pub(super) policy_type: PolicyType,
    pub(super) wanted: &'r dyn Fn(&Outline<'_>) -> bool,
}

fn read_members<'d>(
    members: &'d [(std::borrow::Cow<'d, str>, Doc<'d>)],
    reader: &Reader<'_>,
    problems: &mut Problems,
) -> (Version, Vec<Statement>) {
    let top = Path::new();
    problems.duplicate_keys(&top, members);
    let mut version = Version::default();
    let mut statements = None;
    for (ordinal, (name, value)) in members.iter().enumerate() {
        let at = top.child(ordinal);
        match &**name {
            "Version" => version = read_version(value, at, problems),
            "Id" => {
                if !matches!(value, Doc::Text(_)) {
                    problems.wrong_type(at, "Id", "a string", value);
                }
            }
            "Statement" => statements = Some(read_statements(value, at, reader, problems)),
            unknown => problems.unknown_element(at, unknown, &["Version", "Id", "Statement"], "a policy"),
        }
    }
    let statements = statements.unwrap_or_else(|| {
        problems.refused(
            top,
            "a policy needs a Statement; this one has none".to_owned(),
            Some("add \"Statement\": [ … ]".to_owned()),
        );
        Vec::new()
    });
    problems.duplicate_sids(&statements);
    (version, statements.into_iter().filter_map(|(_, statement)| statement).collect())
}

fn read_version(value: &Doc<'_>, at: Path, problems: &mut Problems) -> Version {
    match value {
        Doc::Text(text) => match &**text {
            "2012-10-17" => return Version::V2012,
            "2008-10-17" => return Version::V2008,
            other => problems.refused(
                at,
                format!("`{other}` is no version of the policy language: AWS refuses the document"),
                Some(
                    "write \"Version\": \"2012-10-17\"; the date is fixed, it is not the date of your policy"
                        .to_owned(),
                ),
            ),
        },
        other => problems.wrong_type(at, "Version", "the string \"2012-10-17\"", other),
    }
    // What the author meant is the current language; with `2008` no variable would be one.
    Version::V2012
}

fn read_statements<'d>(
    value: &'d Doc<'d>,
    at: Path,
    reader: &Reader<'_>,
    problems: &mut Problems,
) -> Vec<(Outline<'d>, Option<Statement>)> {
    match value {
        Doc::Map(_) => read_statement(value, at, 0, reader, problems).into_iter().collect(),
        Doc::List(items) => {
            if items.is_empty() {
                problems.refused(
                    at,
                    "Statement is an empty list: a policy needs at least one statement".to_owned(),
                    None,
                );
                return Vec::new();
            }
            items
                .iter()
                .enumerate()
                .filter_map(|(index, item)| read_statement(item, at.child(index), index, reader, problems))
                .collect()
        }
        other => {
            problems.wrong_type(at, "Statement", "an object or a list of objects", other);
            Vec::new()
        }
    }
}

/// Collects problems; each method is one kind of problem with its words.
#[derive(Default)]
pub(super) struct Problems(Vec<Problem>);

impl Problems {
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Something for which AWS refuses the document, at a value.
    pub(super) fn refused(&mut self, path: Path, message: String, help: Option<String>) {
        self.0.push(Problem { path, part: Part::Value, message, help, gravity: Gravity::Refused, related: None });
    }

    pub(super) fn wrong_type(&mut self, path: Path, element: &str, expected: &str, found: &Doc<'_>) {
        self.refused(path, format!("{element} must be {expected}; this is {}", found.kind()), None);
    }

    /// A member that the grammar does not know, with the right name if one is near.
    pub(super) fn unknown_element(&mut self, path: Path, name: &str, known: &[&str], parent: &str) {
        let lower = name.to_ascii_lowercase();
        let nearest = known
            .iter()
            .map(|known| (strsim::osa_distance(&known.to_ascii_lowercase(), &lower), known))
            .filter(|(distance, _)| *distance <= 2)
            .min();
        let help = match nearest {
            Some((_, right)) => format!("write `{right}`"),
            None => format!("{parent} may hold {}", known.join(", ")),
        };
        self.0.push(Problem {
            path,
            part: Part::Key,
            message: format!("`{name}` is no element of {parent}: AWS refuses the document"),
            help: Some(help),
            gravity: Gravity::Refused,
            related: None,
        });
    }

    /// JSON leaves open what two members of one name mean; AWS keeps one of them, silently.
    pub(super) fn duplicate_keys(&mut self, parent: &Path, members: &[(std::borrow::Cow<'_, str>, Doc<'_>)]) {
        for (ordinal, (name, _)) in members.iter().enumerate() {
            let Some(first) = members[..ordinal].iter().position(|(earlier, _)| earlier == name) else {
                continue;
            };
            self.0.push(Problem {
                path: parent.child(ordinal),
                part: Part::Key,
                message: format!("`{name}` stands twice in one object, and only one of them counts"),
                help: Some("merge the two: JSON has no second member of the same name".to_owned()),
                gravity: Gravity::Suspect,
                related: Some((parent.child(first), Part::Key, "the first one".to_owned())),
            });
        }
    }

    /// "The Sid value must be unique within a JSON policy."
    fn duplicate_sids(&mut self, statements: &[(Outline<'_>, Option<Statement>)]) {
        let mut sids: Vec<_> = statements
            .iter()
            .filter_map(|(outline, _)| outline.sid.filter(|sid| !sid.is_empty()).map(|sid| (sid, outline)))
            .collect();
        // Sorted by name and then by place, so that large policies stay linear and the later one is reported.
        sids.sort_by_key(|(sid, outline)| (*sid, outline.index));
        for pair in sids.windows(2) {
            let [(sid, first), (same, second)] = pair else { continue };
            if sid == same {
                let place = |outline: &Outline<'_>| outline.path.child(outline.head);
                self.0.push(Problem {
                    path: place(second),
                    part: Part::Value,
                    message: format!("the Sid `{sid}` stands twice: AWS refuses the document"),
                    help: Some("give each statement a Sid of its own, or none".to_owned()),
                    gravity: Gravity::Refused,
                    related: Some((place(first), Part::Value, "the first one".to_owned())),
                });
            }
        }
    }
}
