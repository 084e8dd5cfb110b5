//! What of a resource's entry says whether it matters: its address, its mode, its type.
//!
//! In: the text of an entry. Out: a [`Head`]. Terraform writes these members first, before the values, which are most of
//! the text: so they are read without going through the rest. Whatever is written in another way is read whole.

use std::borrow::Cow;

use serde::Deserialize;

use super::address::{Mode, module_of};
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
    /// None for what is no entry of a resource.
    pub(super) fn read(raw: Raw<'a>) -> Option<Head<'a>> {
        Head::of(first_members(raw.get()).or_else(|| from_text(raw.get()).ok())?)
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
    let mut rest = text.strip_prefix('{')?.trim_start();
    loop {
        let (key, after) = string(rest)?;
        let value = after.trim_start().strip_prefix(':')?.trim_start();
        let after = match value.as_bytes().first()? {
            b'"' => {
                let (text, after) = string(value)?;
                let slot = match key {
                    "address" => Some(&mut members.address),
                    "mode" => Some(&mut members.mode),
                    "type" => Some(&mut members.resource_type),
                    "name" => Some(&mut members.name),
                    "deposed" => Some(&mut members.deposed),
                    _ => None,
                };
                if let Some(slot) = slot {
                    let raw = &value[..text.len() + 2];
                    // Of two members of one name, serde has to say which counts.
                    if slot.replace(Text { raw, value: Cow::Borrowed(text) }).is_some() {
                        return None;
                    }
                }
                after
            }
            b'{' | b'[' => break,
            _ => &value[value.find([',', '}'])?..],
        };
        match after.trim_start().strip_prefix(',') {
            Some(after) => rest = after.trim_start(),
            None => break,
        }
    }
    let all = [&members.address, &members.mode, &members.resource_type, &members.name];
    all.iter().all(|member| member.is_some()).then_some(members)
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
        Head::read(from_text(text).expect("JSON"))
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
