//! Globs: texts with wildcards, and with unknown texts in them.
//!
//! A [`Var`] is a text that the input leaves open. In a glob it is one opaque letter: equal only to itself, eaten by
//! `*`, not by `?`, and no character equals it. A match between globs read so holds for every value of the variables:
//! `*` eats any text, and equal variables have equal values. That is the *sure* reading; for what *may* be, replace
//! each variable by `*` ([`Glob::widened`]), which gives the larger language.
//!
//! In: a pattern's text, or tokens. Out: whether it matches a text; whether it covers other globs is the question of
//! [`search`](super::search).

use std::fmt;

use crate::policy::Unknown;

/// A text that the input leaves open. The same `Var` is the same text wherever it stands.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum Var {
    Partition,
    Account,
    Region,
    /// Some other text; each number is one. The first two are the engine's own.
    Other(u32),
}

impl Var {
    /// A text that is unknown and of which no value of a request is known to be the same, so it surely equals nothing.
    pub(super) const NAMELESS: Var = Var::Other(0);
}

impl From<Unknown> for Var {
    fn from(unknown: Unknown) -> Var {
        match unknown {
            Unknown::Partition => Var::Partition,
            Unknown::Account => Var::Account,
            Unknown::Region => Var::Region,
            Unknown::NAMELESS => Var::NAMELESS,
            Unknown::Other(number) => Var::Other(u32::from(number) + 2),
        }
    }
}

/// A piece of a glob.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Token {
    Char(char),
    /// `?`: exactly one character.
    One,
    /// `*`: any number of characters.
    Many,
    Var(Var),
}

/// Whether the characters of a glob stand for themselves only, or for either case (ASCII).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Case {
    Sensitive,
    Insensitive,
}

impl Case {
    pub(super) fn equal(self, left: char, right: char) -> bool {
        match self {
            Case::Sensitive => left == right,
            Case::Insensitive => left.eq_ignore_ascii_case(&right),
        }
    }
}

/// A glob, normalised: no `**`, and `?` before `*`. Equality is that of the pattern as it is written, not of what it
/// matches: `A` and `a` are two globs even if both match either case.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Glob {
    tokens: Box<[Token]>,
    case: Case,
}

impl Glob {
    /// A text without wildcards.
    pub fn literal(text: &str) -> Glob {
        Glob { tokens: text.chars().map(Token::Char).collect(), case: Case::Sensitive }
    }

    /// A text in which `*` and `?` are wildcards.
    pub fn pattern(text: &str) -> Glob {
        Glob::from_tokens(text.chars().map(|char| match char {
            '*' => Token::Many,
            '?' => Token::One,
            char => Token::Char(char),
        }))
    }

    /// The same, with the unknown pieces of a policy's text as variables.
    pub(crate) fn with_unknowns(self) -> Glob {
        let known = |token: &Token| match token {
            Token::Char(char) => Unknown::from_char(*char).is_none(),
            _ => true,
        };
        if self.tokens.iter().all(known) {
            return self;
        }
        let replace = |token: &Token| match token {
            Token::Char(char) => Unknown::from_char(*char).map_or(*token, |unknown| Token::Var(unknown.into())),
            token => *token,
        };
        Glob { tokens: self.tokens.iter().map(replace).collect(), case: self.case }
    }

    pub fn from_tokens(tokens: impl IntoIterator<Item = Token>) -> Glob {
        let mut normal: Vec<Token> = Vec::new();
        for token in tokens {
            match (token, normal.last()) {
                (Token::Many, Some(Token::Many)) => {}
                (Token::One, Some(Token::Many)) => {
                    let star = normal.len() - 1;
                    normal.insert(star, Token::One);
                }
                _ => normal.push(token),
            }
        }
        Glob { tokens: normal.into(), case: Case::Sensitive }
    }

    /// `*`.
    pub fn all() -> Glob {
        Glob { tokens: [Token::Many].into(), case: Case::Sensitive }
    }

    pub fn tokens(&self) -> &[Token] {
        &self.tokens
    }

    pub fn case(&self) -> Case {
        self.case
    }

    /// Does it match every text?
    pub fn is_all(&self) -> bool {
        *self.tokens == [Token::Many]
    }

    /// Is it one known text: no wildcard, no unknown text?
    pub fn is_literal(&self) -> bool {
        self.tokens.iter().all(|token| matches!(token, Token::Char(_)))
    }

    /// Does an unknown text stand in it?
    pub fn has_var(&self) -> bool {
        self.tokens.iter().any(|token| matches!(token, Token::Var(_)))
    }

    /// Does an unknown text stand in it of which not even the shape is known? It may hold colons.
    pub(super) fn may_hold_colons(&self) -> bool {
        self.tokens.iter().any(|token| matches!(token, Token::Var(Var::Other(_))))
    }

    pub fn with_case(mut self, case: Case) -> Glob {
        self.case = case;
        self
    }

    /// The same, matching either case.
    pub fn insensitive(&self) -> Glob {
        self.clone().with_case(Case::Insensitive)
    }

    /// Every unknown text replaced by `*`: a larger language.
    pub fn widened(&self) -> Glob {
        let widen = |token: &Token| if let Token::Var(_) = token { Token::Many } else { *token };
        Glob::from_tokens(self.tokens.iter().map(widen)).with_case(self.case)
    }

    /// Its characters, if it is one known text that matches itself only.
    pub(super) fn as_text(&self) -> Option<&[Token]> {
        (self.case == Case::Sensitive && self.is_literal()).then_some(&self.tokens)
    }

    /// Does it match a text, given as characters?
    pub(super) fn matches(&self, text: &[Token]) -> bool {
        self.covers(text, Case::Sensitive)
    }

    /// Does it match a known text? An unknown text in the glob matches nothing.
    pub fn matches_str(&self, text: &str) -> bool {
        let mut rest = text.chars();
        let mut at = 0;
        // Behind the last star, and the text from where that star has stopped eating.
        let mut star: Option<(usize, std::str::Chars<'_>)> = None;
        loop {
            let token = self.tokens.get(at);
            if token == Some(&Token::Many) {
                at += 1;
                star = Some((at, rest.clone()));
                continue;
            }
            match (token, rest.next()) {
                (None, None) => return true,
                (Some(token), Some(char)) if token.eats(self.case, Token::Char(char), Case::Sensitive) => at += 1,
                // What is too short now is too short behind any later stop.
                (Some(_), None) => return false,
                _ => {
                    let Some((behind, stopped)) = &mut star else { return false };
                    stopped.next();
                    (at, rest) = (*behind, stopped.clone());
                }
            }
        }
    }

    /// Does it match `text` token for token? Then it matches all that the glob of these tokens matches; and if it has
    /// no `?` itself, only then. A `?` of the text counts as a character that no glob mentions, so for a text without
    /// `*` this is plain matching.
    pub(super) fn covers(&self, text: &[Token], case: Case) -> bool {
        let (mut at, mut from) = (0, 0);
        // Behind the last star, and where in the text it has stopped eating.
        let mut star: Option<(usize, usize)> = None;
        loop {
            match (self.tokens.get(at), text.get(from)) {
                (Some(Token::Many), _) => {
                    at += 1;
                    star = Some((at, from));
                }
                (None, None) => return true,
                (Some(token), Some(letter)) if token.eats(self.case, *letter, case) => {
                    at += 1;
                    from += 1;
                }
                // What is too short now is too short behind any later stop.
                (Some(_), None) => return false,
                _ => match &mut star {
                    Some((behind, stopped)) => {
                        *stopped += 1;
                        (at, from) = (*behind, *stopped);
                    }
                    None => return false,
                },
            }
        }
    }

    /// What remains of the glob when `prefix` (characters and unknown texts only) is eaten from the front of a text:
    /// the glob matches `prefix` + rest exactly if one of these matches rest.
    pub fn after_prefix(&self, prefix: &[Token]) -> Vec<Glob> {
        let mut positions = vec![0];
        self.leave_star(&mut positions);
        for letter in prefix {
            positions.retain_mut(|position| match self.tokens.get(*position) {
                Some(Token::Many) => true,
                Some(token) if token.eats(self.case, *letter, Case::Sensitive) => {
                    *position += 1;
                    true
                }
                _ => false,
            });
            self.leave_star(&mut positions);
        }
        // What remains right behind a star is a part of what remains at the star.
        let star = positions.first().copied().filter(|first| self.tokens.get(*first) == Some(&Token::Many));
        positions
            .into_iter()
            .filter(|position| star.is_none_or(|star| *position != star + 1))
            .map(|position| Glob::from_tokens(self.tokens[position..].iter().copied()).with_case(self.case))
            .collect()
    }

    /// Completes positions by those behind their stars, sorted, without those before the last star: whatever is
    /// matched from there, the star matches as well, by eating what leads to it.
    fn leave_star(&self, positions: &mut Vec<usize>) {
        let is_star = |position: &usize| self.tokens.get(*position) == Some(&Token::Many);
        if let Some(star) = positions.iter().copied().filter(is_star).max() {
            positions.retain(|position| *position >= star);
            positions.push(star + 1);
        }
        positions.sort_unstable();
        positions.dedup();
    }
}

impl Token {
    /// Does a token other than `*` eat a letter? A letter is a character, an unknown text, `?` for a character that
    /// no glob mentions, or a `*` of another glob, which only a `*` eats. If the letter stands for either case, it is
    /// eaten only if both cases are.
    pub(super) fn eats(self, case: Case, letter: Token, letter_case: Case) -> bool {
        match (self, letter) {
            (Token::Char(own), Token::Char(char)) => {
                let both = letter_case == Case::Sensitive || case == Case::Insensitive || !char.is_ascii_alphabetic();
                both && case.equal(own, char)
            }
            (Token::One, Token::Char(_) | Token::One) => true,
            (Token::Var(own), Token::Var(var)) => own == var,
            _ => false,
        }
    }
}

impl fmt::Display for Glob {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        show(&self.tokens, formatter)
    }
}

/// Shows tokens as a user reads them, unknown texts in angle brackets.
pub(super) fn show(tokens: &[Token], formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
    use fmt::Write as _;
    for token in tokens {
        match token {
            Token::Char(char) => formatter.write_char(*char)?,
            Token::One => formatter.write_char('?')?,
            Token::Many => formatter.write_char('*')?,
            Token::Var(Var::Partition) => formatter.write_str("<partition>")?,
            Token::Var(Var::Account) => formatter.write_str("<account>")?,
            Token::Var(Var::Region) => formatter.write_str("<region>")?,
            Token::Var(Var::Other(_)) => formatter.write_str("<unknown>")?,
        }
    }
    Ok(())
}

/// Does a pattern match a text? Greedy, without allocation: for action names, by the thousand.
pub fn matches(pattern: &str, text: &str, case: Case) -> bool {
    let (pattern, text) = (pattern.as_bytes(), text.as_bytes());
    let (mut at, mut from) = (0, 0);
    // Where the last star stands, and how much of the text it has eaten.
    let mut star: Option<(usize, usize)> = None;
    while from < text.len() {
        match pattern.get(at) {
            Some(b'*') => {
                star = Some((at, from));
                at += 1;
            }
            Some(b'?') => {
                at += 1;
                from += char_len(text, from);
            }
            Some(byte) if byte_equal(*byte, text[from], case) => {
                at += 1;
                from += 1;
            }
            _ => match &mut star {
                Some((star_at, eaten)) => {
                    *eaten += 1;
                    at = *star_at + 1;
                    from = *eaten;
                }
                None => return false,
            },
        }
    }
    pattern[at..].iter().all(|byte| *byte == b'*')
}

fn byte_equal(left: u8, right: u8, case: Case) -> bool {
    match case {
        Case::Sensitive => left == right,
        Case::Insensitive => left.eq_ignore_ascii_case(&right),
    }
}

/// The bytes of the character that starts here; `?` is one character.
fn char_len(text: &[u8], from: usize) -> usize {
    1 + text[from + 1..].iter().take_while(|byte| *byte & 0b1100_0000 == 0b1000_0000).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn concrete_matching() {
        let cases = [
            ("*", "", true),
            ("", "", true),
            ("", "a", false),
            ("?", "ä", true),
            ("?", "", false),
            ("a*c", "abbbc", true),
            ("a*c", "abbb", false),
            ("*b*b", "abab", true),
            ("a**b", "ab", true),
            ("*NetworkInterface?", "DescribeNetworkInterfaces", true),
            ("create*", "CreateNetworkInterface", true),
        ];
        for (pattern, text, expected) in cases {
            assert_eq!(matches(pattern, text, Case::Insensitive), expected, "{pattern} {text}");
            assert_eq!(Glob::pattern(pattern).insensitive().matches_str(text), expected, "{pattern} {text}");
        }
        assert!(!matches("create*", "CreateNetworkInterface", Case::Sensitive));
        assert!(!Glob::pattern("create*").matches_str("CreateNetworkInterface"));
        assert!(!Glob::from_tokens([Token::Many, Token::Var(Var::Account)]).matches_str("111122223333"));
        assert!(Glob::literal("a*").matches_str("a*") && !Glob::literal("a*").matches_str("ab"));
    }

    #[test]
    fn all_matchers_agree() {
        let texts: Vec<String> = every_text(&['a', 'A', 'ä'], 4);
        for pattern in every_text(&['a', 'ä', '?', '*'], 5) {
            let glob = Glob::pattern(&pattern);
            for case in [Case::Sensitive, Case::Insensitive] {
                let glob = glob.clone().with_case(case);
                for text in &texts {
                    let (pattern_chars, text_chars) =
                        (pattern.chars().collect::<Vec<_>>(), text.chars().collect::<Vec<_>>());
                    let expected = plainly(&pattern_chars, &text_chars, case);
                    assert_eq!(matches(&pattern, text, case), expected, "{pattern} {text} {case:?}");
                    assert_eq!(glob.matches_str(text), expected, "{pattern} {text} {case:?}");
                    assert_eq!(glob.matches(Glob::literal(text).tokens()), expected, "{pattern} {text}");
                }
            }
        }
    }

    fn every_text(letters: &[char], longest: usize) -> Vec<String> {
        let mut all = vec![String::new()];
        let mut from = 0;
        for _ in 0..longest {
            let until = all.len();
            for index in from..until {
                all.extend(letters.iter().map(|letter| format!("{}{letter}", all[index])).collect::<Vec<_>>());
            }
            from = until;
        }
        all
    }

    fn plainly(pattern: &[char], text: &[char], case: Case) -> bool {
        match (pattern.split_first(), text.split_first()) {
            (None, None) => true,
            (Some(('*', rest)), _) => {
                plainly(rest, text, case) || text.split_first().is_some_and(|(_, after)| plainly(pattern, after, case))
            }
            (Some((own, rest)), Some((char, after))) => {
                (*own == '?' || case.equal(*own, *char)) && plainly(rest, after, case)
            }
            _ => false,
        }
    }

    #[test]
    fn what_covers_token_for_token() {
        let covers = |outer: &Glob, inner: &Glob| outer.covers(inner.tokens(), inner.case());
        let cases = [
            ("network-interface/*", "network-interface/*", true),
            ("*/*", "network-interface/*", true),
            ("network-interface/*", "*/*", false),
            ("a?*", "a*", false),
            ("a*", "a?*", true),
            ("*b*", "?b", true),
            ("?", "*", false),
        ];
        for (outer, inner, expected) in cases {
            assert_eq!(covers(&Glob::pattern(outer), &Glob::pattern(inner)), expected, "{outer} {inner}");
        }
        let (plain, either) = (Glob::pattern("a/1*"), Glob::pattern("A/1*").insensitive());
        assert!(covers(&either, &plain) && !covers(&plain, &either));
        assert!(covers(&Glob::pattern("/1*"), &Glob::pattern("/1*").insensitive()));
    }

    #[test]
    fn normal_forms() {
        assert_eq!(Glob::pattern("a**b"), Glob::pattern("a*b"));
        assert_eq!(Glob::pattern("*?*?"), Glob::pattern("??*"));
        assert!(Glob::pattern("**").is_all());
        assert!(Glob::literal("*").is_literal() && !Glob::pattern("*").is_literal());
        let account = Glob::from_tokens([Token::Many, Token::Var(Var::Account), Token::One]);
        assert_eq!(account.to_string(), "*<account>?");
        assert_eq!(account.widened().to_string(), "?*");
    }

    #[test]
    fn what_remains_after_a_prefix() {
        let rest = |pattern: &str, prefix: &str| -> Vec<String> {
            Glob::pattern(pattern).after_prefix(Glob::literal(prefix).tokens()).iter().map(Glob::to_string).collect()
        };
        assert_eq!(rest("arn:*", "arn:aws:ec2:"), ["*"]);
        assert_eq!(rest("arn:aws:ec2:*:b/*", "arn:aws:ec2:x:y:"), ["*:b/*", "b/*"]);
        assert_eq!(rest("arn:aws:s3:*", "arn:aws:ec2:"), Vec::<String>::new());
        assert_eq!(rest("abc", "abc"), [""]);
        assert_eq!(rest("a*b*c", "axbx"), ["*c"]);
        let account = Glob::from_tokens([Token::Var(Var::Account)]);
        assert_eq!(Glob::pattern("?x").after_prefix(account.tokens()), []);
        assert_eq!(Glob::pattern("*x").after_prefix(account.tokens()), [Glob::pattern("*x")]);
    }
}
