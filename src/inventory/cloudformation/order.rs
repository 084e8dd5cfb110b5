//! Which resources CloudFormation makes before which, and takes away after which.
//!
//! In: a [`Template`] and one of its worlds. Out: whether a resource waits for another ([`Order::waits`]): because it
//! names it (`Ref`, `Fn::GetAtt`, `Fn::Sub`) or says so (`DependsOn`), directly or through others. On deletion the
//! order is reversed. [`Dependencies::unordered`] asks it of a function and the policies of its role. Only what the world evaluates counts; a resource that does not exist in it orders nothing.
//!
//! Source: CloudFormation Template Reference, "DependsOn attribute"; CloudFormation User Guide, "Conditions"; for what
//! SAM makes, SAM Developer Guide, "Generated CloudFormation resources".

use std::cell::RefCell;
use std::rc::Rc;

use foldhash::{HashMap, HashSet};

use super::{Places, sam};
use crate::document::Doc;
use crate::inventory::{DependsOn, OrderLanguage, OrderMend, PolicyId, Unordered};
use crate::template::{Evaluation, Existence, Mention, Node, Resource, ResourceId, Template, World};

/// What resources name, as far as it is the same in all worlds: kept from one [`Order`] to the next.
#[derive(Debug)]
pub(super) struct Dependencies<'t, 'd> {
    template: &'t Template<'d>,
    steady: RefCell<HashMap<Step, Rc<[Step]>>>,
}

impl<'t, 'd> Dependencies<'t, 'd> {
    pub(super) fn new(template: &'t Template<'d>) -> Self {
        Dependencies { template, steady: RefCell::default() }
    }

    /// The resources through which a function may come to wait for these others, as far as they differ by world.
    pub(super) fn between(&self, function: ResourceId, others: &[ResourceId]) -> Vec<ResourceId> {
        if others.is_empty() {
            return Vec::new();
        }
        // Nothing is decided here, so that all branches count.
        let nowhere = World::default();
        let evaluation = self.template.in_world(&nowhere);
        let order = Order::new(self, &evaluation);
        let reached = order.reach(function);
        let mut named_by: HashMap<Step, Vec<Step>> = HashMap::default();
        for step in &reached {
            order.named(*step).iter().for_each(|named| named_by.entry(*named).or_default().push(*step));
        }
        let mut open: Vec<Step> = others.iter().map(|id| Step::Resource(*id)).collect();
        let mut between: HashSet<ResourceId> = HashSet::default();
        while let Some(step) = open.pop() {
            for by in named_by.get(&step).into_iter().flatten() {
                let (Step::Resource(id) | Step::Role(id)) = *by;
                if between.insert(id) {
                    open.push(*by);
                }
            }
        }
        let differs = |id: &ResourceId| {
            let resource = self.template.resource(*id);
            resource.condition.is_some() || varies(resource.node.doc)
        };
        let mut between: Vec<ResourceId> = between.into_iter().filter(differs).collect();
        between.sort_unstable();
        between
    }

    /// Of the policies that resources attach to a function's role, those for whose resource the function does not wait.
    pub(super) fn unordered(
        &self,
        evaluation: &Evaluation<'_, 'd>,
        places: Places,
        function: ResourceId,
        attached_by: &[(PolicyId, ResourceId)],
    ) -> Vec<Unordered> {
        let order = Order::new(self, evaluation);
        let unordered = attached_by.iter().filter(|(_, by)| !order.waits(function, *by));
        let described = unordered.map(|(policy, by)| {
            let resource = self.template.resource(*by);
            let (path, part) = resource.place();
            let cycle = order.waits(*by, function);
            Unordered {
                policy: *policy,
                until: None,
                resource: resource.id.to_string(),
                place: places.at(&path, part),
                mend: if cycle { OrderMend::OtherPolicy } else { OrderMend::DependsOn },
            }
        });
        described.collect()
    }
}

/// What a resource says that it waits for.
pub(super) fn depends_on(resource: &Resource<'_>, places: Places) -> DependsOn {
    DependsOn {
        language: OrderLanguage::CloudFormation,
        place: resource.node.get("DependsOn").map(|node| places.key(&node.path)),
        resources: resource.depends_on.iter().map(|(id, _)| id.to_string()).collect(),
    }
}

/// The order of a template's resources in one world.
#[derive(Debug)]
pub(super) struct Order<'o, 't, 'd> {
    dependencies: &'o Dependencies<'t, 'd>,
    evaluation: &'o Evaluation<'o, 'd>,
    /// What resources that differ by world name in this one.
    named: RefCell<HashMap<Step, Rc<[Step]>>>,
    /// Everything that a resource waits for.
    reached: RefCell<HashMap<ResourceId, Rc<HashSet<Step>>>>,
}

/// Something that CloudFormation makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Step {
    Resource(ResourceId),
    /// The role that SAM makes for a serverless resource. It is made of what the resource says of it, and does not wait
    /// for the rest.
    Role(ResourceId),
}

impl<'o, 't, 'd> Order<'o, 't, 'd> {
    pub(super) fn new(dependencies: &'o Dependencies<'t, 'd>, evaluation: &'o Evaluation<'o, 'd>) -> Self {
        Order { dependencies, evaluation, named: RefCell::default(), reached: RefCell::default() }
    }

    /// Does `from` wait for `to`? Where the world does not decide whether it does, it is taken to.
    pub(super) fn waits(&self, from: ResourceId, to: ResourceId) -> bool {
        let known = self.reached.borrow().get(&from).cloned();
        let reached = known.unwrap_or_else(|| {
            let reached = Rc::new(self.reach(from));
            self.reached.borrow_mut().insert(from, Rc::clone(&reached));
            reached
        });
        reached.contains(&Step::Resource(to))
    }

    fn reach(&self, from: ResourceId) -> HashSet<Step> {
        let mut reached = HashSet::default();
        let mut open = vec![Step::Resource(from)];
        while let Some(step) = open.pop() {
            let named = self.named(step);
            open.extend(named.iter().copied().filter(|next| self.exists(*next) && reached.insert(*next)));
        }
        reached
    }

    fn exists(&self, step: Step) -> bool {
        let (Step::Resource(id) | Step::Role(id)) = step;
        self.evaluation.existence(id) != Existence::Absent
    }

    /// What must be there before this can be made.
    fn named(&self, step: Step) -> Rc<[Step]> {
        let (Step::Resource(id) | Step::Role(id)) = step;
        let template = self.dependencies.template;
        let resource = template.resource(id);
        let known = |table: &RefCell<HashMap<Step, Rc<[Step]>>>| table.borrow().get(&step).cloned();
        if let Some(named) = known(&self.dependencies.steady).or_else(|| known(&self.named)) {
            return named;
        }
        let globals = sam::globals(template, resource);
        let steady = !varies(resource.node.doc) && !globals.as_ref().is_some_and(|node| varies(node.doc));
        let mentions = self.evaluation.mentions_of(id);
        let of_globals: Vec<Mention<'d>> = match step {
            Step::Resource(_) => globals.iter().flat_map(|node| self.evaluation.mentions(node)).collect(),
            Step::Role(_) => Vec::new(),
        };
        let counts = |mention: &&Mention<'d>| matches!(step, Step::Resource(_)) || is_of_role(resource, mention);
        let mentions = mentions.iter().filter(counts).chain(&of_globals);
        let named: Rc<[Step]> = mentions.filter_map(|mention| made(template, &mention.resource)).collect();
        let table = if steady { &self.dependencies.steady } else { &self.named };
        table.borrow_mut().insert(step, Rc::clone(&named));
        named
    }
}

/// What a logical id stands for: a resource, or something that SAM makes of one and names after it (`F.Version`,
/// `FRole`, `FAliaslive`).
fn made(template: &Template<'_>, name: &str) -> Option<Step> {
    let of_sam = |id: &str| {
        let found = template.find(id)?;
        template.resource(found).resource_type.starts_with("AWS::Serverless::").then_some(found)
    };
    if let Some(id) = template.find(name) {
        return Some(Step::Resource(id));
    }
    let name = name.split('.').next().unwrap_or_default();
    if let Some(id) = template.find(name) {
        return Some(Step::Resource(id));
    }
    if let Some(id) = name.strip_suffix("Role").and_then(of_sam) {
        return Some(Step::Role(id));
    }
    let starts = name.char_indices().map(|(end, _)| &name[..end]).rev();
    starts.into_iter().find_map(of_sam).map(Step::Resource)
}

/// Is a mention part of what SAM makes the resource's role of?
fn is_of_role(resource: &Resource<'_>, mention: &Mention<'_>) -> bool {
    const OF_ROLE: [&str; 6] =
        ["Policies", "PermissionsBoundary", "AssumeRolePolicyDocument", "RolePath", "Tags", "DeadLetterQueue"];
    let within = |node: Node<'_>| mention.path.as_slice().starts_with(node.path.as_slice());
    OF_ROLE.iter().any(|name| resource.property(name).is_some_and(within))
}

/// May it name one resource in one world, and another in the next?
fn varies(doc: &Doc<'_>) -> bool {
    match doc {
        Doc::List(items) => items.iter().any(varies),
        Doc::Map(members) => members.iter().any(|(key, value)| match &**key {
            "Fn::If" | "Fn::Select" => true,
            // Whose name or attribute a parameter gives.
            "Fn::GetAtt" => matches!(value, Doc::List(items) if items.iter().any(|item| matches!(item, Doc::Map(_)))),
            _ => varies(value),
        }),
        Doc::Null | Doc::Bool(_) | Doc::Number(_) | Doc::Text(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::template::Settings;

    /// `F` waits for `to` in the worlds of these resources that have this description.
    fn waits(text: &str, from: &str, to: &str) -> Vec<(String, bool)> {
        let doc = match text.trim_start().starts_with('{') {
            true => Doc::parse(text),
            false => Doc::parse_yaml(text),
        };
        let doc = doc.unwrap_or_else(|error| panic!("{error} in {text}"));
        let template = Template::read(&doc, Settings::default());
        assert_eq!(template.problems, [], "{text}");
        let find = |id: &str| template.find(id).unwrap_or_else(|| panic!("{id} in {text}"));
        let (from, to) = (find(from), find(to));
        let worlds = template.worlds(&[from, to]);
        let dependencies = Dependencies::new(&template);
        let answers = worlds.worlds.iter().map(|world| {
            let when: Vec<String> = world.when.iter().map(|when| format!("{}={}", when.name, when.value)).collect();
            let evaluation = template.in_world(world);
            let order = Order::new(&dependencies, &evaluation);
            (when.join(" "), order.waits(from, to))
        });
        answers.collect()
    }

    const FUNCTION: &str = "F: {Type: AWS::Lambda::Function, ";
    const SERVERLESS: &str = "F: {Type: AWS::Serverless::Function, ";

    fn template(head: &str, resources: &[&str]) -> String {
        let resources: String = resources.iter().map(|resource| format!("  {resource}\n")).collect();
        format!("{head}Resources:\n{resources}  P: {{Type: AWS::IAM::Policy}}\n")
    }

    #[test]
    fn what_is_named_is_waited_for() {
        for (rest, expected) in [
            ("Properties: {Handler: x}}", false),
            ("DependsOn: P}", true),
            ("DependsOn: [Q, P]}", true),
            ("DependsOn: [Q]}", false),
            ("DependsOn: Elsewhere}", false),
            ("Properties: {Environment: {Variables: {A: !Ref P}}}}", true),
            ("Properties: {Environment: {Variables: {A: !GetAtt P.Id}}}}", true),
            ("Properties: {Environment: {Variables: {A: !GetAtt [P, Id]}}}}", true),
            ("Properties: {Environment: {Variables: {A: {'Fn::GetAtt': P.Id}}}}}", true),
            ("Properties: {Environment: {Variables: {A: !Sub 'x-${P}'}}}}", true),
            ("Properties: {Environment: {Variables: {A: !Sub 'x-${P.Id}'}}}}", true),
            ("Properties: {Environment: {Variables: {A: !Sub ['${x}', {x: !Ref P}]}}}}", true),
            ("Properties: {Environment: {Variables: {A: !Sub '${!P}'}}}}", false),
            ("Properties: {Environment: {Variables: {A: 'P ${P}'}}}}", false),
            ("Properties: {A: !Join ['', [a, !Ref P]]}}", true),
            ("Properties: {A: {'Fn::Base64': {'Fn::Sub': '${P}'}}}}", true),
            // Through others.
            ("DependsOn: Through}", true),
            ("Properties: {A: !Ref Through2}}", true),
            ("Properties: {A: !Ref Round}}", false),
            // Metadata orders nothing.
            ("Metadata: {A: {Ref: P}}}", false),
        ] {
            let text = template(
                "",
                &[
                    &format!("{FUNCTION}{rest}"),
                    "Q: {Type: AWS::SQS::Queue}",
                    "Through: {Type: AWS::SQS::Queue, DependsOn: P}",
                    "Through2: {Type: AWS::SQS::Queue, Properties: {A: !GetAtt Through.Arn}}",
                    "Round: {Type: AWS::SQS::Queue, Properties: {A: !Ref Round2}}",
                    "Round2: {Type: AWS::SQS::Queue, Properties: {A: !Ref Round}}",
                ],
            );
            assert_eq!(waits(&text, "F", "P"), [(String::new(), expected)], "{rest}");
        }
    }

    #[test]
    fn json_is_ordered_alike() {
        let of = |depends: &str| {
            format!(
                r#"{{"Resources": {{"F": {{"Type": "AWS::Lambda::Function"{depends}}}, "P": {{"Type": "AWS::IAM::Policy"}}}}}}"#
            )
        };
        for (depends, expected) in [
            ("", false),
            (r#", "DependsOn": "P""#, true),
            (r#", "DependsOn": ["P"]"#, true),
            (r#", "Properties": {"A": {"Fn::Sub": "${P}"}}"#, true),
        ] {
            assert_eq!(waits(&of(depends), "F", "P"), [(String::new(), expected)], "{depends}");
        }
    }

    #[test]
    fn only_what_the_world_evaluates_counts() {
        let head = "Parameters:\n  On: {Type: String, AllowedValues: ['yes', 'no']}\nConditions:\n  C: !Equals [!Ref On, 'yes']\n";
        let both = |when: bool, otherwise: bool| vec![("On=yes".to_owned(), when), ("On=no".to_owned(), otherwise)];
        for (resources, expected) in [
            (vec!["F: {Type: X::Y::Z, Properties: {A: !If [C, !Ref P, x]}}"], both(true, false)),
            (vec!["F: {Type: X::Y::Z, Properties: {A: !If [C, x, !Ref P]}}"], both(false, true)),
            // The resource between them is there in one world only.
            (
                vec![
                    "F: {Type: X::Y::Z, DependsOn: B, Properties: {A: !If [C, x, y]}}",
                    "B: {Type: X::Y::Z, Condition: C, DependsOn: P}",
                ],
                both(true, false),
            ),
            // What F and P do not show is undecided between them: then it may be that F waits.
            (
                vec!["F: {Type: X::Y::Z, DependsOn: B}", "B: {Type: X::Y::Z, Properties: {A: !If [C, !Ref P, x]}}"],
                vec![(String::new(), true)],
            ),
        ] {
            let mut answers = waits(&template(head, &resources), "F", "P");
            answers.sort_by(|one, other| other.cmp(one));
            assert_eq!(answers, expected, "{resources:?}");
        }
        let text = format!(
            "{head}Resources:\n  F: {{Type: X::Y::Z, DependsOn: P}}\n  P: {{Type: AWS::IAM::Policy, Condition: C}}\n"
        );
        let mut answers = waits(&text, "F", "P");
        answers.sort_by(|one, other| other.cmp(one));
        assert_eq!(answers, both(true, false));
    }

    #[test]
    fn what_sam_makes_is_ordered() {
        let head = "Transform: AWS::Serverless-2016-10-31\n";
        for (resources, from, expected) in [
            (vec![format!("{SERVERLESS}DependsOn: P}}")], "F", true),
            (vec![format!("{SERVERLESS}Properties: {{Policies: [!Ref P]}}}}")], "F", true),
            // The function waits for the role that SAM makes for it, so for what its role is made of.
            (
                vec![
                    format!("{SERVERLESS}Properties: {{Policies: [!Ref P]}}}}"),
                    "G: {Type: AWS::Lambda::Function, Properties: {Role: !GetAtt FRole.Arn}}".to_owned(),
                ],
                "G",
                true,
            ),
            // The role does not wait for what the function waits for.
            (
                vec![
                    format!("{SERVERLESS}DependsOn: P}}"),
                    "G: {Type: AWS::Lambda::Function, Properties: {Role: !GetAtt FRole.Arn}}".to_owned(),
                ],
                "G",
                false,
            ),
            // A version and an alias are of the function.
            (
                vec![
                    format!("{SERVERLESS}DependsOn: P}}"),
                    "G: {Type: AWS::Lambda::Function, Properties: {A: !Ref F.Version}}".to_owned(),
                ],
                "G",
                true,
            ),
            (
                vec![
                    format!("{SERVERLESS}DependsOn: P}}"),
                    "G: {Type: AWS::Lambda::Function, Properties: {A: !Ref FAliaslive}}".to_owned(),
                ],
                "G",
                true,
            ),
            // A name that only begins alike is not SAM's.
            (
                vec![
                    "G: {Type: AWS::Lambda::Function, DependsOn: Fx}".to_owned(),
                    "F: {Type: AWS::Lambda::Function, DependsOn: P}".to_owned(),
                ],
                "G",
                false,
            ),
        ] {
            let lines: Vec<&str> = resources.iter().map(String::as_str).collect();
            assert_eq!(waits(&template(head, &lines), from, "P"), [(String::new(), expected)], "{resources:?}");
        }
        let globals = format!("{head}Globals:\n  Function:\n    Environment: {{Variables: {{A: !Ref P}}}}\n");
        let lines = [
            format!("{SERVERLESS}Properties: {{Handler: x}}}}"),
            format!("G{}Properties: {{Handler: x}}}}", &FUNCTION[1..]),
        ];
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        assert_eq!(waits(&template(&globals, &lines), "F", "P"), [(String::new(), true)]);
        assert_eq!(waits(&template(&globals, &lines), "G", "P"), [(String::new(), false)]);
    }

    /// A chain of many resources, asked from each of them, is walked without evaluating any of them twice.
    #[test]
    fn long_chains() {
        let many = 600;
        let mut text = "Resources:\n  R0: {Type: X::Y::Z}\n".to_owned();
        for number in 1..many {
            text.push_str(&format!("  R{number}: {{Type: X::Y::Z, Properties: {{A: !Ref R{}}}}}\n", number - 1));
        }
        let doc = Doc::parse_yaml(&text).expect("YAML");
        let template = Template::read(&doc, Settings::default());
        let worlds = template.worlds(&[]);
        let dependencies = Dependencies::new(&template);
        let first = template.find("R0").expect("there");
        for (id, _) in template.iter() {
            let evaluation = template.in_world(&worlds.worlds[0]);
            let order = Order::new(&dependencies, &evaluation);
            assert_eq!(order.waits(id, first), id != first);
            assert!(!order.waits(first, id));
        }
        assert_eq!(dependencies.steady.borrow().len(), many);
    }
}
