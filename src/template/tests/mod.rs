//! Templates evaluated: a table for each function, worlds, and what must not hurt.

mod functions;
mod hostile;
mod samples;
mod worlds;

use super::{Node, Settings, Template, Value, World};
use crate::document::Doc;
use crate::policy::Unknown;

/// A value as JSON, unknown pieces spelt out in angle brackets.
pub(super) fn shown(template: &Template<'_>, value: &Value<'_>) -> String {
    let json = serde_json::to_string(&value.to_doc()).expect("plain data");
    let spell = |char: char| match Unknown::from_char(char) {
        Some(unknown) => format!("<{}>", template.words(unknown)),
        None => char.to_string(),
    };
    json.chars().map(spell).collect()
}

/// Evaluates an expression that stands as the property `P` of a resource, with no conditions decided; and the problems.
pub(super) fn evaluated(sections: &str, expression: &str, settings: Settings) -> (String, Vec<String>) {
    let text =
        format!("{sections}\nResources:\n  R:\n    Type: AWS::SNS::Topic\n    Properties:\n      P: {expression}\n");
    let doc = Doc::parse_yaml(&text).unwrap_or_else(|error| panic!("{error} in {text}"));
    let template = Template::read(&doc, settings);
    assert_eq!(template.problems, [], "{text}");
    let world = World::default();
    let evaluated = template.in_world(&world).resource(template.find("R").expect("there"));
    let problems = evaluated.problems.iter().map(|problem| problem.message.clone()).collect();
    let value = evaluated.properties.get("P").map_or_else(|| "nothing".to_owned(), |value| shown(&template, value));
    (value, problems)
}

pub(super) fn template<'d>(doc: &'d Doc<'d>) -> Template<'d> {
    let template = Template::read(doc, Settings::default());
    assert_eq!(template.problems, []);
    template
}

#[test]
fn templates_are_told_from_other_documents() {
    for (text, expected) in [
        ("AWSTemplateFormatVersion: 2010-09-09\nResources: {}", true),
        ("Resources:\n  A: {Type: 'AWS::S3::Bucket'}", true),
        ("Resources:\n  A: {Type: 'Custom::Thing'}", true),
        ("Transform: AWS::Serverless-2016-10-31\nResources:\n  A: {Type: x}", true),
        ("Resources:\n  A: {Type: thing}", false),
        ("resources:\n  A: {Type: 'AWS::S3::Bucket'}", false),
        ("apiVersion: v1\nkind: List", false),
        ("- Resources", false),
        ("just text", false),
    ] {
        assert_eq!(Template::recognize(&Doc::parse_yaml(text).expect("YAML")), expected, "{text}");
    }
}

#[test]
fn what_is_wrong_with_sections_is_said() {
    let text = "Parameters: []\nConditions: x\nResources:\n  A: {Type: 'AWS::X::Y'}\n  B: 1\n  C: {}\n  A: {Type: 'AWS::X::Z'}\n";
    let doc = Doc::parse_yaml(text).expect("YAML");
    let template = Template::read(&doc, Settings::default());
    let messages: Vec<&str> = template.problems.iter().map(|problem| &*problem.message).collect();
    assert_eq!(
        messages,
        [
            "Parameters must be a map of names; this is a list",
            "Conditions must be a map of names; this is a string",
            "`A` stands twice in this map; only the last one counts",
            "the resource `B` must be a map; this is a string",
            "the resource `C` has no Type",
        ]
    );
    assert_eq!(template.resources.len(), 1);
    assert_eq!(template.resource(template.find("A").expect("there")).resource_type, "AWS::X::Z");
}

#[test]
fn a_resource_says_what_it_is() {
    let text = "Resources:\n  F:\n    Type: AWS::Lambda::Function\n    Condition: C\n    DependsOn: [A, B]\n    Metadata: {aws:cdk:path: Stack/F/Resource}\n    Properties: {Role: !GetAtt R.Arn, X: {a: !Ref A, b: !Sub '${B.Arn}-${A}'}}\n  A: {Type: 'AWS::A::A', DependsOn: B}\n  B: {Type: 'AWS::B::B'}\n  R: {Type: 'AWS::IAM::Role'}\n";
    let doc = Doc::parse_yaml(text).expect("YAML");
    let template = template(&doc);
    let id = template.find("F").expect("there");
    let resource = template.resource(id);
    assert_eq!((&*resource.id, &*resource.resource_type), ("F", "AWS::Lambda::Function"));
    assert_eq!((resource.condition.as_deref(), resource.construct.as_deref()), (Some("C"), Some("Stack/F/Resource")));
    assert_eq!(resource.place().0.as_slice(), [0, 0]);
    assert!(matches!(resource.property("Role"), Some(Node { doc: Doc::Map(_), .. })));
    let world = World::default();
    let evaluation = template.in_world(&world);
    let evaluated = evaluation.resource(id);
    let mentions = evaluation.mentions_of(id);
    let mentions: Vec<&str> = mentions.iter().map(|mention| &*mention.resource).collect();
    assert_eq!(mentions, ["R", "A", "B", "A", "A", "B"]);
    let role = evaluated.properties.get("Role").and_then(Value::as_reference).expect("a reference");
    assert_eq!((&*role.resource, role.attribute.as_deref()), ("R", Some("Arn")));
    assert_eq!(template.words(role.unknown), "Fn::GetAtt R.Arn");
    assert_eq!(template.resource(template.find("A").expect("there")).depends_on.len(), 1);
}
