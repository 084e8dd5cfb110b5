//! What `check` and `audit` have in common: the flags that say how to judge, the judgement, the report.

use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use super::args::{Format, JudgingArgs};
use super::deployed::Deployed;
use super::files::{Given, read_all};
use super::surround::{SurroundingFiles, packs};
use super::terraform_dir::TerraformDir;
use super::{Exit, Failure, explain, principals, terminal};
use crate::inventory::{Bare, Collector, Declarations, InputProblem, Inventory, PrincipalId};
use crate::report::{Report, write_human, write_json};
use crate::requirement::{self, Assignment, Judged, Pack, Surroundings};
use crate::rule::{self, Examined, Finding};
#[cfg(feature = "live")]
use crate::source::Source;
use crate::source::{SourceId, Sources};

/// A run between its flags and its report.
pub(super) struct Judging<'j> {
    args: &'j JudgingArgs,
    given: Vec<(String, Vec<String>)>,
    packs: &'static [Pack],
    names: Vec<principals::As>,
    sources: Sources,
    problems: Vec<InputProblem>,
    files: Vec<(SourceId, Given)>,
    deployed: Deployed,
    blocks: Option<TerraformDir>,
    /// Names of inputs that could not be read.
    unread: Vec<String>,
}

/// Where the principals live, as far as the caller says it.
#[derive(Clone, Copy, Default)]
pub(super) struct Where<'w> {
    pub partition: Option<&'w str>,
    pub region: Option<&'w str>,
    pub account: Option<&'w str>,
}

impl<'j> Judging<'j> {
    /// Looks at the flags, and reads the packs that they name.
    pub(super) fn begin(args: &'j JudgingArgs) -> Result<Judging<'j>, Failure> {
        for name in args.select.iter().chain(&args.ignore) {
            rule::find(name).ok_or_else(|| explain::unknown(name))?;
        }
        let given = context(&args.context)?;
        let mut problems = Vec::new();
        let mut sources = Sources::new();
        let packs: &[Pack] = packs(args, &mut sources, &mut problems).leak();
        let names = match principals::parse(&args.as_kind, packs) {
            // The kind may be that of a pack whose mistakes have to be told first.
            Err(_) if !problems.is_empty() => Vec::new(),
            parsed => parsed?,
        };
        let (files, deployed, unread) = (Vec::new(), Deployed::default(), Vec::new());
        Ok(Judging { args, given, packs, names, sources, problems, files, deployed, blocks: None, unread })
    }

    /// Adds the inputs that the paths stand for.
    pub(super) fn read(&mut self, paths: &[PathBuf]) {
        let before = self.problems.len();
        self.files = read_all(paths, &mut self.sources, &mut self.problems);
        self.unread.extend(self.problems[before..].iter().map(|problem| problem.path.clone()));
    }

    /// Adds what is deployed now.
    pub(super) fn read_before(&mut self, paths: &[PathBuf]) {
        self.deployed = Deployed::read(paths, &mut self.sources, &mut self.problems);
    }

    /// Adds the configuration that a plan was made of.
    pub(super) fn read_blocks(&mut self, folder: &Path) -> Result<(), Failure> {
        self.blocks = Some(TerraformDir::read(folder, &mut self.sources, &mut self.problems)?);
        Ok(())
    }

    /// Adds an input that is in memory.
    #[cfg(feature = "live")]
    pub(super) fn add(&mut self, source: Source) {
        self.files.push((self.sources.add(source), Given::ByName));
    }

    /// Judges what `recognize` makes of the inputs, and reports.
    pub(super) fn judge(
        self,
        place: Where<'_>,
        recognize: impl Fn(
            &[(SourceId, Given)],
            &'static Sources,
            &mut Collector<'static>,
            &mut Vec<InputProblem>,
        ) -> Vec<SourceId>,
    ) -> Result<Exit, Failure> {
        let Judging { args, given, packs, names, mut sources, mut problems, files, deployed, blocks, unread } = self;
        let surrounding = SurroundingFiles::read(args, &mut sources, &mut problems);
        let sources: &'static Sources = Box::leak(Box::new(sources));
        let mut collector = Collector::new();
        if blocks.is_some() {
            collector.declarations = Declarations::Wanted;
        }
        let surroundings = surrounding.collect(sources, &mut collector, &mut problems);
        let plans = recognize(&files, sources, &mut collector, &mut problems);
        // What could not be read may be a policy of the principal, and may say anything.
        unread.iter().for_each(|name| collector.unseen_bare(name));
        let bare = if names.iter().any(principals::As::is_bare) { Bare::OnePrincipal } else { Bare::Nobody };
        // The process ends with the report. To free an account, entry by entry, would take as long as to judge it.
        let inventory: &Inventory<'_> = Box::leak(Box::new(collector.finish(bare, &mut problems)));
        let assignments = assign(&names, inventory, &problems)?;

        let judging = requirement::Judging {
            inventory,
            packs,
            assignments: &assignments,
            surroundings: &surroundings,
            given: &given,
            partition: place.partition,
            region: place.region,
            account: place.account,
        };
        let (judged, policy_problems) = requirement::judge(&judging);
        let judged = judged.leak();
        let before = deployed.judge(sources, recognize, &surrounding, (&judging, &plans), &mut problems);
        let partition = judging.said_partition();
        let examined = Examined { inventory, packs, judged, problems: &policy_problems, partition, before };
        let mut found = rule::check(&examined);
        if let Some(blocks) = &blocks {
            blocks.relocate(&mut found, inventory, sources);
        }
        let (findings, ignored): (Vec<Finding>, Vec<Finding>) =
            found.into_iter().partition(|finding| is_shown(args, finding));
        let not_considered = not_considered(&surroundings, inventory, judged);
        let report = Report {
            sources,
            examined: &examined,
            findings: &findings,
            ignored: ignored.len(),
            problems: &problems,
            not_considered: &not_considered,
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
}

/// The layers that nobody gave.
fn not_considered(surroundings: &Surroundings, inventory: &Inventory<'_>, judged: &[Judged]) -> Vec<&'static str> {
    let read = |principal: PrincipalId| {
        let account = inventory.audited_account(inventory.principal(principal));
        account.is_some_and(|account| account.organization.is_some())
    };
    let audited = !inventory.audited.is_empty()
        && inventory.audited.iter().all(|account| account.organization.is_some())
        && judged.iter().all(|judged| read(judged.principal));
    let mut layers = vec!["scp", "rcp"];
    if audited || !surroundings.organization.is_empty() {
        layers.remove(0);
    }
    layers
}

fn is_shown(args: &JudgingArgs, finding: &Finding) -> bool {
    let named = |names: &[String]| names.iter().any(|name| name == finding.rule.name);
    (args.select.is_empty() || named(&args.select)) && !named(&args.ignore)
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
