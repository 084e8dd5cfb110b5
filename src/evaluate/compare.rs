//! Compares one value of a request with one value of a policy, operator by operator.
//!
//! The request's value is a [`Language`] (one text if it is known), the policy's a pattern whose variables are
//! replaced. *Yes* means: for every text of the language; *no*: for none.
//!
//! Source: IAM User Guide, "IAM JSON policy elements: Condition operators".

use std::cmp::Ordering;
use std::net::IpAddr;

use base64::Engine as _;
use ipnet::IpNet;

use super::arn;
use super::context::Language;
use super::glob::{Glob, Token};
use super::search::{Search, search};
use super::truth::Truth;

/// A [`Language`], borrowed.
#[derive(Clone, Copy)]
pub(super) struct Texts<'a> {
    pub inside: &'a Glob,
    pub except: &'a [Glob],
}

impl<'a> Texts<'a> {
    pub(super) fn of(language: &'a Language) -> Texts<'a> {
        Texts { inside: &language.inside, except: &language.except }
    }
}

/// `StringLike`; `StringEquals` with a pattern whose wildcards were taken as text.
pub(super) fn text(value: Texts<'_>, pattern: &Glob) -> Truth {
    part(value.inside, value.except, pattern)
}

/// The same for texts that `inside` matches and no `except` does.
pub(super) fn part(inside: &Glob, except: &[Glob], pattern: &Glob) -> Truth {
    if pattern.is_all() || (inside == pattern) {
        return Truth::Yes;
    }
    if let Some(text) = inside.as_text()
        && !pattern.has_var()
    {
        return Truth::from(pattern.matches(text));
    }
    if let ([Token::Var(_)], []) = (inside.tokens(), except) {
        // Some text: only `*` and the same unknown surely match it, and any pattern may.
        return Truth::Unknown;
    }
    let except = except.iter();
    let uncovered: Vec<&Glob> = except.clone().chain([pattern]).collect();
    if matches!(search(&[inside], &uncovered), Search::Nothing) {
        return Truth::Yes;
    }
    match search(&[&inside.widened(), &pattern.widened()], &except.collect::<Vec<_>>()) {
        Search::Nothing => Truth::No,
        Search::Found(_) | Search::TooHard => Truth::Unknown,
    }
}

/// `ArnEquals`, `ArnLike`: "each of the six colon-delimited components of the ARN is checked separately".
pub(super) fn arn(value: Texts<'_>, pattern: &Glob) -> Truth {
    if pattern.may_hold_colons() {
        // Nobody knows which part is which: as a whole it is the same, or does not fit, or may.
        return match text(value, pattern) {
            Truth::Yes if value.inside != pattern => Truth::Unknown,
            answer => answer,
        };
    }
    let Some(pattern_parts) = arn::whole(pattern.tokens()) else {
        // A text that is no ARN never equals one; one that ends in `*` before its sixth part may be meant to.
        let open = matches!(pattern.tokens().last(), Some(Token::Many | Token::Var(_)));
        return if open { text(value, pattern).min(Truth::Unknown) } else { Truth::No };
    };
    let Some(value_parts) = arn::whole(value.inside.tokens()) else {
        let wild = value.inside.tokens().iter().any(|token| matches!(token, Token::Many | Token::Var(_)));
        return if wild { text(value, pattern).min(Truth::Unknown) } else { Truth::No };
    };
    let by_parts =
        Truth::all(value_parts.into_iter().zip(&pattern_parts).map(|(value, pattern)| part(&value, &[], pattern)));
    if by_parts != Truth::Unknown || value.except.is_empty() {
        return by_parts;
    }
    // Only the texts that are left count; a whole-text comparison knows which are left out.
    let (wide_value, wide_pattern) = (value.inside.widened(), pattern.widened());
    match search(&[&wide_value, &wide_pattern], &value.except.iter().collect::<Vec<_>>()) {
        Search::Nothing => Truth::No,
        Search::Found(_) | Search::TooHard => Truth::Unknown,
    }
}

/// `NumericEquals` and its kin. A text that is no number fails every plain test.
pub(super) fn number(value: &str, pattern: &str, test: fn(Ordering) -> bool) -> Truth {
    let integers = (value.parse::<i128>(), pattern.parse::<i128>());
    if let (Ok(value), Ok(pattern)) = integers {
        // Beyond 2^53 two integers may have one nearest double.
        return Truth::from(test(value.cmp(&pattern)));
    }
    let parse = |text: &str| text.trim().parse::<f64>().ok().filter(|number| number.is_finite());
    let (Some(left), Some(right)) = (parse(value), parse(pattern)) else { return Truth::No };
    // AWS shows digits, a sign and a point; of spaces and exponents it says nothing. Two numbers of more than fifteen
    // digits may have one nearest double.
    let plain = |text: &str| {
        text.len() <= 16 && text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'+' | b'-' | b'.'))
    };
    match left.partial_cmp(&right) {
        Some(ordering) if plain(value) && plain(pattern) => Truth::from(test(ordering)),
        _ => Truth::Unknown,
    }
}

/// `DateEquals` and its kin: ISO 8601 in W3C's profile, or epoch seconds, compared as instants. Of other forms that can
/// be read as a date nobody can say whether AWS reads them.
pub(super) fn date(value: &str, pattern: &str, test: fn(Ordering) -> bool) -> Truth {
    let (Some((left, left_form)), Some((right, right_form))) = (instant(value), instant(pattern)) else {
        return Truth::No;
    };
    match left_form.min(right_form) {
        Form::Documented => Truth::from(test(left.cmp(&right))),
        Form::Other => Truth::Unknown,
    }
}

/// How a date is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Form {
    Other,
    Documented,
}

/// Nanoseconds since 1970: of doubles, two spellings of one instant would be neighbours.
///
/// Source: W3C, "Date and Time Formats": `YYYY`, `YYYY-MM`, `YYYY-MM-DD`, `YYYY-MM-DDThh:mmTZD`, with seconds and their
/// fractions, where `TZD` is `Z` or `+hh:mm`.
fn instant(text: &str) -> Option<(i128, Form)> {
    // Every digit as one: the shape of the text.
    let shape: String = text.chars().map(|char| if char.is_ascii_digit() { '9' } else { char }).collect();
    let epoch =
        !shape.is_empty() && shape.strip_prefix('-').unwrap_or(&shape).bytes().all(|byte| matches!(byte, b'9' | b'.'));
    if epoch {
        // `2026` is a year of W3C's profile, and an instant of 1970.
        let form = if shape == "9999" { Form::Other } else { Form::Documented };
        let year = || instant(&format!("{text}-01-01")).map(|(instant, _)| instant);
        return Some((if form == Form::Other { year()? } else { epoch_instant(text)? }, form));
    }
    let documented = match shape.as_str() {
        "9999-99" => return instant(&format!("{text}-01")),
        "9999-99-99" => true,
        shape => shape.strip_prefix("9999-99-99T99:99").is_some_and(|rest| {
            let rest = rest.strip_prefix(":99").map_or(rest, |rest| match rest.strip_prefix('.') {
                Some(fraction) if fraction.starts_with('9') => fraction.trim_start_matches('9'),
                _ => rest,
            });
            matches!(rest, "Z" | "+99:99" | "-99:99")
        }),
    };
    let form = if documented { Form::Documented } else { Form::Other };
    if let Ok(timestamp) = text.parse::<jiff::Timestamp>() {
        return Some((timestamp.as_nanosecond(), form));
    }
    let date: jiff::civil::DateTime = text.trim().parse().ok()?;
    let utc = date.to_zoned(jiff::tz::TimeZone::UTC).ok()?;
    Some((utc.timestamp().as_nanosecond(), form))
}

/// Seconds with sign and fraction; what is less than a nanosecond is cut off.
fn epoch_instant(text: &str) -> Option<i128> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    if whole.is_empty() && fraction.is_empty() || fraction.contains('.') {
        return None;
    }
    let nanoseconds = format!("{whole}{fraction:0<9.9}").parse::<i128>().ok()?;
    Some(if text.starts_with('-') { -nanoseconds } else { nanoseconds })
}

/// `Bool`: `true` and `false` in any case.
pub(super) fn boolean(value: &str, pattern: &str) -> Truth {
    let is_boolean = |text: &str| text.eq_ignore_ascii_case("true") || text.eq_ignore_ascii_case("false");
    Truth::from(is_boolean(pattern) && value.eq_ignore_ascii_case(pattern))
}

/// `BinaryEquals`: byte for byte, both in base64.
pub(super) fn binary(value: &str, pattern: &str) -> Truth {
    let decode = |text: &str| base64::engine::general_purpose::STANDARD.decode(text).ok();
    match (decode(value), decode(pattern)) {
        (Some(value), Some(pattern)) => Truth::from(value == pattern),
        _ => Truth::No,
    }
}

/// `IpAddress`: an address within a range; an address without a prefix is a range of one.
pub(super) fn address(value: &str, pattern: &str) -> Truth {
    match (value.parse::<IpAddr>(), range(pattern)) {
        (Ok(value), Some(range)) => Truth::from(range.contains(&value)),
        _ => Truth::No,
    }
}

fn range(text: &str) -> Option<IpNet> {
    text.parse::<IpNet>().ok().or_else(|| text.parse::<IpAddr>().ok().map(IpNet::from))
}

/// Is some address that AWS owns within the range? The whole address space surely holds it, special-purpose ranges
/// surely do not; of any other range nobody outside AWS can say.
///
/// Source of the ranges: IANA's special-purpose address registries (RFC 6890 and its updates).
pub(super) fn aws_address(pattern: &str) -> Truth {
    const SPECIAL: [&str; 19] = [
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/3",
        "::/127",
        "100::/64",
        "2001:db8::/32",
        "fc00::/7",
        "fe80::/10",
        "ff00::/8",
    ];
    let Some(range) = range(pattern) else { return Truth::No };
    if range.prefix_len() == 0 {
        return Truth::Yes;
    }
    let special = SPECIAL.iter().filter_map(|text| text.parse::<IpNet>().ok()).any(|special| special.contains(&range));
    if special { Truth::No } else { Truth::Unknown }
}

#[cfg(test)]
mod tests {
    use super::super::glob::Var;
    use super::*;

    fn known(text: &str) -> Language {
        Language::of(Glob::literal(text))
    }

    #[test]
    fn arns_are_compared_part_by_part() {
        // The operators page: StringLike may cross colons, ArnLike may not.
        let topic = known("arn:aws:sns:us-east-1:111122223333:orders");
        let cases = [
            ("arn:aws:sns:us-east-1:111122223333:orders", Truth::Yes),
            ("arn:aws:sns:*:111122223333:ord?rs", Truth::Yes),
            ("arn:*:orders", Truth::No),
            ("arn:aws:sns:*:orders", Truth::No),
            ("arn:aws:SNS:us-east-1:111122223333:orders", Truth::No),
            ("vpc-0123", Truth::No),
            ("*", Truth::Unknown),
            ("arn:aws:sns:*", Truth::Unknown),
            ("arn:aws:sqs:*", Truth::No),
        ];
        for (pattern, expected) in cases {
            assert_eq!(arn(Texts::of(&topic), &Glob::pattern(pattern)), expected, "{pattern}");
        }
        assert_eq!(text(Texts::of(&topic), &Glob::pattern("arn:*:orders")), Truth::Yes);
    }

    #[test]
    fn an_unknown_arn_keeps_its_shape() {
        let vpc = Language::of(Glob::pattern("arn:aws:ec2:us-east-1:*:vpc/*"));
        assert_eq!(arn(Texts::of(&vpc), &Glob::literal("vpc-0123")), Truth::No);
        assert_eq!(text(Texts::of(&vpc), &Glob::literal("vpc-0123")), Truth::No);
        assert_eq!(arn(Texts::of(&vpc), &Glob::pattern("arn:aws:ec2:*:*:vpc/*")), Truth::Yes);
        assert_eq!(arn(Texts::of(&vpc), &Glob::pattern("arn:aws:ec2:*:*:vpc/vpc-1")), Truth::Unknown);
        assert_eq!(arn(Texts::of(&vpc), &Glob::pattern("arn:aws:ec2:eu-west-1:*:vpc/*")), Truth::No);
    }

    #[test]
    fn what_a_language_leaves_out_never_matches() {
        let role = Language {
            inside: Glob::pattern("arn:aws:iam::*:role/*"),
            except: vec![Glob::pattern("arn:*:iam::*:role/aws-service-role/*")],
        };
        assert_eq!(arn(Texts::of(&role), &Glob::pattern("arn:aws:iam::*:role/aws-service-role/*")), Truth::No);
        assert_eq!(arn(Texts::of(&role), &Glob::pattern("arn:aws:iam::*:role/network-*")), Truth::Unknown);
    }

    #[test]
    fn the_same_unknown_account_equals_itself_only() {
        let account = Language::of(Glob::from_tokens([Token::Var(Var::Account)]));
        assert_eq!(text(Texts::of(&account), &Glob::from_tokens([Token::Var(Var::Account)])), Truth::Yes);
        assert_eq!(text(Texts::of(&account), &Glob::literal("111122223333")), Truth::Unknown);
        assert_eq!(text(Texts::of(&account), &Glob::pattern("*")), Truth::Yes);
    }

    #[test]
    fn instants() {
        let same = |left: &str, right: &str| date(left, right, Ordering::is_eq);
        assert_eq!(same("2026-09-26T04:46:59Z", "2026-09-26T06:46:59+02:00"), Truth::Yes);
        assert_eq!(same("2026-09-26T00:00:00Z", "2026-09-26"), Truth::Yes);
        assert_eq!(same("1790380800", "2026-09-26"), Truth::Yes);
        assert_eq!(same("2026-09-26T04:46Z", "2026-09-26T04:46:00.0Z"), Truth::Yes);
        for milliseconds in 0..1_000 {
            let epoch = format!("1467315743.{milliseconds:03}");
            assert_eq!(same(&format!("2016-06-30T19:42:23.{milliseconds:03}Z"), &epoch), Truth::Yes, "{epoch}");
        }
        assert_eq!(same("1790380800.5", "1790380800.50"), Truth::Yes);
        assert_eq!(same("-0.5", "1969-12-31T23:59:59.5Z"), Truth::Yes);
        assert_eq!(date("1790380800.0000001", "1790380800", Ordering::is_gt), Truth::Yes);
        for wrong in [".", "-", "", "1.2.3", "1-2"] {
            assert_eq!(same(wrong, wrong), Truth::No, "{wrong}");
        }
        for unclear in ["2026", "2026-01-01T00:00:00", "2026-01-01 00:00:00Z", "2026-01-01t00:00:00z"] {
            assert_eq!(same("2026-01-01", unclear), Truth::Unknown, "{unclear}");
        }
        assert_eq!(same("2026-03-01", "2026-03"), Truth::Yes);
        assert_eq!(same("yesterday", "2026"), Truth::No);
    }

    #[test]
    fn addresses() {
        let cases = [
            ("203.0.113.7", "203.0.113.0/24", Truth::Yes),
            ("203.0.114.7", "203.0.113.0/24", Truth::No),
            ("203.0.113.7", "203.0.113.7", Truth::Yes),
            ("203.0.113.7", "0.0.0.0/0", Truth::Yes),
            ("2001:db8::1", "2001:db8::/32", Truth::Yes),
            ("2001:db8::1", "0.0.0.0/0", Truth::No),
            ("203.0.113.7", "nonsense", Truth::No),
        ];
        for (value, pattern, expected) in cases {
            assert_eq!(address(value, pattern), expected, "{value} in {pattern}");
        }
        for (pattern, expected) in [
            ("0.0.0.0/0", Truth::Yes),
            ("::/0", Truth::Yes),
            ("10.1.0.0/16", Truth::No),
            ("198.51.100.0/24", Truth::No),
            ("52.94.0.0/16", Truth::Unknown),
            ("fd00::/8", Truth::No),
        ] {
            assert_eq!(aws_address(pattern), expected, "{pattern}");
        }
    }

    #[test]
    fn numbers_booleans_and_bytes() {
        assert_eq!(number("10", "9.5", Ordering::is_gt), Truth::Yes);
        assert_eq!(number("ten", "9", Ordering::is_gt), Truth::No);
        assert_eq!(number("9007199254740993", "9007199254740992", Ordering::is_gt), Truth::Yes);
        assert_eq!(number("1e3", "1000", Ordering::is_eq), Truth::Unknown);
        assert_eq!(number(" 10", "10", Ordering::is_eq), Truth::Unknown);
        assert_eq!(boolean("TRUE", "true"), Truth::Yes);
        assert_eq!(boolean("1", "true"), Truth::No);
        assert_eq!(boolean("yes", "yes"), Truth::No);
        assert_eq!(binary("QmluYXJ5", "QmluYXJ5"), Truth::Yes);
        assert_eq!(binary("QmluYXJ5", "%%%"), Truth::No);
    }
}
