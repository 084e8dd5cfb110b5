//! `--format human`, the default: findings with the lines of the user's files that they are about.
//!
//! In: the report, and what the terminal can do ([`Human`]). Out: for each finding its message, a snippet of each file
//! that it points into (the one to change first), why, and what mends it; then the inputs that could not be read, and
//! one line that sums up.

mod snippet;
mod summary;
mod view;

#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::io::{self, Write};

use miette::{GraphicalTheme, ThemeCharacters, ThemeStyles};

pub(crate) use self::snippet::cleaned;
use self::snippet::{Excerpt, Role, excerpts, wrap};
use self::summary::sentence;
use self::view::{Seen, Views};
use super::{Report, Summary};
use crate::document::{Location, locate_places};
use crate::inventory::InputProblem;
use crate::rule::{Finding, Label, Severity};
use crate::source::{At, Place};

/// What the terminal can do, or whatever is there in its place.
#[derive(Clone, Copy, Debug)]
pub struct Human {
    pub color: Color,
    pub glyphs: Glyphs,
    pub links: Links,
    /// In columns.
    pub width: usize,
}

impl Human {
    /// A text in one of the styles below; untouched without colours.
    pub(crate) fn paint<'t>(&self, code: &str, text: &'t str) -> Cow<'t, str> {
        match self.color {
            Color::On => Cow::Owned(format!("\u{1b}[{code}m{text}\u{1b}[0m")),
            Color::Off => Cow::Borrowed(text),
        }
    }
}

/// Whether there are colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Color {
    On,
    /// No escape sequence at all is written.
    Off,
}

/// What frames are drawn with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Glyphs {
    Unicode,
    Ascii,
}

/// How the address of a rule's documentation is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Links {
    /// Behind the rule's name (OSC 8); only for a terminal.
    On,
    /// Written out below the finding.
    Off,
}

/// Writes the report.
///
/// # Errors
/// Whatever the writer fails with.
pub fn write_human(report: &Report<'_>, how: Human, out: impl Write) -> io::Result<()> {
    let labels = |finding: &'_ Finding| finding.primary.iter().chain(&finding.related).count();
    let places: Vec<&Place> = report
        .findings
        .iter()
        .flat_map(|finding| finding.primary.iter().chain(&finding.related))
        .map(|label| &label.place)
        .chain(report.problems.iter().filter_map(|problem| problem.place.as_ref()))
        .collect();
    let locations = locate_places(report.sources, &places);
    let mut locations = &locations[..];
    let mut printer = Printer { how, theme: theme(how), views: Views::new(report.sources, &places), out };
    for finding in report.findings {
        let (own, rest) = locations.split_at(labels(finding));
        locations = rest;
        printer.finding(finding, own)?;
    }
    for problem in report.problems {
        let (own, rest) = locations.split_at(usize::from(problem.place.is_some()));
        locations = rest;
        printer.problem(problem, own)?;
    }
    printer.end(report)
}

/// Escape codes (SGR) beyond those of miette's themes.
pub(crate) const BOLD: &str = "1";
pub(crate) const RED: &str = "1;31";
pub(crate) const YELLOW: &str = "1;33";
const CYAN: &str = "1;36";
pub(crate) const GREEN: &str = "1;32";
pub(crate) const DIM: &str = "2";

fn theme(how: Human) -> GraphicalTheme {
    let characters = match how.glyphs {
        Glyphs::Unicode => ThemeCharacters::unicode(),
        Glyphs::Ascii => ThemeCharacters::ascii(),
    };
    let styles = match how.color {
        Color::On => ThemeStyles::ansi(),
        Color::Off => ThemeStyles::none(),
    };
    GraphicalTheme { characters, styles }
}

struct Printer<'r, 'p, W> {
    how: Human,
    theme: GraphicalTheme,
    views: Views<'r, 'p>,
    out: W,
}

impl<'r, W: Write> Printer<'r, '_, W> {
    fn finding(&mut self, finding: &Finding, locations: &[Option<Location<'r>>]) -> io::Result<()> {
        let name = format!("{}[{}]", finding.severity.as_str(), finding.rule.name);
        let url = (!finding.url.is_empty()).then_some(&*finding.url);
        let linked = url.filter(|_| self.how.links == Links::On);
        self.headline(finding.severity, &name, linked, &finding.message)?;
        let labels = finding.primary.iter().map(|label| (label, Role::Primary));
        let labels: Vec<_> = labels.chain(finding.related.iter().map(|label| (label, Role::Related))).collect();
        let margin = self.snippets(finding.severity, &labels, locations)?;
        for note in &finding.notes {
            self.footer(margin, "note", note)?;
        }
        if let Some(help) = &finding.help {
            self.footer(margin, "help", help)?;
        }
        if let (Some(url), Links::Off) = (url, self.how.links) {
            self.footer(margin, "see", url)?;
        }
        writeln!(self.out)
    }

    fn problem(&mut self, problem: &InputProblem, locations: &[Option<Location<'r>>]) -> io::Result<()> {
        self.headline(Severity::Error, "error", None, &problem.message)?;
        let label = Label::new(problem.place.clone(), "");
        let labels: Vec<_> = label.iter().map(|label| (label, Role::Primary)).collect();
        let mut margin = self.snippets(Severity::Error, &labels, locations)?;
        if locations.iter().all(Option::is_none) && !problem.message.contains(&problem.path) {
            margin = 1;
            self.frame(&problem.path, "", margin)?;
        }
        if let Some(help) = &problem.help {
            self.footer(margin, "help", help)?;
        }
        writeln!(self.out)
    }

    /// `error[rule]: message`
    fn headline(&mut self, severity: Severity, name: &str, url: Option<&str>, message: &str) -> io::Result<()> {
        let code = match severity {
            Severity::Error => RED,
            Severity::Warning => YELLOW,
            Severity::Note => CYAN,
        };
        let message = cleaned(message);
        let message = wrap(&message, name.len() + 2, self.how.width);
        let name = self.how.paint(code, name);
        let name = match url {
            Some(url) => format!("\u{1b}]8;;{}\u{1b}\\{name}\u{1b}]8;;\u{1b}\\", cleaned(url)),
            None => name.into_owned(),
        };
        for (number, line) in message.lines().enumerate() {
            let line = self.how.paint(BOLD, line).into_owned();
            if number == 0 { writeln!(self.out, "{name}: {line}")? } else { writeln!(self.out, "{line}")? }
        }
        Ok(())
    }

    /// Each text with its labels, the one with the primary label first; gives how wide their line numbers are.
    fn snippets(
        &mut self,
        severity: Severity,
        labels: &[(&Label, Role)],
        locations: &[Option<Location<'r>>],
    ) -> io::Result<usize> {
        let mut bare = Vec::new();
        let mut texts: Vec<Vec<Seen<'r>>> = Vec::new();
        for ((label, role), location) in labels.iter().zip(locations) {
            let Some(location) = location else { continue };
            if label.place.at == At::Whole {
                bare.push((location.path, *label));
                continue;
            }
            let seen = self.views.see(label, *role, location);
            match texts.iter_mut().find(|text| text[0].view == seen.view) {
                Some(text) => text.push(seen),
                None => texts.push(vec![seen]),
            }
        }
        let cut = if self.how.glyphs == Glyphs::Unicode { "…" } else { "..." };
        let excerpts: Vec<Excerpt> = texts
            .into_iter()
            .flat_map(|text| {
                let source = text[0].text.clone();
                let marks = text.into_iter().map(|seen| seen.mark).collect();
                excerpts(source.source(), marks, self.how.width, cut)
            })
            .collect();
        let margin = excerpts.iter().map(Excerpt::digits).max().unwrap_or(1);
        self.mark(severity);
        for excerpt in &excerpts {
            write!(self.out, "{}", excerpt.draw(&self.theme, margin))?;
        }
        for (path, label) in bare {
            self.frame(path, &label.message, margin)?;
        }
        Ok(margin)
    }

    /// A file of which no line is to be shown.
    fn frame(&mut self, path: &str, message: &str, margin: usize) -> io::Result<()> {
        let characters = &self.theme.characters;
        let (top, bottom, bar) = (characters.ltop, characters.lbot, characters.hbar);
        let path = self.theme.styles.link.style(cleaned(path)).to_string();
        writeln!(self.out, "{:margin$}  {top}{bar}[{path}]", "")?;
        let message = cleaned(message);
        let message = wrap(&message, 0, self.how.width.saturating_sub(margin + 6).max(18));
        let message = message.replace('\n', &format!("\n{:margin$}      ", ""));
        writeln!(self.out, "{}", format!("{:margin$}  {bottom}{bar}{bar}{bar} {message}", "").trim_end())
    }

    /// `= note: text`
    fn footer(&mut self, margin: usize, name: &str, text: &str) -> io::Result<()> {
        let text = cleaned(text);
        // Less indented where there is little room.
        let indent = if self.how.width < 60 { margin + 4 } else { margin + 6 + name.len() };
        let room = self.how.width.saturating_sub(indent).max(24);
        let text = wrap(&text, (margin + 6 + name.len()).saturating_sub(indent), room);
        let text = text.replace('\n', &format!("\n{:indent$}", ""));
        let (sign, name) = (self.how.paint(DIM, "="), self.how.paint(BOLD, name));
        let line = format!("{:margin$}  {sign} {name}: {text}", "");
        writeln!(self.out, "{line}")
    }

    fn end(&mut self, report: &Report<'_>) -> io::Result<()> {
        let mut errors: Vec<&str> = Vec::new();
        for finding in report.findings.iter().filter(|finding| finding.severity == Severity::Error) {
            if !errors.contains(&finding.rule.name) {
                errors.push(finding.rule.name);
            }
        }
        match *errors {
            [] => {}
            [rule] => writeln!(self.out, "for more about this error, run `rolecall explain {rule}`")?,
            [rule, ..] => {
                writeln!(self.out, "for more about an error, run `rolecall explain RULE`: `rolecall explain {rule}`")?;
            }
        }
        let summary = report.summary();
        if !report.not_considered.is_empty() && summary.principals > 0 {
            writeln!(self.out, "not considered: {}", report.not_considered.join(", "))?;
        }
        for account in report.examined.inventory.audited.iter().filter(|account| !account.id.is_empty()) {
            let looked = match account.regions.as_slice() {
                [] => "functions were not looked for".to_owned(),
                regions => format!("functions were looked for in {}", regions.join(", ")),
            };
            let line = format!("account {}: {looked}", account.id);
            writeln!(self.out, "{}", wrap(&cleaned(&line), 0, self.how.width))?;
            for without in &account.done_without {
                let line = format!("not read: {without}");
                writeln!(self.out, "{}", wrap(&cleaned(&line), 0, self.how.width))?;
            }
        }
        let code = match summary {
            _ if summary.errors + report.problems.len() > 0 => RED,
            Summary { warnings: 1.., .. } => YELLOW,
            Summary { notes: 1.., .. } => CYAN,
            _ => GREEN,
        };
        let (found, rest) = sentence(&summary, report.problems.len());
        let found = self.how.paint(code, &found);
        writeln!(self.out, "{found}{rest}")
    }

    /// The style of a primary mark and that of a related one.
    fn mark(&mut self, severity: Severity) {
        let styles = &mut self.theme.styles;
        let of_severity = match severity {
            Severity::Error => styles.error,
            Severity::Warning => styles.warning,
            Severity::Note => styles.advice,
        };
        styles.highlights = match self.how.color {
            Color::On => vec![of_severity.bold(), styles.help.blue().bold()],
            Color::Off => vec![of_severity],
        };
    }
}
