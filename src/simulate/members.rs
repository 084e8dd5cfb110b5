//! The members of a request, as they stand in its JSON.
//!
//! In: a text. Out: every field of SimulateCustomPolicy and rolecall's own beside them, or which of them is wrong.
//!
//! Source: IAM API Reference, "SimulateCustomPolicy", "ContextEntry".

use std::fmt;
use std::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_path_to_error::{Path, Segment};

use super::invalid::InvalidRequest;
use crate::document::{Text, from_text};

/// The members as they stand.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct Request<'r> {
    #[serde(borrow, default, deserialize_with = "listed")]
    pub policy_input_list: Vec<Text<'r>>,
    #[serde(borrow, default, deserialize_with = "listed")]
    pub permissions_boundary_policy_input_list: Vec<Text<'r>>,
    #[serde(borrow, default, deserialize_with = "listed")]
    pub session_policy_input_list: Vec<Text<'r>>,
    #[serde(borrow, default, deserialize_with = "listed")]
    pub ordered_organization_policy_input_list: Vec<Object<Level<'r>>>,
    #[serde(borrow, default, deserialize_with = "listed")]
    pub vpc_endpoint_policy_input_list: Vec<Text<'r>>,
    #[serde(borrow)]
    pub resource_policy: Option<Text<'r>>,
    #[serde(borrow)]
    pub resource_owner: Option<Text<'r>>,
    #[serde(borrow)]
    pub action_names: Vec<Text<'r>>,
    #[serde(borrow, default, deserialize_with = "listed")]
    pub resource_arns: Vec<Text<'r>>,
    #[serde(borrow)]
    pub caller_arn: Option<Text<'r>>,
    #[serde(borrow, default, deserialize_with = "listed")]
    pub context_entries: Vec<Object<ContextEntry<'r>>>,
    /// Which resources an EC2 scenario needs: the caller names them all, so there is nothing to do.
    #[serde(borrow, rename = "ResourceHandlingOption")]
    _resource_handling_option: Option<Text<'r>>,
    /// An answer is never cut, so there is no page to ask for.
    #[serde(rename = "MaxItems")]
    _max_items: Option<u32>,
    #[serde(borrow)]
    pub marker: Option<Text<'r>>,
}

/// The policies of the organization's root, of an OU, or of the account.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct Level<'r> {
    #[serde(borrow)]
    pub service_control_policy_input_list: Option<Vec<Text<'r>>>,
    #[serde(borrow, default, deserialize_with = "listed")]
    pub resource_control_policy_input_list: Vec<Text<'r>>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct ContextEntry<'r> {
    #[serde(borrow)]
    pub context_key_name: Text<'r>,
    #[serde(borrow, default, deserialize_with = "listed")]
    pub context_key_values: Vec<Text<'r>>,
    pub context_key_type: Option<KeyType>,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) enum KeyType {
    String,
    StringList,
    Numeric,
    NumericList,
    Boolean,
    BooleanList,
    Ip,
    IpList,
    Binary,
    BinaryList,
    Date,
    DateList,
}

impl KeyType {
    /// The type for several values, if this one is for a single value.
    pub(super) fn list(self) -> Option<&'static str> {
        match self {
            KeyType::String => Some("stringList"),
            KeyType::Numeric => Some("numericList"),
            KeyType::Boolean => Some("booleanList"),
            KeyType::Ip => Some("ipList"),
            KeyType::Binary => Some("binaryList"),
            KeyType::Date => Some("dateList"),
            _ => None,
        }
    }
}

impl<'r> Request<'r> {
    pub(super) fn parse(text: &'r str) -> Result<Request<'r>, InvalidRequest> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let Object(request) = from_text::<Object<Request<'r>>>(text).map_err(|error| {
            // Read once more, for the name of the field that is wrong.
            let deserializer = &mut serde_json::Deserializer::from_str(text);
            let field = match serde_path_to_error::deserialize::<_, Object<Request<'_>>>(deserializer) {
                Err(error) => name_of(error.path()),
                Ok(_) => String::new(),
            };
            let words = error.to_string();
            // Many a request is written by hand, around a policy that was at hand.
            let hint = match field.contains("Policy") && words.starts_with("invalid type: map, expected a string") {
                true => "; a policy is JSON text in a string",
                false => "",
            };
            InvalidRequest::new(if field.is_empty() { words } else { format!("{field}: {words}{hint}") })
        })?;
        Ok(request)
    }
}

/// A list that is left out, or written as `null` by a program that leaves nothing out.
fn listed<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Vec<T>, D::Error> {
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

/// The name of a field, as AWS's answers write it: `ContextEntries.1.ContextKeyName`, numbers from 1.
fn name_of(path: &Path) -> String {
    let step = |step: &Segment| match step {
        Segment::Seq { index } => Some((index + 1).to_string()),
        Segment::Map { key } => Some(key.clone()),
        Segment::Enum { .. } | Segment::Unknown => None,
    };
    path.iter().filter_map(step).collect::<Vec<_>>().join(".")
}

/// What JSON writes as an object. serde would take a list of the members for it, too.
#[derive(Debug)]
pub(super) struct Object<T>(pub T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Object<T>, D::Error> {
        struct Members<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for Members<T> {
            type Value = Object<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Object<T>, A::Error> {
                T::deserialize(MapAccessDeserializer::new(map)).map(Object)
            }
        }

        deserializer.deserialize_map(Members(PhantomData))
    }
}
