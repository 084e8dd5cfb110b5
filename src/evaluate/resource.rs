//! Resources: what a question is asked on, and which of it a statement's patterns cover.
//!
//! The resources of one type are a set `arn:partition:ec2:region:account:` + a glob. The first five parts are known
//! texts (or one unknown each), so a pattern is first compared with them part by part; what is left of it is a glob
//! over the sixth part, and sets of resources are compared as languages of these globs.
//!
//! Source: IAM User Guide, "IAM JSON policy elements: Resource", "Amazon Resource Names (ARNs)".

use std::sync::LazyLock;

use super::arn;
use super::compare;
use super::condition::{Setting, UNKNOWN_VARIABLE, Undecided, Wildcards, expand};
use super::glob::{Glob, Token, Var};
use super::search::{Region, Search, search};
use super::truth::Truth;
use crate::policy::{Pattern, Patterns, Polarity, Version};

/// An action, and every resource type that a call of it needs. Each type must be allowed by itself.
#[derive(Clone, Debug)]
pub struct Question {
    /// `ec2:CreateNetworkInterface`, in AWS's spelling.
    pub action: Box<str>,
    pub cells: Vec<Cell>,
}

/// The resources of one type.
#[derive(Clone, Debug)]
pub struct Cell {
    /// `network-interface`; none for an action without resource types.
    pub resource_type: Option<Box<str>>,
    /// What identity policies must allow.
    pub resources: Resources,
    /// The names (sixth parts) on which explicit Denies and the layers around the principal count, if these are not
    /// all of `resources`: a service may probe one resource and be refused by policies that speak of others.
    pub limits: Option<Vec<Glob>>,
}

impl Cell {
    /// What identity policies must allow: the union of languages over what [`Covered`] speaks of.
    pub(super) fn names(&self) -> &[Glob] {
        static UNNAMED: LazyLock<[Glob; 1]> = LazyLock::new(|| [Glob::literal("*")]);
        match &self.resources {
            Resources::Unnamed => &*UNNAMED,
            Resources::Arns { names, .. } => names,
        }
    }

    /// Where layers and Denies count.
    pub(super) fn limits(&self) -> &[Glob] {
        self.limits.as_deref().unwrap_or_else(|| self.names())
    }
}

/// A set of resources.
#[derive(Clone, Debug)]
pub enum Resources {
    /// The action has no resource types: a request names `*`, which only the pattern `*` matches.
    Unnamed,
    /// ARNs with one head, and a name (the sixth part) that one of the globs matches. An unknown text in a name is one
    /// resource whose name the input leaves open.
    Arns { head: ArnHead, names: Vec<Glob> },
}

/// The first five parts of an ARN, `arn` included; globs without wildcards.
#[derive(Clone, Debug, PartialEq)]
pub struct ArnHead([Glob; 5]);

/// The unknowns of a head, and the condition key that stands for each in an answer.
const HEAD_KEYS: [(Var, &str); 2] = [(Var::Account, "aws:PrincipalAccount"), (Var::Region, "aws:RequestedRegion")];

impl ArnHead {
    /// `arn`, partition, service, region, account. What is not known of these is a [`Var`].
    pub fn new(parts: [Glob; 5]) -> ArnHead {
        ArnHead(parts)
    }

    fn tokens(&self) -> Vec<Token> {
        let mut tokens = Vec::new();
        for part in &self.0 {
            tokens.extend(part.tokens());
            tokens.push(Token::Char(':'));
        }
        tokens
    }
}

impl Resources {
    /// A resource of the set as a user reads it.
    pub(super) fn show(&self, name: &dyn std::fmt::Display) -> String {
        match self {
            Resources::Unnamed => "*".to_owned(),
            Resources::Arns { head, .. } => {
                let mut shown = String::with_capacity(96);
                for part in &head.0 {
                    // Character by character, because most findings of an account show a resource.
                    for token in part.tokens() {
                        match token {
                            Token::Char(char) => shown.push(*char),
                            unknown => shown.push_str(&Glob::from_tokens([*unknown]).to_string()),
                        }
                    }
                    shown.push(':');
                }
                shown + &name.to_string()
            }
        }
    }
}

/// What a statement's resources cover of a set.
#[derive(Clone, Debug, Default)]
pub(super) struct Covered {
    /// Covered in every reading.
    pub sure: Vec<Region>,
    /// Covered in some reading: a superset of `sure`.
    pub possible: Vec<Region>,
}

impl Covered {
    pub(super) fn everything() -> Covered {
        Covered { sure: vec![Region::all()], possible: vec![Region::all()] }
    }
}

/// Compares `Resource` or `NotResource` with a set of resources.
pub(super) fn cover(
    patterns: &Patterns<Pattern>,
    resources: &Resources,
    setting: Setting<'_>,
    undecided: &mut Undecided,
) -> Covered {
    let mut sure = Vec::new();
    let mut possible = Vec::new();
    for pattern in &patterns.patterns {
        if pattern.text() == "*" {
            sure = vec![Glob::all()];
            possible = vec![Glob::all()];
            break;
        }
        if setting.version == Version::V2012 && variable_in_head(pattern) {
            // "You can use a policy variable in the resource portion of the ARN": in front of it AWS says nothing.
            possible.push(Glob::all());
            continue;
        }
        if let Resources::Arns { head, .. } = resources
            && begins_otherwise(pattern.text(), head)
        {
            continue;
        }
        // A variable without a value makes a pattern that matches nothing.
        let Some(pattern) = expand(pattern, Wildcards::Match, setting, undecided) else { continue };
        match resources {
            Resources::Unnamed => cover_unnamed(&pattern, &mut sure, &mut possible),
            Resources::Arns { head, names } => cover_arns(&pattern, (head, names), &mut sure, &mut possible, undecided),
        }
    }
    if let Resources::Arns { names, .. } = resources {
        possible.extend(perhaps_named(names, &possible));
    }
    match patterns.polarity {
        Polarity::Listed => Covered {
            sure: sure.into_iter().map(Region::of).collect(),
            possible: possible.into_iter().map(Region::of).collect(),
        },
        // What is surely left out needs every reading of the list, and the other way round.
        Polarity::AllBut => Covered { sure: rest_of(possible), possible: rest_of(sure) },
    }
}

/// Do the letters before a pattern's first wildcard or variable differ from those of the head? Then it matches in no
/// reading. Most of what policies say is about other services.
fn begins_otherwise(pattern: &str, head: &ArnHead) -> bool {
    let letters = pattern.bytes().take_while(|byte| !matches!(byte, b'*' | b'?' | b'$'));
    let head = head.0.iter().flat_map(|part| part.tokens().iter().copied().chain([Token::Char(':')]));
    letters
        .zip(head)
        // What is no ASCII may stand for something unknown.
        .map_while(|(byte, token)| match token {
            Token::Char(char) if byte.is_ascii() && char.is_ascii() => {
                Some(char.eq_ignore_ascii_case(&char::from(byte)))
            }
            _ => None,
        })
        .any(|same| !same)
}

/// The names with an unknown text that may be one of those that are matched, if these are not all names anyway.
fn perhaps_named(names: &[Glob], matched: &[Glob]) -> Vec<Glob> {
    if matched.iter().any(Glob::is_all) {
        return Vec::new();
    }
    let meets = |wide: &Glob| matched.iter().any(|glob| !matches!(search(&[glob, wide], &[]), Search::Nothing));
    names.iter().filter(|name| name.has_var() && meets(&name.widened())).cloned().collect()
}

/// Does a policy variable stand before the fifth colon?
pub(super) fn variable_in_head(pattern: &Pattern) -> bool {
    let head = pattern.text().split_once("${").map(|(before, _)| before);
    head.is_some_and(|before| before.bytes().filter(|byte| *byte == b':').count() < 5)
}

fn rest_of(listed: Vec<Glob>) -> Vec<Region> {
    if listed.iter().any(Glob::is_all) { Vec::new() } else { vec![Region::except(listed)] }
}

/// "If the action has no resource types, you must specify all resources (*)": no ARN matches.
fn cover_unnamed(pattern: &Glob, sure: &mut Vec<Glob>, possible: &mut Vec<Glob>) {
    if pattern.is_all() {
        sure.push(Glob::all());
        possible.push(Glob::all());
    } else if matches!(search(&[&pattern.widened(), &Glob::literal("*")], &[]), Search::Found(_)) {
        // `?`, or a text that is not known.
        possible.push(Glob::all());
    }
}

fn cover_arns(
    pattern: &Glob,
    (head, names): (&ArnHead, &[Glob]),
    sure: &mut Vec<Glob>,
    possible: &mut Vec<Glob>,
    undecided: &mut Undecided,
) {
    if pattern.is_all() {
        sure.push(Glob::all());
        possible.push(Glob::all());
        return;
    }
    let (parts, name) = head_and_name(pattern);
    let compared = compare_heads(head, &parts);
    if compared == Truth::Unknown {
        note_unknown_parts(head, &parts, undecided);
    }
    let wide = pattern.widened().insensitive();
    if compared == Truth::Yes {
        possible.push(name.widened().insensitive());
        // A variable of unknown value may also have none, and then the pattern matches nothing.
        if !name.tokens().contains(&UNKNOWN_VARIABLE) {
            sure.push(name);
        }
    } else {
        let (wide_parts, wide_name) = head_and_name(&wide);
        if compare_heads(head, &wide_parts) != Truth::No {
            possible.push(wide_name);
        }
    }
    // "A * that is the last character of a segment can expand beyond the colon boundaries", says the Resource page
    // of 2026, and its copy of 2023 does not: so what only this reading covers is possible, not sure.
    if pattern.may_hold_colons() || crosses_colons(&wide, names) {
        possible.extend(names_across_colons(&wide, head, names));
    }
}

/// The five parts of the head and the name. What a short ARN leaves out is `*`.
fn head_and_name(pattern: &Glob) -> (Vec<Glob>, Glob) {
    let mut parts = arn::parts(pattern.tokens());
    while parts.len() < 6 {
        parts.push(Glob::all());
    }
    let name = parts.pop().unwrap_or_else(Glob::all);
    let case = pattern.case();
    (parts.into_iter().map(|part| part.with_case(case)).collect(), name.with_case(case))
}

fn compare_heads(head: &ArnHead, parts: &[Glob]) -> Truth {
    Truth::all(head.0.iter().zip(parts).map(|(known, part)| compare::part(known, &[], part)))
}

fn note_unknown_parts(head: &ArnHead, parts: &[Glob], undecided: &mut Undecided) {
    for (known, part) in head.0.iter().zip(parts) {
        if compare::part(known, &[], part) != Truth::Unknown {
            continue;
        }
        for (var, key) in HEAD_KEYS {
            if known.tokens().contains(&Token::Var(var)) {
                undecided.add(key);
            }
        }
    }
}

/// Does a part before the last end in `*`, so that it may stand for colons? A pattern of six parts has as many colons
/// as the head: if a star eats one of the head's, it asks for one in the name.
fn crosses_colons(pattern: &Glob, names: &[Glob]) -> bool {
    let tokens = pattern.tokens();
    let colons = tokens.iter().filter(|token| **token == Token::Char(':')).count();
    if colons >= 5 && !has_colon(names) {
        return false;
    }
    let ends_part = |pair: &[Token]| pair == [Token::Many, Token::Char(':')];
    tokens.windows(2).any(ends_part) || (colons < 5 && tokens.last() == Some(&Token::Many))
}

fn has_colon(globs: &[Glob]) -> bool {
    globs.iter().any(|glob| glob.tokens().contains(&Token::Char(':')))
}

/// The names that are left when `*` may stand for colons, too. An unknown part of the head may be any text.
///
/// A name without colons (no resource that a call creates or deletes has one, unless its type is written with one)
/// leaves no room for a colon that the pattern still asks for.
fn names_across_colons(wide: &Glob, head: &ArnHead, names: &[Glob]) -> Vec<Glob> {
    let mut rest = vec![wide.clone()];
    let mut known: Vec<Token> = Vec::new();
    for token in head.tokens() {
        if let Token::Var(_) = token {
            rest = rest.iter().flat_map(|glob| glob.after_prefix(&known)).flat_map(|glob| after_any(&glob)).collect();
            known.clear();
        } else {
            known.push(token);
        }
    }
    let left = rest.iter().flat_map(|glob| glob.after_prefix(&known));
    left.filter(|glob| has_colon(names) || !has_colon(std::slice::from_ref(glob))).collect()
}

/// What remains of a glob behind any text without a colon.
fn after_any(glob: &Glob) -> Vec<Glob> {
    let tokens = glob.tokens();
    let reach = tokens.iter().position(|token| *token == Token::Char(':')).unwrap_or(tokens.len());
    (0..=reach).map(|start| Glob::from_tokens(tokens[start..].iter().copied()).with_case(glob.case())).collect()
}
