//! One resource instance of a plan or a state: what Terraform will do with it, and its values.
//!
//! In: its entry in `resource_changes`, `planned_values`, `prior_state` or a state. Out: a [`Resource`].
//!
//! Source: Terraform, "JSON Output Format", "Plan Representation", "Values Representation".

use super::address::{Key, Mode, Step, key_of, module_of};
use super::configuration::BlockId;
use super::head::{Head, Object};
use super::value::Value;
use crate::document::{Doc, Raw, SyntaxError, locate_all};
use crate::inventory::Document;
use crate::source::{At, Part, Path, Place, SourceId, Wrapping};

/// What Terraform does with a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Action {
    Create,
    Update,
    /// Deleted and created, in whichever order.
    Replace,
    Delete,
    /// Nothing; or the input, a state, does not say.
    NoOp,
    /// A data source that is read on apply.
    Read,
}

impl Action {
    fn of(actions: &[Doc<'_>]) -> Action {
        let has = |name: &str| actions.iter().any(|action| action.as_text() == Some(name));
        match (has("create"), has("delete")) {
            (true, true) => Action::Replace,
            (true, false) => Action::Create,
            // `forget` leaves it in AWS and out of the plan.
            (false, true) => Action::Delete,
            _ if has("update") => Action::Update,
            _ if has("read") => Action::Read,
            _ => Action::NoOp,
        }
    }

    pub(super) fn creates(self) -> bool {
        matches!(self, Action::Create | Action::Replace)
    }

    pub(super) fn deletes(self) -> bool {
        matches!(self, Action::Delete | Action::Replace)
    }
}

/// Which of the two states of a plan is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::inventory) enum Side {
    /// What is there now.
    Before,
    /// What will be. What goes is here as well, as it is now.
    After,
}

/// A resource instance.
pub(super) struct Resource<'a> {
    pub address: String,
    pub mode: Mode,
    pub resource_type: String,
    pub name: String,
    pub module: Vec<Step>,
    pub key: Option<Key>,
    pub action: Action,
    /// Its block, if the plan has the configuration.
    pub block: Option<BlockId>,
    doc: Doc<'a>,
    values: Path,
    unknown: Path,
    sensitive: Path,
    before: Path,
    source: SourceId,
    raw: &'a str,
    pub root: usize,
}

/// The names of the trees in an entry, for each way in which it shows values.
struct Names {
    change: bool,
    values: &'static str,
    unknown: &'static str,
    sensitive: &'static str,
}

const VALUES: Names = Names { change: false, values: "values", unknown: "", sensitive: "sensitive_values" };
const AFTER: Names = Names { change: true, values: "after", unknown: "after_unknown", sensitive: "after_sensitive" };
const BEFORE: Names = Names { change: true, values: "before", unknown: "", sensitive: "before_sensitive" };

impl<'a> Resource<'a> {
    /// Reads an entry; none if it is not there on this side.
    ///
    /// # Errors
    /// It nests deeper than a document may.
    pub(super) fn read(
        raw: Raw<'a>,
        head: Head<'a>,
        side: Side,
        source: SourceId,
        root: usize,
    ) -> Result<Option<Resource<'a>>, SyntaxError> {
        let doc = Doc::parse(raw.get())?;
        // A state has it behind the values.
        if head.object == Object::Deposed || doc.get("deposed_key").is_some() {
            return Ok(None);
        }
        let actions = doc.get("change").and_then(|(_, change)| change.get("actions"));
        let action = actions.and_then(|(_, actions)| actions.as_list()).map_or(Action::NoOp, Action::of);
        let after = doc.get("change").and_then(|(_, change)| change.get("after"));
        // What Terraform forgets stays as it is.
        let nothing_after = matches!(after, None | Some((_, Doc::Null)));
        let names = match (doc.get("change").is_some(), side, action) {
            (false, ..) => VALUES,
            (true, Side::After, Action::NoOp) if nothing_after => BEFORE,
            (true, Side::Before, Action::Create | Action::Read) => return Ok(None),
            (true, Side::Before, _) | (true, Side::After, Action::Delete) => BEFORE,
            (true, Side::After, _) => AFTER,
        };
        let (parent, base) = match (names.change, doc.get("change")) {
            (true, Some((ordinal, change))) => (change, Path::from([ordinal as u32])),
            _ => (&doc, Path::new()),
        };
        let path = |name: &str| parent.get(name).map(|(ordinal, _)| base.child(ordinal));
        // A path that leads nowhere, where there is no such tree.
        let nowhere = || base.child(u32::MAX as usize);
        let (values, unknown, sensitive) = (path(names.values), path(names.unknown), path(names.sensitive));
        let before = if names.change { path(BEFORE.values) } else { None };
        let address = head.address.into_owned();
        let (module, _) = module_of(&address);
        Ok(Some(Resource {
            key: key_of(&address),
            module,
            mode: head.mode,
            name: head.name.into_owned(),
            resource_type: head.resource_type.into_owned(),
            action,
            block: None,
            values: values.unwrap_or_else(nowhere),
            unknown: unknown.unwrap_or_else(nowhere),
            sensitive: sensitive.unwrap_or_else(nowhere),
            before: before.unwrap_or_else(nowhere),
            address,
            doc,
            source,
            raw: raw.get(),
            root,
        }))
    }

    /// All of its values.
    pub(super) fn values(&self) -> Value<'_> {
        Value::new(self.doc.at(&self.values), self.doc.at(&self.unknown), self.values.clone())
    }

    pub(super) fn get(&self, name: &str) -> Value<'_> {
        self.values().get(name)
    }

    /// A value as it is before the plan is applied.
    pub(super) fn before(&self, name: &str) -> Value<'_> {
        Value::new(self.doc.at(&self.before), None, self.before.clone()).get(name)
    }

    /// Does an attribute get another value?
    pub(super) fn changes(&self, name: &str) -> bool {
        let (before, after) = (self.before(name), self.get(name));
        after.has_unknown() || before.something() != after.something()
    }

    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.get(name).filled()
    }

    /// Is an attribute marked as a secret?
    pub(super) fn is_sensitive(&self, name: &str) -> bool {
        match self.doc.at(&self.sensitive) {
            Some(Doc::Bool(all)) => *all,
            Some(tree) => matches!(tree.get(name), Some((_, Doc::Bool(true)))),
            None => false,
        }
    }

    /// Where its address stands.
    pub(super) fn place(&self) -> Place {
        let ordinal = self.doc.get("address").map_or(0, |(ordinal, _)| ordinal);
        self.at(&Path::from([ordinal as u32]), Part::Value)
    }

    /// The place of a value.
    pub(super) fn value_place(&self, value: &Value<'_>) -> Place {
        if value.written { self.at(&value.path, Part::Value) } else { self.place() }
    }

    /// The place of an attribute's name, or that of the resource if it is not written.
    pub(super) fn key_place(&self, value: &Value<'_>) -> Place {
        if value.written { self.at(&value.path, Part::Key) } else { self.place() }
    }

    fn at(&self, path: &Path, part: Part) -> Place {
        let at = At::Node { root: self.root, wrapping: Wrapping::Bare, path: path.clone(), part };
        Place { source: self.source, at }
    }

    /// The bytes of its entry.
    pub(super) fn extent(&self) -> (SourceId, usize, usize) {
        (self.source, self.root, self.root + self.raw.len())
    }

    pub(super) fn source(&self) -> SourceId {
        self.source
    }

    /// The policy document that a text of it holds.
    pub(super) fn document(&self, value: &Value<'_>) -> Option<Document<'a>> {
        value.text()?;
        let span = locate_all(self.raw, &[(value.path.clone(), Part::Value)])[0]?;
        Some(Document::in_source(self.source, self.root + span.start, self.raw.get(span.start..span.end)?))
    }
}
