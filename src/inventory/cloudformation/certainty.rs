//! Whether what a template shows is a fact. The default of a parameter is none: who deploys may give another value; nor
//! is a text that another program fills in before the deploy.

use crate::document::Doc;
use crate::source::Path;
use crate::template::{Given, Template};

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
