//! A pack as it is written: the fields of `rules/*.toml`, before anyone asks whether they make sense.

use std::collections::BTreeMap;
use std::ops::Range;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use toml::Spanned;

/// A word that a problem may be about.
pub(super) trait Word: DeserializeOwned + Default + Ord {
    fn text(&self) -> &str;
    fn into_text(self) -> String;
    /// Where it stands in the pack.
    fn span(&self) -> Range<usize>;
}

/// A word of a pack that someone wrote.
#[derive(Deserialize, PartialEq, Eq, PartialOrd, Ord)]
#[serde(transparent)]
pub(super) struct Placed(Spanned<String>);

impl Default for Placed {
    fn default() -> Self {
        Placed(Spanned::new(0..0, String::new()))
    }
}

impl Word for Placed {
    fn text(&self) -> &str {
        self.0.get_ref()
    }

    fn into_text(self) -> String {
        self.0.into_inner()
    }

    fn span(&self) -> Range<usize> {
        self.0.span()
    }
}

/// A word of a pack that comes with rolecall, about which there is no problem.
impl Word for String {
    fn text(&self) -> &str {
        self
    }

    fn into_text(self) -> String {
        self
    }

    fn span(&self) -> Range<usize> {
        0..0
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, bound = "")]
pub(super) struct RawPack<W: Word> {
    pub(super) name: String,
    pub(super) title: String,
    pub(super) date: String,
    pub(super) url: String,
    #[serde(default)]
    pub(super) keys: RawFacts<W>,
    pub(super) principal: Vec<RawPrincipal<W>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, bound = "")]
pub(super) struct RawPrincipal<W: Word> {
    pub(super) kind: W,
    pub(super) title: String,
    pub(super) only: RawOnly,
    pub(super) error: String,
    pub(super) mended_by: Option<String>,
    pub(super) mend: String,
    #[serde(default)]
    pub(super) applies: RawApplies<W>,
    #[serde(default)]
    pub(super) context: RawFacts<W>,
    pub(super) trust: Option<RawTrust<W>>,
    pub(super) code: Option<RawCode<W>>,
    #[serde(default)]
    pub(super) cleans_up: Vec<W>,
    pub(super) action: Vec<RawAction<W>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum RawOnly {
    Role,
    Any,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default, bound = "")]
pub(super) struct RawApplies<W: Word> {
    pub(super) trusts: Option<String>,
    pub(super) allows_any: Vec<W>,
    pub(super) unless_attached: Vec<String>,
    pub(super) unless_condition_key: Vec<String>,
    pub(super) creates_any: Vec<W>,
    pub(super) creates_on: Option<String>,
    pub(super) names_any: Vec<W>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, bound = "")]
pub(super) struct RawTrust<W: Word> {
    pub(super) service: String,
    pub(super) error: String,
    pub(super) url: String,
    #[serde(default)]
    pub(super) usual: RawFacts<W>,
    pub(super) narrow: Option<RawFacts<W>>,
    pub(super) narrow_error: Option<String>,
    pub(super) narrow_key: Option<W>,
    pub(super) narrow_help: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, bound = "")]
pub(super) struct RawCode<W: Word> {
    pub(super) actions: Vec<W>,
    pub(super) message: String,
    pub(super) help: String,
    pub(super) key: String,
    pub(super) key_help: String,
    pub(super) url: String,
    #[serde(default)]
    pub(super) context: RawFacts<W>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, bound = "")]
pub(super) struct RawAction<W: Word> {
    pub(super) name: W,
    pub(super) level: RawLevel,
    pub(super) does: String,
    pub(super) note: Option<String>,
    #[serde(default)]
    pub(super) on: Vec<RawResource<W>>,
    #[serde(default)]
    pub(super) context: RawFacts<W>,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum RawLevel {
    Required,
    Recommended,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, bound = "")]
pub(super) struct RawResource<W: Word> {
    #[serde(rename = "type")]
    pub(super) resource_type: W,
    pub(super) name: String,
    #[serde(default)]
    pub(super) chosen: bool,
    pub(super) list: Option<RawList>,
    #[serde(default)]
    pub(super) limits: Vec<String>,
    #[serde(default)]
    pub(super) limits_literal: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum RawList {
    Subnets,
    SecurityGroups,
}

/// Condition keys, by what is known of them.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default, bound = "")]
pub(super) struct RawFacts<W: Word> {
    pub(super) absent: Vec<String>,
    pub(super) present: Vec<String>,
    pub(super) unknown: Vec<String>,
    pub(super) aws_address: Vec<String>,
    pub(super) value: BTreeMap<String, String>,
    pub(super) like: BTreeMap<String, String>,
    pub(super) except: BTreeMap<W, Vec<String>>,
}
