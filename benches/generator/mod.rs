//! Makes up what the benchmarks measure: an AWS account as `aws iam get-account-authorization-details` prints it, and
//! CloudFormation templates.
//!
//! In goes a seed, a size and a layout; out comes the text: the same bytes for the same three arguments, on every
//! machine, and in all layouts the same account.

#![allow(dead_code, reason = "no benchmark needs all of it")]

mod account;
mod dice;
mod node;
mod policy;
mod template;
mod words;
mod yaml;

use account::Account;
pub(crate) use node::Layout;
#[allow(unused_imports, reason = "no benchmark needs all of it")]
pub(crate) use template::{Size, template_json, template_yaml};

/// An account of so many roles, as text. 5,000, pretty-printed, are about 30 MB.
#[must_use]
pub(crate) fn account_dump(seed: u64, roles: usize, layout: Layout) -> String {
    let mut out = String::new();
    Account::new(seed, roles).details().write(&mut out, layout, 0);
    if layout == Layout::Pretty {
        out.push('\n');
    }
    out
}
