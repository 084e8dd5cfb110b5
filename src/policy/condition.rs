//! `Condition`: operators, their qualifiers, keys and values.

use super::Pattern;
use crate::source::Path;

/// One key under one operator. A statement holds when all its conditions do.
#[derive(Clone, Debug, PartialEq)]
pub struct Condition {
    pub operator: Operator,
    /// The condition key as written; compared without regard to case.
    pub key: Box<str>,
    /// Any of them is enough; for a negated operator none may match.
    pub values: Vec<Pattern>,
    /// The member whose name is the key.
    pub(super) path: Path,
}

/// A condition operator as a policy writes it, for example `ForAnyValue:StringNotLikeIfExists`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Operator {
    pub test: Test,
    pub qualifier: Option<Qualifier>,
    pub when_absent: WhenAbsent,
}

/// What the operator compares.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Test {
    StringEquals(Negation),
    StringEqualsIgnoreCase(Negation),
    StringLike(Negation),
    /// `ArnEquals` and `ArnLike`, which AWS treats alike.
    Arn(Negation),
    NumericEquals(Negation),
    NumericLessThan,
    NumericLessThanEquals,
    NumericGreaterThan,
    NumericGreaterThanEquals,
    DateEquals(Negation),
    DateLessThan,
    DateLessThanEquals,
    DateGreaterThan,
    DateGreaterThanEquals,
    Bool,
    BinaryEquals,
    IpAddress(Negation),
    Null,
}

/// Whether the operator is the plain one or its `Not…` form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Negation {
    Plain,
    Negated,
}

/// The set operators for keys with several values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Qualifier {
    ForAllValues,
    ForAnyValue,
}

/// What a key that the request does not carry means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum WhenAbsent {
    /// The operator's own rule: a plain one fails, a negated one holds.
    OperatorDecides,
    /// `…IfExists`: it holds.
    Holds,
}

use Negation::{Negated, Plain};

/// Every operator name without qualifier and `IfExists`.
///
/// Source: IAM User Guide, "IAM JSON policy elements: Condition operators".
const TESTS: [(&str, Test); 27] = [
    ("StringEquals", Test::StringEquals(Plain)),
    ("StringNotEquals", Test::StringEquals(Negated)),
    ("StringEqualsIgnoreCase", Test::StringEqualsIgnoreCase(Plain)),
    ("StringNotEqualsIgnoreCase", Test::StringEqualsIgnoreCase(Negated)),
    ("StringLike", Test::StringLike(Plain)),
    ("StringNotLike", Test::StringLike(Negated)),
    ("ArnEquals", Test::Arn(Plain)),
    ("ArnLike", Test::Arn(Plain)),
    ("ArnNotEquals", Test::Arn(Negated)),
    ("ArnNotLike", Test::Arn(Negated)),
    ("NumericEquals", Test::NumericEquals(Plain)),
    ("NumericNotEquals", Test::NumericEquals(Negated)),
    ("NumericLessThan", Test::NumericLessThan),
    ("NumericLessThanEquals", Test::NumericLessThanEquals),
    ("NumericGreaterThan", Test::NumericGreaterThan),
    ("NumericGreaterThanEquals", Test::NumericGreaterThanEquals),
    ("DateEquals", Test::DateEquals(Plain)),
    ("DateNotEquals", Test::DateEquals(Negated)),
    ("DateLessThan", Test::DateLessThan),
    ("DateLessThanEquals", Test::DateLessThanEquals),
    ("DateGreaterThan", Test::DateGreaterThan),
    ("DateGreaterThanEquals", Test::DateGreaterThanEquals),
    ("Bool", Test::Bool),
    ("BinaryEquals", Test::BinaryEquals),
    ("IpAddress", Test::IpAddress(Plain)),
    ("NotIpAddress", Test::IpAddress(Negated)),
    ("Null", Test::Null),
];

impl Operator {
    /// Reads an operator name in AWS's documented spelling. Its case matters: to `stringEquals` IAM answers
    /// "MalformedPolicyDocument: Invalid Condition type : stringEquals" (seen by users; the pages do not say it).
    pub fn parse(name: &str) -> Option<Operator> {
        let (qualifier, name) = match name.split_once(':') {
            None => (None, name),
            Some(("ForAllValues", rest)) => (Some(Qualifier::ForAllValues), rest),
            Some(("ForAnyValue", rest)) => (Some(Qualifier::ForAnyValue), rest),
            Some(_) => return None,
        };
        let (base, when_absent) = match name.strip_suffix("IfExists") {
            Some(base) => (base, WhenAbsent::Holds),
            None => (name, WhenAbsent::OperatorDecides),
        };
        let (_, test) = *TESTS.iter().find(|(known, _)| *known == base)?;
        // "You can add IfExists to the end of any condition operator name except the Null condition."
        (test != Test::Null || when_absent == WhenAbsent::OperatorDecides).then_some(Operator {
            test,
            qualifier,
            when_absent,
        })
    }

    /// The documented operator that is spelt most like `name`, for a "did you mean".
    pub fn nearest(name: &str) -> Option<&'static str> {
        let name = name.to_ascii_lowercase();
        TESTS
            .iter()
            .map(|(known, _)| (strsim::osa_distance(&known.to_ascii_lowercase(), &name), *known))
            .filter(|(distance, _)| *distance <= 3)
            .min()
            .map(|(_, known)| known)
    }
}

impl Test {
    /// Is it one of the `Not…` operators, which hold when none of the values matches?
    pub fn negation(self) -> Negation {
        match self {
            Test::StringEquals(negation)
            | Test::StringEqualsIgnoreCase(negation)
            | Test::StringLike(negation)
            | Test::Arn(negation)
            | Test::NumericEquals(negation)
            | Test::DateEquals(negation)
            | Test::IpAddress(negation) => negation,
            _ => Plain,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operator_names() {
        let operator = |test, qualifier, when_absent| Some(Operator { test, qualifier, when_absent });
        let decides = WhenAbsent::OperatorDecides;
        let cases = [
            ("StringEquals", operator(Test::StringEquals(Plain), None, decides)),
            ("ArnEquals", operator(Test::Arn(Plain), None, decides)),
            (
                "ForAnyValue:StringNotLikeIfExists",
                operator(Test::StringLike(Negated), Some(Qualifier::ForAnyValue), WhenAbsent::Holds),
            ),
            ("ForAllValues:StringEquals", operator(Test::StringEquals(Plain), Some(Qualifier::ForAllValues), decides)),
            ("BoolIfExists", operator(Test::Bool, None, WhenAbsent::Holds)),
            ("Null", operator(Test::Null, None, decides)),
            ("NullIfExists", None),
            ("ForSomeValues:StringEquals", None),
            ("StringMatches", None),
            ("stringequals", None),
            ("IfExists", None),
            ("", None),
            ("äIfExists", None),
        ];
        for (name, expected) in cases {
            assert_eq!(Operator::parse(name), expected, "{name}");
        }
    }

    #[test]
    fn a_misspelt_operator_has_a_right_name() {
        assert_eq!(Operator::nearest("StringEqual"), Some("StringEquals"));
        assert_eq!(Operator::nearest("ArnNotLikes"), Some("ArnNotLike"));
        assert_eq!(Operator::nearest("stringlike"), Some("StringLike"));
        assert_eq!(Operator::nearest("Whatever"), None);
    }
}
