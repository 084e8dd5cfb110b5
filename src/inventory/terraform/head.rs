//! What of a resource's entry says whether it matters: its address, its mode, its type.
//!
//! In: the text of an entry. Out: a [`Head`]. Terraform writes these members first, before the values, which are most of
//! the text: so they are read without going through the rest. Whatever is written in another way is read whole.

use std::borrow::Cow;

use serde::Deserialize;

use super::address::{Mode, module_of, type_of};
use crate::document::{Raw, from_text};
use crate::inventory::raw::Text;

/// The members by which an entry is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Head<'a> {
    pub address: Cow<'a, str>,
    pub mode: Mode,
    pub resource_type: Cow<'a, str>,
    /// People who write plans by hand leave it out; the address says it, too.
    pub name: Cow<'a, str>,
    pub object: Object,
}

/// Which of a resource's objects an entry is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Object {
    Current,
    /// One that a replacement left behind.
    Deposed,
}

/// As serde reads it.
#[derive(Default, Deserialize)]
struct Members<'a> {
    #[serde(borrow)]
    address: Option<Text<'a>>,
    #[serde(borrow)]
    mode: Option<Text<'a>>,
    #[serde(borrow, rename = "type")]
    resource_type: Option<Text<'a>>,
    #[serde(borrow)]
    name: Option<Text<'a>>,
    #[serde(borrow)]
    deposed: Option<Text<'a>>,
}

impl<'a> Head<'a> {
    /// None for what is no entry of a resource, or of one whose type does not matter.
    pub(super) fn read(raw: Raw<'a>, matters: impl Fn(&str) -> bool) -> Option<Head<'a>> {
        // The address says the type, and stands at the beginning, also where something has sorted the members.
        let address = first_texts(raw.get()).find(|(key, _)| *key == "address");
        if address.is_some_and(|(_, text)| !matters(type_of(&text.value))) {
            return None;
        }
        let head = Head::of(first_members(raw.get()).or_else(|| from_text(raw.get()).ok())?)?;
        Some(head).filter(|head| matters(&head.resource_type))
    }

    /// Of a block of the configuration, whose address is its type and its name.
    pub(super) fn of_block(raw: Raw<'a>) -> Option<Head<'a>> {
        let address = first_texts(raw.get()).find(|(key, _)| *key == "address").map(|(_, text)| text.value);
        let Some(Cow::Borrowed(address)) = address else { return Head::read(raw, |_| true) };
        let (mode, rest) = match address.strip_prefix("data.") {
            Some(rest) => (Mode::Data, rest),
            None => (Mode::Managed, address),
        };
        match rest.split_once('.').filter(|(_, name)| !name.contains(['.', '['])) {
            Some((resource_type, name)) => Some(Head {
                address: address.into(),
                mode,
                resource_type: resource_type.into(),
                name: name.into(),
                object: Object::Current,
            }),
            None => Head::read(raw, |_| true),
        }
    }

    fn of(members: Members<'a>) -> Option<Head<'a>> {
        let (address, resource_type) = (members.address?.value, members.resource_type?.value);
        let (_, rest) = module_of(&address);
        let mode = match &members.mode {
            Some(mode) if mode.value == "data" => Mode::Data,
            None if rest.starts_with("data.") => Mode::Data,
            _ => Mode::Managed,
        };
        let of_address = || {
            let rest = rest.split('[').next().unwrap_or_default();
            Cow::Owned(rest.rsplit('.').next().unwrap_or_default().to_owned())
        };
        let name = members.name.map_or_else(of_address, |name| name.value);
        let object = if members.deposed.is_some() { Object::Deposed } else { Object::Current };
        Some(Head { mode, name, object, resource_type, address })
    }
}

/// The members up to the first that is an object or a list, if all that matter are among them.
fn first_members(text: &str) -> Option<Members<'_>> {
    let mut members = Members::default();
    for (key, text) in first_texts(text) {
        let slot = match key {
            "address" => &mut members.address,
            "mode" => &mut members.mode,
            "type" => &mut members.resource_type,
            "name" => &mut members.name,
            "deposed" => &mut members.deposed,
            _ => continue,
        };
        // Of two members of one name, serde has to say which counts.
        if slot.replace(text).is_some() {
            return None;
        }
    }
    let all = [&members.address, &members.mode, &members.resource_type, &members.name];
    all.iter().all(|member| member.is_some()).then_some(members)
}

/// The members that are texts without escapes, up to the first that is something with more within it.
fn first_texts(text: &str) -> impl Iterator<Item = (&str, Text<'_>)> {
    let mut rest = text.strip_prefix('{').map(str::trim_start);
    std::iter::from_fn(move || {
        loop {
            let (key, after) = string(rest.take()?)?;
            let value = after.trim_start().strip_prefix(':')?.trim_start();
            let (found, after) = match value.as_bytes().first()? {
                b'"' => {
                    let (text, after) = string(value)?;
                    (Some(Text { raw: &value[..text.len() + 2], value: Cow::Borrowed(text) }), after)
                }
                b'{' | b'[' => return None,
                _ => (None, &value[value.find([',', '}'])?..]),
            };
            rest = after.trim_start().strip_prefix(',').map(str::trim_start);
            if let Some(found) = found {
                return Some((key, found));
            }
        }
    })
}

/// A string without escapes, and what follows it.
fn string(text: &str) -> Option<(&str, &str)> {
    let inside = text.strip_prefix('"')?;
    let end = memchr::memchr2(b'"', b'\\', inside.as_bytes())?;
    (inside.as_bytes()[end] == b'"').then(|| (&inside[..end], &inside[end + 1..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(text: &str) -> Option<Head<'_>> {
        Head::read(from_text(text).expect("JSON"), |_| true)
    }

    #[test]
    fn a_block_is_known_by_its_address() {
        for text in [
            r#"{"address": "a.b", "mode": "managed", "type": "a", "name": "b", "expressions": {}}"#,
            r#"{"address": "data.a.b", "mode": "data", "type": "a", "name": "b"}"#,
            r#"{"address": "data.a.b", "expressions": {}, "mode": "data", "name": "b", "type": "a"}"#,
            r#"{"mode": "managed", "type": "a", "name": "b", "address": "a.b"}"#,
        ] {
            let raw = from_text(text).expect("JSON");
            assert_eq!(Head::of_block(raw), Head::read(raw, |_| true), "{text}");
            assert!(Head::of_block(raw).is_some(), "{text}");
        }
    }

    #[test]
    fn the_address_says_whether_a_type_matters() {
        let read = |text| Head::read(from_text(text).expect("JSON"), |name| name == "a").is_some();
        for (text, expected) in [
            (r#"{"address": "a.b", "change": {}, "mode": "managed", "name": "b", "type": "a"}"#, true),
            (r#"{"action_reason": "x", "address": "module.m[0].a.b[\"c.d\"]", "type": "a"}"#, true),
            (r#"{"address": "module.m.data.a.b", "type": "a"}"#, true),
            (r#"{"address": "c.b", "change": {}, "mode": "managed", "name": "b", "type": "c"}"#, false),
            (r#"{"address": "module.a.module.a.c.a", "change": {}, "type": "c"}"#, false),
            (r#"{"change": {}, "address": "c.a", "type": "c"}"#, false),
            (r#"{"change": {}, "address": "a.c", "type": "a"}"#, true),
        ] {
            assert_eq!(read(text), expected, "{text}");
        }
    }

    #[test]
    fn both_ways_of_reading_agree() {
        for (text, expected) in [
            (
                r#"{"address": "a.b", "mode": "managed", "type": "a", "name": "b", "index": 0, "change": {}}"#,
                "a.b Managed a b Current",
            ),
            (
                r#"{ "address" : "data.a.b" , "mode" : "data" , "type" : "a" , "name" : "b" }"#,
                "data.a.b Data a b Current",
            ),
            (
                r#"{"address": "a.b[\"x\"]", "mode": "managed", "type": "a", "name": "b", "index": "x", "change": {}}"#,
                r#"a.b["x"] Managed a b Current"#,
            ),
            (
                r#"{"address": "a.b", "change": {"type": "no"}, "mode": "managed", "name": "b", "type": "a"}"#,
                "a.b Managed a b Current",
            ),
            (
                r#"{"address": "a.b", "mode": "managed", "type": "a", "name": "b", "deposed": "1234", "change": {}}"#,
                "a.b Managed a b Deposed",
            ),
            (
                r#"{"address": "module.m.data.a.b[0]", "type": "a", "change": {}}"#,
                "module.m.data.a.b[0] Data a b Current",
            ),
            (r#"{"address": "a.b", "address": "a.c", "mode": "managed", "type": "a", "name": "b"}"#, "none"),
            (r#"{"address": 1, "type": "a"}"#, "none"),
            (r#"{"type": "a"}"#, "none"),
            ("{}", "none"),
            ("[]", "none"),
            ("1", "none"),
        ] {
            let found = head(text).map(|head| {
                format!("{} {:?} {} {} {:?}", head.address, head.mode, head.resource_type, head.name, head.object)
            });
            assert_eq!(found.as_deref().unwrap_or("none"), expected, "{text}");
        }
    }
}
