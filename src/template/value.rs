//! Evaluated parts of a template. Out of the [`Evaluation`](super::Evaluation) come [`Value`]s: trees without
//! functions, in which each node knows the node of the file that it comes from.

use std::borrow::Cow;

use crate::document::{Doc, Number};
use crate::policy::Unknown;
use crate::source::Path;

/// A node, evaluated.
#[derive(Clone, PartialEq, Debug)]
pub struct Value<'d> {
    /// The node of the template that has to change if this is wrong: for `Fn::If` that of the branch taken, for
    /// `Fn::Sub` the text, for every other function the function.
    pub origin: Path,
    pub kind: Kind<'d>,
}

/// What a [`Value`] is.
#[derive(Clone, PartialEq, Debug)]
pub enum Kind<'d> {
    Null,
    Bool(bool),
    Number(Number),
    /// A text. Unknown pieces stand in it as the characters of [`Unknown`].
    Text(Cow<'d, str>),
    List(Vec<Value<'d>>),
    Map(Vec<Member<'d>>),
    /// All of the node is a reference to a resource of the template.
    Reference(Reference<'d>),
    /// Neither the value nor its kind is known. [`Template::words`](super::Template::words) says what it is.
    Unknown(Unknown),
}

/// A member of a map.
#[derive(Clone, PartialEq, Debug)]
pub struct Member<'d> {
    pub key: Cow<'d, str>,
    /// The member of the file whose key this is.
    pub key_origin: Path,
    pub value: Value<'d>,
}

/// `Ref R` or `Fn::GetAtt R.Attribute`, where R is a resource of the template (whether or not it exists in the world).
#[derive(Clone, PartialEq, Debug)]
pub struct Reference<'d> {
    /// The logical id.
    pub resource: Cow<'d, str>,
    /// None for `Ref`.
    pub attribute: Option<Cow<'d, str>>,
    /// The text that AWS will put there: equal for equal references.
    pub unknown: Unknown,
}

impl<'d> Value<'d> {
    /// The value of a map's member by name; of several the last.
    pub fn get(&self, key: &str) -> Option<&Value<'d>> {
        self.member(key).map(|member| &member.value)
    }

    /// A map's member by name; of several the last.
    pub fn member(&self, key: &str) -> Option<&Member<'d>> {
        self.members().iter().rfind(|member| member.key == key)
    }

    /// The members of a map; none of anything else.
    pub fn members(&self) -> &[Member<'d>] {
        match &self.kind {
            Kind::Map(members) => members,
            _ => &[],
        }
    }

    /// The elements of a list; anything else is a list of itself, as CloudFormation takes a single text for a list of
    /// texts. Nothing for null.
    pub fn items(&self) -> &[Value<'d>] {
        match &self.kind {
            Kind::List(items) => items,
            Kind::Null => &[],
            _ => std::slice::from_ref(self),
        }
    }

    /// The text of a scalar or of a reference, unknown pieces included. CloudFormation takes a number or a boolean for
    /// its text, and so does this.
    pub fn as_text(&self) -> Option<Cow<'_, str>> {
        Some(match &self.kind {
            Kind::Text(text) => Cow::Borrowed(text),
            Kind::Bool(value) => Cow::Borrowed(if *value { "true" } else { "false" }),
            Kind::Number(number) => Cow::Owned(number.to_string()),
            Kind::Reference(Reference { unknown, .. }) | Kind::Unknown(unknown) => {
                Cow::Owned(unknown.to_char().to_string())
            }
            Kind::Null | Kind::List(_) | Kind::Map(_) => return None,
        })
    }

    /// A text without unknown pieces.
    pub fn known_text(&self) -> Option<Cow<'_, str>> {
        self.as_text().filter(|text| !Unknown::is_in(text))
    }

    /// A boolean, or the text of one.
    pub fn as_bool(&self) -> Option<bool> {
        match (&self.kind, self.known_text()) {
            (Kind::Bool(value), _) => Some(*value),
            (_, Some(text)) if text.eq_ignore_ascii_case("true") => Some(true),
            (_, Some(text)) if text.eq_ignore_ascii_case("false") => Some(false),
            _ => None,
        }
    }

    /// The reference that is all of the node.
    pub fn as_reference(&self) -> Option<&Reference<'d>> {
        match &self.kind {
            Kind::Reference(reference) => Some(reference),
            _ => None,
        }
    }

    /// Is the whole node unknown?
    pub fn is_unknown(&self) -> bool {
        matches!(self.kind, Kind::Unknown(_))
    }

    /// The value as a document, unknown pieces as characters of its texts. A node that is unknown as a whole becomes a
    /// text.
    pub fn to_doc(&self) -> Doc<'_> {
        match &self.kind {
            Kind::Null => Doc::Null,
            Kind::Bool(value) => Doc::Bool(*value),
            Kind::Number(number) => Doc::Number(*number),
            Kind::List(items) => Doc::List(items.iter().map(Value::to_doc).collect()),
            Kind::Map(members) => {
                Doc::Map(members.iter().map(|member| (Cow::Borrowed(&*member.key), member.value.to_doc())).collect())
            }
            Kind::Text(text) => Doc::Text(Cow::Borrowed(text)),
            Kind::Reference(Reference { unknown, .. }) | Kind::Unknown(unknown) => {
                Doc::Text(Cow::Owned(unknown.to_char().to_string()))
            }
        }
    }
}
