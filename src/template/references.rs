//! `Ref`, `Fn::GetAtt` and `Fn::Sub`: what names parameters and resources.
//!
//! Source: CloudFormation Template Reference, "Ref", "Fn::GetAtt", "Fn::Sub", "Pseudo parameters reference".

use std::borrow::Cow;

use super::evaluator::Evaluator;
use super::for_each::{brief, variable};
use super::value::{Kind, Member, Reference, Value};
use super::{Mention, Node};
use crate::document::Doc;
use crate::policy::{Unknown, without_unknowns};

impl<'d> Evaluator<'_, 'd> {
    pub(super) fn reference(&self, node: &Node<'d>, argument: &Node<'d>) -> Option<Value<'d>> {
        if let Some(name) = self.name(argument) {
            return self.named(&name, node);
        }
        // AWS::LanguageExtensions lets a function make the name.
        let made = || self.value(argument).and_then(|name| name.known_text().map(Cow::into_owned));
        match matches!(argument.doc, Doc::Map(_)).then(|| self.deciding(made)).flatten() {
            Some(name) => self.named(&name, node),
            None if matches!(argument.doc, Doc::Map(_)) && !self.template.transforms.is_empty() => {
                Some(self.unknown_value(node, format!("Ref at {:?}", node.path.as_slice())))
            }
            None => Some(self.wrong(argument, "Ref takes the name of a parameter or a resource", None)),
        }
    }

    /// What a name in `Ref` or `${…}` stands for; none for `AWS::NoValue`.
    fn named(&self, name: &str, node: &Node<'d>) -> Option<Value<'d>> {
        if let Some(text) = variable(name, &node.loops) {
            return Some(Value { origin: node.path.clone(), kind: Kind::Text(text) });
        }
        if name.starts_with("AWS::") {
            return self.pseudo(name, node);
        }
        if let Some(parameter) = self.template.parameter(name) {
            return Some(self.parameter(parameter, node));
        }
        Some(self.resource_named(name, None, node))
    }

    pub(super) fn pseudo(&self, name: &str, node: &Node<'d>) -> Option<Value<'d>> {
        let settings = &self.template.settings;
        let known = |given: &Option<String>, unknown: Unknown| match given {
            Some(text) => without_unknowns(text).into_owned(),
            None => unknown.to_char().to_string(),
        };
        let text = match name {
            "AWS::NoValue" => return None,
            "AWS::AccountId" => known(&settings.account, Unknown::Account),
            "AWS::Region" => known(&settings.region, Unknown::Region),
            "AWS::Partition" => known(&settings.partition, Unknown::Partition),
            "AWS::URLSuffix" => match settings.partition.as_deref() {
                Some("aws" | "aws-us-gov") => "amazonaws.com".to_owned(),
                Some("aws-cn") => "amazonaws.com.cn".to_owned(),
                _ => self.unknown("AWS::URLSuffix").to_char().to_string(),
            },
            "AWS::StackName" | "AWS::StackId" => self.unknown(name).to_char().to_string(),
            "AWS::NotificationARNs" => return Some(self.unknown_value(node, name.to_owned())),
            _ => {
                let message = format!("`{}` is no pseudo parameter", brief(name));
                return Some(self.wrong(node, message, nearest(name, PSEUDO.iter().copied()).as_deref()));
            }
        };
        Some(Value { origin: node.path.clone(), kind: Kind::Text(text.into()) })
    }

    /// A reference to a resource; `attribute` is none for `Ref`.
    fn resource_named(&self, id: &str, attribute: Option<&str>, node: &Node<'d>) -> Value<'d> {
        // SAM and macros make resources that the template does not show.
        if self.template.find(id).is_none() && self.template.transforms.is_empty() {
            let names = self.template.resources.iter().map(|resource| &*resource.id);
            let names = names.chain(self.template.parameters.iter().map(|parameter| parameter.name));
            let what = if attribute.is_none() { "parameter or resource" } else { "resource" };
            let message = format!("the template has no {what} `{}`", brief(id));
            self.problem(&node.path, message, nearest(id, names).as_deref());
        } else {
            let mention = Mention { resource: Cow::Owned(id.to_owned()), path: node.path.clone() };
            self.mentions.borrow_mut().push(mention);
        }
        let unknown = self.template.reference_to(id, attribute);
        let attribute = attribute.map(|attribute| Cow::Owned(attribute.to_owned()));
        let reference = Reference { resource: Cow::Owned(id.to_owned()), attribute, unknown };
        Value { origin: node.path.clone(), kind: Kind::Reference(reference) }
    }

    /// `"R.Attribute"`, or `[R, Attribute]`, whose attribute may be a `Ref` (AWS::LanguageExtensions).
    pub(super) fn get_att(&self, node: &Node<'d>, argument: &Node<'d>) -> Value<'d> {
        let help = Some("write R.Attribute or [R, Attribute]");
        if let Some(text) = self.name(argument) {
            return match text.split_once('.') {
                Some((id, attribute)) => self.resource_named(id, Some(attribute), node),
                None => self.wrong(argument, format!("`{}` names no attribute", brief(&text)), help),
            };
        }
        let parts: Vec<Node<'d>> = argument.children().collect();
        let [id, attributes @ ..] = &parts[..] else {
            return self.wrong(argument, "Fn::GetAtt takes a resource and an attribute", help);
        };
        let texts = || attributes.iter().map(|part| Some(self.value(part)?.as_text()?.into_owned())).collect();
        let id = || self.value(id).and_then(|id| id.known_text().map(Cow::into_owned));
        let (texts, id): (Option<Vec<String>>, _) = self.deciding(|| (texts(), id()));
        match (id, texts) {
            (Some(id), Some(texts)) if !texts.is_empty() => self.resource_named(&id, Some(&texts.join(".")), node),
            _ => self.wrong(argument, "Fn::GetAtt takes a resource and an attribute", help),
        }
    }

    /// A text, or `[text, {name: value}]`.
    pub(super) fn sub(&self, node: &Node<'d>, argument: &Node<'d>) -> Value<'d> {
        let parts: Vec<Node<'d>> = argument.children().collect();
        let (text, names) = match (argument.doc, &parts[..]) {
            (Doc::List(_), [text]) => (text, Vec::new()),
            (Doc::List(_), [text, names]) if matches!(names.doc, Doc::Map(_)) => match self.value(names) {
                Some(Value { kind: Kind::Map(members), .. }) => (text, members),
                _ => (text, Vec::new()),
            },
            _ => (argument, Vec::new()),
        };
        let Some(template) = self.name(text) else {
            let help = "write a text, or [text, {name: value}]";
            return self.wrong(node, "Fn::Sub takes a text in which ${names} stand", Some(help));
        };
        let origin = Node { loops: node.loops.clone(), ..text.clone() };
        self.substitute(&template, &names, &origin)
    }

    /// A text with its `${names}` replaced.
    pub(super) fn substitute(&self, text: &str, names: &[Member<'d>], origin: &Node<'d>) -> Value<'d> {
        let mut result = String::new();
        for piece in pieces(text) {
            let value = match piece {
                Piece::Text(text) => Some(Cow::Borrowed(text)),
                Piece::Name(name) => match names.iter().find(|member| member.key == name) {
                    Some(member) => self.in_text(&member.value),
                    None => self
                        .sub_name(name, origin)
                        .and_then(|value| self.in_text(&value).map(|text| text.into_owned().into())),
                },
            };
            let Some(value) = value else { continue };
            if !self.spend(value.len() / 16) {
                return self.exhausted(origin);
            }
            result.push_str(&value);
        }
        Value { origin: origin.path.clone(), kind: Kind::Text(Cow::Owned(result)) }
    }

    fn sub_name(&self, name: &str, node: &Node<'d>) -> Option<Value<'d>> {
        if name.starts_with("AWS::") {
            return self.pseudo(name, node);
        }
        if let Some((id, attribute)) = name.split_once('.') {
            return Some(self.resource_named(id, Some(attribute), node));
        }
        if name.is_empty()
            || !name.chars().all(|char| char.is_ascii_alphanumeric() || matches!(char, '_' | ':' | '&' | '{' | '}'))
            || name.contains(':')
        {
            let message = format!("`${{{}}}` in Fn::Sub names nothing: CloudFormation refuses it", brief(name));
            return Some(self.wrong(
                node,
                message,
                Some(&format!("write ${{!{}}} if IAM or a script is to see it", brief(name))),
            ));
        }
        self.named(name, node)
    }

    /// What a value is within a text: scalars as they are, lists with commas between their elements.
    fn in_text<'v>(&self, value: &'v Value<'d>) -> Option<Cow<'v, str>> {
        match &value.kind {
            Kind::List(items) => {
                let texts: Vec<Cow<'_, str>> = items.iter().filter_map(Value::as_text).collect();
                Some(Cow::Owned(texts.join(",")))
            }
            Kind::Map(_) => Some(Cow::Owned(self.unknown("an object in a text").to_char().to_string())),
            _ => value.as_text(),
        }
    }
}

const PSEUDO: [&str; 8] = [
    "AWS::AccountId",
    "AWS::NoValue",
    "AWS::NotificationARNs",
    "AWS::Partition",
    "AWS::Region",
    "AWS::StackId",
    "AWS::StackName",
    "AWS::URLSuffix",
];

/// The name that is spelt most like this one.
fn nearest<'n>(name: &str, names: impl Iterator<Item = &'n str>) -> Option<String> {
    // Long names are nobody's slip of the pen, and comparing them takes time.
    let fits = |known: &&str| name.len() < 100 && known.len().abs_diff(name.len()) <= 2;
    let distance = |known: &'n str| (strsim::osa_distance(&known.to_lowercase(), &name.to_lowercase()), known);
    let (distance, known) = names.take(2_000).filter(fits).map(distance).min()?;
    (distance <= 2).then(|| format!("did you mean `{known}`?"))
}

/// A part of the text in `Fn::Sub`.
#[derive(Debug, PartialEq, Eq)]
enum Piece<'t> {
    Text(&'t str),
    /// `${name}`.
    Name(&'t str),
}

/// Cuts a text at its `${names}`; `${!x}` is the text `${x}`.
fn pieces(text: &str) -> Pieces<'_> {
    Pieces { rest: text, next: None }
}

struct Pieces<'t> {
    rest: &'t str,
    /// What comes before the rest.
    next: Option<Piece<'t>>,
}

impl<'t> Iterator for Pieces<'t> {
    type Item = Piece<'t>;

    fn next(&mut self) -> Option<Piece<'t>> {
        if let Some(next) = self.next.take() {
            return Some(next);
        }
        let rest = std::mem::take(&mut self.rest);
        let opens = |at: &usize| rest.as_bytes().get(at + 1) == Some(&b'{');
        let start = memchr::memchr_iter(b'$', rest.as_bytes()).find(opens);
        let Some((start, end)) = start.and_then(|start| Some((start, start + rest[start..].find('}')?))) else {
            return (!rest.is_empty()).then_some(Piece::Text(rest));
        };
        self.rest = &rest[end + 1..];
        let name = &rest[start + 2..end];
        if name.starts_with('!') {
            // At least the brace that closes it.
            self.next = Some(Piece::Text(&rest[start + 3..=end]));
            return Some(Piece::Text(&rest[..start + 2]));
        }
        let name = Piece::Name(name.trim());
        if start == 0 {
            return Some(name);
        }
        self.next = Some(name);
        Some(Piece::Text(&rest[..start]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_cut_at_their_names() {
        use Piece::{Name, Text};
        for (text, expected) in [
            ("", vec![]),
            ("plain $x {y} $", vec![Text("plain $x {y} $")]),
            ("${A}", vec![Name("A")]),
            ("a-${ B.C }-${AWS::Region}!", vec![Text("a-"), Name("B.C"), Text("-"), Name("AWS::Region"), Text("!")]),
            ("x${!aws:username}y", vec![Text("x${"), Text("aws:username}"), Text("y")]),
            ("open ${A", vec![Text("open ${A")]),
            ("${}", vec![Name("")]),
            ("$${A}", vec![Text("$"), Name("A")]),
        ] {
            assert_eq!(pieces(text).collect::<Vec<_>>(), expected, "{text}");
        }
    }
}
