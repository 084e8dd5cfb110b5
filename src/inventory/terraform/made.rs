//! Policy documents of `data.aws_iam_policy_document` blocks that are read on apply: the plan has their statements, with
//! the pieces left open that are not known yet.
//!
//! In: the values of such a block. Out: what `Resolved` takes, each node with its place in the block.
//!
//! Source: Terraform Registry, hashicorp/aws, data source "aws_iam_policy_document".

use std::borrow::Cow;

use super::value::Value as Planned;
use crate::document::Doc;
use crate::policy::Unknown;
use crate::source::Path;
use crate::template::{Kind, Member, Value};

/// The document that the block's own statements make.
pub(super) fn document(block: &Planned<'_>) -> Value<'static> {
    let statements = block.get("statement");
    let kind = match statements.is_unknown() {
        true => unknown(),
        false => Kind::List(statements.items().iter().map(statement).collect()),
    };
    let members = vec![
        member("Version", text(block.get("version").text().unwrap_or("2012-10-17"), &statements.path), &statements),
        {
            let value = Value { origin: statements.path.clone(), kind };
            member("Statement", value, &statements)
        },
    ];
    Value { origin: block.path.clone(), kind: Kind::Map(members) }
}

fn unknown() -> Kind<'static> {
    Kind::Unknown(Unknown::NAMELESS)
}

fn text(text: &str, origin: &Path) -> Value<'static> {
    Value { origin: origin.clone(), kind: Kind::Text(Cow::Owned(crate::policy::without_unknowns(text).into_owned())) }
}

fn member(key: &str, value: Value<'static>, at: &Planned<'_>) -> Member<'static> {
    Member { key: Cow::Owned(key.to_owned()), key_origin: at.path.clone(), value }
}

fn statement(planned: &Planned<'_>) -> Value<'static> {
    let origin = planned.path.clone();
    if planned.doc.is_none() {
        return Value { origin, kind: unknown() };
    }
    let mut members = Vec::new();
    let mut add = |key: &str, at: &Planned<'_>, value: Value<'static>| members.push(member(key, value, at));
    let sid = planned.get("sid");
    if let Some(own) = sid.filled() {
        add("Sid", &sid, text(own, &sid.path));
    }
    let effect = planned.get("effect");
    let value = match effect.is_unknown() {
        true => Value { origin: effect.path.clone(), kind: unknown() },
        false => text(effect.filled().unwrap_or("Allow"), &effect.path),
    };
    add("Effect", &effect, value);
    for (name, key) in [
        ("actions", "Action"),
        ("not_actions", "NotAction"),
        ("resources", "Resource"),
        ("not_resources", "NotResource"),
    ] {
        let planned = planned.get(name);
        if planned.is_unknown() || !planned.items().is_empty() {
            add(key, &planned, texts(&planned));
        }
    }
    for (name, key) in [("principals", "Principal"), ("not_principals", "NotPrincipal")] {
        let planned = planned.get(name);
        if planned.is_unknown() {
            add(key, &planned, Value { origin: planned.path.clone(), kind: unknown() });
        } else if !planned.items().is_empty() {
            add(key, &planned, principals(&planned));
        }
    }
    let condition = planned.get("condition");
    if condition.is_unknown() {
        add("Condition", &condition, Value { origin: condition.path.clone(), kind: unknown() });
    } else if !condition.items().is_empty() {
        add("Condition", &condition, conditions(&condition));
    }
    Value { origin, kind: Kind::Map(members) }
}

/// A set of texts. `&{…}` is a policy variable.
fn texts(planned: &Planned<'_>) -> Value<'static> {
    let origin = planned.path.clone();
    if planned.is_unknown() {
        return Value { origin, kind: unknown() };
    }
    let item = |item: &Planned<'_>| match item.doc {
        Some(Doc::Text(own)) => text(&own.replace("&{", "${"), &item.path),
        Some(Doc::Bool(value)) => Value { origin: item.path.clone(), kind: Kind::Bool(*value) },
        Some(Doc::Number(number)) => Value { origin: item.path.clone(), kind: Kind::Number(*number) },
        _ => Value { origin: item.path.clone(), kind: unknown() },
    };
    Value { origin, kind: Kind::List(planned.items().iter().map(item).collect()) }
}

fn principals(planned: &Planned<'_>) -> Value<'static> {
    let mut members: Vec<Member<'static>> = Vec::new();
    for one in planned.items() {
        let Some(kind) = one.get("type").text() else {
            return Value { origin: planned.path.clone(), kind: unknown() };
        };
        let identifiers = one.get("identifiers");
        let value = texts(&identifiers);
        if kind == "*" {
            return text("*", &one.path);
        }
        let known = members.iter_mut().find(|member| member.key == kind);
        match (known.map(|member| &mut member.value.kind), &value.kind) {
            (Some(Kind::List(known)), Kind::List(more)) => known.extend(more.iter().cloned()),
            _ => members.push(member(kind, value, &one)),
        }
    }
    Value { origin: planned.path.clone(), kind: Kind::Map(members) }
}

fn conditions(planned: &Planned<'_>) -> Value<'static> {
    let mut operators: Vec<Member<'static>> = Vec::new();
    for one in planned.items() {
        let (test, variable) = (one.get("test"), one.get("variable"));
        let (Some(test), Some(variable)) = (test.text(), variable.text()) else {
            return Value { origin: planned.path.clone(), kind: unknown() };
        };
        let values = member(variable, texts(&one.get("values")), &one);
        match operators.iter_mut().find(|member| member.key == test).map(|member| &mut member.value.kind) {
            Some(Kind::Map(known)) => known.push(values),
            _ => {
                let value = Value { origin: one.path.clone(), kind: Kind::Map(vec![values]) };
                operators.push(member(test, value, &one));
            }
        }
    }
    Value { origin: planned.path.clone(), kind: Kind::Map(operators) }
}
