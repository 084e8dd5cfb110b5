//! What is wrong with a function's VPC configuration, said once for all the variants of the function that have it.

use super::Rule;
use super::finding::{Finding, Label, Severity};
use super::function_variants::{variants, when};
use super::subject::Examined;
use crate::inventory::{Function, Network, VpcConfig};

/// A function in one of the ways in which the input makes it.
#[derive(Clone, Copy)]
pub(super) struct Variant<'i> {
    pub function: &'i Function,
    pub config: &'i VpcConfig,
    pub network: &'i Network,
    /// All of its variants, those without a VPC configuration included.
    pub all: &'i [&'i Function],
}

/// One thing that is wrong with one variant of a function.
#[derive(Clone, Debug)]
pub(super) struct Cause {
    pub severity: Severity,
    /// What the function does or is: the sentence after its name.
    pub predicate: String,
    pub primary: Label,
    pub related: Vec<Label>,
    pub notes: Vec<String>,
    pub help: String,
}

impl Cause {
    /// Is it the same thing in another variant?
    fn is(&self, other: &Cause) -> bool {
        self.predicate == other.predicate && self.primary.place == other.primary.place
    }
}

/// The findings of a rule that looks at VPC configurations.
pub(super) fn findings<I: IntoIterator<Item = Cause>>(
    rule: &'static Rule,
    examined: &Examined<'_>,
    causes: impl Fn(Variant<'_>) -> I,
) -> Vec<Finding> {
    let inventory = examined.inventory;
    let mut findings = Vec::new();
    for variants in variants(&inventory.functions) {
        let variants: Vec<&Function> = variants.into_iter().map(|(_, function)| function).collect();
        // Each cause, with the variants that have it.
        let mut found: Vec<(Cause, Vec<&Function>)> = Vec::new();
        for function in &variants {
            let Some(config) = &function.vpc_config else { continue };
            let variant = Variant { function, config, network: &inventory.network, all: &variants };
            for cause in causes(variant) {
                match found.iter_mut().find(|(known, _)| known.is(&cause)) {
                    Some((known, having)) => {
                        known.severity = known.severity.max(cause.severity);
                        having.push(function);
                    }
                    None => found.push((cause, vec![function])),
                }
            }
        }
        for (cause, having) in found {
            let Some(function) = having.first() else { continue };
            let when = when(&variants, &having);
            findings.push(Finding {
                rule,
                severity: cause.severity,
                message: format!("function `{}` {}", function.name, cause.predicate),
                when: Some(when),
                notes: cause.notes,
                help: Some(cause.help),
                url: rule.source.to_owned(),
                subject: function.role,
                principal: None,
                function: Some(function.name.clone()),
                primary: Some(cause.primary),
                related: cause.related,
            });
        }
    }
    findings
}
