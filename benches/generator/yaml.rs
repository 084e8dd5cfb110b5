//! Writes a [`Node`] as people write templates in YAML: two spaces a level, functions as short tags.

use super::node::Node;

pub(super) fn written(root: &Node) -> String {
    let mut out = String::new();
    block(root, &mut out, 0);
    out
}

/// A node on lines of its own.
fn block(node: &Node, out: &mut String, depth: usize) {
    match node {
        Node::Map(members) if !members.is_empty() => {
            for (name, value) in members {
                indent(out, depth);
                out.push_str(&scalar(name));
                out.push(':');
                after(value, out, depth + 1);
            }
        }
        Node::List(items) if !items.is_empty() => {
            for item in items {
                indent(out, depth);
                out.push('-');
                match item {
                    // The first member stands beside the dash.
                    Node::Map(members) if !members.is_empty() && function(item).is_none() => {
                        let start = out.len();
                        block(item, out, depth + 1);
                        out.replace_range(start..start + 2 * depth + 1, "");
                    }
                    _ => after(item, out, depth + 1),
                }
            }
        }
        other => {
            indent(out, depth);
            out.push_str(inline(other).trim_start());
            out.push('\n');
        }
    }
}

/// A node after the key or the dash that it belongs to: on the same line if it is a scalar.
fn after(node: &Node, out: &mut String, depth: usize) {
    if let Some((tag, argument)) = function(node) {
        out.push_str(" !");
        out.push_str(tag);
        return match (tag, argument) {
            ("GetAtt", Node::List(parts)) => {
                let parts: Vec<String> = parts.iter().map(|part| inline(part).trim().to_owned()).collect();
                out.push_str(&format!(" {}\n", parts.join(".")));
            }
            (_, argument) => after(argument, out, depth),
        };
    }
    match node {
        Node::Map(members) if !members.is_empty() => {
            out.push('\n');
            block(node, out, depth);
        }
        Node::List(items) if !items.is_empty() => {
            out.push('\n');
            block(node, out, depth);
        }
        _ => {
            out.push_str(&inline(node));
            out.push('\n');
        }
    }
}

/// The short tag of a function and its argument.
fn function(node: &Node) -> Option<(&str, &Node)> {
    match node {
        Node::Map(members) => match &members[..] {
            [(name, argument)] if name == "Ref" => Some(("Ref", argument)),
            [(name, argument)] => Some((name.strip_prefix("Fn::")?, argument)),
            _ => None,
        },
        _ => None,
    }
}

fn inline(node: &Node) -> String {
    match node {
        Node::Text(text) => format!(" {}", scalar(text)),
        Node::Number(number) => format!(" {number}"),
        Node::Truth(truth) => format!(" {truth}"),
        Node::List(_) => " []".to_owned(),
        Node::Map(_) => " {}".to_owned(),
    }
}

/// Plain if it may be, else between single quotes.
fn scalar(text: &str) -> String {
    let plain = |char: char| char.is_ascii_alphanumeric() || matches!(char, '_' | '-' | '.' | '/');
    let starts = text.starts_with(|char: char| char.is_ascii_alphabetic());
    let is_plain = |part: &str| part.chars().all(plain);
    let action = || text.split_once(':').is_some_and(|(a, b)| !b.is_empty() && is_plain(a) && is_plain(b));
    if starts && (text.split("::").all(is_plain) || action()) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', "''"))
    }
}

fn indent(out: &mut String, depth: usize) {
    out.extend(std::iter::repeat_n("  ", depth));
}
