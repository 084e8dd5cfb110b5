//! What people give in place of a plan's JSON: the configuration itself, a plan for people to read, Terraform's log or
//! state file.
//!
//! In: a text that is no plan. Out: a [`NearPlan`], which knows the command that makes one.
//!
//! Source: Terraform, "Command: plan", "Command: show", "Machine-Readable UI", "State"; hashicorp/setup-terraform.

use std::collections::BTreeMap;

use serde::de::IgnoredAny;

use crate::document::from_text;

/// Something of Terraform's that is no plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NearPlan {
    /// .tf, .tf.json
    Configuration,
    /// What `terraform plan` and `terraform show` print without `-json`.
    Shown,
    /// What `terraform plan -json` prints.
    Log,
    /// terraform.tfstate
    StateFile,
    /// The output of a command to which hashicorp/setup-terraform has added lines.
    Wrapped,
}

const MAKE: &str = "make a plan and show it as JSON: `terraform plan -out plan.bin`, then `terraform show -json plan.bin | rolecall check -` (the same with `tofu`)";
const SHOW: &str = "show the saved plan as JSON: `terraform show -json plan.bin | rolecall check -`";

impl NearPlan {
    /// What it is.
    pub fn message(self) -> &'static str {
        match self {
            NearPlan::Configuration => "this is a configuration of Terraform, not the plan that is made of it",
            NearPlan::Shown => "this is a plan of Terraform for people to read, not its JSON",
            NearPlan::Log => "this is Terraform's log (`terraform plan -json`), not the plan",
            NearPlan::StateFile => "this is Terraform's own state file, not what `terraform show -json` makes of it",
            NearPlan::Wrapped => "this is not only what Terraform printed: hashicorp/setup-terraform has added lines",
        }
    }

    /// What to do instead.
    pub fn help(self) -> &'static str {
        match self {
            NearPlan::Configuration => MAKE,
            NearPlan::Shown | NearPlan::Log => SHOW,
            NearPlan::StateFile => {
                "show the state as JSON: `terraform show -json terraform.tfstate | rolecall check -`"
            }
            NearPlan::Wrapped => {
                "set `terraform_wrapper: false` where the workflow uses hashicorp/setup-terraform, or call `terraform-bin`"
            }
        }
    }

    /// Of a text that is no JSON.
    pub(in crate::inventory) fn of_text(text: &str) -> Option<NearPlan> {
        const BEGINNING: usize = 64 * 1024;
        const SHOWN: [&str; 4] = [
            "Terraform used the selected providers",
            "OpenTofu used the selected providers",
            "Terraform will perform the following actions",
            "OpenTofu will perform the following actions",
        ];
        let beginning = &text.as_bytes()[..text.len().min(BEGINNING)];
        let has = |mark: &str| memchr::memmem::find(beginning, mark.as_bytes()).is_some();
        if text.starts_with("[command]") && has("\"format_version\"") {
            return Some(NearPlan::Wrapped);
        }
        if text.starts_with("{\"@level\"") && (has("\"terraform.ui\"") || has("\"tofu.ui\"")) {
            return Some(NearPlan::Log);
        }
        if begins_with_block(text) {
            return Some(NearPlan::Configuration);
        }
        SHOWN.into_iter().any(has).then_some(NearPlan::Shown)
    }

    /// Of a JSON text of no known kind.
    pub(in crate::inventory) fn of_json(text: &str) -> Option<NearPlan> {
        let members: BTreeMap<String, IgnoredAny> = from_text(text).ok()?;
        let has = |name: &str| members.contains_key(name);
        if has("@level") && has("@message") {
            return NearPlan::of_text(text);
        }
        if has("terraform_version") && has("version") && (has("lineage") || has("serial")) {
            return Some(NearPlan::StateFile);
        }
        let is_block = |name: &String| BLOCKS.contains(&name.as_str()) || name == "//";
        (!members.is_empty() && members.keys().all(is_block)).then_some(NearPlan::Configuration)
    }
}

/// Is a JSON text the state of what has no resources?
pub(in crate::inventory) fn is_empty_state(text: &str) -> bool {
    let members: Option<BTreeMap<String, IgnoredAny>> = from_text(text).ok();
    members.is_some_and(|members| {
        members.contains_key("format_version")
            && members.keys().all(|name| ["format_version", "terraform_version", "checks"].contains(&name.as_str()))
    })
}

const BLOCKS: [&str; 13] = [
    "check",
    "data",
    "ephemeral",
    "import",
    "locals",
    "module",
    "moved",
    "output",
    "provider",
    "removed",
    "resource",
    "terraform",
    "variable",
];

/// Is the first thing in a text that is no comment a block of a configuration?
fn begins_with_block(text: &str) -> bool {
    let mut rest = text.trim_start();
    loop {
        rest = if rest.starts_with('#') || rest.starts_with("//") {
            rest.split_once('\n').map_or("", |(_, after)| after).trim_start()
        } else if let Some(inside) = rest.strip_prefix("/*") {
            inside.split_once("*/").map_or("", |(_, after)| after).trim_start()
        } else {
            break;
        };
    }
    let end = rest.find(|char: char| !char.is_ascii_lowercase()).unwrap_or(rest.len());
    let (word, after) = rest.split_at(end);
    BLOCKS.contains(&word) && after.starts_with([' ', '\t', '{', '"']) && after.trim_start().starts_with(['{', '"'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_that_are_no_plan() {
        use NearPlan::{Configuration, Log, Shown, Wrapped};
        for (text, expected) in [
            ("resource \"aws_iam_role\" \"r\" {\n}\n", Some(Configuration)),
            ("# a comment\n// another\n/* a\nthird */ terraform {\n}", Some(Configuration)),
            ("locals{}", Some(Configuration)),
            ("resource: x\n", None),
            ("modules { }", None),
            ("# resource \"a\" \"b\" {", None),
            ("/* resource", None),
            ("", None),
            ("\nTerraform will perform the following actions:\n", Some(Shown)),
            ("\u{1b}[0mOpenTofu used the selected providers to generate", Some(Shown)),
            ("{\"@level\":\"info\",\"@module\":\"terraform.ui\"}\n{}", Some(Log)),
            ("{\"@level\":\"info\"}\n{}", None),
            ("[command]/x/terraform-bin show -json p\n{\"format_version\":\"1.2\"}", Some(Wrapped)),
            ("[1]", None),
        ] {
            assert_eq!(NearPlan::of_text(text), expected, "{text}");
        }
    }

    #[test]
    fn json_that_is_no_plan() {
        use NearPlan::{Configuration, StateFile};
        for (text, expected) in [
            (r#"{"version": 4, "terraform_version": "1.9.0", "serial": 3, "resources": []}"#, Some(StateFile)),
            (r#"{"resource": {}, "//": "x"}"#, Some(Configuration)),
            (r#"{"resource": {}, "Resources": {}}"#, None),
            (r#"{"module": "a.js", "name": "b"}"#, None),
            ("{}", None),
            ("[]", None),
        ] {
            assert_eq!(NearPlan::of_json(text), expected, "{text}");
        }
        for (text, expected) in [
            (r#"{"format_version": "1.0"}"#, true),
            (r#"{"format_version": "1.0", "values": {}}"#, false),
            ("{}", false),
        ] {
            assert_eq!(is_empty_state(text), expected, "{text}");
        }
    }
}
