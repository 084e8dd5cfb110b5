//! Templates that are meant to hurt: none may crash, hang, or fill the memory.

use std::fmt::Write as _;

use super::super::{Settings, Template};
use crate::document::Doc;

/// Reads, makes the worlds of everything, and evaluates everything in each; gives the problems.
fn survives(text: &str) -> Vec<String> {
    let Ok(doc) = Doc::parse_yaml(text) else { return Vec::new() };
    let template = Template::read(&doc, Settings::default());
    let mut messages: Vec<String> = template.problems.iter().map(|problem| problem.message.clone()).collect();
    let ids: Vec<_> = template.iter().map(|(id, _)| id).collect();
    let worlds = template.worlds(&ids);
    messages.extend(worlds.problems.iter().map(|problem| problem.message.clone()));
    for world in &worlds.worlds {
        let evaluation = template.in_world(world);
        for id in &ids {
            let _ = evaluation.existence(*id);
            messages.extend(evaluation.resource(*id).problems.iter().map(|problem| problem.message.clone()));
        }
    }
    messages.sort();
    messages.dedup();
    messages
}

fn with_property(sections: &str, property: &str) -> String {
    format!("{sections}\nResources:\n  R:\n    Type: AWS::X::Y\n    Properties:\n      P: {property}\n")
}

#[test]
fn texts_that_double() {
    // Each step holds the one before it twice.
    let mut text = "x".repeat(64);
    for _ in 0..25 {
        text = format!("!Sub ['${{a}}${{a}}', {{a: {text}}}]");
    }
    let messages = survives(&with_property("", &text));
    assert!(messages.iter().any(|message| message.contains("too large")), "{messages:?}");
    let mut text = "x".to_owned();
    for _ in 0..20 {
        text = format!("{{'Fn::ToJsonString': [{text}]}}");
    }
    survives(&with_property("", &text));
}

#[test]
fn loops_that_multiply() {
    let items = (0..100).map(|n| n.to_string()).collect::<Vec<_>>().join(", ");
    let mut text = "1".to_owned();
    for level in 0..10 {
        text = format!("{{'Fn::ForEach::L{level}': [V{level}, [{items}], {{'k${{V{level}}}': {text}}}]}}");
    }
    let messages = survives(&with_property("", &text));
    assert!(messages.iter().any(|message| message.contains("too large")), "{messages:?}");
    let mut body = "Type: AWS::X::Y".to_owned();
    body = format!("{{{body}}}");
    for level in 0..6 {
        body = format!("{{'Fn::ForEach::L{level}': [V{level}, [{items}], {{'k${{V{level}}}': {body}}}]}}");
    }
    let messages = survives(&format!("Resources: {body}\n"));
    assert!(!messages.is_empty());
    let value = "v".repeat(10_000);
    let text = "${V}".repeat(10_000);
    survives(&with_property("", &format!("{{'Fn::ForEach::L': [V, [{value}], {{k: '{text}'}}]}}")));
}

#[test]
fn conditions_without_end() {
    let mut chain = "Conditions:\n  C0: !Equals [a, b]\n".to_owned();
    (1..5_000).for_each(|n| writeln!(chain, "  C{n}: !Not [!Condition C{}]", n - 1).expect("a String"));
    chain.push_str("Resources:\n  R: {Type: 'AWS::X::Y', Condition: C4999}\n");
    survives(&chain);
    let deep = |unit: &str, inner: &str, close: &str| {
        format!(
            "Conditions:\n  C: {}{inner}{}\nResources:\n  R: {{Type: 'AWS::X::Y', Condition: C}}\n",
            unit.repeat(40),
            close.repeat(40)
        )
    };
    survives(&deep("!Not [", "!Equals [a, b]", "]"));
    let mut wide = "Parameters:\n".to_owned();
    (0..60).for_each(|n| writeln!(wide, "  P{n}: {{Type: String}}").expect("a String"));
    wide.push_str("Conditions:\n");
    for n in 0..100 {
        let other: Vec<String> = (0..40).map(|m| format!("!Equals [!Ref P{}, v{}]", (n + m) % 60, m % 7)).collect();
        writeln!(wide, "  C{n}: !Or [{}]", other.join(", ")).expect("a String");
    }
    wide.push_str("Resources:\n");
    (0..100).for_each(|n| writeln!(wide, "  R{n}: {{Type: 'AWS::X::Y', Condition: C{n}}}").expect("a String"));
    survives(&wide);
}

#[test]
fn deep_nesting_of_every_function() {
    let functions = [
        ("!If [C, ", ", x]"),
        ("!Join ['', [", "]]"),
        ("!Select [0, [", "]]"),
        ("!Split [',', ", "]"),
        ("!Sub ['${a}', {a: ", "}]"),
        ("!FindInMap [M, a, ", "]"),
        ("!FindInMap [M, a, b, {DefaultValue: ", "}]"),
        ("!Base64 {a: ", "}"),
        ("{'Fn::Base64': ", "}"),
        ("{'Fn::ImportValue': ", "}"),
        ("!Cidr [", ", 4]"),
        ("!Length [", "]"),
        ("{'Fn::ToJsonString': {a: ", "}}"),
        ("{'Fn::ForEach::L': [V, [a, b], {'${V}': ", "}]}"),
        ("!GetAtt [R, ", "]"),
        ("!Equals [a, ", "]"),
        ("{Ref: ", "}"),
        ("[", "]"),
        ("{a: ", "}"),
    ];
    for (open, close) in functions {
        for depth in [1, 5, 12, 39, 60, 120] {
            let text = format!("{}x{}", open.repeat(depth), close.repeat(depth));
            survives(&with_property(
                "Mappings:\n  M: {a: {b: c}}\nConditions:\n  C: !Equals [a, !Ref AWS::Region]",
                &text,
            ));
        }
    }
}

/// Every function with an argument of every shape, in every section.
#[test]
fn wrong_shapes() {
    let functions = [
        "Ref",
        "Fn::GetAtt",
        "Fn::Sub",
        "Fn::Join",
        "Fn::Split",
        "Fn::Select",
        "Fn::FindInMap",
        "Fn::If",
        "Fn::Equals",
        "Fn::And",
        "Fn::Or",
        "Fn::Not",
        "Condition",
        "Fn::ImportValue",
        "Fn::Base64",
        "Fn::Cidr",
        "Fn::GetAZs",
        "Fn::Transform",
        "Fn::ForEach::X",
        "Fn::Length",
        "Fn::ToJsonString",
        "Fn::",
        "Fn::Nothing",
    ];
    let shapes = [
        "null",
        "true",
        "5",
        "-1",
        "''",
        "x",
        "'${'",
        "'${}'",
        "'${!}'",
        "'${a.}'",
        "'.'",
        "R",
        "R.",
        "[]",
        "{}",
        "[[]]",
        "[{}]",
        "[null]",
        "[null, null]",
        "[a, b, c, d, e]",
        "[1, []]",
        "[99999999999999999999, [a]]",
        "['', '']",
        "[',', null]",
        "[K, [a], {}]",
        "[K, [a], {b: null}]",
        "[K, {}, {b: 1}]",
        "[{}, [a], {b: 1}]",
        "[R]",
        "[R, []]",
        "{a: b}",
        "{Ref: AWS::NoValue}",
        "[{Ref: AWS::NoValue}]",
        "[x, {Ref: AWS::NoValue}]",
        "[{Ref: AWS::NoValue}, {Ref: AWS::NoValue}, {Ref: AWS::NoValue}]",
        "[M, a, b]",
        "[C, a, b]",
        "[10.0.0.0/8, 999999999999, 8]",
        "{Name: [], Parameters: 5}",
    ];
    for function in functions {
        for shape in shapes {
            let call = format!("{{'{function}': {shape}}}");
            let conditions = format!("Mappings:\n  M: {{a: {{b: c}}}}\nConditions:\n  C: {call}\n");
            survives(&with_property(&conditions, &call));
            survives(&format!(
                "Parameters: {call}\nMappings: {call}\nResources:\n  R: {call}\n  S: {{Type: 'A::B', Properties: {call}, DependsOn: {call}, Condition: {call}, Metadata: {call}}}\n"
            ));
            survives(&format!("Parameters:\n  P: {call}\nResources: {call}\nTransform: {call}\nGlobals: {call}\n"));
        }
    }
}

#[test]
fn many_unknowns() {
    let mut text = "Resources:\n  R:\n    Type: AWS::X::Y\n    Properties:\n".to_owned();
    (0..70_000).for_each(|n| writeln!(text, "      P{n}: !ImportValue v{n}").expect("a String"));
    survives(&text);
}
