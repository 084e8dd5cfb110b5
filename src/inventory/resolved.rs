//! Policy documents out of templates: evaluated, with the way back to the user's file.
//!
//! In: the [`Value`] that a template's functions make of a policy document. Out: a [`Doc`] that `policy::read_resolved`
//! reads, in whose texts unknown pieces stand as characters; for each of its nodes the node of the file that it comes
//! from; and what of the policy cannot be seen, because a function of unknown value stands where the grammar asks for a
//! statement, an effect or a condition: that is left out of the document, so who judges has to take it for unseen.

use std::borrow::Cow;

use crate::document::Doc;
use crate::policy::Unknown;
use crate::source::{Part, Path};
use crate::template::{Kind, Member, Value};

/// A policy document made of a template.
#[derive(Clone, Debug)]
pub struct Resolved {
    doc: Doc<'static>,
    origins: Origins,
    unseen: Vec<Path>,
    sight: Sight,
}

/// How much of a document can be seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sight {
    All,
    /// Some statements, or pieces of them, stand somewhere else.
    Some,
    /// No statement of it.
    Nothing,
}

/// Where the nodes of a document come from.
#[derive(Clone, Debug)]
struct Origins {
    value: Path,
    /// The member of the file whose key this node's is; none for list elements and the root.
    key: Option<Path>,
    children: Vec<Origins>,
}

impl Resolved {
    /// Takes an evaluated policy document. A text is read as the JSON that it holds, as CloudFormation does.
    pub fn of(value: &Value<'_>) -> Resolved {
        let mut unseen = Vec::new();
        if let Kind::Text(text) = &value.kind
            && Unknown::whole(text).is_none()
        {
            return Resolved::of_json(text, &value.origin);
        }
        let (doc, origins) = match &value.kind {
            Kind::Map(members) => document(value, members, &mut unseen),
            _ if is_open(value) => {
                unseen.push(value.origin.clone());
                (Doc::Null, Origins::leaf(value))
            }
            _ => converted(value),
        };
        let has_statement = !matches!(doc.get("Statement"), None | Some((_, Doc::Null)));
        let sight = match (unseen.is_empty(), has_statement) {
            (true, _) => Sight::All,
            (false, true) => Sight::Some,
            (false, false) => Sight::Nothing,
        };
        Resolved { doc, origins, unseen, sight }
    }

    fn of_json(text: &str, origin: &Path) -> Resolved {
        let origins = Origins { value: origin.clone(), key: None, children: Vec::new() };
        // The first half of a character of plane 15, escaped: JSON would make of it what stands for an unknown piece.
        let forged = text.to_ascii_lowercase().contains("\\udb");
        match Doc::parse(text) {
            _ if forged => Resolved { doc: Doc::Null, origins, unseen: vec![origin.clone()], sight: Sight::Nothing },
            Ok(doc) => Resolved { doc: owned(&doc), origins, unseen: Vec::new(), sight: Sight::All },
            // An unknown piece may be a whole statement: then the rest is no JSON by itself.
            Err(_) if Unknown::is_in(text) => {
                Resolved { doc: Doc::Null, origins, unseen: vec![origin.clone()], sight: Sight::Nothing }
            }
            Err(_) => {
                Resolved { doc: Doc::Text(Cow::Owned(text.to_owned())), origins, unseen: Vec::new(), sight: Sight::All }
            }
        }
    }

    /// The document, to be read by `policy::read_resolved`.
    pub fn doc(&self) -> &Doc<'static> {
        &self.doc
    }

    /// How much of the policy the document holds. Who judges has to add an unseen policy for what it does not hold.
    pub fn sight(&self) -> Sight {
        self.sight
    }

    /// The nodes of the file whose value cannot be seen.
    pub fn unseen(&self) -> &[Path] {
        &self.unseen
    }

    /// The node of the file that a node of the document comes from. What was made of one text is that text.
    pub fn origin(&self, path: &Path, part: Part) -> (Path, Part) {
        let mut node = &self.origins;
        for ordinal in path.as_slice() {
            match node.children.get(*ordinal as usize) {
                Some(child) => node = child,
                None => return (node.value.clone(), Part::Value),
            }
        }
        match (part, &node.key) {
            (Part::Key, Some(key)) => (key.clone(), Part::Key),
            _ => (node.value.clone(), Part::Value),
        }
    }
}

impl Origins {
    fn leaf(value: &Value<'_>) -> Origins {
        Origins { value: value.origin.clone(), key: None, children: Vec::new() }
    }
}

/// A policy's own members; statements that cannot be seen are left out.
fn document(value: &Value<'_>, members: &[Member<'_>], unseen: &mut Vec<Path>) -> (Doc<'static>, Origins) {
    let mut builder = Builder::new(value);
    for member in members {
        if is_function(&member.key) || (member.key == "Statement" && is_open(&member.value)) {
            unseen.push(member.value.origin.clone());
        } else if member.key == "Statement" && matches!(member.value.kind, Kind::List(_)) {
            let mut seen = member.value.clone();
            if let Kind::List(items) = &mut seen.kind {
                let before = items.len();
                items.retain(|item| is_seen(item, unseen));
                if items.is_empty() && before > 0 {
                    continue;
                }
            }
            builder.add(member, converted(&seen));
        } else if member.key != "Statement" || is_seen(&member.value, unseen) {
            builder.add(member, converted(&member.value));
        }
    }
    builder.finish()
}

/// Does a statement show what it is? Texts may be unknown, what gives it its shape may not.
fn is_seen(statement: &Value<'_>, unseen: &mut Vec<Path>) -> bool {
    let hidden = |member: &&Member<'_>| {
        let of_conditions = || member.value.members().iter().any(|operator| is_open(&operator.value));
        let has_functions = |value: &Value<'_>| value.members().iter().any(|member| is_function(&member.key));
        is_function(&member.key)
            || match &*member.key {
                "Effect" | "Principal" | "NotPrincipal" => is_open(&member.value),
                "Condition" => {
                    let operators = member.value.members();
                    is_open(&member.value)
                        || of_conditions()
                        || has_functions(&member.value)
                        || operators.iter().any(|operator| has_functions(&operator.value))
                }
                _ => false,
            }
    };
    let found = match &statement.kind {
        Kind::Map(members) => members.iter().find(hidden).map(|member| &member.value.origin),
        _ => is_open(statement).then_some(&statement.origin),
    };
    unseen.extend(found.cloned());
    found.is_none()
}

/// Is all of a node unknown?
fn is_open(value: &Value<'_>) -> bool {
    match &value.kind {
        Kind::Unknown(_) | Kind::Reference(_) => true,
        Kind::Text(text) => Unknown::whole(text).is_some(),
        _ => false,
    }
}

/// A function that stayed among the members of a map because nobody knows what it brings.
fn is_function(key: &str) -> bool {
    key.starts_with("Fn::")
}

struct Builder {
    members: Vec<(Cow<'static, str>, Doc<'static>)>,
    origins: Origins,
}

impl Builder {
    fn new(value: &Value<'_>) -> Builder {
        Builder { members: Vec::new(), origins: Origins::leaf(value) }
    }

    fn add(&mut self, member: &Member<'_>, (doc, origins): (Doc<'static>, Origins)) {
        self.members.push((Cow::Owned(member.key.to_string()), doc));
        self.origins.children.push(Origins { key: Some(member.key_origin.clone()), ..origins });
    }

    fn finish(self) -> (Doc<'static>, Origins) {
        (Doc::Map(self.members), self.origins)
    }
}

fn converted(value: &Value<'_>) -> (Doc<'static>, Origins) {
    match &value.kind {
        Kind::List(items) => {
            let (docs, children) = items.iter().map(converted).unzip();
            (Doc::List(docs), Origins { children, ..Origins::leaf(value) })
        }
        Kind::Map(members) => {
            let mut builder = Builder::new(value);
            members.iter().for_each(|member| builder.add(member, converted(&member.value)));
            builder.finish()
        }
        _ => (owned(&value.to_doc()), Origins::leaf(value)),
    }
}

fn owned(doc: &Doc<'_>) -> Doc<'static> {
    match doc {
        Doc::Null => Doc::Null,
        Doc::Bool(value) => Doc::Bool(*value),
        Doc::Number(number) => Doc::Number(*number),
        Doc::Text(text) => Doc::Text(Cow::Owned(text.to_string())),
        Doc::List(items) => Doc::List(items.iter().map(owned).collect()),
        Doc::Map(members) => {
            Doc::Map(members.iter().map(|(key, value)| (Cow::Owned(key.to_string()), owned(value))).collect())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::locate_places;
    use crate::inventory::Document;
    use crate::policy::{PolicyType, read_resolved};
    use crate::source::{Source, Sources, Wrapping};
    use crate::template::{Node, Settings, Template, World};

    const HEAD: &str = "Parameters:\n  Open: {Type: String}\nConditions:\n  C: !Equals [!Ref Open, x]\nResources:\n  R:\n    Type: AWS::IAM::Policy\n    Properties:\n      PolicyDocument:";

    fn resolve(document: &str) -> (Resolved, Sources, crate::source::SourceId) {
        let text = format!("{HEAD}{document}");
        let doc = Doc::parse_yaml(&text).unwrap_or_else(|error| panic!("{error} in {text}"));
        let template = Template::read(&doc, Settings::default());
        let world = World::default();
        let node: Node<'_> = template.resources[0].property("PolicyDocument").expect("there");
        let value = template.in_world(&world).value(&node).expect("there");
        let resolved = Resolved::of(&value);
        let mut sources = Sources::new();
        let id = sources.add(Source::from_text("t.yaml", text));
        (resolved, sources, id)
    }

    /// The text of the user's file for each place.
    fn shown(
        resolved: &Resolved,
        sources: &Sources,
        id: crate::source::SourceId,
        places: &[(Path, Part)],
    ) -> Vec<String> {
        let document = Document::resolved(id, Wrapping::Yaml, resolved.clone());
        let places: Vec<_> =
            places.iter().map(|(path, part)| document.place(path.clone(), *part).expect("in a file")).collect();
        locate_places(sources, &places.iter().collect::<Vec<_>>())
            .into_iter()
            .map(|location| {
                let span = location.expect("found").span;
                sources[id].text()[span.start..span.end].to_owned()
            })
            .collect()
    }

    #[test]
    fn places_lead_back_to_the_file() {
        let text = "\n        Version: 2012-10-17\n        Statement:\n          - !If [C, !Ref AWS::NoValue, !Ref AWS::NoValue]\n          - Sid: One\n            Effect: Allow\n            Action:\n              - !Ref AWS::NoValue\n              - ec2:CreateNetworkInterface\n            Resource: !Sub 'arn:${AWS::Partition}:ec2:${AWS::Region}:${AWS::AccountId}:*/*'\n            Condition:\n              StringEquals:\n                aws:PrincipalAccount: !Ref AWS::AccountId\n";
        let (resolved, sources, id) = resolve(text);
        assert_eq!((resolved.sight(), resolved.unseen()), (Sight::All, &[][..]));
        let reading = read_resolved(resolved.doc(), PolicyType::Identity, &|_| true);
        assert_eq!(reading.problems, []);
        let statement = &reading.policy.statements[0];
        let resource = statement.resources.as_ref().expect("there").patterns[0].text().to_owned();
        assert_eq!(crate::policy::shown(&resource), "arn:<partition>:ec2:<region>:<account>:*/*");
        let places =
            [statement.place(), statement.action_place(0), statement.resource_place(0), statement.condition_place(0)];
        assert_eq!(
            shown(&resolved, &sources, id, &places),
            [
                "One",
                "ec2:CreateNetworkInterface",
                "'arn:${AWS::Partition}:ec2:${AWS::Region}:${AWS::AccountId}:*/*'",
                "aws:PrincipalAccount"
            ]
        );
    }

    #[test]
    fn what_cannot_be_seen_is_left_out_and_said() {
        let allow = "{Effect: Allow, Action: '*', Resource: '*'}";
        for (document, sight, statements) in [
            (format!(" {{Statement: [{allow}, !Ref Open]}}"), Sight::Some, 1),
            (format!(" {{Statement: [{allow}, !If [C, {allow}, !Ref AWS::NoValue]]}}"), Sight::Some, 1),
            (" {Statement: !Ref Open}".to_owned(), Sight::Nothing, 0),
            (" {Statement: [!Ref Open]}".to_owned(), Sight::Nothing, 0),
            (" {Statement: {Effect: !Ref Open, Action: '*', Resource: '*'}}".to_owned(), Sight::Nothing, 0),
            (
                format!(
                    " {{Statement: [{allow}, {{Effect: Allow, Action: a:b, Resource: '*', Condition: !Ref Open}}]}}"
                ),
                Sight::Some,
                1,
            ),
            (
                " {Statement: {Effect: Allow, Action: a:b, Resource: '*', Condition: {Bool: !Ref Open}}}".to_owned(),
                Sight::Nothing,
                0,
            ),
            (" {Fn::Transform: {Name: 'AWS::Include'}, Version: '2012-10-17'}".to_owned(), Sight::Nothing, 0),
            (
                " {Statement: {Effect: Allow, Action: !Ref Open, Resource: [!Ref Open, !GetAtt R.Arn]}}".to_owned(),
                Sight::All,
                1,
            ),
            (" !Ref Open".to_owned(), Sight::Nothing, 0),
            (
                " !Sub '{\"Statement\": {\"Effect\": \"Allow\", \"Action\": \"${Open}\", \"Resource\": \"*\"}}'"
                    .to_owned(),
                Sight::All,
                1,
            ),
            (" !Sub '{\"Statement\": [${Open}]}'".to_owned(), Sight::Nothing, 0),
            (
                r#" '{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "\uDB80\udc01"}}'"#.to_owned(),
                Sight::Nothing,
                0,
            ),
        ] {
            let (resolved, ..) = resolve(&document);
            assert_eq!(resolved.sight(), sight, "{document}");
            assert_eq!(resolved.unseen().is_empty(), sight == Sight::All, "{document}");
            let reading = read_resolved(resolved.doc(), PolicyType::Identity, &|_| true);
            assert_eq!(reading.policy.statements.len(), statements, "{document}");
            if sight != Sight::Nothing {
                assert_eq!(reading.problems, [], "{document}");
            }
        }
    }

    #[test]
    fn json_in_a_text_has_the_place_of_the_text() {
        let (resolved, sources, id) = resolve(
            " !Sub |\n        {\"Statement\": [{\"Effect\": \"Allow\", \"Action\": \"x\",\n          \"Resource\": \"${AWS::Region}*\"}]}\n",
        );
        let reading = read_resolved(resolved.doc(), PolicyType::Identity, &|_| true);
        let places = [reading.policy.statements[0].resource_place(0)];
        let text = &shown(&resolved, &sources, id, &places)[0];
        assert!(text.starts_with("{\"Statement\"") && text.ends_with("]}"), "{text}");
        let (broken, ..) = resolve(" 'no policy'");
        assert_eq!(broken.sight(), Sight::All);
        assert_eq!(read_resolved(broken.doc(), PolicyType::Identity, &|_| true).problems.len(), 1);
    }
}
