//! What is wrong with a function's VPC configuration, said once for all the variants of the function that have it.

use super::Rule;
use super::finding::{Finding, Label, Severity};
use super::subject::Examined;
use super::words;
use crate::inventory::{Function, Network, VpcConfig, When};

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
                message: format!("function `{}` {}{when}", function.name, cause.predicate),
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

/// The functions, each with all of its variants.
fn variants(functions: &[Function]) -> Vec<Vec<&Function>> {
    let mut groups: Vec<Vec<&Function>> = Vec::new();
    for function in functions {
        let same = |group: &&mut Vec<&Function>| group.first().is_some_and(|known| known.is_variant_of(function));
        match groups.iter_mut().rev().find(same) {
            Some(group) => group.push(function),
            None => groups.push(vec![function]),
        }
    }
    groups
}

/// ` when Stage is prod`: what sets the variants that have a cause apart from the others; nothing if all have it.
fn when(all: &[&Function], having: &[&Function]) -> String {
    if having.len() == all.len() && having.len() > 1 {
        return String::new();
    }
    let is_having = |function: &&Function| having.iter().any(|known| std::ptr::eq(*known, *function));
    let value = |function: &Function, name: &str| -> Option<String> {
        function.when.iter().find(|when| when.name == name).map(|when| when.value.clone())
    };
    // One parameter may decide it alone.
    let names = having.iter().flat_map(|function| &function.when).map(|when| &when.name);
    for name in names {
        let values: Vec<Option<String>> = having.iter().map(|function| value(function, name)).collect();
        let decides = all.iter().all(|function| values.contains(&value(function, name)) == is_having(function));
        if decides && values.iter().all(Option::is_some) {
            let mut distinct: Vec<String> = Vec::new();
            values.into_iter().flatten().for_each(|value| {
                if !distinct.contains(&value) {
                    distinct.push(value);
                }
            });
            return format!(" when {name} is {}", words::list(&distinct, "or"));
        }
    }
    let said = |when: &When| format!("{} is {}", when.name, when.value);
    match having.first().map(|function| function.when.iter().map(said).collect::<Vec<_>>()) {
        Some(conditions) if !conditions.is_empty() => format!(" when {}", words::list(&conditions, "and")),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::vpc_samples::function;
    use super::*;

    fn variant(conditions: &[(&str, &str)]) -> Function {
        let when = |(name, value): &(&str, &str)| When { name: (*name).to_owned(), value: (*value).to_owned() };
        Function { when: conditions.iter().map(when).collect(), ..function("F", None) }
    }

    #[test]
    fn what_decides_is_said() {
        let of = |stage: &'static str, debug: &'static str| variant(&[("Stage", stage), ("Debug", debug)]);
        let all = [of("prod", "yes"), of("prod", "no"), of("test", "yes"), of("dev", "yes"), of("dev", "no")];
        let functions: Vec<&Function> = all.iter().collect();
        for (having, expected) in [
            (vec![0, 1, 2, 3, 4], ""),
            (vec![0, 1], " when Stage is prod"),
            (vec![0, 1, 3, 4], " when Stage is prod or dev"),
            (vec![1, 4], " when Debug is no"),
            (vec![0], " when Stage is prod and Debug is yes"),
        ] {
            let having: Vec<&Function> = having.iter().map(|at| functions[*at]).collect();
            assert_eq!(when(&functions, &having), expected);
        }
        let only = variant(&[("Stage", "prod")]);
        assert_eq!(when(&[&only], &[&only]), " when Stage is prod", "it does not exist otherwise");
        let plain = variant(&[]);
        assert_eq!(when(&[&plain], &[&plain]), "");
    }
}
