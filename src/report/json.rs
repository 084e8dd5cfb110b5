//! `--format json`: the report as one object (docs: the README's section on JSON).

use std::cell::{OnceCell, RefCell};
use std::io::{self, Write};

use serde::Serialize;
use serde_json::Serializer;

use super::entries::{Entry, Worst, entries};
use super::pretty::Pretty;
use super::{Report, Summary};
use crate::document::{Location, locate_places};
use crate::evaluate::{StatementRef, Verdict};
use crate::inventory::{Function, PrincipalArn, RegionsAre, VpcConnection, When};
use crate::requirement::JudgedPolicy;
use crate::rule::{Finding, Label, Subject};
use crate::source::Place;

/// Writes the report.
///
/// # Errors
/// Whatever the writer fails with.
pub fn write_json(report: &Report<'_>, mut out: impl Write) -> io::Result<()> {
    let table = Table::default();
    let document = Document::of(report, &table);
    table.locate(report);
    document.serialize(&mut Serializer::with_formatter(&mut out, Pretty::default()))?;
    writeln!(out)
}

/// Places that are collected first and located all at once.
#[derive(Default)]
struct Table<'r> {
    places: RefCell<Vec<Place>>,
    located: OnceCell<Vec<Option<Location<'r>>>>,
}

impl<'r> Table<'r> {
    fn add(&self, place: Option<Place>) -> Slot<'_, 'r> {
        let index = place.map(|place| {
            let mut places = self.places.borrow_mut();
            places.push(place);
            places.len() - 1
        });
        Slot { table: self, index }
    }

    fn locate(&self, report: &Report<'r>) {
        let places = self.places.borrow();
        let places: Vec<&Place> = places.iter().collect();
        self.located.get_or_init(|| {
            let mut located = locate_places(report.sources, &places);
            // What no file holds has no location.
            let held = places.iter().map(|place| report.sources[place.source].is_file());
            located.iter_mut().zip(held).filter(|(_, held)| !held).for_each(|(located, _)| *located = None);
            located
        });
    }
}

/// A place of the table; written as its location, or `null`.
#[derive(Clone, Copy)]
struct Slot<'t, 'r> {
    table: &'t Table<'r>,
    index: Option<usize>,
}

impl Serialize for Slot<'_, '_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let located = self.index.and_then(|index| self.table.located.get()?.get(index)?.as_ref());
        located.serialize(serializer)
    }
}

#[derive(Serialize)]
struct Document<'t, 'r> {
    schema: &'static str,
    tool: Tool,
    principals: Vec<PrincipalOut<'t, 'r>>,
    findings: Vec<FindingOut<'t, 'r>>,
    not_considered: &'t [&'static str],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    accounts: Vec<AccountOut<'t>>,
    summary: SummaryOut,
    problems: Vec<ProblemOut<'t, 'r>>,
}

/// An account that `rolecall audit` read, and the regions in which it looked for functions.
#[derive(Serialize)]
struct AccountOut<'t> {
    id: &'t str,
    regions: &'t [String],
    /// Whether the account has no other region.
    all_regions: bool,
    not_read: &'t [String],
}

#[derive(Serialize)]
struct Tool {
    name: &'static str,
    version: &'static str,
}

#[derive(Serialize)]
struct PrincipalOut<'t, 'r> {
    name: Option<&'t str>,
    kind: &'t str,
    arn: Option<&'t str>,
    location: Slot<'t, 'r>,
    functions: Vec<FunctionOut<'t, 'r>>,
    policies: Vec<PolicyOut<'t, 'r>>,
    requirements: Vec<RequirementOut<'t, 'r>>,
}

#[derive(Serialize)]
struct FunctionOut<'t, 'r> {
    name: &'t str,
    vpc: bool,
    location: Slot<'t, 'r>,
}

#[derive(Serialize)]
struct PolicyOut<'t, 'r> {
    name: Option<&'t str>,
    kind: &'static str,
    arn: Option<&'t str>,
    location: Slot<'t, 'r>,
}

#[derive(Serialize)]
struct RequirementOut<'t, 'r> {
    pack: &'t str,
    action: &'t str,
    level: &'static str,
    verdict: &'static str,
    applies: bool,
    uncovered: Option<&'t str>,
    conditions: &'t [Box<str>],
    statements: Vec<StatementOut<'t, 'r>>,
    #[serde(skip_serializing_if = "Vec::is_empty", serialize_with = "as_map")]
    when: Vec<&'t When>,
}

fn as_map<S: serde::Serializer>(members: &[&When], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(members.iter().map(|when| (&when.name, when.value.to_string())))
}

#[derive(Serialize)]
struct StatementOut<'t, 'r> {
    policy: Option<&'t str>,
    sid: Option<&'t str>,
    index: usize,
    effect: &'static str,
    location: Slot<'t, 'r>,
}

#[derive(Serialize)]
struct FindingOut<'t, 'r> {
    rule: &'static str,
    severity: &'static str,
    message: &'t str,
    help: Option<&'t str>,
    url: &'t str,
    principal: Option<&'t str>,
    function: Option<&'t str>,
    location: Slot<'t, 'r>,
    related: Vec<RelatedOut<'t, 'r>>,
}

#[derive(Serialize)]
struct RelatedOut<'t, 'r> {
    location: Slot<'t, 'r>,
    message: &'t str,
}

#[derive(Serialize)]
struct SummaryOut {
    principals: usize,
    not_applicable: usize,
    functions: usize,
    errors: usize,
    warnings: usize,
    notes: usize,
    #[serde(skip_serializing_if = "is_zero")]
    ignored: usize,
}

#[derive(Serialize)]
struct ProblemOut<'t, 'r> {
    path: &'t str,
    message: &'t str,
    location: Slot<'t, 'r>,
}

fn is_zero(count: &usize) -> bool {
    *count == 0
}

impl<'t, 'r> Document<'t, 'r> {
    fn of(report: &'t Report<'r>, table: &'t Table<'r>) -> Self {
        Document {
            schema: "rolecall/report/1",
            tool: Tool { name: env!("CARGO_PKG_NAME"), version: env!("CARGO_PKG_VERSION") },
            principals: entries(report.examined).into_iter().map(|entry| principal(&entry, table)).collect(),
            findings: report.findings.iter().map(|found| finding(found, table)).collect(),
            not_considered: report.not_considered,
            accounts: report
                .examined
                .inventory
                .audited
                .iter()
                .map(|account| AccountOut {
                    id: &account.id,
                    regions: &account.regions,
                    all_regions: account.regions_are == RegionsAre::All,
                    not_read: &account.done_without,
                })
                .collect(),
            summary: summary(report.summary()),
            problems: report
                .problems
                .iter()
                .map(|problem| ProblemOut {
                    path: &problem.path,
                    message: &problem.message,
                    location: table.add(problem.place.clone()),
                })
                .collect(),
        }
    }
}

fn principal<'t, 'r>(entry: &Entry<'t>, table: &'t Table<'r>) -> PrincipalOut<'t, 'r> {
    let subject = entry.subject;
    let found = subject.inventory.principal(subject.judged.principal);
    PrincipalOut {
        name: subject.name(),
        kind: &subject.kind().kind,
        arn: found.arn.as_ref().and_then(PrincipalArn::known),
        location: table.add(found.place.clone()),
        functions: entry.functions().into_iter().map(|(found, vpc)| function(found, vpc, table)).collect(),
        policies: entry.policies().into_iter().map(|(subject, judged)| policy(subject, judged, table)).collect(),
        requirements: entry.worst().into_iter().map(|worst| requirement(worst, table)).collect(),
    }
}

fn function<'t, 'r>(found: &'t Function, vpc: VpcConnection, table: &'t Table<'r>) -> FunctionOut<'t, 'r> {
    FunctionOut { name: &found.name, vpc: vpc == VpcConnection::Connected, location: table.add(found.place.clone()) }
}

fn policy<'t, 'r>(subject: Subject<'t>, judged: &'t JudgedPolicy, table: &'t Table<'r>) -> PolicyOut<'t, 'r> {
    let entry = subject.inventory.policy(judged.attached.policy);
    PolicyOut {
        name: entry.name.as_deref(),
        kind: judged.attached.through.as_str(),
        arn: entry.arn.as_deref(),
        location: table.add(entry.place.clone().or_else(|| judged.attached.place.clone())),
    }
}

fn requirement<'t, 'r>(worst: Worst<'t>, table: &'t Table<'r>) -> RequirementOut<'t, 'r> {
    let Worst { subject, action, judged, applies, when } = worst;
    let outcome = &judged.outcome;
    RequirementOut {
        pack: &subject.pack.name,
        action: &action.name,
        level: action.level.as_str(),
        verdict: verdict(outcome.verdict),
        applies,
        uncovered: outcome.uncovered.as_deref(),
        conditions: &outcome.undecided,
        statements: outcome.decisive.iter().filter_map(|found| statement(subject, *found, table)).collect(),
        when,
    }
}

fn statement<'t, 'r>(
    subject: Subject<'t>,
    statement: StatementRef,
    table: &'t Table<'r>,
) -> Option<StatementOut<'t, 'r>> {
    let found = subject.statement(statement)?;
    let entry = subject.inventory.policy(subject.judged.policies[statement.policy].attached.policy);
    Some(StatementOut {
        policy: entry.name.as_deref(),
        sid: found.sid.as_deref(),
        index: found.index,
        effect: found.effect.as_str(),
        location: table.add(subject.statement_place(statement)),
    })
}

fn finding<'t, 'r>(finding: &'t Finding, table: &'t Table<'r>) -> FindingOut<'t, 'r> {
    let place = |label: &Label| label.place.clone();
    FindingOut {
        rule: finding.rule.name,
        severity: finding.severity.as_str(),
        message: &finding.message,
        help: finding.help.as_deref(),
        url: &finding.url,
        principal: finding.principal.as_deref(),
        function: finding.function.as_deref(),
        location: table.add(finding.primary.as_ref().map(place)),
        related: finding
            .related
            .iter()
            .map(|label| RelatedOut { location: table.add(Some(label.place.clone())), message: &label.message })
            .collect(),
    }
}

fn summary(summary: Summary) -> SummaryOut {
    let Summary { principals, not_applicable, functions, errors, warnings, notes, ignored } = summary;
    SummaryOut { principals, not_applicable, functions, errors, warnings, notes, ignored }
}

fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Granted => "granted",
        Verdict::Conditional => "conditional",
        Verdict::Partial => "partial",
        Verdict::Unresolved => "unresolved",
        Verdict::Denied => "denied",
        Verdict::Missing => "missing",
    }
}
