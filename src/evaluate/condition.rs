//! Does a condition hold, given what is known of its key?
//!
//! Source: IAM User Guide, "IAM JSON policy elements: Condition operators", "Single-valued vs. multivalued context
//! keys", "IAM policy elements: Variables and tags".

use std::borrow::Cow;
use std::cmp::Ordering;

use super::compare::{self, Texts};
use super::context::{Context, Knowledge, Presence};
use super::glob::{Glob, Token, Var};
use super::truth::Truth;
use crate::policy::{
    Condition, Effect, Negation, Pattern, Piece, Policy, Qualifier, Statement, Test, Unknown, Version, WhenAbsent,
    shown,
};

/// The condition keys on which an answer hangs, each once, as the policy writes it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Undecided(Vec<Box<str>>);

impl Undecided {
    pub(super) fn add(&mut self, key: &str) {
        let key = &*shown(key);
        if !self.0.iter().any(|known| known.eq_ignore_ascii_case(key)) {
            self.0.push(key.into());
        }
    }

    pub(super) fn append(&mut self, other: &Undecided) {
        other.0.iter().for_each(|key| self.add(key));
    }

    pub(super) fn into_keys(self) -> Vec<Box<str>> {
        self.0
    }
}

/// Where a statement stands: what decides how its texts are read.
#[derive(Clone, Copy)]
pub(super) struct Setting<'a> {
    pub version: Version,
    pub effect: Effect,
    pub context: &'a dyn Context,
    pub vague: Vague,
}

impl<'a> Setting<'a> {
    /// A statement that is asked about a set of requests.
    pub(super) fn open(policy: &Policy, statement: &Statement, context: &'a dyn Context) -> Setting<'a> {
        Setting { version: policy.version, effect: statement.effect, context, vague: Vague::StaysOpen }
    }

    /// A statement that is asked about one request.
    pub(super) fn settled(policy: &Policy, statement: &Statement, context: &'a dyn Context) -> Setting<'a> {
        Setting { vague: Vague::IsSettled, ..Setting::open(policy, statement, context) }
    }
}

/// What becomes of a point on which AWS's texts leave a choice (docs/semantics.md lists them).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Vague {
    /// It is unknown: who asks about a set must not take a guess for a fact.
    StaysOpen,
    /// It is decided as the more specific of AWS's words say: a request has to be answered.
    IsSettled,
}

/// What is known of a key; nothing if part of its name is unknown.
fn known_of<'a>(key: &str, setting: Setting<'a>) -> Cow<'a, Knowledge> {
    if Unknown::is_in(key) { Cow::Owned(Knowledge::Unknown) } else { setting.context.key(key) }
}

/// All conditions of a statement. The keys that leave it open are added to `undecided`.
pub(super) fn all_hold(conditions: &[Condition], setting: Setting<'_>, undecided: &mut Undecided) -> Truth {
    let mut open = Undecided::default();
    let answer = Truth::all(conditions.iter().map(|condition| {
        let mut keys = Undecided::default();
        let answer = holds(condition, setting, &mut keys);
        if answer == Truth::Unknown {
            open.append(&keys);
        }
        answer
    }));
    if answer == Truth::Unknown {
        undecided.append(&open);
    }
    answer
}

/// One condition: an operator, a key, its values.
pub(super) fn holds(condition: &Condition, setting: Setting<'_>, undecided: &mut Undecided) -> Truth {
    let knowledge = known_of(&condition.key, setting);
    let disputed = matches!(
        (condition.operator.when_absent, condition.operator.qualifier),
        (WhenAbsent::Holds, Some(Qualifier::ForAnyValue))
    );
    if knowledge.is_open() || disputed {
        undecided.add(&condition.key);
    }
    if condition.operator.test == Test::Null {
        return is_null(condition, &knowledge, setting.vague);
    }
    let values = Values::of(condition, setting, undecided);
    let absent = when_absent(condition, setting.vague);
    match &*knowledge {
        Knowledge::Absent => absent,
        Knowledge::Values(list) => {
            let mut answers = list.iter().map(|value| values.admit(Texts { inside: value, except: &[] }));
            let qualified = match condition.operator.qualifier {
                // A key without any value is as good as absent, for every operator without a qualifier.
                None => match (answers.next(), list.len()) {
                    (Some(answer), 1) => return answer,
                    (None, _) => return absent,
                    // "Do not use" is all that AWS says of several values under an operator for one.
                    _ => return Truth::Unknown,
                },
                Some(Qualifier::ForAllValues) => Truth::all(answers),
                Some(Qualifier::ForAnyValue) if list.is_empty() => return absent,
                Some(Qualifier::ForAnyValue) => Truth::any(answers),
            };
            // "… or if the key values resolve to a null dataset, such as an empty string": as if there were none.
            match setting.vague {
                _ if list.is_empty() || list.iter().any(|value| !value.tokens().is_empty()) => qualified,
                Vague::IsSettled => absent,
                Vague::StaysOpen => qualified.either_case(absent),
            }
        }
        Knowledge::Like(language, Presence::Certain) => values.admit(Texts::of(language)),
        Knowledge::Like(language, Presence::Possible) => values.admit(Texts::of(language)).either_case(absent),
        Knowledge::AwsAddress => values.admit_aws_address(setting.effect),
        Knowledge::Unknown => {
            // One value or several: what every single text gives holds for any number of them.
            values.admit(Texts { inside: &Glob::all(), except: &[] }).either_case(absent)
        }
    }
}

impl Knowledge {
    fn is_open(&self) -> bool {
        match self {
            Knowledge::Absent => false,
            Knowledge::Values(values) => values.iter().any(Glob::has_var),
            Knowledge::Like(..) | Knowledge::AwsAddress | Knowledge::Unknown => true,
        }
    }
}

/// "If the key is not present, the values do not match and the condition is false"; a negated operator is then true,
/// and so is `…IfExists`. "ForAllValues returns true if there are no keys in the request"; ForAnyValue then fails.
fn when_absent(condition: &Condition, vague: Vague) -> Truth {
    let operator = condition.operator;
    match (operator.when_absent, operator.qualifier) {
        // "ForAnyValue returns false" for a missing key, and "IfExists: the condition evaluates as true": AWS says both.
        (WhenAbsent::Holds, Some(Qualifier::ForAnyValue)) if vague == Vague::StaysOpen => Truth::Unknown,
        (WhenAbsent::Holds, _) | (_, Some(Qualifier::ForAllValues)) => Truth::Yes,
        (_, Some(Qualifier::ForAnyValue)) => Truth::No,
        (WhenAbsent::OperatorDecides, None) => Truth::from(operator.test.negation() == Negation::Negated),
    }
}

/// `Null`: "true" asks that the key be absent, "false" that it be present.
fn is_null(condition: &Condition, knowledge: &Knowledge, vague: Vague) -> Truth {
    let absent = match knowledge {
        Knowledge::Absent => Truth::Yes,
        // Documented only for ForAllValues, where an empty list is as absent.
        Knowledge::Values(values) if values.is_empty() => match vague {
            Vague::StaysOpen => Truth::Unknown,
            Vague::IsSettled => Truth::Yes,
        },
        Knowledge::Values(_) | Knowledge::Like(_, Presence::Certain) | Knowledge::AwsAddress => Truth::No,
        Knowledge::Like(_, Presence::Possible) | Knowledge::Unknown => Truth::Unknown,
    };
    Truth::any(condition.values.iter().map(|value| match value.text() {
        text if Unknown::is_in(text) => Truth::Unknown,
        text if text.eq_ignore_ascii_case("true") => absent,
        text if text.eq_ignore_ascii_case("false") => !absent,
        _ => Truth::No,
    }))
}

/// The values of a condition, ready to be compared.
struct Values<'a> {
    test: Test,
    texts: &'a [Pattern],
    /// The values as globs, for the operators that compare texts; a value whose variable has no value is left out,
    /// because it matches nothing.
    globs: Vec<Glob>,
    variables: Variables,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Variables {
    Replaced,
    /// The variables page and the operators page of the IAM User Guide disagree about `Bool`.
    Disputed,
}

impl<'a> Values<'a> {
    fn of(condition: &'a Condition, setting: Setting<'_>, undecided: &mut Undecided) -> Values<'a> {
        let test = condition.operator.test;
        let reading = match test {
            Test::StringEquals(_) | Test::StringEqualsIgnoreCase(_) => Some(Wildcards::AreText),
            Test::StringLike(_) | Test::Arn(_) => Some(Wildcards::Match),
            _ => None,
        };
        let globs = match reading {
            None => Vec::new(),
            Some(wildcards) => condition
                .values
                .iter()
                .filter_map(|value| expand(value, wildcards, setting, undecided))
                .map(|glob| match test {
                    Test::StringEqualsIgnoreCase(_) => glob.insensitive(),
                    _ => glob,
                })
                .collect(),
        };
        let disputed = test == Test::Bool
            && setting.version == Version::V2012
            && condition.values.iter().any(Pattern::has_variable);
        let variables = if disputed { Variables::Disputed } else { Variables::Replaced };
        Values { test, texts: &condition.values, globs, variables }
    }

    /// Does a value of this language pass the test?
    fn admit(&self, value: Texts<'_>) -> Truth {
        let matched = match self.test {
            Test::StringEquals(_) | Test::StringEqualsIgnoreCase(_) | Test::StringLike(_) => {
                Truth::any(self.globs.iter().map(|glob| compare::text(value, glob)))
            }
            Test::Arn(_) => Truth::any(self.globs.iter().map(|glob| compare::arn(value, glob))),
            _ if self.variables == Variables::Disputed => Truth::Unknown,
            test => match literal(value.inside) {
                Some(value) => Truth::any(self.texts.iter().map(|text| compare_known(test, &value, text.text()))),
                None => Truth::Unknown,
            },
        };
        self.negate(matched)
    }

    /// The address of a call that comes from AWS. For a range of which nobody can say whether it holds the address,
    /// the answer is the one that grants less.
    fn admit_aws_address(&self, effect: Effect) -> Truth {
        let Test::IpAddress(negation) = self.test else {
            return self.admit(Texts { inside: &Glob::all(), except: &[] });
        };
        let within = Truth::any(self.texts.iter().map(|text| match text.text() {
            range if Unknown::is_in(range) => Truth::Unknown,
            range => compare::aws_address(range),
        }));
        let grants_less =
            matches!((negation, effect), (Negation::Plain, Effect::Allow) | (Negation::Negated, Effect::Deny));
        self.negate(if within == Truth::Unknown && grants_less { Truth::No } else { within })
    }

    /// For a negated operator none of the values may match.
    fn negate(&self, matched: Truth) -> Truth {
        match self.test.negation() {
            Negation::Plain => matched,
            Negation::Negated => !matched,
        }
    }
}

fn compare_known(test: Test, value: &str, pattern: &str) -> Truth {
    if Unknown::is_in(pattern) {
        return Truth::Unknown;
    }
    match test {
        Test::NumericEquals(_) => compare::number(value, pattern, Ordering::is_eq),
        Test::NumericLessThan => compare::number(value, pattern, Ordering::is_lt),
        Test::NumericLessThanEquals => compare::number(value, pattern, Ordering::is_le),
        Test::NumericGreaterThan => compare::number(value, pattern, Ordering::is_gt),
        Test::NumericGreaterThanEquals => compare::number(value, pattern, Ordering::is_ge),
        Test::DateEquals(_) => compare::date(value, pattern, Ordering::is_eq),
        Test::DateLessThan => compare::date(value, pattern, Ordering::is_lt),
        Test::DateLessThanEquals => compare::date(value, pattern, Ordering::is_le),
        Test::DateGreaterThan => compare::date(value, pattern, Ordering::is_gt),
        Test::DateGreaterThanEquals => compare::date(value, pattern, Ordering::is_ge),
        Test::Bool => compare::boolean(value, pattern),
        Test::BinaryEquals => compare::binary(value, pattern),
        Test::IpAddress(_) => compare::address(value, pattern),
        // Compared as globs, or not a comparison at all.
        Test::StringEquals(_) | Test::StringEqualsIgnoreCase(_) | Test::StringLike(_) | Test::Arn(_) | Test::Null => {
            Truth::Unknown
        }
    }
}

/// The text of a glob without wildcards and unknown parts.
fn literal(glob: &Glob) -> Option<String> {
    glob.tokens()
        .iter()
        .map(|token| match token {
            Token::Char(char) => Some(*char),
            _ => None,
        })
        .collect()
}

/// What `*` and `?` mean where a text stands.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Wildcards {
    Match,
    AreText,
}

/// A variable whose value is not known. No value of a request holds it, so it surely equals nothing.
pub(super) const UNKNOWN_VARIABLE: Token = Token::Var(Var::NAMELESS);

/// A text of a policy with its variables replaced; none if a variable has no value: then it matches nothing.
///
/// Source: IAM User Guide, "IAM policy elements: Variables and tags".
pub(super) fn expand(
    pattern: &Pattern,
    wildcards: Wildcards,
    setting: Setting<'_>,
    undecided: &mut Undecided,
) -> Option<Glob> {
    let plain = |text: &str| match wildcards {
        Wildcards::Match => Glob::pattern(text).with_unknowns(),
        Wildcards::AreText => Glob::literal(text).with_unknowns(),
    };
    if setting.version == Version::V2008 || !pattern.has_variable() {
        return Some(plain(pattern.text()));
    }
    let mut tokens: Vec<Token> = Vec::new();
    for piece in pattern.pieces() {
        match piece {
            Piece::Text(text) => tokens.extend(plain(text).tokens()),
            Piece::Escaped(char) => tokens.push(Token::Char(char)),
            Piece::Variable { key, default } => match variable(known_of(key, setting).into_owned(), default) {
                Some(value) => tokens.extend(value.tokens()),
                None if matches!(*known_of(key, setting), Knowledge::Absent) => return None,
                None => {
                    undecided.add(key);
                    tokens.push(UNKNOWN_VARIABLE);
                }
            },
        }
    }
    Some(Glob::from_tokens(tokens))
}

/// The variables of some texts that have no value and no default.
pub(super) fn keys_in_vain(patterns: &[Pattern], setting: Setting<'_>, missing: &mut Undecided) {
    if setting.version == Version::V2008 {
        return;
    }
    for pattern in patterns.iter().filter(|pattern| pattern.has_variable()) {
        for piece in pattern.pieces() {
            if let Piece::Variable { key, .. } = piece
                && setting.context.lacks(key)
            {
                missing.add(key);
            }
        }
    }
}

/// The one known text that a variable stands for.
fn variable(knowledge: Knowledge, default: Option<&str>) -> Option<Glob> {
    match knowledge {
        Knowledge::Absent => default.map(|text| Glob::literal(text).with_unknowns()),
        Knowledge::Values(mut values) if values.len() == 1 => values.pop(),
        Knowledge::Like(language, Presence::Certain) => {
            let wild = |token: &Token| matches!(token, Token::One | Token::Many);
            (!language.inside.tokens().iter().any(wild)).then_some(language.inside)
        }
        _ => None,
    }
}
