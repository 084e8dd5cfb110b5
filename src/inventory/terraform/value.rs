//! Values of a resource's attributes: what the plan shows of them, and what is known only after apply.
//!
//! In: the two trees that a plan has for a resource, `after` and `after_unknown`. Out: [`Value`]s, each with the way to
//! its place.
//!
//! Source: Terraform, "JSON Output Format", "Change Representation": `after_unknown` is a tree of the same shape, true
//! where a value is not known; such members are left out of `after`, such elements are null there.

use crate::document::Doc;
use crate::policy::Unknown;
use crate::source::Path;

/// A node of a resource's values.
#[derive(Clone, Debug)]
pub(super) struct Value<'r> {
    /// The node, unless it is null, unknown or absent.
    pub doc: Option<&'r Doc<'r>>,
    unknown: Option<&'r Doc<'r>>,
    /// The node in its entry; of what is not there, the node around it.
    pub path: Path,
    /// Is there a node?
    pub written: bool,
}

impl<'r> Value<'r> {
    pub(super) fn new(doc: Option<&'r Doc<'r>>, unknown: Option<&'r Doc<'r>>, path: Path) -> Value<'r> {
        Value { written: doc.is_some(), doc: doc.filter(|doc| **doc != Doc::Null), unknown, path }
    }

    /// Is all of it known only after apply?
    pub(super) fn is_unknown(&self) -> bool {
        self.doc.is_none() && self.unknown == Some(&Doc::Bool(true))
    }

    /// Neither a value nor one after apply.
    pub(super) fn is_absent(&self) -> bool {
        self.doc.is_none() && !self.is_unknown()
    }

    pub(super) fn get(&self, name: &str) -> Value<'r> {
        let unknown = match self.unknown {
            Some(Doc::Bool(true)) if self.doc.is_none() => self.unknown,
            unknown => unknown.and_then(|unknown| Some(unknown.get(name)?.1)),
        };
        match self.doc.and_then(|doc| doc.get(name)) {
            Some((ordinal, doc)) => Value::new(Some(doc), unknown, self.path.child(ordinal)),
            None => Value::new(None, unknown, self.path.clone()),
        }
    }

    /// The elements of a list or a set; none of what is unknown as a whole.
    pub(super) fn items(&self) -> Vec<Value<'r>> {
        let known = self.doc.and_then(Doc::as_list).unwrap_or_default();
        let unknown = self.unknown.and_then(Doc::as_list).unwrap_or_default();
        let item = |index: usize| {
            let path = if index < known.len() { self.path.child(index) } else { self.path.clone() };
            Value::new(known.get(index), unknown.get(index), path)
        };
        // Older versions leave unknown elements out of the one list and keep them in the other.
        (0..known.len().max(unknown.len())).map(item).collect()
    }

    /// The one block of a kind of which there may be one.
    pub(super) fn block(&self, name: &str) -> Option<Value<'r>> {
        let value = self.get(name);
        match value.doc {
            Some(Doc::Map(_)) => Some(value),
            _ => value.items().into_iter().next(),
        }
    }

    /// A text; none that could be taken for an unknown one.
    pub(super) fn text(&self) -> Option<&'r str> {
        self.doc.and_then(Doc::as_text).filter(|text| !Unknown::is_in(text))
    }

    /// A text with something in it.
    pub(super) fn filled(&self) -> Option<&'r str> {
        self.text().filter(|text| !text.is_empty())
    }

    /// The node, unless there is nothing in it: providers show that in several ways.
    pub(super) fn something(&self) -> Option<&'r Doc<'r>> {
        self.doc.filter(|doc| match doc {
            Doc::Text(text) => !text.is_empty(),
            Doc::List(items) => !items.is_empty(),
            Doc::Map(members) => !members.is_empty(),
            _ => true,
        })
    }

    pub(super) fn as_bool(&self) -> Option<bool> {
        match self.doc {
            Some(Doc::Bool(value)) => Some(*value),
            _ => None,
        }
    }

    /// Is something in it known only after apply?
    pub(super) fn has_unknown(&self) -> bool {
        fn any(doc: &Doc<'_>) -> bool {
            match doc {
                Doc::Bool(unknown) => *unknown,
                Doc::List(items) => items.iter().any(any),
                Doc::Map(members) => members.iter().any(|(_, value)| any(value)),
                _ => false,
            }
        }
        self.unknown.is_some_and(any)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_and_unknown_side_by_side() {
        let after = Doc::parse(r#"{"a": "x", "b": null, "list": ["y", null], "block": [{"c": 1}]}"#).expect("JSON");
        let unknown =
            Doc::parse(r#"{"u": true, "list": [false, true], "block": [{"d": true}], "all": true}"#).expect("JSON");
        let value = Value::new(Some(&after), Some(&unknown), Path::new());
        assert_eq!(value.get("a").text(), Some("x"));
        assert_eq!(value.get("a").path, Path::from([0]));
        assert!(value.get("b").is_absent() && value.get("none").is_absent());
        assert!(value.get("u").is_unknown() && value.get("u").get("x").is_unknown());
        let items = value.get("list").items();
        assert_eq!((items[0].text(), items[1].is_unknown(), items.len()), (Some("y"), true, 2));
        let block = value.block("block").expect("one");
        assert!(block.get("d").is_unknown() && !block.get("c").is_unknown() && block.has_unknown());
        assert!(value.get("all").items().is_empty() && value.block("b").is_none());
    }
}
