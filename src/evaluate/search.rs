//! One question about languages of globs: is there a word that all of some globs match and none of others?
//!
//! It answers whether a set of resources is covered by a *union* of patterns, whether a Deny touches it, whether layers
//! leave something in common, each with a shortest witness. In: globs, or regions made of them. Out: [`Search`].
//!
//! # How it searches
//!
//! Over states = (a position in each inside, the set of positions in the outsides), shortest words first. There is no
//! alphabet: a wildcard of an inside never has to be tried with more than one letter, a *fresh* character that no glob
//! mentions in either case. For take a word, how each inside matches it, and one of its letters:
//!
//! - Some inside eats it with a character or an unknown of its own. Then it is that letter; if that inside matches
//!   either case, it is one of the two. All of these are tried.
//! - All insides eat it with wildcards. Then it is a character, since an unknown stands in a word only where an inside
//!   writes it. Put the fresh one in its place: the insides match as before. An outside that matches the new word eats
//!   the fresh character with a wildcard (in no case does a character of its own equal it), and `*` and `?` would have
//!   eaten the old one, too. So if the old word was a witness, the new one is.
//!
//! The proof needs that the fresh character is possible, which it is in the names of resources. Deciding is
//! coNP-hard in the number of stars, so there is a budget, and beyond it the answer is [`Search::TooHard`], never a
//! guess.
//!
//! # What an answer says where texts are unknown
//!
//! [`Search::Nothing`] for **one** inside holds for every value of the unknowns. For a text of the inside under some
//! values comes from a word that keeps the inside's unknowns as letters and has characters for its wildcards; some
//! outside matches that word, and as its unknowns eat only themselves and `?` only characters, putting in the values
//! gives a match of the text. (An inside that matches either case does so for the characters that it writes; the values
//! of its unknowns are taken as they are.) Several insides, one of which has an unknown, meet only as they are written: whoever
//! asks whether they *may* meet widens them first ([`Glob::widened`]).

mod state;

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};
use std::fmt;

use foldhash::{HashSet, HashSetExt};
use smallvec::SmallVec;

use self::state::{Inside, Reading, State, may_match};
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

/// A shortest word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Witness(Vec<Token>);

/// Is there a word that every `inside` matches and no `outside` matches?
pub fn search(inside: &[&Glob], outside: &[&Glob]) -> Search {
    let task = Task {
        inside: inside.iter().map(|glob| Inside { glob, reading: Reading::Sure }).collect(),
        outside: outside.iter().copied().collect(),
    };
    match task.shortest(&mut Budget(BUDGET)) {
        Ok(None) => Search::Nothing,
        Err(OutOfBudget) => Search::TooHard,
        Ok(Some(word)) => Search::Found(Witness(word)),
    }
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

    /// Does the word surely lie in it?
    fn holds(&self, word: &[Token]) -> bool {
        self.inside.iter().all(|glob| glob.covers(word, Case::Sensitive))
            && !self.outside.iter().any(|glob| may_match(glob, word))
    }
}

/// Is there a word in all regions of `within` and in none of `avoiding`?
///
/// A word that *may* be left out of an avoided region is not in it: the unknown of `subnet/<unknown>` may be such that
/// an outside `subnet/subnet-1` matches. So [`Search::Nothing`] holds for every value of the unknowns here, too, as long
/// as the regions of `within` have one inside together, or none with an unknown.
pub fn search_regions(within: &[&Region], avoiding: &[&Region]) -> Search {
    if avoiding.iter().any(|region| region.is_all()) {
        return Search::Nothing;
    }
    let mut task = Task { inside: SmallVec::new(), outside: SmallVec::new() };
    for region in within {
        task.inside.extend(region.inside.iter().map(|glob| Inside { glob, reading: Reading::Sure }));
        task.outside.extend(&region.outside);
    }
    // Not to lie in a region of one glob is not to match it; for any other there are several ways not to.
    let mut branching: SmallVec<[&Region; 4]> = SmallVec::new();
    for region in avoiding {
        match (region.inside.as_slice(), region.outside.as_slice()) {
            ([one], []) => task.outside.push(one),
            _ => branching.push(region),
        }
    }
    match task.outside_of(&branching) {
        Ok(None) => Search::Nothing,
        Err(OutOfBudget) => Search::TooHard,
        Ok(Some(word)) => Search::Found(Witness(word)),
    }
}

impl Witness {
    /// Characters, unknown texts, and a `?` for each character that no glob mentions.
    pub fn tokens(&self) -> &[Token] {
        &self.0
    }
}

impl fmt::Display for Witness {
    /// Runs of characters that may be any show as `*`, and so does an empty part of a name, which nothing has.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut tokens: Vec<Token> =
            self.0.iter().map(|token| if *token == Token::One { Token::Many } else { *token }).collect();
        tokens.dedup_by(|next, previous| *next == Token::Many && *previous == Token::Many);
        if tokens.last() == Some(&Token::Char('/')) {
            tokens.push(Token::Many);
        }
        if tokens.first() == Some(&Token::Char('/')) {
            tokens.insert(0, Token::Many);
        }
        show(&tokens, formatter)
    }
}

/// Do the two differ before the first star of either? Then no word is matched by both.
fn apart(left: &Glob, right: &Glob) -> bool {
    let either = [left.case(), right.case()].contains(&Case::Insensitive);
    let case = if either { Case::Insensitive } else { Case::Sensitive };
    let pairs = left.tokens().iter().zip(right.tokens());
    for (left, right) in pairs {
        match (*left, *right) {
            (Token::Many, _) | (_, Token::Many) => return false,
            (left, right) if left.eats(case, right, Case::Sensitive) || right.eats(case, left, Case::Sensitive) => {}
            _ => return true,
        }
    }
    let shorter = left.tokens().len().min(right.tokens().len());
    let longer = if left.tokens().len() > shorter { left } else { right };
    longer.tokens().get(shorter).is_some_and(|token| *token != Token::Many)
}

/// The states that are left to look at.
struct Budget(usize);

struct OutOfBudget;

impl Budget {
    fn spend(&mut self) -> Result<(), OutOfBudget> {
        self.0 = self.0.checked_sub(1).ok_or(OutOfBudget)?;
        Ok(())
    }
}

/// A word as it is found: characters, unknown texts, and `?` for a fresh character.
type Word = Vec<Token>;

/// A word that all of `inside` match and none of `outside`.
#[derive(Clone, Debug)]
struct Task<'g> {
    inside: SmallVec<[Inside<'g>; 4]>,
    outside: SmallVec<[&'g Glob; 8]>,
}

impl<'g> Task<'g> {
    fn holds(&self, word: &[Token]) -> bool {
        self.inside.iter().all(|inside| inside.takes(word))
            && !self.outside.iter().any(|glob| glob.covers(word, Case::Sensitive))
    }

    /// A shortest word that lies in none of the regions. A region is gone into only when the word at hand lies in it,
    /// and the task with the shortest word is the next.
    fn outside_of(self, regions: &[&'g Region]) -> Result<Option<Word>, OutOfBudget> {
        let mut budget = Budget(BUDGET);
        let Some(word) = self.shortest(&mut budget)? else { return Ok(None) };
        let mut open = BinaryHeap::from([(Reverse(word.len()), 0)]);
        let mut tasks = vec![(self, word)];
        let mut answer = Ok(None);
        while let Some((_, index)) = open.pop() {
            let word = std::mem::take(&mut tasks[index].1);
            let Some(region) = regions.iter().find(|region| region.holds(&word)) else { return Ok(Some(word)) };
            for task in tasks[index].0.clone().without(region) {
                match task.shortest(&mut budget) {
                    Ok(None) => {}
                    Err(OutOfBudget) => answer = Err(OutOfBudget),
                    Ok(Some(word)) => {
                        open.push((Reverse(word.len()), tasks.len()));
                        tasks.push((task, word));
                    }
                }
            }
        }
        answer
    }

    /// Every way not to lie in a region: not in one of its insides, or in one of its outsides.
    fn without(self, region: &'g Region) -> impl Iterator<Item = Task<'g>> {
        let left_out = region.inside.iter().map({
            let task = self.clone();
            move |glob| {
                let mut task = task.clone();
                task.outside.push(glob);
                task
            }
        });
        let taken_out = region.outside.iter().map(move |glob| {
            let mut task = self.clone();
            task.inside.push(Inside { glob, reading: Reading::Possible });
            task
        });
        left_out.chain(taken_out)
    }

    fn shortest(&self, budget: &mut Budget) -> Result<Option<Word>, OutOfBudget> {
        budget.spend()?;
        if self.is_covered() || self.is_torn() {
            return Ok(None);
        }
        if let ([Inside { glob, reading: Reading::Sure }], []) = (self.inside.as_slice(), self.outside.as_slice()) {
            // By itself, a glob's stars stand for nothing.
            return Ok(Some(glob.tokens().iter().copied().filter(|token| *token != Token::Many).collect()));
        }
        match self.only_word() {
            Some(word) => Ok(self.holds(word).then(|| word.to_vec())),
            None => self.near(budget),
        }
    }

    fn sure(&self) -> impl Iterator<Item = &'g Glob> {
        self.inside.iter().filter(|inside| inside.reading == Reading::Sure).map(|inside| inside.glob)
    }

    /// Does one outside cover one inside, token for token? Most grants are of this kind.
    fn is_covered(&self) -> bool {
        self.outside
            .iter()
            .any(|glob| glob.is_all() || self.sure().any(|inside| glob.covers(inside.tokens(), inside.case())))
    }

    /// Do two insides have nothing in common? Most patterns are of another service or type.
    fn is_torn(&self) -> bool {
        self.sure().enumerate().any(|(index, left)| self.sure().skip(index + 1).any(|right| apart(left, right)))
    }

    /// The one word of an inside without wildcards: the resource of a single request.
    fn only_word(&self) -> Option<&'g [Token]> {
        let plain = |glob: &&Glob| {
            let wild = |token: &Token| matches!(token, Token::One | Token::Many);
            glob.case() == Case::Sensitive && !glob.tokens().iter().any(wild)
        };
        self.sure().find(plain).map(Glob::tokens)
    }

    /// The search proper, with the outsides that may match at all.
    fn near(&self, budget: &mut Budget) -> Result<Option<Word>, OutOfBudget> {
        let outside = self.outside.iter().copied().filter(|glob| !self.sure().any(|inside| apart(inside, glob)));
        let outside: SmallVec<[&Glob; 8]> = outside.collect();
        let Some(start) = State::start(self.inside.len(), &outside) else { return Ok(None) };
        let mut seen: HashSet<State> = HashSet::new();
        let mut steps: Vec<(usize, Token)> = vec![(0, Token::One)];
        // Leaving a star costs nothing and goes to the front, a letter goes to the back: shortest words first.
        let mut queue = VecDeque::from([(start, 0)]);
        while let Some((state, step)) = queue.pop_front() {
            if seen.contains(&state) {
                continue;
            }
            budget.spend()?;
            if state.accepts(&self.inside, &outside) {
                return Ok(Some(word(&steps, step)));
            }
            for letter in state.letters(&self.inside) {
                if let Some(next) = state.eat(letter, &self.inside, &outside) {
                    steps.push((step, letter));
                    queue.push_back((next, steps.len() - 1));
                }
            }
            for next in state.leave_stars(&self.inside) {
                queue.push_front((next, step));
            }
            seen.insert(state);
        }
        Ok(None)
    }
}

fn word(steps: &[(usize, Token)], mut step: usize) -> Word {
    let mut word = Word::new();
    while step != 0 {
        let (previous, letter) = steps[step];
        word.push(letter);
        step = previous;
    }
    word.reverse();
    word
}

#[cfg(test)]
mod sweep;
#[cfg(test)]
mod tests;
