//! `--format human`: what decided, layer by layer, with its place; and what was missing.
//!
//! In: the answers, and what the terminal can do. Out: for each action on each resource a headline, one line a layer
//! for each statement that applies (or that none does), and the condition keys that were looked for in vain.

use std::io::{self, Write};

use super::Answers;
use super::answer::{Matched, ResourceResult, word};
use crate::evaluate::{Answer, Decision, Layer, Truth};
use crate::report::{BOLD, DIM, GREEN, Glyphs, Human, RED, cleaned};

/// Writes the answers for people.
///
/// # Errors
/// The output cannot be written.
pub fn explain(answers: &Answers<'_>, how: Human, out: &mut impl Write) -> io::Result<()> {
    let mut first = true;
    for action in &answers.results {
        for result in &action.resources {
            if !std::mem::take(&mut first) {
                writeln!(out)?;
            }
            Explanation { answers, how, result }.write(&action.action, out)?;
        }
    }
    Ok(())
}

struct Explanation<'e> {
    answers: &'e Answers<'e>,
    how: Human,
    result: &'e ResourceResult<'e>,
}

/// How a line stands to the request.
#[derive(Clone, Copy)]
enum Sign {
    For,
    Against,
    /// It makes no difference.
    Neutral,
}

/// Wide enough for the longest title of a layer.
const TITLES: usize = 36;

impl Explanation<'_> {
    fn write(&self, action: &str, out: &mut impl Write) -> io::Result<()> {
        let Decision { answer, layers, missing_keys, .. } = &self.result.decision;
        let color = if *answer == Answer::Allowed { GREEN } else { RED };
        let headline = format!("{action} on {}", self.result.resource);
        writeln!(out, "{}: {}", self.how.paint(color, word(*answer)), self.how.paint(BOLD, &cleaned(&headline)))?;
        writeln!(out, "  {}", self.reason())?;
        for layer in layers {
            let title = title(layer.layer);
            let mut statements = self.statements(layer.layer).peekable();
            if statements.peek().is_none() {
                self.line(out, self.silent(layer.layer, layer.allows), &title, "no statement applies")?;
            }
            for (sign, matched) in statements {
                self.line(out, sign, &title, &words(sign, &matched))?;
            }
        }
        if !missing_keys.is_empty() {
            let keys = missing_keys.join(", ");
            self.line(out, Sign::Neutral, "condition keys looked for in vain", &cleaned(&keys))?;
        }
        Ok(())
    }

    /// Why, in one sentence.
    fn reason(&self) -> String {
        let Decision { answer, denies, lacking, .. } = &self.result.decision;
        match (answer, lacking) {
            (Answer::ExplicitDeny, _) if denies.len() == 1 => "a Deny applies, and it wins over every Allow".to_owned(),
            (Answer::ExplicitDeny, _) => format!("{} Denies apply, and each wins over every Allow", denies.len()),
            (_, Some(layer @ (Layer::Identity | Layer::Resource))) => {
                format!("nothing allows it: no Allow applies in the {}", title(*layer))
            }
            (_, Some(layer)) => format!("the {} would have to allow it, too", title(*layer)),
            (_, None) => "everything that has to allow it does, and no Deny applies".to_owned(),
        }
    }

    /// The statements of a layer that apply, Denies first.
    fn statements(&self, layer: Layer) -> impl Iterator<Item = (Sign, Matched<'_>)> {
        let Decision { allows, denies, .. } = &self.result.decision;
        let denies = denies.iter().map(|at| (Sign::Against, *at));
        let all = denies.chain(allows.iter().map(|at| (Sign::For, *at)));
        all.filter_map(|(sign, at)| Some((sign, self.answers.matched(at)?)))
            .filter(move |(_, matched)| matched.layer == layer)
    }

    /// What it means that no statement of a layer applies.
    fn silent(&self, layer: Layer, allows: Truth) -> Sign {
        match layer {
            // They only take away, and a resource's policy need not say anything.
            Layer::ResourceControl(_) => Sign::Neutral,
            Layer::Resource | Layer::Identity if self.result.decision.lacking != Some(layer) => Sign::Neutral,
            _ if allows == Truth::Yes => Sign::For,
            _ => Sign::Against,
        }
    }

    fn line(&self, out: &mut impl Write, sign: Sign, title: &str, text: &str) -> io::Result<()> {
        let (glyph, color) = match (sign, self.how.glyphs) {
            (Sign::For, Glyphs::Unicode) => ("✓", GREEN),
            (Sign::Against, Glyphs::Unicode) => ("✗", RED),
            (Sign::Neutral, Glyphs::Unicode) => ("·", DIM),
            (Sign::For, Glyphs::Ascii) => ("+", GREEN),
            (Sign::Against, Glyphs::Ascii) => ("x", RED),
            (Sign::Neutral, Glyphs::Ascii) => ("-", DIM),
        };
        writeln!(out, "  {} {title:TITLES$} {text}", self.how.paint(color, glyph))
    }
}

fn words(sign: Sign, matched: &Matched<'_>) -> String {
    let verb = if let Sign::Against = sign { "denies" } else { "allows" };
    let name = matched.sid.map_or_else(|| "a statement".to_owned(), |sid| format!("`{}`", cleaned(sid)));
    format!("{name} {verb} it ({}, line {}, column {})", matched.field, matched.start.line, matched.start.column)
}

fn title(layer: Layer) -> String {
    match layer {
        Layer::Identity => "identity policies".to_owned(),
        Layer::Boundary => "permissions boundary".to_owned(),
        Layer::Session => "session policies".to_owned(),
        Layer::Organization(level) => format!("service control policies of level {}", level + 1),
        Layer::ResourceControl(level) => format!("resource control policies of level {}", level + 1),
        Layer::Resource => "resource's own policy".to_owned(),
        Layer::Endpoint => "policy of the VPC endpoint".to_owned(),
    }
}
