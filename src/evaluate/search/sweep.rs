//! The search against every word over a small alphabet.

use std::collections::HashSet;

use super::super::glob::{Case, Glob, Token, Var};
use super::{Region, Search, Witness, search, search_regions};

/// The unknowns of the tests, also their letters.
const UNKNOWNS: [Var; 2] = [Var::Account, Var::Other(7)];

fn refs<T>(items: &[T]) -> Vec<&T> {
    items.iter().collect()
}

/// xorshift: tests need no more.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % bound
    }

    fn token(&mut self) -> Token {
        match self.below(11) {
            0 | 1 => Token::Char('a'),
            2 => Token::Char('b'),
            3 => Token::Char('A'),
            4 | 5 => Token::One,
            6 => Token::Var(UNKNOWNS[0]),
            7 if self.below(2) == 0 => Token::Var(UNKNOWNS[1]),
            _ => Token::Many,
        }
    }

    fn glob(&mut self, longest: u64) -> Glob {
        let length = self.below(longest + 1);
        let tokens: Vec<Token> = (0..length).map(|_| self.token()).collect();
        let case = if self.below(4) == 0 { Case::Insensitive } else { Case::Sensitive };
        Glob::from_tokens(tokens).with_case(case)
    }

    fn globs(&mut self, least: u64, most: u64, longest: u64) -> Vec<Glob> {
        let count = least + self.below(most - least + 1);
        (0..count).map(|_| self.glob(longest)).collect()
    }

    fn region(&mut self) -> Region {
        Region { inside: self.globs(0, 2, 4), outside: self.globs(0, 2, 4) }
    }
}

fn eats(token: Token, case: Case, letter: Token) -> bool {
    match (token, letter) {
        (Token::One, Token::Char(_)) => true,
        (Token::Char(own), Token::Char(char)) if case == Case::Insensitive => own.eq_ignore_ascii_case(&char),
        (own, letter) => own == letter,
    }
}

/// The plainest matcher there is.
fn matches(glob: &Glob, word: &[Token]) -> bool {
    fn rest(pattern: &[Token], case: Case, word: &[Token]) -> bool {
        match (pattern.split_first(), word.split_first()) {
            (None, None) => true,
            (Some((Token::Many, behind)), _) => {
                rest(behind, case, word) || word.split_first().is_some_and(|(_, after)| rest(pattern, case, after))
            }
            (Some((token, behind)), Some((letter, after))) => eats(*token, case, *letter) && rest(behind, case, after),
            _ => false,
        }
    }
    rest(glob.tokens(), glob.case(), word)
}

/// Matches if unknown texts, on either side, may be any text.
fn may_match(pattern: &[Token], case: Case, word: &[Token]) -> bool {
    match (pattern.split_first(), word.split_first()) {
        (None, None) => true,
        (Some((Token::Many | Token::Var(_), behind)), _) if may_match(behind, case, word) => true,
        (_, Some((Token::Var(_), after))) if may_match(pattern, case, after) => true,
        (Some((Token::Many | Token::Var(_), _)), Some((_, after))) => may_match(pattern, case, after),
        (Some((_, behind)), Some((Token::Var(_), _))) => may_match(behind, case, word),
        (Some((token, behind)), Some((letter, after))) => eats(*token, case, *letter) && may_match(behind, case, after),
        _ => false,
    }
}

/// Every word, letter by letter, for up to 16 globs of at most 7 tokens at once: one byte for each glob, one bit for
/// each position that it may have reached. All letters are tried, so nothing of the search's argument is taken for
/// granted; words that lead to the same positions count once.
#[derive(Default)]
struct Sweep {
    /// For each letter: positions that go on by it, positions that stay.
    letters: Vec<(u128, u128, Token)>,
    stars: u128,
    ends: u128,
    /// The bytes of globs that take unknowns as any text.
    lenient: Vec<usize>,
}

impl Sweep {
    /// An unknown is a letter only where one of the first `writers` globs writes it.
    fn new(globs: &[(&Glob, bool)], writers: usize) -> Sweep {
        let mut sweep = Sweep::default();
        let characters = ['a', 'b', 'A', 'B', 'z'].map(|char| (Token::Char(char), None));
        let unknowns = UNKNOWNS.iter().flat_map(|var| (0..writers).map(|by| (Token::Var(*var), Some(by))));
        sweep.letters = characters.into_iter().chain(unknowns).map(|(letter, _)| (0, 0, letter)).collect();
        let written_by = |index: usize| index.checked_sub(5).map(|index| index % writers.max(1));
        for (lane, (glob, lenient)) in globs.iter().enumerate() {
            assert!(lane < 16 && glob.tokens().len() < 8);
            let bit = |at: usize| 1_u128 << (8 * lane + at);
            for (at, token) in glob.tokens().iter().enumerate() {
                let star = *token == Token::Many || (*lenient && matches!(token, Token::Var(_)));
                sweep.stars |= if star { bit(at) } else { 0 };
                for (index, (go, stay, letter)) in sweep.letters.iter_mut().enumerate() {
                    if star && written_by(index) != Some(lane) {
                        *stay |= bit(at);
                    } else if !star && eats(*token, glob.case(), *letter) {
                        *go |= bit(at);
                    }
                }
            }
            sweep.ends |= bit(glob.tokens().len());
            if *lenient {
                sweep.lenient.push(lane);
            }
        }
        sweep
    }

    fn leave_stars(&self, mut reached: u128) -> u128 {
        loop {
            let more = reached | (reached & self.stars) << 1;
            if more == reached {
                return reached;
            }
            reached = more;
        }
    }

    fn next(&self, reached: u128, (go, stay, letter): (u128, u128, Token)) -> u128 {
        let mut next = (reached & go) << 1 | (reached & stay);
        if let Token::Var(_) = letter {
            for lane in &self.lenient {
                let own = (reached >> (8 * lane)) as u8;
                let end = (self.ends >> (8 * lane)) as u8;
                let any_further = if own == 0 { 0 } else { (end | (end - 1)) & !((own & own.wrapping_neg()) - 1) };
                next = next & !(0xff << (8 * lane)) | u128::from(any_further) << (8 * lane);
            }
        }
        self.leave_stars(next)
    }

    /// The length of the shortest word that `accepts` (a bit for each glob that matches), if the first `needed` globs
    /// match it.
    fn shortest(&self, globs: usize, needed: usize, accepts: impl Fn(u32) -> bool) -> Option<usize> {
        let matched = |reached: u128| {
            let ended = |lane: &usize| reached & self.ends & (0xff << (8 * lane)) != 0;
            (0..globs).filter(ended).fold(0_u32, |bits, lane| bits | 1 << lane)
        };
        let start = (0..globs).fold(0, |bits, lane| bits | 1_u128 << (8 * lane));
        let mut level = vec![self.leave_stars(start)];
        let mut seen = HashSet::new();
        let mut length = 0;
        while !level.is_empty() {
            let mut next_level = Vec::new();
            for reached in level {
                if !seen.insert(reached) {
                    continue;
                }
                if accepts(matched(reached)) {
                    return Some(length);
                }
                for letter in &self.letters {
                    let next = self.next(reached, *letter);
                    if (0..needed).all(|lane| next & (0xff << (8 * lane)) != 0) {
                        next_level.push(next);
                    }
                }
            }
            level = next_level;
            length += 1;
        }
        None
    }
}

fn sweep(inside: &[Glob], outside: &[Glob]) -> Option<usize> {
    let all: Vec<(&Glob, bool)> = inside.iter().chain(outside).map(|glob| (glob, false)).collect();
    let wanted = (1_u32 << inside.len()) - 1;
    Sweep::new(&all, inside.len()).shortest(all.len(), inside.len(), |matched| matched == wanted)
}

/// The word of a witness, with a character that no test writes where any will do.
fn text(witness: &Witness) -> Vec<Token> {
    let spell = |token: &Token| if *token == Token::One { Token::Char('z') } else { *token };
    witness.tokens().iter().map(spell).collect()
}

fn agree_with_every_word(seed: u64, rounds: u32) {
    let mut dice = Dice(seed);
    let mut found = 0;
    for round in 0..rounds {
        let (inside, outside) = (dice.globs(1, 3, 6), dice.globs(0, 5, 6));
        let at = format!("round {round}: {inside:?} {outside:?}");
        match (search(&refs(&inside), &refs(&outside)), sweep(&inside, &outside)) {
            (Search::Nothing, None) => {}
            (Search::Found(witness), Some(length)) => {
                found += 1;
                assert_eq!(witness.tokens().len(), length, "{at}");
                {
                    let word = &text(&witness);
                    let fits = inside.iter().all(|glob| matches(glob, word))
                        && !outside.iter().any(|glob| matches(glob, word));
                    assert!(fits, "{at}: {word:?}");
                }
            }
            (answer, expected) => panic!("{at}: {answer:?}, but {expected:?}"),
        }
    }
    assert!(found > rounds / 5 && found < rounds * 4 / 5, "{found} found: the dice are loaded");
}

#[test]
fn agrees_with_every_word() {
    agree_with_every_word(0x5eed_1234_5678_9abc, 30_000);
}

#[test]
fn agrees_with_every_word_again() {
    agree_with_every_word(0xfeed_8765_4321_cba9, 30_000);
}

#[test]
fn the_sweep_agrees_with_the_plainest_matcher() {
    let letters = ['a', 'b', 'A', 'B', 'z'].map(Token::Char);
    let mut words: Vec<Vec<Token>> = vec![Vec::new()];
    for index in 0..156 {
        words.extend(letters.map(|letter| words[index].iter().copied().chain([letter]).collect()));
    }
    let mut dice = Dice(0xdead_5678_1234_beef);
    for round in 0..500 {
        let (inside, outside) = (dice.globs(1, 2, 4), dice.globs(0, 4, 4));
        if inside.iter().any(Glob::has_var) {
            continue;
        }
        let fits = |word: &&Vec<Token>| {
            inside.iter().all(|glob| matches(glob, word)) && !outside.iter().any(|glob| matches(glob, word))
        };
        let expected = words.iter().find(fits).map(Vec::len);
        let swept = sweep(&inside, &outside).filter(|length| *length < 5);
        assert_eq!(swept, expected, "round {round}: {inside:?} {outside:?}");
    }
}

fn lies_in(region: &Region, word: &[Token]) -> bool {
    region.inside.iter().all(|glob| matches(glob, word))
        && !region.outside.iter().any(|glob| may_match(glob.tokens(), glob.case(), word))
}

fn sweep_regions(within: &[Region], avoiding: &[Region]) -> Option<usize> {
    let inside: Vec<&Glob> = within.iter().flat_map(|region| &region.inside).collect();
    let outside: Vec<&Glob> = within.iter().flat_map(|region| &region.outside).collect();
    let mut all: Vec<(&Glob, bool)> = inside.iter().chain(&outside).map(|glob| (*glob, false)).collect();
    let mut avoided = Vec::new();
    for region in avoiding {
        let bits = |from: usize, count: usize| ((1_u32 << count) - 1) << from;
        avoided
            .push((bits(all.len(), region.inside.len()), bits(all.len() + region.inside.len(), region.outside.len())));
        all.extend(region.inside.iter().map(|glob| (glob, false)));
        all.extend(region.outside.iter().map(|glob| (glob, true)));
    }
    let needed = (1_u32 << inside.len()) - 1;
    let refused = ((1_u32 << outside.len()) - 1) << inside.len();
    Sweep::new(&all, inside.len()).shortest(all.len(), inside.len(), |matched| {
        matched & (needed | refused) == needed
            && !avoided.iter().any(|(inside, outside)| matched & (inside | outside) == *inside)
    })
}

#[test]
fn regions_agree_with_every_word() {
    let mut dice = Dice(0xcafe_4321_8765_f00d);
    for round in 0..15_000 {
        let within: Vec<Region> = (0..dice.below(3)).map(|_| dice.region()).collect();
        let avoiding: Vec<Region> = (0..1 + dice.below(2)).map(|_| dice.region()).collect();
        let at = format!("round {round}: {within:?} {avoiding:?}");
        match (search_regions(&refs(&within), &refs(&avoiding)), sweep_regions(&within, &avoiding)) {
            (Search::Nothing, None) => {}
            (Search::Found(witness), Some(length)) => {
                assert_eq!(witness.tokens().len(), length, "{at}");
                {
                    let word = &text(&witness);
                    let inside = within.iter().all(|region| {
                        region.inside.iter().all(|glob| matches(glob, word))
                            && !region.outside.iter().any(|glob| matches(glob, word))
                    });
                    assert!(inside && !avoiding.iter().any(|region| lies_in(region, word)), "{at}: {word:?}");
                }
            }
            (answer, expected) => panic!("{at}: {answer:?}, but {expected:?}"),
        }
    }
}

/// The promise that grants rest on: what is covered with unknowns is covered for every value of them.
#[test]
fn nothing_holds_for_every_value_of_the_unknowns() {
    let values = ["", "a", "b", "B", "zz", "Ab"];
    let put_in = |glob: &Glob, pair: [&str; 2]| {
        let tokens = glob.tokens().iter().flat_map(|token| match token {
            Token::Var(var) => pair[usize::from(*var != UNKNOWNS[0])].chars().map(Token::Char).collect(),
            token => vec![*token],
        });
        Glob::from_tokens(tokens).with_case(glob.case())
    };
    let mut dice = Dice(0xbead_1111_2222_3333);
    let mut tried = 0;
    while tried < 400 {
        // Of an inside that matches either case, the values are taken as they are; `put_in` cannot say that.
        let inside = dice.globs(1, 1, 3).into_iter().map(|glob| match glob.has_var() {
            true => glob.with_case(Case::Sensitive),
            false => glob,
        });
        let within = [Region { inside: inside.collect(), outside: dice.globs(0, 1, 3) }];
        let avoiding: Vec<Region> = (0..1 + dice.below(3))
            .map(|_| Region { inside: dice.globs(0, 1, 3), outside: dice.globs(0, 2, 3) })
            .collect();
        let unknown =
            within.iter().chain(&avoiding).any(|region| region.inside.iter().chain(&region.outside).any(Glob::has_var));
        let plain = avoiding.iter().any(Region::is_all) || !unknown;
        if plain || search_regions(&refs(&within), &refs(&avoiding)) != Search::Nothing {
            continue;
        }
        tried += 1;
        for pair in values.iter().flat_map(|first| values.map(|second| [*first, second])) {
            let valued = |regions: &[Region]| -> Vec<Region> {
                let all = |globs: &[Glob]| globs.iter().map(|glob| put_in(glob, pair)).collect();
                regions
                    .iter()
                    .map(|region| Region { inside: all(&region.inside), outside: all(&region.outside) })
                    .collect()
            };
            assert_eq!(sweep_regions(&valued(&within), &valued(&avoiding)), None, "{within:?} {avoiding:?} {pair:?}");
        }
    }
}

#[test]
fn after_a_prefix_the_rest_matches_the_same() {
    let mut dice = Dice(0xabcd_9999_8888_7777);
    let letters =
        [Token::Char('a'), Token::Char('A'), Token::Char('b'), Token::Var(UNKNOWNS[0]), Token::Var(UNKNOWNS[1])];
    let letter = |dice: &mut Dice| letters[dice.below(5) as usize];
    for round in 0..20_000 {
        let glob = dice.glob(6);
        let prefix: Vec<Token> = (0..dice.below(4)).map(|_| letter(&mut dice)).collect();
        let remaining = glob.after_prefix(&prefix);
        for _ in 0..8 {
            let rest: Vec<Token> = (0..dice.below(5)).map(|_| letter(&mut dice)).collect();
            let whole: Vec<Token> = prefix.iter().chain(&rest).copied().collect();
            let matched = remaining.iter().any(|glob| matches(glob, &rest));
            assert_eq!(matched, matches(&glob, &whole), "round {round}: {glob} {prefix:?} {rest:?}");
        }
    }
}
