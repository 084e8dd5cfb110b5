//! `rolecall check`.

use super::args::CheckArgs;
use super::files::{Given, not_understood};
use super::judging::{Judging, Where};
use super::{Exit, Failure};
use crate::inventory::{Collector, Continuation, InputProblem, Recognized, TakesAway, misread, read_source};
use crate::requirement::partition_of;
use crate::source::{At, Place, SourceId, Sources, Span};
use crate::template::Settings;

const NO_KIND: &str = "this is none of the kinds of input that rolecall knows";
/// What the inputs may be, for whoever gave something else.
const KINDS: &str = "rolecall reads CloudFormation and SAM templates, plans and states as `terraform show -json` prints them, identity policy documents, the output of `aws iam get-account-authorization-details`, and of get-role, get-role-policy, get-user-policy, get-group-policy, get-policy, list-attached-…-policies and list-groups-for-user";

/// Judges the inputs and reports.
pub(super) fn run(args: &CheckArgs) -> Result<Exit, Failure> {
    let mut judging = Judging::begin(&args.judging)?;
    locality(args)?;
    let settings = settings(args)?;
    judging.read(&args.paths);
    judging.read_before(&args.before);
    if let Some(folder) = &args.terraform_dir {
        judging.read_blocks(folder)?;
    }
    let place = Where {
        partition: args.partition.as_deref(),
        region: args.region.as_deref(),
        account: args.account.as_deref(),
    };
    judging
        .judge(place, |files, sources, collector, problems| recognize(files, sources, &settings, collector, problems))
}

/// Refuses what can be no account, region or partition: with a slip there, nothing would be judged right.
fn locality(args: &CheckArgs) -> Result<(), Failure> {
    let wrong = |flag: &str, value: &str, expected: &str| Failure::WrongCall {
        message: format!("--{flag} {value}: expected {expected}"),
        help: None,
    };
    let name =
        |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    if let Some(account) = &args.account
        && !(account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit()))
    {
        return Err(wrong("account", account, "the twelve digits of an account's id"));
    }
    if let Some(region) = &args.region {
        let parts: Vec<&str> = region.split('-').collect();
        let ends_in_number = parts.last().is_some_and(|last| last.bytes().all(|byte| byte.is_ascii_digit()));
        if parts.len() < 3 || !ends_in_number || !parts.iter().all(|part| name(part)) {
            return Err(wrong("region", region, "a region, such as eu-west-1"));
        }
    }
    match &args.partition {
        Some(partition) if !partition.starts_with("aws") || !partition.split('-').all(name) => {
            Err(wrong("partition", partition, "a partition, such as aws, aws-cn or aws-us-gov"))
        }
        _ => Ok(()),
    }
}

/// What is known of where and how templates will be deployed.
fn settings(args: &CheckArgs) -> Result<Settings, Failure> {
    let parameter = |flag: &String| {
        let (name, value) = flag.split_once('=').filter(|(name, _)| !name.is_empty()).ok_or_else(|| {
            Failure::WrongCall { message: format!("--parameter {flag}: expected NAME=VALUE"), help: None }
        })?;
        Ok((name.to_owned(), value.to_owned()))
    };
    let partition = args.partition.as_deref().or_else(|| args.region.as_deref().map(partition_of));
    Ok(Settings {
        parameters: args.parameter.iter().map(parameter).collect::<Result<_, Failure>>()?,
        partition: Some(partition.unwrap_or("aws").to_owned()),
        region: args.region.clone(),
        account: args.account.clone(),
    })
}

/// Reads the inputs into the collector; what cannot be read of those that the user named is a problem. Gives the plans
/// among them that may take something away.
pub(super) fn recognize<'a>(
    files: &[(SourceId, Given)],
    sources: &'a Sources,
    settings: &Settings,
    collector: &mut Collector<'a>,
    problems: &mut Vec<InputProblem>,
) -> Vec<SourceId> {
    let mut plans = Vec::new();
    let mut truncated: Option<SourceId> = None;
    let mut complete = false;
    for (id, given) in files {
        let name = sources[*id].name();
        match (read_source(*id, &sources[*id], settings, collector, problems), given) {
            (Recognized::AccountDetails(Continuation::Truncated), _) => truncated = Some(*id),
            (Recognized::AccountDetails(Continuation::Ends), _) => complete = true,
            (Recognized::Unknown, Given::ByName) => {
                problems.push(not_understood(sources, *id, NO_KIND.to_owned(), KINDS));
            }
            (Recognized::NearPlan(near), Given::ByName) => {
                problems.push(not_understood(sources, *id, near.message().to_owned(), near.help()));
            }
            (Recognized::NoJson(error), Given::ByName) => {
                problems.push(match misread(&sources[*id], error) {
                    Some(error) => InputProblem {
                        path: name.to_owned(),
                        message: error.message,
                        help: error.help,
                        place: Some(Place {
                            source: *id,
                            at: At::Span(Span { start: error.offset, end: error.offset }),
                        }),
                    },
                    None => not_understood(sources, *id, NO_KIND.to_owned(), KINDS),
                });
                collector.unseen_bare(name);
            }
            (Recognized::Broken, Given::ByName) => collector.unseen_bare(name),
            (Recognized::TerraformPlan(TakesAway::Perhaps), _) => plans.push(*id),
            (
                Recognized::PolicyDocument | Recognized::IamCall | Recognized::Template | Recognized::TerraformPlan(_),
                _,
            )
            | (
                Recognized::Broken | Recognized::NoJson(_) | Recognized::NearPlan(_) | Recognized::Unknown,
                Given::InFolder,
            ) => {}
        }
    }
    if let Some(id) = truncated.filter(|_| !complete) {
        let message =
            "the last page is missing: IsTruncated is true, and no page of the input ends the list".to_owned();
        problems.push(not_understood(
            sources,
            id,
            message,
            "give every page, or let the AWS CLI follow them all (without --no-paginate)",
        ));
    }
    plans
}
