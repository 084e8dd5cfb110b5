//! Reads the sections of a template.

use std::borrow::Cow;
use std::cell::{Cell, RefCell};

use foldhash::HashMap;

use super::for_each::{self, Entry, Expansion};
use super::remembered::Remembered;
use super::{Loops, Node, Parameter, Problem, Resource, ResourceId, Settings, Template, rules};
use crate::document::Doc;
use crate::policy::without_unknowns;
use crate::source::{Part, Path};

/// What evaluating all of a template in all of its worlds may cost, in nodes: some seconds.
const FUEL: usize = 10_000_000;

/// The text of a scalar: CloudFormation takes numbers and booleans for their texts.
pub(super) fn scalar<'d>(doc: &'d Doc<'d>) -> Option<Cow<'d, str>> {
    match doc {
        Doc::Text(text) => Some(without_unknowns(text)),
        Doc::Bool(value) => Some(Cow::Borrowed(if *value { "true" } else { "false" })),
        Doc::Number(number) => Some(Cow::Owned(number.to_string())),
        Doc::Null | Doc::List(_) | Doc::Map(_) => None,
    }
}

pub(super) fn recognize(doc: &Doc<'_>) -> bool {
    let Some((_, Doc::Map(resources))) = doc.get("Resources") else {
        return doc.get("AWSTemplateFormatVersion").is_some();
    };
    let has_type = |doc: &Doc<'_>| matches!(doc.get("Type"), Some((_, Doc::Text(text))) if text.contains("::"));
    doc.get("AWSTemplateFormatVersion").is_some()
        || doc.get("Transform").is_some()
        || resources.iter().any(|(_, resource)| has_type(resource))
}

pub(super) fn read<'d>(doc: &'d Doc<'d>, settings: Settings) -> Template<'d> {
    let root = Node::root(doc);
    let mut problems = Vec::new();
    if let Doc::Map(members) = doc {
        report_duplicates(members, &root.path, &mut problems);
    }
    let mut template = Template {
        resources: Vec::new(),
        globals: root.get("Globals"),
        transforms: transforms(&root),
        parameters: Vec::new(),
        mappings: root.get("Mappings"),
        rules: rules::read(&root),
        conditions: HashMap::default(),
        problems: Vec::new(),
        settings,
        by_id: HashMap::default(),
        by_parameter: HashMap::default(),
        by_unknown: HashMap::default(),
        unknowns: RefCell::default(),
        remembered: Remembered::default(),
        relevant: RefCell::default(),
        fuel: Cell::new(FUEL),
        depth: Cell::new(0),
    };
    for (name, node) in section(&root, "Parameters", &mut problems) {
        let unknown = template.unknowns.borrow_mut().of(&format!("Ref {name}"));
        template.by_parameter.insert(name, template.parameters.len());
        template.by_unknown.insert(unknown, template.parameters.len());
        template.parameters.push(Parameter::read(name, unknown, &node, &template.settings));
    }
    // What a collection of `Fn::ForEach` refers to is known by now.
    let conditions = entries(&template, &root, "Conditions", &mut problems);
    template.conditions = conditions.into_iter().map(|entry| (entry.key, entry.node)).collect();
    // AWS::Include may bring resources from elsewhere; its own place holds none.
    let written = |entry: &Entry<'_>| entry.key != "Fn::Transform";
    let entries = entries(&template, &root, "Resources", &mut problems);
    template.resources.reserve_exact(entries.len());
    template.by_id.reserve(entries.len());
    for entry in entries.into_iter().filter(written) {
        match resource(entry) {
            Ok(resource) => {
                // Of two with one id the last counts; that there are two is said above.
                let next = ResourceId(template.resources.len());
                let id = *template.by_id.entry(resource.id.clone()).or_insert(next);
                if id == next {
                    template.resources.push(resource);
                } else {
                    template.resources[id.0] = resource;
                }
            }
            Err(problem) => problems.push(problem),
        }
    }
    template.problems = problems;
    template
}

fn transforms<'d>(root: &Node<'d>) -> Vec<Cow<'d, str>> {
    let items = match root.get("Transform").map(|node| node.doc) {
        Some(Doc::List(items)) => items.as_slice(),
        Some(one) => std::slice::from_ref(one),
        None => &[],
    };
    // A macro with parameters is an object with its name.
    items.iter().filter_map(|item| scalar(item).or_else(|| scalar(item.get("Name")?.1))).collect()
}

/// The members of a section whose names are as they stand.
fn section<'d>(root: &Node<'d>, name: &str, problems: &mut Vec<Problem>) -> Vec<(&'d str, Node<'d>)> {
    let Some(node) = root.get(name) else { return Vec::new() };
    let Doc::Map(members) = node.doc else {
        problems.push(wrong_shape(&node, name));
        return Vec::new();
    };
    report_duplicates(members, &node.path, problems);
    let member = |(ordinal, (name, doc)): (usize, &'d (Cow<'d, str>, Doc<'d>))| {
        let node = Node { doc, path: node.path.child(ordinal), loops: None };
        (&**name, node)
    };
    members.iter().enumerate().map(member).collect()
}

/// The members of a section in which `Fn::ForEach` may stand.
fn entries<'d>(template: &Template<'d>, root: &Node<'d>, name: &str, problems: &mut Vec<Problem>) -> Vec<Entry<'d>> {
    let Some(node) = root.get(name) else { return Vec::new() };
    let Doc::Map(members) = node.doc else {
        problems.push(wrong_shape(&node, name));
        return Vec::new();
    };
    report_duplicates(members, &node.path, problems);
    let mut expansion = Expansion::new(template);
    // What is past the bounds is left out, which is a problem.
    let _ = members.iter().enumerate().try_for_each(|(ordinal, (key, doc))| {
        expansion.add(key, Node { doc, path: node.path.child(ordinal), loops: None })
    });
    let (entries, mut found) = expansion.finish();
    problems.append(&mut found);
    entries
}

fn wrong_shape(node: &Node<'_>, section: &str) -> Problem {
    Problem {
        path: node.path.clone(),
        part: Part::Value,
        message: format!("{section} must be a map of names; this is {}", node.doc.kind()),
        help: None,
    }
}

/// Have these members surely different names? Nearly all maps are small, and then no table is needed to know it.
pub(super) fn distinct<T>(members: &[T], name: impl Fn(&T) -> &str) -> bool {
    const SMALL: usize = 12;
    let before = |index: usize| members[..index].iter().any(|other| name(other) == name(&members[index]));
    members.len() <= SMALL && !(1..members.len()).any(before)
}

/// Two members of one name: CloudFormation goes by the last.
pub(super) fn report_duplicates(members: &[(Cow<'_, str>, Doc<'_>)], path: &Path, problems: &mut Vec<Problem>) {
    if distinct(members, |(key, _)| key) {
        return;
    }
    let mut seen: HashMap<&str, ()> = HashMap::default();
    for (ordinal, (key, _)) in members.iter().enumerate() {
        if seen.insert(key, ()).is_some() {
            problems.push(Problem {
                path: path.child(ordinal),
                part: Part::Key,
                message: format!("`{key}` stands twice in this map; only the last one counts"),
                help: Some("remove one of them, or give it another name".to_owned()),
            });
        }
    }
}

fn resource<'d>(entry: Entry<'d>) -> Result<Resource<'d>, Problem> {
    let Entry { key, node } = entry;
    let problem = |message: String| Problem { path: node.path.clone(), part: Part::Key, message, help: None };
    let Doc::Map(_) = node.doc else {
        return Err(problem(format!("the resource `{key}` must be a map; this is {}", node.doc.kind())));
    };
    let text = |name: &str| node.get(name).and_then(|member| member.text());
    let Some(resource_type) = text("Type") else {
        return Err(problem(format!("the resource `{key}` has no Type")));
    };
    let depends_on = match node.get("DependsOn") {
        Some(member) => match member.doc {
            Doc::List(_) => member.children().filter_map(|item| Some((item.text()?, item.path))).collect(),
            _ => member.text().map(|id| (id, member.path)).into_iter().collect(),
        },
        None => Vec::new(),
    };
    let condition = text("Condition");
    let construct = node.get("Metadata").and_then(|metadata| metadata.get("aws:cdk:path")?.text());
    Ok(Resource { id: key, resource_type, condition, depends_on, construct, node })
}

impl<'d> Node<'d> {
    /// The scalar's text, loop variables replaced.
    pub(super) fn text(&self) -> Option<Cow<'d, str>> {
        let text = scalar(self.doc)?;
        Some(for_each::substituted(text, &self.loops))
    }

    /// The elements of a list, the values of a map.
    pub(super) fn children(&self) -> impl ExactSizeIterator<Item = Node<'d>> + '_ {
        let (items, members): (&'d [Doc<'d>], &'d [(Cow<'d, str>, Doc<'d>)]) = match self.doc {
            Doc::List(items) => (items, &[]),
            Doc::Map(members) => (&[], members),
            _ => (&[], &[]),
        };
        let doc = move |ordinal: usize| items.get(ordinal).unwrap_or_else(|| &members[ordinal].1);
        (0..items.len() + members.len()).map(move |ordinal| self.child(ordinal, doc(ordinal)))
    }

    /// A child of this node.
    pub(super) fn child(&self, ordinal: usize, doc: &'d Doc<'d>) -> Node<'d> {
        Node { doc, path: self.path.child(ordinal), loops: self.loops.clone() }
    }

    /// The same node within one more loop.
    pub(super) fn within(self, loops: Loops<'d>) -> Node<'d> {
        Node { loops, ..self }
    }
}
