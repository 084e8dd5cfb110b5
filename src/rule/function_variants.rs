//! What is found of functions, said once for all the variants of a function that have it, with the values under which it
//! holds.

use super::finding::Finding;
use super::words;
use crate::inventory::{Function, Functions, When};
use crate::template::Choice;

/// The findings about functions: one for each cause. `find` is given a variant and its index.
pub(super) fn said_once(
    functions: &Functions,
    mut find: impl FnMut(usize, &Function) -> Option<Finding>,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    for variants in functions.variants() {
        let all: Vec<&Function> = variants.iter().map(|index| &functions[*index]).collect();
        // Each cause, with the variants that have it.
        let mut found: Vec<(Finding, Vec<&Function>)> = Vec::new();
        for (index, function) in variants.iter().zip(&all) {
            let Some(finding) = find(*index, function) else { continue };
            let place = |finding: &Finding| finding.primary.as_ref().map(|label| label.place.clone());
            let same = |known: &Finding| known.message == finding.message && place(known) == place(&finding);
            match found.iter_mut().find(|(known, _)| same(known)) {
                Some((_, having)) => having.push(function),
                None => found.push((finding, vec![function])),
            }
        }
        findings
            .extend(found.into_iter().map(|(finding, having)| Finding { when: Some(when(&all, &having)), ..finding }));
    }
    findings
}

/// ` when Stage is prod`: what sets the variants that have a cause apart from the others; nothing if all have it.
pub(super) fn when(all: &[&Function], having: &[&Function]) -> String {
    if having.len() == all.len() && having.len() > 1 {
        return String::new();
    }
    let is_having = |function: &&Function| having.iter().any(|known| std::ptr::eq(*known, *function));
    fn value<'f>(function: &'f Function, name: &str) -> Option<&'f Choice> {
        function.when.iter().find(|when| when.name == name).map(|when| &when.value)
    }
    // One parameter may decide it alone: then it is something else in every other variant.
    let names = having.iter().flat_map(|function| &function.when).map(|when| &when.name);
    for name in names {
        let Some(values) = having.iter().map(|function| value(function, name)).collect::<Option<Vec<_>>>() else {
            continue;
        };
        let excludes = |other: &Choice| values.iter().all(|value| other.excludes(value));
        let mut others = all.iter().filter(|function| !is_having(function));
        if others.all(|function| value(function, name).is_some_and(excludes)) {
            let mut distinct: Vec<String> = Vec::new();
            values.iter().map(ToString::to_string).for_each(|value| {
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
        let when =
            |(name, value): &(&str, &str)| When { name: (*name).to_owned(), value: Choice::Is((*value).to_owned()) };
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
