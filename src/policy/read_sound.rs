//! Reads a policy straight from its text, if nothing is wrong with it.
//!
//! In: the text of a document. Out: what [`read_wanted`](super::read_wanted) makes of it, if that has no problem to tell
//! of; else nothing, and the document has to be read with its words for what is wrong. An account has documents by the
//! ten thousand, nearly all of them sound, and to make trees of them first takes twice as long.

use std::fmt;
use std::ops::Range;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

use super::read::{Problems, Reader};
use super::read_statement::{Actions, Outline, is_resource, polarity, read_conditions, read_principal};
use super::{
    ActionPattern, Effect, ListAt, Pattern, Patterns, Policy, PolicyType, Standing, Statement, Unknown, Use, Version,
};
use crate::document::{Doc, read_with};
use crate::source::Path;

/// The policy of a document without problems, with the statements that are wanted.
pub fn read_sound(text: &str, policy_type: PolicyType, wanted: &dyn Fn(&Outline<'_>) -> bool) -> Option<Policy> {
    // Its ARNs are counted part by part; and what would be taken for unknown pieces has to be replaced, be it written by
    // number.
    if policy_type == PolicyType::Session
        || Unknown::is_in(text)
        || memchr::memmem::find(text.as_bytes(), b"\\u").is_some()
    {
        return None;
    }
    read_with(text, Top(&Reader { policy_type, wanted }))
}

/// Something is wrong: what, the other reader says.
fn unsound<E: Error>() -> E {
    E::custom("unsound")
}

/// Sets what may be set once.
fn once<T, E: Error>(slot: &mut Option<T>, value: T) -> Result<(), E> {
    if slot.replace(value).is_none() { Ok(()) } else { Err(unsound()) }
}

struct Top<'r>(&'r Reader<'r>);

impl<'de> DeserializeSeed<'de> for Top<'_> {
    type Value = Policy;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Policy, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Top<'_> {
    type Value = Policy;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a policy")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Policy, A::Error> {
        let (mut version, mut id, mut statements) = (None, None, None);
        let mut ordinal = 0;
        while let Some(name) = members.next_key::<&'de str>()? {
            match name {
                "Version" => match members.next_value::<&'de str>()? {
                    "2012-10-17" => once(&mut version, Version::V2012)?,
                    "2008-10-17" => once(&mut version, Version::V2008)?,
                    _ => return Err(unsound()),
                },
                "Id" => once(&mut id, members.next_value::<&'de str>()?)?,
                "Statement" => {
                    let found = Found { statements: Vec::new(), sids: Vec::new(), texts: Vec::new() };
                    let seed = Statements { reader: self.0, path: Path::new().child(ordinal), found };
                    once(&mut statements, members.next_value_seed(seed)?)?;
                }
                _ => return Err(unsound()),
            }
            ordinal += 1;
        }
        Ok(Policy {
            version: version.unwrap_or_default(),
            statements: statements.ok_or_else(unsound)?,
            standing: Standing::Accepted,
        })
    }
}

/// What was read so far.
struct Found<'de> {
    statements: Vec<Statement>,
    /// Of all statements, the wanted and the others.
    sids: Vec<&'de str>,
    /// The strings of the statement at hand.
    texts: Vec<&'de str>,
}

struct Statements<'r, 'de> {
    reader: &'r Reader<'r>,
    path: Path,
    found: Found<'de>,
}

impl Statements<'_, '_> {
    fn finish<E: Error>(mut self) -> Result<Vec<Statement>, E> {
        self.found.sids.sort_unstable();
        let unique = self.found.sids.windows(2).all(|pair| pair[0] != pair[1]);
        if unique { Ok(self.found.statements) } else { Err(unsound()) }
    }
}

impl<'de> DeserializeSeed<'de> for Statements<'_, 'de> {
    type Value = Vec<Statement>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Vec<Statement>, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Statements<'_, 'de> {
    type Value = Vec<Statement>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a statement or a list of statements")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, members: A) -> Result<Vec<Statement>, A::Error> {
        let path = self.path.clone();
        One { reader: self.reader, path, index: 0, found: &mut self.found }.visit_map(members)?;
        self.finish()
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut elements: A) -> Result<Vec<Statement>, A::Error> {
        let mut count = 0;
        loop {
            let path = self.path.child(count);
            let one = One { reader: self.reader, path, index: count, found: &mut self.found };
            if elements.next_element_seed(one)?.is_none() {
                break;
            }
            count += 1;
        }
        if count == 0 { Err(unsound()) } else { self.finish() }
    }
}

/// One statement.
struct One<'s, 'r, 'de> {
    reader: &'r Reader<'r>,
    path: Path,
    index: usize,
    found: &'s mut Found<'de>,
}

/// An element that holds patterns: where its strings are in [`Found::texts`].
struct Listed {
    polarity: super::Polarity,
    texts: Range<usize>,
    at: ListAt,
}

impl Listed {
    fn patterns<P>(&self, texts: &[&str], pattern: fn(&str) -> P) -> Patterns<P> {
        let patterns = texts[self.texts.clone()].iter().map(|text| pattern(text)).collect();
        Patterns { polarity: self.polarity, patterns, at: self.at }
    }
}

impl<'de> DeserializeSeed<'de> for One<'_, '_, 'de> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for One<'_, '_, 'de> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a statement")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        let One { reader, path, index, found } = self;
        let policy_type = reader.policy_type;
        let (principals, resources_use) = (policy_type.principal(), policy_type.resource());
        let (mut sid, mut effect, mut principal) = (None, None, None);
        let (mut actions, mut resources, mut conditions) = (None, None, None);
        found.texts.clear();
        let mut ordinal = 0;
        let mut problems = Problems::default();
        while let Some(name) = members.next_key::<&'de str>()? {
            match name {
                "Sid" => {
                    let text = members.next_value::<&'de str>()?;
                    let letters = text.bytes().all(|byte| byte.is_ascii_alphanumeric());
                    if policy_type == PolicyType::Identity && !letters {
                        return Err(unsound());
                    }
                    once(&mut sid, (text, ordinal))?;
                }
                "Effect" => match members.next_value::<&'de str>()? {
                    "Allow" => once(&mut effect, (Effect::Allow, ordinal))?,
                    "Deny" => once(&mut effect, (Effect::Deny, ordinal))?,
                    _ => return Err(unsound()),
                },
                "Action" | "NotAction" => once(&mut actions, listed(name, ordinal, &mut found.texts, &mut members)?)?,
                "Resource" | "NotResource" if resources_use != Use::Refused => {
                    let list = listed(name, ordinal, &mut found.texts, &mut members)?;
                    let any = policy_type == PolicyType::Resource;
                    if !any && !found.texts[list.texts.clone()].iter().all(|text| is_resource(text)) {
                        return Err(unsound());
                    }
                    once(&mut resources, list)?;
                }
                "Principal" | "NotPrincipal" if principals != Use::Refused => {
                    let doc = members.next_value::<Doc<'de>>()?;
                    let read = read_principal(name, &doc, path.child(ordinal), policy_type, &mut problems);
                    once(&mut principal, read.ok_or_else(unsound)?)?;
                }
                "Condition" => {
                    let doc = members.next_value::<Doc<'de>>()?;
                    once(&mut conditions, read_conditions(&doc, path.child(ordinal), &mut problems))?;
                }
                _ => return Err(unsound()),
            }
            ordinal += 1;
        }
        let ((effect, effect_at), actions) = (effect.ok_or_else(unsound)?, actions.ok_or_else(unsound)?);
        let complete = (principals != Use::Required || principal.is_some())
            && (resources_use != Use::Required || resources.is_some());
        if !complete || !problems.is_empty() {
            return Err(unsound());
        }
        let head = sid.map_or(effect_at, |(_, ordinal)| ordinal);
        let sid = sid.map(|(sid, _)| sid);
        found.sids.extend(sid.filter(|sid| !sid.is_empty()));
        let texts = &found.texts;
        let about = Actions::Plain(&texts[actions.texts.clone()]);
        let outline = Outline { sid, index, path, head, polarity: actions.polarity, actions: about };
        if (reader.wanted)(&outline) {
            found.statements.push(Statement {
                sid: sid.map(Box::from),
                index,
                effect,
                principal,
                actions: actions.patterns(texts, ActionPattern::new),
                resources: resources.map(|resources| resources.patterns(texts, Pattern::new)),
                conditions: conditions.unwrap_or_default(),
                path: outline.path,
                head,
            });
        }
        Ok(())
    }
}

/// A string or a list of strings, added to the texts.
fn listed<'de, A: MapAccess<'de>>(
    name: &str,
    ordinal: usize,
    texts: &mut Vec<&'de str>,
    members: &mut A,
) -> Result<Listed, A::Error> {
    let start = texts.len();
    let at = members.next_value_seed(Strings { ordinal, texts })?;
    Ok(Listed { polarity: polarity(name), texts: start..texts.len(), at })
}

struct Strings<'s, 'de> {
    ordinal: usize,
    texts: &'s mut Vec<&'de str>,
}

impl<'de> DeserializeSeed<'de> for Strings<'_, 'de> {
    type Value = ListAt;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<ListAt, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strings<'_, 'de> {
    type Value = ListAt;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string or a list of strings")
    }

    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<ListAt, E> {
        self.texts.push(text);
        Ok(ListAt::Single(self.ordinal))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<ListAt, A::Error> {
        let start = self.texts.len();
        while let Some(text) = elements.next_element::<&'de str>()? {
            self.texts.push(text);
        }
        if self.texts.len() == start { Err(unsound()) } else { Ok(ListAt::List(self.ordinal)) }
    }
}

#[cfg(test)]
mod tests {
    use super::super::read_wanted;
    use super::*;
    use crate::document::pretty;

    const TYPES: [PolicyType; 7] = [
        PolicyType::Identity,
        PolicyType::Session,
        PolicyType::ServiceControl,
        PolicyType::ResourceControl,
        PolicyType::Trust,
        PolicyType::Resource,
        PolicyType::VpcEndpoint,
    ];

    /// How often the text was read straight; wherever it was, the other reader agrees.
    fn agrees(text: &str) -> usize {
        let about_ec2 = |outline: &Outline<'_>| outline.actions().any(|action| action.starts_with("ec2:"));
        let mut sound = 0;
        for policy_type in TYPES {
            for wanted in [&about_ec2 as &dyn Fn(&Outline<'_>) -> bool, &|_| true] {
                let Some(policy) = read_sound(text, policy_type, wanted) else { continue };
                let reading = read_wanted(&Doc::parse(text).expect("JSON"), policy_type, wanted);
                assert_eq!((&policy, &[][..]), (&reading.policy, &reading.problems[..]), "{policy_type:?} {text}");
                sound += 1;
            }
        }
        sound
    }

    /// Every object of every fixture, as it is and with something about it changed.
    #[test]
    fn agrees_with_the_reader_that_tells_problems() {
        let changes = [
            ("\"Sid\"", "\"Id\""),
            ("\"Effect\"", "\"Sid\""),
            ("\"Allow\"", "\"allow\""),
            ("\"Action\"", "\"NotAction\""),
            ("\"Action\"", "\"Resource\""),
            ("\"Resource\"", "\"Action\""),
            ("\"Resource\"", "\"Principal\""),
            ("\"Principal\"", "\"NotPrincipal\""),
            ("\"Service\"", "\"Servant\""),
            ("\"Condition\"", "\"Conditions\""),
            ("String", "Strung"),
            ("\"*\"", "[]"),
            ("\"*\"", "[\"*\"]"),
            ("\"*\"", "[\"*\", 1]"),
            ("\"*\"", "\"\""),
            ("\"arn:", "\"urn:"),
            ("\"2012-10-17\"", "\"2012-10-18\""),
            ("\"2012-10-17\"", "\"2008-10-17\""),
            ("\"Version\"", "\"Statement\""),
            ("ec2:", "\\u0065c2:"),
            ("{", "{\"Sid\": \"one\", "),
        ];
        fn objects(doc: &Doc<'_>, found: &mut Vec<String>) {
            if let Some(members) = doc.as_map() {
                found.push(pretty(doc));
                members.iter().for_each(|(_, value)| objects(value, found));
            }
            doc.as_list().into_iter().flatten().for_each(|item| objects(item, found));
        }
        let mut found = Vec::new();
        for folder in std::fs::read_dir("fixtures/incidents").expect("a folder") {
            for file in std::fs::read_dir(folder.expect("read").path()).expect("a folder") {
                let text = std::fs::read_to_string(file.expect("read").path()).unwrap_or_default();
                objects(&Doc::parse(&text).unwrap_or(Doc::Null), &mut found);
            }
        }
        found.sort_unstable();
        found.dedup();
        let mut sound = 0;
        for text in &found {
            sound += agrees(text);
            for (from, to) in changes {
                if text.contains(from) {
                    agrees(&text.replacen(from, to, 1));
                    agrees(&text.replace(from, to));
                }
            }
        }
        assert!(sound > 500, "{sound}");
    }
}
