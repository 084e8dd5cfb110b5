//! Globs: texts with wildcards, and with unknown texts in them.
//!
//! A [`Var`] is a text that the input leaves open. In a glob it is one opaque letter: equal only to itself, eaten by
//! `*`, not by `?`, and no character equals it. Whatever is said of globs read so holds for every value of the
//! variables: `*` eats any text, and equal variables have equal values. That is the *sure* reading; for what *may* be,
//! replace each variable by `*` ([`Glob::widened`]), which gives the larger language.

use std::fmt;

/// A text that the input leaves open. The same `Var` is the same text wherever it stands.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum Var {
    Partition,
    Account,
    Region,
    /// Some other text; each number is one.
    Other(u32),
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

/// A glob, normalised: no `**`, and `?` before `*`.
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

    /// Its characters, if it is a text without wildcards and unknown parts.
    pub(super) fn as_text(&self) -> Option<&[Token]> {
        let plain = self.case == Case::Sensitive && self.tokens.iter().all(|token| matches!(token, Token::Char(_)));
        plain.then_some(&self.tokens)
    }

    /// Does it match a text, given as characters? Greedy: one pass, and one step back a star.
    pub(super) fn matches(&self, text: &[Token]) -> bool {
        let (mut at, mut from) = (0, 0);
        let mut star: Option<(usize, usize)> = None;
        while from < text.len() {
            match self.tokens.get(at) {
                Some(Token::Many) => {
                    star = Some((at, from));
                    at += 1;
                }
                Some(token) if eats(*token, self.case, text[from]) => {
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
        self.tokens[at..].iter().all(|token| *token == Token::Many)
    }

    /// Does an unknown text stand in it?
    pub fn has_var(&self) -> bool {
        self.tokens.iter().any(|token| matches!(token, Token::Var(_)))
    }

    pub fn with_case(mut self, case: Case) -> Glob {
        self.case = case;
        self
    }

    /// The same, matching either case.
    pub fn insensitive(self) -> Glob {
        self.with_case(Case::Insensitive)
    }

    /// Every unknown text replaced by `*`: a larger language.
    pub fn widened(&self) -> Glob {
        let widen = |token: &Token| if let Token::Var(_) = token { Token::Many } else { *token };
        Glob::from_tokens(self.tokens.iter().map(widen)).with_case(self.case)
    }

    /// What remains of the glob when `prefix` (characters and unknown texts only) is eaten from the front of a text:
    /// the glob matches `prefix` + rest exactly if one of these matches rest.
    pub fn after_prefix(&self, prefix: &[Token]) -> Vec<Glob> {
        let mut positions = vec![0];
        self.leave_stars(&mut positions);
        for letter in prefix {
            let mut next = Vec::new();
            for position in positions {
                match self.tokens.get(position) {
                    Some(Token::Many) => next.push(position),
                    Some(token) if eats(*token, self.case, *letter) => next.push(position + 1),
                    _ => {}
                }
            }
            self.leave_stars(&mut next);
            positions = next;
        }
        // A star's own position stands for the one behind it, too.
        let covered = |position: usize| position > 0 && self.tokens[position - 1] == Token::Many;
        let kept: Vec<usize> = positions
            .iter()
            .copied()
            .filter(|position| !(covered(*position) && positions.contains(&(position - 1))))
            .collect();
        kept.into_iter()
            .map(|position| Glob::from_tokens(self.tokens[position..].iter().copied()).with_case(self.case))
            .collect()
    }

    fn leave_stars(&self, positions: &mut Vec<usize>) {
        let behind: Vec<usize> = positions
            .iter()
            .filter(|position| self.tokens.get(**position) == Some(&Token::Many))
            .map(|position| position + 1)
            .collect();
        positions.extend(behind);
        positions.sort_unstable();
        positions.dedup();
    }
}

/// Does a token other than `*` eat a letter (a character or an unknown text)?
fn eats(token: Token, case: Case, letter: Token) -> bool {
    match (token, letter) {
        (Token::Char(own), Token::Char(char)) => case.equal(own, char),
        (Token::One, Token::Char(_)) => true,
        (Token::Var(own), Token::Var(var)) => own == var,
        _ => false,
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
        }
        assert!(!matches("create*", "CreateNetworkInterface", Case::Sensitive));
    }

    #[test]
    fn normal_forms() {
        assert_eq!(Glob::pattern("a**b"), Glob::pattern("a*b"));
        assert_eq!(Glob::pattern("*?*?"), Glob::pattern("??*"));
        assert!(Glob::pattern("**").is_all());
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
        let account = Glob::from_tokens([Token::Var(Var::Account)]);
        assert_eq!(Glob::pattern("?x").after_prefix(account.tokens()), []);
        assert_eq!(Glob::pattern("*x").after_prefix(account.tokens()), [Glob::pattern("*x")]);
    }
}
