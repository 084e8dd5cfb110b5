//! Gives out unknown texts: equal expressions are the same unknown, in every world.

use foldhash::HashMap;

use crate::policy::Unknown;

/// Longer expressions are not compared with each other.
const LONGEST: usize = 1_024;

/// Words are cut about here.
const LONGEST_WORDS: usize = 160;

/// The unknown texts of one template, and what each is.
#[derive(Debug, Default)]
pub(super) struct Unknowns {
    numbers: HashMap<String, u16>,
    words: Vec<String>,
}

impl Unknowns {
    /// The unknown that an expression stands for. `words` may hold unknown pieces itself.
    pub(super) fn of(&mut self, words: &str) -> Unknown {
        if let Some(number) = self.numbers.get(words) {
            return Unknown::Other(*number);
        }
        let next = u16::try_from(self.words.len()).map_or(Unknown::NAMELESS, Unknown::Other);
        if words.len() > LONGEST || next >= Unknown::NAMELESS {
            return Unknown::NAMELESS;
        }
        if let Unknown::Other(number) = next {
            self.numbers.insert(words.to_owned(), number);
            self.words.push(words.to_owned());
        }
        next
    }

    /// The list whose items an unknown text is joined of, or of which it is the first.
    pub(super) fn list_of(&self, unknown: Unknown) -> Option<Unknown> {
        let Unknown::Other(number) = unknown else { return None };
        let words = self.words.get(usize::from(number))?;
        let joined = words.strip_prefix("Fn::Join \"").and_then(|rest| rest.rsplit_once("\" "));
        let list = joined.map(|(_, list)| list).or_else(|| words.strip_prefix("Fn::Select 0 "))?;
        Unknown::whole(list)
    }

    /// What an unknown is, as a user reads it: `Fn::Select 0 <Ref Subnets>`.
    pub(super) fn words(&self, unknown: Unknown) -> String {
        let mut words = String::new();
        self.spell(unknown, 3, &mut words);
        words
    }

    /// Unknowns hold unknowns: they are spelt out a few levels deep, and only so far.
    fn spell(&self, unknown: Unknown, levels: usize, words: &mut String) {
        match unknown {
            Unknown::Partition => words.push_str("AWS::Partition"),
            Unknown::Account => words.push_str("AWS::AccountId"),
            Unknown::Region => words.push_str("AWS::Region"),
            Unknown::Other(number) => {
                let Some(own) = self.words.get(usize::from(number)) else {
                    return words.push_str("an unknown text");
                };
                for char in without_path(own).chars() {
                    if words.len() > LONGEST_WORDS {
                        return;
                    }
                    match Unknown::from_char(char) {
                        None => words.push(char),
                        Some(_) if levels == 0 => words.push('…'),
                        Some(piece) => {
                            words.push('<');
                            self.spell(piece, levels - 1, words);
                            words.push('>');
                        }
                    }
                }
            }
        }
    }
}

/// What is unknown because of where it stands ends with its path, ` at [3, 0, 1]`, which tells it from its like and tells
/// people nothing.
fn without_path(words: &str) -> &str {
    let Some((before, path)) = words.rsplit_once(" at [") else { return words };
    let is_path = |path: &str| path.chars().all(|char| char.is_ascii_digit() || ", ".contains(char));
    if path.strip_suffix(']').is_some_and(is_path) { before } else { words }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_expressions_are_one_unknown() {
        let mut unknowns = Unknowns::default();
        let vpc = unknowns.of("Ref Vpc");
        assert_eq!(unknowns.of("Ref Vpc"), vpc);
        assert_ne!(unknowns.of("Ref Subnet"), vpc);
        let import = format!("Fn::ImportValue {}-x", vpc.to_char());
        let import = unknowns.of(&import);
        assert_eq!(
            (unknowns.words(vpc), unknowns.words(import)),
            ("Ref Vpc".into(), "Fn::ImportValue <Ref Vpc>-x".into())
        );
        let wrong = [3, 4].map(|ordinal| unknowns.of(&format!("what is wrong at [1, {ordinal}]")));
        assert_ne!(wrong[0], wrong[1]);
        assert_eq!(wrong.map(|unknown| unknowns.words(unknown)), ["what is wrong", "what is wrong"]);
        assert_eq!(unknowns.of(&"x".repeat(2_000)), Unknown::NAMELESS);
        let many: Vec<Unknown> = (0..70_000).map(|number| unknowns.of(&format!("Ref P{number}"))).collect();
        assert_eq!(many.last(), Some(&Unknown::NAMELESS));
        assert_eq!(unknowns.of("Ref Vpc"), vpc);
    }
}
