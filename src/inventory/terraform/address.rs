//! Addresses of resources, and what expressions of the configuration refer to.
//!
//! In: `module.net["a"].aws_subnet.private[0]`, `data.aws_iam_role.r.arn`, `var.role`. Out: [`Step`]s, [`Key`]s,
//! [`Reference`]s.
//!
//! Source: Terraform, "Resource Addressing", "References to Named Values"; "JSON Output Format" (references).

use crate::inventory::BlockKeyword;

/// The key of an instance: of `count` a number, of `for_each` a text.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Key {
    Number(u64),
    Text(String),
}

/// A module on the way to a resource.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Step {
    pub name: String,
    pub key: Option<Key>,
}

/// The module of an address, from the root; and what follows it.
pub(super) fn module_of(address: &str) -> (Vec<Step>, &str) {
    let mut steps = Vec::new();
    let mut rest = address;
    while let Some((name, key, after)) = first_module(rest) {
        steps.push(Step { name: name.to_owned(), key });
        rest = after;
    }
    (steps, rest)
}

/// The name and the key of the module that an address begins with, and what follows.
fn first_module(address: &str) -> Option<(&str, Option<Key>, &str)> {
    let (name, after) = name(address.strip_prefix("module.")?);
    let (key, after) = key(after);
    Some((name, key, after.strip_prefix('.')?))
}

/// The type of the resource at an address: `aws_subnet`.
pub(super) fn type_of(address: &str) -> &str {
    let mut rest = address;
    while let Some((_, _, after)) = first_module(rest) {
        rest = after;
    }
    name(rest.strip_prefix("data.").unwrap_or(rest)).0
}

/// The key at the end of an address.
pub(super) fn key_of(address: &str) -> Option<Key> {
    let (_, rest) = module_of(address);
    let rest = rest.strip_prefix("data.").unwrap_or(rest);
    let (_, rest) = name(rest);
    let (_, rest) = name(rest.strip_prefix('.')?);
    key(rest).0
}

/// Up to the next `.` or `[`.
fn name(text: &str) -> (&str, &str) {
    text.split_at(text.find(['.', '[']).unwrap_or(text.len()))
}

/// `[0]` or `["a.b"]`, if one follows.
fn key(text: &str) -> (Option<Key>, &str) {
    let Some(inside) = text.strip_prefix('[') else { return (None, text) };
    if !inside.starts_with('"') {
        let Some((number, rest)) = inside.split_once(']') else { return (None, text) };
        return match number.parse() {
            Ok(number) => (Some(Key::Number(number)), rest),
            // `[count.index]`, `[each.key]`: any.
            Err(_) => (None, rest),
        };
    }
    let mut escaped = false;
    for (at, char) in inside.char_indices().skip(1) {
        match char {
            '\\' if !escaped => escaped = true,
            '"' if !escaped => {
                let quoted = &inside[..=at];
                let Some(rest) = inside[at + 1..].strip_prefix(']') else { return (None, text) };
                let decoded = serde_json::from_str(quoted).unwrap_or_else(|_| quoted.trim_matches('"').to_owned());
                return (Some(Key::Text(decoded)), rest);
            }
            _ => escaped = false,
        }
    }
    (None, text)
}

/// Whether Terraform makes a resource or only looks at it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Mode {
    Managed,
    Data,
}

impl Mode {
    pub(super) fn keyword(self) -> BlockKeyword {
        match self {
            Mode::Managed => BlockKeyword::Resource,
            Mode::Data => BlockKeyword::Data,
        }
    }
}

/// What an expression refers to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Reference<'r> {
    Variable(&'r str),
    /// Its definition is not in the plan.
    Local(&'r str),
    Module {
        name: &'r str,
        key: Option<Key>,
        output: Option<&'r str>,
    },
    Resource {
        mode: Mode,
        resource_type: &'r str,
        name: &'r str,
        key: Option<Key>,
        /// The first attribute that is taken of it.
        attribute: Option<&'r str>,
    },
    /// `each.key`, `each.value`
    Each,
    /// `count.index`, `path.module`, `terraform.workspace`, `self.…`: they bring nothing in.
    Nothing,
}

impl<'r> Reference<'r> {
    pub(super) fn parse(text: &'r str) -> Reference<'r> {
        let (first, rest) = name(text);
        let after = rest.strip_prefix('.').unwrap_or_default();
        match first {
            "var" => Reference::Variable(name(after).0),
            "local" => Reference::Local(name(after).0),
            "each" => Reference::Each,
            "count" | "path" | "terraform" | "self" | "tofu" => Reference::Nothing,
            "module" => {
                let (module, rest) = name(after);
                let (key, rest) = key(rest);
                let output = rest.strip_prefix('.').map(|rest| name(rest).0);
                Reference::Module { name: module, key, output }
            }
            "data" => resource(Mode::Data, after),
            "resource" => resource(Mode::Managed, after),
            _ => resource(Mode::Managed, text),
        }
    }
}

fn resource(mode: Mode, text: &str) -> Reference<'_> {
    let (resource_type, rest) = name(text);
    let Some(rest) = rest.strip_prefix('.') else { return Reference::Nothing };
    let (own, rest) = name(rest);
    let (key, rest) = key(rest);
    // `r[*].arn`, `r.*.arn`
    let rest = rest.strip_prefix(".*").unwrap_or(rest);
    let attribute = rest.strip_prefix('.').map(|rest| name(rest).0).filter(|name| !name.is_empty());
    Reference::Resource { mode, resource_type, name: own, key, attribute }
}

/// What makes a resource wait for another: the block to write `depends_on` into, and what it names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DependsOnLine {
    pub block: Waiting,
    pub names: String,
}

/// A block that waits, by its address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Waiting {
    /// The resource's own.
    Resource(String),
    /// The call of a module around it.
    Call(String),
}

/// The line that makes the resource of one address wait for that of another. A block can name only what is in its own
/// module, so that modules wait for each other as wholes.
///
/// Source: Terraform, "The depends_on Meta-Argument".
pub fn depends_on_line(from: &str, to: &str) -> DependsOnLine {
    let (own, own_rest) = module_of(from);
    let (other, other_rest) = module_of(to);
    let common = own.iter().zip(&other).take_while(|(a, b)| a.name == b.name).count();
    let without_key = |rest: &str| rest.split('[').next().unwrap_or_default().to_owned();
    let names = match other.get(common) {
        Some(step) => format!("module.{}", step.name),
        None => without_key(other_rest),
    };
    let around: String = own[..common].iter().map(|step| format!("module.{}.", step.name)).collect();
    let block = match own.get(common) {
        Some(step) => Waiting::Call(format!("{around}module.{}", step.name)),
        None => Waiting::Resource(format!("{around}{}", without_key(own_rest))),
    };
    DependsOnLine { block, names }
}

/// References without those that only repeat the beginning of another: Terraform writes `aws_iam_role.r.arn` and
/// `aws_iam_role.r`.
pub(super) fn most_specific<'r>(references: impl Iterator<Item = &'r str>) -> Vec<&'r str> {
    let mut kept: Vec<&'r str> = Vec::new();
    for reference in references {
        let repeats = |known: &&str| {
            known.strip_prefix(reference).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
        };
        // The longer ones come right before.
        if !kept.iter().rev().take(4).any(repeats) {
            kept.push(reference);
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses() {
        let step = |name: &str, key: Option<Key>| Step { name: name.into(), key };
        let text = |text: &str| Some(Key::Text(text.into()));
        for (address, steps, rest, key) in [
            ("aws_iam_role.r", vec![], "aws_iam_role.r", None),
            ("data.aws_iam_role.r[2]", vec![], "data.aws_iam_role.r[2]", Some(Key::Number(2))),
            ("module.a.aws_iam_role.r", vec![step("a", None)], "aws_iam_role.r", None),
            (
                r#"module.a["x.y[\"]"].module.b[0].aws_iam_role.r["k"]"#,
                vec![step("a", text("x.y[\"]")), step("b", Some(Key::Number(0)))],
                r#"aws_iam_role.r["k"]"#,
                text("k"),
            ),
            ("module.a", vec![], "module.a", None),
            (r#"module.a["x"#, vec![], r#"module.a["x"#, None),
            ("", vec![], "", None),
        ] {
            assert_eq!(module_of(address), (steps, rest), "{address}");
            assert_eq!(key_of(address), key, "{address}");
        }
    }

    #[test]
    fn references() {
        let of = |mode, resource_type, name, key, attribute| Reference::Resource {
            mode,
            resource_type,
            name,
            key,
            attribute,
        };
        for (text, expected) in [
            ("var.a.b", Reference::Variable("a")),
            ("local.a[0]", Reference::Local("a")),
            ("each.value", Reference::Each),
            ("count.index", Reference::Nothing),
            ("module.m", Reference::Module { name: "m", key: None, output: None }),
            ("module.m[0].o", Reference::Module { name: "m", key: Some(Key::Number(0)), output: Some("o") }),
            ("aws_iam_role.r", of(Mode::Managed, "aws_iam_role", "r", None, None)),
            ("aws_iam_role.r.arn", of(Mode::Managed, "aws_iam_role", "r", None, Some("arn"))),
            (
                r#"data.aws_iam_role.r["a.b"].arn"#,
                of(Mode::Data, "aws_iam_role", "r", Some(Key::Text("a.b".into())), Some("arn")),
            ),
            ("aws_iam_role", Reference::Nothing),
            ("", Reference::Nothing),
        ] {
            assert_eq!(Reference::parse(text), expected, "{text}");
        }
    }

    #[test]
    fn modules_wait_as_wholes() {
        let resource = |address: &str| Waiting::Resource(address.into());
        let call = |address: &str| Waiting::Call(address.into());
        for (from, to, block, names) in [
            ("aws_a.f", "aws_b.p[0]", resource("aws_a.f"), "aws_b.p"),
            ("module.m.aws_a.f[0]", "module.m.aws_b.p", resource("module.m.aws_a.f"), "aws_b.p"),
            ("module.m[\"x\"].aws_a.f", "aws_b.p", call("module.m"), "aws_b.p"),
            ("aws_a.f", "module.iam.module.x.aws_b.p", resource("aws_a.f"), "module.iam"),
            ("module.m.module.f.aws_a.f", "module.m.module.iam.aws_b.p", call("module.m.module.f"), "module.iam"),
        ] {
            let expected = DependsOnLine { block, names: names.into() };
            assert_eq!(depends_on_line(from, to), expected, "{from} {to}");
        }
    }

    #[test]
    fn what_repeats_another_is_left_out() {
        let all = ["a.b[0].c", "a.b[0]", "a.b", "a.bc", "module.m.o", "module.m", "module.m"];
        assert_eq!(most_specific(all.into_iter()), ["a.b[0].c", "a.bc", "module.m.o"]);
    }
}
