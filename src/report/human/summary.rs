//! The last line of the report, in words.

use crate::report::Summary;

/// What was found, and the rest of the sentence: where, and what is not in the report.
pub(super) fn sentence(summary: &Summary, problems: usize) -> (String, String) {
    let Summary { principals, not_applicable, errors, warnings, notes, ignored, .. } = *summary;
    let counts: Vec<String> = [(errors, "error"), (warnings, "warning"), (notes, "note")]
        .into_iter()
        .filter(|(number, _)| *number > 0)
        .map(|(number, what)| count(number, what))
        .collect();
    let (found, mut rest) = match &*counts {
        [] => ("no findings".to_owned(), judged(principals, not_applicable)),
        [one] => (one.clone(), within(principals, not_applicable)),
        [init @ .., last] => (format!("{} and {last}", init.join(", ")), within(principals, not_applicable)),
    };
    if ignored > 0 {
        rest.push_str(&format!("; {ignored} ignored"));
    }
    if problems > 0 {
        rest.push_str(&format!("; {}", count(problems, "input problem")));
    }
    (found, rest)
}

/// After "no findings": of what, so that nobody takes an empty run for a clean one.
fn judged(principals: usize, not_applicable: usize) -> String {
    match (principals, not_applicable) {
        (0, _) => ": no principal judged".to_owned(),
        (_, 0) => format!(": {} judged", count(principals, "principal")),
        (1, _) => ": 1 principal judged, and it needs nothing".to_owned(),
        (all, nothing) if all == nothing => format!(": {all} principals judged, and they need nothing"),
        (all, 1) => format!(": {all} principals judged, 1 of which needs nothing"),
        (all, nothing) => format!(": {all} principals judged, {nothing} of which need nothing"),
    }
}

fn within(principals: usize, not_applicable: usize) -> String {
    let nothing = match not_applicable {
        1 => "1 judged principal needs nothing".to_owned(),
        number => format!("{number} judged principals need nothing"),
    };
    match (principals.saturating_sub(not_applicable), not_applicable) {
        (0, 0) => "; no principal judged".to_owned(),
        (0, _) => format!("; {nothing}"),
        (needing, 0) => format!(" in {}", count(needing, "principal")),
        (needing, _) => format!(" in {} ({nothing})", count(needing, "principal")),
    }
}

fn count(number: usize, what: &str) -> String {
    let s = if number == 1 { "" } else { "s" };
    format!("{number} {what}{s}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences() {
        let with = |errors, warnings, notes, principals, not_applicable, ignored, problems| {
            let counted = Summary { errors, warnings, notes, principals, not_applicable, ignored, functions: 0 };
            let (found, rest) = sentence(&counted, problems);
            found + &rest
        };
        for (said, expected) in [
            (
                with(2, 1, 3, 16, 12, 1, 0),
                "2 errors, 1 warning and 3 notes in 4 principals (12 judged principals need nothing); 1 ignored",
            ),
            (with(1, 0, 0, 2, 1, 0, 0), "1 error in 1 principal (1 judged principal needs nothing)"),
            (with(1, 2, 0, 1, 0, 0, 0), "1 error and 2 warnings in 1 principal"),
            (with(1, 0, 0, 0, 0, 0, 2), "1 error; no principal judged; 2 input problems"),
            (with(0, 0, 1, 3, 3, 0, 0), "1 note; 3 judged principals need nothing"),
            (with(0, 0, 0, 3, 0, 0, 0), "no findings: 3 principals judged"),
            (with(0, 0, 0, 1, 0, 2, 0), "no findings: 1 principal judged; 2 ignored"),
            (with(0, 0, 0, 3, 1, 0, 0), "no findings: 3 principals judged, 1 of which needs nothing"),
            (with(0, 0, 0, 9, 4, 0, 0), "no findings: 9 principals judged, 4 of which need nothing"),
            (with(0, 0, 0, 1, 1, 0, 0), "no findings: 1 principal judged, and it needs nothing"),
            (with(0, 0, 0, 2, 2, 0, 0), "no findings: 2 principals judged, and they need nothing"),
            (with(0, 0, 0, 0, 0, 0, 1), "no findings: no principal judged; 1 input problem"),
        ] {
            assert_eq!(said, expected);
        }
    }
}
