//! Whether what a template shows is a fact. The default of a parameter is none: who deploys may give another value; nor
//! is a text that another program fills in before the deploy.

use std::borrow::Cow;

use crate::document::Doc;
use crate::policy::{Unknown, is_resource};
use crate::source::Path;
use crate::template::{Given, Kind, Template, Value};

/// What a node of a template is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Certainty {
    Fact,
    /// A parameter's default stands in it.
    Default,
}

/// Is what was evaluated at this node of the file a fact?
pub(super) fn certainty(template: &Template<'_>, doc: &Doc<'_>, origin: &Path) -> Certainty {
    match doc.at(origin) {
        Some(node) if hangs_on_default(template, node) => Certainty::Default,
        _ => Certainty::Fact,
    }
}

fn hangs_on_default(template: &Template<'_>, node: &Doc<'_>) -> bool {
    let is_default = |name: &str| {
        template.parameter(name).is_some_and(|parameter| matches!(parameter.text, Some(Given::Default(_))))
    };
    match node {
        // What is not in a Fn::Sub is no name; then the text is not evaluated, and stands for a placeholder.
        Doc::Text(text) => {
            text.split("${").skip(1).filter_map(|rest| rest.split_once('}')).any(|(name, _)| is_default(name))
        }
        Doc::List(items) => items.iter().any(|item| hangs_on_default(template, item)),
        Doc::Map(members) => members.iter().any(|(key, value)| match (&**key, value) {
            ("Ref", Doc::Text(name)) => is_default(name),
            (_, value) => hangs_on_default(template, value),
        }),
        _ => false,
    }
}

/// A policy document in which a default that names no resource is unknown: AWS refuses a document with such a text, so
/// whoever deploys gives another value.
pub(super) fn with_usable_resources<'v, 'd>(
    template: &Template<'d>,
    doc: &Doc<'d>,
    document: &'v Value<'d>,
) -> Cow<'v, Value<'d>> {
    let unusable = |text: &Value<'d>| {
        text.known_text().is_some_and(|known| !is_resource(&known))
            && certainty(template, doc, &text.origin) == Certainty::Default
    };
    let statements = document.get("Statement").map(Value::items).unwrap_or_default();
    let resources = |statement: &Value<'d>| {
        let resources = statement.members().iter().filter(|member| is_resource_element(&member.key));
        resources.flat_map(|member| member.value.items().to_vec()).collect::<Vec<_>>()
    };
    if !statements.iter().flat_map(resources).any(|text| unusable(&text)) {
        return Cow::Borrowed(document);
    }
    let mut document = document.clone();
    let statements = member_mut(&mut document, |key| key == "Statement");
    for statement in statements.into_iter().flat_map(items_mut) {
        for resources in member_mut(statement, is_resource_element) {
            for text in items_mut(resources) {
                if unusable(text) {
                    text.kind = Kind::Unknown(Unknown::NAMELESS);
                }
            }
        }
    }
    Cow::Owned(document)
}

fn is_resource_element(key: &str) -> bool {
    matches!(key, "Resource" | "NotResource")
}

fn member_mut<'v, 'd>(value: &'v mut Value<'d>, named: impl Fn(&str) -> bool) -> Vec<&'v mut Value<'d>> {
    match &mut value.kind {
        Kind::Map(members) => {
            members.iter_mut().filter(|member| named(&member.key)).map(|member| &mut member.value).collect()
        }
        _ => Vec::new(),
    }
}

/// The elements of a list; anything else is a list of itself.
fn items_mut<'v, 'd>(value: &'v mut Value<'d>) -> &'v mut [Value<'d>] {
    match value.kind {
        Kind::List(_) => match &mut value.kind {
            Kind::List(items) => items,
            _ => &mut [],
        },
        _ => std::slice::from_mut(value),
    }
}

/// Does another program put something in the place of this text, or of a part of it? CloudFormation itself does for
/// `{{resolve:…}}`; the rest are the marks of template engines and of people.
///
/// Source: CloudFormation User Guide, "Get values stored in other services using dynamic references".
pub(super) fn is_placeholder(text: &str) -> bool {
    ["{", "<", "%", "@", "$", "#", "__"].iter().any(|mark| text.contains(mark))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::template::Settings;

    #[test]
    fn a_default_is_no_fact() {
        let text = "Parameters:\n  D: {Type: String, Default: x}\n  G: {Type: String, Default: x}\n  N: {Type: String}\nResources: {}\nX: [a, !Ref D, !Ref G, !Ref N, 'a-${D}', !Join [',', [!Ref D]], {a: [!Sub '${G}']}]\n";
        let doc = Doc::parse_yaml(text).expect("YAML");
        let settings = Settings { parameters: vec![("G".into(), "y".into())], ..Settings::default() };
        let template = Template::read(&doc, settings);
        let defaults: Vec<usize> = (0..7)
            .filter(|at| certainty(&template, &doc, &Path::from([2, *at])) == Certainty::Default)
            .map(|at| at as usize)
            .collect();
        assert_eq!(defaults, [1, 4, 5]);
    }

    #[test]
    fn a_default_that_names_no_resource_is_unknown() {
        let text = "Parameters:\n  Empty: {Type: String, Default: ''}\n  None: {Type: String, Default: NONE}\n  Arn: {Type: String, Default: 'arn:aws:s3:::b'}\nResources: {P: {Type: AWS::IAM::Policy, Properties: {PolicyDocument: {Statement: [{Resource: [!Ref Empty, !Ref Arn, '']}, {NotResource: !Ref None}, {Resource: !Sub '${Empty}/*'}]}}}}\n";
        let doc = Doc::parse_yaml(text).expect("YAML");
        let template = Template::read(&doc, Settings::default());
        let world = crate::template::World::default();
        let evaluation = template.in_world(&world);
        let properties = evaluation.resource(template.find("P").expect("P")).properties;
        let document = properties.get("PolicyDocument").expect("a document");
        let usable = with_usable_resources(&template, &doc, document);
        let texts: Vec<Vec<String>> = usable
            .get("Statement")
            .expect("statements")
            .items()
            .iter()
            .map(|statement| {
                let resources = &statement.members()[0].value;
                resources.items().iter().map(|text| template.spelt(&text.as_text().expect("a text"))).collect()
            })
            .collect();
        let unknown = template.words(Unknown::NAMELESS);
        assert_eq!(
            texts,
            [vec![unknown.clone(), "arn:aws:s3:::b".into(), String::new()], vec![unknown], vec!["/*".into()]]
        );
    }

    #[test]
    fn placeholders_are_known_by_their_marks() {
        for (text, expected) in [
            ("subnet-0123", false),
            ("YOUR_SUBNET", false),
            ("{{resolve:ssm:/net/subnet}}", true),
            ("${self:custom.subnet}", true),
            ("<subnet-id>", true),
            ("%SUBNET%", true),
            ("__SUBNET__", true),
        ] {
            assert_eq!(is_placeholder(text), expected, "{text}");
        }
    }
}
