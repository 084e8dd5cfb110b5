//! Reads a pack from TOML, and refuses it with the place of whatever is wrong.

use std::collections::BTreeMap;

use super::pack::{
    Applies, Chosen, ConfiguredList, Fact, Facts, Level, NarrowTrust, Only, Pack, PackAction, PackCode, PackPrincipal,
    PackResource, PackTrust, Template,
};
use super::raw::{
    Placed, RawAction, RawApplies, RawCode, RawFacts, RawLevel, RawList, RawOnly, RawPack, RawPrincipal, RawResource,
    RawTrust, Word,
};
use crate::reference::{ActionResource, catalogue};
use crate::source::Span;

/// What is wrong with a pack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackProblem {
    pub span: Span,
    pub message: String,
    pub help: Option<String>,
}

/// A pack that comes with rolecall.
struct BuiltIn {
    /// What the build script made of its TOML: JSON is read in a tenth of the time, and every run reads it.
    json: &'static str,
    reach: Reach,
}

/// Whom a pack can be about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reach {
    /// Whomever an input shows to be of one of its kinds, too.
    Shown,
    /// Only those whom `--as` names.
    Named,
}

const BUILT_IN: [BuiltIn; 2] = [
    BuiltIn { json: include_str!(concat!(env!("OUT_DIR"), "/lambda-vpc.json")), reach: Reach::Shown },
    BuiltIn { json: include_str!(concat!(env!("OUT_DIR"), "/rolecall-audit.json")), reach: Reach::Named },
];

/// The packs that come with rolecall. A test holds that each of them reads without a problem.
pub fn built_in() -> Vec<Pack> {
    BUILT_IN.iter().filter_map(BuiltIn::pack).collect()
}

/// Those that matter where nobody is named: the others cost time, and find nobody.
pub fn built_in_for_shown() -> Vec<Pack> {
    let shown = BUILT_IN.iter().filter(|built_in| built_in.reach == Reach::Shown);
    shown.filter_map(BuiltIn::pack).collect()
}

/// Reads and validates one pack.
///
/// # Errors
/// Every problem that was found, each with its span; a text that is no TOML, or lacks a field, has one.
pub fn read(text: &str) -> Result<Pack, Vec<PackProblem>> {
    let raw: RawPack<Placed> = toml::from_str(text).map_err(|error| {
        let span = error.span().unwrap_or(0..0);
        vec![PackProblem { span: span.into(), message: error.message().to_owned(), help: None }]
    })?;
    validate(raw)
}

fn validate<W: Word>(raw: RawPack<W>) -> Result<Pack, Vec<PackProblem>> {
    let mut problems = Vec::new();
    let pack = raw.validate(&mut problems);
    if problems.is_empty() { Ok(pack) } else { Err(problems) }
}

impl BuiltIn {
    fn pack(&self) -> Option<Pack> {
        validate(serde_json::from_str::<RawPack<String>>(self.json).ok()?).ok()
    }
}

impl<W: Word> RawPack<W> {
    fn validate(self, problems: &mut Vec<PackProblem>) -> Pack {
        Pack {
            name: self.name,
            title: self.title,
            date: self.date,
            url: self.url,
            keys: self.keys.validate(problems),
            principals: self.principal.into_iter().map(|principal| principal.validate(problems)).collect(),
        }
    }
}

impl<W: Word> RawPrincipal<W> {
    fn validate(self, problems: &mut Vec<PackProblem>) -> PackPrincipal {
        let span = self.kind.span();
        let kind = self.kind.into_text();
        if kind.is_empty() || kind.contains(':') {
            problems.push(PackProblem {
                span: span.into(),
                message: "a kind of principal needs a name without `:`".to_owned(),
                help: Some("`--as KIND:NAME` names it, for example \"execution-role\"".to_owned()),
            });
        }
        PackPrincipal {
            kind,
            title: self.title,
            only: match self.only {
                RawOnly::Role => Only::Role,
                RawOnly::Any => Only::Any,
            },
            error: self.error,
            mended_by: self.mended_by,
            mend: self.mend,
            applies: self.applies.validate(problems),
            context: self.context.validate(problems),
            trust: self.trust.map(|trust| trust.validate(problems)),
            code: self.code.map(|code| code.validate(problems)),
            cleans_up: known_actions(self.cleans_up, problems),
            actions: self.action.into_iter().map(|action| action.validate(problems)).collect(),
        }
    }
}

impl<W: Word> RawApplies<W> {
    fn validate(self, problems: &mut Vec<PackProblem>) -> Applies {
        Applies {
            trusts: self.trusts,
            allows_any: known_actions(self.allows_any, problems),
            unless_attached: self.unless_attached,
            unless_condition_key: self.unless_condition_key,
            creates_any: known_actions(self.creates_any, problems),
            creates_on: self.creates_on.map(Template),
            names_any: known_actions(self.names_any, problems),
        }
    }
}

impl<W: Word> RawTrust<W> {
    fn validate(self, problems: &mut Vec<PackProblem>) -> PackTrust {
        let narrow = match (self.narrow, self.narrow_key) {
            (Some(context), Some(key)) => Some(NarrowTrust {
                context: context.validate(problems),
                error: self.narrow_error.unwrap_or_else(|| self.error.clone()),
                key: key.into_text(),
                help: self.narrow_help.unwrap_or_default(),
            }),
            (None, Some(key)) => {
                problems.push(PackProblem {
                    span: key.span().into(),
                    message: "narrow_key without a narrow context".to_owned(),
                    help: Some("add [principal.trust.narrow] with the facts of the call that lacks the key".to_owned()),
                });
                None
            }
            (_, None) => None,
        };
        PackTrust {
            service: self.service,
            error: self.error,
            usual: self.usual.validate(problems),
            narrow,
            url: self.url,
        }
    }
}

impl<W: Word> RawCode<W> {
    fn validate(self, problems: &mut Vec<PackProblem>) -> PackCode {
        PackCode {
            actions: known_actions(self.actions, problems),
            context: self.context.validate(problems),
            message: self.message,
            help: self.help,
            key: self.key,
            key_help: self.key_help,
            url: self.url,
        }
    }
}

impl<W: Word> RawAction<W> {
    fn validate(self, problems: &mut Vec<PackProblem>) -> PackAction {
        let name = known_action(self.name, problems);
        let on = self.on.into_iter().map(|resource| resource.validate(&name, problems)).collect();
        PackAction {
            level: match self.level {
                RawLevel::Required => Level::Required,
                RawLevel::Recommended => Level::Recommended,
            },
            does: self.does,
            note: self.note,
            on,
            context: self.context.validate(problems),
            name,
        }
    }
}

impl<W: Word> RawResource<W> {
    fn validate(self, action: &str, problems: &mut Vec<PackProblem>) -> PackResource {
        let span = self.resource_type.span();
        let resource_type = self.resource_type.into_text();
        if let Some(action) = catalogue().action(action)
            && action.resource(&resource_type).is_none()
        {
            let known: Vec<&str> = action.resources().map(ActionResource::kind).collect();
            problems.push(PackProblem {
                span: span.clone().into(),
                message: format!("{} knows no resource type `{resource_type}`", action.name()),
                help: Some(match known.is_empty() {
                    true => "it knows none at all: leave `on` out".to_owned(),
                    false => format!("it knows {}", known.join(", ")),
                }),
            });
        }
        if self.list.is_some() && !(self.chosen && self.name.ends_with("/*") && self.name.matches('*').count() == 1) {
            problems.push(PackProblem {
                span: span.into(),
                message: format!(
                    "`{}` has `list`, but nothing that says where the ids stand, or that they are chosen",
                    self.name
                ),
                help: Some(
                    "write `chosen = true`, and the name with one `*` at its end, where the id stands: `subnet/*`"
                        .to_owned(),
                ),
            });
        }
        PackResource {
            resource_type,
            name: self.name,
            chosen: if self.chosen { Chosen::ByConfiguration } else { Chosen::ByService },
            list: self.list.map(|list| match list {
                RawList::Subnets => ConfiguredList::Subnets,
                RawList::SecurityGroups => ConfiguredList::SecurityGroups,
            }),
            limits: self.limits,
            limits_literal: self.limits_literal,
        }
    }
}

impl<W: Word> RawFacts<W> {
    fn validate(self, problems: &mut Vec<PackProblem>) -> Facts {
        let mut except: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (key, globs) in self.except {
            if !self.like.contains_key(key.text()) {
                problems.push(PackProblem {
                    span: key.span().into(),
                    message: format!("`except` for `{}`, which `like` does not name", key.text()),
                    help: None,
                });
            }
            except.insert(key.into_text(), globs);
        }
        let all = |keys: Vec<String>, fact: Fact| keys.into_iter().map(move |key| (key, fact.clone()));
        let mut facts: Vec<(String, Fact)> = Vec::new();
        facts.extend(self.value.into_iter().map(|(key, value)| (key, Fact::Value(Template(value)))));
        facts.extend(self.like.into_iter().map(|(key, like)| {
            let except = except.remove(&key).unwrap_or_default();
            (key, Fact::Like { like: Template(like), except })
        }));
        facts.extend(all(self.aws_address, Fact::AwsAddress));
        facts.extend(all(self.absent, Fact::Absent));
        facts.extend(all(self.present, Fact::Present));
        facts.extend(all(self.unknown, Fact::Unknown));
        Facts(facts)
    }
}

fn known_actions<W: Word>(names: Vec<W>, problems: &mut Vec<PackProblem>) -> Vec<String> {
    names.into_iter().map(|name| known_action(name, problems)).collect()
}

/// The action's name in AWS's spelling; a problem if AWS has no such action.
fn known_action<W: Word>(name: W, problems: &mut Vec<PackProblem>) -> String {
    let span = name.span();
    let name = name.into_text();
    if let Some(action) = catalogue().action(&name) {
        return format!("{}:{}", action.service(), action.name());
    }
    let nearest = name.split_once(':').and_then(|(service, action)| {
        let nearest = catalogue().service(service)?.nearest(action)?;
        Some(format!("did you mean `{service}:{nearest}`?"))
    });
    problems.push(PackProblem {
        span: span.into(),
        message: format!("AWS has no action `{name}`"),
        help: nearest.or_else(|| Some("write it as `service:Action`, without wildcards".to_owned())),
    });
    name
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reference::managed_policy;

    #[test]
    fn built_in_packs_read_without_a_problem() {
        let texts = [include_str!("../../rules/lambda-vpc.toml"), include_str!("../../rules/rolecall-audit.toml")];
        for (BuiltIn { json, reach }, text) in BUILT_IN.iter().zip(texts) {
            let pack = read(text).unwrap_or_else(|problems| panic!("{problems:?}"));
            // What the build script made of it is the same pack.
            let built_in = BuiltIn { json, reach: *reach }.pack();
            assert_eq!(format!("{built_in:?}"), format!("{:?}", Some(&pack)));
            let shows = |kind: &PackPrincipal| kind.applies.trusts.is_some() || !kind.applies.creates_any.is_empty();
            assert_eq!(pack.principals.iter().any(shows), *reach == Reach::Shown, "{}", pack.name);
        }
        assert_eq!(built_in().len(), BUILT_IN.len());
    }

    /// Not checked at every start: it would unpack all managed policies.
    #[test]
    fn what_mends_is_a_policy_that_aws_publishes() {
        for kind in built_in().iter().flat_map(|pack| &pack.principals) {
            let arn = kind.mended_by.as_deref().expect("a built-in kind names what mends it");
            assert!(managed_policy(&arn.replace("{partition}", "aws")).is_some(), "{arn}");
        }
    }
}
