//! Policies with unknown pieces in their texts, as templates give them: what the engine makes of them.

use std::borrow::Cow;

use super::action::matches_action;
use super::condition::{Setting, Undecided, Vague, holds};
use super::context::{Context, Knowledge};
use super::glob::{Glob, Token, Var};
use super::resource::{ArnHead, Covered, Resources, cover};
use super::search::{Region, Search, search};
use super::truth::Truth;
use crate::document::Doc;
use crate::policy::{Effect, PolicyType, Statement, Unknown, Version, read_resolved};

/// A statement in which `P`, `A`, `R` and `X` in angle brackets are unknown pieces.
fn statement(json: &str) -> Statement {
    let text = json
        .replace("<P>", &Unknown::Partition.to_char().to_string())
        .replace("<A>", &Unknown::Account.to_char().to_string())
        .replace("<R>", &Unknown::Region.to_char().to_string())
        .replace("<X>", &Unknown::Other(7).to_char().to_string())
        .replace("<?>", &Unknown::NAMELESS.to_char().to_string());
    let text = format!("{{\"Version\": \"2012-10-17\", \"Statement\": {text}}}");
    let reading = read_resolved(&Doc::parse(&text).expect("JSON"), PolicyType::Identity, &|_| true);
    assert_eq!(reading.problems, [], "{json}");
    reading.policy.statements.into_iter().next().expect("one")
}

/// Knows `k` to be `value`, `here` to be the unknown account, and every other key to be absent.
struct Keys;

impl Context for Keys {
    fn key(&self, key: &str) -> Cow<'_, Knowledge> {
        Cow::Owned(match key {
            "k" => Knowledge::value("10"),
            "here" => Knowledge::Values(vec![Glob::from_tokens([Token::Var(Var::Account)])]),
            "arn" => Knowledge::value("arn:aws:ec2:eu-west-1:111122223333:vpc/vpc-1"),
            _ => Knowledge::Absent,
        })
    }
}

fn setting(effect: Effect) -> Setting<'static> {
    Setting { version: Version::V2012, effect, context: &Keys, vague: Vague::StaysOpen }
}

/// What a `Resource` covers of `arn:aws:ec2:<region>:<account>:*/*`: yes if all of it surely, no if possibly nothing.
fn covers(resource: &str) -> Truth {
    let statement = statement(&format!(r#"{{"Effect": "Allow", "Action": "ec2:*", "Resource": "{resource}"}}"#));
    let var = |var| Glob::from_tokens([Token::Var(var)]);
    let head = ArnHead::new([
        Glob::literal("arn"),
        Glob::literal("aws"),
        Glob::literal("ec2"),
        var(Var::Region),
        var(Var::Account),
    ]);
    let resources = Resources::Arns { head, names: vec![Glob::pattern("?*/?*")] };
    let patterns = statement.resources.as_ref().expect("there");
    let Covered { sure, possible } = cover(patterns, &resources, setting(Effect::Allow), &mut Undecided::default());
    let covered =
        |regions: &[Region]| -> Vec<Glob> { regions.iter().flat_map(|region| region.inside.to_vec()).collect() };
    let (sure, possible) = (covered(&sure), covered(&possible));
    let names = Glob::pattern("?*/?*");
    if matches!(search(&[&names], &sure.iter().collect::<Vec<_>>()), Search::Nothing) {
        Truth::Yes
    } else if possible.iter().any(|glob| !matches!(search(&[&names, glob], &[]), Search::Nothing)) {
        Truth::Unknown
    } else {
        Truth::No
    }
}

#[test]
fn resources_with_unknown_pieces() {
    for (resource, expected) in [
        ("arn:aws:ec2:<R>:<A>:*/*", Truth::Yes),
        ("arn:aws:ec2:*:<A>:*", Truth::Yes),
        ("arn:<P>:ec2:<R>:<A>:*/*", Truth::Unknown),
        ("arn:aws:ec2:<A>:<R>:*/*", Truth::Unknown),
        ("arn:aws:ec2:<X>:<A>:*/*", Truth::Unknown),
        ("arn:aws:ec2:<R>:<A>:network-interface/<X>", Truth::Unknown),
        ("arn:aws:sqs:<R>:<A>:*/*", Truth::No),
        ("<X>", Truth::Unknown),
        ("<?>", Truth::Unknown),
        ("<X>/*", Truth::Unknown),
        // It may be an ARN of everything but the last letters.
        ("<X>/x", Truth::Unknown),
        ("<X>:vpc/*", Truth::Unknown),
        ("arn:aws:<X>/x", Truth::Unknown),
        ("arn:aws:sqs:<X>", Truth::No),
        ("arn:aws:sqs<X>", Truth::No),
        ("*<X>", Truth::Unknown),
    ] {
        assert_eq!(covers(resource), expected, "{resource}");
    }
}

#[test]
fn actions_with_unknown_pieces() {
    for (action, effect, expected) in [
        (r#""Action": "<X>""#, Effect::Allow, Truth::Unknown),
        (r#""Action": "<X>:Describe*""#, Effect::Allow, Truth::No),
        (r#""Action": ["e*:CreateNetworkInterface", "s3:<X>"]"#, Effect::Allow, Truth::No),
        (r#""Action": "<X>""#, Effect::Deny, Truth::Unknown),
        (r#""NotAction": "<X>""#, Effect::Allow, Truth::Unknown),
        (r#""NotAction": "<X>""#, Effect::Deny, Truth::Unknown),
        (r#""Action": "ec2:<X>Interface""#, Effect::Deny, Truth::Unknown),
        (r#""Action": "ec2:<X>Vpc""#, Effect::Deny, Truth::No),
        (r#""Action": ["<X>", "ec2:*"]"#, Effect::Allow, Truth::Yes),
        (r#""NotAction": ["<X>", "ec2:*"]"#, Effect::Allow, Truth::No),
    ] {
        let word = effect.as_str();
        let statement = statement(&format!(r#"{{"Effect": "{word}", {action}, "Resource": "*"}}"#));
        let answer = matches_action(&statement.actions, effect, "ec2:CreateNetworkInterface");
        assert_eq!(answer, expected, "{word} {action}");
    }
}

#[test]
fn condition_values_and_keys_with_unknown_pieces() {
    for (condition, expected) in [
        (r#""StringEquals": {"here": "<A>"}"#, Truth::Yes),
        (r#""StringEquals": {"here": "<R>"}"#, Truth::Unknown),
        (r#""StringNotEquals": {"here": "<A>"}"#, Truth::No),
        (r#""StringEquals": {"k": "<X>"}"#, Truth::Unknown),
        (r#""StringLike": {"k": "x<X>"}"#, Truth::No),
        (r#""NumericLessThan": {"k": "<X>"}"#, Truth::Unknown),
        (r#""NumericNotEquals": {"k": "<X>"}"#, Truth::Unknown),
        (r#""DateLessThan": {"k": "<X>"}"#, Truth::Unknown),
        (r#""IpAddress": {"k": "<X>"}"#, Truth::Unknown),
        (r#""Bool": {"k": "<X>"}"#, Truth::Unknown),
        (r#""BinaryEquals": {"k": "<X>"}"#, Truth::Unknown),
        (r#""Null": {"k": "<X>"}"#, Truth::Unknown),
        (r#""StringEquals": {"<X>:sub": "10"}"#, Truth::Unknown),
        (r#""StringLike": {"k": "${<X>}"}"#, Truth::Unknown),
        (r#""StringLike": {"k": "${absent, '<X>'}"}"#, Truth::Unknown),
        (r#""ArnLike": {"arn": "arn:aws:ec2:<X>:vpc/vpc-1"}"#, Truth::Unknown),
        (r#""ArnLike": {"arn": "<X>/vpc-1"}"#, Truth::Unknown),
        (r#""ArnLike": {"arn": "<X>/vpc-2"}"#, Truth::No),
        (r#""ArnLike": {"arn": "arn:aws:ec2:<R>:<A>:vpc/vpc-1"}"#, Truth::Unknown),
        (r#""ArnLike": {"arn": "arn:aws:ec2:<R>:<A>:vpc/vpc-2"}"#, Truth::No),
    ] {
        let json =
            format!(r#"{{"Effect": "Allow", "Action": "ec2:*", "Resource": "*", "Condition": {{{condition}}}}}"#);
        let statement = statement(&json);
        let answer = holds(&statement.conditions[0], setting(Effect::Allow), &mut Undecided::default());
        assert_eq!(answer, expected, "{condition}");
    }
}

#[test]
fn a_condition_names_no_character_that_nobody_can_read() {
    let json = r#"{"Effect": "Deny", "Action": "*", "Resource": "*", "Condition": {"Bool": {"<X>/k": "true"}}}"#;
    let mut undecided = Undecided::default();
    let answer = holds(&statement(json).conditions[0], setting(Effect::Deny), &mut undecided);
    assert_eq!((answer, undecided.into_keys()), (Truth::Unknown, vec!["<unknown>/k".into()]));
}
