//! A second IAM evaluator, naive on purpose, to test the real one against.
//!
//! In: policies as plain JSON and one request of which everything is known. Out: what AWS would
//! answer. It shares no code and no ideas with the engine: each rule is written down the way the
//! AWS page says it, with no regard for speed, for places or for diagnostics. It expects valid
//! policies and panics at an operator that does not exist.
//!
//! Pages of the IAM User Guide are cited in brackets by the end of their name: [operators] is
//! `reference_policies_elements_condition_operators`, [set] is
//! `reference_policies_condition-single-vs-multi-valued-context-keys`, [logic] is
//! `reference_policies_condition-logic-multiple-context-keys-or-values`, [variables] is
//! `reference_policies_variables`, [resource] and [action] are `reference_policies_elements_…`,
//! [evaluation] is `reference_policies_evaluation-logic`. CHOICE marks what AWS leaves open.
#![allow(dead_code)]

use std::collections::BTreeMap;
use std::net::IpAddr;

use serde_json::Value;

/// Every policy around one principal, in the order in which AWS asks them.
#[derive(Debug, Clone, Default)]
pub struct World {
    pub identity: Vec<Value>,
    pub boundary: Option<Value>,
    /// Passed when the role was assumed; none at all limits nothing.
    pub session: Vec<Value>,
    /// Each level's policies: root, OUs, account. No level at all limits nothing.
    pub organization: Vec<Vec<Value>>,
}

/// One call on one resource.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// `ec2:CreateNetworkInterface`
    pub action: String,
    /// An ARN, or `*` for an action without resource types.
    pub resource: String,
    /// The keys that are present. A key with an empty list is present and empty.
    pub context: BTreeMap<String, Vec<String>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    Allowed,
    ExplicitDeny,
    ImplicitDeny,
}

/// [evaluation]: an explicit Deny in any policy wins; then each kind of policy that is there has
/// to allow: every level of the organization, the identity, the boundary, the session.
/// CHOICE: several session policies count as one set, of which one has to allow.
pub fn decide(world: &World, request: &Request) -> Decision {
    let mut layers: Vec<Vec<&Value>> = vec![world.identity.iter().collect()];
    layers.extend(world.boundary.iter().map(|policy| vec![policy]));
    if !world.session.is_empty() {
        layers.push(world.session.iter().collect());
    }
    let levels = world.organization.iter();
    layers.extend(levels.map(|level| level.iter().collect()));

    let says = |layer: &Vec<&Value>, effect| layer.iter().any(|p| policy_says(p, effect, request));
    if layers.iter().any(|layer| says(layer, "Deny")) {
        Decision::ExplicitDeny
    } else if layers.iter().all(|layer| says(layer, "Allow")) {
        Decision::Allowed
    } else {
        Decision::ImplicitDeny
    }
}

fn policy_says(policy: &Value, effect: &str, request: &Request) -> bool {
    // [variables]: without Version 2012-10-17 a variable is literal text.
    let variables = policy["Version"] == "2012-10-17";
    let statements = items(&policy["Statement"]);
    let mut of_effect = statements.iter().filter(|s| s["Effect"] == effect);
    of_effect.any(|statement| applies(statement, variables, request))
}

/// A statement applies if its action, its resource and all its conditions match.
fn applies(statement: &Value, variables: bool, request: &Request) -> bool {
    let action = |pattern: &str| action_matches(pattern, &request.action);
    let resource = |pattern: &str| resource_matches(pattern, variables, request);
    listed(statement, "Action", action)
        && listed(statement, "Resource", resource)
        && conditions_hold(&statement["Condition"], variables, request)
}

/// [logic]: all operators and all keys of a Condition have to hold.
pub(super) fn conditions_hold(condition: &Value, variables: bool, request: &Request) -> bool {
    let Some(operators) = condition.as_object() else {
        return true;
    };
    operators.iter().all(|(operator, keys)| {
        let keys = keys.as_object().expect("an operator holds keys");
        let mut keys = keys.iter();
        keys.all(|(key, wanted)| holds(operator, key, &texts(wanted), variables, request))
    })
}

/// `Action` and `Resource` match if one pattern does, `NotAction` and `NotResource` if none does.
pub(super) fn listed(statement: &Value, element: &str, matches: impl Fn(&str) -> bool) -> bool {
    match (&statement[element], &statement[format!("Not{element}")]) {
        (Value::Null, Value::Null) => panic!("a statement needs {element} or Not{element}"),
        (Value::Null, except) => !texts(except).iter().any(|pattern| matches(pattern)),
        (patterns, _) => texts(patterns).iter().any(|pattern| matches(pattern)),
    }
}

/// [action]: prefix and name are case-insensitive, wildcards stand in the name.
/// CHOICE: `*:*` is as `*`; any other wildcard in the prefix is literal, so it matches nothing.
pub(super) fn action_matches(pattern: &str, action: &str) -> bool {
    let (pattern, action) = (pattern.to_lowercase(), action.to_lowercase());
    if pattern == "*" || pattern == "*:*" {
        return true;
    }
    match (pattern.split_once(':'), action.split_once(':')) {
        (Some((service, name)), Some((of, called))) => service == of && glob(&literal(name), &characters(called)),
        _ => false,
    }
}

/// [resource]: wildcards stand within the segments; an action without resource types is asked
/// about `*`, which only `*` matches. A short ARN is completed with `*`.
/// CHOICE: a `*` never crosses a colon of the first five segments, and every segment is
/// case-sensitive. [variables]: a variable may only stand after the fifth colon (CHOICE:
/// elsewhere it is literal text, so the pattern matches nothing).
pub(super) fn resource_matches(pattern: &str, variables: bool, request: &Request) -> bool {
    if pattern == "*" || request.resource == "*" {
        return pattern == "*";
    }
    let mut segments: Vec<Vec<Part>> = Vec::new();
    for (index, text) in pattern.splitn(6, ':').enumerate() {
        match expand(text, variables && index == 5, request) {
            Some(parts) => segments.push(parts),
            None => return false,
        }
    }
    segments.resize(6, vec![Part::Any]);
    segments_match(&segments, &request.resource)
}

/// One operator, one key, the values of the policy.
fn holds(operator: &str, key: &str, wanted: &[String], vars: bool, request: &Request) -> bool {
    let (set, operator) = match operator.split_once(':') {
        Some((set @ ("ForAllValues" | "ForAnyValue"), operator)) => (set, operator),
        Some(_) => panic!("no such set operator: {operator}"),
        None => ("", operator),
    };
    let mut values = context_values(key, request);
    // [set]: a value that is an empty string is an empty data set, and Null false means that "the
    // key exists and its value is not null". CHOICE: a key that is present and empty is as absent
    // for every operator; one that holds only "" is so for set operators and for Null.
    if (!set.is_empty() || operator == "Null") && values.iter().all(String::is_empty) {
        values = &[];
    }
    // [operators]: Null "true" asks for an absent key, "false" for a present one.
    if operator == "Null" {
        let absent = if values.is_empty() { "true" } else { "false" };
        return wanted.iter().any(|wish| wish.eq_ignore_ascii_case(absent));
    }
    let (operator, if_exists) = match operator.strip_suffix("IfExists") {
        Some(operator) => (operator, true),
        None => (operator, false),
    };
    let negated = operator.contains("Not");
    let positive = operator.replace("Not", "");
    if values.is_empty() {
        return match set {
            // [operators]: not a missing key can make an IfExists fail. CHOICE: so it is with
            // ForAnyValue too, of which [set] says that a missing key makes it false.
            _ if if_exists => true,
            // [set]: ForAllValues is true of no values, ForAnyValue false, negated or not.
            "ForAllValues" => true,
            "ForAnyValue" => false,
            // [operators]: a missing key does not match; a negated operator is then true.
            _ => negated,
        };
    }
    // [logic]: several values are OR, under a negated operator NOR.
    let one_holds = |value: &String| {
        let mut matching = wanted.iter();
        matching.any(|wish| compare(&positive, value, wish, vars, request)) != negated
    };
    // CHOICE: [set] wants a set operator for several values; without one, any value may match,
    // and a negated operator is its opposite.
    if set == "ForAllValues" || set.is_empty() && negated {
        values.iter().all(one_holds)
    } else {
        values.iter().any(one_holds)
    }
}

/// [operators]: whether a positive operator matches one value of the request with one of the
/// policy. [variables]: only String and Arn operators know variables (CHOICE: so not Bool). A
/// variable without a value matches nothing. CHOICE: nor does a value that cannot be read as the
/// operator's type.
fn compare(operator: &str, value: &str, wish: &str, variables: bool, request: &Request) -> bool {
    let pattern = expand(wish, variables, request);
    if let Some(order) = operator.strip_prefix("Numeric") {
        return in_order(order, number(value), number(wish));
    }
    if let Some(order) = operator.strip_prefix("Date") {
        return in_order(order, instant(value), instant(wish));
    }
    let plain = || pattern.as_ref().map(|parts| plain_text(parts));
    match operator {
        "StringEquals" => plain().is_some_and(|wish| wish == value),
        "StringEqualsIgnoreCase" => plain().is_some_and(|wish| wish.to_lowercase() == value.to_lowercase()),
        "StringLike" => pattern.is_some_and(|parts| glob(&parts, &characters(value))),
        // Six segments, each by itself, case-sensitive; ArnEquals and ArnLike are the same.
        // CHOICE: what has not six segments (also a lone `*`) is no ARN.
        "ArnEquals" | "ArnLike" => pattern.is_some_and(|parts| {
            let segments = parts.splitn(6, |part| *part == Part::Char(':'));
            segments_match(&segments.map(<[Part]>::to_vec).collect::<Vec<_>>(), value)
        }),
        // CHOICE: in any case; a wish that is no boolean matches nothing.
        "Bool" => ["true", "false"].contains(&&*wish.to_lowercase()) && value.eq_ignore_ascii_case(wish),
        // CHOICE: both sides are base64, written in the one canonical way.
        "BinaryEquals" => value == wish,
        "IpAddress" => in_range(value, wish).unwrap_or(false),
        _ => panic!("no such operator: {operator}"),
    }
}

// Text: JSON, wildcards, variables, segments.

#[derive(Debug, Clone, Copy, PartialEq)]
enum Part {
    Any,
    One,
    Char(char),
}

pub(super) fn items(value: &Value) -> Vec<Value> {
    let one = || vec![value.clone()];
    value.as_array().cloned().unwrap_or_else(one)
}

pub(super) fn texts(value: &Value) -> Vec<String> {
    let text = |item| match item {
        Value::String(text) => text,
        other => other.to_string(),
    };
    items(value).into_iter().map(text).collect()
}

fn characters(text: &str) -> Vec<char> {
    text.chars().collect()
}

/// Key names are case-insensitive, a tag's name included (`reference_policies_elements_condition`).
fn context_values<'r>(key: &str, request: &'r Request) -> &'r [String] {
    let mut context = request.context.iter();
    let found = context.find(|(name, _)| name.eq_ignore_ascii_case(key));
    found.map_or(&[], |(_, values)| values)
}

/// A pattern with its variables put in; `None` if one of them has no value.
/// CHOICE: what is put in is literal text, wildcards included, and may bring in colons.
fn expand(text: &str, variables: bool, request: &Request) -> Option<Vec<Part>> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        if variables
            && let Some(inside) = rest.strip_prefix("${")
            && let Some((variable, after)) = inside.split_once('}')
        {
            parts.extend(variable_value(variable, request)?.chars().map(Part::Char));
            rest = after;
            continue;
        }
        parts.extend(literal(&first.to_string()));
        rest = &rest[first.len_utf8()..];
    }
    Some(parts)
}

/// [variables]: `${*}`, `${?}` and `${$}` are these characters; a default stands in single
/// quotes after a comma. A multivalued key is no variable (CHOICE: it then has no value).
fn variable_value(variable: &str, request: &Request) -> Option<String> {
    if ["*", "?", "$"].contains(&variable) {
        return Some(variable.to_string());
    }
    let (key, default) = match variable.split_once(',') {
        Some((key, default)) => (key.trim(), Some(default.trim().trim_matches('\''))),
        None => (variable, None),
    };
    match context_values(key, request) {
        [] => default.map(str::to_string),
        [value] => Some(value.clone()),
        _ => None,
    }
}

/// The text with its wildcards, and nothing else, understood.
fn literal(text: &str) -> Vec<Part> {
    let part = |character| match character {
        '*' => Part::Any,
        '?' => Part::One,
        other => Part::Char(other),
    };
    text.chars().map(part).collect()
}

/// The text where `*` and `?` mean themselves.
fn plain_text(parts: &[Part]) -> String {
    let character = |part: &Part| match part {
        Part::Any => '*',
        Part::One => '?',
        Part::Char(character) => *character,
    };
    parts.iter().map(character).collect()
}

/// `*` is any number of characters, `?` exactly one.
fn glob(pattern: &[Part], text: &[char]) -> bool {
    match pattern.split_first() {
        None => text.is_empty(),
        Some((Part::Any, rest)) => (0..=text.len()).any(|taken| glob(rest, &text[taken..])),
        Some((Part::One, rest)) => !text.is_empty() && glob(rest, &text[1..]),
        Some((Part::Char(c), rest)) => text.first() == Some(c) && glob(rest, &text[1..]),
    }
}

fn segments_match(pattern: &[Vec<Part>], arn: &str) -> bool {
    let segments: Vec<Vec<char>> = arn.splitn(6, ':').map(characters).collect();
    let mut pairs = pattern.iter().zip(&segments);
    pattern.len() == 6 && segments.len() == 6 && pairs.all(|(p, s)| glob(p, s))
}

// Values: numbers, dates, addresses.

fn in_order<T: PartialOrd>(order: &str, value: Option<T>, wish: Option<T>) -> bool {
    let (Some(value), Some(wish)) = (value, wish) else {
        return false;
    };
    match order {
        "Equals" => value == wish,
        "LessThan" => value < wish,
        "LessThanEquals" => value <= wish,
        "GreaterThan" => value > wish,
        "GreaterThanEquals" => value >= wish,
        _ => panic!("no such comparison: {order}"),
    }
}

fn number(text: &str) -> Option<f64> {
    text.parse().ok()
}

/// Seconds since 1970. [operators]: epoch seconds, or a form of the W3C's note on ISO 8601:
/// `2024`, `2024-06`, `2024-06-30`, `2024-06-30T23:59Z`, `…:59Z`, `…:59.5+02:00`.
/// CHOICE: a date without a time is its first moment in UTC; four digits are a year.
fn instant(text: &str) -> Option<f64> {
    if text.len() != 4 && text.parse::<i64>().is_ok() {
        return number(text);
    }
    let (date, time) = text.split_once('T').unwrap_or((text, "00:00Z"));
    let parts = date.split('-').map(|part| part.parse().ok());
    let parts: Vec<u16> = parts.collect::<Option<_>>()?;
    let (year, month, day) = match parts[..] {
        [year] => (year, 1, 1),
        [year, month] => (year, month, 1),
        [year, month, day] => (year, month, day),
        _ => return None,
    };
    let every = |years: u16, year: u16| year.is_multiple_of(years);
    let leap = |year: u16| every(4, year) && (!every(100, year) || every(400, year));
    let length = |month: u16| match month {
        2 => 28 + u16::from(leap(year)),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    };
    if !(1..=12).contains(&month) || !(1..=length(month)).contains(&day) {
        return None;
    }
    let years = (1970..year).map(|year| 365 + u32::from(leap(year)));
    let months = (1..month).map(|month| u32::from(length(month)));
    let days = f64::from(years.chain(months).sum::<u32>()) + f64::from(day - 1);
    let (clock, zone) = time.split_at(time.find(['Z', '+', '-'])?);
    let ahead = match zone.split_at(1) {
        ("Z", "") => 0.0,
        ("+", zone) => seconds(zone)?,
        ("-", zone) => -seconds(zone)?,
        _ => return None,
    };
    Some(days * 86_400.0 + seconds(clock)? - ahead)
}

fn seconds(clock: &str) -> Option<f64> {
    let fields: Vec<f64> = clock.split(':').map(number).collect::<Option<_>>()?;
    match fields[..] {
        [hours, minutes] => Some(hours * 3600.0 + minutes * 60.0),
        [hours, minutes, seconds] => Some(hours * 3600.0 + minutes * 60.0 + seconds),
        _ => None,
    }
}

/// [operators]: an address or a CIDR range. CHOICE: without a prefix an IPv6 address is that one
/// address (the page says /32 and thinks of IPv4); bits after the prefix do not matter.
fn in_range(value: &str, range: &str) -> Option<bool> {
    let (value, base) = (bits(value)?, bits(range.split('/').next()?)?);
    let prefix = match range.split_once('/') {
        Some((_, prefix)) => prefix.parse().ok()?,
        None => base.len(),
    };
    let same_family = value.len() == base.len() && prefix <= base.len();
    Some(same_family && value[..prefix] == base[..prefix])
}

fn bits(address: &str) -> Option<Vec<bool>> {
    let octets = match address.parse().ok()? {
        IpAddr::V4(address) => address.octets().to_vec(),
        IpAddr::V6(address) => address.octets().to_vec(),
    };
    let bit = |octet: u8| (0..8).map(move |place| octet & (0x80 >> place) != 0);
    Some(octets.into_iter().flat_map(bit).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const NI: &str = "arn:aws:ec2:us-east-1:123456789012:network-interface/eni-1";
    const F: &str = "arn:aws:lambda:us-east-1:123456789012:function:f";

    /// The fields of each line of a table, `|` between them.
    fn rows<const N: usize>(table: &str) -> Vec<[&str; N]> {
        let lines = table.lines().filter(|line| !line.trim().is_empty());
        let fields = lines.map(|line| line.split('|').map(str::trim).collect::<Vec<_>>());
        fields.map(|row| row.try_into().unwrap()).collect()
    }

    /// `-` is an absent key, nothing an empty one, `a & b` two values.
    fn request(resource: &str, context: &[(&str, &str)]) -> Request {
        let mut present = BTreeMap::new();
        for (key, values) in context.iter().filter(|(_, values)| *values != "-") {
            let values = values.split(" & ").filter(|value| !value.is_empty());
            let values = values.map(str::to_string).collect();
            present.insert((*key).to_string(), values);
        }
        Request { action: "ec2:DeleteNetworkInterface".to_string(), resource: resource.to_string(), context: present }
    }

    /// A policy of one statement; action and resource are `*` if `parts` does not say them.
    fn policy(effect: &str, parts: &Value) -> Value {
        let mut statement = parts.clone();
        statement["Effect"] = json!(effect);
        for (element, opposite) in [("Action", "NotAction"), ("Resource", "NotResource")] {
            if parts.get(element).or(parts.get(opposite)).is_none() {
                statement[element] = json!("*");
            }
        }
        json!({"Version": "2012-10-17", "Statement": statement})
    }

    fn by_identity(identity: &[Value], request: &Request) -> Decision {
        let mut world = World::default();
        world.identity.extend_from_slice(identity);
        decide(&world, request)
    }

    #[test]
    fn actions_and_resources() {
        // element | patterns | does it match the interface? | does it match `*`?
        let table = "
            Action      | EC2:delete*                                 | yes | yes
            Action      | ec2:*NetworkInterface?                      | no  | no
            Action      | s3:* & e?2:*                                | no  | no
            NotAction   | iam:*                                       | yes | yes
            NotAction   | ec2:*Network*                               | no  | no
            Resource    | arn:aws:ec2:*:*:network-interface/eni-?     | yes | no
            Resource    | arn:aws:ec2:*:*:*                           | yes | no
            Resource    | arn:aws:ec2                                 | yes | no
            Resource    | arn:aws:ec2:*:network-interface/*           | no  | no
            Resource    | arn:aws:ec2:us-east-1:123456789012:*/*      | yes | no
            Resource    | arn:aws:ec2:US-EAST-1:123456789012:*/*      | no  | no
            Resource    | arn:aws:ec2:*:*:*/eni-${aws:none, '1'}      | yes | no
            Resource    | arn:aws:ec2:*:*:*/eni-${aws:none}           | no  | no
            Resource    | arn:aws:ec2:*:*:*/eni-${*}                  | no  | no
            NotResource | arn:aws:s3:::*                              | yes | yes
            NotResource | arn:aws:s3:::* & *                          | no  | no";
        for row @ [element, patterns, interface, star] in rows(table) {
            let patterns: Vec<_> = patterns.split(" & ").collect();
            let identity = [policy("Allow", &json!({element: patterns}))];
            for (resource, expected) in [(NI, interface), ("*", star)] {
                let decision = by_identity(&identity, &request(resource, &[]));
                assert_eq!(decision == Decision::Allowed, expected == "yes", "{row:?} {resource}");
            }
        }
    }

    #[test]
    fn conditions() {
        // operator | values of the key | values of the policy | does it hold?
        let table = "
            StringEquals              | a*        | a*                              | yes
            StringEquals              | ab        | a*                              | no
            StringEquals              | -         | a & b                           | no
            StringEquals              | red       | ${aws:PrincipalTag/none, 'red'} | yes
            StringNotEquals           | ab        | a*                              | yes
            StringNotEquals           | -         | a                               | yes
            StringNotEquals           | b         | a & b                           | no
            StringNotEquals           | b         | ${aws:PrincipalTag/none}        | yes
            StringEqualsIgnoreCase    | AB        | ab                              | yes
            StringEqualsIfExists      | -         | a                               | yes
            StringLike                | a:b/c     | a*?c                            | yes
            StringLike                | ab        | a${*}                           | no
            StringLike                | red-1     | ${aws:principaltag/TEAM}-*      | yes
            StringLike                | arn:aws:s:r:9:x:1:f/d | arn:aws:s:*:1:f/*   | yes
            ArnLike                   | arn:aws:s:r:9:x:1:f/d | arn:aws:s:*:1:f/*   | no
            ArnEquals                 | arn:aws:s:r:9:f:1     | arn:aws:s:*:*:f:*   | yes
            ArnNotEquals              | arn:aws:s:r:9:f:1     | arn:aws:s:*:*:F:*   | yes
            ArnEquals                 | vpc-1     | vpc-1                           | no
            NumericLessThanEquals     | 10        | 10.0                            | yes
            NumericNotEquals          | 10        | 10.0                            | no
            DateGreaterThan           | 2020-01-01T00:00:02Z  | 2020-01-01T00:00:01Z | yes
            DateEquals                | 1709251200            | 2024-03-01          | yes
            DateEquals                | 2024-03-01T01:30+01:30 | 2024-03            | yes
            DateLessThan              | 2023-02-29            | 2025                | no
            Bool                      | true      | false & true                    | yes
            BinaryEquals              | QmluYXJ5  | QmluYXJ5                        | yes
            IpAddress                 | 203.0.113.255         | 203.0.113.0/24      | yes
            IpAddress                 | 203.0.114.0           | 203.0.113.0/24      | no
            IpAddress                 | 10.0.0.1              | ::/0                | no
            NotIpAddress              | 2001:db8:1234:5678::1 | 2001:DB8:1234:5678::/64 | no
            NotIpAddress              | -         | 203.0.113.0/24                  | yes
            ForAllValues:StringEquals | -         | Time & Tags                     | yes
            ForAllValues:StringEquals |           | Time & Tags                     | yes
            ForAllValues:StringEquals | Time & ID | Time & Tags                     | no
            ForAllValues:StringNotEquals | Time & ID | Time & Tags                  | no
            ForAnyValue:StringEquals  | Time & ID | Time & Tags                     | yes
            ForAnyValue:StringEquals  |           | Time & Tags                     | no
            ForAnyValue:StringNotEquals | Time & ID | Time & Tags                   | yes
            ForAnyValue:StringNotEquals | -     | Time & Tags                       | no
            Null                      | -         | true                            | yes
            Null                      |           | true                            | yes
            Null                      | a         | true                            | no
            Null                      | a         | false                           | yes";
        for row @ [operator, values, wanted, expected] in rows(table) {
            let wanted: Vec<_> = wanted.split(" & ").collect();
            let identity = policy("Allow", &json!({"Condition": {operator: {"k": wanted}}}));
            let request = request(NI, &[("K", values), ("aws:PrincipalTag/team", "red")]);
            let decision = by_identity(&[identity], &request);
            assert_eq!(decision == Decision::Allowed, expected == "yes", "{row:?}");
        }
    }

    /// The page of lambda:SourceFunctionArn: what the code of function f may do, what Lambda may.
    #[test]
    fn source_function_arn() {
        let table = "
            Deny  | ArnEquals         | F     | ExplicitDeny | Allowed
            Deny  | StringEquals      | F     | ExplicitDeny | Allowed
            Deny  | ArnNotEquals      | F     | Allowed      | ExplicitDeny
            Deny  | StringNotLike     | F     | Allowed      | ExplicitDeny
            Deny  | ArnEqualsIfExists | F     | ExplicitDeny | ExplicitDeny
            Deny  | Null              | false | ExplicitDeny | Allowed
            Deny  | Null              | true  | Allowed      | ExplicitDeny
            Allow | ArnEquals         | F     | Allowed      | ImplicitDeny
            Allow | ArnEqualsIfExists | F     | Allowed      | Allowed";
        for row @ [effect, operator, wanted, code, service] in rows(table) {
            let wanted = wanted.replace('F', F);
            let condition = json!({operator: {"lambda:SourceFunctionArn": wanted}});
            let mut identity = vec![policy(effect, &json!({"Condition": condition}))];
            if effect == "Deny" {
                identity.push(policy("Allow", &json!({})));
            }
            for (function, expected) in [(F, code), ("-", service)] {
                let request = request(NI, &[("lambda:SourceFunctionArn", function)]);
                let decision = by_identity(&identity, &request);
                assert_eq!(format!("{decision:?}"), expected, "{row:?} {function}");
            }
        }
    }

    /// As `RunInstances` on [operators]: the condition is put to each resource with its own keys,
    /// and the network interface has no ec2:Vpc.
    #[test]
    fn each_resource_has_its_own_keys() {
        let vpc = "arn:aws:ec2:us-east-1:123456789012:vpc/vpc-1";
        let subnet = NI.replace("network-interface/eni-1", "subnet/subnet-a");
        for (operator, works) in [("ArnEquals", false), ("ArnEqualsIfExists", true)] {
            let allow = [policy("Allow", &json!({"Condition": {operator: {"ec2:vpc": vpc}}}))];
            let on_subnet = by_identity(&allow, &request(&subnet, &[("ec2:Vpc", vpc)]));
            assert_eq!(on_subnet, Decision::Allowed);
            let on_interface = by_identity(&allow, &request(NI, &[]));
            assert_eq!(on_interface == Decision::Allowed, works);
        }
    }

    #[test]
    fn layers() {
        // identity | boundary | session policies | levels | decision; in each level its policies
        let table = "
            all | -   | -      | -           | Allowed
            s3  | all | -      | -           | ImplicitDeny
            all | s3  | -      | -           | ImplicitDeny
            all | all | s3     | -           | ImplicitDeny
            all | all | s3 all | all, s3 all | Allowed
            all | all | -      | all, s3     | ImplicitDeny
            all | all | -      | all, none   | ImplicitDeny
            s3  | all | -      | all, deny   | ExplicitDeny
            all | deny | -     | -           | ExplicitDeny";
        let read = |name: &str| match name {
            "all" => Some(policy("Allow", &json!({}))),
            "s3" => Some(policy("Allow", &json!({"Action": "s3:*"}))),
            "deny" => Some(policy("Deny", &json!({"NotAction": ["iam:*"]}))),
            _ => None,
        };
        let set = |names: &str| -> Vec<Value> { names.split(' ').filter_map(read).collect() };
        for row @ [identity, boundary, session, levels, expected] in rows(table) {
            let levels = levels.split(", ").filter(|level| *level != "-");
            let world = World {
                identity: set(identity),
                boundary: set(boundary).pop(),
                session: set(session),
                organization: levels.map(set).collect(),
            };
            assert_eq!(format!("{:?}", decide(&world, &request(NI, &[]))), expected, "{row:?}");
        }
    }

    #[test]
    fn variables_need_their_version() {
        let text = "${aws:y, 'z'}";
        let allow = policy("Allow", &json!({"Condition": {"StringEquals": {"aws:x": text}}}));
        for (version, value) in [("2012-10-17", "z"), ("2008-10-17", text), ("none", text)] {
            let mut allow = allow.clone();
            allow["Version"] = json!(version);
            let decision = by_identity(&[allow], &request(NI, &[("aws:x", value)]));
            assert_eq!(decision, Decision::Allowed, "{version}");
        }
    }
}
