//! Where the tokens of a JSON text end. In: a text that may be JSON. Out: pieces of it, eight bytes at a time.
//!
//! Most of a pretty-printed dump is indentation, and most of the rest strings: these two are what this is quick at. It
//! has no words for what is wrong. `None` says that serde_json has to be asked, which does have them; what is accepted
//! here, serde_json accepts as well.

/// A place in a text.
pub(super) struct Scanner<'a> {
    text: &'a str,
    at: usize,
}

/// A string of the text.
pub(super) enum Quoted<'a> {
    /// What is between the quotes.
    Plain(&'a str),
    /// What is meant by what is between the quotes.
    Decoded(String),
    /// The token, quotes included: it holds escapes by number.
    Escaped(&'a str),
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Escapes {
    None,
    Some,
}

/// The same byte in all eight places of a word.
const fn all(byte: u8) -> u64 {
    u64::from_ne_bytes([byte; 8])
}

/// The high bit of every byte that is zero; bytes behind the first may be marked wrongly.
const fn zeros(word: u64) -> u64 {
    word.wrapping_sub(all(1)) & !word & all(0x80)
}

/// What the character behind a backslash stands for.
#[inline]
fn unescaped(byte: u8) -> Option<u8> {
    Some(match byte {
        b'"' | b'\\' | b'/' => byte,
        b'b' => b'\x08',
        b'f' => b'\x0c',
        b'n' => b'\n',
        b'r' => b'\r',
        b't' => b'\t',
        _ => return None,
    })
}

impl<'a> Scanner<'a> {
    pub(super) fn new(text: &'a str) -> Scanner<'a> {
        Scanner { text, at: 0 }
    }

    fn byte(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// Eight bytes, if there are as many.
    #[inline]
    fn word(&self, at: usize) -> Option<u64> {
        self.text.as_bytes().get(at..)?.first_chunk().copied().map(u64::from_le_bytes)
    }

    /// The next byte that is no white space; nothing at the end of the text.
    #[inline]
    pub(super) fn peek(&mut self) -> Option<u8> {
        match self.byte() {
            Some(byte) if byte > b' ' => Some(byte),
            Some(_) => self.skip_space(),
            None => None,
        }
    }

    fn skip_space(&mut self) -> Option<u8> {
        loop {
            match self.byte()? {
                b'\n' | b' ' => {
                    let mut at = self.at + 1;
                    // One space, as behind a colon.
                    if let Some(byte) = self.text.as_bytes().get(at).copied().filter(|byte| *byte > b' ') {
                        self.at = at;
                        return Some(byte);
                    }
                    while let Some(word) = self.word(at) {
                        let others = word ^ all(b' ');
                        if others != 0 {
                            at += others.trailing_zeros() as usize / 8;
                            break;
                        }
                        at += 8;
                    }
                    self.at = at;
                }
                b'\r' | b'\t' => self.at += 1,
                byte => return Some(byte),
            }
        }
    }

    /// Steps over the byte that was peeked at.
    #[inline]
    pub(super) fn step(&mut self) {
        self.at += 1;
    }

    /// Steps over the next byte that is no white space, if it is this one.
    #[inline]
    pub(super) fn take(&mut self, byte: u8) -> Option<()> {
        (self.peek()? == byte).then(|| self.step())
    }

    /// The string that starts here.
    #[inline]
    pub(super) fn string(&mut self) -> Option<Quoted<'a>> {
        let start = self.at;
        self.at += 1;
        if self.skip_plain()? == b'"' {
            self.at += 1;
            return Some(Quoted::Plain(&self.text[start + 1..self.at - 1]));
        }
        if let Some(text) = self.decoded(start + 1) {
            return Some(Quoted::Decoded(text));
        }
        self.at = start;
        self.skip_string()?;
        Some(Quoted::Escaped(&self.text[start..self.at]))
    }

    /// The rest of a string whose escapes are all of two characters, as a policy inside a string has them by the dozen:
    /// byte for byte, because they stand close. The first of them is here, and the text before it starts at `start`.
    fn decoded(&mut self, start: usize) -> Option<String> {
        let bytes = self.text.as_bytes();
        let mut text = Vec::with_capacity(2 * (self.at - start) + 512);
        text.extend_from_slice(&bytes[start..self.at]);
        let mut rest = bytes[self.at..].iter();
        // Many at a time into the text, because to ask each time whether there is room is most of the work.
        let mut some = [0; 64];
        let mut ended = false;
        while !ended {
            let mut count = 0;
            while count < some.len() {
                some[count] = match *rest.next()? {
                    b'"' => {
                        ended = true;
                        break;
                    }
                    b'\\' => unescaped(*rest.next()?)?,
                    0..b' ' => return None,
                    byte => byte,
                };
                count += 1;
            }
            text.extend_from_slice(&some[..count]);
        }
        self.at = bytes.len() - rest.len();
        String::from_utf8(text).ok()
    }

    /// Goes to the next byte of a string that is not itself, and gives it.
    #[inline]
    fn skip_plain(&mut self) -> Option<u8> {
        loop {
            let mut at = self.at;
            while let Some(word) = self.word(at) {
                let control = word.wrapping_sub(all(b' ')) & !word & all(0x80);
                let special = control | zeros(word ^ all(b'"')) | zeros(word ^ all(b'\\'));
                if special != 0 {
                    at += special.trailing_zeros() as usize / 8;
                    break;
                }
                at += 8;
            }
            self.at = at;
            match self.byte()? {
                special @ (b'"' | b'\\') => return Some(special),
                0..b' ' => return None,
                // Of the last few bytes of the text.
                _ => self.at += 1,
            }
        }
    }

    #[inline]
    fn skip_string(&mut self) -> Option<Escapes> {
        self.at += 1;
        let mut escapes = Escapes::None;
        while self.skip_plain()? == b'\\' {
            escapes = Escapes::Some;
            self.skip_escape()?;
        }
        self.at += 1;
        Some(escapes)
    }

    fn skip_escape(&mut self) -> Option<()> {
        self.at += 1;
        match self.byte()? {
            b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => self.at += 1,
            b'u' => {
                let digits = self.text.as_bytes().get(self.at + 1..self.at + 5)?;
                digits.iter().all(u8::is_ascii_hexdigit).then_some(())?;
                self.at += 5;
            }
            _ => return None,
        }
        Some(())
    }

    /// The number that starts here.
    pub(super) fn number(&mut self) -> Option<&'a str> {
        let start = self.at;
        if self.byte() == Some(b'-') {
            self.at += 1;
        }
        if self.byte() == Some(b'0') {
            self.at += 1;
        } else {
            self.digits()?;
        }
        if self.byte() == Some(b'.') {
            self.at += 1;
            self.digits()?;
        }
        if let Some(b'e' | b'E') = self.byte() {
            self.at += 1;
            if let Some(b'+' | b'-') = self.byte() {
                self.at += 1;
            }
            self.digits()?;
        }
        Some(&self.text[start..self.at])
    }

    fn digits(&mut self) -> Option<()> {
        let count = self.text.as_bytes()[self.at..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        self.at += count;
        (count > 0).then_some(())
    }

    /// Steps over `true`, `false` or `null`.
    pub(super) fn literal(&mut self, literal: &str) -> Option<()> {
        self.text.as_bytes()[self.at..].starts_with(literal.as_bytes()).then(|| self.at += literal.len())
    }

    /// The value that comes next, whole.
    pub(super) fn value(&mut self) -> Option<&'a str> {
        self.peek()?;
        let start = self.at;
        // One bit for each bracket that is open, the innermost last: 1 for an object, 0 for a list.
        let (mut open, mut depth) = (0_u64, 0);
        loop {
            match self.peek()? {
                b'"' => {
                    self.skip_string()?;
                }
                bracket @ (b'{' | b'[') => {
                    self.step();
                    // The closing bracket is two behind the opening one.
                    if self.peek()? == bracket + 2 {
                        self.step();
                    } else if depth == u64::BITS {
                        return None;
                    } else {
                        depth += 1;
                        open = open << 1 | u64::from(bracket == b'{');
                        if bracket == b'{' {
                            self.key()?;
                        }
                        continue;
                    }
                }
                b'-' | b'0'..=b'9' => {
                    self.number()?;
                }
                b't' => self.literal("true")?,
                b'f' => self.literal("false")?,
                b'n' => self.literal("null")?,
                _ => return None,
            }
            loop {
                if depth == 0 {
                    return Some(&self.text[start..self.at]);
                }
                match (self.peek()?, open & 1) {
                    (b',', 0) => {
                        self.step();
                        break;
                    }
                    (b',', _) => {
                        self.step();
                        self.key()?;
                        break;
                    }
                    (b']', 0) | (b'}', 1) => {
                        self.step();
                        depth -= 1;
                        open >>= 1;
                    }
                    _ => return None,
                }
            }
        }
    }

    /// Steps over a member's name and the colon.
    fn key(&mut self) -> Option<()> {
        (self.peek()? == b'"').then_some(())?;
        self.skip_string()?;
        self.take(b':')
    }
}
