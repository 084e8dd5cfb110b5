//! The search against every word over a small alphabet.

use super::super::glob::{Case, Glob, Token, Var};
use super::{Region, Search, search, search_regions};

/// xorshift: tests need no more.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % bound
    }

    fn glob(&mut self) -> Glob {
        let length = self.below(5);
        let tokens = (0..length).map(|_| match self.below(8) {
            0 | 1 => Token::Char('a'),
            2 => Token::Char('b'),
            3 => Token::Char('A'),
            4 => Token::One,
            5 => Token::Var(Var::Account),
            _ => Token::Many,
        });
        let tokens: Vec<Token> = tokens.collect();
        let case = if self.below(4) == 0 { Case::Insensitive } else { Case::Sensitive };
        Glob::from_tokens(tokens).with_case(case)
    }

    fn globs(&mut self, most: u64) -> Vec<Glob> {
        (0..self.below(most + 1)).map(|_| self.glob()).collect()
    }
}

/// The plainest matcher there is.
fn matches(pattern: &[Token], case: Case, word: &[Token]) -> bool {
    match (pattern.split_first(), word.split_first()) {
        (None, None) => true,
        (Some((Token::Many, rest)), _) => {
            matches(rest, case, word) || word.split_first().is_some_and(|(_, after)| matches(pattern, case, after))
        }
        (Some((token, rest)), Some((letter, after))) => {
            let eaten = match (token, letter) {
                (Token::One, Token::Char(_)) => true,
                (Token::Char(own), Token::Char(char)) => case.equal(*own, *char),
                (Token::Var(own), Token::Var(var)) => own == var,
                _ => false,
            };
            eaten && matches(rest, case, after)
        }
        _ => false,
    }
}

fn matched(glob: &Glob, word: &[Token]) -> bool {
    matches(glob.tokens(), glob.case(), word)
}

/// Every word up to a length over the letters of the globs, one more character and the unknown. An unknown in a word
/// must be written by an inside: real text is never one.
fn words(longest: usize) -> Vec<Vec<Token>> {
    let letters = [
        Token::Char('a'),
        Token::Char('b'),
        Token::Char('A'),
        Token::Char('B'),
        Token::Char('z'),
        Token::Var(Var::Account),
    ];
    let mut all: Vec<Vec<Token>> = vec![Vec::new()];
    let mut from = 0;
    for _ in 0..longest {
        let until = all.len();
        for index in from..until {
            for letter in letters {
                let mut word = all[index].clone();
                word.push(letter);
                all.push(word);
            }
        }
        from = until;
    }
    all
}

/// The witness with a real character for "any".
fn concrete(tokens: &[Token]) -> Vec<Token> {
    tokens.iter().map(|token| if *token == Token::Many { Token::Char('z') } else { *token }).collect()
}

#[test]
fn agrees_with_every_word() {
    let words = words(4);
    let mut dice = Dice(0x5eed_1234_5678_9abc);
    for round in 0..6_000 {
        let mut inside = dice.globs(2);
        inside.push(dice.glob());
        let outside = dice.globs(4);
        let unknown_written = inside.iter().any(Glob::has_var);
        let fits = |word: &[Token]| {
            (unknown_written || !word.iter().any(|token| matches!(token, Token::Var(_))))
                && inside.iter().all(|glob| matched(glob, word))
                && !outside.iter().any(|glob| matched(glob, word))
        };
        let shortest = words.iter().find(|word| fits(word));
        let answer = search(&inside.iter().collect::<Vec<_>>(), &outside.iter().collect::<Vec<_>>());
        match (&answer, shortest) {
            (Search::Found(witness), _) => {
                let word = concrete(witness.tokens());
                assert!(fits(&word), "round {round}: {inside:?} {outside:?} {word:?}");
                if let Some(shortest) = shortest {
                    // An unknown may stand where `*` does, in words that are then no real text: those may be shorter.
                    let real = words.iter().find(|word| fits(word) && !word.contains(&Token::Var(Var::Account)));
                    assert!(word.len() <= real.unwrap_or(shortest).len().max(shortest.len()), "round {round}");
                }
            }
            (Search::Nothing, Some(word)) => {
                // Only an unknown that no glob wrote at that place tells them apart; no real text does.
                assert!(word.contains(&Token::Var(Var::Account)), "round {round}: {inside:?} {outside:?} {word:?}");
            }
            (Search::Nothing, None) => {}
            (Search::TooHard, _) => panic!("round {round}: small instances are never too hard"),
        }
    }
}

#[test]
fn regions_agree_with_every_word() {
    let words = words(3);
    let mut dice = Dice(0xfeed_4321_8765_cba9);
    for round in 0..4_000 {
        let mut region = || Region { inside: dice.globs(2), outside: dice.globs(2) };
        let within = [region(), region()];
        let avoiding = [region(), region()];
        let lies = |region: &Region, word: &[Token]| {
            region.inside.iter().all(|glob| matched(glob, word))
                && !region.outside.iter().any(|glob| matched(glob, word))
        };
        let fits = |word: &[Token]| {
            within.iter().all(|region| lies(region, word)) && !avoiding.iter().any(|region| lies(region, word))
        };
        let real = |word: &[Token]| !word.iter().any(|token| matches!(token, Token::Var(_)));
        let expected = words.iter().any(|word| real(word) && fits(word));
        match search_regions(&within.iter().collect::<Vec<_>>(), &avoiding.iter().collect::<Vec<_>>()) {
            Search::Found(witness) => assert!(fits(&concrete(witness.tokens())), "round {round}"),
            Search::Nothing => assert!(!expected, "round {round}: {within:?} {avoiding:?}"),
            Search::TooHard => panic!("round {round}: small instances are never too hard"),
        }
    }
}

#[test]
fn a_union_covers_what_none_of_its_patterns_does() {
    let glob = Glob::pattern;
    let covered = |word: &str, by: &[&str]| {
        let by: Vec<Glob> = by.iter().map(|text| glob(text)).collect();
        search(&[&glob(word)], &by.iter().collect::<Vec<_>>()) == Search::Nothing
    };
    assert!(covered("a*", &["a", "a?*"]));
    assert!(!covered("a*", &["a?*"]));
    assert!(covered("network-interface/*", &["*"]));
    assert!(covered("network-interface/*", &["*/*"]));
    assert!(!covered("*/*", &["network-interface/*"]));
    assert!(!covered("network-interface/*", &["function:*"]));
}

#[test]
fn witnesses_read_like_names() {
    let found = |inside: &str, outside: &str| match search(&[&Glob::pattern(inside)], &[&Glob::pattern(outside)]) {
        Search::Found(witness) => witness.to_string(),
        other => format!("{other:?}"),
    };
    assert_eq!(found("security-group/*", "subnet/*"), "security-group/*");
    assert_eq!(found("subnet/*", "subnet/subnet-1"), "subnet/*");
}

#[test]
fn what_is_too_hard_says_so() {
    // 3-DNF tautology in disguise: one star of the inside for each variable.
    let stars = "*a".repeat(24);
    let outside: Vec<Glob> = (0..24)
        .map(|clause| {
            Glob::pattern(&(0..24).map(|at| if (at * 7 + clause) % 5 == 0 { "a?*" } else { "*a" }).collect::<String>())
        })
        .collect();
    let answer = search(&[&Glob::pattern(&stars)], &outside.iter().collect::<Vec<_>>());
    assert!(matches!(answer, Search::TooHard | Search::Found(_)));
}
