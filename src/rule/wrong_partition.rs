//! `wrong-partition`: an ARN of another partition than the one that is deployed to.

use super::Rule;
use super::finding::{Finding, Label, Severity};
use super::subject::{Examined, Subject};
use crate::document::Doc;
use crate::evaluate::Layer;
use crate::inventory::{Document, PolicyId, Resolved};
use crate::requirement::{JudgedPolicy, foreign_partition, shown_partition};
use crate::source::{Part, Path};

pub(super) static RULE: Rule = Rule {
    name: "wrong-partition",
    severity: Severity::Error,
    summary: "an ARN of another partition than the one that is deployed to",
    explanation: "\
The partitions of AWS (aws, aws-cn, aws-us-gov, aws-eusc …) know nothing of each other. IAM takes no policy whose \
Resource is of another partition: \"MalformedPolicyDocument: Partition \"aws\" is not valid for resource \
\"arn:aws:logs:*:*:*\"\", and attaches no managed policy of another one: \"ValidationError: Invalid ARN partition\". \
Nothing of such a policy is granted.

The partition is known from --partition or --region, from the region of a plan's provider, or from the ARNs of an \
account's own principals.

Example: ManagedPolicyArns: [arn:aws:iam::aws:policy/service-role/AWSLambdaVPCAccessExecutionRole], deployed to \
cn-north-1.

To mend it, write the ARN of the right partition, or in a template !Sub arn:${AWS::Partition}:….",
    source: "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html",
    check,
};

fn check(examined: &Examined<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    // A policy that several principals have is read once.
    let mut read: Vec<PolicyId> = Vec::new();
    for subject in examined.subjects() {
        for judged in &subject.judged.policies {
            if !matches!(judged.layer, Layer::Identity | Layer::Boundary | Layer::Session) {
                continue;
            }
            findings.extend(attached(examined, &subject, judged));
            if !read.contains(&judged.attached.policy) {
                read.push(judged.attached.policy);
                findings.extend(written(examined, &subject, judged));
            }
        }
    }
    findings
}

/// A managed policy of another partition.
fn attached(examined: &Examined<'_>, subject: &Subject<'_>, judged: &JudgedPolicy) -> Option<Finding> {
    let arn = subject.inventory.policy(judged.attached.policy).arn.as_deref()?;
    let own = examined.partition.or_else(|| shown_partition(subject.inventory, subject.judged.principal))?;
    let foreign = foreign_partition(arn, own)?;
    let message = format!("`{arn}` is of partition `{foreign}`, and {} is of `{own}`", subject.words());
    let mut finding = subject.finding(&RULE, Severity::Error, message);
    finding.url = RULE.source.to_owned();
    let place = judged.attached.place.clone().or_else(|| subject.place());
    finding.primary = Label::new(place, "there is no such policy in this partition");
    finding.related.extend(Label::new(subject.place(), "the principal"));
    finding.notes.push("AWS says: Invalid ARN partition".to_owned());
    finding.help = Some(mend(subject, arn, foreign, own));
    Some(finding)
}

/// A document with a resource of another partition.
fn written(examined: &Examined<'_>, subject: &Subject<'_>, judged: &JudgedPolicy) -> Option<Finding> {
    let entry = subject.inventory.policy(judged.attached.policy);
    let document = entry.document.as_ref()?;
    // The ARN of a template's role has a partition that is only assumed.
    let of_arn = || subject.inventory.principal(subject.judged.principal).arn.as_ref()?.known_partition();
    let shown = || shown_partition(subject.inventory, subject.judged.principal);
    let own = examined.partition.or_else(shown).or_else(|| document.raw().and_then(|_| of_arn()))?;
    let (arn, path) = foreign_resource(document, own)?;
    let foreign = foreign_partition(&arn, own)?;
    let name = entry.name.as_deref().or(entry.arn.as_deref()).unwrap_or("the policy");
    let message = format!(
        "policy `{name}` names a resource of partition `{foreign}`, and {} is of `{own}`: IAM refuses the policy",
        subject.words()
    );
    let mut finding = subject.finding(&RULE, Severity::Error, message);
    finding.url = RULE.source.to_owned();
    finding.primary = Label::new(document.place(path, Part::Value), format!("this is of `{foreign}`"));
    finding.related.extend(Label::new(subject.place(), "the principal"));
    finding.notes.push(format!(
        "AWS says: Partition \"{foreign}\" is not valid for resource \"{}\"",
        crate::policy::shown(&arn)
    ));
    finding.help = Some(mend(subject, &crate::policy::shown(&arn), foreign, own));
    Some(finding)
}

fn mend(subject: &Subject<'_>, arn: &str, foreign: &str, own: &str) -> String {
    let right = |partition: &str| arn.replacen(&format!("arn:{foreign}:"), &format!("arn:{partition}:"), 1);
    let of_template = subject.inventory.functions_of(subject.judged.principal).next().is_some();
    let template = if of_template { ", or in a template arn:${AWS::Partition}:… with Fn::Sub" } else { "" };
    format!("write `{}`{template}", right(own))
}

/// The first resource of another partition, and its place in the document.
fn foreign_resource(document: &Document<'_>, own: &str) -> Option<(String, Path)> {
    if let Some(resolved) = document.as_resolved() {
        return in_document(Resolved::doc(resolved), own);
    }
    let text = document.text()?;
    let mark = if own == "aws" { "arn:aws-" } else { "arn:aws" };
    memchr::memmem::find(text.as_bytes(), mark.as_bytes())?;
    in_document(&Doc::parse(&text).ok()?, own)
}

fn in_document(doc: &Doc<'_>, own: &str) -> Option<(String, Path)> {
    let root = Path::new();
    let (ordinal, statements) = doc.get("Statement")?;
    each(statements, &root.child(ordinal), &mut |statement, path| {
        ["Resource", "NotResource"].into_iter().find_map(|key| {
            let (ordinal, resources) = statement.get(key)?;
            each(resources, &path.child(ordinal), &mut |resource, path| match resource {
                Doc::Text(arn) if foreign_partition(arn, own).is_some() => Some((arn.to_string(), path.clone())),
                _ => None,
            })
        })
    })
}

/// The first answer of an element of a list, or of what stands for a list of itself.
fn each<'d, T>(doc: &'d Doc<'d>, path: &Path, ask: &mut dyn FnMut(&'d Doc<'d>, &Path) -> Option<T>) -> Option<T> {
    match doc {
        Doc::List(items) => items.iter().enumerate().find_map(|(ordinal, item)| ask(item, &path.child(ordinal))),
        one => ask(one, path),
    }
}
