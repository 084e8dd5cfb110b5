//! Tables of what a reader should know of a search.

use super::super::glob::{Case, Glob, Token, Var};
use super::{Region, Search, search, search_regions};

/// The unknowns of the tests, also their letters.
const UNKNOWNS: [Var; 2] = [Var::Account, Var::Other(7)];

/// `@` is the account, `#` another unknown; a leading `~` makes it match either case.
fn glob(text: &str) -> Glob {
    let (text, case) = match text.strip_prefix('~') {
        Some(rest) => (rest, Case::Insensitive),
        None => (text, Case::Sensitive),
    };
    let unknowns = |token: &Token| match token {
        Token::Char('@') => Token::Var(UNKNOWNS[0]),
        Token::Char('#') => Token::Var(UNKNOWNS[1]),
        token => *token,
    };
    Glob::from_tokens(Glob::pattern(text).tokens().iter().map(unknowns)).with_case(case)
}

fn globs(texts: &[&str]) -> Vec<Glob> {
    texts.iter().map(|text| glob(text)).collect()
}

fn refs<T>(items: &[T]) -> Vec<&T> {
    items.iter().collect()
}

/// `Nothing`, `TooHard`, or the witness as it is shown.
fn shown(answer: &Search) -> String {
    match answer {
        Search::Found(witness) => witness.to_string(),
        other => format!("{other:?}"),
    }
}

#[test]
fn searches() {
    let cases: &[(&[&str], &[&str], &str)] = &[
        (&["network-interface/*"], &["*"], "Nothing"),
        (&["network-interface/*"], &["function:*", "*/*"], "Nothing"),
        (&["network-interface/*"], &["function:*"], "network-interface/*"),
        (&["*/*"], &["network-interface/*"], "*/*"),
        // A union covers what none of its globs does.
        (&["a*"], &["a", "a?*"], "Nothing"),
        (&["a*"], &["a?*"], "a"),
        (&["*"], &["", "?", "??*"], "Nothing"),
        (&["*"], &["", "?", "???*"], "*"),
        (&[], &["?*"], ""),
        (&[], &[], ""),
        (&["a", "a*", "?"], &["b"], "a"),
        (&["a*", "*b", "*c*"], &[], "acb"),
        (&["subnet/*", "vpc/*"], &[], "Nothing"),
        // Cases.
        (&["~ab"], &["aB", "~b"], "ab"),
        (&["~ab"], &["ab", "aB", "Ab", "AB"], "Nothing"),
        (&["~a*"], &["a*", "A"], "A*"),
        (&["ab"], &["~AB"], "Nothing"),
        (&["~K"], &["k", "K"], "Nothing"),
        // Unknown texts: equal only to themselves, eaten by `*`, not by `?`.
        (&["@:a/*"], &["@:*"], "Nothing"),
        (&["@:a"], &["#:a", "?:a", "1:a"], "<account>:a"),
        (&["@"], &["?", "??*", ""], "<account>"),
        (&["@*"], &["@", "@?*"], "Nothing"),
        (&["*"], &["@"], ""),
        (&["@*", "*#"], &[], "<account><unknown>"),
    ];
    for (inside, outside, expected) in cases {
        let (inside, outside) = (globs(inside), globs(outside));
        let answer = search(&refs(&inside), &refs(&outside));
        assert_eq!(shown(&answer), *expected, "{inside:?} {outside:?}");
    }
}

#[test]
fn witnesses_read_like_names() {
    let cases = [
        ("subnet/*", "subnet/subnet-1", "subnet/*"),
        ("subnet/*", "*a*e*", "subnet/*"),
        ("subnet/?*", "*a*e*", "subnet/*"),
        ("orders*", "orders", "orders*"),
        ("orders-*", "*x", "orders-"),
        ("arn:aws:s3:::*", "arn:aws:s3:::logs/*", "arn:aws:s3:::"),
        ("subnet-???x", "*z", "subnet-*x"),
        ("*", "vpc/*", ""),
    ];
    for (inside, outside, expected) in cases {
        assert_eq!(shown(&search(&[&glob(inside)], &[&glob(outside)])), expected, "{inside} {outside}");
    }
    let Search::Found(witness) = search(&[&glob("subnet/?*")], &[]) else { panic!("a subnet is a subnet") };
    assert_eq!(witness.tokens(), glob("subnet/?").tokens());
}

#[test]
fn regions() {
    let not = |texts: &[&str]| Region::except(globs(texts));
    let of = |text: &str| Region::of(glob(text));
    let cut = |inside: &[&str], outside: &[&str]| Region { inside: globs(inside), outside: globs(outside) };
    let cases = [
        (vec![of("subnet/*")], vec![Region::all()], "Nothing"),
        (vec![of("subnet/*")], vec![of("subnet/a*"), of("*")], "Nothing"),
        (vec![of("subnet/*")], vec![not(&["vpc/*", "role/*"])], "Nothing"),
        (vec![of("subnet/*")], vec![not(&["subnet/a", "role/*"])], "subnet/a"),
        (vec![of("subnet/*"), not(&["subnet/a"])], vec![not(&["subnet/a", "role/*"])], "Nothing"),
        (vec![], vec![not(&["a*"]), not(&["*b"])], "ab"),
        (vec![], vec![not(&["a*"]), not(&["b*"])], "Nothing"),
        (vec![of("a*")], vec![cut(&["*b", "*b*"], &["*c*"]), of("a"), of("a?")], "a*"),
        (vec![of("a*b")], vec![cut(&["*b", "*b*"], &["*c*"])], "acb"),
        (vec![of("a"), not(&["a"])], vec![], "Nothing"),
        // The unknown name may be the one that is left out.
        (vec![of("subnet/@")], vec![not(&["subnet/a"])], "subnet/<account>"),
        (vec![of("subnet/@")], vec![not(&["vpc/a", "subnet"])], "Nothing"),
        (vec![of("subnet/@")], vec![not(&["subnet/a"]), of("subnet/@")], "Nothing"),
        (vec![of("subnet/a")], vec![not(&["subnet/@"])], "subnet/a"),
    ];
    for (within, avoiding, expected) in cases {
        let answer = search_regions(&refs(&within), &refs(&avoiding));
        assert_eq!(shown(&answer), expected, "{within:?} {avoiding:?}");
    }
}

#[test]
fn what_is_too_hard_says_so() {
    // Forty of each letter, in whatever order: 41 to the third states.
    let inside: Vec<Glob> = ["*a", "*b", "*c"].iter().map(|piece| Glob::pattern(&piece.repeat(40))).collect();
    assert_eq!(search(&refs(&inside), &[]), Search::TooHard);
    // Ever more regions, with two ways out of each, and each way makes the word longer.
    let outside = |at| Region::except(globs(&[&format!("*{at}0*"), &format!("*{at}1*")]));
    let regions: Vec<Region> = (0..8).map(outside).collect();
    assert_eq!(search_regions(&[], &refs(&regions)), Search::TooHard);
    assert_eq!(shown(&search_regions(&[], &refs(&regions[..3]))), "2101");
}
