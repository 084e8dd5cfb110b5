//! Lists as a sentence says them.

/// `create network interfaces`, `delete network interfaces`, `describe subnets` →
/// `create or delete network interfaces or describe subnets`: what shares an object is said once.
pub(super) fn doing(phrases: &[&str], conjunction: &str) -> String {
    let mut by_object: Vec<(&str, Vec<&str>)> = Vec::new();
    for phrase in phrases {
        let (verb, object) = phrase.split_once(' ').unwrap_or((phrase, ""));
        match by_object.iter_mut().find(|(known, _)| *known == object) {
            Some((_, verbs)) => verbs.push(verb),
            None => by_object.push((object, vec![verb])),
        }
    }
    let parts: Vec<String> = by_object
        .iter()
        .map(|(object, verbs)| format!("{} {object}", list(verbs, conjunction)).trim_end().to_owned())
        .collect();
    list(&parts, conjunction)
}

/// `a`, `b` and `c` with the conjunction before the last.
pub(super) fn list<S: AsRef<str>>(items: &[S], conjunction: &str) -> String {
    match items {
        [] => String::new(),
        [one] => one.as_ref().to_owned(),
        [init @ .., last] => {
            let init: Vec<&str> = init.iter().map(AsRef::as_ref).collect();
            format!("{} {conjunction} {}", init.join(", "), last.as_ref())
        }
    }
}

/// The items, each in backticks.
pub(super) fn quoted<S: AsRef<str>>(items: &[S], conjunction: &str) -> String {
    let items: Vec<String> = items.iter().map(|item| format!("`{}`", item.as_ref())).collect();
    list(&items, conjunction)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_shares_an_object_is_said_once() {
        assert_eq!(doing(&["create interfaces"], "or"), "create interfaces");
        assert_eq!(
            doing(&["create interfaces", "describe interfaces", "describe subnets", "delete interfaces"], "or"),
            "create, describe or delete interfaces or describe subnets"
        );
    }
}
