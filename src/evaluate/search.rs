//! One question about languages of globs: is there a word that all of some globs match and none of others?
//!
//! It answers whether a set of resources is covered by a *union* of patterns, whether a Deny touches it, whether layers
//! leave something in common, each with a shortest witness.
//!
//! A search over states = (a position in each inside, the set of positions in the outsides). There is no alphabet: a
//! wildcard of an inside never has to be tried with more than one letter, a *fresh* character that no pattern
//! mentions. For take a word with some character eaten by wildcards in every inside, and put the fresh one in its
//! place: the insides still match; an outside that matched the new word eats the fresh character with a wildcard, and
//! with the same wildcard it would have eaten the old one. So if the old word was a witness, the new one is. (The old
//! character is real text, never an unknown: those stand only where a glob writes them.) If some inside eats the
//! letter with a character or unknown of its own, that letter is tried; one that matches either case is tried in both.
//! The proof needs that the fresh character is possible, which it is in the names of resources.
//!
//! Deciding this is coNP-hard in the number of stars, so there is a budget, and beyond it the answer is
//! [`Search::TooHard`], never a guess.

use std::collections::VecDeque;
use std::fmt;

use foldhash::{HashSet, HashSetExt};

use super::glob::{Case, Glob, Token, show};

/// How many states are looked at. Real ARNs need some dozens.
pub const BUDGET: usize = 20_000;

/// The answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Search {
    Nothing,
    Found(Witness),
    /// The budget ran out.
    TooHard,
}

/// A shortest word: tokens without wildcards, but for `*` where any character does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Witness(Vec<Token>);

impl Witness {
    pub fn tokens(&self) -> &[Token] {
        &self.0
    }
}

impl fmt::Display for Witness {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut tokens = self.0.clone();
        tokens.dedup_by(|next, previous| *next == Token::Many && *previous == Token::Many);
        // An empty name is no name that anybody has.
        if tokens.last() == Some(&Token::Char('/')) {
            tokens.push(Token::Many);
        }
        show(&tokens, formatter)
    }
}

/// A letter of a word.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Letter {
    /// A character that no pattern mentions.
    Fresh,
    /// A character or an unknown text.
    Known(Token),
}

/// Is there a word that every `inside` matches and no `outside` matches?
pub fn search(inside: &[&Glob], outside: &[&Glob]) -> Search {
    Budget(BUDGET).search(inside, outside)
}

/// Texts that every `inside` matches and no `outside` does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Region {
    pub inside: Vec<Glob>,
    pub outside: Vec<Glob>,
}

impl Region {
    /// Every text.
    pub fn all() -> Region {
        Region { inside: Vec::new(), outside: Vec::new() }
    }

    pub fn of(glob: Glob) -> Region {
        Region { inside: vec![glob], outside: Vec::new() }
    }

    /// Every text that none of the globs matches.
    pub fn except(globs: Vec<Glob>) -> Region {
        Region { inside: Vec::new(), outside: globs }
    }

    pub fn is_all(&self) -> bool {
        self.outside.is_empty() && self.inside.iter().all(Glob::is_all)
    }
}

/// Is there a word in all regions of `within` and in none of `avoiding`?
pub fn search_regions(within: &[&Region], avoiding: &[&Region]) -> Search {
    if avoiding.iter().any(|region| region.is_all()) {
        return Search::Nothing;
    }
    let inside: Vec<&Glob> = within.iter().flat_map(|region| &region.inside).collect();
    let mut outside: Vec<&Glob> = within.iter().flat_map(|region| &region.outside).collect();
    // Not to be in a region of one glob is not to match it; in any other there are several ways of not being.
    let mut branching: Vec<&Region> = Vec::new();
    for region in avoiding {
        match (region.inside.as_slice(), region.outside.as_slice()) {
            ([one], []) => outside.push(one),
            _ => branching.push(region),
        }
    }
    Budget(BUDGET).branch(&mut inside.clone(), &mut outside, &branching)
}

/// The states that are left to look at.
struct Budget(usize);

impl Budget {
    fn branch<'g>(
        &mut self,
        inside: &mut Vec<&'g Glob>,
        outside: &mut Vec<&'g Glob>,
        avoiding: &[&'g Region],
    ) -> Search {
        let Some((first, rest)) = avoiding.split_first() else {
            return self.search(inside, outside);
        };
        let mut answer = Search::Nothing;
        for glob in &first.inside {
            outside.push(glob);
            let found = self.branch(inside, outside, rest);
            outside.pop();
            match found {
                Search::Found(_) => return found,
                Search::TooHard => answer = Search::TooHard,
                Search::Nothing => {}
            }
        }
        for glob in &first.outside {
            inside.push(glob);
            let found = self.branch(inside, outside, rest);
            inside.pop();
            match found {
                Search::Found(_) => return found,
                Search::TooHard => answer = Search::TooHard,
                Search::Nothing => {}
            }
        }
        answer
    }

    fn search(&mut self, inside: &[&Glob], outside: &[&Glob]) -> Search {
        if outside.iter().any(|glob| glob.is_all()) {
            return Search::Nothing;
        }
        if let [one] = inside
            && outside.iter().any(|glob| glob.tokens() == one.tokens() && glob.case() == one.case())
        {
            return Search::Nothing;
        }
        if let ([one], []) = (inside, outside) {
            return Search::Found(shortest(one));
        }
        let Some(start) = State::start(inside, outside) else { return Search::Nothing };
        let mut seen: HashSet<State> = HashSet::new();
        let mut steps: Vec<(usize, Letter)> = vec![(0, Letter::Fresh)];
        // Leaving a star costs nothing and goes to the front, a letter goes to the back: shortest words first.
        let mut queue = VecDeque::from([(start, 0)]);
        while let Some((state, step)) = queue.pop_front() {
            if seen.contains(&state) {
                continue;
            }
            if state.accepts(inside, outside) {
                return Search::Found(word(&steps, step));
            }
            if self.0 == 0 {
                return Search::TooHard;
            }
            self.0 -= 1;
            for letter in state.letters(inside) {
                if let Some(next) = state.eat(letter, inside, outside) {
                    steps.push((step, letter));
                    queue.push_back((next, steps.len() - 1));
                }
            }
            for next in state.leave_stars(inside) {
                queue.push_front((next, step));
            }
            seen.insert(state);
        }
        Search::Nothing
    }
}

/// The shortest word of a glob by itself: its stars stand for nothing.
fn shortest(glob: &Glob) -> Witness {
    let letters = glob.tokens().iter().filter(|token| **token != Token::Many);
    Witness(letters.map(|token| if *token == Token::One { Token::Many } else { *token }).collect())
}

fn word(steps: &[(usize, Letter)], mut step: usize) -> Witness {
    let mut tokens = Vec::new();
    while step != 0 {
        let (previous, letter) = steps[step];
        tokens.push(match letter {
            Letter::Fresh => Token::Many,
            Letter::Known(token) => token,
        });
        step = previous;
    }
    tokens.reverse();
    Witness(tokens)
}

#[derive(Clone, PartialEq, Eq, Hash)]
struct State {
    /// A position in each inside.
    inside: Vec<u32>,
    /// Every (outside, position) where an outside may stand; sorted.
    outside: Vec<(u32, u32)>,
}

impl State {
    /// None if an outside matches every word already.
    fn start(inside: &[&Glob], outside: &[&Glob]) -> Option<State> {
        let mut positions = Vec::with_capacity(outside.len());
        for (index, glob) in (0..).zip(outside) {
            reach(&mut positions, index, 0, glob)?;
        }
        let mut state = State { inside: vec![0; inside.len()], outside: positions };
        state.tidy(outside);
        Some(state)
    }

    fn accepts(&self, inside: &[&Glob], outside: &[&Glob]) -> bool {
        let ended = |glob: &Glob, position: u32| position as usize == glob.tokens().len();
        self.inside.iter().zip(inside).all(|(position, glob)| ended(glob, *position))
            && !self.outside.iter().any(|(index, position)| ended(outside[*index as usize], *position))
    }

    /// The letters worth trying: those that insides write here; the fresh one only if none writes any.
    fn letters(&self, inside: &[&Glob]) -> Vec<Letter> {
        let mut letters = Vec::new();
        let mut add = |letter| {
            if !letters.contains(&letter) {
                letters.push(letter);
            }
        };
        for (position, glob) in self.inside.iter().zip(inside) {
            match glob.tokens().get(*position as usize) {
                None => return Vec::new(),
                Some(Token::Char(char)) if glob.case() == Case::Insensitive => {
                    add(Letter::Known(Token::Char(char.to_ascii_lowercase())));
                    add(Letter::Known(Token::Char(char.to_ascii_uppercase())));
                }
                Some(token @ (Token::Char(_) | Token::Var(_))) => add(Letter::Known(*token)),
                Some(Token::One | Token::Many) => {}
            }
        }
        if letters.is_empty() {
            letters.push(Letter::Fresh);
        }
        letters
    }

    /// The state behind a letter; none if an inside does not eat it, or an outside then matches every word.
    fn eat(&self, letter: Letter, inside: &[&Glob], outside: &[&Glob]) -> Option<State> {
        let mut next = State { inside: Vec::with_capacity(self.inside.len()), outside: Vec::new() };
        for (position, glob) in self.inside.iter().zip(inside) {
            next.inside.push(step(glob, *position, letter)?);
        }
        for (index, position) in &self.outside {
            let glob = outside[*index as usize];
            if let Some(position) = step(glob, *position, letter) {
                reach(&mut next.outside, *index, position, glob)?;
            }
        }
        next.tidy(outside);
        Some(next)
    }

    fn leave_stars(&self, inside: &[&Glob]) -> impl Iterator<Item = State> {
        let stars = self.inside.iter().zip(inside).enumerate().filter_map(|(index, (position, glob))| {
            (glob.tokens().get(*position as usize) == Some(&Token::Many)).then_some(index)
        });
        stars.map(|index| {
            let mut next = self.clone();
            next.inside[index] += 1;
            next
        })
    }

    /// Sorted, each once, and no position before a star of the same outside: whatever is matched from there, the
    /// star matches as well, by eating what leads to it.
    fn tidy(&mut self, outside: &[&Glob]) {
        self.outside.sort_unstable();
        self.outside.dedup();
        let mut kept: Vec<(u32, u32)> = Vec::with_capacity(self.outside.len());
        let mut star = None;
        for (index, position) in self.outside.iter().rev() {
            if star == Some(*index) {
                continue;
            }
            if outside[*index as usize].tokens().get(*position as usize) == Some(&Token::Many) {
                star = Some(*index);
            }
            kept.push((*index, *position));
        }
        kept.reverse();
        self.outside = kept;
    }
}

/// Adds a position of an outside and, behind a star, the next one. None if the star is the last token.
fn reach(positions: &mut Vec<(u32, u32)>, index: u32, position: u32, glob: &Glob) -> Option<()> {
    positions.push((index, position));
    if glob.tokens().get(position as usize) == Some(&Token::Many) {
        if position as usize + 1 == glob.tokens().len() {
            return None;
        }
        positions.push((index, position + 1));
    }
    Some(())
}

/// The position behind a letter.
fn step(glob: &Glob, position: u32, letter: Letter) -> Option<u32> {
    match (*glob.tokens().get(position as usize)?, letter) {
        (Token::Many, _) => Some(position),
        (Token::One, Letter::Fresh | Letter::Known(Token::Char(_))) => Some(position + 1),
        (Token::Char(own), Letter::Known(Token::Char(char))) => glob.case().equal(own, char).then_some(position + 1),
        (Token::Var(own), Letter::Known(Token::Var(var))) => (own == var).then_some(position + 1),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
