//! The JSON of `terraform show -json`, as far as it is read: a plan, or a state.
//!
//! In: the text. Out: an [`Output`], whose resources and configuration blocks are slices of the text. A plan of fifty
//! megabytes is mostly resources that nobody asks about: they are skipped.
//!
//! Source: Terraform, "JSON Output Format", version 1.x; OpenTofu writes the same.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::document::{Doc, Raw, SyntaxError, from_text};
use crate::inventory::raw::Text;

/// A plan or a state.
#[derive(Deserialize)]
#[serde(expecting = "an object")]
pub(super) struct Output<'a> {
    #[serde(borrow)]
    pub format_version: Option<Text<'a>>,
    /// The values of the root module's variables.
    #[serde(borrow)]
    pub variables: Option<Raw<'a>>,
    #[serde(borrow)]
    pub planned_values: Option<Values<'a>>,
    #[serde(borrow)]
    pub resource_changes: Option<Vec<Raw<'a>>>,
    /// What a plan leaves for a later one, because too little of it is known.
    #[serde(borrow)]
    pub deferred_changes: Option<Vec<Deferred<'a>>>,
    #[serde(borrow)]
    pub prior_state: Option<State<'a>>,
    /// Of a state.
    #[serde(borrow)]
    pub values: Option<Values<'a>>,
    #[serde(borrow)]
    pub configuration: Option<Configuration<'a>>,
    pub errored: Option<bool>,
}

#[derive(Deserialize)]
#[serde(expecting = "an object")]
pub(super) struct Deferred<'a> {
    #[serde(borrow)]
    pub resource_change: Option<Raw<'a>>,
}

#[derive(Deserialize)]
#[serde(expecting = "an object")]
pub(super) struct State<'a> {
    #[serde(borrow)]
    pub values: Option<Values<'a>>,
}

#[derive(Deserialize)]
#[serde(expecting = "an object")]
pub(super) struct Values<'a> {
    #[serde(borrow)]
    pub root_module: Option<Module<'a>>,
}

/// The resources of a module instance and of those within it.
#[derive(Deserialize)]
#[serde(expecting = "an object")]
pub(super) struct Module<'a> {
    #[serde(borrow)]
    resources: Option<Vec<Raw<'a>>>,
    #[serde(borrow)]
    child_modules: Option<Vec<Module<'a>>>,
}

impl<'a> Module<'a> {
    /// All resources, module by module.
    pub(super) fn all(&self) -> Vec<Raw<'a>> {
        let mut found = Vec::new();
        let mut open = vec![self];
        while let Some(module) = open.pop() {
            found.extend(module.resources.iter().flatten().copied());
            open.extend(module.child_modules.iter().flatten().rev());
        }
        found
    }
}

#[derive(Deserialize)]
#[serde(expecting = "an object")]
pub(super) struct Configuration<'a> {
    #[serde(borrow)]
    pub provider_config: Option<Raw<'a>>,
    #[serde(borrow)]
    pub root_module: Option<ConfigModule<'a>>,
}

/// A module as it is written.
#[derive(Deserialize)]
#[serde(expecting = "an object")]
pub(super) struct ConfigModule<'a> {
    #[serde(borrow)]
    pub resources: Option<Vec<Raw<'a>>>,
    #[serde(borrow)]
    pub module_calls: Option<BTreeMap<String, ModuleCall<'a>>>,
    #[serde(borrow)]
    pub outputs: Option<Raw<'a>>,
}

#[derive(Deserialize)]
#[serde(expecting = "an object")]
pub(super) struct ModuleCall<'a> {
    pub source: Option<String>,
    #[serde(borrow)]
    pub expressions: Option<Raw<'a>>,
    #[serde(borrow)]
    pub count_expression: Option<Raw<'a>>,
    #[serde(borrow)]
    pub for_each_expression: Option<Raw<'a>>,
    pub depends_on: Option<Vec<String>>,
    #[serde(borrow)]
    pub module: Option<ConfigModule<'a>>,
}

impl<'a> Output<'a> {
    /// Reads a text.
    ///
    /// # Errors
    /// It is no JSON, or not what Terraform writes.
    pub(super) fn read(text: &'a str) -> Result<Output<'a>, SyntaxError> {
        from_text(text).map_err(|error| SyntaxError::from_serde(text, &error))
    }
}

/// A piece that is read as a tree; nothing if it is broken, which the whole text is not.
pub(super) fn tree<'a>(raw: Option<Raw<'a>>) -> Doc<'a> {
    raw.and_then(|raw| Doc::parse(raw.get()).ok()).unwrap_or(Doc::Null)
}
