//! Intrinsic functions that make values of values. A function whose argument is not known is an unknown of its own; one
//! with an argument of a wrong shape is a problem, and unknown as well.
//!
//! Source: CloudFormation Template Reference, "Intrinsic function reference", a page for each.

use std::borrow::Cow;

use base64::Engine as _;

use super::Node;
use super::evaluator::Evaluator;
use super::for_each::brief;
use super::value::{Kind, Value};
use crate::document::{Doc, Number};
use crate::policy::Unknown;

/// `Fn::Cidr` makes no more ranges: "1 to 256".
const MOST_RANGES: usize = 256;

/// `Fn::ToJsonString` makes no more of more text than this.
const LONGEST_JSON: usize = 1 << 20;

impl<'d> Evaluator<'_, 'd> {
    /// A function's value; none if it is `AWS::NoValue`.
    pub(super) fn function(&self, name: &str, node: &Node<'d>, argument: &Node<'d>) -> Option<Value<'d>> {
        match name {
            // Whatever the texts are that they put together, they name the same resources.
            "Ref" | "Fn::GetAtt" | "Fn::Sub" | "Fn::Join" => self.function_of(name, node, argument),
            _ => self.deciding(|| self.function_of(name, node, argument)),
        }
    }

    fn function_of(&self, name: &str, node: &Node<'d>, argument: &Node<'d>) -> Option<Value<'d>> {
        Some(match name {
            "Ref" => return self.reference(node, argument),
            "Fn::If" => return self.if_(node, argument),
            "Fn::Select" => return self.select(node, argument),
            "Fn::GetAtt" => self.get_att(node, argument),
            "Fn::Sub" => self.sub(node, argument),
            "Fn::Join" => self.join(node, argument),
            "Fn::Split" => self.split(node, argument),
            "Fn::FindInMap" => return self.find_in_map(node, argument),
            "Fn::ImportValue" => self.import(node, argument),
            "Fn::Base64" => self.base64(node, argument),
            "Fn::Cidr" => self.cidr(node, argument),
            "Fn::GetAZs" => self.of_argument(name, node, argument),
            "Fn::Transform" => return self.transform(node, argument),
            "Fn::Length" => self.length(node, argument),
            "Fn::ToJsonString" => self.to_json(argument),
            "Fn::Equals" | "Fn::And" | "Fn::Or" | "Fn::Not" => match self.holds(node) {
                Some(holds) => Value { origin: node.path.clone(), kind: Kind::Bool(holds) },
                None => self.unknown_value(node, format!("{name} at {:?}", node.path.as_slice())),
            },
            other if self.template.transforms.is_empty() => {
                self.wrong(node, format!("`{}` is no function of CloudFormation", brief(other)), None)
            }
            // A macro may know it.
            other => self.unknown_value(node, format!("{other} at {:?}", node.path.as_slice())),
        })
    }

    /// `[condition, value if true, value if false]`.
    fn if_(&self, node: &Node<'d>, argument: &Node<'d>) -> Option<Value<'d>> {
        let parts: Vec<Node<'d>> = argument.children().collect();
        let (Doc::List(_), [condition, yes, no]) = (argument.doc, &parts[..]) else {
            return Some(self.wrong(argument, "Fn::If takes a list: [condition, value if true, value if false]", None));
        };
        let Some(name) = self.name(condition) else {
            return Some(self.wrong(condition, "the first element of Fn::If is the name of a condition", None));
        };
        match self.facts.condition(&name) {
            Some(true) => self.value(yes),
            Some(false) => self.value(no),
            None => {
                if !self.template.conditions.contains_key(&*name) {
                    self.problem(&condition.path, format!("the template has no condition `{}`", brief(&name)), None);
                }
                // Both, for what they refer to.
                let (yes, no) = (self.value(yes), self.value(no));
                match (yes, no) {
                    (None, None) => None,
                    (Some(yes), Some(no)) if yes.kind == no.kind => Some(yes),
                    _ => Some(self.unknown_value(node, format!("Fn::If {name} at {:?}", node.path.as_slice()))),
                }
            }
        }
    }

    /// `[delimiter, [texts]]`.
    fn join(&self, node: &Node<'d>, argument: &Node<'d>) -> Value<'d> {
        let parts: Vec<Node<'d>> = argument.children().collect();
        let [delimiter, list] = &parts[..] else {
            return self.wrong(argument, "Fn::Join takes a list: [delimiter, [texts]]", None);
        };
        let (Some(delimiter), Some(list)) = (self.text(delimiter), self.value(list)) else {
            return self.wrong(argument, "Fn::Join takes a list: [delimiter, [texts]]", None);
        };
        let items = match &list.kind {
            Kind::List(items) => items,
            Kind::Unknown(unknown) => {
                return self.unknown_text(node, &format!("Fn::Join \"{delimiter}\" {}", unknown.to_char()));
            }
            _ => return self.wrong(argument, "Fn::Join takes a list of texts to join", None),
        };
        let mut result = String::new();
        for (index, item) in items.iter().enumerate() {
            let text = match &item.kind {
                // It may be a list, whose elements are joined as well: one unknown text stands for both.
                Kind::List(_) | Kind::Map(_) | Kind::Null => {
                    self.problem(&item.origin, format!("Fn::Join takes texts; this is {}", kind(item)), None);
                    Cow::Owned(
                        self.unknown(&format!("a part of Fn::Join at {:?}", item.origin.as_slice()))
                            .to_char()
                            .to_string(),
                    )
                }
                _ => item.as_text().unwrap_or_default(),
            };
            if !self.spend((text.len() + delimiter.len()) / 16) {
                return self.exhausted(node);
            }
            if index > 0 {
                result.push_str(&delimiter);
            }
            result.push_str(&text);
        }
        Value { origin: node.path.clone(), kind: Kind::Text(Cow::Owned(result)) }
    }

    /// `[delimiter, text]`.
    fn split(&self, node: &Node<'d>, argument: &Node<'d>) -> Value<'d> {
        let parts: Vec<Node<'d>> = argument.children().collect();
        let texts = match &parts[..] {
            [delimiter, source] => self.text(delimiter).zip(self.text(source)),
            _ => None,
        };
        let Some((delimiter, text)) = texts.filter(|(delimiter, _)| !delimiter.is_empty()) else {
            return self.wrong(argument, "Fn::Split takes a list: [delimiter, text]", None);
        };
        // Nobody knows how many delimiters an unknown piece holds.
        if Unknown::is_in(&text) || Unknown::is_in(&delimiter) {
            return self.unknown_value(node, format!("Fn::Split {delimiter} {text}"));
        }
        if !self.spend(text.len() / 8) {
            return self.exhausted(node);
        }
        let item = |text: &str| Value { origin: node.path.clone(), kind: Kind::Text(Cow::Owned(text.to_owned())) };
        Value { origin: node.path.clone(), kind: Kind::List(text.split(&*delimiter).map(item).collect()) }
    }

    /// `[index, list]`.
    fn select(&self, node: &Node<'d>, argument: &Node<'d>) -> Option<Value<'d>> {
        let help = "Fn::Select takes a list: [index, list]";
        let parts: Vec<Node<'d>> = argument.children().collect();
        let [index, list] = &parts[..] else { return Some(self.wrong(argument, help, None)) };
        let (Some(index), Some(list)) = (self.text(index), self.value(list)) else {
            return Some(self.wrong(argument, help, None));
        };
        Some(match list.kind {
            Kind::Unknown(unknown) => self.unknown_text(node, &format!("Fn::Select {index} {}", unknown.to_char())),
            Kind::List(_) if Unknown::is_in(&index) => {
                self.unknown_value(node, format!("Fn::Select {index} at {:?}", node.path.as_slice()))
            }
            Kind::List(mut items) => match index.trim().parse::<usize>() {
                // The list may be short of elements that are not decided.
                Ok(at) if at < items.len() => Value { origin: node.path.clone(), ..items.swap_remove(at) },
                Ok(at) => {
                    let message = format!("Fn::Select asks for element {at} of a list of {}", items.len());
                    self.wrong(node, message, Some("the first element is 0"))
                }
                Err(_) => self.wrong(argument, format!("`{}` is no index", brief(&index)), None),
            },
            _ => self.wrong(argument, help, None),
        })
    }

    /// `[map, first key, second key]`, and `{DefaultValue: …}` with AWS::LanguageExtensions.
    fn find_in_map(&self, node: &Node<'d>, argument: &Node<'d>) -> Option<Value<'d>> {
        let parts: Vec<Node<'d>> = argument.children().collect();
        let [map, first, second, rest @ ..] = &parts[..] else {
            return Some(self.wrong(argument, "Fn::FindInMap takes a list: [map, first key, second key]", None));
        };
        let default = rest.first().and_then(|options| options.get("DefaultValue"));
        let (Some(map), Some(first), Some(second)) = (self.text(map), self.text(first), self.text(second)) else {
            return Some(self.wrong(argument, "the map and the keys of Fn::FindInMap are texts", None));
        };
        let unknown = || Some(self.unknown_value(node, format!("Fn::FindInMap {map} {first} {second}")));
        let Some(maps) = self.template.mappings.as_ref() else {
            return Some(self.wrong(node, "the template has no Mappings", None));
        };
        let mut found = maps.doc;
        for key in [&map, &first, &second] {
            match self.member(found, key) {
                Found::Member(doc) => found = doc,
                Found::Undecided => return unknown(),
                Found::Nothing => match &default {
                    Some(default) => return self.value(default),
                    None if Unknown::is_in(key) => return unknown(),
                    None => {
                        let message = format!("Mappings has no `{}` for {}.{}", brief(key), brief(&map), brief(&first));
                        return Some(self.wrong(node, message, None));
                    }
                },
            }
        }
        Some(self.literal(found, &node.path))
    }

    /// The member of a map whose key equals a text in which unknown pieces may stand.
    fn member(&self, doc: &'d Doc<'d>, key: &str) -> Found<'d> {
        if !Unknown::is_in(key) {
            return doc.get(key).map_or(Found::Nothing, |(_, doc)| Found::Member(doc));
        }
        for (own, value) in doc.as_map().unwrap_or_default() {
            match self.facts.equal(key, own) {
                Some(true) => return Found::Member(value),
                Some(false) => {}
                None => return Found::Undecided,
            }
        }
        Found::Nothing
    }

    fn import(&self, node: &Node<'d>, argument: &Node<'d>) -> Value<'d> {
        match self.text(argument) {
            Some(name) => self.unknown_text(node, &format!("Fn::ImportValue {name}")),
            None => self.wrong(argument, "Fn::ImportValue takes the name of an export", None),
        }
    }

    fn base64(&self, node: &Node<'d>, argument: &Node<'d>) -> Value<'d> {
        let Some(text) = self.text(argument) else {
            return self.wrong(argument, "Fn::Base64 takes a text", None);
        };
        if Unknown::is_in(&text) {
            return self.unknown_text(node, &format!("Fn::Base64 {text}"));
        }
        if !self.spend(text.len() / 8) {
            return self.exhausted(node);
        }
        let encoded = base64::engine::general_purpose::STANDARD.encode(&*text);
        Value { origin: node.path.clone(), kind: Kind::Text(Cow::Owned(encoded)) }
    }

    /// `[block, count, bits]`: ranges that nothing here asks the numbers of; what counts is how many there are.
    fn cidr(&self, node: &Node<'d>, argument: &Node<'d>) -> Value<'d> {
        let parts: Option<Vec<String>> =
            argument.children().map(|part| self.text(&part).map(Cow::into_owned)).collect();
        let Some(parts) = parts.filter(|parts| matches!(parts.len(), 2 | 3)) else {
            return self.wrong(argument, "Fn::Cidr takes a list: [block, count, bits]", None);
        };
        let words = format!("Fn::Cidr {}", parts.join(" "));
        match parts[1].parse::<usize>() {
            Ok(count) if (1..=MOST_RANGES).contains(&count) => {
                let range = |index| self.unknown_text(node, &format!("{words} {index}"));
                Value { origin: node.path.clone(), kind: Kind::List((0..count).map(range).collect()) }
            }
            _ => self.unknown_value(node, words),
        }
    }

    /// A function that is unknown but for its argument.
    fn of_argument(&self, name: &str, node: &Node<'d>, argument: &Node<'d>) -> Value<'d> {
        let text = self.text(argument).unwrap_or_default().into_owned();
        self.unknown_value(node, format!("{name} {text}"))
    }

    /// A macro, or a snippet that AWS::Include reads from S3: whatever it is, it is not in the file.
    pub(super) fn transform(&self, node: &Node<'d>, argument: &Node<'d>) -> Option<Value<'d>> {
        let name = argument.get("Name").and_then(|name| self.name(&name)).unwrap_or_default();
        // Its parameters may name resources.
        let _ = argument.get("Parameters").and_then(|parameters| self.value(&parameters));
        Some(self.unknown_value(node, format!("Fn::Transform {name} at {:?}", node.path.as_slice())))
    }

    fn length(&self, node: &Node<'d>, argument: &Node<'d>) -> Value<'d> {
        match self.value(argument).map(|value| value.kind) {
            Some(Kind::List(items)) => {
                Value { origin: node.path.clone(), kind: Kind::Number(Number::Unsigned(items.len() as u64)) }
            }
            Some(Kind::Unknown(unknown)) => self.unknown_text(node, &format!("Fn::Length {}", unknown.to_char())),
            _ => self.wrong(argument, "Fn::Length takes a list", None),
        }
    }

    fn to_json(&self, argument: &Node<'d>) -> Value<'d> {
        match self.value(argument) {
            Some(value) if matches!(value.kind, Kind::List(_) | Kind::Map(_) | Kind::Unknown(_)) => {
                match self.json(&value) {
                    Some(text) => Value { origin: argument.path.clone(), kind: Kind::Text(Cow::Owned(text)) },
                    None => self.exhausted(argument),
                }
            }
            _ => self.wrong(argument, "Fn::ToJsonString takes an object or a list", None),
        }
    }

    /// A value as JSON text; none if it is too long. What is unknown stands in it as a text.
    pub(super) fn json(&self, value: &Value<'d>) -> Option<String> {
        // JSON within JSON doubles its backslashes.
        let length = length(value);
        if length > LONGEST_JSON || !self.spend(length / 16) {
            return None;
        }
        serde_json::to_string(&value.to_doc()).ok()
    }

    /// The text of a scalar argument.
    fn text(&self, node: &Node<'d>) -> Option<Cow<'d, str>> {
        let value = self.value(node)?;
        match value.kind {
            Kind::Text(text) => Some(text),
            _ => value.as_text().map(|text| Cow::Owned(text.into_owned())),
        }
    }
}

/// The length of all texts of a value, and something for the signs between them.
fn length(value: &Value<'_>) -> usize {
    match &value.kind {
        Kind::Text(text) => text.len() + 2,
        Kind::List(items) => items.iter().map(length).sum::<usize>() + 2,
        Kind::Map(members) => {
            members.iter().map(|member| member.key.len() + 3 + length(&member.value)).sum::<usize>() + 2
        }
        _ => 20,
    }
}

enum Found<'d> {
    Member(&'d Doc<'d>),
    Nothing,
    /// Which member is meant is not known.
    Undecided,
}

fn kind(value: &Value<'_>) -> &'static str {
    match value.kind {
        Kind::Null => "null",
        Kind::List(_) => "a list",
        Kind::Map(_) => "a map",
        _ => "a text",
    }
}
