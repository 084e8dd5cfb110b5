//! What could not be read, in sentences.

use super::call::{CallError, Reason, Refusal};
use crate::requirement::{PackAction, PackPrincipal, built_in};

/// The kind of principal in `rules/rolecall-audit.toml`: whoever runs `rolecall audit`.
const AUDITOR: &str = "auditor";

/// Everything that is missing from what was read.
#[derive(Debug, Default)]
pub(super) struct Incomplete {
    missing: Vec<Missing>,
    /// What the judgement does without: said, and no trouble.
    pub done_without: Vec<String>,
}

/// One thing that is missing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Missing {
    pub message: String,
    pub help: Option<String>,
    fatal: bool,
}

impl Missing {
    /// What a call was to find out: `consequence` completes "so …".
    pub(super) fn call(error: &CallError, consequence: &str) -> Missing {
        let Words { message, help } = words(error);
        Missing { message: format!("{message}; {consequence}"), help, fatal: error.is_fatal() }
    }

    /// What a call in one region was to find out. Credentials that are good elsewhere need not be good there.
    ///
    /// Source: IAM User Guide, "Manage AWS STS in an AWS Region".
    pub(super) fn in_region(error: &CallError, consequence: &str) -> Missing {
        let missing = Missing::call(error, consequence);
        if error.reason != Reason::BadCredentials {
            return missing;
        }
        let help = "name the regions that the account has enabled with --region; in those that are not enabled by default, session tokens of STS's global endpoint are not good (take AWS_STS_REGIONAL_ENDPOINTS=regional)";
        Missing { help: Some(help.to_owned()), fatal: false, ..missing }
    }

    pub(super) fn said(message: String, help: Option<&str>) -> Missing {
        Missing { message, help: help.map(str::to_owned), fatal: false }
    }
}

impl Incomplete {
    pub(super) fn add(&mut self, missing: Missing) {
        // Without credentials every call fails: once is enough to say so.
        let known = self.missing.contains(&missing) || (missing.fatal && self.is_fatal());
        if !known {
            self.missing.push(missing);
        }
    }

    pub(super) fn extend(&mut self, missing: Vec<Missing>) {
        missing.into_iter().for_each(|missing| self.add(missing));
    }

    /// Something that the judgement can do without if the caller may not read it; anything but that is missing.
    pub(super) fn optional(&mut self, error: &CallError, what: &str) {
        self.optional_or(error, what, Missing::call);
    }

    /// The same of some regions only.
    pub(super) fn optional_in_regions(&mut self, error: &CallError, what: &str) {
        self.optional_or(error, what, Missing::in_region);
    }

    fn optional_or(&mut self, error: &CallError, what: &str, missing: fn(&CallError, &str) -> Missing) {
        if error.reason == Reason::Refused {
            let Words { message, help } = words(error);
            let help = help.map(|help| format!(" ({help})")).unwrap_or_default();
            self.done_without.push(format!("{what}: {message}{help}"));
        } else {
            self.add(missing(error, &format!("{what} are not known")));
        }
    }

    pub(super) fn is_fatal(&self) -> bool {
        self.missing.iter().any(|missing| missing.fatal)
    }

    pub(super) fn into_missing(self) -> Vec<Missing> {
        self.missing
    }
}

struct Words {
    message: String,
    help: Option<String>,
}

/// The words of the pack that says what an audit needs.
fn words(error: &CallError) -> Words {
    let CallError { action, .. } = error;
    let packs = built_in();
    let known = packs.iter().flat_map(|pack| &pack.principals).filter(|kind| kind.kind == AUDITOR).find_map(
        |kind: &PackPrincipal| {
            let needed: &PackAction = kind.actions.iter().find(|needed| needed.name == *action)?;
            Some((kind.title.clone(), needed.does.clone()))
        },
    );
    let (title, does) = known.unwrap_or_else(|| (AUDITOR.to_owned(), "make this call".to_owned()));
    if error.reason == Reason::Refused {
        let statement = format!("{{\"Effect\": \"Allow\", \"Action\": \"{action}\", \"Resource\": \"*\"}}");
        let help = match error.refusal() {
            Refusal::NotAllowed => format!("allow it: {statement}"),
            Refusal::NotAllowedBy(layer) => format!("no {layer} allows it, whatever else does: {statement}"),
            Refusal::DeniedBy(layer) => format!("take away the Deny in the {layer}: no Allow helps against it"),
        };
        let whole = format!(
            "{help}; docs/audit.md has the whole policy, and `rolecall check POLICY --as {AUDITOR}` says what is missing in one, or denies it"
        );
        let message = format!("{title} may not {does} (`{action}`): {}", error.why());
        return Words { message, help: Some(whole) };
    }
    let help = match error.reason {
        Reason::NoCredentials => Some("name another profile with --profile, or log in (`aws sso login`)"),
        Reason::BadCredentials => {
            Some("renew the credentials (`aws sso login`), or name another profile with --profile")
        }
        Reason::Slow => Some("run the audit again, or give calls more time with --timeout"),
        Reason::Answered | Reason::Unreachable | Reason::Garbled | Reason::CutShort | Reason::EndlessPages => {
            Some("run the audit again; --verbose shows every call")
        }
        Reason::Refused | Reason::NotFound => None,
    };
    Words { message: format!("could not {does} (`{action}`): {}", error.why()), help: help.map(str::to_owned) }
}
