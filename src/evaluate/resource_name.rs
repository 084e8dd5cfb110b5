//! One resource of one request, and whether a statement is about it.
//!
//! What [`resource`](super::resource) says of sets, for the set with one member: there a language is compared, here a
//! text. `tests/law.rs` holds the two to each other.
//!
//! Source: IAM User Guide, "IAM JSON policy elements: Resource", "Amazon Resource Names (ARNs)".

use super::condition::{Setting, Undecided, Wildcards, expand};
use super::glob::{Case, Glob, Token, matches};
use super::resource::variable_in_head;
use super::truth::Truth;
use crate::policy::{Pattern, Patterns, Polarity, Version};

/// The resource that a request names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResourceName<'a> {
    /// `*`: the action has no resource types, or the request is about all resources.
    All,
    /// An ARN, cut at its first five colons.
    Arn { text: &'a str, parts: [&'a str; 6] },
    /// A text that is no ARN: some services name the resources of their own policies otherwise.
    Other(&'a str),
}

impl<'a> ResourceName<'a> {
    pub fn parse(text: &'a str) -> ResourceName<'a> {
        if text == "*" {
            return ResourceName::All;
        }
        match super::arn::cut(text) {
            (parts, 6) if parts[0] == "arn" => ResourceName::Arn { text, parts },
            _ => ResourceName::Other(text),
        }
    }

    /// A role that an AWS service made for itself.
    pub fn is_service_linked_role(&self) -> bool {
        matches!(self, ResourceName::Arn { parts, .. } if parts[2] == "iam" && parts[5].starts_with("role/aws-service-role/"))
    }

    /// The account that the ARN names, if it names one.
    pub fn account(&self) -> Option<&'a str> {
        match self {
            ResourceName::Arn { parts, .. } => Some(parts[4]).filter(|account| super::principal::is_account(account)),
            _ => None,
        }
    }
}

/// Is a statement's `Resource` or `NotResource` about the resource? Unknown where AWS says nothing at all.
pub(super) fn is_about(
    patterns: &Patterns<Pattern>,
    resource: &ResourceName<'_>,
    setting: Setting<'_>,
    undecided: &mut Undecided,
) -> Truth {
    let listed = Truth::any(patterns.patterns.iter().map(|pattern| one(pattern, resource, setting, undecided)));
    match patterns.polarity {
        Polarity::Listed => listed,
        Polarity::AllBut => !listed,
    }
}

fn one(pattern: &Pattern, resource: &ResourceName<'_>, setting: Setting<'_>, undecided: &mut Undecided) -> Truth {
    let text = pattern.text();
    if text == "*" {
        return Truth::Yes;
    }
    if setting.version == Version::V2008 || !pattern.has_variable() {
        return match resource {
            ResourceName::All => about_all(text.bytes().all(|byte| byte == b'*'), matches(text, "*", Case::Sensitive)),
            ResourceName::Arn { text: name, parts } => Truth::from(about_arn(text, name, parts)),
            ResourceName::Other(name) => Truth::from(matches(text, name, Case::Sensitive)),
        };
    }
    if variable_in_head(pattern) {
        // "You can use a policy variable in the resource portion of the ARN": in front of it AWS says nothing.
        return Truth::Unknown;
    }
    // A variable without a value makes a pattern that matches nothing.
    let Some(glob) = expand(pattern, Wildcards::Match, setting, undecided) else { return Truth::No };
    match resource {
        ResourceName::All => about_all(glob.is_all(), glob.matches_str("*")),
        ResourceName::Arn { text, parts } => {
            let own = super::arn::parts(glob.tokens());
            let by_parts = own.iter().zip(parts).all(|(own, part)| own.matches_str(part));
            Truth::from(by_parts || across_colons(glob.tokens(), text))
        }
        ResourceName::Other(name) => Truth::from(glob.matches_str(name)),
    }
}

/// "If the action has no resource types, you must specify all resources (*)": no ARN matches. Of `?` AWS says nothing.
fn about_all(is_all: bool, matches: bool) -> Truth {
    match (is_all, matches) {
        (true, _) => Truth::Yes,
        (false, true) => Truth::Unknown,
        (false, false) => Truth::No,
    }
}

/// Part by part, and what a short ARN leaves out is `*`; or with a `*` at the end of a part standing for colons, too.
fn about_arn(pattern: &str, name: &str, parts: &[&str; 6]) -> bool {
    let (own, count) = super::arn::cut(pattern);
    own[..count].iter().zip(parts).all(|(own, part)| matches(own, part, Case::Sensitive))
        || (pattern.contains("*:") && across_colons(Glob::pattern(pattern).tokens(), name))
}

/// "A `*` that is the last character of a segment can expand beyond the colon boundaries", says the Resource page of
/// 2026 (its copy of 2023 does not: `check` leaves open what only this reading covers). Any other stops at a colon.
fn across_colons(pattern: &[Token], name: &str) -> bool {
    let ends_part = |at: usize| pattern.get(at + 1).is_none_or(|next| *next == Token::Char(':'));
    // Which positions of the pattern may stand in front of the rest of the name.
    let mut standing = vec![false; pattern.len() + 1];
    standing[0] = true;
    let leave_stars = |standing: &mut [bool]| {
        for at in 0..pattern.len() {
            if standing[at] && pattern[at] == Token::Many {
                standing[at + 1] = true;
            }
        }
    };
    leave_stars(&mut standing);
    for char in name.chars() {
        let mut next = vec![false; pattern.len() + 1];
        for (at, token) in pattern.iter().enumerate().filter(|(at, _)| standing[*at]) {
            match token {
                Token::Many if char != ':' || ends_part(at) => next[at] = true,
                Token::One if char != ':' => next[at + 1] = true,
                Token::Char(own) if *own == char => next[at + 1] = true,
                _ => {}
            }
        }
        standing = next;
        leave_stars(&mut standing);
    }
    standing[pattern.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arns_are_compared_part_by_part() {
        let cases = [
            ("arn:aws:s3:::b/*", "arn:aws:s3:::b/k/l", Truth::Yes),
            ("arn:aws:s3:::b", "arn:aws:s3:::b/k", Truth::No),
            ("arn:aws:s3:::B/*", "arn:aws:s3:::b/k", Truth::No),
            ("arn:aws:s3:*", "arn:aws:s3:::b/k", Truth::Yes),
            ("arn:aws:s3", "arn:aws:s3:::b/k", Truth::Yes),
            ("arn:aws:ec2:*:*:*/*", "arn:aws:ec2:eu-west-1:111122223333:subnet/s", Truth::Yes),
            ("arn:aws:sns:*:orders", "arn:aws:sns:eu-west-1:111122223333:orders", Truth::Yes),
            ("arn:aws:sns:eu-*-1:orders", "arn:aws:sns:eu-west-1:111122223333:orders", Truth::No),
            ("arn:aws:logs:*:*:log-group:/a/*:*", "arn:aws:logs:r:1:log-group:/a/b:stream", Truth::Yes),
            ("arn:aws:sns:*:o*", "arn:aws:sns:eu-west-1:111122223333:orders", Truth::Yes),
            ("arn:*:orders", "arn:aws:sns:eu-west-1:111122223333:orders", Truth::Yes),
            ("arn:aws:s3:::?", "arn:aws:s3:::b", Truth::Yes),
            ("arn:aws:s3:::??", "arn:aws:s3:::b", Truth::No),
        ];
        for (pattern, name, expected) in cases {
            let ResourceName::Arn { text, parts } = ResourceName::parse(name) else { panic!("{name} is an ARN") };
            assert_eq!(Truth::from(about_arn(pattern, text, &parts)), expected, "{pattern} {name}");
        }
    }

    #[test]
    fn names_of_resources() {
        assert_eq!(ResourceName::parse("*"), ResourceName::All);
        assert_eq!(ResourceName::parse("execute-api:/prod"), ResourceName::Other("execute-api:/prod"));
        let arn = ResourceName::parse("arn:aws:sqs:eu-west-1:111122223333:q:x");
        assert_eq!(arn.account(), Some("111122223333"));
        assert!(matches!(arn, ResourceName::Arn { parts: [.., "q:x"], .. }));
        assert_eq!(ResourceName::parse("arn:aws:s3:::b").account(), None);
    }
}
