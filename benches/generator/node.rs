//! JSON whose members stay in order, and its text.

/// How the text is laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Layout {
    /// As the AWS CLI prints it: four spaces a level.
    Pretty,
    /// As the CDK writes templates: one space a level.
    Narrow,
    /// Without a space outside strings.
    Minified,
}

/// A JSON value whose members stay in order.
#[derive(Clone)]
pub(crate) enum Node {
    Text(String),
    Number(usize),
    Truth(bool),
    List(Vec<Node>),
    Map(Vec<(String, Node)>),
}

/// A map: `node! {"name": value, …}`, where the value is whatever becomes a [`Node`].
macro_rules! node {
    ($($name:literal: $value:expr),* $(,)?) => {
        Node::Map(vec![$(($name.to_owned(), Node::from($value))),*])
    };
}
pub(super) use node;

impl From<&str> for Node {
    fn from(value: &str) -> Node {
        Node::Text(value.to_owned())
    }
}

impl From<String> for Node {
    fn from(value: String) -> Node {
        Node::Text(value)
    }
}

impl From<usize> for Node {
    fn from(value: usize) -> Node {
        Node::Number(value)
    }
}

impl From<bool> for Node {
    fn from(value: bool) -> Node {
        Node::Truth(value)
    }
}

impl<T: Into<Node>> From<Vec<T>> for Node {
    fn from(members: Vec<T>) -> Node {
        Node::List(members.into_iter().map(Into::into).collect())
    }
}

impl Node {
    pub(super) fn with(mut self, name: &str, value: impl Into<Node>) -> Node {
        if let Node::Map(members) = &mut self {
            members.push((name.to_owned(), value.into()));
        }
        self
    }

    pub(super) fn write(&self, out: &mut String, layout: Layout, depth: usize) {
        match self {
            Node::Text(value) => quote(out, value),
            Node::Number(value) => out.push_str(&value.to_string()),
            Node::Truth(value) => out.push_str(if *value { "true" } else { "false" }),
            Node::List(members) if members.is_empty() => out.push_str("[]"),
            Node::Map(members) if members.is_empty() => out.push_str("{}"),
            Node::List(members) => {
                for (index, member) in members.iter().enumerate() {
                    out.push(if index == 0 { '[' } else { ',' });
                    indent(out, layout, depth + 1);
                    member.write(out, layout, depth + 1);
                }
                indent(out, layout, depth);
                out.push(']');
            }
            Node::Map(members) => {
                for (index, (name, value)) in members.iter().enumerate() {
                    out.push(if index == 0 { '{' } else { ',' });
                    indent(out, layout, depth + 1);
                    quote(out, name);
                    out.push_str(if layout == Layout::Minified { ":" } else { ": " });
                    value.write(out, layout, depth + 1);
                }
                indent(out, layout, depth);
                out.push('}');
            }
        }
    }
}

fn indent(out: &mut String, layout: Layout, depth: usize) {
    let step = match layout {
        Layout::Pretty => "    ",
        Layout::Narrow => " ",
        Layout::Minified => return,
    };
    out.push('\n');
    out.extend(std::iter::repeat_n(step, depth));
}

fn quote(out: &mut String, value: &str) {
    out.push('"');
    for character in value.chars() {
        if matches!(character, '"' | '\\') {
            out.push('\\');
        }
        out.push(character);
    }
    out.push('"');
}
