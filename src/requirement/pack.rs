//! Requirement packs: who needs which action, on what, in which request context, and what mends it. Data, read from
//! `rules/*.toml` (or `--pack FILE`) by [`super::read`].

use crate::evaluate::glob::{Case, matches};

/// One pack.
#[derive(Clone, Debug)]
pub struct Pack {
    pub name: String,
    pub title: String,
    /// When its sources were last read, ISO 8601.
    pub date: String,
    pub url: String,
    /// Shapes of condition keys whose value is not known.
    pub keys: Facts,
    pub principals: Vec<PackPrincipal>,
}

/// A kind of principal, and what it needs.
#[derive(Clone, Debug)]
pub struct PackPrincipal {
    /// `execution-role`: what `--as` names and what the report says.
    pub kind: String,
    /// As a sentence names it.
    pub title: String,
    pub only: Only,
    /// What AWS says when an action is refused; `{action}` stands for its name.
    pub error: String,
    /// The managed policy that grants all of it.
    pub mended_by: Option<String>,
    /// What to do, in a sentence.
    pub mend: String,
    pub applies: Applies,
    pub context: Facts,
    pub trust: Option<PackTrust>,
    pub code: Option<PackCode>,
    /// The actions that are still needed when the principal is no longer of this kind, to clear away what it made.
    pub cleans_up: Vec<String>,
    pub actions: Vec<PackAction>,
}

/// Which IAM principals can be of a kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Only {
    Role,
    Any,
}

/// How an input that does not say who is who shows that a principal is of a kind.
#[derive(Clone, Debug, Default)]
pub struct Applies {
    /// It trusts this service …
    pub trusts: Option<String>,
    /// … and an Allow covers one of these actions,
    pub allows_any: Vec<String>,
    /// unless it carries one of these policies (names),
    pub unless_attached: Vec<String>,
    /// or the Allow asks for one of these condition keys.
    pub unless_condition_key: Vec<String>,
    /// Or: it may do one of these …
    pub creates_any: Vec<String>,
    /// … on this ARN;
    pub creates_on: Option<Template>,
    /// then a gap is a note, unless an Allow names some, but not all of these.
    pub names_any: Vec<String>,
}

/// The trust policy that the principal needs.
#[derive(Clone, Debug)]
pub struct PackTrust {
    /// The service that assumes the role.
    pub service: String,
    /// What AWS says when it may not.
    pub error: String,
    /// The context of the call at most times.
    pub usual: Facts,
    /// A call that carries less, if there is one.
    pub narrow: Option<NarrowTrust>,
    pub url: String,
}

/// A call of `sts:AssumeRole` with fewer condition keys than usual, which a trust policy must allow as well.
#[derive(Clone, Debug)]
pub struct NarrowTrust {
    pub context: Facts,
    /// What AWS says when it may not.
    pub error: String,
    /// The key that this call lacks.
    pub key: String,
    pub help: String,
}

/// What the code that runs with the role may do, too.
#[derive(Clone, Debug)]
pub struct PackCode {
    pub actions: Vec<String>,
    /// The request context of calls that the code makes.
    pub context: Facts,
    pub message: String,
    pub help: String,
    /// The condition key that tells the code's calls from the service's.
    pub key: String,
    /// How a Deny must use it.
    pub key_help: String,
    pub url: String,
}

/// One action.
#[derive(Clone, Debug)]
pub struct PackAction {
    /// `ec2:CreateNetworkInterface`.
    pub name: String,
    pub level: Level,
    /// "create network interfaces": completes "may not …".
    pub does: String,
    /// A sentence for whoever wonders about the resource.
    pub note: Option<String>,
    pub on: Vec<PackResource>,
    /// Facts about the calls of this action only.
    pub context: Facts,
}

/// How much depends on an action.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Without it the service refuses.
    Required,
    /// AWS documents it, but no failure for want of it is known.
    Recommended,
}

impl Level {
    pub fn as_str(self) -> &'static str {
        match self {
            Level::Required => "required",
            Level::Recommended => "recommended",
        }
    }
}

/// The resources of one type on which an action is needed.
#[derive(Clone, Debug)]
pub struct PackResource {
    /// The resource type, which says the condition keys.
    pub resource_type: String,
    /// The name part of the ARN, a glob: `subnet/*`.
    pub name: String,
    pub chosen: Chosen,
    /// Where Denies and layers count, if not on all of `name`: globs, and texts whose `*` is no wildcard.
    pub limits: Vec<String>,
    pub limits_literal: Vec<String>,
}

/// Who says which resources of a type are used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Chosen {
    /// Whoever configures the function: a policy that names some may well name these.
    ByConfiguration,
    /// The service: all of them count.
    ByService,
}

/// What is known of condition keys.
#[derive(Clone, Debug, Default)]
pub struct Facts(pub Vec<(String, Fact)>);

/// What is known of one condition key.
#[derive(Clone, Debug)]
pub enum Fact {
    Absent,
    Value(Template),
    Like {
        like: Template,
        except: Vec<String>,
    },
    AwsAddress,
    /// It is there, its value is not known.
    Present,
    /// Whether it is there is not known either.
    Unknown,
}

impl Facts {
    /// The fact about a key. An entry `aws:RequestTag/*` is about every tag.
    pub fn get(&self, key: &str) -> Option<&Fact> {
        self.0.iter().find(|(known, _)| matches(known, key, Case::Insensitive)).map(|(_, fact)| fact)
    }
}

/// A text with the placeholders `{partition}`, `{region}`, `{account}`.
#[derive(Clone, Debug)]
pub struct Template(pub String);
