//! Nodes as SAM sees them: before anything is evaluated, `Globals` merged in.

use crate::document::{Doc, Number};
use crate::policy::Unknown;
use crate::source::Path;
use crate::template::{Evaluation, Kind, Member, Node, Value};

/// A node that is not evaluated yet.
#[derive(Clone, Debug)]
pub(super) enum Raw<'d> {
    /// As it stands.
    Node(Node<'d>),
    /// A map of `Globals` and one of the function, whose path it has.
    Map(Path, Vec<RawMember<'d>>),
    /// The elements of a list of `Globals`, then those of the function's, whose path it has.
    List(Path, Vec<Node<'d>>),
}

/// A member of a map that is not evaluated yet.
#[derive(Clone, Debug)]
pub(super) struct RawMember<'d> {
    pub name: &'d str,
    /// The member of the file.
    pub key: Path,
    pub value: Raw<'d>,
}

/// `Fn::If`.
#[derive(Clone, Debug)]
pub(super) struct Choice<'d> {
    condition: &'d str,
    pub yes: Raw<'d>,
    pub no: Raw<'d>,
}

impl<'d> Raw<'d> {
    /// The node of the file.
    pub(super) fn path(&self) -> &Path {
        match self {
            Raw::Node(node) => &node.path,
            Raw::Map(path, _) | Raw::List(path, _) => path,
        }
    }

    /// The members of a map.
    pub(super) fn members(&self) -> Vec<RawMember<'d>> {
        match self {
            Raw::Node(node) => node.members().into_iter().map(RawMember::of).collect(),
            Raw::Map(_, members) => members.clone(),
            Raw::List(..) => Vec::new(),
        }
    }

    /// A member of a map by name, unless it is null.
    pub(super) fn get(&self, name: &str) -> Option<Raw<'d>> {
        let member = match self {
            Raw::Node(node) => Raw::Node(node.get(name)?),
            Raw::Map(_, members) => members.iter().find(|member| member.name == name)?.value.clone(),
            Raw::List(..) => return None,
        };
        (!member.is_null()).then_some(member)
    }

    /// The elements of a list; none of anything else.
    pub(super) fn items(&self) -> Vec<Node<'d>> {
        match self {
            Raw::Node(node) => node.items(),
            Raw::List(_, items) => items.clone(),
            Raw::Map(..) => Vec::new(),
        }
    }

    pub(super) fn is_list(&self) -> bool {
        matches!(self, Raw::List(..)) || matches!(self, Raw::Node(node) if matches!(node.doc, Doc::List(_)))
    }

    pub(super) fn is_map(&self) -> bool {
        matches!(self, Raw::Map(..)) || matches!(self, Raw::Node(node) if matches!(node.doc, Doc::Map(_)))
    }

    pub(super) fn is_null(&self) -> bool {
        matches!(self, Raw::Node(node) if matches!(node.doc, Doc::Null))
    }

    /// Is there something? Not so null, false, zero, and what is empty.
    pub(super) fn is_truthy(&self) -> bool {
        match self {
            Raw::Map(_, members) => !members.is_empty(),
            Raw::List(_, items) => !items.is_empty(),
            Raw::Node(node) => match node.doc {
                Doc::Null => false,
                Doc::Bool(value) => *value,
                Doc::Number(Number::Unsigned(number)) => *number != 0,
                Doc::Number(Number::Negative(_)) => true,
                Doc::Number(Number::Float(number)) => *number != 0.0,
                Doc::Text(text) => !text.is_empty(),
                Doc::List(items) => !items.is_empty(),
                Doc::Map(members) => !members.is_empty(),
            },
        }
    }

    /// A text that stands there itself.
    pub(super) fn text(&self) -> Option<&'d str> {
        match self {
            Raw::Node(Node { doc: Doc::Text(text), .. }) => Some(text),
            _ => None,
        }
    }

    /// The function that is all of the node: its name and its argument.
    pub(super) fn function(&self) -> Option<(&'d str, Node<'d>)> {
        let Raw::Node(node) = self else { return None };
        match &node.members()[..] {
            [(name, argument)] if *name == "Ref" || *name == "Condition" || name.starts_with("Fn::") => {
                Some((name, argument.clone()))
            }
            _ => None,
        }
    }

    pub(super) fn is_no_value(&self) -> bool {
        matches!(self.function(), Some(("Ref", Node { doc: Doc::Text(name), .. })) if name == "AWS::NoValue")
    }

    /// Is it `Fn::If`, well written or not?
    pub(super) fn is_choice(&self) -> bool {
        matches!(self.function(), Some(("Fn::If", _)))
    }

    /// `Fn::If` with its three parts.
    pub(super) fn choice(&self) -> Option<Choice<'d>> {
        let Some(("Fn::If", argument)) = self.function() else { return None };
        match &argument.items()[..] {
            [Node { doc: Doc::Text(condition), .. }, yes, no] => {
                Some(Choice { condition, yes: Raw::Node(yes.clone()), no: Raw::Node(no.clone()) })
            }
            _ => None,
        }
    }

    /// What CloudFormation makes of it; none if it is `AWS::NoValue`.
    pub(super) fn value(&self, evaluation: &Evaluation<'_, 'd>) -> Option<Value<'d>> {
        let kind = match self {
            Raw::Node(node) => return evaluation.value(node),
            Raw::List(_, items) => Kind::List(items.iter().filter_map(|item| evaluation.value(item)).collect()),
            Raw::Map(_, members) => {
                Kind::Map(members.iter().filter_map(|member| member.evaluated(evaluation)).collect())
            }
        };
        Some(Value { origin: self.path().clone(), kind })
    }

    /// What SAM knows of a text before CloudFormation evaluates anything: it looks into `Ref` and `Fn::Sub`, for the
    /// parameters, and into no other function.
    pub(super) fn resolved(&self, evaluation: &Evaluation<'_, 'd>) -> Option<Value<'d>> {
        match self.function() {
            None | Some(("Ref" | "Fn::Sub", _)) => self.value(evaluation),
            Some(_) => None,
        }
    }
}

impl<'d> RawMember<'d> {
    pub(super) fn of((name, node): (&'d str, Node<'d>)) -> RawMember<'d> {
        RawMember { name, key: node.path.clone(), value: Raw::Node(node) }
    }

    pub(super) fn evaluated(&self, evaluation: &Evaluation<'_, 'd>) -> Option<Member<'d>> {
        // A loop or a macro stands for members that are not here.
        let value = if self.name.starts_with("Fn::") {
            Value { origin: self.key.clone(), kind: Kind::Unknown(Unknown::NAMELESS) }
        } else {
            self.value.value(evaluation)?
        };
        Some(Member { key: self.name.into(), key_origin: self.key.clone(), value })
    }
}

impl<'d> Choice<'d> {
    /// The branch that is taken; none if that is not decided.
    pub(super) fn taken(&self, evaluation: &Evaluation<'_, 'd>) -> Option<Raw<'d>> {
        let holds = evaluation.condition(self.condition)?;
        Some(if holds { self.yes.clone() } else { self.no.clone() })
    }
}
