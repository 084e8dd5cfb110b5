//! `rolecall check`.

use std::io::{self, BufWriter, Write};

use super::args::{CheckArgs, Format};
use super::deployed::Deployed;
use super::files::{Given, not_understood, read_all};
use super::surround::{SurroundingFiles, packs};
use super::terraform_dir::TerraformDir;
use super::{Exit, Failure, explain, principals, terminal};
use crate::inventory::{
    Bare, Collector, Continuation, Declarations, InputProblem, Inventory, Recognized, TakesAway, read_source,
};
use crate::report::{Report, write_human, write_json};
use crate::requirement::{Assignment, Judging, Pack, judge, partition_of};
use crate::rule::{self, Examined, Finding};
use crate::source::{At, Place, SourceId, Sources, Span};
use crate::template::Settings;

/// What the inputs may be, for whoever gave something else.
const KINDS: &str = "rolecall reads CloudFormation and SAM templates, plans and states as `terraform show -json` prints them, identity policy documents, the output of `aws iam get-account-authorization-details`, and of get-role, get-role-policy, get-user-policy, get-group-policy, get-policy, list-attached-…-policies and list-groups-for-user";

/// Judges the inputs and reports.
pub(super) fn run(args: &CheckArgs) -> Result<Exit, Failure> {
    for name in args.select.iter().chain(&args.ignore) {
        rule::find(name).ok_or_else(|| explain::unknown(name))?;
    }
    let given = context(&args.context)?;
    locality(args)?;
    let mut problems = Vec::new();
    let mut sources = Sources::new();
    let packs: &[Pack] = packs(&args.pack, &mut sources, &mut problems).leak();
    let names = match principals::parse(&args.as_kind, packs) {
        // The kind may be that of a pack whose mistakes have to be told first.
        Err(_) if !problems.is_empty() => Vec::new(),
        parsed => parsed?,
    };
    let before = problems.len();
    let files = read_all(&args.paths, &mut sources, &mut problems);
    let unread: Vec<String> = problems[before..].iter().map(|problem| problem.path.clone()).collect();
    let surrounding = SurroundingFiles::read(args, &mut sources, &mut problems);
    let deployed = Deployed::read(args, &mut sources, &mut problems);
    let folder = args.terraform_dir.as_ref();
    let blocks = folder.map(|folder| TerraformDir::read(folder, &mut sources, &mut problems)).transpose()?;
    let sources: &Sources = Box::leak(Box::new(sources));

    let mut collector = Collector::new();
    if blocks.is_some() {
        collector.declarations = Declarations::Wanted;
    }
    let surroundings = surrounding.collect(sources, &mut collector, &mut problems);
    let settings = settings(args)?;
    let plans = recognize(&files, sources, &settings, &mut collector, &mut problems);
    // What could not be read may be a policy of the principal, and may say anything.
    unread.iter().for_each(|name| collector.unseen_bare(name));
    let bare = if names.iter().any(principals::As::is_bare) { Bare::OnePrincipal } else { Bare::Nobody };
    // The process ends with the report. To free an account, entry by entry, would take as long as to judge it.
    let inventory: &Inventory<'_> = Box::leak(Box::new(collector.finish(bare, &mut problems)));
    let assignments = assign(&names, inventory, &problems)?;

    let judging = Judging {
        inventory,
        packs,
        assignments: &assignments,
        surroundings: &surroundings,
        given: &given,
        partition: args.partition.as_deref(),
        region: args.region.as_deref(),
        account: args.account.as_deref(),
    };
    let (judged, policy_problems) = judge(&judging);
    let judged = judged.leak();
    let before = deployed.judge(sources, &settings, &surrounding, (&judging, &plans), &mut problems);
    let partition = judging.said_partition();
    let examined = Examined { inventory, packs, judged, problems: &policy_problems, partition, before };
    let mut found = rule::check(&examined);
    if let Some(blocks) = &blocks {
        blocks.relocate(&mut found, inventory, sources);
    }
    let (findings, ignored): (Vec<Finding>, Vec<Finding>) =
        found.into_iter().partition(|finding| is_shown(args, finding));
    let not_considered: &[&str] = if surroundings.organization.is_empty() { &["scp", "rcp"] } else { &["rcp"] };
    let report = Report {
        sources,
        examined: &examined,
        findings: &findings,
        ignored: ignored.len(),
        problems: &problems,
        not_considered,
    };
    let mut out = BufWriter::new(io::stdout().lock());
    match args.format {
        Format::Human => write_human(&report, terminal::human(args.color), &mut out)?,
        Format::Json => write_json(&report, &mut out)?,
    }
    out.flush()?;
    if judged.is_empty() {
        let help = match names.is_empty() && problems.is_empty() {
            true => "\n  help: say whose the policies are with --as execution-role or --as deployer",
            false => "",
        };
        // Nobody is left to tell if standard error is closed.
        let _ = writeln!(io::stderr(), "rolecall: no principal was judged{help}");
    }
    Ok(if !problems.is_empty() {
        Exit::Trouble
    } else if findings.iter().any(|finding| args.fail_on.fails(finding.severity)) {
        Exit::Findings
    } else {
        Exit::Clean
    })
}

fn is_shown(args: &CheckArgs, finding: &Finding) -> bool {
    let named = |names: &[String]| names.iter().any(|name| name == finding.rule.name);
    (args.select.is_empty() || named(&args.select)) && !named(&args.ignore)
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

/// `KEY=VALUE`; a repeated key has several values.
fn context(flags: &[String]) -> Result<Vec<(String, Vec<String>)>, Failure> {
    let mut given: Vec<(String, Vec<String>)> = Vec::new();
    for flag in flags {
        let Some((key, value)) = flag.split_once('=').filter(|(key, _)| key.contains(':')) else {
            return Err(Failure::WrongCall {
                message: format!(
                    "--context {flag}: expected KEY=VALUE with a condition key, such as aws:PrincipalOrgID=o-example"
                ),
                help: None,
            });
        };
        match given.iter_mut().find(|(known, _)| known.eq_ignore_ascii_case(key)) {
            Some((_, values)) => values.push(value.to_owned()),
            None => given.push((key.to_owned(), vec![value.to_owned()])),
        }
    }
    Ok(given)
}

/// Reads the files into the collector, and gives the plans among them that may take something away.
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
                let message = "this is none of the kinds of input that rolecall knows".to_owned();
                problems.push(not_understood(sources, *id, message, KINDS));
            }
            (Recognized::NoJson(error), Given::ByName) => {
                problems.push(InputProblem {
                    path: name.to_owned(),
                    message: error.message,
                    help: error.help,
                    place: Some(Place { source: *id, at: At::Span(Span { start: error.offset, end: error.offset }) }),
                });
                collector.unseen_bare(name);
            }
            (Recognized::Broken, Given::ByName) => collector.unseen_bare(name),
            (Recognized::TerraformPlan(TakesAway::Perhaps), _) => plans.push(*id),
            (
                Recognized::PolicyDocument | Recognized::IamCall | Recognized::Template | Recognized::TerraformPlan(_),
                _,
            )
            | (Recognized::Broken | Recognized::NoJson(_) | Recognized::Unknown, Given::InFolder) => {}
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

/// Applies `--as`. If inputs could not be read, a name that is not there may be in them: then that is what the user
/// has to hear.
fn assign(
    names: &[principals::As],
    inventory: &Inventory<'_>,
    problems: &[InputProblem],
) -> Result<Vec<Assignment>, Failure> {
    let mut assignments = Vec::new();
    for name in names {
        match name.assign(inventory) {
            Ok(found) => assignments.extend(found),
            Err(failure) if problems.is_empty() => return Err(failure),
            Err(_) => {}
        }
    }
    Ok(assignments)
}
