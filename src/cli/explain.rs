//! `rolecall rules` and `rolecall explain RULE`.

use std::io::{self, Write};

use super::{Exit, Failure};
use crate::rule::{self, RULES};

/// Lists the rules.
pub(super) fn rules() -> Result<Exit, Failure> {
    let mut out = io::stdout().lock();
    let width = RULES.iter().map(|rule| rule.name.len()).max().unwrap_or(0);
    for rule in RULES {
        writeln!(out, "{:width$}  {:7}  {}", rule.name, rule.severity.as_str(), rule.summary)?;
    }
    Ok(Exit::Clean)
}

/// One rule, whole.
pub(super) fn explain(name: &str) -> Result<Exit, Failure> {
    let rule = rule::find(name).ok_or_else(|| unknown(name))?;
    let mut out = io::stdout().lock();
    writeln!(out, "{} ({})\n\n{}.\n", rule.name, rule.severity.as_str(), rule.summary)?;
    writeln!(out, "{}\n\nSource: {}", fill(rule.explanation), rule.source)?;
    Ok(Exit::Clean)
}

/// A wrong rule name, with the right one if it is near.
pub(super) fn unknown(name: &str) -> Failure {
    let nearest = RULES.iter().map(|rule| (strsim::osa_distance(rule.name, name), rule.name)).min();
    Failure::WrongCall {
        message: format!("there is no rule `{name}`"),
        help: match nearest {
            Some((distance, nearest)) if distance <= 4 => Some(format!("did you mean `{nearest}`?")),
            _ => Some("`rolecall rules` lists them".to_owned()),
        },
    }
}

/// Paragraphs in lines of 80 characters.
fn fill(text: &str) -> String {
    let mut filled = String::new();
    for paragraph in text.split("\n\n") {
        if !filled.is_empty() {
            filled.push_str("\n\n");
        }
        let mut column = 0;
        for word in paragraph.split_whitespace() {
            let width = word.chars().count();
            if column > 0 && column + 1 + width > 80 {
                filled.push('\n');
                column = 0;
            } else if column > 0 {
                filled.push(' ');
                column += 1;
            }
            filled.push_str(word);
            column += width;
        }
    }
    filled
}
