//! The policies of a template, each known once: worlds that agree on a document share it.

use std::borrow::Cow;

use foldhash::HashMap;

use super::Places;
use super::certainty::with_usable_resources;
use crate::document::Doc;
use crate::inventory::{Collector, Document, PolicyEntry, PolicyId, Resolved, Sight};
use crate::policy::{PolicyType, shown};
use crate::source::{Part, Path, Place};
use crate::template::{Template, Value};

/// A policy as a template shows it.
pub(super) struct Written<'v, 'd> {
    /// Its name, or its logical id.
    pub name: Cow<'v, str>,
    /// Where that stands.
    pub place: Place,
    pub policy_type: PolicyType,
    /// The document; none if it is not written.
    pub document: Option<&'v Value<'d>>,
}

/// The documents so far, by the node of the file that they are written at.
#[derive(Debug)]
pub(super) struct Documents<'d> {
    /// The file.
    doc: &'d Doc<'d>,
    known: HashMap<Path, Vec<Known<'d>>>,
    unseen: HashMap<(Path, String), PolicyId>,
}

/// A document under a name, and the policies that it came to.
#[derive(Debug)]
struct Known<'d> {
    name: String,
    document: Value<'d>,
    policies: Vec<PolicyId>,
}

impl<'d> Documents<'d> {
    pub(super) fn new(doc: &'d Doc<'d>) -> Self {
        Documents { doc, known: HashMap::default(), unseen: HashMap::default() }
    }

    /// The parameter whose value a node is: a `Ref`, or the text of a `Fn::Sub`.
    pub(super) fn parameter_at(&self, template: &Template<'d>, path: &Path) -> Option<String> {
        let name = match self.doc.at(path)? {
            Doc::Map(members) => match &members[..] {
                [(function, argument)] if function == "Ref" => argument.as_text()?,
                _ => return None,
            },
            text => text.as_text()?.strip_prefix("${")?.strip_suffix('}')?,
        };
        template.parameter(name).map(|parameter| parameter.name.to_owned())
    }

    /// The policies that a written one comes to: itself, and another that nobody has seen if pieces of it cannot be
    /// seen.
    pub(super) fn policies(
        &mut self,
        template: &Template<'d>,
        places: Places,
        collector: &mut Collector<'_>,
        written: &Written<'_, 'd>,
    ) -> Vec<PolicyId> {
        let Some(value) = written.document else { return Vec::new() };
        let known = self.known.entry(value.origin.clone()).or_default();
        // What SAM's `Globals` say is in the roles of several functions, under the name of each.
        if let Some(known) = known.iter().find(|known| known.name == written.name && known.document == *value) {
            return known.policies.clone();
        }
        let resolved = Resolved::of(&with_usable_resources(template, self.doc, value));
        let mut ids = Vec::new();
        let sight = resolved.sight();
        let entry = |document: Option<Document<'static>>| PolicyEntry {
            name: Some(Cow::Owned(shown(&written.name).into_owned())),
            arn: None,
            policy_type: written.policy_type,
            place: Some(written.place.clone()),
            document,
            meant: None,
        };
        if sight != Sight::Nothing {
            let document = Document::resolved(places.source, places.wrapping, resolved);
            ids.push(collector.policy(entry(Some(document))));
        }
        if sight != Sight::All {
            ids.push(collector.policy(entry(None)));
        }
        known.push(Known { name: written.name.to_string(), document: value.clone(), policies: ids.clone() });
        ids
    }

    /// A policy that the template names and does not hold. `words` say what it is.
    pub(super) fn unseen(
        &mut self,
        places: Places,
        collector: &mut Collector<'_>,
        origin: &Path,
        words: String,
    ) -> PolicyId {
        *self.unseen.entry((origin.clone(), words)).or_insert_with_key(|(origin, words)| {
            collector.policy(PolicyEntry {
                name: Some(Cow::Owned(words.clone())),
                arn: None,
                policy_type: PolicyType::Identity,
                place: Some(places.at(origin, Part::Value)),
                document: None,
                meant: None,
            })
        })
    }
}
