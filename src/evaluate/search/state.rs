//! How far a word has come in each glob: the states of the search.

use smallvec::SmallVec;

use crate::evaluate::glob::{Case, Glob, Token};

/// How an inside takes unknown texts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Reading {
    /// As opaque letters.
    Sure,
    /// As any text, in the glob and in the word, one independent of the other.
    Possible,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Inside<'g> {
    pub(super) glob: &'g Glob,
    pub(super) reading: Reading,
}

impl Inside<'_> {
    fn token(self, at: u32) -> Option<Token> {
        match self.glob.tokens().get(at as usize).copied() {
            Some(Token::Var(_)) if self.reading == Reading::Possible => Some(Token::Many),
            token => token,
        }
    }

    pub(super) fn takes(self, word: &[Token]) -> bool {
        match self.reading {
            Reading::Sure => self.glob.covers(word, Case::Sensitive),
            Reading::Possible => may_match(self.glob, word),
        }
    }
}

/// Does the glob match the word if unknown texts, in either, may be any text?
pub(super) fn may_match(glob: &Glob, word: &[Token]) -> bool {
    if !glob.has_var() && !word.iter().any(|letter| matches!(letter, Token::Var(_))) {
        return glob.covers(word, Case::Sensitive);
    }
    let tokens = glob.tokens();
    let leave_stars = |reached: &mut Vec<bool>| {
        for (at, token) in tokens.iter().enumerate() {
            reached[at + 1] |= reached[at] && matches!(token, Token::Many | Token::Var(_));
        }
    };
    let mut reached = vec![false; tokens.len() + 1];
    reached[0] = true;
    leave_stars(&mut reached);
    for letter in word {
        if let Token::Var(_) = letter {
            // Any text leads from the first position to any behind it.
            let first = reached.iter().position(|reached| *reached).unwrap_or(reached.len());
            reached[first..].fill(true);
            continue;
        }
        let mut next = vec![false; reached.len()];
        for (at, token) in tokens.iter().enumerate().filter(|(at, _)| reached[*at]) {
            match token {
                Token::Many | Token::Var(_) => next[at] = true,
                token => next[at + 1] |= token.eats(glob.case(), *letter, Case::Sensitive),
            }
        }
        leave_stars(&mut next);
        reached = next;
    }
    reached[tokens.len()]
}

/// Where an inside stands.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
struct Place {
    at: u32,
    /// Within an unknown text that may go on: any token may be passed.
    adrift: bool,
}

#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(super) struct State {
    inside: SmallVec<[Place; 4]>,
    /// Every (outside, position) where an outside may stand; sorted.
    outside: SmallVec<[(u32, u32); 8]>,
}

impl State {
    /// None if an outside matches every word already.
    pub(super) fn start(insides: usize, outside: &[&Glob]) -> Option<State> {
        let inside = std::iter::repeat_n(Place { at: 0, adrift: false }, insides).collect();
        let mut state = State { inside, outside: SmallVec::new() };
        for (index, glob) in (0..).zip(outside) {
            state.reach(index, 0, glob)?;
        }
        state.tidy(outside);
        Some(state)
    }

    pub(super) fn accepts(&self, inside: &[Inside<'_>], outside: &[&Glob]) -> bool {
        self.inside.iter().zip(inside).all(|(place, inside)| inside.token(place.at).is_none())
            && !self.outside.iter().any(|(index, at)| outside[*index as usize].tokens().len() == *at as usize)
    }

    /// The letters worth trying: those that insides write here; the fresh one only if none writes any.
    pub(super) fn letters(&self, inside: &[Inside<'_>]) -> SmallVec<[Token; 4]> {
        let mut letters: SmallVec<[Token; 4]> = SmallVec::new();
        for (place, inside) in self.inside.iter().zip(inside) {
            match inside.token(place.at) {
                None if inside.reading == Reading::Sure => return SmallVec::new(),
                Some(Token::Char(char)) if inside.glob.case() == Case::Insensitive => {
                    letters.extend([char.to_ascii_lowercase(), char.to_ascii_uppercase()].map(Token::Char));
                }
                Some(token @ (Token::Char(_) | Token::Var(_))) => letters.push(token),
                Some(Token::One | Token::Many) | None => {}
            }
        }
        if letters.is_empty() {
            letters.push(Token::One);
        }
        letters
    }

    /// The state behind a letter; none if an inside does not eat it, or an outside then matches every word.
    pub(super) fn eat(&self, letter: Token, inside: &[Inside<'_>], outside: &[&Glob]) -> Option<State> {
        let mut next = State { inside: SmallVec::new(), outside: SmallVec::new() };
        for (place, inside) in self.inside.iter().zip(inside) {
            next.inside.push(match (letter, inside.reading) {
                (Token::Var(_), Reading::Possible) => Place { at: place.at, adrift: true },
                _ => Place { at: step(inside.token(place.at), inside.glob, place.at, letter)?, adrift: false },
            });
        }
        for (index, at) in &self.outside {
            let glob = outside[*index as usize];
            if let Some(at) = step(glob.tokens().get(*at as usize).copied(), glob, *at, letter) {
                next.reach(*index, at, glob)?;
            }
        }
        next.tidy(outside);
        Some(next)
    }

    pub(super) fn leave_stars(&self, inside: &[Inside<'_>]) -> impl Iterator<Item = State> {
        let free = self.inside.iter().zip(inside).enumerate().filter_map(|(index, (place, inside))| {
            let token = inside.token(place.at)?;
            (place.adrift || token == Token::Many).then_some(index)
        });
        free.map(|index| {
            let mut next = self.clone();
            next.inside[index].at += 1;
            next
        })
    }

    /// Adds a position of an outside and, behind a star, the next one. None if the star is the last token.
    fn reach(&mut self, index: u32, at: u32, glob: &Glob) -> Option<()> {
        self.outside.push((index, at));
        if glob.tokens().get(at as usize) == Some(&Token::Many) {
            if at as usize + 1 == glob.tokens().len() {
                return None;
            }
            self.outside.push((index, at + 1));
        }
        Some(())
    }

    /// Sorted, each once, and no position before a star of the same outside: whatever is matched from there, the
    /// star matches as well, by eating what leads to it.
    fn tidy(&mut self, outside: &[&Glob]) {
        self.outside.sort_unstable_by(|left, right| right.cmp(left));
        self.outside.dedup();
        let mut star = None;
        self.outside.retain(|(index, at)| {
            let hidden = star == Some(*index);
            if outside[*index as usize].tokens().get(*at as usize) == Some(&Token::Many) {
                star = Some(*index);
            }
            !hidden
        });
    }
}

/// The position behind a letter.
fn step(token: Option<Token>, glob: &Glob, at: u32, letter: Token) -> Option<u32> {
    match token? {
        Token::Many => Some(at),
        token => token.eats(glob.case(), letter, Case::Sensitive).then_some(at + 1),
    }
}
