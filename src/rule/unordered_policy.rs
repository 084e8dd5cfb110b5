//! `unordered-policy`: a role's rights come with policies on which a function in a VPC does not depend.

use super::Rule;
use super::finding::{Finding, Label, Severity};
use super::function_variants::said_once;
use super::subject::{Examined, Group, Subject, said};
use super::words;
use crate::inventory::{DependsOnLine, Function, OrderLanguage, OrderMend, Unordered, Waiting, depends_on_line};
use crate::requirement::Race;
use crate::source::{At, Place, Wrapping};

pub(super) static RULE: Rule = Rule {
    name: "unordered-policy",
    severity: Severity::Warning,
    summary: "a function in a VPC does not depend on the policy that gives its role the rights",
    explanation: "\
A policy that another resource attaches to a role (AWS::IAM::Policy, AWS::IAM::RolePolicy, AWS::IAM::ManagedPolicy with \
Roles; aws_iam_role_policy, aws_iam_role_policy_attachment) is made side by side with the function, because both only \
name the role. On create, the function may come first, and Lambda refuses it: \"The provided execution role does not \
have permissions to call CreateNetworkInterface on EC2\"; the second deploy works. On delete, the policy may go first, \
and Lambda can no longer delete the function's network interfaces: security groups and subnets cannot be deleted until \
somebody removes them by hand (\"resource sg-… has a dependent object\").

Example: a function with VpcConfig and Role: !GetAtt R.Arn, and an AWS::IAM::Policy with Roles: [!Ref R].

To mend it, let the function depend on the policy (the help shows the line), or put the statements into Policies or \
ManagedPolicyArns of the role itself, which the function waits for.",
    source: "https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-iam-role.html",
    check,
};

const TERRAFORM: &str = "https://developer.hashicorp.com/terraform/language/meta-arguments/depends_on";

fn check(examined: &Examined<'_>) -> Vec<Finding> {
    let functions = &examined.inventory.functions;
    let mut races: Vec<Option<(Subject<'_>, &Race)>> = vec![None; functions.len()];
    for subject in examined.subjects() {
        for race in &subject.judged.races {
            races[race.function].get_or_insert((subject, race));
        }
    }
    said_once(functions, |index, function| races[index].map(|(subject, race)| unordered(&subject, race, function)))
}

fn unordered(subject: &Subject<'_>, race: &Race, function: &Function) -> Finding {
    let late: Vec<&Unordered> = race.unordered.iter().map(|index| &function.unordered[*index]).collect();
    let mut resources: Vec<&str> = Vec::new();
    for late in &late {
        if !resources.contains(&late.resource.as_str()) {
            resources.push(&late.resource);
        }
    }
    let all: Group<'_> = subject.actions().collect();
    let group: Group<'_> = race.actions.iter().filter_map(|index| all.get(*index).copied()).collect();
    let gives = if resources.len() == 1 { "gives" } else { "give" };
    let named = words::quoted(&resources, "and");
    // What waits for the function comes after it for certain.
    let follows = late.iter().find(|late| late.mend == OrderMend::OtherPolicy);
    let order = match follows {
        None => format!("does not wait for {named}"),
        Some(late) if resources.len() == 1 => format!("is made before `{}`", late.resource),
        Some(late) => format!("does not wait for {named}, and is made before `{}`", late.resource),
    };
    let message = format!(
        "function `{}` {order}, which {gives} its role{} the right to {}",
        function.name,
        subject.name().map_or(String::new(), |name| format!(" `{name}`")),
        words::doing(&said(&group), "and")
    );
    let mut finding = subject.finding(&RULE, Severity::Warning, message);
    finding.url = match function.depends_on.language {
        OrderLanguage::CloudFormation => RULE.source.to_owned(),
        OrderLanguage::Terraform => TERRAFORM.to_owned(),
    };
    finding.function = Some(function.name.clone());
    let place = function.depends_on.place.clone().or_else(|| function.place.clone());
    finding.primary = Label::new(place, format!("nothing here makes it wait for {named}"));
    let mut places: Vec<(&Place, OrderMend, bool)> =
        late.iter().map(|late| (&late.place, late.mend, late.until.is_some())).collect();
    places.dedup();
    let attaches = |(place, mend, is_there): (&Place, OrderMend, bool)| {
        let message = match mend {
            _ if is_there => "this changes the policy, in its own time",
            OrderMend::DependsOn | OrderMend::WithinModule => "this attaches the policy, in its own time",
            OrderMend::OtherPolicy => "this attaches the policy, and waits for the function",
        };
        Label::new(Some(place.clone()), message)
    };
    finding.related.extend(places.into_iter().filter_map(attaches));
    finding.related.extend(Label::new(subject.place(), "the function waits for the role only"));
    let policies = if resources.len() == 1 { "the policy" } else { "the policies" };
    let (create, delete) = match follows {
        None => (
            "on create, the function may be made first, and fails; a second deploy works".to_owned(),
            format!("on delete, {policies} may go first"),
        ),
        Some(_) => (
            "on create, the function is made first, and fails".to_owned(),
            format!("on delete, {policies} go{} first", if resources.len() == 1 { "es" } else { "" }),
        ),
    };
    finding.notes.push(match subject.aws_says(&group) {
        Some(said) => format!("{create}. {said}"),
        None => create,
    });
    finding.notes.push(format!(
        "{delete}: then Lambda can no longer delete the function's network interfaces, and its security groups and subnets cannot be deleted"
    ));
    finding.help = Some(help(function, &late, &resources));
    finding
}

/// The line to write, in the language of the file.
fn help(function: &Function, late: &[&Unordered], resources: &[&str]) -> String {
    let stuck: Vec<&str> =
        late.iter().filter(|late| late.mend == OrderMend::OtherPolicy).map(|late| late.resource.as_str()).collect();
    if function.depends_on.language == OrderLanguage::Terraform {
        let outside = late.iter().find(|late| late.mend == OrderMend::WithinModule);
        if let (Some(outside), true) = (outside, stuck.is_empty()) {
            return format!(
                "`{}` needs the role of the function's module, so that the module cannot wait for it: attach the policy within the module (many take the ARNs of policies as a variable)",
                outside.resource
            );
        }
        return terraform_help(function, &stuck, resources);
    }
    if let Some(first) = stuck.first() {
        return format!(
            "`{first}` itself waits for `{}`, so that no DependsOn can order them: give these rights in the role's own Policies or ManagedPolicyArns",
            function.name
        );
    }
    let known = function.depends_on.resources.iter().map(String::as_str);
    let all: Vec<&str> = known.chain(resources.iter().copied()).collect();
    let line = match wrapping(function) {
        Wrapping::Yaml => match all[..] {
            [one] => format!("DependsOn: {one}"),
            _ => format!("DependsOn: [{}]", all.join(", ")),
        },
        _ => match all[..] {
            [one] => format!("\"DependsOn\": \"{one}\""),
            _ => format!("\"DependsOn\": [\"{}\"]", all.join("\", \"")),
        },
    };
    let in_code = match function.construct {
        Some(_) => "; in the code of the CDK, that is `function.node.addDependency(policy)`",
        None => "",
    };
    match function.depends_on.place {
        Some(_) => format!("write `{line}`{in_code}"),
        None => format!("add `{line}` to `{}`, beside Type and Properties{in_code}", function.name),
    }
}

/// The same for Terraform: in the block of the function, or in the call of the module around it.
fn terraform_help(function: &Function, stuck: &[&str], resources: &[&str]) -> String {
    if let Some(first) = stuck.first() {
        return format!(
            "`{first}` itself waits for `{}`, so that no depends_on can order them: let it name the role by its own block, not through the function, and let the function wait for it",
            function.name
        );
    }
    let mut lines: Vec<DependsOnLine> = Vec::new();
    for line in resources.iter().map(|resource| depends_on_line(&function.name, resource)) {
        match lines.iter_mut().find(|known| known.block == line.block) {
            Some(known) if known.names.split(", ").any(|name| name == line.names) => {}
            Some(known) => known.names = format!("{}, {}", known.names, line.names),
            None => lines.push(line),
        }
    }
    let known = &function.depends_on;
    let written = lines.iter().map(|line| match &line.block {
        Waiting::Resource(_) if known.place.is_some() => {
            format!("write `depends_on = [{}, {}]`", known.resources.join(", "), line.names)
        }
        Waiting::Resource(block) | Waiting::Call(block) => format!("add `depends_on = [{}]` to `{block}`", line.names),
    });
    written.collect::<Vec<_>>().join(", and ")
}

fn wrapping(function: &Function) -> Wrapping {
    match &function.place {
        Some(Place { at: At::Node { wrapping, .. }, .. }) => *wrapping,
        _ => Wrapping::Bare,
    }
}
