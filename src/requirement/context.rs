//! The request context of a call: what is known of each condition key.

use std::borrow::Cow;

use super::pack::{Fact, Facts, Template};
use crate::evaluate::glob::{Glob, Token, Var};
use crate::evaluate::{Context, Knowledge, Language, Presence};
use crate::inventory::{Principal, PrincipalType, Tags};
use crate::reference::{Action, KeyType, catalogue};

/// Where a principal lives and calls.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Locality {
    pub partition: String,
    pub region: Option<String>,
    pub account: Option<String>,
}

impl Locality {
    /// A text of a pack as a glob. Whatever is not known is the one unknown region or account.
    pub(super) fn fill(&self, template: &Template, wildcards: Wildcards) -> Glob {
        let mut tokens: Vec<Token> = Vec::new();
        let mut rest = template.0.as_str();
        let plain = |text: &str| match wildcards {
            Wildcards::Match => Glob::pattern(text),
            Wildcards::AreText => Glob::literal(text),
        };
        while let Some((before, name, after)) = placeholder(rest) {
            tokens.extend(plain(before).tokens());
            match self.known(name) {
                Ok(text) => tokens.extend(Glob::literal(text).tokens()),
                Err(var) => tokens.push(Token::Var(var)),
            }
            rest = after;
        }
        tokens.extend(plain(rest).tokens());
        Glob::from_tokens(tokens)
    }

    fn known(&self, name: &str) -> Result<&str, Var> {
        match name {
            "region" => self.region.as_deref().ok_or(Var::Region),
            "account" => self.account.as_deref().ok_or(Var::Account),
            _ => Ok(&self.partition),
        }
    }

    /// A text of a pack for people: what is not known keeps its placeholder.
    pub fn show(&self, text: &str) -> String {
        text.replace("{partition}", &self.partition)
            .replace("{region}", self.region.as_deref().unwrap_or("<region>"))
            .replace("{account}", self.account.as_deref().unwrap_or("<account>"))
    }
}

/// Whether `*` and `?` of a template are wildcards.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Wildcards {
    Match,
    AreText,
}

fn placeholder(text: &str) -> Option<(&str, &str, &str)> {
    let start = text.find('{')?;
    let end = start + text[start..].find('}')?;
    let name = &text[start + 1..end];
    matches!(name, "partition" | "region" | "account").then(|| (&text[..start], name, &text[end + 1..]))
}

/// The context of calls that a principal makes, or that a service makes with it.
#[derive(Clone, Copy)]
pub struct CallerContext<'c> {
    /// Facts that win over everything, the most special first.
    pub facts: [&'c Facts; 2],
    pub principal: &'c Principal<'c>,
    pub locality: &'c Locality,
    /// What the caller of rolecall knows; it fills only what is left open.
    pub given: &'c [(String, Vec<String>)],
    /// Shapes of keys whose value is not known.
    pub shapes: &'c Facts,
    pub action: Option<&'static Action>,
    pub resource_type: Option<&'c str>,
}

impl Context for CallerContext<'_> {
    fn key(&self, key: &str) -> Cow<'_, Knowledge> {
        Cow::Owned(self.knowledge(key))
    }
}

impl CallerContext<'_> {
    fn knowledge(&self, key: &str) -> Knowledge {
        if let Some(fact) = self.facts[0].get(key) {
            return self.unless_given(key, self.fact(fact));
        }
        if let Some(own) = self.of_principal(key) {
            return own;
        }
        if let Some(fact) = self.facts[1].get(key) {
            return self.unless_given(key, self.fact(fact));
        }
        if self.never_sent(key) {
            return Knowledge::Absent;
        }
        self.unless_given(key, self.shape(key))
    }

    fn fact(&self, fact: &Fact) -> Knowledge {
        match fact {
            Fact::Absent => Knowledge::Absent,
            Fact::Value(template) => Knowledge::Values(vec![self.locality.fill(template, Wildcards::AreText)]),
            Fact::Like { like, except } => Knowledge::Like(
                Language {
                    inside: self.locality.fill(like, Wildcards::Match),
                    except: except.iter().map(|glob| Glob::pattern(glob)).collect(),
                },
                Presence::Certain,
            ),
            Fact::AwsAddress => Knowledge::AwsAddress,
            Fact::Present => Knowledge::Like(Language::of(Glob::all()), Presence::Certain),
            Fact::Unknown => Knowledge::Unknown,
        }
    }

    /// What the caller gives for a key, if the key is open.
    fn unless_given(&self, key: &str, knowledge: Knowledge) -> Knowledge {
        let open = match &knowledge {
            Knowledge::Absent | Knowledge::AwsAddress => false,
            Knowledge::Values(values) => values.iter().any(Glob::has_var),
            Knowledge::Like(..) | Knowledge::Unknown => true,
        };
        if !open {
            return knowledge;
        }
        match self.given.iter().find(|(name, _)| name.eq_ignore_ascii_case(key)) {
            Some((_, values)) => Knowledge::Values(values.iter().map(|value| Glob::literal(value)).collect()),
            None => knowledge,
        }
    }

    /// What the input says of the principal itself.
    ///
    /// Source: IAM User Guide, "AWS global condition context keys", properties of the principal.
    fn of_principal(&self, key: &str) -> Option<Knowledge> {
        let is = |name: &str| key.eq_ignore_ascii_case(name);
        if is("aws:PrincipalArn") {
            let arn = self.principal.arn.as_ref()?;
            return Some(self.unless_given(key, Knowledge::Values(vec![Glob::literal(arn.as_str()).with_unknowns()])));
        }
        if let Some(tag) = strip_prefix_ignore_case(key, "aws:PrincipalTag/") {
            let (Tags::All(tags) | Tags::Some(tags)) = &self.principal.tags;
            return match tags.iter().find(|(name, _)| name.eq_ignore_ascii_case(tag)) {
                Some((_, value)) => Some(Knowledge::value(value)),
                None => matches!(self.principal.tags, Tags::All(_)).then_some(Knowledge::Absent),
            };
        }
        match self.principal.kind {
            PrincipalType::User if is("aws:username") => self.principal.name.as_deref().map(Knowledge::value),
            PrincipalType::User if is("aws:userid") => self.principal.unique_id.as_deref().map(Knowledge::value),
            PrincipalType::User if is("aws:PrincipalType") => Some(Knowledge::value("User")),
            PrincipalType::Role if is("aws:username") => Some(Knowledge::Absent),
            PrincipalType::Role if is("aws:PrincipalType") => Some(Knowledge::value("AssumedRole")),
            _ => None,
        }
    }

    /// Does AWS never send the key for this action on this resource type? Only keys of services, and the tag keys
    /// among the global ones, are listed action by action.
    fn never_sent(&self, key: &str) -> bool {
        let Some(action) = self.action else { return false };
        let Some((prefix, name)) = key.split_once(':') else { return false };
        let listed = if prefix.eq_ignore_ascii_case("aws") {
            let name = name.to_ascii_lowercase();
            name.starts_with("resourcetag/") || name.starts_with("requesttag/") || name == "tagkeys"
        } else {
            catalogue().service(prefix).is_some()
        };
        listed && !action.sends(self.resource_type, key)
    }

    /// A key of which nothing is known still has the shape of its type.
    fn shape(&self, key: &str) -> Knowledge {
        if let Some(Fact::Like { like, except }) = self.shapes.get(key) {
            let language = Language {
                inside: self.locality.fill(like, Wildcards::Match),
                except: except.iter().map(|glob| Glob::pattern(glob)).collect(),
            };
            return Knowledge::Like(language, Presence::Possible);
        }
        match catalogue().key_type(key) {
            Some(KeyType::Arn) => Knowledge::Like(Language::of(Glob::pattern("arn:*:*:*:*:*")), Presence::Possible),
            _ => Knowledge::Unknown,
        }
    }
}

fn strip_prefix_ignore_case<'t>(text: &'t str, prefix: &str) -> Option<&'t str> {
    let head = text.get(..prefix.len())?;
    head.eq_ignore_ascii_case(prefix).then(|| &text[prefix.len()..])
}
