//! Tells inputs apart by what they hold, never by the file's name.

use foldhash::HashSet;
use serde::Deserialize;
use serde::de::IgnoredAny;

use super::account_details::{self, Continuation};
use super::cloudformation::{self, Places};
use super::iam_calls;
use super::raw::Within;
use super::terraform::{self, NearPlan, TakesAway};
use super::{Collector, InputProblem, PolicyEntry};
use crate::document::{Doc, SyntaxError, from_text};
use crate::policy::PolicyType;
use crate::source::{At, Place, Source, SourceId, Span, Wrapping};
use crate::template::{Settings, Template};

/// What an input turned out to be.
#[derive(Clone, Debug, PartialEq)]
pub enum Recognized {
    PolicyDocument,
    AccountDetails(Continuation),
    IamCall,
    /// A CloudFormation or SAM template.
    Template,
    /// A plan or a state of Terraform or OpenTofu.
    TerraformPlan(TakesAway),
    /// Something of Terraform's that is no plan.
    NearPlan(NearPlan),
    /// None of the known kinds.
    Unknown,
    /// No JSON at all.
    NoJson(SyntaxError),
    /// It is, or seems to be, of a known kind, and is broken: the problem is reported.
    Broken,
}

/// The members by which the kinds differ.
#[derive(Deserialize)]
struct Marks {
    #[serde(rename = "Statement")]
    statement: Option<IgnoredAny>,
    #[serde(rename = "PolicyVersion")]
    policy_version: Option<IgnoredAny>,
    #[serde(rename = "Role")]
    role: Option<IgnoredAny>,
    #[serde(rename = "User")]
    user: Option<IgnoredAny>,
    #[serde(rename = "Policy")]
    policy: Option<IgnoredAny>,
    #[serde(rename = "PolicyDocument")]
    policy_document: Option<IgnoredAny>,
    #[serde(rename = "AttachedPolicies")]
    attached_policies: Option<IgnoredAny>,
    #[serde(rename = "Groups")]
    groups: Option<IgnoredAny>,
    #[serde(rename = "Resources")]
    resources: Option<IgnoredAny>,
    #[serde(rename = "AWSTemplateFormatVersion")]
    template: Option<IgnoredAny>,
    format_version: Option<IgnoredAny>,
    planned_values: Option<IgnoredAny>,
    resource_changes: Option<IgnoredAny>,
    terraform_version: Option<IgnoredAny>,
    values: Option<IgnoredAny>,
}

/// Reads what is there before a plan is applied into the collector. The source is a plan.
pub fn read_before_plan<'a>(
    id: SourceId,
    source: &'a Source,
    collector: &mut Collector<'a>,
    problems: &mut Vec<InputProblem>,
) {
    // What is wrong with it has been told.
    let _ = terraform::read(Within { id, source }, terraform::Side::Before, collector, problems);
}

/// Reads one source into the collector.
pub fn read_source<'a>(
    id: SourceId,
    source: &'a Source,
    settings: &Settings,
    collector: &mut Collector<'a>,
    problems: &mut Vec<InputProblem>,
) -> Recognized {
    let text = source.text();
    let within = Within { id, source };
    let plan = |collector: &mut Collector<'a>, problems: &mut Vec<InputProblem>| match terraform::read(
        within,
        terraform::Side::After,
        collector,
        problems,
    ) {
        Ok(Some(takes_away)) => Recognized::TerraformPlan(takes_away),
        Ok(None) => Recognized::Unknown,
        Err(error) => broken(within, error, problems),
    };
    // A plan of many megabytes is gone through once.
    if terraform::begins_like_one(text) {
        return plan(collector, problems);
    }
    let looks_like = |mark: &str| memchr::memmem::find(text.as_bytes(), mark.as_bytes()).is_some();
    if looks_like("\"RoleDetailList\"") || looks_like("\"UserDetailList\"") {
        return match account_details::read(within, collector, problems) {
            Ok(continuation) => Recognized::AccountDetails(continuation),
            Err(error) => broken(within, error, problems),
        };
    }
    let template = |doc: &Doc<'_>, wrapping, collector: &mut Collector<'a>, problems: &mut Vec<InputProblem>| {
        let places = Places { source: id, root: 0, wrapping };
        cloudformation::read(doc, settings, (source, places), collector, problems);
        Recognized::Template
    };
    if !text.trim_start().starts_with('{') {
        if let Some(near) = NearPlan::of_text(text) {
            return Recognized::NearPlan(near);
        }
        // A list is no template; a page of text that begins with a link may hold one as an example.
        let may_be_template = looks_like("Resources") && (looks_like("::") || looks_like("AWSTemplateFormatVersion"));
        if may_be_template && !text.trim_start().starts_with('[') {
            match Doc::parse_yaml_source(source) {
                Ok(doc) if Template::recognize(&doc) => return template(&doc, Wrapping::Yaml, collector, problems),
                Err(error) if looks_like("AWS::") && !is_for_another_program(text) => {
                    return broken(within, error, problems);
                }
                _ => {}
            }
        }
        return match Doc::parse(text) {
            Ok(_) => Recognized::Unknown,
            Err(error) => Recognized::NoJson(error),
        };
    }
    // The largest inputs but for dumps and plans: gone through once, if nothing speaks against it.
    if looks_like("\"Resources\"")
        && let Ok(doc) = Doc::parse(text)
        && is_surely_template(&doc)
    {
        return template(&doc, Wrapping::Bare, collector, problems);
    }
    // A plan whose members something has sorted.
    if looks_like("\"format_version\"")
        && looks_like("\"terraform_version\"")
        && let Ok(Some(takes_away)) = terraform::read(within, terraform::Side::After, collector, problems)
    {
        return Recognized::TerraformPlan(takes_away);
    }
    let marks: Marks = match from_text(text) {
        Ok(marks) => marks,
        Err(error) => {
            if let Some(near) = NearPlan::of_text(text) {
                return Recognized::NearPlan(near);
            }
            // Two members of one name are a problem of the policy, which its reader words.
            let doubled = error.to_string().starts_with("duplicate field `Statement`");
            if doubled && let Ok(entry) = bare(within, PolicyType::Identity) {
                return keep_bare(entry, collector);
            }
            // Any other JSON in a folder may be broken for its own reasons: only what was meant as one of ours counts.
            let meant = looks_like("\"Statement\"") && looks_like("\"Effect\"") || looks_like("\"PolicyDocument\"");
            let meant = meant && !is_for_another_program(text);
            return match Doc::parse(text) {
                Err(error) if meant => broken(within, error, problems),
                Err(error) => Recognized::NoJson(error),
                Ok(_) => Recognized::Unknown,
            };
        }
    };
    if marks.statement.is_some() {
        return match bare(within, PolicyType::Identity) {
            Ok(entry) => keep_bare(entry, collector),
            Err(error) => broken(within, error, problems),
        };
    }
    if (marks.resources.is_some() || marks.template.is_some())
        && let Ok(doc) = Doc::parse(text)
        && Template::recognize(&doc)
    {
        return template(&doc, Wrapping::Bare, collector, problems);
    }
    let of_plan = marks.planned_values.is_some() || marks.resource_changes.is_some();
    let of_state = || (marks.values.is_some() && marks.terraform_version.is_some()) || terraform::is_empty_state(text);
    if marks.format_version.is_some() && (of_plan || of_state()) {
        return plan(collector, problems);
    }
    let call = [
        marks.policy_version,
        marks.role,
        marks.user,
        marks.policy,
        marks.policy_document,
        marks.attached_policies,
        marks.groups,
    ];
    if call.iter().all(Option::is_none) {
        return NearPlan::of_json(text).map_or(Recognized::Unknown, Recognized::NearPlan);
    }
    match iam_calls::read(within, collector) {
        Ok(()) => Recognized::IamCall,
        // `Groups`, `User` and `Policy` are names that other tools use, too.
        Err(_) if !looks_like("Arn") && !looks_like("PolicyDocument") => Recognized::Unknown,
        Err(error) => broken(within, SyntaxError::from_serde(text, &error), problems),
    }
}

/// What is wrong with a text that is no JSON; none if nothing is, and it is of no known kind.
pub fn misread(source: &Source, error: SyntaxError) -> Option<SyntaxError> {
    let text = source.text();
    let begins = text.trim_start();
    let says_nothing = |line: &str| line.trim().is_empty() || line.trim_start().starts_with('#');
    if !begins.is_empty() && text.lines().all(says_nothing) {
        return None;
    }
    let mut error = match begins.is_empty() || begins.starts_with(['{', '[']) {
        true => error,
        false => Doc::parse_yaml(text).err()?,
    };
    if is_for_another_program(text) {
        error.help = Some("another program makes the input of this text: give what it makes".to_owned());
    }
    Some(error)
}

/// Does nothing in the document belong to another kind?
fn is_surely_template(doc: &Doc<'_>) -> bool {
    let members = doc.as_map().unwrap_or_default();
    let names: HashSet<&str> = members.iter().map(|(name, _)| &**name).collect();
    let no_other = names.len() == members.len() && !names.contains("Statement");
    no_other && matches!(doc.get("Resources"), Some((_, Doc::Map(_)))) && Template::recognize(doc)
}

/// Does another program make a template or a policy of this text? Then its marks are in it: those of Jinja, Handlebars,
/// Go, Cookiecutter and EJS. `{{resolve:…}}` is CloudFormation's own.
fn is_for_another_program(text: &str) -> bool {
    let of_braces = |rest: &str| !rest.trim_start().starts_with("resolve:");
    ["{%", "<%"].iter().any(|mark| text.contains(mark)) || text.split("{{").skip(1).any(of_braces)
}

fn bare<'a>(within: Within<'a>, policy_type: PolicyType) -> Result<PolicyEntry<'a>, SyntaxError> {
    super::read_policy_document(within.id, within.source, policy_type)
}

/// A document whose statements all name a principal is a resource-based policy: of a role it is the trust policy, and
/// nobody's identity policy.
fn keep_bare<'a>(mut entry: PolicyEntry<'a>, collector: &mut Collector<'a>) -> Recognized {
    let names_principals =
        entry.document.as_ref().and_then(|document| document.text().map(|text| names_principals(&text)));
    if names_principals == Some(Named::ByTrust) {
        entry.policy_type = PolicyType::Trust;
        collector.bare_trust = Some(collector.policy(entry));
    } else if names_principals == Some(Named::ByOther) {
        collector.resource_policy(entry);
    } else {
        let id = collector.policy(entry);
        collector.bare.push(id);
    }
    Recognized::PolicyDocument
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Named {
    Nobody,
    /// Every statement names a principal and is about `sts:`: a trust policy.
    ByTrust,
    /// A bucket's, queue's, key's … policy.
    ByOther,
}

fn names_principals(text: &str) -> Named {
    let Ok(doc) = Doc::parse(text) else { return Named::Nobody };
    let Some((_, statements)) = doc.get("Statement") else { return Named::Nobody };
    let statements = match statements {
        Doc::List(items) => items.as_slice(),
        one => std::slice::from_ref(one),
    };
    let names = |doc: &Doc<'_>| doc.get("Principal").is_some() || doc.get("NotPrincipal").is_some();
    let assumes = |doc: &Doc<'_>| match doc.get("Action") {
        Some((_, Doc::Text(action))) => action.starts_with("sts:"),
        Some((_, Doc::List(actions))) => {
            actions.iter().all(|action| matches!(action, Doc::Text(action) if action.starts_with("sts:")))
        }
        _ => false,
    };
    if statements.is_empty() || !statements.iter().all(names) {
        Named::Nobody
    } else if statements.iter().all(assumes) {
        Named::ByTrust
    } else {
        Named::ByOther
    }
}

fn broken(within: Within<'_>, error: SyntaxError, problems: &mut Vec<InputProblem>) -> Recognized {
    let at = error.offset;
    problems.push(InputProblem {
        path: within.source.name().to_owned(),
        message: error.message,
        help: error.help,
        place: Some(Place { source: within.id, at: At::Span(Span { start: at, end: at }) }),
    });
    Recognized::Broken
}
