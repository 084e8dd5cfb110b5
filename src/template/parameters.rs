//! The `Parameters` section: what each may be.
//!
//! Source: CloudFormation User Guide, "CloudFormation template Parameters syntax" and "Specify existing resources at
//! runtime with CloudFormation-supplied parameter types".

use std::borrow::Cow;

use super::read::scalar;
use super::{Node, Settings};
use crate::document::Doc;
use crate::policy::Unknown;

/// One parameter.
#[derive(Clone, Debug)]
pub struct Parameter<'d> {
    pub name: &'d str,
    /// The text that it is where nobody knows its value: `Ref` of it.
    pub unknown: Unknown,
    pub shape: Shape,
    /// The text that stands for it: what was given, else its default. None for a value of the parameter store, of which
    /// the template holds but the name.
    pub text: Option<Given<'d>>,
    /// What it may be; empty if anything.
    pub allowed: Vec<Cow<'d, str>>,
    length: (usize, usize),
    existing: Existing,
}

/// A value of a parameter and where it comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Given<'d> {
    /// By the caller: a fact.
    Fact(String),
    /// The default: it counts where it stands in text, but a condition may as well be asked of another value.
    Default(Cow<'d, str>),
}

/// Whether a parameter is one text or a list of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    Text,
    List,
}

/// Whether CloudFormation checks that something of this id exists, so that the empty text is no value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Existing {
    Checked,
    /// Each item of the list.
    CheckedItems,
    Unchecked,
}

impl<'d> Parameter<'d> {
    pub(super) fn read(name: &'d str, unknown: Unknown, node: &Node<'d>, settings: &Settings) -> Parameter<'d> {
        let text = |key: &str| node.get(key).and_then(|node| scalar(node.doc));
        let kind = text("Type").unwrap_or_default();
        let stored = kind.starts_with("AWS::SSM::Parameter::Value<");
        let listed = kind.contains("List<") || kind.contains("CommaDelimitedList");
        let number = |key: &str| text(key).and_then(|text| text.parse().ok());
        let given = settings.parameter(name).map(|value| Given::Fact(value.to_owned()));
        let default = || text("Default").map(Given::Default);
        let allowed = match node.get("AllowedValues").map(|node| node.doc) {
            Some(Doc::List(items)) => items.iter().filter_map(scalar).collect(),
            _ => Vec::new(),
        };
        Parameter {
            name,
            unknown,
            shape: if listed { Shape::List } else { Shape::Text },
            text: if stored { None } else { given.or_else(default) },
            allowed: if stored { Vec::new() } else { allowed },
            length: (number("MinLength").unwrap_or(0), number("MaxLength").unwrap_or(usize::MAX)),
            existing: match &*kind {
                _ if stored => Existing::Unchecked,
                kind if kind.starts_with("AWS::") => Existing::Checked,
                kind if kind.starts_with("List<AWS::") => Existing::CheckedItems,
                _ => Existing::Unchecked,
            },
        }
    }

    /// May the parameter be this text?
    pub fn admits(&self, text: &str) -> bool {
        let characters = text.chars().count();
        (self.allowed.is_empty() || self.allowed.iter().any(|allowed| allowed == text))
            && (self.length.0..=self.length.1).contains(&characters)
            && !(text.is_empty() && self.existing == Existing::Checked)
    }

    /// Is it a list of things that CloudFormation looks up? AWS does not say whether such a list may be empty; nobody
    /// who leaves out a default means it to be.
    pub fn lists_existing(&self) -> bool {
        self.existing == Existing::CheckedItems
    }

    /// The text that it surely is, in conditions too.
    pub(super) fn fact(&self) -> Option<&str> {
        match &self.text {
            Some(Given::Fact(text)) => Some(text),
            _ => None,
        }
    }

    pub(super) fn default(&self) -> Option<&str> {
        match &self.text {
            Some(Given::Default(text)) => Some(text),
            _ => None,
        }
    }
}
